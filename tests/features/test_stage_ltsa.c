/* ltsa: against maad, by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .options = "time_s=0.32", .length = 5, .hop = 5, .start = 2, .reach = 2},
};

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("ltsa time_s=0.2", (const float[]){1, 2, 3, 4, 5, NAN, 1, 1, 7, 7}, 5, 2, "2 3 3 nan");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "ltsa", &in, &c), BL_E_CONFIG, "needs a spectrum");
  check_fails(ctx, chain_start(ctx, "stft | ltsa", &in, &c), BL_E_CONFIG, "complex");
  check_fails(ctx, chain_start(ctx, "stft output=power | db | ltsa", &in, &c), BL_E_CONFIG, "put it before db");
  check_fails(ctx, chain_start(ctx, "stft output=power | ltsa time_s=0.1", &in, &c), BL_E_RANGE, "less than a frame");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* maad's blocks of half a second, each by itself. Its powers are twice the two-sided density, at 0 Hz too, times the distance of bins. */
static void check_maad(void **arg)
{
  enum { BLOCK = 22050, BINS = 256 };
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  npy *x = npy_open("inputs/spinetail_44k"), *want = npy_open("maad/ltsa_psd_4x0.5s");
  float *v = npy_f32(x), got[4 * BINS];
  check_ok(ctx, chain_wave(ctx, 44100, "a", "FS", &in));
  for (size_t b = 0; b < 4; b++) {
    chain c;
    check_ok(
        ctx,
        chain_run(
            ctx,
            "stft n_fft=512 hop_length=256 center=false detrend=constant scaling=density one_sided=false output=power | "
            "ltsa time_s=0.4934",
            &in, v + b * BLOCK, BLOCK, &c));
    assert_int_equal(chain_out(&c)->n, 1);
    for (size_t k = 0; k < BINS; k++) got[b * BINS + k] = chain_out(&c)->v[k] * (2 * 44100.0F / 512);
    chain_stop(ctx, &c);
  }
  npy_compare(want, got, 4 * BINS, 1e-6, "ltsa");
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  npy_close(want);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused),
                                   cmocka_unit_test(check_maad)};
  return STAGE_SUITE("ltsa", cases, own, sizeof own / sizeof *own);
}
