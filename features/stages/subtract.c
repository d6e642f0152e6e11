/* subtract: what comes before it less the ends of other branches, frame by frame, channel by channel and bin by bin.
 *
 * Frames must come in step, of as many channels and bins, in the same units; channels bear the names of what comes
 * before. Differences are taken in double and rounded once. */
#include <string.h>

#include "stage_util.h"

typedef struct params {
  bl_texts branches;
} params;

typedef struct state {
  size_t width, n_branches;
} state;

static const bl_opt opts[] = {
    {"branches", BL_OPT_TEXTS, offsetof(params, branches), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "branches, written above this one, whose ends are taken off", NULL},
    BL_OPT_END,
};

static const bl_texts *branches(const void *pp) { return &((const params *)pp)->branches; }

static bl_status shape_all(bl_ctx *ctx, const void *pp, const bl_stream *const *in, bl_stream *out)
{
  const bl_texts *names = branches(pp);
  for (size_t i = 0; i < names->n; i++) {
    const bl_stream *a = in[0], *b = in[1 + i];
    if (a->n_channels != b->n_channels || a->n_bins != b->n_bins)
      return bl_fail(ctx, BL_E_CONFIG,
                     "subtract: branch '%s' has %zu channels of %zu bins, but %zu of %zu come before it; pick as many",
                     names->v[i], b->n_channels, b->n_bins, a->n_channels, a->n_bins);
    for (size_t c = 0; c < a->n_channels; c++)
      if (strcmp(bl_unit_of(a, c), bl_unit_of(b, c)))
        return bl_fail(ctx, BL_E_CONFIG,
                       "subtract: channel '%s' of branch '%s' is in '%s', but '%s' before it is in '%s'; put to_unit "
                       "first in both",
                       b->channels.v[c], names->v[i], bl_unit_of(b, c), a->channels.v[c], bl_unit_of(a, c));
  }
  return bl_stream_set_units(ctx, out, "%d");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  *(state *)sp = (state){bl_stream_width(in), branches(pp)->n};
  return BL_OK;
}

static bl_status push_all(bl_ctx *ctx, void *sp, const float *const *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->width; i++) {
    double v = (double)x[0][i];
    for (size_t k = 1; k <= st->n_branches; k++) v -= (double)x[k][i];
    y[i] = (float)v;
  }
  return BL_OK;
}

const bl_stage_class bl_stage_subtract = {
    .name = "subtract",
    .summary = "What comes before it less what other branches end in",
    .source = "Oppenheim and Schafer, Discrete-Time Signal Processing, 2.1 (the difference of sequences)",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .branches = branches,
    .shape_all = shape_all,
    .init = init,
    .push_all = push_all,
    .warm_up = bl_memoryless,
};
