/* csp: common spatial patterns. Rows are covariances of epochs: the upper triangle, row by row, diagonal included,
 * X X' / T, not centred. Filters w are sought whose power w' C w differs most between classes.
 *
 * Two classes: C0 w = lambda (C0 + C1) w, C_k the mean over the class's epochs, W (C0 + C1) W' = I; ordered by
 * |lambda - 1/2| descending, or alternately from both ends. More: Pham's joint diagonalisation, w' C w = 1 with C the
 * mean over classes, ordered by the mutual information of Grosse-Wentrup and Buss 2008. Features: log w' C w, or the
 * power less its mean over its sd (divided by n) in training. Numbers are those of mne.decoding.CSP but for its factor
 * T / (T - 1), which rows of covariance cannot know, and the sign: the largest entry of a pattern is positive.
 *
 * Rank. An average reference, or an ICA component taken out, leaves the covariance singular; float32 rows then hold
 * rounding where the zero was. Each entry is rounded by at most 2^-24 of itself, so with the diagonal scaled to 1 all
 * eigenvalues move by less than 2^-24 p (p channels): what lies below that is no signal. All is solved in the span of
 * the eigenvectors above. The motor imagery set after an average reference: the null lies 1e5 times below
 * that bound (4e-11), the least of the 63 others 460 times above. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/shrinkage.h"
#include "joint_diagonal.h"
#include "kit.h"
#include "spd.h"

enum { MUTUAL_INFO, ALTERNATE };
enum { CONCAT, EPOCH };
enum { AUTO, FULL };

static const double rounding = 0x1p-24; /* of a float, relative */
static const double pham_eps = 1e-6;    /* mne's */
enum { PHAM_SWEEPS = 15 };              /* mne's */

static const char *const orders[] = {"mutual_info", "alternate", NULL};
static const char *const estimates[] = {"concat", "epoch", NULL};
static const char *const ranks[] = {"auto", "full", NULL};
static const char *const none[] = {"none", NULL};

typedef struct params {
  int64_t n_components;
  bool log, norm_trace;
  int component_order, cov_est;
  bl_word reg, rank;
} params;

typedef struct state {
  size_t n_filters, n_channels, n_components;
  double *filters, *patterns, *eigenvalues, *mean, *std;
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_components, "4", 1, 10000, "", "filters kept, and columns of the result"),
    BL_BOOL(params, log, "true", "log of the power; false: power less its mean over its standard deviation"),
    BL_BOOL(params, norm_trace, "false", "divide each class's covariance by its trace"),
    BL_ENUM(params, component_order, "mutual_info", orders,
            "by how much they tell, or (two classes) from both ends in turn"),
    BL_ENUM(params, cov_est, "concat", estimates,
            "with three classes and more: concat weighs classes alike, epoch by their epochs"),
    BL_WORD(params, reg, "none", none, 0, 1, 0, "",
            "shrinkage of class covariances towards a multiple of the identity"),
    BL_WORD(params, rank, "auto", ranks, 1, 10000, BL_OPT_WHOLE, "",
            "dimensions that hold signal; auto: as the rows show"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, filters, BL_F64, n_filters, n_channels, "all filters, one a row, best first"),
    BL_FIELD_MATRIX(state, patterns, BL_F64, n_filters, n_channels, "how a source shows at the channels, one a row"),
    BL_FIELD_VECTOR(state, eigenvalues, BL_F64, n_filters, "share of the first class's power; of two classes only"),
    BL_FIELD_VECTOR(state, mean, BL_F64, n_components, "mean power of each component in training"),
    BL_FIELD_VECTOR(state, std, BL_F64, n_components, "standard deviation of that power, divided by n"),
    BL_FIELD_END};

typedef struct work {
  bl_ctx *ctx;
  const params *p;
  size_t k, n, r; /* classes, channels, rank */
  double *cov;    /* [k][n x n] class covariances, later [k][r x r] within the span */
  double *share;  /* [k] weight of each class */
  double *basis;  /* [n x r], orthonormal columns; NULL: all of space */
  double *v;      /* [r x r] directions within the span, one a column */
  double *merit;  /* [r] eigenvalue or mutual information */
  size_t *order;  /* [r] */
} work;

static void release(work *w)
{
  bl_free(w->ctx, w->cov);
  bl_free(w->ctx, w->share);
  bl_free(w->ctx, w->basis);
  bl_free(w->ctx, w->v);
  bl_free(w->ctx, w->merit);
  bl_free(w->ctx, w->order);
}

/* ---- class covariances ------------------------------------------------------------------------------------------- */

static bl_status class_mean(const work *w, const bl_train *t, size_t c, uint32_t *index, double *triangle)
{
  bl_cmat X = t->X;
  size_t m = 0, n = w->n, at = 0;
  for (size_t i = 0; i < t->X.rows; i++)
    if ((size_t)t->y[i] == c) index[m++] = t->X.index ? t->X.index[i] : (uint32_t)i;
  X.index = index;
  X.rows = m;
  w->share[c] = w->p->cov_est == EPOCH ? (double)m / (double)t->X.rows : 1 / (double)w->k;
  bl_status s = bl_kit_moments(w->ctx, &X, NULL, triangle, NULL);
  double *cov = w->cov + c * n * n, trace = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = i; j < n; j++) cov[i * n + j] = cov[j * n + i] = triangle[at++];
  for (size_t i = 0; i < n; i++) trace += cov[i * n + i];
  if (!s && !(trace > 0)) s = bl_fail(w->ctx, BL_E_RANGE, "csp: the mean covariance of class %zu has no power", c);
  for (size_t i = 0; !s && w->p->norm_trace && i < n * n; i++) cov[i] /= trace;
  return s;
}

static bl_status class_means(work *w, const bl_train *t)
{
  w->cov = bl_calloc(w->ctx, w->k, w->n * w->n * sizeof *w->cov);
  w->share = bl_calloc(w->ctx, w->k, sizeof *w->share);
  uint32_t *index = bl_calloc(w->ctx, t->X.rows, sizeof *index);
  double *triangle = bl_calloc(w->ctx, t->X.cols, sizeof *triangle);
  bl_status s = w->cov && w->share && index && triangle ? BL_OK : bl_fail_nomem(w->ctx, "csp");
  for (size_t c = 0; !s && c < w->k; c++) s = class_mean(w, t, c, index, triangle);
  bl_free(w->ctx, index);
  bl_free(w->ctx, triangle);
  return s;
}

/* Mean over classes by share, [m x m]. */
static void mean_over_classes(const work *w, size_t m, double *out)
{
  memset(out, 0, m * m * sizeof *out);
  for (size_t c = 0; c < w->k; c++)
    for (size_t i = 0; i < m * m; i++) out[i] += w->share[c] * w->cov[c * m * m + i];
}

/* ---- the span that holds signal ---------------------------------------------------------------------------------- */

static size_t choose_rank(const work *w, const double *value)
{
  size_t r = 0;
  if (w->p->rank.word == FULL) return w->n;
  if (w->p->rank.word < 0) return w->p->rank.real < (double)w->n ? (size_t)w->p->rank.real : w->n;
  while (r < w->n && value[w->n - 1 - r] > rounding * (double)w->n) r++;
  return r;
}

/* Orthonormal columns from the first r of b [n x r]: Gram and Schmidt, each column twice for columns of unlike size. */
static void orthonormal(double *b, size_t n, size_t r)
{
  for (size_t c = 0; c < r; c++) {
    double norm = 0;
    for (size_t pass = 0; pass < 2; pass++)
      for (size_t q = 0; q < c; q++) {
        double dot = 0;
        for (size_t i = 0; i < n; i++) dot += b[i * r + c] * b[i * r + q];
        for (size_t i = 0; i < n; i++) b[i * r + c] -= dot * b[i * r + q];
      }
    for (size_t i = 0; i < n; i++) norm += b[i * r + c] * b[i * r + c];
    for (size_t i = 0; i < n; i++) b[i * r + c] /= sqrt(norm);
  }
}

static bl_status find_span(work *w)
{
  size_t n = w->n;
  double *block = bl_calloc(w->ctx, n, (2 * n + 2) * sizeof *block);
  if (!block) return bl_fail_nomem(w->ctx, "csp");
  double *m = block, *u = m + n * n, *value = u + n * n, *size = value + n;
  mean_over_classes(w, n, m);
  for (size_t i = 0; i < n; i++) size[i] = m[i * n + i] > 0 ? sqrt(m[i * n + i]) : 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) m[i * n + j] = size[i] > 0 && size[j] > 0 ? m[i * n + j] / (size[i] * size[j]) : 0;
  bl_status s = bl_eigh(w->ctx, n, m, value, u);
  if (s) goto done;
  w->r = choose_rank(w, value);
  if (w->r == n) goto done;
  if (!(w->basis = bl_calloc(w->ctx, n, w->r * sizeof *w->basis))) s = bl_fail_nomem(w->ctx, "csp");
  for (size_t i = 0; !s && i < n; i++)
    for (size_t c = 0; c < w->r; c++) w->basis[i * w->r + c] = size[i] * u[i * n + n - 1 - c];
  if (!s) orthonormal(w->basis, n, w->r);
done:
  bl_free(w->ctx, block);
  return s;
}

/* Class covariances within the span, regularised there as mne does. */
static bl_status project(work *w)
{
  size_t n = w->n, r = w->r;
  if (w->basis) {
    double *half = bl_calloc(w->ctx, n, r * sizeof *half), *inside = bl_calloc(w->ctx, w->k, r * r * sizeof *inside);
    bl_status s = half && inside ? BL_OK : bl_fail_nomem(w->ctx, "csp");
    for (size_t c = 0; !s && c < w->k; c++) {
      bl_gemm(false, false, n, r, n, 1, w->cov + c * n * n, n, w->basis, r, 0, half, r);
      bl_gemm(true, false, r, r, n, 1, w->basis, r, half, r, 0, inside + c * r * r, r);
    }
    bl_free(w->ctx, half);
    bl_free(w->ctx, s ? inside : w->cov);
    if (s) return s;
    w->cov = inside;
  }
  for (size_t c = 0; w->p->reg.word < 0 && c < w->k; c++) bl_shrink(w->cov + c * r * r, r, w->p->reg.real);
  return BL_OK;
}

/* ---- directions -------------------------------------------------------------------------------------------------- */

static bl_status two_classes(work *w)
{
  size_t r2 = w->r * w->r;
  double *a = bl_calloc(w->ctx, 2 * r2, sizeof *a), *b = a + r2;
  if (!a) return bl_fail_nomem(w->ctx, "csp");
  memcpy(a, w->cov, r2 * sizeof *a);
  for (size_t i = 0; i < r2; i++) b[i] = w->cov[i] + w->cov[r2 + i];
  bl_status s = bl_eigh_general(w->ctx, w->r, a, b, w->merit, w->v);
  if (s == BL_E_RANGE)
    s = bl_fail_in(w->ctx, s,
                   "csp: the covariance of %zu channels is singular; set rank to auto, or reg to 0.05: ", w->n);
  bl_free(w->ctx, a);
  return s;
}

/* Mutual information with the class of a component whose power in class k is power[k], mean 1. */
static double mutual_information(const work *w, const double *power)
{
  double entropy = 0, kurtosis = 0;
  for (size_t c = 0; c < w->k; c++) {
    entropy += w->share[c] * log(sqrt(power[c]));
    kurtosis += w->share[c] * (power[c] * power[c] - 1);
  }
  return -(entropy + 3.0 / 16 * kurtosis * kurtosis);
}

static bl_status more_classes(work *w)
{
  size_t r = w->r, r2 = r * r;
  double *block = bl_calloc(w->ctx, 1, ((w->k + 1) * r2 + w->k) * sizeof *block);
  if (!block) return bl_fail_nomem(w->ctx, "csp");
  double *rest = block, *v = rest + w->k * r2, *power = v + r2;
  memcpy(rest, w->cov, w->k * r2 * sizeof *rest);
  if (!bl_joint_diagonal(w->k, r, rest, v, pham_eps, PHAM_SWEEPS))
    bl_warn(w->ctx, BL_W_NO_CONVERGENCE, "csp: joint diagonalisation stopped after %d sweeps", PHAM_SWEEPS);
  /* `rest` is V C V' now: powers are its diagonals */
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < r; i++) {
    double mean = 0;
    for (size_t c = 0; c < w->k; c++) mean += w->share[c] * rest[c * r2 + i * r + i];
    if (!(mean > 0))
      s = bl_fail(w->ctx, BL_E_RANGE, "csp: the covariance of %zu channels is singular; set rank to auto", w->n);
    for (size_t c = 0; c < w->k; c++) power[c] = rest[c * r2 + i * r + i] / mean;
    for (size_t j = 0; j < r; j++) w->v[j * r + i] = v[i * r + j] / sqrt(mean);
    w->merit[i] = mutual_information(w, power);
  }
  bl_free(w->ctx, block);
  return s;
}

static double importance(const work *w, size_t i) { return w->k == 2 ? fabs(w->merit[i] - 0.5) : w->merit[i]; }

/* Fills w->order: by importance, stable insertion; or largest eigenvalue, smallest, second largest .. */
static bl_status sort_directions(work *w)
{
  size_t r = w->r;
  if (w->p->component_order == ALTERNATE && w->k > 2)
    return bl_fail(w->ctx, BL_E_CONFIG,
                   "csp: component_order alternate needs two classes, the data have %zu; take mutual_info", w->k);
  for (size_t i = 0; i < r; i++) {
    if (w->p->component_order == ALTERNATE) {
      w->order[i] = i % 2 ? i / 2 : r - 1 - i / 2; /* eigenvalues ascend */
      continue;
    }
    size_t at = i;
    for (; at > 0 && importance(w, i) > importance(w, w->order[at - 1]); at--) w->order[at] = w->order[at - 1];
    w->order[at] = i;
  }
  return BL_OK;
}

static bl_status directions(work *w)
{
  w->v = bl_calloc(w->ctx, w->r, w->r * sizeof *w->v);
  w->merit = bl_calloc(w->ctx, w->r, sizeof *w->merit);
  w->order = bl_calloc(w->ctx, w->r, sizeof *w->order);
  if (!w->v || !w->merit || !w->order) return bl_fail_nomem(w->ctx, "csp");
  bl_status s = w->k == 2 ? two_classes(w) : more_classes(w);
  return s ? s : sort_directions(w);
}

/* ---- what is kept ------------------------------------------------------------------------------------------------ */

/* Patterns within the span: rows of (V' M V)^-1 V' M = V^-1, M the mean over classes; well scaled whatever the unit. */
static bl_status invert(const work *w, double *out)
{
  size_t r = w->r;
  double *m = bl_calloc(w->ctx, 2 * r, r * sizeof *m), *s = m + r * r;
  if (!m) return bl_fail_nomem(w->ctx, "csp");
  mean_over_classes(w, r, m);
  bl_gemm(true, false, r, r, r, 1, w->v, r, m, r, 0, out, r);
  bl_gemm(false, false, r, r, r, 1, out, r, w->v, r, 0, s, r);
  bl_status status = bl_solve_spd(w->ctx, r, s, r, out);
  bl_free(w->ctx, m);
  return status;
}

static void place(const work *w, const double *inside, size_t step, double *out)
{
  for (size_t i = 0; i < w->n; i++) {
    if (!w->basis) {
      out[i] = inside[i * step];
      continue;
    }
    out[i] = 0;
    for (size_t q = 0; q < w->r; q++) out[i] += w->basis[i * w->r + q] * inside[q * step];
  }
}

static bl_status keep(const work *w, state *s)
{
  size_t n = w->n, r = w->r;
  s->n_channels = n;
  s->n_filters = r;
  s->filters = bl_calloc(w->ctx, r, n * sizeof *s->filters);
  s->patterns = bl_calloc(w->ctx, r, n * sizeof *s->patterns);
  if (w->k == 2) s->eigenvalues = bl_calloc(w->ctx, r, sizeof *s->eigenvalues);
  double *inverse = bl_calloc(w->ctx, r, r * sizeof *inverse);
  bl_status status = s->filters && s->patterns && inverse && (w->k > 2 || s->eigenvalues)
                         ? invert(w, inverse)
                         : bl_fail_nomem(w->ctx, "csp");
  for (size_t c = 0; !status && c < r; c++) {
    double *f = s->filters + c * n, *p = s->patterns + c * n;
    size_t from = w->order[c], top = 0;
    place(w, w->v + from, r, f);
    place(w, inverse + from * r, 1, p);
    for (size_t i = 1; i < n; i++) top = fabs(p[i]) > fabs(p[top]) ? i : top;
    double sign = p[top] < 0 ? -1 : 1;
    for (size_t i = 0; i < n; i++) f[i] *= sign, p[i] *= sign;
    if (s->eigenvalues) s->eigenvalues[c] = w->merit[from];
  }
  bl_free(w->ctx, inverse);
  return status;
}

/* w' C w of each component is a linear map of the triangle, [k x columns] at `map`. */
static void power_map(const state *s, double *map)
{
  size_t n = s->n_channels;
  for (size_t c = 0, at = 0; c < s->n_components; c++)
    for (size_t i = 0; i < n; i++)
      for (size_t j = i; j < n; j++) map[at++] = (i == j ? 1 : 2) * s->filters[c * n + i] * s->filters[c * n + j];
}

typedef struct room {
  bl_kit_map map;
  double *power; /* [k] of one row */
} room;

static bl_status make_room(bl_ctx *ctx, const state *s, room **out)
{
  size_t k = s->n_components, d = s->n_channels * (s->n_channels + 1) / 2;
  double *doubles, *map = bl_calloc(ctx, k, d * sizeof *map);
  room *r = *out = map ? bl_kit_room(ctx, sizeof *r, k * (d + 1), &doubles) : NULL;
  if (!r) {
    bl_free(ctx, map);
    return bl_fail_nomem(ctx, "csp");
  }
  power_map(s, map);
  bl_kit_turn(k, d, map, doubles);
  bl_free(ctx, map);
  *r = (room){{.d = d, .k = k, .Wt = doubles}, doubles + k * d};
  return BL_OK;
}

static bl_status training_powers(bl_ctx *ctx, state *s, const bl_cmat *X)
{
  size_t k = s->n_components;
  double rows = (double)X->rows, *power = bl_calloc(ctx, X->rows, k * sizeof *power);
  room *r = NULL;
  s->mean = bl_calloc(ctx, k, sizeof *s->mean);
  s->std = bl_calloc(ctx, k, sizeof *s->std);
  bl_status status = power && s->mean && s->std ? make_room(ctx, s, &r) : bl_fail_nomem(ctx, "csp");
  for (size_t i = 0; !status && i < X->rows; i++) bl_kit_linear(&r->map, bl_crow(X, i), power + i * k);
  for (size_t c = 0; !status && c < k; c++) {
    for (size_t i = 0; i < X->rows; i++) s->mean[c] += power[i * k + c] / rows;
    for (size_t i = 0; i < X->rows; i++)
      s->std[c] += (power[i * k + c] - s->mean[c]) * (power[i * k + c] - s->mean[c]) / rows;
    s->std[c] = s->std[c] > 0 ? sqrt(s->std[c]) : 1;
  }
  bl_free(ctx, r);
  bl_free(ctx, power);
  return status;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  work w = {.ctx = ctx, .p = p, .k = t->n_classes, .n = bl_spd_channels(t->X.cols)};
  bl_status status = class_means(&w, t);
  if (!status) status = find_span(&w);
  if (!status) status = project(&w);
  if (!status) status = directions(&w);
  if (!status) status = keep(&w, s);
  if (!status) {
    s->n_components = (size_t)p->n_components < w.r ? (size_t)p->n_components : w.r;
    if (s->n_components < (size_t)p->n_components)
      bl_warn(ctx, BL_W_ADJUSTED, "csp: %lld components asked for, %zu channels of rank %zu give %zu",
              (long long)p->n_components, w.n, w.r, w.r);
    status = training_powers(ctx, s, &t->X);
  }
  release(&w);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  const state *s = self->state;
  if (op != BL_TRANSFORM) return 0;
  return self->fitted ? s->n_components : 1;
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  (void)ops, (void)rows;
  room *r = NULL;
  bl_status s = make_room(ctx, self->state, &r);
  *out = r;
  return s;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_csp, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  const room *r = of_csp;
  (void)ctx;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    bl_kit_linear(&r->map, bl_crow(X, i), r->power);
    for (size_t c = 0; c < s->n_components; c++) {
      double v = r->power[c];
      /* a flat epoch has no power, and rounding may leave a little below none: the log of the least number, not NaN */
      bl_row(&out->transform, i)[c] = (float)(p->log ? log(v > DBL_MIN ? v : DBL_MIN) : (v - s->mean[c]) / s->std[c]);
    }
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 2 * (double)s->n_components * (double)self->n_features;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (!s->filters || !s->patterns || !s->mean || !s->std)
    return bl_fail(ctx, BL_E_FORMAT, "csp: filters, patterns, mean or std are missing");
  if (s->n_channels > 100000 || s->n_channels * (s->n_channels + 1) / 2 != self->n_features)
    return bl_fail(ctx, BL_E_FORMAT, "csp: filters of %zu channels do not fit %zu columns", s->n_channels,
                   self->n_features);
  if (!s->n_components || s->n_components > s->n_filters)
    return bl_fail(ctx, BL_E_FORMAT, "csp: %zu components of %zu filters", s->n_components, s->n_filters);
  return BL_OK;
}

const bl_estimator_class bl_estimator_csp = {
    .name = "csp",
    .summary = "common spatial patterns: log power of filters that tell classes apart",
    .source = "mne.decoding.CSP; Koles 1990; Grosse-Wentrup and Buss 2008",
    .kind = BL_TRANSFORMER,
    .tags = BL_TAG_COVARIANCE_ROWS | BL_TAG_NEEDS_Y,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .prepare = prepare,
    .apply = apply,
    .work = cost,
    .check = check};
