/* filters.h: the filters of a stage that is a bank on a spectrum, against golden ones. */
#ifndef BL_TEST_FILTERS_H
#define BL_TEST_FILTERS_H

#include "chain.h"
#include "golden.h"

/* Pushes unit spectra through a bank, so that what comes out is the filter bank: [bin][filter]. */
static inline bl_status filters_run(bl_ctx *ctx, double rate, size_t n_fft, const char *text, chain *c)
{
  bl_stream in, spectrum = {0};
  size_t n = n_fft / 2 + 1;
  double *hz = calloc(n, sizeof *hz);
  float *x = calloc(n * n, sizeof *x);
  for (size_t k = 0; k < n; k++) {
    hz[k] = (double)k * rate / (double)n_fft;
    x[k * n + k] = 1;
  }
  bl_status s = chain_wave(ctx, rate, "a", "FS^2", &in);
  if (!s) s = bl_stream_copy(ctx, &in, &spectrum);
  if (!s) s = bl_stream_set_bins(ctx, &spectrum, n, hz, NULL);
  if (!s) s = chain_run(ctx, text, &spectrum, x, n, c);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &spectrum);
  free(hz);
  free(x);
  return s;
}

/* The bank that `text` makes for a spectrum of n_fft at rate, against the golden array [filter][bin]. */
static inline void filters_check(const char *topic, const char *name, double rate, size_t n_fft, const char *text)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open(topic);
  const golden_array *want = golden_get(g, name);
  chain c;
  check_ok(ctx, filters_run(ctx, rate, n_fft, text, &c));
  const bl_frames *out = chain_out(&c);
  float *got = calloc(want->rows * want->cols, sizeof *got);
  assert_int_equal(out->width, want->rows);
  assert_int_equal(out->n, want->cols);
  for (size_t m = 0; m < want->rows; m++)
    for (size_t k = 0; k < want->cols; k++) got[m * want->cols + k] = out->v[k * out->width + m];
  golden_compare_f32(want, got, name);
  free(got);
  chain_stop(ctx, &c);
  golden_close(g);
  check_free(ctx);
}

#endif
