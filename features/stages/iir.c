/* iir: recursive low-pass, high-pass, band-pass or band-stop of every channel (and bin) on its own, causal. Shape
 * unchanged, nothing waits; each frequency comes late by the filter's own group delay.
 *
 * Numbers are those of scipy.signal.sosfilt(iirfilter(..., output="sos"), x): from rest (start zero), or as if the
 * first value had stood there for ever (start steady, scipy.signal.sosfilt_zi times the first value), which spares a
 * recording with an offset the first seconds' swing. A value that is not finite gives NaN, and its series goes on as if
 * the last good value had stood there; the start is at the first good one. Whole recordings filtered forward and
 * backward: iir_zero_phase. */
#include "iir.h"

typedef struct params {
  bl_iir_opts iir;
  int start;
} params;

static const char *const starts[] = {"zero", "steady", NULL};
static const bl_opt opts[] = {
    BL_IIR_OPTS(params),
    BL_ENUM(params, start, "zero", starts, "zero: from rest; steady: as if the first value had always stood there"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  (void)out;
  bl_iir_spec spec;
  bl_status s = bl_iir_spec_of(ctx, "iir", &p->iir, in->rate_hz, &spec);
  return s ? s : bl_iir_design(ctx, "iir", &spec, sos, &n);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  (void)out;
  bl_iir_spec spec;
  bl_status s = bl_iir_spec_of(ctx, "iir", &p->iir, in->rate_hz, &spec);
  if (!s) s = bl_iir_design(ctx, "iir", &spec, sos, &n);
  return s ? s : bl_iir_init(ctx, "iir", sos, n, bl_stream_width(in), p->start == 1, sp);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  bl_iir_run(sp, x, n, y);
  return BL_OK;
}

static void reset(void *sp) { bl_iir_reset(sp); }
static void release(bl_ctx *ctx, void *sp) { bl_iir_release(ctx, sp); }

const bl_stage_class bl_stage_iir = {
    .name = "iir",
    .summary = "Butterworth, Chebyshev or Bessel filter, causal: it looks not ahead, but delays the signal itself",
    .source = "scipy.signal.iirfilter, scipy.signal.sosfilt",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_iir),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
};
