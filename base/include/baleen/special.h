/* special.h: functions of probability that the C library lacks. Double precision; NaN gives NaN. */
#ifndef BALEEN_SPECIAL_H
#define BALEEN_SPECIAL_H

/* The share of the beta distribution of a, b > 0 below x: the regularised incomplete beta function. What is small keeps
 * its digits: of an F-statistic f with m and n degrees of freedom, bl_beta_below(n / 2, m / 2, n / (n + m f)) is the
 * probability of one as large; of Student's t with n, bl_beta_below(n / 2, 0.5, n / (n + t t)) that of one as far from 0. */
double bl_beta_below(double a, double b, double x);
/* The shares of the gamma distribution of shape a > 0 below and above x, each with all its digits: of chi^2 with k degrees
 * of freedom, bl_gamma_above(k / 2, x / 2) is the probability of a value as large. */
double bl_gamma_below(double a, double x);
double bl_gamma_above(double a, double x);
/* The number below which a share p of the standard normal distribution lies; -inf and inf at 0 and 1. */
double bl_normal_quantile(double p);
/* The derivative of log gamma, of x > 0. */
double bl_digamma(double x);

#endif
