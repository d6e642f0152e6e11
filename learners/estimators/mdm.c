/* mdm: minimum distance to mean. Rows are covariances of epochs (upper triangles, row by row); each class is the mean of its
 * matrices, and a matrix belongs to the class whose mean is nearest. By the affine invariant metric it does not matter how
 * the channels are mixed or scaled. Numbers are pyRiemann's MDM (0.11): Barachant et al., IEEE Trans. Biomed. Eng. 59 (2012) 920.
 *
 * Probabilities are the softmax of -d^2. Decisions: d0^2 - d1^2 of two classes, of more -d^2 of each. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "linear_classifier.h"
#include "spd.h"

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

/* The rows of class c, with their weights. */
static bl_status class_mean(bl_ctx *ctx, const params *p, const bl_train *t, size_t c, uint32_t *index, double *weight,
                            double *mean)
{
  bl_cmat X = t->X;
  bl_spd_set set = {.n = bl_spd_channels(t->X.cols), .rows = &X};
  for (size_t i = 0; i < t->X.rows; i++) {
    if ((size_t)t->y[i] != c) continue;
    if (t->weight && !(t->weight[i] > 0)) continue; /* as if it were not there: a singular one does no harm */
    weight[set.count] = t->weight ? t->weight[i] : 1;
    index[set.count++] = t->X.index ? t->X.index[i] : (uint32_t)i;
  }
  X.index = index;
  X.rows = set.count;
  if (!set.count) return bl_fail(ctx, BL_E_SHAPE, "%s: all rows of class %zu have weight 0", who, c);
  return bl_spd_mean(ctx, who, &set, t->weight ? weight : NULL, (bl_spd_metric)p->metric, mean);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t n = bl_spd_channels(t->X.cols);
  s->n_classes = t->n_classes;
  s->n_entries = n * n;
  s->means = bl_calloc(ctx, s->n_classes, n * n * sizeof *s->means);
  uint32_t *index = bl_calloc(ctx, t->X.rows, sizeof *index);
  double *weight = bl_calloc(ctx, t->X.rows, sizeof *weight);
  bl_status status = s->means && index && weight ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t c = 0; !status && c < s->n_classes; c++)
    status = class_mean(ctx, self->params, t, c, index, weight, s->means + c * n * n);
  bl_free(ctx, index);
  bl_free(ctx, weight);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  size_t k = self->n_classes ? self->n_classes : 1;
  if (op == BL_PREDICT) return 1;
  if (op == BL_DECISION) return k > 2 ? k : 1;
  return op == BL_PREDICT_PROBA ? k : 0;
}

typedef struct room {
  size_t n;
  bl_spd_reference *reference; /* [class] */
  double *a, *z, *work;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t k = s->n_classes, n = bl_spd_channels(self->n_features), n2 = n * n;
  bl_spd_metric metric = p->distance ? (bl_spd_metric)(p->distance - 1) : (bl_spd_metric)p->metric;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r + k * sizeof *r->reference, (2 * k + 1) * n2 + k + bl_spd_room(n), &v);
  if (!r) return bl_fail_nomem(ctx, who);
  double *a = v + 2 * k * n2, *z = a + n2;
  *r = (room){.n = n, .reference = (bl_spd_reference *)(r + 1), .a = a, .z = z, .work = z + k};
  for (size_t c = 0; c < k; c++)
    if (!bl_spd_reference_set(&r->reference[c], metric, n, s->means + c * n2, v + 2 * c * n2, v + (2 * c + 1) * n2,
                              r->work))
      return bl_fail(ctx, BL_E_RANGE, "%s: the mean of class %zu is not positive definite; put shrinkage before it",
                     who, c);
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_mdm, const bl_cmat *X, const bl_answer *out)
{
  const room *r = of_mdm;
  size_t k = self->n_classes;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    bl_spd_of_row(r->n, bl_crow(X, i), r->a);
    for (size_t c = 0; c < k; c++) r->z[c] = -bl_spd_distance2(&r->reference[c], r->a, r->work);
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(r->z, k);
    if (out->v[BL_DECISION] && k == 2) out->v[BL_DECISION][i] = r->z[1] - r->z[0];
    if (out->v[BL_DECISION] && k != 2) memcpy(out->v[BL_DECISION] + i * k, r->z, k * sizeof *r->z);
    if (!out->v[BL_PREDICT_PROBA]) continue;
    bl_softmax(r->z, k);
    memcpy(out->v[BL_PREDICT_PROBA] + i * k, r->z, k * sizeof *r->z);
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
                                             .width = width,
                                             .prepare = prepare,
                                             .apply = apply,
                                             .work = cost,
                                             .check = check};
