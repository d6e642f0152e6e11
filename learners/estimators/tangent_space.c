/* tangent_space: covariances as vectors. Rows are upper triangles of symmetric positive definite matrices C; with M their mean, a row
 * becomes the upper triangle, row by row, of
 *   log(M^-1/2 C M^-1/2)  (riemann)    D exp(log M) [log C - log M]  (logeuclid)    C - M  (euclid)
 * with what is beside the diagonal times sqrt 2, so that lengths of vectors are lengths in the tangent space at M. Any
 * classifier of vectors follows. Numbers are pyRiemann's TangentSpace (0.11): Barachant et al., Neurocomputing 112 (2013) 172. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "columnwise.h"
#include "kit.h"
#include "spd.h"
#include "symmetric_eigen.h"

static const char who[] = "tangent_space";
static const double sqrt_2 = 1.41421356237309504880;

enum { RIEMANN, LOGEUCLID, EUCLID };
static const char *const metrics[] = {"riemann", "logeuclid", "euclid", NULL};

typedef struct params {
  int metric;
} params;

typedef struct state {
  size_t n_channels;
  double *reference; /* [channel][channel] */
} state;

static const bl_opt opts[] = {BL_ENUM(params, metric, "riemann", metrics, "of the mean and of the space"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, reference, BL_F64, n_channels, n_channels, "mean of the matrices, where the space touches"),
    BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static const bl_spd_metric of[] = {BL_SPD_RIEMANN, BL_SPD_LOGEUCLID, BL_SPD_EUCLID};
  const params *p = self->params;
  state *s = self->state;
  bl_spd_set set = {.n = bl_spd_channels(t->X.cols), .count = t->X.rows, .rows = &t->X};
  s->n_channels = set.n;
  s->reference = bl_calloc(ctx, set.n, set.n * sizeof *s->reference);
  if (!s->reference) return bl_fail_nomem(ctx, who);
  return bl_spd_mean(ctx, who, &set, t->weight, of[p->metric], s->reference);
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

typedef struct room {
  double *at; /* M^-1/2, log M or M */
  double *vectors,
      *rise; /* logeuclid: eigenvectors of M, a row each; divided differences of exp between its eigenvalues */
  double *a, *work;
} room;

/* What moves the difference of logarithms to the tangent space at M: the derivative of exp at log M, which in M's eigenvectors
 * multiplies entry (i, k) by (m_i - m_k) / (log m_i - log m_k) (Daleckii and Krein). */
static bool derive_exp(const room *r, size_t n, const double *reference)
{
  double *w = r->work;
  if (!bl_symmetric_eigen(n, reference, w, r->vectors, w + n)) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) {
      double step = log(w[i]) - log(w[k]);
      r->rise[i * n + k] = fabs(step) > 1e-12 ? (w[i] - w[k]) / step : w[i];
    }
  return true;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t n = s->n_channels, n2 = n * n;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 4 * n2 + bl_spd_room(n), &v);
  if (!r) return bl_fail_nomem(ctx, who);
  *r = (room){.at = v, .a = v + n2, .vectors = v + 2 * n2, .rise = v + 3 * n2, .work = v + 4 * n2};
  memcpy(r->at, s->reference, n2 * sizeof *r->at);
  if (p->metric == EUCLID) return BL_OK;
  if (bl_spd_apply(n, s->reference, p->metric == RIEMANN ? bl_spd_inverse_sqrt : log, r->at, r->work) &&
      (p->metric == RIEMANN || derive_exp(r, n, s->reference)))
    return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: the mean of the matrices is not positive definite; put shrinkage before it",
                 who);
}

static bool map(const room *r, size_t n, int metric)
{
  if (metric == RIEMANN) bl_spd_around(n, r->at, r->a, r->a, r->work);
  if (metric != EUCLID && !bl_spd_apply(n, r->a, log, r->a, r->work)) return false;
  for (size_t i = 0; metric != RIEMANN && i < n * n; i++) r->a[i] -= r->at[i];
  if (metric != LOGEUCLID) return true;
  bl_gemm(false, false, n, n, n, 1, r->vectors, n, r->a, n, 0, r->work, n);
  bl_gemm(false, true, n, n, n, 1, r->work, n, r->vectors, n, 0, r->a, n);
  for (size_t i = 0; i < n * n; i++) r->a[i] *= r->rise[i];
  bl_gemm(true, false, n, n, n, 1, r->vectors, n, r->a, n, 0, r->work, n);
  bl_gemm(false, false, n, n, n, 1, r->work, n, r->vectors, n, 0, r->a, n);
  return true;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_space, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const room *r = of_space;
  size_t n = ((const state *)self->state)->n_channels;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    float *to = bl_row(&out->transform, i);
    bl_spd_of_row(n, bl_crow(X, i), r->a);
    if (!map(r, n, p->metric))
      return bl_fail(
          ctx, BL_E_RANGE,
          "%s: row %zu is not a positive definite matrix: a flat channel, or fewer samples than channels; put "
          "shrinkage before it",
          who, out->first_row + i);
    for (size_t c = 0; c < n; c++)
      for (size_t k = c; k < n; k++) *to++ = (float)(r->a[c * n + k] * (c == k ? 1 : sqrt_2));
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  double n = (double)bl_spd_channels(self->n_features);
  return 25 * n * n * n;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_one_block(ctx, self, "", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t n = bl_spd_channels(self->n_features);
  if (!s->reference) return bl_fail(ctx, BL_E_FORMAT, "%s: reference is missing", who);
  if (n * (n + 1) / 2 != self->n_features || s->n_channels != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: a reference of %zu channels does not fit %zu columns", who, s->n_channels,
                   self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_tangent_space = {.name = "tangent_space",
                                                       .summary =
                                                           "covariances as vectors of the tangent space at their mean",
                                                       .source = "pyRiemann TangentSpace; Barachant et al. 2013",
                                                       .kind = BL_TRANSFORMER,
                                                       .tags = BL_TAG_COVARIANCE_ROWS | BL_TAG_WEIGHTS,
                                                       .state_version = 1,
                                                       .opts = opts,
                                                       .params_size = sizeof(params),
                                                       .fields = fields,
                                                       .state_size = sizeof(state),
                                                       .fit = fit,
                                                       .width = bl_kit_same_width,
                                                       .prepare = prepare,
                                                       .apply = apply,
                                                       .work = cost,
                                                       .blocks_out = blocks_out,
                                                       .check = check};
