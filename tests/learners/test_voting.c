/* voting: scikit-learn's numbers, hard and soft, weighted, of classifiers and regressors; what is refused. */
#include "composite_case.h"

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  static const struct {
    const char *name, *options, *y;
  } rows[] = {
      {"voting.hard", "estimators: [lda, gaussian_nb, knn]", "train.y"},
      {"voting.hard.weights", "estimators: [lda, gaussian_nb, knn], weights: [1, 2, 4]", "train.y"},
      {"voting.soft", "estimators: {a: lda, b: gaussian_nb, c: knn}, voting: soft", "train.y"},
      {"voting.soft.weights", "estimators: [lda, gaussian_nb, knn], voting: soft, weights: [1, 2, 3]", "train.y"},
      {"voting.mean", "estimators: [ridge, linear_regression], weights: [1, 3]", "target.y"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    composite_case c = composite_open(rows[i].y);
    char text[200];
    snprintf(text, sizeof text, "{voting: {%s}}", rows[i].options);
    bl_estimator *e = learn_parse(c.ctx, text);
    check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
    composite_compare(&c, e, BL_PREDICT, rows[i].name, "predict");
    if (bl_op_width(e, BL_PREDICT_PROBA)) composite_compare(&c, e, BL_PREDICT_PROBA, rows[i].name, "proba");
    bl_estimator_free(c.ctx, e);
    composite_close(&c);
  }
}

static void kind_follows_from_who_votes(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = learn_parse(ctx, "{voting: [ridge, [standard_scaler, knn_regressor]]}");
  assert_int_equal(bl_estimator_kind(e), BL_REGRESSOR);
  assert_int_equal(bl_op_width(e, BL_PREDICT_PROBA), 0);
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{voting: {estimators: [knn, {lda: {}, as: far}], voting: soft}}");
  assert_int_equal(bl_estimator_kind(e), BL_CLASSIFIER);
  assert_int_equal(bl_op_width(e, BL_PREDICT_PROBA), 1);
  check_ok(ctx, bl_estimator_set(ctx, e, "voting.far.solver", "lsqr"));
  bl_buf text = {0};
  check_ok(ctx, bl_estimator_get(ctx, e, "far.solver", &text));
  assert_string_equal(bl_buf_text(&text), "lsqr");
  bl_buf_free(ctx, &text);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void misfits_are_refused(void **unused)
{
  (void)unused;
  static const composite_refusal rows[] = {
      {"voting", "voting: 'estimators' must be given"},
      {"{voting: [ridge, lda]}", "'lda' is a classifier but 'ridge' is a regressor"},
      {"{voting: [pca, lda]}", "'pca' is a transformer; classifiers or regressors vote"},
      {"{voting: {estimators: [lda, knn], weights: [1]}}", "1 weights for 2 estimators"},
      {"{voting: {estimators: [lda, knn], weights: [0, 0]}}", "all zero"},
      {"{voting: {estimators: [lda, {voting: [knn]}], voting: soft}}", "'voting' cannot name an estimator"},
      {"{voting: {estimators: {a: lda, b: {voting: [knn]}}, voting: soft}}", "'b' gives no probabilities"},
  };
  composite_refuses(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(kind_follows_from_who_votes),
                                     cmocka_unit_test(misfits_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
