#include "run_files.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "baleen/json_print.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "baleen/version.h"
#include "csv_line.h"
#include "live.h"

static bl_status write_buf(bl_ctx *ctx, bl_status s, bl_buf *b, const char *path)
{
  if (!s) s = bl_file_write(ctx, path, bl_buf_text(b), b->len);
  bl_buf_free(ctx, b);
  return s;
}

/* ---- recordings.csv, folds.csv ------------------------------------------------------------------ */

bl_status bl_write_recordings(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  bl_buf b = {.max = (size_t)1 << 30};
  bl_status s = bl_buf_puts(ctx, &b, "recording,status,rows,skipped,seconds,message\n");
  for (size_t i = 0; !s && i < r->extraction->n_outcomes; i++) {
    const bl_outcome *o = &r->extraction->outcomes[i];
    s = bl_put_field(ctx, &b, o->recording);
    if (!s) s = bl_put_field(ctx, &b, bl_status_name(o->status));
    if (!s) s = bl_put_number(ctx, &b, (double)o->n_rows);
    if (!s) s = bl_put_number(ctx, &b, (double)o->n_skipped);
    if (!s) s = bl_put_number(ctx, &b, o->seconds);
    if (!s) s = bl_put_field(ctx, &b, o->message);
    if (!s) s = bl_buf_puts(ctx, &b, "\n");
  }
  return write_buf(ctx, s, &b, path);
}

static bl_status dropped_lines(bl_ctx *ctx, const char *recording, const bl_dropped *v, size_t n, bl_buf *b)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < n; k++) {
    s = bl_put_field(ctx, b, v[k].recording ? v[k].recording : recording);
    if (!s) s = bl_put_number(ctx, b, v[k].start_s);
    if (!s) s = bl_put_field(ctx, b, v[k].label);
    if (!s) s = bl_put_field(ctx, b, v[k].reason);
    if (!s) s = bl_buf_puts(ctx, b, "\n");
  }
  return s;
}

bl_status bl_write_dropped(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  const bl_extraction *x = r->extraction;
  bl_buf b = {.max = (size_t)1 << 30};
  bl_status s = bl_buf_puts(ctx, &b, "recording,start_s,label,reason\n");
  for (size_t i = 0; !s && i < x->n_outcomes; i++)
    s = dropped_lines(ctx, x->outcomes[i].recording, x->outcomes[i].dropped, x->outcomes[i].n_dropped, &b);
  if (!s) s = dropped_lines(ctx, "", x->dropped, x->n_dropped, &b);
  return write_buf(ctx, s, &b, path);
}

bl_status bl_write_folds(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  const bl_config *c = r->config;
  bl_buf b = {0};
  bl_status s = bl_buf_puts(ctx, &b, "model,fold,train_rows,test_rows,test_group");
  for (size_t m = 0; !s && m < c->n_scores; m++) s = bl_put_field(ctx, &b, c->score_names[m]);
  if (!s) s = bl_buf_puts(ctx, &b, ",status,message\n");
  for (size_t i = 0; i < r->results->n; i++) {
    const bl_result *x = &r->results->v[i];
    for (size_t k = 0; !s && k < x->cv.n_folds; k++) {
      s = bl_put_field(ctx, &b, x->name);
      if (!s) s = bl_put_number(ctx, &b, (double)bl_fold_number(&r->results->folds, k));
      if (!s) s = bl_put_number(ctx, &b, (double)r->results->folds.v[k].n_train);
      if (!s) s = bl_put_number(ctx, &b, (double)r->results->folds.v[k].n_test);
      if (!s) s = bl_put_field(ctx, &b, bl_tested_group(r->problem, &r->results->folds.v[k]));
      for (size_t m = 0; !s && m < c->n_scores; m++)
        s = bl_put_number(ctx, &b, x->cv.n_metrics ? x->cv.score[k * x->cv.n_metrics + m] : NAN);
      if (!s) s = bl_put_field(ctx, &b, bl_status_name(x->cv.status[k]));
      if (!s) s = bl_put_field(ctx, &b, x->cv.errors.v[k]);
      if (!s) s = bl_buf_puts(ctx, &b, "\n");
    }
  }
  return write_buf(ctx, s, &b, path);
}

/* ---- metrics.json ------------------------------------------------------------------------------------------------ */

/* jansson refuses NaN: null says "undefined". */
static json_t *real_or_null(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *scores_object(const bl_config *c, const double *v, size_t stride)
{
  json_t *o = json_object();
  for (size_t m = 0; m < c->n_scores; m++) json_object_set_new(o, c->score_names[m], real_or_null(v[m * stride]));
  return o;
}

static json_t *texts_array(bl_ctx *ctx, const bl_texts *t)
{
  json_t *a = json_array();
  for (size_t i = 0; i < t->n; i++) json_array_append_new(a, bl_json_text(ctx, t->v[i]));
  return a;
}

static json_t *targets_array(bl_ctx *ctx, const bl_problem *p, const bl_target_scores *t)
{
  json_t *a = json_array();
  for (size_t c = 0; c < p->targets.n; c++) {
    json_t *one = json_object();
    json_object_set_new(one, "name", bl_json_text(ctx, p->targets.v[c]));
    for (size_t k = 0; k < t->n; k++) json_object_set_new(one, t->names[k], real_or_null(t->v[c * t->n + k]));
    json_array_append_new(a, one);
  }
  return a;
}

static json_t *interval_array(const double v[2])
{
  json_t *a = json_array();
  for (size_t i = 0; i < 2; i++) json_array_append_new(a, real_or_null(v[i]));
  return a;
}

static json_t *result_object(bl_ctx *ctx, const bl_run_parts *r, const bl_result *x)
{
  const bl_config *c = r->config;
  json_t *o = json_object(), *folds = json_array();
  json_object_set_new(o, "model", bl_json_text(ctx, x->name));
  json_object_set_new(o, "mean", scores_object(c, x->mean, 1));
  json_object_set_new(o, "sd", scores_object(c, x->sd, 1));
  json_object_set_new(o, "pooled", scores_object(c, x->pooled, 1));
  for (size_t k = 0; k < x->cv.n_folds; k++) {
    json_t *f = x->cv.n_metrics ? scores_object(c, x->cv.score + k * x->cv.n_metrics, 1) : json_object();
    json_object_set_new(f, "fold", json_integer((json_int_t)bl_fold_number(&r->results->folds, k)));
    if (*bl_tested_group(r->problem, &r->results->folds.v[k]))
      json_object_set_new(f, "test_group", bl_json_text(ctx, bl_tested_group(r->problem, &r->results->folds.v[k])));
    json_object_set_new(f, "train_rows", json_integer((json_int_t)r->results->folds.v[k].n_train));
    json_object_set_new(f, "test_rows", json_integer((json_int_t)r->results->folds.v[k].n_test));
    if (x->cv.status[k]) json_object_set_new(f, "error", bl_json_text(ctx, x->cv.errors.v[k]));
    json_array_append_new(folds, f);
  }
  json_object_set_new(o, "folds", folds);
  if (x->confusion) {
    json_t *rows = json_array();
    for (size_t i = 0; i < r->problem->classes.n; i++) {
      json_t *row = json_array();
      for (size_t k = 0; k < r->problem->classes.n; k++)
        json_array_append_new(row, real_or_null(x->confusion[i * r->problem->classes.n + k]));
      json_array_append_new(rows, row);
    }
    json_object_set_new(o, "confusion", rows);
  }
  if (x->n_parts) {
    json_t *parts = json_array();
    for (size_t k = 0; k < x->n_parts; k++) {
      json_t *part = scores_object(c, x->parts[k].score, 1);
      json_object_set_new(part, "name", bl_json_text(ctx, x->parts[k].name));
      json_object_set_new(part, "rows", json_integer((json_int_t)x->parts[k].n));
      json_array_append_new(parts, part);
    }
    json_object_set_new(o, "by", parts);
  }
  if (x->events.hours > 0)
    json_object_set_new(o, "events",
                        json_pack("{s:f, s:I, s:I}", "hours", x->events.hours, "true", (json_int_t)x->events.n_true,
                                  "detections", (json_int_t)x->events.n_found));
  if (x->by_target.n) json_object_set_new(o, "targets", targets_array(ctx, r->problem, &x->by_target));
  if (isfinite(x->fold_interval[0]) || isfinite(x->pooled_interval[0]))
    json_object_set_new(o, "interval_95",
                        json_pack("{s:s, s:o, s:o}", "metric", c->score_names[bl_config_main_metric(c)], "mean",
                                  interval_array(x->fold_interval), "pooled", interval_array(x->pooled_interval)));
  json_object_set_new(o, "seconds", real_or_null(x->seconds));
  return o;
}

static json_t *test_object(const bl_test *t)
{
  json_t *o = json_object();
  json_object_set_new(o, "statistic", real_or_null(t->statistic));
  json_object_set_new(o, "p", real_or_null(t->p));
  json_object_set_new(o, "effect", real_or_null(t->effect));
  json_object_set_new(o, "pairs", json_integer((json_int_t)t->n));
  return o;
}

/* Tests that say nothing here are left out. */
static json_t *comparisons_array(bl_ctx *ctx, const bl_results *r, const char *metric)
{
  static const char *const names[] = {"corrected_t", "wilcoxon", "sign_flips_one_sided", "mcnemar"};
  json_t *a = json_array();
  for (size_t i = 0; i < r->n_versus; i++) {
    const bl_versus *v = &r->versus[i];
    const bl_test *const tests[] = {&v->folds, &v->ranks, &v->groups, &v->rows};
    json_t *one = json_object();
    json_object_set_new(one, "a", bl_json_text(ctx, r->v[v->a].name));
    json_object_set_new(one, "b", bl_json_text(ctx, r->v[v->b].name));
    json_object_set_new(one, "metric", json_string(metric));
    for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
      if (!isnan(tests[k]->p)) json_object_set_new(one, names[k], test_object(tests[k]));
    json_array_append_new(a, one);
  }
  return a;
}

static json_t *leaks_object(bl_ctx *ctx, const bl_leaks *l)
{
  json_t *o = json_object(), *by = json_array();
  json_object_set_new(o, "equal_rows", json_integer((json_int_t)l->twins.n_same));
  json_object_set_new(o, "nearly_equal_rows",
                      l->twins.too_many ? json_null() : json_integer((json_int_t)l->twins.n_near));
  for (size_t i = 0; i < l->giveaways.n; i++) {
    const bl_giveaway *g = &l->giveaways.v[i];
    json_t *one = json_object();
    json_object_set_new(one, "what", json_string(g->what));
    if (g->target) json_object_set_new(one, "target", bl_json_text(ctx, g->target));
    json_object_set_new(one, g->score_name, real_or_null(g->score));
    json_object_set_new(one, "chance", real_or_null(g->chance));
    json_array_append_new(by, one);
  }
  json_object_set_new(o, "label_predicted_by", by);
  json_object_set_new(o, "warnings", texts_array(ctx, &l->told));
  return o;
}

bl_status bl_write_metrics(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  const bl_extraction *x = r->extraction;
  json_t *root = json_object(), *models = json_array();
  json_object_set_new(root, "schema", json_integer(1));
  json_object_set_new(root, "version", json_string(BL_VERSION));
  json_object_set_new(root, "config", bl_json_text(ctx, r->config->name));
  json_object_set_new(root, "recordings", json_integer((json_int_t)x->n_outcomes));
  json_object_set_new(root, "recordings_failed", json_integer((json_int_t)x->n_failed));
  json_object_set_new(root, "recording_seconds", real_or_null(x->seconds));
  json_object_set_new(root, "rows", json_integer((json_int_t)x->rows.X.rows));
  json_object_set_new(root, "features", json_integer((json_int_t)x->rows.X.cols));
  json_object_set_new(root, "live", bl_live_json(&x->live));
  if (r->problem) {
    json_object_set_new(root, "rows_learnt_from", json_integer((json_int_t)r->problem->n));
    json_object_set_new(root, "groups", json_integer((json_int_t)r->problem->groups.n));
    json_object_set_new(root, "classes", texts_array(ctx, &r->problem->classes));
    if (r->problem->n_targets > 1) json_object_set_new(root, "targets", texts_array(ctx, &r->problem->targets));
    for (size_t i = 0; i < r->results->n; i++) json_array_append_new(models, result_object(ctx, r, &r->results->v[i]));
  }
  if (r->problem && r->results->n) json_object_set_new(root, "leakage", leaks_object(ctx, &r->results->leaks));
  json_object_set_new(root, "models", models);
  if (r->problem && r->results->n_versus)
    json_object_set_new(root, "comparisons",
                        comparisons_array(ctx, r->results, r->config->score_names[bl_config_main_metric(r->config)]));
  if (r->problem && r->results->chance.name)
    json_object_set_new(root, "chance", result_object(ctx, r, &r->results->chance));
  bl_buf text = {0};
  bl_status s = bl_json_print(ctx, root, JSON_INDENT(2) | JSON_REAL_PRECISION(17), "metrics.json", &text);
  json_decref(root);
  if (!s) s = bl_file_write(ctx, path, text.v, text.len);
  bl_buf_free(ctx, &text);
  return s;
}
