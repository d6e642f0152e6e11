/* threshold_events: finds bursts: stretches in which what comes in is at or above a threshold. Frames pass unchanged.
 *
 * A frame's value is the largest of all channels and bins, or of their magnitudes (of: magnitude, for waveforms). A burst
 * begins with a frame whose value is `on` or more, and goes on as long as it is `off` or more; quieter stretches up to
 * min_gap_s are part of it, when it goes on behind them. Bursts shorter than min_duration_s do not count; one of
 * max_duration_s ends there, and another may begin, so that none has to be waited for longer. With off below on, a value
 * that trembles about one threshold makes one burst of what would be many (hysteresis: the Schmitt trigger).
 *
 * Its onset is the time of the first frame, its duration that of all frames up to the last one at `off` or above. Each
 * bears its largest value (peak) and the mean over its frames. A NaN is below every threshold. Put power, smooth, or db
 * before it for energies; pick or mono to look at some channels. librosa.effects.split is rms, db (amplitude, amin 1e-5), top_db
 * (ref: max, top_db: none) and this with on: -60; trim is the same with a min_gap_s that is longer than any recording. */
#include <math.h>
#include <string.h>

#include "stage_util.h"

enum { OF_VALUE, OF_MAGNITUDE };
static const char *const of_words[] = {"value", "magnitude", NULL};
static const char *const off_words[] = {"on", NULL};
static const char *const values[] = {"peak", "mean", NULL};

typedef struct params {
  bl_word off;
  double on, min_duration_s, min_gap_s, max_duration_s;
  int of;
  char *label;
} params;

static const bl_opt opts[] = {
    {.name = "on",
     .kind = BL_OPT_REAL,
     .offset = offsetof(params, on),
     .lo = -1e30,
     .hi = 1e30,
     .flags = BL_OPT_NEEDED,
     .unit = "the input's unit",
     .help = "a burst begins at this value or above"},
    BL_WORD(params, off, "on", off_words, -1e30, 1e30, 0, "the input's unit",
            "and goes on at this value or above; on: at the same"),
    BL_ENUM(params, of, "value", of_words, "value, for powers and decibels; magnitude, for waveforms"),
    BL_REAL(params, min_duration_s, "0", 0, 1e6, "s", "shorter bursts do not count"),
    BL_REAL(params, min_gap_s, "0", 0, 1e6, "s", "quieter stretches up to this length do not end a burst"),
    BL_REAL_ABOVE(params, max_duration_s, "10", 0, 1e6, "s", "a burst of this length ends, and another may begin"),
    BL_TEXT(params, label, "burst", "the label of the events"),
    BL_OPT_END};

typedef struct state {
  const params *p;
  double off, rate_hz, start_s;
  size_t width;
  uint64_t min_frames, gap_frames, most_frames;
  uint64_t total; /* frames seen */
  bool open;      /* a burst goes on: from frame `first`, `last` being the last one at `off` or above */
  uint64_t first, last;
  double peak, sum, sum_to_last;
  bl_findings found; /* since the last call of events */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  (void)out;
  if (p->off.word < 0 && p->off.real > p->on)
    return bl_fail(ctx, BL_E_CONFIG, "threshold_events: off %g is above on %g; a burst would end as it begins",
                   p->off.real, p->on);
  if (p->min_duration_s > p->max_duration_s)
    return bl_fail(ctx, BL_E_CONFIG,
                   "threshold_events: min_duration_s %g is above max_duration_s %g, so that none counts",
                   p->min_duration_s, p->max_duration_s);
  if (!(p->max_duration_s * in->rate_hz >= 1))
    return bl_fail(ctx, BL_E_RANGE,
                   "threshold_events: max_duration_s %g is less than a frame at %g Hz; take a longer one",
                   p->max_duration_s, in->rate_hz);
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  (void)ctx, (void)out;
  *(state *)sp = (state){.p = p,
                         .off = p->off.word < 0 ? p->off.real : p->on,
                         .rate_hz = in->rate_hz,
                         .start_s = in->start_s,
                         .width = bl_stream_width(in),
                         .min_frames = (uint64_t)ceil(p->min_duration_s * in->rate_hz - 1e-6),
                         .gap_frames = (uint64_t)floor(p->min_gap_s * in->rate_hz + 1e-6),
                         .most_frames = (uint64_t)floor(p->max_duration_s * in->rate_hz + 1e-6)};
  return BL_OK;
}

static double value_of(const state *st, const float *x)
{
  double most = -INFINITY;
  for (size_t i = 0; i < st->width; i++) {
    double v = st->p->of == OF_MAGNITUDE ? fabs((double)x[i]) : (double)x[i];
    if (v > most) most = v;
  }
  return most;
}

static double time_of(const state *st, uint64_t frame) { return st->start_s + (double)frame / st->rate_hz; }

static bl_status close_burst(bl_ctx *ctx, state *st)
{
  uint64_t n = st->last + 1 - st->first;
  st->open = false;
  if (n < st->min_frames) return BL_OK;
  bl_finding one = {
      .event = {.onset_s = time_of(st, st->first), .duration_s = (double)n / st->rate_hz, .label = st->p->label},
      .value = {st->peak, st->sum_to_last / (double)n}};
  return bl_findings_add(ctx, &st->found, &one);
}

static bl_status see(bl_ctx *ctx, state *st, double v)
{
  bl_status s = BL_OK;
  uint64_t at = st->total++;
  if (st->open && v < st->off && at - st->last > st->gap_frames) s = close_burst(ctx, st);
  if (!st->open && v >= st->p->on) {
    st->open = true;
    st->first = at;
    st->peak = -INFINITY;
    st->sum = 0;
  }
  if (!st->open) return s;
  st->sum += v;
  if (v >= st->off) {
    st->last = at;
    st->sum_to_last = st->sum;
    st->peak = fmax(st->peak, v);
  }
  return !s && at + 1 - st->first >= st->most_frames ? close_burst(ctx, st) : s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  bl_status s = BL_OK;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * st->width * sizeof *x);
  for (size_t i = 0; !s && i < n; i++) s = see(ctx, st, value_of(st, x + i * st->width));
  return s;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  (void)out;
  return st->open ? close_burst(ctx, st) : BL_OK;
}

static bl_status events(bl_ctx *ctx, void *sp, bl_findings *out, double *known_s)
{
  state *st = sp;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < st->found.n; i++) s = bl_findings_add(ctx, out, &st->found.v[i]);
  st->found.n = 0;
  *known_s = time_of(st, st->open ? st->first : st->total);
  return s;
}

static double event_lag_s(const void *sp)
{
  const state *st = sp;
  return (double)(st->most_frames + 1) / st->rate_hz;
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = 0;
  st->open = false;
  st->found.n = 0;
}

static void release(bl_ctx *ctx, void *sp) { bl_findings_free(ctx, &((state *)sp)->found); }

const bl_stage_class bl_stage_threshold_events = {
    .name = "threshold_events",
    .summary = "Finds bursts above a threshold, as events; frames pass unchanged",
    .source = "threshold with hysteresis (Schmitt, J. Sci. Instrum. 15 (1938) 24)",
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
