/* pick: keeps the named channels, in the order named. [frame][channel][bin] -> [frame][picked channel][bin].
 *
 * How names are compared is said in channels.h. A channel that was asked for and is not there is an error; a pattern of
 * `exclude` that matches none is not. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

typedef struct params {
  bl_texts include, exclude;
} params;

static const bl_opt opts[] = {
  BL_TEXTS(params, include, NULL, "names or patterns of channels to keep, in this order; none given: all"),
  BL_TEXTS(params, exclude, NULL, "names or patterns of channels to leave out"),
  BL_OPT_END,
};

typedef struct state {
  size_t *index, n, n_channels, n_bins;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t *index = NULL, n = 0;
  bl_status s = bl_channels_pick(ctx, "pick", in, &p->include, &p->exclude, &index, &n);
  if (s) return s;
  bl_texts_free(ctx, &out->channels);
  bl_texts_free(ctx, &out->units);
  for (size_t i = 0; !s && i < n; i++) {
    s = bl_texts_add(ctx, &out->channels, in->channels.v[index[i]]);
    if (!s) s = bl_texts_add(ctx, &out->units, bl_unit_of(in, index[i]));
  }
  out->n_channels = n;
  bl_free(ctx, index);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  return bl_channels_pick(ctx, "pick", in, &p->include, &p->exclude, &st->index, &st->n);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->n_channels * st->n_bins)
    for (size_t c = 0; c < st->n; c++, y += st->n_bins)
      memcpy(y, x + st->index[c] * st->n_bins, st->n_bins * sizeof *y);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->index); }

const bl_stage_class bl_stage_pick = {
  .name = "pick",
  .summary = "Channels chosen by name or pattern",
  .source = "mne.pick_channels",
  .opts = opts,
  .params_size = sizeof(params),
  .state_size = sizeof(state),
  .shape = shape,
  .init = init,
  .push = push,
  .release = release,
};
