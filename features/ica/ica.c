/* ica.c: what lies around the search: scales, principal components, the order and sign of sources. See ica.h. */
#include "baleen/ica.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "ica_private.h"

const char *const bl_ica_methods[] = {"fastica", "infomax", "extended_infomax", NULL};
const char *const bl_ica_auto[] = {"auto", NULL};
enum { FASTICA, INFOMAX, EXTENDED };

/* Work of one fit. */
typedef struct fit {
  size_t c, n, k;
  const float *x;      /* [n][c] */
  double *scale;       /* [c] */
  double *values;      /* [c] variances of the principal components, descending */
  double *vectors;     /* [c][c], a row each */
  double *white;       /* [k][n] */
  double *w, *inverse; /* [k][k] */
} fit;

static bl_status check(bl_ctx *ctx, const float *x, size_t n, size_t c)
{
  for (size_t i = 0; i < n * c; i++)
    if (!isfinite(x[i]))
      return bl_fail(ctx, BL_E_NONFINITE,
                     "ica: frame %zu of channel %zu is %g; leave it out, or mark and repair it first", i / c, i % c,
                     (double)x[i]);
  if (n <= c)
    return bl_fail(ctx, BL_E_SHAPE,
                   "ica: %zu frames of %zu channels; there must be more frames than channels, and should be "
                   "%zu or more",
                   n, c, 20 * c * c);
  return BL_OK;
}

/* The standard deviation of all channels that have the unit of channel a together. */
static double spread(const fit *f, const bl_texts *units, const double *mean, size_t a)
{
  double centre = 0, squares = 0, alike = 0;
  for (size_t b = 0; b < f->c; b++)
    if (!strcmp(units->v[a], units->v[b])) centre += mean[b], alike++;
  centre /= alike;
  for (size_t i = 0; i < f->n; i++)
    for (size_t b = a; b < f->c; b++) { /* a is the first of its unit */
      double d = strcmp(units->v[a], units->v[b]) ? 0 : (double)f->x[i * f->c + b] - centre;
      squares += d * d;
    }
  return sqrt(squares / alike / (double)f->n);
}

static bl_status measure(bl_ctx *ctx, fit *f, const bl_texts *units, double *mean)
{
  for (size_t i = 0; i < f->n; i++)
    for (size_t c = 0; c < f->c; c++) mean[c] += (double)f->x[i * f->c + c];
  for (size_t c = 0; c < f->c; c++) mean[c] /= (double)f->n;
  for (size_t a = 0; a < f->c; a++) {
    size_t first = (size_t)bl_texts_find(units, units->v[a]);
    f->scale[a] = first < a ? f->scale[first] : spread(f, units, mean, a);
    if (!(f->scale[a] > 0)) return bl_fail(ctx, BL_E_RANGE, "ica: all channels in '%s' are flat", units->v[a]);
  }
  return BL_OK;
}

/* The covariance of the scaled channels, summed over blocks of samples in order. */
static bl_status covariance(bl_ctx *ctx, const fit *f, const double *mean, double *cov)
{
  enum { ROWS = 1024 };
  double *rows = bl_calloc(ctx, ROWS, f->c * sizeof *rows);
  if (!rows) return bl_fail_nomem(ctx, "ica");
  for (size_t at = 0; at < f->n; at += ROWS) {
    size_t m = f->n - at < ROWS ? f->n - at : ROWS;
    for (size_t i = 0; i < m; i++)
      for (size_t c = 0; c < f->c; c++)
        rows[i * f->c + c] = ((double)f->x[(at + i) * f->c + c] - mean[c]) / f->scale[c];
    bl_gram_add(rows, m, f->c, cov);
  }
  for (size_t i = 0; i < f->c * f->c; i++) cov[i] /= (double)(f->n - 1);
  bl_free(ctx, rows);
  return BL_OK;
}

/* Variances in descending order, and their directions as rows. */
static bl_status principal(bl_ctx *ctx, fit *f, const double *mean)
{
  double *cov = bl_calloc(ctx, f->c, f->c * sizeof *cov), *v = bl_calloc(ctx, f->c, f->c * sizeof *v);
  double *w = bl_calloc(ctx, f->c, sizeof *w);
  bl_status s = cov && v && w ? covariance(ctx, f, mean, cov) : bl_fail_nomem(ctx, "ica");
  if (!s) s = bl_eigh(ctx, f->c, cov, w, v);
  for (size_t i = 0; !s && i < f->c; i++) {
    f->values[i] = w[f->c - 1 - i];
    for (size_t c = 0; c < f->c; c++) f->vectors[i * f->c + c] = v[c * f->c + f->c - 1 - i];
  }
  bl_free(ctx, cov);
  bl_free(ctx, v);
  bl_free(ctx, w);
  return s;
}

static bl_status count(bl_ctx *ctx, const bl_ica_params *p, fit *f)
{
  bool given = p->n_components.word < 0 && p->n_components.real >= 1;
  double share = p->n_components.word < 0 ? p->n_components.real : 0.999999, total = 0, sum = 0;
  size_t rank = 0;
  for (size_t i = 0; i < f->c; i++) {
    total += f->values[i];
    rank += f->values[i] > 1e-10 * f->values[0];
  }
  while (!given && f->k < f->c && sum < share * total) sum += f->values[f->k++];
  if (given) f->k = (size_t)p->n_components.real;
  if (!given && f->k > rank) f->k = rank;
  if (f->k <= rank && f->k > 0) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "ica: n_components is %zu, but only %zu of the %zu channels are independent of one another", f->k,
                 rank, f->c);
}

/* white = values^-1/2 vectors (x - mean) / scale. */
static bl_status whiten(bl_ctx *ctx, fit *f, const double *mean)
{
  f->white = bl_calloc(ctx, f->k, f->n * sizeof *f->white);
  f->w = bl_calloc(ctx, f->k, f->k * sizeof *f->w);
  f->inverse = bl_calloc(ctx, f->k, f->k * sizeof *f->inverse);
  double *from = bl_calloc(ctx, f->k, f->c * sizeof *from);
  enum { ROWS = 512 };
  double *rows = bl_calloc(ctx, ROWS, f->c * sizeof *rows);
  bl_status s = f->white && f->w && f->inverse && from && rows ? BL_OK : bl_fail_nomem(ctx, "ica");
  for (size_t i = 0; !s && i < f->k; i++)
    for (size_t c = 0; c < f->c; c++) from[i * f->c + c] = f->vectors[i * f->c + c] / f->scale[c] / sqrt(f->values[i]);
  for (size_t at = 0; !s && at < f->n; at += ROWS) {
    size_t m = f->n - at < ROWS ? f->n - at : ROWS;
    for (size_t i = 0; i < m; i++)
      for (size_t c = 0; c < f->c; c++) rows[i * f->c + c] = (double)f->x[(at + i) * f->c + c] - mean[c];
    bl_gemm(false, true, f->k, m, f->c, 1, from, f->c, rows, f->c, 0, f->white + at, f->n);
  }
  bl_free(ctx, from);
  bl_free(ctx, rows);
  return s;
}

static bl_status search(bl_ctx *ctx, const bl_ica_params *p, fit *f, bl_ica *out)
{
  bool fast = p->method == FASTICA;
  bl_white x = {f->k, f->n, f->white};
  bl_ica_search how = {.tol = p->tol.word < 0 ? p->tol.real
                              : fast          ? 1e-4
                                              : 1e-12,
                       .max_iter = p->max_iter.word < 0 ? (size_t)p->max_iter.real
                                   : fast               ? 1000
                                                        : 500,
                       .seed = (uint64_t)p->seed};
  bl_status s = fast ? bl_fastica(ctx, &x, &how, f->w) : bl_infomax(ctx, &x, p->method == EXTENDED, &how, f->w);
  out->n_iter = how.n_iter;
  out->converged = how.converged;
  return s;
}

/* inverse = w^-1, by least squares. */
static bl_status invert(bl_ctx *ctx, fit *f)
{
  size_t rank = 0;
  double *a = bl_calloc(ctx, f->k, f->k * sizeof *a);
  if (!a) return bl_fail_nomem(ctx, "ica");
  memcpy(a, f->w, f->k * f->k * sizeof *a);
  for (size_t i = 0; i < f->k; i++) f->inverse[i * f->k + i] = 1;
  bl_status s = bl_lstsq(ctx, f->k, f->k, a, f->k, f->inverse, -1, &rank);
  if (!s && rank < f->k) s = bl_fail(ctx, BL_E_RANGE, "ica: the sources depend on one another; keep fewer components");
  bl_free(ctx, a);
  return s;
}

/* Row i of unmixing and mixing from row `source` of w, scaled to unit variance and turned to its sign. */
static void put_source(const fit *f, size_t source, size_t i, bl_ica *out)
{
  double *u = out->unmixing + i * f->c, *m = out->mixing + i * f->c, norm = 0, total = 0, share = 0;
  for (size_t j = 0; j < f->k; j++) norm += f->w[source * f->k + j] * f->w[source * f->k + j];
  norm = sqrt(norm);
  size_t largest = 0;
  for (size_t c = 0; c < f->c; c++) {
    u[c] = m[c] = 0;
    for (size_t j = 0; j < f->k; j++) {
      u[c] += f->w[source * f->k + j] / norm * f->vectors[j * f->c + c] / sqrt(f->values[j]) / f->scale[c];
      m[c] += f->inverse[j * f->k + source] * norm * f->vectors[j * f->c + c] * sqrt(f->values[j]) * f->scale[c];
    }
    share += m[c] / f->scale[c] * (m[c] / f->scale[c]);
    if (fabs(m[c] / f->scale[c]) > fabs(m[largest] / f->scale[largest])) largest = c;
  }
  for (size_t j = 0; j < f->c; j++) total += f->values[j];
  out->share[i] = share / total;
  for (size_t c = 0, turned = m[largest] < 0; turned && c < f->c; c++) u[c] = -u[c], m[c] = -m[c];
}

static void swap(double *a, double *b, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double held = a[i];
    a[i] = b[i];
    b[i] = held;
  }
}

/* Sources in the order of the variance that they make up; of equals the first found. */
static void put_sources(const fit *f, bl_ica *out)
{
  for (size_t source = 0; source < f->k; source++) {
    put_source(f, source, source, out);
    for (size_t at = source; at > 0 && out->share[at] > out->share[at - 1]; at--) {
      swap(&out->unmixing[at * f->c], &out->unmixing[(at - 1) * f->c], f->c);
      swap(&out->mixing[at * f->c], &out->mixing[(at - 1) * f->c], f->c);
      swap(&out->share[at], &out->share[at - 1], 1);
    }
  }
}

static bl_status solve(bl_ctx *ctx, const bl_ica_params *p, fit *f, const bl_texts *units, bl_ica *out)
{
  f->scale = bl_calloc(ctx, f->c, sizeof *f->scale);
  f->values = bl_calloc(ctx, f->c, sizeof *f->values);
  f->vectors = bl_calloc(ctx, f->c, f->c * sizeof *f->vectors);
  out->mean = bl_calloc(ctx, f->c, sizeof *out->mean);
  if (!f->scale || !f->values || !f->vectors || !out->mean) return bl_fail_nomem(ctx, "ica");
  bl_status s = measure(ctx, f, units, out->mean);
  if (!s) s = principal(ctx, f, out->mean);
  if (!s) s = count(ctx, p, f);
  if (!s) s = whiten(ctx, f, out->mean);
  if (!s) s = search(ctx, p, f, out);
  if (!s) s = invert(ctx, f);
  if (s) return s;
  out->n = f->k;
  out->unmixing = bl_calloc(ctx, f->k, f->c * sizeof *out->unmixing);
  out->mixing = bl_calloc(ctx, f->k, f->c * sizeof *out->mixing);
  out->share = bl_calloc(ctx, f->k, sizeof *out->share);
  if (!out->unmixing || !out->mixing || !out->share) return bl_fail_nomem(ctx, "ica");
  put_sources(f, out);
  return BL_OK;
}

bl_status bl_ica_fit(bl_ctx *ctx, const bl_ica_params *p, const float *x, size_t n, size_t n_channels,
                     const bl_texts *units, bl_ica *out)
{
  *out = (bl_ica){.n_channels = n_channels};
  fit f = {.c = n_channels, .n = n, .x = x};
  bl_status s = check(ctx, x, n, n_channels);
  if (!s) s = bl_blas_open(ctx);
  if (!s) s = solve(ctx, p, &f, units, out);
  bl_free(ctx, f.scale);
  bl_free(ctx, f.values);
  bl_free(ctx, f.vectors);
  bl_free(ctx, f.white);
  bl_free(ctx, f.w);
  bl_free(ctx, f.inverse);
  return s;
}

void bl_ica_free(bl_ctx *ctx, bl_ica *ica)
{
  bl_free(ctx, ica->mean);
  bl_free(ctx, ica->unmixing);
  bl_free(ctx, ica->mixing);
  bl_free(ctx, ica->share);
  *ica = (bl_ica){0};
}

bl_status bl_ica_pack(bl_ctx *ctx, const bl_ica *ica, bl_array *out)
{
  size_t all = ica->n * ica->n_channels;
  bl_status s = bl_array_fill(ctx, out, 2 * ica->n + 1, ica->n_channels, NULL);
  if (s) return s;
  memcpy(out->v, ica->unmixing, all * sizeof *out->v);
  memcpy(out->v + all, ica->mixing, all * sizeof *out->v);
  memcpy(out->v + 2 * all, ica->mean, ica->n_channels * sizeof *out->v);
  return BL_OK;
}
