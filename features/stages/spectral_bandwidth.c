/* spectral_bandwidth: how far a spectrum reaches around its centroid. [frame][channel][bin] -> [frame][channel][1], Hz.
 *
 * librosa.feature.spectral_bandwidth, which takes magnitudes: (sum w |f - centroid|^p)^(1/p), the weights w being what
 * comes in, with norm divided by their sum. p 2 with norm is the standard deviation of frequency. 0 for silence. Without
 * norm the number grows with the level: it is in no unit then but that of x Hz^p to the 1/p-th, and said to be in Hz as
 * in librosa. */
#include "baleen/wide.h"
#include "descriptor.h"

typedef struct params {
  double p;
  bool norm;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, p, "2", 0, 16, "", "the power to which distances are raised; 2: standard deviation"),
    BL_BOOL(params, norm, "true", "divide the weights by their sum, so that the level does not count"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  params p;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"bandwidth"};
  (void)pp;
  return bl_descriptor_shape(ctx, "spectral_bandwidth", in, 1, names, "Hz", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->p = *(const params *)pp;
  return bl_descriptor_init(ctx, "spectral_bandwidth", in, out, &st->s);
}

/* Sum of x (hz - c)^2, in four sums side by side. */
BL_WIDE static double spread(const float *restrict x, const double *restrict hz, size_t n, double c)
{
  double a[4] = {0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t k = 0; k < 4; k++) {
      double d = hz[i + k] - c;
      a[k] += (double)x[i + k] * (d * d);
    }
  for (size_t k = 0; i < n; i++, k++) a[k] += (double)x[i] * ((hz[i] - c) * (hz[i] - c));
  return (a[0] + a[1]) + (a[2] + a[3]);
}

static double spread_of(const float *x, const double *hz, size_t n, double c, double p)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i] * (p == 1 ? fabs(hz[i] - c) : pow(fabs(hz[i] - c), p));
  return sum;
}

static void bandwidth(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  size_t n = st->s.n_bins;
  const double *hz = st->s.hz;
  double sum = bl_descriptor_sum(x, n), c = bl_descriptor_centroid(x, hz, n, sum), p = st->p.p;
  double moment = p == 2 ? spread(x, hz, n, c) : spread_of(x, hz, n, c, p);
  if (st->p.norm && sum > 0) moment /= sum;
  moment += 0 * sum; /* NaN where the sum is */
  *y = (float)(p == 2 ? sqrt(moment) : pow(moment, 1 / p));
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, bandwidth, x, n, out);
}

const bl_stage_class bl_stage_spectral_bandwidth = {
    .name = "spectral_bandwidth",
    .summary = "How far each frame of a spectrum reaches around its centroid",
    .source = "librosa.feature.spectral_bandwidth",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = bl_descriptor_release,
    .warm_up = bl_memoryless,
};
