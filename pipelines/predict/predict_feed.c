/* predict_feed.c: one recording, a file's or one out of a pipe, through a predictor. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "extract.h"
#include "live.h"
#include "predictor_private.h"

enum { TOLD = 3 }; /* segments left out that are told of one by one */

typedef struct listener {
  const char *file;
  bl_predictor *p;
  bl_feed *feed;
  const bl_rows_out *out;
  const bl_event_table *table;
  size_t n_told;
  char first[300]; /* of the segments left out, and why; "" when there is none */
} listener;

/* ---- what comes out ---------------------------------------------------------------------------------------------- */

static bl_status on_scores(void *user, bl_ctx *ctx, const bl_span *span, const double *prediction, const double *scores)
{
  const listener *l = user;
  return l->out->row(l->out->user, ctx, l->file, span->start_s, span->end_s, prediction, scores);
}

static bl_status on_left_out(void *user, bl_ctx *ctx, double start_s, const char *why)
{
  listener *l = user;
  if (!*l->first) snprintf(l->first, sizeof l->first, "the first, at %.3f s: %s", start_s, why);
  if (l->n_told++ < TOLD)
    bl_warn(ctx, BL_W_SKIPPED, "%s: the segment at %.3f s is left out: %s", l->file, start_s, why);
  return BL_OK;
}

static void tell_rest(bl_ctx *ctx, const listener *l)
{
  size_t rest = l->n_told > TOLD ? l->n_told - TOLD : 0;
  if (rest) bl_warn(ctx, BL_W_SKIPPED, "%s: %zu more segment%s left out", l->file, rest, rest == 1 ? " is" : "s are");
}

/* No event that the model's segments lie around; text: which are missed, and which there are. */
static bl_status no_event(bl_ctx *ctx, const listener *l, const bl_buf *text)
{
  const bl_model_recipe *r = &l->p->recipe;
  return bl_fail(
      ctx, BL_E_SHAPE, "%s: %s%s%s", r->rows.segment.cls->name,
      text->len ? "events: " : "there is no event to lie around", bl_buf_text(text),
      l->table->path ? ""
      : r->trigger_mask
          ? "; predict reads the codes that the model was made with, or the events of a table (--annotations)"
      : r->events_elsewhere
          ? "; those of the model were named by a table in training, but predict reads only the ones inside the recording, "
            "unless it gets a table (--annotations)"
          : "; predict reads the events inside the recording, or those of a table (--annotations)");
}

/* Why a recording gave no row. */
static bl_status no_segment(bl_ctx *ctx, const listener *l)
{
  const bl_config *c = &l->p->recipe.rows;
  bl_asked asked;
  bl_buf text = {0};
  bool matched = true;
  bool at_events =
      (c->segment.cls->tags & BL_SEGMENT_AT_EVENTS) && bl_config_asks(c, &asked) && !bl_config_finds_events(c);
  bl_status s = at_events ? bl_tally_missing(ctx, &asked, &l->p->events.tally, &text, &matched) : BL_OK;
  if (!s && !matched) s = no_event(ctx, l, &text);
  else if (!s && *l->first) s = bl_fail(ctx, BL_E_SHAPE, "no segment is left of %zu; %s", l->p->n_left_out, l->first);
  else if (!s) s = bl_fail(ctx, BL_E_SHAPE, "no segment of the kind the model was trained on lies in it");
  bl_buf_free(ctx, &text);
  return s;
}

/* ---- what goes in ------------------------------------------------------------------------------------------------ */

/* Annotations as events. Where a table speaks of the recording it has the say, but what is marked as bad inside stays
 * bad. */
static bl_status tell(bl_ctx *ctx, const listener *l, const bl_annotation *v, size_t n, bool inside, double known_s)
{
  size_t n_events = 0;
  bl_event *events = bl_calloc(ctx, n, sizeof *events);
  if (!events) return bl_fail_nomem(ctx, "the events");
  for (size_t i = 0; i < n; i++) {
    const char *label = v[i].label ? v[i].label : "";
    if (inside && (l->table->path || l->p->recipe.trigger_mask) && !bl_label_is_bad(label)) continue;
    events[n_events++] = (bl_event){v[i].onset_s, v[i].duration_s, label};
  }
  bl_status s = bl_predictor_events(ctx, l->p, events, n_events, known_s);
  bl_free(ctx, events);
  return s;
}

/* Those of the table that are this recording's; where the table names others alone, that is said. */
static bl_status tell_table(bl_ctx *ctx, const listener *l)
{
  const bl_event_table *t = l->table;
  bl_annotations own = {0};
  const char *other = NULL;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < t->all.n; i++) {
    const bl_annotation *a = &t->all.v[i];
    if (t->owner[i] == t->at) s = bl_annotations_add(ctx, &own, a);
    else if (!other) other = a->file;
  }
  if (!s && other && !own.n)
    bl_warn(ctx, BL_W_SKIPPED, "%s: none of its annotations is of %s: it names others, such as '%s'", t->path, l->file,
            other);
  if (!s && own.n && !bl_feed_is_live(l->feed))
    bl_annotations_check_end(ctx, l->file, &own, bl_feed_head(l->feed)->duration_s);
  if (!s && own.n) s = tell(ctx, l, own.v, own.n, false, -INFINITY);
  bl_annotations_free(ctx, &own);
  return s;
}

/* The codes that the model's recordings had for events, where no table speaks in their place and segments ask for any. */
static bl_status tell_triggers(bl_ctx *ctx, const listener *l)
{
  const bl_model_recipe *r = &l->p->recipe;
  bl_annotations codes = {0};
  bl_asked asked;
  if (!r->trigger_mask || l->table->path || !bl_config_asks(&r->rows, &asked)) return BL_OK;
  bl_status s = bl_feed_triggers(ctx, l->feed, r->trigger_channel, r->trigger_mask, &codes);
  if (s == BL_E_CONFIG || s == BL_E_UNSUPPORTED)
    s = bl_fail(ctx, BL_E_MISMATCH, "the model lies around trigger codes: %s (--annotations takes a table)",
                bl_ctx_error(ctx));
  if (!s) s = tell(ctx, l, codes.v, codes.n, false, -INFINITY);
  bl_annotations_free(ctx, &codes);
  return s;
}

static bl_status pull_one(bl_ctx *ctx, const listener *l, bool *ended)
{
  bl_feed_item item;
  bl_status s = bl_feed_pull(ctx, l->feed, 0, &item);
  double known_s = bl_feed_known_s(l->feed);
  if (s) return s;
  switch (item.kind) {
  case BL_FEED_EVENTS: return tell(ctx, l, item.events, item.n_events, true, known_s);
  case BL_FEED_GAP: return bl_predictor_gap(ctx, l->p, item.start_s);
  case BL_FEED_FRAMES:
    if (known_s > l->p->events.known_s) s = bl_predictor_events(ctx, l->p, NULL, 0, known_s);
    return s ? s : bl_predictor_push(ctx, l->p, item.v, item.n);
  case BL_FEED_END: *ended = true; return bl_predictor_finish(ctx, l->p);
  }
  return BL_OK;
}

static bl_status pull_all(bl_ctx *ctx, listener *l)
{
  bool live = bl_feed_is_live(l->feed), ended = false;
  const bl_recording *head = bl_feed_head(l->feed);
  bl_predict_stream what = {.name = l->file,
                            .streams = head->streams,
                            .n_streams = head->n_streams,
                            .live = live,
                            .delay_s = bl_feed_delay_s(l->feed),
                            .on_scores = on_scores,
                            .on_left_out = on_left_out,
                            .user = l};
  size_t n = 0;
  bl_status s = bl_predictor_begin(ctx, l->p, &what);
  const size_t *chosen = bl_predictor_streams(l->p, &n);
  if (!s) s = bl_feed_choose(ctx, l->feed, chosen, n);
  if (!s && live)
    bl_log(ctx, BL_LOG_INFO, "%s: a row is known %.4g s after its segment ends%s%s", l->file,
           bl_predictor_latency_s(l->p), l->p->live.advice ? ", " : "", l->p->live.advice ? l->p->live.advice : "");
  if (!s) s = tell_table(ctx, l);
  if (!s) s = tell_triggers(ctx, l);
  while (!s && !ended) {
    s = pull_one(ctx, l, &ended);
    bl_status written = l->out->pause(l->out->user, ctx, live);
    if (!s) s = written;
  }
  return s;
}

bl_status bl_predict_recording(bl_ctx *ctx, bl_predictor *p, const char *file, const bl_event_table *events,
                               const bl_rows_out *out)
{
  listener l = {.file = file, .p = p, .out = out, .table = events};
  const char *whole = bl_feed_is_pipe(file) ? bl_predictor_needs_whole(p) : NULL;
  if (whole) /* before a byte is waited for */
    return bl_fail(
        ctx, BL_E_MISMATCH,
        "%s: the model cannot run live: %s needs the whole recording; write the recording to a file, and give "
        "that",
        file, whole);
  bl_status s = bl_feed_open(ctx, file, &l.feed);
  if (s) return s;
  s = pull_all(ctx, &l);
  tell_rest(ctx, &l);
  if (!s && !p->n_rows) s = no_segment(ctx, &l);
  if (s) s = bl_fail_in(ctx, s, "%s: ", file);
  bl_feed_close(ctx, l.feed);
  bl_predictor_forget(ctx, p);
  return s;
}
