/* Stages take channels some at a time, side by side: 4, 8 or 16. A channel among 37, a number that is a multiple of
 * none of these, gives the same bits as alone, at every place: what a few channels in the conformance suite cannot
 * show. */
#include "chain.h"

enum { CHANNELS = 37, SAMPLES = 3000 };

static const char *const chains[] = {
    "fir l_freq=7 h_freq=30",
    "fir l_freq=7 h_freq=30 method=direct",
    "fir h_freq=30 phase=causal",
    "fir h_freq=30 phase=minimum",
    "notch freqs=[50]",
    "comb freq=50",
    "iir l_freq=1 h_freq=40",
    "iir_zero_phase l_freq=1 h_freq=40",
    "resample rate_hz=100",
    "resample rate_hz=100 method=soxr",
    "decimate factor=2",
    "detrend window_s=1",
    "detrend_whole",
    "pre_emphasis",
    "robust_scale",
    "clicks",
    "mark_artefacts amplitude=1 mode=hold",
    "frame frame_length=100",
    "zero_crossing_rate frame_length=64",
    "stft n_fft=64 output=power | mel n_mels=6 | db",
    "stft n_fft=64 output=power | pcen",
    "stft n_fft=64 output=power | whiten",
    "stft n_fft=64 output=power | denoise | smooth",
};

static void names_of(char *out, size_t size, size_t n)
{
  size_t at = 0;
  for (size_t c = 0; c < n; c++) at += (size_t)snprintf(out + at, size - at, "%sE%zu", c ? " " : "", c);
}

static void run(bl_ctx *ctx, const char *text, size_t n_channels, const float *x, chain *c, bl_stream *in)
{
  char names[CHANNELS * 5 + 1];
  names_of(names, sizeof names, n_channels);
  check_ok(ctx, chain_wave(ctx, 256, names, "uV", in));
  check_ok(ctx, chain_run(ctx, text, in, x, SAMPLES, c));
}

static void same_among_many(void **state)
{
  const char *text = *state;
  bl_ctx *ctx = bl_ctx_new();
  float *x = bl_calloc(ctx, SAMPLES * CHANNELS, sizeof *x), *one = bl_calloc(ctx, SAMPLES, sizeof *one);
  bl_rng r = bl_rng_make(11, "many channels", 0);
  for (size_t i = 0; i < SAMPLES * CHANNELS; i++) x[i] = (float)bl_rng_normal(&r);
  bl_stream in, alone_in;
  chain many, alone;
  run(ctx, text, CHANNELS, x, &many, &in);
  const bl_frames *all = chain_out(&many);
  size_t bins = chain_stream(&many)->n_bins;
  for (size_t c = 0; c < CHANNELS; c++) {
    for (size_t i = 0; i < SAMPLES; i++) one[i] = x[i * CHANNELS + c];
    run(ctx, text, 1, one, &alone, &alone_in);
    const bl_frames *own = chain_out(&alone);
    assert_true(own->n > 0);
    assert_int_equal(own->n, all->n);
    for (size_t i = 0; i < own->n; i++)
      if (memcmp(own->v + i * bins, all->v + (i * CHANNELS + c) * bins, bins * sizeof *own->v))
        fail_msg("%s: channel %zu of %d differs from itself alone in frame %zu", text, c, CHANNELS, i);
    chain_stop(ctx, &alone);
    bl_stream_free(ctx, &alone_in);
  }
  chain_stop(ctx, &many);
  bl_stream_free(ctx, &in);
  bl_free(ctx, x);
  bl_free(ctx, one);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof chains / sizeof *chains };
  struct CMUnitTest tests[N];
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){chains[i], same_among_many, NULL, NULL, (void *)(uintptr_t)chains[i]};
  return _cmocka_run_group_tests("many channels", tests, N, NULL, NULL);
}
