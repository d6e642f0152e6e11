#include "linear_targets.h"

bl_status bl_linear_targets_begin(bl_ctx *ctx, const bl_train *t, bl_linear_targets *m)
{
  m->n_targets = t->n_targets;
  m->n_features = t->X.cols;
  m->coef = bl_calloc(ctx, m->n_targets, m->n_features * sizeof *m->coef);
  m->intercept = bl_calloc(ctx, m->n_targets, sizeof *m->intercept);
  return m->coef && m->intercept ? BL_OK : bl_fail_nomem(ctx, "a linear model");
}

void bl_linear_targets_centre(const bl_train *t, bool wanted, const double *root, double *y, double *mean)
{
  size_t k = t->n_targets;
  for (size_t c = 0; c < k; c++) {
    for (size_t i = 0; wanted && i < t->X.rows; i++) mean[c] += (t->weight ? t->weight[i] : 1) * t->y[i * k + c];
    mean[c] = wanted ? mean[c] / bl_kit_weight_sum(t->X.rows, t->weight) : 0;
    for (size_t i = 0; i < t->X.rows; i++) y[i * k + c] = root[i] * (t->y[i * k + c] - mean[c]);
  }
}

size_t bl_linear_targets_width(const bl_estimator *self, bl_op op)
{
  size_t k = ((const bl_linear_targets *)self->state)->n_targets;
  return op == BL_PREDICT ? k ? k : 1 : 0;
}

bl_status bl_linear_targets_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const bl_linear_targets *t = self->state;
  double *Wt;
  bl_kit_map *m = bl_kit_room(ctx, sizeof *m, t->n_features * t->n_targets, &Wt);
  (void)ops, (void)rows;
  if (!m) return bl_fail_nomem(ctx, self->cls->name);
  bl_kit_turn(t->n_targets, t->n_features, t->coef, Wt);
  *m = (bl_kit_map){.d = t->n_features, .k = t->n_targets, .Wt = Wt, .bias = t->intercept};
  *room = m;
  return BL_OK;
}

bl_status bl_linear_targets_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                  const bl_answer *out)
{
  const bl_kit_map *m = room;
  (void)ctx, (void)self;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++)
    bl_kit_linear(m, bl_crow(X, i), out->v[BL_PREDICT] + i * m->k);
  return BL_OK;
}

bl_status bl_linear_targets_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_linear_targets *t = self->state;
  if (t->coef && t->intercept && t->n_targets == self->n_targets && t->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s: its coefficients do not fit %zu columns and %zu targets", self->cls->name,
                 self->n_features, self->n_targets);
}

bl_status bl_linear_targets_migrate(bl_ctx *ctx, unsigned from_version, bl_old_state *old)
{
  (void)from_version;
  bl_old_field *coef = bl_old_find(old, "coef"), *intercept = bl_old_find(old, "intercept");
  bl_status s = coef && coef->n_dims == 1 ? bl_old_reshape(ctx, coef, 2, 1, coef->dims[0]) : BL_OK;
  return s || !intercept ? s : bl_old_reshape(ctx, intercept, 1, 1, 0);
}
