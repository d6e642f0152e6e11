/* bench_learners JOB: seconds of learners' work, best of five. Peers: peer_learners.py.
 *
 * apply: one row through [standard_scaler, logistic_regression] on 64 columns, in nanoseconds, and what it allocates.
 * knn: 20,000 x 64 rows learnt, 5,000 asked, 5 neighbours, 10 classes. pca: 20,000 x 512 to 32 components, fit.
 * roc: the area under the ROC curve of 1,000,000 scores. digits FILE: 10 folds of [standard_scaler, knn] on the digits
 * table. digits_svc FILE: of scaler, 30 principal components and svc. grid FILE: 5 folds of a search over 25 svc by 5 inner
 * folds. svc: 10,000 x 64 rows of two classes with a curved
 * border, learnt and 10,000 others asked. logistic, linear_svc, boosting: 100,000 x 64 rows of such classes, fit. one_class: 5,000 x 32 learnt. svc_row: one row through a machine of some 1,000
 * support vectors on 64 columns. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baleen/cross_validate.h"
#include "baleen/metric.h"
#include "baleen/random.h"
#include "baleen/table.h"

enum { TURNS = 5 };

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bl_ctx *ctx, bl_status s)
{
  if (!s) return;
  fprintf(stderr, "bench_learners: %s\n", bl_ctx_error(ctx));
  exit(1);
}

/* Noise around centres of `classes` classes; with steps of size in its columns, so that components differ. */
static void make_rows(bl_ctx *ctx, size_t n, size_t d, size_t classes, bl_mat *X, double **y)
{
  bl_rng r = bl_rng_make(1, "bench learners", d);
  need(ctx, bl_mat_new(ctx, n, d, X));
  if (!(*y = bl_calloc(ctx, n, sizeof **y))) exit(1);
  for (size_t i = 0; i < n; i++) {
    (*y)[i] = (double)(i % classes);
    for (size_t j = 0; j < d; j++)
      bl_row(X, i)[j] = (float)((bl_rng_normal(&r) + (j % classes == i % classes)) * (1 + 3.0 / (double)(1 + j)));
  }
}

static bl_estimator *make(bl_ctx *ctx, const char *text)
{
  bl_estimator *e;
  need(ctx, bl_estimator_parse(ctx, text, &e));
  return e;
}

static void job_apply(bl_ctx *ctx)
{
  enum { ROWS = 1000, SHORT_TURNS = 200 }; /* of a millisecond, which a busy machine leaves alone now and then */
  bl_mat X;
  double *y, proba[2], code, best = 1e9;
  make_rows(ctx, ROWS, 64, 2, &X, &y);
  bl_estimator *e = make(ctx, "[standard_scaler, logistic_regression]");
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  bl_applier *a;
  need(ctx, bl_fit(ctx, e, &d));
  need(ctx, bl_applier_new(ctx, e, BL_ASK(BL_PREDICT) | BL_ASK(BL_PREDICT_PROBA), 1, NULL, &a));
  bl_answer out = {.v = {[BL_PREDICT] = &code, [BL_PREDICT_PROBA] = proba}};
  size_t before = bl_ctx_allocs(ctx);
  for (int turn = 0; turn < SHORT_TURNS; turn++) {
    double start = now_s();
    for (size_t i = 0; i < ROWS; i++) {
      bl_cmat one = {bl_row(&X, i), 1, 64, 64, NULL};
      need(ctx, bl_applier_run(ctx, a, &one, &out));
    }
    double took = (now_s() - start) / ROWS;
    best = took < best ? took : best;
  }
  printf("%.0f ns a row, %zu allocations\n", 1e9 * best, bl_ctx_allocs(ctx) - before);
  bl_applier_free(ctx, a);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
}

static void job_knn(bl_ctx *ctx)
{
  enum { LEARNT = 20000, ASKED = 5000 };
  bl_mat X;
  double *y, *pred = bl_calloc(ctx, ASKED, sizeof *pred), best = 1e9;
  make_rows(ctx, LEARNT + ASKED, 64, 10, &X, &y);
  bl_estimator *e = make(ctx, "knn");
  bl_data d = {.X = {X.v, LEARNT, 64, X.stride, NULL}, .y = y};
  bl_cmat asked = {bl_row(&X, LEARNT), ASKED, 64, X.stride, NULL};
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &d));
    need(ctx, bl_apply(ctx, e, BL_PREDICT, &asked, NULL, pred));
    best = now_s() - start < best ? now_s() - start : best;
  }
  size_t right = 0;
  for (size_t i = 0; i < ASKED; i++) right += pred[i] == y[LEARNT + i];
  printf("%.3f s, accuracy %.3f\n", best, (double)right / ASKED);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, pred);
}

static void job_pca(bl_ctx *ctx)
{
  bl_mat X;
  double *y, best = 1e9;
  make_rows(ctx, 20000, 512, 10, &X, &y);
  bl_estimator *e = make(ctx, "{pca: {n_components: 32}}");
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&X)}));
    best = now_s() - start < best ? now_s() - start : best;
  }
  printf("%.3f s\n", best);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
}

/* Scores by a formula that the peer's program has too. */
static void job_roc(bl_ctx *ctx)
{
  enum { SCORES = 1000000 };
  double *truth = bl_calloc(ctx, SCORES, sizeof *truth), *score = bl_calloc(ctx, SCORES, sizeof *score), area = 0,
         best = 1e9;
  for (size_t i = 0; i < SCORES; i++) {
    double noise = sin((double)i * 12.9898) * 43758.5453;
    truth[i] = i * 7 % 10 < 3;
    score[i] = noise - floor(noise) + 0.3 * truth[i];
  }
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_roc_auc(ctx, SCORES, truth, score, NULL, &area));
    best = now_s() - start < best ? now_s() - start : best;
  }
  printf("%.3f s, area %.9f\n", best, area);
  bl_free(ctx, truth);
  bl_free(ctx, score);
}

static void job_digits(bl_ctx *ctx, const char *path, const char *model, const char *n_splits)
{
  bl_table t;
  bl_mat X;
  bl_splitter split;
  bl_folds folds;
  bl_metric accuracy;
  bl_cv cv;
  double best = 1e9, mean = 0, sd;
  need(ctx, bl_table_read(ctx, path, &t));
  size_t d = t.columns.n - 1, n;
  double *y = bl_calloc(ctx, t.n_rows, sizeof *y);
  int32_t *label = bl_calloc(ctx, t.n_rows, sizeof *label);
  need(ctx, bl_mat_new(ctx, t.n_rows, d, &X));
  for (size_t i = 0; i < t.n_rows; i++)
    for (size_t j = 0; j <= d; j++) {
      double x;
      need(ctx, bl_table_number(ctx, &t, i, j, &x));
      if (j < d) bl_row(&X, i)[j] = (float)x;
      else y[i] = x, label[i] = (int32_t)x;
    }
  need(ctx, bl_splitter_new(ctx, "stratified_k_fold", &split));
  need(ctx, bl_opts_set(ctx, "stratified_k_fold", split.cls->opts, split.params, "n_splits", n_splits));
  need(ctx, bl_metric_new(ctx, "accuracy", &accuracy));
  need(ctx, bl_split(ctx, &split, &(bl_split_data){.n = t.n_rows, .label = label}, &folds));
  bl_estimator *e = make(ctx, model);
  bl_data data = {.X = bl_mat_view(&X), .y = y};
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_cross_validate(ctx, e, &data, &folds, &accuracy, 1, &cv));
    best = now_s() - start < best ? now_s() - start : best;
    bl_cv_mean(&cv, 0, &mean, &sd, &n);
    bl_cv_free(ctx, &cv);
  }
  printf("%.3f s, accuracy %.4f\n", best, mean);
  bl_estimator_free(ctx, e);
  bl_metric_free(ctx, &accuracy);
  bl_folds_free(ctx, &folds);
  bl_splitter_free(ctx, &split);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, label);
  bl_table_free(ctx, &t);
}

/* Two classes with a curved and blurred border. */
static void make_curved(bl_ctx *ctx, size_t n, size_t d, bl_mat *X, double **y)
{
  bl_rng r = bl_rng_make(1, "bench curved", d);
  need(ctx, bl_mat_new(ctx, n, d, X));
  if (!(*y = bl_calloc(ctx, n, sizeof **y))) exit(1);
  for (size_t i = 0; i < n; i++) {
    float *x = bl_row(X, i);
    for (size_t j = 0; j < d; j++) x[j] = (float)bl_rng_normal(&r);
    (*y)[i] = 2 * (double)x[0] + (double)x[1] * (double)x[2] + 0.5 * bl_rng_normal(&r) > 0;
  }
}

static void job_svc(bl_ctx *ctx)
{
  enum { N = 10000 };
  bl_mat X;
  double *y, *pred = bl_calloc(ctx, N, sizeof *pred), best = 1e9, fit = 0;
  make_curved(ctx, 2 * (size_t)N, 64, &X, &y);
  bl_estimator *e = make(ctx, "svc");
  bl_cmat asked = {bl_row(&X, N), N, 64, X.stride, NULL};
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &(bl_data){.X = {X.v, N, 64, X.stride, NULL}, .y = y}));
    double middle = now_s();
    need(ctx, bl_apply(ctx, e, BL_PREDICT, &asked, NULL, pred));
    if (now_s() - start >= best) continue;
    best = now_s() - start;
    fit = middle - start;
  }
  size_t right = 0;
  for (size_t i = 0; i < N; i++) right += pred[i] == y[N + i];
  printf("%.3f s (fit %.3f), accuracy %.4f\n", best, fit, (double)right / N);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, pred);
}

static void job_one_class(bl_ctx *ctx)
{
  bl_mat X;
  double *y, best = 1e9;
  make_curved(ctx, 5000, 32, &X, &y);
  bl_estimator *e = make(ctx, "one_class_svm");
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&X)}));
    best = now_s() - start < best ? now_s() - start : best;
  }
  printf("%.3f s\n", best);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
}

static void job_svc_row(bl_ctx *ctx)
{
  enum { N = 1200, SHORT_TURNS = 20 };
  bl_mat X;
  double *y, code, best = 1e9;
  bl_applier *a;
  make_curved(ctx, N, 64, &X, &y);
  bl_estimator *e = make(ctx, "svc");
  need(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&X), .y = y}));
  need(ctx, bl_applier_new(ctx, e, BL_ASK(BL_PREDICT), 1, NULL, &a));
  for (int turn = 0; turn < SHORT_TURNS; turn++)
    for (size_t i = 0; i < N; i++) {
      bl_cmat one = {bl_row(&X, i), 1, 64, 64, NULL};
      double start = now_s();
      need(ctx, bl_applier_run(ctx, a, &one, &(bl_answer){.v = {[BL_PREDICT] = &code}}));
      best = now_s() - start < best ? now_s() - start : best;
    }
  printf("%.1f us a row\n", 1e6 * best);
  bl_applier_free(ctx, a);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
}

/* 100,000 x 64 rows of two classes with a blurred border learnt. */
static void job_linear(bl_ctx *ctx, const char *text)
{
  enum { ROWS = 100000 };
  bl_mat X;
  double *y, *pred = bl_calloc(ctx, ROWS, sizeof *pred), best = 1e9;
  make_curved(ctx, ROWS, 64, &X, &y);
  bl_estimator *e = make(ctx, text);
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &d));
    best = now_s() - start < best ? now_s() - start : best;
  }
  need(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, pred));
  size_t right = 0;
  for (size_t i = 0; i < ROWS; i++) right += pred[i] == y[i];
  printf("%.3f s, accuracy %.4f\n", best, (double)right / ROWS);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, pred);
}

/* 100 trees of 20,000 x 64 rows; 5,000 others asked, at once or (row) one by one. */
static void job_forest(bl_ctx *ctx, const char *text, bool asked, bool row)
{
  enum { ROWS = 20000, ASKED = 5000 };
  bl_mat X;
  double *y, *got = bl_calloc(ctx, ASKED, sizeof *got), best[3] = {1e9, 1e9, 1e9};
  make_rows(ctx, ROWS + ASKED, 64, 10, &X, &y);
  bl_estimator *e = make(ctx, text);
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  d.X.rows = ROWS;
  bl_cmat others = bl_mat_view(&X);
  others.v += ROWS * others.stride, others.rows = ASKED;
  for (int turn = 0; turn < (asked || row ? 1 : TURNS); turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &d));
    best[0] = now_s() - start < best[0] ? now_s() - start : best[0];
  }
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_apply(ctx, e, BL_PREDICT, &others, NULL, got));
    best[1] = now_s() - start < best[1] ? now_s() - start : best[1];
  }
  size_t right = 0;
  for (size_t i = 0; i < ASKED; i++) right += got[i] == y[ROWS + i];
  bl_applier *a;
  bl_cmat one = others;
  double answer;
  one.rows = 1;
  need(ctx, bl_applier_new(ctx, e, BL_ASK(BL_PREDICT), 1, NULL, &a));
  for (int turn = 0; row && turn < TURNS; turn++) {
    double start = now_s();
    for (size_t i = 0; i < 1000; i++) {
      one.v = others.v + i * others.stride;
      need(ctx, bl_applier_run(ctx, a, &one, &(bl_answer){.v = {[BL_PREDICT] = &answer}}));
    }
    best[2] = now_s() - start < best[2] ? now_s() - start : best[2];
  }
  if (row) printf("%.2f us, accuracy %.4f\n", best[2] * 1e3, (double)right / ASKED);
  else printf("%.3f s, accuracy %.4f\n", best[asked], (double)right / ASKED);
  bl_applier_free(ctx, a);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, got);
}

/* Covariances of 100 samples, each channel of an amplitude of its own and the matrices unlike one another. */
static void job_riemann(bl_ctx *ctx)
{
  enum { ROWS = 500, CH = 22, SAMPLES = 100 };
  bl_mat X;
  bl_rng r = bl_rng_make(1, "bench riemann", 0);
  double best = 1e9;
  need(ctx, bl_mat_new(ctx, ROWS, CH * (CH + 1) / 2, &X));
  for (size_t i = 0; i < ROWS; i++) {
    double c[CH][CH] = {{0}}, v[CH];
    for (size_t t = 0; t < SAMPLES; t++) {
      double shared = bl_rng_normal(&r);
      for (size_t k = 0; k < CH; k++)
        v[k] = (bl_rng_normal(&r) + shared) * (1 + (double)k / 10) * (i % CH == k ? 3 : 1);
      for (size_t k = 0; k < CH; k++)
        for (size_t j = k; j < CH; j++) c[k][j] += v[k] * v[j] / SAMPLES;
    }
    float *to = bl_row(&X, i);
    for (size_t k = 0; k < CH; k++)
      for (size_t j = k; j < CH; j++) *to++ = (float)c[k][j];
  }
  bl_estimator *e = make(ctx, "tangent_space");
  bl_data d = {.X = bl_mat_view(&X)};
  for (int turn = 0; turn < TURNS; turn++) {
    double start = now_s();
    need(ctx, bl_fit(ctx, e, &d));
    best = now_s() - start < best ? now_s() - start : best;
  }
  printf("%.4f s\n", best);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
}

int main(int argc, char **argv)
{
  const char *job = argc > 1 ? argv[1] : "";
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx) return 1;
  if (!strcmp(job, "apply")) job_apply(ctx);
  else if (!strcmp(job, "knn")) job_knn(ctx);
  else if (!strcmp(job, "pca")) job_pca(ctx);
  else if (!strcmp(job, "roc")) job_roc(ctx);
  else if (!strcmp(job, "svc")) job_svc(ctx);
  else if (!strcmp(job, "one_class")) job_one_class(ctx);
  else if (!strcmp(job, "svc_row")) job_svc_row(ctx);
  else if (!strcmp(job, "riemann")) job_riemann(ctx);
  else if (!strcmp(job, "forest")) job_forest(ctx, "random_forest_classifier", false, false);
  else if (!strcmp(job, "forest_rows")) job_forest(ctx, "random_forest_classifier", true, false);
  else if (!strcmp(job, "forest_row")) job_forest(ctx, "random_forest_classifier", false, true);
  else if (!strcmp(job, "extra_trees")) job_forest(ctx, "extra_trees_classifier", false, false);
  else if (!strcmp(job, "logistic")) job_linear(ctx, "logistic_regression");
  else if (!strcmp(job, "linear_svc")) job_linear(ctx, "linear_svc");
  else if (!strcmp(job, "boosting")) job_linear(ctx, "{hist_gradient_boosting_classifier: {early_stopping: false}}");
  else if (!strcmp(job, "digits") && argc > 2) job_digits(ctx, argv[2], "[standard_scaler, knn]", "10");
  else if (!strcmp(job, "digits_svc") && argc > 2)
    job_digits(ctx, argv[2], "[standard_scaler, {pca: {n_components: 30}}, svc]", "10");
  else if (!strcmp(job, "grid") && argc > 2)
    job_digits(ctx, argv[2],
               "[standard_scaler, {grid_search: {estimator: svc, param_grid: {C: [0.1, 1, 10, 100, 1000], "
               "gamma: [0.001, 0.003, 0.01, 0.03, 0.1]}}}]",
               "5");
  else
    fprintf(
        stderr,
        "usage: bench_learners apply | knn | pca | roc | svc | one_class | svc_row | riemann | forest | forest_rows | forest_row | extra_trees | boosting | logistic | linear_svc | "
        "digits FILE | digits_svc FILE | grid FILE\n");
  bl_ctx_free(ctx);
  return 0;
}
