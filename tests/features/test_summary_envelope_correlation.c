/* envelope_correlation against mne-connectivity, each way; blocks of any size; a flat channel; what is refused. */
#include "feature_help.h"
#include "golden.h"

enum { C = 4, N = 320, PAIRS = 6 };

static void test_golden(void **state)
{
  (void)state;
  static const struct row {
    const char *name, *options;
    size_t first, n;
  } rows[] = {
      {"plain", "orthogonalize=none", 0, N}, {"pairwise", "", 0, N},
      {"signed", "absolute=false", 0, N},    {"plain_log", "orthogonalize=none;log=true", 0, N},
      {"pairwise_log", "log=true", 20, 280},
  };
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("envelope_correlation");
  bl_stream in;
  static float x[C * N];
  float got[3 * PAIRS];
  check_ok(ctx, make_stream(ctx, C, 1, 160, &in));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    for (size_t e = 0; e < 3; e++) {
      const golden_array *a = golden_get(g, (const char *[]){"x0", "x1", "x2"}[e]);
      for (size_t c = 0; c < C; c++)
        for (size_t i = 0; i < rows[k].n; i++) x[i * C + c] = (float)a->v[c * N + rows[k].first + i];
      summarise(ctx, "envelope_correlation", rows[k].options, &in, x, rows[k].n, got + e * PAIRS, PAIRS);
    }
    golden_compare_f32(golden_get(g, rows[k].name), got, rows[k].name);
  }
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static bl_status run(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_stream in = {0};
  bl_summary m = {0};
  sum_run r = {0};
  float x[3 * 90], row[3], again[3];
  bl_rng rng = bl_rng_make(4, "envelope", 0), cut = bl_rng_make(5, "envelope", 0);
  for (size_t i = 0; i < 270; i++) x[i] = (float)bl_rng_normal(&rng);
  bl_status s = make_stream(ctx, 3, 1, 100, &in);
  if (!s) s = make_summary(ctx, "envelope_correlation", NULL, NULL, &m);
  if (!s) s = sum_start(ctx, &m, &in, &r);
  if (!s) s = sum_segment(ctx, &r, x, 70, 3, NULL, row);
  if (!s) s = sum_segment(ctx, &r, x, 90, 3, NULL, again);
  if (!s) s = sum_segment(ctx, &r, x, 70, 3, &cut, again);
  if (!s) assert_memory_equal(row, again, sizeof row);
  if (r.cls) sum_stop(ctx, &r);
  if (m.cls) bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return s;
}

static void test_blocks_and_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(run, NULL);
}

static void test_edges(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in, alone;
  bl_summary m;
  sum_run r;
  float x[2 * 64], row[1];
  bl_rng rng = bl_rng_make(6, "envelope", 0);
  for (size_t i = 0; i < 64; i++) x[2 * i] = (float)bl_rng_normal(&rng), x[2 * i + 1] = 0;
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &alone));
  summarise(ctx, "envelope_correlation", "orthogonalize=none", &in, x, 64, row, 1);
  check_near((double)row[0], 0, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 0);
  summarise(ctx, "envelope_correlation", "", &in, x, 64, row, 1);
  assert_true(isnan(row[0])); /* silence has no angle */
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  x[0] = NAN;
  summarise(ctx, "envelope_correlation", "", &in, x, 64, row, 1);
  assert_true(isnan(row[0])); /* came in as NaN: no news */
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1);
  x[0] = 1;
  check_ok(ctx, make_summary(ctx, "envelope_correlation", "orthogonalize", "none", &m));
  check_fails(ctx, sum_start(ctx, &m, &alone, &r), BL_E_SHAPE, "has one channel");
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[0], "ch_0*ch_1.envelope_correlation");
  check_fails(ctx, sum_segment(ctx, &r, x, 1, 2, NULL, row), BL_E_SHAPE, "envelope_correlation");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "absolute", "false"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_CONFIG, "orthogonalize: pairwise");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &alone);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_blocks_and_memory),
                                     cmocka_unit_test(test_edges)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
