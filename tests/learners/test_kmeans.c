/* kmeans: scikit-learn's numbers from given centres; starts of its own; rows that rounding could misplace. */
#include "baleen/memory.h"
#include "learn.h"

static void like_golden(bl_ctx *ctx, const golden *g, const char *name, const char *data, bool weighted,
                        const char *tol)
{
  char key[64], text[2048];
  learn_set s = {.rows = learn_rows(ctx, golden_get(g, data))};
  s.X = bl_mat_view(&s.rows);
  snprintf(key, sizeof key, "%s.init", name);
  const golden_array *init = golden_get(g, key);
  size_t at = (size_t)snprintf(text, sizeof text, "{kmeans: {n_clusters: %zu, tol: %s, centers: [", init->rows, tol);
  for (size_t i = 0; i < init->rows * init->cols; i++)
    at += (size_t)snprintf(text + at, sizeof text - at, "%s%.17g", i ? ", " : "", init->v[i]);
  snprintf(text + at, sizeof text - at, "]}}");
  bl_estimator *e = learn_parse(ctx, text);
  bl_data d = {.X = s.X, .weight = weighted ? golden_get(g, "cloud.weight")->v : NULL};
  check_ok(ctx, bl_fit(ctx, e, &d));
  snprintf(key, sizeof key, "%s.centers", name);
  golden_compare(golden_get(g, key), learn_field(e, "cluster_centers").v, key);
  snprintf(key, sizeof key, "%s.labels", name);
  double *predicted = test_calloc(s.X.rows, sizeof *predicted);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &s.X, NULL, predicted));
  const int32_t *labels = learn_field(e, "labels").v;
  for (size_t i = 0; i < s.X.rows; i++) {
    check_near(labels[i], golden_get(g, key)->v[i], 0);
    check_near(predicted[i], labels[i], 0);
  }
  snprintf(key, sizeof key, "%s.inertia", name);
  golden_compare(golden_get(g, key), learn_field(e, "inertia").v, key);
  snprintf(key, sizeof key, "%s.n_iter", name);
  check_near((double)*(const int64_t *)learn_field(e, "n_iter").v, golden_get(g, key)->v[0], 0);
  test_free(predicted);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("kmeans");
  like_golden(ctx, g, "iris", "iris.x", false, "1e-4");
  like_golden(ctx, g, "cloud", "cloud.x", true, "1e-4");
  like_golden(ctx, g, "tight", "cloud.x", false, "0.01");
  like_golden(ctx, g, "empty", "cloud.x", false, "1e-4");
  golden_close(g);
  check_free(ctx);
}

/* Iris has a best partition of inertia 78.86: ten starts find it by either draw, and k-means++ starts are good ones. */
static void starts_find_the_best_partition(void **unused)
{
  (void)unused;
  static const char *const inits[] = {"k-means++", "random"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("kmeans");
  learn_set s = {.rows = learn_rows(ctx, golden_get(g, "iris.x"))};
  s.X = bl_mat_view(&s.rows);
  for (size_t k = 0; k < 2; k++)
    for (int seed = 0; seed < 5; seed++) {
      char text[120];
      snprintf(text, sizeof text, "{kmeans: {n_clusters: 3, init: %s, n_init: 10, random_state: %d}}", inits[k], seed);
      bl_estimator *e = learn_parse(ctx, text);
      check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = s.X}));
      assert_true(*(const double *)learn_field(e, "inertia").v < 78.86);
      bl_estimator_free(ctx, e);
    }
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

/* 30 heaps of unlike size, far apart: each start by k-means++ with its trials has a centre in nearly every one, where rows
 * drawn at random miss a third of them. */
static void far_heaps_are_found(void **unused)
{
  (void)unused;
  enum { HEAPS = 30, N = 3000 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "kmeans.heaps", N, 2, &m);
  for (size_t i = 0; i < N; i++) {
    size_t heap = (size_t)(HEAPS * pow((double)i / N, 2));
    bl_row(&m, i)[0] += 100 * (float)(heap % 6);
    bl_row(&m, i)[1] += 100 * (float)(heap / 6);
  }
  bl_cmat X = bl_mat_view(&m);
  double missed = 0;
  for (int seed = 0; seed < 10; seed++) {
    char text[80];
    snprintf(text, sizeof text, "{kmeans: {n_clusters: %d, random_state: %d}}", HEAPS, seed);
    bl_estimator *e = learn_parse(ctx, text);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    missed += *(const double *)learn_field(e, "inertia").v > 2.2 * N;
    bl_estimator_free(ctx, e);
  }
  assert_true(missed <= 3);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* Far from the origin and with one row a million times farther out, float32 products tell no neighbours apart: labels are
 * those of distances in double all the same. */
static void labels_are_those_of_double_arithmetic(void **unused)
{
  (void)unused;
  enum { N = 700, D = 5, K = 40 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "kmeans.far", N, D, &m);
  for (size_t j = 0; j < D; j++) bl_row(&m, 17)[j] = 1e6F;
  bl_cmat X = bl_mat_view(&m);
  bl_estimator *e = learn_parse(ctx, "{kmeans: {n_clusters: 40, random_state: 3}}");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  const double *centers = learn_field(e, "cluster_centers").v;
  const int32_t *labels = learn_field(e, "labels").v;
  for (size_t i = 0; i < N; i++) {
    double own = 0, least = INFINITY;
    for (size_t c = 0; c < K; c++) {
      double sum = 0;
      for (size_t j = 0; j < D; j++) sum += pow((double)bl_row(&m, i)[j] - centers[c * D + j], 2);
      if (sum < least) least = sum;
      if (c == (size_t)labels[i]) own = sum;
    }
    assert_true(own <= least * (1 + 1e-6));
  }
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

static void what_cannot_be_is_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1, 1, 1, 2};
  bl_cmat X = {x, 4, 1, 1, NULL};
  bl_estimator *e = learn_parse(ctx, "{kmeans: {n_clusters: 5}}");
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "take 4 or fewer");
  check_ok(ctx, bl_estimator_set(ctx, e, "n_clusters", "3"));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  check_near(*(const double *)learn_field(e, "inertia").v, 0, 0);
  check_ok(ctx, bl_estimator_set(ctx, e, "centers", "[1, 2]"));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_SHAPE, "wanted 3");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scikit_learns), cmocka_unit_test(starts_find_the_best_partition),
      cmocka_unit_test(far_heaps_are_found), cmocka_unit_test(labels_are_those_of_double_arithmetic),
      cmocka_unit_test(what_cannot_be_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
