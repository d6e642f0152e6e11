/* chain: order, names, groups and weights through it, its kind, errors that name the step. */
#include <stdio.h>
#include <string.h>

#include "baleen/estimator.h"
#include "check.h"

static float x[] = {1, 10, 2, 30, 3, 20, 4, 50, 5, 40, 6, 60};
static bl_cmat X(void) { return (bl_cmat){x, 6, 2, 2, NULL}; }

static void two_scalers_are_named_apart_and_give_moments(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "[{standard_scaler: {with_std: false}}, standard_scaler]", &e));
  assert_string_equal(e->child_name[0], "standard_scaler");
  assert_string_equal(e->child_name[1], "standard_scaler-2");
  bl_texts names = {0};
  check_ok(ctx, bl_texts_add(ctx, &names, "a"));
  check_ok(ctx, bl_texts_add(ctx, &names, "b"));
  bl_data d = {.X = X(), .feature_names = &names};
  check_ok(ctx, bl_fit(ctx, e, &d));
  bl_mat z;
  check_ok(ctx, bl_transform(ctx, e, &d.X, &names, &z));
  for (size_t j = 0; j < 2; j++) {
    double sum = 0, sum2 = 0;
    for (size_t i = 0; i < 6; i++) sum += (double)bl_row(&z, i)[j], sum2 += pow((double)bl_row(&z, i)[j], 2);
    check_near(sum, 0, 1e-6);
    check_near(sum2 / 6, 1, 1e-6);
  }
  bl_texts out;
  check_ok(ctx, bl_estimator_names_out(ctx, e, &out));
  assert_string_equal(out.v[1], "b");
  assert_string_equal(e->child[1]->feature_names.v[0], "a");
  bl_texts_free(ctx, &out);
  bl_texts_free(ctx, &names);
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void weights_reach_the_steps_that_take_them(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "[standard_scaler]", &e));
  double w[] = {1, 0, 0, 0, 0, 3};
  bl_data d = {.X = X(), .weight = w};
  check_ok(ctx, bl_fit(ctx, e, &d));
  float probe[] = {4.75F, 47.5F}; /* the weighted means (1 + 3*6)/4 and (10 + 3*60)/4 */
  bl_cmat one = {probe, 1, 2, 2, NULL};
  bl_mat z;
  check_ok(ctx, bl_transform(ctx, e, &one, NULL, &z));
  check_near((double)z.v[0], 0, 1e-7);
  check_near((double)z.v[1], 0, 1e-7);
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void options_are_reached_by_path(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  bl_buf b = {0};
  check_ok(ctx, bl_estimator_parse(ctx, "[standard_scaler, {standard_scaler: {}, as: second}]", &e));
  check_ok(ctx, bl_estimator_set(ctx, e, "second.with_mean", "no"));
  check_ok(ctx, bl_estimator_get(ctx, e, "second.with_mean", &b));
  assert_string_equal(bl_buf_text(&b), "false");
  bl_buf_free(ctx, &b);
  check_ok(ctx, bl_estimator_get(ctx, e, "standard_scaler.with_mean", &b));
  assert_string_equal(bl_buf_text(&b), "true");
  bl_buf_free(ctx, &b);
  check_fails(ctx, bl_estimator_set(ctx, e, "secnd.with_mean", "no"), BL_E_CONFIG, "did you mean 'second'");
  check_fails(ctx, bl_estimator_set(ctx, e, "second.with_maen", "no"), BL_E_CONFIG, "did you mean 'with_mean'");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void a_failing_step_is_named(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, "[standard_scaler, {standard_scaler: {}, as: tail}]", &e));
  float small[] = {1e-38F, 1e-38F, 2e-38F, 3e-38F}; /* so that scaling leaves float32's range in apply only */
  bl_cmat tiny = {small, 2, 2, 2, NULL};
  bl_data d = {.X = tiny};
  check_ok(ctx, bl_fit(ctx, e, &d));
  float far[] = {3e38F, 3e38F};
  bl_cmat one = {far, 1, 2, 2, NULL};
  bl_mat z;
  check_fails(ctx, bl_transform(ctx, e, &one, NULL, &z), BL_E_NONFINITE,
              "step 'tail': standard_scaler: infinity in row 0");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void what_a_chain_refuses(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  check_fails(ctx, bl_estimator_parse(ctx, "[]", &e), BL_E_CONFIG, "empty list");
  check_fails(ctx, bl_estimator_parse(ctx, "[{standard_scaler: {}, as: a}, {standard_scaler: {}, as: a}]", &e),
              BL_E_CONFIG, "two estimators are named 'a'");
  check_fails(ctx, bl_estimator_parse(ctx, "[{standard_scaler: {}, as: a.b}]", &e), BL_E_CONFIG, "without dots");
  check_fails(ctx, bl_estimator_parse(ctx, "{standard_scaler: {}, as: a}", &e), BL_E_CONFIG, "stands alone");
  bl_data d = {.X = X()};
  check_ok(ctx, bl_estimator_new(ctx, "chain", &e));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "must be given");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_scalers_are_named_apart_and_give_moments),
      cmocka_unit_test(weights_reach_the_steps_that_take_them),
      cmocka_unit_test(options_are_reached_by_path),
      cmocka_unit_test(a_failing_step_is_named),
      cmocka_unit_test(what_a_chain_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
