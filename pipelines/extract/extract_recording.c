/* One recording, block by block, through the tree of stages to rows. Memory does not grow with its length. */
#include <math.h>
#include <string.h>

#include "cutter.h"
#include "extract.h"

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

/* What one recording's runs are read with. */
typedef struct reading {
  bl_recording_job *job;
  const bl_selection *sel;
  bl_cutter cutter;
  const bl_event *events;
  size_t n_events;
  float *block, *gathered;
  size_t block_frames;
} reading;

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  bl_recording_job *j = ((reading *)user)->job;
  if (status) j->n_skipped++;
  else j->n_rows++;
  return j->on_row(j->user, ctx, span, status, row);
}

static bl_status on_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  bl_recording_job *j = ((reading *)user)->job;
  j->n_skipped++;
  return j->on_left_out ? j->on_left_out(j->user, ctx, one) : BL_OK;
}

/* The frames of a run that lie in the piece; pieces that touch leave none out and share none. */
static void frames_of(const reading *r, const bl_stretch *run, uint64_t *first, uint64_t *behind)
{
  const bl_piece *p = r->job->piece;
  double rate = r->sel->in.rate_hz, n = (double)run->n, from = p ? rint((p->from_s - run->start_s) * rate) : 0,
         to = p ? rint((p->to_s - run->start_s) * rate) : n;
  *first = from > 0 ? (uint64_t)fmin(from, n) : 0;
  *behind = to < n ? (uint64_t)fmax(to, 0) : run->n;
}

static void count_frames(const reading *r, uint64_t at, size_t got, uint64_t first, uint64_t behind)
{
  bl_recording_job *j = r->job;
  uint64_t lo = at > first ? at : first, hi = at + got < behind ? at + got : behind;
  if (hi > lo) j->n_frames += hi - lo;
  j->seconds = (double)j->n_frames / r->sel->in.rate_hz;
}

/* To the run's end, or to where all segments of the piece are done. */
static bl_status read_run(bl_ctx *ctx, reading *r, const bl_stretch *run)
{
  bl_recording_job *j = r->job;
  uint64_t first, behind;
  frames_of(r, run, &first, &behind);
  for (uint64_t at = r->cutter.pushed; at < run->n && (at < behind || !bl_cutter_done(&r->cutter));) {
    size_t take = run->n - at < r->block_frames ? (size_t)(run->n - at) : r->block_frames, got = 0;
    bl_status s = BL_CHECK_CANCEL(ctx);
    bl_ctx_set_subject(ctx, NULL); /* readers name the file themselves */
    if (!s) s = bl_recording_read(ctx, j->rec, r->sel->stream, run->first + at, take, r->block, &got);
    bl_ctx_set_subject(ctx, j->name);
    if (s) return s;
    if (!got) break; /* the file ends before its header says; the reader warned */
    s = bl_cutter_push(ctx, &r->cutter, bl_selection_gather(r->sel, r->block, got, r->gathered), got);
    if (s) return s;
    count_frames(r, at, got, first, behind);
    at += got;
  }
  return BL_OK;
}

/* A run that holds no segment is not read. */
static bl_status one_run(bl_ctx *ctx, reading *r, size_t which)
{
  const bl_rec_stream *stream = &r->job->rec->streams[r->sel->stream];
  const bl_stretch *run = &stream->runs[which];
  bl_run_info info = {.start_s = run->start_s,
                      .end_s = run->start_s + (double)run->n / stream->rate_hz,
                      .rate_hz = stream->rate_hz,
                      .follows = which > 0,
                      .followed = which + 1 < stream->n_runs};
  if (info.followed) info.next_start_s = run[1].start_s;
  bl_status s = bl_cutter_begin(ctx, &r->cutter, &info, INFINITY);
  if (!s) s = bl_cutter_tell(ctx, &r->cutter, r->events, r->n_events, INFINITY);
  if (!s) s = bl_cutter_look(ctx, &r->cutter);
  if (!s && r->cutter.any) s = read_run(ctx, r, run);
  const bl_piece *p = r->job->piece;
  if (!s && p && !r->cutter.any) r->job->passed_over_s += fmin(p->to_s, info.end_s) - fmax(p->from_s, info.start_s);
  return s ? s : bl_cutter_end(ctx, &r->cutter, &info);
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
  reading r = {.job = j, .sel = sel, .block_frames = 1};
  r.cutter = (bl_cutter){.config = j->config,
                         .piece = j->piece,
                         .extractor = p->extractor,
                         .on_row = on_row,
                         .on_left_out = on_left_out,
                         .user = &r,
                         .name = j->name,
                         .n_channels = sel->n};
  p->on_row = bl_cutter_row;
  p->user = &r.cutter;
  j->names = bl_extractor_names(p->extractor);
  bl_status s = bl_events_gather(ctx, &j->rec->annotations, j->annotations, j->annotated, &events, &r.n_events);
  if (!s) s = count_events(ctx, j, events, r.n_events);
  if (!s) s = make_room(ctx, j, sel, p, &r.block_frames);
  r.events = events;
  r.block = p->block;
  r.gathered = p->gathered;
  for (size_t i = 0; !s && i < j->rec->streams[sel->stream].n_runs; i++) s = one_run(ctx, &r, i);
  j->names = NULL;
  bl_cutter_free(ctx, &r.cutter);
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
