/* spherical_spline.c: see scalp.h. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "scalp.h"

static const double PI = 3.14159265358979323846;

/* The factors of the kernel's Legendre polynomials, from that of degree 1 on; to be freed by the caller. */
static double *factors_of(bl_ctx *ctx, double m, size_t n_terms)
{
  double *f = bl_calloc(ctx, n_terms, sizeof *f);
  for (size_t i = 0; f && i < n_terms; i++) {
    double n = (double)(i + 1);
    f[i] = (2 * n + 1) / pow(n * (n + 1), m);
  }
  return f;
}

/* The kernel at the cosine x. */
static double kernel(double x, const double *factor, size_t n_terms)
{
  double before = 1, legendre = x, sum = 0;
  for (size_t i = 0; i < n_terms; i++) {
    double n = (double)(i + 1);
    sum += factor[i] * legendre;
    double next = ((2 * n + 1) * x * legendre - n * before) / (n + 1);
    before = legendre;
    legendre = next;
  }
  return sum / (4 * PI);
}

/* g [n_a][n_b] between unit vectors. */
static bl_status kernels(bl_ctx *ctx, double m, size_t n_terms, const double *a, size_t n_a, const double *b,
                         size_t n_b, double *g)
{
  double *factor = factors_of(ctx, m, n_terms);
  if (!factor) return bl_fail_nomem(ctx, "a spherical spline");
  for (size_t i = 0; i < n_a; i++)
    for (size_t k = 0; k < n_b; k++) {
      double x = a[3 * i] * b[3 * k] + a[3 * i + 1] * b[3 * k + 1] + a[3 * i + 2] * b[3 * k + 2];
      g[i * n_b + k] = kernel(fmin(fmax(x, -1), 1), factor, n_terms);
    }
  bl_free(ctx, factor);
  return BL_OK;
}

/* inverse [n][n] of the regularised kernel, the sums of its rows, and the sum of these. */
typedef struct solved {
  double *g, *inverse, *rows, sum;
} solved;

static bl_status invert(bl_ctx *ctx, const bl_spline_params *p, const double *at, size_t n, solved *s)
{
  s->g = bl_calloc(ctx, n * n, sizeof *s->g);
  s->inverse = bl_calloc(ctx, n * n, sizeof *s->inverse);
  s->rows = bl_calloc(ctx, n, sizeof *s->rows);
  if (!s->g || !s->inverse || !s->rows) return bl_fail_nomem(ctx, "a spherical spline");
  bl_status status = kernels(ctx, p->stiffness, p->n_terms, at, n, at, n, s->g);
  if (status) return status;
  for (size_t i = 0; i < n; i++) {
    s->g[i * n + i] += p->regularisation;
    s->inverse[i * n + i] = 1;
  }
  status = bl_solve_spd(ctx, n, s->g, n, s->inverse);
  for (size_t i = 0; !status && i < n; i++) {
    for (size_t k = 0; k < n; k++) s->rows[i] += s->inverse[i * n + k];
    s->sum += s->rows[i];
  }
  return status;
}

static void release(bl_ctx *ctx, solved *s)
{
  bl_free(ctx, s->g);
  bl_free(ctx, s->inverse);
  bl_free(ctx, s->rows);
}

/* With G the kernel: c0 = 1' G^-1 v / 1' G^-1 1 and c = G^-1 (v - c0). */
bl_status bl_spline_interpolation(bl_ctx *ctx, const bl_spline_params *p, const double *from, size_t n_from,
                                  const double *to, size_t n_to, double *w)
{
  solved s = {0};
  double *g = bl_calloc(ctx, n_from * n_to, sizeof *g);
  bl_status status = g ? invert(ctx, p, from, n_from, &s) : bl_fail_nomem(ctx, "a spherical spline");
  if (!status) status = kernels(ctx, p->stiffness, p->n_terms, from, n_from, to, n_to, g);
  if (!status) {
    bl_gemm(false, false, n_from, n_to, n_from, 1, s.inverse, n_from, g, n_to, 0, w, n_to);
    for (size_t k = 0; k < n_to; k++) {
      double total = 0;
      for (size_t i = 0; i < n_from; i++) total += w[i * n_to + k];
      for (size_t i = 0; i < n_from; i++) w[i * n_to + k] += s.rows[i] * (1 - total) / s.sum;
    }
  }
  release(ctx, &s);
  bl_free(ctx, g);
  return status;
}

/* The coefficients c of value k being 1 and the others 0, into column k of c [n][n]: G^-1 (v - mean v - c0). The mean goes
 * into c0, but taken off first it keeps sums small. */
static void coefficients(const solved *s, size_t n, double *c)
{
  for (size_t k = 0; k < n; k++) {
    double total = 0;
    for (size_t i = 0; i < n; i++) total += c[i * n + k] = s->inverse[i * n + k] - s->rows[i] / (double)n;
    for (size_t i = 0; i < n; i++) c[i * n + k] -= s->rows[i] * total / s->sum;
  }
}

bl_status bl_spline_laplacian(bl_ctx *ctx, const bl_spline_params *p, const double *at, size_t n, double radius,
                              double *w)
{
  solved s = {0};
  double *h = bl_calloc(ctx, n * n, sizeof *h), *c = bl_calloc(ctx, n * n, sizeof *c);
  bl_status status = h && c ? invert(ctx, p, at, n, &s) : bl_fail_nomem(ctx, "a surface Laplacian");
  if (!status) status = kernels(ctx, p->stiffness - 1, p->n_terms, at, n, at, n, h);
  if (!status) {
    coefficients(&s, n, c);
    bl_gemm(true, false, n, n, n, 1 / (radius * radius), c, n, h, n, 0, w, n);
  }
  release(ctx, &s);
  bl_free(ctx, h);
  bl_free(ctx, c);
  return status;
}
