/* poly_features: the polynomial of frequency that fits a spectrum best, by least squares. [frame][channel][bin] ->
 * [frame][channel][order + 1].
 *
 * librosa.feature.poly_features, which takes magnitudes: the coefficients of numpy.polyfit(f, x, order), that of the
 * highest power first; bins "poly_<power>". The coefficient of f^k is in unit/Hz^k.
 *
 * Fitted once for all frames: with B an orthonormal basis of the polynomials (made of the powers of f / f_max by
 * Gram-Schmidt, twice for the sake of rounding) and R what turns the powers into it, the coefficients are R^-1 B' x. */
#include <stdio.h>

#include "descriptor.h"

enum { MAX_ORDER = 8 };

typedef struct params {
  int64_t order;
} params;

static const bl_opt opts[] = {
    BL_INT(params, order, "1", 0, MAX_ORDER, "", "the highest power of frequency"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  double *weights; /* [n_out][n_bins]: coefficient j is the sum of x times row j */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t n = (size_t)((const params *)pp)->order + 1;
  bl_status s = bl_need_linear(ctx, "poly_features", in);
  if (s) return s;
  if (in->n_bins < n)
    return bl_fail(ctx, BL_E_RANGE, "poly_features: order %zu needs at least %zu bins, but %zu come in", n - 1, n,
                   in->n_bins);
  char text[MAX_ORDER + 1][32];
  const char *names[MAX_ORDER + 1];
  for (size_t j = 0; j < n; j++) {
    snprintf(text[j], sizeof text[j], "poly_%zu", n - 1 - j);
    names[j] = text[j];
  }
  return bl_descriptor_shape(ctx, "poly_features", in, n, names, n == 1 ? "%s" : "unit/Hz^k", out);
}

/* The columns v[j] = t^j made orthonormal in place; r[i][j] turns them back. */
static void orthonormal(double *v, size_t n, size_t m, double r[MAX_ORDER + 1][MAX_ORDER + 1])
{
  for (size_t j = 0; j < m; j++) {
    double *a = v + j * n, norm = 0;
    for (int twice = 0; twice < 2; twice++)
      for (size_t i = 0; i < j; i++) {
        const double *b = v + i * n;
        double d = 0;
        for (size_t k = 0; k < n; k++) d += a[k] * b[k];
        for (size_t k = 0; k < n; k++) a[k] -= d * b[k];
        r[i][j] += d;
      }
    for (size_t k = 0; k < n; k++) norm += a[k] * a[k];
    r[j][j] = norm = sqrt(norm);
    for (size_t k = 0; k < n; k++) a[k] /= norm;
  }
}

/* Rows of weights: R^-1 B', from the highest power down, with the scale of f taken out again. */
static void solve(const double *basis, size_t n, size_t m, double r[MAX_ORDER + 1][MAX_ORDER + 1], double top,
                  double *weights)
{
  for (size_t j = m; j-- > 0;) {
    double *row = weights + (m - 1 - j) * n;
    for (size_t k = 0; k < n; k++) row[k] = basis[j * n + k] / r[j][j];
    for (size_t i = j + 1; i < m; i++)
      for (size_t k = 0; k < n; k++) row[k] -= weights[(m - 1 - i) * n + k] * r[j][i] / r[j][j];
  }
  for (size_t j = 0; j < m; j++)
    for (size_t k = 0; k < n; k++) weights[(m - 1 - j) * n + k] /= pow(top, (double)j);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  size_t n = in->n_bins, m = out->n_bins;
  double r[MAX_ORDER + 1][MAX_ORDER + 1] = {{0}}, top = in->bin_hz[n - 1];
  bl_status s = bl_descriptor_init(ctx, "poly_features", in, out, &st->s);
  if (!(top > 0)) top = 1;
  (void)pp;
  double *basis = bl_calloc(ctx, m, n * sizeof *basis);
  st->weights = bl_calloc(ctx, m, n * sizeof *st->weights);
  if (!s && !(basis && st->weights)) s = bl_fail_nomem(ctx, "poly_features");
  for (size_t j = 0; !s && j < m; j++)
    for (size_t k = 0; k < n; k++) basis[j * n + k] = pow(in->bin_hz[k] / top, (double)j);
  if (!s) {
    orthonormal(basis, n, m, r);
    solve(basis, n, m, r, top, st->weights);
  }
  bl_free(ctx, basis);
  return s;
}

static void fit(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  size_t n = st->s.n_bins;
  for (size_t j = 0; j < st->s.n_out; j++) y[j] = (float)bl_descriptor_dot(x, st->weights + j * n, n);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, fit, x, n, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->weights);
  bl_descriptor_release(ctx, sp);
}

const bl_stage_class bl_stage_poly_features = {
    .name = "poly_features",
    .summary = "Polynomial of frequency fitted to each frame of a spectrum",
    .source = "librosa.feature.poly_features",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
