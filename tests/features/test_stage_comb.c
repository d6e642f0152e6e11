/* comb against scipy.signal.iircomb, and against iirnotch in series. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = ALL_CHANNEL},
    {.reach = ALL_CHANNEL, .rate_hz = 44100},
    {.options = "freq=25 zero=true", .reach = ALL_CHANNEL},
    {.options = "freq=60 zero=true start=steady", .reach = ALL_CHANNEL},
    {.input = POWER_SPECTRUM, .options = "freq=1.5 q=5 n_notches=2 start=steady", .reach = ALL_CHANNEL},
};

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("comb", "comb freq=25", 160, 400, "y");
  condition_check("comb", "comb freq=25 n_notches=3", 160, 400, "y");
  condition_check("comb", "comb freq=25 start=steady", 160, 400, "steady");
  condition_check("comb", "comb freq=13 q=5 n_notches=2", 160, 400, "two");
  condition_check("comb", "comb freq=20 zero=true", 160, 400, "whole");
  condition_check("comb", "comb freq=32 q=6 zero=true", 160, 400, "wide");
  condition_check("comb", "comb freq=20", 160, 400, "level");
  condition_check("comb", "comb freq=20 start=steady", 160, 400, "level.steady");
}

/* At an audio rate every notch is as wide as the first, and nothing is taken off between the highest: the gains of
 * iircomb at each frequency, from the impulse response. */
static void check_audio_rate(void **arg)
{
  (void)arg;
  enum { N = 882 * 200 }; /* 0.9 a period: 1e-9 is left */
  static const char *const texts[] = {"comb", "comb zero=true"};
  static const double tau = 6.283185307179586;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("comb");
  const golden_array *f = golden_get(g, "freqs"), *want = golden_get(g, "gain");
  float *x = calloc(N, sizeof *x);
  bl_stream in;
  x[0] = 1;
  check_ok(ctx, chain_wave(ctx, 44100, "a", "FS", &in));
  for (size_t k = 0; k < 2; k++) {
    chain c;
    double *got = calloc(f->rows, sizeof *got);
    check_ok(ctx, chain_run(ctx, texts[k], &in, x, N, &c));
    for (size_t i = 0; i < f->rows; i++) {
      double re = 0, im = 0;
      for (size_t t = 0; t < N; t++) {
        double angle = tau * fmod(f->v[i] * (double)t / 44100, 1);
        re += (double)chain_out(&c)->v[t] * cos(angle);
        im += (double)chain_out(&c)->v[t] * sin(angle);
      }
      got[i] = hypot(re, im);
    }
    golden_compare(want, got, texts[k]);
    free(got);
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  free(x);
  golden_close(g);
  check_free(ctx);
}

/* Both ways to stop all multiples agree where both are possible, but at half the rate. */
static void check_series(void **arg)
{
  (void)arg;
  enum { N = 3000 };
  static const char *const texts[][2] = {{"comb freq=20", "comb freq=20 n_notches=2"},
                                         {"comb freq=20 zero=true", "comb freq=20 zero=true n_notches=2"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)(sin(0.05 * (double)i) + sin(0.4 * (double)i));
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t k = 0; k < 2; k++) {
    chain all, series;
    check_ok(ctx, chain_run(ctx, texts[k][0], &in, x, N, &all));
    check_ok(ctx, chain_run(ctx, texts[k][1], &in, x, N, &series));
    for (size_t i = N / 2; i < N; i++)
      check_near((double)chain_out(&all)->v[i], (double)chain_out(&series)->v[i], 0.01);
    chain_stop(ctx, &all);
    chain_stop(ctx, &series);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"comb freq=125", BL_E_RANGE, "below half the sampling rate, 125"},
      {"comb freq=60 n_notches=3", BL_E_RANGE, "only 2 multiples"},
      {"comb freq=0.011", BL_E_RANGE, "give n_notches"},
      {"comb freq=60 q=2", BL_E_RANGE, "half or more of the 60 Hz"},
      {"comb freq=60 q=0.4 n_notches=1", BL_E_RANGE, "wider than the whole band"},
      {"comb freq=60 q=0.9 n_notches=1 zero=true", BL_E_RANGE, "make q larger"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_signals),
      cmocka_unit_test(check_audio_rate),
      cmocka_unit_test(check_series),
      cmocka_unit_test(check_refusals),
  };
  return STAGE_SUITE("comb", cases, tests, sizeof tests / sizeof *tests);
}
