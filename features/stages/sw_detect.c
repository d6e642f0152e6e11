/* sw_detect: finds slow waves of sleep in a whole run, as YASA does. Frames pass unchanged, when the run has ended.
 *
 * In the signal between freq_sw (transitions 0.2 Hz wide, zero-phase), each trough amp_neg deep is paired with the next peak
 * amp_pos high; the two are amp_ptp apart. The negative half lies between the zero crossings before and behind the trough,
 * and lasts dur_neg; the positive likewise, dur_pos, and follows at once. Of waves that share their start, or their end, all
 * are dropped. An event lasts from the crossing before the trough to that behind the peak, and bears: trough, crossing
 * between the halves and peak in seconds; their values; the two values' distance; the depth of the trough over the time
 * from there to the crossing; one over the duration; and the channel's number, from 0. Limits are strict but for the sum
 * of both durations. */
#include <math.h>
#include <string.h>

#include "detector.h"
#include "peaks.h"
#include "stage_util.h"

typedef struct params {
  bl_reals freq_sw, dur_neg, dur_pos, amp_neg, amp_pos, amp_ptp;
  char *label;
} params;

static const char *const values[] = {"neg_peak_s", "mid_crossing_s", "pos_peak_s", "val_neg_peak", "val_pos_peak",
                                     "ptp",        "slope",          "frequency",  "channel",      NULL};
enum { N_VALUES = 9 };
static const double TRANSITION_HZ = 0.2;

static const bl_opt opts[] = {
    BL_REALS(params, freq_sw, "[0.3, 1.5]", 0, 1e6, "Hz", "band in which waves are looked for"),
    BL_REALS(params, dur_neg, "[0.3, 1.5]", 0, 1e6, "s", "least and most duration of the negative half"),
    BL_REALS(params, dur_pos, "[0.1, 1]", 0, 1e6, "s", "the same of the positive half"),
    BL_REALS(params, amp_neg, "[40, 200]", 0, 1e9, "uV", "least and most depth of the trough"),
    BL_REALS(params, amp_pos, "[10, 150]", 0, 1e9, "uV", "least and most height of the peak"),
    BL_REALS(params, amp_ptp, "[75, 350]", 0, 1e9, "uV", "least and most distance of the two"),
    BL_TEXT(params, label, "slow_wave", "the label of the events"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_two(ctx, "sw_detect", "freq_sw", &p->freq_sw);
  if (!s) s = bl_need_two(ctx, "sw_detect", "dur_neg", &p->dur_neg);
  if (!s) s = bl_need_two(ctx, "sw_detect", "dur_pos", &p->dur_pos);
  if (!s) s = bl_need_two(ctx, "sw_detect", "amp_neg", &p->amp_neg);
  if (!s) s = bl_need_two(ctx, "sw_detect", "amp_pos", &p->amp_pos);
  if (!s) s = bl_need_two(ctx, "sw_detect", "amp_ptp", &p->amp_ptp);
  if (!s) s = bl_detector_check_filter(ctx, "sw_detect", in, p->freq_sw.v[0], p->freq_sw.v[1], TRANSITION_HZ);
  return s ? s : bl_detector_shape(ctx, "sw_detect", in, out);
}

/* One pass over a channel: the filtered signal, and places in it. */
typedef struct pass {
  const params *p;
  double rate_hz;
  const double *y;
  double *neg, *pos, *zero; /* ascending */
  size_t n, n_neg, n_pos, n_zero;
} pass;

typedef struct wave {
  size_t start, neg, mid, pos, end;
  bool good;
} wave;

/* Peaks of sign * y between lo and hi, both included. */
static size_t find_peaks(const double *y, size_t n, double sign, const bl_reals *height, double *at, double *room)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) room[i] = sign * y[i];
  size_t found = bl_peaks_find(room, n, height->v[0], at);
  for (size_t i = 0; i < found; i++)
    if (room[(size_t)at[i]] <= height->v[1]) at[kept++] = at[i];
  return kept;
}

static size_t find_crossings(const double *y, size_t n, double *at)
{
  size_t found = 0;
  for (size_t i = 0; i + 1 < n; i++)
    if ((y[i] > 0) != (y[i + 1] > 0)) at[found++] = (double)i;
  return found;
}

/* The first of n ascending places that is not below `least`; n when there is none. */
static size_t first_from(const double *at, size_t n, double least)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = (lo + hi) / 2;
    if (at[mid] < least) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bool between(double x, const bl_reals *limits) { return x > limits->v[0] && x < limits->v[1]; }

/* The crossings on either side of a place; false where one is missing, or lies on it. */
static bool around(const pass *q, size_t at, size_t *before, size_t *behind)
{
  size_t i = first_from(q->zero, q->n_zero, (double)at);
  if (!i || i == q->n_zero || q->zero[i] == (double)at) return false;
  *before = (size_t)q->zero[i - 1];
  *behind = (size_t)q->zero[i];
  return true;
}

static wave wave_at(const pass *q, size_t neg, size_t pos)
{
  wave w = {.neg = neg, .pos = pos};
  size_t again;
  double ptp = fabs(q->y[neg]) + q->y[pos];
  if (!between(ptp, &q->p->amp_ptp) || !around(q, neg, &w.start, &w.mid) || !around(q, pos, &again, &w.end)) return w;
  double negative = (double)(w.mid - w.start) / q->rate_hz, positive = (double)(w.end - again) / q->rate_hz;
  double whole = rint((double)(w.end - w.start) / q->rate_hz * 1e4) / 1e4; /* 1.9 is 1.9, as YASA rounds */
  const bl_reals *dn = &q->p->dur_neg, *dp = &q->p->dur_pos;
  w.good = again == w.mid && whole <= dn->v[1] + dp->v[1] && whole >= dn->v[0] + dp->v[0] && between(negative, dn) &&
           between(positive, dp);
  return w;
}

static bl_status add_wave(bl_ctx *ctx, bl_detector *d, const pass *q, const wave *w, size_t channel)
{
  double ptp = fabs(q->y[w->neg]) + q->y[w->pos], rate = q->rate_hz;
  const double v[N_VALUES] = {d->start_s + (double)w->neg / rate,
                              d->start_s + (double)w->mid / rate,
                              d->start_s + (double)w->pos / rate,
                              q->y[w->neg],
                              q->y[w->pos],
                              ptp,
                              fabs(q->y[w->neg]) / ((double)(w->mid - w->neg) / rate),
                              rate / (double)(w->end - w->start),
                              (double)channel};
  return bl_detector_add(ctx, d, w->start, w->end, v, N_VALUES);
}

/* Drops all waves that share their start with another, then all that share their end with one that is left. */
static void drop_doubles(wave *w, size_t n)
{
  for (size_t round = 0; round < 2; round++)
    for (size_t i = 0, j; i < n; i = j) {
      size_t alike = 0;
      for (j = i; j < n && (!w[j].good || (round ? w[j].end == w[i].end : w[j].start == w[i].start)); j++)
        alike += w[j].good;
      if (j == i) j++;
      for (size_t k = i; alike > 1 && k < j; k++) w[k].good = false;
    }
}

static bl_status find_waves(bl_ctx *ctx, bl_detector *d, pass *q, size_t channel, wave *w)
{
  size_t n = 0;
  bl_status s = BL_OK;
  for (size_t i = 0; i < q->n_neg; i++) {
    size_t k = first_from(q->pos, q->n_pos, q->neg[i]);
    if (k == q->n_pos) break;
    w[n] = wave_at(q, (size_t)q->neg[i], (size_t)q->pos[k]);
    n += w[n].good;
  }
  drop_doubles(w, n);
  for (size_t i = 0; !s && i < n; i++)
    if (w[i].good) s = add_wave(ctx, d, q, &w[i], channel);
  return s;
}

static bl_status detect(bl_ctx *ctx, bl_detector *d, size_t channel, const float *x, size_t n)
{
  const params *p = d->params;
  double *room = bl_calloc(ctx, n, 5 * sizeof *room);
  wave *w = bl_calloc(ctx, n, sizeof *w);
  pass q = {.p = p, .rate_hz = d->rate_hz, .y = room, .n = n};
  bl_status s = room && w ? BL_OK : bl_fail_nomem(ctx, "sw_detect");
  if (!s) s = bl_detector_filter(ctx, d, 0, x, n, room);
  if (!s) {
    q.neg = room + n, q.pos = room + 2 * n, q.zero = room + 3 * n;
    q.n_neg = find_peaks(q.y, n, -1, &p->amp_neg, q.neg, room + 4 * n);
    q.n_pos = find_peaks(q.y, n, 1, &p->amp_pos, q.pos, room + 4 * n);
    q.n_zero = find_crossings(q.y, n, q.zero);
    s = find_waves(ctx, d, &q, channel, w);
  }
  bl_free(ctx, room);
  bl_free(ctx, w);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)out;
  bl_status s = bl_detector_init(ctx, sp, "sw_detect", p->label, detect, in, pp);
  return s ? s : bl_detector_add_filter(ctx, sp, p->freq_sw.v[0], p->freq_sw.v[1], TRANSITION_HZ);
}

const bl_stage_class bl_stage_sw_detect = {
    .name = "sw_detect",
    .summary = "Finds slow waves of sleep in the whole run, as events; frames pass unchanged",
    .source = "Massimini and others 2004, Carrier and others 2011; yasa.sw_detect",
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
