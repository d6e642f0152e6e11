#include "worst.h"

#include <math.h>
#include <stdlib.h>

double bl_entry_score(const bl_problem *p, const bl_cv *cv, size_t entry)
{
  if (p->task == BL_TASK_ANOMALY) return cv->decision ? cv->decision[entry] : (double)NAN;
  if (p->n_targets > 1) return (double)NAN;
  if (cv->n_classes == 2 && cv->proba) return cv->proba[2 * entry + 1];
  if (cv->n_classes == 2 && cv->decision) return cv->decision[entry];
  return (double)NAN;
}

const char *bl_entry_score_name(const bl_problem *p, const bl_cv *cv)
{
  if (p->task == BL_TASK_ANOMALY) return "anomaly score";
  if (bl_problem_labels(p)) return "wrong labels";
  return cv->proba ? "probability" : "decision value";
}

long bl_entry_truth(const bl_problem *p, const bl_cv *cv, size_t entry)
{
  uint32_t row = cv->row[entry];
  if (!p->y || row >= p->n || !isfinite(p->y[row])) return -1;
  return lrint(p->y[row]);
}

long bl_entry_predicted(const bl_problem *p, const bl_cv *cv, size_t entry)
{
  double v = cv->pred ? cv->pred[entry] : (double)NAN;
  if (!isfinite(v)) return -1;
  if (p->task == BL_TASK_ANOMALY && !cv->n_classes) return v < 0; /* without labels: -1 and +1 as they come */
  return lrint(v);
}

/* How many labels are wrong; NAN: none. */
static double wrong_labels(const bl_problem *p, const bl_cv *cv, size_t e)
{
  size_t k = p->n_targets, n = 0;
  const double *y = p->y + cv->row[e] * k, *said = cv->pred + e * k;
  if (isnan(said[0])) return (double)NAN;
  for (size_t c = 0; c < k; c++) n += y[c] != said[c];
  return n ? (double)n : (double)NAN;
}

/* How much entry e belongs into the list; NAN: not at all. */
static double weigh(const bl_problem *p, const bl_cv *cv, bl_worst_kind kind, size_t e)
{
  if (bl_problem_labels(p)) return wrong_labels(p, cv, e);
  if (p->n_targets > 1) return (double)NAN; /* of numbers in different units no row is the worst */
  long truth = bl_entry_truth(p, cv, e), said = bl_entry_predicted(p, cv, e);
  long positive = (long)p->classes.n - 1, alarm = p->task == BL_TASK_ANOMALY ? 1 : positive;
  double score = bl_entry_score(p, cv, e);
  if (kind == BL_WORST_RANKED) return score;
  if (kind == BL_WORST_RESIDUALS) return p->y ? fabs(cv->pred[e] - p->y[cv->row[e]]) : (double)NAN;
  if (truth < 0 || said < 0) return (double)NAN;
  if (kind == BL_WORST_MISSES) return truth == positive && said != alarm ? (isnan(score) ? 0 : -score) : (double)NAN;
  if (kind == BL_WORST_FALSE_ALARMS)
    return truth != positive && said == alarm ? (isnan(score) ? 0 : score) : (double)NAN;
  if (truth == said) return (double)NAN;
  for (size_t c = 0; cv->proba && c < cv->n_classes; c++)
    if (lrint(cv->classes[c]) == said) return cv->proba[e * cv->n_classes + c];
  return 0;
}

static int by_weight(const void *a, const void *b)
{
  const bl_worst *x = a, *y = b;
  if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
  return x->row != y->row ? (x->row > y->row) - (x->row < y->row) : (x->entry > y->entry) - (x->entry < y->entry);
}

bl_status bl_worst_entries(bl_ctx *ctx, const bl_problem *p, const bl_cv *cv, bl_worst_kind kind, bl_worst **out,
                           size_t *n)
{
  bl_worst *list = bl_calloc(ctx, cv->n_rows, sizeof *list);
  bool *seen = bl_calloc(ctx, p->n, sizeof *seen);
  bl_status s = list && seen ? BL_OK : bl_fail_nomem(ctx, "the list of mistakes");
  size_t all = 0;
  *out = NULL;
  *n = 0;
  for (size_t e = 0; !s && e < cv->n_rows; e++) {
    double w = cv->row[e] < p->n ? weigh(p, cv, kind, e) : (double)NAN;
    if (!isnan(w)) list[all++] = (bl_worst){e, cv->row[e], w};
  }
  if (!s) {
    qsort(list, all, sizeof *list, by_weight);
    for (size_t i = 0; i < all; i++)
      if (!seen[list[i].row]) {
        seen[list[i].row] = true;
        list[(*n)++] = list[i];
      }
    *out = list;
    list = NULL;
  }
  bl_free(ctx, list);
  bl_free(ctx, seen);
  return s;
}
