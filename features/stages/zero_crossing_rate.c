/* zero_crossing_rate: [sample][channel][1] -> [frame][channel][1], crossings a sample.
 *
 * librosa.feature.zero_crossing_rate: frames of frame_length, centred ones padded by repeating the end samples; within
 * a frame, changes of the sign bit from one sample to the next, divided by frame_length. The first sample of a frame
 * never counts. Values of magnitude 1e-10 or less are a positive zero. NaN keeps its sign bit, as numpy.signbit
 * does. */
#include "framer.h"
#include "stage_util.h"

typedef struct params {
  int64_t frame_length;
  bl_word hop_length;
  bool center;
} params;

static const char *const auto_word[] = {"auto", NULL};

static const bl_opt opts[] = {
    BL_INT(params, frame_length, "2048", 2, 1 << 20, "samples", "length of a frame"),
    BL_WORD(params, hop_length, "auto", auto_word, 1, 1 << 24, BL_OPT_WHOLE, "samples",
            "from one frame to the next; auto: a quarter of frame_length"),
    BL_BOOL(params, center, "true", "pad both ends so that frame i is centred at sample i hop_length"),
    BL_OPT_END,
};

static size_t hop_of(const params *p)
{
  if (p->hop_length.word != 0) return (size_t)p->hop_length.real;
  return p->frame_length >= 4 ? (size_t)p->frame_length / 4 : 1;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_waveform(ctx, "zero_crossing_rate", in);
  if (s) return s;
  bl_framer_shape(in, (size_t)p->frame_length, hop_of(p), p->center, out);
  return bl_stream_set_units(ctx, out, "1");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)out;
  return bl_framer_init(ctx, in->n_channels, (size_t)p->frame_length, hop_of(p), p->center, BL_PAD_EDGE, sp);
}

static bool negative(float x) { return signbit(x) && !(fabsf(x) <= 1e-10F); }

static void count(void *user, const bl_framer *f, const float *x, float *to)
{
  size_t changes = 0;
  (void)user;
  for (size_t k = 1; k < f->length; k++) changes += negative(x[k]) != negative(x[k - 1]);
  *to = (float)((double)changes / (double)f->length);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, sp, x, n, count, NULL, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out) { return bl_framer_finish(ctx, sp, count, NULL, out); }
static void reset(void *sp) { bl_framer_reset(sp); }
static void release(bl_ctx *ctx, void *sp) { bl_framer_release(ctx, sp); }

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(sp, out); }

const bl_stage_class bl_stage_zero_crossing_rate = {
    .name = "zero_crossing_rate",
    .summary = "Share of samples at which the sign changes, frame by frame",
    .source = "librosa.feature.zero_crossing_rate",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_framer),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
