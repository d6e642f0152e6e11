/* qda, multinomial_nb, bernoulli_nb, complement_nb, calibrated_classifier against scikit-learn's predictions, probabilities and decisions. */
#include <math.h>

#include "calibration.h"
#include "learn.h"

static void agrees_with_scikit_learn(void **unused)
{
  (void)unused;
  static const char *const names[] = {"qda",
                                      "qda.two",
                                      "qda.wine",
                                      "multinomial",
                                      "multinomial.options",
                                      "multinomial.prior",
                                      "bernoulli",
                                      "bernoulli.options",
                                      "complement",
                                      "complement.norm",
                                      "calibrated.sigmoid",
                                      "calibrated.sigmoid.two",
                                      "calibrated.sigmoid.one",
                                      "calibrated.isotonic",
                                      "calibrated.isotonic.two"};
  static const struct {
    bl_op op;
    const char *array;
  } ops[] = {{BL_PREDICT, "predict"}, {BL_PREDICT_PROBA, "proba"}, {BL_DECISION, "decision"}};
  golden *data = golden_open("linear_data"), *g = golden_open("classifiers");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char full[96], where[32] = "";
    snprintf(full, sizeof full, "%s.data", names[i]);
    const char *said = golden_text(g, full);
    sscanf(said, "%31s", where);
    const golden *from = strcmp(where, "counts") ? data : g;
    learn_set s = learn_open(ctx, from, where);
    snprintf(full, sizeof full, "%s.model", names[i]);
    bl_estimator *e = learn_parse(ctx, golden_text(g, full));
    snprintf(full, sizeof full, "%s.w", where);
    bl_data d = {.X = s.X, .y = s.y, .weight = strstr(said, " weighted") ? golden_get(from, full)->v : NULL};
    check_ok(ctx, bl_fit(ctx, e, &d));
    bl_cmat few = s.X;
    few.rows = 20;
    for (size_t k = 0; k < sizeof ops / sizeof *ops; k++) {
      size_t wide = bl_op_width(e, ops[k].op);
      double got[20 * 3];
      if (!wide) continue;
      snprintf(full, sizeof full, "%s.%s", names[i], ops[k].array);
      const golden_array *want = golden_get(g, full);
      assert_int_equal(want->rows * want->cols, 20 * wide);
      check_ok(ctx, bl_apply(ctx, e, ops[k].op, &few, NULL, got));
      golden_compare(want, got, full);
    }
    bl_estimator_free(ctx, e);
    learn_close(ctx, &s);
    check_free(ctx);
  }
  golden_close(data);
  golden_close(g);
}

static void refusals(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("classifiers");
  learn_set s = learn_open(ctx, g, "counts");
  bl_data d = {.X = s.X, .y = s.y};
  bl_estimator *e = learn_parse(ctx, "{multinomial_nb: {class_prior: [0.5, 0.5]}}");
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "multinomial_nb: 2 class priors for 3 classes");
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{bernoulli_nb: {class_prior: [0.5, 0.4, 0.3]}}");
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "the class priors sum to 1.2");
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{qda: {priors: [0.5, 0.5, 0]}}");
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "qda: prior 2 is 0");
  bl_estimator_free(ctx, e);
  /* a class of fewer rows than columns has fewer axes, and this is told */
  e = learn_parse(ctx, "{qda: {reg_param: 0.1}}");
  d.X.rows = 9;
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_true(bl_ctx_warnings(ctx, BL_W_COLLINEAR) > 0);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

/* A curve from scores to probabilities is the same whatever the unit of the scores; none is made of infinite ones. */
static void units_of_scores_do_not_matter(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  double z[40], big[40], positive[40], a, b, far, there;
  for (size_t i = 0; i < 40; i++) {
    z[i] = (double)(i * 7 % 40) / 10 - 1;
    big[i] = 1e9 * z[i];
    positive[i] = z[i] + (double)(i % 5) > 2.5;
  }
  check_ok(ctx, bl_sigmoid_curve(ctx, 40, z, positive, NULL, &a, &b));
  check_ok(ctx, bl_sigmoid_curve(ctx, 40, big, positive, NULL, &far, &there));
  check_near(1e9 * far, a, 1e-6);
  check_near(there, b, 1e-6);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  z[3] = (double)INFINITY;
  check_fails(ctx, bl_sigmoid_curve(ctx, 40, z, positive, NULL, &a, &b), BL_E_NONFINITE, "a score is inf");
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_scikit_learn), cmocka_unit_test(refusals),
                                     cmocka_unit_test(units_of_scores_do_not_matter)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
