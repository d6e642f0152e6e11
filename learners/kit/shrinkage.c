#include "shrinkage.h"

static double mean_diagonal(const double *s, size_t p)
{
  double sum = 0;
  for (size_t i = 0; i < p; i++) sum += s[i * p + i];
  return sum / (double)p;
}

double bl_ledoit_wolf(const double *x, size_t n, size_t p, const double *s)
{
  if (p < 2) return 0;
  double rows = (double)n, cols = (double)p, mu = mean_diagonal(s, p), fourth = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    double norm = 0;
    for (size_t j = 0; j < p; j++) norm += x[i * p + j] * x[i * p + j];
    fourth += norm * norm;
  }
  for (size_t i = 0; i < p * p; i++) squares += s[i] * s[i];
  /* beta: how far single rows scatter about s; delta: how far s lies from mu I */
  double beta = (fourth / rows - squares) / (cols * rows), delta = (squares - cols * mu * mu) / cols;
  if (beta > delta) beta = delta;
  return beta > 0 ? beta / delta : 0;
}

void bl_shrink(double *s, size_t p, double intensity)
{
  double mu = mean_diagonal(s, p);
  for (size_t i = 0; i < p * p; i++) s[i] *= 1 - intensity;
  for (size_t i = 0; i < p; i++) s[i * p + i] += intensity * mu;
}
