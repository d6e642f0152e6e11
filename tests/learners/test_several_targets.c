/* Several labels a row and several targets: metrics, estimators and cross-validation against scikit-learn's numbers
 * (tests/golden/several_targets.txt); their conventions at the edges. */
#include "baleen/cross_validate.h"
#include "learn.h"

enum { ROWS = 40, LABELS = 5 };

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

static double score_of(bl_ctx *ctx, const char *text, const bl_scored *s)
{
  bl_flow tree;
  bl_metric m;
  double out = 0;
  check_ok(ctx, bl_flow_parse(ctx, text, &tree));
  bool map = tree.kind == BL_FLOW_MAP;
  check_ok(ctx, bl_metric_new(ctx, map ? tree.key[0].text : tree.text, &m));
  for (size_t i = 0; map && i < tree.child[0].n; i++)
    check_ok(ctx, bl_opts_set(ctx, m.cls->name, m.cls->opts, m.params, tree.child[0].key[i].text,
                              tree.child[0].child[i].text));
  check_ok(ctx, bl_metric_score(ctx, &m, s, &out));
  bl_metric_free(ctx, &m);
  bl_flow_free(ctx, &tree);
  return out;
}

typedef struct scored {
  const char *golden, *metric;
} scored;
#define AVERAGES(m)                                                                                                    \
  {m ".macro", m}, {m ".micro", "{" m ": {average: micro}}"}, {m ".weighted", "{" m ": {average: weighted}}"},         \
  {                                                                                                                    \
    m ".samples", "{" m ": {average: samples}}"                                                                        \
  }
#define ONES(m)                                                                                                        \
  {m ".macro.one", "{" m ": {zero_division: 1}}"},                                                                     \
      {m ".weighted.one", "{" m ": {average: weighted, zero_division: 1}}"},                                           \
  {                                                                                                                    \
    m ".samples.one", "{" m ": {average: samples, zero_division: 1}}"                                                  \
  }
static const scored of_labels[] = {{"accuracy", "accuracy"},
                                   {"hamming_loss", "hamming_loss"},
                                   AVERAGES("f1"),
                                   AVERAGES("precision"),
                                   AVERAGES("recall"),
                                   AVERAGES("jaccard"),
                                   ONES("f1"),
                                   ONES("precision"),
                                   ONES("recall"),
                                   ONES("jaccard"),
                                   AVERAGES("average_precision"),
                                   {"label_ranking_average_precision", "label_ranking_average_precision"},
                                   {"label_ranking_loss", "label_ranking_loss"},
                                   {"coverage_error", "coverage_error"}};
static const scored of_ranks[] = {AVERAGES("roc_auc")};
static const scored of_numbers[] = {{"r2.uniform_average", "r2"},
                                    {"r2.variance_weighted", "{r2: {multioutput: variance_weighted}}"},
                                    {"mae", "mean_absolute_error"},
                                    {"mse", "mean_squared_error"},
                                    {"rmse", "root_mean_squared_error"}};

static void compare_scores(bl_ctx *ctx, golden *g, const char *prefix, const scored *rows, size_t n, const bl_scored *s)
{
  for (size_t i = 0; i < n; i++) {
    char name[96];
    snprintf(name, sizeof name, "%s.%s", prefix, rows[i].golden);
    double got = score_of(ctx, rows[i].metric, s);
    golden_compare(golden_get(g, name), &got, name);
  }
}
#define COMPARE(prefix, rows, s) compare_scores(ctx, g, prefix, rows, sizeof rows / sizeof *rows, s)

/* The rows and labels for which scikit-learn's roc_auc_score is defined. */
static void compare_ranks(bl_ctx *ctx, golden *g, const bl_scored *all, bool weighted)
{
  const golden_array *some = golden_get(g, "score.defined");
  double y[ROWS * 4], scores[ROWS * 4], weight[ROWS];
  for (size_t i = 0; i < some->rows; i++) {
    size_t row = (size_t)some->v[i];
    memcpy(y + 4 * i, all->y + LABELS * row, 4 * sizeof *y);
    memcpy(scores + 4 * i, all->proba + LABELS * row, 4 * sizeof *scores);
    weight[i] = golden_get(g, "score.w")->v[row];
  }
  bl_scored s = {.n = some->rows,
                 .n_classes = 4,
                 .n_targets = 4,
                 .y = y,
                 .pred = y,
                 .decision = scores,
                 .weight = weighted ? weight : NULL};
  COMPARE(weighted ? "m.w" : "m", of_ranks, &s);
}

static void metrics_of_labels(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("several_targets");
  bl_scored s = {.n = ROWS,
                 .n_classes = LABELS,
                 .n_targets = LABELS,
                 .y = golden_get(g, "score.y")->v,
                 .pred = golden_get(g, "score.pred")->v,
                 .proba = golden_get(g, "score.scores")->v};
  assert_int_equal(golden_get(g, "score.y")->rows * golden_get(g, "score.y")->cols, ROWS * LABELS);
  COMPARE("m", of_labels, &s);
  compare_ranks(ctx, g, &s, false);
  s.weight = golden_get(g, "score.w")->v;
  COMPARE("m.w", of_labels, &s);
  compare_ranks(ctx, g, &s, true);
  golden_close(g);
  check_free(ctx);
}

static void metrics_of_numbers(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("several_targets");
  bl_scored s = {.n = ROWS, .n_targets = 3, .y = golden_get(g, "score.t")->v, .pred = golden_get(g, "score.p")->v};
  COMPARE("n", of_numbers, &s);
  s.weight = golden_get(g, "score.w")->v;
  COMPARE("n.w", of_numbers, &s);
  golden_close(g);
  check_free(ctx);
}

/* What a label without rows makes of the means: left out of roc_auc, 0 in average_precision, each with a word. */
static void labels_without_rows(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  const double y[] = {1, 0, 0, 0, 1, 0}, p[] = {.9, .1, .8, .2, .3, .4};
  bl_scored s = {.n = 3, .n_classes = 2, .n_targets = 2, .y = y, .pred = y, .proba = p};
  check_near(score_of(ctx, "roc_auc", &s), 0.5, 1e-15); /* .9 and .3 against .8 */
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  check_near(score_of(ctx, "average_precision", &s), (1 + 2 / 3.0) / 2 / 2, 1e-15);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 2);
  check_free(ctx);
}

/* F1 and others count a label that is nowhere, which macro means of classes leave out; r2 by variance of targets none of
 * which varies is their plain mean. */
static void edges_of_means(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  const double y[] = {1, 0, 1, 0, 0, 0}, level[] = {1, 2, 1, 2, 1, 2}, off[] = {1, 2, 1, 2, 1, 3};
  bl_scored s = {.n = 3, .n_classes = 2, .n_targets = 2, .y = y, .pred = y},
            numbers = {.n = 3, .n_targets = 2, .y = level, .pred = off};
  check_near(score_of(ctx, "f1", &s), 0.5, 0);
  check_near(score_of(ctx, "{f1: {zero_division: 1}}", &s), 1, 0);
  check_near(score_of(ctx, "{r2: {multioutput: variance_weighted}}", &numbers), 0.5, 0);
  check_free(ctx);
}

/* clang-format off */
static const struct refusal { const char *metric, *option, *value; size_t n_classes, n_targets; bl_status status; const char *part; } refusals[] = {
  {"log_loss", NULL, NULL, 2, 2, BL_E_UNSUPPORTED, "log_loss: scores classes, but the targets are several labels a row; choose one of accuracy, "},
  {"log_loss", NULL, NULL, 2, 2, BL_E_UNSUPPORTED, ", label_ranking_loss, coverage_error, dcg, ndcg"},
  {"coverage_error", NULL, NULL, 2, 0, BL_E_UNSUPPORTED, "coverage_error: scores several labels a row, but the targets are classes; choose one of accuracy"},
  {"r2", NULL, NULL, 2, 2, BL_E_UNSUPPORTED, "r2: scores numbers"},
  {"f1", "average", "binary", 2, 2, BL_E_CLASSES, "f1: average binary is of one class a row; of several labels take macro, weighted, micro or samples"},
  {"f1", "average", "samples", 2, 0, BL_E_CLASSES, "f1: average samples is of several labels a row"},
  {"roc_auc", "average", "micro", 2, 0, BL_E_CONFIG, "roc_auc: average micro is of several labels a row"},
  {"average_precision", "average", "samples", 2, 1, BL_E_CONFIG, "average samples is of several labels"},
  {"f1", NULL, NULL, 3, 2, BL_E_SHAPE, "f1: 2 targets for 3 labels"},
};
/* clang-format on */

static void misfits_are_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  const double v[] = {1, 0, 0, 1, 1, 0};
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refusal *r = &refusals[i];
    bl_scored s = {.n = 2, .n_classes = r->n_classes, .n_targets = r->n_targets, .y = v, .pred = v, .proba = v};
    bl_metric m;
    double out;
    check_ok(ctx, bl_metric_new(ctx, r->metric, &m));
    if (r->option) check_ok(ctx, bl_opts_set(ctx, r->metric, m.cls->opts, m.params, r->option, r->value));
    check_fails(ctx, bl_metric_score(ctx, &m, &s, &out), r->status, r->part);
    bl_metric_free(ctx, &m);
  }
  const double two[] = {1, 2, 0, 0};
  bl_scored s = {.n = 2, .n_classes = 2, .n_targets = 2, .y = two, .pred = v};
  bl_metric m;
  double out;
  check_ok(ctx, bl_metric_new(ctx, "f1", &m));
  check_fails(ctx, bl_metric_score(ctx, &m, &s, &out), BL_E_CLASSES, "the truth of row 0 is 2, wanted a class code");
  bl_metric_free(ctx, &m);
  check_free(ctx);
}

/* ---- estimators -------------------------------------------------------------------------------------------------- */

#define LOGISTIC "{logistic_regression: {tol: 1e-10, max_iter: 10000}}"
static const struct learner {
  const char *golden, *text, *y;
  bool weighted;
} learners[] = {
    {"ovr_lr", "{one_vs_rest: {estimator: " LOGISTIC "}}", "labels.y", false},
    {"ovr_nb", "{one_vs_rest: {estimator: gaussian_nb}}", "labels.y", false},
    {"knn", "knn", "labels.y", false},
    {"knn_distance", "{knn: {n_neighbors: 4, weights: distance}}", "labels.y", false},
    {"dummy", "dummy_classifier", "labels.y", false},
    {"rare", "{one_vs_rest: {estimator: " LOGISTIC "}}", "rare.y", false},
    {"linear_regression", "linear_regression", "numbers.y", false},
    {"linear_regression.weighted", "linear_regression", "numbers.y", true},
    {"ridge", "ridge", "numbers.y", false},
    {"dummy_mean", "dummy_regressor", "numbers.y", false},
    {"dummy_mean.weighted", "dummy_regressor", "numbers.y", true},
    {"dummy_median", "{dummy_regressor: {strategy: median}}", "numbers.y", false},
    {"dummy_median.weighted", "{dummy_regressor: {strategy: median}}", "numbers.y", true},
    {"dummy_quantile", "{dummy_regressor: {strategy: quantile, quantile: 0.3}}", "numbers.y", false},
    {"dummy_quantile.weighted", "{dummy_regressor: {strategy: quantile, quantile: 0.3}}", "numbers.y", true},
    {"knn_regressor", "knn_regressor", "numbers.y", false},
    {"knn_regressor_distance", "{knn_regressor: {n_neighbors: 4, weights: distance}}", "numbers.y", false},
};

static void compare_op(bl_ctx *ctx, golden *g, const struct learner *l, const bl_estimator *e, bl_op op,
                       const char *what)
{
  char name[96];
  snprintf(name, sizeof name, "%s.%s", l->golden, what);
  const golden_array *want = golden_get(g, name);
  bl_mat ask = learn_rows(ctx, golden_get(g, "ask.x"));
  bl_cmat A = bl_mat_view(&ask);
  double *got = test_calloc(want->rows * want->cols, sizeof *got);
  assert_int_equal(bl_op_width(e, op), want->cols);
  check_ok(ctx, bl_apply(ctx, e, op, &A, NULL, got));
  golden_compare(want, got, name);
  test_free(got);
  bl_mat_free(ctx, &ask);
}

static void estimator_is_scikit_learns(void **state)
{
  const struct learner *l = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("several_targets");
  bl_mat x = learn_rows(ctx, golden_get(g, "train.x"));
  const golden_array *y = golden_get(g, l->y);
  bl_data d = {
      .X = bl_mat_view(&x), .y = y->v, .n_targets = y->cols, .weight = l->weighted ? golden_get(g, "w")->v : NULL};
  bl_estimator *e = learn_parse(ctx, l->text);
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(e->n_targets, y->cols);
  compare_op(ctx, g, l, e, BL_PREDICT, "predict");
  if (bl_op_width(e, BL_PREDICT_PROBA)) compare_op(ctx, g, l, e, BL_PREDICT_PROBA, "proba");
  if (bl_op_width(e, BL_DECISION)) compare_op(ctx, g, l, e, BL_DECISION, "decision");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), strcmp(l->golden, "rare") ? 0 : 2);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
}

/* Votes that are even make no label, and of two classes the first. */
static void an_even_vote_is_no(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {0, 2}, between[] = {1};
  const double labels[] = {1, 0, 0, 1}, classes[] = {0, 1};
  const bl_cmat ask = {.v = between, .rows = 1, .cols = 1, .stride = 1};
  bl_data d = {.X = {.v = x, .rows = 2, .cols = 1, .stride = 1}, .y = labels, .n_targets = 2};
  static const char *const texts[] = {"{knn: {n_neighbors: 2}}", "{one_vs_rest: {estimator: {knn: {n_neighbors: 2}}}}"};
  for (size_t i = 0; i < 2; i++) {
    double said[2] = {-1, -1}, share[2];
    bl_estimator *e = learn_parse(ctx, texts[i]);
    d.y = labels, d.n_targets = 2;
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &ask, NULL, said));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &ask, NULL, share));
    assert_true(share[0] == 0.5 && share[1] == 0.5 && said[0] == 0 && said[1] == 0);
    d.y = classes, d.n_targets = 1;
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &ask, NULL, said));
    check_near(said[0], 0, 0);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* ---- cross-validation -------------------------------------------------------------------------------------------- */

static const struct run {
  const char *golden, *text, *y;
  const char *metrics[6], *option[6], *value[6];
} runs[] = {
    {"cv.ovr",
     "[standard_scaler, {one_vs_rest: {estimator: " LOGISTIC "}}]",
     "labels.y",
     {"accuracy", "f1", "f1", "jaccard", "roc_auc", "average_precision"},
     {NULL, NULL, "average", "average"},
     {NULL, NULL, "samples", "micro"}},
    {"cv.knn",
     "[standard_scaler, knn]",
     "labels.y",
     {"accuracy", "f1", "f1", "jaccard"},
     {NULL, NULL, "average", "average"},
     {NULL, NULL, "samples", "micro"}},
    {"cv.ridge",
     "[standard_scaler, ridge]",
     "numbers.y",
     {"r2", "mean_absolute_error", "mean_squared_error"},
     {NULL},
     {NULL}},
};

static void folds_are_scikit_learns(void **state)
{
  const struct run *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("several_targets");
  bl_mat x = learn_rows(ctx, golden_get(g, "train.x"));
  const golden_array *y = golden_get(g, r->y), *want = golden_get(g, r->golden);
  bl_data d = {.X = bl_mat_view(&x), .y = y->v, .n_targets = y->cols};
  bl_splitter split;
  bl_folds folds;
  bl_metric m[6];
  bl_cv cv;
  check_ok(ctx, bl_splitter_new(ctx, "k_fold", &split));
  check_ok(ctx, bl_split(ctx, &split, &(bl_split_data){.n = x.rows}, &folds));
  for (size_t i = 0; i < want->cols; i++) {
    check_ok(ctx, bl_metric_new(ctx, r->metrics[i], &m[i]));
    if (r->option[i])
      check_ok(ctx, bl_opts_set(ctx, r->metrics[i], m[i].cls->opts, m[i].params, r->option[i], r->value[i]));
  }
  bl_estimator *e = learn_parse(ctx, r->text);
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &folds, m, want->cols, &cv));
  assert_int_equal(cv.n_targets, y->cols);
  golden_compare(want, cv.score, r->golden);
  bl_cv_free(ctx, &cv);
  for (size_t i = 0; i < want->cols; i++) bl_metric_free(ctx, &m[i]);
  bl_estimator_free(ctx, e);
  bl_folds_free(ctx, &folds);
  bl_splitter_free(ctx, &split);
  bl_mat_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  struct CMUnitTest tests[32] = {cmocka_unit_test(metrics_of_labels),   cmocka_unit_test(metrics_of_numbers),
                                 cmocka_unit_test(labels_without_rows), cmocka_unit_test(misfits_are_refused),
                                 cmocka_unit_test(edges_of_means),      cmocka_unit_test(an_even_vote_is_no)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof learners / sizeof *learners; i++)
    tests[n++] = (struct CMUnitTest){.name = learners[i].golden,
                                     .test_func = estimator_is_scikit_learns,
                                     .initial_state = (void *)(uintptr_t)&learners[i]};
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    tests[n++] = (struct CMUnitTest){
        .name = runs[i].golden, .test_func = folds_are_scikit_learns, .initial_state = (void *)(uintptr_t)&runs[i]};
  return _cmocka_run_group_tests("several targets", tests, n, NULL, NULL);
}
