/* comb_core.c: see comb_core.h. With N frames in a period, b = tan(pi / (2 q)) and a = (1 - b) / (1 + b) (Orfanidis,
 * Introduction to Signal Processing, 11.5), the comb of scipy.signal.iircomb(ftype="notch") is
 *   H(z) = g (1 - z^-N) / (1 - a z^-N), g = 1 / (1 + b)
 * and stops 0 Hz too. Its pole there is p = a^(1/N); with both zero and pole taken out, 0 Hz passes:
 *   H(z) (1 - p z^-1) / (1 - z^-1) = g' (1 + z^-1 + ... + z^-(N-1)) (1 - p z^-1) / (1 - a z^-N),
 * g' = (1 - a) / (N (1 - p)), for a gain of 1 at 0 Hz. The sum of N values is that of van Herk (Pattern Recognition
 * Letters
 * 13 (1992) 517), as in the stage detrend: nothing is ever subtracted from it, so that nothing piles up over the run.
 *
 * A start from a level is a start from rest of what is left when the level is taken off. */
#include "comb_core.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "finite.h"
#include "iir.h"

static const double pi = 3.14159265358979323846;

void bl_comb_reset(bl_comb *f)
{
  memset(f->seen, 0, (f->period + 1) * f->width * sizeof *f->seen);
  memset(f->given, 0, f->period * f->width * sizeof *f->given);
  for (size_t c = 0; c < f->width; c++) {
    f->sum[c] = f->last[c] = f->level[c] = 0;
    f->fresh[c] = true;
  }
  f->n_fresh = f->width;
  f->at = 0;
}

bl_status bl_comb_init(bl_ctx *ctx, size_t width, size_t period, double q, bool zero, bool steady, bl_comb *f)
{
  double b = tan(pi / 2 / q), a = (1 - b) / (1 + b), slow = log(a) / (double)period;
  *f = (bl_comb){.width = width, .period = period, .zero = zero, .steady = steady, .feedback = a, .pole = exp(slow)};
  f->gain = zero ? 1 / (1 + b) : (1 - a) / ((double)period * -expm1(slow));
  f->seen = bl_calloc(ctx, period + 1, width * sizeof *f->seen);
  f->given = bl_calloc(ctx, period, width * sizeof *f->given);
  f->sum = bl_calloc(ctx, width, sizeof *f->sum);
  f->last = bl_calloc(ctx, width, sizeof *f->last);
  f->level = bl_calloc(ctx, width, sizeof *f->level);
  f->row = bl_calloc(ctx, width, sizeof *f->row);
  f->fresh = bl_calloc(ctx, width, sizeof *f->fresh);
  if (!f->seen || !f->given || !f->sum || !f->last || !f->level || !f->row || !f->fresh)
    return bl_fail_nomem(ctx, "comb");
  bl_comb_reset(f);
  return BL_OK;
}

/* Frames of values that are all finite and within one period; seen and given are at its place: of this period so far
 * seen holds values, from here on, for `zero` the values of the last period, else the sums from there to its end. What
 * the loops read of f is copied: its arrays could overlap, for all that the compiler knows. */
BL_WIDE static void stop(const bl_comb *f, const float *restrict x, size_t n, double *restrict seen,
                         double *restrict given, float *restrict y)
{
  const double *restrict level = f->level;
  double *restrict last = f->last, *restrict sum = f->sum, pole = f->pole, gain = f->gain, feedback = f->feedback;
  size_t width = f->width;
  for (size_t i = 0; i < n; i++, x += width, y += width, seen += width, given += width) {
    const double *after = seen + width;
    if (f->zero)
      for (size_t c = 0; c < width; c++) {
        double v = (double)x[c] - level[c], over = v - seen[c];
        seen[c] = last[c] = v;
        given[c] = feedback * given[c] + gain * over;
        y[c] = (float)given[c];
      }
    else
      for (size_t c = 0; c < width; c++) {
        double v = (double)x[c] - level[c], e = v - pole * last[c];
        seen[c] = e;
        last[c] = v;
        sum[c] += e;
        given[c] = feedback * given[c] + gain * (sum[c] + after[c]);
        y[c] = (float)(given[c] + level[c]);
      }
  }
}

/* Frame by frame, for pieces with values that are not finite, over which the last one is held, or with a series that
 * starts; before its start a series is at rest. */
static void stop_carefully(bl_comb *f, const float *x, size_t n, double *seen, double *given, float *y)
{
  for (size_t i = 0; i < n; i++, x += f->width, y += f->width, seen += f->width, given += f->width) {
    for (size_t c = 0; c < f->width; c++) {
      bool good = isfinite(x[c]);
      if (good && f->fresh[c]) f->level[c] = f->steady ? (double)x[c] : 0, f->fresh[c] = false, f->n_fresh--;
      f->row[c] = good ? x[c] : (float)(f->last[c] + f->level[c]);
    }
    stop(f, f->row, 1, seen, given, y);
    for (size_t c = 0; c < f->width; c++)
      if (!isfinite(x[c])) y[c] = NAN;
  }
}

static void end_period(bl_comb *f)
{
  f->at = 0;
  bl_iir_flush(f->given, f->period * f->width);
  if (f->zero) return;
  for (size_t c = 0; c < f->width; c++) f->sum[c] = 0;
  for (size_t k = f->period * f->width; k-- > 0;) f->seen[k] += f->seen[k + f->width]; /* behind the last lie zeros */
}

void bl_comb_run(bl_comb *f, const float *x, size_t n, float *y)
{
  while (n) {
    size_t m = f->period - f->at < n ? f->period - f->at : n, place = f->at * f->width;
    bool fast = !f->n_fresh && bl_all_finite_f32(x, m * f->width);
    if (fast) stop(f, x, m, f->seen + place, f->given + place, y);
    else stop_carefully(f, x, m, f->seen + place, f->given + place, y);
    f->at += m;
    if (f->at == f->period) end_period(f);
    x += m * f->width;
    y += m * f->width;
    n -= m;
  }
}

void bl_comb_release(bl_ctx *ctx, bl_comb *f)
{
  bl_free(ctx, f->seen);
  bl_free(ctx, f->given);
  bl_free(ctx, f->sum);
  bl_free(ctx, f->last);
  bl_free(ctx, f->level);
  bl_free(ctx, f->row);
  bl_free(ctx, f->fresh);
}
