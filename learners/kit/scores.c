#include "scores.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "baleen/pool.h"
#include "baleen/special.h"
#include "kit.h"
#include "neighbour_info.h"

const char *const bl_score_funcs[] = {
    "f_classif", "f_regression", "chi2", "mutual_info_classif", "mutual_info_regression", "r_regression", NULL};

bool bl_score_of_classes(bl_score_func f) { return f == BL_F_CLASSIF || f == BL_CHI2 || f == BL_MUTUAL_INFO_CLASSIF; }
bool bl_score_has_pvalues(bl_score_func f) { return f == BL_F_CLASSIF || f == BL_F_REGRESSION || f == BL_CHI2; }

typedef struct job {
  const bl_estimator *self;
  const bl_train *t;
  const double *y; /* codes of classes, or numbers */
  bl_score_func f;
  size_t n_neighbors;
  double *score, *pvalue;
} job;

/* The probability of an F-statistic as large. */
static double f_above(double f, double up, double down)
{
  return bl_beta_below(down / 2, up / 2, down / (down + up * f));
}

/* Analysis of variance: between classes against within them. */
static void anova(const job *k, size_t j, const double *x, double *sum)
{
  size_t n = k->t->X.rows, classes = k->t->n_classes;
  double *count = sum + classes, mean = 0, all = 0, between = 0, within = 0;
  for (size_t i = 0; i < n; i++) mean += x[i] / (double)n;
  for (size_t i = 0; i < n; i++) all += (x[i] - mean) * (x[i] - mean);
  for (size_t i = 0; i < n; i++) sum[(size_t)k->y[i]] += x[i] - mean, count[(size_t)k->y[i]]++;
  for (size_t c = 0; c < classes; c++) between += sum[c] * sum[c] / count[c];
  for (size_t i = 0; i < n; i++) {
    size_t c = (size_t)k->y[i];
    double dev = x[i] - mean - sum[c] / count[c];
    within += dev * dev;
  }
  double up = (double)classes - 1, down = (double)n - (double)classes;
  bool constant = bl_kit_constant((double)n, mean, all / (double)n); /* its mean is rounded, and differs from all */
  double f = down > 0 && between > 0 && !constant ? between / up / (within / down) : 0;
  k->score[j] = f < DBL_MAX ? f : DBL_MAX;
  k->pvalue[j] = f_above(k->score[j], up, down > 0 ? down : 1);
}

/* Pearson's r, and F of a straight line. */
static void correlation(const job *k, size_t j, const double *x)
{
  size_t n = k->t->X.rows;
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < n; i++) mx += x[i] / (double)n, my += k->y[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    double dx = x[i] - mx, dy = k->y[i] - my;
    xx += dx * dx, yy += dy * dy, xy += dx * dy;
  }
  double r = xx > 0 && yy > 0 ? fmin(fmax(xy / sqrt(xx) / sqrt(yy), -1), 1) : 0, down = (double)n - 2;
  if (k->f == BL_R_REGRESSION) {
    k->score[j] = r;
    return;
  }
  double f = down > 0 ? r * r / (1 - r * r) * down : 0;
  k->score[j] = f < DBL_MAX ? f : DBL_MAX;
  k->pvalue[j] = f_above(k->score[j], 1, down > 0 ? down : 1);
}

/* Sums of a column over the classes against those that its sum over all rows lets expect. */
static bl_status chi2(bl_ctx *ctx, const job *k, size_t j, const double *x, double *sum)
{
  size_t n = k->t->X.rows, classes = k->t->n_classes;
  double *count = sum + classes, all = 0, chi = 0;
  for (size_t i = 0; i < n; i++) {
    if (x[i] < 0)
      return bl_fail(ctx, BL_E_RANGE, "%s: chi2 takes counts, but row %zu of column %zu is %g", k->self->cls->name, i,
                     j, x[i]);
    sum[(size_t)k->y[i]] += x[i];
    count[(size_t)k->y[i]]++;
    all += x[i];
  }
  for (size_t c = 0; all > 0 && c < classes; c++) {
    double expected = all * count[c] / (double)n;
    chi += (sum[c] - expected) * (sum[c] - expected) / expected;
  }
  k->score[j] = chi;
  k->pvalue[j] = bl_gamma_above(((double)classes - 1) / 2, chi / 2);
  return BL_OK;
}

static bl_status score_one(bl_ctx *ctx, void *arg, size_t j)
{
  const job *k = arg;
  size_t n = k->t->X.rows;
  double *x = bl_calloc(ctx, n, sizeof *x), *sums = bl_calloc(ctx, 2 * k->t->n_classes + 1, sizeof *sums);
  bl_status s = x && sums ? BL_CHECK_CANCEL(ctx) : bl_fail_nomem(ctx, "scores of columns");
  for (size_t i = 0; !s && i < n; i++) x[i] = (double)bl_crow(&k->t->X, i)[j];
  k->pvalue[j] = 1;
  if (!s) switch (k->f) {
    case BL_F_CLASSIF: anova(k, j, x, sums); break;
    case BL_CHI2: s = chi2(ctx, k, j, x, sums); break;
    case BL_F_REGRESSION:
    case BL_R_REGRESSION: correlation(k, j, x); break;
    case BL_MUTUAL_INFO_CLASSIF:
      s = bl_info_of_classes(ctx, x, k->y, n, k->t->n_classes, k->n_neighbors, j, &k->score[j]);
      break;
    case BL_MUTUAL_INFO_REGRESSION: s = bl_info_of_numbers(ctx, x, k->y, n, k->n_neighbors, j, &k->score[j]); break;
    }
  bl_free(ctx, x);
  bl_free(ctx, sums);
  return s;
}

bl_status bl_score_columns(bl_ctx *ctx, const bl_estimator *self, bl_score_func f, size_t n_neighbors,
                           const bl_train *t, double *score, double *pvalue)
{
  const double *y = bl_score_of_classes(f) ? t->y : t->data->y;
  job k = {self, t, y, f, n_neighbors, score, pvalue};
  if (!y || t->data->n_targets > 1)
    return bl_fail(ctx, BL_E_ARG, "%s: %s follows one number a row, but y has %s", self->cls->name, bl_score_funcs[f],
                   y ? "several" : "none");
  bool info = f == BL_MUTUAL_INFO_CLASSIF || f == BL_MUTUAL_INFO_REGRESSION;
  return bl_pool_for(ctx, t->X.cols, (info ? 300.0 : 10.0) * (double)t->X.rows, score_one, &k);
}
