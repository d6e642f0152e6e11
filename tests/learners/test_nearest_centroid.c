/* nearest_centroid: scikit-learn's numbers; ties; what cannot be shrunk. */
#include "learn.h"

static void like_golden(bl_ctx *ctx, const golden *g, const char *metric, const char *shrink)
{
  char text[120], name[64];
  snprintf(text, sizeof text, "{nearest_centroid: {metric: %s, shrink_threshold: %s}}", metric, shrink);
  learn_set s = learn_open(ctx, g, "train");
  bl_mat ask = learn_rows(ctx, golden_get(g, "ask.x"));
  bl_cmat A = bl_mat_view(&ask);
  bl_estimator *e = learn_parse(ctx, text);
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = s.X, .y = s.y}));
  snprintf(name, sizeof name, "%s.%s", metric, shrink);
  learn_compare_field(g, name, e, "centroids");
  double *got = test_calloc(ask.rows, sizeof *got);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, got));
  snprintf(name, sizeof name, "%s.%s.predict", metric, shrink);
  golden_compare(golden_get(g, name), got, name);
  test_free(got);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &ask);
  learn_close(ctx, &s);
}

static void numbers_are_scikit_learns(void **unused)
{
  (void)unused;
  static const char *const metrics[] = {"euclidean", "manhattan"}, *const shrinks[] = {"none", "0.5", "5"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("centroid");
  for (size_t m = 0; m < 2; m++)
    for (size_t k = 0; k < 3; k++) like_golden(ctx, g, metrics[m], shrinks[k]);
  golden_close(g);
  check_free(ctx);
}

static void a_row_in_the_middle_goes_to_the_lower_class(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {3, 1, 3, 1}, zero[] = {2};
  double y[] = {4, 9, 4, 9}, out;
  bl_cmat X = {x, 4, 1, 1, NULL}, A = {zero, 1, 1, 1, NULL};
  bl_estimator *e = learn_parse(ctx, "nearest_centroid");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X, .y = y}));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &A, NULL, &out));
  check_near(out, 4, 0);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void what_has_no_spread_cannot_be_shrunk(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float same[] = {0.1F, 0.1F, 0.1F, 0.1F}, two[] = {1, 2};
  double y[] = {0, 1, 0, 1};
  bl_estimator *e = learn_parse(ctx, "{nearest_centroid: {shrink_threshold: 1}}");
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = {same, 4, 1, 1, NULL}, .y = y}), BL_E_RANGE, "no column varies");
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = {two, 2, 1, 1, NULL}, .y = y}), BL_E_SHAPE, "more rows than");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_scikit_learns),
      cmocka_unit_test(a_row_in_the_middle_goes_to_the_lower_class),
      cmocka_unit_test(what_has_no_spread_cannot_be_shrunk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
