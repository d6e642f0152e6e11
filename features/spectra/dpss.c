/* dpss.c: the tapers are eigenvectors of a tridiagonal matrix (Percival and Walden, Spectral Analysis for Physical
 * Applications, 1993, section 8.3); see dpss.h. */
#include "dpss.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "fft.h"

static const double pi = 3.14159265358979323846;

bl_status bl_dpss_check(bl_ctx *ctx, const char *who, size_t n, double half_nbw, size_t k)
{
  if (n == 1 && k == 1) return BL_OK;
  if (!(half_nbw > 0 && half_nbw < (double)n / 2))
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a half bandwidth of %g bins; for %zu samples it lies above 0 and below %g; change the "
                   "bandwidth, or take longer parts",
                   who, half_nbw, n, (double)n / 2);
  if (!k || k > n) return bl_fail(ctx, BL_E_RANGE, "%s: %zu tapers of %zu samples; from 1 to %zu exist", who, k, n, n);
  return BL_OK;
}

/* The eigenvectors [k][m] of the k largest eigenvalues, of either sign. Same work whatever the bandwidth. */
static bl_status solve(bl_ctx *ctx, size_t m, double half_nbw, size_t k, double *v)
{
  double *d = bl_calloc(ctx, m, sizeof *d), *e = bl_calloc(ctx, m, sizeof *e), *w = bl_calloc(ctx, k, sizeof *w);
  double cosine = cos(2 * pi * half_nbw / (double)m);
  bl_status s = d && e && w ? BL_OK : bl_fail_nomem(ctx, "tapers");
  for (size_t i = 0; !s && i < m; i++) {
    double middle = ((double)m - 1) / 2 - (double)i;
    d[i] = middle * middle * cosine;
    e[i] = (double)(i + 1) * (double)(m - 1 - i) / 2;
  }
  if (!s) s = bl_eigh_tridiagonal_largest(ctx, m, k, d, e, w, v);
  bl_free(ctx, d);
  bl_free(ctx, e);
  bl_free(ctx, w);
  return s;
}

/* Whether taper number i is the wrong way up. The first lobe of an antisymmetric one is told by its first value above
 * the rounding noise. */
static bool is_upside_down(const double *v, size_t m, size_t i)
{
  double sum = 0, noise = fmax(1e-7, 1 / (double)m);
  if (i % 2) {
    for (size_t j = 0; j < m; j++)
      if (v[j] * v[j] > noise) return v[j] < 0;
    return false;
  }
  for (size_t j = 0; j < m; j++) sum += v[j];
  return sum < 0;
}

/* sum over lags l of r[l] c[l], where c is the taper's autocorrelation and r the transform of the band, which is twice
 * 2 W sinc(2 W l), once at lag 0: Percival and Walden, exercise 8.5. */
static double ratio_of(bl_dfft *f, const double *v, size_t m, double width)
{
  memcpy(f->time, v, m * sizeof *v);
  memset(f->time + m, 0, (f->n - m) * sizeof *v);
  bl_dfft_forward(f);
  for (size_t k = 0; k <= f->n / 2; k++) {
    double *z = f->freq + 2 * k;
    z[0] = z[0] * z[0] + z[1] * z[1];
    z[1] = 0;
  }
  bl_dfft_backward(f);
  double sum = 2 * width * f->time[0];
  for (size_t l = 1; l < m; l++) {
    double phase = 2 * pi * width * (double)l;
    sum += 4 * width * sin(phase) / phase * f->time[l];
  }
  return sum / (double)f->n;
}

static bl_status take_ratios(bl_ctx *ctx, const double *v, size_t m, size_t k, double width, double *ratios)
{
  bl_dfft f = {0};
  size_t n = 1;
  while (n < 2 * m) n *= 2;
  bl_status s = bl_dfft_init(ctx, n, &f);
  for (size_t i = 0; !s && i < k; i++) ratios[i] = ratio_of(&f, v + i * m, m, width);
  bl_dfft_release(ctx, &f);
  return s;
}

bl_status bl_dpss(bl_ctx *ctx, const char *who, size_t n, double half_nbw, size_t k, bool periodic, double *tapers,
                  double *ratios)
{
  if (n == 1 && k == 1) {
    tapers[0] = 1;
    if (ratios) ratios[0] = 1;
    return BL_OK;
  }
  bl_status s = bl_dpss_check(ctx, who, n, half_nbw, k);
  if (s) return s;
  size_t m = n + periodic;
  double *v = bl_calloc(ctx, k, m * sizeof *v);
  s = v ? solve(ctx, m, half_nbw, k, v) : bl_fail_nomem(ctx, who);
  if (!s && ratios) s = take_ratios(ctx, v, m, k, half_nbw / (double)m, ratios);
  for (size_t i = 0; !s && i < k; i++) {
    double sign = is_upside_down(v + i * m, m, i) ? -1 : 1;
    for (size_t j = 0; j < n; j++) tapers[i * n + j] = sign * v[i * m + j];
  }
  bl_free(ctx, v);
  return s;
}

bl_status bl_dpss_window(bl_ctx *ctx, const char *who, size_t n, double half_nbw, bool periodic, double *w)
{
  if (n == 1) {
    w[0] = 1;
    return BL_OK;
  }
  size_t m = n + periodic;
  double *v = bl_calloc(ctx, m, sizeof *v);
  bl_status s = v ? bl_dpss_check(ctx, who, n, half_nbw, 1) : bl_fail_nomem(ctx, who);
  if (!s) s = bl_dpss(ctx, who, m, half_nbw, 1, false, v, NULL);
  double largest = 0, square = (double)m * (double)m, below = m % 2 ? 1 : square / (square + half_nbw);
  for (size_t j = 0; !s && j < m; j++) largest = fmax(largest, v[j]);
  for (size_t j = 0; !s && j < n; j++) w[j] = v[j] / largest * below;
  bl_free(ctx, v);
  return s;
}
