/* gaussian_mixture: rows drawn from n_components normal clouds, found by expectation and maximisation (Dempster, Laird and Rubin
 * 1977). As scikit-learn's GaussianMixture: each diagonal gets reg_covar, each component's count 10 eps, and it ends where
 * the mean log likelihood of a row changes by less than tol. Starts are drawn (kmeans: by one start of k-means), and what
 * weights_init, means_init and precisions_init give is taken in place of what they say; then numbers are scikit-learn's.
 *
 * predict gives the likeliest component, predict_proba the share of each in a row, score_samples the log density: rows of
 * low density are odd. aic and bic are those of the rows learnt from, by which to choose how many components (Akaike 1974,
 * Schwarz 1978). */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/pool.h"
#include "baleen/random.h"
#include "gaussians.h"
#include "kit.h"
#include "kmeans.h"
#include "linear_classifier.h"
#include "spd.h"

enum { KMEANS, RANDOM, FROM_DATA, CHUNK = 256 };
static const char *const starts[] = {"kmeans", "random", "random_from_data", NULL};

typedef struct params {
  int64_t n_components, max_iter, n_init, random_state;
  int covariance_type, init_params;
  double tol, reg_covar;
  bl_reals weights_init, means_init, precisions_init;
} params;

typedef struct state {
  size_t n_components, n_features, cov_rows, cov_cols;
  double *weights, *means, *covariances, *precisions_cholesky;
  double lower_bound, aic, bic;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_components, "1", 1, 100000, "", "how many clouds"),
    BL_ENUM(params, covariance_type, "full", bl_covariance_names,
            "each its own, one for all, along the columns alone, or round"),
    BL_REAL(params, tol, "1e-3", 0, 1e6, "", "ends where the mean log likelihood changes less"),
    BL_REAL(params, reg_covar, "1e-6", 0, 1e14, "", "added to the diagonals of covariances"),
    BL_INT(params, max_iter, "100", 1, 1000000, "", "steps of a start, at most"),
    BL_INT(params, n_init, "1", 1, 10000, "", "how often it starts; the largest likelihood stays"),
    BL_ENUM(params, init_params, "kmeans", starts, "how rows are shared out at first"),
    BL_REALS(params, weights_init, NULL, 0, 1, "", "first shares of the components, in place of those"),
    BL_REALS(params, means_init, NULL, -1e14, 1e14, "", "first means, all columns of one behind those of another"),
    BL_REALS(params, precisions_init, NULL, -1e14, 1e14, "",
             "first inverse covariances, row by row, in the shape of the type"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, weights, BL_F64, n_components, "share of each component"),
    BL_FIELD_MATRIX(state, means, BL_F64, n_components, n_features, "one mean a row"),
    BL_FIELD_MATRIX(state, covariances, BL_F64, cov_rows, cov_cols,
                    "full: one below the other; tied: one; diag: a row each; spherical: a number each"),
    BL_FIELD_MATRIX(state, precisions_cholesky, BL_F64, cov_rows, cov_cols,
                    "U, upper, with U U' the inverse; of diag and spherical 1 / standard deviations"),
    BL_FIELD_SCALAR(state, lower_bound, BL_F64, "mean log likelihood of a row before the last step"),
    BL_FIELD_SCALAR(state, aic, BL_F64, "Akaike's criterion on the rows learnt from; lower is better"),
    BL_FIELD_SCALAR(state, bic, BL_F64, "Bayesian criterion on the rows learnt from; lower is better"),
    BL_FIELD_SCALAR(state, n_iter, BL_I64, "steps of the start that stayed"),
    BL_FIELD_END};

/* ---- expectation ------------------------------------------------------------------------------------------------- */

typedef struct em {
  const params *p;
  const bl_cmat *X;
  size_t n, d, k;
  bl_covariance type;
  state *s;                         /* what the steps make */
  double *resp, *count, *constant;  /* [n x k], [k], [k] */
  double *room, *sums, *likelihood; /* [lanes x (2 d)]; [chunks x k x (d + 1)]; [chunks] */
  size_t n_chunks;
} em;

static bl_gaussians gaussians_of(const em *e)
{
  return (bl_gaussians){e->type, e->k, e->d, e->s->means, e->s->precisions_cholesky, e->constant};
}

/* Log density of a row; z becomes the shares of the components. */
static double share_out(const bl_gaussians *g, const double *weights, const float *x, double *z, double *room)
{
  bl_gaussians_log(g, x, z, room);
  for (size_t c = 0; c < g->k; c++) z[c] += log(weights[c]);
  return bl_softmax(z, g->k);
}

static bl_status expect_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const em *e = arg;
  bl_gaussians g = gaussians_of(e);
  double *room = e->room + bl_pool_lane(ctx) * 2 * e->d, sum = 0;
  for (size_t i = lo; i < hi; i++) sum += share_out(&g, e->s->weights, bl_crow(e->X, i), e->resp + i * e->k, room);
  e->likelihood[lo / CHUNK] = sum;
  return BL_OK;
}

/* Shares of all rows, and the mean log likelihood of a row. */
static bl_status expect(bl_ctx *ctx, em *e, double *mean)
{
  bl_gaussians_constants(e->type, e->k, e->d, e->s->precisions_cholesky, e->constant);
  bl_status s = bl_pool_chunks(ctx, e->n, CHUNK, 3.0 * (double)(e->k * e->d), expect_chunk, e);
  double sum = 0;
  for (size_t h = 0; !s && h < e->n_chunks; h++) sum += e->likelihood[h];
  *mean = sum / (double)e->n;
  if (!s && !isfinite(*mean))
    s = bl_fail(ctx, BL_E_RANGE, "gaussian_mixture: a row's likelihood is not finite; scale the columns");
  return s;
}

/* ---- maximisation ------------------------------------------------------------------------------------------------ */

static bl_status sum_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const em *e = arg;
  size_t k = e->k, d = e->d;
  double *count = e->sums + lo / CHUNK * k * (d + 1), *sum = count + k;
  (void)ctx;
  memset(count, 0, k * (d + 1) * sizeof *count);
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(e->X, i);
    for (size_t c = 0; c < k; c++) {
      double r = e->resp[i * k + c];
      count[c] += r;
      for (size_t j = 0; r > 0 && j < d; j++) sum[c * d + j] += r * (double)x[j];
    }
  }
  return BL_OK;
}

static bl_status factor(bl_ctx *ctx, em *e)
{
  return bl_gaussians_factor(ctx, "gaussian_mixture", e->type, e->k, e->d, e->s->covariances,
                             e->s->precisions_cholesky);
}

/* Counts, means and covariances by the shares. */
static bl_status maximise(bl_ctx *ctx, em *e)
{
  size_t k = e->k, d = e->d;
  state *s = e->s;
  bl_status status = bl_pool_chunks(ctx, e->n, CHUNK, 2.0 * (double)(k * d), sum_chunk, e);
  if (status) return status;
  for (size_t h = 1; h < e->n_chunks; h++)
    for (size_t i = 0; i < k * (d + 1); i++) e->sums[i] += e->sums[h * k * (d + 1) + i];
  double all = 0;
  for (size_t c = 0; c < k; c++) all += e->count[c] = e->sums[c] + 10 * DBL_EPSILON;
  for (size_t c = 0; c < k; c++) s->weights[c] = e->count[c] / all;
  for (size_t i = 0; i < k * d; i++) s->means[i] = e->sums[k + i] / e->count[i / d];
  status =
      bl_gaussians_covariances(ctx, "gaussian_mixture", e->type, e->X, k, e->resp, e->count, s->means, s->covariances);
  bool whole = e->type == BL_COV_FULL || e->type == BL_COV_TIED;
  for (size_t i = 0; i < s->cov_rows; i++)
    for (size_t j = whole ? i % d : 0; j < (whole ? i % d + 1 : s->cov_cols); j++)
      s->covariances[i * s->cov_cols + j] += e->p->reg_covar;
  return status ? status : factor(ctx, e);
}

/* ---- where it starts --------------------------------------------------------------------------------------------- */

static bl_status by_kmeans(bl_ctx *ctx, em *e, size_t turn)
{
  int32_t *labels = bl_calloc(ctx, e->n, sizeof *labels);
  bl_kmeans_call call = {.who = "gaussian_mixture",
                         .X = e->X,
                         .n_clusters = e->k,
                         .n_init = 1,
                         .max_iter = 300,
                         .tol = 1e-4,
                         .seed = (uint64_t)e->p->random_state + turn};
  bl_kmeans_found found = {.centers = e->s->means, .labels = labels};
  bl_status s = labels ? bl_kmeans(ctx, &call, &found) : bl_fail_nomem(ctx, "gaussian_mixture");
  for (size_t i = 0; !s && i < e->n; i++) e->resp[i * e->k + (size_t)labels[i]] = 1;
  bl_free(ctx, labels);
  return s;
}

static void at_random(em *e, bl_rng *rng)
{
  for (size_t i = 0; i < e->n; i++) {
    double sum = 0;
    for (size_t c = 0; c < e->k; c++) sum += e->resp[i * e->k + c] = bl_rng_uniform(rng) + DBL_EPSILON;
    for (size_t c = 0; c < e->k; c++) e->resp[i * e->k + c] /= sum;
  }
}

/* One row a component, none twice. */
static bl_status from_data(bl_ctx *ctx, em *e, bl_rng *rng)
{
  uint32_t *order = bl_calloc(ctx, e->n, sizeof *order);
  if (!order) return bl_fail_nomem(ctx, "gaussian_mixture");
  for (size_t i = 0; i < e->n; i++) order[i] = (uint32_t)i;
  bl_rng_shuffle(rng, order, e->n);
  for (size_t c = 0; c < e->k; c++) e->resp[(size_t)order[c] * e->k + c] = 1;
  bl_free(ctx, order);
  return BL_OK;
}

/* C = (L L')^-1 = M' M with M the inverse of L; scratch [2 d d]. */
static bool invert(size_t d, const double *precision, double *to, double *scratch)
{
  double *inverse = scratch + d * d;
  if (!bl_spd_cholesky(d, precision, scratch)) return false;
  bl_spd_invert_lower(d, scratch, inverse);
  bl_gemm(true, false, d, d, d, 1, inverse, d, inverse, d, 0, to, d);
  return true;
}

static bl_status take_precisions(bl_ctx *ctx, em *e)
{
  const double *given = e->p->precisions_init.v;
  double *to = e->s->covariances;
  size_t d = e->d, parts = e->type == BL_COV_FULL ? e->k : e->type == BL_COV_TIED ? 1 : 0;
  bool positive = true;
  double *scratch = bl_calloc(ctx, 2 * d, d * sizeof *scratch);
  if (!scratch) return bl_fail_nomem(ctx, "gaussian_mixture");
  for (size_t c = 0; positive && c < parts; c++) positive = invert(d, given + c * d * d, to + c * d * d, scratch);
  for (size_t i = 0; !parts && i < e->p->precisions_init.n; i++) {
    positive = positive && given[i] > 0;
    to[i] = 1 / given[i];
  }
  bl_free(ctx, scratch);
  if (positive) return factor(ctx, e);
  return bl_fail(ctx, BL_E_RANGE, "gaussian_mixture: precisions_init: one is not positive definite");
}

static bl_status start(bl_ctx *ctx, em *e, size_t turn)
{
  const params *p = e->p;
  bl_rng rng = bl_rng_make((uint64_t)p->random_state, "gaussian_mixture", turn);
  bl_status s = BL_OK;
  memset(e->resp, 0, e->n * e->k * sizeof *e->resp);
  if (p->init_params == KMEANS) s = by_kmeans(ctx, e, turn);
  else if (p->init_params == RANDOM) at_random(e, &rng);
  else s = from_data(ctx, e, &rng);
  if (!s) s = maximise(ctx, e);
  if (!s && p->weights_init.n) memcpy(e->s->weights, p->weights_init.v, e->k * sizeof(double));
  if (!s && p->means_init.n) memcpy(e->s->means, p->means_init.v, e->k * e->d * sizeof(double));
  if (!s && p->precisions_init.n) s = take_precisions(ctx, e);
  return s;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bl_status climb(bl_ctx *ctx, em *e, bool *converged)
{
  state *s = e->s;
  double before = -INFINITY;
  bl_status status = BL_OK;
  *converged = false;
  for (s->n_iter = 0; !status && !*converged && s->n_iter < e->p->max_iter;) {
    status = BL_CHECK_CANCEL(ctx);
    if (!status) status = expect(ctx, e, &s->lower_bound);
    if (!status) status = maximise(ctx, e);
    s->n_iter++;
    *converged = fabs(s->lower_bound - before) < e->p->tol;
    before = s->lower_bound;
  }
  return status;
}

static bl_status make_state(bl_ctx *ctx, const em *e, state *s)
{
  *s = (state){.n_components = e->k, .n_features = e->d};
  s->cov_rows = bl_covariance_rows(e->type, e->k, e->d);
  s->cov_cols = bl_covariance_cols(e->type, e->d);
  s->weights = bl_calloc(ctx, e->k, sizeof *s->weights);
  s->means = bl_calloc(ctx, e->k, e->d * sizeof *s->means);
  s->covariances = bl_calloc(ctx, s->cov_rows, s->cov_cols * sizeof *s->covariances);
  s->precisions_cholesky = bl_calloc(ctx, s->cov_rows, s->cov_cols * sizeof *s->precisions_cholesky);
  return s->weights && s->means && s->covariances && s->precisions_cholesky ? BL_OK
                                                                            : bl_fail_nomem(ctx, "gaussian_mixture");
}

static bl_status make_room(bl_ctx *ctx, em *e)
{
  e->n_chunks = (e->n + CHUNK - 1) / CHUNK;
  e->resp = bl_calloc(ctx, e->n, e->k * sizeof *e->resp);
  e->count = bl_calloc(ctx, e->k, sizeof *e->count);
  e->constant = bl_calloc(ctx, e->k, sizeof *e->constant);
  e->room = bl_calloc(ctx, (size_t)bl_ctx_threads(ctx) * 2, e->d * sizeof *e->room);
  e->sums = bl_calloc(ctx, e->n_chunks * e->k, (e->d + 1) * sizeof *e->sums);
  e->likelihood = bl_calloc(ctx, e->n_chunks, sizeof *e->likelihood);
  bool whole = e->resp && e->count && e->constant && e->room && e->sums && e->likelihood;
  return whole ? BL_OK : bl_fail_nomem(ctx, "gaussian_mixture");
}

static void free_room(bl_ctx *ctx, em *e)
{
  void *const all[] = {e->resp, e->count, e->constant, e->room, e->sums, e->likelihood};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) bl_free(ctx, all[i]);
}

static bl_status check_length(bl_ctx *ctx, const char *option, size_t n, size_t wanted)
{
  if (!n || n == wanted) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE, "gaussian_mixture: %s has %zu numbers, wanted %zu", option, n, wanted);
}

static bl_status check_given(bl_ctx *ctx, const em *e)
{
  const params *p = e->p;
  double sum = 0;
  size_t cells = bl_covariance_rows(e->type, e->k, e->d) * bl_covariance_cols(e->type, e->d);
  if (e->n < 2 || e->n < e->k)
    return bl_fail(ctx, BL_E_RANGE, "gaussian_mixture: n_components is %zu, but there are %zu rows to learn from%s",
                   e->k, e->n, e->n < 2 ? "; it takes at least 2" : "");
  bl_status s = check_length(ctx, "weights_init", p->weights_init.n, e->k);
  if (!s) s = check_length(ctx, "means_init", p->means_init.n, e->k * e->d);
  if (!s) s = check_length(ctx, "precisions_init", p->precisions_init.n, cells);
  for (size_t c = 0; !s && c < p->weights_init.n; c++) sum += p->weights_init.v[c];
  if (!s && p->weights_init.n && !(fabs(sum - 1) <= 1e-6))
    s = bl_fail(ctx, BL_E_RANGE, "gaussian_mixture: weights_init sums to %g; it must sum to 1", sum);
  return s;
}

static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  const params *p = self->params;
  if (!of->rows || (uint64_t)p->n_components <= of->rows) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "gaussian_mixture: n_components is %lld, but there are %zu rows to learn from",
                 (long long)p->n_components, of->rows);
}

/* Information criteria by the last state. */
static bl_status judge(bl_ctx *ctx, em *e)
{
  double mean, n = (double)e->n, k = (double)e->k;
  double numbers = bl_covariance_free(e->type, e->k, e->d) + k * (double)e->d + k - 1;
  bl_status s = expect(ctx, e, &mean);
  e->s->aic = -2 * mean * n + 2 * numbers;
  e->s->bic = -2 * mean * n + numbers * log(n);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *best = self->state;
  em e = {.p = p, .X = &t->X, .n = t->X.rows, .d = t->X.cols, .k = (size_t)p->n_components};
  e.type = (bl_covariance)p->covariance_type;
  bool ended = false;
  bl_status s = check_given(ctx, &e);
  if (!s) s = make_room(ctx, &e);
  for (size_t turn = 0; !s && turn < (size_t)p->n_init; turn++) {
    state now, old = *best;
    bool converged = false;
    s = make_state(ctx, &e, &now);
    e.s = &now;
    if (!s) s = start(ctx, &e, turn);
    if (!s) s = climb(ctx, &e, &converged);
    bool better = !s && (!turn || now.lower_bound > best->lower_bound);
    if (better) *best = now;
    bl_fields_release(ctx, fields, better ? &old : &now);
    ended = ended || converged;
  }
  e.s = best;
  if (!s) s = judge(ctx, &e);
  if (!s && !ended)
    bl_warn(ctx, BL_W_NO_CONVERGENCE,
            "gaussian_mixture: the likelihood still rose after %lld steps; raise max_iter or tol",
            (long long)p->max_iter);
  free_room(ctx, &e);
  return s;
}

/* ---- apply ------------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT || op == BL_SCORE_SAMPLES) return 1;
  return op == BL_PREDICT_PROBA ? (size_t)((const params *)self->params)->n_components : 0;
}

typedef struct room {
  double *constant, *z, *work; /* [k], [k], [2 d] */
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t k = s->n_components, d = s->n_features;
  double *doubles;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 2 * (k + d), &doubles);
  if (!r) return bl_fail_nomem(ctx, "gaussian_mixture");
  *r = (room){doubles, doubles + k, doubles + 2 * k};
  bl_gaussians_constants((bl_covariance)p->covariance_type, k, d, s->precisions_cholesky, r->constant);
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_mixture, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  const room *r = of_mixture;
  size_t k = s->n_components;
  bl_gaussians g = {(bl_covariance)p->covariance_type, k, s->n_features, s->means, s->precisions_cholesky, r->constant};
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    double density = share_out(&g, s->weights, bl_crow(X, i), r->z, r->work);
    if (out->v[BL_SCORE_SAMPLES]) out->v[BL_SCORE_SAMPLES][i] = density;
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(r->z, k);
    if (out->v[BL_PREDICT_PROBA]) memcpy(out->v[BL_PREDICT_PROBA] + i * k, r->z, k * sizeof *r->z);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 2 * (double)s->n_components * (double)s->n_features * (1 + (double)s->cov_cols);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  const state *s = self->state;
  bl_covariance type = (bl_covariance)p->covariance_type;
  size_t k = (size_t)p->n_components, d = self->n_features;
  if (s->weights && s->means && s->covariances && s->precisions_cholesky && s->n_components == k &&
      s->n_features == d && s->cov_rows == bl_covariance_rows(type, k, d) && s->cov_cols == bl_covariance_cols(type, d))
    return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT,
                 "gaussian_mixture: means %zu x %zu and covariances %zu x %zu do not fit its options and %zu columns",
                 s->n_components, s->n_features, s->cov_rows, s->cov_cols, d);
}

/* clang-format off */
const bl_estimator_class bl_estimator_gaussian_mixture = {
    .name = "gaussian_mixture", .summary = "clusters and density by a sum of normal clouds",
    .source = "scikit-learn GaussianMixture; Dempster, Laird and Rubin 1977", .kind = BL_CLUSTERER,
    .tags = BL_TAG_RANDOM, .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields,
    .state_size = sizeof(state), .foresee = foresee, .fit = fit, .width = width, .prepare = prepare, .apply = apply,
    .work = cost, .check = check};
/* clang-format on */
