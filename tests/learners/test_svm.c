/* Kernels and support vector machines: scikit-learn's numbers, kernels that are given, what is refused and warned of,
 * little memory. */
#include "baleen/kernel.h"
#include "learn.h"
#include "table_set.h"

static const char *name_of(const char *prefix, const char *what)
{
  static char text[4][96];
  static unsigned turn;
  char *to = text[turn++ % 4];
  snprintf(to, sizeof text[0], "%s.%s", prefix, what);
  return to;
}

/* ---- kernels ----------------------------------------------------------------------------------------------------- */

static void kernels_are_scikit_learns(void **unused)
{
  (void)unused;
  enum { ROWS = 12 };
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("svm");
  table *t = read_table("wine");
  bl_cmat X = {t->x, ROWS, t->cols, t->cols, NULL};
  for (size_t i = 0; bl_kernel_at(i); i++) {
    bl_kernel k;
    double v[ROWS * ROWS];
    check_ok(ctx, bl_kernel_new(ctx, bl_kernel_names[i], &k));
    assert_ptr_equal(k.cls, bl_kernel_at(i));
    if (bl_opts_find(k.cls->opts, "gamma"))
      check_ok(ctx, bl_opts_set(ctx, "kernel", k.cls->opts, k.params, "gamma", "auto"));
    if (k.cls->tags & BL_KERNEL_GIVEN) {
      check_fails(ctx, bl_kernel_gram(ctx, &k, &X, &X, v), BL_E_ARG, "given with the rows");
    } else {
      check_ok(ctx, bl_kernel_settle(ctx, &k, &X, NULL));
      check_ok(ctx, bl_kernel_gram(ctx, &k, &X, &X, v));
      golden_compare(golden_get(g, name_of("gram", k.cls->name)), v, k.cls->name);
    }
    bl_kernel_free(ctx, &k);
  }
  test_free(t);
  golden_close(g);
  check_free(ctx);
}

/* A class of the caller's own. */
static double shared(const bl_kernel *k, const float *x, const float *y, size_t d)
{
  double sum = 0;
  for (size_t j = 0; j < d; j++) sum += fmin((double)x[j], (double)y[j]);
  return *(const double *)k->params * sum;
}

static void a_program_may_bring_its_own_kernel(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  static const bl_kernel_class intersection = {.name = "intersection", .of_pair = shared};
  double twice = 2, v[6];
  float x[] = {1, 2, 3, 4, 5, 6};
  bl_cmat X = {x, 3, 2, 2, NULL}, Y = {x + 2, 2, 2, 2, NULL};
  bl_kernel k = {.cls = &intersection, .params = &twice};
  check_ok(ctx, bl_kernel_settle(ctx, &k, &X, NULL));
  check_ok(ctx, bl_kernel_gram(ctx, &k, &X, &Y, v));
  const double want[] = {6, 6, 14, 14, 14, 22};
  for (size_t i = 0; i < 6; i++) check_near(v[i], want[i], 0);
  Y.cols = 1;
  check_fails(ctx, bl_kernel_gram(ctx, &k, &X, &Y, v), BL_E_SHAPE, "2 columns");
  check_free(ctx);
}

/* ---- machines ---------------------------------------------------------------------------------------------------- */

static void sharpen(bl_ctx *ctx, bl_estimator *e)
{
  if (bl_opts_find(e->cls->opts, "tol")) check_ok(ctx, bl_estimator_set(ctx, e, "tol", "1e-8"));
}

static void compare_support(const golden *g, const char *name, const bl_estimator *e)
{
  const golden_array *want = golden_get(g, name_of(name, "n_support"));
  bl_field_view got = learn_field(e, "n_support");
  assert_int_equal(got.dims[0], want->rows);
  for (size_t c = 0; c < want->rows; c++)
    golden_compare_one(want->v[c], (double)((const int64_t *)got.v)[c], want->rtol, want->atol, name);
  learn_compare_field(g, name, e, "intercept");
}

/* 1/2 a'Ka less, where rows have a price, the sum of |a|. */
static void compare_objective(bl_ctx *ctx, const golden *g, const char *name, const bl_estimator *e, const char *kernel)
{
  bl_field_view sv = learn_field(e, "support_vectors"), coef = learn_field(e, "dual_coef");
  const double *a = coef.v;
  size_t n = sv.dims[0];
  bl_cmat X = {sv.v, n, sv.dims[1], sv.dims[1], NULL};
  bl_kernel k;
  double *v = test_calloc(n * n, sizeof *v), sum = 0;
  check_ok(ctx, bl_kernel_new(ctx, kernel, &k));
  k.gamma = *(const double *)learn_field(e, "gamma").v;
  check_ok(ctx, bl_kernel_gram(ctx, &k, &X, &X, v));
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j < n; j++) sum += a[i] * a[j] * v[i * n + j] / 2;
    if (!strcmp(e->cls->name, "svc")) sum -= fabs(a[i]);
  }
  golden_compare(golden_get(g, name_of(name, "objective")), &sum, name);
  bl_kernel_free(ctx, &k);
  test_free(v);
}

static void like_golden(const char *name, bool objective)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("svm");
  table *t = read_table(golden_text(g, name_of(name, "data")));
  const golden_array *want = golden_get(g, name_of(name, "decision"));
  size_t every = (size_t)golden_get(g, name_of(name, "every"))->v[0], n = (t->rows + every - 1) / every;
  bl_estimator *e = learn_parse(ctx, golden_text(g, name_of(name, "flow")));
  double *y = test_calloc(n, sizeof *y), *got = test_calloc(want->rows * want->cols, sizeof *got);
  for (size_t i = 0; i < n; i++) y[i] = t->y[i * every];
  bl_cmat X = {t->x, n, t->cols, t->cols * every, NULL}, ask = {t->x, want->rows, t->cols, t->cols * 11, NULL};
  sharpen(ctx, e);
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
  check_ok(ctx, bl_apply(ctx, e, bl_op_width(e, BL_DECISION) ? BL_DECISION : BL_PREDICT, &ask, NULL, got));
  golden_compare(want, got, name);
  if (strcmp(e->cls->name, "kernel_ridge")) compare_support(g, name, e);
  if (objective) compare_objective(ctx, g, name, e, "rbf");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  bl_estimator_free(ctx, e);
  test_free(y);
  test_free(got);
  test_free(t);
  golden_close(g);
  check_free(ctx);
}

static void machines_are_scikit_learns(void **unused)
{
  (void)unused;
  char names[600], *rest = names;
  golden *g = golden_open("svm");
  snprintf(names, sizeof names, "%s", golden_text(g, "cases"));
  golden_close(g);
  for (char *name; (name = strtok_r(rest, " ", &rest)) != NULL;)
    like_golden(name, !strncmp(name, "cancer.", 7) && strcmp(name, "cancer.balanced"));
}

/* ---- hardship ---------------------------------------------------------------------------------------------------- */

/* Rows of the kernel matrix given, a fold of them picked by number: the same machine as from the rows themselves. */
static void given_kernels_go_through_folds(void **unused)
{
  (void)unused;
  enum { N = 150, KEPT = 100 };
  bl_ctx *ctx = bl_ctx_new();
  table *t = read_table("iris");
  bl_cmat X = {t->x, N, t->cols, t->cols, NULL};
  uint32_t index[KEPT];
  double y[KEPT], *gram = test_calloc(N * N, sizeof *gram), want[N * 3], got[N * 3];
  float *values = test_calloc(N * N, sizeof *values);
  bl_kernel k;
  for (uint32_t i = 0; i < KEPT; i++) index[i] = i / 2 * 3 + i % 2, y[i] = t->y[index[i]];
  check_ok(ctx, bl_kernel_new(ctx, "rbf", &k));
  k.gamma = 0.25;
  check_ok(ctx, bl_kernel_gram(ctx, &k, &X, &X, gram));
  for (size_t i = 0; i < N * N; i++) values[i] = (float)gram[i];
  bl_cmat K = {values, N, N, N, NULL};
  bl_estimator *direct = learn_parse(ctx, "{svc: {gamma: 0.25, tol: 1e-8}}");
  bl_estimator *given = learn_parse(ctx, "{svc: {kernel: precomputed, tol: 1e-8}}");
  check_ok(ctx, bl_fit(ctx, direct, &(bl_data){.X = bl_cmat_rows(&X, index, KEPT), .y = y}));
  check_ok(ctx, bl_fit(ctx, given, &(bl_data){.X = bl_cmat_rows(&K, index, KEPT), .y = y}));
  check_ok(ctx, bl_apply(ctx, direct, BL_DECISION, &X, NULL, want));
  check_ok(ctx, bl_apply(ctx, given, BL_DECISION, &K, NULL, got));
  for (size_t i = 0; i < N * 3; i++) check_near(got[i], want[i], 1e-5);
  K.cols = N - 1;
  check_fails(ctx, bl_fit(ctx, given, &(bl_data){.X = K, .y = t->y}), BL_E_SHAPE, "a column for each row");
  bl_kernel_free(ctx, &k);
  bl_estimator_free(ctx, direct);
  bl_estimator_free(ctx, given);
  test_free(gram);
  test_free(values);
  test_free(t);
  check_free(ctx);
}

/* Rows that a step copied do not say their numbers: were their places taken for these, each would find the columns of
 * other rows. */
static void copied_rows_are_refused(void **unused)
{
  (void)unused;
  enum { N = 20, KEPT = 16 };
  static const char *const machines[] = {"{svc: {kernel: precomputed}}", "{svr: {kernel: precomputed}}",
                                         "{one_class_svm: {kernel: precomputed}}",
                                         "{kernel_ridge: {kernel: precomputed}}"};
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m, copied;
  float values[N * N];
  double y[KEPT], gram[N * N];
  uint32_t index[KEPT], place[KEPT];
  bl_kernel k;
  learn_noise(ctx, "svm.copied", N, 3, &m);
  bl_cmat X = bl_mat_view(&m), K = {values, N, N, N, NULL};
  check_ok(ctx, bl_kernel_new(ctx, "rbf", &k));
  k.gamma = 0.5;
  check_ok(ctx, bl_kernel_gram(ctx, &k, &X, &X, gram));
  for (size_t i = 0; i < N * N; i++) values[i] = (float)gram[i];
  for (uint32_t i = 0; i < KEPT; i++) index[i] = i + 4, y[i] = i % 2, place[i] = i;
  bl_data d = {.X = bl_cmat_rows(&K, index, KEPT), .y = y}, numbered_anew = d;
  check_ok(ctx, bl_mat_copy(ctx, &d.X, &copied));
  bl_cmat copy = bl_mat_view(&copied);
  numbered_anew.X = bl_cmat_rows(&copy, place, KEPT);
  for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
    char text[120];
    bl_estimator *alone = learn_parse(ctx, machines[i]);
    snprintf(text, sizeof text, "[passthrough, %s]", machines[i]);
    bl_estimator *behind = learn_parse(ctx, text);
    check_ok(ctx, bl_fit(ctx, alone, &d));
    check_fails(ctx, bl_fit(ctx, behind, &d), BL_E_SHAPE, "16 rows of 20 columns that do not say which row");
    check_fails(ctx, bl_fit(ctx, alone, &numbered_anew), BL_E_RANGE, "a step before it may have made new rows");
    bl_estimator_free(ctx, alone);
    bl_estimator_free(ctx, behind);
  }
  bl_kernel_free(ctx, &k);
  bl_mat_free(ctx, &copied);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* With room for a few rows at a time, with and without leaving rows out, the same solution is found. */
static void little_memory_finds_the_same(void **unused)
{
  (void)unused;
  enum { N = 569 };
  static const char *const flows[] = {"{svc: {tol: 1e-8}}", "{svc: {tol: 1e-8, cache_size: 0.001}}",
                                      "{svc: {tol: 1e-8, shrinking: false}}"};
  bl_ctx *ctx = bl_ctx_new();
  table *t = read_table("breast_cancer");
  double v[3][N];
  bl_cmat X = {t->x, N, t->cols, t->cols, NULL};
  for (size_t k = 0; k < 3; k++) {
    bl_estimator *e = learn_parse(ctx, flows[k]);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = t->y}));
    check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &X, NULL, v[k]));
    for (size_t i = 0; i < N; i++) check_near(v[k][i], v[0][i], 1e-5);
    bl_estimator_free(ctx, e);
  }
  test_free(t);
  check_free(ctx);
}

static void what_cannot_be_is_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {0, 1, 2, 3, 4, -5, 6, 7, 8, 9};
  double y[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1};
  bl_data d = {.X = {x, 10, 1, 1, NULL}, .y = y};
  bl_estimator *nu = learn_parse(ctx, "nu_svc"), *chi2 = learn_parse(ctx, "{svc: {kernel: chi2}}");
  check_fails(ctx, bl_fit(ctx, nu, &d), BL_E_RANGE, "at most 0.4 is possible");
  check_ok(ctx, bl_estimator_set(ctx, nu, "nu", "0.4"));
  check_ok(ctx, bl_fit(ctx, nu, &d));
  check_fails(ctx, bl_fit(ctx, chi2, &d), BL_E_RANGE, "svc: kernel chi2: row 5, column 0 is -5");
  bl_estimator_free(ctx, nu);
  bl_estimator_free(ctx, chi2);
  check_free(ctx);
}

static void unlike_scales_are_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double y[40];
  learn_noise(ctx, "svm.scales", 40, 3, &m);
  for (size_t i = 0; i < 40; i++) y[i] = bl_row(&m, i)[0] > 0;
  bl_estimator *e = learn_parse(ctx, "svc");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&m), .y = y}));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_REMARK), 0);
  for (size_t i = 0; i < 40; i++) bl_row(&m, i)[1] *= 3000;
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&m), .y = y}));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_REMARK), 1);
  check_ok(ctx, bl_estimator_set(ctx, e, "max_iter", "3"));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = bl_mat_view(&m), .y = y}));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 1);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* Among noise many rows have as many votes for one class as for another. */
static void ties_of_votes_may_be_broken(void **unused)
{
  (void)unused;
  enum { N = 210, K = 7 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double y[N], code[2][N], decision[N * K];
  size_t differ = 0;
  learn_noise(ctx, "svm.ties", N, 2, &m);
  for (size_t i = 0; i < N; i++) y[i] = (double)(i % K);
  bl_cmat X = bl_mat_view(&m);
  for (size_t k = 0; k < 2; k++) {
    bl_estimator *e = learn_parse(ctx, k ? "{svc: {break_ties: true}}" : "svc");
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, code[k]));
    check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &X, NULL, decision));
    bl_estimator_free(ctx, e);
  }
  for (size_t i = 0; i < N; i++) {
    size_t top = 0;
    for (size_t c = 1; c < K; c++)
      if (decision[i * K + c] > decision[i * K + top]) top = c;
    check_near(code[1][i], (double)top, 0);
    if (code[0][i] == code[1][i]) continue;
    differ++; /* the first of those with as many votes: votes are decisions without what is below 1/3 */
    check_near(round(decision[i * K + (size_t)code[0][i]]), round(decision[i * K + top]), 0);
    assert_true(code[0][i] < code[1][i]);
  }
  assert_true(differ > 0);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(kernels_are_scikit_learns),  cmocka_unit_test(a_program_may_bring_its_own_kernel),
      cmocka_unit_test(machines_are_scikit_learns), cmocka_unit_test(given_kernels_go_through_folds),
      cmocka_unit_test(copied_rows_are_refused),    cmocka_unit_test(little_memory_finds_the_same),
      cmocka_unit_test(what_cannot_be_is_refused),  cmocka_unit_test(unlike_scales_are_told),
      cmocka_unit_test(ties_of_votes_may_be_broken)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
