/* mark_artefacts: finds samples that no brain and no animal made, and marks them. [frame][channel] -> the same, or with
 * mode channel one channel more, "bad".
 *
 * A sample of a checked channel is marked when
 *   amplitude: |x| > amplitude
 *   gradient:  it is one of two neighbours with |x[i] - x[i-1]| > gradient (in the unit, from one sample to the next)
 *   flat:      it lies in a span of flat_s all of whose values differ by no more than flat
 *   clip:      it lies in a run of at least clip_run samples with |x| >= clip
 *   it is NaN or infinite
 * and so is what lies within pad_s of such a sample in its channel. Criteria that are none do not count. Thresholds are
 * in the unit of the checked channels, which must be one; `exclude` names those that are not checked.
 * mode nan: marked samples become NaN; hold: the last unmarked value of the channel, 0 before there was one; zero: 0;
 * channel: values pass, and "bad" is 1 where any channel is marked, else 0. With `together`, a mark in one checked
 * channel counts for all of them. Without any criterion only NaN and infinity are marked. Latency: pad_s and the reach
 * of the criteria. */
#include <string.h>

#include "channels.h"
#include "lag.h"
#include "stage_util.h"

enum { NANS, HOLD, ZERO, CHANNEL };
static const char *const modes[] = {"nan", "hold", "zero", "channel", NULL};
static const char *const none_word[] = {"none", NULL};
enum { MAX_REACH = 1 << 24 };

typedef struct params {
  int mode;
  bl_word amplitude, gradient, flat, clip;
  double flat_s, pad_s;
  int64_t clip_run;
  bool together;
  bl_texts exclude;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, mode, "nan", modes,
            "marked samples become NaN, the last good value, or 0; or a channel 'bad' of 0 and 1 is added"),
    BL_WORD(params, amplitude, "none", none_word, 0, 1e30, BL_OPT_OPEN_LO, "",
            "marks |x| above this; without amplitude, gradient, flat and clip only NaN and infinity are marked"),
    BL_WORD(params, gradient, "none", none_word, 0, 1e30, BL_OPT_OPEN_LO, "",
            "marks two neighbours that differ by more than this"),
    BL_WORD(params, flat, "none", none_word, 0, 1e30, 0, "", "marks spans of flat_s that vary by no more than this"),
    BL_REAL_ABOVE(params, flat_s, "0.5", 0, 1e6, "s", "how long a span must be flat"),
    BL_WORD(params, clip, "none", none_word, 0, 1e30, BL_OPT_OPEN_LO, "",
            "the rail: marks runs with |x| at or beyond it"),
    BL_INT(params, clip_run, "3", 1, 1 << 20, "samples", "how long a run at the rail must be"),
    BL_REAL(params, pad_s, "0", 0, 1e6, "s", "marks this long before and behind, too"),
    BL_BOOL(params, together, "false", "a mark in one channel counts for all that are checked"),
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that are not checked and not changed"),
    BL_OPT_END,
};

/* Places with the least (or, of -x, greatest) values of a sliding window, in order of time: Lemire, Nordic J. Computing
 * 13 (2006) 328. A ring. */
typedef struct extremes {
  float *v;
  uint64_t *at, first, behind, mask;
} extremes;

/* One checked channel. Marks of the samples that wait lie in a ring; beyond the newest, all before `until`. */
typedef struct track {
  size_t channel, clipped; /* samples at the rail up to the newest */
  float last;              /* the newest sample, NaN before the first */
  float held;              /* the last unmarked value that was put out */
  uint64_t from, until;    /* last span marked: [from, until) */
  uint64_t good; /* from there on to the newest samples are finite, and no two neighbours differ by more than flat */
  extremes least, most;
  unsigned char *mark; /* ring */
} track;

typedef struct state {
  params p; /* its texts are the stage's */
  size_t n_channels, n_tracks, delay, pad, flat_len;
  uint64_t mask; /* rings hold powers of two: a division for each place takes longer than all else */
  track *tracks;
  float *v, *extreme_v; /* ring of at least delay + 1 frames; room of all extremes */
  unsigned char *marks;
  uint64_t *extreme_at;
  bl_lag lag;
} state;

static bool is_on(bl_word w) { return w.word < 0; }

/* Samples that must be known behind one before its mark is; the parts of it. False when that is too long. */
static bool reach_of(const params *p, double rate_hz, size_t *pad, size_t *flat_len, size_t *delay)
{
  double pad_n = ceil(p->pad_s * rate_hz - 1e-9), flat_n = is_on(p->flat) ? fmax(rint(p->flat_s * rate_hz), 2) : 1;
  if (!(pad_n + flat_n < MAX_REACH)) return false;
  *pad = (size_t)pad_n;
  *flat_len = (size_t)flat_n;
  size_t reach = *flat_len - 1;
  if (is_on(p->gradient) && reach < 1) reach = 1;
  if (is_on(p->clip) && reach < (size_t)p->clip_run - 1) reach = (size_t)p->clip_run - 1;
  *delay = *pad + reach;
  return true;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const bl_texts all = {0};
  const params *p = pp;
  size_t *index = NULL, n = 0, pad, flat_len, delay = 0;
  bl_status s = bl_need_waveform(ctx, "mark_artefacts", in);
  if (!s && !is_on(p->flat)) s = bl_opts_refuse_idle(ctx, "mark_artefacts", opts, p, "flat_s", "flat");
  if (!s && !is_on(p->clip)) s = bl_opts_refuse_idle(ctx, "mark_artefacts", opts, p, "clip_run", "clip");
  if (!s && !reach_of(p, in->rate_hz, &pad, &flat_len, &delay))
    s = bl_fail(ctx, BL_E_RANGE, "mark_artefacts: pad_s and flat_s are longer than %d samples; make them shorter",
                MAX_REACH);
  if (!s) s = bl_channels_pick(ctx, "mark_artefacts", in, &all, &p->exclude, &index, &n);
  for (size_t i = 1; !s && i < n; i++)
    if (strcmp(bl_unit_of(in, index[i]), bl_unit_of(in, index[0])))
      s = bl_fail(ctx, BL_E_CONFIG,
                  "mark_artefacts: channel '%s' is in '%s' but '%s' in '%s'; exclude one, or bring them to one unit by "
                  "to_unit",
                  in->channels.v[index[i]], bl_unit_of(in, index[i]), in->channels.v[index[0]],
                  bl_unit_of(in, index[0]));
  bl_free(ctx, index);
  if (s) return s;
  out->latency_s = in->latency_s + (double)delay / in->rate_hz;
  if (p->mode != CHANNEL) return BL_OK;
  if (bl_texts_find(&in->channels, "bad") >= 0)
    return bl_fail(ctx, BL_E_CONFIG, "mark_artefacts: there is a channel 'bad' already; rename it first");
  out->n_channels++;
  s = bl_texts_add(ctx, &out->channels, "bad");
  return s ? s : bl_texts_add(ctx, &out->units, "1");
}

/* The channel "bad", and with `together` every checked one, depends on all that are checked. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  static const bl_texts all = {0};
  const params *p = pp;
  size_t *index = NULL, n = 0;
  bool any = p->mode == CHANNEL && wanted[out->n_channels - 1];
  bl_status s = bl_channels_pick(ctx, "mark_artefacts", in, &all, &p->exclude, &index, &n);
  for (size_t i = 0; !s && p->mode != CHANNEL && p->together && i < n; i++) any = any || wanted[index[i]];
  for (size_t c = 0; !s && c < in->n_channels; c++) needed[c] = wanted[c];
  for (size_t i = 0; any && i < n; i++) needed[index[i]] = true;
  bl_free(ctx, index);
  return s;
}

static void forget(track *t, uint64_t good)
{
  t->good = good;
  t->least.first = t->least.behind = t->most.first = t->most.behind = 0;
}

static void reset(void *sp)
{
  state *st = sp;
  st->lag.total = st->lag.done = 0;
  for (size_t i = 0; i < st->n_tracks; i++) {
    track *t = &st->tracks[i];
    t->clipped = 0;
    t->last = NAN;
    t->held = 0;
    t->from = t->until = 0;
    forget(t, 0);
  }
}

/* Marks the samples [from, now], now being the newest, and pads: what is past in the ring, what is to come in until. */
static void mark(state *st, track *t, uint64_t from, uint64_t now)
{
  uint64_t lo = from > st->pad ? from - st->pad : 0, start = lo;
  if (lo < st->lag.done) lo = start = st->lag.done;
  if (start >= t->from && start < t->until) start = t->until; /* marked before */
  else t->from = lo;
  for (uint64_t i = start; i <= now; i++) t->mark[i & st->mask] = 1;
  if (t->until < now + 1 + st->pad) t->until = now + 1 + st->pad;
}

/* Puts x in as the newest of the window's extremes and returns the least of the last `len`. */
static float least_of(extremes *e, size_t len, float x, uint64_t now)
{
  while (e->behind > e->first && e->v[(e->behind - 1) & e->mask] >= x) e->behind--;
  while (e->behind > e->first && e->at[e->first & e->mask] + len <= now) e->first++;
  e->v[e->behind & e->mask] = x;
  e->at[e->behind++ & e->mask] = now;
  return e->v[e->first & e->mask];
}

/* No flat span holds two neighbours that differ by more than flat: as a rule each sample starts anew, and nothing is
 * kept. */
static void check_flat(state *st, track *t, float x, uint64_t now)
{
  if (fabs((double)x - (double)t->last) > st->p.flat.real) forget(t, now);
  float lo = least_of(&t->least, st->flat_len, x, now), hi = -least_of(&t->most, st->flat_len, -x, now);
  if (now + 1 - t->good < st->flat_len) return;
  if ((double)hi - (double)lo <= st->p.flat.real) mark(st, t, now + 1 - st->flat_len, now);
}

static void check(state *st, track *t, float x)
{
  const params *p = &st->p;
  uint64_t now = st->lag.total;
  t->mark[now & st->mask] = now < t->until;
  if (!isfinite(x)) {
    mark(st, t, now, now);
    t->clipped = 0;
    forget(t, now + 1);
    t->last = NAN;
    return;
  }
  double size = fabs((double)x);
  if (is_on(p->amplitude) && size > p->amplitude.real) mark(st, t, now, now);
  if (is_on(p->gradient) && fabs((double)x - (double)t->last) > p->gradient.real) mark(st, t, now - 1, now);
  t->clipped = is_on(p->clip) && size >= p->clip.real ? t->clipped + 1 : 0;
  if (t->clipped && t->clipped >= (size_t)p->clip_run) mark(st, t, now + 1 - (uint64_t)p->clip_run, now);
  if (is_on(p->flat)) check_flat(st, t, x, now);
  t->last = x;
}

static void take(void *sp, const float *x)
{
  state *st = sp;
  memcpy(st->v + (st->lag.total & st->mask) * st->n_channels, x, st->n_channels * sizeof *x);
  for (size_t k = 0; k < st->n_tracks; k++) check(st, &st->tracks[k], x[st->tracks[k].channel]);
}

/* The oldest frame that waits, to y. */
static void give(void *sp, float *y)
{
  state *st = sp;
  const params *p = &st->p;
  size_t slot = (size_t)(st->lag.done & st->mask);
  bool any = false;
  memcpy(y, st->v + slot * st->n_channels, st->n_channels * sizeof *y);
  for (size_t i = 0; i < st->n_tracks; i++) any = any || st->tracks[i].mark[slot];
  for (size_t i = 0; i < st->n_tracks && p->mode != CHANNEL; i++) {
    track *t = &st->tracks[i];
    if (!(p->together ? any : t->mark[slot])) t->held = y[t->channel];
    else y[t->channel] = p->mode == NANS ? NAN : p->mode == ZERO ? 0 : t->held;
  }
  if (p->mode == CHANNEL) y[st->n_channels] = any;
}

static size_t ring_of(size_t n)
{
  size_t room = 1;
  while (room < n) room *= 2;
  return room;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  static const bl_texts all = {0};
  state *st = sp;
  size_t *index = NULL;
  (void)out;
  st->p = *(const params *)pp;
  st->n_channels = in->n_channels;
  if (!reach_of(&st->p, in->rate_hz, &st->pad, &st->flat_len, &st->delay))
    return bl_fail(ctx, BL_E_RANGE, "mark_artefacts: pad_s and flat_s are too long");
  bl_status s = bl_channels_pick(ctx, "mark_artefacts", in, &all, &st->p.exclude, &index, &st->n_tracks);
  if (s) return s;
  st->lag = (bl_lag){.behind = st->delay, .width = st->n_channels, .take = take, .give = give};
  size_t room = ring_of(st->delay + 1), flat = ring_of(st->flat_len);
  st->mask = room - 1;
  st->tracks = bl_calloc(ctx, st->n_tracks, sizeof *st->tracks);
  st->v = bl_calloc(ctx, room, st->n_channels * sizeof *st->v);
  st->marks = bl_calloc(ctx, st->n_tracks, room);
  st->extreme_v = bl_calloc(ctx, st->n_tracks * 2, flat * sizeof *st->extreme_v);
  st->extreme_at = bl_calloc(ctx, st->n_tracks * 2, flat * sizeof *st->extreme_at);
  if (!st->tracks || !st->v || !st->marks || !st->extreme_v || !st->extreme_at)
    s = bl_fail_nomem(ctx, "mark_artefacts");
  for (size_t i = 0; !s && i < st->n_tracks; i++)
    st->tracks[i] = (track){
        .channel = index[i],
        .mark = st->marks + i * room,
        .least = {.v = st->extreme_v + 2 * i * flat, .at = st->extreme_at + 2 * i * flat, .mask = flat - 1},
        .most = {.v = st->extreme_v + (2 * i + 1) * flat, .at = st->extreme_at + (2 * i + 1) * flat, .mask = flat - 1}};
  bl_free(ctx, index);
  if (!s) reset(st);
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_lag_push(ctx, &((state *)sp)->lag, sp, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_lag_finish(ctx, &((state *)sp)->lag, sp, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->tracks);
  bl_free(ctx, st->v);
  bl_free(ctx, st->marks);
  bl_free(ctx, st->extreme_v);
  bl_free(ctx, st->extreme_at);
}

const bl_stage_class bl_stage_mark_artefacts = {
    .name = "mark_artefacts",
    .summary = "Marks samples that are too large, too steep, flat or clipped",
    .source = "mne.preprocessing.annotate_amplitude; plain thresholds",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
