/* Curves against scikit-learn's points, and the area under them against a slow count of pairs. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/metric.h"
#include "baleen/random.h"
#include "golden.h"

static void golden_curves(void **state)
{
  (void)state;
  static const struct {
    const char *name, *truth, *score, *weight;
  } sets[] = {
      {"bin", "bin.t", "bin.s", NULL}, {"bin.w", "bin.t", "bin.s", "bin.weights"}, {"note", "note.t", "note.s", NULL}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("metrics");
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    const golden_array *t = golden_get(g, sets[i].truth), *s = golden_get(g, sets[i].score);
    const double *w = sets[i].weight ? golden_get(g, sets[i].weight)->v : NULL;
    char name[64];
    bl_curve c;
    double points[64 * 3], area;
    check_ok(ctx, bl_roc_curve(ctx, t->rows, t->v, s->v, w, &c));
    snprintf(name, sizeof name, "%s.roc.full", sets[i].name);
    const golden_array *want = golden_get(g, name);
    assert_int_equal(c.n, want->rows);
    for (size_t k = 0; k < c.n; k++)
      points[3 * k] = c.x[k], points[3 * k + 1] = c.y[k], points[3 * k + 2] = c.threshold[k];
    golden_compare(want, points, name);
    bl_curve_free(ctx, &c);

    check_ok(ctx, bl_precision_recall_curve(ctx, t->rows, t->v, s->v, w, &c));
    snprintf(name, sizeof name, "%s.pr", sets[i].name);
    want = golden_get(g, name);
    assert_int_equal(c.n, want->rows);
    assert_true(isinf(c.threshold[c.n - 1]) && c.x[c.n - 1] == 0 && c.y[c.n - 1] == 1);
    for (size_t k = 0; k < c.n; k++)
      points[3 * k] = c.y[k], points[3 * k + 1] = c.x[k], points[3 * k + 2] = c.threshold[k];
    points[3 * c.n - 1] = (double)NAN; /* scikit-learn has no threshold there */
    golden_compare(want, points, name);
    bl_curve_free(ctx, &c);

    check_ok(ctx, bl_roc_auc(ctx, t->rows, t->v, s->v, w, &area));
    snprintf(name, sizeof name, "%s.roc_auc", sets[i].name);
    golden_compare(golden_get(g, name), &area, name);
  }
  golden_close(g);
  check_free(ctx);
}

/* The chance that a positive scores above a negative, pair by pair. */
static double slow_auc(size_t n, const double *t, const double *s, const double *w)
{
  double hit = 0, all = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      if (t[i] == 0 || t[j] != 0) continue;
      all += w[i] * w[j];
      hit += w[i] * w[j] * (s[i] > s[j] ? 1 : s[i] == s[j] ? 0.5 : 0);
    }
  return hit / all;
}

static void area_is_the_count_of_pairs(void **state)
{
  (void)state;
  enum { N = 60 };
  bl_ctx *ctx = bl_ctx_new();
  for (uint64_t round = 0; round < 50; round++) {
    bl_rng r = bl_rng_make(11, "test curves", round);
    double t[N], s[N], w[N], area, trapezoid = 0;
    for (size_t i = 0; i < N; i++) {
      t[i] = (double)bl_rng_below(&r, 2);
      s[i] = round % 2 ? bl_rng_normal(&r) : (double)bl_rng_below(&r, 7); /* without and with ties */
      w[i] = (double)bl_rng_below(&r, 4) * bl_rng_uniform(&r);
    }
    check_ok(ctx, bl_roc_auc(ctx, N, t, s, w, &area));
    check_near(area, slow_auc(N, t, s, w), 1e-12);
    bl_curve c;
    check_ok(ctx, bl_roc_curve(ctx, N, t, s, w, &c));
    for (size_t i = 1; i < c.n; i++) {
      trapezoid += (c.x[i] - c.x[i - 1]) * (c.y[i] + c.y[i - 1]) / 2;
      assert_true(c.threshold[i] < c.threshold[i - 1] && c.x[i] >= c.x[i - 1] && c.y[i] >= c.y[i - 1]);
    }
    check_near(trapezoid, area, 1e-12);
    check_near(c.x[c.n - 1], 1, 0);
    bl_curve_free(ctx, &c);
  }
  check_free(ctx);
}

/* Any number of any sign and size; 0 and -0 are one score. */
static void any_scores_are_ranked(void **state)
{
  (void)state;
  enum { N = 10 };
  static const double s[N] = {-0.0, 0, 5e-324, -5e-324, 1e300, -1e300, 1, -1, 1.5, -1.5},
                      t[N] = {1, 0, 1, 0, 1, 0, 0, 1, 0, 1}, w[N] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  bl_ctx *ctx = bl_ctx_new();
  double area;
  bl_curve c;
  check_ok(ctx, bl_roc_auc(ctx, N, t, s, NULL, &area));
  check_near(area, slow_auc(N, t, s, w), 1e-15);
  check_ok(ctx, bl_roc_curve(ctx, N, t, s, NULL, &c));
  assert_int_equal(c.n, N); /* of which one at infinity, and one for both zeros */
  check_near(c.threshold[1], 1e300, 0);
  check_near(c.threshold[N - 1], -1e300, 0);
  bl_curve_free(ctx, &c);
  check_free(ctx);
}

/* Few rows are sorted in one way, many in another: twice as many of each, at half the weight, have the same area. */
static void few_and_many_are_sorted_alike(void **state)
{
  (void)state;
  enum { N = 1500 };
  static double t[2 * N], s[2 * N], w[2 * N];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(12, "test curves", 0);
  double few, many;
  for (size_t i = 0; i < N; i++) {
    t[i] = t[i + N] = (double)bl_rng_below(&r, 2);
    s[i] = s[i + N] = i % 2 ? bl_rng_normal(&r) : (double)bl_rng_below(&r, 7) - 3;
    w[i] = w[i + N] = bl_rng_uniform(&r);
  }
  check_ok(ctx, bl_roc_auc(ctx, N, t, s, w, &few));
  check_ok(ctx, bl_roc_auc(ctx, 2 * N, t, s, w, &many));
  check_near(few, slow_auc(N, t, s, w), 1e-12);
  check_near(many, few, 1e-12);
  check_free(ctx);
}

static void one_side_empty(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  double pos[] = {1, 1, 1}, mixed[] = {0, 1, 1}, s[] = {1, 2, 3}, w[] = {0, 1, 1}, area;
  bl_curve c;
  check_fails(ctx, bl_roc_curve(ctx, 3, pos, s, NULL, &c), BL_E_CLASSES, "none that is negative");
  check_fails(ctx, bl_precision_recall_curve(ctx, 3, mixed, s, w, &c), BL_E_CLASSES, "none that is negative");
  check_fails(ctx, bl_roc_curve(ctx, 0, pos, s, NULL, &c), BL_E_CLASSES, "positive");
  assert_null(c.x);
  check_ok(ctx, bl_roc_auc(ctx, 3, pos, s, NULL, &area));
  assert_true(isnan(area));
  s[1] = (double)NAN;
  check_fails(ctx, bl_roc_auc(ctx, 3, mixed, s, NULL, &area), BL_E_NONFINITE, "row 1");
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  double t[] = {0, 1, 1, 0}, s[] = {1, 2, 3, 2}, area;
  bl_curve roc = {0}, pr = {0};
  bl_status e = bl_roc_curve(ctx, 4, t, s, NULL, &roc);
  if (!e) e = bl_precision_recall_curve(ctx, 4, t, s, NULL, &pr);
  if (!e) e = bl_roc_auc(ctx, 4, t, s, NULL, &area);
  bl_curve_free(ctx, &roc);
  bl_curve_free(ctx, &pr);
  return e;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(golden_curves),
                                     cmocka_unit_test(area_is_the_count_of_pairs),
                                     cmocka_unit_test(one_side_empty),
                                     cmocka_unit_test(any_scores_are_ranked),
                                     cmocka_unit_test(few_and_many_are_sorted_alike),
                                     cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
