#include "pooled.h"

#include <math.h>
#include <string.h>

void bl_pooled_free(bl_ctx *ctx, bl_pooled *g)
{
  bl_free(ctx, g->y);
  bl_free(ctx, g->pred);
  bl_free(ctx, g->proba);
  bl_free(ctx, g->decision);
  bl_free(ctx, g->weight);
}

bl_status bl_pool_entries(bl_ctx *ctx, const bl_problem *p, const bl_cv *cv, const uint32_t *entry, size_t n,
                          bl_pooled *g)
{
  size_t classes = p->task == BL_TASK_REGRESSION ? 0 : p->classes.n, width = cv->n_classes, k = p->n_targets;
  size_t decisions = bl_problem_labels(p) ? width : 1, m = 0;
  *g = (bl_pooled){0};
  g->y = bl_calloc(ctx, n, k * sizeof *g->y);
  g->pred = bl_calloc(ctx, n, k * sizeof *g->pred);
  if (cv->proba) g->proba = bl_calloc(ctx, n * width, sizeof *g->proba);
  if (cv->decision) g->decision = bl_calloc(ctx, n, decisions * sizeof *g->decision);
  if (p->weight) g->weight = bl_calloc(ctx, n, sizeof *g->weight);
  if (!g->y || !g->pred || (cv->proba && !g->proba) || (cv->decision && !g->decision) || (p->weight && !g->weight))
    return bl_fail_nomem(ctx, "pooled predictions");
  for (size_t i = 0; i < n; i++) {
    size_t e = entry[i], row = cv->row[e];
    if (isnan(cv->pred[e * k])) continue;
    memcpy(g->y + m * k, p->y + row * k, k * sizeof *g->y);
    memcpy(g->pred + m * k, cv->pred + e * k, k * sizeof *g->pred);
    if (cv->proba) memcpy(g->proba + m * width, cv->proba + e * width, width * sizeof *g->proba);
    if (cv->decision)
      memcpy(g->decision + m * decisions, cv->decision + e * decisions, decisions * sizeof *g->decision);
    if (p->weight) g->weight[m] = p->weight[row];
    m++;
  }
  g->scored = (bl_scored){.n = m,
                          .n_classes = classes,
                          .n_targets = k,
                          .y = g->y,
                          .pred = g->pred,
                          .proba = g->proba,
                          .decision = g->decision,
                          .weight = g->weight};
  return BL_OK;
}

/* ---- one of several targets -------------------------------------------------------------------------------------- */

static const char *const of_labels[] = {"rows",   "predicted", "both",    "precision",
                                        "recall", "f1",        "roc_auc", "average_precision"};
static const char *const of_numbers[] = {"r2", "mean_absolute_error", "root_mean_squared_error"};
enum { COUNTS = 3, N_LABELS = 8, N_NUMBERS = 3 }; /* of_labels begins with the counts */

/* Target c alone: a label as two classes. v holds three columns. */
static bl_scored one_target(const bl_scored *s, size_t c, double *v)
{
  size_t k = s->n_targets;
  const double *score = s->n_classes ? s->decision ? s->decision : s->proba : NULL;
  for (size_t i = 0; i < s->n; i++) {
    v[i] = s->y[i * k + c];
    v[s->n + i] = s->pred[i * k + c];
    v[2 * s->n + i] = score ? score[i * k + c] : 0;
  }
  return (bl_scored){.n = s->n,
                     .n_classes = s->n_classes ? 2 : 0,
                     .y = v,
                     .pred = v + s->n,
                     .decision = score ? v + 2 * s->n : NULL,
                     .weight = s->weight};
}

static bl_status score_by_name(bl_ctx *ctx, const char *name, const bl_scored *s, double *out)
{
  bl_metric m;
  bl_status status = bl_metric_new(ctx, name, &m);
  if (status) return status;
  status = bl_metric_score(ctx, &m, s, out);
  bl_metric_free(ctx, &m);
  if (status == BL_E_NOMEM || status == BL_E_CANCELLED) return status;
  if (status) *out = NAN; /* no scores to rank by */
  return BL_OK;
}

static void count(const bl_scored *s, double *out)
{
  out[0] = out[1] = out[2] = 0;
  for (size_t i = 0; i < s->n; i++) {
    double w = s->weight ? s->weight[i] : 1;
    out[0] += w * s->y[i];
    out[1] += w * s->pred[i];
    out[2] += w * s->y[i] * s->pred[i];
  }
}

bl_status bl_score_targets(bl_ctx *ctx, const bl_problem *p, const bl_scored *s, bl_target_scores *out)
{
  bool labels = bl_problem_labels(p), muted = bl_ctx_mute(ctx, true); /* the metrics asked for say what is undefined */
  out->names = labels ? of_labels : of_numbers;
  out->n = labels ? N_LABELS : N_NUMBERS;
  out->v = bl_calloc(ctx, p->n_targets * out->n, sizeof *out->v);
  double *v = bl_calloc(ctx, 3 * s->n, sizeof *v);
  bl_status status = out->v && v ? BL_OK : bl_fail_nomem(ctx, "scores by target");
  for (size_t c = 0; !status && c < p->n_targets; c++) {
    bl_scored one = one_target(s, c, v);
    double *to = out->v + c * out->n;
    if (labels) count(&one, to);
    for (size_t k = labels ? COUNTS : 0; !status && k < out->n; k++)
      status = score_by_name(ctx, out->names[k], &one, &to[k]);
  }
  bl_ctx_mute(ctx, muted);
  bl_free(ctx, v);
  return status;
}
