/* columns: scikit-learn's numbers and names; how columns are chosen; what is refused. */
#include "composite_case.h"

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  composite_case c = composite_open("train.y");
  bl_estimator *e = learn_parse(c.ctx, "{columns: {transformers: {a: {columns: [x3, x1], estimator: standard_scaler}, "
                                       "b: {columns: \"x[024]\", estimator: {pca: {n_components: 2}}}}, "
                                       "remainder: passthrough}}");
  check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
  bl_cmat A = bl_mat_view(&c.ask);
  bl_mat got;
  check_ok(c.ctx, bl_transform(c.ctx, e, &A, NULL, &got));
  golden_compare_f32(golden_get(c.g, "columns"), got.v, "columns");
  bl_texts names;
  check_ok(c.ctx, bl_estimator_names_out(c.ctx, e, &names));
  static const char *const want[] = {"a__x3", "a__x1", "b__pca0", "b__pca1", "remainder__x5"};
  assert_int_equal(names.n, 5);
  for (size_t i = 0; i < 5; i++) assert_string_equal(names.v[i], want[i]);
  bl_texts_free(c.ctx, &names);
  bl_mat_free(c.ctx, &got);
  bl_estimator_free(c.ctx, e);
  composite_close(&c);
}

/* Names in their order, none twice; a name that looks like a pattern is a name; short names where asked for. */
static void columns_are_chosen_by_name(void **unused)
{
  (void)unused;
  static float rows[] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const double picked[] = {7, 5, 6};
  static char *labels[] = {"mu C3", "mu C4", "beta [uV]", "age"};
  const bl_texts columns = {labels, 4};
  bl_ctx *ctx = bl_ctx_new();
  bl_data d = {.X = {rows, 2, 4, 4, NULL}, .feature_names = &columns};
  bl_estimator *e = learn_parse(ctx, "{columns: {transformers: {a: {columns: [\"beta [uV]\", \"* C?\", \"mu C3\"], "
                                     "estimator: passthrough}}, verbose_feature_names_out: false}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_mat got;
  bl_texts names;
  check_ok(ctx, bl_transform(ctx, e, &d.X, NULL, &got));
  assert_int_equal(got.cols, 3);
  for (size_t j = 0; j < 3; j++) check_near((double)bl_row(&got, 1)[j], picked[j], 0);
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  assert_string_equal(names.v[0], "beta [uV]");
  bl_texts_free(ctx, &names);
  bl_mat_free(ctx, &got);
  check_ok(ctx, bl_estimator_set(ctx, e, "columns.a.columns", "[age, \"mu*\"]"));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_op_width(e, BL_TRANSFORM), 3);
  check_ok(ctx, bl_estimator_set(ctx, e, "a.columns", "[agee]"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "columns: 'a': no column is called 'agee'; did you mean 'age'?");
  check_ok(ctx, bl_estimator_set(ctx, e, "a.columns", "[]"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "is given no column");
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{columns: {transformers: {a: {estimator: passthrough}, b: {columns: age, estimator: "
                       "standard_scaler}}, verbose_feature_names_out: false}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_fails(ctx, bl_estimator_names_out(ctx, e, &names), BL_E_CONFIG, "two of its columns are named 'age'");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void misfits_are_refused(void **unused)
{
  (void)unused;
  static const composite_refusal rows[] = {
      {"columns", "columns: 'transformers' must be given"},
      {"{columns: {transformers: {a: {columns: x, estimator: ridge}}}}", "'a' (ridge) does not transform"},
      {"{columns: {transformers: {a: {columns: x}}}}", "columns: a: 'estimator' must be given"},
      {"{columns: {transformers: {a: {colums: x, estimator: pca}}}}",
       "a: unknown option 'colums'; did you mean 'columns'"},
      {"{columns: {transformers: {a: pca}}}", "columns: a: wanted {estimator: ..., columns: ...}"},
      {"{columns: {transformers: [pca]}}", "wanted {name: {estimator: ..., columns: ...}}"},
      {"{columns: {transformers: {remainder: {estimator: pca}}}}", "'remainder' cannot name an estimator"},
  };
  composite_refuses(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(columns_are_chosen_by_name),
                                     cmocka_unit_test(misfits_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
