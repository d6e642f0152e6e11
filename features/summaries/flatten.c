/* flatten: the frames of the segment themselves, as [frame][channel][bin]. All segments must have the same number of
 * frames, which `frames` says: rows have one width. */
#include <stdio.h>
#include <string.h>

#include "moments.h"

typedef struct flatten_params {
  int64_t frames;
} flatten_params;

typedef struct flatten_state {
  size_t width, frames;
  uint64_t n; /* frames that came, those too many included */
  float *v;
} flatten_state;

static const bl_opt opts[] = {
    BL_INT(flatten_params, frames, "1", 1, 1e7, "", "how many frames each segment has; others are refused"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  size_t frames = (size_t)((const flatten_params *)params)->frames;
  char c[24], b[BL_BIN_NAME], what[24];
  bl_status s = BL_OK;
  if (frames > 100000000 / bl_stream_width(in))
    return bl_fail(ctx, BL_E_SHAPE, "flatten: %zu frames of %zu numbers are too wide a row; take fewer frames or bins",
                   frames, bl_stream_width(in));
  for (size_t f = 0; f < frames; f++) {
    snprintf(what, sizeof what, "t%zu", f);
    for (size_t i = 0; i < in->n_channels; i++)
      for (size_t k = 0; !s && k < in->n_bins; k++)
        s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), bl_bin_name(in, k, b), what, bl_channel_unit(in, i));
  }
  bl_block_form form = in->n_bins == 1 ? BL_BLOCK_SERIES : BL_BLOCK_IMAGE;
  return s ? s : bl_features_block(ctx, out, "flatten", form, (size_t[3]){frames, in->n_channels, in->n_bins});
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  flatten_state *s = state;
  s->frames = (size_t)((const flatten_params *)params)->frames;
  s->width = bl_stream_width(in);
  s->v = bl_calloc(ctx, s->frames, s->width * sizeof(float));
  return s->v ? BL_OK : bl_fail_nomem(ctx, "flatten: the frames of a segment");
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((flatten_state *)state)->n = 0;
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx;
  flatten_state *s = state;
  size_t room = s->n < s->frames ? s->frames - (size_t)s->n : 0, now = n < room ? n : room;
  if (now) memcpy(s->v + (size_t)s->n * s->width, x, now * s->width * sizeof(float));
  s->n += n;
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const flatten_state *s = state;
  if (s->n != s->frames)
    return bl_fail(ctx, BL_E_SHAPE,
                   "flatten: the segment has %llu frames, but frames is %zu; set 'frames: %llu' if all "
                   "segments are so",
                   (unsigned long long)s->n, s->frames, (unsigned long long)s->n);
  memcpy(row, s->v, s->frames * s->width * sizeof(float));
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state) { bl_free(ctx, ((flatten_state *)state)->v); }

const bl_summary_class bl_summary_flatten = {
    .name = "flatten",
    .summary = "the frames of the segment themselves",
    .source = "",
    .opts = opts,
    .params_size = sizeof(flatten_params),
    .state_size = sizeof(flatten_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
