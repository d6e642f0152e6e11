/* spectral_slope: the slope of the straight line through a spectrum, by least squares. [frame][channel][bin] ->
 * [frame][channel][1].
 *
 * Peeters 2004 (CUIDADO), 6.1.4: (N sum f x - sum f sum x) / (N sum f^2 - (sum f)^2), with normalize divided by sum x, so
 * that the level does not count (1/Hz). Without, it is the first number of poly_features (unit/Hz). 0 for silence. */
#include "descriptor.h"

typedef struct params {
  bool normalize;
} params;

static const bl_opt opts[] = {
    BL_BOOL(params, normalize, "true", "divide by the sum of the spectrum, so that the level does not count"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  bool normalize;
  double *weights; /* [n_bins]: (f - mean f) / sum (f - mean f)^2 */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"slope"};
  if (in->bin_hz && in->n_bins < 2)
    return bl_fail(ctx, BL_E_CONFIG, "spectral_slope: needs a spectrum, but one bin comes in; put stft before it");
  return bl_descriptor_shape(ctx, "spectral_slope", in, 1, names, ((const params *)pp)->normalize ? "1/Hz" : "%s/Hz",
                             out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->normalize = ((const params *)pp)->normalize;
  bl_status s = bl_descriptor_init(ctx, "spectral_slope", in, out, &st->s);
  size_t n = in->n_bins;
  st->weights = bl_calloc(ctx, n, sizeof *st->weights);
  if (s || !st->weights) return s ? s : bl_fail_nomem(ctx, "spectral_slope");
  double mean = 0, squares = 0;
  for (size_t k = 0; k < n; k++) mean += in->bin_hz[k] / (double)n;
  for (size_t k = 0; k < n; k++) squares += (in->bin_hz[k] - mean) * (in->bin_hz[k] - mean);
  for (size_t k = 0; k < n; k++) st->weights[k] = squares > 0 ? (in->bin_hz[k] - mean) / squares : 0;
  return BL_OK;
}

static void slope(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  double sum = bl_descriptor_sum(x, st->s.n_bins), v = bl_descriptor_dot(x, st->weights, st->s.n_bins);
  if (st->normalize) v = sum > 0 ? v / sum : sum;
  *y = (float)v;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, slope, x, n, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->weights);
  bl_descriptor_release(ctx, sp);
}

const bl_stage_class bl_stage_spectral_slope = {
    .name = "spectral_slope",
    .summary = "Slope of the straight line through each frame of a spectrum",
    .source = "Peeters 2004",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
