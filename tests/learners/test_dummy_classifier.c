/* dummy_classifier: shares and the largest class, with weights and ties. */
#include "learn.h"

static void shares_and_the_largest_class(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1, 2, 3, 4, 5};
  double y[] = {9, -3, 9, 4, 4}, w[] = {1, 5, 1, 2, 1}, p[3], out;
  bl_data d = {.X = {x, 5, 1, 1, NULL}, .y = y};
  bl_cmat one = {x, 1, 1, 1, NULL};
  bl_estimator *e = learn_parse(ctx, "dummy_classifier");
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &one, NULL, p));
  check_near(p[0], 0.2, 1e-15);
  check_near(p[1], 0.4, 1e-15);
  check_near(p[2], 0.4, 1e-15);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &one, NULL, &out));
  check_near(out, 4, 0); /* 4 and 9 tie: the lower */
  check_ok(ctx, bl_estimator_set(ctx, e, "strategy", "most_frequent"));
  d.weight = w;
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &one, NULL, p));
  check_near(p[0], 1, 0);
  check_near(p[1] + p[2], 0, 0);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &one, NULL, &out));
  check_near(out, -3, 0);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(shares_and_the_largest_class)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
