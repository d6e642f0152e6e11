/* power_transformer: each column bent by a power of its own, so that it becomes as much like a normal distribution as a
 * power can make it, then brought to mean 0 and variance 1. The power is that of the largest likelihood (Box and Cox
 * 1964; for numbers of either sign Yeo and Johnson 2000). NaN is passed on. */
#include <float.h>
#include <math.h>

#include "brent.h"
#include "columnwise.h"
#include "kit.h"

enum { YEO_JOHNSON, BOX_COX };
static const char *const methods[] = {"yeo-johnson", "box-cox", NULL};
typedef struct params {
  int method;
  bool standardize;
} params;

typedef struct state {
  size_t n_features;
  double *lambdas, *mean, *scale;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, method, "yeo-johnson", methods, "the kind of power; box-cox takes numbers above 0 alone"),
    BL_BOOL(params, standardize, "true", "bring each column to mean 0 and variance 1 afterwards"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, lambdas, BL_F64, n_features, "the power of each column"),
    BL_FIELD_VECTOR(state, mean, BL_F64, n_features, "what is taken off each bent column"),
    BL_FIELD_VECTOR(state, scale, BL_F64, n_features, "what each is divided by then"), BL_FIELD_END};

/* (x^power - 1) / power by the logarithm of x, and its limit at 0. */
static double bend(double log_x, double power)
{
  return fabs(power) < DBL_EPSILON ? log_x : expm1(power * log_x) / power;
}

static double bent(int method, double lambda, double x)
{
  if (method == BOX_COX) return bend(log(x), lambda);
  return x >= 0 ? bend(log1p(x), lambda) : -bend(log1p(-x), 2 - lambda);
}

/* One column on the way to its power. */
typedef struct column {
  int method;
  const double *v;
  size_t n;
  double sum_log; /* of the derivative at power 0 */
} column;

static void moments(const column *c, double lambda, double *mean, double *var)
{
  double sum = 0, sum2 = 0, rest = 0, n = (double)c->n;
  for (size_t i = 0; i < c->n; i++) sum += bent(c->method, lambda, c->v[i]);
  for (size_t i = 0; i < c->n; i++) {
    double dev = bent(c->method, lambda, c->v[i]) - sum / n;
    rest += dev;
    sum2 += dev * dev;
  }
  *mean = sum / n;
  *var = fmax(0, (sum2 - rest * rest / n) / n);
}

static double minus_likelihood(const void *arg, double lambda)
{
  const column *c = arg;
  double mean, var;
  moments(c, lambda, &mean, &var);
  double out = 0.5 * (double)c->n * log(var) - (lambda - 1) * c->sum_log;
  return var > DBL_MIN && isfinite(out) ? out : HUGE_VAL;
}

typedef struct job {
  const bl_estimator *self;
  const params *p;
  state *s;
} job;

static bl_status refuse(bl_ctx *ctx, const bl_estimator *self, size_t j, double x)
{
  bool named = self->feature_names.n > 0;
  return bl_fail(
      ctx, BL_E_RANGE,
      "power_transformer: box-cox takes numbers above 0 alone, but column %zu%s%s%s has %g; method: yeo-johnson "
      "takes all",
      j, named ? " '" : "", named ? self->feature_names.v[j] : "", named ? "'" : "", x);
}

/* A column of one number over and over has no best power: it keeps its numbers. */
static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const job *k = arg;
  column c = {k->p->method, v, n, 0};
  double var = 0;
  k->s->lambdas[j] = k->s->scale[j] = 1;
  if (n && c.method == BOX_COX && v[0] <= 0) return refuse(ctx, k->self, j, v[0]);
  if (!n) return BL_OK;
  for (size_t i = 0; i < n; i++) c.sum_log += c.method == BOX_COX ? log(v[i]) : copysign(log1p(fabs(v[i])), v[i]);
  if (v[n - 1] > v[0]) k->s->lambdas[j] = bl_kit_brent(minus_likelihood, &c, -2, 2, 1000);
  if (!k->p->standardize) return BL_OK;
  moments(&c, k->s->lambdas[j], &k->s->mean[j], &var);
  if (!isfinite(k->s->mean[j]) || !isfinite(var))
    return bl_fail(ctx, BL_E_RANGE, "power_transformer: the powers of column %zu overflow; scale it first", j);
  if (!bl_kit_constant((double)n, k->s->mean[j], var)) k->s->scale[j] = sqrt(var);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  job k = {self, self->params, self->state};
  bl_status s = bl_kit_new_vectors(ctx, self->cls, self->state, t->X.cols);
  return s ? s : bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      if (p->method == BOX_COX && x[j] <= 0) return refuse(ctx, self, j, (double)x[j]);
      o[j] = (float)((bent(p->method, s->lambdas[j], (double)x[j]) - s->mean[j]) / s->scale[j]);
    }
  }
  return BL_OK;
}

static double work(const bl_estimator *self) { return 60.0 * (double)self->n_features; }

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, ((const params *)self->params)->standardize ? "1" : "", out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_power_transformer = {
    .name = "power_transformer", .summary = "each column bent by a power until it is nearly normal",
    .source = "scikit-learn PowerTransformer; Box and Cox 1964; Yeo and Johnson 2000",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kit_same_width, .apply = apply, .work = work,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out, .check = bl_kit_check_vectors};
/* clang-format on */
