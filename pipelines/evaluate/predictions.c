/* predictions.csv: what each model said of each row that a fold tested. */
#include "csv_line.h"
#include "run_files.h"
#include "targets.h"

/* Grows towards class 1, over more of a range than a probability does. */
static double decision_of(const bl_cv *cv, size_t e)
{
  if (cv->decision) return cv->decision[e];
  return cv->proba && cv->n_classes == 2 ? cv->proba[2 * e + 1] : (double)NAN;
}

static const char *predicted_name(const bl_problem *p, double pred, char *buf)
{
  if (isnan(pred)) return ""; /* its fold failed */
  /* with labels, cross-validation gives an outlier detector's answers in their codes; without, as -1 and +1 */
  if (p->task == BL_TASK_ANOMALY) return (p->y ? pred > 0 : pred < 0) ? "outlier" : "inlier";
  if (p->task == BL_TASK_CLASSIFICATION && pred >= 0 && pred < (double)p->classes.n) return p->classes.v[(size_t)pred];
  return bl_format_real(pred, buf);
}

/* ---- several targets --------------------------------------------------------------------------------------------- */

static bl_status put_labels(bl_ctx *ctx, const bl_problem *p, const double *has, bl_buf *b)
{
  bl_buf text = {0};
  bl_status s = isnan(has[0]) ? BL_OK : bl_labels_join(ctx, &p->targets, has, &text);
  if (!s) s = bl_put_field(ctx, b, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status put_names(bl_ctx *ctx, const char *before, const bl_texts *names, bl_buf *b)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < names->n; k++) {
    char *name = bl_strf(ctx, "%s%s", before, names->v[k]);
    s = name ? bl_put_field(ctx, b, name) : bl_fail_nomem(ctx, "predictions");
    bl_free(ctx, name);
  }
  return s;
}

static bl_status put_numbers(bl_ctx *ctx, const double *v, size_t n, bl_buf *b)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < n; k++) s = bl_put_number(ctx, b, v ? v[k] : (double)NAN);
  return s;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

static bl_status put_answers(bl_ctx *ctx, const bl_problem *p, const bl_cv *cv, size_t e, bl_buf *b)
{
  size_t k = p->n_targets, classes = p->task == BL_TASK_CLASSIFICATION ? p->classes.n : 0;
  bool labels = bl_problem_labels(p);
  char buf[32];
  bl_status s = labels  ? put_labels(ctx, p, cv->pred + e * k, b)
                : k > 1 ? put_numbers(ctx, cv->pred + e * k, k, b)
                        : bl_put_field(ctx, b, predicted_name(p, cv->pred[e], buf));
  if (!s) s = put_numbers(ctx, cv->proba ? cv->proba + e * cv->n_classes : NULL, classes, b);
  if (!s && labels) s = put_numbers(ctx, cv->decision ? cv->decision + e * k : NULL, k, b);
  return s || k > 1 ? s : bl_put_number(ctx, b, decision_of(cv, e));
}

static bl_status put_line(bl_ctx *ctx, const bl_run_parts *r, const bl_result *x, size_t e, bl_buf *b)
{
  const bl_problem *p = r->problem;
  const bl_dataset *d = p->rows;
  size_t of_problem = x->cv.row[e], row = p->index[of_problem];
  bl_status s = bl_put_field(ctx, b, x->name);
  if (!s) s = bl_put_number(ctx, b, (double)bl_fold_number(&r->results->folds, x->cv.fold[e]));
  if (!s) s = bl_put_number(ctx, b, (double)row);
  if (!s) s = bl_put_field(ctx, b, bl_column_text(&d->recording, row));
  if (!s) s = bl_put_number(ctx, b, bl_packed_get(&d->start_s, row));
  if (!s) s = bl_put_number(ctx, b, bl_packed_get(&d->end_s, row));
  if (!s && bl_problem_labels(p)) s = put_labels(ctx, p, p->y + of_problem * p->n_targets, b);
  else if (!s) s = bl_put_field(ctx, b, bl_column_text(&d->label, row));
  if (!s) s = bl_put_field(ctx, b, p->groups.v[p->group[of_problem]]);
  for (size_t k = 0; !s && k < d->n_extra; k++) s = bl_put_field(ctx, b, bl_column_text(&d->extra[k], row));
  if (!s) s = put_answers(ctx, p, &x->cv, e, b);
  return s ? s : bl_buf_puts(ctx, b, "\n");
}

static bl_status put_head(bl_ctx *ctx, const bl_problem *p, bl_buf *b)
{
  bool labels = bl_problem_labels(p);
  bl_status s = bl_buf_puts(ctx, b, "model,fold,row,recording,start_s,end_s,label,group");
  for (size_t k = 0; !s && k < p->rows->n_extra; k++) s = bl_put_field(ctx, b, p->rows->extra[k].name);
  if (!s && p->n_targets > 1 && !labels) s = put_names(ctx, "prediction_", &p->targets, b);
  else if (!s) s = bl_put_field(ctx, b, "prediction");
  if (!s && p->task == BL_TASK_CLASSIFICATION) s = put_names(ctx, "p_", &p->classes, b);
  if (!s && labels) s = put_names(ctx, "score_", &p->targets, b);
  return s ? s : bl_buf_puts(ctx, b, p->n_targets > 1 ? "\n" : ",score\n");
}

bl_status bl_write_predictions(bl_ctx *ctx, const bl_run_parts *r, const char *path)
{
  bl_buf b = {.max = (size_t)1 << 30};
  bl_status s = put_head(ctx, r->problem, &b);
  for (size_t i = 0; i < r->results->n; i++)
    for (size_t e = 0; !s && e < r->results->v[i].cv.n_rows; e++) s = put_line(ctx, r, &r->results->v[i], e, &b);
  if (!s) s = bl_file_write(ctx, path, bl_buf_text(&b), b.len);
  bl_buf_free(ctx, &b);
  return s;
}
