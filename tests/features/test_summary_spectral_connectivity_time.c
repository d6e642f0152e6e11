/* spectral_connectivity_time against mne-connectivity: three epochs, by Morlet waves and by tapers, with padding; blocks of
 * any size give the same bits; what is refused. */
#include "feature_help.h"
#include "golden.h"

enum { C = 4, N = 3840, E = 320, PAIRS = 6 };
static const char *const methods[] = {"coh", "plv", "ciplv", "pli", "wpli"};

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("connectivity");
  const golden_array *a = golden_get(g, "x");
  static float x[C * N];
  float row[3 * PAIRS * 3];
  bl_stream in;
  for (size_t c = 0; c < C; c++)
    for (size_t i = 0; i < N; i++) x[i * C + c] = (float)a->v[c * N + i];
  check_ok(ctx, make_stream(ctx, C, 1, 160, &in));
  for (size_t m = 0; m < 5; m++)
    for (int mode = 0; mode < 2; mode++) {
      char options[160], name[64];
      snprintf(name, sizeof name, "time.%s.%s", mode ? "multitaper" : "cwt_morlet", methods[m]);
      snprintf(options, sizeof options, "method=[%s];freqs=[8, 12, 20];n_cycles=[5];mode=%s;zero_mean=%s", methods[m],
               mode ? "multitaper" : "cwt_morlet", mode ? "true" : "false");
      for (size_t e = 0; e < 3; e++)
        summarise(ctx, "spectral_connectivity_time", options, &in, x + e * E * C, E, row + e * PAIRS * 3, PAIRS * 3);
      golden_compare_f32(golden_get(g, name), row, name);
    }
  for (size_t m = 0; m < 5; m += m ? 3 : 1) { /* coh, plv, wpli: the mean over twelve epochs */
    char options[160], name[64];
    float mean[PAIRS] = {0};
    snprintf(name, sizeof name, "padded.%s", methods[m]);
    snprintf(options, sizeof options,
             "method=[%s];freqs=[8, 12, 20];n_cycles=[5];zero_mean=false;padding=0.5;bands={all: [8, 20]}", methods[m]);
    for (size_t e = 0; e < 12; e++) {
      summarise(ctx, "spectral_connectivity_time", options, &in, x + e * E * C, E, row, PAIRS);
      for (size_t i = 0; i < PAIRS; i++) mean[i] += row[i] / 12;
    }
    golden_compare_f32(golden_get(g, name), mean, name);
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
  float x[3 * 300], row[2 * 3 * 2], again[2 * 3 * 2];
  bl_rng rng = bl_rng_make(4, "connectivity", 0), cut = bl_rng_make(5, "connectivity", 0);
  for (size_t i = 0; i < 900; i++) x[i] = (float)bl_rng_normal(&rng);
  bl_status s = make_stream(ctx, 3, 1, 100, &in);
  if (!s) s = make_summary(ctx, "spectral_connectivity_time", "method", "[wpli, ppc]", &m);
  if (!s) s = bl_opts_set(ctx, "x", m.cls->opts, m.params, "freqs", "[10, 20]");
  if (!s) s = bl_opts_set(ctx, "x", m.cls->opts, m.params, "mode", "multitaper");
  if (!s) s = sum_start(ctx, &m, &in, &r);
  if (!s) s = sum_segment(ctx, &r, x, 217, 3, NULL, row);
  if (!s) s = sum_segment(ctx, &r, x, 300, 3, NULL, again);
  if (!s) s = sum_segment(ctx, &r, x, 217, 3, &cut, again);
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

/* Of a long segment the samples are kept, but not the waves of all channels. */
static void test_waves_by_blocks(void **state)
{
  (void)state;
  enum { LONG = 20000 };
  static float x[8 * LONG];
  float row[28];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(12, "blocks", 0);
  bl_stream in;
  for (size_t i = 0; i < 8 * LONG; i++) x[i] = (float)bl_rng_normal(&rng);
  check_ok(ctx, make_stream(ctx, 8, 1, 100, &in));
  summarise(ctx, "spectral_connectivity_time", "freqs=[10];n_cycles=3", &in, x, LONG, row, 28);
  assert_true(bl_ctx_peak_bytes(ctx) < 2 * sizeof x);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  float x[2 * 60] = {0}, row[2];
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  check_ok(ctx, make_summary(ctx, "spectral_connectivity_time", "freqs", "[10, 20]", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[1], "ch_0*ch_1.20Hz.coh");
  check_fails(ctx, sum_segment(ctx, &r, x, 60, 2, NULL, row), BL_E_SHAPE, "has 60 samples");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "bands", "{low: [3, 5]}"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_RANGE, "none of freqs lies in low");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_blocks_and_memory),
                                     cmocka_unit_test(test_waves_by_blocks), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
