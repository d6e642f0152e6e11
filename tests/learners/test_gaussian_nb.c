/* gaussian_nb: scikit-learn 1.2.1's numbers on six rows, weighted and with priors; what it refuses. */
#include "learn.h"

static float rows[] = {1, 2, 2, 1, 3, 5, 4, 4.5F, 5, 7, -1, 0.5F};
static float asked[] = {2.5F, 3, 2, 3.5F};
static const double y[] = {0, 0, 1, 1, 1, 0}, weight[] = {1, 2, 1, 3, 1, 1};
static const bl_cmat X = {rows, 6, 2, 2, NULL}, A = {asked, 2, 2, 2, NULL};

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  /* GaussianNB().fit(X, y, sample_weight=weight).predict_proba(A) */
  static const double weighted[] = {0.13936848853440229, 0.8606315114655972, 0.02232722531160406, 0.9776727746883954};
  /* GaussianNB(priors=[.9, .1]).fit(X, y).predict_proba(A) */
  static const double priors[] = {0.7836673803625425, 0.21633261963745734, 0.36952362690485, 0.6304763730951497};
  bl_ctx *ctx = bl_ctx_new();
  double p[4], code[2];
  bl_estimator *e = learn_parse(ctx, "gaussian_nb");
  bl_data d = {.X = X, .y = y, .weight = weight};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &A, NULL, p));
  for (size_t i = 0; i < 4; i++) check_near(p[i], weighted[i], 1e-7);
  const double *theta = learn_field(e, "theta").v, *var = learn_field(e, "var").v;
  check_near(theta[1], 1.125, 1e-15);
  check_near(var[3], 0.94, 1e-7);
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{gaussian_nb: {priors: [0.9, 0.1]}}");
  d.weight = NULL;
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &A, NULL, p));
  for (size_t i = 0; i < 4; i++) check_near(p[i], priors[i], 1e-12);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, code));
  check_near(code[0], 0, 0);
  check_near(code[1], 1, 0);
  check_near(*(const double *)learn_field(e, "epsilon").v, 5.472222222222222e-09, 1e-22);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void what_cannot_be_is_refused(void **unused)
{
  (void)unused;
  static const struct {
    const char *options, *says;
    bl_status code;
  } refused[] = {{"priors: [1]", "1 priors for 2 classes", BL_E_SHAPE},
                 {"priors: [0, 1]", "prior 0 is 0", BL_E_RANGE},
                 {"priors: [0.4, 0.4]", "sum to 0.8", BL_E_RANGE}};
  bl_ctx *ctx = bl_ctx_new();
  bl_data d = {.X = X, .y = y};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    char text[80];
    snprintf(text, sizeof text, "{gaussian_nb: {%s}}", refused[i].options);
    bl_estimator *e = learn_parse(ctx, text);
    check_fails(ctx, bl_fit(ctx, e, &d), refused[i].code, refused[i].says);
    bl_estimator_free(ctx, e);
  }
  float flat[] = {1, 1, 2, 2};
  double two[] = {0, 0, 1, 1};
  bl_data f = {.X = {flat, 4, 1, 1, NULL}, .y = two};
  bl_estimator *e = learn_parse(ctx, "{gaussian_nb: {var_smoothing: 0}}");
  check_fails(ctx, bl_fit(ctx, e, &f), BL_E_RANGE, "raise var_smoothing");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(what_cannot_be_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
