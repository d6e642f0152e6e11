/* dummy_regressor where summed weights reach the share asked for exactly, and where the lowest target weighs nothing. The
 * numbers are those of scikit-learn 1.2.1; several_targets.txt holds more. */
#include "learn.h"

static const struct row {
  const char *text;
  double weight[4]; /* of the targets 4, 1, 2, 8; all 0: none are given */
  double want;
} rows[] = {{"{dummy_regressor: {strategy: median}}", {1, 2, 1, 2}, 2},
            {"{dummy_regressor: {strategy: median}}", {0}, 3},
            {"{dummy_regressor: {strategy: quantile, quantile: 0}}", {1, 0, 1, 1}, 2},
            {"{dummy_regressor: {strategy: quantile, quantile: 1}}", {1, 0, 1, 1}, 8},
            {"dummy_regressor", {1, 0, 1, 2}, 5.5}};

static void constants(void **unused)
{
  (void)unused;
  float x[4] = {0};
  const double y[] = {4, 1, 2, 8};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_estimator *e = learn_parse(ctx, rows[i].text);
    bool weighted = rows[i].weight[0] > 0;
    bl_data d = {.X = {x, 4, 1, 1, NULL}, .y = y, .weight = weighted ? rows[i].weight : NULL};
    bl_cmat one = {x, 1, 1, 1, NULL};
    double out;
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &one, NULL, &out));
    check_near(out, rows[i].want, 0);
    bl_estimator_free(ctx, e);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(constants)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
