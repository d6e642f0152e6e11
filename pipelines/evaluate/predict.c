/* A model file put to recordings, or to tables: the file alone is enough. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/model_file.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "extract.h"
#include "heard.h"
#include "nan_rows.h"

/* What a model file holds. */
typedef struct loaded {
  bl_estimator *estimator;
  bl_config config;
  double rate_hz;
  bl_texts channels, units;
  bl_op scores; /* BL_PREDICT_PROBA, BL_SCORE_SAMPLES, or BL_N_OPS when there are none */
} loaded;

static bl_status read_stream(bl_ctx *ctx, const char *path, const char *text, loaded *m)
{
  json_error_t error;
  json_t *o = json_loads(text, 0, &error), *channels = json_object_get(o, "channels"),
         *units = json_object_get(o, "units");
  m->rate_hz = json_number_value(json_object_get(o, "rate_hz"));
  bl_status s = BL_OK;
  if (!json_array_size(channels) || json_array_size(channels) != json_array_size(units) || !(m->rate_hz > 0))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: its description of the stream is broken", path);
  for (size_t i = 0; !s && i < json_array_size(channels); i++) {
    const char *name = json_string_value(json_array_get(channels, i)),
               *unit = json_string_value(json_array_get(units, i));
    if (!name || !unit) s = bl_fail(ctx, BL_E_FORMAT, "%s: its description of the stream is broken", path);
    if (!s) s = bl_texts_add(ctx, &m->channels, name);
    if (!s) s = bl_texts_add(ctx, &m->units, unit);
  }
  json_decref(o);
  return s;
}

static void unload(bl_ctx *ctx, loaded *m)
{
  bl_estimator_free(ctx, m->estimator);
  bl_config_free(ctx, &m->config);
  bl_texts_free(ctx, &m->channels);
  bl_texts_free(ctx, &m->units);
}

/* Lines of the config inside a model are lines of no file that the user has. */
static void forget_lines(bl_recipe *r)
{
  for (size_t b = 0; b < r->n_branches; b++) {
    for (size_t k = 0; k < r->branches[b].n_stages; k++) r->branches[b].stages[k].line = 0;
    for (size_t k = 0; k < r->branches[b].n_summaries; k++) r->branches[b].summaries[k].line = 0;
  }
}

static bl_status load(bl_ctx *ctx, const char *path, loaded *m)
{
  bl_meta meta = {0};
  *m = (loaded){.scores = BL_N_OPS};
  bl_status s = bl_model_load(ctx, path, &m->estimator, &meta);
  const char *config = s ? NULL : bl_meta_get(&meta, "config"), *stream = s ? NULL : bl_meta_get(&meta, "stream");
  if (!s && !config)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: holds an estimator but no pipeline; train it by 'baleen run'", path);
  if (!s) s = bl_config_parse(ctx, path, config, strlen(config), NULL, &m->config);
  if (!s) forget_lines(&m->config.recipe);
  if (!s && stream) s = read_stream(ctx, path, stream, m);
  if (!s && !stream && !m->config.source.cls->load)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: does not say which stream it was made on", path);
  if (!s && bl_op_width(m->estimator, BL_PREDICT_PROBA)) m->scores = BL_PREDICT_PROBA;
  else if (!s && bl_op_width(m->estimator, BL_SCORE_SAMPLES)) m->scores = BL_SCORE_SAMPLES;
  bl_meta_free(ctx, &meta);
  if (s) unload(ctx, m);
  return s;
}

/* ---- output ------------------------------------------------------------------------------------------------------ */

static bl_status header(bl_ctx *ctx, const loaded *m, bl_buf *out)
{
  const bl_estimator *e = m->estimator;
  bl_status s = bl_buf_puts(ctx, out, "recording,start_s,end_s,prediction");
  if (!s && m->scores == BL_SCORE_SAMPLES) s = bl_buf_puts(ctx, out, ",anomaly_score");
  for (size_t k = 0; !s && m->scores == BL_PREDICT_PROBA && k < e->n_classes; k++) {
    char number[32];
    s = bl_buf_puts(ctx, out, ",");
    char *name = bl_strf(ctx, "p_%s", e->class_names.n ? e->class_names.v[k] : bl_format_real(e->classes[k], number));
    if (!s) s = name ? bl_csv_field(ctx, out, name) : bl_fail_nomem(ctx, "a header");
    bl_free(ctx, name);
  }
  return s ? s : bl_buf_puts(ctx, out, "\n");
}

static bl_status add_prediction(bl_ctx *ctx, const bl_estimator *e, double pred, bl_buf *out)
{
  char number[32];
  const char *name = bl_format_real(pred, number);
  if (bl_estimator_kind(e) == BL_OUTLIER_DETECTOR) name = pred < 0 ? "outlier" : "inlier";
  for (size_t k = 0; bl_estimator_kind(e) == BL_CLASSIFIER && k < e->class_names.n; k++)
    if (e->classes[k] == pred) name = e->class_names.v[k];
  return bl_csv_field(ctx, out, name);
}

/* Predictions of all rows of one file, behind the text so far; nothing is added when it fails. */
static bl_status predict_rows(bl_ctx *ctx, const loaded *m, const bl_dataset *d, bl_buf *out)
{
  const bl_estimator *e = m->estimator;
  bl_cmat X = bl_dataset_view(d);
  size_t width = m->scores == BL_N_OPS ? 0 : bl_op_width(e, m->scores);
  double *pred = bl_calloc(ctx, X.rows, sizeof *pred),
         *score = bl_calloc(ctx, X.rows * (width ? width : 1), sizeof *score);
  bl_status s = pred && score ? BL_OK : bl_fail_nomem(ctx, "predictions");
  if (!s) s = bl_apply(ctx, e, BL_PREDICT, &X, &d->features, pred);
  if (!s && width) s = bl_apply(ctx, e, m->scores, &X, &d->features, score);
  for (size_t i = 0; !s && i < X.rows; i++) {
    char number[32];
    s = bl_csv_field(ctx, out, bl_column_text(&d->recording, i));
    for (int k = 0; !s && k < 2; k++) {
      double t = k ? d->end_s[i] : d->start_s[i];
      s = bl_buf_printf(ctx, out, ",%s", isnan(t) ? "" : bl_format_real(t, number));
    }
    if (!s) s = bl_buf_puts(ctx, out, ",");
    if (!s) s = add_prediction(ctx, e, pred[i], out);
    for (size_t k = 0; !s && k < width; k++) {
      double x = score[i * width + k];
      s = bl_buf_printf(ctx, out, ",%s", bl_format_real(m->scores == BL_SCORE_SAMPLES ? -x : x, number));
    }
    if (!s) s = bl_buf_puts(ctx, out, "\n");
  }
  bl_free(ctx, pred);
  bl_free(ctx, score);
  return s;
}

/* ---- recordings and tables
 * ---------------------------------------------------------------------------------------- */

enum { TOLD = 3 }; /* segments left out that are told of one by one */

typedef struct collector {
  bl_recording_job job;
  const char *name;
  bl_dataset rows;
  bool made;
  size_t n_left_out;
  char first[300]; /* of the segments left out, and why; "" when there is none */
} collector;

static void tell(bl_ctx *ctx, collector *k, double start_s, const char *why)
{
  if (!*k->first) snprintf(k->first, sizeof k->first, "the first, at %.3f s: %s", start_s, why);
  if (k->n_left_out++ < TOLD)
    bl_warn(ctx, BL_W_SKIPPED, "%s: the segment at %.3f s is left out: %s", k->name, start_s, why);
}

static void tell_rest(bl_ctx *ctx, const collector *k)
{
  size_t rest = k->n_left_out > TOLD ? k->n_left_out - TOLD : 0;
  if (rest) bl_warn(ctx, BL_W_SKIPPED, "%s: %zu more segment%s left out", k->name, rest, rest == 1 ? " is" : "s are");
}

static bl_status collect(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  collector *k = user;
  if (status) {
    if (status == BL_E_NOMEM || status == BL_E_CANCELLED) return status;
    tell(ctx, k, span->start_s, bl_ctx_error(ctx));
    return BL_OK;
  }
  if (!k->made) {
    bl_status s = bl_dataset_init(ctx, &k->job.names->names, &k->job.names->units, NULL, &k->rows);
    if (s) return s;
    k->made = true;
  }
  bl_row_info info = {
      .recording = k->name, .label = "", .group = "", .start_s = span->start_s, .end_s = span->end_s, .weight = 1};
  return bl_dataset_add(ctx, &k->rows, row, &info);
}

/* Whether the model's recordings had their events from tables, whatever is inside the files. */
static bl_status had_tables(bl_ctx *ctx, const bl_config *c, bool *out)
{
  static const char *const tables[] = {"raven", "audacity", "table", "hypnogram"};
  bl_buf labels = {0};
  bl_status s = BL_OK;
  *out = false;
  if (bl_opts_find(c->source.cls->opts, "labels"))
    s = bl_opts_get(ctx, c->source.cls->opts, c->source.params, "labels", &labels);
  for (size_t i = 0; !s && i < sizeof tables / sizeof *tables; i++) *out |= !strcmp(bl_buf_text(&labels), tables[i]);
  bl_buf_free(ctx, &labels);
  return s;
}

/* No event that the model's segments lie around; text: which are missed, and which there are. */
static bl_status no_event(bl_ctx *ctx, const bl_recording_job *j, const bl_buf *text)
{
  bool tables;
  bl_status s = had_tables(ctx, j->config, &tables);
  if (s) return s;
  return bl_fail(
      ctx, BL_E_SHAPE, "%s: %s%s%s", j->config->segment.cls->name,
      text->len ? "events: " : "there is no event to lie around", bl_buf_text(text),
      j->annotated ? ""
      : tables
          ? "; those of the model were named by a table in training, but predict reads only the ones inside the recording, "
            "unless it gets a table (--annotations)"
          : "; predict reads the events inside the recording, or those of a table (--annotations)");
}

/* Why a recording gave no row. */
static bl_status no_segment(bl_ctx *ctx, const collector *k)
{
  const bl_recording_job *j = &k->job;
  bl_asked asked;
  bl_buf text = {0};
  bool matched = true;
  bool at_events = (j->config->segment.cls->tags & BL_SEGMENT_AT_EVENTS) && bl_config_asks(j->config, &asked) &&
                   !bl_config_finds_events(j->config);
  bl_status s = at_events ? bl_tally_missing(ctx, &asked, &j->events, &text, &matched) : BL_OK;
  if (!s && !matched) s = no_event(ctx, j, &text);
  else if (!s && *k->first) s = bl_fail(ctx, BL_E_SHAPE, "no segment is left of %zu; %s", j->n_skipped, k->first);
  else if (!s) s = bl_fail(ctx, BL_E_SHAPE, "no segment of the kind the model was trained on lies in it");
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status tell_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  tell(ctx, user, one->start_s, one->why);
  return BL_OK;
}

/* A table of events, of all the recordings. */
typedef struct event_table {
  const char *path; /* NULL: none, events are those inside the recordings */
  bl_annotations all;
} event_table;

static bl_status read_events(bl_ctx *ctx, const char *path, const loaded *m, const bl_texts *files, event_table *t)
{
  *t = (event_table){.path = path};
  if (!path) return BL_OK;
  if (m->config.source.cls->load)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: the model is one of tables of features, which hold no events; leave the annotations out", path);
  bl_status s = bl_annotations_read(ctx, path, BL_ANN_AUTO, NULL, &t->all);
  for (size_t i = 0; !s && files->n > 1 && i < t->all.n; i++)
    if (!t->all.v[i].file)
      s = bl_fail(
          ctx, BL_E_CONFIG,
          "%s: does not say which of the %zu recordings its annotations are of; give it a column 'file', or one "
          "recording",
          path, files->n);
  return s;
}

/* Those of one recording; where the table names others alone, that is said. */
static bl_status events_of(bl_ctx *ctx, const event_table *t, const char *file, bl_annotations *out)
{
  const char *other = NULL;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < t->all.n; i++) {
    const bl_annotation *a = &t->all.v[i];
    if (!a->file || bl_annotation_names(a->file, file)) s = bl_annotations_add(ctx, out, a);
    else if (!other) other = a->file;
  }
  if (!s && other && !out->n)
    bl_warn(ctx, BL_W_SKIPPED, "%s: none of its annotations is of %s: it names others, such as '%s'", t->path, file,
            other);
  return s;
}

static bl_status from_recording(bl_ctx *ctx, const loaded *m, const event_table *events, const char *file, bl_buf *out)
{
  bl_annotations own = {0};
  bl_stock stock;
  bl_wanted wanted = {m->rate_hz, &m->channels, &m->units, "the model needs"};
  collector k = {.name = file,
                 .job = {.config = &m->config,
                         .name = file,
                         .wanted = &wanted,
                         .unlabelled = true,
                         .stock = &stock,
                         .annotations = &own,
                         .annotated = events->path,
                         .on_row = collect,
                         .on_left_out = tell_left_out}};
  k.job.user = &k;
  bl_stock_init(&stock, &m->config);
  bl_status s = events_of(ctx, events, file, &own);
  if (!s) s = bl_recording_open(ctx, file, &k.job.rec);
  if (!s) {
    s = bl_recording_extract(ctx, &k.job);
    tell_rest(ctx, &k);
    if (!s && !k.made) s = no_segment(ctx, &k);
    if (!s) s = bl_name_nan_option(ctx, predict_rows(ctx, m, &k.rows, out), &m->config, &k.rows);
    if (s) s = bl_fail_in(ctx, s, "%s: ", file);
  }
  bl_recording_close(ctx, k.job.rec);
  bl_annotations_free(ctx, &own);
  bl_dataset_free(ctx, &k.rows);
  bl_recording_job_free(ctx, &k.job);
  bl_stock_free(ctx, &stock);
  return s;
}

/* Rows of a table are named like those that a run learns from: "<file>:<line>". */
static bl_status add_row(bl_ctx *ctx, const bl_config *c, const char *file, size_t line, const float *row,
                         bl_dataset *d)
{
  char *name = bl_strf(ctx, "%s:%zu", bl_path_base(file), line);
  bl_row_info info = {
      .recording = name, .label = "", .group = "", .start_s = (double)NAN, .end_s = (double)NAN, .weight = 1};
  bl_status s = name ? bl_check_nan(ctx, c, &d->features, row) : bl_fail_nomem(ctx, "a table");
  if (s == BL_E_REJECTED) {
    bl_warn(ctx, BL_W_SKIPPED, "%s is left out: %s", name, bl_ctx_error(ctx));
    s = BL_OK;
  } else if (!s) {
    s = bl_dataset_add(ctx, d, row, &info);
  }
  bl_free(ctx, name);
  return s;
}

/* Columns are found by name, in any order; others do not matter. */
static bl_status rows_of_text(bl_ctx *ctx, const loaded *m, const char *file, bl_dataset *d)
{
  const bl_texts *features = &m->estimator->feature_names;
  bl_table t = {0};
  float *row = bl_calloc(ctx, features->n, sizeof *row);
  size_t *column = bl_calloc(ctx, features->n, sizeof *column);
  bl_status s = row && column ? bl_table_read(ctx, file, &t) : bl_fail_nomem(ctx, "a table");
  for (size_t k = 0; !s && k < features->n; k++) s = bl_table_column(ctx, &t, features->v[k], &column[k]);
  for (size_t i = 0; !s && i < t.n_rows; i++) {
    for (size_t k = 0; !s && k < features->n; k++) {
      double x = 0;
      s = bl_table_number(ctx, &t, i, column[k], &x);
      row[k] = (float)x;
    }
    if (!s) s = add_row(ctx, &m->config, file, t.line[i], row, d);
  }
  bl_free(ctx, row);
  bl_free(ctx, column);
  bl_table_free(ctx, &t);
  return s;
}

/* An array has no names: as many columns, in the order of the features. */
static bl_status rows_of_array(bl_ctx *ctx, const loaded *m, const char *file, bl_dataset *d)
{
  const bl_texts *features = &m->estimator->feature_names;
  bl_mat x = {0};
  bl_status s = bl_npy_read(ctx, file, &x);
  if (!s && x.cols != features->n)
    s = bl_fail(ctx, BL_E_MISMATCH, "%s: %zu columns, where the model learnt from %zu", file, x.cols, features->n);
  for (size_t i = 0; !s && i < x.rows; i++) s = add_row(ctx, &m->config, file, i, bl_row(&x, i), d);
  bl_mat_free(ctx, &x);
  return s;
}

static bl_status from_table(bl_ctx *ctx, const loaded *m, const char *file, bl_buf *out)
{
  const bl_texts *features = &m->estimator->feature_names;
  bl_dataset d = {0};
  bl_status s = bl_dataset_init(ctx, features, NULL, NULL, &d);
  if (!s) s = bl_text_ends_with(file, ".npy") ? rows_of_array(ctx, m, file, &d) : rows_of_text(ctx, m, file, &d);
  if (!s && !d.X.rows) s = bl_fail(ctx, BL_E_SHAPE, "%s: no rows", file);
  if (!s) s = predict_rows(ctx, m, &d, out);
  bl_dataset_free(ctx, &d);
  return s;
}

bl_status bl_predict_files(bl_ctx *ctx, const char *model_path, const bl_texts *files, const char *annotations,
                           bl_buf *out, size_t *n_failed)
{
  loaded m;
  event_table events;
  *n_failed = 0;
  bl_status s = load(ctx, model_path, &m);
  if (s) return s;
  s = read_events(ctx, annotations, &m, files, &events);
  if (!s) s = header(ctx, &m, out);
  for (size_t i = 0; !s && i < files->n; i++) {
    size_t before = out->len;
    bl_status one = m.config.source.cls->load ? from_table(ctx, &m, files->v[i], out)
                                              : from_recording(ctx, &m, &events, files->v[i], out);
    if (one == BL_E_NOMEM || one == BL_E_CANCELLED) s = one;
    else if (one) {
      out->len = before;
      out->v[before] = '\0';
      if (++*n_failed == files->n) s = one; /* all of them: no answer, so an error */
      else bl_warn(ctx, BL_W_SKIPPED, "%s", bl_ctx_error(ctx));
    }
    bl_progress(ctx, "recordings", (double)i + 1, (double)files->n);
  }
  bl_annotations_free(ctx, &events.all);
  unload(ctx, &m);
  return s;
}
