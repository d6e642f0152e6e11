/* predict.c: a model file put to recordings, or to tables, as lines of CSV: the file alone is enough. */
#include <math.h>

#include "baleen/gather.h"
#include "baleen/item_start.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "predictor_private.h"

enum { WRITE_BYTES = 1 << 16 }; /* gathered before they are handed out, where nobody waits for a line */

typedef struct lines {
  const bl_predictor *p;
  bl_text_fn write;
  void *user;
  bl_buf text;
  bool begun;     /* the header line is out */
  size_t n_given; /* rows of the file at hand */
} lines;

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static bl_status put_name(bl_ctx *ctx, lines *l, const char *before, const char *name)
{
  char *text = bl_strf(ctx, "%s%s", before, name);
  bl_status s = text ? bl_buf_puts(ctx, &l->text, ",") : bl_fail_nomem(ctx, "predictions");
  if (!s) s = bl_csv_field(ctx, &l->text, text);
  bl_free(ctx, text);
  return s;
}

static bl_status put_header(bl_ctx *ctx, lines *l)
{
  const bl_texts *scores = bl_predictor_scores(l->p);
  const bl_texts *targets = bl_predictor_targets(l->p);
  bool numbers = targets->n && !bl_predictor_has_labels(l->p);
  bl_status s = bl_buf_puts(ctx, &l->text, numbers ? "recording,start_s,end_s" : "recording,start_s,end_s,prediction");
  for (size_t k = 0; !s && numbers && k < targets->n; k++) s = put_name(ctx, l, "prediction_", targets->v[k]);
  for (size_t k = 0; !s && k < scores->n; k++) s = put_name(ctx, l, "", scores->v[k]);
  l->begun = true;
  return s ? s : bl_buf_puts(ctx, &l->text, "\n");
}

/* One field, or one for each of several numbers. */
static bl_status put_prediction(bl_ctx *ctx, lines *l, const double *prediction)
{
  const bl_texts *targets = bl_predictor_targets(l->p);
  bool numbers = targets->n && !bl_predictor_has_labels(l->p);
  bl_status s = BL_OK;
  char number[32];
  for (size_t k = 0; !s && numbers && k < targets->n; k++)
    s = bl_buf_printf(ctx, &l->text, ",%s", bl_format_real(prediction[k], number));
  if (s || numbers) return s;
  bl_buf answer = {0};
  s = bl_predictor_answer(ctx, l->p, prediction, &answer);
  if (!s) s = bl_buf_puts(ctx, &l->text, ",");
  if (!s) s = bl_csv_field(ctx, &l->text, bl_buf_text(&answer));
  bl_buf_free(ctx, &answer);
  return s;
}

static bl_status put_row(void *user, bl_ctx *ctx, const char *name, double start_s, double end_s,
                         const double *prediction, const double *scores)
{
  lines *l = user;
  char number[32];
  bl_buf *out = &l->text;
  bl_status s = l->begun ? BL_OK : put_header(ctx, l);
  if (!s) s = bl_csv_field(ctx, out, name);
  for (int k = 0; !s && k < 2; k++) {
    double t = k ? end_s : start_s;
    s = bl_buf_printf(ctx, out, ",%s", isnan(t) ? "" : bl_format_real(t, number));
  }
  if (!s) s = put_prediction(ctx, l, prediction);
  for (size_t k = 0; !s && k < bl_predictor_scores(l->p)->n; k++)
    s = bl_buf_printf(ctx, out, ",%s", bl_format_real(scores[k], number));
  l->n_given += !s;
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

static bl_status write_out(bl_ctx *ctx, lines *l)
{
  size_t n = l->text.len;
  l->text.len = 0;
  return n ? l->write(l->user, ctx, l->text.v, n) : BL_OK;
}

static bl_status on_pause(void *user, bl_ctx *ctx, bool live)
{
  lines *l = user;
  return live || l->text.len >= WRITE_BYTES ? write_out(ctx, l) : BL_OK;
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Segments that lie around no events know of them what is bad, and nothing else. */
static bool has_effect(const bl_predictor *p, const bl_annotations *a)
{
  if (p->recipe.rows.segment.cls->tags & BL_SEGMENT_AT_EVENTS) return true;
  for (size_t i = 0; i < a->n; i++)
    if (a->v[i].label && bl_label_is_bad(a->v[i].label)) return true;
  return false;
}

/* Onsets by the clock count from when the recording that a row names, or the only one, began. */
static bl_status read_table(bl_ctx *ctx, const char *path, const bl_texts *files, bl_annotations *out)
{
  bl_items items = {.v = bl_calloc(ctx, files->n, sizeof *items.v), .n = files->n};
  bl_item_starts begun = {.items = &items};
  bl_annotation_reading how = {.epoch_s = 30, /* of a hypnogram's line, where the name says that it is one */
                               .start_of = bl_item_start,
                               .user = &begun};
  if (!items.v) return bl_fail_nomem(ctx, path);
  for (size_t i = 0; i < files->n; i++) items.v[i].path = files->v[i];
  bl_status s = bl_annotations_read_as(ctx, path, &how, out);
  bl_free(ctx, items.v);
  return s;
}

static bl_status read_events(bl_ctx *ctx, const char *path, const bl_predictor *p, const bl_texts *files,
                             bl_event_table *t)
{
  *t = (bl_event_table){.path = path};
  if (!path) return BL_OK;
  if (bl_predictor_is_of_tables(p))
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: the model is one of tables of features, which hold no events; leave the annotations out", path);
  bl_status s = read_table(ctx, path, files, &t->all);
  if (!s && !has_effect(p, &t->all))
    return bl_fail(
        ctx, BL_E_CONFIG,
        "%s: annotations have no effect with this model: its segments (%s) lie around no events, and none of these marks "
        "bad data; leave them out",
        path, p->recipe.rows.segment.cls->name);
  if (!s && !(t->owner = bl_calloc(ctx, t->all.n, sizeof *t->owner))) s = bl_fail_nomem(ctx, path);
  return s ? s : bl_annotations_deal(ctx, path, &t->all, files, t->owner);
}

/* One file; what of it was known before a failure stays. */
static bl_status one_file(bl_ctx *ctx, bl_predictor *p, const bl_event_table *events, const char *file, lines *l)
{
  bl_rows_out out = {put_row, on_pause, l};
  bl_gathered warnings = {.at_once = true}, *before = bl_ctx_gather(ctx, &warnings);
  l->n_given = 0;
  bl_status s = bl_predictor_is_of_tables(p) ? bl_predict_table(ctx, p, file, &out)
                                             : bl_predict_recording(ctx, p, file, events, &out);
  bl_ctx_gather(ctx, before);
  bl_gathered_tell(ctx, &warnings);
  if (s && l->n_given && s != BL_E_NOMEM && s != BL_E_CANCELLED)
    s = bl_fail(ctx, s, "%s (%zu row%s before stand)", bl_ctx_error(ctx), l->n_given, l->n_given == 1 ? "" : "s");
  return s;
}

static bl_status all_files(bl_ctx *ctx, bl_predictor *p, bl_event_table *events, const bl_texts *files, lines *l,
                           size_t *n_failed)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < files->n; i++) {
    events->at = i;
    bl_status one = one_file(ctx, p, events, files->v[i], l);
    if (one == BL_E_NOMEM || one == BL_E_CANCELLED) s = one;
    else if (one && ++*n_failed == files->n) s = one; /* all of them: no answer, so an error */
    else if (one) bl_warn(ctx, BL_W_SKIPPED, "%s", bl_ctx_error(ctx));
    bl_progress(ctx, "recordings", (double)i + 1, (double)files->n);
  }
  return s;
}

bl_status bl_predict_files(bl_ctx *ctx, const char *model_path, const bl_texts *files, const char *annotations,
                           bl_text_fn write, void *user, size_t *n_failed)
{
  bl_predictor *p;
  bl_event_table events = {0};
  *n_failed = 0;
  bl_status s = bl_predictor_open(ctx, model_path, &p);
  lines l = {.p = p, .write = write, .user = user};
  if (!s) s = read_events(ctx, annotations, p, files, &events);
  if (!s) s = all_files(ctx, p, &events, files, &l, n_failed);
  if (s != BL_E_NOMEM) {
    bl_status written = write_out(ctx, &l); /* also when stopped: what is known is known */
    if (!s) s = written;
  }
  bl_buf_free(ctx, &l.text);
  bl_annotations_free(ctx, &events.all);
  bl_free(ctx, events.owner);
  bl_predictor_close(ctx, p);
  return s;
}
