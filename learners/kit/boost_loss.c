/* boost_loss.c: see boost_loss.h. Formulas are those of scikit-learn's losses: half the squared error, half the Poisson deviance. */
#include "boost_loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/pool.h"
#include "linear_classifier.h"

static double weight_of(const bl_boost_data *d, size_t i) { return d->weight ? d->weight[i] : 1; }

/* ---- weighted quantiles ------------------------------------------------------------------------------------------ */

typedef struct weighed {
  double v, w;
} weighed;

static int by_value(const void *a, const void *b)
{
  double x = ((const weighed *)a)->v, y = ((const weighed *)b)->v;
  return (x > y) - (x < y);
}

/* As numpy's percentile of equal weights; of unequal ones the value at which their sum reaches the share. v is sorted. */
static double quantile_of(weighed *v, size_t n, bool weighted, double share)
{
  qsort(v, n, sizeof *v, by_value);
  if (!weighted) {
    double at = share * (double)(n - 1);
    size_t i = (size_t)at, next = i + 1 < n ? i + 1 : i;
    return v[i].v + (at - (double)i) * (v[next].v - v[i].v);
  }
  double total = 0, sum = 0;
  for (size_t i = 0; i < n; i++) total += v[i].w;
  for (size_t i = 0; i < n; i++) {
    sum += v[i].w;
    if (sum >= share * total) return v[i].v;
  }
  return v[n - 1].v;
}

static double share_of(const bl_boost_data *d) { return d->loss == BL_BOOST_QUANTILE ? d->quantile : 0.5; }

bool bl_boost_leaf_value(const bl_boost_data *d, const double *raw, const uint32_t *rows, size_t n, double *room,
                         double *value)
{
  if (d->loss != BL_BOOST_ABSOLUTE_ERROR && d->loss != BL_BOOST_QUANTILE) return false;
  weighed *v = (weighed *)(void *)room;
  for (size_t i = 0; i < n; i++) v[i] = (weighed){d->y[rows[i]] - raw[rows[i]], weight_of(d, rows[i])};
  *value = quantile_of(v, n, d->weight != NULL, share_of(d));
  return true;
}

/* ---- where to begin ---------------------------------------------------------------------------------------------- */

static void begin_classes(const bl_boost_data *d, const uint32_t *rows, size_t n, double *baseline)
{
  double total = 0, mean = 0, *share = baseline;
  if (d->n_outputs == 1) {
    double second = 0;
    for (size_t i = 0; i < n; i++) total += weight_of(d, rows[i]), second += weight_of(d, rows[i]) * d->y[rows[i]];
    double p = fmin(fmax(second / total, 1.2e-7), 1 - 1.2e-7); /* a float's rounding, as the peer has it */
    *baseline = log(p / (1 - p));
    return;
  }
  for (size_t k = 0; k < d->n_outputs; k++) share[k] = 0;
  for (size_t i = 0; i < n; i++) {
    share[(size_t)d->y[rows[i]]] += weight_of(d, rows[i]);
    total += weight_of(d, rows[i]);
  }
  for (size_t k = 0; k < d->n_outputs; k++) {
    baseline[k] = log(fmin(fmax(share[k] / total, 1.2e-7), 1 - 1.2e-7));
    mean += baseline[k] / (double)d->n_outputs;
  }
  for (size_t k = 0; k < d->n_outputs; k++) baseline[k] -= mean;
}

bl_status bl_boost_begin(bl_ctx *ctx, const char *who, const bl_boost_data *d, const uint32_t *rows, size_t n,
                         double *baseline)
{
  double total = 0, sum = 0;
  if (d->loss == BL_BOOST_LOG_LOSS) {
    begin_classes(d, rows, n, baseline);
    return BL_OK;
  }
  for (size_t i = 0; i < n; i++) total += weight_of(d, rows[i]), sum += weight_of(d, rows[i]) * d->y[rows[i]];
  *baseline = sum / total;
  if (d->loss == BL_BOOST_SQUARED_ERROR) return BL_OK;
  if (d->loss == BL_BOOST_POISSON) {
    if (!(sum > 0)) return bl_fail(ctx, BL_E_RANGE, "%s: poisson needs a target above 0; all are 0", who);
    *baseline = log(*baseline);
    return BL_OK;
  }
  weighed *v = bl_calloc(ctx, n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, who);
  for (size_t i = 0; i < n; i++) v[i] = (weighed){d->y[rows[i]], weight_of(d, rows[i])};
  *baseline = quantile_of(v, n, d->weight != NULL, share_of(d));
  bl_free(ctx, v);
  return BL_OK;
}

/* ---- derivatives ------------------------------------------------------------------------------------------------- */

typedef struct deriving {
  const bl_boost_data *d;
  const double *raw;
  float *gradient, *hessian;
} deriving;

static double sigmoid(double x) { return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }

/* Of one row and the first output. */
static void derive_one(const bl_boost_data *d, double raw, double y, double *g, double *h)
{
  *h = 1;
  switch (d->loss) {
  case BL_BOOST_SQUARED_ERROR: *g = raw - y; return;
  case BL_BOOST_ABSOLUTE_ERROR: *g = raw > y ? 1 : -1; return;
  case BL_BOOST_QUANTILE: *g = raw > y ? 1 - d->quantile : -d->quantile; return;
  case BL_BOOST_POISSON:
    *h = exp(raw);
    *g = *h - y;
    return;
  case BL_BOOST_LOG_LOSS: {
    double p = sigmoid(raw);
    *g = p - y;
    *h = p * (1 - p);
    return;
  }
  }
}

static bl_status derive_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  deriving *k = arg;
  const bl_boost_data *d = k->d;
  double z[64], *p = z;
  if (d->n_outputs > 64 && !(p = bl_calloc(ctx, d->n_outputs, sizeof *p))) return bl_fail_nomem(ctx, "boosting");
  for (size_t i = lo; i < hi; i++) {
    double w = weight_of(d, i), g = 0, h = 1;
    if (d->n_outputs == 1) {
      derive_one(d, k->raw[i], d->y[i], &g, &h);
      k->gradient[i] = (float)(w * g);
      k->hessian[i] = (float)(w * h);
      continue;
    }
    memcpy(p, k->raw + i * d->n_outputs, d->n_outputs * sizeof *p);
    bl_softmax(p, d->n_outputs);
    for (size_t c = 0; c < d->n_outputs; c++) {
      k->gradient[c * d->rows + i] = (float)(w * (p[c] - (d->y[i] == (double)c)));
      k->hessian[c * d->rows + i] = (float)(w * p[c] * (1 - p[c]));
    }
  }
  if (p != z) bl_free(ctx, p);
  return BL_OK;
}

bl_status bl_boost_derive(bl_ctx *ctx, const bl_boost_data *d, const double *raw, float *gradient, float *hessian)
{
  deriving k = {d, raw, gradient, hessian};
  return bl_pool_chunks(ctx, d->rows, 4096, 40.0 * (double)d->n_outputs, derive_rows, &k);
}

/* ---- the loss ---------------------------------------------------------------------------------------------------- */

static double loss_of(const bl_boost_data *d, const double *raw, double y)
{
  double e = y - raw[0];
  switch (d->loss) {
  case BL_BOOST_SQUARED_ERROR: return e * e / 2;
  case BL_BOOST_ABSOLUTE_ERROR: return fabs(e);
  case BL_BOOST_QUANTILE: return e >= 0 ? d->quantile * e : (d->quantile - 1) * e;
  case BL_BOOST_POISSON: return exp(raw[0]) - y * raw[0];
  case BL_BOOST_LOG_LOSS: break;
  }
  if (d->n_outputs == 1) return (raw[0] > 0 ? raw[0] + log1p(exp(-raw[0])) : log1p(exp(raw[0]))) - y * raw[0];
  double most = raw[0], sum = 0;
  for (size_t c = 1; c < d->n_outputs; c++) most = fmax(most, raw[c]);
  for (size_t c = 0; c < d->n_outputs; c++) sum += exp(raw[c] - most);
  return most + log(sum) - raw[(size_t)y];
}

double bl_boost_mean_loss(const bl_boost_data *d, const double *raw, const uint32_t *rows, size_t n)
{
  double total = 0, sum = 0;
  for (size_t i = 0; i < n; i++) {
    total += weight_of(d, rows[i]);
    sum += weight_of(d, rows[i]) * loss_of(d, raw + rows[i] * d->n_outputs, d->y[rows[i]]);
  }
  return sum / total;
}
