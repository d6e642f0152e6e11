/* dummy_regressor: looks at no column and predicts one number for each target, learnt from the targets alone: what a
 * regressor must beat. As scikit-learn's DummyRegressor, whose strategy `constant` needs no learning and is left out.
 *
 * Without weights the median and the quantile lie between two targets where they must (numpy's linear rule). With weights
 * they are the lowest target at which the summed weights reach the share asked for, as scikit-learn has it; rows of
 * weight zero never come here (estimator.h), and weights that are all 1 are none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

enum { MEAN, MEDIAN };
static const char *const strategies[] = {"mean", "median", "quantile", NULL};

typedef struct params {
  int strategy;
  double quantile;
} params;

typedef struct state {
  size_t n_targets;
  double *constant;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, strategy, "mean", strategies, "what of the targets is predicted"),
    BL_REAL(params, quantile, "0.5", 0, 1, "", "share of the targets that lie below; for strategy quantile"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, constant, BL_F64, n_targets, "what is predicted of each target"), BL_FIELD_END};

typedef struct weighted {
  double y, weight;
} weighted;

static int ascending(const void *a, const void *b)
{
  double x = ((const weighted *)a)->y, y = ((const weighted *)b)->y;
  return (x > y) - (x < y);
}

static double quantile_of(const weighted *v, size_t n, double share, bool has_weights)
{
  if (!has_weights) {
    double at = share * (double)(n - 1);
    size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
    return v[low].y + (at - (double)low) * (v[high].y - v[low].y);
  }
  double sum = 0, reached = 0;
  for (size_t i = 0; i < n; i++) sum += v[i].weight;
  double wanted = share * sum;
  for (size_t i = 0; i < n; i++) {
    reached += v[i].weight;
    if (reached >= wanted) return v[i].y;
  }
  return v[n - 1].y;
}

static double mean_of(const bl_train *t, size_t target)
{
  double sum = 0;
  for (size_t i = 0; i < t->X.rows; i++) sum += (t->weight ? t->weight[i] : 1) * t->y[i * t->n_targets + target];
  return sum / bl_kit_weight_sum(t->X.rows, t->weight);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows;
  s->n_targets = t->n_targets;
  s->constant = bl_calloc(ctx, t->n_targets, sizeof *s->constant);
  weighted *sorted = p->strategy == MEAN ? NULL : bl_calloc(ctx, n, sizeof *sorted);
  if (!s->constant || (!sorted && p->strategy != MEAN)) {
    bl_free(ctx, sorted);
    return bl_fail_nomem(ctx, "dummy_regressor");
  }
  for (size_t k = 0; k < t->n_targets; k++) {
    if (!sorted) {
      s->constant[k] = mean_of(t, k);
      continue;
    }
    for (size_t i = 0; i < n; i++) sorted[i] = (weighted){t->y[i * t->n_targets + k], t->weight ? t->weight[i] : 1};
    qsort(sorted, n, sizeof *sorted, ascending);
    s->constant[k] = quantile_of(sorted, n, p->strategy == MEDIAN ? 0.5 : p->quantile, t->weight);
  }
  bl_free(ctx, sorted);
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  const state *s = self->state;
  if (op != BL_PREDICT) return 0;
  return s->n_targets ? s->n_targets : 1;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++)
    memcpy(out->v[BL_PREDICT] + i * s->n_targets, s->constant, s->n_targets * sizeof *s->constant);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (!s->constant || !s->n_targets || s->n_targets != self->n_targets)
    return bl_fail(ctx, BL_E_FORMAT, "dummy_regressor: constant has %zu numbers for %zu targets", s->n_targets,
                   self->n_targets);
  return BL_OK;
}

const bl_estimator_class bl_estimator_dummy_regressor = {
    .name = "dummy_regressor",
    .summary = "the mean, median or a quantile of the targets, whatever the row: what others must beat",
    .source = "scikit-learn DummyRegressor",
    .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_POOR_SCORE | BL_TAG_TARGETS | BL_TAG_NAN_OK | BL_TAG_CATEGORIES,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .apply = apply,
    .check = check};
