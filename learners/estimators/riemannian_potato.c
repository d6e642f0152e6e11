/* riemannian_potato: epochs whose covariance lies far from the others' are artefacts. Rows are covariances (upper triangles, row by
 * row). With M their mean, d the logarithm of a matrix's distance from M and z = (d - mean) / sd over the training rows, a row is odd
 * whose z reaches `threshold`; such rows are left out and all is learnt again, until none is (Barachant, Andreev and Congedo,
 * TOBI 2013; Barthelemy et al., IEEE TNSRE 27 (2019) 244). Only far matrices are odd: one close to the mean is never. Numbers
 * are pyRiemann's Potato (0.11). */
#include <math.h>

#include "anomaly.h"
#include "kit.h"
#include "spd.h"

static const char who[] = "riemannian_potato";
static const double farthest = 1e9; /* z of what lies in the mean itself, or in no distance from it at all */

typedef struct params {
  int metric;
  double threshold;
  int64_t n_iter_max;
} params;

typedef struct state {
  size_t n_channels;
  double *reference; /* [channel][channel] */
  double mean, std;  /* of the logarithms of the distances */
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, metric, "riemann", bl_spd_metrics, "of the mean and of the distances"),
    BL_REAL_ABOVE(params, threshold, "3", 0, 1e9, "", "z from which on a row is odd"),
    BL_INT(params, n_iter_max, "100", 1, 1000000, "", "how often odd rows are left out and the rest learnt again"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, reference, BL_F64, n_channels, n_channels, "mean of the matrices that are not odd"),
    BL_FIELD_SCALAR(state, mean, BL_F64, "mean of the logarithms of their distances from it"),
    BL_FIELD_SCALAR(state, std, BL_F64, "standard deviation of these, divided by n"), BL_FIELD_END};

static double log_distance(const bl_spd_reference *r, const float *row, double *a, double *work)
{
  bl_spd_of_row(r->n, row, a);
  return log(bl_spd_distance2(r, a, work)) / 2;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

typedef struct learning {
  const params *p;
  const bl_train *t;
  state *s;
  uint32_t *kept; /* rows of X.v that are not odd */
  double *weight, *distance, *room;
  size_t n;
} learning;

static bl_status learn_once(bl_ctx *ctx, learning *l)
{
  state *s = l->s;
  size_t n2 = s->n_channels * s->n_channels;
  bl_cmat X = l->t->X;
  X.index = l->kept;
  X.rows = l->n;
  bl_spd_set set = {.n = s->n_channels, .count = l->n, .rows = &X};
  bl_spd_reference r;
  double total = 0, *v = l->room, *a = v + 2 * n2, *work = a + n2;
  bl_status e = bl_spd_mean(ctx, who, &set, l->t->weight ? l->weight : NULL, (bl_spd_metric)l->p->metric, s->reference);
  if (e) return e;
  if (!bl_spd_reference_set(&r, (bl_spd_metric)l->p->metric, s->n_channels, s->reference, v, v + n2, work))
    return bl_fail(ctx, BL_E_RANGE, "%s: the mean is not positive definite; put shrinkage before it", who);
  s->mean = s->std = 0;
  for (size_t i = 0; i < l->n; i++) {
    double w = l->t->weight ? l->weight[i] : 1;
    l->distance[i] = log_distance(&r, bl_crow(&X, i), a, work);
    s->mean += w * l->distance[i];
    total += w;
  }
  s->mean /= total;
  for (size_t i = 0; i < l->n; i++)
    s->std += (l->t->weight ? l->weight[i] : 1) * (l->distance[i] - s->mean) * (l->distance[i] - s->mean);
  s->std = sqrt(s->std / total);
  if (isfinite(s->mean) && s->std > 0) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: %zu matrices all lie as far from their mean, or one of them is not positive definite", who, l->n);
}

/* Leaves odd rows out; false when there were none. */
static bool leave_out(learning *l)
{
  size_t n = 0;
  for (size_t i = 0; i < l->n; i++) {
    if (!((l->distance[i] - l->s->mean) / l->s->std < l->p->threshold)) continue;
    l->weight[n] = l->weight[i];
    l->kept[n++] = l->kept[i];
  }
  bool any = n < l->n;
  l->n = n;
  return any;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t n = bl_spd_channels(t->X.cols), n2 = n * n;
  learning l = {.p = self->params, .t = t, .s = s};
  s->n_channels = n;
  s->reference = bl_calloc(ctx, n2, sizeof *s->reference);
  l.kept = bl_calloc(ctx, t->X.rows, sizeof *l.kept);
  l.weight = bl_calloc(ctx, 2 * t->X.rows, sizeof *l.weight);
  l.room = bl_calloc(ctx, 3 * n2 + bl_spd_room(n), sizeof *l.room);
  bl_status e = s->reference && l.kept && l.weight && l.room ? BL_OK : bl_fail_nomem(ctx, who);
  if (!e) l.distance = l.weight + t->X.rows;
  for (size_t i = 0; !e && i < t->X.rows; i++) {
    if (t->weight && !(t->weight[i] > 0)) continue;
    l.weight[l.n] = t->weight ? t->weight[i] : 1;
    l.kept[l.n++] = t->X.index ? t->X.index[i] : (uint32_t)i;
  }
  for (int64_t k = 0; !e && k < l.p->n_iter_max; k++) {
    e = learn_once(ctx, &l);
    if (!e && !leave_out(&l)) break;
  }
  bl_free(ctx, l.kept);
  bl_free(ctx, l.weight);
  bl_free(ctx, l.room);
  return e;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

typedef struct room {
  bl_spd_reference reference;
  double *a, *work;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  size_t n = s->n_channels, n2 = n * n;
  bl_spd_metric metric = (bl_spd_metric)((const params *)self->params)->metric;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 3 * n2 + bl_spd_room(n), &v);
  if (!r) return bl_fail_nomem(ctx, who);
  r->a = v + 2 * n2;
  r->work = r->a + n2;
  if (bl_spd_reference_set(&r->reference, metric, n, s->reference, v, v + n2, r->work)) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: the mean is not positive definite", who);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_potato, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  const room *r = of_potato;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    double d = log_distance(&r->reference, bl_crow(X, i), r->a, r->work);
    double z = (d - s->mean) / s->std;
    if (isnan(d)) z = farthest; /* not positive definite, a flat channel say: no epoch is odder */
    bl_anomaly_answer(fmax(fmin(z, farthest), -farthest), -p->threshold, i, out);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  double n = (double)bl_spd_channels(self->n_features);
  return 15 * n * n * n;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t n = bl_spd_channels(self->n_features);
  if (!s->reference) return bl_fail(ctx, BL_E_FORMAT, "%s: reference is missing", who);
  if (n * (n + 1) / 2 != self->n_features || s->n_channels != n || !(s->std > 0))
    return bl_fail(ctx, BL_E_FORMAT, "%s: a reference of %zu channels and a spread of %g do not fit %zu columns", who,
                   s->n_channels, s->std, self->n_features);
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_riemannian_potato = {
    .name = "riemannian_potato", .summary = "outlier detector: covariances far from the mean, artefacts of EEG",
    .source = "pyRiemann Potato; Barachant et al. 2013", .kind = BL_OUTLIER_DETECTOR,
    .tags = BL_TAG_COVARIANCE_ROWS | BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_anomaly_width, .prepare = prepare, .apply = apply,
    .work = cost, .check = check};
/* clang-format on */
