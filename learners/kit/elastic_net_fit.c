#include "elastic_net_fit.h"

#include <math.h>
#include <string.h>

#include "inner_folds.h"

static bl_elastic_net_stop stop_of(const bl_elastic_net_params *p)
{
  return (bl_elastic_net_stop){.tol = p->tol, .max_iter = (size_t)p->max_iter, .positive = p->positive};
}

bl_status bl_elastic_net_fit(bl_ctx *ctx, const char *who, const bl_elastic_net_params *p, const bl_train *t,
                             bl_elastic_net_state *s)
{
  bl_status status = bl_linear_targets_begin(ctx, t, &s->map);
  for (size_t c = 0; !status && c < t->n_targets; c++) {
    bl_elastic_net q;
    bl_elastic_net_stop stop = stop_of(p);
    double *coef = s->map.coef + c * t->X.cols;
    status = bl_elastic_net_begin(ctx, &t->X, t->y + c, t->n_targets, t->weight, p->fit_intercept, &q);
    if (!status) status = bl_elastic_net_descend(ctx, &q, p->alpha, p->l1_ratio, &stop, coef);
    if (!status) {
      s->map.intercept[c] = bl_elastic_net_intercept(&q, coef);
      s->n_iter = (int64_t)stop.n_iter > s->n_iter ? (int64_t)stop.n_iter : s->n_iter;
      bl_elastic_net_warn(ctx, who, &stop, q.y_square);
    }
    bl_elastic_net_free(ctx, &q);
  }
  return status;
}

/* ---- the choice of alpha ----------------------------------------------------------------------------------------- */

typedef struct choice {
  const bl_elastic_net_cv_params *p;
  const bl_train *t;
  bl_elastic_net_cv_state *s;
  size_t n_ratios, n_alphas;
  const double *ratio;
} choice;

/* The alphas of each ratio: those given, or evenly in logarithms from where all is 0 down to eps times that. */
static bl_status make_grid(bl_ctx *ctx, const choice *k)
{
  const bl_elastic_net_cv_params *p = k->p;
  bl_elastic_net q = {0};
  bl_status s = BL_OK;
  if (!p->alphas.n) s = bl_elastic_net_begin(ctx, &k->t->X, k->t->y, 1, k->t->weight, p->one.fit_intercept, &q);
  for (size_t r = 0; !s && r < k->n_ratios; r++) {
    double *alphas = k->s->alphas + r * k->n_alphas, top = p->alphas.n ? 0 : bl_elastic_net_alpha_max(&q, k->ratio[r]);
    if (!p->alphas.n && !(top > 1e-15)) top = 1e-15; /* as scikit-learn: nothing correlates with y */
    for (size_t i = 0; i < k->n_alphas; i++) {
      double share = k->n_alphas > 1 ? (double)i / (double)(k->n_alphas - 1) : 0;
      alphas[i] = p->alphas.n ? p->alphas.v[i] : top * pow(p->eps, share);
    }
    for (size_t i = 1; p->alphas.n && i < k->n_alphas; i++) /* those given, largest first */
      for (size_t j = i; j && alphas[j] > alphas[j - 1]; j--) {
        double a = alphas[j];
        alphas[j] = alphas[j - 1];
        alphas[j - 1] = a;
      }
  }
  bl_elastic_net_free(ctx, &q);
  return s;
}

/* Weighted mean of squared errors on the rows left out. */
static double error_on(const choice *k, const bl_fold *f, const double *coef, double intercept)
{
  double sum = 0, total = 0;
  for (size_t i = 0; i < f->n_test; i++) {
    size_t row = f->test[i];
    const float *x = bl_crow(&k->t->X, row);
    double e = k->t->y[row] - intercept, w = k->t->weight ? k->t->weight[row] : 1;
    for (size_t j = 0; j < k->t->X.cols; j++)
      if (coef[j] != 0) e -= (double)x[j] * coef[j];
    sum += w * e * e;
    total += w;
  }
  return sum / total;
}

typedef struct walk {
  const choice *k;
  const bl_folds *folds;
} walk;

/* One fold: down the alphas of each ratio, each from where the last ended. */
static bl_status walk_fold(bl_ctx *ctx, void *arg, size_t f)
{
  const walk *w = arg;
  const choice *k = w->k;
  const bl_elastic_net_params *p = &k->p->one;
  size_t d = k->t->X.cols;
  bl_inner_rows rows;
  bl_elastic_net q = {0};
  double *coef = bl_calloc(ctx, d, sizeof *coef);
  bl_status s = bl_inner_rows_take(ctx, k->t, w->folds->v[f].train, w->folds->v[f].n_train, &rows);
  if (!s && !coef) s = bl_fail_nomem(ctx, "a path of alphas");
  if (!s) s = bl_elastic_net_begin(ctx, &rows.X, rows.y, 1, rows.weight, p->fit_intercept, &q);
  for (size_t r = 0; !s && r < k->n_ratios; r++) {
    memset(coef, 0, d * sizeof *coef);
    for (size_t a = 0; !s && a < k->n_alphas; a++) {
      bl_elastic_net_stop stop = stop_of(p);
      size_t at = r * k->n_alphas + a;
      s = bl_elastic_net_descend(ctx, &q, k->s->alphas[at], k->ratio[r], &stop, coef);
      if (!s)
        k->s->mse_path[at * k->s->n_folds + f] = error_on(k, &w->folds->v[f], coef, bl_elastic_net_intercept(&q, coef));
    }
  }
  bl_elastic_net_free(ctx, &q);
  bl_inner_rows_free(ctx, &rows);
  bl_free(ctx, coef);
  return s;
}

/* The first of the smallest mean errors. */
static void choose(const choice *k)
{
  bl_elastic_net_cv_state *s = k->s;
  double best = 0;
  for (size_t at = 0; at < s->n_grid; at++) {
    double mean = 0;
    for (size_t f = 0; f < s->n_folds; f++) mean += s->mse_path[at * s->n_folds + f] / (double)s->n_folds;
    if (at && !(mean < best)) continue;
    best = mean;
    s->alpha = s->alphas[at];
    s->l1_ratio = k->ratio[at / k->n_alphas];
  }
}

bl_status bl_elastic_net_cv_fit(bl_ctx *ctx, const char *who, const bl_elastic_net_cv_params *p, const bl_train *t,
                                bl_elastic_net_cv_state *s)
{
  static const double lasso = 1;
  choice k = {p,
              t,
              s,
              p->l1_ratio.n ? p->l1_ratio.n : 1,
              p->alphas.n ? p->alphas.n : (size_t)p->n_alphas,
              p->l1_ratio.n ? p->l1_ratio.v : &lasso};
  bl_folds folds = {0};
  bl_elastic_net_state one = {0};
  bl_status status = bl_inner_folds(ctx, who, t, (size_t)p->cv, &folds);
  s->n_grid = k.n_ratios * k.n_alphas;
  s->n_folds = folds.n;
  s->alphas = bl_calloc(ctx, s->n_grid, sizeof *s->alphas);
  s->mse_path = bl_calloc(ctx, s->n_grid, (folds.n ? folds.n : 1) * sizeof *s->mse_path);
  if (!status && (!s->alphas || !s->mse_path)) status = bl_fail_nomem(ctx, who);
  if (!status) status = make_grid(ctx, &k);
  double cost = 100 * (double)s->n_grid * (double)t->X.cols * (double)(t->X.rows < t->X.cols ? t->X.rows : t->X.cols);
  if (!status) status = bl_pool_for(ctx, folds.n, cost, walk_fold, &(walk){&k, &folds});
  if (!status) {
    choose(&k);
    bl_elastic_net_params chosen = p->one;
    chosen.alpha = s->alpha;
    chosen.l1_ratio = s->l1_ratio;
    status = bl_elastic_net_fit(ctx, who, &chosen, t, &one);
    s->map = one.map;
    s->n_iter = one.n_iter;
  }
  bl_folds_free(ctx, &folds);
  return status;
}
