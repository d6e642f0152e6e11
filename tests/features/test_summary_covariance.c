/* covariance against numpy, and flatten, whose row is the input. */
#include "feature_help.h"
#include "golden.h"

enum { P = 5, T = 120, PAIRS = P * (P + 1) / 2 };

static const struct row {
  const char *options, *want;
} rows[] = {
    {"", "cov0"},
    {"ddof=1", "cov"},
    {"center=false", "uncentred"},
    {"center=false;trace=true", "uncentred.trace1"},
};

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("covariance");
  const golden_array *a = golden_get(g, "x");
  bl_stream in;
  float x[P * T], got[PAIRS];
  for (size_t i = 0; i < P; i++)
    for (size_t f = 0; f < T; f++) x[f * P + i] = (float)a->v[i * T + f];
  check_ok(ctx, make_stream(ctx, P, 1, 160, &in));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    const golden_array *want = golden_get(g, rows[k].want);
    summarise(ctx, "covariance", rows[k].options, &in, x, T, got, PAIRS);
    float full[P * P];
    for (size_t i = 0, at = 0; i < P; i++)
      for (size_t j = i; j < P; j++) full[i * P + j] = full[j * P + i] = got[at++];
    golden_compare_f32(want, full, rows[k].want);
  }
  summarise(ctx, "covariance", "center=false", &in, x, T, got, PAIRS);
  golden_compare_f32(golden_get(g, "upper"), got, "rows of the upper triangle");
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static void test_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  check_ok(ctx, make_stream(ctx, 3, 1, 160, &in));
  check_ok(ctx, make_summary(ctx, "covariance", NULL, NULL, &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  const char *want[] = {"ch_0*ch_0", "ch_0*ch_1", "ch_0*ch_2", "ch_1*ch_1", "ch_1*ch_2", "ch_2*ch_2"};
  for (size_t i = 0; i < 6; i++) assert_string_equal(r.names.names.v[i], want[i]);
  assert_string_equal(r.names.units.v[1], "uV^2");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_flatten(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  float x[3 * 4 * 2], row[24];
  for (size_t i = 0; i < 24; i++) x[i] = (float)i * 1.37f;
  check_ok(ctx, make_stream(ctx, 2, 4, 25, &in));
  check_ok(ctx, make_summary(ctx, "flatten", "frames", "3", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[23], "ch_1.37.5Hz.t2");
  check_ok(ctx, sum_segment(ctx, &r, x, 3, 8, NULL, row));
  assert_memory_equal(x, row, sizeof x);
  check_fails(ctx, sum_segment(ctx, &r, x, 2, 8, NULL, row), BL_E_SHAPE, "set 'frames: 2'");
  check_ok(ctx, r.cls->begin(ctx, r.state, &(bl_span){.end_s = 1}, 0));
  check_ok(ctx, r.cls->push(ctx, r.state, x, 3));
  check_ok(ctx, r.cls->push(ctx, r.state, x, 3));
  check_fails(ctx, r.cls->finish(ctx, r.state, row), BL_E_SHAPE, "has 6 frames");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_names),
                                     cmocka_unit_test(test_flatten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
