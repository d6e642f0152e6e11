/* grid_search and random_search: scikit-learn's scores and ranks on the same folds; what fails cannot win; noise scores chance. */
#include <math.h>

#include "baleen/cross_validate.h"
#include "learn.h"

static const char *said(const golden *g, const char *name, const char *what)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", name, what);
  return golden_text(g, full);
}

static void compare(const golden *g, const char *name, const bl_estimator *e, const char *field)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", name, field);
  const golden_array *want = golden_get(g, full);
  bl_field_view f = learn_field(e, field);
  assert_non_null(f.v);
  assert_int_equal(f.bytes / 8, want->rows * want->cols);
  for (size_t i = 0; i < want->rows * want->cols; i++) {
    double got = f.field->dtype == BL_I64 ? (double)((const int64_t *)f.v)[i] : ((const double *)f.v)[i];
    golden_compare_one(want->v[i], got, want->rtol, want->atol, full);
  }
}

static void agrees_with_scikit_learn(void **unused)
{
  (void)unused;
  static const char *const names[] = {"svc", "maps", "step", "smaller"};
  golden *data = golden_open("linear_data"), *g = golden_open("search");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    bl_ctx *ctx = bl_ctx_new();
    learn_set s = learn_open(ctx, data, said(g, names[i], "data"));
    bl_estimator *e = learn_parse(ctx, said(g, names[i], "model"));
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = s.X, .y = s.y}));
    compare(g, names[i], e, "mean_test_score");
    compare(g, names[i], e, "std_test_score");
    compare(g, names[i], e, "split_test_score");
    compare(g, names[i], e, "rank_test_score");
    compare(g, names[i], e, "best_index");
    bl_estimator_free(ctx, e);
    learn_close(ctx, &s);
    check_free(ctx);
  }
  golden_close(data);
  golden_close(g);
}

/* The winner is the estimator with the options of the best point, taught all rows. */
static void the_winner_has_seen_all_rows(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *data = golden_open("linear_data");
  learn_set s = learn_open(ctx, data, "iris");
  bl_data d = {.X = s.X, .y = s.y};
  bl_estimator *e = learn_parse(ctx, "{grid_search: {estimator: svc, param_grid: {C: [0.001, 3]}}}");
  bl_estimator *alone = learn_parse(ctx, "{svc: {C: 3}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_fit(ctx, alone, &d));
  assert_true(bl_estimator_equal(e->learnt[0], alone));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, alone);
  learn_close(ctx, &s);
  golden_close(data);
  check_free(ctx);
}

static void keep_text(void *user, bl_warning code, const char *text)
{
  (void)code;
  snprintf(user, 300, "%s", text);
}

static void what_fails_cannot_win(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  char heard[300] = "";
  golden *data = golden_open("linear_data");
  learn_set s = learn_open(ctx, data, "iris");
  bl_data d = {.X = s.X, .y = s.y};
  bl_estimator *e = learn_parse(ctx, "{grid_search: {estimator: knn, param_grid: {n_neighbors: [1000, 40, 5]}}}");
  bl_hearer before = bl_ctx_set_hearer(ctx, (bl_hearer){keep_text, heard});
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_ctx_set_hearer(ctx, before);
  assert_int_equal(*(const int64_t *)learn_field(e, "best_index").v, 2);
  const int64_t *rank = learn_field(e, "rank_test_score").v;
  assert_int_equal(rank[0], 3);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  assert_non_null(strstr(heard, "grid_search: {n_neighbors: 1000} cannot be chosen: fold 1: "));
  check_ok(ctx, bl_estimator_set(ctx, e, "param_grid", "{n_neighbors: [1000, 2000]}"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "none of 2 points has a score in all folds; the first: ");
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(data);
  check_free(ctx);
}

/* A point whose estimator the metric cannot judge, or that is no estimator that can be judged, is one that fails. */
static void what_cannot_be_judged_cannot_win(void **unused)
{
  (void)unused;
  static const struct {
    const char *model, *told, *all;
    bl_status status;
  } rows[] = {
      {"{grid_search: {estimator: sgd_classifier, scoring: log_loss, param_grid: {loss: [hinge, log_loss]}}}",
       "grid_search: {loss: hinge} cannot be chosen: fold 1: cross_validate: sgd_classifier: log_loss: needs "
       "probabilities",
       "{loss: [hinge, perceptron]}", BL_E_UNSUPPORTED},
      {"{grid_search: {estimator: [standard_scaler, {lda: {}, as: last}], param_grid: {last: [pca, gaussian_nb]}}}",
       "grid_search: {last: pca} cannot be chosen: fold 1: cross_validate: chain only transforms", "{last: [pca]}",
       BL_E_UNSUPPORTED},
      {"{grid_search: {estimator: [{lda: {}, as: last}], param_grid: {last: [ridge, gaussian_nb]}}}",
       "grid_search: {last: ridge} cannot be chosen: fold 1: cross_validate: chain: accuracy: ", "{last: [ridge]}",
       BL_E_UNSUPPORTED},
  };
  golden *data = golden_open("linear_data");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char heard[300] = "";
    learn_set s = learn_open(ctx, data, "iris");
    bl_data d = {.X = s.X, .y = s.y};
    bl_estimator *e = learn_parse(ctx, rows[i].model);
    bl_hearer before = bl_ctx_set_hearer(ctx, (bl_hearer){keep_text, heard});
    check_ok(ctx, bl_fit(ctx, e, &d));
    bl_ctx_set_hearer(ctx, before);
    assert_non_null(strstr(heard, rows[i].told));
    assert_int_equal(*(const int64_t *)learn_field(e, "best_index").v, 1);
    assert_int_equal(((const int64_t *)learn_field(e, "rank_test_score").v)[0], 2);
    const double *mean = learn_field(e, "mean_test_score").v, *split = learn_field(e, "split_test_score").v;
    assert_true(isnan(mean[0]) && isnan(split[0]) && !isnan(mean[1]));
    check_ok(ctx, bl_estimator_set(ctx, e, "param_grid", rows[i].all));
    check_fails(ctx, bl_fit(ctx, e, &d), rows[i].status, "in all folds; the first: cross_validate: ");
    bl_estimator_free(ctx, e);
    learn_close(ctx, &s);
    check_free(ctx);
  }
  golden_close(data);
}

static void slips_are_told(void **unused)
{
  (void)unused;
  static const struct {
    const char *model, *told;
  } rows[] = {
      {"{grid_search: {estimator: svc, param_grid: {C: 3}}}", "each option has a list of values"},
      {"{grid_search: {estimator: svc, param_grid: [1]}}", "wanted a map of options"},
      {"{grid_search: {estimator: svc, param_grid: []}}", "an empty list"},
      {"{grid_search: {estimator: svc, param_grid: {C: [1, x]}}}", "'x' is not valid"},
      {"{grid_search: {estimator: svc, param_grid: {gama: [1]}}}", "did you mean 'gamma'"},
      {"{grid_search: {estimator: svc}}", "'param_grid' must be given"},
      {"{grid_search: {estimator: pca, param_grid: {n_components: [1]}}}", "it takes a classifier or a regressor"},
      {"{grid_search: {estimator: svc, scoring: r2, param_grid: {C: [1]}}}", "scoring: r2"},
      {"{grid_search: {estimator: svc, scoring: [f1], param_grid: {C: [1]}}}", "scoring is one metric"},
      {"{random_search: {estimator: svc, param_distributions: {C: {normal: [0, 1]}}}}", "'C' wants a list of values"},
      {"{random_search: {estimator: svc, param_distributions: {C: {loguniform: [0, 1]}}}}",
       "'C' wants a list of values"},
      {"{random_search: {estimator: svc, param_distributions: {C: {uniform: [2, 1]}}}}", "'C' wants a list of values"},
      {"{random_search: {estimator: svc, param_distributions: {kernel: [rbf, cubic], C: {uniform: [1, 2]}}}}",
       "random_search: param_distributions: line 1: estimator: svc: "},
      {"{random_search: {estimator: svc, param_distributions: {kernel: [rbf, cubic]}}}",
       "random_search: param_distributions: line 1: estimator: svc: "},
      {"{random_search: {estimator: knn, param_distributions: {n_neighbors: {randint: [0, 100]}}}}",
       "random_search: param_distributions: line 1: estimator: knn: n_neighbors: '0'"},
      {"{random_search: {estimator: elastic_net, param_distributions: {l1_ratio: {uniform: [0, 1.5]}}}}",
       "random_search: param_distributions: line 1: estimator: elastic_net: "},
      {"{random_search: {estimator: svc, param_distributions: 3}}", "random_search: param_distributions: wanted a map"},
      {"{grid_search: {estimator: svc, param_grid: {kernel: [rbf, cubic]}}}",
       "grid_search: param_grid: line 1: estimator: svc: "},
      {"{random_search: {estimator: svc, param_distributions: {D: {uniform: [1, 2]}}}}", "unknown option 'D'"},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_estimator *e;
    check_fails(ctx, bl_estimator_parse(ctx, rows[i].model, &e), BL_E_CONFIG, rows[i].told);
    assert_null(e);
  }
  check_free(ctx);
}

/* Of lists alone no combination comes twice; of distributions what is drawn lies inside, whole where it is to be whole. */
static void draws_are_what_was_asked_for(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *data = golden_open("linear_data");
  learn_set s = learn_open(ctx, data, "iris");
  bl_data d = {.X = s.X, .y = s.y};
  bl_estimator *e = learn_parse(
      ctx, "{random_search: {estimator: knn, n_iter: 6, param_distributions: {n_neighbors: [1, 40, 90], p: [1, 2]}}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_field_view mean = learn_field(e, "mean_test_score");
  assert_int_equal(mean.dims[0], 6);
  bl_estimator *grid =
      learn_parse(ctx, "{grid_search: {estimator: knn, param_grid: {n_neighbors: [1, 40, 90], p: [1, 2]}}}");
  check_ok(ctx, bl_fit(ctx, grid, &d));
  double sum = 0;
  for (size_t i = 0; i < 6; i++)
    sum += ((const double *)mean.v)[i] - ((const double *)learn_field(grid, "mean_test_score").v)[i];
  assert_true(sum < 1e-12 && sum > -1e-12);
  bl_estimator_free(ctx, grid);
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "{random_search: {estimator: knn, n_iter: 12, param_distributions: "
                       "{n_neighbors: {randint: [3, 6]}, p: {loguniform: [1, 4]}}}}");
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_buf text = {0};
  check_ok(ctx, bl_estimator_get(ctx, e->learnt[0], "n_neighbors", &text));
  assert_true(!strcmp(bl_buf_text(&text), "3") || !strcmp(bl_buf_text(&text), "4") || !strcmp(bl_buf_text(&text), "5"));
  bl_buf_free(ctx, &text);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  golden_close(data);
  check_free(ctx);
}

/* What is chosen among many on noise has no merit on rows that the choice has not seen: 400 rows of two classes, the score
 * within three standard errors of a half, though the best point's own is above it. */
static void noise_scores_chance(void **unused)
{
  (void)unused;
  enum { ROWS = 400 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X;
  double *y = bl_calloc(ctx, ROWS, sizeof *y), mean, sd;
  int32_t *label = bl_calloc(ctx, ROWS, sizeof *label);
  size_t n;
  bl_splitter by;
  bl_folds folds;
  bl_metric accuracy;
  bl_cv cv;
  learn_noise(ctx, "search", ROWS, 10, &X);
  for (size_t i = 0; i < ROWS; i++) y[i] = label[i] = (int32_t)(i % 2);
  check_ok(ctx, bl_splitter_new(ctx, "stratified_k_fold", &by));
  check_ok(ctx, bl_split(ctx, &by, &(bl_split_data){.n = ROWS, .label = label}, &folds));
  check_ok(ctx, bl_metric_new(ctx, "accuracy", &accuracy));
  bl_estimator *e = learn_parse(ctx, "{grid_search: {estimator: [{select_k_best: {}}, knn], param_grid: "
                                     "{select_k_best.k: [1, 2, 5], knn.n_neighbors: [1, 3, 9, 27]}}}");
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &folds, &accuracy, 1, &cv));
  bl_cv_mean(&cv, 0, &mean, &sd, &n);
  assert_true(mean > 0.5 - 3 * 0.025 && mean < 0.5 + 3 * 0.025);
  check_ok(ctx, bl_fit(ctx, e, &d));
  const double *own = learn_field(e, "mean_test_score").v;
  assert_true(own[*(const int64_t *)learn_field(e, "best_index").v] > 0.5);
  bl_cv_free(ctx, &cv);
  bl_metric_free(ctx, &accuracy);
  bl_folds_free(ctx, &folds);
  bl_splitter_free(ctx, &by);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &X);
  bl_free(ctx, y);
  bl_free(ctx, label);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_scikit_learn),
                                     cmocka_unit_test(the_winner_has_seen_all_rows),
                                     cmocka_unit_test(what_fails_cannot_win),
                                     cmocka_unit_test(slips_are_told),
                                     cmocka_unit_test(what_cannot_be_judged_cannot_win),
                                     cmocka_unit_test(draws_are_what_was_asked_for),
                                     cmocka_unit_test(noise_scores_chance)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
