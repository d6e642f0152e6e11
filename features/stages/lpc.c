/* lpc: linear prediction coefficients of each frame of a waveform. [sample][channel][1] -> [frame][channel][order].
 *
 * librosa.lpc, Burg's method (lpc.h): x[t] is predicted as - sum lpc_k x[t - k]; bins "lpc_1" .. "lpc_<order>" (the first
 * number of librosa's, always 1, is left out). Silence gives zeros, as there; a frame with a value that is not finite gives
 * NaN. librosa weighs by no window. */
#include <math.h>

#include "framing.h"
#include "lpc.h"
#include "stage_util.h"

typedef struct params {
  bl_framing framing;
  int64_t order;
  int window;
} params;

static const bl_opt opts[] = {
    {.name = "order",
     .kind = BL_OPT_INT,
     .offset = offsetof(params, order),
     .lo = 1,
     .hi = BL_LPC_MAX_ORDER,
     .flags = BL_OPT_NEEDED,
     .unit = "",
     .help = "how many samples predict the next one; 2 + rate / 1000 for speech"},
    BL_FRAMING_OPTS(params, "2048"),
    BL_ENUM(params, window, "boxcar", bl_lpc_windows, "weights of a frame, symmetric"),
    BL_OPT_END,
};

typedef struct state {
  bl_framer framer;
  bl_lpc lpc;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_framing_shape(ctx, "lpc", &p->framing, in, out);
  if (!s && p->order >= p->framing.frame_length)
    s = bl_fail(ctx, BL_E_RANGE, "lpc: order %lld needs frames longer than %lld samples", (long long)p->order,
                (long long)p->framing.frame_length);
  if (!s) s = bl_number_bins(ctx, out, "lpc_", 1, (size_t)p->order, NULL);
  return s ? s : bl_stream_set_units(ctx, out, "1");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  bl_status s = bl_framing_init(ctx, &p->framing, in, &st->framer);
  return s ? s : bl_lpc_init(ctx, (size_t)p->framing.frame_length, (size_t)p->order, p->window, &st->lpc);
}

static void predict(void *user, const bl_framer *f, const float *x, float *to)
{
  state *st = user;
  double a[BL_LPC_MAX_ORDER + 1];
  (void)f;
  bool whole = bl_lpc_run(&st->lpc, x, a);
  for (size_t k = 0; k < st->lpc.order; k++) to[k] = whole ? (float)a[k + 1] : NAN;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, predict, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, predict, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_framer_release(ctx, &st->framer);
  bl_lpc_release(ctx, &st->lpc);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_lpc = {
    .name = "lpc",
    .summary = "Linear prediction coefficients of each frame of a waveform, by Burg's method",
    .source = "librosa.lpc; Burg 1967",
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
