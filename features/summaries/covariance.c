/* covariance: the upper triangle, row by row with its diagonal, of the channels' covariance over the segment's samples.
 *
 * C = sum (x - m)(x - m)' / (T - ddof) with center, sum x x' / (T - ddof) without: `center, ddof 0` is pyRiemann's scm,
 * `center, ddof 1` numpy.cov. With trace, C is divided by its trace. Waveforms only (one bin).
 * The centred sum is updated sample by sample (Welford 1962), so that offsets cost no digits. */
#include <string.h>

#include "moments.h"
#include "unit.h"

typedef struct covariance_params {
  bool center, trace;
  int64_t ddof;
} covariance_params;

typedef struct covariance_state {
  const covariance_params *params;
  size_t p;
  uint64_t n;
  double *mean, *d, *c; /* d: differences of the sample in hand; c: upper triangle by rows */
} covariance_state;

static const bl_opt opts[] = {
    BL_BOOL(covariance_params, center, "true", "whether each channel's mean in the segment is taken off"),
    BL_INT(covariance_params, ddof, "0", 0, 1, "", "sums are divided by the samples less this"),
    BL_BOOL(covariance_params, trace, "false", "whether the matrix is divided by its trace"), BL_OPT_END};

static bl_status add_pair(bl_ctx *ctx, const covariance_params *p, const bl_stream *in, size_t i, size_t k,
                          bl_feature_names *out)
{
  char a[24], b[24];
  const char *first = bl_channel_name(in, i, a), *second = bl_channel_name(in, k, b);
  char *name = bl_strf(ctx, "%s*%s", first ? first : "0", second ? second : "0");
  char *unit = p->trace ? bl_strdup(ctx, "1") : bl_unit_product(ctx, bl_channel_unit(in, i), bl_channel_unit(in, k));
  bl_status s =
      name && unit ? bl_feature_add(ctx, out, NULL, NULL, name, unit) : bl_fail_nomem(ctx, "covariance: names");
  bl_free(ctx, name);
  bl_free(ctx, unit);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  bl_status s = BL_OK;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "covariance: the stream has %zu bins; it takes waveforms, before any spectrum",
                   in->n_bins);
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = i; !s && k < in->n_channels; k++) s = add_pair(ctx, params, in, i, k, out);
  return s ? s : bl_features_block(ctx, out, "covariance", BL_BLOCK_TRIANGLE, (size_t[3]){in->n_channels});
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  covariance_state *s = state;
  s->params = params;
  s->p = in->n_channels;
  s->mean = bl_calloc(ctx, s->p, sizeof(double));
  s->d = bl_calloc(ctx, s->p, sizeof(double));
  s->c = bl_calloc(ctx, s->p * (s->p + 1) / 2, sizeof(double));
  return s->mean && s->d && s->c ? BL_OK : bl_fail_nomem(ctx, "covariance: sums");
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  covariance_state *s = state;
  s->n = 0;
  memset(s->mean, 0, s->p * sizeof(double));
  memset(s->c, 0, s->p * (s->p + 1) / 2 * sizeof(double));
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  covariance_state *s = state;
  for (size_t f = 0; f < n; f++, x += s->p) {
    double count = (double)++s->n, weight = s->params->center ? (count - 1) / count : 1;
    for (size_t i = 0; i < s->p; i++) {
      s->d[i] = (double)x[i] - s->mean[i];
      if (s->params->center) s->mean[i] += s->d[i] / count;
    }
    double *c = s->c;
    for (size_t i = 0; i < s->p; i++) {
      double w = weight * s->d[i];
      for (size_t k = i; k < s->p; k++) *c++ += w * s->d[k];
    }
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const covariance_state *s = state;
  uint64_t ddof = (uint64_t)s->params->ddof;
  bl_status status = bl_need_frames(ctx, "covariance", s->n, ddof + 1);
  if (status) return status;
  double by = (double)(s->n - ddof);
  if (s->params->trace) {
    by = 0;
    for (size_t i = 0, at = 0; i < s->p; at += s->p - i, i++) by += s->c[at];
    if (by == 0)
      return bl_fail(ctx, BL_E_RANGE, "covariance: all channels are flat in this segment; there is no trace");
  }
  for (size_t i = 0; i < s->p * (s->p + 1) / 2; i++) row[i] = (float)(s->c[i] / by);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  covariance_state *s = state;
  bl_free(ctx, s->mean);
  bl_free(ctx, s->d);
  bl_free(ctx, s->c);
}

const bl_summary_class bl_summary_covariance = {
    .name = "covariance",
    .summary = "covariance of the channels: the upper triangle by rows",
    .source = "numpy.cov, pyriemann.utils.covariance",
    .opts = opts,
    .params_size = sizeof(covariance_params),
    .state_size = sizeof(covariance_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
