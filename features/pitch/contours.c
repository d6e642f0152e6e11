/* contours.c: see contours.h. */
#include "contours.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "descriptor.h"
#include "select.h"

/* ---- contours ---------------------------------------------------------------------------------------------------- */

double bl_contour_mean(const bl_contour *c) { return c->f / (double)c->n; }

double bl_contour_slope(const bl_contour *c)
{
  double n = (double)c->n, spread = n * c->tt - c->t * c->t;
  return spread > 0 ? (n * c->tf - c->t * c->f) / spread : 0;
}

/* The rate is the mean of the steps so far, from some on a running one: slow enough that a contour keeps its course where
 * another crosses it and their peaks are one for some frames. */
static void add(bl_contour *c, uint64_t at, const bl_contour_peak *p)
{
  double t = (double)(at - c->first), weight = fmax(0.15, 1 / (double)c->n);
  if (c->n) c->rate += weight * ((p->hz - c->last_hz) / (double)(at - c->last) - c->rate);
  c->last = at;
  c->last_hz = p->hz;
  c->min_hz = fmin(c->min_hz, p->hz);
  c->max_hz = fmax(c->max_hz, p->hz);
  c->t += t;
  c->f += p->hz;
  c->tt += t * t;
  c->tf += t * p->hz;
  c->level += p->level_db;
  c->n++;
}

static void begin(bl_contours *c, uint64_t at, const bl_contour_peak *p)
{
  if (c->n == BL_CONTOURS_OPEN) return;
  c->open[c->n] = (bl_contour){.first = at, .first_hz = p->hz, .min_hz = p->hz, .max_hz = p->hz};
  add(&c->open[c->n++], at, p);
}

void bl_contours_drop(bl_contours *c, size_t i)
{
  c->n--;
  memmove(&c->open[i], &c->open[i + 1], (c->n - i) * sizeof *c->open);
}

/* How far a peak lies from where the contour is heading; infinite where it is further off than a contour may jump. */
static double distance(const bl_contours *all, const bl_contour *c, uint64_t at, const bl_contour_peak *p)
{
  double frames = (double)(at - c->last);
  if (fabs(p->hz - c->last_hz) > all->max_jump * frames) return INFINITY;
  return fabs(p->hz - (c->last_hz + c->rate * frames));
}

/* The nearest pair of a contour and a peak again and again; of equal distances the older contour's, then the lower peak's. */
void bl_contours_link(bl_contours *c, uint64_t at, const bl_contour_peak *peaks, size_t n)
{
  bool used[BL_CONTOUR_PEAKS] = {false};
  size_t before = c->n;
  for (;;) {
    double least = INFINITY;
    size_t contour = 0, peak = 0;
    for (size_t i = 0; i < before; i++)
      for (size_t j = 0; c->open[i].last < at && j < n; j++) {
        double d = used[j] ? INFINITY : distance(c, &c->open[i], at, &peaks[j]);
        if (d < least) least = d, contour = i, peak = j;
      }
    if (isinf(least)) break;
    add(&c->open[contour], at, &peaks[peak]);
    used[peak] = true;
  }
  for (size_t j = 0; j < n; j++)
    if (!used[j]) begin(c, at, &peaks[j]);
}

/* ---- peaks ------------------------------------------------------------------------------------------------------- */

/* How many of n values are at most `top`. */
BL_WIDE static uint32_t count_up_to(const float *x, uint32_t n, float top)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++) count += x[i] <= top;
  return count;
}

/* Value n / 2, from 0 on, of n values by size: the median, of an even number the upper one. */
static double middle(const float *x, size_t n, float *room)
{
  memcpy(room, x, n * sizeof *room);
  if (n > 1) bl_select(room, n, n / 2);
  float least = room[n / 2];
  for (size_t i = n / 2; i < n; i++) least = room[i] < least ? room[i] : least;
  return (double)least;
}

/* The vertex of the parabola through the decibels of a bin and its neighbours, as a frequency. */
static double refined(const bl_contour_finder *p, const float *x, size_t k)
{
  double a = log((double)x[k - 1] + 1e-300), b = log((double)x[k]), c = log((double)x[k + 1] + 1e-300);
  double shift = a + c - 2 * b < 0 ? (a - c) / (2 * (a + c - 2 * b)) : 0;
  shift = fmin(fmax(shift, -0.5), 0.5);
  return p->hz[k] + shift * (shift < 0 ? p->hz[k] - p->hz[k - 1] : p->hz[k + 1] - p->hz[k]);
}

/* Puts a peak among those that there are; when there are too many the weakest goes. */
static size_t keep(bl_contour_peak *peaks, size_t n, bl_contour_peak one)
{
  size_t weakest = 0;
  if (n < BL_CONTOUR_PEAKS) {
    peaks[n] = one;
    return n + 1;
  }
  for (size_t i = 1; i < n; i++)
    if (peaks[i].level_db < peaks[weakest].level_db) weakest = i;
  if (peaks[weakest].level_db >= one.level_db) return n;
  memmove(peaks + weakest, peaks + weakest + 1, (n - 1 - weakest) * sizeof *peaks);
  peaks[n - 1] = one;
  return n;
}

/* Most bins are no peaks: whether the middle of the bins about one is low enough is told by counting those that are, and is
 * looked for only where it is. */
size_t bl_contour_peaks(bl_contour_finder *p, const float *x, bl_contour_peak *peaks)
{
  size_t n = 0;
  if (isnan(bl_descriptor_sum(x, p->n_bins))) return 0;
  for (size_t k = p->first; k < p->end; k++) {
    if (!(x[k] > x[k - 1] && x[k] >= x[k + 1])) continue;
    size_t from = k > p->half ? k - p->half : 0, end = k + p->half + 1 < p->n_bins ? k + p->half + 1 : p->n_bins;
    float most = (float)((double)x[k] / p->ratio);
    if (count_up_to(x + from, (uint32_t)(end - from), most) <= (end - from) / 2) continue;
    double background = middle(x + from, end - from, p->room);
    double level = background > 0 ? 10 * log10((double)x[k] / background) : 200;
    n = keep(peaks, n, (bl_contour_peak){refined(p, x, k), fmin(level, 200)});
  }
  return n;
}
