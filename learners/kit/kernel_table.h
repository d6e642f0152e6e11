/* kernel_table.h: rows made ready for others to be compared with by a kernel: what the apply of kernel machines does. */
#ifndef BL_LEARNERS_KERNEL_TABLE_H
#define BL_LEARNERS_KERNEL_TABLE_H

#include "baleen/kernel.h"

enum { BL_KERNEL_TILE = 256 }; /* rows of the table at a time */

/* Only read once it is made: any number of threads may use it, each with room of its own. */
typedef struct bl_kernel_table bl_kernel_table;

/* rows [n x d], dense, borrowed. k is settled; its options are borrowed. Of a kernel that is given, rows may be NULL and
 * column [n] says which entries of a row to come are its values; else column is not read. One block, to be freed with
 * bl_free(). */
bl_status bl_kernel_table_new(bl_ctx *ctx, const bl_kernel *k, const float *rows, size_t n, size_t d,
                              const int64_t *column, bl_kernel_table **out) BL_MUST_CHECK;
/* Doubles that one thread needs as room. */
size_t bl_kernel_table_room(const bl_kernel_table *t);

/* Is told the values of X's row i with the rows first .. first + n - 1 of the table, n at most BL_KERNEL_TILE. For each
 * row of X tiles come in order; rows of X may come between. */
typedef void (*bl_kernel_fn)(void *arg, size_t i, size_t first, size_t n, const double *v);
/* Compares each row of X with all of the table. A value's bits depend on its two rows alone, not on what else is
 * compared. Allocates nothing. */
void bl_kernel_compare(const bl_kernel_table *t, double *room, const bl_cmat *X, bl_kernel_fn fn, void *arg);

#endif
