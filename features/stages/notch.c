/* notch: stops narrow bands around the frequencies of the mains and their like; linear phase. Shape unchanged.
 *
 * One filter for all, as mne.filter.notch_filter (method fir): around each f a band of `notch_widths` (auto: f / 200)
 * is stopped, with a transition of half of trans_bandwidth on each side. Run by fir_core.c as the stage fir. */
#include "fir_core.h"
#include "fir_design.h"

typedef struct params {
  bl_reals freqs;
  bl_reals notch_widths;
  double trans_bandwidth;
  int window, phase, method;
} params;

static const bl_opt opts[] = {
    {"freqs", BL_OPT_REALS, offsetof(params, freqs), NULL, 0, 1e9, BL_OPT_NEEDED | BL_OPT_OPEN_LO, NULL, "Hz",
     "frequencies to stop, as [50, 100]", NULL},
    BL_REALS(params, notch_widths, NULL, 0, 1e9, "Hz",
             "width of each stopped band, or one for all; none given: freqs / 200"),
    BL_REAL_ABOVE(params, trans_bandwidth, "1", 0, 1e9, "Hz", "width of both transitions of a band together"),
    BL_ENUM(params, window, "hamming", bl_fir_windows, "window of the design"),
    BL_ENUM(params, phase, "zero", bl_fir_phases,
            "zero: nothing is shifted, by look-ahead; causal: late, without look-ahead"),
    BL_ENUM(params, method, "auto", bl_fir_methods, "direct: least latency; fft: fastest for long filters"),
    BL_OPT_END,
};

static double width_of(const params *p, size_t i)
{
  return p->notch_widths.n == 0 ? p->freqs.v[i] / 200 : p->notch_widths.v[p->notch_widths.n == 1 ? 0 : i];
}

/* Two edges for each frequency, falling and rising, in ascending order. */
static bl_status edges_of(bl_ctx *ctx, const params *p, double rate, bl_fir_edge *e)
{
  size_t n = p->freqs.n;
  double tb = p->trans_bandwidth / 2;
  for (size_t i = 0; i < n; i++) {
    double f = p->freqs.v[i], reach = width_of(p, i) / 2 + tb;
    if (f - reach < 0 || f + reach > rate / 2)
      return bl_fail(ctx, BL_E_RANGE,
                     "notch: the band stopped around %g Hz reaches from %g to %g Hz, but must lie within 0 "
                     "and half the sampling rate, %g Hz; leave it out or make it narrower",
                     f, f - reach, f + reach, rate / 2);
    size_t at = i; /* by insertion */
    for (; at > 0 && e[2 * at - 2].from > f - reach; at--) e[2 * at] = e[2 * at - 2], e[2 * at + 1] = e[2 * at - 1];
    e[2 * at] = (bl_fir_edge){f - reach, f - reach + tb, false};
    e[2 * at + 1] = (bl_fir_edge){f + reach - tb, f + reach, true};
  }
  for (size_t i = 1; i < n; i++)
    if (e[2 * i].from < e[2 * i - 1].to)
      return bl_fail(ctx, BL_E_RANGE,
                     "notch: stopped bands overlap between %g and %g Hz; make them narrower, or use fir "
                     "with h_freq below l_freq",
                     e[2 * i].from, e[2 * i - 1].to);
  return BL_OK;
}

/* The design: taps when wanted (else NULL), and how many. */
static bl_status design(bl_ctx *ctx, const params *p, double rate, size_t *n, double **taps)
{
  size_t n_freqs = p->freqs.n;
  if (!n_freqs) return bl_fail(ctx, BL_E_CONFIG, "notch: freqs is empty; give at least one frequency, as freqs: [50]");
  if (p->notch_widths.n > 1 && p->notch_widths.n != n_freqs)
    return bl_fail(ctx, BL_E_CONFIG, "notch: %zu notch_widths for %zu freqs; give one for each, or one for all",
                   p->notch_widths.n, n_freqs);
  bl_fir_edge *e = bl_calloc(ctx, 2 * n_freqs, sizeof *e);
  if (!e) return bl_fail_nomem(ctx, "notch");
  bl_status s = edges_of(ctx, p, rate, e);
  if (!s) s = bl_fir_edges_length(ctx, "notch", rate, (bl_window)p->window, e, 2 * n_freqs, n);
  if (!s && taps) {
    *taps = bl_calloc(ctx, *n, sizeof **taps);
    s = *taps ? bl_fir_edges_design(ctx, rate, (bl_window)p->window, e, 2 * n_freqs, *n, *taps)
              : bl_fail_nomem(ctx, "notch");
  }
  bl_free(ctx, e);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t n;
  bl_status s = design(ctx, p, in->rate_hz, &n, NULL);
  if (!s) s = bl_fir_check_room(ctx, "notch", n, (bl_fir_phase)p->phase, (bl_fir_method)p->method, in);
  if (s) return s;
  size_t wait = bl_fir_wait(n, (bl_fir_phase)p->phase, (bl_fir_method)p->method);
  out->latency_s = in->latency_s + (double)wait / in->rate_hz;
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  size_t n = 0;
  double *taps = NULL;
  (void)out;
  bl_status s = design(ctx, p, in->rate_hz, &n, &taps);
  if (!s)
    return bl_fir_init(ctx, "notch", taps, n, (bl_fir_phase)p->phase, (bl_fir_method)p->method, bl_stream_width(in),
                       sp);
  bl_free(ctx, taps);
  return s;
}

static const bl_quicker quicker[] = {
    {"method", "direct", "the same numbers but for rounding, more work"},
    {"phase", "causal", "what comes out is delayed itself"},
    {0},
};

const bl_stage_class bl_stage_notch = {
    .name = "notch",
    .summary = "Stops narrow bands, such as the mains and its harmonics, with linear phase",
    .source = "mne.filter.notch_filter, method fir",
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
