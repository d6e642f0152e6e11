/* standard_scaler: z = (x - mean) / scale for each column, scale the root of the variance divided by n (by the sum of
 * weights). A column whose variance rounding alone explains is constant and keeps its scale (scikit-learn's rule, see
 * bl_kit_constant()), so that volts of 1e-6 are scaled and a constant 3.1 is not blown up. */
#include <math.h>

#include "columnwise.h"
#include "kit.h"

typedef struct params {
  bool with_mean, with_std;
} params;

typedef struct state {
  size_t n_features;
  double *mean, *var, *scale;
  double n_samples_seen;
} state;

static const bl_opt opts[] = {BL_BOOL(params, with_mean, "true", "take the mean off each column"),
                              BL_BOOL(params, with_std, "true", "divide each column by its standard deviation"),
                              BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, mean, BL_F64, n_features, "mean of each column"),
    BL_FIELD_VECTOR(state, var, BL_F64, n_features, "variance of each column, divided by n"),
    BL_FIELD_VECTOR(state, scale, BL_F64, n_features, "what each column is divided by"),
    BL_FIELD_SCALAR(state, n_samples_seen, BL_F64, "rows, or the sum of their weights"), BL_FIELD_END};

static bool is_constant(const void *arg, size_t j)
{
  const state *s = arg;
  return bl_kit_constant(s->n_samples_seen, s->mean[j], s->var[j]);
}

/* Warns of constant columns unless `quiet`: of rows that come in parts the first tell. */
static void scales(bl_ctx *ctx, const bl_estimator *self, bool quiet, state *s)
{
  for (size_t j = 0; j < s->n_features; j++) s->scale[j] = is_constant(s, j) ? 1 : sqrt(s->var[j]);
  if (!quiet) bl_kit_warn_columns(ctx, self, is_constant, s, "are constant and not scaled");
}

/* Adds a batch's moments to those of n rows (weights) before it (Chan, Golub and LeVeque 1983). */
static void combine(size_t d, double n, const double *mean, const double *var, double more, double *mean_out,
                    double *var_out)
{
  double total = n + more;
  for (size_t j = 0; n > 0 && j < d; j++) {
    double apart = mean_out[j] - mean[j];
    if (var_out) var_out[j] = (var[j] * n + var_out[j] * more + apart * apart * (n * more / total)) / total;
    mean_out[j] = mean[j] + apart * (more / total);
  }
}

/* From nothing, or on from the rows before; what was learnt is changed only once all is there. */
static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols;
  double before = s->n_samples_seen, more = bl_kit_weight_sum(t->X.rows, t->weight);
  state next = {.n_features = d, .n_samples_seen = before + more};
  bl_status status = BL_OK;
  if (p->with_mean || p->with_std) {
    next.mean = bl_calloc(ctx, d, sizeof *next.mean);
    if (p->with_std) {
      next.var = bl_calloc(ctx, d, sizeof *next.var);
      next.scale = bl_calloc(ctx, d, sizeof *next.scale);
    }
    bool whole = next.mean && (!p->with_std || (next.var && next.scale));
    status = whole ? bl_kit_moments(ctx, &t->X, t->weight, next.mean, next.var) : bl_fail_nomem(ctx, "standard_scaler");
    if (!status) combine(d, before, s->mean, s->var, more, next.mean, next.var);
    if (!status && p->with_std) scales(ctx, self, before > 0, &next);
  }
  state old = *s;
  if (!status) *s = next;
  bl_fields_release(ctx, fields, status ? &next : &old);
  return status;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      double v = (double)x[j];
      if (p->with_mean) v -= s->mean[j];
      if (p->with_std) v /= s->scale[j];
      o[j] = (float)v;
    }
  }
  return BL_OK;
}

/* Each column stays what it was; divided by its own deviation it has no unit. */
static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, ((const params *)self->params)->with_std ? "1" : NULL, out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  const state *s = self->state;
  bool has_mean = s->mean != NULL, has_scale = s->scale && s->var;
  bool sized = !s->mean || s->n_features == self->n_features;
  if (has_mean != (p->with_mean || p->with_std) || has_scale != p->with_std || !sized)
    return bl_fail(ctx, BL_E_FORMAT, "standard_scaler: mean and scale do not fit its options and %zu columns",
                   self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_standard_scaler = {
    .name = "standard_scaler",
    .summary = "mean 0 and variance 1 for each column",
    .source = "scikit-learn StandardScaler; Chan, Golub and LeVeque 1983",
    .kind = BL_TRANSFORMER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_INCREMENTAL,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = learn,
    .partial_fit = learn,
    .width = bl_kit_same_width,
    .apply = apply,
    .names_out = bl_kit_input_names,
    .blocks_out = blocks_out,
    .check = check};
