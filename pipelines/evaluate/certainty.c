#include "certainty.h"

#include <math.h>

#include "pooled.h"

enum { DRAWS = 500, DRAWS_OF_MANY = 100, MANY_ROWS = 20000, MOST_LEARNERS = 12, SEED = 0 };
static const double level = 0.95;

/* Test rows over training rows, the mean over folds. */
static double test_share(const bl_folds *f)
{
  double sum = 0;
  for (size_t k = 0; k < f->n; k++) sum += (double)f->v[k].n_test / (double)f->v[k].n_train / (double)f->n;
  return sum;
}

/* ---- intervals --------------------------------------------------------------------------------------------------- */

/* Student's t knows no bounds, the score does: where it has none left there is no room for its mean either. */
static void keep_within(const bl_metric_class *m, double interval[2])
{
  for (size_t e = 0; e < 2; e++)
    if (isfinite(interval[e])) interval[e] = fmin(fmax(interval[e], m->bounds[0]), m->bounds[1]);
}

static bl_status about_mean(bl_ctx *ctx, const bl_config *c, const bl_results *r, size_t metric, bl_result *x)
{
  const bl_cv *cv = &x->cv;
  size_t n = 0;
  double *score = bl_calloc(ctx, cv->n_folds, sizeof *score);
  if (!score) return bl_fail_nomem(ctx, "an interval");
  for (size_t k = 0; k < cv->n_folds; k++)
    if (isfinite(cv->score[k * cv->n_metrics + metric])) score[n++] = cv->score[k * cv->n_metrics + metric];
  bl_corrected_interval(score, n, test_share(&r->folds), level, &x->fold_interval[0], &x->fold_interval[1]);
  keep_within(c->metrics[metric].cls, x->fold_interval);
  bl_free(ctx, score);
  return BL_OK;
}

/* Rows of one group stand or fall together, so groups are what is drawn. */
static bl_status about_pooled(bl_ctx *ctx, const bl_config *c, const bl_problem *p, size_t metric, bl_result *x)
{
  size_t n = x->cv.n_rows, m = 0, defined;
  bl_pooled g = {0};
  uint32_t *entry = bl_calloc(ctx, n, sizeof *entry);
  int32_t *group = bl_calloc(ctx, n, sizeof *group);
  bl_status s = entry && group ? BL_OK : bl_fail_nomem(ctx, "an interval");
  for (size_t e = 0; !s && e < n; e++) { /* those that bl_pool_entries() takes */
    entry[e] = (uint32_t)e;
    if (!isnan(x->cv.pred[e * p->n_targets])) group[m++] = p->group ? p->group[x->cv.row[e]] : (int32_t)x->cv.row[e];
  }
  if (!s) s = bl_pool_entries(ctx, p, &x->cv, entry, n, &g);
  if (!s && g.scored.n)
    s = bl_bootstrap(ctx, &c->metrics[metric], &g.scored, group, n > MANY_ROWS ? DRAWS_OF_MANY : DRAWS, level, SEED,
                     &x->pooled_interval[0], &x->pooled_interval[1], &defined);
  bl_pooled_free(ctx, &g);
  bl_free(ctx, entry);
  bl_free(ctx, group);
  return s == BL_E_NOMEM || s == BL_E_CANCELLED ? s : BL_OK; /* a score that cannot be had has no interval */
}

static bl_status intervals(bl_ctx *ctx, const bl_config *c, const bl_problem *p, const bl_results *r, size_t metric,
                           bl_result *x)
{
  bl_status s = about_mean(ctx, c, r, metric, x);
  return s ? s : about_pooled(ctx, c, p, metric, x);
}

/* ---- learner against learner ------------------------------------------------------------------------------------- */

static bl_status rows_right(bl_ctx *ctx, const bl_problem *p, const bl_cv *a, const bl_cv *b, bl_test *out)
{
  size_t n = a->n_rows, m = 0;
  bool *right = bl_calloc(ctx, 2 * n, sizeof *right), *other = right ? right + n : NULL;
  if (!right) return bl_fail_nomem(ctx, "a comparison");
  for (size_t e = 0; e < n; e++) {
    if (isnan(a->pred[e]) || isnan(b->pred[e])) continue;
    right[m] = a->pred[e] == p->y[a->row[e]];
    other[m++] = b->pred[e] == p->y[b->row[e]];
  }
  *out = bl_mcnemar(right, other, m);
  bl_free(ctx, right);
  return BL_OK;
}

static bool each_fold_is_a_group(const bl_problem *p, const bl_folds *f)
{
  for (size_t k = 0; k < f->n; k++)
    if (!*bl_tested_group(p, &f->v[k])) return false;
  return true;
}

static bl_status compare(bl_ctx *ctx, const bl_config *c, const bl_problem *p, const bl_results *r, size_t metric,
                         bl_versus *v)
{
  const bl_cv *one = &r->v[v->a].cv, *two = &r->v[v->b].cv;
  double sign = bl_config_greater_is_better(c, metric) ? 1 : -1;
  size_t n = 0;
  double *a = bl_calloc(ctx, 2 * one->n_folds, sizeof *a), *b = a ? a + one->n_folds : NULL;
  if (!a) return bl_fail_nomem(ctx, "a comparison");
  for (size_t k = 0; k < one->n_folds; k++) {
    double x = one->score[k * one->n_metrics + metric], y = two->score[k * two->n_metrics + metric];
    if (isfinite(x) && isfinite(y)) a[n] = sign * x, b[n++] = sign * y;
  }
  v->folds = bl_corrected_t(a, b, n, test_share(&r->folds));
  v->groups = v->rows = (bl_test){NAN, NAN, NAN, 0};
  bl_status s = bl_wilcoxon(ctx, a, b, n, &v->ranks);
  if (each_fold_is_a_group(p, &r->folds)) v->groups = bl_sign_flips(a, b, n, SEED);
  bool classes = p->task == BL_TASK_CLASSIFICATION && !bl_problem_labels(p) && one->n_rows == two->n_rows;
  if (!s && classes) s = rows_right(ctx, p, one, two, &v->rows);
  bl_free(ctx, a);
  return s;
}

bl_status bl_find_certainty(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_results *r)
{
  size_t metric = bl_config_main_metric(c), n = r->n;
  for (size_t i = 0; i <= n; i++) {
    bl_result *x = i < n ? &r->v[i] : &r->chance;
    for (size_t k = 0; k < 2; k++) x->fold_interval[k] = x->pooled_interval[k] = NAN;
  }
  if (!p->y || metric >= c->n_metrics) return BL_OK; /* nothing to score against; or events, which have folds alone */
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) s = intervals(ctx, c, p, r, metric, &r->v[i]);
  if (s || n < 2 || n > MOST_LEARNERS || r->folds.n < 2) return s;
  if (!(r->versus = bl_calloc(ctx, n * (n - 1) / 2, sizeof *r->versus))) return bl_fail_nomem(ctx, "comparisons");
  for (size_t a = 0; !s && a < n; a++)
    for (size_t b = a + 1; !s && b < n; b++) {
      r->versus[r->n_versus] = (bl_versus){.a = a, .b = b};
      s = compare(ctx, c, p, r, metric, &r->versus[r->n_versus++]);
    }
  return s;
}
