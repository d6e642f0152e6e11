/* Two more pictures of a score: the errors of either kind against one another, and probabilities against what came true. */
#include <math.h>

#include "baleen/sort.h"
#include "metric_private.h"

/* The ROC curve from its last point without a false positive to its first without a false negative, turned round. */
bl_status bl_det_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                       bl_curve *out)
{
  bl_curve roc;
  *out = (bl_curve){0};
  bl_status s = bl_roc_curve(ctx, n, truth, score, weight, &roc);
  if (s) return s;
  size_t first = 1, last = roc.n - 1; /* the point at infinity is no threshold */
  while (first + 1 < roc.n && roc.x[first + 1] == roc.x[1]) first++;
  while (last > 1 && roc.y[last - 1] >= 1) last--;
  if (last < first) last = first;
  s = bl_curve_new(ctx, last - first + 1, out);
  for (size_t i = 0; !s && i < out->n; i++) {
    out->x[i] = roc.x[last - i];
    out->y[i] = 1 - roc.y[last - i];
    out->threshold[i] = roc.threshold[last - i];
  }
  bl_curve_free(ctx, &roc);
  return s;
}

/* Lower edges of the bins; of quantiles between the two neighbours, as numpy's percentile. */
static bl_status make_edges(bl_ctx *ctx, const double *proba, size_t n, size_t n_bins, bool quantile, double *edge)
{
  for (size_t b = 0; b < n_bins; b++) edge[b] = (double)b / (double)n_bins;
  if (!quantile) return BL_OK;
  double *sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!sorted) return bl_fail_nomem(ctx, "a calibration curve");
  for (size_t i = 0; i < n; i++) sorted[i] = proba[i];
  bl_sort(sorted, n);
  for (size_t b = 0; b < n_bins; b++) {
    double at = edge[b] * (double)(n - 1);
    size_t i = (size_t)at;
    edge[b] = i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
  }
  bl_free(ctx, sorted);
  return BL_OK;
}

/* The bin of p: how many of the inner edges lie below it. */
static size_t bin_of(const double *edge, size_t n_bins, double p)
{
  size_t b = 0;
  while (b + 1 < n_bins && edge[b + 1] < p) b++;
  return b;
}

static void fill_bins(const double *truth, const double *proba, size_t n, const double *edge, size_t n_bins,
                      double *rows, bl_curve *out)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; i++) {
    size_t b = bin_of(edge, n_bins, proba[i]);
    rows[b]++;
    out->x[b] += proba[i];
    out->y[b] += truth[i] != 0;
  }
  for (size_t b = 0; b < n_bins; b++) {
    if (!(rows[b] > 0)) continue;
    out->x[kept] = out->x[b] / rows[b];
    out->y[kept] = out->y[b] / rows[b];
    out->threshold[kept++] = edge[b];
  }
  out->n = kept;
}

bl_status bl_calibration_curve(bl_ctx *ctx, size_t n, const double *truth, const double *proba, size_t n_bins,
                               bool quantile, bl_curve *out)
{
  *out = (bl_curve){0};
  if (!n || !n_bins) return bl_fail(ctx, BL_E_SHAPE, "calibration curve: %zu rows in %zu bins", n, n_bins);
  for (size_t i = 0; i < n; i++)
    if (!(proba[i] >= 0 && proba[i] <= 1))
      return bl_fail(ctx, BL_E_RANGE, "calibration curve: %g of row %zu is no probability", proba[i], i);
  double *edge = bl_calloc(ctx, 2 * n_bins, sizeof *edge);
  bl_status s = edge ? bl_curve_new(ctx, n_bins, out) : bl_fail_nomem(ctx, "a calibration curve");
  if (!s) s = make_edges(ctx, proba, n, n_bins, quantile, edge);
  if (!s) fill_bins(truth, proba, n, edge, n_bins, edge + n_bins, out);
  else bl_curve_free(ctx, out);
  bl_free(ctx, edge);
  return s;
}
