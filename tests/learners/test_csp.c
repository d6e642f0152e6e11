/* csp: mne's filters, patterns and features; covariances without full rank; signs; flat epochs; damaged models. */
#include "learn.h"

/* The golden's full matrices as upper triangles, row by row. */
static learn_set triangles(bl_ctx *ctx, const golden *g, const char *data)
{
  char name[64];
  snprintf(name, sizeof name, "%s.cov", data);
  const golden_array *cov = golden_get(g, name);
  snprintf(name, sizeof name, "%s.y", data);
  learn_set s = {.y = golden_get(g, name)->v};
  check_ok(ctx, bl_mat_new(ctx, cov->rows, 21, &s.rows));
  for (size_t e = 0; e < cov->rows; e++)
    for (size_t i = 0, at = 0; i < 6; i++)
      for (size_t j = i; j < 6; j++) bl_row(&s.rows, e)[at++] = (float)cov->v[e * 36 + i * 6 + j];
  s.X = bl_mat_view(&s.rows);
  return s;
}

static void numbers_are_mnes(void **unused)
{
  (void)unused;
  static const char *const cases[][3] = {{"two", "plain", ""},
                                         {"two", "alternate", "component_order: alternate"},
                                         {"two", "trace", "norm_trace: true"},
                                         {"two", "epoch", "cov_est: epoch"},
                                         {"two", "zscore", "log: false"},
                                         {"three", "plain", ""},
                                         {"three", "trace", "norm_trace: true"},
                                         {"three", "epoch", "cov_est: epoch"},
                                         {"three", "zscore", "log: false"}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("csp");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[128], prefix[64], full[96];
    snprintf(text, sizeof text, "{csp: {%s}}", cases[i][2]);
    snprintf(prefix, sizeof prefix, "%s.%s", cases[i][0], cases[i][1]);
    learn_set s = triangles(ctx, g, cases[i][0]);
    bl_estimator *e = learn_parse(ctx, text);
    bl_data d = {.X = s.X, .y = s.y};
    check_ok(ctx, bl_fit(ctx, e, &d));
    learn_compare_field(g, prefix, e, "filters");
    learn_compare_field(g, prefix, e, "patterns");
    if (!strcmp(prefix, "two.plain")) learn_compare_field(g, prefix, e, "eigenvalues");
    bl_mat z;
    check_ok(ctx, bl_transform(ctx, e, &s.X, NULL, &z));
    snprintf(full, sizeof full, "%s.features", prefix);
    golden_compare_f32(golden_get(g, full), z.v, full);
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
    learn_close(ctx, &s);
  }
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  golden_close(g);
  check_free(ctx);
}

/* Epochs of n_channels; an average reference takes one dimension. Classes differ in the power of source 0 and 1. unit
 * scales channel 0 alone: microvolts beside volts. */
static void referenced(bl_ctx *ctx, size_t n_epochs, size_t n_channels, double unit, bl_mat *out, double *y)
{
  enum { SAMPLES = 300, MOST = 32 };
  bl_rng r = bl_rng_make(7, "csp.reference", 0);
  double mix[MOST][MOST], x[MOST], cov[MOST][MOST];
  check_ok(ctx, bl_mat_new(ctx, n_epochs, n_channels * (n_channels + 1) / 2, out));
  for (size_t i = 0; i < n_channels; i++)
    for (size_t j = 0; j < n_channels; j++) mix[i][j] = bl_rng_normal(&r);
  for (size_t e = 0; e < n_epochs; e++) {
    y[e] = (double)(e % 2);
    memset(cov, 0, sizeof cov);
    for (size_t t = 0; t < SAMPLES; t++) {
      double mean = 0;
      memset(x, 0, sizeof x);
      for (size_t j = 0; j < n_channels; j++) {
        double s = bl_rng_normal(&r) * (j == e % 2 ? 3 : 1) * 1e-5;
        for (size_t i = 0; i < n_channels; i++) x[i] += mix[i][j] * s;
      }
      for (size_t i = 0; i < n_channels; i++) mean += x[i] / (double)n_channels;
      for (size_t i = 0; i < n_channels; i++) x[i] -= mean;
      x[0] *= unit;
      for (size_t i = 0; i < n_channels; i++)
        for (size_t j = i; j < n_channels; j++) cov[i][j] += x[i] * x[j] / SAMPLES;
    }
    for (size_t i = 0, at = 0; i < n_channels; i++)
      for (size_t j = i; j < n_channels; j++) bl_row(out, e)[at++] = (float)cov[i][j];
  }
}

static void a_reference_costs_one_dimension(void **unused)
{
  (void)unused;
  static const double units[] = {1, 1e-6, 1e6};
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X, plain = {0};
  double y[30];
  for (size_t u = 0; u < 3; u++) {
    referenced(ctx, 30, 32, units[u], &X, y);
    bl_data d = {.X = bl_mat_view(&X), .y = y};
    bl_estimator *e = learn_parse(ctx, "csp");
    check_ok(ctx, bl_fit(ctx, e, &d));
    bl_field_view f = learn_field(e, "filters");
    assert_int_equal(f.dims[0], 31);
    const double *lambda = learn_field(e, "eigenvalues").v;
    for (size_t i = 0; i < 31; i++) assert_true(lambda[i] > 0 && lambda[i] < 1);
    bl_mat z;
    check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &z));
    if (!u) {
      plain = z;
    } else { /* the unit of a channel changes nothing but rounding */
      for (size_t i = 0; i < 30 * 4; i++) check_near((double)z.v[i], (double)plain.v[i], 2e-4);
      bl_mat_free(ctx, &z);
    }
    /* filters and patterns are each other's inverse within the span */
    const double *w = f.v, *p = learn_field(e, "patterns").v;
    for (size_t i = 0; i < 31; i++)
      for (size_t j = 0; j < 31; j++) {
        double sum = 0;
        for (size_t c = 0; c < 32; c++) sum += w[i * 32 + c] * p[j * 32 + c];
        check_near(sum, i == j ? 1 : 0, 1e-6);
      }
    bl_estimator_free(ctx, e);
    bl_mat_free(ctx, &X);
  }
  bl_mat_free(ctx, &plain);
  check_free(ctx);
}

static void odd_input_gets_an_answer(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X, z;
  double y[30];
  referenced(ctx, 30, 3, 1, &X, y);
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  bl_estimator *e = learn_parse(ctx, "{csp: {n_components: 5}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_op_width(e, BL_TRANSFORM), 2);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 1);
  /* a flat epoch */
  float flat[6] = {0};
  bl_cmat one = {flat, 1, 6, 6, NULL};
  check_ok(ctx, bl_transform(ctx, e, &one, NULL, &z));
  assert_true(isfinite(z.v[0]) && z.v[0] < -600);
  bl_mat_free(ctx, &z);
  check_ok(ctx, bl_estimator_set(ctx, e, "component_order", "alternate"));
  for (size_t i = 0; i < 30; i++) y[i] = (double)(i % 3);
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "needs two classes");
  for (size_t i = 0; i < 30; i++) y[i] = (double)(i % 2);
  memset(X.v, 0, 30 * 6 * sizeof *X.v);
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "no power");
  d.X.cols = 5;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "upper triangle");
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  check_free(ctx);
}

static void a_damaged_model_is_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("csp");
  learn_set s = triangles(ctx, g, "two");
  bl_estimator *e = learn_parse(ctx, "csp");
  bl_data d = {.X = s.X, .y = s.y};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, e->cls->check(ctx, e));
  e->n_features = 22;
  check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, "do not fit 22 columns");
  e->n_features = 21;
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

typedef struct sweep {
  bl_cmat X;
  const double *y;
} sweep;

static bl_status fit_and_ask(bl_ctx *ctx, void *arg)
{
  const sweep *w = arg;
  bl_estimator *e = NULL;
  bl_mat z = {0};
  bl_data d = {.X = w->X, .y = w->y};
  bl_status s = bl_estimator_new(ctx, "csp", &e);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_transform(ctx, e, &d.X, NULL, &z);
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X;
  double y[30];
  referenced(ctx, 30, 5, 1, &X, y);
  sweep w = {bl_mat_view(&X), y};
  check_every_allocation_failing(fit_and_ask, &w);
  for (size_t i = 0; i < 30; i++) y[i] = (double)(i % 3);
  check_every_allocation_failing(fit_and_ask, &w);
  bl_mat_free(ctx, &X);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_mnes), cmocka_unit_test(a_reference_costs_one_dimension),
      cmocka_unit_test(odd_input_gets_an_answer), cmocka_unit_test(a_damaged_model_is_refused),
      cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
