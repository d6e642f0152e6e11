/* clean_spread.c: see clean_spread.h. */
#include "clean_spread.h"

#include <math.h>

#include "baleen/sort.h"

enum { N_SHAPES = 12, MOST_BINS = 256, MOST_STARTS = 128 };
static const double quantile[2] = {0.022, 0.6}, grid = 0.01, first_shape = 1.7, shape_step = 0.15;

/* A density exp(-|z|^shape), between the two quantiles. */
typedef struct density {
  double shape, scale, from, to;
} density;

/* Where the regularised lower incomplete gamma function P(a, x) is y, by its series and halving. */
static double inverse_gamma(double a, double y)
{
  double lo = 0, hi = 64;
  for (int i = 0; i < 200 && hi - lo > 1e-16 * hi; i++) {
    double x = (lo + hi) / 2, term = 1 / a, sum = term;
    for (int k = 1; k < 1000 && term > 1e-18 * sum; k++) sum += term *= x / (a + k);
    if (sum * exp(a * log(x) - x - lgamma(a)) < y) lo = x;
    else hi = x;
  }
  return (lo + hi) / 2;
}

static density density_of(size_t i)
{
  density d = {.shape = first_shape + (double)i * shape_step};
  double edge[2];
  for (int q = 0; q < 2; q++) {
    double z = pow(inverse_gamma(1 / d.shape, fabs(2 * quantile[q] - 1)), 1 / d.shape);
    edge[q] = quantile[q] < 0.5 ? -z : z;
  }
  d.scale = d.shape / (2 * tgamma(1 / d.shape));
  d.from = edge[0], d.to = edge[1];
  return d;
}

/* p of n bins, summed to 1, and its sum of p log p. */
static double bins_of(const density *d, size_t n, double *p)
{
  double sum = 0, entropy = 0;
  for (size_t i = 0; i < n; i++) {
    double x = d->from + ((double)i + 0.5) / (double)n * (d->to - d->from);
    sum += p[i] = exp(-pow(fabs(x), d->shape)) * d->scale;
  }
  for (size_t i = 0; i < n; i++) {
    p[i] /= sum;
    entropy += p[i] * log(p[i]);
  }
  return entropy;
}

/* log(count + 0.01) of n values, ascending from 0, in bins up to the last; false where all are one. */
static bool histogram(const double *v, size_t n, size_t n_bins, double *logs)
{
  double width = v[n - 1] - v[0], per = (double)n_bins / width;
  size_t count[MOST_BINS] = {0};
  if (!(width > 0)) return false;
  for (size_t i = 0; i < n; i++) {
    double at = (v[i] - v[0]) * per;
    if (at <= (double)n_bins) count[at < (double)n_bins ? (size_t)at : n_bins - 1]++;
  }
  for (size_t k = 0; k < n_bins; k++) logs[k] = log((double)count[k] + 0.01);
  return true;
}

/* Numbers from start to start + step, start + 2 step ... below end, rounded: a grid as numpy.arange makes it. */
static size_t rounded_range(double n, double start, double end, double step, size_t *to)
{
  double by = (start + step) - start;
  size_t count = (size_t)fmax(0, fmin(MOST_STARTS, ceil((end - start) / step)));
  for (size_t i = 0; i < count; i++) to[i] = (size_t)rint(n * (start + (double)i * by));
  return count;
}

/* The best fit so far. */
typedef struct best {
  double divergence, lo, hi;
  density of;
} best;

/* All densities on all parts of m numbers. */
static void try_width(const double *v, size_t n, size_t m, const size_t *starts, size_t n_starts, const density *d,
                      best *b)
{
  double p[N_SHAPES][MOST_BINS], entropy[N_SHAPES], logs[MOST_BINS];
  double bins = rint(3 * log2(1 + (double)m / 2));
  size_t n_bins = bins < MOST_BINS ? (size_t)bins : MOST_BINS;
  for (size_t k = 0; k < N_SHAPES; k++) entropy[k] = bins_of(&d[k], n_bins, p[k]);
  for (size_t i = 0; i < n_starts && starts[i] + m <= n; i++) {
    const double *part = v + starts[i];
    if (!histogram(part, m, n_bins, logs)) continue;
    for (size_t k = 0; k < N_SHAPES; k++) {
      double divergence = entropy[k] + log((double)m);
      for (size_t j = 0; j < n_bins; j++) divergence -= p[k][j] * logs[j];
      if (divergence < b->divergence) *b = (best){divergence, part[0], part[m - 1], d[k]};
    }
  }
}

void bl_clean_spread(double *v, size_t n, double min_clean, double max_dropout, double *mean, double *sd)
{
  density d[N_SHAPES];
  size_t starts[MOST_STARTS], widths[MOST_STARTS];
  double most = quantile[1] - quantile[0];
  best b = {.divergence = INFINITY, .of = {1, 1, 0, NAN}};
  bl_sort(v, n);
  for (size_t k = 0; k < N_SHAPES; k++) d[k] = density_of(k);
  size_t n_starts = rounded_range((double)n, quantile[0], quantile[0] + max_dropout + grid * 1e-9, grid, starts);
  size_t n_widths = rounded_range((double)n, most, min_clean * most, -grid, widths);
  for (size_t w = 0; w < n_widths; w++)
    if (widths[w] > 1) try_width(v, n, widths[w], starts, n_starts, d, &b);
  double alpha = (b.hi - b.lo) / (b.of.to - b.of.from);
  *mean = b.lo - b.of.from * alpha;
  *sd = alpha * sqrt(tgamma(3 / b.of.shape) / tgamma(1 / b.of.shape));
}
