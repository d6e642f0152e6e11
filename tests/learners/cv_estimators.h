/* cv_estimators.h: estimators too simple to be wrong, for the tests of cross-validation. */
#ifndef BL_TEST_CV_ESTIMATORS_H
#define BL_TEST_CV_ESTIMATORS_H

#include <math.h>

#include "baleen/estimator.h"
#include "baleen/memory.h"

static inline bl_status cv_try_new(bl_ctx *ctx, const bl_estimator_class *cls, bl_estimator **out)
{
  bl_estimator *e = *out = bl_calloc(ctx, 1, sizeof *e);
  if (!e) return bl_fail_nomem(ctx, cls->name);
  e->cls = cls;
  e->params = bl_calloc(ctx, 1, cls->params_size);
  e->state = bl_calloc(ctx, 1, cls->state_size);
  return e->params && e->state ? BL_OK : bl_fail_nomem(ctx, cls->name);
}

static inline bl_estimator *cv_new(bl_ctx *ctx, const bl_estimator_class *cls)
{
  bl_estimator *e = NULL;
  check_ok(ctx, cv_try_new(ctx, cls, &e));
  return e;
}

/* ---- nearest class mean ------------------------------------------------------------------------------------------ */

typedef struct cv_means_state {
  double *mean;
  size_t n_classes, n_features;
  int64_t groups_seen; /* rows whose group arrived */
} cv_means_state;
static const bl_field cv_means_fields[] = {
    BL_FIELD_MATRIX(cv_means_state, mean, BL_F64, n_classes, n_features, "class means"),
    BL_FIELD_SCALAR(cv_means_state, groups_seen, BL_I64, "rows with a group"), BL_FIELD_END};

static inline size_t cv_groups_seen(const bl_estimator *e)
{
  return (size_t)((const cv_means_state *)e->state)->groups_seen;
}

static inline bl_status cv_means_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  cv_means_state *s = e->state;
  size_t k = t->n_classes, n = t->X.cols;
  double *total = bl_calloc(ctx, k, sizeof *total);
  s->mean = bl_calloc(ctx, k * n, sizeof *s->mean);
  s->n_classes = k;
  s->n_features = n;
  if (!total || !s->mean) {
    bl_free(ctx, total);
    return bl_fail_nomem(ctx, "means");
  }
  for (size_t i = 0; i < t->X.rows; i++) {
    size_t c = (size_t)t->y[i];
    double w = t->weight ? t->weight[i] : 1;
    total[c] += w;
    for (size_t j = 0; j < n; j++) s->mean[c * n + j] += w * (double)bl_crow(&t->X, i)[j];
    s->groups_seen += t->group && t->group[i] >= 0;
  }
  for (size_t c = 0; c < k; c++)
    for (size_t j = 0; j < n; j++) s->mean[c * n + j] /= total[c];
  bl_free(ctx, total);
  return BL_OK;
}

static inline size_t cv_means_width(const bl_estimator *e, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op == BL_PREDICT_PROBA) return e->fitted ? e->n_classes : 1;
  return op == BL_DECISION ? (e->fitted && e->n_classes > 2 ? e->n_classes : 1) : 0;
}

static inline bl_status cv_means_apply(bl_ctx *ctx, const bl_estimator *e, void *room, const bl_cmat *X,
                                       const bl_answer *out)
{
  (void)ctx, (void)room;
  const cv_means_state *s = e->state;
  for (size_t i = 0; i < X->rows; i++) {
    double best = (double)INFINITY, sum = 0, d[8] = {0};
    size_t at = 0;
    for (size_t c = 0; c < s->n_classes; c++) {
      for (size_t j = 0; j < X->cols; j++) d[c] += pow((double)bl_crow(X, i)[j] - s->mean[c * X->cols + j], 2);
      if (d[c] < best) best = d[c], at = c;
    }
    for (size_t c = 0; c < s->n_classes; c++) sum += exp(best - d[c]);
    double *decision = out->v[BL_DECISION], *proba = out->v[BL_PREDICT_PROBA];
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = (double)at;
    if (decision && s->n_classes == 2) decision[i] = d[0] - d[1];
    for (size_t c = 0; c < s->n_classes; c++) {
      if (decision && s->n_classes > 2) decision[i * s->n_classes + c] = -d[c];
      if (proba) proba[i * s->n_classes + c] = exp(best - d[c]) / sum;
    }
  }
  return BL_OK;
}

/* clang-format off */
static const bl_estimator_class cv_means = {
    .name = "means", .kind = BL_CLASSIFIER, .tags = BL_TAG_WEIGHTS, .fields = cv_means_fields,
    .state_size = sizeof(cv_means_state), .fit = cv_means_fit, .width = cv_means_width, .apply = cv_means_apply};
/* clang-format on */

/* ---- the ten columns whose class means lie farthest apart: learns from labels ------------------------------------ */

enum { CV_KEEP = 10 };
typedef struct cv_chooser_state {
  int64_t *column;
  size_t n;
} cv_chooser_state;
static const bl_field cv_chooser_fields[] = {BL_FIELD_VECTOR(cv_chooser_state, column, BL_I64, n, "columns"),
                                             BL_FIELD_END};

static inline bl_status cv_chooser_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  cv_chooser_state *s = e->state;
  double *apart = bl_calloc(ctx, t->X.cols, sizeof *apart);
  s->column = bl_calloc(ctx, CV_KEEP, sizeof *s->column);
  s->n = CV_KEEP;
  if (!apart || !s->column) {
    bl_free(ctx, apart);
    return bl_fail_nomem(ctx, "columns");
  }
  for (size_t j = 0; j < t->X.cols; j++) {
    double sum[2] = {0}, n[2] = {0};
    for (size_t i = 0; i < t->X.rows; i++) sum[t->y[i] > 0] += (double)bl_crow(&t->X, i)[j], n[t->y[i] > 0]++;
    apart[j] = fabs(sum[0] / n[0] - sum[1] / n[1]);
  }
  for (size_t k = 0; k < CV_KEEP; k++) {
    size_t best = 0;
    for (size_t j = 1; j < t->X.cols; j++)
      if (apart[j] > apart[best]) best = j;
    s->column[k] = (int64_t)best;
    apart[best] = -1;
  }
  bl_free(ctx, apart);
  return BL_OK;
}

static inline size_t cv_chooser_width(const bl_estimator *e, bl_op op)
{
  (void)e;
  return op == BL_TRANSFORM ? CV_KEEP : 0;
}

static inline bl_status cv_chooser_apply(bl_ctx *ctx, const bl_estimator *e, void *room, const bl_cmat *X,
                                         const bl_answer *out)
{
  (void)ctx, (void)room;
  const cv_chooser_state *s = e->state;
  for (size_t i = 0; i < X->rows; i++)
    for (size_t k = 0; k < CV_KEEP; k++) bl_row(&out->transform, i)[k] = bl_crow(X, i)[s->column[k]];
  return BL_OK;
}

static const bl_estimator_class cv_chooser = {.name = "chooser",
                                              .kind = BL_TRANSFORMER,
                                              .tags = BL_TAG_NEEDS_Y,
                                              .fields = cv_chooser_fields,
                                              .state_size = sizeof(cv_chooser_state),
                                              .fit = cv_chooser_fit,
                                              .width = cv_chooser_width,
                                              .apply = cv_chooser_apply};

/* ---- a detector (far above the least column 0), and a regressor (mean target) ------------------------------------ */

typedef struct cv_one_state {
  double value;
} cv_one_state;
static const bl_field cv_one_fields[] = {BL_FIELD_SCALAR(cv_one_state, value, BL_F64, "centre"), BL_FIELD_END};

static inline bl_status cv_far_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  (void)ctx;
  double least = (double)INFINITY;
  for (size_t i = 0; i < t->X.rows; i++) least = fmin(least, (double)bl_crow(&t->X, i)[0]);
  ((cv_one_state *)e->state)->value = least;
  return BL_OK;
}

static inline size_t cv_far_width(const bl_estimator *e, bl_op op)
{
  (void)e;
  return op == BL_PREDICT || op == BL_DECISION || op == BL_SCORE_SAMPLES;
}

static inline bl_status cv_far_apply(bl_ctx *ctx, const bl_estimator *e, void *room, const bl_cmat *X,
                                     const bl_answer *out)
{
  (void)ctx, (void)room;
  for (size_t i = 0; i < X->rows; i++) {
    double far = (double)bl_crow(X, i)[0] - ((const cv_one_state *)e->state)->value;
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = far > 10 ? -1 : 1;
    if (out->v[BL_DECISION]) out->v[BL_DECISION][i] = 10 - far;
    if (out->v[BL_SCORE_SAMPLES]) out->v[BL_SCORE_SAMPLES][i] = -far;
  }
  return BL_OK;
}

static const bl_estimator_class cv_far = {.name = "far",
                                          .kind = BL_OUTLIER_DETECTOR,
                                          .fields = cv_one_fields,
                                          .state_size = sizeof(cv_one_state),
                                          .fit = cv_far_fit,
                                          .width = cv_far_width,
                                          .apply = cv_far_apply};

static inline bl_status cv_mean_target_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  (void)ctx;
  for (size_t i = 0; i < t->X.rows; i++) ((cv_one_state *)e->state)->value += t->y[i] / (double)t->X.rows;
  return BL_OK;
}

static inline size_t cv_mean_target_width(const bl_estimator *e, bl_op op)
{
  (void)e;
  return op == BL_PREDICT;
}

static inline bl_status cv_mean_target_apply(bl_ctx *ctx, const bl_estimator *e, void *room, const bl_cmat *X,
                                             const bl_answer *out)
{
  (void)ctx, (void)room;
  for (size_t i = 0; i < X->rows; i++) out->v[BL_PREDICT][i] = ((const cv_one_state *)e->state)->value;
  return BL_OK;
}

/* clang-format off */
static const bl_estimator_class cv_mean_target = {
    .name = "mean_target", .kind = BL_REGRESSOR, .fields = cv_one_fields, .state_size = sizeof(cv_one_state),
    .fit = cv_mean_target_fit, .width = cv_mean_target_width, .apply = cv_mean_target_apply};
/* clang-format on */

#endif
