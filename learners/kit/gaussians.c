#include "gaussians.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"
#include "baleen/wide.h"
#include "spd.h"

enum { BLOCK = 64, MAX_CHUNKS = 64, MAX_SUMS = 1 << 22 /* numbers that all chunks' sums may take together, about */ };

static const double log_2pi = 1.83787706640934548356;

const char *const bl_covariance_names[] = {"full", "tied", "diag", "spherical", NULL};

size_t bl_covariance_rows(bl_covariance type, size_t k, size_t d)
{
  return type == BL_COV_FULL ? k * d : type == BL_COV_TIED ? d : k;
}

size_t bl_covariance_cols(bl_covariance type, size_t d) { return type == BL_COV_SPHERICAL ? 1 : d; }

double bl_covariance_free(bl_covariance type, size_t k, size_t d)
{
  double of_one = (double)d * ((double)d + 1) / 2, n = (double)k;
  return type == BL_COV_FULL ? n * of_one : type == BL_COV_TIED ? of_one : type == BL_COV_DIAG ? n * (double)d : n;
}

/* ---- densities --------------------------------------------------------------------------------------------------- */

static bool is_whole(bl_covariance type) { return type == BL_COV_FULL || type == BL_COV_TIED; }

/* U = (L^-1)' of C = L L'; scratch [2 d d]. */
static bool factor_one(size_t d, const double *c, double *u, double *scratch)
{
  double *inverse = scratch + d * d;
  if (!bl_spd_cholesky(d, c, scratch)) return false;
  bl_spd_invert_lower(d, scratch, inverse);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < d; j++) u[i * d + j] = inverse[j * d + i];
  return true;
}

bl_status bl_gaussians_factor(bl_ctx *ctx, const char *who, bl_covariance type, size_t k, size_t d,
                              const double *covariances, double *factor)
{
  size_t n = bl_covariance_rows(type, k, d) * bl_covariance_cols(type, d), parts = type == BL_COV_FULL ? k : 1;
  bool positive = true;
  for (size_t i = 0; !is_whole(type) && i < n; i++) {
    positive = positive && covariances[i] > 0;
    factor[i] = 1 / sqrt(covariances[i]);
  }
  if (is_whole(type)) {
    double *scratch = bl_calloc(ctx, 2 * d, d * sizeof *scratch);
    if (!scratch) return bl_fail_nomem(ctx, who);
    for (size_t c = 0; positive && c < parts; c++)
      positive = factor_one(d, covariances + c * d * d, factor + c * d * d, scratch);
    bl_free(ctx, scratch);
  }
  if (positive) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: a covariance is not positive definite: columns depend on one another, or a component has too few "
                 "rows; take fewer components, scale the columns or raise what is added to the diagonals",
                 who);
}

void bl_gaussians_constants(bl_covariance type, size_t k, size_t d, const double *factor, double *constant)
{
  for (size_t c = 0; c < k; c++) {
    double sum = 0;
    for (size_t j = 0; j < d; j++) switch (type) {
      case BL_COV_FULL: sum += log(factor[(c * d + j) * d + j]); break;
      case BL_COV_TIED: sum += log(factor[j * d + j]); break;
      case BL_COV_DIAG: sum += log(factor[c * d + j]); break;
      case BL_COV_SPHERICAL: sum += log(factor[c]); break;
      }
    constant[c] = sum - 0.5 * (double)d * log_2pi;
  }
}

/* |U' v|^2 with U upper: column sums gather in y [d], which runs along memory. */
BL_WIDE static double whitened_square(size_t d, const double *u, const double *v, double *y)
{
  double sum = 0;
  memset(y, 0, d * sizeof *y);
  for (size_t i = 0; i < d; i++) {
    double by = v[i];
    const double *row = u + i * d;
    for (size_t j = i; j < d; j++) y[j] += by * row[j];
  }
  for (size_t j = 0; j < d; j++) sum += y[j] * y[j];
  return sum;
}

void bl_gaussians_log(const bl_gaussians *g, const float *x, double *z, double *room)
{
  size_t d = g->d;
  for (size_t c = 0; c < g->k; c++) {
    const double *mean = g->means + c * d;
    double square = 0;
    for (size_t j = 0; j < d; j++) room[j] = (double)x[j] - mean[j];
    if (is_whole(g->type))
      square = whitened_square(d, g->factor + (g->type == BL_COV_FULL ? c * d * d : 0), room, room + d);
    for (size_t j = 0; !is_whole(g->type) && j < d; j++) {
      double v = room[j] * (g->type == BL_COV_DIAG ? g->factor[c * d + j] : g->factor[c]);
      square += v * v;
    }
    z[c] = g->constant[c] - 0.5 * square;
  }
}

/* ---- covariances ------------------------------------------------------------------------------------------------- */

typedef struct scatter {
  bl_covariance type;
  const bl_cmat *X;
  size_t k, chunk, n_sums; /* n_sums: of a chunk */
  const double *resp, *means;
  double *sums, *rows; /* [chunks x n_sums]; [lanes x BLOCK x d] */
} scatter;

static void add_whole(const scatter *s, size_t lo, size_t hi, double *rows, double *sums)
{
  size_t d = s->X->cols;
  for (size_t c = 0; c < s->k; c++) {
    size_t m = 0;
    for (size_t i = lo; i < hi; i++) {
      double by = sqrt(s->resp[i * s->k + c]);
      const float *x = bl_crow(s->X, i);
      if (!(by > 0)) continue;
      for (size_t j = 0; j < d; j++) rows[m * d + j] = by * ((double)x[j] - s->means[c * d + j]);
      m++;
    }
    if (m) bl_gram_add(rows, m, d, sums + (s->type == BL_COV_FULL ? c * d * d : 0));
  }
}

static void add_diagonal(const scatter *s, size_t lo, size_t hi, double *sums)
{
  size_t d = s->X->cols;
  for (size_t i = lo; i < hi; i++)
    for (size_t c = 0; c < s->k; c++) {
      double r = s->resp[i * s->k + c];
      const float *x = bl_crow(s->X, i);
      for (size_t j = 0; r > 0 && j < d; j++) {
        double apart = (double)x[j] - s->means[c * d + j];
        sums[c * d + j] += r * (apart * apart);
      }
    }
}

static bl_status scatter_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const scatter *s = arg;
  double *sums = s->sums + lo / s->chunk * s->n_sums, *rows = s->rows + bl_pool_lane(ctx) * BLOCK * s->X->cols;
  if (!is_whole(s->type)) add_diagonal(s, lo, hi, sums);
  for (size_t at = lo; is_whole(s->type) && at < hi; at += BLOCK)
    add_whole(s, at, hi - at < BLOCK ? hi : at + BLOCK, rows, sums);
  return BL_OK;
}

/* From the sums in s->sums to covariances. */
static void finish(const scatter *s, const double *count, double *out)
{
  size_t d = s->X->cols, k = s->k;
  double all = 0;
  for (size_t c = 0; c < k; c++) all += count[c];
  if (is_whole(s->type)) {
    for (size_t i = 0; i < s->n_sums; i++) out[i] = s->sums[i] / (s->type == BL_COV_FULL ? count[i / (d * d)] : all);
    for (size_t c = 0; c < (s->type == BL_COV_FULL ? k : 1); c++) bl_mirror(d, out + c * d * d);
    return;
  }
  if (s->type == BL_COV_SPHERICAL) memset(out, 0, k * sizeof *out);
  for (size_t i = 0; i < k * d; i++) {
    double v = s->sums[i] / count[i / d];
    if (s->type == BL_COV_DIAG) out[i] = v;
    else out[i / d] += v / (double)d;
  }
}

bl_status bl_gaussians_covariances(bl_ctx *ctx, const char *who, bl_covariance type, const bl_cmat *X, size_t k,
                                   const double *resp, const double *count, const double *means, double *out)
{
  size_t n = X->rows, d = X->cols, most;
  scatter s = {.type = type, .X = X, .k = k, .resp = resp, .means = means};
  s.n_sums = type == BL_COV_FULL ? k * d * d : type == BL_COV_TIED ? d * d : k * d;
  most = MAX_SUMS / s.n_sums;
  most = most < 1 ? 1 : most > MAX_CHUNKS ? MAX_CHUNKS : most;
  s.chunk = ((n + most - 1) / most + BLOCK - 1) / BLOCK * BLOCK;
  size_t n_chunks = (n + s.chunk - 1) / s.chunk;
  s.sums = bl_calloc(ctx, n_chunks, s.n_sums * sizeof *s.sums);
  s.rows = bl_calloc(ctx, (size_t)bl_ctx_threads(ctx) * BLOCK, d * sizeof *s.rows);
  bl_status status = s.sums && s.rows ? BL_OK : bl_fail_nomem(ctx, who);
  if (!status) status = bl_pool_chunks(ctx, n, s.chunk, (double)(s.n_sums), scatter_chunk, &s);
  for (size_t h = 1; !status && h < n_chunks; h++)
    for (size_t i = 0; i < s.n_sums; i++) s.sums[i] += s.sums[h * s.n_sums + i];
  if (!status) finish(&s, count, out);
  bl_free(ctx, s.sums);
  bl_free(ctx, s.rows);
  return status;
}
