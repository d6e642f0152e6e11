/* power: |X|^exponent. [frame][channel][pairs (re, im) of the stage stft, or real values] -> [frame][channel][bin].
 *
 * exponent 2 is the power spectrum, 1 the magnitude (librosa's `power`). Real values, such as magnitudes, give
 * |x|^exponent. Units: "uV" -> "uV^2"; the density "uV/sqrt(Hz)" -> "uV^2/Hz"; see unit.h. */
#include "stage_util.h"
#include "unit.h"

typedef struct params {
  double exponent;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, exponent, "2", 0, 16, "", "2: power, 1: magnitude"),
    BL_OPT_END,
};

typedef struct state {
  double exponent;
  bool pairs;
  size_t width; /* of what comes out */
} state;

static bl_status power_units(bl_ctx *ctx, double exponent, bl_stream *out)
{
  bl_texts fresh = {0};
  bl_status s = BL_OK;
  for (size_t c = 0; !s && c < out->units.n; c++) {
    char *unit = bl_unit_raise(ctx, out->units.v[c], exponent);
    s = unit ? bl_texts_add(ctx, &fresh, unit) : bl_fail_nomem(ctx, "units");
    bl_free(ctx, unit);
  }
  bl_texts_free(ctx, s ? &fresh : &out->units);
  if (!s) out->units = fresh;
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (bl_is_complex(in)) {
    size_t n = in->n_bins / 2;
    double *hz = bl_calloc(ctx, n, sizeof *hz);
    if (!hz) return bl_fail_nomem(ctx, "power");
    for (size_t k = 0; k < n; k++) hz[k] = in->bin_hz ? in->bin_hz[2 * k] : (double)k;
    bl_status s = bl_stream_set_bins(ctx, out, n, hz, NULL);
    bl_free(ctx, hz);
    if (s) return s;
  }
  return power_units(ctx, p->exponent, out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx;
  *(state *)sp = (state){((const params *)pp)->exponent, bl_is_complex(in), bl_stream_width(out)};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *restrict x, size_t n, bl_frames *out)
{
  const state *st = sp;
  size_t len = n * st->width;
  float *restrict y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (st->pairs)
    for (size_t i = 0; i < len; i++) y[i] = x[2 * i] * x[2 * i] + x[2 * i + 1] * x[2 * i + 1];
  else
    for (size_t i = 0; i < len; i++) y[i] = x[i] * x[i];
  if (st->exponent == 2) return BL_OK;
  if (st->exponent == 1)
    for (size_t i = 0; i < len; i++) y[i] = sqrtf(y[i]);
  else
    for (size_t i = 0; i < len; i++) y[i] = (float)pow((double)y[i], st->exponent / 2);
  return BL_OK;
}

const bl_stage_class bl_stage_power = {
    .name = "power",
    .summary = "Power or magnitude of a spectrum",
    .source = "librosa, parameter `power`",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .warm_up = bl_memoryless,
};
