/* rank_average: several outlier detectors decide together. Scores of different detectors have no common unit, ranks have: a row's
 * score by one detector becomes the share of training rows that are less strange to it (half of those that are as strange), and the
 * ensemble's score is the mean of these shares (Aggarwal and Sathe 2015). Where nothing is known of the data, isolation_forest,
 * knn_distance and ecod are a trio that fails in different places. */
#include <math.h>
#include <string.h>

#include "anomaly.h"
#include "baleen/sort.h"
#include "composite.h"
#include "estimator_private.h"
#include "kit.h"

static const char who[] = "rank_average";

typedef struct params {
  bl_reals weights;
  double contamination;
} params;

typedef struct state {
  size_t n_members, n_rows;
  double *scores; /* [n_members][n_rows] of training, ascending */
  double offset;
} state;

static const bl_opt opts[] = {BL_CHILDREN(estimators, "the detectors"),
                              BL_REALS(params, weights, "[]", 0, 1e300, "", "how much each counts; empty: all alike"),
                              BL_CONTAMINATION(params), BL_OPT_END};

static const bl_field fields[] = {BL_FIELD_MATRIX(state, scores, BL_F64, n_members, n_rows,
                                                  "scores of the training rows by each detector, ascending"),
                                  BL_ANOMALY_OFFSET(state), BL_FIELD_END};

static unsigned tags_of(const bl_estimator *self)
{
  const unsigned any = BL_TAG_ORDERED | BL_TAG_RANDOM | BL_TAG_COVARIANCE_ROWS | BL_TAG_POOR_SCORE;
  return bl_composite_tags(self, any, BL_TAG_WEIGHTS | BL_TAG_NAN_OK | BL_TAG_CATEGORIES);
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_reals *w = &((const params *)self->params)->weights;
  double sum = 0;
  for (size_t i = 0; i < self->n_children; i++)
    if (bl_estimator_kind(self->child[i]) != BL_OUTLIER_DETECTOR || !bl_op_width(self->child[i], BL_SCORE_SAMPLES))
      return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' is no outlier detector that scores rows", who, self->child_name[i]);
  if (!w->n) return BL_OK;
  if (w->n != self->n_children)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %zu weights for %zu estimators", who, w->n, self->n_children);
  for (size_t i = 0; i < w->n; i++) sum += w->v[i];
  return sum > 0 ? BL_OK : bl_fail(ctx, BL_E_CONFIG, "%s: its weights are all zero", who);
}

/* The share of v [n], ascending, below x, and half of what is equal to it. */
static double rank_of(const double *v, size_t n, double x)
{
  size_t below = 0, end = n;
  while (below < end) {
    size_t mid = (below + end) / 2;
    if (v[mid] < x) below = mid + 1;
    else end = mid;
  }
  size_t upto = below;
  for (end = n; upto < end;) {
    size_t mid = (upto + end) / 2;
    if (v[mid] <= x) upto = mid + 1;
    else end = mid;
  }
  return ((double)below + (double)(upto - below) / 2) / (double)n;
}

static double weight_of(const bl_estimator *self, size_t member)
{
  const bl_reals *w = &((const params *)self->params)->weights;
  double sum = 0;
  for (size_t i = 0; i < w->n; i++) sum += w->v[i];
  return w->n ? w->v[member] / sum : 1 / (double)self->n_children;
}

static void add_ranks(const bl_estimator *self, size_t member, const double *score_samples, size_t n, double *sum)
{
  const state *s = self->state;
  double w = weight_of(self, member);
  for (size_t i = 0; i < n; i++)
    sum[i] += isnan(score_samples[i]) ? (double)NAN
                                      : w * rank_of(s->scores + member * s->n_rows, s->n_rows, -score_samples[i]);
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bl_status learn_scores(bl_ctx *ctx, bl_estimator *self, const bl_train *t, double *one, double *sum)
{
  state *s = self->state;
  bl_status status = BL_OK;
  for (size_t k = 0; !status && k < s->n_members; k++) {
    double *v = s->scores + k * s->n_rows;
    status = bl_composite_in(ctx, self, k, bl_apply(ctx, self->child[k], BL_SCORE_SAMPLES, &t->X, NULL, one));
    for (size_t i = 0; !status && i < s->n_rows; i++) v[i] = -one[i];
    if (!status) bl_sort(v, s->n_rows);
    if (!status) add_ranks(self, k, one, s->n_rows, sum);
  }
  return status;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t n = t->X.rows;
  bl_status status = bl_composite_fit_all(ctx, self, t->data);
  if (status) return status;
  s->n_members = self->n_children;
  s->n_rows = n;
  s->scores = bl_calloc(ctx, s->n_members, n * sizeof *s->scores);
  double *one = bl_calloc(ctx, 2 * n, sizeof *one), *sum = one + n;
  status = s->scores && one ? learn_scores(ctx, self, t, one, sum) : bl_fail_nomem(ctx, who);
  if (!status) s->offset = bl_anomaly_offset(sum, n, ((const params *)self->params)->contamination);
  bl_free(ctx, one);
  return status;
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

typedef struct room {
  double *one, *sum; /* [rows] */
  size_t n;
  bl_applier *applier[]; /* n are made */
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  size_t n = self->n_children;
  double *tail;
  room *r = *out = bl_kit_room(ctx, sizeof(room) + n * sizeof(bl_applier *), 2 * rows, &tail);
  if (!r) return bl_fail_nomem(ctx, who);
  bl_status s = BL_OK;
  r->one = tail;
  r->sum = tail + rows;
  for (; !s && ops && r->n < n; r->n++)
    s = bl_composite_in(
        ctx, self, r->n,
        bl_applier_new(ctx, self->child[r->n], BL_ASK(BL_SCORE_SAMPLES), rows, NULL, &r->applier[r->n]));
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  for (size_t i = 0; i < r->n; i++) bl_applier_free(ctx, r->applier[i]);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  const bl_answer asked = {.v = {[BL_SCORE_SAMPLES] = r->one}, .first_row = out->first_row};
  bl_status s = BL_OK;
  memset(r->sum, 0, X->rows * sizeof *r->sum);
  for (size_t k = 0; !s && k < r->n; k++) {
    s = bl_composite_in(ctx, self, k, bl_applier_run(ctx, r->applier[k], X, &asked));
    if (!s) add_ranks(self, k, r->one, X->rows, r->sum);
  }
  for (size_t i = 0; !s && i < X->rows; i++) bl_anomaly_answer(r->sum[i], ((const state *)self->state)->offset, i, out);
  return s;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bl_status status = bl_estimator_complete(ctx, self);
  for (size_t i = 0; !status && i < self->n_children; i++)
    status = bl_composite_check(ctx, self, self->child[i], BL_OUTLIER_DETECTOR, self->n_features);
  if (!status && (!s->scores || !s->n_rows || s->n_members != self->n_children))
    status = bl_fail(ctx, BL_E_FORMAT, "%s: scores of %zu detectors, wanted %zu", who, s->n_members, self->n_children);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_rank_average = {
    .name = "rank_average", .summary = "several outlier detectors decide together, by the mean of their ranks",
    .source = "Aggarwal and Sathe 2015", .kind = BL_OUTLIER_DETECTOR, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_anomaly_width,
    .prepare = prepare, .release = release, .apply = apply, .check = check, .tags_of = tags_of,
    .check_children = check_children};
/* clang-format on */
