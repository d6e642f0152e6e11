/* compare.h: how sure is a score, and is one model better than another? Tests and intervals on scores that were won on the
 * same folds, the same rows or the same subjects. All arrays are borrowed; n counts pairs. A test that the data leave
 * undefined has p NaN. */
#ifndef BALEEN_COMPARE_H
#define BALEEN_COMPARE_H

#include "baleen/metric.h"

/* What a test says of a against b. p: two-sided unless it says otherwise. effect: how large the difference is, in the
 * measure that the test names; above 0 speaks for a. */
typedef struct bl_test {
  double statistic, p, effect;
  size_t n; /* pairs that count */
} bl_test;

/* Corrected resampled t of scores on folds whose training rows overlap (Nadeau and Bengio, Machine Learning 52, 2003): the
 * variance of the differences counts 1/n + test_share times, test_share being test rows / training rows. effect: mean
 * difference over its standard deviation (n - 1). All differences alike: p 1 where they are 0, else 0. */
bl_test bl_corrected_t(const double *a, const double *b, size_t n, double test_share);
/* The same correction for one model: the interval about its mean score that holds `level` (0.95). NaN below two folds. */
void bl_corrected_interval(const double *score, size_t n, double test_share, double level, double *lo, double *hi);
/* Wilcoxon's signed ranks (Biometrics Bulletin 1, 1945): pairs that are equal are left out, equal distances share their
 * ranks. Up to 50 pairs p is exact, given the ranks; above it is scipy's normal approximation. statistic: the smaller sum of
 * ranks. effect: the rank-biserial correlation (W+ - W-) / (W+ + W-). */
bl_status bl_wilcoxon(bl_ctx *ctx, const double *a, const double *b, size_t n, bl_test *out) BL_MUST_CHECK;
/* McNemar's test of which rows were right (Psychometrika 12, 1947); only rows where one is right and the other wrong count.
 * Below 25 of them p is exact (binomial), else chi-squared with continuity correction, as in statsmodels. statistic: rows
 * right by b alone (exact), or chi-squared. effect: (right by a alone - by b alone) / rows that count. */
bl_test bl_mcnemar(const bool *a_right, const bool *b_right, size_t n);
/* Does a beat b over subjects? Signs of the differences turned in all 2^n ways (up to 20 subjects), else in 10,000 drawn
 * ones (MOABB: Jayaram and Barachant, J. Neural Eng. 15, 2018). statistic: mean difference. p is one-sided: how often a mean
 * at least as large comes by chance. effect: mean difference over its standard deviation (n). */
bl_test bl_sign_flips(const double *a, const double *b, size_t n, uint64_t seed);
/* One-sided p of several data sets joined (Stouffer 1949): z of each weighted by `weight` (the square root of its subjects;
 * NULL: alike). A p of 0 or 1 is taken as 1e-15 from it. */
double bl_stouffer(const double *p, const double *weight, size_t n);

/* Bits that one selection among n_classes conveys at this accuracy (Wolpaw et al., 1998): log2 N + P log2 P +
 * (1 - P) log2((1 - P) / (N - 1)); 0 at chance and below. Times selections a minute it is the information transfer rate. */
double bl_bits_a_selection(size_t n_classes, double accuracy);
/* The accuracy that guessing among classes, of which the largest has the share `chance`, passes on n rows with probability
 * alpha at most (Mueller-Putz et al., 2008; rows taken as independent). Above 1 when no accuracy is rare enough. */
double bl_chance_level(size_t n, double chance, double alpha);

/* An interval for a score over rows that come in groups (recordings, subjects): groups are drawn with replacement, as many
 * as there are, n_draws times, and scored anew; lo and hi cut (1 - level) / 2 off each end. Draws that leave the score
 * undefined are left out; *defined says how many were not, and below two of them the interval is NaN. group NULL: every row
 * by itself. */
bl_status bl_bootstrap(bl_ctx *ctx, const bl_metric *m, const bl_scored *s, const int32_t *group, size_t n_draws,
                       double level, uint64_t seed, double *lo, double *hi, size_t *defined) BL_MUST_CHECK;

#endif
