/* matrix.h: float32 matrices and read-only views, row-major; a row is a sample, an epoch or a frame.
 *
 * A view never owns. A view may pick rows by an index list, so that a cross-validation fold costs four bytes a row,
 * not a copy of the data. Always go through bl_crow(). */
#ifndef BALEEN_MATRIX_H
#define BALEEN_MATRIX_H

#include <stdint.h>

#include "baleen/context.h"

typedef struct bl_mat {
  float *v;
  size_t rows, cols, stride; /* stride in elements, >= cols */
} bl_mat;

typedef struct bl_cmat {
  const float *v;
  size_t rows, cols, stride;
  const uint32_t *index; /* NULL, or row i of the view is row index[i] of v */
} bl_cmat;

static inline float *bl_row(const bl_mat *m, size_t i) { return m->v + i * m->stride; }
static inline const float *bl_crow(const bl_cmat *m, size_t i)
{
  return m->v + (m->index ? m->index[i] : i) * m->stride;
}

/* A zeroed rows x cols matrix, to be freed with bl_mat_free(). */
bl_status bl_mat_new(bl_ctx *ctx, size_t rows, size_t cols, bl_mat *out) BL_MUST_CHECK;
void bl_mat_free(bl_ctx *ctx, bl_mat *m);
/* All rows, read-only. */
bl_cmat bl_mat_view(const bl_mat *m);
/* The rows named by index (n of them, each below m->rows); `index` is borrowed. m must have no index of its own. */
bl_cmat bl_cmat_rows(const bl_cmat *m, const uint32_t *index, size_t n);
/* Copies a view into a new dense matrix. */
bl_status bl_mat_copy(bl_ctx *ctx, const bl_cmat *from, bl_mat *out) BL_MUST_CHECK;
/* True when all is finite; else *row, *col (may be NULL) say where the first NaN or infinity is. */
bool bl_cmat_finite(const bl_cmat *m, size_t *row, size_t *col);

#endif
