/* tails.c: see tails.h. */
#include "tails.h"

#include <math.h>
#include <stdlib.h>

#include "baleen/pool.h"
#include "kit.h"

const bl_opt bl_tails_opts[] = {BL_CONTAMINATION(bl_tails_params), BL_OPT_END};

const bl_field bl_tails_fields[] = {BL_FIELD_MATRIX(bl_tails_state, sorted, BL_F32, n_features, n_rows,
                                                    "training values of each column in order of size"),
                                    BL_FIELD_VECTOR(bl_tails_state, skew, BL_F64, n_features,
                                                    "side of each column's long tail: -1, 1, or 0 for neither"),
                                    BL_ANOMALY_OFFSET(bl_tails_state), BL_FIELD_END};

double bl_tails_skewed(double left, double right, double skew)
{
  return (skew <= 0 ? left : 0) + (skew >= 0 ? right : 0);
}

/* How many of v [n], in order, are below x (or at it, where `at`). */
static size_t count_below(const float *v, size_t n, float x, bool at)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (v[mid] < x || (at && v[mid] == x)) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Minus the logarithm of a share of the training rows; beyond all of them it is that of one more row. */
static double tail(size_t count, size_t n) { return -log(count ? (double)count / (double)n : 1 / (double)(n + 1)); }

static double score_of(const bl_tails_state *s, const float *x, bl_tails_join join)
{
  double sum = 0;
  for (size_t c = 0; c < s->n_features; c++) {
    const float *v = s->sorted + c * s->n_rows;
    double left = tail(count_below(v, s->n_rows, x[c], true), s->n_rows);
    double right = tail(s->n_rows - count_below(v, s->n_rows, x[c], false), s->n_rows);
    sum += join(left, right, s->skew[c]);
  }
  return sum;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

typedef struct learning {
  const bl_train *t;
  bl_tails_state *s;
  bl_tails_join join;
  double *score;
} learning;

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t c)
{
  const learning *l = arg;
  size_t n = l->s->n_rows;
  float *v = l->s->sorted + c * n;
  double mean = 0, second = 0, third = 0;
  (void)ctx;
  for (size_t i = 0; i < n; i++) v[i] = bl_crow(&l->t->X, i)[c];
  qsort(v, n, sizeof *v, by_size);
  for (size_t i = 0; i < n; i++) mean += (double)v[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    double e = (double)v[i] - mean;
    second += e * e;
    third += e * e * e;
  }
  bool constant = v[0] == v[n - 1] || bl_kit_constant((double)n, mean, second / (double)n);
  l->s->skew[c] = constant || third == 0 ? 0 : third > 0 ? 1 : -1;
  return BL_OK;
}

static bl_status score_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const learning *l = arg;
  (void)ctx;
  for (size_t i = lo; i < hi; i++) l->score[i] = score_of(l->s, bl_crow(&l->t->X, i), l->join);
  return BL_OK;
}

bl_status bl_tails_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bl_tails_join join)
{
  bl_tails_state *s = self->state;
  learning l = {.t = t, .s = s, .join = join};
  s->n_rows = t->X.rows;
  s->n_features = t->X.cols;
  s->sorted = bl_calloc(ctx, t->X.cols, t->X.rows * sizeof *s->sorted);
  s->skew = bl_calloc(ctx, t->X.cols, sizeof *s->skew);
  l.score = bl_calloc(ctx, t->X.rows, sizeof *l.score);
  bl_status status = s->sorted && s->skew && l.score ? BL_OK : bl_fail_nomem(ctx, self->cls->name);
  if (!status) status = bl_pool_for(ctx, t->X.cols, 60.0 * (double)t->X.rows, learn_column, &l);
  if (!status) status = bl_pool_chunks(ctx, t->X.rows, 256, 80.0 * (double)t->X.cols, score_rows, &l);
  if (!status)
    s->offset = bl_anomaly_offset(l.score, t->X.rows, ((const bl_tails_params *)self->params)->contamination);
  bl_free(ctx, l.score);
  return status;
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

void bl_tails_apply(const bl_estimator *self, const bl_cmat *X, bl_tails_join join, const bl_answer *out)
{
  const bl_tails_state *s = self->state;
  for (size_t i = 0; i < X->rows; i++) bl_anomaly_answer(score_of(s, bl_crow(X, i), join), s->offset, i, out);
}

double bl_tails_work(const bl_estimator *self)
{
  const bl_tails_state *s = self->state;
  return (double)s->n_features * (40 + 10 * log2((double)s->n_rows + 1));
}

bl_status bl_tails_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_tails_state *s = self->state;
  if (!s->sorted || !s->skew || !s->n_rows || s->n_features != self->n_features)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the distributions do not fit %zu columns", self->cls->name, self->n_features);
  return BL_OK;
}
