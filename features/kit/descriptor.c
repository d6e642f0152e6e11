/* descriptor.c: see descriptor.h. */
#include "descriptor.h"

#include "baleen/wide.h"

enum { LANES = 8 }; /* partial sums side by side, always folded in the same order */

bl_status bl_descriptor_shape(bl_ctx *ctx, const char *who, const bl_stream *in, size_t n, const char *const *names,
                              const char *unit, bl_stream *out)
{
  bl_status s = bl_need_linear(ctx, who, in);
  if (!s) s = bl_stream_set_bins(ctx, out, n, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, unit);
}

bl_status bl_descriptor_init(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_stream *out, bl_descriptor *s)
{
  *s = (bl_descriptor){.n_series = in->n_channels, .n_bins = in->n_bins, .n_out = out->n_bins};
  if (!(s->hz = bl_calloc(ctx, s->n_bins, sizeof *s->hz))) return bl_fail_nomem(ctx, who);
  for (size_t k = 0; k < s->n_bins; k++) s->hz[k] = in->bin_hz[k];
  return BL_OK;
}

void bl_descriptor_release(bl_ctx *ctx, void *state) { bl_free(ctx, ((bl_descriptor *)state)->hz); }

bl_status bl_descriptor_push(bl_ctx *ctx, const void *state, bl_descriptor_fn fn, const float *x, size_t n,
                             bl_frames *out)
{
  const bl_descriptor *s = state;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * s->n_series; i++, x += s->n_bins, y += s->n_out) fn(state, x, y);
  return BL_OK;
}

static double fold(const double *v) { return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7])); }

/* A negative or NaN shows where the sum of magnitudes is another than the sum. */
BL_WIDE static void sums(const float *restrict x, size_t n, double *plain, double *magnitudes)
{
  double a[LANES] = {0}, b[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) {
      double v = (double)x[i + k];
      a[k] += v;
      b[k] += fabs(v);
    }
  for (size_t k = 0; i < n; i++, k++) a[k] += (double)x[i], b[k] += fabs((double)x[i]);
  *plain = fold(a);
  *magnitudes = fold(b);
}

double bl_descriptor_sum(const float *x, size_t n)
{
  double plain, magnitudes;
  sums(x, n, &plain, &magnitudes);
  return plain < magnitudes || !isfinite(plain) ? (double)NAN : plain;
}

BL_WIDE static double dot(const float *restrict x, const double *restrict w, size_t n)
{
  double a[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) a[k] += (double)x[i + k] * w[i + k];
  for (size_t k = 0; i < n; i++, k++) a[k] += (double)x[i] * w[i];
  return fold(a);
}

double bl_descriptor_dot(const float *x, const double *w, size_t n) { return dot(x, w, n); }

double bl_descriptor_centroid(const float *x, const double *hz, size_t n, double sum)
{
  return sum > 0 ? dot(x, hz, n) / sum : sum; /* 0, or NaN */
}
