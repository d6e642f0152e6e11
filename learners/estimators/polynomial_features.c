/* polynomial_features: all products of at most so many columns, for a linear model that is to see how they act together.
 * Of d columns and degree k there are (d + k)! / d! k! of them: choose columns first. */
#include <stdio.h>

#include "columnwise.h"
#include "kit.h"

#define MOST ((size_t)1 << 22) /* columns */

typedef struct params {
  int64_t degree, min_degree;
  bool interaction_only, include_bias;
} params;

/* factors[k * degree ..]: the columns of product k, ascending, -1 behind the last. */
typedef struct state {
  size_t n_products, degree;
  int32_t *factors;
} state;

static const bl_opt opts[] = {BL_INT(params, degree, "2", 1, 20, "", "factors in a product, at most"),
                              BL_INT(params, min_degree, "0", 0, 20, "", "factors in a product, at least"),
                              BL_BOOL(params, interaction_only, "false", "no column twice in a product"),
                              BL_BOOL(params, include_bias, "true", "also the product of nothing: a column of ones"),
                              BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, factors, BL_I32, n_products, degree, "columns of each product, -1 behind the last"),
    BL_FIELD_END};

/* The next product of n factors out of d columns after `v`, in the order of its columns; false behind the last. */
static bool next_product(int32_t *v, size_t n, size_t d, bool once)
{
  for (size_t i = n; i-- > 0;) {
    size_t most = once ? d - n + i : d - 1;
    if ((size_t)v[i] >= most) continue;
    v[i]++;
    for (size_t k = i + 1; k < n; k++) v[k] = v[k - 1] + (once ? 1 : 0);
    return true;
  }
  return false;
}

/* Products of n factors, added to *count; with `to` also written there. */
static void list_products(const params *p, size_t n, size_t d, int32_t *to, size_t *count)
{
  int32_t v[20] = {0};
  size_t degree = (size_t)p->degree;
  if (p->interaction_only && n > d) return;
  for (size_t i = 0; i < n; i++) v[i] = p->interaction_only ? (int32_t)i : 0;
  do {
    for (size_t i = 0; to && i < degree; i++) to[*count * degree + i] = i < n ? v[i] : -1;
    ++*count;
  } while (*count <= MOST && next_product(v, n, d, p->interaction_only));
}

static size_t list_all(const params *p, size_t d, int32_t *to)
{
  size_t count = 0, from = p->min_degree > 1 ? (size_t)p->min_degree : 1;
  if (p->include_bias) list_products(p, 0, d, to, &count);
  for (size_t n = from; n <= (size_t)p->degree && count <= MOST; n++) list_products(p, n, d, to, &count);
  return count;
}

static bl_status can(bl_ctx *ctx, const params *p, size_t d, size_t *n)
{
  if (p->min_degree > p->degree)
    return bl_fail(ctx, BL_E_RANGE, "polynomial_features: min_degree %lld is above degree %lld",
                   (long long)p->min_degree, (long long)p->degree);
  *n = list_all(p, d, NULL);
  if (*n > MOST)
    return bl_fail(ctx, BL_E_RANGE,
                   "polynomial_features: degree %lld of %zu columns makes more than %zu products; choose "
                   "columns first",
                   (long long)p->degree, d, MOST);
  if (!*n)
    return bl_fail(ctx, BL_E_RANGE, "polynomial_features: there is no product of %lld to %lld of %zu columns",
                   (long long)p->min_degree, (long long)p->degree, d);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_status status = can(ctx, p, t->X.cols, &s->n_products);
  if (status) return status;
  s->degree = (size_t)p->degree;
  s->factors = bl_calloc(ctx, s->n_products, s->degree * sizeof *s->factors);
  if (!s->factors) return bl_fail_nomem(ctx, "polynomial_features");
  list_all(p, t->X.cols, s->factors);
  return BL_OK;
}

static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  size_t n;
  return of->cols ? can(ctx, self->params, of->cols, &n) : BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? ((const state *)self->state)->n_products : 1;
}

static double product(const int32_t *factor, size_t n, const float *x)
{
  double v = 1;
  for (size_t i = 0; i < n && factor[i] >= 0; i++) v *= (double)x[factor[i]];
  return v;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t k = 0; k < s->n_products; k++) o[k] = (float)product(s->factors + k * s->degree, s->degree, x);
  }
  return BL_OK;
}

static double work(const bl_estimator *self)
{
  const state *s = self->state;
  return 2.0 * (double)s->n_products * (double)(s->degree + 1);
}

/* "x0 x1^2", and "1" of no factor. */
static bl_status add_name(bl_ctx *ctx, const int32_t *factor, size_t n, const bl_texts *in, bl_texts *out)
{
  bl_buf b = {0};
  bl_status s = BL_OK;
  for (size_t i = 0, times; !s && i < n && factor[i] >= 0; i += times) {
    for (times = 1; i + times < n && factor[i + times] == factor[i]; times++) continue;
    s = bl_buf_printf(ctx, &b, "%s%s", i ? " " : "", in->v[factor[i]]);
    if (!s && times > 1) s = bl_buf_printf(ctx, &b, "^%zu", times);
  }
  if (!s) s = bl_texts_add(ctx, out, b.len ? b.v : "1");
  bl_buf_free(ctx, &b);
  return s;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  const state *s = self->state;
  bl_texts in = {0};
  bl_status status = bl_kit_input_names(ctx, self, &in);
  for (size_t k = 0; !status && k < s->n_products; k++)
    status = add_name(ctx, s->factors + k * s->degree, s->degree, &in, out);
  bl_texts_free(ctx, &in);
  return status;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bool good = s->n_products > 0 && s->factors;
  for (size_t i = 0; good && i < s->n_products * s->degree; i++)
    good = s->factors[i] >= -1 && s->factors[i] < (int64_t)self->n_features;
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT, "polynomial_features: its factors are not among %zu columns",
                        self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_polynomial_features = {
    .name = "polynomial_features", .summary = "products of columns up to a degree",
    .source = "scikit-learn PolynomialFeatures", .kind = BL_TRANSFORMER, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .apply = apply, .work = work, .names_out = names_out, .foresee = foresee, .check = check};
/* clang-format on */
