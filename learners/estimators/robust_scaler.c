/* robust_scaler: z = (x - median) / (distance of two quantiles) for each column, so that artefacts and outliers move
 * neither. NaN is passed on. A column whose quantiles are the same is moved and not scaled. */
#include <math.h>

#include "baleen/special.h"
#include "columnwise.h"
#include "kit.h"

typedef struct params {
  bool with_centering, with_scaling, unit_variance;
  bl_reals quantile_range;
} params;

typedef struct state {
  size_t n_features;
  double *center, *scale;
} state;

static const bl_opt opts[] = {
    BL_BOOL(params, with_centering, "true", "take the median off each column"),
    BL_BOOL(params, with_scaling, "true", "divide each column by the distance of its two quantiles"),
    BL_REALS(params, quantile_range, "[25, 75]", 0, 100, "%", "the two quantiles"),
    BL_BOOL(params, unit_variance, "false", "scale further, so that normally distributed columns have variance 1"),
    BL_OPT_END};

static const bl_field fields[] = {BL_FIELD_VECTOR(state, center, BL_F64, n_features, "median of each column"),
                                  BL_FIELD_VECTOR(state, scale, BL_F64, n_features, "what each column is divided by"),
                                  BL_FIELD_END};

typedef struct job {
  const params *p;
  state *s;
  double adjust;
  bool *flat; /* columns whose quantiles are the same */
} job;

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const job *k = arg;
  double lo = k->p->quantile_range.v[0] / 100, hi = k->p->quantile_range.v[1] / 100;
  double range = n ? bl_kit_quantile(v, n, hi) - bl_kit_quantile(v, n, lo) : 0;
  (void)ctx;
  k->s->center[j] = n && k->p->with_centering ? bl_kit_quantile(v, n, 0.5) : 0;
  k->flat[j] = !(range > 0);
  k->s->scale[j] = range > 0 && k->p->with_scaling ? range / k->adjust : 1;
  return BL_OK;
}

static bool is_flat(const void *arg, size_t j) { return ((const bool *)arg)[j]; }

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  const bl_reals *q = &p->quantile_range;
  job k = {p, self->state, 1, NULL};
  if (q->n != 2 || !(q->v[0] < q->v[1]))
    return bl_fail(ctx, BL_E_RANGE, "robust_scaler: quantile_range: wanted two percentages, the smaller one first");
  if (p->unit_variance && (q->v[0] <= 0 || q->v[1] >= 100))
    return bl_fail(
        ctx, BL_E_RANGE,
        "robust_scaler: unit_variance needs a quantile_range above 0 and below 100: a normal distribution has "
        "no end");
  if (p->unit_variance) k.adjust = bl_normal_quantile(q->v[1] / 100) - bl_normal_quantile(q->v[0] / 100);
  bl_status s = bl_kit_new_vectors(ctx, self->cls, self->state, t->X.cols);
  k.flat = bl_calloc(ctx, t->X.cols, sizeof *k.flat);
  if (!s && !k.flat) s = bl_fail_nomem(ctx, "robust_scaler");
  if (!s) s = bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
  if (!s && p->with_scaling)
    bl_kit_warn_columns(ctx, self, is_flat, k.flat, "have two equal quantiles and are not scaled");
  bl_free(ctx, k.flat);
  return s;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) o[j] = (float)(((double)x[j] - s->center[j]) / s->scale[j]);
  }
  return BL_OK;
}

/* Each column stays what it was; divided by its own spread it has no unit. */
static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, ((const params *)self->params)->with_scaling ? "1" : NULL, out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_robust_scaler = {
    .name = "robust_scaler", .summary = "median 0 and interquartile range 1 for each column",
    .source = "scikit-learn RobustScaler", .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out, .check = bl_kit_check_vectors};
/* clang-format on */
