/* Detection error trade-off and calibration against scikit-learn's points. */
#include "baleen/metric.h"
#include "check.h"
#include "golden.h"

static void golden_det(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("curves_more");
  for (int weighted = 0; weighted < 2; weighted++) {
    bl_curve c;
    double points[3 * 80];
    const golden_array *want = golden_get(g, weighted ? "det.w" : "det");
    check_ok(ctx, bl_det_curve(ctx, 70, golden_get(g, "t")->v, golden_get(g, "s")->v,
                               weighted ? golden_get(g, "w")->v : NULL, &c));
    assert_int_equal(c.n, want->rows);
    for (size_t i = 0; i < c.n; i++)
      points[3 * i] = c.x[i], points[3 * i + 1] = c.y[i], points[3 * i + 2] = c.threshold[i];
    golden_compare(want, points, "det");
    bl_curve_free(ctx, &c);
  }
  golden_close(g);
  check_free(ctx);
}

static void golden_calibration(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("curves_more");
  for (int quantile = 0; quantile < 2; quantile++) {
    bl_curve c;
    double points[2 * 80];
    const golden_array *want = golden_get(g, quantile ? "quantile" : "uniform");
    check_ok(ctx, bl_calibration_curve(ctx, 70, golden_get(g, "t")->v, golden_get(g, "s")->v, 5, quantile, &c));
    assert_int_equal(c.n, want->rows);
    for (size_t i = 0; i < c.n; i++) points[2 * i] = c.x[i], points[2 * i + 1] = c.y[i];
    golden_compare(want, points, "calibration");
    bl_curve_free(ctx, &c);
  }
  golden_close(g);
  check_free(ctx);
}

static void edges(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  double t[] = {1, 0, 1}, s[] = {0.2, 0.4, 1.5}, same[] = {1, 1, 1};
  bl_curve c;
  check_fails(ctx, bl_calibration_curve(ctx, 3, t, s, 5, false, &c), BL_E_RANGE, "1.5 of row 2 is no probability");
  check_fails(ctx, bl_calibration_curve(ctx, 0, t, s, 5, false, &c), BL_E_SHAPE, "0 rows");
  check_fails(ctx, bl_det_curve(ctx, 3, same, s, NULL, &c), BL_E_CLASSES, "none that is negative");
  assert_null(c.x);
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *unused)
{
  (void)unused;
  double t[] = {1, 0, 1, 0}, s[] = {0.2, 0.4, 0.9, 0.1};
  bl_curve det = {0}, calibration = {0};
  bl_status e = bl_det_curve(ctx, 4, t, s, NULL, &det);
  if (!e) e = bl_calibration_curve(ctx, 4, t, s, 3, true, &calibration);
  bl_curve_free(ctx, &det);
  bl_curve_free(ctx, &calibration);
  return e;
}

static void memory_may_run_out(void **unused)
{
  (void)unused;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(golden_det), cmocka_unit_test(golden_calibration),
                                     cmocka_unit_test(edges), cmocka_unit_test(memory_may_run_out)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
