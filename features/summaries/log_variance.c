/* log_variance: natural logarithm of the variance of each channel and bin, as motor imagery uses it behind a band-pass.
 *
 * A flat channel has no logarithm: its variance counts as `floor`, or without one (0) the segment is refused by name.
 * */
#include <math.h>

#include "moments.h"

typedef struct log_variance_params {
  int64_t ddof;
  double floor;
} log_variance_params;

typedef struct log_variance_state {
  bl_moments moments; /* first: the shared slots see this part */
  const log_variance_params *params;
} log_variance_state;

static const bl_opt opts[] = {
    BL_INT(log_variance_params, ddof, "0", 0, 1, "",
           "sums are divided by the frames less this: 0 as numpy, 1 unbiased"),
    BL_REAL(log_variance_params, floor, "0", 0, 1e300, "",
            "smaller variances count as this, in the stream's unit squared; 0: none, flat channels are refused"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, "log_variance", "ln %s^2", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  log_variance_state *s = state;
  s->params = params;
  return bl_moments_init(ctx, &s->moments, in, 2);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const log_variance_state *s = state;
  for (size_t i = 0; i < s->moments.width; i++) {
    double var;
    char place[96];
    bl_status status = bl_moments_variance(ctx, &s->moments, "log_variance", s->params->ddof, i, &var);
    if (status) return status;
    if (var < s->params->floor) var = s->params->floor;
    if (var <= 0)
      return bl_fail(ctx, BL_E_RANGE, "log_variance: %s is flat in this segment; drop it, or set floor above 0",
                     bl_place_name(s->moments.in, i, place));
    row[i] = (float)log(var);
  }
  return BL_OK;
}

const bl_summary_class bl_summary_log_variance = {
    .name = "log_variance",
    .summary = "logarithm of the variance over time of each channel and bin",
    .source = "Pfurtscheller and Neuper 2001, Motor imagery and direct brain-computer communication",
    .opts = opts,
    .params_size = sizeof(log_variance_params),
    .state_size = sizeof(log_variance_state),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = finish,
    .release = bl_moments_release,
};
