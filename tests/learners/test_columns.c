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

/* Six bands of covariances and powers beside them, as features name them. */
static void bank_blocks(bl_ctx *ctx, bl_blocks *out)
{
  static const char *const bands[] = {"theta", "mu", "beta1", "beta2", "beta3", "gamma"};
  char name[40], source[] = "test", squared[] = "uV^2", other[] = "nV^2", *unit = squared;
  *out = (bl_blocks){0};
  for (size_t b = 0; b < 6; b++) {
    snprintf(name, sizeof name, "%s.covariance", bands[b]);
    check_ok(
        ctx,
        bl_blocks_add(
            ctx, out,
            &(bl_block){.name = name, .source = source, .form = BL_BLOCK_TRIANGLE, .dims = {4}, .units = {&unit, 1}}));
  }
  snprintf(name, sizeof name, "power.band_power");
  unit = other;
  check_ok(ctx, bl_blocks_add(ctx, out, &(bl_block){.name = name, .source = source, .dims = {8}, .units = {&unit, 1}}));
}

static const char bank[] = "[{columns: {transformers: {"
                           "theta: {blocks: theta.*, estimator: {csp: {n_components: 2}}}, "
                           "mu: {blocks: [mu.covariance], estimator: {csp: {n_components: 2}}}, "
                           "beta1: {blocks: beta1.*, forms: triangle, estimator: {csp: {n_components: 2}}}, "
                           "beta2: {blocks: \"*2.*\", units: \"uV*\", estimator: {csp: {n_components: 2}}}, "
                           "beta3: {blocks: beta3.covariance, estimator: {csp: {n_components: 2}}}, "
                           "gamma: {blocks: gamma.*, estimator: {csp: {n_components: 2}}}, "
                           "power: {units: nV^2, estimator: standard_scaler}}}}, lda]";

static void a_filter_bank_gives_mnes_numbers(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("filter_bank");
  const golden_array *rows = golden_get(g, "rows"), *y = golden_get(g, "y");
  float v[60 * 68];
  double proba[40];
  for (size_t i = 0; i < 60 * 68; i++) v[i] = (float)rows->v[i];
  bl_blocks blocks, out;
  bank_blocks(ctx, &blocks);
  bl_data d = {.X = {v, 40, 68, 68, NULL}, .y = y->v, .blocks = &blocks};
  const bl_cmat asked = {v + (size_t)40 * 68, 20, 68, 68, NULL};
  bl_estimator *e = learn_parse(ctx, bank);
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_mat features;
  check_ok(ctx, bl_transform(ctx, e->child[0], &asked, NULL, &features));
  golden_compare_f32(golden_get(g, "features"), features.v, "features");
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &asked, NULL, proba));
  golden_compare(golden_get(g, "proba"), proba, "proba");
  check_ok(ctx, bl_estimator_blocks_out(ctx, e->child[0], &out));
  check_ok(ctx, bl_blocks_check(ctx, "columns", &out, features.cols));
  assert_int_equal(out.n, 7);
  assert_string_equal(out.v[1].name, "mu.csp");
  assert_string_equal(out.v[6].name, "power.power.band_power");
  assert_string_equal(bl_block_unit(&out.v[6], 0), "1");
  assert_int_equal(e->child[0]->child[1]->blocks.v[0].form, BL_BLOCK_TRIANGLE);
  bl_blocks_free(ctx, &out);
  bl_mat_free(ctx, &features);
  bl_estimator_free(ctx, e);
  bl_blocks_free(ctx, &blocks);
  golden_close(g);
  check_free(ctx);
}

static void selectors_that_fit_nothing_are_refused(void **unused)
{
  (void)unused;
  static const struct {
    const char *text, *says;
  } rows[] = {
      {"{columns: {transformers: {a: {blocks: alpha.*, estimator: csp}}}}",
       "'a': no block is called 'alpha.*'; a row is made of 'theta.covariance' (triangle of 4: 10 columns), "},
      {"{columns: {transformers: {a: {forms: triangl, estimator: csp}}}}", "no form 'triangl' of blocks; did you mean "
                                                                           "'triangle'?"},
      {"{columns: {transformers: {a: {blocks: mu.*, units: Hz, estimator: csp}}}}",
       "none has all that columns, blocks"},
      {"{columns: {transformers: {a: {forms: triangle, estimator: csp}}}}", "made of 'theta.covariance' (triangle"},
  };
  bl_ctx *ctx = bl_ctx_new();
  float v[4 * 68] = {0};
  double y[] = {0, 1, 0, 1};
  bl_blocks blocks;
  bank_blocks(ctx, &blocks);
  bl_data d = {.X = {v, 4, 68, 68, NULL}, .y = y, .blocks = &blocks};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_estimator *e = learn_parse(ctx, rows[i].text);
    d.blocks = &blocks;
    bl_status s = bl_fit(ctx, e, &d);
    assert_true(s == BL_E_CONFIG || s == BL_E_SHAPE);
    if (!strstr(bl_ctx_error(ctx), rows[i].says)) fail_msg("'%s' does not say '%s'", bl_ctx_error(ctx), rows[i].says);
    d.blocks = NULL; /* of a table */
    check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, i == 1 ? "no form" : "only the names of columns are known");
    bl_estimator_free(ctx, e);
  }
  bl_blocks_free(ctx, &blocks);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scikit_learns), cmocka_unit_test(columns_are_chosen_by_name),
      cmocka_unit_test(a_filter_bank_gives_mnes_numbers), cmocka_unit_test(selectors_that_fit_nothing_are_refused),
      cmocka_unit_test(misfits_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
