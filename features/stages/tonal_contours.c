/* tonal_contours: finds whistles, calls and other tones: peaks of a power spectrum that go on from frame to frame, as events
 * with their frequencies. Frames pass unchanged.
 *
 * A peak is a bin above both its neighbours and at least prominence_db above the background, the median of the bins within
 * background_hz about it, so that neither a hum's neighbours nor a click, which raises all bins alike, make peaks; its frequency
 * is refined by the parabola through the three values in decibels. A peak goes on with the contour whose course it is
 * nearest to, if it lies within max_jump_hz a frame of that contour's last peak; contours may go without a peak for
 * max_gap_s. Those of min_length_s and more are told; one of max_length_s ends there. The frame's powers are the largest of
 * all channels (put pick before it to look at one). Put magnitudes through power first; a steady hum is taken out by
 * denoise or whiten before it.
 *
 * Each event bears: start_hz, end_hz, min_hz, max_hz, mean_hz, sweep_hz_s (the slope of the regression line of its peaks), and
 * level_db, the mean of how far its peaks stand above the background. Its duration is that from the first peak's frame to the
 * last one's, both included.
 *
 * Defaults: 10 dB above the median of noise comes once in some thousand bins, so that chains of 0.1 s of them are rare; two
 * bins a frame are the fastest sweep that keeps a peak one bin wide; a gap of 0.03 s bridges a beat of two tones. */
#include <math.h>
#include <string.h>

#include "contours.h"
#include "stage_util.h"

static const char *const auto_word[] = {"auto", NULL};
static const char *const values[] = {"start_hz", "end_hz",     "min_hz",   "max_hz",
                                     "mean_hz",  "sweep_hz_s", "level_db", NULL};

typedef struct params {
  double prominence_db, min_length_s, max_gap_s, max_length_s, fmin;
  bl_word background_hz, max_jump_hz, fmax;
  char *label;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, prominence_db, "10", 0, 200, "dB", "how far a peak stands above the background, at least"),
    BL_WORD(params, background_hz, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "width of the bins whose median is the background; auto: 40 bins"),
    BL_WORD(params, max_jump_hz, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "how far a contour may jump from one frame to the next; auto: two bins"),
    BL_REAL(params, min_length_s, "0.1", 0, 1e6, "s", "shorter contours do not count"),
    BL_REAL(params, max_gap_s, "0.03", 0, 1e6, "s", "how long a contour may go without a peak"),
    BL_REAL_ABOVE(params, max_length_s, "10", 0, 1e6, "s", "a contour of this length ends, and another may begin"),
    BL_REAL(params, fmin, "0", 0, 1e9, "Hz", "peaks below this do not count"),
    BL_WORD(params, fmax, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "nor do those above; auto: the highest bin"),
    BL_TEXT(params, label, "contour", "the label of the events"),
    BL_OPT_END,
};

typedef struct state {
  const params *p;
  double rate_hz, start_s;
  size_t n_channels;
  uint64_t total, min_frames, most_frames; /* frames seen; lengths of contours */
  bl_contour_finder finder;
  bl_contours contours;
  double *hz;        /* [n_bins] */
  float *loudest;    /* [n_bins]: of all channels */
  bl_findings found; /* since the last call of events */
} state;

/* The distance of bins, in the middle of the spectrum. */
static double bin_width(const bl_stream *in)
{
  size_t k = in->n_bins / 2;
  return in->bin_hz[k] - in->bin_hz[k - 1];
}

/* The bins that may be peaks: from *first on, before *end. The outer ones have no two neighbours. */
static void usable_bins(const params *p, const bl_stream *in, size_t *first, size_t *end)
{
  *first = 1;
  while (*first + 1 < in->n_bins && in->bin_hz[*first] < p->fmin) ++*first;
  *end = in->n_bins - 1;
  while (p->fmax.word != 0 && *end > *first && in->bin_hz[*end - 1] > p->fmax.real) --*end;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t first, end;
  bl_status s = bl_need_linear(ctx, "tonal_contours", in);
  (void)out;
  if (s) return s;
  if (in->n_bins < 8)
    return bl_fail(ctx, BL_E_CONFIG,
                   "tonal_contours: needs a spectrum of many bins, but %zu come in; put stft before it", in->n_bins);
  if (p->fmax.word != 0 && p->fmin >= p->fmax.real)
    return bl_fail(ctx, BL_E_CONFIG, "tonal_contours: fmin %g Hz is not below fmax %g Hz", p->fmin, p->fmax.real);
  usable_bins(p, in, &first, &end);
  if (first >= end)
    return bl_fail(ctx, BL_E_RANGE, "tonal_contours: fmin %g Hz to fmax %g Hz leaves no bin of those from %g to %g Hz",
                   p->fmin, p->fmax.word != 0 ? p->fmax.real : in->bin_hz[in->n_bins - 1], in->bin_hz[1],
                   in->bin_hz[in->n_bins - 2]);
  if (p->min_length_s > p->max_length_s || !(p->max_length_s * in->rate_hz >= 1))
    return bl_fail(ctx, BL_E_CONFIG,
                   "tonal_contours: max_length_s %g must be at least min_length_s %g, and a frame at %g Hz",
                   p->max_length_s, p->min_length_s, in->rate_hz);
  return BL_OK;
}

static void set_finder(const params *p, const bl_stream *in, bl_contour_finder *f)
{
  double width = p->background_hz.word == 0 ? 40 * bin_width(in) : p->background_hz.real;
  f->ratio = pow(10, p->prominence_db / 10);
  f->n_bins = in->n_bins;
  f->half = (size_t)fmin(fmax(rint(width / bin_width(in) / 2), 2), (double)in->n_bins);
  usable_bins(p, in, &f->first, &f->end);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  double rate = in->rate_hz;
  (void)out;
  st->p = p;
  st->rate_hz = rate;
  st->start_s = in->start_s;
  st->n_channels = in->n_channels;
  st->min_frames = (uint64_t)ceil(p->min_length_s * rate - 1e-6);
  st->most_frames = (uint64_t)floor(p->max_length_s * rate + 1e-6);
  st->contours.gap = (uint64_t)floor(p->max_gap_s * rate + 1e-6);
  st->contours.max_jump = p->max_jump_hz.word == 0 ? 2 * bin_width(in) : p->max_jump_hz.real;
  set_finder(p, in, &st->finder);
  st->hz = bl_calloc(ctx, in->n_bins, sizeof *st->hz);
  st->loudest = bl_calloc(ctx, in->n_bins, sizeof *st->loudest);
  st->finder.room = bl_calloc(ctx, 2 * st->finder.half + 1, sizeof *st->finder.room);
  if (!st->hz || !st->loudest || !st->finder.room) return bl_fail_nomem(ctx, "tonal_contours");
  memcpy(st->hz, in->bin_hz, in->n_bins * sizeof *st->hz);
  st->finder.hz = st->hz;
  return BL_OK;
}

static bl_status tell(bl_ctx *ctx, state *st, const bl_contour *c)
{
  uint64_t n = c->last + 1 - c->first;
  if (n < st->min_frames) return BL_OK;
  bl_finding one = {.event = {.onset_s = st->start_s + (double)c->first / st->rate_hz,
                              .duration_s = (double)n / st->rate_hz,
                              .label = st->p->label},
                    .value = {c->first_hz, c->last_hz, c->min_hz, c->max_hz, bl_contour_mean(c),
                              bl_contour_slope(c) * st->rate_hz, c->level / (double)c->n}};
  return bl_findings_add(ctx, &st->found, &one);
}

/* Tells and drops the contours that frame `total` - 1 has shown to be over. */
static bl_status close_some(bl_ctx *ctx, state *st, bool all)
{
  bl_status s = BL_OK;
  bl_contours *c = &st->contours;
  for (size_t i = 0; !s && i < c->n;) {
    const bl_contour *one = &c->open[i];
    bool over = all || st->total - 1 - one->last > c->gap || one->last + 1 - one->first >= st->most_frames;
    if (!over) {
      i++;
      continue;
    }
    s = tell(ctx, st, one);
    bl_contours_drop(c, i);
  }
  return s;
}

/* The powers of a frame, the largest of all channels; a channel with a NaN shows it. */
static const float *powers_of(state *st, const float *x)
{
  size_t n = st->finder.n_bins;
  if (st->n_channels == 1) return x;
  memcpy(st->loudest, x, n * sizeof *x);
  for (size_t c = 1; c < st->n_channels; c++)
    for (size_t k = 0; k < n; k++)
      if (x[c * n + k] > st->loudest[k] || isnan(x[c * n + k])) st->loudest[k] = x[c * n + k];
  return st->loudest;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  size_t width = st->n_channels * st->finder.n_bins;
  bl_contour_peak peaks[BL_CONTOUR_PEAKS];
  bl_status s = BL_OK;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * width * sizeof *x);
  for (size_t i = 0; !s && i < n; i++, x += width) {
    size_t found = bl_contour_peaks(&st->finder, powers_of(st, x), peaks);
    bl_contours_link(&st->contours, st->total++, peaks, found);
    s = close_some(ctx, st, false);
  }
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  (void)out;
  return close_some(ctx, sp, true);
}

static bl_status events(bl_ctx *ctx, void *sp, bl_findings *out, double *known_s)
{
  state *st = sp;
  bl_status s = BL_OK;
  uint64_t known = st->total;
  for (size_t i = 0; !s && i < st->found.n; i++) s = bl_findings_add(ctx, out, &st->found.v[i]);
  st->found.n = 0;
  for (size_t i = 0; i < st->contours.n; i++)
    if (st->contours.open[i].first < known) known = st->contours.open[i].first;
  *known_s = st->start_s + (double)known / st->rate_hz;
  return s;
}

static double event_lag_s(const void *sp)
{
  const state *st = sp;
  return (double)(st->most_frames + st->contours.gap + 1) / st->rate_hz;
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = 0;
  st->contours.n = 0;
  st->found.n = 0;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->hz);
  bl_free(ctx, st->loudest);
  bl_free(ctx, st->finder.room);
  bl_findings_free(ctx, &st->found);
}

const bl_stage_class bl_stage_tonal_contours = {
    .name = "tonal_contours",
    .summary = "Finds tones that go on over frames, as events with their frequencies; frames pass unchanged",
    .source = "McAulay and Quatieri, IEEE Trans. ASSP 34 (1986) 744; Gillespie et al., JASA 134 (2013) 2427",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .event_values = values,
    .events = events,
    .event_lag_s = event_lag_s,
};
