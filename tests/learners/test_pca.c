/* pca against scikit-learn's, both solvers, and the cases that have no variance. */
#include "learned.h"

typedef struct row {
  const char *data, *name, *options;
  size_t keep; /* of the wide case only these components are determined; 0: all */
  bool square; /* conditioned well enough for covariance_eigh to meet the same tolerance */
  bool has_z;
} row;

static const row rows[] = {
    {"iris", "iris.all", "", 0, true, true},
    {"iris", "iris.two", "n_components: 2", 0, true, true},
    {"iris", "iris.share", "n_components: 0.95", 0, true, true},
    {"iris", "iris.white", "n_components: 2, whiten: true", 0, true, true},
    {"cancer", "cancer.all", "", 0, false, false},
    {"cancer", "cancer.two", "n_components: 2", 0, true, true},
    {"cancer", "cancer.share", "n_components: 0.95", 0, true, true},
    {"cancer", "cancer.white", "n_components: 2, whiten: true", 0, true, true},
    {"wide", "wide.all", "", 11, true, true},
    {"wide", "wide.two", "n_components: 2", 0, true, true},
    {"wide", "wide.white", "n_components: 2, whiten: true", 0, true, true},
};

/* The first want->rows rows of a field, since the last may be undetermined. */
static void compare_front(const golden *g, const char *name, const bl_estimator *e, const char *field)
{
  const golden_array *want = golden_get(g, name);
  bl_field_view w = learned(e, field);
  assert_true(w.dims[0] >= want->rows && w.dims[1] == want->cols);
  golden_compare(want, w.v, name);
}

static void compare(const row *r, const char *solver)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("pca");
  bl_mat x = golden_rows(ctx, g, joined(r->data, "x")), z;
  bl_data d = {.X = bl_mat_view(&x)};
  bl_estimator *e;
  char text[128];
  snprintf(text, sizeof text, "{pca: {%s%ssvd_solver: %s}}", r->options, *r->options ? ", " : "", solver);
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  const golden_array *v = golden_get(g, joined(r->name, "components"));
  size_t k = learned(e, "components").dims[0];
  assert_int_equal(k, r->keep ? x.rows : v->rows);
  learned_compare(g, joined(r->data, "mean"), e, "mean");
  compare_front(g, joined(r->name, "components"), e, "components");
  compare_front(g, joined(r->name, "variance"), e, "explained_variance");
  compare_front(g, joined(r->name, "ratio"), e, "explained_variance_ratio");
  compare_front(g, joined(r->name, "singular"), e, "singular_values");
  learned_compare(g, joined(r->name, "noise"), e, "noise_variance");
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
  assert_int_equal(z.cols, k);
  if (r->has_z) {
    const golden_array *want = golden_get(g, joined(r->name, "z"));
    float *front = test_malloc(want->rows * want->cols * sizeof *front);
    for (size_t i = 0; i < want->rows; i++) memcpy(front + i * want->cols, bl_row(&z, i), want->cols * sizeof *front);
    golden_compare_f32(want, front, r->name);
    test_free(front);
  }
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  compare(r, "full");
  compare(r, "auto");
  if (r->square) compare(r, "covariance_eigh");
}

static void what_it_refuses(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {1, 2, 4, 3, 5, 9, 1, 1};
  bl_data d = {.X = {v, 4, 2, 2, NULL}};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_new(ctx, "pca", &e));
  check_ok(ctx, bl_estimator_set(ctx, e, "n_components", "3"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "3 of at most 2");
  check_ok(ctx, bl_estimator_set(ctx, e, "n_components", "1.5"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "neither a whole number");
  check_fails(ctx, bl_estimator_set(ctx, e, "n_components", "0"), BL_E_CONFIG, "n_components");
  check_ok(ctx, bl_estimator_set(ctx, e, "n_components", "none"));
  d.X.rows = 1;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "1 row");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void no_variance_is_told_and_whitens_to_zero(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float flat[] = {2, 5, 2, 5, 2, 5}, line[] = {1, 2, 2, 4, 3, 6, 5, 10};
  bl_data d = {.X = {flat, 3, 2, 2, NULL}};
  bl_estimator *e;
  bl_mat z;
  check_ok(ctx, bl_estimator_parse(ctx, "{pca: {whiten: true}}", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 1);
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
  for (size_t i = 0; i < 6; i++) check_near((double)z.v[i], 0, 0);
  bl_mat_free(ctx, &z);
  d.X = (bl_cmat){line, 4, 2, 2, NULL};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
  double sum2 = 0;
  for (size_t i = 0; i < 4; i++) {
    sum2 += pow((double)bl_row(&z, i)[0], 2);
    check_near((double)bl_row(&z, i)[1], 0, 0);
  }
  check_near(sum2 / 3, 1, 1e-6);
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 2];
  memset(tests, 0, sizeof tests);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(what_it_refuses);
  tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(no_variance_is_told_and_whitens_to_zero);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
