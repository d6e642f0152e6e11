/* lda: scikit-learn's numbers for three solvers, priors and shrinkage; what it refuses; damaged models. */
#include "learn.h"

typedef struct lda_case {
  const char *name, *options;
} lda_case;

static const lda_case cases[] = {{"svd", "solver: svd"},
                                 {"svd_priors", "solver: svd"},
                                 {"lsqr_priors", "solver: lsqr"},
                                 {"lsqr", "solver: lsqr"},
                                 {"eigen", "solver: eigen"},
                                 {"lsqr_s03", "solver: lsqr, shrinkage: 0.3"},
                                 {"eigen_s03", "solver: eigen, shrinkage: 0.3"},
                                 {"lsqr_auto", "solver: lsqr, shrinkage: auto"},
                                 {"eigen_auto", "solver: eigen, shrinkage: auto"}};

/* Largest magnitude of each column over the compared rows positive, as the golden files have it. */
static void compare_transform(bl_ctx *ctx, const golden *g, const char *prefix, const bl_estimator *e, const bl_cmat *X)
{
  char full[96];
  snprintf(full, sizeof full, "%s.z", prefix);
  const golden_array *want = golden_get(g, full);
  bl_mat z;
  check_ok(ctx, bl_transform(ctx, e, X, NULL, &z));
  assert_int_equal(z.cols, want->cols);
  float *got = test_calloc(want->rows * want->cols, sizeof *got);
  for (size_t c = 0; c < z.cols; c++) {
    float top = 0;
    for (size_t i = 0; i < want->rows; i++) {
      got[i * z.cols + c] = bl_row(&z, 5 * i)[c];
      if (fabsf(got[i * z.cols + c]) > fabsf(top)) top = got[i * z.cols + c];
    }
    for (size_t i = 0; i < want->rows; i++) got[i * z.cols + c] *= top < 0 ? -1.0F : 1.0F;
  }
  golden_compare_f32(want, got, full);
  test_free(got);
  bl_mat_free(ctx, &z);
}

static void like_golden(bl_ctx *ctx, const golden *g, const char *data, const lda_case *c)
{
  char text[400], prefix[64];
  learn_set s = learn_open(ctx, g, data);
  bl_estimator *e = learn_parse(ctx, "lda");
  bl_estimator_free(ctx, e);
  snprintf(text, sizeof text, "{lda: {%s}}", c->options);
  e = learn_parse(ctx, text);
  if (strstr(c->name, "priors")) {
    snprintf(prefix, sizeof prefix, "%s.priors", data);
    const golden_array *p = golden_get(g, prefix);
    size_t at = (size_t)snprintf(text, sizeof text, "[");
    for (size_t i = 0; i < p->rows; i++)
      at += (size_t)snprintf(text + at, sizeof text - at, "%s%.17g", i ? ", " : "", p->v[i]);
    snprintf(text + at, sizeof text - at, "]");
    check_ok(ctx, bl_estimator_set(ctx, e, "priors", text));
  }
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  snprintf(prefix, sizeof prefix, "%s.%s", data, c->name);
  learn_compare_field(g, prefix, e, "coef");
  learn_compare_field(g, prefix, e, "intercept");
  learn_compare_proba(ctx, g, prefix, e, &s.X, 5);
  if (strncmp(c->name, "lsqr", 4)) {
    compare_transform(ctx, g, prefix, e, &s.X);
    char full[96];
    snprintf(full, sizeof full, "%s.ratio", prefix);
    golden_compare(golden_get(g, full), learn_field(e, "explained_variance_ratio").v, full);
  } else {
    assert_int_equal(bl_op_width(e, BL_TRANSFORM), 0);
  }
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("lda"), *cancer = golden_open("lda_cancer");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    like_golden(ctx, g, "iris", &cases[i]);
    like_golden(ctx, cancer, "cancer", &cases[i]);
    if (!strcmp(cases[i].name, "svd") || !strcmp(cases[i].name, "lsqr_auto") || !strcmp(cases[i].name, "lsqr_s03") ||
        !strcmp(cases[i].name, "eigen_auto"))
      like_golden(ctx, g, "digits", &cases[i]);
  }
  golden_close(g);
  golden_close(cancer);
  check_free(ctx);
}

/* The way by x'x and the way by the SVD of all rows are one. */
static void both_ways_to_whiten_agree(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("lda_cancer");
  learn_set s = learn_open(ctx, g, "cancer");
  bl_estimator *e = learn_parse(ctx, "lda"), *f = learn_parse(ctx, "{lda: {tol: 1e-7}}");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_fit(ctx, f, &d));
  const double *a = learn_field(e, "coef").v, *b = learn_field(f, "coef").v;
  for (size_t j = 0; j < 30; j++) check_near(a[j], b[j], 1e-8 * (1 + fabs(b[j])));
  /* more columns than rows: five copies of each column tell no more than one */
  bl_mat m, once;
  double y[30], p[90], q[90];
  learn_noise(ctx, "lda.wide", 30, 40, &m);
  check_ok(ctx, bl_mat_new(ctx, 30, 8, &once));
  for (size_t i = 0; i < 30; i++) {
    y[i] = (double)(i % 3);
    bl_row(&m, i)[i % 3] += 1;
    for (size_t j = 0; j < 40; j++) bl_row(&m, i)[j] = bl_row(&m, i)[j % 8];
    for (size_t j = 0; j < 8; j++) bl_row(&once, i)[j] = bl_row(&m, i)[j];
  }
  bl_data wide = {.X = bl_mat_view(&m), .y = y}, narrow = {.X = bl_mat_view(&once), .y = y};
  check_ok(ctx, bl_fit(ctx, e, &wide));
  check_ok(ctx, bl_fit(ctx, f, &narrow));
  check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &wide.X, NULL, p));
  check_ok(ctx, bl_apply(ctx, f, BL_DECISION, &narrow.X, NULL, q));
  for (size_t i = 0; i < 90; i++) check_near(p[i], q[i], 1e-9);
  bl_mat_free(ctx, &once);
  bl_mat_free(ctx, &m);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, f);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

static void what_cannot_be_is_refused(void **unused)
{
  (void)unused;
  static const struct {
    const char *options, *says;
    bl_status code;
  } refused[] = {{"shrinkage: auto", "solver svd takes no shrinkage", BL_E_CONFIG},
                 {"priors: [0.5, 0.5]", "2 priors for 3 classes", BL_E_SHAPE},
                 {"priors: [0, 0.5, 0.5]", "prior 0 is 0", BL_E_RANGE},
                 {"n_components: 3", "at most 2", BL_E_RANGE}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("lda");
  learn_set s = learn_open(ctx, g, "iris");
  bl_data d = {.X = s.X, .y = s.y};
  char text[100];
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    snprintf(text, sizeof text, "{lda: {%s}}", refused[i].options);
    bl_estimator *e = learn_parse(ctx, text);
    check_fails(ctx, bl_fit(ctx, e, &d), refused[i].code, refused[i].says);
    bl_estimator_free(ctx, e);
  }
  /* a column of zeros has no inverse */
  bl_mat m;
  double y[10];
  learn_noise(ctx, "lda.flat", 10, 2, &m);
  for (size_t i = 0; i < 10; i++) bl_row(&m, i)[1] = 0, y[i] = (double)(i % 2);
  bl_estimator *e = learn_parse(ctx, "{lda: {solver: eigen}}");
  bl_data flat = {.X = bl_mat_view(&m), .y = y};
  check_fails(ctx, bl_fit(ctx, e, &flat), BL_E_RANGE, "singular; set shrinkage");
  bl_estimator_free(ctx, e);
  /* no spread within classes */
  for (size_t i = 0; i < 10; i++) bl_row(&m, i)[0] = (float)y[i];
  e = learn_parse(ctx, "lda");
  check_fails(ctx, bl_fit(ctx, e, &flat), BL_E_RANGE, "no column varies");
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

static void a_damaged_model_is_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("lda");
  learn_set s = learn_open(ctx, g, "iris");
  bl_estimator *e = learn_parse(ctx, "lda");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, e->cls->check(ctx, e));
  e->n_features++;
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "3 x 4");
  e->n_features--;
  double *const *scalings = (double *const *)(const void *)((const char *)e->state + e->cls->fields[2].offset);
  double *kept = *scalings;
  assert_ptr_equal(kept, learn_field(e, "scalings").v);
  memset((char *)e->state + e->cls->fields[2].offset, 0, sizeof kept);
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "scalings are missing");
  memcpy((char *)e->state + e->cls->fields[2].offset, &kept, sizeof kept);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

typedef struct sweep {
  bl_cmat X;
  const double *y;
  const char *options;
} sweep;

static bl_status fit_and_ask(bl_ctx *ctx, void *arg)
{
  const sweep *w = arg;
  bl_estimator *e = NULL;
  bl_mat z = {0};
  double out[600];
  bl_data d = {.X = w->X, .y = w->y};
  bl_status s = bl_estimator_parse(ctx, w->options, &e);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_apply(ctx, e, BL_PREDICT_PROBA, &d.X, NULL, out);
  if (!s && bl_op_width(e, BL_TRANSFORM)) s = bl_transform(ctx, e, &d.X, NULL, &z);
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  static const char *const options[] = {"lda", "{lda: {tol: 1e-7}}", "{lda: {solver: lsqr, shrinkage: auto}}",
                                        "{lda: {solver: eigen}}"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("lda");
  learn_set s = learn_open(ctx, g, "iris");
  for (size_t i = 0; i < 4; i++) {
    sweep w = {s.X, s.y, options[i]};
    check_every_allocation_failing(fit_and_ask, &w);
  }
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scikit_learns), cmocka_unit_test(both_ways_to_whiten_agree),
      cmocka_unit_test(what_cannot_be_is_refused), cmocka_unit_test(a_damaged_model_is_refused),
      cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
