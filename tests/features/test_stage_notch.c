/* notch against mne.filter.notch_filter. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "freqs=[50,100]", .reach = 825, .rounds = "values of one FFT share rounding errors"},
    {.options = "freqs=60 trans_bandwidth=8 phase=causal", .reach = 206},
    {.options = "freqs=[50,100] notch_widths=[2,3] trans_bandwidth=10 window=hann method=direct", .reach = 77},
    {.options = "freqs=60 trans_bandwidth=20 window=blackman method=fft",
     .reach = 62,
     .rounds = "values of one FFT share rounding errors"},
};

static void check_signals(void **arg)
{
  (void)arg;
  static const char *const rows[][2] = {
      {"notch freqs=[50]", "mains.y"},
      {"notch freqs=50 method=direct", "mains.y"},
      {"notch freqs=[60,20,40] notch_widths=[1,0.5,2] trans_bandwidth=4", "three.y"},
      {"notch freqs=50 notch_widths=3 trans_bandwidth=10 window=hann", "hann.y"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) condition_check("notch", rows[i][0], 160, 0, rows[i][1]);
}

/* A sine of 50 Hz is gone, one of 40 Hz stays what it was. */
static void check_mains(void **arg)
{
  (void)arg;
  enum { N = 5000 };
  static const double w = 2 * 3.14159265358979323846 / 500;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  static float x[2 * N];
  for (size_t i = 0; i < N; i++) {
    x[2 * i] = (float)sin(w * 50 * (double)i);
    x[2 * i + 1] = (float)sin(w * 40 * (double)i);
  }
  check_ok(ctx, chain_wave(ctx, 500, "a b", "uV", &in));
  check_ok(ctx, chain_run(ctx, "notch freqs=[50,100,150]", &in, x, N, &c));
  for (size_t i = N / 2; i < N / 2 + 500; i++) {
    check_near((double)chain_out(&c)->v[2 * i], 0, 3e-3);
    check_near((double)chain_out(&c)->v[2 * i + 1], (double)x[2 * i + 1], 1e-2);
  }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"notch", BL_E_CONFIG, "freqs"},
      {"notch freqs=[50,50.5]", BL_E_RANGE, "overlap"},
      {"notch freqs=125", BL_E_RANGE, "half the sampling rate, 125"},
      {"notch freqs=0.3", BL_E_RANGE, "within 0"},
      {"notch freqs=[50,100] notch_widths=[1,1,1]", BL_E_CONFIG, "3 notch_widths for 2"},
      {"notch freqs=50 trans_bandwidth=1e-6", BL_E_RANGE, "make it wider"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_signals),
      cmocka_unit_test(check_mains),
      cmocka_unit_test(check_refusals),
  };
  return STAGE_SUITE("notch", cases, tests, sizeof tests / sizeof *tests);
}
