/* grams.h: the values of kernels between all pairs of a set of rows, worked out once for all fits on some of those rows: the
 * machines for each pair of classes, the folds, the points of a search that differ in C alone. */
#ifndef BL_LEARNERS_GRAMS_H
#define BL_LEARNERS_GRAMS_H

#include "baleen/kernel.h"

typedef struct bl_grams bl_grams;             /* may be used by several threads at once */
typedef struct bl_gram_values bl_gram_values; /* the values of one kernel; symmetric, float32 */

/* For kernels between the rows of X, which are borrowed, as is their index. Works out nothing yet. */
bl_status bl_grams_new(bl_ctx *ctx, const bl_cmat *X, bl_grams **out) BL_MUST_CHECK;
/* Nobody may hold any of its values any more. */
void bl_grams_free(bl_ctx *ctx, bl_grams *g);
/* Are these the rows of the same matrix? Never of NULL. */
bool bl_grams_are_of(const bl_grams *g, const bl_cmat *X);
/* The values of a settled kernel, worked out over the pool where nobody has asked for them yet; to be given back by
 * bl_gram_leave(). *out is NULL where there is nothing to share: g is NULL or not of X's rows, the kernel's values are given,
 * or they would take more than `bytes`. Values that nobody holds are forgotten where all together would take more. */
bl_status bl_gram_take(bl_ctx *ctx, bl_grams *g, const bl_kernel *k, const bl_cmat *X, size_t bytes,
                       const bl_gram_values **out) BL_MUST_CHECK;
void bl_gram_leave(bl_grams *g, const bl_gram_values *gram);

/* Where row i of X stands among the rows whose values these are. */
uint32_t bl_gram_place(const bl_gram_values *m, const bl_cmat *X, size_t i);
/* The values of the row at a place with all, by their places. */
const float *bl_gram_row(const bl_gram_values *m, uint32_t place);
double bl_gram_diagonal(const bl_gram_values *m, uint32_t place); /* before it was rounded to float32 */

#endif
