/* psd, the stage: each of its spectra is the one that the summaries make of the same stretch, which are held to scipy and
 * MNE (test_psd.c). */
#include "feature_help.h"
#include "golden.h"
#include "stage_conformance.h"

/* At 250 Hz. */
static const stage_case cases[] = {
    {.length = 1000, .hop = 250, .start = 500, .reach = 500},
    {.options = "length_s=1 hop_s=0.3 window_s=0.5 overlap=0.25 n_fft=300 window=hamming detrend=linear average=median",
     .length = 250,
     .hop = 75,
     .start = 125,
     .reach = 125},
    {.options = "length_s=1 hop_s=0.5 n_per_seg=200 window=kaiser window_param=8 detrend=none",
     .length = 250,
     .hop = 125,
     .start = 125,
     .reach = 125},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=blackman",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=boxcar",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=triang",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=bartlett",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=cosine",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=parzen",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=bohman",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=nuttall",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=blackmanharris",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=flattop",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=tukey", .length = 25, .hop = 250, .start = 12.5, .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=gaussian window_param=9",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=exponential window_param=9",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=general_hamming window_param=0.6",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=dpss window_param=2.5",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=1 hop_s=1 psd_method=multitaper bandwidth=6 low_bias=false",
     .length = 250,
     .hop = 250,
     .start = 125,
     .reach = 125},
    {.options = "length_s=1 hop_s=1 psd_method=multitaper adaptive=true",
     .length = 250,
     .hop = 250,
     .start = 125,
     .reach = 125},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=barthann",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=lanczos",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=chebwin window_param=60",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
    {.options = "length_s=0.1 hop_s=1 window_s=0.1 window=taylor window_param=35",
     .length = 25,
     .hop = 250,
     .start = 12.5,
     .reach = 13},
};

static const struct row {
  const char *chain, *summary, *options;
} rows[] = {
    {"psd length_s=2 hop_s=0.5 average=median", "welch", "average=median"},
    {"psd length_s=2 hop_s=0.5 psd_method=multitaper window_s=2", "multitaper", "window_s=2;normalization=full"},
};

static void check_summaries(void **arg)
{
  (void)arg;
  enum { N = 1500, LENGTH = 320, HOP = 80 };
  golden *g = golden_open("welch");
  static float x[N], want[161];
  for (size_t i = 0; i < N; i++) x[i] = (float)golden_get(g, "x")->v[i];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, chain_run(ctx, rows[i].chain, &in, x, N, &c));
    const bl_frames *out = chain_out(&c);
    assert_int_equal(out->n, 1 + (N - LENGTH) / HOP);
    for (size_t f = 0; f < out->n; f++) {
      summarise(ctx, rows[i].summary, rows[i].options, &in, x + f * HOP, LENGTH, want, out->width);
      assert_memory_equal(want, out->v + f * out->width, out->width * sizeof *want);
    }
    assert_string_equal(chain_stream(&c)->units.v[0], "uV^2/Hz");
    check_near(chain_stream(&c)->start_s, 1, 0);
    check_near(chain_stream(&c)->bin_hz[0], 0, 0);
    check_near(chain_stream(&c)->bin_hz[out->width - 1], 80, 0);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
  golden_close(g);
}

static void check_refused(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *said;
    bl_status status;
  } bad[] = {
      {"psd length_s=0.5", "shorter than one part of 160", BL_E_RANGE},
      {"psd hop_s=0.001", "hop_s 0.001", BL_E_RANGE},
      {"psd adaptive=true", "psd_method: multitaper", BL_E_CONFIG},
      {"stft n_fft=64 output=power | psd", "waveform", BL_E_CONFIG},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_fails(ctx, chain_start(ctx, bad[i].text, &in, &c), bad[i].status, bad[i].said);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_summaries), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("psd", cases, own, sizeof own / sizeof *own);
}
