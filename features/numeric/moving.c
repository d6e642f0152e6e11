/* moving.c: windows that move along a signal; see moving.h. */
#include "moving.h"

#include <math.h>
#include <string.h>

#include "fft.h"
#include "spline.h"
#include "window.h"

enum { LEAST_POINTS = 4 };

/* Points (t, v) [m] to every sample; room of the spline behind them in `points`. */
static void to_samples(const double *t, const double *v, size_t m, double rate_hz, size_t n, double *room,
                       double *times, double *out)
{
  for (size_t i = 0; i < n; i++) times[i] = (double)i / rate_hz;
  bl_spline(t, v, m, times, n, room, out);
}

static double rms_of(const double *x, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
  return sqrt(sum / (double)n);
}

static double correlation_of(const double *x, const double *y, size_t n)
{
  double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
  for (size_t i = 0; i < n; i++) mx += x[i] / (double)n, my += y[i] / (double)n;
  for (size_t i = 0; i < n; i++) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0;
}

bl_status bl_moving(bl_ctx *ctx, const double *x, const double *y, size_t n, double rate_hz, double window_s,
                    double step_s, double *out)
{
  size_t m = (size_t)ceil((double)n / rate_hz / step_s), last = n - 1;
  if (m < LEAST_POINTS) return bl_fail(ctx, BL_E_SHAPE, "moving windows: %zu samples are too few", n);
  double *room = bl_calloc(ctx, 5 * m + n, sizeof *room);
  if (!room) return bl_fail_nomem(ctx, "moving windows");
  double *t = room, *v = room + m;
  for (size_t i = 0; i < m; i++) {
    double from = ((double)i * step_s - window_s / 2) * rate_hz, to = ((double)i * step_s + window_s / 2) * rate_hz;
    size_t beg = from > 0 ? (size_t)from : 0, end = to < (double)last ? (size_t)to : last;
    t[i] = (double)(beg + end) / 2 / rate_hz;
    v[i] = end <= beg ? 0 : y ? correlation_of(x + beg, y + beg, end - beg) : rms_of(x + beg, end - beg);
  }
  to_samples(t, v, m, rate_hz, n, room + 2 * m, room + 5 * m, out);
  bl_free(ctx, room);
  return BL_OK;
}

static double sum_between(const double *power, size_t bins, double df_hz, const double band[2])
{
  double sum = 0;
  for (size_t k = 0; k < bins; k++)
    if ((double)k * df_hz >= band[0] && (double)k * df_hz <= band[1]) sum += power[k];
  return sum;
}

/* The samples of a window that begins `before` samples before `at`, zeros beyond the ends, weighted. */
static void weigh(const double *x, size_t n, size_t at, size_t before, const double *w, size_t length, double *to)
{
  for (size_t i = 0; i < length; i++) {
    size_t k = at + i;
    to[i] = k >= before && k - before < n ? x[k - before] * w[i] : 0;
  }
}

bl_status bl_moving_share(bl_ctx *ctx, const double *x, size_t n, double rate_hz, double window_s, double step_s,
                          const double band[2], const double broad[2], double *out)
{
  size_t length = (size_t)(window_s * rate_hz), hop = length - (size_t)((double)length - step_s * rate_hz);
  size_t m = hop ? 1 + (n + hop - 1) / hop : 0, bins = length / 2 + 1;
  if (m < LEAST_POINTS || length < 2) return bl_fail(ctx, BL_E_SHAPE, "moving spectra: %zu samples are too few", n);
  double *room = bl_calloc(ctx, 5 * m + n + length + bins, sizeof *room);
  bl_rfft64 fft = {0};
  bl_status s = room ? bl_rfft64_init(ctx, length, &fft) : bl_fail_nomem(ctx, "moving spectra");
  if (!s) {
    double *t = room, *v = room + m, *w = room + 5 * m + n, *power = w + length;
    bl_window_fill(BL_WINDOW_HANN, length, true, w);
    for (size_t i = 0; i < m; i++) {
      weigh(x, n, i * hop, length / 2, w, length, fft.in);
      bl_rfft64_run_powers(&fft, power);
      double whole = sum_between(power, bins, rate_hz / (double)length, broad);
      t[i] = (double)(i * hop) / rate_hz;
      v[i] = whole > 0 ? sum_between(power, bins, rate_hz / (double)length, band) / whole : 0;
    }
    to_samples(t, v, m, rate_hz, n, room + 2 * m, room + 5 * m, out);
  }
  bl_rfft64_release(ctx, &fft);
  bl_free(ctx, room);
  return s;
}
