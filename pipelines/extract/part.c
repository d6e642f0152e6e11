/* part.c: see part.h. */
#include "part.h"

#include <stdlib.h>
#include <string.h>

#include "extract.h"

/* A part in the making. */
typedef struct making {
  bl_run_part *p;
  const bl_item *item;
  const bl_texts *extra_names;
  const bl_recording_job *job;
  const char *path;
  bl_status skipped; /* why the first segment that gave nothing did so */
  char *skipped_text;
  size_t cap_dropped;
} making;

/* ---- what was left out ------------------------------------------------------------------------------------------- */

void bl_dropped_free(bl_ctx *ctx, bl_dropped *v, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    bl_free(ctx, v[i].recording);
    bl_free(ctx, v[i].label);
    bl_free(ctx, v[i].reason);
  }
  bl_free(ctx, v);
}

static bl_status note_dropped(bl_ctx *ctx, making *m, double start_s, const char *label, const char *reason,
                              bool rejected)
{
  bl_outcome *o = &m->p->outcome;
  bl_status s =
      bl_grow(ctx, (void **)&o->dropped, &m->cap_dropped, o->n_dropped + 1, sizeof *o->dropped, "the drop log");
  if (s) return s;
  bl_dropped *d = &o->dropped[o->n_dropped++];
  *d = (bl_dropped){.start_s = start_s,
                    .label = bl_strdup(ctx, label ? label : ""),
                    .reason = bl_strdup(ctx, reason),
                    .rejected = rejected};
  return d->label && d->reason ? BL_OK : bl_fail_nomem(ctx, "the drop log");
}

static int by_start(const void *pa, const void *pb)
{
  const bl_dropped *a = pa, *b = pb;
  if (a->start_s != b->start_s) return a->start_s < b->start_s ? -1 : 1;
  return strcmp(a->label, b->label);
}

static bl_status on_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  return note_dropped(ctx, user, one->start_s, one->label, one->why, false);
}

/* A segment that gave nothing; the others go on. The first such one is kept for the end: where no segment at all gives a
 * row, it is why the recording failed. */
static bl_status note_skipped(bl_ctx *ctx, making *m, const bl_span *span, bl_status status)
{
  if (status == BL_E_NOMEM || status == BL_E_CANCELLED) return status;
  bl_status s = note_dropped(ctx, m, span->start_s, span->label, bl_ctx_error(ctx), true);
  if (s || status == BL_E_REJECTED) return s; /* what a rule of the user's leaves out is no surprise */
  const char *reason = m->p->outcome.dropped[m->p->outcome.n_dropped - 1].reason;
  if (m->skipped) {
    bl_warn(ctx, BL_W_SKIPPED, "%s: segment at %.3f s: %s", m->item->name, span->start_s, reason);
    return BL_OK;
  }
  m->skipped = status;
  m->skipped_text = bl_strf(ctx, "%s: segment at %.3f s: %s", m->item->name, span->start_s, reason);
  return m->skipped_text ? BL_OK : bl_fail_nomem(ctx, "an outcome");
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bl_status begin_rows(bl_ctx *ctx, making *m)
{
  const bl_feature_names *names = m->job->names;
  bl_status s = bl_dataset_init(ctx, &names->names, &names->units, m->extra_names, &m->p->rows);
  return !s && m->path ? bl_dataset_to_file(ctx, &m->p->rows, m->path) : s;
}

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  making *m = user;
  const bl_item *item = m->item;
  if (status) return note_skipped(ctx, m, span, status);
  bl_status s = m->p->rows.X.rows ? BL_OK : begin_rows(ctx, m);
  if (s) return s;
  const char *of_event = span->label ? span->label : "";
  if (item->unlabelled && *of_event) m->p->silenced = true;
  bl_row_info info = {.recording = item->name,
                      .label = item->label        ? item->label
                               : item->unlabelled ? ""
                                                  : of_event,
                      .group = item->group ? item->group : item->name,
                      .start_s = span->start_s,
                      .end_s = span->end_s,
                      .weight = 1,
                      .extra = (const char *const *)item->extra.v};
  return bl_dataset_add(ctx, &m->p->rows, row, &info);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static bl_status read_recording(bl_ctx *ctx, bl_survey *v, size_t i, bl_recording_job *job)
{
  const bl_item *item = &v->items.v[i];
  bool before = bl_ctx_mute(ctx, true); /* the survey told what the header is like */
  bl_status s = bl_source_open(ctx, &v->config->source, v->config->folder, item, &job->rec);
  bl_ctx_mute(ctx, before);
  if (!s && (s = bl_recording_extract(ctx, job))) bl_fail_in(ctx, s, "%s: ", item->name);
  bl_recording_close(ctx, job->rec);
  job->rec = NULL;
  return s;
}

/* Where no segment at all gave a row, the recording failed for the first one's reason. */
static bl_status judge(bl_ctx *ctx, const making *m)
{
  const bl_outcome *o = &m->p->outcome;
  bool rows = m->p->rows.X.rows;
  if (m->skipped && !rows) return bl_fail(ctx, m->skipped, "%s", m->skipped_text);
  if (m->skipped) bl_warn(ctx, BL_W_SKIPPED, "%s", m->skipped_text);
  else if (!rows && o->n_dropped)
    bl_log(ctx, BL_LOG_INFO, "%s: gives no row: all of its %zu segments were left out, one because: %s", m->item->name,
           o->n_dropped, o->dropped[0].reason);
  else if (!rows) bl_log(ctx, BL_LOG_INFO, "%s: gives no row: no segment fits into it", m->item->name);
  return BL_OK;
}

/* A recording that failed gives no rows, however far it came. */
static bl_status write_outcome(bl_ctx *ctx, bl_run_part *p, const char *name, bl_status status, const char *why)
{
  bl_outcome *o = &p->outcome;
  o->status = status;
  if (status) bl_dataset_free(ctx, &p->rows);
  if (status) o->n_rows = 0;
  if (o->n_dropped) qsort(o->dropped, o->n_dropped, sizeof *o->dropped, by_start);
  o->recording = bl_strdup(ctx, name);
  o->message = bl_strdup(ctx, why);
  return o->recording && o->message ? BL_OK : bl_fail_nomem(ctx, "an outcome");
}

static bl_status make_from_recording(bl_ctx *ctx, bl_survey *v, size_t i, const char *path, bl_run_part *p)
{
  const bl_item *item = &v->items.v[i];
  making m = {.p = p, .item = item, .extra_names = &v->items.extra, .path = path};
  bl_recording_job job = {.config = v->config,
                          .name = item->name,
                          .annotations = &item->annotations,
                          .annotated = item->annotated,
                          .wanted = v->seen[i].by_name ? &v->wanted : NULL,
                          .stock = &v->stock,
                          .told = true,
                          .on_row = on_row,
                          .user = &m,
                          .on_left_out = on_left_out};
  m.job = &job;
  bl_status s = read_recording(ctx, v, i, &job);
  if (!s) s = judge(ctx, &m);
  p->outcome.n_rows = job.n_rows;
  p->outcome.n_skipped = job.n_skipped;
  p->outcome.seconds = job.seconds;
  if (s != BL_E_NOMEM && s != BL_E_CANCELLED) {
    if (s) bl_warn(ctx, BL_W_SKIPPED, "%s", bl_ctx_error(ctx));
    s = write_outcome(ctx, p, item->name, s, s ? bl_ctx_error(ctx) : "");
  }
  bl_recording_job_free(ctx, &job);
  bl_free(ctx, m.skipped_text);
  return s;
}

bl_status bl_part_make(bl_ctx *ctx, bl_survey *v, size_t i, const char *path, bl_run_part *out)
{
  const bl_seen *seen = &v->seen[i];
  *out = (bl_run_part){0};
  bl_status s = seen->status ? write_outcome(ctx, out, v->items.v[i].name, seen->status, seen->why)
                             : make_from_recording(ctx, v, i, path, out);
  if (s) bl_part_free(ctx, out);
  return s;
}

void bl_outcome_free(bl_ctx *ctx, bl_outcome *o)
{
  bl_free(ctx, o->recording);
  bl_free(ctx, o->message);
  bl_dropped_free(ctx, o->dropped, o->n_dropped);
  *o = (bl_outcome){0};
}

void bl_part_free(bl_ctx *ctx, bl_run_part *p)
{
  bl_dataset_free(ctx, &p->rows);
  bl_outcome_free(ctx, &p->outcome);
}
