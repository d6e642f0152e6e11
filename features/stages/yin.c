/* yin: the pitch of each frame of a waveform. [sample][channel][1] -> [frame][channel][1].
 *
 * de Cheveigne and Kawahara's YIN (yin.h), with librosa.yin's options, defaults and numbers: the shortest period at which
 * d' has a trough below trough_threshold, or else the period of the lowest d' of all; refined by a parabola. There is
 * always an answer: silence gives the highest pitch, as in librosa. output aperiodicity is d' there instead: near 0 for a
 * periodic frame, 1 and more for noise, which says whether the pitch is one (below 0.1 to 0.3, mostly); 0 for silence. */
#include <math.h>

#include "yin.h"

enum { F0, APERIODICITY };
static const char *const outputs[] = {"f0", "aperiodicity", NULL};

typedef struct params {
  bl_yin_params yin;
  bl_framing framing;
  double trough_threshold;
  int output;
} params;

static const bl_opt opts[] = {
    BL_YIN_OPTS(params),
    BL_FRAMING_OPTS(params, "2048"),
    BL_REAL_ABOVE(params, trough_threshold, "0.1", 0, 1e9, "",
                  "how low a trough must be for its period to be taken at once"),
    BL_ENUM(params, output, "f0", outputs, "the pitch in Hz, or how far the frame is from having one"),
    BL_OPT_END,
};

typedef struct state {
  bl_framer framer;
  bl_yin yin;
  double threshold;
  int output;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  static const char *const names[][1] = {{"f0"}, {"aperiodicity"}};
  bl_status s = bl_framing_shape(ctx, "yin", &p->framing, in, out);
  if (!s) s = bl_yin_check(ctx, "yin", &p->yin, &p->framing, in);
  if (!s) s = bl_stream_set_bins(ctx, out, 1, NULL, names[p->output]);
  return s ? s : bl_stream_set_units(ctx, out, p->output == F0 ? "Hz" : "1");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->threshold = p->trough_threshold;
  st->output = p->output;
  bl_status s = bl_framing_init(ctx, &p->framing, in, &st->framer);
  return s ? s : bl_yin_init(ctx, &p->yin, &p->framing, in, &st->yin);
}

static size_t period_of(const bl_yin *y, double threshold)
{
  size_t least = 0;
  for (size_t i = 0; i < y->n; i++) {
    if (y->depth[i] < threshold && bl_yin_is_trough(y, i)) return i;
    if (y->depth[i] < y->depth[least]) least = i;
  }
  return least;
}

static void pitch(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  (void)f;
  *to = NAN;
  if (!bl_yin_run(&st->yin, x)) return;
  size_t i = period_of(&st->yin, st->threshold);
  *to = (float)(st->output == F0 ? bl_yin_hz(&st->yin, i) : st->yin.depth[i]);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, pitch, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, pitch, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_yin_release(ctx, &st->yin);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_yin = {
    .name = "yin",
    .summary = "Pitch of each frame of a waveform, or how far it is from having one",
    .source = "librosa.yin; de Cheveigne and Kawahara, JASA 111 (2002) 1917",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
