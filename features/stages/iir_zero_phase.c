/* iir_zero_phase: a recursive filter run forward and then backward over the whole run, so that nothing is shifted and
 * every gain counts twice (-6 dB at a Butterworth edge). Shape unchanged.
 *
 * scipy.signal.sosfiltfilt: the run is continued at both ends by odd reflection, 2 x[0] - x[k], padlen values of it (at
 * most n - 1), and each pass starts in the steady state of its first value. padlen auto is MNE-Python's
 * (mne.filter.estimate_ringing_samples): the last sample of the impulse response above 1/1000 of its largest, looked for
 * in pieces of 1000. A series with a value that is not finite is NaN throughout. It needs the whole run, so it cannot run
 * live: iir or fir can. */
#include <math.h>
#include <string.h>

#include "iir.h"

typedef struct params {
  bl_iir_opts iir;
  bl_word padlen;
} params;

static const char *const auto_word[] = {"auto", NULL};
static const bl_opt opts[] = {
    BL_IIR_OPTS(params),
    BL_WORD(params, padlen, "auto", auto_word, 0, 1 << 24, BL_OPT_WHOLE, "samples",
            "how far the run is continued at both ends; auto: as long as the filter rings"),
    BL_OPT_END,
};

typedef struct state {
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  double zi[BL_IIR_MAX_SECTIONS][2];
  size_t n_sections, padlen;
  bl_frames all; /* the run so far */
} state;

enum { LANES = BL_IIR_LANES };

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  out->latency_s = INFINITY;
  bl_iir_spec spec = bl_iir_spec_of(&p->iir, in->rate_hz);
  return bl_iir_design(ctx, "iir_zero_phase", &spec, sos, &n);
}

static size_t ringing(const bl_biquad *sos, size_t n)
{
  enum { PIECE = 1000, PIECES = 100 };
  double z[BL_IIR_MAX_SECTIONS * 2 * LANES] = {0}, threshold = 0;
  size_t last = PIECE;
  for (size_t piece = 0; piece < PIECES; piece++) {
    double h[PIECE][LANES] = {{0}}, top = 0;
    size_t found = PIECE;
    if (piece == 0) h[0][0] = 1;
    bl_iir_lanes(sos, n, z, &h[0][0], LANES, PIECE);
    for (size_t i = 0; i < PIECE; i++) top = fmax(top, fabs(h[i][0]));
    threshold = fmax(threshold, 0.001 * top);
    for (size_t i = 0; i < PIECE; i++)
      if (fabs(h[i][0]) > threshold) found = i;
    if (found == PIECE) return piece ? (piece - 1) * PIECE + last : 0;
    last = found;
  }
  return (size_t)PIECE * PIECES;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  bl_iir_spec spec = bl_iir_spec_of(&p->iir, in->rate_hz);
  bl_status s = bl_iir_design(ctx, "iir_zero_phase", &spec, st->sos, &st->n_sections);
  if (s) return s;
  bl_iir_steady(st->sos, st->n_sections, st->zi);
  st->padlen = p->padlen.word == 0 ? ringing(st->sos, st->n_sections) : (size_t)p->padlen.real;
  st->all.width = bl_stream_width(in);
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

/* One pass over v, n frames of lanes, from its first frame (the last, when step is negative). */
static void pass(const state *st, double *v, ptrdiff_t step, size_t n)
{
  double z[BL_IIR_MAX_SECTIONS * 2 * LANES];
  for (size_t s = 0; s < st->n_sections; s++)
    for (size_t k = 0; k < 2; k++)
      for (size_t c = 0; c < LANES; c++) z[(2 * s + k) * LANES + c] = st->zi[s][k] * v[c];
  bl_iir_lanes(st->sos, st->n_sections, z, v, step, n);
}

/* The series from `first` on, m of them; v holds n + 2 pad frames. */
static void filter(const state *st, size_t first, size_t m, size_t pad, double *v, float *y)
{
  size_t n = st->all.n, width = st->all.width;
  double *x = v + pad * LANES, *end = x + (n - 1) * LANES;
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < LANES; c++) x[i * LANES + c] = c < m ? (double)st->all.v[i * width + first + c] : 0;
  for (size_t k = 1; k <= pad; k++)
    for (size_t c = 0; c < LANES; c++) {
      *(x + c - k * LANES) = 2 * x[c] - x[k * LANES + c];
      end[k * LANES + c] = 2 * end[c] - *(end + c - k * LANES);
    }
  pass(st, v, LANES, n + 2 * pad);
  pass(st, v + (n + 2 * pad - 1) * LANES, -LANES, n + 2 * pad);
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < m; c++) y[i * width + first + c] = (float)x[i * LANES + c];
  for (size_t c = 0; c < m; c++) { /* the passes leave no number behind a NaN, but may behind an infinity's overflow */
    bool whole = true;
    for (size_t i = 0; i < n && whole; i++) whole = isfinite(st->all.v[i * width + first + c]);
    for (size_t i = 0; i < n && !whole; i++) y[i * width + first + c] = NAN;
  }
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t n = st->all.n, width = st->all.width;
  if (!n) return BL_OK;
  size_t pad = st->padlen < n - 1 ? st->padlen : n - 1;
  double *v = bl_calloc(ctx, n + 2 * pad, LANES * sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "iir_zero_phase");
  float *y = bl_frames_add(ctx, out, n);
  for (size_t first = 0; y && first < width; first += LANES)
    filter(st, first, width - first < LANES ? width - first : LANES, pad, v, y);
  bl_free(ctx, v);
  return y ? BL_OK : BL_E_NOMEM;
}

static void reset(void *sp) { ((state *)sp)->all.n = 0; }
static void release(bl_ctx *ctx, void *sp) { bl_frames_free(ctx, &((state *)sp)->all); }

const bl_stage_class bl_stage_iir_zero_phase = {
    .name = "iir_zero_phase",
    .summary = "Butterworth, Chebyshev or Bessel filter, forward and backward over the whole run",
    .source = "mne.filter.filter_data, method iir; scipy.signal.sosfiltfilt",
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
