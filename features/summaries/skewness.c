/* skewness: third central moment over the variance to the power 3/2, of each channel and bin.
 *
 * Biased, as scipy's default. A constant channel has none: NaN as in scipy and a warning, or 0 if `constant` says so.
 * */
#include <math.h>

#include "moments.h"

static const char *const constant_words[] = {"nan", "zero", NULL};

typedef struct skewness_params {
  int constant;
} skewness_params;

typedef struct skewness_state {
  bl_moments moments; /* first: the shared slots see this part */
  bool zero;
} skewness_state;

static const bl_opt opts[] = {
    BL_ENUM(skewness_params, constant, "nan", constant_words, "what a channel without variance gives"), BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "skewness", "1", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  skewness_state *s = state;
  s->zero = ((const skewness_params *)params)->constant == 1;
  return bl_moments_init(ctx, &s->moments, in, 3);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const skewness_state *s = state;
  const bl_moments *m = &s->moments;
  double n = (double)m->n;
  bl_status status = bl_need_frames(ctx, "skewness", m->n, 1);
  char place[96];
  for (size_t i = 0; !status && i < m->width; i++) {
    double var = m->m[1][i] / n;
    if (var == 0 && !s->zero)
      bl_warn(ctx, BL_W_UNDEFINED, "skewness: %s is constant in a segment; it gives NaN",
              bl_place_name(m->in, i, place));
    if (var == 0) row[i] = s->zero ? 0 : NAN;
    else row[i] = (float)(m->m[2][i] / n / (var * sqrt(var)));
  }
  return status;
}

const bl_summary_class bl_summary_skewness = {
    .name = "skewness",
    .summary = "skewness over time of each channel and bin",
    .source = "scipy.stats.skew",
    .opts = opts,
    .params_size = sizeof(skewness_params),
    .state_size = sizeof(skewness_state),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = finish,
    .release = bl_moments_release,
};
