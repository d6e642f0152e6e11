#include "joint_diagonal.h"

#include <math.h>
#include <string.h>

/* The turn of one pair: row i becomes row i - a row j, row j becomes row j - b row i. */
typedef struct turn {
  double a, b, gain;
} turn;

static turn best_turn(size_t k, size_t n, const double *c, size_t i, size_t j)
{
  double g_i = 0, g_j = 0, ij = 0, ji = 0, m = (double)k;
  for (size_t q = 0; q < k; q++) {
    const double *x = c + q * n * n;
    double ii = x[i * n + i], jj = x[j * n + j], off = x[i * n + j];
    g_i += off / ii / m;
    g_j += off / jj / m;
    ij += ii / jj / m;
    ji += jj / ii / m;
  }
  /* omega = 1 when the two variances keep one ratio in all matrices: nothing then tells the pair apart */
  double omega = sqrt(ij * ji), ratio = sqrt(ij / ji), below = omega - 1 > 1e-9 ? omega - 1 : 1e-9;
  double sum = (ratio * g_i + g_j) / (omega + 1), difference = (ratio * g_i - g_j) / below;
  double h_i = sum + difference, h_j = (sum - difference) / ratio, rest = 1 - h_i * h_j;
  double scale = 1 + (rest > 0 ? sqrt(rest) : 0);
  return (turn){h_i / scale, h_j / scale, m * (g_i * h_i + g_j * h_j) / 2};
}

/* `step` apart lie the entries of a row or column. */
static void apply_turn(double *x, double *y, size_t n, size_t step, turn t)
{
  for (size_t q = 0; q < n; q++) {
    double a = x[q * step], b = y[q * step];
    x[q * step] = a - t.a * b;
    y[q * step] = b - t.b * a;
  }
}

bool bl_joint_diagonal(size_t k, size_t n, double *c, double *v, double eps, size_t max_sweeps)
{
  memset(v, 0, n * n * sizeof *v);
  for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
  for (size_t sweep = 0; sweep < max_sweeps; sweep++) {
    double gain = 0;
    for (size_t i = 1; i < n; i++)
      for (size_t j = 0; j < i; j++) {
        turn t = best_turn(k, n, c, i, j);
        gain += t.gain;
        for (size_t q = 0; q < k; q++) {
          double *x = c + q * n * n;
          apply_turn(x + i * n, x + j * n, n, 1, t);
          apply_turn(x + i, x + j, n, n, t);
        }
        apply_turn(v + i * n, v + j * n, n, 1, t);
      }
    if (gain < eps * (double)n * ((double)n - 1) || n < 2) return true;
  }
  return false;
}
