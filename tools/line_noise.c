#include "line_noise.h"

#include <math.h>

static const double hz[BL_LINE_BINS] = {50, 47, 48, 52, 53, 60, 57, 58, 62, 63};
static const double PI = 3.14159265358979323846;

void bl_line_noise_add(bl_line_noise *l, double rate_hz, double x)
{
  if (rate_hz < 2 * 65 || l->segments * l->n >= 4000000 || l->segments >= 30 || !isfinite(x)) return;
  if (!l->n) {
    l->n = (size_t)(2 * rate_hz);
    for (int k = 0; k < BL_LINE_BINS; k++) l->twice_cos[k] = 2 * cos(2 * PI * hz[k] / rate_hz);
  }
  double w = x * (0.5 - 0.5 * cos(2 * PI * (double)l->in / (double)l->n));
  for (int k = 0; k < BL_LINE_BINS; k++) {
    double s = w + l->twice_cos[k] * l->s1[k] - l->s2[k];
    l->s2[k] = l->s1[k];
    l->s1[k] = s;
  }
  if (++l->in < l->n) return;
  for (int k = 0; k < BL_LINE_BINS; k++) {
    double a = l->s1[k], b = l->s2[k];
    l->power[k] += a * a + b * b - l->twice_cos[k] * a * b;
    l->s1[k] = l->s2[k] = 0;
  }
  l->in = 0;
  l->segments++;
}

int bl_line_noise_hz(const bl_line_noise *l, double *db)
{
  int best = 0;
  *db = 0;
  for (int line = 0; l->segments && line < 2; line++) {
    const double *p = l->power + 5 * line;
    double beside = (p[1] + p[2] + p[3] + p[4]) / 4, over = beside > 0 ? 10 * log10(p[0] / beside) : 0;
    if (over > *db) *db = over, best = line ? 60 : 50;
  }
  return best;
}
