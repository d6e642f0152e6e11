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
  bl_live_free(ctx, &p->live);
  bl_told_events_free(ctx, &p->events);
  p->prepared = NULL;
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

static bl_status set_up(bl_ctx *ctx, bl_predictor *p)
{
  const bl_predict_stream *w = &p->what;
  bl_wanted wanted = {p->recipe.rate_hz, &p->recipe.channels, &p->recipe.units, "the model needs"};
  bl_status s = refuse_whole(ctx, p);
  if (!s) s = bl_selection_make(ctx, &p->recipe.rows, w->streams, w->n_streams, &wanted, &p->selection);
  if (!s) s = bl_stock_take(ctx, &p->stock, &p->selection.in, &p->prepared);
  if (!s) s = bl_live_of(ctx, &p->recipe.rows, p->prepared->extractor, &p->live);
  if (s) return s;
  p->live.latency_s += w->delay_s;
  p->cutter = (bl_cutter){.config = &p->recipe.rows,
                          .extractor = p->prepared->extractor,
                          .on_row = on_row,
                          .on_left_out = on_left_out,
                          .user = p,
                          .name = w->name,
                          .n_channels = p->selection.n};
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

size_t bl_predictor_stream(const bl_predictor *p) { return p->selection.stream; }
double bl_predictor_latency_s(const bl_predictor *p) { return p->live.latency_s; }

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* Run number p->run, which begins at start_s: whole where the header tells, else with an end that nobody knows. */
static bl_run_info describe_run(const bl_predictor *p, double start_s)
{
  const bl_rec_stream *s = &p->what.streams[p->selection.stream];
  bl_run_info info = {
      .start_s = start_s, .end_s = INFINITY, .rate_hz = s->rate_hz, .follows = p->run > 0, .unlabelled = true};
  if (p->what.live || p->run >= s->n_runs) return info;
  const bl_stretch *run = &s->runs[p->run];
  info.end_s = run->start_s + (double)run->n / s->rate_hz;
  info.followed = p->run + 1 < s->n_runs;
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

bl_status bl_predictor_push(bl_ctx *ctx, bl_predictor *p, const float *frames, size_t n)
{
  const bl_selection *sel = &p->selection;
  bl_status s = open_first(ctx, p);
  if (!s) s = bl_prepared_room(ctx, p->prepared, 0, sel->all ? 0 : n * sel->n);
  return s ? s : bl_cutter_push(ctx, &p->cutter, bl_selection_gather(sel, frames, n, p->prepared->gathered), n);
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
  if (!p->what.live && !p->what.streams[p->selection.stream].n_runs) return BL_OK; /* a file without a sample */
  bl_status s = open_first(ctx, p);
  return s ? s : end_run(ctx, p, INFINITY);
}
