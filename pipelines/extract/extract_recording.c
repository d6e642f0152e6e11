/* One recording, block by block, through the tree of stages to rows. Memory does not grow with its length. */
#include <math.h>
#include <string.h>

#include "baleen/common_runs.h"
#include "cutter.h"
#include "extract.h"
#include "frames.h"

#define BLOCK_FLOATS ((size_t)1 << 16)

bool bl_config_asks(const bl_config *c, bl_asked *out)
{
  *out = (bl_asked){0};
  return c->segment.cls && c->segment.cls->asks && c->segment.cls->asks(c->segment.params, out);
}

bl_run_info bl_run_of(const bl_config *c, const bl_common_runs *runs, size_t which, double rate_hz)
{
  const bl_common_run *run = &runs->v[which];
  bl_run_info info = {.start_s = run->start_s,
                      .end_s = run->end_s,
                      .rate_hz = rate_hz,
                      .between_labels = c->rows.label_separator,
                      .follows = which > 0,
                      .followed = which + 1 < runs->n};
  if (info.followed) info.next_start_s = run[1].start_s;
  return info;
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

/* What one recording's runs are read with. */
typedef struct reading {
  bl_recording_job *job;
  const bl_selection *sel;
  bl_prepared *prepared;
  bl_common_runs runs; /* of its streams */
  bl_cutter cutter;
  const bl_event *events;
  size_t n_events;
  size_t block_frames; /* of the first stream */
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

/* The part of a run that is wanted: between these times, unless it is the piece's first or last. */
static void part_of(const reading *r, size_t which, double *from_s, double *to_s)
{
  const bl_piece *p = r->job->piece;
  *from_s = p && which == p->first_run ? p->from_s : -INFINITY;
  *to_s = p && which == p->last_run ? p->to_s : INFINITY;
}

/* The frames of the first stream in such a part; parts that touch leave none out and share none. */
static void frames_of(const reading *r, size_t which, uint64_t *first, uint64_t *behind)
{
  const bl_common_run *run = &r->runs.v[which];
  double from_s, to_s, rate = r->sel->in.v[0].rate_hz, n = (double)run->of[0].n;
  part_of(r, which, &from_s, &to_s);
  double from = rint((from_s - run->start_s) * rate), to = rint((to_s - run->start_s) * rate);
  *first = from > 0 ? (uint64_t)fmin(from, n) : 0;
  *behind = to < n ? (uint64_t)fmax(to, 0) : run->of[0].n;
}

static void count_frames(const reading *r, uint64_t at, size_t got, uint64_t first, uint64_t behind)
{
  bl_recording_job *j = r->job;
  uint64_t lo = at > first ? at : first, hi = at + got < behind ? at + got : behind;
  if (hi > lo) j->n_frames += hi - lo;
  j->seconds = (double)j->n_frames / r->sel->in.v[0].rate_hz;
}

/* Frames [at, to) of stream k of the run, made ready to be pushed; *short_of: there are fewer. */
static bl_status read_input(bl_ctx *ctx, reading *r, const bl_common_run *run, size_t k, uint64_t at, uint64_t to,
                            bool *short_of)
{
  bl_prepared *p = r->prepared;
  const bl_selected *sel = &r->sel->of[k];
  size_t take = to > at ? (size_t)(to - at) : 0;
  p->n_x[k] = 0;
  bl_ctx_set_subject(ctx, NULL); /* readers name the file themselves */
  bl_status s =
      take ? bl_recording_read(ctx, r->job->rec, sel->stream, run->of[k].first + at, take, p->room[k].block, &p->n_x[k])
           : BL_OK;
  bl_ctx_set_subject(ctx, r->job->name);
  if (!s) p->x[k] = bl_selection_gather(sel, p->room[k].block, p->n_x[k], p->room[k].gathered);
  *short_of |= p->n_x[k] < take;
  return s;
}

/* How far to read stream k, when the first one goes to its frame `now` of the run. */
static uint64_t up_to(const reading *r, const bl_common_run *run, size_t k, uint64_t now)
{
  const bl_streams *in = &r->sel->in;
  if (now == run->of[0].n) return run->of[k].n;
  double frames = floor((double)now / in->v[0].rate_hz * in->v[k].rate_hz);
  return (uint64_t)fmin(frames, (double)run->of[k].n);
}

/* All streams, side by side, to the run's end, or to where all segments of the piece are done. */
static bl_status read_run(bl_ctx *ctx, reading *r, size_t which)
{
  const bl_common_run *run = &r->runs.v[which];
  const bl_extractor *e = r->prepared->extractor;
  bool ends = false; /* the file does, before its header says; the reader warned */
  uint64_t first, behind;
  frames_of(r, which, &first, &behind);
  for (uint64_t at = r->cutter.pushed; !ends && at < run->of[0].n && (at < behind || !bl_cutter_done(&r->cutter));) {
    uint64_t to = run->of[0].n - at < r->block_frames ? run->of[0].n : at + r->block_frames;
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (!s) s = read_input(ctx, r, run, 0, at, to, &ends);
    to = at + r->prepared->n_x[0];
    for (size_t k = 1; !s && k < r->sel->in.n; k++)
      s = read_input(ctx, r, run, k, bl_extractor_pushed(e, k), up_to(r, run, k, to), &ends);
    if (!s) s = bl_cutter_push(ctx, &r->cutter, r->prepared->x, r->prepared->n_x);
    if (s) return s;
    count_frames(r, at, r->prepared->n_x[0], first, behind);
    at = to;
  }
  return BL_OK;
}

/* A run that holds no segment is not read. */
static bl_status one_run(bl_ctx *ctx, reading *r, size_t which)
{
  bl_run_info info = bl_run_of(r->job->config, &r->runs, which, r->sel->in.v[0].rate_hz);
  double from_s, to_s;
  part_of(r, which, &from_s, &to_s);
  bl_status s = bl_cutter_begin_part(ctx, &r->cutter, &info, from_s, to_s);
  if (!s) s = bl_cutter_tell(ctx, &r->cutter, r->events, r->n_events, INFINITY);
  if (!s) s = bl_cutter_look(ctx, &r->cutter);
  if (!s && r->job->frames) s = bl_frames_begin_run(ctx, r->job->frames, info.start_s);
  if (!s && r->cutter.any) s = read_run(ctx, r, which);
  if (!s && r->job->piece && !r->cutter.any)
    r->job->passed_over_s += fmax(fmin(to_s, info.end_s) - fmax(from_s, info.start_s), 0);
  return s ? s : bl_cutter_end(ctx, &r->cutter, &info);
}

/* Blocks are no longer than the longest run: a clip of a second costs no half a megabyte. Of several streams, none takes
 * more than a block for the same time. */
static bl_status make_room(bl_ctx *ctx, reading *r)
{
  const bl_streams *in = &r->sel->in;
  double longest = 1, most = INFINITY;
  for (size_t i = 0; i < r->runs.n; i++) longest = fmax(longest, (double)r->runs.v[i].of[0].n);
  for (size_t k = 0; k < in->n; k++) {
    size_t width = r->sel->of[k].width ? r->sel->of[k].width : 1, convenient = BLOCK_FLOATS / width;
    most = fmin(most, floor((double)(convenient < 64 ? 64 : convenient) * (in->v[0].rate_hz / in->v[k].rate_hz)));
  }
  r->block_frames = (size_t)fmax(fmin(longest, most), 1);
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < in->n; k++) {
    const bl_selected *sel = &r->sel->of[k];
    size_t frames = r->block_frames;
    if (k) frames = (size_t)((double)frames / in->v[0].rate_hz * in->v[k].rate_hz) + 2;
    s = bl_prepared_room(ctx, r->prepared, k, frames * (sel->width ? sel->width : 1), sel->all ? 0 : frames * sel->n);
  }
  return s;
}

static bl_status find_runs(bl_ctx *ctx, reading *r)
{
  size_t *which = bl_calloc(ctx, r->sel->in.n, sizeof *which);
  if (!which) return bl_fail_nomem(ctx, "the runs");
  bl_selection_streams(r->sel, which);
  bl_status s = bl_common_runs_find(ctx, r->job->rec->streams, which, r->sel->in.n, &r->runs);
  bl_free(ctx, which);
  return s;
}

static bl_status keep_marks(bl_ctx *ctx, const bl_recording_job *j, const bl_event *events, size_t n)
{
  bl_asked asked = {0};
  (void)bl_config_asks(j->config, &asked);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    bool wanted = bl_asked_any(&asked);
    for (size_t k = 0; asked.names && !wanted && k < asked.names->n; k++)
      wanted = bl_event_fits(asked.names->v[k], events[i].label);
    if (!wanted || !*events[i].label || bl_label_is_bad(events[i].label)) continue;
    bl_annotation one = {.onset_s = events[i].onset_s,
                         .duration_s = events[i].duration_s,
                         .low_hz = NAN,
                         .high_hz = NAN,
                         .label = (char *)(uintptr_t)events[i].label}; /* copied */
    s = bl_annotations_add(ctx, j->marks, &one);
  }
  return s;
}

static bl_status extract_with(bl_ctx *ctx, bl_recording_job *j, const bl_selection *sel, bl_prepared *p)
{
  bl_event *events = NULL;
  reading r = {.job = j, .sel = sel, .prepared = p};
  r.cutter = (bl_cutter){.config = j->config,
                         .extractor = p->extractor,
                         .on_row = on_row,
                         .on_left_out = on_left_out,
                         .user = &r,
                         .reads_all = j->frames,
                         .name = j->name,
                         .in = &p->in,
                         .done = p->done};
  p->on_row = bl_cutter_row;
  p->user = &r.cutter;
  j->names = bl_extractor_names(p->extractor);
  bl_status s = bl_events_gather(ctx, &j->rec->annotations, j->annotations, j->annotated, &events, &r.n_events);
  if (!s && j->marks) s = keep_marks(ctx, j, events, r.n_events);
  if (!s) s = find_runs(ctx, &r);
  if (!s) s = make_room(ctx, &r);
  if (!s && j->frames) s = bl_frames_begin(ctx, j->frames, p->extractor);
  r.events = events;
  size_t last = j->piece && j->piece->last_run < r.runs.n ? j->piece->last_run + 1 : r.runs.n;
  for (size_t i = j->piece ? j->piece->first_run : 0; !s && i < last; i++) s = one_run(ctx, &r, i);
  if (j->frames) s = bl_frames_end(ctx, j->frames, p->extractor, s);
  j->names = NULL;
  bl_cutter_free(ctx, &r.cutter);
  bl_common_runs_free(ctx, &r.runs);
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
