/* Prints a hash of the bits that chains of stages give. Built twice: as the library is, whose inner loops are compiled
 * for several kinds of machine and chosen at run time (baleen/wide.h), and for the least machine alone. Both must print
 * the same. Lengths and widths are no multiples of any vector's. */
#include "chain.h"

enum { CHANNELS = 5, SAMPLES = 4001 };

static const char *const chains[] = {
    "stft n_fft=128 | power | mel n_mels=20 | db | dct n_mfcc=13",
    "stft n_fft=130 output=power | mel n_mels=20 | log",
    "stft n_fft=75 output=magnitude",
    "fir l_freq=7 h_freq=30",
    "fir l_freq=7 h_freq=30 method=direct",
    "notch freqs=[50]",
    "comb freq=50",
    "iir l_freq=1 h_freq=40",
    "iir_zero_phase l_freq=1 h_freq=40",
    "resample rate_hz=100",
    "stft n_fft=64 output=power | pcen",
};

int main(void)
{
  bl_ctx *ctx = bl_ctx_new();
  static float x[SAMPLES * CHANNELS];
  bl_rng r = bl_rng_make(1, "wide", 0);
  for (size_t i = 0; i < SAMPLES * CHANNELS; i++) x[i] = (float)bl_rng_normal(&r);
  for (size_t k = 0; k < sizeof chains / sizeof *chains; k++) {
    bl_stream in;
    chain c;
    if (chain_wave(ctx, 256, "a b c d e", "uV", &in) || chain_run(ctx, chains[k], &in, x, SAMPLES, &c)) {
      fprintf(stderr, "%s: %s\n", chains[k], bl_ctx_error(ctx));
      return 1;
    }
    const bl_frames *out = chain_out(&c);
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < out->n * out->width * sizeof *out->v; i++)
      hash = (hash ^ ((const unsigned char *)out->v)[i]) * 1099511628211U;
    printf("%016llx %s\n", (unsigned long long)hash, chains[k]);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
  }
  bl_ctx_free(ctx);
  return 0;
}
