/* Folds and the refusal of leakage; scores over parts of the rows. */
#include "pipe.h"

enum { N = 24 };

/* Rows of two classes that lie apart, three rows a group (or one), with a column "snr". */
static void make_rows(bl_ctx *ctx, bool grouped, bl_dataset *d)
{
  bl_texts features = {0}, extra = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_texts_add(ctx, &features, "y"));
  check_ok(ctx, bl_texts_add(ctx, &extra, "snr"));
  check_ok(ctx, bl_texts_add(ctx, &extra, "fold"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, &extra, d));
  for (int i = 0; i < N; i++) {
    int g = grouped ? i / 3 : i, call = g % 2;
    char group[16], snr[16] = "", fold[16];
    snprintf(group, sizeof group, "g%02d", g);
    if (call) snprintf(snr, sizeof snr, "%d", i - 10);
    snprintf(fold, sizeof fold, "%d", g / 2 % 2);
    const char *more[] = {snr, fold};
    float x[2] = {(float)call * 1.37f + 0.31f * (float)(i * 7 % 5), 0.113f * (float)(i * 11 % 13)};
    bl_row_info info = {group, call ? "call" : "noise", group, i, i + 1, 1, more};
    check_ok(ctx, bl_dataset_add(ctx, d, x, &info));
  }
  bl_texts_free(ctx, &features);
  bl_texts_free(ctx, &extra);
}

typedef struct work {
  const bl_config *config;
  const bl_dataset *rows;
  size_t n_folds, n_parts;
  double auc, part_auc[3];
  size_t part_n[3];
} work;

static bl_status evaluate(bl_ctx *ctx, void *arg)
{
  work *w = arg;
  bl_problem p;
  bl_results r = {0};
  bl_status s = bl_problem_make(ctx, w->config, w->rows, &p);
  if (!s) s = bl_evaluate(ctx, w->config, &p, &r);
  if (!s) {
    w->n_folds = r.folds.n;
    w->auc = r.v[0].roc.n ? r.v[0].mean[0] : (double)NAN;
    w->n_parts = r.v[0].n_parts;
    for (size_t k = 0; k < w->n_parts && k < 3; k++) {
      w->part_n[k] = r.v[0].parts[k].n;
      w->part_auc[k] = r.v[0].parts[k].score[0];
    }
  }
  bl_results_free(ctx, &r);
  bl_problem_free(ctx, &p);
  return s;
}

static const struct row {
  const char *name, *evaluate;
  bool grouped;
  bl_status status;
  size_t n_folds;
  const char *part, *why;
} rows[] = {
    {"default of groups", "", true, BL_OK, 5, "", "stratified_group_k_fold"},
    {"default of single rows", "", false, BL_OK, 5, "", "stratified_k_fold"},
    {"plain k-fold on groups", "split: k_fold", true, BL_E_LEAKAGE, 0, "allow_leakage", "a group would be torn"},
    {"plain k-fold on single rows", "split: k_fold", false, BL_OK, 5, "", "nothing to tear"},
    {"plain that happens not to tear", "split: {k_fold: {n_splits: 8}}", true, BL_E_LEAKAGE, 0, "may tear",
     "8 folds of 3 rows fit the groups by luck, and the next recording would end it"},
    {"stratified on groups", "split: stratified_k_fold", true, BL_E_LEAKAGE, 0, "8 recordings or groups", "as k-fold"},
    {"shuffle-split on groups", "split: shuffle_split", true, BL_E_LEAKAGE, 0, "", "as k-fold"},
    {"leakage in words", "split: k_fold, allow_leakage: true", true, BL_OK, 5, "", "the config says so"},
    {"group k-fold", "split: {group_k_fold: {n_splits: 4}}", true, BL_OK, 4, "", "keeps groups"},
    {"one group out", "split: leave_one_group_out", true, BL_OK, 8, "", "a fold a group"},
    {"given column that keeps groups", "split: predefined, fold: fold", true, BL_OK, 2, "", "checked, not refused"},
    {"later rows", "split: {time_series_split: {test_size: 3}}", true, BL_OK, 5, "", "no group on both sides: checked"},
    {"later rows that tear", "split: time_series_split", true, BL_E_LEAKAGE, 0, "stand on both sides",
     "4 rows a fold, groups of 3"},
    {"no split", "split: none", true, BL_E_LEAKAGE, 0, "the rows it learnt from", "scored on what it learnt"},
    {"no split, in words", "split: none, allow_leakage: true", true, BL_OK, 1, "", "the config says so"},
    {"list that keeps groups", "split_file: keeps.csv", true, BL_OK, 2, "", "rows 0-2 and 3-5 are groups"},
    {"list that tears", "split_file: tears.csv", true, BL_E_LEAKAGE, 0, "'g01'", "row 3 without 4 and 5"},
    {"list of rows that are not", "split_file: beyond.csv", true, BL_E_RANGE, 0, "beyond.csv:3: row '24'",
     "24 rows: 0 to 23"},
    {"list with half a row", "split_file: half.csv", true, BL_E_RANGE, 0, "half.csv:2: row '1.5'",
     "no row between rows"},
    {"list with a word", "split_file: word.csv", true, BL_E_FORMAT, 0, "word.csv:2", "no number"},
    {"list that skips a split", "split_file: skips.csv", true, BL_E_FORMAT, 0, "split 1 tests 0 of 24",
     "splits count from 0"},
    {"list without rows", "split_file: none.csv", true, BL_E_FORMAT, 0, "holds no splits", "a header alone"},
    {"list without the column", "split_file: column.csv", true, BL_E_CONFIG, 0, "no column 'row'", "wanted split,row"},
    {"list that is not there", "split_file: nowhere.csv", true, BL_E_IO, 0, "nowhere.csv", "no file"},
    {"unknown part", "by: snrr", true, BL_E_CONFIG, 0, "evaluate: by: ", "the column is snr"},
    {"unknown fold", "split: predefined, fold: flod", true, BL_E_CONFIG, 0, "evaluate: fold: ", "the column is fold"},
};

static bl_status config_with(bl_ctx *ctx, const char *evaluate_part, bl_config *c)
{
  char text[500];
  snprintf(text, sizeof text,
           "source: {table: {file: x.csv}}\nmodel: knn\nrows: {positive: call}\n"
           "evaluate: {metrics: [roc_auc, accuracy]%s%s}\n",
           *evaluate_part ? ", " : "", evaluate_part);
  return pipe_config(ctx, text, c);
}

static void folds_are_checked(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  check_ok(ctx, config_with(ctx, r->evaluate, &c));
  make_rows(ctx, r->grouped, &d);
  work w = {.config = &c, .rows = &d};
  bl_status s = evaluate(ctx, &w);
  if (s != r->status || (s && !strstr(bl_ctx_error(ctx), r->part)))
    fail_msg("%s (%s): %s: %s", r->name, r->why, bl_status_name(s), bl_ctx_error(ctx));
  if (!s) assert_int_equal(w.n_folds, r->n_folds);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* The column "fold" is 1 in every second pair of groups: told to be the time, it brings these rows behind the others. */
static void a_column_of_times_orders_the_rows(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  bl_results r;
  const char *text = "source: {table: {file: x.csv}}\nmodel: knn\nrows: {positive: call, time: %s}\n"
                     "evaluate: {metrics: [accuracy], split: {time_series_split: {n_splits: 2, test_size: 6}}}\n";
  char config[300];
  snprintf(config, sizeof config, text, "fold");
  check_ok(ctx, pipe_config(ctx, config, &c));
  make_rows(ctx, false, &d);
  check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
  check_ok(ctx, bl_evaluate(ctx, &c, &p, &r));
  assert_int_equal(r.folds.n, 2);
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; i < r.folds.v[k].n_test; i++) assert_true(p.time[r.folds.v[k].test[i]] > 0);
  for (size_t i = 0; i < r.folds.v[0].n_train; i++) assert_true(p.time[r.folds.v[0].train[i]] < 1);
  bl_results_free(ctx, &r);
  bl_problem_free(ctx, &p);
  bl_config_free(ctx, &c);
  snprintf(config, sizeof config, text, "snr");
  check_ok(ctx, pipe_config(ctx, config, &c));
  check_fails(ctx, bl_problem_make(ctx, &c, &d, &p), BL_E_FORMAT, "rows: time: '' is no finite number");
  bl_config_free(ctx, &c);
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

/* Folds are counted from 1, or as a list of splits counts them, and named by the group that they test. */
static void folds_have_numbers_and_groups(void **state)
{
  (void)state;
  static const struct {
    const char *evaluate;
    size_t first;
    const char *group;
  } cases[] = {{"split: leave_one_group_out", 1, "g00"},
               {"split: {group_k_fold: {n_splits: 4}}", 1, ""},
               {"split_file: keeps.csv", 0, ""}, /* two groups */
               {"split_file: from_one.csv", 1, "g00"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_dataset d;
    bl_problem p;
    bl_results r;
    check_ok(ctx, config_with(ctx, cases[i].evaluate, &c));
    make_rows(ctx, true, &d);
    check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
    check_ok(ctx, bl_evaluate(ctx, &c, &p, &r));
    assert_int_equal(bl_fold_number(&r.folds, 0), cases[i].first);
    assert_string_equal(bl_tested_group(&p, &r.folds.v[0]), cases[i].group);
    bl_results_free(ctx, &r);
    bl_problem_free(ctx, &p);
    bl_dataset_free(ctx, &d);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

/* 12 calls have an snr of -7..13; noise has none and stands beside each part. */
static void parts_hold_all_noise(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  check_ok(ctx, config_with(ctx, "by: snr, by_edges: [-7, 0, 13]", &c));
  make_rows(ctx, true, &d);
  work w = {.config = &c, .rows = &d};
  check_ok(ctx, evaluate(ctx, &w));
  assert_int_equal(w.n_parts, 2);
  assert_int_equal(w.part_n[0], 12 + 4); /* -7 -6 -5, -1 */
  assert_int_equal(w.part_n[1], 12 + 8); /* 0 1 5 6 7 11 12 13: 0 is of the upper part, the last edge is included */
  for (size_t k = 0; k < 2; k++)
    if (!(w.part_auc[k] >= 0 && w.part_auc[k] <= 1)) fail_msg("part %zu: %g", k, w.part_auc[k]);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* A regressor's scores, and an outlier detector with and without labels. */
static void other_tasks(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t n_folds;
    bool scored;
  } tasks[] = {
      {"model: ridge\nrows: {label: snr}\n", 5, true},
      {"model: isolation_forest\nrows: {positive: call}\nevaluate: {split: none}\n", 1, true},
      {"model: isolation_forest\nrows: {label: snr}\nevaluate: {split: none}\n", 1, false},
  };
  for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_dataset d;
    bl_problem p;
    bl_results r;
    char text[300];
    snprintf(text, sizeof text, "source: {table: {file: x.csv}}\n%s", tasks[i].text);
    check_ok(ctx, pipe_config(ctx, text, &c));
    make_rows(ctx, true, &d);
    check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
    check_ok(ctx, bl_evaluate(ctx, &c, &p, &r));
    /* ridge: 4 groups have a number */
    assert_int_equal(r.folds.n, i ? tasks[i].n_folds : 4);
    if (isfinite(r.v[0].mean[0]) != tasks[i].scored) fail_msg("task %zu: %g", i, r.v[0].mean[0]);
    bl_results_free(ctx, &r);
    bl_problem_free(ctx, &p);
    bl_dataset_free(ctx, &d);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

/* Leaving out the only group that holds calls leaves one class to learn from: that fold fails, and the others count. */
static void a_failing_fold_stays_alone(void **state)
{
  (void)state;
  static const char *const label[] = {"noise", "call", "noise", "noise", "noise", "noise"};
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  bl_results r;
  bl_texts features = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, NULL, &d));
  for (int i = 0; i < 6; i++) {
    char group[16];
    snprintf(group, sizeof group, "%d", i / 2);
    float x = 2.385f * (float)(i * 5 % 6);
    bl_row_info info = {group, label[i], group, i, i + 1, 1, NULL};
    check_ok(ctx, bl_dataset_add(ctx, &d, &x, &info));
  }
  check_ok(ctx, pipe_config(ctx,
                            "source: {table: {file: x.csv}}\nmodel: gaussian_nb\nrows: {positive: call}\n"
                            "evaluate: {split: leave_one_group_out, metrics: [accuracy], by: label}\n",
                            &c));
  check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
  check_ok(ctx, bl_evaluate(ctx, &c, &p, &r));
  assert_int_equal(r.v[0].cv.status[0], BL_E_CLASSES);
  assert_int_equal(r.v[0].cv.status[1], BL_OK);
  double pooled = 0;
  for (size_t k = 0; k < 4; k++) pooled += r.v[0].confusion[k];
  check_near(pooled, 4, 0); /* rows of the two folds that went well */
  check_near(r.v[0].mean[0], (r.v[0].cv.score[1] + r.v[0].cv.score[2]) / 2, 1e-15);
  bl_results_free(ctx, &r);
  bl_problem_free(ctx, &p);
  bl_dataset_free(ctx, &d);
  bl_config_free(ctx, &c);
  bl_texts_free(ctx, &features);
  check_free(ctx);
}

static void failing_allocations(void **state)
{
  (void)state;
  static const char *const configs[] = {"by: snr, by_edges: [-10, 0, 14], split: {group_k_fold: {n_splits: 3}}",
                                        "by: snr, split_file: keeps.csv"};
  for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_dataset d;
    check_ok(ctx, config_with(ctx, configs[i], &c));
    make_rows(ctx, true, &d);
    work w = {.config = &c, .rows = &d};
    check_every_allocation_failing(evaluate, &w);
    bl_dataset_free(ctx, &d);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

int main(void)
{
  tree_text("keeps.csv", "split,row\n0,0\n0,1\n0,2\n0,3\n0,4\n0,5\n1,6\n1,7\n1,8\n1,9\n1,10\n1,11\n");
  tree_text("from_one.csv", "split,row\n2,6\n2,7\n2,8\n1,0\n1,1\n1,2\n");
  tree_text("tears.csv", "split,row\n0,0\n0,1\n0,2\n0,3\n");
  tree_text("beyond.csv", "split,row\n0,0\n0,24\n");
  tree_text("half.csv", "split,row\n0,1.5\n");
  tree_text("word.csv", "split,row\n0,one\n");
  tree_text("skips.csv", "split,row\n0,0\n0,1\n0,2\n2,3\n2,4\n2,5\n");
  tree_text("none.csv", "split,row\n");
  tree_text("column.csv", "split,line\n0,1\n");
  struct CMUnitTest tests[48] = {cmocka_unit_test(parts_hold_all_noise),
                                 cmocka_unit_test(other_tasks),
                                 cmocka_unit_test(a_failing_fold_stays_alone),
                                 cmocka_unit_test(failing_allocations),
                                 cmocka_unit_test(a_column_of_times_orders_the_rows),
                                 cmocka_unit_test(folds_have_numbers_and_groups)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, folds_are_checked, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  int failed = _cmocka_run_group_tests("evaluate", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
