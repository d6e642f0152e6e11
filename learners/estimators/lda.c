/* lda: linear discriminant analysis, classes as normal clouds of one covariance; also a projection to at most K - 1
 * columns that keep the classes apart.
 *
 * Solvers, all as in scikit-learn 1.2.1:
 *   svd    no covariance is formed: within-class rows are scaled by their pooled sd (divided by n), then whitened,
 *          with the scatter divided by n - K; directions with singular value <= tol drop out (relative to the first
 *          for the means). scikit-learn divides by n from 2026 on; here it stays n - K, which the published EEG
 *          results rest on
 *   lsqr   coef = S^-1 means by least squares, S = sum_k prior_k S_k, S_k divided by n_k
 *   eigen  directions of the between-class against the within-class covariance
 * shrinkage (lsqr, eigen): a number s makes each S_k (1 - s) S_k + s mu I; auto is Ledoit and Wolf's intensity of each
 * class's standardised columns, scaled back.
 * scalings are stored a direction a row; of each the entry of largest magnitude is positive. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/shrinkage.h"
#include "kit.h"
#include "linear_classifier.h"

enum { SVD, LSQR, EIGEN };
enum { NONE, AUTO };

static const char *const solvers[] = {"svd", "lsqr", "eigen", NULL};
static const char *const shrinkages[] = {"none", "auto", NULL};
static const char *const none[] = {"none", NULL};

typedef struct params {
  int solver;
  bl_word shrinkage, n_components;
  bl_reals priors;
  double tol;
} params;

typedef struct state {
  size_t n_outputs, n_features, n_components;
  double *coef, *intercept, *scalings, *xbar, *explained_variance_ratio;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, solver, "svd", solvers,
            "svd needs no covariance; lsqr and eigen take shrinkage; lsqr does not transform"),
    BL_WORD(params, shrinkage, "none", shrinkages, 0, 1, 0, "",
            "draw covariances to a multiple of the identity: auto is Ledoit-Wolf"),
    BL_REALS(params, priors, NULL, 0, 1, "",
             "share of each class, in ascending order of classes; empty: as in the data"),
    BL_WORD(params, n_components, "none", none, 1, 1e6, BL_OPT_WHOLE, "", "columns of transform; none: classes - 1"),
    BL_REAL(params, tol, "1e-4", 0, 1, "", "svd: singular values up to this count as zero"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, coef, BL_F64, n_outputs, n_features,
                    "coefficients; one row for two classes, else one a class"),
    BL_FIELD_VECTOR(state, intercept, BL_F64, n_outputs, "constants"),
    BL_FIELD_MATRIX(state, scalings, BL_F64, n_components, n_features,
                    "directions of transform, one a row; not of lsqr"),
    BL_FIELD_VECTOR(state, xbar, BL_F64, n_features,
                    "what svd's transform takes off rows: mean of the class means by prior"),
    BL_FIELD_VECTOR(state, explained_variance_ratio, BL_F64, n_components, "share of the between-class variance"),
    BL_FIELD_END};

/* What all solvers start from; everything owned. */
typedef struct work {
  bl_ctx *ctx;
  const bl_train *t;
  const params *p;
  size_t n, d, k, max_components;
  uint32_t *index;              /* rows class by class */
  size_t *start;                /* [k + 1] into index */
  double *means, *prior, *full; /* [k x d]; [k]; coefficients of all classes [k x d] */
  double *constant;             /* [k] */
} work;

static void release(work *w)
{
  bl_free(w->ctx, w->index);
  bl_free(w->ctx, w->start);
  bl_free(w->ctx, w->means);
}

static void by_class(work *w)
{
  const bl_train *t = w->t;
  for (size_t i = 0; i < w->n; i++) w->start[(size_t)t->y[i] + 1]++;
  for (size_t c = 0; c < w->k; c++) w->start[c + 1] += w->start[c];
  size_t at = 0;
  for (size_t c = 0; c < w->k; c++)
    for (size_t i = 0; i < w->n; i++)
      if ((size_t)t->y[i] == c) w->index[at++] = t->X.index ? t->X.index[i] : (uint32_t)i;
}

static bl_cmat class_rows(const work *w, size_t c)
{
  bl_cmat X = w->t->X;
  X.index = w->index + w->start[c];
  X.rows = w->start[c + 1] - w->start[c];
  return X;
}

static bl_status set_priors(work *w)
{
  const bl_reals *given = &w->p->priors;
  double sum = 0;
  if (given->n && given->n != w->k)
    return bl_fail(w->ctx, BL_E_SHAPE, "lda: %zu priors for %zu classes; give one a class, or none", given->n, w->k);
  for (size_t c = 0; c < w->k; c++) {
    w->prior[c] = given->n ? given->v[c] : (double)(w->start[c + 1] - w->start[c]) / (double)w->n;
    if (!(w->prior[c] > 0))
      return bl_fail(w->ctx, BL_E_RANGE, "lda: prior %zu is %g; each must be above 0", c, w->prior[c]);
    sum += w->prior[c];
  }
  if (fabs(sum - 1) > 1e-5) bl_warn(w->ctx, BL_W_ADJUSTED, "lda: the priors sum to %g; they are divided by that", sum);
  for (size_t c = 0; given->n && c < w->k; c++) w->prior[c] /= sum;
  return BL_OK;
}

static bl_status prepare(work *w)
{
  bl_ctx *ctx = w->ctx;
  const bl_word *want = &w->p->n_components;
  size_t most = w->k - 1 < w->d ? w->k - 1 : w->d;
  if (w->p->solver == SVD && w->p->shrinkage.word != NONE)
    return bl_fail(ctx, BL_E_CONFIG, "lda: solver svd takes no shrinkage; set solver to lsqr or eigen");
  if (w->n <= w->k)
    return bl_fail(ctx, BL_E_SHAPE, "lda: %zu rows for %zu classes; more rows than classes are needed", w->n, w->k);
  if (want->word < 0 && want->real > (double)most)
    return bl_fail(ctx, BL_E_RANGE, "lda: n_components is %g, but %zu classes of %zu columns have at most %zu",
                   want->real, w->k, w->d, most);
  w->max_components = want->word < 0 ? (size_t)want->real : most;
  w->index = bl_calloc(ctx, w->n, sizeof *w->index);
  w->start = bl_calloc(ctx, w->k + 1, sizeof *w->start);
  w->means = bl_calloc(ctx, w->k, (2 * w->d + 2) * sizeof *w->means);
  if (!w->index || !w->start || !w->means) return bl_fail_nomem(ctx, "lda");
  w->full = w->means + w->k * w->d;
  w->prior = w->full + w->k * w->d;
  w->constant = w->prior + w->k;
  by_class(w);
  bl_status s = set_priors(w);
  for (size_t c = 0; !s && c < w->k; c++) {
    bl_cmat X = class_rows(w, c);
    s = bl_kit_moments(ctx, &X, NULL, w->means + c * w->d, NULL);
  }
  return s;
}

static bl_status new_directions(work *w, state *s, size_t n)
{
  s->n_components = n;
  s->scalings = bl_calloc(w->ctx, n, w->d * sizeof *s->scalings);
  s->explained_variance_ratio = bl_calloc(w->ctx, n, sizeof *s->explained_variance_ratio);
  return s->scalings && s->explained_variance_ratio ? BL_OK : bl_fail_nomem(w->ctx, "lda");
}

static void fix_signs(const state *s)
{
  for (size_t c = 0; c < s->n_components; c++) {
    double *v = s->scalings + c * s->n_features;
    size_t top = 0;
    for (size_t j = 1; j < s->n_features; j++) top = fabs(v[j]) > fabs(v[top]) ? j : top;
    double sign = v[top] < 0 ? -1 : 1;
    for (size_t j = 0; j < s->n_features; j++) v[j] *= sign;
  }
}

/* ---- covariances ------------------------------------------------------------------------------------------------- */

/* Covariance of X's rows divided by their count, shrunk as asked, times weight, added to out [d x d]. */
static bl_status add_covariance(const work *w, const bl_cmat *X, double weight, double *out)
{
  bl_ctx *ctx = w->ctx;
  size_t d = w->d, n = X->rows;
  bool is_auto = w->p->shrinkage.word == AUTO;
  double *block = bl_calloc(ctx, d, (d + 3) * sizeof *block), *x = NULL;
  bl_status s = block ? BL_OK : bl_fail_nomem(ctx, "a covariance");
  if (s) return s;
  double *cov = block, *mean = block + d * d, *var = mean + d, *sd = var + d;
  if ((s = bl_kit_moments(ctx, X, NULL, mean, var)) || (s = bl_kit_doubles(ctx, X, mean, NULL, &x))) goto done;
  for (size_t j = 0; j < d; j++) sd[j] = !is_auto || bl_kit_constant((double)n, mean[j], var[j]) ? 1 : sqrt(var[j]);
  for (size_t i = 0; is_auto && i < n; i++)
    for (size_t j = 0; j < d; j++) x[i * d + j] /= sd[j];
  if ((s = bl_gram(ctx, x, n, d, cov))) goto done;
  for (size_t i = 0; i < d * d; i++) cov[i] /= (double)n;
  if (is_auto) bl_shrink(cov, d, bl_ledoit_wolf(x, n, d, cov));
  else if (w->p->shrinkage.word < 0) bl_shrink(cov, d, w->p->shrinkage.real);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j < d; j++) out[i * d + j] += weight * sd[i] * sd[j] * cov[i * d + j];
done:
  bl_free(ctx, x);
  bl_free(ctx, block);
  return s;
}

static bl_status add_within(const work *w, double *out)
{
  bl_status s = BL_OK;
  for (size_t c = 0; !s && c < w->k; c++) {
    bl_cmat X = class_rows(w, c);
    s = add_covariance(w, &X, w->prior[c], out);
  }
  return s;
}

/* constant_k = log prior_k - mean_k . coef_k / 2 */
static void constants_from_means(const work *w)
{
  for (size_t c = 0; c < w->k; c++)
    w->constant[c] = log(w->prior[c]) - 0.5 * bl_dot(w->d, w->means + c * w->d, w->full + c * w->d);
}

static void class_means_in_columns(const work *w, double *b)
{
  for (size_t c = 0; c < w->k; c++)
    for (size_t j = 0; j < w->d; j++) b[j * w->k + c] = w->means[c * w->d + j];
}

/* By Cholesky, in a twentieth of the time of least squares, where the covariance is so far from singular (its condition below
 * some 1e8, as the factor's diagonal shows, which shrinkage sees to) that both give the same. */
static bl_status solve_by_factor(work *w, double *cov, double *b, bool *done)
{
  bl_status s = add_within(w, cov);
  if (s) return s;
  class_means_in_columns(w, b);
  s = bl_solve_spd(w->ctx, w->d, cov, w->k, b);
  if (s == BL_E_RANGE) return BL_OK; /* singular */
  double least = INFINITY, most = 0;
  for (size_t i = 0; i < w->d; i++) {
    least = fmin(least, cov[i * w->d + i]);
    most = fmax(most, cov[i * w->d + i]);
  }
  *done = !s && least > 1e-4 * most;
  return s;
}

static bl_status solve_lsqr(work *w, state *s)
{
  size_t d = w->d, k = w->k, rank = d;
  double *cov = bl_calloc(w->ctx, d, (d + k) * sizeof *cov), *b = cov + d * d;
  bool done = false;
  (void)s;
  if (!cov) return bl_fail_nomem(w->ctx, "lda");
  bl_status status = solve_by_factor(w, cov, b, &done);
  if (!status && !done) {
    memset(cov, 0, d * d * sizeof *cov);
    status = add_within(w, cov);
    class_means_in_columns(w, b);
    if (!status) status = bl_lstsq(w->ctx, d, d, cov, k, b, -1, &rank);
  }
  if (!status && rank < d)
    bl_warn(w->ctx, BL_W_COLLINEAR, "lda: the covariance of %zu columns has rank %zu; shrinkage would help", d, rank);
  for (size_t c = 0; !status && c < k; c++)
    for (size_t j = 0; j < d; j++) w->full[c * d + j] = b[j * k + c];
  if (!status) constants_from_means(w);
  bl_free(w->ctx, cov);
  return status;
}

static bl_status solve_eigen(work *w, state *s)
{
  bl_ctx *ctx = w->ctx;
  size_t d = w->d, k = w->k;
  double *block = bl_calloc(ctx, d, (3 * d + 1 + k) * sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "lda");
  double *sw = block, *sb = sw + d * d, *v = sb + d * d, *value = v + d * d, *proj = value + d, sum = 0;
  bl_status status = add_within(w, sw);
  if (!status) status = add_covariance(w, &w->t->X, 1, sb);
  for (size_t i = 0; i < d * d; i++) sb[i] -= sw[i];
  if (!status && (status = bl_eigh_general(ctx, d, sb, sw, value, v)) == BL_E_RANGE)
    status =
        bl_fail_in(ctx, status, "lda: the covariance within classes is singular; set shrinkage, or solver to svd: ");
  if (!status) status = new_directions(w, s, w->max_components);
  if (status) goto done;
  for (size_t i = 0; i < d; i++) sum += value[i];
  for (size_t c = 0; c < s->n_components; c++) {
    s->explained_variance_ratio[c] = sum != 0 ? value[d - 1 - c] / sum : 0;
    for (size_t j = 0; j < d; j++) s->scalings[c * d + j] = v[j * d + d - 1 - c];
  }
  bl_gemm(false, false, k, d, d, 1, w->means, d, v, d, 0, proj, d);
  bl_gemm(false, true, k, d, d, 1, proj, d, v, d, 0, w->full, d);
  constants_from_means(w);
done:
  bl_free(ctx, block);
  return status;
}

/* ---- svd --------------------------------------------------------------------------------------------------------- */

/* Rows less their class's mean over the pooled sd, times 1/sqrt(n - K). */
static bl_status within_rows(const work *w, double *sd, double **out)
{
  size_t d = w->d, at = 0;
  double *x = bl_calloc(w->ctx, w->n, d * sizeof *x);
  if (!x) return bl_fail_nomem(w->ctx, "rows within classes");
  for (size_t c = 0; c < w->k; c++) {
    bl_cmat X = class_rows(w, c);
    for (size_t i = 0; i < X.rows; i++, at++)
      for (size_t j = 0; j < d; j++) {
        double v = (double)bl_crow(&X, i)[j] - w->means[c * d + j];
        x[at * d + j] = v;
        sd[j] += v * v;
      }
  }
  double fac = 1 / sqrt((double)(w->n - w->k));
  for (size_t j = 0; j < d; j++) sd[j] = sd[j] > 0 ? sqrt(sd[j] / (double)w->n) : 1;
  for (size_t i = 0; i < w->n; i++)
    for (size_t j = 0; j < d; j++) x[i * d + j] *= fac / sd[j];
  *out = x;
  return BL_OK;
}

/* Singular values, descending, and right vectors [r x d] of x [n x d]. With many rows by the eigenvectors of x'x, which
 * is exact enough while no singular value below 1e-6 (of about 1) counts. */
static bl_status right_vectors(const work *w, double *x, double *s, double *vt)
{
  size_t n = w->n, d = w->d;
  if (n < d || w->p->tol < 1e-6) return bl_svd(w->ctx, n, d, x, s, NULL, vt);
  double *gram = bl_calloc(w->ctx, d, (2 * d + 1) * sizeof *gram);
  if (!gram) return bl_fail_nomem(w->ctx, "lda");
  double *v = gram + d * d, *value = v + d * d;
  bl_status status = bl_gram(w->ctx, x, n, d, gram);
  if (!status) status = bl_eigh(w->ctx, d, gram, value, v);
  for (size_t i = 0; !status && i < d; i++) {
    s[i] = value[d - 1 - i] > 0 ? sqrt(value[d - 1 - i]) : 0;
    for (size_t j = 0; j < d; j++) vt[i * d + j] = v[j * d + d - 1 - i];
  }
  bl_free(w->ctx, gram);
  return status;
}

/* Whitening directions T [rank x d] of the scatter within classes. */
static bl_status whiten(const work *w, double **out, size_t *rank)
{
  size_t d = w->d, r = w->n < d ? w->n : d;
  double *x = NULL, *block = bl_calloc(w->ctx, d, (r + 2) * sizeof *block);
  if (!block) return bl_fail_nomem(w->ctx, "lda");
  double *vt = block, *sd = block + r * d, *s = sd + d;
  bl_status status = within_rows(w, sd, &x);
  if (!status) status = right_vectors(w, x, s, vt);
  *rank = 0;
  while (!status && *rank < r && s[*rank] > w->p->tol) {
    for (size_t j = 0; j < d; j++) vt[*rank * d + j] /= sd[j] * s[*rank];
    ++*rank;
  }
  if (!status && !*rank)
    status = bl_fail(w->ctx, BL_E_RANGE, "lda: no column varies within any class; there is no spread to judge by");
  bl_free(w->ctx, x);
  if (status) bl_free(w->ctx, block);
  else *out = block;
  return status;
}

/* From T: directions that part the class means, coefficients and constants. */
static bl_status part_means(work *w, state *s, const double *T, size_t rank)
{
  bl_ctx *ctx = w->ctx;
  size_t d = w->d, k = w->k, r = k < rank ? k : rank, kept = 0;
  double *block = bl_calloc(ctx, k * d + k * rank + r + r * rank + r * d + k * r, sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "lda");
  double *dev = block, *m = dev + k * d, *sv = m + k * rank, *vt = sv + r, *F = vt + r * rank, *C = F + r * d, sum = 0;
  for (size_t c = 0; c < k; c++)
    for (size_t j = 0; j < d; j++) dev[c * d + j] = w->means[c * d + j] - s->xbar[j];
  bl_gemm(false, true, k, rank, d, 1, dev, d, T, d, 0, m, rank);
  for (size_t c = 0; c < k; c++)
    for (size_t i = 0; i < rank; i++) m[c * rank + i] *= sqrt((double)w->n * w->prior[c] / (double)(k - 1));
  bl_status status = bl_svd(ctx, k, rank, m, sv, NULL, vt);
  if (status) goto done;
  while (kept < r && sv[kept] > w->p->tol * sv[0]) kept++;
  for (size_t i = 0; i < r; i++) sum += sv[i] * sv[i];
  bl_gemm(false, false, kept, d, rank, 1, vt, rank, T, d, 0, F, d);
  bl_gemm(false, true, k, kept, d, 1, dev, d, F, d, 0, C, r);
  if (kept) bl_gemm(false, false, k, d, kept, 1, C, r, F, d, 0, w->full, d);
  for (size_t c = 0; c < k; c++)
    w->constant[c] = log(w->prior[c]) - 0.5 * bl_dot(kept, C + c * r, C + c * r) - bl_dot(d, s->xbar, w->full + c * d);
  if ((status = new_directions(w, s, kept < w->max_components ? kept : w->max_components))) goto done;
  memcpy(s->scalings, F, s->n_components * d * sizeof *F);
  for (size_t i = 0; i < s->n_components; i++) s->explained_variance_ratio[i] = sv[i] * sv[i] / sum;
done:
  bl_free(ctx, block);
  return status;
}

static bl_status solve_svd(work *w, state *s)
{
  double *T = NULL;
  size_t rank = 0;
  if (!(s->xbar = bl_calloc(w->ctx, w->d, sizeof *s->xbar))) return bl_fail_nomem(w->ctx, "lda");
  for (size_t c = 0; c < w->k; c++)
    for (size_t j = 0; j < w->d; j++) s->xbar[j] += w->prior[c] * w->means[c * w->d + j];
  bl_status status = whiten(w, &T, &rank);
  if (!status) status = part_means(w, s, T, rank);
  bl_free(w->ctx, T);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static bl_status keep(const work *w, state *s)
{
  size_t d = w->d;
  s->coef = bl_calloc(w->ctx, s->n_outputs, d * sizeof *s->coef);
  s->intercept = bl_calloc(w->ctx, s->n_outputs, sizeof *s->intercept);
  if (!s->coef || !s->intercept) return bl_fail_nomem(w->ctx, "lda");
  size_t first = w->k == 2;
  memcpy(s->coef, w->full + first * d, s->n_outputs * d * sizeof *s->coef);
  memcpy(s->intercept, w->constant + first, s->n_outputs * sizeof *s->intercept);
  for (size_t j = 0; first && j < d; j++) s->coef[j] -= w->full[j];
  if (first) s->intercept[0] -= w->constant[0];
  if (s->scalings) fix_signs(s);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  static bl_status (*const solve[])(work *, state *) = {solve_svd, solve_lsqr, solve_eigen};
  const params *p = self->params;
  state *s = self->state;
  work w = {.ctx = ctx, .t = t, .p = p, .n = t->X.rows, .d = t->X.cols, .k = t->n_classes};
  s->n_features = w.d;
  s->n_outputs = bl_linear_outputs(w.k);
  bl_status status = prepare(&w);
  if (!status) status = solve[p->solver](&w, s);
  if (!status) status = keep(&w, s);
  release(&w);
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  const params *p = self->params;
  const state *s = self->state;
  if (op != BL_TRANSFORM) return bl_linear_width(self, op);
  if (p->solver == LSQR) return 0;
  return self->fitted ? s->n_components : 1;
}

static bl_linear_scores scores(const bl_estimator *self)
{
  const state *s = self->state;
  return (bl_linear_scores){s->n_outputs, s->n_features, s->coef, s->intercept};
}

typedef struct room {
  bl_linear_room scores;
  bl_kit_map axes; /* of transform */
  double *z;       /* one row along them */
} room;

static bl_status make_room(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  bl_linear_scores m = scores(self);
  size_t k = ops & BL_ASK(BL_TRANSFORM) ? s->n_components : 0, d = s->n_features;
  double *doubles;
  (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, bl_linear_doubles(&m) + k * (d + 1), &doubles);
  if (!r) return bl_fail_nomem(ctx, "lda");
  bl_linear_fill(&m, doubles, &r->scores);
  doubles += bl_linear_doubles(&m);
  if (!k) return BL_OK;
  bl_kit_turn(k, d, s->scalings, doubles);
  r->axes = (bl_kit_map){.d = d, .k = k, .Wt = doubles, .center = s->xbar};
  r->z = doubles + k * d;
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_lda, const bl_cmat *X, const bl_answer *out)
{
  const room *r = of_lda;
  const bl_mat *to = &out->transform;
  (void)ctx, (void)self;
  if (out->v[BL_PREDICT] || out->v[BL_PREDICT_PROBA] || out->v[BL_DECISION]) bl_linear_apply(&r->scores, X, out);
  for (size_t i = 0; to->v && i < X->rows; i++) {
    bl_kit_linear(&r->axes, bl_crow(X, i), r->z);
    for (size_t c = 0; c < r->axes.k; c++) bl_row(to, i)[c] = (float)r->z[c];
  }
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  const state *s = self->state;
  bl_linear_scores m = scores(self);
  bl_status status = bl_linear_check(ctx, self, &m);
  if (!status && p->solver != LSQR && (!s->scalings || s->n_components >= self->n_classes))
    status = bl_fail(ctx, BL_E_FORMAT, "lda: scalings are missing or more than %zu classes allow", self->n_classes);
  return status;
}

const bl_estimator_class bl_estimator_lda = {
    .name = "lda",
    .summary = "linear discriminant analysis: classifier and projection",
    .source = "scikit-learn LinearDiscriminantAnalysis; Fisher 1936; Ledoit and Wolf 2004",
    .kind = BL_CLASSIFIER,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .prepare = make_room,
    .apply = apply,
    .check = check};
