/* regression: the least-squares line and parabola of each channel and bin over time: openSMILE's Regression.
 *
 * x ~ linregc1 t + linregc2                linregerrA: mean absolute error, linregerrQ: mean squared error
 * x ~ qregc1 t^2 + qregc2 t + qregc3       qregerrA, qregerrQ likewise
 * t in seconds from the segment's first frame; time: unit takes it from 0 at the first to 1 at the last frame. Fewer frames
 * than coefficients have no fit: NaN. */
#include <math.h>

#include "series.h"

static const char *const times[] = {"seconds", "unit", NULL};
enum { SECONDS, UNIT };

typedef struct regression_params {
  int time;
} regression_params;

static const bl_opt opts[] = {BL_ENUM(regression_params, time, "seconds", times,
                                      "what coefficients are of: seconds, or the segment's length as 1"),
                              BL_OPT_END};

/* Orthogonal polynomials 1, u, u^2 - m of the frames' places u, centred and brought to [-1, 1]: sums stay small, and no
 * system is solved. u = (2 i - (n - 1)) / n. */
typedef struct fit {
  double mean, slope, bend, m; /* x ~ mean + slope u + bend (u^2 - m) */
} fit;

static double place(size_t i, size_t n) { return (2 * (double)i - (double)(n - 1)) / (double)n; }

static fit fit_of(const double *x, size_t n)
{
  double uu = 0, xu = 0, pp = 0, xp = 0;
  fit f = {0};
  for (size_t i = 0; i < n; i++) {
    double u = place(i, n);
    f.mean += x[i] / (double)n;
    uu += u * u;
  }
  f.m = uu / (double)n;
  for (size_t i = 0; i < n; i++) {
    double u = place(i, n), p = u * u - f.m;
    xu += (x[i] - f.mean) * u;
    pp += p * p;
    xp += (x[i] - f.mean) * p;
  }
  f.slope = n > 1 ? xu / uu : (double)NAN;
  f.bend = n > 2 ? xp / pp : (double)NAN;
  return f;
}

static void errors(const double *x, size_t n, const fit *f, double bend, double *out)
{
  out[0] = out[1] = 0;
  for (size_t i = 0; i < n; i++) {
    double u = place(i, n), e = x[i] - f->mean - f->slope * u - bend * (u * u - f->m);
    out[0] += fabs(e) / (double)n;
    out[1] += e * e / (double)n;
  }
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const regression_params *p = s->params;
  (void)ctx;
  fit f = fit_of(x, n);
  double last = (double)(n - 1);
  double t1 = p->time == UNIT ? 1 / last : 1 / s->in->rate_hz; /* from frame to frame */
  double a = 2 / ((double)n * t1), b = -last / (double)n;      /* u = a t + b */
  out[0] = f.slope * a;
  out[1] = f.mean + f.slope * b;
  errors(x, n, &f, 0, out + 2);
  out[4] = f.bend * a * a;
  out[5] = f.slope * a + 2 * f.bend * a * b;
  out[6] = f.mean + f.slope * b + f.bend * (b * b - f.m);
  errors(x, n, &f, f.bend, out + 7);
  return BL_OK;
}

static const char *const what[] = {"linregc1", "linregc2", "linregerrA", "linregerrQ", "qregc1",
                                   "qregc2",   "qregc3",   "qregerrA",   "qregerrQ"};
static const char *const units[] = {"%s/s", "%s", "%d", "%s^2", "%s/s^2", "%s/s", "%s", "%d", "%s^2"};
static const bl_series_form form = {"regression", what, units, 9, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_regression = {
    .name = "regression",
    .summary = "line and parabola over time of each channel and bin, with their errors",
    .source = "openSMILE Regression, numpy.polyfit",
    .opts = opts,
    .params_size = sizeof(regression_params),
    BL_SERIES_SLOTS,
};
