/* yin.c: see yin.h. */
#include "yin.h"

#include <float.h>
#include <math.h>

#include "finite.h"

bl_status bl_yin_check(bl_ctx *ctx, const char *who, const bl_yin_params *p, const bl_framing *f, const bl_stream *in)
{
  double rate = in->rate_hz, least = rate / (double)(f->frame_length - 1);
  if (!(p->fmin < p->fmax))
    return bl_fail(ctx, BL_E_CONFIG, "%s: fmin %g Hz is not below fmax %g Hz", who, p->fmin, p->fmax);
  if (p->fmax > rate / 2)
    return bl_fail(ctx, BL_E_RANGE, "%s: fmax %g Hz is above half the sampling rate, %g Hz", who, p->fmax, rate / 2);
  if (p->fmin < least)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a period of fmin %g Hz does not fit into frame_length %lld at %g Hz; take longer frames, or an "
                   "fmin of %g Hz at least",
                   who, p->fmin, (long long)f->frame_length, rate, least);
  if (ceil(rate / p->fmin) < floor(rate / p->fmax) + 2)
    return bl_fail(ctx, BL_E_RANGE, "%s: fmin %g and fmax %g Hz are no three periods apart at %g Hz", who, p->fmin,
                   p->fmax, rate);
  return BL_OK;
}

bl_status bl_yin_init(bl_ctx *ctx, const bl_yin_params *p, const bl_framing *f, const bl_stream *in, bl_yin *y)
{
  size_t length = (size_t)f->frame_length, top = (size_t)ceil(in->rate_hz / p->fmin);
  if (top > length - 1) top = length - 1;
  *y = (bl_yin){.rate_hz = in->rate_hz, .frame_length = length, .min_period = (size_t)floor(in->rate_hz / p->fmax)};
  y->n = top + 1 - y->min_period;
  y->energy = bl_calloc(ctx, top + 1, sizeof *y->energy);
  y->depth = bl_calloc(ctx, y->n, sizeof *y->depth);
  y->shift = bl_calloc(ctx, y->n, sizeof *y->shift);
  if (!y->energy || !y->depth || !y->shift) return bl_fail_nomem(ctx, "the periods of a frame");
  return bl_autocorr_init(ctx, length, top, &y->acf);
}

void bl_yin_release(bl_ctx *ctx, bl_yin *y)
{
  bl_autocorr_release(ctx, &y->acf);
  bl_free(ctx, y->energy);
  bl_free(ctx, y->depth);
  bl_free(ctx, y->shift);
}

static double vertex(double before, double at, double behind)
{
  double a = behind + before - 2 * at, b = (behind - before) / 2;
  return fabs(b) >= fabs(a) ? 0 : -b / a;
}

bool bl_yin_run(bl_yin *y, const float *x)
{
  double sum = 0, *time = y->acf.fft.time;
  size_t top = y->min_period + y->n - 1;
  if (!bl_all_finite_f32(x, y->frame_length)) return false;
  for (size_t i = 0; i < y->frame_length; i++) time[i] = (double)x[i];
  for (size_t k = 1; k <= top; k++) y->energy[k] = y->energy[k - 1] + time[k - 1] * time[k - 1];
  const double *r = bl_autocorr_run(&y->acf);
  for (size_t k = 1; k <= top; k++) {
    double d = 2 * (r[0] - r[k]) - y->energy[k];
    sum += d;
    if (k >= y->min_period) y->depth[k - y->min_period] = d / (sum / (double)k + DBL_MIN);
  }
  y->shift[0] = y->shift[y->n - 1] = 0;
  for (size_t i = 1; i + 1 < y->n; i++) y->shift[i] = vertex(y->depth[i - 1], y->depth[i], y->depth[i + 1]);
  return true;
}

bool bl_yin_is_trough(const bl_yin *y, size_t i)
{
  const double *d = y->depth + i;
  if (i == 0) return d[0] < d[1];
  return d[0] < d[-1] && (i + 1 == y->n || d[0] <= d[1]);
}

double bl_yin_hz(const bl_yin *y, size_t i) { return y->rate_hz / ((double)(y->min_period + i) + y->shift[i]); }
