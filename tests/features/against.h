/* against.h: chains of stages against arrays that other libraries made (npy.h), for the tests of frame descriptors. */
#ifndef BL_TEST_AGAINST_H
#define BL_TEST_AGAINST_H

#include "chain.h"
#include "npy.h"

/* One comparison: what `text` makes of the samples tests/golden/inputs/<input>.npy at rate_hz must be
 * tests/golden/<want>.npy [feature][frame], each value within tol times the largest. input NULL: `n` samples of `level`. */
typedef struct against {
  const char *text, *input;
  double rate_hz;
  const char *want;
  double tol;
  float level;
  size_t n;
} against;

/* The samples of a row, to be freed by free(). */
static inline float *against_input(const against *a, size_t *n)
{
  char name[128];
  *n = a->n;
  if (!a->input) {
    float *x = calloc(a->n, sizeof *x);
    for (size_t i = 0; i < a->n; i++) x[i] = a->level;
    return x;
  }
  snprintf(name, sizeof name, "inputs/%s", a->input);
  npy *in = npy_open(name);
  float *x = npy_f32(in);
  *n = in->n;
  npy_close(in);
  return x;
}

static inline void against_check(const against *a)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  size_t n;
  float *x = against_input(a, &n);
  check_ok(ctx, chain_wave(ctx, a->rate_hz, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, a->text, &in, x, n, &c));
  npy *want = npy_open(a->want);
  npy_compare_frames(want, chain_out(&c)->v, chain_out(&c)->n, chain_out(&c)->width, a->tol, a->want);
  npy_close(want);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(x);
  check_free(ctx);
}

/* What `text`, stages behind one of the stream of one channel with n_bins frequencies 0, 10, 20 ... Hz, makes of frames
 * x [n][n_bins] at 10 Hz: numbers written with %.5g, a blank between, frames and bins in order. */
static inline void against_frames(const char *text, const float *x, size_t n, size_t n_bins, const char *want)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  char got[400] = "";
  size_t len = 0;
  double hz[16];
  for (size_t k = 0; k < n_bins; k++) hz[k] = 10 * (double)k;
  check_ok(ctx, chain_wave(ctx, 10, "a", "FS", &in));
  in.source_rate_hz = 20 * (double)n_bins;
  check_ok(ctx, bl_stream_set_bins(ctx, &in, n_bins, hz, NULL));
  check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
  for (size_t i = 0; i < chain_out(&c)->n * chain_out(&c)->width && len < sizeof got - 20; i++)
    len += (size_t)snprintf(got + len, sizeof got - len, "%s%.5g", i ? " " : "",
                            fabs((double)chain_out(&c)->v[i]) < 1e-7 ? 0 : (double)chain_out(&c)->v[i]);
  if (strcmp(got, want)) fail_msg("%s: %s, wanted %s", text, got, want);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

#endif
