/* pyin: the pitch of a waveform, followed over time, and where there is one. [sample][channel][1] -> [frame][channel][1].
 *
 * Probabilistic YIN (pyin.h) with librosa.pyin's options, defaults and numbers. Viterbi's path is the likeliest through the
 * whole run, so that the first pitch is known when the run ends and it cannot run live: pyin_live can. output says which of
 * librosa's three answers comes out: the pitch (NaN where unvoiced, or fill_na), 1 where voiced, or the probability of that.
 * A frame with a value that is not finite counts as unvoiced and gives NaN. */
#include <math.h>

#include "pyin_run.h"

static const bl_opt opts[] = {BL_PYIN_OPTS, BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  bl_status s = bl_pyin_shape(ctx, "pyin", pp, in, out);
  out->latency_s = HUGE_VAL;
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)out;
  return bl_pyin_run_init(ctx, pp, BL_PYIN_WHOLE, in, sp);
}

const bl_stage_class bl_stage_pyin = {
    .name = "pyin",
    .summary = "Pitch and voicing by the likeliest path through the whole run",
    .source = "librosa.pyin; Mauch and Dixon, ICASSP 2014",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(bl_pyin_params),
    .state_size = sizeof(bl_pyin_run),
    .shape = shape,
    .init = init,
    .push = bl_pyin_run_push,
    .finish = bl_pyin_run_finish,
    .reset = bl_pyin_run_reset,
    .release = bl_pyin_run_release,
};
