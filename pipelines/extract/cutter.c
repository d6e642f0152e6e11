/* cutter.c: see cutter.h. */
#include "cutter.h"

#include <math.h>

#include "nan_rows.h"

enum { LOOK_FRAMES = 65536 }; /* a step of the look for a first segment */
#define PIECE_S 0.25

double bl_cutter_now(const bl_cutter *c) { return c->run.start_s + (double)c->pushed / c->run.rate_hz; }

/* ---- what comes out ---------------------------------------------------------------------------------------------- */

bl_status bl_cutter_row(void *cutter, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  bl_cutter *c = cutter;
  bl_span known = *span;
  if (isinf(known.start_s)) known.start_s = known.anchor_s = c->run.start_s;
  if (isinf(known.end_s)) known.end_s = c->run.end_s;
  known.start_s = bl_time_tidy(known.start_s);
  known.end_s = bl_time_tidy(known.end_s);
  const bl_texts *names = &bl_extractor_names(c->extractor)->names;
  if (!status && (status = bl_check_nan(ctx, c->config, names, row))) row = NULL;
  const char *subject = bl_ctx_set_subject(ctx, NULL); /* those who listen name it */
  bl_status s = c->on_row(c->user, ctx, &known, status, row);
  bl_ctx_set_subject(ctx, subject);
  return s;
}

static bool is_wanted(const bl_cutter *c, double start_s) { return start_s >= c->from_s && start_s < c->to_s; }

bool bl_cutter_done(const bl_cutter *c) { return c->until_s >= c->to_s && !bl_extractor_n_open(c->extractor); }

/* What the last step gave: spans to the extractor, what is left out to whoever listens. */
static bl_status hand_on(bl_ctx *ctx, bl_cutter *c)
{
  bl_status s = BL_OK;
  const char *subject = bl_ctx_set_subject(ctx, NULL);
  for (size_t i = 0; !s && i < c->spans.n_left_out; i++) {
    if (!is_wanted(c, c->spans.left_out[i].start_s)) continue;
    c->n_left_out++;
    if (!c->on_left_out) continue;
    c->spans.left_out[i].start_s = bl_time_tidy(c->spans.left_out[i].start_s);
    s = c->on_left_out(c->user, ctx, &c->spans.left_out[i]);
  }
  bl_ctx_set_subject(ctx, subject);
  for (size_t i = 0; !s && i < c->spans.n; i++) {
    if (!is_wanted(c, c->spans.v[i].start_s)) continue;
    s = bl_extractor_add_span(ctx, c->extractor, &c->spans.v[i]);
    c->any = true;
  }
  bl_spans_clear(&c->spans);
  return s;
}

/* n events that are told; or, with none, those that stages have found since. */
static bl_status advance(bl_ctx *ctx, bl_cutter *c, double until_s, const bl_event *events, size_t n)
{
  bl_news news = {events, n, c->found_s};
  bl_status s = c->finds && !n ? bl_heard_listen(ctx, &c->found, c->extractor, &news) : BL_OK;
  c->found_s = news.known_s;
  news.known_s = fmin(c->found_s, c->known_s);
  c->until_s = fmax(c->until_s, until_s);
  if (!s) s = c->segments.cls->advance(ctx, c->segments.state, c->until_s, &news, &c->spans);
  return s ? s : hand_on(ctx, c);
}

/* ---- what goes in ------------------------------------------------------------------------------------------------ */

/* A piece of a push while events are told as they happen: what they begin before may lie so far behind. */
static size_t piece_of(const bl_cutter *c)
{
  double n = rint(PIECE_S * c->run.rate_hz);
  return n >= 1 ? (size_t)n : 1;
}

/* Segments around events that are told, or found, when these have begun: so much of the past is kept. */
static bl_status keep_history(bl_ctx *ctx, bl_cutter *c)
{
  double lag_s, look_back_s = bl_segment_look_back(&c->config->segment, &c->run);
  bool all_told = isinf(c->known_s) && c->known_s > 0;
  c->finds = bl_extractor_finds_events(c->extractor, &lag_s);
  c->found_s = c->finds ? c->run.start_s : INFINITY;
  c->any = c->finds || c->reads_all;
  if (c->finds && isinf(look_back_s))
    return bl_fail(ctx, BL_E_CONFIG,
                   "segments: %s has to know all events of a recording beforehand (negatives_per_positive does), but a "
                   "stage finds some as it goes; leave that option out",
                   c->segments.cls->name);
  if ((all_told && !c->finds) || isinf(look_back_s)) look_back_s = 0;
  if (look_back_s > 0 || c->finds) look_back_s += (double)(piece_of(c) + 1) / c->run.rate_hz;
  if ((look_back_s > 0 || c->finds) && c->pads)
    look_back_s *= 2; /* what is put behind the run comes before its spans */
  return bl_extractor_set_history(ctx, c->extractor, look_back_s + (c->finds ? lag_s : 0));
}

/* Whether segments may want samples behind the run's end; then its last ones are kept. */
static bl_status begin_tails(bl_ctx *ctx, bl_cutter *c)
{
  const bl_segment *segment = &c->config->segment;
  bl_padding padding;
  c->pads = segment->cls->pads && segment->cls->pads(segment->params, &c->run, &padding);
  if (!c->pads) return BL_OK;
  if (!c->tails && !(c->tails = bl_calloc(ctx, c->in->n, sizeof *c->tails))) return bl_fail_nomem(ctx, "the runs");
  c->n_tails = c->in->n;
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < c->n_tails; k++) {
    double frames = ceil((padding.span.end_s - padding.span.start_s) * c->in->v[k].rate_hz) + 2;
    s = bl_tail_begin(ctx, &c->tails[k], bl_stream_width(&c->in->v[k]),
                      padding.rule == BL_FILL_ZERO ? 1 : (size_t)frames);
  }
  return s;
}

static bl_status begin(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run, double known_s)
{
  c->run = *run;
  c->known_s = known_s;
  c->pushed = 0;
  c->looked = false;
  bl_segment_stop(ctx, &c->segments);
  bl_status s = bl_segment_open(ctx, &c->config->segment, run, &c->segments);
  if (!s) s = begin_tails(ctx, c);
  if (!s) s = keep_history(ctx, c);
  bool middle = c->from_s > run->start_s;
  if (!s && middle) c->pushed = bl_extractor_first_frame(c->extractor, run->start_s, c->from_s);
  if (!s) s = bl_extractor_begin_at(ctx, c->extractor, run->start_s, c->pushed);
  /* what lies before a piece comes out in steps, since it may be much */
  c->until_s = middle ? run->start_s : bl_extractor_announce_s(c->extractor, 0);
  return s;
}

bl_status bl_cutter_begin(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run, double known_s)
{
  c->from_s = -INFINITY;
  c->to_s = INFINITY;
  return begin(ctx, c, run, known_s);
}

bl_status bl_cutter_begin_part(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run, double from_s, double to_s)
{
  c->from_s = from_s;
  c->to_s = to_s;
  return begin(ctx, c, run, INFINITY);
}

bl_status bl_cutter_tell(bl_ctx *ctx, bl_cutter *c, const bl_event *events, size_t n, double known_s)
{
  c->known_s = fmax(c->known_s, known_s);
  return advance(ctx, c, c->until_s, events, n);
}

static bool all_is_known(const bl_cutter *c)
{
  return isfinite(c->run.end_s) && isinf(c->known_s) && c->known_s > 0 && !c->finds;
}

bl_status bl_cutter_look(bl_ctx *ctx, bl_cutter *c)
{
  bl_status s = BL_OK;
  double step = LOOK_FRAMES / c->run.rate_hz;
  if (c->looked || !all_is_known(c)) return BL_OK;
  c->looked = true;
  while (!s && !c->any && c->until_s - step < c->run.end_s) s = advance(ctx, c, c->until_s + step, NULL, 0);
  return s;
}

/* Frames into an input of the extractor. */
static bl_status push_input(bl_ctx *ctx, bl_cutter *c, size_t k, const float *x, size_t n)
{
  if (c->pads) bl_tail_add(&c->tails[k], x, n);
  return bl_extractor_push_to(ctx, c->extractor, k, x, n);
}

/* How many of n frames of input k go as far in time as the first input now does. */
static size_t in_step(const bl_cutter *c, size_t k, size_t n)
{
  double to = floor((double)c->pushed / c->run.rate_hz * c->in->v[k].rate_hz + 1e-6);
  double more = to - (double)bl_extractor_pushed(c->extractor, k);
  return more < (double)n ? (size_t)fmax(more, 0) : n;
}

/* Where events are told as they happen, what has gone by is known. */
static bl_status settle(bl_ctx *ctx, bl_cutter *c)
{
  if (bl_cutter_now(c) <= c->known_s && !c->finds) return BL_OK;
  c->known_s = fmax(c->known_s, bl_cutter_now(c));
  bl_status s = advance(ctx, c, c->until_s, NULL, 0);
  return s ? s : bl_extractor_push(ctx, c->extractor, NULL, 0);
}

/* Frames of the other inputs, up to the time that the first one has come to; at the last, all that there are. */
static bl_status push_others(bl_ctx *ctx, bl_cutter *c, const float *const *x, const size_t *n, bool last)
{
  bl_status s = BL_OK;
  for (size_t k = 1; !s && k < c->in->n; k++) {
    size_t left = n[k] - c->done[k], now = last ? left : in_step(c, k, left);
    if (now) s = push_input(ctx, c, k, x[k] + c->done[k] * c->in->v[k].n_channels, now);
    c->done[k] += now;
  }
  return s;
}

static bl_status push_pieces(bl_ctx *ctx, bl_cutter *c, const float *const *x, const size_t *n)
{
  bool at_once = isinf(c->known_s) && c->known_s > 0 && !c->finds;
  size_t width = c->in->v[0].n_channels, most = at_once ? n[0] : piece_of(c);
  bl_status s = BL_OK;
  for (size_t k = 0; k < c->in->n; k++) c->done[k] = 0;
  while (!s && c->done[0] < n[0]) {
    size_t left = n[0] - c->done[0], now = left < most ? left : most;
    s = advance(ctx, c, bl_extractor_announce_s(c->extractor, now), NULL, 0);
    if (!s) s = push_input(ctx, c, 0, x[0] + c->done[0] * width, now);
    c->pushed += now;
    c->done[0] += now;
    if (!s) s = push_others(ctx, c, x, n, now == left);
    if (!s) s = settle(ctx, c);
  }
  return s;
}

bl_status bl_cutter_push(bl_ctx *ctx, bl_cutter *c, const float *const *x, const size_t *n)
{
  const char *before = bl_ctx_set_subject(ctx, c->name);
  bl_status s = bl_cutter_look(ctx, c);
  if (!s && all_is_known(c) && !c->any) c->pushed += n[0]; /* nothing is wanted of this run */
  else if (!s) s = push_pieces(ctx, c, x, n);
  bl_ctx_set_subject(ctx, before);
  return s;
}

/* What the last segment lacks, behind the run. */
static bl_status pad(bl_ctx *ctx, bl_cutter *c)
{
  const bl_segment *segment = &c->config->segment;
  bl_padding padding;
  bl_status s = BL_OK;
  if (!c->pads || !segment->cls->pads(segment->params, &c->run, &padding)) return BL_OK;
  for (size_t k = 0; !s && k < c->in->n; k++) {
    uint64_t first, behind, n = bl_extractor_pushed(c->extractor, k);
    bl_span_frames(&padding.span, c->run.start_s, &c->in->v[k], &first, &behind);
    if (n > first && n < behind)
      s = bl_tail_pad(ctx, &c->tails[k], padding.rule, (size_t)(n - first), (size_t)(behind - first), c->extractor, k);
  }
  return s;
}

bl_status bl_cutter_end(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run)
{
  const char *before = bl_ctx_set_subject(ctx, c->name);
  c->run = *run;
  bl_status s = c->any && !bl_cutter_done(c) ? pad(ctx, c) : BL_OK;
  if (!s && c->finds) s = bl_extractor_end(ctx, c->extractor); /* the last events come out */
  if (!s && c->finds) s = advance(ctx, c, run->end_s, NULL, 0);
  bool done = bl_cutter_done(c);
  for (double step = LOOK_FRAMES / run->rate_hz; !s && done && c->until_s < run->end_s;)
    s = advance(ctx, c, c->until_s + step, NULL, 0);
  if (!s) s = c->segments.cls->close(ctx, c->segments.state, run, &c->spans);
  if (!s) s = hand_on(ctx, c);
  if (!s && c->any && !done) s = bl_extractor_finish(ctx, c->extractor);
  if (!s && done && bl_extractor_n_open(c->extractor))
    s = bl_fail(ctx, BL_E_INTERNAL, "a segment of a piece came out behind it");
  bl_segment_stop(ctx, &c->segments);
  bl_ctx_set_subject(ctx, before);
  return s;
}

void bl_cutter_free(bl_ctx *ctx, bl_cutter *c)
{
  bl_segment_stop(ctx, &c->segments);
  bl_spans_free(ctx, &c->spans);
  bl_heard_free(ctx, &c->found);
  for (size_t k = 0; k < c->n_tails; k++) bl_tail_free(ctx, &c->tails[k]);
  bl_free(ctx, c->tails);
}
