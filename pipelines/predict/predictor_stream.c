/* predictor_stream.c: a recording through a predictor, as it comes. */
#include <math.h>

#include "extract.h"
#include "live.h"
#include "predictor_private.h"

enum { ROWS_AT_A_TIME = 64 }; /* of a file */

/* ---- rows and segments out --------------------------------------------------------------------------------------- */

static bl_status leave_out(bl_ctx *ctx, bl_predictor *p, double start_s, const char *why)
{
  p->n_left_out++;
  return p->what.on_left_out ? p->what.on_left_out(p->what.user, ctx, start_s, why) : BL_OK;
}

/* A window that began before anybody knew that the recording would end within it: in a file it is none. */
static bool never_was(const bl_predictor *p, const bl_span *span)
{
  return p->what.live && !(p->recipe.rows.segment.cls->tags & BL_SEGMENT_AT_EVENTS) &&
         span->end_s > p->cutter.run.end_s;
}

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  bl_predictor *p = user;
  if (!status) return bl_predictor_add(ctx, p, span, row);
  if (status == BL_E_NOMEM || status == BL_E_CANCELLED) return status;
  if (status == BL_E_SHAPE && never_was(p, span)) return BL_OK;
  return leave_out(ctx, p, span->start_s, bl_ctx_error(ctx));
}

static bl_status on_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  return leave_out(ctx, user, one->start_s, one->why);
}

/* ---- beginning --------------------------------------------------------------------------------------------------- */

void bl_predictor_forget(bl_ctx *ctx, bl_predictor *p)
{
  bl_cutter_free(ctx, &p->cutter);
  bl_stock_give(ctx, &p->stock, p->prepared);
  bl_selection_free(ctx, &p->selection);
  bl_common_runs_free(ctx, &p->runs);
  bl_free(ctx, p->streams);
  bl_live_free(ctx, &p->live);
  bl_told_events_free(ctx, &p->events);
  p->prepared = NULL;
  p->streams = NULL;
  p->cutter = (bl_cutter){0};
  p->rows.n = p->run = p->n_rows = p->n_left_out = 0;
  p->open = false;
}

static bl_status refuse_whole(bl_ctx *ctx, const bl_predictor *p)
{
  const char *whole = bl_predictor_needs_whole(p);
  if (!p->what.live || !whole) return BL_OK;
  return bl_fail(
      ctx, BL_E_MISMATCH,
      "the model cannot run live: %s needs the whole recording; write the recording to a file, and give that", whole);
}

/* Which streams the model is put to, and, of a file, where all of them are known. */
static bl_status select_streams(bl_ctx *ctx, bl_predictor *p)
{
  const bl_predict_stream *w = &p->what;
  const bl_wanted wanted = {&p->recipe.inputs, "the model needs"};
  bl_status s = bl_selection_make(ctx, &p->recipe.rows, w->streams, w->n_streams, &wanted, &p->selection);
  if (s) return s;
  if (!(p->streams = bl_calloc(ctx, p->selection.in.n, sizeof *p->streams))) return bl_fail_nomem(ctx, "the streams");
  bl_selection_streams(&p->selection, p->streams);
  return w->live ? BL_OK : bl_common_runs_find(ctx, w->streams, p->streams, p->selection.in.n, &p->runs);
}

static bl_status set_up(bl_ctx *ctx, bl_predictor *p)
{
  const bl_predict_stream *w = &p->what;
  bl_status s = refuse_whole(ctx, p);
  if (!s) s = select_streams(ctx, p);
  if (!s) s = bl_stock_take(ctx, &p->stock, &p->selection.in, &p->prepared);
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a stock that does not fail gives one */
  if (!s) s = bl_live_of(ctx, &p->recipe.rows, p->prepared->extractor, &p->live);
  if (s) return s;
  p->live.latency_s += w->delay_s;
  p->cutter = (bl_cutter){.config = &p->recipe.rows,
                          .extractor = p->prepared->extractor,
                          .on_row = on_row,
                          .on_left_out = on_left_out,
                          .user = p,
                          .name = w->name,
                          .in = &p->prepared->in,
                          .done = p->prepared->done};
  p->prepared->on_row = bl_cutter_row;
  p->prepared->user = &p->cutter;
  return bl_predictor_room(ctx, p, w->live ? 1 : ROWS_AT_A_TIME, &bl_extractor_names(p->prepared->extractor)->names);
}

bl_status bl_predictor_begin(bl_ctx *ctx, bl_predictor *p, const bl_predict_stream *what)
{
  bl_predictor_forget(ctx, p);
  if (p->recipe.table)
    return bl_fail(ctx, BL_E_MISMATCH, "the model was made on a table of features; it takes tables, no recordings");
  p->what = *what;
  p->events.known_s = -INFINITY;
  const char *before = bl_ctx_set_subject(ctx, what->name);
  bl_status s = set_up(ctx, p);
  bl_ctx_set_subject(ctx, before);
  if (s) bl_predictor_forget(ctx, p);
  return s;
}

const size_t *bl_predictor_streams(const bl_predictor *p, size_t *n)
{
  *n = p->selection.in.n;
  return p->streams;
}
double bl_predictor_latency_s(const bl_predictor *p) { return p->live.latency_s; }

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* Run number p->run, which begins at start_s: whole where the header tells, else with an end that nobody knows. */
static bl_run_info describe_run(const bl_predictor *p, double start_s)
{
  bl_run_info info = {.start_s = start_s,
                      .end_s = INFINITY,
                      .rate_hz = p->selection.in.v[0].rate_hz,
                      .follows = p->run > 0,
                      .unlabelled = true};
  if (p->what.live || p->run >= p->runs.n) return info;
  const bl_common_run *run = &p->runs.v[p->run];
  info.end_s = run->end_s;
  info.followed = p->run + 1 < p->runs.n;
  if (info.followed) info.next_start_s = run[1].start_s;
  return info;
}

static bl_status begin_run(bl_ctx *ctx, bl_predictor *p, double start_s)
{
  bl_run_info info = describe_run(p, start_s);
  p->open = true;
  bl_status s = bl_cutter_begin(ctx, &p->cutter, &info, p->events.known_s);
  return s ? s : bl_cutter_tell(ctx, &p->cutter, p->events.v, p->events.n, p->events.known_s);
}

/* followed_by: where the next run begins; INFINITY: nothing follows. */
static bl_status end_run(bl_ctx *ctx, bl_predictor *p, double followed_by)
{
  bl_run_info info = p->cutter.run;
  if (isinf(info.end_s)) {
    info.end_s = bl_cutter_now(&p->cutter);
    info.followed = isfinite(followed_by);
    if (info.followed) info.next_start_s = followed_by;
  }
  p->open = false;
  p->run++;
  bl_status s = bl_cutter_end(ctx, &p->cutter, &info);
  if (!s) s = bl_predictor_flush(ctx, p);
  bl_told_events_pass(&p->events, info.end_s);
  return s;
}

static bl_status open_first(bl_ctx *ctx, bl_predictor *p) { return p->open || p->run ? BL_OK : begin_run(ctx, p, 0); }

/* Whether the model's segments lie around events of this label. */
static bool is_asked_for(const bl_predictor *p, const char *label)
{
  bl_asked asked;
  if (!(p->recipe.rows.segment.cls->tags & BL_SEGMENT_AT_EVENTS) || !bl_config_asks(&p->recipe.rows, &asked))
    return false;
  bool fits = bl_asked_any(&asked);
  for (size_t k = 0; asked.names && k < asked.names->n && !fits; k++) fits = bl_event_fits(asked.names->v[k], label);
  return fits;
}

/* An event of the past, when all events of that time were said to be told: nothing that is out can be changed. Of a bad
 * stretch counts what is still to come. *keep: there is something to tell. */
static bl_status settle_late(bl_ctx *ctx, bl_predictor *p, bl_event *e, bool *keep)
{
  double end_s = e->onset_s + e->duration_s, known_s = p->cutter.known_s;
  bool bad = bl_label_is_bad(e->label);
  *keep = !(e->onset_s < known_s) || (bad && end_s > known_s);
  if (e->onset_s < known_s && *keep) e->onset_s = known_s, e->duration_s = end_s - known_s;
  if (*keep || bad || !is_asked_for(p, e->label)) return BL_OK;
  return leave_out(ctx, p, e->onset_s, "its event was told when its time had gone by");
}

/* Before the first run begins, events are only kept: it is told them all at once. */
bl_status bl_predictor_events(bl_ctx *ctx, bl_predictor *p, const bl_event *events, size_t n, double known_s)
{
  const bl_event *fresh;
  size_t n_kept = 0;
  bl_event *kept = bl_calloc(ctx, n, sizeof *kept);
  bl_status s = kept ? BL_OK : bl_fail_nomem(ctx, "the events");
  if (p->open) bl_told_events_pass(&p->events, bl_cutter_now(&p->cutter));
  for (size_t i = 0; !s && i < n; i++) {
    bool keep = true;
    kept[n_kept] = events[i];
    if (!kept[n_kept].label) kept[n_kept].label = "";
    if (p->open) s = settle_late(ctx, p, &kept[n_kept], &keep);
    n_kept += keep;
  }
  if (!s) s = bl_told_events_add(ctx, &p->events, &p->recipe.rows, kept, n_kept, &fresh);
  p->events.known_s = fmax(p->events.known_s, known_s);
  if (!s && p->open) s = bl_cutter_tell(ctx, &p->cutter, fresh, n_kept, known_s);
  bl_free(ctx, kept);
  return s;
}

bl_status bl_predictor_push(bl_ctx *ctx, bl_predictor *p, const float *const *frames, const size_t *n)
{
  bl_prepared *to = p->prepared;
  bl_status s = open_first(ctx, p);
  for (size_t k = 0; !s && k < p->selection.in.n; k++) {
    const bl_selected *sel = &p->selection.of[k];
    s = bl_prepared_room(ctx, to, k, 0, sel->all ? 0 : n[k] * sel->n);
    to->x[k] = bl_selection_gather(sel, frames[k], n[k], to->room[k].gathered);
  }
  return s ? s : bl_cutter_push(ctx, &p->cutter, to->x, n);
}

bl_status bl_predictor_gap(bl_ctx *ctx, bl_predictor *p, double start_s)
{
  bool first = !p->run && !(p->open && p->cutter.pushed);
  if (first) return begin_run(ctx, p, start_s); /* nothing came before: the recording begins there */
  bl_status s = end_run(ctx, p, start_s);
  return s ? s : begin_run(ctx, p, start_s);
}

bl_status bl_predictor_finish(bl_ctx *ctx, bl_predictor *p)
{
  if (!p->what.live && !p->runs.n) return BL_OK; /* a file without a sample */
  bl_status s = open_first(ctx, p);
  return s ? s : end_run(ctx, p, INFINITY);
}
