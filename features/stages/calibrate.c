/* calibrate: parts of full scale to sound pressure.
 *
 * value = x * 10^(db / 20) in `unit`, where db is the end-to-end calibration as makers of recorders state it: the
 * level, in dB re 1 unit, of the pressure that a sample of 1 (full scale, as a peak) stands for. So a sine that just
 * reaches full scale has a peak level of db and an rms level of db - 3.01. From single figures: db = 20 log10(volts at
 * full scale) - sensitivity (dB re 1 V/unit) - gain (dB). In air, a level re 20 uPa becomes one re 1 Pa by subtracting
 * 93.98. */
#include <string.h>

#include "stage_util.h"

enum { UNIT_UPA, UNIT_PA };
static const char *const unit_words[] = {"uPa", "Pa", NULL};

typedef struct params {
  bl_word db;
  int unit;
} params;

static const char *const none_word[] = {"none", NULL};

static const bl_opt opts[] = {
    BL_WORD(
        params, db, "none", none_word, -400, 400, 0, "dB",
        "must be given: level, re 1 unit, of a sample at full scale; volts at full scale in dB, less sensitivity (dB re 1 "
        "V/unit), less gain"),
    BL_ENUM(params, unit, "uPa", unit_words, "the unit of pressure that db refers to, and the unit of the result"),
    BL_OPT_END,
};

typedef struct state {
  double factor;
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_texts fresh = {0};
  bl_status s = bl_need_waveform(ctx, "calibrate", in);
  if (!s && p->db.word == 0)
    s = bl_fail(ctx, BL_E_CONFIG, "calibrate: db must be given: the level, in dB re 1 %s, of a sample at full scale",
                unit_words[p->unit]);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    if (*bl_unit_of(in, i) && strcmp(bl_unit_of(in, i), "FS"))
      s = bl_fail(ctx, BL_E_CONFIG,
                  "calibrate: channel '%s' comes in %s, wanted FS (parts of full scale): it has a unit already",
                  in->channels.v[i], bl_unit_of(in, i));
  for (size_t i = 0; !s && i < out->n_channels; i++) s = bl_texts_add(ctx, &fresh, unit_words[p->unit]);
  bl_texts_free(ctx, s ? &fresh : &out->units);
  if (!s) out->units = fresh;
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  *(state *)sp = (state){pow(10, ((const params *)pp)->db.real / 20), bl_stream_width(in)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->width; i++) y[i] = (float)((double)x[i] * st->factor);
  return BL_OK;
}

const bl_stage_class bl_stage_calibrate = {
    .name = "calibrate",
    .summary = "Parts of full scale to sound pressure, by the recorder's calibration",
    .source = "ISO 18405:2017, 3.1 (levels re 1 uPa); end-to-end calibration as makers of recorders state it",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
