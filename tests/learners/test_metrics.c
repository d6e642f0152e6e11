/* Metrics against scikit-learn's numbers (tests/golden/metrics.txt), and their conventions at the edges, by table. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/metric.h"
#include "golden.h"

/* The metric's value, options as "name=value" pairs. */
static double score_of(bl_ctx *ctx, const char *metric, const char *option, const char *value, const bl_scored *s)
{
  bl_metric m;
  double out = 0;
  check_ok(ctx, bl_metric_new(ctx, metric, &m));
  if (option) check_ok(ctx, bl_opts_set(ctx, metric, m.cls->opts, m.params, option, value));
  check_ok(ctx, bl_metric_score(ctx, &m, s, &out));
  bl_metric_free(ctx, &m);
  return out;
}

typedef struct row {
  const char *golden, *metric, *option, *value;
} row;

static void against(bl_ctx *ctx, golden *g, const char *prefix, const row *rows, size_t n, const bl_scored *s)
{
  for (size_t i = 0; i < n; i++) {
    char name[96];
    snprintf(name, sizeof name, "%s.%s", prefix, rows[i].golden);
    double got = score_of(ctx, rows[i].metric, rows[i].option, rows[i].value, s);
    golden_compare(golden_get(g, name), &got, name);
  }
}

/* clang-format off */
#define AVERAGES(metric)                                                                                       \
  {metric ".macro", metric, "average", "macro"}, {metric ".weighted", metric, "average", "weighted"},          \
      {metric ".micro", metric, "average", "micro"}
/* clang-format on */
static const row both[] = {
    {"accuracy", "accuracy", NULL, NULL},
    {"balanced_accuracy", "balanced_accuracy", NULL, NULL},
    {"mcc", "matthews_corrcoef", NULL, NULL},
    {"kappa", "cohen_kappa", NULL, NULL},
    {"log_loss", "log_loss", NULL, NULL},
    AVERAGES("precision"),
    AVERAGES("recall"),
    AVERAGES("f1"),
};
static const row binary[] = {
    {"precision.binary", "precision", NULL, NULL}, /* auto is binary with two classes */
    {"recall.binary", "recall", "average", "binary"},
    {"f1.binary", "f1", NULL, NULL},
    {"roc_auc", "roc_auc", NULL, NULL},
    {"average_precision", "average_precision", NULL, NULL},
    {"brier", "brier_score", NULL, NULL},
};
static const row multi[] = {
    {"precision.macro", "precision", NULL, NULL}, /* auto is macro with three */
    {"roc_auc.ovr.macro", "roc_auc", NULL, NULL},
    {"roc_auc.ovr.weighted", "roc_auc", "average", "weighted"},
    {"average_precision.macro", "average_precision", NULL, NULL},
};
static const row multi_plain[] = {{"roc_auc.ovo.macro", "roc_auc", "multi_class", "ovo"}};
static const row numbers[] = {
    {"r2", "r2", NULL, NULL},
    {"mae", "mean_absolute_error", NULL, NULL},
    {"mse", "mean_squared_error", NULL, NULL},
    {"rmse", "root_mean_squared_error", NULL, NULL},
};
#define N(table) (sizeof(table) / sizeof *(table))

static void check_confusion(bl_ctx *ctx, golden *g, const char *name, const bl_scored *s)
{
  double c[16];
  check_ok(ctx, bl_confusion(ctx, s, c));
  golden_compare(golden_get(g, name), c, name);
}

static void golden_binary(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  const golden_array *t = golden_get(g, "bin.t"), *score = golden_get(g, "bin.s");
  double proba[2 * 80];
  assert_int_equal(t->rows, 80);
  for (size_t i = 0; i < 80; i++) {
    proba[2 * i] = 1 - score->v[i];
    proba[2 * i + 1] = score->v[i];
  }
  bl_scored s = {.n = 80, .n_classes = 2, .y = t->v, .pred = golden_get(g, "bin.p")->v, .proba = proba};
  against(ctx, g, "bin", both, N(both), &s);
  against(ctx, g, "bin", binary, N(binary), &s);
  check_confusion(ctx, g, "bin.confusion.count", &s);
  s.decision = score->v; /* the decision goes before the probability */
  s.weight = golden_get(g, "bin.weights")->v;
  against(ctx, g, "bin.w", both, N(both), &s);
  against(ctx, g, "bin.w", binary, N(binary), &s);
  check_confusion(ctx, g, "bin.w.confusion.count", &s);
  golden_close(g);
  check_free(ctx);
}

static void golden_multi(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  bl_scored s = {.n = 60,
                 .n_classes = 3,
                 .y = golden_get(g, "multi.t")->v,
                 .pred = golden_get(g, "multi.p")->v,
                 .proba = golden_get(g, "multi.proba")->v};
  against(ctx, g, "multi", both, N(both), &s);
  against(ctx, g, "multi", multi, N(multi), &s);
  against(ctx, g, "multi", multi_plain, N(multi_plain), &s);
  check_confusion(ctx, g, "multi.confusion.count", &s);
  s.weight = golden_get(g, "multi.weights")->v;
  against(ctx, g, "multi.w", both, N(both), &s);
  against(ctx, g, "multi.w", multi, N(multi), &s);
  check_confusion(ctx, g, "multi.w.confusion.count", &s);
  golden_close(g);
  check_free(ctx);
}

static void golden_ovo_weighted(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  bl_scored s = {.n = 60, .n_classes = 3, .y = golden_get(g, "multi.t")->v, .proba = golden_get(g, "multi.proba")->v};
  bl_metric m;
  double got;
  check_ok(ctx, bl_metric_new(ctx, "roc_auc", &m));
  check_ok(ctx, bl_opts_set(ctx, "roc_auc", m.cls->opts, m.params, "multi_class", "ovo"));
  check_ok(ctx, bl_opts_set(ctx, "roc_auc", m.cls->opts, m.params, "average", "weighted"));
  check_ok(ctx, bl_metric_score(ctx, &m, &s, &got));
  golden_compare(golden_get(g, "multi.roc_auc.ovo.weighted"), &got, "ovo weighted");
  bl_metric_free(ctx, &m);
  golden_close(g);
  check_free(ctx);
}

static void golden_gaps(void **state)
{
  (void)state;
  static const row rows[] = {AVERAGES("f1"), {"balanced_accuracy", "balanced_accuracy", NULL, NULL}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  bl_scored s = {.n = 8, .n_classes = 4, .y = golden_get(g, "gap.t")->v, .pred = golden_get(g, "gap.p")->v};
  against(ctx, g, "gap", rows, N(rows), &s);
  check_confusion(ctx, g, "gap.confusion.count", &s);
  golden_close(g);
  check_free(ctx);
}

static void golden_numbers(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  bl_scored s = {.n = 50, .y = golden_get(g, "reg.t")->v, .pred = golden_get(g, "reg.p")->v};
  against(ctx, g, "reg", numbers, N(numbers), &s);
  s.weight = golden_get(g, "reg.weights")->v;
  against(ctx, g, "reg.w", numbers, N(numbers), &s);
  golden_close(g);
  check_free(ctx);
}

/* ---- the edges: four rows, worked by hand ------------------------------------------------------------------------ */

typedef struct edge {
  const char *why, *metric, *option, *value;
  size_t n_classes;
  double y[4], pred[4], decision[4], want;
  bool warns;
} edge;

#define UNDEF ((double)NAN)
static const edge edges[] = {
    {"nothing called positive: 0 and a warning", "precision", NULL, NULL, 2, {0, 1, 0, 1}, {0, 0, 0, 0}, {0}, 0, true},
    {"the same, told to count as 1", "precision", "zero_division", "1", 2, {0, 1, 0, 1}, {0, 0, 0, 0}, {0}, 1, true},
    {"the same, told to be undefined",
     "precision",
     "zero_division",
     "nan",
     2,
     {0, 1, 0, 1},
     {0, 0, 0, 0},
     {0},
     UNDEF,
     true},
    {"F1 has a denominator where precision has none",
     "f1",
     "zero_division",
     "1",
     2,
     {0, 1, 0, 1},
     {0, 0, 0, 0},
     {0},
     0,
     false},
    {"F1 without any positive", "f1", "zero_division", "1", 2, {0, 0, 0, 0}, {0, 0, 0, 0}, {0}, 1, true},
    {"recall of a class that is not there", "recall", NULL, NULL, 2, {0, 0, 0, 0}, {0, 1, 0, 0}, {0}, 0, true},
    {"macro leaves undefined classes out when told nan: class 0 only",
     "precision",
     "zero_division",
     "nan",
     3,
     {0, 0, 1, 2},
     {0, 0, 0, 0},
     {0},
     0.5,
     true},
    {"one class in the truth", "roc_auc", NULL, NULL, 2, {1, 1, 1, 1}, {0}, {1, 2, 3, 4}, UNDEF, true},
    {"all ties", "roc_auc", NULL, NULL, 2, {0, 1, 0, 1}, {0}, {3, 3, 3, 3}, 0.5, false},
    {"upside down", "roc_auc", NULL, NULL, 2, {0, 1, 0, 1}, {0}, {4, 1, 3, 2}, 0, false},
    {"no positive", "average_precision", NULL, NULL, 2, {0, 0, 0, 0}, {0}, {1, 2, 3, 4}, UNDEF, true},
    {"positives only", "average_precision", NULL, NULL, 2, {1, 1, 1, 1}, {0}, {1, 2, 3, 4}, 1, false},
    {"one class predicted", "matthews_corrcoef", NULL, NULL, 2, {0, 1, 0, 1}, {1, 1, 1, 1}, {0}, 0, true},
    {"one class on both sides", "cohen_kappa", NULL, NULL, 2, {1, 1, 1, 1}, {1, 1, 1, 1}, {0}, UNDEF, true},
    {"an absent class does not count",
     "balanced_accuracy",
     NULL,
     NULL,
     3,
     {0, 0, 1, 1},
     {0, 2, 1, 1},
     {0},
     0.75,
     false},
    {"constant target, all right", "r2", NULL, NULL, 0, {2, 2, 2, 2}, {2, 2, 2, 2}, {0}, 1, true},
    {"constant target, not right", "r2", NULL, NULL, 0, {2, 2, 2, 2}, {2, 2, 2, 3}, {0}, 0, true},
    {"worse than the mean", "r2", NULL, NULL, 0, {1, 2, 3, 4}, {4, 3, 2, 1}, {0}, -3, false},
};

static void edge_cases(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N(edges); i++) {
    const edge *e = &edges[i];
    bl_scored s = {.n = 4, .n_classes = e->n_classes, .y = e->y, .pred = e->pred, .decision = e->decision};
    double decision3[12] = {0};
    if (e->n_classes == 3) s.decision = decision3;
    size_t before = bl_ctx_warnings(ctx, BL_W_UNDEFINED);
    double got = score_of(ctx, e->metric, e->option, e->value, &s);
    if (isnan(e->want) ? !isnan(got) : !(fabs(got - e->want) <= 1e-15))
      fail_msg("%s, %s: want %g, got %.17g", e->metric, e->why, e->want, got);
    if ((bl_ctx_warnings(ctx, BL_W_UNDEFINED) > before) != e->warns) fail_msg("%s, %s: warning?", e->metric, e->why);
  }
  check_free(ctx);
}

/* Weighted kappa by hand: truth 0 0 1 2, predicted 0 2 1 1. Observed linear cost 2 + 1 = 3; expected, margins (2,1,1)
 * and (1,2,1) over 4: (2*2*1 + 2*1*2 + 1*1*1 + 1*1*1 + 1*1*2 + 1*2*1) / 4 = 14/4. Quadratic: 5 and
 * (2*2*1 + 2*1*4 + 1 + 1 + 1*1*4 + 1*2*1) / 4 = 20/4. */
static void kappa_weights(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_scored s = {.n = 4, .n_classes = 3, .y = (double[]){0, 0, 1, 2}, .pred = (double[]){0, 2, 1, 1}};
  check_near(score_of(ctx, "cohen_kappa", "weights", "linear", &s), 1 - 3.0 / 3.5, 1e-15);
  check_near(score_of(ctx, "cohen_kappa", "weights", "quadratic", &s), 1 - 5.0 / 5.0, 1e-15);
  check_free(ctx);
}

static void brier_of_three(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_scored s = {.n = 2, .n_classes = 3, .y = (double[]){0, 2}, .proba = (double[]){.5, .25, .25, 0, .5, .5}};
  check_near(score_of(ctx, "brier_score", NULL, NULL, &s), (0.375 + 0.5) / 2, 1e-15);
  check_free(ctx);
}

static void absent_class_is_left_out(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  double proba[] = {.8, .1, .1, .2, .7, .1, .6, .3, .1, .4, .5, .1};
  bl_scored s = {.n = 4, .n_classes = 3, .y = (double[]){0, 1, 0, 1}, .proba = proba};
  check_near(score_of(ctx, "roc_auc", NULL, NULL, &s), 1, 0);
  check_near(score_of(ctx, "roc_auc", "multi_class", "ovo", &s), 1, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 2);
  check_free(ctx);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

static void refused(void **state)
{
  (void)state;
  static const double y[] = {0, 1, 1}, half[] = {0, .5, 1}, three[] = {0, 1, 3}, nan_at_2[] = {0, 1, (double)NAN},
                      minus[] = {1, -1, 1}, zeros[3] = {0}, proba_bad[] = {.5, .5, .1, .9, .3, (double)INFINITY};
  const struct {
    const char *metric;
    bl_scored s;
    bl_status code;
    const char *says;
  } rows[] = {
      {"accuracy", {.n = 0, .n_classes = 2, .y = y, .pred = y}, BL_E_SHAPE, "no rows"},
      {"accuracy", {.n = 3, .n_classes = 2, .pred = y}, BL_E_ARG, "no truth"},
      {"accuracy", {.n = 3, .n_classes = 2, .y = y}, BL_E_UNSUPPORTED, "needs predictions"},
      {"accuracy", {.n = 3, .y = y, .pred = y}, BL_E_UNSUPPORTED, "targets are numbers"},
      {"r2", {.n = 3, .n_classes = 2, .y = y, .pred = y}, BL_E_UNSUPPORTED, "targets are classes"},
      {"log_loss", {.n = 3, .n_classes = 2, .y = y, .pred = y, .decision = y}, BL_E_UNSUPPORTED, "needs probabilities"},
      {"roc_auc", {.n = 3, .n_classes = 2, .y = y, .pred = y}, BL_E_UNSUPPORTED, "needs a decision or probabilities"},
      {"accuracy", {.n = 3, .n_classes = 2, .y = half, .pred = y}, BL_E_CLASSES, "truth of row 1 is 0.5"},
      {"accuracy", {.n = 3, .n_classes = 2, .y = y, .pred = three}, BL_E_CLASSES, "prediction of row 2 is 3"},
      {"r2", {.n = 3, .y = nan_at_2, .pred = y}, BL_E_NONFINITE, "truth of row 2"},
      {"r2", {.n = 3, .y = y, .pred = nan_at_2}, BL_E_NONFINITE, "prediction of row 2"},
      {"roc_auc", {.n = 3, .n_classes = 2, .y = y, .decision = nan_at_2}, BL_E_NONFINITE, "decision of row 2"},
      {"brier_score", {.n = 3, .n_classes = 2, .y = y, .proba = proba_bad}, BL_E_NONFINITE, "row 2, column 1"},
      {"r2", {.n = 3, .y = y, .pred = y, .weight = minus}, BL_E_RANGE, "weight of row 1 is -1"},
      {"r2", {.n = 3, .y = y, .pred = y, .weight = zeros}, BL_E_RANGE, "all 3 weights are 0"},
      {"r2", {.n = 3, .y = y, .pred = y, .weight = nan_at_2}, BL_E_NONFINITE, "weight of row 2"},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N(rows); i++) {
    bl_metric m;
    double out = 7;
    check_ok(ctx, bl_metric_new(ctx, rows[i].metric, &m));
    check_fails(ctx, bl_metric_score(ctx, &m, &rows[i].s, &out), rows[i].code, rows[i].says);
    check_fails(ctx, bl_metric_score(ctx, &m, &rows[i].s, &out), rows[i].code, rows[i].metric);
    assert_true(isnan(out));
    bl_metric_free(ctx, &m);
  }
  bl_metric m;
  check_fails(ctx, bl_metric_new(ctx, "acuracy", &m), BL_E_CONFIG, "did you mean 'accuracy'?");
  check_ok(ctx, bl_metric_new(ctx, "f1", &m));
  check_ok(ctx, bl_opts_set(ctx, "f1", m.cls->opts, m.params, "average", "binary"));
  double out;
  check_fails(ctx, bl_metric_score(ctx, &m, &(bl_scored){.n = 3, .n_classes = 3, .y = y, .pred = y}, &out),
              BL_E_CLASSES, "found 3; take macro");
  bl_metric_free(ctx, &m);
  double c[4];
  check_fails(ctx, bl_confusion(ctx, &(bl_scored){.n = 3, .n_classes = 2, .y = y}, c), BL_E_ARG, "confusion");
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_binary), cmocka_unit_test(golden_multi),   cmocka_unit_test(golden_ovo_weighted),
      cmocka_unit_test(golden_gaps),   cmocka_unit_test(golden_numbers), cmocka_unit_test(edge_cases),
      cmocka_unit_test(kappa_weights), cmocka_unit_test(brier_of_three), cmocka_unit_test(absent_class_is_left_out),
      cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
