/* aperiodic.c: slope and peaks of a spectrum; see aperiodic.h. */
#include "aperiodic.h"

#include <math.h>
#include <string.h>

const char *const bl_aperiodic_modes[] = {"fixed", "knee", NULL};

static const double LN_10 = 2.30258509299404568402;
static const double FWHM = 2.35482004503094938202; /* full width at half height of a Gaussian of deviation 1 */
static const double QUANTILE = 0.00025, EDGE = 1, OVERLAP = 0.75, CENTRE = 3; /* see aperiodic.h; the last three in
                                                                                 deviations */

bl_status bl_aperiodic_init(bl_ctx *ctx, size_t max_bins, bl_aperiodic *a)
{
  double **const rows[] = {&a->freq, &a->power, &a->slope, &a->flat, &a->work, &a->model};
  a->max_bins = max_bins;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!(*rows[i] = bl_calloc(ctx, max_bins, sizeof(double)))) return bl_fail_nomem(ctx, "aperiodic fit");
  return bl_least_squares_init(ctx, max_bins, 3 * BL_APERIODIC_PEAKS, &a->solver);
}

void bl_aperiodic_release(bl_ctx *ctx, bl_aperiodic *a)
{
  double *const rows[] = {a->freq, a->power, a->slope, a->flat, a->work, a->model};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) bl_free(ctx, rows[i]);
  bl_least_squares_release(ctx, &a->solver);
}

/* ---- the slope --------------------------------------------------------------------------------------------------- */

typedef struct curve {
  const double *freq, *power;
} curve;

/* Parameters: offset, exponent, and with a knee that. */
static double slope_at(const double *p, bool knee, double f)
{
  return knee ? p[0] - log10(p[2] + pow(f, p[1])) : p[0] - p[1] * log10(f);
}

static void slope_residuals(const void *arg, const double *p, size_t n, size_t m, double *r, double *jacobian)
{
  const curve *c = arg;
  for (size_t i = 0; i < n; i++) {
    double f = c->freq[i];
    r[i] = slope_at(p, m == 3, f) - c->power[i];
    if (!jacobian) continue;
    double *j = jacobian + i * m, grown = pow(f, p[1]);
    j[0] = 1;
    j[1] = m == 3 ? -grown * log(f) / (p[2] + grown) / LN_10 : -log10(f);
    if (m == 3) j[2] = -1 / (p[2] + grown) / LN_10;
  }
}

static bl_status fit_slope(bl_ctx *ctx, bl_aperiodic *a, bool knee, const double *freq, const double *power, size_t n,
                           double *p)
{
  const curve c = {freq, power};
  return bl_least_squares_run(ctx, &a->solver, slope_residuals, &c, n, knee ? 3 : 2, p);
}

/* Where the fits start: the first bin's power, and the slope from first to last. */
static void guess_slope(const double *freq, const double *power, size_t n, double *p)
{
  p[0] = power[0];
  p[1] = fabs((power[n - 1] - power[0]) / (log10(freq[n - 1]) - log10(freq[0])));
  p[2] = 0;
}

static void put_slope(bl_aperiodic *a, bool knee, const double *p)
{
  for (size_t i = 0; i < a->n; i++) a->slope[i] = slope_at(p, knee, a->freq[i]);
}

/* The quantile of numbers none of which is below 0, which lies between the two least. */
static double low_quantile(const double *v, size_t n)
{
  double least = INFINITY, second = INFINITY;
  for (size_t i = 0; i < n; i++) {
    if (v[i] < least) second = least, least = v[i];
    else if (v[i] < second) second = v[i];
  }
  return n < 2 ? least : least + (second - least) * QUANTILE * (double)(n - 1);
}

/* Step 1. Frequencies and powers of the bins that are kept lie in work and model meanwhile. */
static bl_status fit_lowest(bl_ctx *ctx, bl_aperiodic *a, bool knee, double *p)
{
  size_t kept = 0;
  guess_slope(a->freq, a->power, a->n, p);
  bl_status s = fit_slope(ctx, a, knee, a->freq, a->power, a->n, p);
  if (s) return s;
  put_slope(a, knee, p);
  for (size_t i = 0; i < a->n; i++) a->flat[i] = fmax(a->power[i] - a->slope[i], 0);
  double limit = low_quantile(a->flat, a->n);
  for (size_t i = 0; i < a->n; i++)
    if (a->flat[i] <= limit) {
      a->work[kept] = a->freq[i];
      a->model[kept++] = a->power[i];
    }
  s = fit_slope(ctx, a, knee, a->work, a->model, kept, p);
  put_slope(a, knee, p);
  return s;
}

/* ---- the peaks --------------------------------------------------------------------------------------------------- */

static double gaussian_at(const double *g, double f)
{
  double d = (f - g[0]) / g[2];
  return g[1] * exp(-d * d / 2);
}

static void gaussian_residuals(const void *arg, const double *p, size_t n, size_t m, double *r, double *jacobian)
{
  const curve *c = arg;
  for (size_t i = 0; i < n; i++) {
    r[i] = -c->power[i];
    for (size_t k = 0; k < m; k += 3) {
      double g = gaussian_at(p + k, c->freq[i]), d = (c->freq[i] - p[k]) / p[k + 2];
      r[i] += g;
      if (!jacobian) continue;
      double *j = jacobian + i * m + k;
      j[0] = g * d / p[k + 2];
      j[1] = exp(-d * d / 2);
      j[2] = g * d * d / p[k + 2];
    }
  }
}

static double deviation_of(const double *v, size_t n)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < n; i++) mean += v[i] / (double)n;
  for (size_t i = 0; i < n; i++) sum += (v[i] - mean) * (v[i] - mean);
  return sqrt(sum / (double)n);
}

/* Bins from the top to the nearer side's half height; 0 when neither side falls to it. The first bin is not looked at, as
 * in fooof. */
static size_t nearer_half(const double *v, size_t n, size_t top)
{
  for (size_t d = 1; d < n; d++) {
    bool left = top > d && v[top - d] <= v[top] / 2, right = top + d < n && v[top + d] <= v[top] / 2;
    if (left || right) return d;
  }
  return 0;
}

static double within(double x, double lo, double hi) { return fmin(fmax(x, lo), hi); }

/* Step 2: guesses, from the highest on, into a->gaussians. Works on a copy of what lies above the slope. */
static void guess_peaks(bl_aperiodic *a, const bl_aperiodic_params *p, double df_hz)
{
  double lo = p->peak_width_limits.v[0] / 2, hi = p->peak_width_limits.v[1] / 2;
  memcpy(a->work, a->flat, a->n * sizeof *a->work);
  for (a->n_peaks = 0; a->n_peaks < (size_t)p->max_n_peaks; a->n_peaks++) {
    size_t top = 0;
    for (size_t i = 1; i < a->n; i++)
      if (a->work[i] > a->work[top]) top = i;
    double height = a->work[top];
    if (!(height > p->peak_threshold * deviation_of(a->work, a->n)) || !(height > p->min_peak_height)) return;
    size_t half = nearer_half(a->work, a->n, top);
    double *g = a->gaussians + 3 * a->n_peaks;
    g[0] = a->freq[top];
    g[1] = height;
    g[2] = within(half ? 2 * (double)half * df_hz / FWHM : lo + hi, lo, hi);
    for (size_t i = 0; i < a->n; i++) a->work[i] -= gaussian_at(g, a->freq[i]);
  }
}

static void sort_peaks(bl_aperiodic *a)
{
  for (size_t i = 1; i < a->n_peaks; i++)
    for (size_t k = i; k && a->gaussians[3 * k] < a->gaussians[3 * k - 3]; k--)
      for (size_t j = 0; j < 3; j++) {
        double swap = a->gaussians[3 * k + j];
        a->gaussians[3 * k + j] = a->gaussians[3 * k - 3 + j];
        a->gaussians[3 * k - 3 + j] = swap;
      }
}

static void keep_peaks(bl_aperiodic *a, const bool *drop)
{
  size_t kept = 0;
  for (size_t i = 0; i < a->n_peaks; i++)
    if (!drop[i]) memmove(a->gaussians + 3 * kept++, a->gaussians + 3 * i, 3 * sizeof(double));
  a->n_peaks = kept;
}

static void drop_peaks(bl_aperiodic *a)
{
  bool drop[BL_APERIODIC_PEAKS] = {false};
  for (size_t i = 0; i < a->n_peaks; i++) {
    const double *g = a->gaussians + 3 * i;
    drop[i] = g[0] - a->freq[0] <= EDGE * g[2] || a->freq[a->n - 1] - g[0] <= EDGE * g[2];
  }
  keep_peaks(a, drop);
  sort_peaks(a);
  memset(drop, 0, sizeof drop);
  for (size_t i = 0; i + 1 < a->n_peaks; i++) {
    const double *g = a->gaussians + 3 * i, *h = g + 3;
    if (g[0] + OVERLAP * g[2] > h[0] - OVERLAP * h[2]) drop[g[1] <= h[1] ? i : i + 1] = true;
  }
  keep_peaks(a, drop);
}

/* Step 3, of the peaks. */
static bl_status fit_peaks(bl_ctx *ctx, bl_aperiodic *a, const bl_aperiodic_params *p)
{
  double lo[3 * BL_APERIODIC_PEAKS], hi[3 * BL_APERIODIC_PEAKS];
  const curve c = {a->freq, a->flat};
  for (size_t k = 0; k < 3 * a->n_peaks; k += 3) {
    const double *g = a->gaussians + k;
    lo[k] = fmax(g[0] - CENTRE * g[2], a->freq[0]);
    hi[k] = fmin(g[0] + CENTRE * g[2], a->freq[a->n - 1]);
    lo[k + 1] = 0;
    hi[k + 1] = INFINITY;
    lo[k + 2] = p->peak_width_limits.v[0] / 2;
    hi[k + 2] = p->peak_width_limits.v[1] / 2;
  }
  bl_status s = !a->n_peaks ? BL_OK
                            : bl_least_squares_bounded(ctx, &a->solver, gaussian_residuals, &c, a->n, 3 * a->n_peaks,
                                                       lo, hi, a->gaussians);
  sort_peaks(a);
  return s;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static double peaks_at(const bl_aperiodic *a, double f)
{
  double sum = 0;
  for (size_t k = 0; k < a->n_peaks; k++) sum += gaussian_at(a->gaussians + 3 * k, f);
  return sum;
}

static void judge(bl_aperiodic *a)
{
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0, n = (double)a->n;
  a->error = 0;
  for (size_t i = 0; i < a->n; i++) {
    x += a->model[i] / n;
    y += a->power[i] / n;
    a->error += fabs(a->model[i] - a->power[i]) / n;
  }
  for (size_t i = 0; i < a->n; i++) {
    xx += (a->model[i] - x) * (a->model[i] - x);
    xy += (a->model[i] - x) * (a->power[i] - y);
    yy += (a->power[i] - y) * (a->power[i] - y);
  }
  a->r_squared = xy * xy / (xx * yy);
}

static void describe_peaks(bl_aperiodic *a, double df_hz)
{
  for (size_t k = 0; k < a->n_peaks; k++) {
    const double *g = a->gaussians + 3 * k;
    double at = ceil((g[0] - a->freq[0]) / df_hz - 0.5); /* of two bins as near, the lower, as numpy.argmin has it */
    size_t bin = at > 0 ? (size_t)at : 0;
    if (bin >= a->n) bin = a->n - 1;
    a->peaks[k] = (bl_spectral_peak){g[0], a->model[bin] - a->slope[bin], 2 * g[2]};
  }
}

/* Takes the bins in; false where one has no logarithm. */
static bool take_bins(bl_aperiodic *a, const double *psd, size_t first, size_t n, double df_hz)
{
  size_t skip = first == 0;
  bool finite = true;
  a->n = n - skip;
  for (size_t i = 0; i < a->n; i++) {
    a->freq[i] = (double)(first + skip + i) * df_hz;
    a->power[i] = log10(psd[skip + i]);
    finite = finite && isfinite(a->power[i]);
  }
  return finite;
}

bl_status bl_aperiodic_fit(bl_ctx *ctx, bl_aperiodic *a, const bl_aperiodic_params *p, const double *psd, size_t first,
                           size_t n, double df_hz)
{
  double slope[3];
  bool knee = p->aperiodic_mode == BL_KNEE;
  a->n_peaks = 0;
  a->offset = a->knee = a->exponent = a->r_squared = a->error = (double)NAN;
  if (!take_bins(a, psd, first, n, df_hz)) return BL_OK;
  bl_status s = fit_lowest(ctx, a, knee, slope);
  if (s) return s;
  for (size_t i = 0; i < a->n; i++) a->flat[i] = a->power[i] - a->slope[i];
  guess_peaks(a, p, df_hz);
  drop_peaks(a);
  if ((s = fit_peaks(ctx, a, p))) return s;
  for (size_t i = 0; i < a->n; i++) a->work[i] = a->power[i] - peaks_at(a, a->freq[i]);
  guess_slope(a->freq, a->work, a->n, slope);
  if ((s = fit_slope(ctx, a, knee, a->freq, a->work, a->n, slope))) return s;
  put_slope(a, knee, slope);
  for (size_t i = 0; i < a->n; i++) a->model[i] = a->slope[i] + peaks_at(a, a->freq[i]);
  a->offset = slope[0];
  a->exponent = slope[1];
  a->knee = knee ? slope[2] : 0;
  describe_peaks(a, df_hz);
  judge(a);
  return BL_OK;
}
