/* Tests of one model against another, and intervals, against scipy's numbers (tests/golden/compare.txt) and by hand. */
#include "baleen/compare.h"

#include <string.h>

#include "baleen/random.h"
#include "check.h"
#include "golden.h"

static void against_golden(golden *g, const char *name, const double *got)
{
  golden_compare(golden_get(g, name), got, name);
}

static void numbers_are_scipys(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("compare");
  const double *a = golden_get(g, "a")->v, *b = golden_get(g, "b")->v;
  bl_test t = bl_corrected_t(a, b, 10, 1.0 / 9);
  against_golden(g, "t", (double[]){t.statistic, t.p, t.effect});
  double interval[2];
  bl_corrected_interval(a, 10, 1.0 / 9, 0.95, &interval[0], &interval[1]);
  against_golden(g, "interval", interval);
  check_ok(ctx, bl_wilcoxon(ctx, a, b, 10, &t));
  against_golden(g, "wilcoxon", (double[]){t.statistic, t.p});
  check_ok(ctx, bl_wilcoxon(ctx, golden_get(g, "long.a")->v, golden_get(g, "long.b")->v, 70, &t));
  against_golden(g, "long.wilcoxon", (double[]){t.statistic, t.p});
  check_ok(ctx, bl_wilcoxon(ctx, golden_get(g, "ties.a")->v, golden_get(g, "ties.b")->v, 10, &t));
  against_golden(g, "ties.wilcoxon", (double[]){t.statistic, t.p});
  assert_int_equal(t.n, 8);
  t = bl_sign_flips(a, b, 10, 1);
  against_golden(g, "flips", (double[]){t.statistic, t.p, t.effect});
  const double p[] = {0.03, 0.2, 0.6}, w[] = {sqrt(10.0), 5, 2};
  against_golden(g, "stouffer", (double[]){bl_stouffer(p, NULL, 3), bl_stouffer(p, w, 3)});
  against_golden(
      g, "chance",
      (double[]){bl_chance_level(40, 0.5, 0.05), bl_chance_level(45, 0.5, 0.01), bl_chance_level(160, 0.75, 0.05)});
  golden_close(g);
  check_free(ctx);
}

static void which_rows_were_right(void **unused)
{
  (void)unused;
  golden *g = golden_open("compare");
  bool a[200], b[200];
  for (size_t i = 0; i < 200; i++) a[i] = i % 2, b[i] = i % 2; /* equal rows do not count */
  for (size_t i = 0; i < 11; i++) a[i] = true, b[i] = false;
  for (size_t i = 11; i < 14; i++) a[i] = false, b[i] = true;
  bl_test t = bl_mcnemar(a, b, 200);
  against_golden(g, "mcnemar.small", &t.p);
  assert_int_equal(t.n, 14);
  check_near(t.effect, 8.0 / 14, 1e-15);
  for (size_t i = 0; i < 31; i++) a[i] = true, b[i] = false;
  for (size_t i = 31; i < 45; i++) a[i] = false, b[i] = true;
  t = bl_mcnemar(a, b, 200);
  against_golden(g, "mcnemar.large", (double[]){t.statistic, t.p});
  golden_close(g);
}

/* Equal models, one pair, nothing: a word for each. */
/* More pairs than are counted out, most of them tied: scipy 1.10.1, wilcoxon(d, method="approx", correction=False) of
 * d = i * 7 mod 11 - 4 for i below 80, zeros left out. */
static void many_ties(void **unused)
{
  (void)unused;
  enum { PAIRS = 80 };
  double a[PAIRS], b[PAIRS] = {0};
  bl_ctx *ctx = bl_ctx_new();
  bl_test t;
  for (int i = 0; i < PAIRS; i++) a[i] = i * 7 % 11 - 4;
  check_ok(ctx, bl_wilcoxon(ctx, a, b, PAIRS, &t));
  assert_int_equal(t.n, 73);
  check_near(t.statistic, 896.5, 0);
  check_near(t.p, 0.01219151004275353, 1e-12);
  check_free(ctx);
}

static void edges(void **unused)
{
  (void)unused;
  static const double same[] = {0.5, 0.7, 0.6}, more[] = {0.75, 0.95, 0.85};
  bl_ctx *ctx = bl_ctx_new();
  bl_test t = bl_corrected_t(same, same, 3, 0.5);
  check_near(t.p, 1, 0);
  check_near(t.statistic, 0, 0);
  assert_true(bl_corrected_t(more, same, 3, 0.5).p < 1e-6);
  assert_true(isnan(bl_corrected_t(same, same, 1, 0.5).p));
  check_ok(ctx, bl_wilcoxon(ctx, same, same, 3, &t));
  check_near(t.p, 1, 0);
  assert_int_equal(t.n, 0);
  bool right[] = {true, false};
  check_near(bl_mcnemar(right, right, 2).p, 1, 0);
  check_near(bl_sign_flips(more, same, 3, 1).p, 1.0 / 8, 0); /* one of eight ways */
  check_near(bl_sign_flips(same, more, 3, 1).p, 1, 0);
  assert_true(isnan(bl_sign_flips(same, more, 0, 1).p));
  double lo, hi;
  bl_corrected_interval(same, 1, 0.5, 0.95, &lo, &hi);
  assert_true(isnan(lo) && isnan(hi));
  check_free(ctx);
}

/* Above 20 subjects signs are drawn: a true difference is found, the same seed gives the same p. */
static void many_subjects_are_drawn(void **unused)
{
  (void)unused;
  bl_rng r = bl_rng_make(1, "test compare", 0);
  double a[60], b[60];
  for (size_t i = 0; i < 60; i++) {
    b[i] = bl_rng_normal(&r);
    a[i] = b[i] + 0.5 + bl_rng_normal(&r);
  }
  bl_test t = bl_sign_flips(a, b, 60, 3);
  assert_true(t.p < 0.01 && t.p >= 1.0 / 10001);
  check_near(bl_sign_flips(a, b, 60, 3).p, t.p, 0);
  assert_true(bl_sign_flips(b, a, 60, 3).p > 0.99);
}

/* Wolpaw's table: four classes at 0.8 convey 0.96 bits, at 1 two, at chance none. */
static void bits(void **unused)
{
  (void)unused;
  check_near(bl_bits_a_selection(4, 1), 2, 0);
  check_near(bl_bits_a_selection(4, 0.8), 2 + 0.8 * log2(0.8) + 0.2 * log2(0.2 / 3), 1e-15);
  check_near(bl_bits_a_selection(2, 0.5), 0, 0);
  check_near(bl_bits_a_selection(4, 0.1), 0, 0);
  assert_true(isnan(bl_bits_a_selection(4, (double)NAN)));
}

enum { ROWS = 200, GROUPS = 20 };
typedef struct rows {
  double y[ROWS], pred[ROWS];
  int32_t group[ROWS];
} rows;

/* Whether a group is predicted well is drawn once for all its rows, so that the groups are what varies. */
static rows draw_rows(void)
{
  rows d;
  bl_rng r = bl_rng_make(2, "test compare", 1);
  bool good[GROUPS];
  for (size_t g = 0; g < GROUPS; g++) good[g] = bl_rng_uniform(&r) < 0.7;
  for (size_t i = 0; i < ROWS; i++) {
    d.group[i] = 100 - (int32_t)(i % GROUPS);
    d.y[i] = (double)bl_rng_below(&r, 2);
    d.pred[i] = good[i % GROUPS] ? d.y[i] : 1 - d.y[i];
  }
  return d;
}

static bl_status interval_of(bl_ctx *ctx, const int32_t *group, double v[2], size_t *defined)
{
  rows d = draw_rows();
  bl_metric m;
  bl_scored s = {.n = ROWS, .n_classes = 2, .y = d.y, .pred = d.pred};
  bl_status e = bl_metric_new(ctx, "accuracy", &m);
  if (e) return e;
  e = bl_bootstrap(ctx, &m, &s, group, 500, 0.95, 7, &v[0], &v[1], defined);
  bl_metric_free(ctx, &m);
  return e;
}

static void groups_are_what_varies(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  rows d = draw_rows();
  double by_group[2], by_row[2], again[2];
  size_t defined;
  check_ok(ctx, interval_of(ctx, d.group, by_group, &defined));
  assert_int_equal(defined, 500);
  check_ok(ctx, interval_of(ctx, NULL, by_row, &defined));
  check_ok(ctx, interval_of(ctx, d.group, again, &defined));
  assert_memory_equal(by_group, again, sizeof again);
  /* of a share p of n things the interval is about 3.9 sqrt(p (1 - p) / n) wide: of 20 groups, not of 200 rows */
  double p = 0;
  for (size_t i = 0; i < ROWS; i++) p += (d.y[i] == d.pred[i]) / (double)ROWS;
  assert_true(by_group[0] < p && p < by_group[1]);
  check_near(by_group[1] - by_group[0], 3.92 * sqrt(p * (1 - p) / GROUPS), 0.06);
  check_near(by_row[1] - by_row[0], 3.92 * sqrt(p * (1 - p) / ROWS), 0.03);
  check_free(ctx);
}

/* Draws that miss a class leave ROC AUC undefined; they are counted, not scored, and nobody is told five hundred times. */
static void undefined_draws_are_left_out(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  double y[] = {0, 0, 0, 1}, score[] = {1, 2, 3, 4}, lo, hi;
  bl_metric m;
  bl_scored s = {.n = 4, .n_classes = 2, .y = y, .decision = score};
  size_t defined;
  check_ok(ctx, bl_metric_new(ctx, "roc_auc", &m));
  check_ok(ctx, bl_bootstrap(ctx, &m, &s, NULL, 500, 0.95, 7, &lo, &hi, &defined));
  assert_true(defined > 250 && defined < 450); /* 1 - 0.75^4 - a little: 0.68 */
  check_near(lo, 1, 0);
  check_near(hi, 1, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 0);
  bl_metric_free(ctx, &m);
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *unused)
{
  (void)unused;
  rows d = draw_rows();
  double v[2];
  size_t defined;
  bl_test t;
  bl_metric m;
  bl_scored s = {.n = 20, .n_classes = 2, .y = d.y, .pred = d.pred};
  bl_status e = bl_metric_new(ctx, "accuracy", &m);
  if (!e) {
    e = bl_bootstrap(ctx, &m, &s, d.group, 3, 0.95, 7, &v[0], &v[1], &defined);
    bl_metric_free(ctx, &m);
  }
  return e ? e : bl_wilcoxon(ctx, d.y, d.pred, ROWS, &t);
}

static void memory_may_run_out(void **unused)
{
  (void)unused;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_are_scipys),
                                     cmocka_unit_test(which_rows_were_right),
                                     cmocka_unit_test(edges),
                                     cmocka_unit_test(many_ties),
                                     cmocka_unit_test(many_subjects_are_drawn),
                                     cmocka_unit_test(bits),
                                     cmocka_unit_test(groups_are_what_varies),
                                     cmocka_unit_test(undefined_draws_are_left_out),
                                     cmocka_unit_test(memory_may_run_out)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
