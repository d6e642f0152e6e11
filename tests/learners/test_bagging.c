/* bagging: scikit-learn's numbers on scikit-learn's draws; its own draws in distribution; what is refused. */
#include "bagging.h"
#include "composite_case.h"
#include "cv_estimators.h"

static uint32_t *indices(const golden *g, const char *name, const char *what, size_t *n)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", name, what);
  const golden_array *a = golden_get(g, full);
  uint32_t *v = test_calloc(a->rows * a->cols, sizeof *v);
  for (size_t i = 0; i < a->rows * a->cols; i++) v[i] = (uint32_t)a->v[i];
  *n = a->cols;
  return v;
}

static void numbers_are_scikit_learns_on_its_draws(void **unused)
{
  (void)unused;
  static const struct {
    const char *name, *estimator, *y;
    bool weighted;
  } rows[] = {{"bag.nb", "gaussian_nb", "train.y", false},
              {"bag.knn", "knn", "train.y", false},
              {"bag.ridge", "ridge", "target.y", false},
              {"bag.weighted", "gaussian_nb", "train.y", true}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    composite_case c = composite_open(rows[i].y);
    char text[120];
    bl_bagging_draws draws;
    uint32_t *row = indices(c.g, rows[i].name, "rows", &draws.n_rows);
    uint32_t *feature = indices(c.g, rows[i].name, "features", &draws.n_features);
    draws.rows = row;
    draws.features = feature;
    snprintf(text, sizeof text, "{bagging: {estimator: %s, n_estimators: 7}}", rows[i].estimator);
    bl_estimator *e = learn_parse(c.ctx, text);
    ((bl_bagging_params *)e->params)->given = &draws;
    if (rows[i].weighted) c.d.weight = golden_get(c.g, "w")->v;
    check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
    composite_compare(&c, e, BL_PREDICT, rows[i].name, "predict");
    if (bl_op_width(e, BL_PREDICT_PROBA)) composite_compare(&c, e, BL_PREDICT_PROBA, rows[i].name, "proba");
    bl_estimator_free(c.ctx, e);
    test_free(row);
    test_free(feature);
    composite_close(&c);
  }
}

/* A copy that stores its rows tells what was drawn: with repetition the share of rows that are in is 1 - (1 - 1/n)^n,
 * without it is max_samples; columns come ascending. */
static void draws_are_spread_as_they_should_be(void **unused)
{
  (void)unused;
  composite_case c = composite_open("train.y");
  bl_estimator *e = learn_parse(c.ctx, "{bagging: {estimator: {knn: {n_neighbors: 1}}, n_estimators: 200, "
                                       "max_features: 4}}");
  check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
  const int64_t *column = learn_field(e, "features").v;
  size_t times[6] = {0}, n = c.x.rows, found = 0;
  for (size_t j = 0; j < 200; j++)
    for (size_t k = 0; k < 4; k++) {
      assert_true(!k || column[j * 4 + k] > column[j * 4 + k - 1]);
      times[column[j * 4 + k]]++;
    }
  for (size_t k = 0; k < 6; k++) assert_true(times[k] > 107 && times[k] < 160); /* 133 +- 4 sd of 6.7 */
  for (size_t j = 0; j < 200; j++) { /* a row is in when its nearest neighbour lies at 0 */
    const float *kept = learn_field(e->learnt[j], "fit_X").v;
    size_t m = learn_field(e->learnt[j], "fit_X").dims[0];
    assert_int_equal(m, n);
    for (size_t i = 0; i < n; i++) {
      bool in = false;
      for (size_t r = 0; !in && r < m; r++) in = kept[r * 4] == bl_row(&c.x, i)[column[j * 4]];
      found += in;
    }
  }
  check_near((double)found / (200.0 * (double)n), 1 - pow(1 - 1 / (double)n, (double)n), 0.01);
  bl_estimator_free(c.ctx, e);
  composite_close(&c);
}

/* 60 rows of which 2 are of the other class: bags of 5 nearly always lack it, and are drawn anew until they do not. */
static void rare_classes_are_drawn_for(void **unused)
{
  (void)unused;
  composite_case c = composite_open("train.y");
  double y[60] = {[7] = 1, [40] = 1};
  c.d.y = y;
  bl_estimator *e = learn_parse(c.ctx, "{bagging: {estimator: knn, max_samples: 5}}");
  check_ok(c.ctx, bl_fit(c.ctx, e, &c.d));
  for (size_t j = 0; j < 10; j++) assert_int_equal(e->learnt[j]->n_classes, 2);
  check_ok(c.ctx, bl_estimator_set(c.ctx, e, "max_samples", "0.001"));
  check_fails(c.ctx, bl_fit(c.ctx, e, &c.d), BL_E_CLASSES, "of one class each time; raise max_samples");
  check_ok(c.ctx, bl_estimator_set(c.ctx, e, "max_samples", "2.5"));
  check_fails(c.ctx, bl_fit(c.ctx, e, &c.d), BL_E_RANGE, "must be whole");
  bl_estimator_free(c.ctx, e);
  composite_close(&c);
}

/* A regressor that asks whether all that goes with a row came along: here time is 2 y and group is y. */
static bl_status probe_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  (void)e;
  for (size_t i = 0; i < t->X.rows; i++)
    if (t->data->time[i] != 2 * t->y[i] || t->group[i] != (int32_t)t->y[i] || (double)bl_crow(&t->X, i)[0] != t->y[i])
      return bl_fail(ctx, BL_E_INTERNAL, "row %zu is not its own", i);
  return BL_OK;
}
static size_t probe_width(const bl_estimator *e, bl_op op)
{
  (void)e;
  return op == BL_PREDICT;
}
static const bl_estimator_class probe = {.name = "probe", .kind = BL_REGRESSOR, .fit = probe_fit, .width = probe_width};
static const bl_estimator_class ordered = {
    .name = "ordered", .kind = BL_REGRESSOR, .tags = BL_TAG_ORDERED, .fit = probe_fit, .width = probe_width};

static void all_of_a_row_is_drawn_together(void **unused)
{
  (void)unused;
  enum { ROWS = 30 };
  float v[ROWS];
  double y[ROWS], time[ROWS];
  int32_t group[ROWS];
  for (int i = 0; i < ROWS; i++) v[i] = (float)i, y[i] = i, time[i] = 2 * i, group[i] = i;
  bl_ctx *ctx = bl_ctx_new();
  bl_data d = {.X = {v, ROWS, 1, 1, NULL}, .y = y, .time = time, .group = group};
  bl_estimator *e;
  check_ok(ctx, bl_estimator_new(ctx, "bagging", &e));
  check_ok(ctx, bl_estimator_add_child(ctx, e, NULL, cv_new(ctx, &probe)));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_estimator_add_child(ctx, e, NULL, cv_new(ctx, &ordered))); /* takes the other's place */
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "ordered learns from rows in their order");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void misfits_are_refused(void **unused)
{
  (void)unused;
  static const composite_refusal rows[] = {
      {"bagging", "bagging: 'estimator' must be given"},
      {"{bagging: {estimator: pca}}", "pca is a transformer; it takes a classifier or a regressor"},
      {"{bagging: {estimator: [pca, {ridge: {alfa: 1}}]}}", "ridge: unknown option 'alfa'; did you mean 'alpha'?"},
      {"{bagging: [ridge]}", "is not an estimator"},
  };
  composite_refuses(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scikit_learns_on_its_draws), cmocka_unit_test(draws_are_spread_as_they_should_be),
      cmocka_unit_test(rare_classes_are_drawn_for), cmocka_unit_test(all_of_a_row_is_drawn_together),
      cmocka_unit_test(misfits_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
