/* The further metrics against scikit-learn's numbers (tests/golden/metrics_more.txt), and what they say where they are
 * undefined. */
#include <stdio.h>
#include <string.h>

#include "baleen/metric.h"
#include "check.h"
#include "golden.h"

/* A metric with options "name=value;name=value". */
static double score_of(bl_ctx *ctx, const char *metric, const char *options, const bl_scored *s)
{
  bl_metric m;
  char text[100], *rest = NULL;
  double out = 0;
  check_ok(ctx, bl_metric_new(ctx, metric, &m));
  snprintf(text, sizeof text, "%s", options);
  for (char *one = strtok_r(text, ";", &rest); one; one = strtok_r(NULL, ";", &rest)) {
    char *value = strchr(one, '=');
    *value++ = '\0';
    check_ok(ctx, bl_opts_set(ctx, metric, m.cls->opts, m.params, one, value));
  }
  check_ok(ctx, bl_metric_score(ctx, &m, s, &out));
  bl_metric_free(ctx, &m);
  return out;
}

typedef struct row {
  const char *set, *golden, *metric, *options;
} row;
#define N(table) (sizeof(table) / sizeof *(table))

static const row rows[] = {
    {"bin", "fbeta.0.5.binary", "fbeta", "beta=0.5"},
    {"bin", "fbeta.2.macro", "fbeta", "beta=2;average=macro"},
    {"bin", "fbeta.2.weighted", "fbeta", "beta=2;average=weighted"},
    {"bin", "zero_one", "zero_one_loss", ""},
    {"bin", "balanced_adjusted", "balanced_accuracy", "adjusted=true"},
    {"bin", "hinge", "hinge_loss", ""},
    {"bin", "specificity.micro", "specificity", "average=micro"},
    {"multi", "fbeta.0.5.macro", "fbeta", "beta=0.5"},
    {"multi", "fbeta.2.weighted", "fbeta", "beta=2;average=weighted"},
    {"multi", "fbeta.0.5.micro", "fbeta", "beta=0.5;average=micro"},
    {"multi", "zero_one", "zero_one_loss", ""},
    {"multi", "balanced_adjusted", "balanced_accuracy", "adjusted=true"},
    {"multi", "hinge", "hinge_loss", ""},
    {"multi", "top1", "top_k_accuracy", "k=1"},
    {"multi", "top2", "top_k_accuracy", ""},
    {"multi", "top3", "top_k_accuracy", "k=3"},
    {"multi", "specificity.micro", "specificity", "average=micro"},
    {"labels", "dcg.0.0", "dcg", ""},
    {"labels", "dcg.2.0", "dcg", "k=2"},
    {"labels", "dcg.0.1", "dcg", "ignore_ties=true"},
    {"labels", "ndcg.0.0", "ndcg", ""},
    {"labels", "ndcg.2.0", "ndcg", "k=2"},
    {"labels", "ndcg.0.1", "ndcg", "ignore_ties=true"},
    {"labels", "ndcg.2.1", "ndcg", "k=2;ignore_ties=true"},
    {"num", "mape", "mean_absolute_percentage_error", ""},
    {"num", "explained_variance", "explained_variance", ""},
    {"num", "msle", "mean_squared_log_error", ""},
    {"num", "rmsle", "root_mean_squared_log_error", ""},
    {"num", "poisson", "mean_poisson_deviance", ""},
    {"num", "gamma", "mean_gamma_deviance", ""},
    {"num", "d2_absolute", "d2_absolute_error", ""},
    {"num", "tweedie.minus1", "mean_tweedie_deviance", "power=-1"},
    {"num", "tweedie.0", "mean_tweedie_deviance", ""},
    {"num", "tweedie.1", "mean_tweedie_deviance", "power=1"},
    {"num", "tweedie.1.5", "mean_tweedie_deviance", "power=1.5"},
    {"num", "tweedie.2", "mean_tweedie_deviance", "power=2"},
    {"num", "tweedie.3", "mean_tweedie_deviance", "power=3"},
    {"num", "d2_tweedie.0", "d2_tweedie", ""},
    {"num", "d2_tweedie.1", "d2_tweedie", "power=1"},
    {"num", "d2_tweedie.1.5", "d2_tweedie", "power=1.5"},
    {"num", "d2_tweedie.3", "d2_tweedie", "power=3"},
    {"num", "pinball.0.1", "mean_pinball_loss", "alpha=0.1"},
    {"num", "pinball.0.5", "mean_pinball_loss", ""},
    {"num", "pinball.0.9", "mean_pinball_loss", "alpha=0.9"},
    {"num", "d2_pinball.0.1", "d2_pinball", "alpha=0.1"},
    {"num", "d2_pinball.0.5", "d2_pinball", ""},
    {"num", "d2_pinball.0.9", "d2_pinball", "alpha=0.9"},
};

static bl_scored set_of(golden *g, const char *set, bool weighted)
{
  const double *weight = weighted ? golden_get(g, "weights")->v : NULL;
  if (!strcmp(set, "bin"))
    return (bl_scored){.n = 40,
                       .n_classes = 2,
                       .y = golden_get(g, "bin.t")->v,
                       .pred = golden_get(g, "bin.p")->v,
                       .decision = golden_get(g, "bin.d")->v,
                       .weight = weight};
  if (!strcmp(set, "multi"))
    return (bl_scored){.n = 40,
                       .n_classes = 4,
                       .y = golden_get(g, "multi.t")->v,
                       .pred = golden_get(g, "multi.p")->v,
                       .decision = golden_get(g, "multi.s")->v,
                       .weight = weight};
  if (!strcmp(set, "labels"))
    return (bl_scored){.n = 40,
                       .n_classes = 5,
                       .n_targets = 5,
                       .y = golden_get(g, "labels.t")->v,
                       .decision = golden_get(g, "labels.s")->v,
                       .weight = weight};
  return (bl_scored){.n = 40, .y = golden_get(g, "num.t")->v, .pred = golden_get(g, "num.p")->v, .weight = weight};
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics_more");
  for (size_t i = 0; i < N(rows); i++)
    for (int weighted = 0; weighted < 2; weighted++) {
      char name[96];
      bl_scored s = set_of(g, rows[i].set, weighted);
      snprintf(name, sizeof name, "%s%s.%s", rows[i].set, weighted ? ".w" : "", rows[i].golden);
      double got = score_of(ctx, rows[i].metric, rows[i].options, &s);
      golden_compare(golden_get(g, name), &got, name);
    }
  golden_close(g);
  check_free(ctx);
}

/* Of each class by itself, by pos_label. */
static void classes_by_themselves(void **unused)
{
  (void)unused;
  static const char *const metrics[] = {"specificity", "recall"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics_more");
  for (size_t i = 0; i < 2; i++)
    for (int weighted = 0; weighted < 2; weighted++) {
      char name[96], options[60];
      double got[4];
      bl_scored s = set_of(g, "multi", weighted);
      for (int k = 0; k < 4; k++) {
        snprintf(options, sizeof options, "average=class;pos_label=%d", k);
        got[k] = score_of(ctx, metrics[i], options, &s);
      }
      snprintf(name, sizeof name, "multi%s.%s.class", weighted ? ".w" : "", metrics[i]);
      golden_compare(golden_get(g, name), got, name);
    }
  bl_scored two = set_of(g, "bin", false);
  check_near(score_of(ctx, "recall", "pos_label=0", &two), golden_get(g, "bin.recall.class")->v[0], 1e-12);
  golden_close(g);
  check_free(ctx);
}

static void medians_and_maxima(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics_more");
  bl_scored s = set_of(g, "num", false);
  double got = score_of(ctx, "median_absolute_error", "", &s);
  golden_compare(golden_get(g, "num.median"), &got, "median");
  got = score_of(ctx, "max_error", "", &s);
  golden_compare(golden_get(g, "num.max"), &got, "max");
  s.weight = golden_get(g, "num.whole")->v;
  got = score_of(ctx, "median_absolute_error", "", &s);
  golden_compare(golden_get(g, "num.w.median"), &got, "median of repeated rows");
  golden_close(g);
  check_free(ctx);
}

/* Where there is no number: NaN, or what stands for it, with a warning that says why. */
static void undefined_is_said(void **unused)
{
  (void)unused;
  static const double y[] = {0, 1, 2, 3}, minus[] = {-1, 1, 2, 3}, flat[] = {2, 2, 2, 2}, zeros[] = {0, 0, 0, 0};
  static const struct {
    const char *metric, *options;
    const double *y, *pred;
    size_t n_classes;
    double want;
  } cases[] = {
      {"mean_squared_log_error", "", minus, y, 0, (double)NAN},
      {"mean_poisson_deviance", "", y, zeros, 0, (double)NAN},
      {"mean_gamma_deviance", "", y, flat, 0, (double)NAN},
      {"d2_tweedie", "power=1", minus, flat, 0, (double)NAN},
      {"d2_absolute_error", "", flat, y, 0, 0},
      {"d2_absolute_error", "", flat, flat, 0, 1},
      {"explained_variance", "", flat, y, 0, 0},
      {"specificity", "average=class;pos_label=0", zeros, y, 4, 0},
      {"balanced_accuracy", "adjusted=true", zeros, y, 4, (double)NAN},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N(cases); i++) {
    bl_scored s = {.n = 4, .n_classes = cases[i].n_classes, .y = cases[i].y, .pred = cases[i].pred};
    size_t before = bl_ctx_warnings(ctx, BL_W_UNDEFINED);
    double got = score_of(ctx, cases[i].metric, cases[i].options, &s);
    if (isnan(cases[i].want) ? !isnan(got) : got != cases[i].want)
      fail_msg("%s %s: %g, wanted %g", cases[i].metric, cases[i].options, got, cases[i].want);
    if (bl_ctx_warnings(ctx, BL_W_UNDEFINED) == before) fail_msg("%s: no word about it", cases[i].metric);
  }
  bl_scored fine = {.n = 4, .y = y, .pred = flat};
  check_near(score_of(ctx, "mean_poisson_deviance", "", &fine), /* 2 (y ln(y/2) - y + 2), y 0: 2 * 2 */
             (4 + 2 * (1 - log(2.0)) + 0 + 2 * (3 * log(1.5) - 1)) / 4, 1e-12);
  bl_metric m;
  double out;
  check_ok(ctx, bl_metric_new(ctx, "mean_tweedie_deviance", &m));
  check_ok(ctx, bl_opts_set(ctx, "m", m.cls->opts, m.params, "power", "0.5"));
  check_fails(ctx, bl_metric_score(ctx, &m, &fine, &out), BL_E_CONFIG, "no distribution has power 0.5");
  bl_metric_free(ctx, &m);
  check_ok(ctx, bl_metric_new(ctx, "hinge_loss", &m));
  bl_scored no_decision = {.n = 4, .n_classes = 4, .y = y, .pred = y};
  check_fails(ctx, bl_metric_score(ctx, &m, &no_decision, &out), BL_E_UNSUPPORTED, "hinge_loss: needs a decision");
  bl_metric_free(ctx, &m);
  check_ok(ctx, bl_metric_new(ctx, "recall", &m));
  check_ok(ctx, bl_opts_set(ctx, "m", m.cls->opts, m.params, "average", "class"));
  check_ok(ctx, bl_opts_set(ctx, "m", m.cls->opts, m.params, "pos_label", "4"));
  check_fails(ctx, bl_metric_score(ctx, &m, &no_decision, &out), BL_E_CLASSES, "pos_label 4, but there are 4 classes");
  bl_metric_free(ctx, &m);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scikit_learns),
                                     cmocka_unit_test(classes_by_themselves), cmocka_unit_test(medians_and_maxima),
                                     cmocka_unit_test(undefined_is_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
