/* hurst_exp: Hurst exponent by the rescaled range, corrected for short pieces (Anis and Lloyd, Peters).
 *
 * The segment is cut into pieces of w samples, for 20 lengths w spread evenly in their logarithm from 16 to half of it.
 * Within a piece, for each k from 2 to w: the range of the first k sums of the samples less the piece's mean, over the
 * standard deviation of the first k samples (over k - 1); where that is 0 the ratio is left out. The exponent is the
 * slope over log w of the logarithm of their mean, less that of what white noise gives, plus log(w) / 2. A constant has
 * none: NaN and a warning. */
#include <math.h>

#include "series.h"

static const double pi = 3.14159265358979323846;
enum { LENGTHS = 20, SHORTEST = 16 };

/* Adds the rescaled ranges of one piece, and how many there are. */
static void add_piece(const double *x, size_t w, double *sum, size_t *count)
{
  double mean = 0, walk = 0, lo = INFINITY, hi = -INFINITY, running = 0, squares = 0;
  for (size_t i = 0; i < w; i++) mean += x[i];
  mean /= (double)w;
  for (size_t i = 0; i < w; i++) {
    walk += x[i] - mean;
    lo = fmin(lo, walk);
    hi = fmax(hi, walk);
    double d = x[i] - running;
    running += d / (double)(i + 1);
    squares += d * (x[i] - running);
    if (!i || squares <= 0) continue;
    *sum += (hi - lo) / sqrt(squares / (double)i);
    ++*count;
  }
}

/* What white noise gives for a piece of w samples. */
static double expected(size_t w)
{
  double n = (double)w, sum = 0;
  for (size_t i = 1; i < w; i++) sum += sqrt((n - (double)i) / (double)i);
  sum *= (n - 0.5) / n;
  if (w <= 340) return tgamma((n - 1) / 2) / tgamma(n / 2) / sqrt(pi) * sum;
  return (n - 0.5) / n / sqrt(pi * n / 2) * sum;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx, (void)s;
  double log_w[LENGTHS], y[LENGTHS], last = log2((double)n / 2);
  size_t lengths = 0, before = 0;
  for (size_t i = 0; i < LENGTHS; i++) {
    double power = i + 1 < LENGTHS ? 4 + (last - 4) / (LENGTHS - 1) * (double)i : last, sum = 0;
    size_t w = (size_t)floor(pow(2, power)), count = 0;
    if (w == before) continue;
    before = w;
    for (size_t k = 0; k < n / w; k++) add_piece(x + k * w, w, &sum, &count);
    log_w[lengths] = log((double)w);
    y[lengths] = log(sum / (double)count) - log(expected(w)) + log_w[lengths] / 2;
    lengths++;
  }
  *out = bl_slope(log_w, y, lengths);
  return BL_OK;
}

static const char *const what[] = {"hurst_exp"}, *const units[] = {"1"};
static const bl_series_form form = {"hurst_exp", what, units, 1, 34, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_hurst_exp = {
    .name = "hurst_exp",
    .summary = "Hurst exponent of each channel and bin",
    .source = "mne_features.univariate.compute_hurst_exp",
    BL_SERIES_SLOTS,
};
