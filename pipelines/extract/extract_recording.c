/* One recording, block by block, through the tree of stages to rows. Memory does not grow with its length. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "extract.h"
#include "heard.h"
#include "nan_rows.h"

#define BLOCK_FLOATS ((size_t)1 << 16)

bool bl_config_asks(const bl_config *c, bl_asked *out)
{
  *out = (bl_asked){0};
  return c->segment.cls && c->segment.cls->asks && c->segment.cls->asks(c->segment.params, out);
}

bl_status bl_events_gather(bl_ctx *ctx, const bl_annotations *inside, const bl_annotations *table, bool annotated,
                           bl_event **out, size_t *n)
{
  const bl_annotations *lists[] = {inside, table};
  *n = 0;
  *out = bl_calloc(ctx, inside->n + (table ? table->n : 0), sizeof **out);
  if (!*out) return bl_fail_nomem(ctx, "the events");
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; lists[k] && i < lists[k]->n; i++) {
      const bl_annotation *a = &lists[k]->v[i];
      const char *label = a->label ? a->label : "";
      if (!k && annotated && !bl_label_is_bad(label)) continue;
      (*out)[(*n)++] = (bl_event){a->onset_s, a->duration_s, label};
    }
  return BL_OK;
}

static bl_status count_events(bl_ctx *ctx, bl_recording_job *j, const bl_event *events, size_t n)
{
  bl_asked asked;
  return bl_config_asks(j->config, &asked) ? bl_tally_events(ctx, events, n, &j->events) : BL_OK;
}

/* Sums of times, 8.3 - 0.2, end in digits that mean nothing: a nanosecond is a hundredth of a sample at 10 MHz. */
static double tidy(double t)
{
  double ns = rint(t * 1e9);
  return fabs(ns) < 9007199254740992.0 /* 2^53 */ ? ns / 1e9 : t;
}

/* Between the extractor and the caller: fills in the times of spans that are "the whole run", counts. */
typedef struct relay {
  bl_recording_job *job;
  double start_s, end_s;
} relay;

static bl_status relay_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  relay *r = user;
  bl_span known = *span;
  if (isinf(known.start_s)) known.start_s = known.anchor_s = r->start_s;
  if (isinf(known.end_s)) known.end_s = r->end_s;
  known.start_s = tidy(known.start_s);
  known.end_s = tidy(known.end_s);
  if (!status && (status = bl_check_nan(ctx, r->job->config, &r->job->names->names, row))) row = NULL;
  if (status) r->job->n_skipped++;
  else r->job->n_rows++;
  const char *subject = bl_ctx_set_subject(ctx, NULL);
  bl_status s = r->job->on_row(r->job->user, ctx, &known, status, row);
  bl_ctx_set_subject(ctx, subject);
  return s;
}

/* ---- along one run
 * ---------------------------------------------------------------------------------------------------- */

/* What one recording's runs are read with. */
typedef struct reading {
  bl_recording_job *job;
  const bl_selection *sel;
  bl_extractor *e;
  const bl_event *events;
  size_t n_events;
  float *block, *gathered;
  size_t block_frames;
} reading;

/* The segments of one run, which come out as the frames go by. */
typedef struct cutting {
  const reading *r;
  bl_segment_run seg;
  bl_spans spans; /* of the last step */
  bl_news news;   /* of the next one */
  bool any;       /* a span has come, or may come of what the stages find */
  bool finds;     /* stages find events */
  bl_heard found;
} cutting;

/* What the last step gave: spans to the extractor, what is left out to whoever listens. */
static bl_status hand_on(bl_ctx *ctx, cutting *c)
{
  bl_status s = BL_OK;
  bl_recording_job *j = c->r->job;
  j->n_skipped += c->spans.n_left_out;
  for (size_t i = 0; !s && j->on_left_out && i < c->spans.n_left_out; i++) {
    const char *subject = bl_ctx_set_subject(ctx, NULL); /* those who listen name it */
    c->spans.left_out[i].start_s = tidy(c->spans.left_out[i].start_s);
    s = j->on_left_out(j->user, ctx, &c->spans.left_out[i]);
    bl_ctx_set_subject(ctx, subject);
  }
  for (size_t i = 0; !s && i < c->spans.n; i++) s = bl_extractor_add_span(ctx, c->r->e, &c->spans.v[i]);
  c->any |= c->spans.n > 0;
  bl_spans_clear(&c->spans);
  return s;
}

static bl_status advance(bl_ctx *ctx, cutting *c, double until_s)
{
  /* those of the file are told first, then what the stages have found since the last step */
  bl_status s = c->finds && !c->news.n ? bl_heard_listen(ctx, &c->found, c->r->e, &c->news) : BL_OK;
  if (!s) s = c->seg.cls->advance(ctx, c->seg.state, until_s, &c->news, &c->spans);
  c->news.n = 0; /* all events of a file are told at once, and what is found once */
  return s ? s : hand_on(ctx, c);
}

/* Reads up to `want` frames from frame `at` of the stream; *x are the channels that are wanted. */
static bl_status read_block(bl_ctx *ctx, const reading *r, uint64_t at, size_t want, const float **x, size_t *got)
{
  bl_ctx_set_subject(ctx, NULL); /* readers name the file themselves */
  bl_status s = bl_recording_read(ctx, r->job->rec, r->sel->stream, at, want, r->block, got);
  bl_ctx_set_subject(ctx, r->job->name);
  if (!s) *x = bl_selection_gather(r->sel, r->block, *got, r->gathered);
  return s;
}

static bl_status feed(bl_ctx *ctx, cutting *c, const bl_stretch *run)
{
  const reading *r = c->r;
  for (uint64_t at = 0; at < run->n;) {
    const float *x;
    size_t take = run->n - at < r->block_frames ? (size_t)(run->n - at) : r->block_frames, got = 0;
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (!s) s = read_block(ctx, r, run->first + at, take, &x, &got);
    if (s) return s;
    if (!got) break; /* the file ends before its header says; the reader warned */
    s = advance(ctx, c, bl_extractor_announce_s(r->e, got));
    if (!s) s = bl_extractor_push(ctx, r->e, x, got);
    if (s) return s;
    at += got;
    r->job->n_frames += got;
    r->job->seconds = (double)r->job->n_frames / r->sel->in.rate_hz;
  }
  return BL_OK;
}

/* Events that the stages find are told when their segments have begun: so much of the past is kept. */
static bl_status prepare_to_listen(bl_ctx *ctx, cutting *c, const bl_run_info *info)
{
  double lag_s, look_back_s = bl_segment_look_back(&c->r->job->config->segment, info);
  c->finds = bl_extractor_finds_events(c->r->e, &lag_s);
  c->any = c->finds;
  if (c->finds && isinf(look_back_s))
    return bl_fail(ctx, BL_E_CONFIG,
                   "segments: %s has to know all events of a recording beforehand (negatives_per_positive does), but a "
                   "stage finds some as it goes; leave that option out",
                   c->seg.cls->name);
  double step_s = (double)c->r->block_frames / info->rate_hz;
  if (c->finds) c->news.known_s = info->start_s; /* nothing is found yet */
  return bl_extractor_set_history(ctx, c->r->e, c->finds ? look_back_s + lag_s + step_s : 0);
}

/* The last events, once all frames are in, and what is left of the run's segments. */
static bl_status end_run(bl_ctx *ctx, cutting *c, const bl_run_info *info)
{
  bl_status s = c->finds ? bl_extractor_end(ctx, c->r->e) : BL_OK;
  if (!s && c->finds) s = advance(ctx, c, info->end_s);
  if (!s) s = c->seg.cls->close(ctx, c->seg.state, info, &c->spans);
  if (!s) s = hand_on(ctx, c);
  return !s && c->any ? bl_extractor_finish(ctx, c->r->e) : s;
}

/* A run that holds no segment is not read. */
static bl_status find_first(bl_ctx *ctx, cutting *c, const bl_run_info *info)
{
  bl_status s = bl_extractor_begin(ctx, c->r->e, info->start_s);
  double from = bl_extractor_announce_s(c->r->e, 0), step = (double)c->r->block_frames / info->rate_hz;
  for (double k = 0; !s && !c->any && from + (k - 1) * step < info->end_s; k++) s = advance(ctx, c, from + k * step);
  return s;
}

static bl_status one_run(bl_ctx *ctx, const reading *r, relay *times, size_t which)
{
  const bl_rec_stream *rs = &r->job->rec->streams[r->sel->stream];
  const bl_stretch *run = &rs->runs[which];
  bl_run_info info = {.start_s = run->start_s,
                      .end_s = run->start_s + (double)run->n / rs->rate_hz,
                      .rate_hz = rs->rate_hz,
                      .follows = which > 0,
                      .followed = which + 1 < rs->n_runs,
                      .unlabelled = r->job->unlabelled};
  if (info.followed) info.next_start_s = run[1].start_s;
  times->start_s = info.start_s;
  times->end_s = info.end_s;
  cutting c = {.r = r, .news = {r->events, r->n_events, INFINITY}};
  bl_status s = bl_segment_open(ctx, &r->job->config->segment, &info, &c.seg);
  if (!s) s = prepare_to_listen(ctx, &c, &info);
  if (!s) s = find_first(ctx, &c, &info);
  if (!s && c.any) s = feed(ctx, &c, run);
  if (!s) s = end_run(ctx, &c, &info);
  bl_segment_stop(ctx, &c.seg);
  bl_heard_free(ctx, &c.found);
  bl_spans_free(ctx, &c.spans);
  return s;
}

/* Blocks are no longer than the longest run: a clip of a second costs no half a megabyte. */
static bl_status make_room(bl_ctx *ctx, const bl_recording_job *j, const bl_selection *sel, bl_prepared *p,
                           size_t *block_frames)
{
  const bl_rec_stream *stream = &j->rec->streams[sel->stream];
  size_t width = sel->width ? sel->width : 1, most = BLOCK_FLOATS / width;
  if (most < 64) most = 64;
  *block_frames = 1;
  for (size_t i = 0; i < stream->n_runs; i++)
    if (stream->runs[i].n > *block_frames) *block_frames = stream->runs[i].n < most ? (size_t)stream->runs[i].n : most;
  return bl_prepared_room(ctx, p, *block_frames * width, sel->all ? 0 : *block_frames * sel->n);
}

static bl_status extract_with(bl_ctx *ctx, bl_recording_job *j, const bl_selection *sel, bl_prepared *p)
{
  bl_event *events = NULL;
  size_t n_events = 0, block_frames = 1;
  relay times = {.job = j};
  p->on_row = relay_row;
  p->user = &times;
  j->names = bl_extractor_names(p->extractor);
  bl_status s = bl_events_gather(ctx, &j->rec->annotations, j->annotations, j->annotated, &events, &n_events);
  if (!s) s = count_events(ctx, j, events, n_events);
  if (!s) s = make_room(ctx, j, sel, p, &block_frames);
  reading r = {j, sel, p->extractor, events, n_events, p->block, p->gathered, block_frames};
  for (size_t i = 0; !s && i < j->rec->streams[sel->stream].n_runs; i++) s = one_run(ctx, &r, &times, i);
  j->names = NULL;
  bl_free(ctx, events);
  return s;
}

static bl_status extract(bl_ctx *ctx, bl_recording_job *j)
{
  bl_selection sel;
  bl_prepared *p = NULL;
  bl_status s = bl_selection_make(ctx, j->config, j->rec->streams, j->rec->n_streams, j->wanted, &sel);
  if (s) return s;
  bool before = bl_ctx_mute(ctx, j->told);
  s = bl_stock_take(ctx, j->stock, &sel.in, &p);
  bl_ctx_mute(ctx, before);
  if (!s) s = extract_with(ctx, j, &sel, p);
  bl_stock_give(ctx, j->stock, p);
  bl_selection_free(ctx, &sel);
  return s;
}

bl_status bl_recording_extract(bl_ctx *ctx, bl_recording_job *j)
{
  const char *before = bl_ctx_set_subject(ctx, j->name);
  bl_status s = extract(ctx, j);
  bl_ctx_set_subject(ctx, before);
  return s;
}

void bl_recording_job_free(bl_ctx *ctx, bl_recording_job *j) { bl_tally_free(ctx, &j->events); }
