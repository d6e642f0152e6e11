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

static const bl_opt opts[] = {
    BL_DDOF(log_variance_params),
    BL_REAL(log_variance_params, floor, "0", 0, 1e300, "",
            "smaller variances count as this, in the stream's unit squared; 0: none, flat channels are refused"),
    BL_OPT_END};

static bl_status value(bl_ctx *ctx, const bl_moments *m, size_t i, double *out)
{
  const log_variance_params *p = m->params;
  bl_status s = bl_moments_variance(ctx, m, p->ddof, i, out);
  if (s) return s;
  if (*out < p->floor) *out = p->floor;
  char place[96];
  if (*out <= 0)
    return bl_fail(ctx, BL_E_RANGE, "log_variance: %s is flat in this segment; drop it, or set floor above 0",
                   bl_place_name(m->in, i, place));
  *out = log(*out);
  return BL_OK;
}

static const bl_moment_form form = {"log_variance", "ln %s^2", 2, value};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_features_each(ctx, in, form.name, form.unit, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_moments_init(ctx, state, in, &form, params);
}

const bl_summary_class bl_summary_log_variance = {
    .name = "log_variance",
    .summary = "logarithm of the variance over time of each channel and bin",
    .source = "Pfurtscheller and Neuper 2001, Motor imagery and direct brain-computer communication",
    .opts = opts,
    .params_size = sizeof(log_variance_params),
    .state_size = sizeof(bl_moments),
    .shape = shape,
    .init = init,
    .begin = bl_moments_begin,
    .push = bl_moments_push,
    .finish = bl_moments_finish,
    .release = bl_moments_release,
};
