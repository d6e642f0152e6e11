/* quantile_transformer: each number becomes the share of its column that lies below it, or the number of a normal
 * distribution with the same share below: outliers are drawn in, and any shape becomes the same. NaN is passed on.
 *
 * All rows count; scikit-learn looks at 10 000 of them, drawn at random, to save a sort. Where several quantiles are the
 * same number the middle of their shares is taken. */
#include <float.h>
#include <math.h>

#include "baleen/special.h"
#include "columnwise.h"
#include "kit.h"

enum { UNIFORM, NORMAL };
static const char *const distributions[] = {"uniform", "normal", NULL};
typedef struct params {
  int64_t n_quantiles;
  int output_distribution;
} params;

typedef struct state {
  size_t n_features, n_quantiles;
  double *quantiles; /* [n_features x n_quantiles] */
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_quantiles, "1000", 2, 1000000, "",
           "quantiles that are kept of each column, at most as many as there are rows"),
    BL_ENUM(params, output_distribution, "uniform", distributions, "what each column is to look like"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, quantiles, BL_F64, n_features, n_quantiles, "numbers of each column, ascending"),
    BL_FIELD_END};

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const state *s = arg;
  double *q = s->quantiles + j * s->n_quantiles, last = (double)(s->n_quantiles - 1);
  (void)ctx;
  for (size_t k = 0; n && k < s->n_quantiles; k++) {
    q[k] = bl_kit_quantile(v, n, last > 0 ? (double)k / last : 0);
    if (k && q[k] < q[k - 1]) q[k] = q[k - 1]; /* by rounding */
  }
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  s->n_features = t->X.cols;
  s->n_quantiles = (size_t)p->n_quantiles < t->X.rows ? (size_t)p->n_quantiles : t->X.rows;
  s->quantiles = bl_calloc(ctx, s->n_features, s->n_quantiles * sizeof *s->quantiles);
  return s->quantiles ? bl_kit_each_sorted(ctx, &t->X, learn_column, s) : bl_fail_nomem(ctx, "quantile_transformer");
}

/* How many of n ascending numbers are below x; with `or_same` those that are x, too. */
static size_t count_below(const double *v, size_t n, double x, bool or_same)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (v[mid] < x || (or_same && v[mid] == x)) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/* Place among the quantiles, in steps from one to the next. */
static double place(const double *q, size_t n, double x)
{
  size_t below = count_below(q, n, x, false), behind = count_below(q, n, x, true);
  if (behind > below) return 0.5 * (double)(below + behind - 1); /* x is one or several of them */
  return (double)(below - 1) + (x - q[below - 1]) / (q[below] - q[below - 1]);
}

/* Numbers within `edge` of an end count as that end, as scikit-learn has it; in a column of small numbers, such as volts,
 * only those within that share of its range. */
static double share(const double *q, size_t n, double x, int distribution)
{
  const double edge = 1e-7, slack = distribution == NORMAL ? edge * fmin(1, q[n - 1] - q[0]) : 0;
  double p;
  if (x - slack <= q[0]) p = 0;
  else if (x + slack >= q[n - 1]) p = 1;
  else p = place(q, n, x) / (double)(n - 1);
  if (distribution == UNIFORM) return p;
  double ends = edge - DBL_EPSILON;
  return bl_normal_quantile(fmin(fmax(p, ends), 1 - ends));
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++)
      o[j] = isnan(x[j]) ? x[j]
                         : (float)share(s->quantiles + j * s->n_quantiles, s->n_quantiles, (double)x[j],
                                        p->output_distribution);
  }
  return BL_OK;
}

static double work(const bl_estimator *self) { return 200.0 * (double)self->n_features; }

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "1", out);
}

/* apply looks between two neighbours, which only ascending numbers are. */
static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bool good = s->quantiles && s->n_features == self->n_features && s->n_quantiles > 0;
  for (size_t i = 0; good && i < s->n_features * s->n_quantiles; i++) {
    double before = i % s->n_quantiles ? s->quantiles[i - 1] : -HUGE_VAL;
    good = s->quantiles[i] >= before;
  }
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT,
                        "quantile_transformer: its quantiles are not ascending numbers, a row "
                        "for each of its %zu columns",
                        self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_quantile_transformer = {
    .name = "quantile_transformer", .summary = "each number replaced by the share of its column that lies below it",
    .source = "scikit-learn QuantileTransformer", .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kit_same_width, .apply = apply, .work = work,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out, .check = check};
/* clang-format on */
