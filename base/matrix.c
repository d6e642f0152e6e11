#include "baleen/matrix.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "baleen/memory.h"

bl_status bl_mat_new(bl_ctx *ctx, size_t rows, size_t cols, bl_mat *out)
{
  *out = (bl_mat){0};
  if (cols && rows > SIZE_MAX / sizeof(float) / cols)
    return bl_fail(ctx, BL_E_NOMEM, "a matrix of %zu x %zu numbers is more than this machine can address", rows, cols);
  float *v = bl_calloc(ctx, rows * cols, sizeof *v);
  if (!v) return bl_fail(ctx, BL_E_NOMEM, "out of memory for a matrix of %zu x %zu numbers", rows, cols);
  *out = (bl_mat){v, rows, cols, cols};
  return BL_OK;
}

void bl_mat_free(bl_ctx *ctx, bl_mat *m)
{
  bl_free(ctx, m->v);
  *m = (bl_mat){0};
}

bl_cmat bl_mat_view(const bl_mat *m) { return (bl_cmat){m->v, m->rows, m->cols, m->stride, NULL}; }

bl_cmat bl_cmat_rows(const bl_cmat *m, const uint32_t *index, size_t n)
{
  assert(!m->index);
  return (bl_cmat){m->v, n, m->cols, m->stride, index};
}

bl_status bl_mat_copy(bl_ctx *ctx, const bl_cmat *from, bl_mat *out)
{
  bl_status s = bl_mat_new(ctx, from->rows, from->cols, out);
  if (s) return s;
  for (size_t i = 0; i < from->rows; i++)
    if (from->cols) memcpy(bl_row(out, i), bl_crow(from, i), from->cols * sizeof(float));
  return BL_OK;
}

bool bl_cmat_finite(const bl_cmat *m, size_t *row, size_t *col)
{
  for (size_t i = 0; i < m->rows; i++) {
    const float *r = bl_crow(m, i);
    for (size_t j = 0; j < m->cols; j++) {
      if (isfinite(r[j])) continue;
      if (row) *row = i;
      if (col) *col = j;
      return false;
    }
  }
  return true;
}
