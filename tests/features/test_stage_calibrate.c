/* The stage calibrate: absolute levels, units, and what is refused. */
#include "chain.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = "scale unit=FS", .options = "db=17.6"},
    {.input = "scale unit=FS", .options = "db=-30 unit=Pa"},
};

enum { N = 4800 };

/* clang-format off */
static const struct row {
  const char *text, *unit;
  double amplitude, peak, rms_db; /* in parts of full scale; in the unit; re 1 unit */
  const char *why;
} rows[] = {
  {"calibrate db=176", "uPa", 1.0, 630957344.4801932, 176 - 3.010299956639812, "10^(176/20) uPa at full scale; a sine's rms is 3.01 dB below its peak"},
  {"calibrate db=176", "uPa", 0.2385, 0.2385 * 630957344.4801932, 176 - 3.010299956639812 - 12.450232332477347, "20 log10 0.2385 = -12.45"},
  {"calibrate db=-6.5 unit=Pa", "Pa", 0.5, 0.5 * 0.4731512589614805, -6.5 - 3.010299956639812 - 6.020599913279624, "10^(-6.5/20) Pa at full scale"},
};
/* clang-format on */

static void check_row(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  static float x[N];
  bl_stream in;
  chain c;
  for (size_t i = 0; i < N; i++)
    x[i] = (float)(r->amplitude * sin(2 * 3.14159265358979323846 * 100 * (double)i / 4800));
  check_ok(ctx, chain_wave(ctx, 4800, "hydrophone", "FS", &in));
  check_ok(ctx, chain_run(ctx, r->text, &in, x, N, &c));
  assert_string_equal(chain_stream(&c)->units.v[0], r->unit);
  double sum = 0, peak = 0;
  for (size_t i = 0; i < N; i++) {
    double y = (double)chain_out(&c)->v[i];
    sum += y * y;
    peak = fmax(peak, fabs(y));
  }
  check_near(peak / r->peak, 1, 1e-6);
  check_near(10 * log10(sum / N), r->rms_db, 1e-5);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static float x[N];
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 4800, "Cz", "uV", &in));
  check_fails(ctx, chain_run(ctx, "calibrate db=176", &in, x, N, &c), BL_E_CONFIG,
              "channel 'Cz' comes in uV, wanted FS");
  bl_stream_free(ctx, &in);
  check_ok(ctx, chain_wave(ctx, 4800, "Cz", "FS", &in));
  check_fails(ctx, chain_run(ctx, "stft n_fft=64 | calibrate db=176", &in, x, N, &c), BL_E_CONFIG, "calibrate");
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, "calibrate", &st));
  check_fails(ctx, chain_run(ctx, "calibrate unit=Pa", &in, x, N, &c), BL_E_CONFIG,
              "db must be given: the level, in dB re 1 Pa");
  check_fails(ctx, bl_opts_set(ctx, "calibrate", st.cls->opts, st.params, "unit", "bar"), BL_E_CONFIG, "uPa");
  bl_stage_free(ctx, &st);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  struct CMUnitTest tests[4] = {cmocka_unit_test(check_refused)};
  for (size_t i = 0; i < 3; i++)
    tests[1 + i] = (struct CMUnitTest){rows[i].why, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  return STAGE_SUITE("calibrate", cases, tests, sizeof tests / sizeof *tests);
}
