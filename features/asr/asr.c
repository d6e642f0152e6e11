/* asr.c: learns what clean EEG looks like. See asr.h. */
#include "baleen/asr.h"

#include <math.h>
#include <string.h>

#include "asr_private.h"
#include "baleen/blas.h"
#include "clean_spread.h"
#include "geometric_median.h"

/* Values as doubles; BL_E_NONFINITE for one that is none. */
static bl_status load(bl_ctx *ctx, const float *x, size_t n, size_t c, double *to)
{
  for (size_t i = 0; i < n * c; i++) {
    if (!isfinite(x[i]))
      return bl_fail(ctx, BL_E_NONFINITE,
                     "asr: frame %zu of channel %zu is %g; leave it out, or mark and repair it first", i / c, i % c,
                     (double)x[i]);
    to[i] = (double)x[i];
  }
  return BL_OK;
}

/* Keeps the frames of clean windows, which then stand side by side. */
static bl_status keep_clean(bl_ctx *ctx, const bl_asr_params *p, double *x, size_t *n, size_t c, double rate_hz)
{
  bool *keep = bl_calloc(ctx, *n, sizeof *keep);
  bl_status s = keep ? bl_asr_clean_windows(ctx, p, x, *n, c, rate_hz, keep) : bl_fail_nomem(ctx, "asr");
  size_t kept = 0;
  for (size_t f = 0; !s && f < *n; f++)
    if (keep[f]) memmove(x + c * kept++, x + c * f, c * sizeof *x);
  if (!s) *n = kept;
  bl_free(ctx, keep);
  return s;
}

static bl_status filter(bl_ctx *ctx, const bl_asr_filter *f, double *x, size_t n, size_t c)
{
  double *z = bl_calloc(ctx, c, BL_ASR_ORDER * sizeof *z);
  if (!z) return bl_fail_nomem(ctx, "asr");
  for (size_t i = 0; i < n * c; i++) x[i] = bl_asr_filter_step(f, x[i], z + i % c * BL_ASR_ORDER);
  bl_free(ctx, z);
  return BL_OK;
}

/* The geometric median of the covariances of blocks, the last of which is filled up by the last frame. */
static bl_status typical_covariance(bl_ctx *ctx, const double *x, size_t n, size_t c, size_t block, double *to)
{
  size_t n_blocks = (n - 1 + block - 1) / block, size = c * c;
  double *all = bl_calloc(ctx, n_blocks, size * sizeof *all);
  if (!all) return bl_fail_nomem(ctx, "asr");
  for (size_t b = 0; b < n_blocks; b++) {
    double *sum = all + b * size;
    size_t first = b * block, whole = n - first < block ? n - first : block;
    bl_gram_add(x + first * c, whole, c, sum);
    for (size_t i = whole; i < block; i++) bl_gram_add(x + (n - 1) * c, 1, c, sum);
    bl_mirror(c, sum);
    for (size_t i = 0; i < size; i++) sum[i] /= (double)block;
  }
  bl_status s = bl_geometric_median(ctx, all, n_blocks, size, to);
  bl_free(ctx, all);
  return s;
}

/* The square root of the covariance, and its directions from the weakest on. */
static bl_status decompose(bl_ctx *ctx, double *cov, bl_asr *out)
{
  size_t c = out->n_channels;
  double *v = bl_calloc(ctx, c, c * sizeof *v), *w = bl_calloc(ctx, c, sizeof *w);
  bl_status s = v && w ? bl_eigh(ctx, c, cov, w, v) : bl_fail_nomem(ctx, "asr");
  for (size_t i = 0; !s && i < c; i++) {
    double root = sqrt(fmax(0, w[i]));
    for (size_t a = 0; a < c; a++) {
      out->directions[i * c + a] = v[a * c + i];
      for (size_t b = 0; b < c; b++) out->mixing[a * c + b] += root * v[a * c + i] * v[b * c + i];
    }
  }
  bl_free(ctx, v);
  bl_free(ctx, w);
  return s;
}

/* Mean and standard deviation of the amplitude of each direction; x becomes what lies in the directions. */
static bl_status measure(bl_ctx *ctx, const bl_asr_params *p, double *x, size_t n, double rate_hz, bl_asr *out)
{
  size_t c = out->n_channels, length = (size_t)rint(p->win_len_s * rate_hz);
  double by = fmax(1, rint((double)length * (1 - p->win_overlap)));
  size_t n_windows = bl_asr_windows(n, length, by, NULL);
  double *y = bl_calloc(ctx, n, c * sizeof *y), *amplitude = bl_calloc(ctx, n_windows, sizeof *amplitude);
  size_t *starts = bl_calloc(ctx, n_windows, sizeof *starts);
  bl_status s = y && amplitude && starts ? bl_asr_need_windows(ctx, n_windows) : bl_fail_nomem(ctx, "asr");
  if (!s) {
    bl_asr_windows(n, length, by, starts);
    bl_gemm(false, true, n, c, c, 1, x, c, out->directions, c, 0, y, c);
  }
  for (size_t k = 0; !s && k < c; k++) {
    bl_asr_amplitudes(y, c, k, length, starts, n_windows, amplitude);
    bl_clean_spread(amplitude, n_windows, p->min_clean_fraction, p->max_dropout_fraction, &out->mean[k], &out->sd[k]);
    if (!(out->sd[k] >= 0))
      s = bl_fail(ctx, BL_E_SHAPE, "asr: the channels do not vary, or are made of one another; leave some out");
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, y);
  bl_free(ctx, amplitude);
  bl_free(ctx, starts);
  return s;
}

static bl_status begin(bl_ctx *ctx, size_t c, bl_asr *out)
{
  out->n_channels = c;
  out->mixing = bl_calloc(ctx, c, c * sizeof *out->mixing);
  out->directions = bl_calloc(ctx, c, c * sizeof *out->directions);
  out->mean = bl_calloc(ctx, c, sizeof *out->mean);
  out->sd = bl_calloc(ctx, c, sizeof *out->sd);
  return out->mixing && out->directions && out->mean && out->sd ? BL_OK : bl_fail_nomem(ctx, "asr");
}

bl_status bl_asr_fit(bl_ctx *ctx, const bl_asr_params *p, const float *x, size_t n, size_t n_channels, double rate_hz,
                     bl_asr *out)
{
  size_t c = n_channels;
  bl_asr_filter shaping;
  *out = (bl_asr){0};
  bl_status s = bl_asr_filter_design(ctx, rate_hz, &shaping);
  if (!s) s = bl_blas_open(ctx);
  double *v = bl_calloc(ctx, n ? n : 1, c * sizeof *v), *cov = bl_calloc(ctx, c, c * sizeof *cov);
  if (!s && !(v && cov)) s = bl_fail_nomem(ctx, "asr");
  if (!s) s = begin(ctx, c, out);
  if (!s) s = load(ctx, x, n, c, v);
  if (!s) s = keep_clean(ctx, p, v, &n, c, rate_hz);
  if (!s && n < 2) s = bl_asr_need_windows(ctx, 0);
  if (!s) s = filter(ctx, &shaping, v, n, c);
  if (!s) s = typical_covariance(ctx, v, n, c, (size_t)p->blocksize, cov);
  if (!s) s = decompose(ctx, cov, out);
  if (!s) s = measure(ctx, p, v, n, rate_hz, out);
  out->n_used = n;
  bl_free(ctx, v);
  bl_free(ctx, cov);
  return s;
}

void bl_asr_free(bl_ctx *ctx, bl_asr *asr)
{
  bl_free(ctx, asr->mixing);
  bl_free(ctx, asr->directions);
  bl_free(ctx, asr->mean);
  bl_free(ctx, asr->sd);
  *asr = (bl_asr){0};
}

bl_status bl_asr_pack(bl_ctx *ctx, const bl_asr *asr, bl_array *out)
{
  size_t c = asr->n_channels;
  bl_status s = bl_array_fill(ctx, out, 2 * c + 2, c, NULL);
  if (s) return s;
  memcpy(out->v, asr->mixing, c * c * sizeof *out->v);
  memcpy(out->v + c * c, asr->directions, c * c * sizeof *out->v);
  memcpy(out->v + 2 * c * c, asr->mean, c * sizeof *out->v);
  memcpy(out->v + 2 * c * c + c, asr->sd, c * sizeof *out->v);
  return BL_OK;
}
