/* multitaper.c: see multitaper.h. */
#include "multitaper.h"

#include <math.h>
#include <string.h>

#include "dpss.h"

static const double pi = 3.14159265358979323846;
enum { MOST_ROUNDS = 150 };

const char *const bl_multitaper_auto[] = {"auto", NULL};

/* Keeps the tapers whose ratio is above 0.9, or the one with the highest. */
static void keep_concentrated(bl_multitaper *m)
{
  size_t kept = 0, best = 0;
  for (size_t i = 1; i < m->n_tapers; i++)
    if (m->ratios[i] > m->ratios[best]) best = i;
  for (size_t i = 0; i < m->n_tapers; i++) {
    if (!(m->ratios[i] > 0.9 || (i == best && !(m->ratios[best] > 0.9)))) continue;
    m->ratios[kept] = m->ratios[i];
    memmove(m->tapers + kept * m->n, m->tapers + i * m->n, m->n * sizeof *m->tapers);
    kept++;
  }
  m->n_tapers = kept;
}

bl_status bl_multitaper_init(bl_ctx *ctx, const char *who, const bl_multitaper_params *p, size_t n, size_t n_fft,
                             double rate_hz, bl_multitaper *m)
{
  double half_nbw = p->bandwidth.word >= 0 ? 4 : p->bandwidth.real * (double)n / (2 * rate_hz);
  if (half_nbw < 0.5)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: a bandwidth of %g Hz is less than one bin of %zu samples at %g Hz; take %g or more", who,
                   p->bandwidth.real, n, rate_hz, rate_hz / (double)n);
  if (half_nbw >= (double)n / 2)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: the band is %g bins wide, but %zu samples have %zu; take longer parts, or a "
                   "narrower bandwidth",
                   who, 2 * half_nbw, n, n);
  *m = (bl_multitaper){.n = n, .n_bins = n_fft / 2 + 1, .n_tapers = (size_t)(2 * half_nbw), .adaptive = p->adaptive};
  m->tapers = bl_calloc(ctx, m->n_tapers, n * sizeof *m->tapers);
  m->ratios = bl_calloc(ctx, m->n_tapers, sizeof *m->ratios);
  m->powers = bl_calloc(ctx, m->n_tapers, m->n_bins * sizeof *m->powers);
  if (!m->tapers || !m->ratios || !m->powers) return bl_fail_nomem(ctx, who);
  bl_status s = bl_dpss(ctx, who, n, half_nbw, m->n_tapers, true, m->tapers, m->ratios);
  if (s) return s;
  if (p->low_bias) keep_concentrated(m);
  if (m->adaptive && m->n_tapers < 3) {
    m->adaptive = false;
    bl_warn(ctx, BL_W_ADJUSTED, "%s: adaptive weights need three tapers, but there are %zu; all are weighted alike",
            who, m->n_tapers);
  }
  if (!m->adaptive) return BL_OK;
  m->weights = bl_calloc(ctx, m->n_tapers, m->n_bins * sizeof *m->weights);
  m->before = bl_calloc(ctx, m->n_tapers, m->n_bins * sizeof *m->before);
  m->settled = bl_calloc(ctx, m->n_bins, sizeof *m->settled);
  return m->weights && m->before && m->settled ? BL_OK : bl_fail_nomem(ctx, who);
}

/* The mean of bin k over the first n tapers, weighted by their ratios. */
static double plain_mean(const bl_multitaper *m, size_t n, size_t k)
{
  double sum = 0, weight = 0;
  for (size_t i = 0; i < n; i++) {
    sum += m->ratios[i] * m->powers[i * m->n_bins + k];
    weight += m->ratios[i];
  }
  return sum / weight;
}

/* The variance of the signal, from the plain estimate: its integral by trapezoids. */
static double variance_of(const bl_multitaper *m)
{
  double sum = 0, last = plain_mean(m, m->n_tapers, 0);
  for (size_t k = 1; k < m->n_bins; k++) {
    double next = plain_mean(m, m->n_tapers, k);
    sum += (last + next) / 2;
    last = next;
  }
  return sum * (pi / (double)m->n_bins) / (2 * pi);
}

/* The new weights of bin k from its power, Thomson (5.2) and (5.3) with the leakage integrated over all frequencies;
 * returns the mean square of what they changed by. */
static double reweight(bl_multitaper *m, size_t k, double power, double variance)
{
  double change = 0;
  for (size_t i = 0; i < m->n_tapers; i++) {
    double ratio = m->ratios[i], *w = &m->weights[i * m->n_bins + k], *before = &m->before[i * m->n_bins + k];
    *before = *w;
    /* Nothing from a taper that loses nothing has its whole weight, as little would have. */
    double expected = ratio * power + (1 - ratio) * variance;
    *w = (expected != 0 ? power / expected : 1) * sqrt(ratio);
    change += (*w - *before) * (*w - *before);
  }
  return change / (double)m->n_tapers;
}

static double weighted_mean(const bl_multitaper *m, size_t k)
{
  double sum = 0, weight = 0;
  for (size_t i = 0; i < m->n_tapers; i++) {
    double w = m->weights[i * m->n_bins + k];
    sum += w * w * m->powers[i * m->n_bins + k];
    weight += w * w;
  }
  return weight == 0 ? 0 : sum / weight; /* nothing in this bin, whatever the taper */
}

/* Powers and weights in turn, until the weights of no bin change any more. */
static bool settle(bl_multitaper *m, double variance)
{
  double *power = m->settled;
  memset(m->weights, 0, m->n_tapers * m->n_bins * sizeof *m->weights);
  for (size_t k = 0; k < m->n_bins; k++) power[k] = plain_mean(m, 2, k);
  for (size_t round = 0; round < MOST_ROUNDS; round++) {
    double most = 0;
    for (size_t k = 0; k < m->n_bins; k++) most = fmax(most, reweight(m, k, power[k], variance));
    if (most < 1e-10) return true;
    for (size_t k = 0; k < m->n_bins; k++) power[k] = weighted_mean(m, k);
  }
  return false;
}

void bl_multitaper_combine(bl_ctx *ctx, const char *who, bl_multitaper *m, double scale, double *sum)
{
  double variance = m->adaptive ? variance_of(m) : 0;
  if (m->adaptive && variance != 0) { /* without power there is nothing to weight */
    if (!settle(m, variance))
      bl_warn(ctx, BL_W_NO_CONVERGENCE, "%s: the adaptive weights of the tapers have not settled after %d rounds", who,
              MOST_ROUNDS);
    for (size_t k = 0; k < m->n_bins; k++) sum[k] += scale * m->settled[k];
    return;
  }
  for (size_t k = 0; k < m->n_bins; k++) sum[k] += scale * plain_mean(m, m->n_tapers, k);
}

void bl_multitaper_release(bl_ctx *ctx, bl_multitaper *m)
{
  bl_free(ctx, m->tapers);
  bl_free(ctx, m->ratios);
  bl_free(ctx, m->powers);
  bl_free(ctx, m->weights);
  bl_free(ctx, m->before);
  bl_free(ctx, m->settled);
  *m = (bl_multitaper){0};
}
