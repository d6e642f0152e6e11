/* rms: root mean square of each frame of a waveform. [sample][channel][1] -> [frame][channel][1], unit unchanged.
 *
 * librosa.feature.rms(y=...): frames of frame_length, centred ones padded; sqrt(mean x^2), summed in double precision. Of a
 * spectrum: the stage spectral_rms. */
#include <math.h>

#include "framing.h"
#include "squares.h"

typedef struct params {
  bl_framing framing;
} params;

static const bl_opt opts[] = {BL_FRAMING_OPTS(params, "2048"), BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"rms"};
  bl_status s = bl_framing_shape(ctx, "rms", &((const params *)pp)->framing, in, out);
  return s ? s : bl_stream_set_bins(ctx, out, 1, NULL, names);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)out;
  return bl_framing_init(ctx, &((const params *)pp)->framing, in, sp);
}

static void level(void *user, const bl_framer *f, const float *x, float *to)
{
  (void)user;
  *to = (float)sqrt(bl_squares(x, f->length) / (double)f->length);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, sp, x, n, level, NULL, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out) { return bl_framer_finish(ctx, sp, level, NULL, out); }
static void reset(void *sp) { bl_framer_reset(sp); }
static void release(bl_ctx *ctx, void *sp) { bl_framer_release(ctx, sp); }

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(sp, out); }

const bl_stage_class bl_stage_rms = {
    .name = "rms",
    .summary = "Root mean square of a waveform, frame by frame",
    .source = "librosa.feature.rms",
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
