/* mix_level.c: how loud a call is against a noise, in a band. */
#include <math.h>

#include "mix_private.h"

static const double pi = 3.14159265358979323846;

/* Butterworth of order 4 by the bilinear transform, as scipy.signal.butter(4, hz, fs=rate, output="sos") has it, in
 * place and from rest; high: a high-pass. Two sections, s^2 + q s + 1 with q = 2 sin(pi / 8) and 2 sin(3 pi / 8). */
static void butter(double *v, size_t n, double hz, double rate_hz, bool high)
{
  double k = tan(pi * hz / rate_hz);
  for (int i = 1; i <= 3; i += 2) {
    double q = 2 * sin(i * pi / 8), scale = 1 / (1 + q * k + k * k), b = (high ? 1 : k * k) * scale;
    double a1 = 2 * (k * k - 1) * scale, a2 = (1 - q * k + k * k) * scale, z0 = 0, z1 = 0;
    for (size_t t = 0; t < n; t++) {
      double x = v[t], y = b * x + z0;
      z0 = (high ? -2 : 2) * b * x - a1 * y + z1;
      z1 = b * x - a2 * y;
      v[t] = y;
    }
  }
}

static double variance(const double *v, size_t n)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < n; i++) mean += v[i] / (double)n;
  for (size_t i = 0; i < n; i++) sum += (v[i] - mean) * (v[i] - mean);
  return sum / (double)n;
}

/* A sound without its mean, whole and in the band. */
typedef struct heard {
  double *whole, *band;
  double least; /* what is below this variance is rounding */
} heard;

static bl_status hear(bl_ctx *ctx, const bl_mix_params *p, const float *x, size_t n, double rate_hz, heard *out)
{
  *out = (heard){bl_calloc(ctx, n, sizeof *out->whole), bl_calloc(ctx, n, sizeof *out->band), 0};
  if (!out->whole || !out->band) return bl_fail_nomem(ctx, "a mixture");
  double mean = bl_clip_mean(x, n);
  for (size_t i = 0; i < n; i++) {
    out->whole[i] = out->band[i] = (double)x[i] - mean;
    out->least += 1e-14 * (double)x[i] * (double)x[i] / (double)n;
  }
  if (!p->band_hz.n) return BL_OK;
  if (p->band_hz.v[0] > 0) butter(out->band, n, p->band_hz.v[0], rate_hz, true);
  if (p->band_hz.v[1] < rate_hz / 2) butter(out->band, n, p->band_hz.v[1], rate_hz, false);
  return BL_OK;
}

static void forget(bl_ctx *ctx, heard *h)
{
  bl_free(ctx, h->whole);
  bl_free(ctx, h->band);
}

/* The stretch that holds `share` of the energy, with as much before it as behind it. */
static void find_active(const double *v, size_t n, double share, size_t *first, size_t *length)
{
  double all = 0, aside, sum = 0;
  size_t from = 0, to = n;
  for (size_t i = 0; i < n; i++) all += v[i] * v[i];
  aside = (1 - share) / 2 * all;
  while (from + 1 < n && sum + v[from] * v[from] <= aside) sum += v[from] * v[from], from++;
  for (sum = 0; to > from + 1 && sum + v[to - 1] * v[to - 1] <= aside; to--) sum += v[to - 1] * v[to - 1];
  *first = from;
  *length = to - from;
}

bl_status bl_mix_level_find(bl_ctx *ctx, const bl_mix_params *p, const bl_clip *noise, size_t start, const float *call,
                            size_t n, double snr_db, bl_mix_level *out, bool *silent_call)
{
  heard c = {0}, s = {0};
  size_t first, length;
  *out = (bl_mix_level){0};
  bl_status status = hear(ctx, p, call, n, noise->rate_hz, &c);
  if (!status) status = hear(ctx, p, noise->v, noise->n, noise->rate_hz, &s);
  if (status) goto done;
  find_active(c.band, n, p->active, &first, &length);
  double of_call = variance(c.band + first, length), of_noise = variance(s.band + start + first, length);
  *silent_call = !(of_call > c.least) || !isfinite(of_call);
  if (*silent_call || !(of_noise > s.least) || !isfinite(of_noise)) {
    status = BL_E_RANGE;
    goto done;
  }
  out->gain = sqrt(of_noise / of_call * pow(10, snr_db / 10));
  double whole = variance(c.whole + first, length) / variance(s.whole + start + first, length);
  out->full_db = 10 * log10(out->gain * out->gain * whole);

done:
  forget(ctx, &c);
  forget(ctx, &s);
  return status;
}
