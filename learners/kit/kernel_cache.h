/* kernel_cache.h: the rows of a kernel matrix as a solver asks for them: float32, several at a time by matrix products,
 * the least recently used forgotten when a limit of bytes is reached. */
#ifndef BL_LEARNERS_KERNEL_CACHE_H
#define BL_LEARNERS_KERNEL_CACHE_H

#include "grams.h"

typedef struct bl_kernel_cache bl_kernel_cache;

/* Of the rows X, which are borrowed; k is settled and borrowed. Of a kernel that is given, the columns of X that belong
 * to these rows are those of the numbers that the view picks, and its first ones where it picks none: BL_E_SHAPE where
 * there are fewer. Where `bytes` is less than a few rows need, it is those few. BL_E_RANGE when a row's value with
 * itself is no float32. Where `gram` (borrowed) is given, values are taken from it, not worked out: it holds those of k
 * between rows of which X is a part. */
bl_status bl_kernel_cache_new(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X, size_t bytes,
                              const bl_gram_values *gram, bl_kernel_cache **out) BL_MUST_CHECK;
void bl_kernel_cache_free(bl_ctx *ctx, bl_kernel_cache *c);

size_t bl_kernel_cache_rows(const bl_kernel_cache *c);
/* Most rows that may be filled in at once; twice as many are held at least. */
size_t bl_kernel_cache_batch(const bl_kernel_cache *c);
/* The value of row i with itself. */
double bl_kernel_cache_diagonal(const bl_kernel_cache *c, size_t i);
bool bl_kernel_cache_has(const bl_kernel_cache *c, size_t i);
/* Row i [rows], which becomes the most recently used; NULL when it is not there. It stays until as many other rows as
 * are held have been asked for or filled in. */
const float *bl_kernel_cache_row(bl_kernel_cache *c, size_t i);
/* Works out n rows that are not there, at most a batch, over the pool: same bits for any number of threads. */
bl_status bl_kernel_cache_fill(bl_ctx *ctx, bl_kernel_cache *c, const uint32_t *rows, size_t n) BL_MUST_CHECK;

#endif
