/* columnwise.h: what transformers share that treat each column by itself. For class authors. */
#ifndef BALEEN_COLUMNWISE_H
#define BALEEN_COLUMNWISE_H

#include "baleen/estimator.h"

/* The width slot of what gives a column for each that it takes. */
size_t bl_kit_same_width(const bl_estimator *self, bl_op op);
/* Room for every vector of the class's fields, `n` numbers each, in a zeroed state; their lengths are set. */
bl_status bl_kit_new_vectors(bl_ctx *ctx, const bl_estimator_class *cls, void *state, size_t n) BL_MUST_CHECK;
/* The check slot of what learns one number or more a column: every vector of the fields is there and has as many entries
 * as fit saw columns. */
bl_status bl_kit_check_vectors(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
/* Warns, once, of columns from which nothing can be learnt: `bad(arg, j)` tells them, `what` they are and become:
 * "are constant; they are not scaled". */
void bl_kit_warn_columns(bl_ctx *ctx, const bl_estimator *self, bool (*bad)(const void *arg, size_t j), const void *arg,
                         const char *what);
/* Smallest and largest of each column, NaN left out; both NaN in a column that has no number. Same results for any
 * number of threads. */
bl_status bl_kit_extent(bl_ctx *ctx, const bl_cmat *X, double *lo, double *hi) BL_MUST_CHECK;
/* Calls fn once for each column with its n numbers in ascending order, NaN left out. Several columns at a time: fn
 * writes to what belongs to column j alone. */
typedef bl_status (*bl_kit_sorted_fn)(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n);
bl_status bl_kit_each_sorted(bl_ctx *ctx, const bl_cmat *X, bl_kit_sorted_fn fn, void *arg) BL_MUST_CHECK;
/* The number below which a share q (0 to 1) of n >= 1 ascending numbers lies, with straight lines between them, as
 * numpy.percentile has it by default. */
double bl_kit_quantile(const double *v, size_t n, double q);

#endif
