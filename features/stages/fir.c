/* fir: band-pass, low-pass, high-pass or band-stop of every channel (and bin) on its own. Shape unchanged.
 *
 * Taps as MNE-Python designs them (fir_design.h), run by fir_core.c: phase zero as mne.filter.filter_data (pad
 * "reflect_limited"), phase causal without look-ahead; phase minimum without look-ahead and with the least delay, by
 * create_filter(phase="minimum"), whose stop band is down by half as many decibels. Filters that stop 0 Hz depend there
 * on a rounding error, of which fir_design.c makes a zero. */
#include "fir_core.h"
#include "fir_design.h"
#include "stage_util.h"

typedef struct params {
  bl_word l_freq, h_freq, l_trans_bandwidth, h_trans_bandwidth;
  int window, phase, method;
} params;

static const char *const none_word[] = {"none", NULL};
static const char *const auto_word[] = {"auto", NULL};
static const char *const phases[] = {"zero", "causal", "minimum", NULL}; /* in bl_fir_phase's order */
static const bl_opt opts[] = {
    BL_WORD(params, l_freq, "none", none_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "lower edge of the pass band; none: a low-pass"),
    BL_WORD(params, h_freq, "none", none_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "upper edge of the pass band; none: a high-pass; below l_freq: stops what lies between"),
    BL_WORD(params, l_trans_bandwidth, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "width of the lower transition; auto: a quarter of l_freq, at least 2, at most l_freq"),
    BL_WORD(params, h_trans_bandwidth, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "width of the upper transition; auto: a quarter of h_freq, at least 2, within half the rate"),
    BL_ENUM(params, window, "hamming", bl_fir_windows, "window of the design"),
    BL_ENUM(
        params, phase, "zero", phases,
        "zero: nothing is shifted, by look-ahead; causal: without look-ahead, but the signal itself is delayed; minimum: the same with the least "
        "delay, not the same at all frequencies, and half the attenuation"),
    BL_ENUM(params, method, "auto", bl_fir_methods, "direct: least latency; fft: fastest for long filters"),
    BL_OPT_END,
};

static double or_nan(bl_word w) { return w.word == 0 ? (double)NAN : w.real; }

static bl_fir_spec spec_of(const params *p, const bl_stream *in)
{
  return (bl_fir_spec){.rate_hz = in->rate_hz,
                       .l_freq = or_nan(p->l_freq),
                       .h_freq = or_nan(p->h_freq),
                       .l_trans = or_nan(p->l_trans_bandwidth),
                       .h_trans = or_nan(p->h_trans_bandwidth),
                       .window = (bl_window)p->window};
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_fir_spec spec = spec_of(p, in);
  size_t n;
  bl_status s = bl_fir_length(ctx, "fir", &spec, &n);
  if (s) return s;
  if (p->phase == BL_FIR_MINIMUM && n > BL_FIR_MINIMUM_MAX)
    return bl_fail(ctx, BL_E_RANGE, "fir: phase minimum takes at most %d taps, not %zu; make the transitions wider",
                   BL_FIR_MINIMUM_MAX, n);
  if ((s = bl_fir_check_room(ctx, "fir", n, (bl_fir_phase)p->phase, (bl_fir_method)p->method, in))) return s;
  size_t wait = bl_fir_wait(n, (bl_fir_phase)p->phase, (bl_fir_method)p->method);
  out->latency_s = in->latency_s + (double)wait / in->rate_hz;
  return BL_OK;
}

/* n taps; for phase minimum made from 2 n - 1, as MNE does. */
static bl_status design(bl_ctx *ctx, const bl_fir_spec *spec, bool minimum, size_t n, double *taps)
{
  if (!minimum || n < 2) return bl_fir_design(ctx, "fir", spec, n, taps);
  double *symmetric = bl_calloc(ctx, 2 * n - 1, sizeof *symmetric);
  if (!symmetric) return bl_fail_nomem(ctx, "fir");
  bl_status s = bl_fir_design(ctx, "fir", spec, 2 * n - 1, symmetric);
  if (!s) s = bl_fir_minimum_phase(ctx, symmetric, n, taps);
  bl_free(ctx, symmetric);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)out;
  bl_fir_spec spec = spec_of(p, in);
  size_t n;
  bl_status s = bl_fir_length(ctx, "fir", &spec, &n);
  if (s) return s;
  double *taps = bl_calloc(ctx, n, sizeof *taps);
  if (!taps) return bl_fail_nomem(ctx, "fir");
  if ((s = design(ctx, &spec, p->phase == BL_FIR_MINIMUM, n, taps))) {
    bl_free(ctx, taps);
    return s;
  }
  return bl_fir_init(ctx, "fir", taps, n, (bl_fir_phase)p->phase, (bl_fir_method)p->method, bl_stream_width(in), sp);
}

static const bl_quicker quicker[] = {
    {"method", "direct", "the same numbers but for rounding, more work"},
    {"phase", "minimum", "frequencies are not all delayed alike, and what is stopped is stopped half as well"},
    {0},
};

const bl_stage_class bl_stage_fir = {
    .name = "fir",
    .summary = "Band-pass, low-pass, high-pass or band-stop of linear or minimum phase",
    .source = "mne.filter.filter_data, method fir, design firwin",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_fir),
    .shape = shape,
    .init = init,
    .push = bl_fir_push,
    .finish = bl_fir_finish,
    .reset = bl_fir_reset,
    .release = bl_fir_release,
    .warm_up = bl_fir_warm_up,
    .quicker = quicker,
};
