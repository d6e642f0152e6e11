/* db: decibels of a power or, with amplitude, of an amplitude, element by element. Shape unchanged.
 *
 * librosa.power_to_db without its top_db: 10 log10(max(amin, S)) - 10 log10(max(amin, ref)). top_db is relative to the
 * loudest value of the whole clip and cannot stream: the stage top_db does that, and refuses live runs. floor_db is an
 * absolute floor that can. amplitude: librosa.amplitude_to_db, 20 log10(max(amin, S)) - 20 log10(max(amin, ref)), whose
 * amin librosa has as 1e-5. */
#include "fast_log.h"
#include "stage_util.h"

typedef struct params {
  double ref, amin;
  bl_word floor_db;
  bool amplitude;
} params;

static const char *const none_word[] = {"none", NULL};

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, ref, "1", 0, 1e30, "", "the power or amplitude that is 0 dB"),
    BL_REAL(params, amin, "1e-10", 1e-37, 1e30, "", "what lies below counts as this"),
    BL_WORD(params, floor_db, "none", none_word, -1000, 1000, 0, "dB", "values below are raised to this"),
    BL_BOOL(params, amplitude, "false", "what comes in are amplitudes: 20 log10 instead of 10"),
    BL_OPT_END,
};

typedef struct state {
  float amin, floor;
  double factor, shift; /* factor: of the natural logarithm */
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "db: needs powers, but what comes in is complex; put power before it");
  return bl_stream_set_units(ctx, out, "dB re %s");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)ctx, (void)out;
  *(state *)sp = (state){.amin = (float)p->amin,
                         .floor = p->floor_db.word == 0 ? -INFINITY : (float)p->floor_db.real,
                         .factor = (p->amplitude ? 20 : 10) / log(10),
                         .shift = -(p->amplitude ? 20 : 10) * log10(p->ref > p->amin ? p->ref : p->amin),
                         .width = bl_stream_width(in)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  size_t len = n * st->width;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  bl_fast_log(x, y, len, st->amin, st->factor, st->shift);
  if (st->floor > -INFINITY)
    for (size_t i = 0; i < len; i++) y[i] = y[i] < st->floor ? st->floor : y[i];
  return BL_OK;
}

const bl_stage_class bl_stage_db = {
    .name = "db",
    .summary = "Decibels of a power, with an absolute floor",
    .source = "librosa.power_to_db",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
