/* estimator.c, estimator_text.c, fit.c, apply.c: text in and out, names, refusals, weights, memory that runs out. The
 * conformance suite asks the same of every class; here stand the messages and the corners of the framework itself. */
#include "learned.h"

typedef struct text_row {
  const char *in, *out; /* out NULL: refused, with `part` in the message */
  const char *part;
} text_row;

#define SCALER "{standard_scaler: {with_mean: true, with_std: true}}"
static const text_row texts[] = {
    {"ridge", "{ridge: {alpha: 1, fit_intercept: true}}", ""},
    {"{ridge: }", "{ridge: {alpha: 1, fit_intercept: true}}", ""},
    {"{ridge: {}}", "{ridge: {alpha: 1, fit_intercept: true}}", ""},
    {" { ridge : { alpha : 1e-3 } } ", "{ridge: {alpha: 0.001, fit_intercept: true}}", ""},
    {"[standard_scaler, ridge]",
     "[{standard_scaler: {with_mean: true, with_std: true}}, {ridge: {alpha: 1, fit_intercept: true}}]", ""},
    {"[{ridge: {}, as: last}]", "[{ridge: {alpha: 1, fit_intercept: true}, as: last}]", ""},
    {"[[standard_scaler], {chain: [standard_scaler], as: b}]", "[[" SCALER "], {chain: [" SCALER "], as: b}]", ""},
    {"[{standard_scaler: {}, as: standard_scaler-2}, standard_scaler, standard_scaler]",
     "[{standard_scaler: {with_mean: true, with_std: true}, as: standard_scaler-2}, " SCALER ", " SCALER "]", ""},
    {"{chain: {steps: {a: standard_scaler, standard_scaler: ridge}}}",
     "[{standard_scaler: {with_mean: true, with_std: true}, as: a}, "
     "{ridge: {alpha: 1, fit_intercept: true}, as: standard_scaler}]",
     ""},
    {"{chain: {steps: ridge}}", "[{ridge: {alpha: 1, fit_intercept: true}}]", ""},
    {"{chain: {}}", NULL, "chain: 'steps' must be given"},
    {"{chain: {steps: []}}", NULL, "an empty list of estimators"},
    {"{chain: {steps: {steps: ridge}}}", NULL, "'steps' cannot name an estimator: an option is called so"},
    {"[ridge, lda]", NULL, "chain: step 'ridge' cannot stand before 'lda': it does not transform"},
    {"rigde", NULL, "unknown estimator 'rigde'; did you mean 'ridge'?"},
    {"zzzzzz", NULL, "unknown estimator 'zzzzzz'; see 'baleen list'"},
    {"", NULL, "without a name"},
    {"[ridge", NULL, "a comma is missing at character 7"},
    {"{ridge: [1]}", NULL, "is not an estimator"},
    {"{ridge: {}, pca: {}}", NULL, "is not an estimator"},
    {"{as: x}", NULL, "is not an estimator"},
    {"[{ridge: {}, as: [x]}]", NULL, "is not an estimator"},
    {"{ridge: {alhpa: 1}}", NULL, "ridge: unknown option 'alhpa'; did you mean 'alpha'?"},
    {"{ridge: {alpha: -1}}", NULL, "ridge: alpha: '-1' is not valid"},
    {"{ridge: {alpha: [1, 2]}}", NULL, "ridge: alpha"},
};

static void text_goes_in_and_out(void **unused)
{
  (void)unused;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const text_row *r = &texts[i];
    bl_ctx *ctx = bl_ctx_new();
    bl_estimator *e, *again;
    bl_buf b = {0};
    bl_status s = bl_estimator_parse(ctx, r->in, &e);
    if (!r->out) {
      assert_null(e);
      check_fails(ctx, s, BL_E_CONFIG, r->part);
      check_free(ctx);
      continue;
    }
    check_ok(ctx, s);
    check_ok(ctx, bl_estimator_print(ctx, e, &b));
    assert_string_equal(bl_buf_text(&b), r->out);
    check_ok(ctx, bl_estimator_parse(ctx, bl_buf_text(&b), &again));
    assert_true(bl_estimator_equal(e, again));
    bl_buf_free(ctx, &b);
    bl_estimator_free(ctx, again);
    bl_estimator_free(ctx, e);
    check_free(ctx);
  }
}

static void steps_are_named_apart(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e, *pca;
  check_ok(ctx, bl_estimator_parse(ctx, "[{pca: {}, as: pca-2}, pca, pca, pca]", &e));
  const char *want[] = {"pca-2", "pca", "pca-3", "pca-4"};
  for (size_t i = 0; i < 4; i++) assert_string_equal(e->child_name[i], want[i]);
  check_ok(ctx, bl_estimator_new(ctx, "pca", &pca));
  check_fails(ctx, bl_estimator_add_child(ctx, e, "pca-3", pca), BL_E_CONFIG, "two estimators are named 'pca-3'");
  check_ok(ctx, bl_estimator_new(ctx, "pca", &pca));
  bl_estimator *other;
  check_ok(ctx, bl_estimator_new(ctx, "pca", &other));
  check_fails(ctx, bl_estimator_add_child(ctx, other, NULL, pca), BL_E_ARG, "takes no estimators");
  bl_estimator_free(ctx, other);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void a_chain_is_of_its_last_steps_kind(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "[pca, [standard_scaler, ridge]]", &e));
  assert_int_equal(bl_estimator_kind(e), BL_REGRESSOR);
  assert_true(bl_estimator_tags(e) & BL_TAG_WEIGHTS);
  assert_true(bl_op_width(e, BL_PREDICT) == 1 && bl_op_width(e, BL_TRANSFORM) == 0);
  bl_estimator_free(ctx, e);
  check_ok(ctx, bl_estimator_parse(ctx, "[pca, pca]", &e));
  assert_int_equal(bl_estimator_kind(e), BL_TRANSFORMER);
  assert_false(bl_estimator_tags(e) & BL_TAG_WEIGHTS);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

enum { N = 4, D = 2 };

typedef struct refusal {
  const char *name;
  const char *text;
  void (*spoil)(bl_data *d);
  bl_status code;
  const char *part;
} refusal;

static float x[N * D];
static double y[N], w[N];
static char *column_names[] = {"alpha", "beta"};
static bl_texts columns = {column_names, 2};

static void no_rows(bl_data *d) { d->X.rows = 0; }
static void no_columns(bl_data *d) { d->X.cols = 0; }
static void nan_x(bl_data *d)
{
  x[2 * D + 1] = NAN;
  d->feature_names = &columns;
}
static void inf_x(bl_data *d)
{
  x[0] = -INFINITY;
  (void)d;
}
static void nan_y(bl_data *d)
{
  y[3] = NAN;
  (void)d;
}
static void no_y(bl_data *d) { d->y = NULL; }
static void negative_weight(bl_data *d)
{
  w[1] = -0.5;
  d->weight = w;
}
static void nan_weight(bl_data *d)
{
  w[1] = NAN;
  d->weight = w;
}
static void zero_weights(bl_data *d)
{
  memset(w, 0, sizeof w);
  d->weight = w;
}
static void some_weights(bl_data *d) { d->weight = w; }
static void one_name(bl_data *d)
{
  static bl_texts one = {column_names, 1};
  d->feature_names = &one;
}

static const refusal refusals[] = {
    {"no rows", "ridge", no_rows, BL_E_SHAPE, "ridge: data of 0 rows x 2 columns"},
    {"no columns", "ridge", no_columns, BL_E_SHAPE, "ridge: data of 4 rows x 0 columns"},
    {"NaN", "ridge", nan_x, BL_E_NONFINITE, "ridge: NaN in row 2, column 1 'beta'"},
    {"infinity", "pca", inf_x, BL_E_NONFINITE, "pca: -infinity in row 0, column 0"},
    {"NaN in y", "ridge", nan_y, BL_E_NONFINITE, "ridge: y of row 3 is NaN"},
    {"no y", "ridge", no_y, BL_E_ARG, "y was not given"},
    {"negative weight", "ridge", negative_weight, BL_E_RANGE, "the weight of row 1 is -0.5"},
    {"NaN weight", "ridge", nan_weight, BL_E_NONFINITE, "the weight of row 1 is NaN"},
    {"weights all zero", "ridge", zero_weights, BL_E_RANGE, "all 4 weights are zero"},
    {"weights that are not taken", "pca", some_weights, BL_E_UNSUPPORTED, "pca: takes no sample weights"},
    {"too few names", "ridge", one_name, BL_E_SHAPE, "1 feature names for 2 columns"},
    {"NaN in a chain", "[standard_scaler, ridge]", nan_x, BL_E_NONFINITE, "NaN in row 2, column 1 'beta'"},
};

static void fit_refuses(void **state)
{
  const refusal *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  for (size_t i = 0; i < N * D; i++) x[i] = (float)(i * i % 5);
  for (size_t i = 0; i < N; i++) y[i] = (double)i, w[i] = 2;
  bl_data d = {.X = {x, N, D, D, NULL}, .y = y};
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  r->spoil(&d);
  check_fails(ctx, bl_fit(ctx, e, &d), r->code, r->part);
  assert_false(e->fitted); /* what was learnt before is gone, not half there */
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void apply_refuses(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  for (size_t i = 0; i < N * D; i++) x[i] = (float)(i * i % 5);
  for (size_t i = 0; i < N; i++) y[i] = (double)i;
  bl_data d = {.X = {x, N, D, D, NULL}, .y = y, .feature_names = &columns};
  double out[N];
  check_ok(ctx, bl_estimator_new(ctx, "ridge", &e));
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, out), BL_E_NOT_FITTED, "ridge: has learnt nothing");
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_fails(ctx, bl_apply(ctx, e, (bl_op)99, &d.X, NULL, out), BL_E_ARG, "no operation 99");
  check_fails(ctx, bl_apply(ctx, e, BL_TRANSFORM, &d.X, NULL, out), BL_E_UNSUPPORTED, "gives no transform");
  bl_cmat narrow = {x, N, 1, D, NULL}, none = {x, 0, D, D, NULL};
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &narrow, NULL, out), BL_E_SHAPE,
              "1 columns, but the model learnt from 2");
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &none, NULL, out));
  char *turned[] = {"beta", "alpha"}, *other[] = {"alpha", "gamma"};
  bl_texts t = {turned, 2}, o = {other, 2};
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, &t, out), BL_E_MISMATCH,
              "column 0 is 'beta', but the model learnt from 'alpha' there, which stands in column 1");
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, &o, out), BL_E_MISMATCH,
              "column 1 is 'gamma', but the model learnt from 'beta'");
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, &columns, out));
  x[3] = INFINITY;
  check_fails(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, out), BL_E_NONFINITE,
              "ridge: infinity in row 1, column 1 'beta'");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void setting_forgets(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  for (size_t i = 0; i < N * D; i++) x[i] = (float)(i * i % 5);
  bl_data d = {.X = {x, N, D, D, NULL}};
  check_ok(ctx, bl_estimator_parse(ctx, "[standard_scaler, pca]", &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_fails(ctx, bl_estimator_set(ctx, e, "pca.whiten", "perhaps"), BL_E_CONFIG, "whiten");
  assert_true(e->fitted);
  check_ok(ctx, bl_estimator_set(ctx, e, "pca.whiten", "true"));
  assert_false(e->fitted || e->child[0]->fitted || e->child[1]->fitted);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* Options and whole children by path; what does not fit leaves all as it was. */
static void paths_reach_every_child(void **unused)
{
  (void)unused;
  static const struct {
    const char *path, *text, *part; /* part NULL: set, and read back */
  } rows[] = {
      {"inner.pca.whiten", "true", NULL},
      {"chain.inner.chain.pca.whiten", "false", NULL}, /* names of their own, too */
      {"ridge.alpha", "2", NULL},
      {"ridge", "{ridge: {alpha: 3, fit_intercept: true}}", NULL},
      {"inner", "[" SCALER ", " SCALER "]", NULL},
      {"inner.steps", "[" SCALER "]", NULL},
      {"inner.pca.whiten", "true", "chain: holds no 'pca'"},
      {"rigde.alpha", "1", "did you mean 'ridge'"},
      {"ridge.alpha", "-1", "ridge: alpha"},
      {"ridge", "{ridge: {alfa: 1}}", "unknown option 'alfa'"},
      {"steps", "[ridge", "a comma is missing"},
      {"alpha", "1", "chain: unknown option 'alpha'"},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "[{chain: [standard_scaler, pca], as: inner}, ridge]", &e));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_buf before = {0}, after = {0}, got = {0};
    check_ok(ctx, bl_estimator_print(ctx, e, &before));
    bl_status s = bl_estimator_set(ctx, e, rows[i].path, rows[i].text);
    check_ok(ctx, bl_estimator_print(ctx, e, &after));
    if (rows[i].part) {
      check_fails(ctx, s, BL_E_CONFIG, rows[i].part);
      assert_string_equal(bl_buf_text(&before), bl_buf_text(&after));
    } else {
      check_ok(ctx, s);
      check_ok(ctx, bl_estimator_get(ctx, e, rows[i].path, &got));
      assert_string_equal(bl_buf_text(&got), rows[i].text);
    }
    bl_buf_free(ctx, &before);
    bl_buf_free(ctx, &after);
    bl_buf_free(ctx, &got);
  }
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* The same places in a tree that is not built yet. */
static void paths_lead_through_trees(void **unused)
{
  (void)unused;
  static const struct {
    const char *tree, *path, *want; /* want: the tree with X in that place; NULL: there is none */
  } rows[] = {
      {"pca", "pca.whiten", "{pca: {whiten: X}}"},
      {"pca", "whiten", "{pca: {whiten: X}}"},
      {"[pca, lda]", "lda.solver", "[pca, {lda: {solver: X}}]"},
      {"[pca, lda]", "1.solver", "[pca, {lda: {solver: X}}]"},
      {"[pca, lda]", "0", "[X, lda]"},
      {"[pca, pca]", "pca-2.whiten", "[pca, {pca: {whiten: X}}]"},
      {"[{pca: {}, as: p}, pca]", "pca.whiten", "[{pca: {}, as: p}, {pca: {whiten: X}}]"},
      {"[{pca: {}, as: p}, pca]", "p.whiten", "[{pca: {whiten: X}, as: p}, pca]"},
      {"[{chain: [pca], as: c}]", "c.pca.whiten", "[{chain: [{pca: {whiten: X}}], as: c}]"},
      {"{chain: {steps: {a: pca}}}", "a.whiten", "{chain: {steps: {a: {pca: {whiten: X}}}}}"},
      {"{chain: {steps: {a: pca}}}", "steps", "{chain: {steps: X}}"},
      {"{chain: {steps: pca}}", "pca.whiten", "{chain: {steps: {pca: {whiten: X}}}}"},
      {"{voting: [lda, knn]}", "lda.solver", "{voting: [{lda: {solver: X}}, knn]}"},
      {"{voting: {estimators: [{lda: {}, as: a}]}}", "voting.a.solver",
       "{voting: {estimators: [{lda: {solver: X}, as: a}]}}"},
      {"{bagging: {estimator: knn}}", "estimator.p", "{bagging: {estimator: {knn: {p: X}}}}"},
      {"{columns: {transformers: {a: {estimator: pca}}}}", "a.whiten",
       "{columns: {transformers: {a: {estimator: {pca: {whiten: X}}}}}}"},
      {"{columns: {transformers: {a: {estimator: pca}}}}", "a.columns",
       "{columns: {transformers: {a: {estimator: pca, columns: X}}}}"},
      {"{columns: {transformers: {a: {estimator: pca}}}}", "a.colums", /* told of when it is built, beside the child */
       "{columns: {transformers: {a: {estimator: pca, colums: X}}}}"},
      {"{voting: [lda, knn]}", "voting.lad.solver", NULL},
      {"[pca]", "lda.solver", NULL},
      {"[pca]", "pca.whiten.x", NULL},
      {"[zzz]", "zzz.x", NULL},
      {"{}", "x", NULL},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_flow tree, *at;
    bl_buf b = {0};
    check_ok(ctx, bl_flow_parse(ctx, rows[i].tree, &tree));
    bl_status s = bl_estimator_in_flow(ctx, &tree, rows[i].path, &at);
    if (!rows[i].want) {
      assert_int_equal(s, BL_E_CONFIG);
    } else {
      check_ok(ctx, s);
      bl_flow_free(ctx, at);
      check_ok(ctx, bl_flow_parse(ctx, "X", at));
      check_ok(ctx, bl_flow_print(ctx, &tree, &b));
      assert_string_equal(bl_buf_text(&b), rows[i].want);
    }
    bl_buf_free(ctx, &b);
    bl_flow_free(ctx, &tree);
  }
  check_free(ctx);
}

typedef struct slips {
  char text[400];
  bl_ctx *ctx;
} slips;

static bl_status note(void *arg, const bl_flow *at, bl_status status)
{
  slips *n = arg;
  (void)status;
  size_t used = strlen(n->text);
  snprintf(n->text + used, sizeof n->text - used, "%zu:%zu %s\n", at->line, at->column, bl_ctx_error(n->ctx));
  return BL_OK;
}

static void every_slip_is_told_with_its_place(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  slips n = {.ctx = ctx};
  bl_build how = {.slip = note, .arg = &n};
  bl_estimator *e;
  bl_flow f;
  check_ok(ctx, bl_flow_parse(ctx, "[stadard_scaler,\n [{pca: {whiten: 3}}],\n {ridge: {alfa: 1,\n  alpha: -2}}]", &f));
  check_ok(ctx, bl_estimator_build(ctx, &f, &how, &e));
  assert_null(e);
  assert_string_equal(n.text, "1:2 unknown estimator 'stadard_scaler'; did you mean 'standard_scaler'?\n"
                              "2:18 pca: whiten: '3' is not valid; it takes true or false\n"
                              "3:11 ridge: unknown option 'alfa'; did you mean 'alpha'?\n"
                              "4:10 ridge: alpha: '-2' is not valid; it takes a number of 0 or more\n");
  bl_flow_free(ctx, &f);
  check_free(ctx);
}

/* One option apart, of each kind that estimators use: no longer equal. */
static void equal_sees_every_option(void **unused)
{
  (void)unused;
  static const struct {
    const char *a, *b;
    bool equal;
  } pairs[] = {
      {"ridge", "{ridge: {alpha: 1.0}}", true},
      {"ridge", "{ridge: {alpha: 1.0000000000000002}}", false},
      {"ridge", "{ridge: {fit_intercept: false}}", false},
      {"ridge", "pca", false},
      {"pca", "{pca: {n_components: 2}}", false},
      {"{pca: {n_components: 2}}", "{pca: {n_components: 3}}", false},
      {"pca", "{pca: {svd_solver: full}}", false},
      {"[pca]", "pca", false},
      {"[pca]", "[pca, pca]", false},
      {"[pca]", "[{pca: {}, as: p}]", false},
      {"[ridge]", "[{ridge: {alpha: 2}}]", false},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    bl_estimator *a, *b;
    check_ok(ctx, bl_estimator_parse(ctx, pairs[i].a, &a));
    check_ok(ctx, bl_estimator_parse(ctx, pairs[i].b, &b));
    if (bl_estimator_equal(a, b) != pairs[i].equal) fail_msg("%s and %s", pairs[i].a, pairs[i].b);
    bl_estimator_free(ctx, a);
    bl_estimator_free(ctx, b);
  }
  check_free(ctx);
}

static bl_status live_and_die(bl_ctx *ctx, void *arg)
{
  bl_estimator *e = NULL, *c = NULL;
  bl_buf b = {0};
  (void)arg;
  bl_status s = bl_estimator_parse(ctx, "[{standard_scaler: {}, as: first}, {pca: {n_components: 0.5}}, [ridge]]", &e);
  if (!s) s = bl_estimator_clone(ctx, e, &c);
  if (!s) s = bl_estimator_set(ctx, c, "first.with_mean", "false");
  if (!s) s = bl_estimator_print(ctx, c, &b);
  bl_buf_free(ctx, &b);
  bl_estimator_free(ctx, c);
  bl_estimator_free(ctx, e);
  return s;
}

static bl_status nested_life(bl_ctx *ctx, void *arg)
{
  (void)arg;
  static const char text[] = "[{columns: {transformers: {a: {columns: [x, y], estimator: [pca, passthrough]}}}}, "
                             "{voting: {estimators: [{bagging: {estimator: knn}}, {lda: {}, as: far}]}}]";
  bl_estimator *e = NULL, *c = NULL;
  bl_flow f = {0}, *at;
  bl_buf b = {0};
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (!s) s = bl_estimator_in_flow(ctx, &f, "columns.a.pca.whiten", &at);
  if (!s) s = bl_estimator_parse(ctx, text, &e);
  if (!s) s = bl_estimator_set(ctx, e, "voting.estimators", "{near: knn, far: [pca, lda]}");
  if (!s) s = bl_estimator_set(ctx, e, "columns.a", "passthrough");
  if (!s) s = bl_estimator_clone(ctx, e, &c);
  if (!s) s = bl_estimator_print(ctx, c, &b);
  if (!s && !bl_estimator_equal(e, c)) fail_msg("a clone is unlike");
  bl_buf_free(ctx, &b);
  bl_flow_free(ctx, &f);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, c);
  return s;
}

static void memory_running_out_is_survived(void **unused)
{
  (void)unused;
  check_every_allocation_failing(live_and_die, NULL);
  check_every_allocation_failing(nested_life, NULL);
}

int main(void)
{
  enum { R = sizeof refusals / sizeof *refusals };
  struct CMUnitTest tests[R + 10] = {
      cmocka_unit_test(text_goes_in_and_out),
      cmocka_unit_test(steps_are_named_apart),
      cmocka_unit_test(a_chain_is_of_its_last_steps_kind),
      cmocka_unit_test(apply_refuses),
      cmocka_unit_test(setting_forgets),
      cmocka_unit_test(memory_running_out_is_survived),
      cmocka_unit_test(paths_reach_every_child),
      cmocka_unit_test(paths_lead_through_trees),
      cmocka_unit_test(every_slip_is_told_with_its_place),
      cmocka_unit_test(equal_sees_every_option),
  };
  for (size_t i = 0; i < R; i++)
    tests[10 + i] = (struct CMUnitTest){
        .name = refusals[i].name, .test_func = fit_refuses, .initial_state = (void *)(uintptr_t)&refusals[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
