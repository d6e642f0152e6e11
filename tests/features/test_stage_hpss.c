/* hpss: what stage.h promises; its two parts. Values are held to librosa's in test_golden_spectra.c. */
#include "stage_conformance.h"

#define MAGNITUDES "stft n_fft=64 output=magnitude"
static const stage_case cases[] = {
    {.input = MAGNITUDES, .options = "kernel_frames=5 kernel_bins=7", .reach = 2},
    {.input = MAGNITUDES, .reach = 15},
    {.input = MAGNITUDES,
     .options = "component=percussive kernel_frames=9 power=inf margin_perc=2 mask=true",
     .reach = 4,
     .marks = "a hard mask is 0 or 1, and a broken value beside may turn it over"},
    {.input = MAGNITUDES, .options = "kernel_frames=1 margin_harm=1.5 power=1"},
};

/* A tone and a click: each part keeps one of them. */
static void check_parts(void **arg)
{
  (void)arg;
  enum { FRAMES = 41, BINS = 33, TONE = 10, CLICK = 20 };
  static const char *const parts[] = {"hpss", "hpss component=percussive"};
  float x[FRAMES * BINS] = {0};
  for (size_t t = 0; t < FRAMES; t++) x[t * BINS + TONE] = 3;
  for (size_t b = 0; b < BINS; b++) x[CLICK * BINS + b] = 5;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  double hz[BINS];
  for (size_t b = 0; b < BINS; b++) hz[b] = (double)b;
  check_ok(ctx, chain_wave(ctx, 100, "a", "FS", &in));
  check_ok(ctx, bl_stream_set_bins(ctx, &in, BINS, hz, NULL));
  for (size_t part = 0; part < 2; part++) {
    chain c;
    check_ok(ctx, chain_run(ctx, parts[part], &in, x, FRAMES, &c));
    const float *y = chain_out(&c)->v;
    assert_int_equal(chain_out(&c)->n, FRAMES);
    check_near((double)y[5 * BINS + TONE], part ? 0 : 3, 1e-6);
    check_near((double)y[CLICK * BINS + 25], part ? 5 : 0, 1e-6);
    check_near((double)y[CLICK * BINS + TONE], part ? 5 * 25. / 34 : 5 * 9. / 34, 1e-5); /* H 3, P 5 */
    check_near((double)y[3 * BINS + 3], 0, 0);
    chain_stop(ctx, &c);
  }
  static const struct {
    const char *text;
    double both, none; /* of the mask where H is 3 and P 5, and where both are 0 */
  } masks[] = {{"hpss mask=true", 9. / 34, 0.5},
               {"hpss mask=true margin_harm=2", 9. / 109, 0},
               {"hpss mask=true margin_perc=2", 9. / 34, 0},
               {"hpss mask=true component=percussive margin_perc=2", 25. / 61, 0},
               {"hpss mask=true component=percussive margin_harm=2", 25. / 34, 0}};
  for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
    chain c;
    check_ok(ctx, chain_run(ctx, masks[i].text, &in, x, FRAMES, &c));
    check_near((double)chain_out(&c)->v[CLICK * BINS + TONE], masks[i].both, 1e-6);
    check_near((double)chain_out(&c)->v[3 * BINS + 3], masks[i].none, 0);
    chain_stop(ctx, &c);
  }
  chain c;
  check_fails(ctx, chain_start(ctx, "hpss kernel_bins=4", &in, &c), BL_E_CONFIG, "kernel_bins: 4 is even");
  check_fails(ctx, chain_start(ctx, "db | hpss", &in, &c), BL_E_CONFIG, "hpss");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_parts)};
  return STAGE_SUITE("hpss", cases, tests, sizeof tests / sizeof *tests);
}
