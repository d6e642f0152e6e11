/* gaussian_nb: each class a normal cloud with independent columns; the class of the largest
 *   log prior_k - sum_j (log(2 pi var_kj) + (x_j - theta_kj)^2 / var_kj) / 2.
 * var is divided by n (sum of weights), and var_smoothing times the largest variance of all columns is added to it. As
 * scikit-learn's GaussianNB, whose smoothing looks at unweighted variances; here they are weighted, so that a weight
 * of 2 equals a repeated row. Learning in parts, its smoothing looks at the last part alone; here at all rows so far, so
 * that any cut gives what fit gives. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "linear_classifier.h"

static const double log_2pi = 1.83787706640934548356;

typedef struct params {
  bl_reals priors;
  double var_smoothing;
  bl_numbers class_weight;
} params;

typedef struct state {
  size_t n_classes, n_features;
  double *class_prior, *class_count, *theta, *var;
  double epsilon;
} state;

static const bl_opt opts[] = {
    BL_REALS(params, priors, NULL, 0, 1, "",
             "share of each class, in ascending order of classes; empty: as in the data"),
    BL_REAL(params, var_smoothing, "1e-9", 0, 1, "", "share of the largest variance that is added to all"),
    BL_CLASS_WEIGHT(params), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, class_prior, BL_F64, n_classes, "share of each class"),
    BL_FIELD_VECTOR(state, class_count, BL_F64, n_classes, "rows of each class, or the sum of their weights"),
    BL_FIELD_MATRIX(state, theta, BL_F64, n_classes, n_features, "means of the columns, a class a row"),
    BL_FIELD_MATRIX(state, var, BL_F64, n_classes, n_features, "variances of the columns, smoothing included"),
    BL_FIELD_SCALAR(state, epsilon, BL_F64, "what smoothing added"),
    BL_FIELD_END};

static bl_status set_priors(bl_ctx *ctx, const params *p, state *s)
{
  const bl_reals *given = &p->priors;
  double sum = 0;
  if (!given->n) return BL_OK;
  if (given->n != s->n_classes)
    return bl_fail(ctx, BL_E_SHAPE, "gaussian_nb: %zu priors for %zu classes; give one a class, or none", given->n,
                   s->n_classes);
  for (size_t c = 0; c < s->n_classes; c++) {
    if (!(given->v[c] > 0))
      return bl_fail(ctx, BL_E_RANGE, "gaussian_nb: prior %zu is %g; each must be above 0", c, given->v[c]);
    sum += s->class_prior[c] = given->v[c];
  }
  if (!(fabs(sum - 1) <= 1e-6))
    return bl_fail(ctx, BL_E_RANGE, "gaussian_nb: the priors sum to %g; they must sum to 1", sum);
  return BL_OK;
}

/* Moments of one class's rows, added to those of the rows before (variances without smoothing); index and weight are
 * scratch for all rows, batch for 2 d numbers. */
static bl_status learn_class(bl_ctx *ctx, const bl_train *t, const state *s, state *next, size_t c, uint32_t *index,
                             double *weight, double *batch)
{
  bl_cmat X = t->X;
  size_t m = 0, d = t->X.cols;
  double *theta = next->theta + c * d, *var = next->var + c * d, n = s->class_count ? s->class_count[c] : 0;
  for (size_t i = 0; i < t->X.rows; i++) {
    if ((size_t)t->y[i] != c) continue;
    weight[m] = t->weight ? t->weight[i] : 1;
    index[m++] = t->X.index ? t->X.index[i] : (uint32_t)i;
  }
  X.index = index;
  X.rows = m;
  double more = bl_kit_weight_sum(m, weight), total = n + more;
  bl_status status = m ? bl_kit_moments(ctx, &X, weight, batch, batch + d) : BL_OK;
  next->class_count[c] = total;
  for (size_t j = 0; !status && total > 0 && j < d; j++) {
    double mean = n > 0 ? s->theta[c * d + j] : 0, v = n > 0 ? s->var[c * d + j] - s->epsilon : 0;
    double apart = m && n > 0 ? batch[j] - mean : 0;
    theta[j] = n > 0 ? mean + apart * (more / total) : batch[j];
    var[j] =
        n > 0 ? (v * n + (m ? batch[d + j] * more : 0) + apart * apart * (n * more / total)) / total : batch[d + j];
  }
  return status;
}

/* The largest variance of a column over all classes together. */
static double largest_variance(const state *s)
{
  double largest = 0, n = bl_kit_weight_sum(s->n_classes, s->class_count);
  for (size_t j = 0; j < s->n_features; j++) {
    double mean = 0, var = 0;
    for (size_t c = 0; c < s->n_classes; c++) mean += s->class_count[c] / n * s->theta[c * s->n_features + j];
    for (size_t c = 0; c < s->n_classes; c++) {
      double apart = s->theta[c * s->n_features + j] - mean;
      var += s->class_count[c] / n * (s->var[c * s->n_features + j] + apart * apart);
    }
    largest = fmax(largest, var);
  }
  return largest;
}

/* Has the class rows? Of model files that keep no counts every class has. */
static bool seen(const state *s, size_t c) { return !s->class_count || s->class_count[c] > 0; }

/* Of a class that has no spread in a column nothing can be said; when learning in parts, not yet. */
static bl_status check_spread(bl_ctx *ctx, const state *s)
{
  for (size_t i = 0; i < s->n_classes * s->n_features; i++)
    if (seen(s, i / s->n_features) && !(s->var[i] > 0))
      return bl_fail(ctx, BL_E_RANGE, "gaussian_nb: column %zu does not vary in a class; raise var_smoothing",
                     i % s->n_features);
  return BL_OK;
}

static bl_status smooth(bl_ctx *ctx, const params *p, const bl_train *t, bool first, double *batch, state *next)
{
  size_t d = next->n_features;
  double largest = 0;
  bl_status status = first ? bl_kit_moments(ctx, &t->X, t->weight, batch, batch + d) : BL_OK;
  for (size_t j = 0; first && j < d; j++) largest = fmax(largest, batch[d + j]);
  next->epsilon = p->var_smoothing * (first ? largest : largest_variance(next));
  for (size_t i = 0; !status && i < next->n_classes * d; i++) next->var[i] += next->epsilon;
  return status;
}

/* From nothing, or on from the rows before; what was learnt is changed only once all is there. */
static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols, k = t->n_classes;
  bool first = !s->n_classes;
  if (!first && !s->class_count)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "gaussian_nb: its model file keeps no counts of classes; fit it anew");
  state next = {.n_classes = k, .n_features = d};
  next.class_prior = bl_calloc(ctx, k, sizeof *next.class_prior);
  next.class_count = bl_calloc(ctx, k, sizeof *next.class_count);
  next.theta = bl_calloc(ctx, k, d * sizeof *next.theta);
  next.var = bl_calloc(ctx, k, d * sizeof *next.var);
  uint32_t *index = bl_calloc(ctx, n, sizeof *index);
  double *weight = bl_calloc(ctx, n + 2 * d, sizeof *weight);
  bool whole = next.class_prior && next.class_count && next.theta && next.var && index && weight;
  bl_status status = whole ? BL_OK : bl_fail_nomem(ctx, "gaussian_nb");
  for (size_t c = 0; !status && c < k; c++) status = learn_class(ctx, t, s, &next, c, index, weight, weight + n);
  double total = status ? 1 : first ? bl_kit_weight_sum(n, t->weight) : bl_kit_weight_sum(k, next.class_count);
  for (size_t c = 0; !status && c < k; c++) next.class_prior[c] = next.class_count[c] / total;
  if (!status) status = set_priors(ctx, p, &next);
  if (!status) status = smooth(ctx, p, t, first, weight + n, &next);
  bl_free(ctx, index);
  bl_free(ctx, weight);
  state old = *s;
  if (!status) *s = next;
  bl_fields_release(ctx, fields, status ? &next : &old);
  return status;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_status status = learn(ctx, self, t);
  return status ? status : check_spread(ctx, self->state);
}

typedef struct room {
  double *constant; /* [k] log prior less half the logs of 2 pi var */
  double *z;        /* [k] one row's log likelihoods */
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const state *s = self->state;
  size_t k = s->n_classes, d = s->n_features;
  double *doubles;
  bl_status status = check_spread(ctx, s);
  (void)ops, (void)rows;
  if (status) return status;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 2 * k, &doubles);
  if (!r) return bl_fail_nomem(ctx, "gaussian_nb");
  *r = (room){doubles, doubles + k};
  for (size_t c = 0; c < k; c++) {
    /* a class that was declared but never seen stays behind all others */
    r->constant[c] = seen(s, c) ? log(s->class_prior[c]) : -(double)INFINITY;
    for (size_t f = 0; seen(s, c) && f < d; f++) r->constant[c] -= 0.5 * (log_2pi + log(s->var[c * d + f]));
  }
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_nb, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  const room *r = of_nb;
  size_t k = s->n_classes, d = s->n_features;
  (void)ctx;
  for (size_t i = 0; i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    for (size_t c = 0; c < k; c++) {
      double sum = 0;
      for (size_t f = 0; seen(s, c) && f < d; f++) {
        double dev = (double)x[f] - s->theta[c * d + f];
        sum += dev * dev / s->var[c * d + f];
      }
      r->z[c] = r->constant[c] - 0.5 * sum;
    }
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(r->z, k);
    if (!out->v[BL_PREDICT_PROBA]) continue;
    bl_softmax(r->z, k);
    memcpy(out->v[BL_PREDICT_PROBA] + i * k, r->z, k * sizeof *r->z);
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 4 * (double)s->n_classes * (double)s->n_features;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op == BL_PREDICT_PROBA) return self->n_classes ? self->n_classes : 1;
  return 0;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (!s->class_prior || !s->theta || !s->var)
    return bl_fail(ctx, BL_E_FORMAT, "gaussian_nb: class_prior, theta or var is missing");
  if (s->n_classes != self->n_classes || !s->n_classes || s->n_features != self->n_features)
    return bl_fail(ctx, BL_E_FORMAT, "gaussian_nb: theta is %zu x %zu, wanted %zu x %zu", s->n_classes, s->n_features,
                   self->n_classes, self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_gaussian_nb = {
    .name = "gaussian_nb",
    .summary = "naive Bayes: each class a normal cloud of independent columns",
    .source = "scikit-learn GaussianNB",
    .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_INCREMENTAL,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .partial_fit = learn,
    .width = width,
    .prepare = prepare,
    .apply = apply,
    .work = cost,
    .check = check};
