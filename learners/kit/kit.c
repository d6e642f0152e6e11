/* Sums over rows, conversion to double, and linear maps; see kit.h for sources. */
#include "kit.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "baleen/pool.h"

enum { MOMENT_ROWS = 1024, LINEAR_ROWS = 256, PROJECT_ROWS = 8192 };

/* ---- doubles ----------------------------------------------------------------------------------------------------- */

typedef struct doubles_job {
  const bl_cmat *X;
  const double *center, *row_scale;
  double *out;
} doubles_job;

static bl_status doubles_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const doubles_job *j = arg;
  size_t d = j->X->cols;
  (void)ctx;
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(j->X, i);
    double *o = j->out + i * d, scale = j->row_scale ? j->row_scale[i] : 1;
    for (size_t c = 0; c < d; c++) o[c] = scale * ((double)x[c] - (j->center ? j->center[c] : 0));
  }
  return BL_OK;
}

bl_status bl_kit_doubles(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *row_scale, double **out)
{
  *out = NULL;
  double *v = X->cols && X->rows > SIZE_MAX / sizeof *v / X->cols ? NULL : bl_calloc(ctx, X->rows * X->cols, sizeof *v);
  if (!v) return bl_fail(ctx, BL_E_NOMEM, "out of memory for %zu x %zu numbers", X->rows, X->cols);
  doubles_job j = {X, center, row_scale, v};
  bl_status s = bl_pool_chunks(ctx, X->rows, MOMENT_ROWS, 2.0 * (double)X->cols, doubles_rows, &j);
  if (s) bl_free(ctx, v);
  else *out = v;
  return s;
}

/* ---- moments ----------------------------------------------------------------------------------------------------- */

typedef struct moments_job {
  const bl_cmat *X;
  const double *weight, *mean; /* mean NULL: the first pass */
  double *sum, *sum2;          /* [blocks x cols] each; the first pass fills sum alone */
} moments_job;

static bl_status moments_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const moments_job *j = arg;
  size_t d = j->X->cols;
  double *sum = j->sum + lo / MOMENT_ROWS * d, *sum2 = j->sum2 ? j->sum2 + lo / MOMENT_ROWS * d : NULL;
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(j->X, i);
    double w = j->weight ? j->weight[i] : 1;
    if (!j->mean) {
      for (size_t c = 0; c < d; c++) sum[c] += w * (double)x[c];
      continue;
    }
    for (size_t c = 0; c < d; c++) {
      double dev = (double)x[c] - j->mean[c];
      sum[c] += w * dev;
      sum2[c] += w * dev * dev;
    }
  }
  return BL_CHECK_CANCEL(ctx);
}

static void fold(const double *slots, size_t n_blocks, size_t d, double *out)
{
  memset(out, 0, d * sizeof *out);
  for (size_t b = 0; b < n_blocks; b++)
    for (size_t c = 0; c < d; c++) out[c] += slots[b * d + c];
}

double bl_kit_weight_sum(size_t rows, const double *weight)
{
  if (!weight) return (double)rows;
  double sum = 0;
  for (size_t i = 0; i < rows; i++) sum += weight[i];
  return sum;
}

bl_status bl_kit_moments(bl_ctx *ctx, const bl_cmat *X, const double *weight, double *mean, double *var)
{
  size_t d = X->cols, blocks = (X->rows + MOMENT_ROWS - 1) / MOMENT_ROWS;
  double total = bl_kit_weight_sum(X->rows, weight);
  double *slots = bl_calloc(ctx, 2 * blocks, d * sizeof *slots), *shift = bl_calloc(ctx, d, sizeof *shift);
  bl_status s = slots && shift ? BL_OK : bl_fail_nomem(ctx, "means");
  moments_job j = {X, weight, NULL, slots, NULL};
  if (!s) s = bl_pool_chunks(ctx, X->rows, MOMENT_ROWS, 2.0 * (double)d, moments_rows, &j);
  if (s) goto done;
  fold(slots, blocks, d, mean);
  for (size_t c = 0; c < d; c++) mean[c] /= total;
  if (!var) goto done;
  memset(slots, 0, 2 * blocks * d * sizeof *slots);
  j.mean = mean;
  j.sum2 = slots + blocks * d;
  s = bl_pool_chunks(ctx, X->rows, MOMENT_ROWS, 5.0 * (double)d, moments_rows, &j);
  if (s) goto done;
  fold(j.sum, blocks, d, shift);
  fold(j.sum2, blocks, d, var);
  for (size_t c = 0; c < d; c++) {
    double v = (var[c] - shift[c] * shift[c] / total) / total;
    var[c] = v > 0 ? v : 0;
  }
done:
  bl_free(ctx, slots);
  bl_free(ctx, shift);
  return s;
}

bool bl_kit_constant(double n, double mean, double var)
{
  double slack = n * mean * DBL_EPSILON;
  return var <= n * DBL_EPSILON * var + slack * slack;
}

/* ---- linear maps ------------------------------------------------------------------------------------------------- */

typedef struct linear_job {
  const bl_cmat *X;
  const double *center, *Wt, *bias; /* Wt [cols x k] */
  size_t k;
  double *out;
} linear_job;

/* Column by column of X into k sums: the order of additions is the same for every row, and the inner loop runs over
 * results, so it vectorises without reordering. */
static bl_status linear_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const linear_job *j = arg;
  size_t k = j->k, d = j->X->cols;
  (void)ctx;
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(j->X, i);
    double *restrict o = j->out + i * k;
    for (size_t m = 0; m < k; m++) o[m] = 0;
    for (size_t c = 0; c < d; c++) {
      const double *restrict w = j->Wt + c * k;
      double v = (double)x[c] - (j->center ? j->center[c] : 0);
      for (size_t m = 0; m < k; m++) o[m] += v * w[m];
    }
    for (size_t m = 0; j->bias && m < k; m++) o[m] += j->bias[m];
  }
  return BL_OK;
}

bl_status bl_kit_linear(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *W, const double *bias,
                        size_t k, double *out)
{
  size_t d = X->cols;
  double *Wt = NULL;
  linear_job j = {X, center, W, bias, k, out};
  if (k > 1) {
    if (!(Wt = bl_calloc(ctx, d * k, sizeof *Wt))) return bl_fail_nomem(ctx, "a linear map");
    for (size_t m = 0; m < k; m++)
      for (size_t c = 0; c < d; c++) Wt[c * k + m] = W[m * d + c];
    j.Wt = Wt;
  }
  bl_status s = bl_pool_chunks(ctx, X->rows, LINEAR_ROWS, 2.0 * (double)d * (double)k, linear_rows, &j);
  bl_free(ctx, Wt);
  return s;
}

bl_cmat bl_kit_rows(const bl_cmat *X, size_t lo, size_t n)
{
  bl_cmat part = *X;
  part.rows = n;
  if (X->index) part.index += lo;
  else part.v += lo * X->stride;
  return part;
}

bl_status bl_kit_project(bl_ctx *ctx, const bl_cmat *X, const double *center, const double *W, const double *scale,
                         size_t k, bl_mat *out)
{
  size_t at_once = X->rows < PROJECT_ROWS ? X->rows : PROJECT_ROWS;
  double *z = bl_calloc(ctx, at_once * k, sizeof *z);
  bl_status s = z ? BL_OK : bl_fail_nomem(ctx, "a projection");
  for (size_t lo = 0; !s && lo < X->rows; lo += at_once) {
    bl_cmat part = bl_kit_rows(X, lo, X->rows - lo < at_once ? X->rows - lo : at_once);
    s = bl_kit_linear(ctx, &part, center, W, NULL, k, z);
    for (size_t i = 0; !s && i < part.rows; i++)
      for (size_t m = 0; m < k; m++) bl_row(out, lo + i)[m] = (float)(scale ? z[i * k + m] * scale[m] : z[i * k + m]);
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, z);
  return s;
}

bl_status bl_kit_input_names(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  if (self->feature_names.n) return bl_texts_copy(ctx, out, &self->feature_names);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < self->n_features; i++) {
    char name[32];
    snprintf(name, sizeof name, "x%zu", i);
    s = bl_texts_add(ctx, out, name);
  }
  return s;
}
