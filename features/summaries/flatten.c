/* flatten: the frames of the segment themselves, as [frame][channel][bin]; rows have one width, which `frames` says. A
 * segment of m frames, where all have not the same number:
 *
 * fit exact      is refused
 * fit pad_crop   of a longer one `frames` frames are taken, from the start, the middle (rounded down) or the end (crop);
 *                behind a shorter one stand zeros, its own frames there and back (reflect) or over again (repeat) (pad)
 * fit resample   frame i is taken at place i (m - 1) / (frames - 1), linear between neighbours (numpy.interp) */
#include <stdio.h>
#include <string.h>

#include "moments.h"

static const char *const fits[] = {"exact", "pad_crop", "resample", NULL};
static const char *const crops[] = {"start", "middle", "end", NULL};
static const char *const pads[] = {"zero", "reflect", "repeat", NULL};
enum { EXACT, PAD_CROP, RESAMPLE };
enum { START, MIDDLE, END };
static const bl_fill fill_of[] = {BL_FILL_ZERO, BL_FILL_REFLECT, BL_FILL_REPEAT};

typedef struct flatten_params {
  int64_t frames;
  int fit, crop, pad;
} flatten_params;

typedef struct flatten_state {
  const flatten_params *p;
  size_t width, frames, cap;
  uint64_t n; /* frames that came, those not kept included */
  float *v;
} flatten_state;

static const bl_opt opts[] = {
    BL_INT(flatten_params, frames, "1", 1, 1e7, "", "how many frames a row has"),
    BL_ENUM(flatten_params, fit, "exact", fits, "what becomes of segments of another length"),
    BL_ENUM(flatten_params, crop, "start", crops, "with fit: pad_crop, which frames of a longer one are taken"),
    BL_ENUM(flatten_params, pad, "zero", pads, "with fit: pad_crop, what stands behind a shorter one"), BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  size_t frames = (size_t)((const flatten_params *)params)->frames;
  char c[24], b[BL_BIN_NAME], what[24];
  bl_status s = BL_OK;
  if (((const flatten_params *)params)->fit != PAD_CROP) {
    s = bl_opts_refuse_idle(ctx, "flatten", opts, params, "crop", "fit: pad_crop");
    if (!s) s = bl_opts_refuse_idle(ctx, "flatten", opts, params, "pad", "fit: pad_crop");
    if (s) return s;
  }
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
  s->p = params;
  s->frames = s->cap = (size_t)s->p->frames;
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

/* What has to be kept: how many frames there are is known at the end alone. Of the last ones, frame i lies at i % cap. */
static bool keeps_all(const flatten_params *p)
{
  return p->fit == RESAMPLE || (p->fit == PAD_CROP && p->crop == MIDDLE);
}
static bool keeps_last(const flatten_params *p) { return p->fit == PAD_CROP && p->crop == END; }

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  flatten_state *s = state;
  bl_status status = BL_OK;
  void *v = s->v;
  if (keeps_all(s->p))
    status = bl_grow(ctx, &v, &s->cap, (size_t)s->n + n, s->width * sizeof(float), "flatten: the frames of a segment");
  if (status) return status;
  s->v = v;
  while (n) {
    size_t at = keeps_last(s->p) ? (size_t)(s->n % s->cap) : (size_t)s->n;
    size_t room = at < s->cap ? s->cap - at : n, now = n < room ? n : room;
    if (at < s->cap) memcpy(s->v + at * s->width, x, now * s->width * sizeof(float));
    s->n += now;
    x += now * s->width;
    n -= now;
  }
  return BL_OK;
}

static void pad_or_crop(const flatten_state *s, float *row)
{
  size_t m = (size_t)s->n, more = m > s->frames ? m - s->frames : 0, bytes = s->width * sizeof(float);
  size_t from = s->p->crop == END ? more : s->p->crop == MIDDLE ? more / 2 : 0;
  bl_fill rule = fill_of[s->p->pad];
  for (size_t i = 0; i < s->frames; i++) {
    size_t at = i < m ? from + i : rule == BL_FILL_ZERO ? SIZE_MAX : bl_fill_from(rule, i, m);
    if (at == SIZE_MAX) memset(row + i * s->width, 0, bytes);
    else memcpy(row + i * s->width, s->v + at % s->cap * s->width, bytes);
  }
}

static void resample(const flatten_state *s, float *row)
{
  size_t m = (size_t)s->n;
  for (size_t i = 0; i < s->frames; i++) {
    double at = s->frames > 1 ? (double)i * (double)(m - 1) / (double)(s->frames - 1) : 0;
    size_t k = (size_t)at < m - 1 ? (size_t)at : m - 1, next = k + 1 < m ? k + 1 : k;
    double t = at - (double)k;
    for (size_t j = 0; j < s->width; j++) {
      double a = (double)s->v[k * s->width + j], b = (double)s->v[next * s->width + j];
      row[i * s->width + j] = (float)(t > 0 ? a + t * (b - a) : a);
    }
  }
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const flatten_state *s = state;
  if (s->p->fit == EXACT && s->n != s->frames)
    return bl_fail(ctx, BL_E_SHAPE,
                   "flatten: the segment has %llu frames, but frames is %zu; set 'frames: %llu' if all "
                   "segments are so, or fit",
                   (unsigned long long)s->n, s->frames, (unsigned long long)s->n);
  bl_status status = bl_need_frames(ctx, "flatten", s->n, 1);
  if (status) return status;
  if (s->p->fit == RESAMPLE) resample(s, row);
  else pad_or_crop(s, row);
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
