/* pyin_live: pyin with a fixed lag: a frame's pitch is read off the likeliest path that ends lag_s later, so that it can run
 * live. [sample][channel][1] -> [frame][channel][1].
 *
 * Options and numbers are those of pyin, where the two paths agree: from some tenths of a second of lag on they nearly
 * always do, for paths to different ends soon have a common beginning. */
#include <math.h>

#include "pyin_run.h"

typedef struct params {
  bl_pyin_params pyin;
  double lag_s;
} params;

static const bl_opt opts[] = {
    BL_PYIN_OPTS,
    BL_REAL(params, lag_s, "0.5", 0, 60, "s", "how long a frame waits for what follows"),
    BL_OPT_END,
};

static size_t lag_of(const params *p, double rate_hz) { return (size_t)rint(p->lag_s * rate_hz); }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_pyin_shape(ctx, "pyin_live", &p->pyin, in, out);
  out->latency_s += (double)lag_of(p, out->rate_hz) / out->rate_hz;
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  return bl_pyin_run_init(ctx, &p->pyin, lag_of(p, out->rate_hz), in, sp);
}

const bl_stage_class bl_stage_pyin_live = {
    .name = "pyin_live",
    .summary = "Pitch and voicing by the likeliest path that ends a fixed time later",
    .source = "Mauch and Dixon, ICASSP 2014; librosa.pyin",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_pyin_run),
    .shape = shape,
    .init = init,
    .push = bl_pyin_run_push,
    .finish = bl_pyin_run_finish,
    .reset = bl_pyin_run_reset,
    .release = bl_pyin_run_release,
};
