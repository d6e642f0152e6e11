/* spline_transformer: each column as so many B-splines over its range, with which a linear model bends to any smooth
 * curve (de Boor 1978). Between the outer knots the splines of a column add up to 1. */
#include <math.h>
#include <string.h>

#include "columnwise.h"
#include "kit.h"

enum { UNIFORM, QUANTILE };
enum { CONSTANT, ERROR, LINEAR, CONTINUE, PERIODIC };
enum { MOST_DEGREE = 10 };
static const char *const knot_places[] = {"uniform", "quantile", NULL};
static const char *const ways_on[] = {"constant", "error", "linear", "continue", "periodic", NULL};
typedef struct params {
  int64_t n_knots, degree;
  int knots, extrapolation;
  bool include_bias;
} params;

typedef struct state {
  size_t n_features, n_all;
  double *knots; /* [n_features x n_all], ascending; the first and last `degree` lie outside */
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_knots, "5", 2, 10000, "", "knots over the range of each column"),
    BL_INT(params, degree, "3", 0, MOST_DEGREE, "", "degree of the polynomials between two knots"),
    BL_ENUM(params, knots, "uniform", knot_places, "knots as far from one another, or as many rows between them"),
    BL_ENUM(params, extrapolation, "constant", ways_on,
            "outside of the outer knots: their values, an error, straight on, the last polynomial, or again from the "
            "other end"),
    BL_BOOL(params, include_bias, "true", "all splines of a column; false: without the last, as they add up to 1"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, knots, BL_F64, n_features, n_all, "knots of each column, those outside of its range too"),
    BL_FIELD_END};

/* ---- learning ---------------------------------------------------------------------------------------------------- */

typedef struct job {
  const params *p;
  const state *s;
} job;

/* The knots of one column; of numbers that are all the same they lie 1 apart around it. */
static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const job *k = arg;
  size_t inner = (size_t)k->p->n_knots, degree = (size_t)k->p->degree;
  double *all = k->s->knots + j * k->s->n_all, *base = all + degree, last = (double)(inner - 1);
  double lo = v[0], range = v[n - 1] - v[0];
  bool flat = !(range > 0);
  (void)ctx;
  for (size_t i = 0; i < inner; i++) {
    double q = (double)i / last;
    if (flat) base[i] = lo + (double)i;
    else base[i] = k->p->knots == QUANTILE ? bl_kit_quantile(v, n, q) : i + 1 == inner ? v[n - 1] : lo + q * range;
  }
  double first_step = base[1] - base[0], last_step = base[inner - 1] - base[inner - 2];
  double period = base[inner - 1] - base[0];
  for (size_t i = 1; i <= degree; i++) {
    bool around = k->p->extrapolation == PERIODIC;
    base[-(ptrdiff_t)i] = around ? base[inner - 1 - i] - period : base[0] - (double)i * first_step;
    base[inner - 1 + i] = around ? base[i] + period : base[inner - 1] + (double)i * last_step;
  }
  return BL_OK;
}

/* Splines of a column: all, those that go around counted once. */
static size_t splines_of(const params *p)
{
  return (size_t)(p->n_knots - 1 + (p->extrapolation == PERIODIC ? 0 : p->degree));
}
static size_t outputs_of(const params *p) { return splines_of(p) - (p->include_bias ? 0 : 1); }

static bl_status can(bl_ctx *ctx, const params *p)
{
  if (p->extrapolation == PERIODIC && p->degree >= p->n_knots)
    return bl_fail(ctx, BL_E_RANGE,
                   "spline_transformer: extrapolation: periodic needs a degree below n_knots, not %lld "
                   "and %lld",
                   (long long)p->degree, (long long)p->n_knots);
  if (!outputs_of(p))
    return bl_fail(ctx, BL_E_RANGE, "spline_transformer: a column is one spline, and include_bias: false leaves none");
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_status status = can(ctx, p);
  if (status) return status;
  s->n_features = t->X.cols;
  s->n_all = (size_t)(p->n_knots + 2 * p->degree);
  s->knots = bl_calloc(ctx, s->n_features, s->n_all * sizeof *s->knots);
  if (!s->knots) return bl_fail_nomem(ctx, "spline_transformer");
  job k = {p, s};
  return bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? self->n_features * outputs_of(self->params) : 1;
}

/* The degree + 1 splines that are not 0 between knots t[k] and t[k + 1], at x, by de Boor's recurrence. */
static void basis(const double *t, size_t k, size_t degree, double x, double *b)
{
  b[0] = 1;
  for (size_t n = 1; n <= degree; n++) {
    double carry = 0;
    for (size_t r = 0; r < n; r++) {
      double right = t[k + r + 1] - x, left = x - t[k + 1 - n + r], gap = right + left;
      double part = gap > 0 ? b[r] / gap : 0;
      b[r] = carry + right * part;
      carry = left * part;
    }
    b[n] = carry;
  }
}

/* Their slopes there. */
static void slopes(const double *t, size_t k, size_t degree, double x, double *d)
{
  double lower[MOST_DEGREE + 1], before = 0;
  if (degree) basis(t, k, degree - 1, x, lower);
  for (size_t r = 0; r <= degree; r++) {
    size_t i = k - degree + r; /* spline i reaches from t[i] to t[i + degree + 1] */
    double gap = degree ? t[i + degree + 1] - t[i + 1] : 0;
    double now = r < degree && gap > 0 ? lower[r] / gap : 0;
    d[r] = (double)degree * (before - now);
    before = now;
  }
}

/* The inner span that x lies in; outside the first or the last. */
static size_t span_of(const double *t, size_t lo, size_t hi, double x)
{
  while (hi - lo > 1) {
    size_t mid = lo + (hi - lo) / 2;
    if (x < t[mid]) hi = mid;
    else lo = mid;
  }
  return lo;
}

/* The last inner span that has a width: where the right end belongs to. */
static size_t last_span(const double *t, size_t lo, size_t hi)
{
  size_t k = hi - 1;
  while (k > lo && !(t[k + 1] > t[k])) k--;
  return k;
}

static void one_number(const params *p, const double *t, size_t n_all, double x, float *o)
{
  size_t degree = (size_t)p->degree, lo = degree, hi = n_all - 1 - degree, n = splines_of(p), outputs = outputs_of(p);
  double a = t[lo], b = t[hi], at = x, v[MOST_DEGREE + 1], d[MOST_DEGREE + 1];
  if (p->extrapolation == PERIODIC) {
    at = fmod(x - a, b - a);
    at = a + (at < 0 ? at + (b - a) : at);
  } else if (p->extrapolation != CONTINUE) {
    at = fmin(fmax(x, a), b);
  }
  size_t k = at >= b ? last_span(t, lo, hi) : span_of(t, lo, hi, at);
  basis(t, k, degree, at, v);
  if (p->extrapolation == LINEAR && at != x) {
    slopes(t, k, degree, at, d);
    for (size_t r = 0; r <= degree; r++) v[r] += (x - at) * d[r];
  }
  for (size_t i = 0; i < outputs; i++) o[i] = 0;
  for (size_t r = 0; r <= degree; r++) {
    size_t i = (k - degree + r) % n;
    if (i < outputs) o[i] += (float)v[r];
  }
}

static bl_status refuse(bl_ctx *ctx, const bl_estimator *self, double x, size_t row, size_t j)
{
  bool named = self->feature_names.n > 0;
  return bl_fail(ctx, BL_E_RANGE,
                 "spline_transformer: %g in row %zu, column %zu%s%s%s (counted from 0), lies outside of the knots; "
                 "another extrapolation than error takes it",
                 x, row, j, named ? " '" : "", named ? self->feature_names.v[j] : "", named ? "'" : "");
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  size_t outputs = outputs_of(p), degree = (size_t)p->degree;
  (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++, o += outputs) {
      const double *t = s->knots + j * s->n_all;
      double v = (double)x[j];
      if (p->extrapolation == ERROR && (v < t[degree] || v > t[s->n_all - 1 - degree]))
        return refuse(ctx, self, v, out->first_row + i, j);
      one_number(p, t, s->n_all, v, o);
    }
  }
  return BL_OK;
}

static double work(const bl_estimator *self)
{
  const params *p = self->params;
  return (double)self->n_features * (20 + 6 * (double)(p->degree * p->degree) + (double)p->n_knots);
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  bl_texts in = {0};
  bl_status s = bl_kit_input_names(ctx, self, &in);
  for (size_t j = 0; !s && j < in.n; j++)
    for (size_t k = 0; !s && k < outputs_of(self->params); k++) s = bl_texts_addf(ctx, out, "%s_sp_%zu", in.v[j], k);
  bl_texts_free(ctx, &in);
  return s;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_one_block(ctx, self, "1", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  const state *s = self->state;
  bool good = s->knots && s->n_features == self->n_features && s->n_all == (size_t)(p->n_knots + 2 * p->degree);
  return good && !can(ctx, p) ? BL_OK
                              : bl_fail(ctx, BL_E_FORMAT,
                                        "spline_transformer: its knots do not fit its options and %zu "
                                        "columns",
                                        self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_spline_transformer = {
    .name = "spline_transformer", .summary = "each column as B-splines over its range",
    .source = "scikit-learn SplineTransformer; de Boor 1978", .kind = BL_TRANSFORMER, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .apply = apply, .work = work, .names_out = names_out, .blocks_out = blocks_out,
    .check = check};
/* clang-format on */
