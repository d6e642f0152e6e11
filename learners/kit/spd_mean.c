/* spd_mean.c: means of positive definite matrices. See spd.h. Each is the function of a sum over the matrices, and the iterative
 * ones repeat that with what they have. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"
#include "spd.h"
#include "symmetric_eigen.h"

enum { MOST_ITERATIONS = 50, CHUNK = 16, MOST_CHUNKS = 64 };
/* pyRiemann's, which writes the first 10e-9 and the second 10e-5 */
static const double tolerance = 1e-8, tolerance_logdet = 1e-4;
static const double rounding = 0x1p-24; /* of a float32, relative */

/* What is summed over the matrices X. */
typedef enum term { AS_IT_IS, LOG, INVERSE, FACTOR, LOG_FACTOR, LOG_AROUND, SQRT_AROUND, INVERSE_OF_MIDDLE } term;

typedef struct summing {
  const bl_spd_set *set;
  const double *weight; /* sum to 1, or NULL: 1 / count */
  const char *who;
  term of;
  const double *at; /* [n x n], of the terms that have a place */
  size_t chunk;
  double *part; /* [chunks][n x n] */
} summing;

static double reciprocal(double x) { return 1 / x; }

static void matrix(const bl_spd_set *set, size_t i, double *a)
{
  size_t n = set->n;
  if (set->full) memcpy(a, set->full + i * n * n, n * n * sizeof *a);
  else bl_spd_of_row(n, bl_crow(set->rows, i), a);
}

/* In the place of a. room of bl_spd_room(n), twice n x n of it for `around`. */
static bool make_term(const summing *s, double *a, double *room)
{
  size_t n = s->set->n;
  switch (s->of) {
  case AS_IT_IS: return true;
  case LOG: return bl_spd_apply(n, a, log, a, room);
  case INVERSE: return bl_spd_apply(n, a, reciprocal, a, room);
  case LOG_AROUND: bl_spd_around(n, s->at, a, a, room); return bl_spd_apply(n, a, log, a, room);
  case SQRT_AROUND: bl_spd_around(n, s->at, a, a, room); return bl_spd_apply(n, a, sqrt, a, room);
  case INVERSE_OF_MIDDLE:
    for (size_t i = 0; i < n * n; i++) a[i] = (a[i] + s->at[i]) / 2;
    return bl_spd_apply(n, a, reciprocal, a, room);
  case FACTOR: return bl_spd_cholesky(n, a, a);
  case LOG_FACTOR:
    if (!bl_spd_cholesky(n, a, a)) return false;
    for (size_t i = 0; i < n; i++) a[i * n + i] = log(a[i * n + i]);
    return true;
  }
  return false;
}

static bl_status sum_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  summing *s = arg;
  size_t n2 = s->set->n * s->set->n;
  double *a = bl_calloc(ctx, n2 + bl_spd_room(s->set->n), sizeof *a), *to = s->part + lo / s->chunk * n2;
  bl_status status = a ? BL_OK : bl_fail_nomem(ctx, s->who);
  memset(to, 0, n2 * sizeof *to);
  for (size_t i = lo; !status && i < hi; i++) {
    double w = s->weight ? s->weight[i] : 1 / (double)s->set->count;
    matrix(s->set, i, a);
    if (!make_term(s, a, a + n2))
      status = bl_fail(ctx, BL_E_RANGE,
                       "%s: row %zu is not a positive definite matrix: a flat channel, or fewer samples than channels; "
                       "put shrinkage before it",
                       s->who, i);
    for (size_t k = 0; !status && k < n2; k++) to[k] += w * a[k];
  }
  bl_free(ctx, a);
  return status;
}

/* The weighted sum of the terms to `to` [n x n]. */
static bl_status sum(bl_ctx *ctx, summing *s, term of, const double *at, double *to)
{
  size_t n2 = s->set->n * s->set->n, n_chunks = (s->set->count + s->chunk - 1) / s->chunk;
  double n = (double)s->set->n;
  s->of = of;
  s->at = at;
  bl_status status =
      bl_pool_chunks(ctx, s->set->count, s->chunk, of == AS_IT_IS ? n * n : 20 * n * n * n, sum_chunk, s);
  memset(to, 0, n2 * sizeof *to);
  for (size_t c = 0; !status && c < n_chunks; c++)
    for (size_t k = 0; k < n2; k++) to[k] += s->part[c * n2 + k];
  return status;
}

static double norm(size_t n, const double *a, const double *b)
{
  double total = 0;
  for (size_t i = 0; i < n; i++) total += (a[i] - (b ? b[i] : 0)) * (a[i] - (b ? b[i] : 0));
  return sqrt(total);
}

static bl_status not_positive(bl_ctx *ctx, const summing *s)
{
  return bl_fail(ctx, BL_E_RANGE, "%s: the mean of %zu matrices is not positive definite", s->who, s->set->count);
}

/* Affine invariant, by steps along the mean of the logarithms at where it stands. Iterating alike gives pyRiemann's digits. */
static bl_status riemann(bl_ctx *ctx, summing *s, double *m, double *room)
{
  size_t n = s->set->n, n2 = n * n;
  double *root = room, *inverse = root + n2, *j = inverse + n2, *work = j + n2;
  double nu = 1, tau = DBL_MAX, criterion = 0;
  for (size_t k = 0; k < MOST_ITERATIONS; k++) {
    if (!bl_spd_apply_two(n, m, true, sqrt, root, bl_spd_inverse_sqrt, inverse, work)) return not_positive(ctx, s);
    bl_status status = sum(ctx, s, LOG_AROUND, inverse, j);
    if (status) return status;
    criterion = norm(n2, j, NULL);
    for (size_t i = 0; i < n2; i++) j[i] *= nu;
    if (!bl_spd_apply_two(n, j, false, exp, j, NULL, NULL, work)) return not_positive(ctx, s);
    bl_spd_around(n, root, j, m, work);
    double h = nu * criterion;
    nu *= h < tau ? 0.95 : 0.5;
    if (h < tau) tau = h;
    if (criterion <= tolerance || nu <= tolerance) return BL_OK;
  }
  bl_warn(ctx, BL_W_NO_CONVERGENCE, "%s: the Riemannian mean stopped after %d iterations, %.3g from standing still",
          s->who, MOST_ITERATIONS, criterion);
  return BL_OK;
}

static bl_status logdet(bl_ctx *ctx, summing *s, double *m, double *room)
{
  size_t n = s->set->n, n2 = n * n;
  double *j = room, *work = j + n2, step = 0;
  for (size_t k = 0; k < MOST_ITERATIONS; k++) {
    bl_status status = sum(ctx, s, INVERSE_OF_MIDDLE, m, j);
    if (status) return status;
    if (!bl_spd_apply(n, j, reciprocal, j, work)) return not_positive(ctx, s);
    step = norm(n2, j, m);
    memcpy(m, j, n2 * sizeof *m);
    if (step <= tolerance_logdet) return BL_OK;
  }
  bl_warn(ctx, BL_W_NO_CONVERGENCE, "%s: the mean by log determinants stopped after %d iterations", s->who,
          MOST_ITERATIONS);
  return BL_OK;
}

/* M <- M^-1/2 (sum of (M^1/2 X M^1/2)^1/2)^2 M^-1/2: Alvarez-Esteban et al., J. Math. Anal. Appl. 441 (2016) 744. */
static bl_status wasserstein(bl_ctx *ctx, summing *s, double *m, double *room)
{
  size_t n = s->set->n, n2 = n * n;
  double *root = room, *inverse = root + n2, *j = inverse + n2, *work = j + n2, step = 0;
  for (size_t k = 0; k < MOST_ITERATIONS; k++) {
    if (!bl_spd_apply_two(n, m, true, sqrt, root, bl_spd_inverse_sqrt, inverse, work)) return not_positive(ctx, s);
    bl_status status = sum(ctx, s, SQRT_AROUND, root, j);
    if (status) return status;
    bl_gemm(false, false, n, n, n, 1, j, n, j, n, 0, root, n);
    bl_spd_around(n, inverse, root, j, work);
    step = norm(n2, j, m);
    memcpy(m, j, n2 * sizeof *m);
    if (step <= tolerance * norm(n2, m, NULL)) return BL_OK;
  }
  bl_warn(ctx, BL_W_NO_CONVERGENCE, "%s: the Wasserstein mean stopped after %d iterations", s->who, MOST_ITERATIONS);
  return BL_OK;
}

/* Half way, along the geodesic, from the arithmetic to the harmonic mean. */
static bl_status kullback_sym(bl_ctx *ctx, summing *s, double *m, double *room)
{
  size_t n = s->set->n, n2 = n * n;
  double *root = room, *inverse = root + n2, *j = inverse + n2, *work = j + n2;
  bl_status status = sum(ctx, s, INVERSE, NULL, j);
  if (status) return status;
  if (!bl_spd_apply(n, j, reciprocal, j, work) ||
      !bl_spd_apply_two(n, m, true, sqrt, root, bl_spd_inverse_sqrt, inverse, work))
    return not_positive(ctx, s);
  bl_spd_around(n, inverse, j, j, work);
  if (!bl_spd_apply(n, j, sqrt, j, work)) return not_positive(ctx, s);
  bl_spd_around(n, root, j, m, work);
  return BL_OK;
}

static bl_status by_function(bl_ctx *ctx, summing *s, term of, bl_spd_function back, bool positive, double *m,
                             double *room)
{
  bl_status status = sum(ctx, s, of, NULL, m);
  if (status) return status;
  return bl_spd_apply_two(s->set->n, m, positive, back, m, NULL, NULL, room) ? BL_OK : not_positive(ctx, s);
}

static bl_status by_factor(bl_ctx *ctx, summing *s, term of, double *m, double *room)
{
  size_t n = s->set->n;
  bl_status status = sum(ctx, s, of, NULL, room);
  for (size_t i = 0; !status && of == LOG_FACTOR && i < n; i++) room[i * n + i] = exp(room[i * n + i]);
  if (!status) bl_gemm(false, true, n, n, n, 1, room, n, room, n, 0, m, n);
  return status;
}

/* An average reference, or a component taken out, leaves each matrix singular, and float32 rows hold rounding where the
 * zero was (csp.c says how much): logarithms of that would be noise. */
static bool has_rank(size_t n, const double *m, double *room, size_t *rank)
{
  double *scaled = room, *size = scaled + n * n, *w = size + n;
  for (size_t i = 0; i < n; i++) size[i] = m[i * n + i] > 0 ? sqrt(m[i * n + i]) : 1;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) scaled[i * n + k] = m[i * n + k] / (size[i] * size[k]);
  bool good = bl_symmetric_eigen(n, scaled, w, NULL, w + n);
  *rank = 0;
  for (size_t i = 0; good && i < n; i++) *rank += w[i] > rounding * (double)n;
  return *rank == n;
}

bl_status bl_spd_need_rank(bl_ctx *ctx, const char *who, size_t n, const double *m)
{
  size_t rank;
  double *room = bl_calloc(ctx, bl_spd_room(n), sizeof *room);
  if (!room) return bl_fail_nomem(ctx, who);
  bl_status s = BL_OK;
  if (!has_rank(n, m, room, &rank))
    s = bl_fail(
        ctx, BL_E_RANGE,
        "%s: the matrices of %zu channels have rank %zu (an average reference takes one, each component taken out "
        "another); put shrinkage before it, or leave channels out",
        who, n, rank);
  bl_free(ctx, room);
  return s;
}

static bl_status normalise(bl_ctx *ctx, const char *who, const bl_spd_set *set, const double *weight, double *to)
{
  double total = 0;
  for (size_t i = 0; i < set->count; i++) total += weight[i];
  if (!(total > 0)) return bl_fail(ctx, BL_E_SHAPE, "%s: the weights of all matrices are zero", who);
  for (size_t i = 0; i < set->count; i++) to[i] = weight[i] / total;
  return BL_OK;
}

static bl_status take_mean(bl_ctx *ctx, summing *s, bl_spd_metric metric, double *m, double *room)
{
  bl_status status = sum(ctx, s, AS_IT_IS, NULL, m);
  if (status || metric == BL_SPD_EUCLID) return status;
  if (s->set->rows && (status = bl_spd_need_rank(ctx, s->who, s->set->n, m))) return status;
  switch (metric) {
  case BL_SPD_EUCLID: return BL_OK;
  case BL_SPD_RIEMANN: return riemann(ctx, s, m, room);
  case BL_SPD_LOGEUCLID: return by_function(ctx, s, LOG, exp, false, m, room);
  case BL_SPD_HARMONIC: return by_function(ctx, s, INVERSE, reciprocal, true, m, room);
  case BL_SPD_KULLBACK_SYM: return kullback_sym(ctx, s, m, room);
  case BL_SPD_LOGDET: return logdet(ctx, s, m, room);
  case BL_SPD_LOGCHOL: return by_factor(ctx, s, LOG_FACTOR, m, room);
  case BL_SPD_CHOL: return by_factor(ctx, s, FACTOR, m, room);
  case BL_SPD_WASSERSTEIN: return wasserstein(ctx, s, m, room);
  }
  return bl_fail(ctx, BL_E_INTERNAL, "%s: no such metric", s->who);
}

bl_status bl_spd_mean(bl_ctx *ctx, const char *who, const bl_spd_set *set, const double *weight, bl_spd_metric metric,
                      double *out)
{
  size_t n2 = set->n * set->n, even = (set->count + MOST_CHUNKS - 1) / MOST_CHUNKS;
  summing s = {.set = set, .who = who, .chunk = even > CHUNK ? even : CHUNK};
  size_t n_chunks = (set->count + s.chunk - 1) / s.chunk;
  double *shares = weight ? bl_calloc(ctx, set->count, sizeof *shares) : NULL;
  double *room = bl_calloc(ctx, 3 * n2 + bl_spd_room(set->n), sizeof *room);
  s.part = bl_calloc(ctx, n_chunks, n2 * sizeof *s.part);
  bl_status status = (!weight || shares) && room && s.part ? bl_blas_open(ctx) : bl_fail_nomem(ctx, who);
  if (!status && weight) status = normalise(ctx, who, set, weight, shares);
  s.weight = shares;
  if (!status) status = take_mean(ctx, &s, metric, out, room);
  bl_free(ctx, shares);
  bl_free(ctx, room);
  bl_free(ctx, s.part);
  return status;
}

static bl_status class_mean(bl_ctx *ctx, const char *who, const bl_train *t, const bl_cmat *of, size_t c,
                            bl_spd_metric metric, uint32_t *index, double *weight, double *out)
{
  bl_cmat X = *of;
  bl_spd_set set = {.n = bl_spd_channels(of->cols), .rows = &X};
  for (size_t i = 0; i < of->rows; i++) {
    if ((size_t)t->y[i] != c || (t->weight && !(t->weight[i] > 0))) continue;
    weight[set.count] = t->weight ? t->weight[i] : 1;
    index[set.count++] = of->index ? of->index[i] : (uint32_t)i;
  }
  X.index = index;
  X.rows = set.count;
  if (!set.count) return bl_fail(ctx, BL_E_SHAPE, "%s: all rows of class %zu have weight 0", who, c);
  return bl_spd_mean(ctx, who, &set, t->weight ? weight : NULL, metric, out);
}

bl_status bl_spd_class_means(bl_ctx *ctx, const char *who, const bl_train *t, const bl_cmat *X, bl_spd_metric metric,
                             double *out)
{
  size_t n = bl_spd_channels(X->cols);
  uint32_t *index = bl_calloc(ctx, X->rows, sizeof *index);
  double *weight = bl_calloc(ctx, X->rows, sizeof *weight);
  bl_status status = index && weight ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t c = 0; !status && c < t->n_classes; c++)
    status = class_mean(ctx, who, t, X, c, metric, index, weight, out + c * n * n);
  bl_free(ctx, index);
  bl_free(ctx, weight);
  return status;
}
