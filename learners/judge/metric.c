/* Metrics: the checks that come before every score, and the confusion matrix. */
#include "metric_private.h"

#include <math.h>

/* First entry of v that is NaN or infinite, or n. */
static size_t first_nonfinite(const double *v, size_t n)
{
  size_t i = 0;
  while (i < n && isfinite(v[i])) i++;
  return i;
}

static bl_status check_finite(bl_ctx *ctx, const char *who, const char *what, const double *v, size_t rows, size_t cols)
{
  size_t at = v ? first_nonfinite(v, rows * cols) : rows * cols;
  if (!cols || at == rows * cols) return BL_OK;
  if (cols == 1) return bl_fail(ctx, BL_E_NONFINITE, "%s: %s of row %zu is %g, wanted a number", who, what, at, v[at]);
  return bl_fail(ctx, BL_E_NONFINITE, "%s: %s of row %zu, column %zu is %g, wanted a number", who, what, at / cols,
                 at % cols, v[at]);
}

static bl_status check_codes(bl_ctx *ctx, const char *who, const char *what, const double *v, size_t rows, size_t cols,
                             size_t n_classes)
{
  for (size_t i = 0; i < rows * cols; i++)
    if (!(v[i] >= 0 && v[i] < (double)n_classes && v[i] == floor(v[i])))
      return bl_fail(ctx, BL_E_CLASSES, "%s: %s of row %zu is %g, wanted a class code from 0 to %zu", who, what,
                     i / cols, v[i], n_classes - 1);
  return BL_OK;
}

static bl_status check_weights(bl_ctx *ctx, const char *who, const bl_scored *s)
{
  double sum = 0;
  for (size_t i = 0; s->weight && i < s->n; i++) {
    if (!(s->weight[i] >= 0))
      return bl_fail(ctx, BL_E_RANGE, "%s: weight of row %zu is %g, wanted 0 or more", who, i, s->weight[i]);
    sum += s->weight[i];
  }
  if (s->weight && !(sum > 0))
    return bl_fail(ctx, BL_E_RANGE, "%s: all %zu weights are 0; give some row a weight", who, s->n);
  return BL_OK;
}

bl_truth bl_truth_of(const bl_scored *s)
{
  return !s->n_classes ? BL_NUMBERS : s->n_targets > 1 ? BL_LABELS : BL_CLASSES;
}

bool bl_metric_scores(const bl_metric_class *c, bl_truth what)
{
  return what == BL_CLASSES ? c->for_classes : what == BL_LABELS ? c->for_labels : c->for_numbers;
}

bl_status bl_metric_suits(bl_ctx *ctx, const bl_metric_class *c, bl_truth what)
{
  static const char *const names[] = {"classes", "several labels a row", "numbers"};
  if (bl_metric_scores(c, what)) return BL_OK;
  bl_truth own = c->for_classes ? BL_CLASSES : c->for_labels ? BL_LABELS : BL_NUMBERS;
  bl_buf fit = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && bl_metric_at(i); i++)
    if (bl_metric_scores(bl_metric_at(i), what))
      s = bl_buf_printf(ctx, &fit, "%s%s", fit.len ? ", " : "", bl_metric_at(i)->name);
  if (!s)
    s = bl_fail(ctx, BL_E_UNSUPPORTED, "%s: scores %s, but the targets are %s; choose one of %s", c->name, names[own],
                names[what], bl_buf_text(&fit));
  bl_buf_free(ctx, &fit);
  return s;
}

bl_status bl_metric_check(bl_ctx *ctx, const bl_metric_class *c, const bl_scored *s)
{
  if (!s->n) return bl_fail(ctx, BL_E_SHAPE, "%s: no rows to score", c->name);
  if (!s->y) return bl_fail(ctx, BL_E_ARG, "%s: no truth to score against; give labels or targets", c->name);
  bl_status status = bl_metric_suits(ctx, c, bl_truth_of(s));
  if (status) return status;
  if (bl_truth_of(s) == BL_LABELS && s->n_targets != s->n_classes)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu targets for %zu labels", c->name, s->n_targets, s->n_classes);
  if ((c->needs & BL_NEEDS_PRED) && !s->pred)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: needs predictions, which the estimator does not give", c->name);
  if ((c->needs & BL_NEEDS_PROBA) && !s->proba)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "%s: needs probabilities, which the estimator does not give; choose an "
                   "estimator with predict_proba or another metric",
                   c->name);
  if ((c->needs & BL_NEEDS_SCORES) && !s->proba && !s->decision)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "%s: needs a decision or probabilities, and the estimator gives neither; "
                   "choose another metric",
                   c->name);
  if ((c->needs & BL_NEEDS_DECISION) && !s->decision)
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "%s: needs a decision, which the estimator does not give; choose another metric", c->name);
  return BL_OK;
}

/* Values that are no numbers, and codes that are none. */
static bl_status check_values(bl_ctx *ctx, const bl_metric_class *c, const bl_scored *s)
{
  bl_truth truth = bl_truth_of(s);
  size_t k = bl_n_targets(s), codes = truth == BL_LABELS ? 2 : s->n_classes;
  size_t decisions = truth == BL_CLASSES && s->n_classes == 2 ? 1 : s->n_classes;
  bl_status e = check_finite(ctx, c->name, "the truth", s->y, s->n, k);
  if (!e && codes) e = check_codes(ctx, c->name, "the truth", s->y, s->n, k, codes);
  if (!e && (c->needs & BL_NEEDS_PRED)) {
    e = check_finite(ctx, c->name, "the prediction", s->pred, s->n, k);
    if (!e && codes) e = check_codes(ctx, c->name, "the prediction", s->pred, s->n, k, codes);
  }
  if (!e && (c->needs & (BL_NEEDS_PROBA | BL_NEEDS_SCORES)))
    e = check_finite(ctx, c->name, "the probability", s->proba, s->n, s->n_classes);
  if (!e && (c->needs & (BL_NEEDS_SCORES | BL_NEEDS_DECISION)))
    e = check_finite(ctx, c->name, "the decision", s->decision, s->n, decisions);
  return e;
}

bl_status bl_metric_score(bl_ctx *ctx, const bl_metric *m, const bl_scored *s, double *out)
{
  const bl_metric_class *c = m->cls;
  *out = (double)NAN;
  bl_status e = bl_metric_check(ctx, c, s);
  if (!e) e = check_finite(ctx, c->name, "the weight", s->weight, s->n, 1);
  if (!e) e = check_weights(ctx, c->name, s);
  if (!e) e = check_values(ctx, c, s);
  return e ? e : c->score(ctx, m->params, s, out);
}

bl_status bl_confusion(bl_ctx *ctx, const bl_scored *s, double *out)
{
  if (!s->y || !s->pred || bl_truth_of(s) != BL_CLASSES)
    return bl_fail(ctx, BL_E_ARG, "confusion: needs classes, their truth and their prediction");
  bl_status e = check_weights(ctx, "confusion", s);
  if (!e) e = check_codes(ctx, "confusion", "the truth", s->y, s->n, 1, s->n_classes);
  if (!e) e = check_codes(ctx, "confusion", "the prediction", s->pred, s->n, 1, s->n_classes);
  if (e) return e;
  size_t k = s->n_classes;
  for (size_t i = 0; i < k * k; i++) out[i] = 0;
  for (size_t i = 0; i < s->n; i++) out[(size_t)s->y[i] * k + (size_t)s->pred[i]] += bl_weight_of(s, i);
  return BL_OK;
}

bl_status bl_confusion_new(bl_ctx *ctx, const bl_scored *s, double **out)
{
  *out = bl_calloc(ctx, s->n_classes * s->n_classes, sizeof **out);
  if (!*out) return bl_fail_nomem(ctx, "a confusion matrix");
  bl_status e = bl_confusion(ctx, s, *out);
  if (!e) return BL_OK;
  bl_free(ctx, *out);
  *out = NULL;
  return e;
}
