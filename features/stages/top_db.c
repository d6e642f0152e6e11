/* top_db: raises decibel values to at least the loudest value of the run minus top_db. Shape unchanged.
 *
 * librosa.power_to_db(top_db=80) does this for each clip, and so do librosa's MFCC. The maximum is taken over all
 * frames and bins of a channel, finite values only; NaN stays NaN. It needs the whole run before its first output, so
 * it cannot run live: db with floor_db can. */
#include <string.h>

#include "stage_util.h"

typedef struct params {
  double top_db;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, top_db, "80", 0, 1e6, "dB", "how far below the loudest value the floor lies"),
    BL_OPT_END,
};

typedef struct state {
  double top_db;
  size_t n_channels, n_bins;
  bl_frames all; /* the run so far */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp, (void)out;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "top_db: needs decibels, but what comes in is complex; put power and db before it");
  out->latency_s = HUGE_VAL; /* until the run ends */
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  *(state *)sp = (state){.top_db = ((const params *)pp)->top_db,
                         .n_channels = in->n_channels,
                         .n_bins = in->n_bins,
                         .all = {.width = bl_stream_width(in)}};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  (void)out;
  float *to = bl_frames_add(ctx, &st->all, n);
  if (!to) return BL_E_NOMEM;
  if (n) memcpy(to, x, n * st->all.width * sizeof *to);
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t n = st->all.n;
  float *to = bl_frames_add(ctx, out, n);
  if (!to) return BL_E_NOMEM;
  for (size_t c = 0; c < st->n_channels; c++) {
    float top = -INFINITY;
    for (size_t i = 0; i < n; i++) {
      const float *x = st->all.v + i * st->all.width + c * st->n_bins;
      for (size_t k = 0; k < st->n_bins; k++) top = isfinite(x[k]) && x[k] > top ? x[k] : top;
    }
    float floor = (float)((double)top - st->top_db);
    for (size_t i = 0; i < n; i++)
      for (size_t k = 0; k < st->n_bins; k++) {
        size_t at = i * st->all.width + c * st->n_bins + k;
        float x = st->all.v[at];
        to[at] = x < floor ? floor : x;
      }
  }
  return BL_OK;
}

static void reset(void *sp) { ((state *)sp)->all.n = 0; }
static void release(bl_ctx *ctx, void *sp) { bl_frames_free(ctx, &((state *)sp)->all); }

const bl_stage_class bl_stage_top_db = {
    .name = "top_db",
    .summary = "Floor at a distance below the loudest value of the whole run",
    .source = "librosa.power_to_db, parameter top_db",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
