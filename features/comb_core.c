/* comb_core.c: see comb_core.h. With N frames in a period, b = tan(pi / (2 q)) and a = (1 - b) / (1 + b) (Orfanidis,
 * Introduction to Signal Processing, 11.5), the comb of scipy.signal.iircomb(ftype="notch") is
 *   H(z) = g (1 - z^-N) / (1 - a z^-N), g = 1 / (1 + b)
 * and stops 0 Hz too. Its pole there is p = a^(1/N); with both zero and pole taken out, 0 Hz passes:
 *   H(z) (1 - p z^-1) / (1 - z^-1) = g' (1 + z^-1 + ... + z^-(N-1)) (1 - p z^-1) / (1 - a z^-N),
 * g' = (1 - a) / (N (1 - p)), for a gain of 1 at 0 Hz. The sum of N values is that of van Herk (Pattern Recognition Letters
 * 13 (1992) 517), as in the stage detrend: nothing is ever subtracted from it, so that nothing piles up over the run.
 *
 * A start from a level is a start from rest of what is left when the level is taken off. */
#include "comb_core.h"

#include <math.h>
#include <string.h>

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
  f->fresh = bl_calloc(ctx, width, sizeof *f->fresh);
  if (!f->seen || !f->given || !f->sum || !f->last || !f->level || !f->fresh) return bl_fail_nomem(ctx, "comb");
  bl_comb_reset(f);
  return BL_OK;
}

/* The value of series c, less its level: the last one over where it is broken. */
static double next(bl_comb *f, size_t c, float x)
{
  if (!isfinite(x)) return f->last[c];
  if (f->fresh[c]) f->level[c] = f->steady ? (double)x : 0, f->fresh[c] = false;
  return (double)x - f->level[c];
}

/* One frame; seen and given are at its place: of this period so far seen holds values, from here on, for `zero` the values
 * of the last period, else the sums from there to its end. */
static void advance(bl_comb *f, const float *x, double *seen, double *given, float *y)
{
  for (size_t c = 0; c < f->width; c++) {
    double v = next(f, c, x[c]), over;
    if (f->zero) {
      over = v - seen[c];
      seen[c] = v;
    } else {
      seen[c] = v - f->pole * f->last[c];
      f->sum[c] += seen[c];
      over = f->sum[c] + seen[f->width + c];
    }
    f->last[c] = v;
    given[c] = f->feedback * given[c] + f->gain * over;
    y[c] = isfinite(x[c]) ? (float)(given[c] + (f->zero ? 0 : f->level[c])) : NAN;
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
  for (size_t i = 0; i < n; i++, x += f->width, y += f->width) {
    size_t place = f->at * f->width;
    advance(f, x, f->seen + place, f->given + place, y);
    if (++f->at == f->period) end_period(f);
  }
}

void bl_comb_release(bl_ctx *ctx, bl_comb *f)
{
  bl_free(ctx, f->seen);
  bl_free(ctx, f->given);
  bl_free(ctx, f->sum);
  bl_free(ctx, f->last);
  bl_free(ctx, f->level);
  bl_free(ctx, f->fresh);
}
