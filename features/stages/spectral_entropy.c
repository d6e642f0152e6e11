/* spectral_entropy: how evenly a spectrum is spread over its bins. [frame][channel][bin] -> [frame][channel][1].
 *
 * Shannon's entropy of p = x / sum x, - sum p log2 p, in bits; with normalize divided by log2 of the number of bins, so
 * that a tone gives 0 and white noise nearly 1 (antropy.spectral_entropy, which takes powers; Inouye et al. 1991). A
 * silent frame has no p: it counts as even, as it does for spectral_flatness. */
#include "descriptor.h"
#include "fast_log.h"

#include <float.h>

typedef struct params {
  bool normalize;
} params;

static const bl_opt opts[] = {
    BL_BOOL(params, normalize, "true", "divide by the largest that so many bins can have; false: in bits"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  bool normalize;
  float *logs; /* [n_bins] */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"entropy"};
  if (in->bin_hz && in->n_bins < 2)
    return bl_fail(ctx, BL_E_CONFIG, "spectral_entropy: needs a spectrum, but one bin comes in; put stft before it");
  return bl_descriptor_shape(ctx, "spectral_entropy", in, 1, names, ((const params *)pp)->normalize ? "1" : "bit", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->normalize = ((const params *)pp)->normalize;
  bl_status s = bl_descriptor_init(ctx, "spectral_entropy", in, out, &st->s);
  st->logs = bl_calloc(ctx, in->n_bins, sizeof *st->logs);
  return !s && !st->logs ? bl_fail_nomem(ctx, "spectral_entropy") : s;
}

/* The same sum of x log2 x where some of it lies below the smallest normal number, at which bl_fast_log() stops. */
static double of_little(const float *x, size_t n)
{
  double sum = 0;
  for (size_t k = 0; k < n; k++) sum += x[k] > 0 ? (double)x[k] * log2((double)x[k]) : 0;
  return sum;
}

/* - sum (x / S) log2 (x / S) = log2 S - (sum x log2 x) / S; a zero adds 0. */
static void entropy(const void *sp, const float *x, float *y)
{
  static const double per_ln = 1.44269504088896340736;
  const state *st = sp;
  size_t n = st->s.n_bins;
  double sum = bl_descriptor_sum(x, n), of_x = 0, most = log2((double)n);
  bl_fast_log(x, st->logs, n, FLT_MIN, per_ln, 0);
  for (size_t k = 0; k < n; k++) of_x += (double)x[k] * (double)st->logs[k];
  if (sum > 0 && sum < (double)n * (double)FLT_MIN / (double)FLT_EPSILON) of_x = of_little(x, n);
  double bits = sum > 0 ? log2(sum) - of_x / sum : sum < 0 || isnan(sum) ? (double)NAN : most;
  if (bits < 0) bits = 0; /* rounding, of a tone */
  *y = (float)(st->normalize ? bits / most : bits);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, entropy, x, n, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->logs);
  bl_descriptor_release(ctx, sp);
}

const bl_stage_class bl_stage_spectral_entropy = {
    .name = "spectral_entropy",
    .summary = "How evenly each frame of a spectrum is spread over its bins",
    .source = "Shannon 1948; antropy.spectral_entropy",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
