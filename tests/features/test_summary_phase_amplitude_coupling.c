/* phase_amplitude_coupling against its formulas in numpy; where coupling was put, it is found; what is refused. */
#include "feature_help.h"
#include "golden.h"

enum { N = 800 };
#define FREQS "phase_freqs=[6, 9];amplitude_freqs=[30, 40, 60]"

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("coupling");
  const golden_array *a = golden_get(g, "x");
  float x[N], row[12];
  bl_stream in;
  for (size_t i = 0; i < N; i++) x[i] = (float)a->v[i];
  check_ok(ctx, make_stream(ctx, 1, 1, 200, &in));
  summarise(ctx, "phase_amplitude_coupling", FREQS ";method=[mean_vector_length, modulation_index]", &in, x, N, row,
            12);
  golden_compare_f32(golden_get(g, "mi"), row, "mi");
  golden_compare_f32(golden_get(g, "mvl"), row + 6, "mvl");
  assert_true(row[1] > row[0] && row[1] > row[2] && row[1] > row[4]); /* 6 and 40 Hz go together */
  summarise(ctx, "phase_amplitude_coupling", FREQS ";padding=0.5", &in, x, N, row, 6);
  golden_compare_f32(golden_get(g, "padded.mi"), row, "padded mi");
  summarise(ctx, "phase_amplitude_coupling", FREQS ";padding=0.5;method=[mean_vector_length]", &in, x, N, row, 6);
  golden_compare_f32(golden_get(g, "padded.mvl"), row, "padded mvl");
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static void test_names_and_refusals(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  float x[2 * 18] = {0}, row[4];
  check_ok(ctx, make_stream(ctx, 2, 1, 200, &in));
  check_ok(ctx, make_summary(ctx, "phase_amplitude_coupling", "method", "[mean_vector_length]", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[1], "ch_1.6Hz-40Hz.mean_vector_length");
  assert_string_equal(r.names.units.v[1], "uV");
  check_fails(ctx, sum_segment(ctx, &r, x, 18, 2, NULL, row), BL_E_SHAPE, "19 or more are needed");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "method", "[tort]"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_CONFIG, "unknown 'tort'");
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "method", "[modulation_index]"));
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "amplitude_freqs", "[150]"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_RANGE, "150 Hz");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_names_and_refusals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
