/* ecod, copod, hbos, knn_distance, lof against PyOD 3.6.5; rank_average against its members. Our rows are float32: distances agree to 1e-6, counts of rows to the last
 * digit. Training scores of knn_distance and lof, in which a row is not its own neighbour, show in the border alone; here they are
 * asked of the neighbours that fit finds. */
#include <math.h>
#include <stdlib.h>

#include "anomaly.h"
#include "learn.h"
#include "npy.h"

enum { D = 7 };

/* Every second row from `from` on. */
static float *half(const npy *x, size_t from, size_t *n)
{
  size_t d = x->dim[1];
  float *v = malloc(x->n * sizeof *v);
  *n = 0;
  for (size_t i = from; i < x->dim[0]; i += 2, (*n)++)
    for (size_t c = 0; c < d; c++) v[*n * d + c] = (float)x->v[i * d + c];
  return v;
}

static void check_scores(const char *text, const float *fit, size_t n_fit, const float *x, size_t n, size_t d,
                         const char *file, double tol)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = learn_parse(ctx, text);
  bl_cmat train = {.v = fit, .rows = n_fit, .cols = d, .stride = d}, X = {.v = x, .rows = n, .cols = d, .stride = d};
  double *got = malloc(n * sizeof *got);
  npy *want = npy_open(file);
  assert_int_equal(want->n, n);
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = train}));
  check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &X, NULL, got));
  for (size_t i = 0; i < n; i++)
    if (!(fabs(-got[i] - want->v[i]) <= tol * fmax(1, fabs(want->v[i]))))
      fail_msg("%s, row %zu: %.12g, not %.12g", file, i, -got[i], want->v[i]);
  npy_close(want);
  free(got);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void scores_are_pyods(void **state)
{
  (void)state;
  npy *x = npy_open("pyod/glass_x");
  size_t n, others;
  float *train = half(x, 0, &n), *test = half(x, 1, &others);
  check_scores("ecod", train, n, train, n, D, "pyod/glass_ecod.train", 1e-9);
  check_scores("copod", train, n, train, n, D, "pyod/glass_copod.train", 1e-9);
  check_scores("hbos", train, n, train, n, D, "pyod/glass_hbos10.train", 1e-5);
  check_scores("hbos", train, n, test, others, D, "pyod/glass_hbos10.test", 1e-5);
  check_scores("knn_distance", train, n, test, others, D, "pyod/glass_knn5_largest.test", 1e-5);
  check_scores("{knn_distance: {method: mean}}", train, n, test, others, D, "pyod/glass_knn5_mean.test", 1e-5);
  check_scores("{knn_distance: {n_neighbors: 3, metric: manhattan}}", train, n, test, others, D,
               "pyod/glass_knn3_manhattan.test", 1e-5);
  check_scores("lof", train, n, test, others, D, "pyod/glass_lof20.test", 1e-4);
  free(train), free(test);
  npy_close(x);
}

/* Ties, duplicates and a constant column, which has two tails and no skew. */
static void small_and_tied(void **state)
{
  (void)state;
  npy *x = npy_open("pyod/tiny_x");
  float *v = npy_f32(x);
  size_t n = x->dim[0];
  check_scores("ecod", v, n, v, n, 2, "pyod/tiny_ecod", 1e-9);
  check_scores("copod", v, n, v, n, 2, "pyod/tiny_copod", 1e-9);
  check_scores("{hbos: {n_bins: 3}}", v, n, v, n, 2, "pyod/tiny_hbos3", 1e-6);
  for (size_t i = 0; i < n; i++) v[2 * i + 1] = 3;
  check_scores("ecod", v, n, v, n, 2, "pyod/tiny_constcol_ecod", 1e-9);
  check_scores("copod", v, n, v, n, 2, "pyod/tiny_constcol_copod", 1e-9);
  check_scores("{hbos: {n_bins: 3}}", v, n, v, n, 2, "pyod/tiny_constcol_hbos3", 1e-6);
  free(v);
  npy_close(x);
}

/* The border lies at a percentile of scores in which no row is its own neighbour: PyOD's decision_scores_. */
static void check_border(const char *text, const char *file, double contamination, double tol)
{
  bl_ctx *ctx = bl_ctx_new();
  npy *x = npy_open("pyod/glass_x"), *want = npy_open(file);
  size_t n;
  float *train = half(x, 0, &n);
  bl_estimator *e = learn_parse(ctx, text);
  bl_cmat X = {.v = train, .rows = n, .cols = D, .stride = D};
  double *score = malloc(2 * n * sizeof *score), *decision = score + n;
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &X, NULL, score));
  check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &X, NULL, decision));
  double offset = score[0] - decision[0];
  for (size_t i = 0; i < n; i++) score[i] = want->v[i];
  double border = bl_anomaly_offset(score, n, contamination);
  if (!(fabs(offset - border) <= tol * fabs(border))) fail_msg("%s: offset %.12g, not %.12g", file, offset, border);
  free(score), free(train);
  bl_estimator_free(ctx, e);
  npy_close(x);
  npy_close(want);
  check_free(ctx);
}

static void borders_leave_the_row_out(void **state)
{
  (void)state;
  static const double share[] = {0.01, 0.1, 0.3, 0.5};
  for (size_t i = 0; i < 4; i++) {
    char text[120];
    snprintf(text, sizeof text, "{knn_distance: {contamination: %g}}", share[i]);
    check_border(text, "pyod/glass_knn5_largest.train", share[i], 1e-5);
    snprintf(text, sizeof text, "{knn_distance: {method: median, contamination: %g}}", share[i]);
    check_border(text, "pyod/glass_knn5_median.train", share[i], 1e-5);
    snprintf(text, sizeof text, "{lof: {n_neighbors: 5, contamination: %g}}", share[i]);
    check_border(text, "pyod/glass_lof5.train", share[i], 1e-3);
    snprintf(text, sizeof text, "{lof: {contamination: %g}}", share[i]);
    check_border(text, "pyod/glass_lof20.train", share[i], 1e-4);
  }
}

/* More rows in one place than neighbours are asked for: each still has k others, and never itself. */
static void duplicates_have_others(void **state)
{
  (void)state;
  enum { N = 12, K = 4 };
  bl_ctx *ctx = bl_ctx_new();
  float x[N] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5};
  uint32_t index[N * K];
  double distance[N * K];
  check_ok(ctx, bl_nearest_others(ctx, "test", x, N, 1, K, 0, 2, index, distance));
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < K; j++) {
      assert_true(index[i * K + j] != i);
      assert_true(distance[i * K + j] == fabs((double)x[i] - (double)x[index[i * K + j]]));
      if (i < 8) assert_true(distance[i * K + j] == 0);
      for (size_t l = 0; l < j; l++) assert_true(index[i * K + j] != index[i * K + l]);
    }
  bl_estimator *e = learn_parse(ctx, "{lof: {n_neighbors: 12}}");
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = {.v = x, .rows = N, .cols = 1, .stride = 1}}), BL_E_SHAPE,
              "lof: n_neighbors is 12, and a row of 12 has 11 others");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* The mean over detectors of the share of training rows that are less strange, by hand; and what cannot be averaged. */
static void ranks_are_averaged(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  npy *x = npy_open("pyod/glass_x");
  size_t n, others;
  float *train = half(x, 0, &n), *test = half(x, 1, &others);
  bl_cmat X = {.v = train, .rows = n, .cols = D, .stride = D}, T = {.v = test, .rows = others, .cols = D, .stride = D};
  static const char *const members[] = {"ecod", "hbos"};
  static const double weight[] = {0.75, 0.25};
  assert_true(n > 0 && others > 0);
  double *own = malloc((2 * n + 3 * others) * sizeof *own), *theirs = own + n, *want = theirs + others,
         *got = want + others;
  for (size_t i = 0; i < others; i++) want[i] = 0;
  for (size_t k = 0; k < 2; k++) {
    bl_estimator *e = learn_parse(ctx, members[k]);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &X, NULL, own));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &T, NULL, theirs));
    for (size_t i = 0; i < others; i++)
      for (size_t j = 0; j < n; j++)
        want[i] += weight[k] * ((own[j] > theirs[i]) + (own[j] == theirs[i]) / 2.0) / (double)n;
    bl_estimator_free(ctx, e);
  }
  bl_estimator *e = learn_parse(ctx, "{rank_average: {estimators: [ecod, hbos], weights: [3, 1]}}");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &T, NULL, got));
  for (size_t i = 0; i < others; i++) assert_true(fabs(-got[i] - want[i]) < 1e-12);
  bl_estimator_free(ctx, e);
  bl_estimator *bad = NULL;
  bl_status s = bl_estimator_parse(ctx, "{rank_average: [ecod, lda]}", &bad);
  if (!s) s = bl_fit(ctx, bad, &(bl_data){.X = X});
  check_fails(ctx, s, BL_E_CONFIG, "'lda' is no outlier detector");
  bl_estimator_free(ctx, bad);
  free(own), free(train), free(test);
  npy_close(x);
  check_free(ctx);
}

/* Beyond all training rows a tail is that of one more row, and never without end. */
static void far_rows_have_scores(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[8] = {1, 2, 3, 4, 5, 6, 7, 9}, far[2] = {-1e30f, 1e30f};
  double got[2];
  static const char *const models[] = {"ecod", "copod", "hbos"};
  for (size_t k = 0; k < 3; k++) {
    bl_estimator *e = learn_parse(ctx, models[k]);
    bl_cmat X = {.v = far, .rows = 2, .cols = 1, .stride = 1};
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = {.v = x, .rows = 8, .cols = 1, .stride = 1}}));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &X, NULL, got));
    if (k == 0) assert_true(fabs(-got[1] - log(9)) < 1e-12);
    assert_true(isfinite(got[0]) && isfinite(got[1]));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
    if (k != 1) assert_true(got[0] == -1 && got[1] == -1); /* copod's mean of both tails may be larger inside */
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scores_are_pyods),          cmocka_unit_test(small_and_tied),
      cmocka_unit_test(borders_leave_the_row_out), cmocka_unit_test(duplicates_have_others),
      cmocka_unit_test(far_rows_have_scores),      cmocka_unit_test(ranks_are_averaged)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
