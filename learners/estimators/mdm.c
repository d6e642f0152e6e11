/* mdm: minimum distance to mean. Rows are covariances of epochs (upper triangles, row by row); each class is the mean of its
 * matrices, and a matrix belongs to the class whose mean is nearest. By the affine invariant metric it does not matter how
 * the channels are mixed or scaled. Numbers are pyRiemann's MDM (0.11): Barachant et al., IEEE Trans. Biomed. Eng. 59 (2012) 920.
 *
 * Probabilities are the softmax of -d^2. Decisions: d0^2 - d1^2 of two classes, of more -d^2 of each. */
#include "kit.h"
#include "nearest_mean.h"

static const char who[] = "mdm";

static const char *const distances[] = {"auto",   "riemann", "logeuclid", "euclid",      "harmonic", "kullback_sym",
                                        "logdet", "logchol", "chol",      "wasserstein", NULL};

typedef struct params {
  int metric, distance;
} params;

typedef struct state {
  size_t n_classes, n_entries;
  double *means; /* [class][channel][channel] */
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, metric, "riemann", bl_spd_metrics, "of the means"),
    BL_ENUM(params, distance, "auto", distances, "metric of the distances; auto: that of the means"),
    BL_OPT_END,
};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, means, BL_F64, n_classes, n_entries, "mean of each class, a matrix a row, row by row"),
    BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t n = bl_spd_channels(t->X.cols);
  s->n_classes = t->n_classes;
  s->n_entries = n * n;
  s->means = bl_calloc(ctx, s->n_classes, n * n * sizeof *s->means);
  if (!s->means) return bl_fail_nomem(ctx, who);
  return bl_spd_class_means(ctx, who, t, &t->X, (bl_spd_metric)((const params *)self->params)->metric, s->means);
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

typedef struct room {
  bl_spd_distances to_means;
  double *a, *z;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t k = s->n_classes, n = bl_spd_channels(self->n_features), of_distances = bl_spd_distances_room(n, k);
  bl_spd_metric metric = p->distance ? (bl_spd_metric)(p->distance - 1) : (bl_spd_metric)p->metric;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, of_distances + n * n + k, &v);
  if (!r) return bl_fail_nomem(ctx, who);
  r->a = v + of_distances;
  r->z = r->a + n * n;
  return bl_spd_distances_set(ctx, who, metric, n, k, s->means, v, &r->to_means);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_mdm, const bl_cmat *X, const bl_answer *out)
{
  const room *r = of_mdm;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    bl_spd_of_row(r->to_means.n, bl_crow(X, i), r->a);
    bl_spd_distances2(&r->to_means, r->a, r->z);
    bl_spd_answer(self->n_classes, r->z, i, out);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  double n = (double)bl_spd_channels(self->n_features);
  return 10 * n * n * n * (double)(self->n_classes + 1);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t n = bl_spd_channels(self->n_features);
  if (!s->means) return bl_fail(ctx, BL_E_FORMAT, "%s: means are missing", who);
  if (s->n_classes != self->n_classes || n * (n + 1) / 2 != self->n_features || s->n_entries != n * n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: means of %zu classes with %zu entries do not fit %zu classes and %zu columns",
                   who, s->n_classes, s->n_entries, self->n_classes, self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_mdm = {.name = "mdm",
                                             .summary = "Riemannian minimum distance to the mean covariance of a class",
                                             .source = "pyRiemann MDM; Barachant et al. 2012",
                                             .kind = BL_CLASSIFIER,
                                             .tags = BL_TAG_COVARIANCE_ROWS | BL_TAG_WEIGHTS,
                                             .state_version = 1,
                                             .opts = opts,
                                             .params_size = sizeof(params),
                                             .fields = fields,
                                             .state_size = sizeof(state),
                                             .fit = fit,
                                             .width = bl_spd_classifier_width,
                                             .prepare = prepare,
                                             .apply = apply,
                                             .work = cost,
                                             .check = check};
