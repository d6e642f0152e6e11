/* Sums over rows, conversion to double, and linear maps; see kit.h for sources. */
#include "kit.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/pool.h"

enum { MOMENT_ROWS = 1024 };
enum { GRAM_SLOTS = 8, GRAM_ROWS = 512 }; /* partial sums; rows made double at once */

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
    if (!j->mean || !sum2) {
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

/* ---- products of columns ----------------------------------------------------------------------------------------- */

typedef struct gram_job {
  const bl_cmat *X;
  const double *center;
  size_t rows_a_slot;
  double *slots; /* [slots][cols x cols], upper triangles */
} gram_job;

static bl_status gram_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const gram_job *j = arg;
  size_t d = j->X->cols, at_once = hi - lo < GRAM_ROWS ? hi - lo : GRAM_ROWS;
  double *x = bl_calloc(ctx, at_once, d * sizeof *x), *c = j->slots + lo / j->rows_a_slot * d * d;
  bl_status s = x ? BL_OK : bl_fail_nomem(ctx, "products of columns");
  for (size_t at = lo; !s && at < hi; at += at_once) {
    size_t n = hi - at < at_once ? hi - at : at_once;
    for (size_t i = 0; i < n; i++) {
      const float *row = bl_crow(j->X, at + i);
      for (size_t k = 0; k < d; k++) x[i * d + k] = (double)row[k] - j->center[k];
    }
    bl_gram_add(x, n, d, c);
    s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, x);
  return s;
}

/* As many partial sums as there are blocks of rows, up to eight, and up to 256 MiB. */
static size_t slots_for(size_t rows, size_t d)
{
  size_t blocks = (rows + GRAM_ROWS - 1) / GRAM_ROWS, fit = d > 0 ? ((size_t)1 << 25) / (d * d) : 1;
  size_t n = blocks < GRAM_SLOTS ? blocks : GRAM_SLOTS;
  return fit < n ? (fit ? fit : 1) : n;
}

bl_status bl_kit_gram(bl_ctx *ctx, const bl_cmat *X, const double *center, double *c)
{
  size_t d = X->cols, n_slots = slots_for(X->rows, d);
  gram_job j = {X, center, n_slots ? (X->rows + n_slots - 1) / n_slots : 1, NULL};
  if (!(j.slots = bl_calloc(ctx, n_slots * d, d * sizeof *j.slots))) return bl_fail_nomem(ctx, "products of columns");
  bl_status s = bl_pool_chunks(ctx, X->rows, j.rows_a_slot, (double)d * (double)d, gram_rows, &j);
  if (!s) {
    fold(j.slots, n_slots, d * d, c);
    bl_mirror(d, c);
  }
  bl_free(ctx, j.slots);
  return s;
}

bool bl_kit_constant(double n, double mean, double var)
{
  double slack = n * mean * DBL_EPSILON;
  return var <= n * DBL_EPSILON * var + slack * slack;
}

/* ---- linear maps ------------------------------------------------------------------------------------------------- */

void *bl_kit_room(bl_ctx *ctx, size_t head, size_t doubles, double **tail)
{
  size_t at = (head + 63) / 64 * 64;
  void *room = doubles > (SIZE_MAX - at) / sizeof(double) ? NULL : bl_calloc(ctx, 1, at + doubles * sizeof(double));
  *tail = room ? (double *)(void *)((char *)room + at) : NULL;
  return room;
}

void bl_kit_turn(size_t k, size_t d, const double *W, double *Wt)
{
  for (size_t m = 0; m < k; m++)
    for (size_t c = 0; c < d; c++) Wt[c * k + m] = W[m * d + c];
}

/* Column by column of x into k sums: the order of additions is the same for every row, and the inner loop runs over
 * results, so it vectorises without reordering. */
void bl_kit_linear(const bl_kit_map *m, const float *x, double *restrict out)
{
  size_t k = m->k;
  for (size_t i = 0; i < k; i++) out[i] = 0;
  for (size_t c = 0; c < m->d; c++) {
    const double *restrict w = m->Wt + c * k;
    double v = (double)x[c] - (m->center ? m->center[c] : 0);
    for (size_t i = 0; i < k; i++) out[i] += v * w[i];
  }
  for (size_t i = 0; m->bias && i < k; i++) out[i] += m->bias[i];
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

/* Adds `like` with one unit in place of its own. */
static bl_status add_block(bl_ctx *ctx, const bl_block *like, const char *unit, bl_blocks *out)
{
  bl_block b = *like;
  b.units = (bl_texts){0};
  bl_status s = bl_texts_add(ctx, &b.units, unit);
  if (!s) s = bl_blocks_add(ctx, out, &b);
  bl_texts_free(ctx, &b.units);
  return s;
}

bl_status bl_kit_input_blocks(bl_ctx *ctx, const bl_estimator *self, const char *unit, bl_blocks *out)
{
  if (!unit) return bl_blocks_append(ctx, out, NULL, &self->blocks);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < self->blocks.n; i++) s = add_block(ctx, &self->blocks.v[i], unit, out);
  return s;
}

bl_status bl_kit_one_block(bl_ctx *ctx, const bl_estimator *self, const char *unit, bl_blocks *out)
{
  char *name = bl_strdup(ctx, self->cls->name);
  if (!name) return bl_fail_nomem(ctx, "blocks of columns");
  bl_block b = {.name = name, .source = name, .dims = {bl_op_width(self, BL_TRANSFORM)}};
  bl_status s = add_block(ctx, &b, unit, out);
  bl_free(ctx, name);
  return s;
}
