#include "discrete_nb.h"

#include <math.h>
#include <string.h>

#include "linear_classifier.h"

const bl_field bl_discrete_nb_fields[] = {
    BL_FIELD_VECTOR(bl_discrete_nb, class_count, BL_F64, n_classes, "rows of each class, or the sum of their weights"),
    BL_FIELD_MATRIX(bl_discrete_nb, feature_count, BL_F64, n_classes, n_features, "sums of the columns, a class a row"),
    BL_FIELD_END};

/* ---- learning ---------------------------------------------------------------------------------------------------- */

bl_status bl_discrete_nb_learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const double *from)
{
  bl_discrete_nb *s = self->state;
  size_t k = t->n_classes, d = t->X.cols;
  bl_discrete_nb next = {.n_classes = k, .n_features = d};
  next.class_count = bl_calloc(ctx, k, sizeof *next.class_count);
  next.feature_count = bl_calloc(ctx, k, d * sizeof *next.feature_count);
  bool whole = next.class_count && next.feature_count;
  if (whole && s->n_classes) {
    memcpy(next.class_count, s->class_count, k * sizeof *next.class_count);
    memcpy(next.feature_count, s->feature_count, k * d * sizeof *next.feature_count);
  }
  for (size_t i = 0; whole && i < t->X.rows; i++) {
    const float *x = bl_crow(&t->X, i);
    size_t c = (size_t)t->y[i];
    double w = t->weight ? t->weight[i] : 1, *sum = next.feature_count + c * d;
    next.class_count[c] += w;
    for (size_t j = 0; j < d; j++) sum[j] += w * (from ? ((double)x[j] > *from ? 1 : 0) : (double)x[j]);
  }
  bl_discrete_nb old = *s;
  if (whole) *s = next;
  bl_fields_release(ctx, bl_discrete_nb_fields, whole ? &old : &next);
  return whole ? BL_OK : bl_fail_nomem(ctx, self->cls->name);
}

bl_status bl_nb_priors_check(bl_ctx *ctx, const char *who, const bl_nb_priors *p, size_t n_classes)
{
  const bl_reals *given = &p->class_prior;
  double sum = 0;
  if (!given->n) return BL_OK;
  if (given->n != n_classes)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu class priors for %zu classes; give one a class, or none", who, given->n,
                   n_classes);
  for (size_t c = 0; c < n_classes; c++) {
    if (!(given->v[c] > 0))
      return bl_fail(ctx, BL_E_RANGE, "%s: class prior %zu is %g; each must be above 0", who, c, given->v[c]);
    sum += given->v[c];
  }
  if (fabs(sum - 1) <= 1e-6) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: the class priors sum to %g; they must sum to 1", who, sum);
}

void bl_nb_log_priors(const bl_nb_priors *p, const bl_discrete_nb *s, double *out)
{
  double total = bl_kit_weight_sum(s->n_classes, s->class_count);
  for (size_t c = 0; c < s->n_classes; c++)
    out[c] = p->class_prior.n ? log(p->class_prior.v[c])
             : p->fit_prior   ? log(s->class_count[c] / total)
                              : -log((double)s->n_classes);
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

bl_status bl_nb_room_new(bl_ctx *ctx, const bl_estimator *self, void **room, bl_nb_room **out)
{
  const bl_discrete_nb *s = self->state;
  size_t k = s->n_classes, d = s->n_features;
  double *doubles;
  bl_nb_room *r = *out = *room = bl_kit_room(ctx, sizeof *r, k * d + 2 * k, &doubles);
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  *r = (bl_nb_room){doubles, doubles + k * d, doubles + k * d + k, NULL};
  return BL_OK;
}

bl_status bl_nb_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_discrete_nb *s = self->state;
  const bl_nb_room *r = room;
  size_t k = s->n_classes, d = s->n_features;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    for (size_t c = 0; c < k; c++) {
      const double *coef = r->coef + c * d;
      double sum = 0;
      if (r->from)
        for (size_t j = 0; j < d; j++) sum += (double)x[j] > *r->from ? coef[j] : 0;
      else
        for (size_t j = 0; j < d; j++) sum += coef[j] * (double)x[j];
      r->z[c] = r->constant[c] + sum;
    }
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(r->z, k);
    if (!out->v[BL_PREDICT_PROBA]) continue;
    bl_softmax(r->z, k);
    memcpy(out->v[BL_PREDICT_PROBA] + i * k, r->z, k * sizeof *r->z);
  }
  return BL_OK;
}

size_t bl_nb_width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  return op == BL_PREDICT_PROBA ? (self->n_classes ? self->n_classes : 1) : 0;
}

bl_status bl_nb_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_discrete_nb *s = self->state;
  if (s->class_count && s->feature_count && s->n_classes && s->n_classes == self->n_classes &&
      s->n_features == self->n_features)
    return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s: counts are %zu x %zu, wanted %zu x %zu", self->cls->name, s->n_classes,
                 s->n_features, self->n_classes, self->n_features);
}
