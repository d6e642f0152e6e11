/* baleen score TRUTH FOUND: detections against true events, both tables of annotations. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/dataset.h"
#include "baleen/event_metric.h"
#include "baleen/text.h"
#include "command.h"

static const char *const none[] = {"none", NULL};

typedef struct params {
  char *metrics;
  bl_word hours;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, metrics, "[event_f1, event_precision, event_recall]",
            "metrics of events, as a config lists them: [event_f1, {event_recall: {t_collar: 1}}]"),
    BL_WORD(params, hours, "none", none, 0, 1e9, BL_OPT_OPEN_LO, "h", "how long was listened, which rates need"),
    BL_OPT_END};

/* ---- events ------------------------------------------------------------------------------------------------------ */

/* Labels and names of recordings become codes that both lists share. */
typedef struct codes {
  bl_column labels, recordings;
} codes;

static bl_status code_of(bl_ctx *ctx, bl_column *all, const char *text, int32_t *out)
{
  bl_status s = bl_column_add(ctx, all, text);
  if (!s) *out = (int32_t)bl_column_code(all, all->code.n - 1);
  return s;
}

/* The one recording that all of a table are of by name, "" when none has a name, NULL when there are several. */
static const char *only_recording(const bl_annotations *a)
{
  for (size_t i = 1; i < a->n; i++) {
    const char *p = a->v[i - 1].file, *q = a->v[i].file;
    if (!p != !q || (p && strcmp(bl_path_base(p), bl_path_base(q)) != 0)) return NULL;
  }
  return a->n && a->v[0].file ? bl_path_base(a->v[0].file) : "";
}

/* Where one table names no recording and the other one only, both are of that. */
static bl_status check_recordings(bl_ctx *ctx, const bl_texts *args, bl_annotations *truth, bl_annotations *found)
{
  bl_annotations *both[] = {truth, found};
  for (int k = 0; k < 2; k++) {
    const bl_annotations *mine = both[k], *other = both[!k];
    const char *me = only_recording(mine), *it = only_recording(other);
    if (!mine->n || !me || *me || !other->n) continue;
    if (!it)
      return bl_fail(ctx, BL_E_CONFIG, "score: %s names several recordings, and %s none; give it a column 'file'",
                     args->v[!k], args->v[k]);
    for (size_t i = 0; i < other->n; i++) {
      bl_free(ctx, other->v[i].file);
      other->v[i].file = NULL;
    }
  }
  return BL_OK;
}

static bl_status events_of(bl_ctx *ctx, const bl_annotations *a, codes *c, bl_spotted **out)
{
  *out = bl_calloc(ctx, a->n, sizeof **out);
  bl_status s = *out ? BL_OK : bl_fail_nomem(ctx, "events");
  for (size_t i = 0; !s && i < a->n; i++) {
    const bl_annotation *one = &a->v[i];
    bl_spotted *e = &(*out)[i];
    e->start_s = one->onset_s;
    e->end_s = one->onset_s + one->duration_s;
    e->score = one->has_score ? one->score : INFINITY; /* without a word of doubt it counts at any threshold */
    s = code_of(ctx, &c->labels, one->label ? one->label : "", &e->label);
    if (!s) s = code_of(ctx, &c->recordings, one->file ? bl_path_base(one->file) : "", &e->recording);
  }
  return s;
}

/* ---- metrics ----------------------------------------------------------------------------------------------------- */

static bl_status set_options(bl_ctx *ctx, const bl_flow *f, bl_event_metric *m)
{
  bl_buf text = {0};
  bl_status s = BL_OK;
  if (f->kind != BL_FLOW_MAP) return bl_fail(ctx, BL_E_CONFIG, "score: %s: wanted {option: value}", m->cls->name);
  for (size_t i = 0; !s && i < f->n; i++) {
    text.len = 0;
    s = f->child[i].kind == BL_FLOW_SCALAR ? bl_buf_puts(ctx, &text, f->child[i].text)
                                           : bl_flow_print(ctx, &f->child[i], &text);
    if (!s) s = bl_opts_set(ctx, m->cls->name, m->cls->opts, m->params, f->key[i].text, bl_buf_text(&text));
  }
  bl_buf_free(ctx, &text);
  return s;
}

/* One line: "event_f1,0.75". What is undefined is left empty. */
static bl_status score_one(bl_ctx *ctx, const bl_flow *f, const bl_spotted_data *d, bl_buf *out)
{
  bool map = f->kind == BL_FLOW_MAP && f->n == 1;
  if (!map && f->kind != BL_FLOW_SCALAR)
    return bl_fail(ctx, BL_E_CONFIG, "score: a metric is a name, or {name: {option: value}}");
  bl_event_metric m = {0};
  double value;
  char number[32];
  bl_status s = bl_event_metric_new(ctx, map ? f->key[0].text : f->text, &m);
  if (!s && map) s = set_options(ctx, &f->child[0], &m);
  if (!s) s = bl_event_metric_score(ctx, &m, d, &value);
  if (!s) s = bl_buf_printf(ctx, out, "%s,%s\n", m.cls->name, isnan(value) ? "" : bl_format_real(value, number));
  bl_event_metric_free(ctx, &m);
  return s;
}

static bl_status score_all(bl_ctx *ctx, const char *metrics, const bl_spotted_data *d, bl_buf *out)
{
  bl_flow f;
  bl_status s = bl_flow_parse(ctx, metrics, &f);
  if (s) return s;
  bool list = f.kind == BL_FLOW_LIST;
  s = bl_buf_puts(ctx, out, "metric,value\n");
  for (size_t i = 0; !s && i < (list ? f.n : 1); i++) s = score_one(ctx, list ? &f.child[i] : &f, d, out);
  bl_flow_free(ctx, &f);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_annotations truth = {0}, found = {0};
  bl_spotted *t = NULL, *f = NULL;
  codes c = {0};
  bl_buf out = {0};
  bl_status s = bl_annotations_read(ctx, args->v[0], BL_ANN_AUTO, NULL, &truth);
  if (!s) s = bl_annotations_read(ctx, args->v[1], BL_ANN_AUTO, NULL, &found);
  if (!s) s = check_recordings(ctx, args, &truth, &found);
  if (!s) s = events_of(ctx, &truth, &c, &t);
  if (!s) s = events_of(ctx, &found, &c, &f);
  bl_spotted_data d = {.truth = t,
                       .n_truth = truth.n,
                       .found = f,
                       .n_found = found.n,
                       .n_labels = c.labels.values.n,
                       .hours = p->hours.word < 0 ? p->hours.real : 0};
  if (!s) s = score_all(ctx, p->metrics, &d, &out);
  if (!s) fputs(bl_buf_text(&out), stdout);
  bl_buf_free(ctx, &out);
  bl_free(ctx, t);
  bl_free(ctx, f);
  bl_column_free(ctx, &c.labels);
  bl_column_free(ctx, &c.recordings);
  bl_annotations_free(ctx, &truth);
  bl_annotations_free(ctx, &found);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen score calls.selections.txt found.selections.txt",
    "baleen score truth.csv found.csv --metrics \"[{event_f1: {average: macro}}, false_alarms_per_hour]\" --hours 24",
    NULL};

/* clang-format off */
const bl_command bl_command_score = {
    .name = "score", .summary = "compare detections with true events", .arguments = "TRUTH FOUND",
    .min_args = 2, .max_args = 2,
    .about = "Both are tables of annotations, in any format that 'baleen annotations' reads. A detection finds an event of its label\n"
             "in its recording when both begin and end near enough (t_collar, percentage_of_length); one finds one at most.\n"
             "A column of scores (score, confidence) is what the option threshold of metrics is put to.\n"
             "Prints CSV: metric, value. 'baleen list' names the metrics of events, 'baleen help event_f1' their options.",
    .examples = examples, .opts = opts, .letters = NULL, .params_size = sizeof(params), .run = run};
/* clang-format on */
