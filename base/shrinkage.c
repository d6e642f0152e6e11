#include "baleen/shrinkage.h"

#include <math.h>

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

double bl_oas(const double *s, size_t n, size_t p)
{
  if (p < 2) return 0;
  double rows = (double)n, cols = (double)p, mu = mean_diagonal(s, p), squares = 0;
  for (size_t i = 0; i < p * p; i++) squares += s[i] * s[i];
  double alpha = squares / (cols * cols), below = (rows + 1) * (alpha - mu * mu / cols),
         rho = (alpha + mu * mu) / below;
  return !(below > 0) && !isnan(below) ? 1 : rho > 1 ? 1 : rho;
}

void bl_shrink(double *s, size_t p, double intensity)
{
  double mu = mean_diagonal(s, p);
  for (size_t i = 0; i < p * p; i++) s[i] *= 1 - intensity;
  for (size_t i = 0; i < p; i++) s[i * p + i] += intensity * mu;
}

double bl_schaefer_strimmer(const double *x, size_t n, size_t p, const double *s)
{
  double rows = (double)n, scatter = 0, squares = 0;
  for (size_t a = 0; a < p; a++)
    for (size_t b = a + 1; b < p; b++) {
      double scale = s[a * p + a] * s[b * p + b], r = s[a * p + b], fourth = 0;
      for (size_t i = 0; i < n; i++) {
        double v = x[i * p + a] * x[i * p + b];
        fourth += v * v;
      }
      scatter += (fourth / rows - r * r) / scale;
      squares += r * r / scale;
    }
  if (p < 2) return 0;
  double gamma = scatter / (rows - 1) / squares;
  return gamma > 1 ? 1 : gamma < 0 ? 0 : gamma;
}

void bl_shrink_to_diagonal(double *s, size_t p, double intensity)
{
  for (size_t i = 0; i < p; i++)
    for (size_t j = 0; j < p; j++)
      if (i != j || isnan(intensity)) s[i * p + j] *= 1 - intensity;
}
