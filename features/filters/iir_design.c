/* iir_design.c: Butterworth, Chebyshev and Bessel filters from zeros, poles and gain.
 *
 * Analogue low-pass of cut-off 1 rad/s (Parks and Burrus, Digital Filter Design, 1987, ch. 7; Bessel: Thomson, Proc.
 * IEE
 * 96 (1949) 487), moved to its band by s -> s / w, w / s, (s^2 + w0^2) / (B s) or its inverse, made digital by the
 * bilinear transform with prewarped edges. Conventions are those of scipy.signal: iirfilter (rate 2), zpk2sos
 * (nearest). */
#include <assert.h>
#include <complex.h>
#include <math.h>
#include <string.h>

#include "iir.h"

static const double pi = 3.14159265358979323846;

const char *const bl_iir_types[] = {"butter", "cheby1", "cheby2", "bessel", NULL};
const char *const bl_iir_none[] = {"none", NULL};

typedef double complex cplx;
enum { MAX_ROOTS = 2 * BL_IIR_MAX_ORDER + 1 };
typedef struct roots {
  cplx v[MAX_ROOTS];
  size_t n;
} roots;
typedef struct zpk {
  roots z, p;
  double k;
} zpk;

/* CMPLX is missing with clang 14 and glibc 2.36; a complex number lies in memory as its two parts (C17 6.2.5) */
static cplx cplx_of(double re, double im)
{
  union {
    double part[2];
    cplx whole;
  } v = {{re, im}};
  return v.whole;
}
static void add(roots *r, cplx v) { r->v[r->n++] = v; }

/* prod (s - r) */
static cplx product(const roots *r, double s)
{
  cplx all = 1;
  for (size_t i = 0; i < r->n; i++) all *= s - r->v[i];
  return all;
}

/* ---- analogue prototypes ----------------------------------------------------------------------------------------- */

/* Angle of pole i of n on the unit circle, from the negative real axis. */
static double angle(size_t i, size_t n) { return pi * (2 * (double)i - (double)n + 1) / (2 * (double)n); }

static void butterworth(size_t n, zpk *f)
{
  for (size_t i = 0; i < n; i++) add(&f->p, -cplx_of(cos(angle(i, n)), sin(angle(i, n))));
  f->k = 1;
}

static void chebyshev1(size_t n, double rp, zpk *f)
{
  double eps = sqrt(expm1(0.1 * rp * log(10))), mu = asinh(1 / eps) / (double)n;
  for (size_t i = 0; i < n; i++) add(&f->p, -cplx_of(sinh(mu) * cos(angle(i, n)), cosh(mu) * sin(angle(i, n))));
  f->k = creal(product(&f->p, 0));
  if (n % 2 == 0) f->k /= sqrt(1 + eps * eps);
}

static void chebyshev2(size_t n, double rs, zpk *f)
{
  double mu = asinh(sqrt(expm1(0.1 * rs * log(10)))) / (double)n;
  for (size_t i = 0; i < n; i++) {
    double a = angle(i, n);
    if (2 * i + 1 != n) add(&f->z, cplx_of(0, 1 / sin(a)));
    add(&f->p, -1 / cplx_of(sinh(mu) * cos(a), cosh(mu) * sin(a)));
  }
  f->k = creal(product(&f->p, 0) / product(&f->z, 0));
}

/* The reverse Bessel polynomial by t[n] = (2n - 1) t[n-1] + s^2 t[n-2], and its derivative. */
static void bessel_polynomial(size_t n, long double complex s, long double complex *t, long double complex *slope)
{
  long double complex t0 = 1, t1 = s + 1, d0 = 0, d1 = 1;
  for (size_t k = 2; k <= n; k++) {
    long double m = 2 * (long double)k - 1;
    long double complex t2 = m * t1 + s * s * t0, d2 = m * d1 + s * s * d0 + 2 * s * t0;
    t0 = t1, t1 = t2, d0 = d1, d1 = d2;
  }
  *t = t1;
  *slope = d1;
}

/* Its roots by Aberth's simultaneous iteration (Math. Comp. 27 (1973) 339-344); phase-normalised: divided by the n-th
 * root of their product, (2n)! / (n! 2^n). */
static void bessel(size_t n, zpk *f)
{
  long double complex r[BL_IIR_MAX_ORDER], t, slope;
  double log_last = lgamma(2 * (double)n + 1) - lgamma((double)n + 1) - (double)n * log(2),
         radius = exp(log_last / (double)n);
  for (size_t i = 0; i < n; i++)
    r[i] = (long double complex)(-radius * cplx_of(cos(0.9 * angle(i, n)), sin(0.9 * angle(i, n))));
  for (size_t round = 0; round < 100; round++) {
    long double moved = 0;
    for (size_t i = 0; i < n; i++) {
      long double complex push = 0;
      for (size_t j = 0; j < n; j++)
        if (j != i) push += 1 / (r[i] - r[j]);
      bessel_polynomial(n, r[i], &t, &slope);
      long double complex step = t / slope;
      step /= 1 - step * push;
      r[i] -= step;
      moved = fmaxl(moved, cabsl(step) / cabsl(r[i]));
    }
    if (moved < 1e-17L) break; /* the roots are well apart; it goes on at most to the last digits */
  }
  for (size_t i = 0; i < n; i++) {
    cplx v = (cplx)(r[i] / (long double)radius);
    add(&f->p, fabs(cimag(v)) < 1e-12 ? creal(v) : v);
  }
  f->k = 1;
}

/* ---- to the band, and digital ------------------------------------------------------------------------------------ */

static void to_low(zpk *f, double w)
{
  size_t degree = f->p.n - f->z.n;
  for (size_t i = 0; i < f->z.n; i++) f->z.v[i] *= w;
  for (size_t i = 0; i < f->p.n; i++) f->p.v[i] *= w;
  f->k *= pow(w, (double)degree);
}

static void to_high(zpk *f, double w)
{
  size_t degree = f->p.n - f->z.n;
  f->k *= creal(product(&f->z, 0) / product(&f->p, 0));
  for (size_t i = 0; i < f->z.n; i++) f->z.v[i] = w / f->z.v[i];
  for (size_t i = 0; i < f->p.n; i++) f->p.v[i] = w / f->p.v[i];
  for (size_t i = 0; i < degree; i++) add(&f->z, 0);
}

/* Each root of a low-pass of width B / 2, or of the high-pass, splits into two around w0. */
static void split(roots *r, double w0)
{
  size_t n = r->n;
  for (size_t i = 0; i < n; i++) {
    cplx mid = r->v[i], off = csqrt(mid * mid - w0 * w0);
    r->v[i] = mid + off;
    add(r, mid - off);
  }
}

static void to_band(zpk *f, double w0, double width)
{
  size_t degree = f->p.n - f->z.n;
  for (size_t i = 0; i < f->z.n; i++) f->z.v[i] *= width / 2;
  for (size_t i = 0; i < f->p.n; i++) f->p.v[i] *= width / 2;
  split(&f->z, w0);
  split(&f->p, w0);
  for (size_t i = 0; i < degree; i++) add(&f->z, 0);
  f->k *= pow(width, (double)degree);
}

static void to_stop(zpk *f, double w0, double width)
{
  size_t degree = f->p.n - f->z.n;
  f->k *= creal(product(&f->z, 0) / product(&f->p, 0));
  for (size_t i = 0; i < f->z.n; i++) f->z.v[i] = width / 2 / f->z.v[i];
  for (size_t i = 0; i < f->p.n; i++) f->p.v[i] = width / 2 / f->p.v[i];
  split(&f->z, w0);
  split(&f->p, w0);
  for (size_t i = 0; i < degree; i++) {
    add(&f->z, cplx_of(0, w0));
    add(&f->z, cplx_of(0, -w0));
  }
}

/* s = 4 (z - 1) / (z + 1): rate 2 */
static void bilinear(zpk *f)
{
  size_t degree = f->p.n - f->z.n;
  f->k *= creal(product(&f->z, 4) / product(&f->p, 4));
  for (size_t i = 0; i < f->z.n; i++) f->z.v[i] = (4 + f->z.v[i]) / (4 - f->z.v[i]);
  for (size_t i = 0; i < f->p.n; i++) f->p.v[i] = (4 + f->p.v[i]) / (4 - f->p.v[i]);
  for (size_t i = 0; i < degree; i++) add(&f->z, -1);
}

/* ---- sections ---------------------------------------------------------------------------------------------------- */

static bool is_real(cplx v) { return cimag(v) == 0; }

/* Keeps one of each conjugate pair, the upper one, and makes real what is real but for rounding. */
static void halve(roots *r)
{
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++) {
    cplx v = r->v[i];
    bool real = fabs(cimag(v)) <= 100 * 2.220446049250313e-16 * cabs(v);
    if (real) r->v[n++] = creal(v);
    else if (cimag(v) > 0) r->v[n++] = v;
  }
  r->n = n;
}

static cplx take(roots *r, size_t i)
{
  assert(i < r->n); /* real roots are even in number: those of the prototype are exact or mirrored */
  cplx v = r->v[i];
  r->n--;
  memmove(r->v + i, r->v + i + 1, (r->n - i) * sizeof *r->v);
  return v;
}

static size_t count_real(const roots *r)
{
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++) n += is_real(r->v[i]);
  return n;
}

/* The root nearest the unit circle; `real`: among the real ones. r->n when there is none. */
static size_t worst(const roots *r, bool real)
{
  size_t best = r->n;
  for (size_t i = 0; i < r->n; i++) {
    if (real && !is_real(r->v[i])) continue;
    if (best == r->n || fabs(1 - cabs(r->v[i])) < fabs(1 - cabs(r->v[best]))) best = i;
  }
  return best;
}

typedef enum want { ANY, REAL, COMPLEX } want;
static size_t nearest(const roots *r, cplx to, want w)
{
  size_t best = r->n;
  for (size_t i = 0; i < r->n; i++) {
    if (w != ANY && is_real(r->v[i]) != (w == REAL)) continue;
    if (best == r->n || cabs(r->v[i] - to) < cabs(r->v[best] - to)) best = i;
  }
  return best;
}

/* Two zeros and two poles, each pair real or conjugate. */
static bl_biquad section(cplx z1, cplx z2, cplx p1, cplx p2)
{
  return (bl_biquad){1, -creal(z1 + z2), creal(z1 * z2), -creal(p1 + p2), creal(p1 * p2)};
}

/* The pole nearest the circle goes last, with the zero nearest to it. Zeros and poles are equal in number, and even. */
static size_t pair(zpk *f, bl_biquad *sos)
{
  size_t n = (f->p.n + 1) / 2;
  if (f->p.n % 2) {
    add(&f->p, 0);
    add(&f->z, 0);
  }
  halve(&f->z);
  halve(&f->p);
  for (size_t i = n; i-- > 0;) {
    cplx p1 = take(&f->p, worst(&f->p, false)), p2 = conj(p1);
    bool lone = !is_real(p1) && f->z.n == f->p.n + 1 && count_real(&f->p) == 1 && count_real(&f->z) == 1;
    if (is_real(p1)) p2 = take(&f->p, worst(&f->p, true));
    cplx z1 = take(&f->z, nearest(&f->z, p1, lone ? COMPLEX : ANY)), z2 = conj(z1);
    if (is_real(z1)) z2 = take(&f->z, nearest(&f->z, p1, REAL));
    sos[i] = section(z1, z2, p1, p2);
  }
  sos[0].b0 *= f->k;
  sos[0].b1 *= f->k;
  sos[0].b2 *= f->k;
  return n;
}

/* ---- all together ------------------------------------------------------------------------------------------------ */

static bl_status check(bl_ctx *ctx, const char *who, const bl_iir_spec *s)
{
  double half = s->rate_hz / 2;
  if (isnan(s->l_freq) && isnan(s->h_freq))
    return bl_fail(ctx, BL_E_CONFIG, "%s: neither l_freq nor h_freq is given; give one or both", who);
  if (s->l_freq >= half || s->h_freq >= half)
    return bl_fail(ctx, BL_E_RANGE, "%s: %s %g Hz must be below half the sampling rate, %g Hz", who,
                   s->l_freq >= half ? "l_freq" : "h_freq", s->l_freq >= half ? s->l_freq : s->h_freq, half);
  if (s->l_freq == s->h_freq)
    return bl_fail(ctx, BL_E_RANGE, "%s: l_freq and h_freq are both %g Hz; nothing would pass", who, s->l_freq);
  return BL_OK;
}

/* In so narrow a band, or of so high an order, rounding the coefficients may move poles onto or over the unit circle:
 * they lie within it when a2 < 1 and |a1| < 1 + a2. */
static bl_status check_stable(bl_ctx *ctx, const char *who, const bl_biquad *sos, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!(sos[i].a2 < 1 && fabs(sos[i].a1) < 1 + sos[i].a2))
      return bl_fail(ctx, BL_E_RANGE,
                     "%s: the filter would not be stable: its band is too narrow for this order at this "
                     "rate; lower the order, or resample first",
                     who);
  return BL_OK;
}

bl_status bl_iir_design(bl_ctx *ctx, const char *who, const bl_iir_spec *spec, bl_biquad sos[BL_IIR_MAX_SECTIONS],
                        size_t *n)
{
  bl_status status = check(ctx, who, spec);
  if (status) return status;
  zpk f = {.k = 1};
  switch (spec->type) {
  case BL_IIR_BUTTER: butterworth(spec->order, &f); break;
  case BL_IIR_CHEBY1: chebyshev1(spec->order, spec->rp, &f); break;
  case BL_IIR_CHEBY2: chebyshev2(spec->order, spec->rs, &f); break;
  case BL_IIR_BESSEL: bessel(spec->order, &f); break;
  }
  double l = 4 * tan(pi * spec->l_freq / spec->rate_hz), h = 4 * tan(pi * spec->h_freq / spec->rate_hz);
  if (isnan(l)) to_low(&f, h);
  else if (isnan(h)) to_high(&f, l);
  else if (l < h) to_band(&f, sqrt(l * h), h - l);
  else to_stop(&f, sqrt(l * h), l - h);
  bilinear(&f);
  *n = pair(&f, sos);
  return check_stable(ctx, who, sos, *n);
}

bl_status bl_iir_spec_of(bl_ctx *ctx, const char *who, const bl_iir_opts *o, double rate_hz, bl_iir_spec *out)
{
  static const double usual_rp = 1, usual_rs = 40; /* of BL_IIR_OPTS */
  if (o->type != BL_IIR_CHEBY1 && o->rp != usual_rp)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: rp is the ripple of type cheby1, and %s has none; leave it out, or change type", who,
                   bl_iir_types[o->type]);
  if (o->type != BL_IIR_CHEBY2 && o->rs != usual_rs)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: rs is the attenuation of type cheby2, and %s has no such option; leave it out, or change type",
                   who, bl_iir_types[o->type]);
  *out = (bl_iir_spec){.rate_hz = rate_hz,
                       .l_freq = o->l_freq.word == 0 ? (double)NAN : o->l_freq.real,
                       .h_freq = o->h_freq.word == 0 ? (double)NAN : o->h_freq.real,
                       .type = (bl_iir_type)o->type,
                       .order = (size_t)o->order,
                       .rp = o->rp,
                       .rs = o->rs};
  return BL_OK;
}
