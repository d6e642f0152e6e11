/* Tests of one model against another, from their definitions; see compare.h for the sources. */
#include "baleen/compare.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/special.h"

enum { EXACT_PAIRS = 50, EXACT_FLIPS = 20, DRAWN_FLIPS = 10000, EXACT_ROWS = 25 };

/* ---- distributions ----------------------------------------------------------------------------------------------- */

/* The chance that Student's t with df degrees of freedom lies as far from 0 as t, or farther. */
static double t_tails(double t, double df) { return bl_beta_below(df / 2, 0.5, df / (df + t * t)); }
/* The chance that a normal number lies above z. */
static double normal_above(double z) { return erfc(z / sqrt(2)) / 2; }

/* Where the tails hold `share`, by halving to the last bit. */
static double t_quantile(double share, double df)
{
  double lo = 0, hi = 1e6;
  for (double mid = (lo + hi) / 2; mid > lo && mid < hi; mid = lo + (hi - lo) / 2) {
    if (t_tails(mid, df) > share) lo = mid;
    else hi = mid;
  }
  return hi;
}

/* The chance of k or fewer, or of k or more, hits in n trials of chance p each. */
static double binomial_up_to(size_t k, size_t n, double p)
{
  return k >= n ? 1 : bl_beta_below((double)(n - k), (double)k + 1, 1 - p);
}
static double binomial_from(size_t k, size_t n, double p)
{
  return !k ? 1 : bl_beta_below((double)k, (double)(n - k) + 1, p);
}

/* ---- differences ------------------------------------------------------------------------------------------------- */

/* Mean and sum of squares about it of a - b (b NULL: of a). */
static void moments(const double *a, const double *b, size_t n, double *mean, double *squares)
{
  *mean = *squares = 0;
  for (size_t i = 0; i < n; i++) *mean += (a[i] - (b ? b[i] : 0)) / (double)n;
  for (size_t i = 0; i < n; i++) {
    double d = a[i] - (b ? b[i] : 0) - *mean;
    *squares += d * d;
  }
}

bl_test bl_corrected_t(const double *a, const double *b, size_t n, double test_share)
{
  double mean, squares;
  moments(a, b, n, &mean, &squares);
  bl_test t = {(double)NAN, (double)NAN, (double)NAN, n};
  if (n < 2) return t;
  double sd = sqrt(squares / (double)(n - 1));
  if (!(sd > DBL_EPSILON * fabs(mean) * (double)n)) { /* all alike, bar rounding */
    t.p = mean == 0;
    t.statistic = mean == 0 ? 0 : mean > 0 ? (double)INFINITY : (double)-INFINITY;
    t.effect = t.statistic;
    return t;
  }
  t.effect = mean / sd;
  t.statistic = t.effect / sqrt(1 / (double)n + test_share);
  t.p = t_tails(t.statistic, (double)(n - 1));
  return t;
}

void bl_corrected_interval(const double *score, size_t n, double test_share, double level, double *lo, double *hi)
{
  double mean, squares;
  *lo = *hi = (double)NAN;
  if (n < 2) return;
  moments(score, NULL, n, &mean, &squares);
  double half = sqrt(squares / (double)(n - 1) * (1 / (double)n + test_share)) * t_quantile(1 - level, (double)(n - 1));
  *lo = mean - half;
  *hi = mean + half;
}

/* ---- Wilcoxon ---------------------------------------------------------------------------------------------------- */

typedef struct distance {
  double size;
  bool plus;
  size_t rank2; /* twice its rank: whole also where ranks are shared */
} distance;

static int by_size(const void *a, const void *b)
{
  double x = ((const distance *)a)->size, y = ((const distance *)b)->size;
  return (x > y) - (x < y);
}

/* Ranks of m distances, those that are equal sharing theirs; the sum of t^3 - t over the ties. */
static double rank_them(distance *d, size_t m)
{
  double ties = 0;
  qsort(d, m, sizeof *d, by_size);
  for (size_t i = 0, j; i < m; i = j) {
    for (j = i; j < m && d[j].size == d[i].size;) j++;
    double t = (double)(j - i);
    ties += t * t * t - t;
    for (size_t k = i; k < j; k++) d[k].rank2 = i + 1 + j;
  }
  return ties;
}

/* The chance that the sum of ranks whose sign is drawn is at most `low2` / 2, by counting all ways. */
static bl_status exact_tail(bl_ctx *ctx, const distance *d, size_t m, size_t low2, double *p)
{
  size_t most = m * (m + 1);
  double *ways = bl_calloc(ctx, most + 1, sizeof *ways), sum = 0; /* as shares of all ways */
  if (!ways) return bl_fail_nomem(ctx, "signed ranks");
  ways[0] = 1;
  for (size_t i = 0; i < m; i++)
    for (size_t w = most + 1; w-- > 0;) {
      double with = w >= d[i].rank2 ? ways[w - d[i].rank2] : 0;
      ways[w] = (ways[w] + with) / 2;
    }
  for (size_t w = 0; w <= low2; w++) sum += ways[w];
  *p = fmin(1, 2 * sum);
  bl_free(ctx, ways);
  return BL_OK;
}

bl_status bl_wilcoxon(bl_ctx *ctx, const double *a, const double *b, size_t n, bl_test *out)
{
  size_t m = 0, plus2 = 0, all2;
  *out = (bl_test){(double)NAN, (double)NAN, (double)NAN, 0};
  distance *d = bl_calloc(ctx, n, sizeof *d);
  if (!d) return bl_fail_nomem(ctx, "signed ranks");
  for (size_t i = 0; i < n; i++)
    if (a[i] != b[i]) d[m++] = (distance){fabs(a[i] - b[i]), a[i] > b[i], 0};
  double ties = rank_them(d, m), k = (double)m;
  for (size_t i = 0; i < m; i++) plus2 += d[i].plus ? d[i].rank2 : 0;
  all2 = m * (m + 1);
  size_t low2 = plus2 < all2 - plus2 ? plus2 : all2 - plus2;
  bl_status s = BL_OK;
  out->n = m;
  if (m) {
    out->statistic = (double)low2 / 2;
    out->effect = (2 * (double)plus2 - (double)all2) / (double)all2;
    double sd = sqrt(k * (k + 1) * (2 * k + 1) / 24 - ties / 48);
    if (m <= EXACT_PAIRS) s = exact_tail(ctx, d, m, low2, &out->p);
    else out->p = 2 * normal_above((k * (k + 1) / 4 - out->statistic) / sd);
  } else {
    *out = (bl_test){0, 1, 0, 0};
  }
  bl_free(ctx, d);
  return s;
}

/* ---- McNemar ----------------------------------------------------------------------------------------------------- */

bl_test bl_mcnemar(const bool *a_right, const bool *b_right, size_t n)
{
  size_t by_a = 0, by_b = 0;
  for (size_t i = 0; i < n; i++) {
    by_a += a_right[i] && !b_right[i];
    by_b += !a_right[i] && b_right[i];
  }
  size_t m = by_a + by_b;
  bl_test t = {(double)by_b, 1, 0, m};
  if (!m) return t;
  t.effect = ((double)by_a - (double)by_b) / (double)m;
  if (m < EXACT_ROWS) {
    t.p = fmin(1, 2 * binomial_up_to(by_a < by_b ? by_a : by_b, m, 0.5));
    return t;
  }
  double off = fabs((double)by_a - (double)by_b) - 1;
  t.statistic = off * off / (double)m;
  t.p = erfc(sqrt(t.statistic / 2));
  return t;
}

/* ---- over subjects ----------------------------------------------------------------------------------------------- */

/* Sum of the differences with signs from the bits of `signs`, of which there are 64 to a word. */
static double flipped(const double *a, const double *b, size_t n, bl_rng *r, uint64_t signs)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) {
    if (r && i % 64 == 0) signs = bl_rng_u64(r);
    sum += signs >> i % 64 & 1 ? b[i] - a[i] : a[i] - b[i];
  }
  return sum;
}

bl_test bl_sign_flips(const double *a, const double *b, size_t n, uint64_t seed)
{
  double mean, squares, sum = flipped(a, b, n, NULL, 0), slack = 0;
  bl_test t = {(double)NAN, (double)NAN, (double)NAN, n};
  if (!n) return t;
  moments(a, b, n, &mean, &squares);
  for (size_t i = 0; i < n; i++)
    slack += 1e-12 * fabs(a[i] - b[i]); /* sums that are equal but for rounding are equal */
  bool exact = n <= EXACT_FLIPS;
  size_t rounds = exact ? (size_t)1 << n : DRAWN_FLIPS, reached = 0;
  bl_rng r = bl_rng_make(seed, "compare.sign_flips", 0);
  for (size_t k = 0; k < rounds; k++) reached += flipped(a, b, n, exact ? NULL : &r, k) >= sum - slack;
  t.statistic = mean;
  t.effect = squares > 0 ? mean / sqrt(squares / (double)n) : 0;
  t.p = exact ? (double)reached / (double)rounds : (double)(reached + 1) / (double)(rounds + 1);
  return t;
}

double bl_stouffer(const double *p, const double *weight, size_t n)
{
  double sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    double w = weight ? weight[i] : 1, one = fmin(fmax(p[i], 1e-15), 1 - 1e-15);
    sum -= w * bl_normal_quantile(one);
    squares += w * w;
  }
  return squares > 0 ? normal_above(sum / sqrt(squares)) : (double)NAN;
}

/* ---- chance ------------------------------------------------------------------------------------------------------ */

double bl_bits_a_selection(size_t n_classes, double accuracy)
{
  double n = (double)n_classes, p = accuracy;
  if (n_classes < 2 || !(p > 1 / n)) return p != p ? p : 0;
  return log2(n) + p * log2(p) + (p < 1 ? (1 - p) * log2((1 - p) / (n - 1)) : 0);
}

double bl_chance_level(size_t n, double chance, double alpha)
{
  size_t k = 0;
  while (k <= n && binomial_from(k, n, chance) > alpha) k++;
  return (double)k / (double)n;
}
