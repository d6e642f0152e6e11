/* All recordings of a source to rows: in parallel, rows in the source's order, each recording's failure its own. */
#include "extract_parts.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/pool.h"
#include "live.h"
#include "nan_rows.h"

typedef struct row_user {
  bl_part_of_run *p;
  const bl_item *item;
  const bl_texts *extra_names;
} row_user;

/* The drop log: which segments gave no row, and why. */
static bl_status note_dropped(bl_ctx *ctx, bl_part_of_run *p, double start_s, const char *label, const char *reason,
                              bool rejected)
{
  void *v = p->dropped;
  bl_status s = bl_grow(ctx, &v, &p->cap_dropped, p->n_dropped + 1, sizeof *p->dropped, "the drop log");
  p->dropped = v;
  if (s) return s;
  bl_dropped *d = &p->dropped[p->n_dropped++];
  *d = (bl_dropped){.start_s = start_s,
                    .label = bl_strdup(ctx, label ? label : ""),
                    .reason = bl_strdup(ctx, reason),
                    .rejected = rejected};
  return d->label && d->reason ? BL_OK : bl_fail_nomem(ctx, "the drop log");
}

static void free_dropped(bl_ctx *ctx, bl_dropped *v, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    bl_free(ctx, v[i].recording);
    bl_free(ctx, v[i].label);
    bl_free(ctx, v[i].reason);
  }
  bl_free(ctx, v);
}

static int by_start(const void *pa, const void *pb)
{
  const bl_dropped *a = pa, *b = pb;
  if (a->start_s != b->start_s) return a->start_s < b->start_s ? -1 : 1;
  return strcmp(a->label, b->label);
}

static bl_status on_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  return note_dropped(ctx, ((row_user *)user)->p, one->start_s, one->label, one->why, false);
}

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  row_user *u = user;
  if (status) { /* this segment gave nothing; the others go on */
    if (status == BL_E_NOMEM || status == BL_E_CANCELLED) return status;
    bl_status s = note_dropped(ctx, u->p, span->start_s, span->label, bl_ctx_error(ctx), true);
    if (s || status == BL_E_REJECTED) return s; /* what a rule of the user's leaves out is no surprise */
    const char *reason = u->p->dropped[u->p->n_dropped - 1].reason;
    if (u->p->skipped) {
      bl_warn(ctx, BL_W_SKIPPED, "%s: segment at %.3f s: %s", u->item->name, span->start_s, reason);
      return BL_OK;
    }
    u->p->skipped = status;
    u->p->skipped_text = bl_strf(ctx, "%s: segment at %.3f s: %s", u->item->name, span->start_s, reason);
    if (!u->p->skipped_text) return bl_fail_nomem(ctx, "an outcome");
    return BL_OK;
  }
  if (!u->p->has_rows) {
    bl_status s = bl_dataset_init(ctx, &u->p->job.names.names, &u->p->job.names.units, u->extra_names, &u->p->rows);
    if (s) return s;
    u->p->has_rows = true;
  }
  const char *of_event = span->label ? span->label : "";
  if (u->item->unlabelled && *of_event) u->p->silenced = true;
  bl_row_info info = {.recording = u->item->name,
                      .label = u->item->label        ? u->item->label
                               : u->item->unlabelled ? ""
                                                     : of_event,
                      .group = u->item->group ? u->item->group : u->item->name,
                      .start_s = span->start_s,
                      .end_s = span->end_s,
                      .weight = 1,
                      .extra = (const char *const *)u->item->extra.v};
  return bl_dataset_add(ctx, &u->p->rows, row, &info);
}

static void free_part(bl_ctx *ctx, bl_part_of_run *p)
{
  bl_dataset_free(ctx, &p->rows);
  bl_recording_job_free(ctx, &p->job);
  bl_free(ctx, p->message);
  bl_free(ctx, p->skipped_text);
  free_dropped(ctx, p->dropped, p->n_dropped);
  *p = (bl_part_of_run){0};
}

/* Warns of a recording that failed, once. */
static void tell(bl_ctx *ctx, bl_part_of_run *p)
{
  if (p->status && !p->told) bl_warn(ctx, BL_W_SKIPPED, "%s", p->message);
  p->told = true;
}

bl_status bl_extract_item(bl_ctx *ctx, void *arg, size_t k)
{
  bl_extraction_job *j = arg;
  size_t i = j->wanted ? j->odd[k] : k, total = j->wanted ? j->n_odd : j->items->n;
  bl_part_of_run *p = &j->parts[i];
  const bl_item *item = &j->items->v[i];
  row_user user = {p, item, &j->items->extra};
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (s) return s;
  free_part(ctx, p);
  p->job = (bl_recording_job){.config = j->config,
                              .name = item->name,
                              .annotations = &item->annotations,
                              .annotated = item->annotated,
                              .wanted = j->wanted,
                              .on_row = on_row,
                              .user = &user,
                              .on_left_out = on_left_out};
  s = bl_source_open(ctx, &j->config->source, j->config->folder, item, &p->job.rec);
  if (!s) {
    s = bl_recording_extract(ctx, &p->job);
    if (s) bl_fail_in(ctx, s, "%s: ", item->name);
  }
  bl_recording_close(ctx, p->job.rec);
  p->job.rec = NULL;
  if (s == BL_E_NOMEM || s == BL_E_CANCELLED) return s;
  if (!s && p->skipped) {
    /* where no segment at all gave a row, the recording failed */
    if (!p->has_rows) s = bl_fail(ctx, p->skipped, "%s", p->skipped_text);
    else bl_warn(ctx, BL_W_SKIPPED, "%s", p->skipped_text);
  }
  if (!s && !p->has_rows && p->n_dropped)
    bl_log(ctx, BL_LOG_INFO, "%s: gives no row: all of its %zu segments were left out, one because: %s", item->name,
           p->n_dropped, p->dropped[0].reason);
  else if (!s && !p->has_rows) bl_log(ctx, BL_LOG_INFO, "%s: gives no row: no segment fits into it", item->name);
  p->status = s;
  if (s && !(p->message = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "an outcome");
  if (j->wanted || !bl_may_agree(p)) tell(ctx, p); /* else another look at it may mend that */
  size_t done = atomic_fetch_add(&j->done, 1) + 1;
  bl_progress(ctx, "recordings", (double)done, (double)total);
  return BL_OK;
}

/* ---- all together
 * ---------------------------------------------------------------------------------------------------- */

/* Rows of one part behind those gathered so far. */
static bl_status append(bl_ctx *ctx, bl_part_of_run *p, bl_extraction *x, bool *first)
{
  if (*first) {
    x->rows = p->rows;
    p->rows = (bl_dataset){0};
    *first = false;
    return BL_OK;
  }
  const char *extra[64];
  for (size_t i = 0; i < p->rows.X.rows; i++) {
    for (size_t k = 0; k < p->rows.n_extra && k < 64; k++) extra[k] = p->rows.extra[k].v.v[i];
    bl_row_info info = {p->rows.recording.v[i],
                        p->rows.label.v[i],
                        p->rows.group.v[i],
                        p->rows.start_s[i],
                        p->rows.end_s[i],
                        p->rows.weight[i],
                        extra};
    bl_status s = bl_dataset_add(ctx, &x->rows, bl_row(&p->rows.X, i), &info);
    if (s) return s;
  }
  return BL_OK;
}

/* Labels that were asked for and that no recording has: a mistyped one must not go unseen. */
static bl_status check_asked(bl_ctx *ctx, const bl_extraction_job *j, bool rows)
{
  bl_asked asked;
  bl_tally there = {0};
  bl_buf text = {0};
  bool matched = true, failed = false;
  if (!bl_config_asks(j->config, &asked) || bl_asked_any(&asked)) return BL_OK;
  const bl_tally **each = bl_calloc(ctx, j->items->n, sizeof *each);
  if (!each) return bl_fail_nomem(ctx, "the labels of events");
  for (size_t i = 0; i < j->items->n; i++) {
    failed |= j->parts[i].status != BL_OK;
    each[i] = &j->parts[i].job.events;
  }
  bl_status s = bl_tally_sum(ctx, each, j->items->n, &there);
  bl_free(ctx, each);
  if (!s) s = bl_tally_missing(ctx, &asked, &there, &text, &matched);
  const char *who = j->config->segment.cls->name;
  /* a recording that failed may have had it */
  if (!s && text.len && !matched && (!failed || !rows))
    s = bl_fail(ctx, BL_E_CONFIG, "%s: events: %s", who, bl_buf_text(&text));
  else if (!s && text.len) bl_warn(ctx, BL_W_MISSING, "%s: events: %s", who, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  bl_tally_free(ctx, &there);
  return s;
}

/* labels: none is the default: who forgets it sees why rows have no label. */
static void note_silenced(bl_ctx *ctx, const bl_extraction_job *j)
{
  bool any = false;
  for (size_t i = 0; i < j->items->n; i++) any |= j->parts[i].silenced;
  if (any)
    bl_log(ctx, BL_LOG_INFO,
           "events inside the recordings have labels that rows do not take on; to have them say labels: annotations "
           "in the source");
}

/* Of all that was left out, a segment that a rule of the user's rejected says more than one that a run's end cuts
 * off. */
static bl_status no_rows(bl_ctx *ctx, const bl_extraction_job *j, const bl_extraction *x)
{
  bl_asked asked;
  const bl_dropped *first = NULL, *told = NULL;
  size_t n = 0;
  for (size_t i = 0; i < x->n_outcomes; i++)
    for (size_t k = 0; k < x->outcomes[i].n_dropped; k++, n++) {
      const bl_dropped *d = &x->outcomes[i].dropped[k];
      if (!first) first = d;
      if (!told && d->rejected) told = d;
    }
  if (!told) told = first;
  if (told)
    return bl_fail(ctx, BL_E_SHAPE,
                   "no rows: all %zu segments of %zu recordings were left out (dropped.csv); one, at %.3f s: %s", n,
                   j->items->n, told->start_s, told->reason);
  if (bl_config_asks(j->config, &asked))
    return bl_fail(
        ctx, BL_E_SHAPE,
        "no rows: no event lies in the %zu recordings; what tells of events is chosen by the source's labels",
        j->items->n);
  return bl_fail(ctx, BL_E_SHAPE, "no rows: %zu recordings gave not one segment; does the length of the windows fit?",
                 j->items->n);
}

static bl_status gather(bl_ctx *ctx, bl_extraction_job *j, bl_extraction *x)
{
  bool first = true;
  size_t model;
  bl_status s = bl_agree(ctx, j, &model);
  if (s) return s;
  x->outcomes = bl_calloc(ctx, j->items->n, sizeof *x->outcomes);
  if (!x->outcomes) return bl_fail_nomem(ctx, "the outcomes");
  const char *why = NULL;
  for (size_t i = 0; i < j->items->n; i++) {
    bl_part_of_run *p = &j->parts[i];
    if (!p->status && p->has_rows && (s = append(ctx, p, x, &first))) return s;
    tell(ctx, p);
    bl_outcome *o = &x->outcomes[i];
    *o = (bl_outcome){.status = p->status,
                      .n_rows = p->status ? 0 : p->job.n_rows,
                      .n_skipped = p->job.n_skipped,
                      .seconds = p->job.seconds,
                      .dropped = p->dropped,
                      .n_dropped = p->n_dropped};
    p->dropped = NULL;
    p->n_dropped = 0;
    if (o->n_dropped) qsort(o->dropped, o->n_dropped, sizeof *o->dropped, by_start);
    x->n_outcomes = i + 1;
    o->recording = bl_strdup(ctx, j->items->v[i].name);
    o->message = bl_strdup(ctx, p->message ? p->message : "");
    if (!o->recording || !o->message) return bl_fail_nomem(ctx, "the outcomes");
    if (p->status) x->n_failed++;
    if (p->status && !why) why = o->message;
    x->seconds += p->job.seconds;
  }
  if (x->n_failed < j->items->n && (s = check_asked(ctx, j, !first))) return s;
  if (!first) {
    bl_recording_job *m = &j->parts[model].job;
    x->rate_hz = m->rate_hz;
    x->channels = m->channels;
    x->units = m->units;
    x->live = m->live;
    m->channels = m->units = (bl_texts){0};
    m->live = (bl_live){0};
    bl_warn_nan(ctx, &x->rows);
    note_silenced(ctx, j);
    return BL_OK;
  }
  if (x->n_failed == j->items->n)
    return bl_fail(ctx, j->parts[0].status, "all %zu recordings failed; the first: %s", j->items->n, why);
  return no_rows(ctx, j, x);
}

static bl_status load_table(bl_ctx *ctx, const bl_config *c, bl_extraction *out)
{
  bl_status s = c->source.cls->load(ctx, c->source.params, c->folder, &out->rows);
  if (!s) s = bl_drop_nan_rows(ctx, c, out);
  if (!s) bl_warn_nan(ctx, &out->rows);
  else bl_extraction_free(ctx, out);
  return s;
}

bl_status bl_extract(bl_ctx *ctx, const bl_config *c, bl_extraction *out)
{
  *out = (bl_extraction){0};
  if (c->source.cls->load) return load_table(ctx, c, out);
  bl_items items = {0};
  bl_extraction_job j = {.config = c, .items = &items};
  bl_status s = c->source.cls->list(ctx, c->source.params, c->folder, &items);
  if (s) goto done;
  if (items.extra.n > 64) {
    s = bl_fail(ctx, BL_E_CONFIG, "source: %zu further columns, at most 64 can be carried along", items.extra.n);
    goto done;
  }
  j.parts = bl_calloc(ctx, items.n, sizeof *j.parts);
  if (!j.parts) s = bl_fail_nomem(ctx, "the recordings");
  if (!s) s = bl_pool_for(ctx, items.n, 1e9, bl_extract_item, &j);
  if (!s) s = gather(ctx, &j, out);
done:
  for (size_t i = 0; j.parts && i < items.n; i++) free_part(ctx, &j.parts[i]);
  bl_free(ctx, j.odd);
  bl_free(ctx, j.parts);
  bl_items_free(ctx, &items);
  if (s && s != BL_E_SHAPE) bl_extraction_free(ctx, out);
  return s;
}

void bl_extraction_free(bl_ctx *ctx, bl_extraction *x)
{
  bl_dataset_free(ctx, &x->rows);
  for (size_t i = 0; i < x->n_outcomes; i++) {
    bl_free(ctx, x->outcomes[i].recording);
    bl_free(ctx, x->outcomes[i].message);
    free_dropped(ctx, x->outcomes[i].dropped, x->outcomes[i].n_dropped);
  }
  free_dropped(ctx, x->dropped, x->n_dropped);
  bl_free(ctx, x->outcomes);
  bl_texts_free(ctx, &x->channels);
  bl_texts_free(ctx, &x->units);
  bl_live_free(ctx, &x->live);
  *x = (bl_extraction){0};
}
