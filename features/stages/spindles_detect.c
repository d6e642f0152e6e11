/* spindles_detect: finds sleep spindles in a whole run, as YASA does. Frames pass unchanged, when the run has ended.
 *
 * Three measures are taken at every sample: the share of freq_sp in the power of freq_broad (transforms of 2 s every 0.2 s),
 * the correlation of the signal in the one band and in the other, and the root mean square in freq_sp (windows of 0.3 s
 * every 0.1 s; the limit is its mean and thresh_rms deviations of all but its lowest and highest tenths, at most 10 uV).
 * Where the mean over 0.1 s of how many of them reach their limits is more than one less than all, is a spindle; such
 * stretches less than min_distance_s apart are one; those between `duration` long (strictly) count. thresh_* none leaves
 * a measure out. An event bears: the most prominent peak in seconds; peak-to-peak amplitude and root mean square without
 * its straight line, in freq_broad; median log10 of the power of the analytic signal in freq_sp; median share; median of
 * the positive instantaneous frequencies; number of peaks 60 ms or more apart; place of the most prominent, 0 to 1;
 * peak-to-peak amplitude in freq_sp; and the channel's number, from 0. Works best on sleep of stages N2 and N3 alone. */
#include <math.h>
#include <string.h>

#include "analytic.h"
#include "detector.h"
#include "fft.h"
#include "moving.h"
#include "peaks.h"
#include "select.h"
#include "stage_util.h"

typedef struct params {
  bl_reals freq_sp, freq_broad, duration;
  double min_distance_s;
  bl_word thresh_rel_pow, thresh_corr, thresh_rms;
  char *label;
} params;

static const char *const values[] = {"peak_s",       "amplitude", "rms",          "abs_power", "rel_power", "frequency",
                                     "oscillations", "symmetry",  "amp_filtered", "channel",   NULL};
enum { N_VALUES = 10 };
static const char *const nones[] = {"none", NULL};

static const bl_opt opts[] = {BL_REALS(params, freq_sp, "[12, 15]", 0, 1e6, "Hz", "band of spindles"),
                              BL_REALS(params, freq_broad, "[1, 30]", 0, 1e6, "Hz", "band of all that counts"),
                              BL_REALS(params, duration, "[0.5, 2]", 0, 1e6, "s", "least and most duration"),
                              BL_REAL(params, min_distance_s, "0.5", 0, 1e6, "s", "spindles that are nearer are one"),
                              BL_WORD(params, thresh_rel_pow, "0.2", nones, 0, 1, 0, "",
                                      "least share of freq_sp in the power; none: not looked at"),
                              BL_WORD(params, thresh_corr, "0.65", nones, -1, 1, 0, "",
                                      "least correlation of the two bands; none: not looked at"),
                              BL_WORD(params, thresh_rms, "1.5", nones, 0, 1e6, 0, "",
                                      "least root mean square, in deviations over its mean; none: not looked at"),
                              BL_TEXT(params, label, "spindle", "the label of the events"),
                              BL_OPT_END};
static const double TRANSITION_HZ = 1.5, MOST_RMS = 10, SMOOTHING_S = 0.1, PEAKS_APART_S = 0.06;
static const double TWO_PI = 6.28318530717958647693;

enum { BROAD, SIGMA }; /* filters */

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_two(ctx, "spindles_detect", "freq_sp", &p->freq_sp);
  if (!s) s = bl_need_two(ctx, "spindles_detect", "freq_broad", &p->freq_broad);
  if (!s) s = bl_need_two(ctx, "spindles_detect", "duration", &p->duration);
  if (!s && p->thresh_rel_pow.word >= 0 && p->thresh_corr.word >= 0 && p->thresh_rms.word >= 0)
    s = bl_fail(ctx, BL_E_CONFIG, "spindles_detect: all three thresholds are none; set at least one");
  const double *sp = p->freq_sp.v, *broad = p->freq_broad.v;
  if (!s) s = bl_detector_check_filter(ctx, "spindles_detect", in, sp[0], sp[1], TRANSITION_HZ);
  if (!s) s = bl_detector_check_filter(ctx, "spindles_detect", in, broad[0], broad[1], (double)NAN);
  return s ? s : bl_detector_shape(ctx, "spindles_detect", in, out);
}

/* One pass over a channel, all [n]. */
typedef struct pass {
  const params *p;
  double rate_hz;
  size_t n;
  double *broad, *sigma, *turned, *share, *measure, *votes, *room;
} pass;

static void vote(const pass *q, const double *measure, double limit)
{
  for (size_t i = 0; i < q->n; i++) q->votes[i] += measure[i] >= limit;
}

static bl_status take_votes(bl_ctx *ctx, pass *q, size_t *n_measures)
{
  const params *p = q->p;
  bl_status s = bl_moving_share(ctx, q->broad, q->n, q->rate_hz, 2, 0.2, p->freq_sp.v, p->freq_broad.v, q->share);
  *n_measures = 0;
  if (!s && p->thresh_rel_pow.word < 0) vote(q, q->share, p->thresh_rel_pow.real), ++*n_measures;
  if (!s && p->thresh_corr.word < 0) {
    s = bl_moving(ctx, q->sigma, q->broad, q->n, q->rate_hz, 0.3, 0.1, q->measure);
    if (!s) vote(q, q->measure, p->thresh_corr.real), ++*n_measures;
  }
  if (!s && p->thresh_rms.word < 0) {
    double mean = 0;
    s = bl_moving(ctx, q->sigma, NULL, q->n, q->rate_hz, 0.3, 0.1, q->measure);
    for (size_t i = 0; i < q->n; i++) mean += q->measure[i] / (double)q->n;
    memcpy(q->room, q->measure, q->n * sizeof *q->room);
    double limit = mean + p->thresh_rms.real * bl_trimmed_deviation(q->room, q->n, 0.1);
    if (!s) vote(q, q->measure, fmin(limit, MOST_RMS)), ++*n_measures;
  }
  return s;
}

/* Whether the votes around each sample are enough, in q->room as ones and zeros. */
static void smooth_votes(const pass *q, size_t n_measures)
{
  size_t w = (size_t)(SMOOTHING_S * q->rate_hz), before = w / 2;
  if (!w) w = 1;
  for (size_t i = 0; i < q->n; i++) {
    double sum = 0;
    for (size_t k = i < before ? before - i : 0; k < w && i + k - before < q->n; k++) sum += q->votes[i + k - before];
    q->room[i] = sum > (double)(w * (n_measures - 1));
  }
}

/* NaN for none. */
static double median_of(double *v, size_t n) { return n ? bl_median_by_sort(v, n) : (double)NAN; }

static double range_of(const double *v, size_t n)
{
  double lo = INFINITY, hi = -INFINITY;
  for (size_t i = 0; i < n; i++) lo = fmin(lo, v[i]), hi = fmax(hi, v[i]);
  return hi - lo;
}

/* x less its straight line, in y. */
static void take_line_off(const double *x, size_t n, double *y)
{
  double middle = (double)(n - 1) / 2, mean = 0, xy = 0, xx = 0;
  for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    xy += ((double)i - middle) * x[i];
    xx += ((double)i - middle) * ((double)i - middle);
  }
  for (size_t i = 0; i < n; i++) y[i] = x[i] - mean - (xx > 0 ? xy / xx : 0) * ((double)i - middle);
}

/* Medians of log10 power and of the instantaneous frequency, from the analytic signal sigma + j turned. */
static void measure_oscillation(const pass *q, size_t from, size_t n, double *scratch, double *power, double *frequency)
{
  size_t kept = 0;
  for (size_t i = from; i < from + n; i++) {
    double v = q->sigma[i] * q->sigma[i] + q->turned[i] * q->turned[i];
    if (v > 0) scratch[kept++] = log10(v);
  }
  *power = median_of(scratch, kept);
  kept = 0;
  for (size_t i = from; i < from + n && i + 1 < q->n; i++) {
    double turn = atan2(q->turned[i + 1], q->sigma[i + 1]) - atan2(q->turned[i], q->sigma[i]);
    if (turn > 0) scratch[kept++] = q->rate_hz / TWO_PI * turn;
  }
  *frequency = median_of(scratch, kept);
}

/* The number of peaks, and the most prominent, the first of equals; none: 0 and the middle. scratch: 2 n numbers. */
static size_t find_top(const pass *q, const double *x, size_t n, double *scratch, size_t *top)
{
  double best = -1;
  size_t found = bl_peaks_find(x, n, -INFINITY, scratch);
  found = bl_peaks_thin(x, scratch, found, ceil(PEAKS_APART_S * q->rate_hz - 1e-9), scratch + n);
  *top = n / 2;
  for (size_t i = 0; i < found; i++) {
    double height = bl_peak_prominence(x, n, (size_t)scratch[i]);
    if (height > best) best = height, *top = (size_t)scratch[i];
  }
  return found;
}

/* The votes are no longer wanted and make room, as does `measure`. */
static bl_status add_spindle(bl_ctx *ctx, bl_detector *d, const pass *q, size_t from, size_t n, size_t channel)
{
  double *flat = q->measure, *scratch = q->votes, squares = 0, power, frequency;
  size_t top, peaks;
  take_line_off(q->broad + from, n, flat);
  for (size_t i = 0; i < n; i++) squares += flat[i] * flat[i];
  peaks = find_top(q, flat, n, scratch, &top);
  measure_oscillation(q, from, n, scratch, &power, &frequency);
  for (size_t i = 0; i < n; i++) scratch[i] = q->share[from + i];
  const double v[N_VALUES] = {d->start_s + (double)(from + top) / q->rate_hz,
                              range_of(flat, n),
                              sqrt(squares / (double)n),
                              power,
                              median_of(scratch, n),
                              frequency,
                              (double)peaks,
                              (double)top / (double)n,
                              range_of(q->sigma + from, n),
                              (double)channel};
  return bl_detector_add(ctx, d, from, from + n - 1, v, N_VALUES);
}

/* Stretches of ones in q->room; those closer than min_distance_s are one. */
static bl_status find_spindles(bl_ctx *ctx, bl_detector *d, const pass *q, size_t channel)
{
  const params *p = q->p;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < q->n;) {
    if (q->room[i] == 0) {
      i++;
      continue;
    }
    size_t last = i, next = i + 1;
    for (; next < q->n && (double)(next - last) < fmax(p->min_distance_s * q->rate_hz, 2); next++)
      if (q->room[next] != 0) last = next;
    double duration = (double)(last - i) / q->rate_hz;
    if (duration > p->duration.v[0] && duration < p->duration.v[1])
      s = add_spindle(ctx, d, q, i, last + 1 - i, channel);
    i = last + 1;
  }
  return s;
}

static bl_status analyse(bl_ctx *ctx, bl_detector *d, pass *q, size_t channel, const float *x, size_t padded)
{
  bl_analytic hilbert = {0};
  size_t n_measures;
  bl_status s = bl_detector_filter(ctx, d, BROAD, x, q->n, q->broad);
  if (!s) s = bl_detector_filter(ctx, d, SIGMA, x, q->n, q->sigma);
  if (!s) s = bl_hilbert(ctx, &hilbert, q->sigma, padded, q->turned); /* zeros stand behind sigma */
  bl_analytic_release(ctx, &hilbert);
  if (!s) s = take_votes(ctx, q, &n_measures);
  if (s) return s;
  smooth_votes(q, n_measures);
  return find_spindles(ctx, d, q, channel);
}

static bl_status detect(bl_ctx *ctx, bl_detector *d, size_t channel, const float *x, size_t n)
{
  const params *p = d->params;
  size_t padded = bl_fft_length(n, 11, 1); /* scipy.fft.next_fast_len */
  if ((double)n < 2 * d->rate_hz)
    return BL_OK; /* shorter than one transform: no room for a spindle and what is around it */
  double *v = bl_calloc(ctx, 2 * padded + 6 * n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "spindles_detect");
  double *rest = v + 2 * padded;
  pass q = {.p = p,
            .rate_hz = d->rate_hz,
            .n = n,
            .sigma = v,
            .turned = v + padded,
            .broad = rest,
            .share = rest + n,
            .measure = rest + 2 * n,
            .room = rest + 3 * n,
            .votes = rest + 4 * n};
  bl_status s = analyse(ctx, d, &q, channel, x, padded);
  bl_free(ctx, v);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  const double *sp_hz = p->freq_sp.v, *broad = p->freq_broad.v;
  (void)out;
  bl_status s = bl_detector_init(ctx, sp, "spindles_detect", p->label, detect, in, pp);
  if (!s) s = bl_detector_add_filter(ctx, sp, broad[0], broad[1], (double)NAN);
  return s ? s : bl_detector_add_filter(ctx, sp, sp_hz[0], sp_hz[1], TRANSITION_HZ);
}

const bl_stage_class bl_stage_spindles_detect = {
    .name = "spindles_detect",
    .summary = "Finds sleep spindles in the whole run, as events; frames pass unchanged",
    .source = "Lacourse and others 2019; yasa.spindles_detect",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_detector),
    .shape = shape,
    .init = init,
    .push = bl_keep_push,
    .finish = bl_detector_finish,
    .reset = bl_detector_reset,
    .release = bl_detector_release,
    .event_values = values,
    .events = bl_detector_events,
    .event_lag_s = bl_detector_event_lag_s,
};
