/* one_vs_rest: scikit-learn's numbers, by decisions and by probabilities, of two classes and more; what is refused. */
#include "composite_case.h"

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  static const struct {
    const char *name, *estimator, *y;
    size_t learnt;
  } rows[] = {
      {"ovr.lr", "{logistic_regression: {tol: 1e-10, max_iter: 10000}}", "train.y", 3},
      {"ovr.lr.two", "{logistic_regression: {tol: 1e-10, max_iter: 10000}}", "two.y", 1},
      {"ovr.nb", "gaussian_nb", "train.y", 3},
      {"ovr.nb.two", "gaussian_nb", "two.y", 1},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    composite_case c = composite_open(rows[i].y);
    char text[160];
    snprintf(text, sizeof text, "{one_vs_rest: {estimator: %s}}", rows[i].estimator);
    bl_estimator *e = learn_parse(c.ctx, text);
    check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
    assert_int_equal(e->n_learnt, rows[i].learnt);
    assert_false(e->child[0]->fitted);
    composite_compare(&c, e, BL_PREDICT, rows[i].name, "predict");
    composite_compare(&c, e, BL_PREDICT_PROBA, rows[i].name, "proba");
    if (bl_op_width(e, BL_DECISION)) composite_compare(&c, e, BL_DECISION, rows[i].name, "decision");
    bl_estimator_free(c.ctx, e);
    composite_close(&c);
  }
}

static void misfits_are_refused(void **unused)
{
  (void)unused;
  static const composite_refusal rows[] = {
      {"one_vs_rest", "one_vs_rest: 'estimator' must be given"},
      {"{one_vs_rest: {estimator: ridge}}", "ridge is a regressor; it takes a classifier"},
      {"{one_vs_rest: {estimator: {voting: [lda, knn]}}}", "neither a decision function nor probabilities"},
      {"{one_vs_rest: {estimator: {lda: {}, as: x}}}", "'as' names a member of a list"},
  };
  composite_refuses(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(misfits_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
