#include "line_noise.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double hz[BL_LINE_BINS] = {50, 47, 48, 52, 53, 60, 57, 58, 62, 63};
static const double PI = 3.14159265358979323846;

/* Whether the line's upper neighbours lie below half the rate, and far enough from it to hear nothing of their mirror
 * images. */
static bool measurable(double rate_hz, int line_hz) { return rate_hz >= 2 * (line_hz + 4); }

static void look_at(bl_line_noise *l, double x)
{
  double off = x - l->mean;
  if (l->n_seen < BL_LINE_FIRST) l->first[(size_t)l->n_seen] = (float)x;
  l->n_seen++;
  l->mean += off / l->n_seen;
  l->squares += off * (x - l->mean);
}

static int by_value(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

/* The least distance between two different values among the first samples: what numbers were rounded to. */
static double step_of(const bl_line_noise *l)
{
  float v[BL_LINE_FIRST];
  size_t n = l->n_seen < BL_LINE_FIRST ? (size_t)l->n_seen : BL_LINE_FIRST;
  double least = 0;
  for (size_t i = 0; i < n; i++) v[i] = l->first[i];
  qsort(v, n, sizeof *v, by_value);
  for (size_t i = 1; i < n; i++) {
    double step = (double)v[i] - (double)v[i - 1];
    if (step > 0 && (!(least > 0) || step < least)) least = step;
  }
  return least;
}

/* What the power of a bin is, over all segments, of a sine whose mean square is that of the error of rounding to the
 * signal's steps (step^2 / 12: Bennett 1948), or of one 120 dB below the signal, as float32 rounds. A sine of amplitude a
 * gives (a n / 4)^2 under a Hann window. */
static double of_rounding(const bl_line_noise *l)
{
  double step = step_of(l), mean_square = fmax(step * step / 12, 1e-12 * l->squares / l->n_seen);
  return 2 * mean_square * (double)l->n * (double)l->n / 16 * (double)l->segments;
}

void bl_line_noise_add(bl_line_noise *l, double rate_hz, double x)
{
  if (!measurable(rate_hz, 50) || l->segments * l->n >= 4000000 || l->segments >= 30 || !isfinite(x)) return;
  if (!l->n) {
    l->n = (size_t)(2 * rate_hz);
    l->rate_hz = rate_hz;
    for (int k = 0; k < BL_LINE_BINS; k++) l->twice_cos[k] = 2 * cos(2 * PI * hz[k] / rate_hz);
  }
  look_at(l, x);
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

double bl_line_noise_db(const bl_line_noise *l, int line_hz)
{
  const double *p = l->power + (line_hz == 60 ? 5 : 0);
  double beside = (p[1] + p[2] + p[3] + p[4]) / 4;
  if (!l->segments || !measurable(l->rate_hz, line_hz)) return (double)NAN;
  beside = fmax(beside, of_rounding(l));
  return beside > 0 ? 10 * log10(p[0] / beside) : -(double)INFINITY;
}

int bl_line_noise_hz(const bl_line_noise *l, double *db)
{
  int best = 0;
  *db = 0;
  for (int line = 50; line <= 60; line += 10) {
    double over = bl_line_noise_db(l, line);
    if (over > *db) *db = over, best = line;
  }
  return best;
}
