/* part.c: see part.h. */
#include "part.h"

#include "frames.h"

#include <stdlib.h>
#include <string.h>

/* A part in the making. */
typedef struct making {
  bl_run_part *p;
  const bl_item *item;
  const bl_texts *extra_names;
  const bl_recording_job *job;
  const char *path;
  bool named; /* rows bring the names of their features */
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
      bl_grow(ctx, (void **)&o->dropped, &m->p->cap_dropped, o->n_dropped + 1, sizeof *o->dropped, "the drop log");
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
  if (m->p->skipped) {
    bl_warn(ctx, BL_W_SKIPPED, "%s: segment at %.3f s: %s", m->item->name, span->start_s, reason);
    return BL_OK;
  }
  m->p->skipped = status;
  m->p->skipped_text = bl_strf(ctx, "%s: segment at %.3f s: %s", m->item->name, span->start_s, reason);
  return m->p->skipped_text ? BL_OK : bl_fail_nomem(ctx, "an outcome");
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bl_status begin_rows(bl_ctx *ctx, making *m)
{
  const bl_feature_names *names = m->job->names;
  bl_status s = m->named ? bl_dataset_init(ctx, &names->names, &names->units, m->extra_names, &m->p->rows)
                         : bl_dataset_init_bare(ctx, names->names.n, m->extra_names->n, &m->p->rows);
  if (!s && m->named) s = bl_dataset_set_blocks(ctx, &m->p->rows, &names->blocks);
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

/* How it was made: what may tell a label by itself. */
static bl_status keep_facts(bl_ctx *ctx, const bl_recording *rec, bl_outcome *o)
{
  bl_buf names = {0};
  bl_status s = BL_OK;
  o->duration_s = rec->duration_s;
  o->rate_hz = rec->n_streams ? rec->streams[0].rate_hz : 0;
  for (size_t k = 0; k < rec->n_streams; k++)
    for (size_t i = 0; !s && i < rec->streams[k].n_channels; i++)
      s = bl_buf_printf(ctx, &names, "%s%s", names.len ? "," : "", rec->streams[k].channels[i].name);
  if (!s && !(o->channels = bl_strdup(ctx, bl_buf_text(&names)))) s = bl_fail_nomem(ctx, "an outcome");
  bl_buf_free(ctx, &names);
  return s;
}

static bl_status read_recording(bl_ctx *ctx, bl_survey *v, size_t i, bl_recording_job *job, bl_run_part *p)
{
  bl_item *item = &v->items.v[i];
  bl_listening ear;
  bl_listen_begin(ctx, &ear, &p->told, item->name, item->path);
  bool before = bl_ctx_mute(ctx, true); /* the survey told what the header is like */
  bl_status s = bl_source_open(ctx, &v->config->source, v->config->folder, item, &job->rec);
  bl_ctx_mute(ctx, before);
  if (!s) s = keep_facts(ctx, job->rec, &p->outcome);
  if (!s && (s = bl_recording_extract(ctx, job))) bl_fail_in(ctx, s, "%s: ", item->name);
  bl_status heard = bl_listen_end(&ear);
  if (!s) s = heard;
  bl_recording_close(ctx, job->rec);
  job->rec = NULL;
  return s;
}

static bl_status fail(bl_ctx *ctx, bl_run_part *p, bl_status status, const char *why)
{
  p->outcome.status = status;
  p->why = bl_strdup(ctx, why);
  return p->why ? BL_OK : bl_fail_nomem(ctx, "an outcome");
}

static bl_status make_from_recording(bl_ctx *ctx, bl_survey *v, size_t i, size_t k, const char *path, bool named,
                                     bl_run_part *p)
{
  const bl_item *item = &v->items.v[i];
  making m = {.p = p, .item = item, .extra_names = &v->items.extra, .path = path, .named = named};
  bl_recording_job job = {.config = v->config,
                          .name = item->name,
                          .annotations = &item->annotations,
                          .annotated = item->annotated,
                          .wanted = v->seen[i].by_name ? &v->wanted : NULL,
                          .piece = v->seen[i].pieces ? &v->seen[i].pieces[k] : NULL,
                          .stock = &v->stock,
                          .told = true,
                          .on_row = on_row,
                          .user = &m,
                          .on_left_out = on_left_out};
  p->outcome.marked = v->config->n_event_metrics && !k && !item->unlabelled && !item->label;
  if (p->outcome.marked) job.marks = &p->outcome.marks;
  bl_frames_writer frames = {v->frames, v->config, item->name, i, NULL};
  if (v->frames) job.frames = &frames;
  m.job = &job;
  bl_status s = read_recording(ctx, v, i, &job, p);
  p->outcome.n_rows = job.n_rows;
  p->outcome.n_skipped = job.n_skipped;
  p->outcome.seconds = job.seconds;
  p->passed_over_s = job.passed_over_s;
  return s && s != BL_E_NOMEM && s != BL_E_CANCELLED ? fail(ctx, p, s, bl_ctx_error(ctx)) : s;
}

bl_status bl_part_make(bl_ctx *ctx, bl_survey *survey, size_t item, size_t piece, const char *path, bool named,
                       bl_run_part *out)
{
  const bl_seen *seen = &survey->seen[item];
  *out = (bl_run_part){0};
  bl_status s = seen->status ? fail(ctx, out, seen->status, seen->why)
                             : make_from_recording(ctx, survey, item, piece, path, named, out);
  if (s) bl_part_free(ctx, out);
  return s;
}

/* ---- pieces ------------------------------------------------------------------------------------------------------ */

static bl_status add_dropped(bl_ctx *ctx, bl_run_part *p, bl_run_part *more)
{
  bl_outcome *a = &p->outcome, *b = &more->outcome;
  bl_status s = bl_grow(ctx, (void **)&a->dropped, &p->cap_dropped, a->n_dropped + b->n_dropped, sizeof *a->dropped,
                        "the drop log");
  if (s) return s;
  if (b->n_dropped) memcpy(a->dropped + a->n_dropped, b->dropped, b->n_dropped * sizeof *b->dropped);
  a->n_dropped += b->n_dropped;
  b->n_dropped = 0; /* their texts have moved */
  return BL_OK;
}

/* A segment that gave nothing is warned of when others gave something, and stands among what was told. */
static bl_status warn_of_skipped(bl_ctx *ctx, bl_run_part *p, const char *text)
{
  const char *of_name = strstr(text, ": segment at ");
  bl_warn(ctx, BL_W_SKIPPED, "%s", text);
  return bl_warned_add(ctx, &p->told, of_name ? of_name + 2 : text);
}

static bl_status add_reasons(bl_ctx *ctx, bl_run_part *p, bl_run_part *more)
{
  bl_status s = p->skipped && more->skipped ? warn_of_skipped(ctx, p, more->skipped_text) : BL_OK;
  if (!p->skipped) {
    p->skipped = more->skipped;
    p->skipped_text = more->skipped_text;
    more->skipped_text = NULL;
  }
  if (!p->outcome.status) {
    p->outcome.status = more->outcome.status;
    p->why = more->why;
    more->why = NULL;
  }
  return s;
}

bl_status bl_part_add(bl_ctx *ctx, bl_run_part *p, bl_run_part *more)
{
  bl_status s = BL_OK;
  p->outcome.n_rows += more->outcome.n_rows;
  p->outcome.n_skipped += more->outcome.n_skipped;
  p->outcome.seconds += more->outcome.seconds;
  p->passed_over_s += more->passed_over_s;
  p->silenced |= more->silenced;
  if (more->outcome.marked) { /* the first piece alone is */
    p->outcome.marked = true;
    p->outcome.marks = more->outcome.marks;
    more->outcome.marks = (bl_annotations){0};
  }
  if (!p->outcome.channels) { /* all pieces are of one recording */
    p->outcome.channels = more->outcome.channels;
    p->outcome.rate_hz = more->outcome.rate_hz;
    p->outcome.duration_s = more->outcome.duration_s;
    more->outcome.channels = NULL;
  }
  s = add_reasons(ctx, p, more);
  if (!s) s = bl_warned_join(ctx, &p->told, &more->told);
  if (s) return s;
  if (!p->rows.X.rows) {
    bl_dataset rows = p->rows;
    p->rows = more->rows;
    more->rows = rows;
  } else if (more->rows.X.rows) {
    s = bl_dataset_append(ctx, &p->rows, &more->rows);
  }
  if (!s) s = add_dropped(ctx, p, more);
  bl_part_free(ctx, more);
  return s;
}

/* Where no segment at all gave a row, the recording failed for the first one's reason. */
static bl_status judge(bl_ctx *ctx, const char *name, bl_run_part *p)
{
  const bl_outcome *o = &p->outcome;
  bool rows = p->rows.X.rows;
  if (o->status) return BL_OK;
  if (p->skipped && !rows) return fail(ctx, p, p->skipped, p->skipped_text);
  if (p->skipped) return warn_of_skipped(ctx, p, p->skipped_text);
  if (!rows && o->n_dropped)
    bl_log(ctx, BL_LOG_INFO, "%s: gives no row: all of its %zu segments were left out, one because: %s", name,
           o->n_dropped, o->dropped[0].reason);
  else if (!rows) bl_log(ctx, BL_LOG_INFO, "%s: gives no row: no segment fits into it", name);
  return BL_OK;
}

/* Why it failed; then what its header, its kind and the reading of it were warned of. */
static bl_status say_told(bl_ctx *ctx, const bl_survey *v, size_t item, const bl_run_part *p, bl_buf *out)
{
  bl_warned all = {0};
  const bl_seen *seen = &v->seen[item];
  bl_status s = bl_warned_join(ctx, &all, &seen->told);
  if (!s && seen->kind != BL_NO_KIND) s = bl_warned_join(ctx, &all, &v->kinds[seen->kind].told);
  if (!s) s = bl_warned_join(ctx, &all, &p->told);
  if (!s && p->why) s = bl_buf_puts(ctx, out, p->why);
  for (size_t i = 0; !s && i < all.texts.n; i++)
    s = bl_buf_printf(ctx, out, "%s%s", out->len ? "; " : "", all.texts.v[i]);
  if (!s && all.more) s = bl_buf_printf(ctx, out, "; and %zu more", all.more);
  bl_warned_free(ctx, &all);
  return s;
}

/* A recording that failed gives no rows, however far it came. */
bl_status bl_part_close(bl_ctx *ctx, const bl_survey *survey, size_t item, bl_run_part *p)
{
  bl_outcome *o = &p->outcome;
  const char *name = survey->items.v[item].name;
  bl_status s = judge(ctx, name, p);
  if (s) return s;
  if (o->seconds > 0) o->seconds += p->passed_over_s;
  if (o->status) bl_dataset_free(ctx, &p->rows);
  if (o->status) o->n_rows = 0;
  if (o->status && !survey->seen[item].status) bl_warn(ctx, BL_W_SKIPPED, "%s", p->why);
  if (o->n_dropped) qsort(o->dropped, o->n_dropped, sizeof *o->dropped, by_start);
  o->recording = bl_strdup(ctx, name);
  bl_buf message = {0};
  s = say_told(ctx, survey, item, p, &message);
  o->message = bl_strdup(ctx, bl_buf_text(&message));
  bl_buf_free(ctx, &message);
  return !s && o->recording && o->message ? BL_OK : bl_fail_nomem(ctx, "an outcome");
}

void bl_outcome_free(bl_ctx *ctx, bl_outcome *o)
{
  bl_free(ctx, o->recording);
  bl_free(ctx, o->message);
  bl_free(ctx, o->channels);
  bl_dropped_free(ctx, o->dropped, o->n_dropped);
  bl_annotations_free(ctx, &o->marks);
  *o = (bl_outcome){0};
}

void bl_part_free(bl_ctx *ctx, bl_run_part *p)
{
  bl_dataset_free(ctx, &p->rows);
  bl_outcome_free(ctx, &p->outcome);
  bl_free(ctx, p->skipped_text);
  bl_free(ctx, p->why);
  bl_warned_free(ctx, &p->told);
  *p = (bl_run_part){0};
}
