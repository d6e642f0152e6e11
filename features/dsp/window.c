/* window.c: see window.h. All are made symmetric, of m + 1 values over [0, m]; a periodic one leaves the last out.
 *
 * Cosine windows are w[i] = sum_k (-1)^k a_k cos(2 pi k i / m). Coefficients: Harris, Proc. IEEE 66 (1978) 51-83, with the
 * rounded 0.54 / 0.46 and 0.42 / 0.5 / 0.08 of scipy; nuttall: the minimum four-term window of Nuttall, IEEE Trans.
 * Acoust. Speech Signal Process. 29 (1981) 84-91; flattop: D'Antona and Ferrero, Digital Signal Processing for
 * Measurement Systems (2006), table 4.4. Kaiser: Kaiser and Schafer, IEEE Trans. Acoust. Speech Signal Process. 28
 * (1980) 105-107. */
#include "window.h"

#include <math.h>

#include "dpss.h"

static const double pi = 3.14159265358979323846;

const char *const bl_window_names[] = {
    "hann",     "hamming",     "blackman",        "boxcar",  "triang",   "bartlett", "cosine", "parzen",
    "bohman",   "nuttall",     "blackmanharris",  "flattop", "barthann", "lanczos",  "kaiser", "tukey",
    "gaussian", "exponential", "general_hamming", "dpss",    "chebwin",  "taylor",   NULL};
const char *const bl_window_auto[] = {"auto", NULL};

enum { TERMS = 5 };
static const double coefficients[][TERMS] = {
    [BL_WINDOW_HANN] = {0.5, 0.5},
    [BL_WINDOW_HAMMING] = {0.54, 0.46},
    [BL_WINDOW_BLACKMAN] = {0.42, 0.5, 0.08},
    [BL_WINDOW_BOXCAR] = {1},
    [BL_WINDOW_NUTTALL] = {0.3635819, 0.4891775, 0.1365995, 0.0106411},
    [BL_WINDOW_BLACKMANHARRIS] = {0.35875, 0.48829, 0.14128, 0.01168},
    [BL_WINDOW_FLATTOP] = {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368},
};

static double cosines(const double *a, double i, double m)
{
  double phase = 2 * pi * i / m, w = a[0];
  for (size_t k = 1; k < TERMS && a[k] > 0; k++) w += (k % 2 ? -a[k] : a[k]) * cos((double)k * phase);
  return w;
}

/* Modified Bessel function of order 0, by its series (Abramowitz and Stegun 9.6.12). */
static double bessel_i0(double x)
{
  double sum = 1, term = 1;
  for (size_t k = 1; term > 1e-18 * sum; k++) {
    term *= x * x / 4 / ((double)k * (double)k);
    sum += term;
  }
  return sum;
}

static double parzen(double i, double m)
{
  double at = fabs(i - m / 2), r = at / ((m + 1) / 2);
  return at > m / 4 ? 2 * (1 - r) * (1 - r) * (1 - r) : 1 - 6 * r * r * (1 - r);
}

static double bohman(double i, double m)
{
  double at = fabs(2 * i / m - 1);
  return i <= 0 || i >= m ? 0 : (1 - at) * cos(pi * at) + sin(pi * at) / pi;
}

static double tukey(double alpha, double i, double m)
{
  double width = floor(alpha * m / 2);
  if (alpha <= 0 || (i > width && i < m - width)) return 1;
  double at = 2 * i / alpha / m;
  return 0.5 * (1 + cos(pi * (i <= width ? at - 1 : at + 1 - 2 / alpha)));
}

static double lanczos(double r) { return fabs(r) > 0 ? sin(pi * r) / (pi * r) : 1; }

static double value(bl_window kind, double p, double i, double m)
{
  double from_middle = i - m / 2, r = from_middle / (m / 2);
  switch (kind) {
  case BL_WINDOW_TRIANG: return 1 - fabs(from_middle) / ((m + (fmod(m, 2) > 0 ? 1 : 2)) / 2);
  case BL_WINDOW_BARTLETT: return i <= m / 2 ? 2 * i / m : 2 - 2 * i / m;
  case BL_WINDOW_COSINE: return sin(pi / (m + 1) * (i + 0.5));
  case BL_WINDOW_PARZEN: return parzen(i, m);
  case BL_WINDOW_BOHMAN: return bohman(i, m);
  case BL_WINDOW_BARTHANN: return 0.62 - 0.24 * fabs(r) + 0.38 * cos(pi * r);
  case BL_WINDOW_LANCZOS: return lanczos(r);
  case BL_WINDOW_KAISER: return bessel_i0(p * sqrt(1 - r * r)) / bessel_i0(p);
  case BL_WINDOW_TUKEY: return tukey(p, i, m);
  case BL_WINDOW_GAUSSIAN: return exp(-from_middle * from_middle / (2 * p * p));
  case BL_WINDOW_EXPONENTIAL: return exp(-fabs(from_middle) / p);
  case BL_WINDOW_GENERAL_HAMMING: return cosines((const double[TERMS]){p, 1 - p}, i, m);
  default: return cosines(coefficients[kind], i, m);
  }
}

static void fill(bl_window kind, double param, size_t n, bool periodic, double *w)
{
  double m = (double)(periodic ? n : n - 1);
  for (size_t i = 0; i < n; i++) w[i] = n == 1 ? 1 : value(kind, param, (double)i, m);
}

void bl_window_fill(bl_window kind, size_t n, bool periodic, double *w) { fill(kind, 0, n, periodic, w); }

/* The number that a window takes: its name, what it may be, and what it is where none is given (0: one is needed). */
typedef struct number {
  const char *name;
  double above, most, usual;
} number;
static const number numbers[] = {
    [BL_WINDOW_KAISER] = {"beta", -1, 700, 0},
    [BL_WINDOW_TUKEY] = {"alpha, the share that tapers", -1, 1, 0.5},
    [BL_WINDOW_GAUSSIAN] = {"standard deviation in samples", 0, HUGE_VAL, 0},
    [BL_WINDOW_EXPONENTIAL] = {"tau in samples", 0, HUGE_VAL, 1},
    [BL_WINDOW_GENERAL_HAMMING] = {"alpha", -1, 1, 0},
    [BL_WINDOW_DPSS] = {"NW, half its bandwidth in bins", 0, HUGE_VAL, 0},
    [BL_WINDOW_CHEBWIN] = {"attenuation of side lobes in dB", 0, 300, 0},
    [BL_WINDOW_TAYLOR] = {"level of side lobes below the main one in dB", 0, 300, 30},
};

bl_status bl_window_check(bl_ctx *ctx, const char *who, const bl_window_spec *spec)
{
  const char *name = bl_window_names[spec->kind];
  bool given = spec->param.word < 0;
  if (spec->kind < BL_WINDOW_KAISER)
    return given ? bl_fail(ctx, BL_E_CONFIG, "%s: window %s takes no window_param; leave it out", who, name) : BL_OK;
  const number *p = &numbers[spec->kind];
  if (!given && !(p->usual > 0))
    return bl_fail(ctx, BL_E_CONFIG, "%s: window %s needs window_param, its %s; give it", who, name, p->name);
  if (given && !(spec->param.real > p->above && spec->param.real <= p->most))
    return bl_fail(ctx, BL_E_CONFIG, "%s: window_param %g cannot be the %s of window %s; it %s", who, spec->param.real,
                   p->name, name, spec->param.real > p->above ? "is too large" : "must be above 0");
  return BL_OK;
}

bl_status bl_window_make(bl_ctx *ctx, const char *who, const bl_window_spec *spec, size_t n, bool periodic, double *w)
{
  bl_status s = bl_window_check(ctx, who, spec);
  if (s) return s;
  double param = spec->param.word < 0 ? spec->param.real : numbers[spec->kind].usual;
  if (spec->kind == BL_WINDOW_DPSS) return bl_dpss_window(ctx, who, n, param, periodic, w);
  if (spec->kind == BL_WINDOW_CHEBWIN && n > 1) return bl_window_chebyshev(ctx, who, param, n + periodic, n, w);
  if (spec->kind == BL_WINDOW_TAYLOR && n > 1) bl_window_taylor(param, n + periodic, n, w);
  else fill((bl_window)spec->kind, param, n, periodic, w);
  return BL_OK;
}
