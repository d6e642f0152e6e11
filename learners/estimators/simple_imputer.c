/* simple_imputer: NaN is filled by a number of its column. A column that had no number in fit is left out, with a
 * warning, unless it is to be kept, and then filled by 0.
 *
 * Where rows with gaps differ from those without, that is lost by filling; `add_indicator` keeps it: one more column for
 * each that had a gap in fit, 1 where the number was missing. */
#include <math.h>
#include <stdio.h>

#include "columnwise.h"
#include "composite.h"
#include "kit.h"

enum { MEAN, MEDIAN, MOST_FREQUENT, CONSTANT };
static const char *const strategies[] = {"mean", "median", "most_frequent", "constant", NULL};
typedef struct params {
  int strategy;
  double fill_value;
  bool add_indicator, keep_empty_features;
} params;

/* kept[k] is the column that output k is, and statistics[k] what fills it; indicated[k] a column whose gaps are told. */
typedef struct state {
  size_t n_kept, n_indicated;
  double *statistics;
  int64_t *kept, *indicated;
} state;

static const bl_opt opts[] = {
    BL_ENUM(
        params, strategy, "mean", strategies,
        "what fills a gap: of the column's numbers the mean, the median, the most frequent (of equals the smallest), "
        "or fill_value"),
    BL_REAL(params, fill_value, "0", -1e14, 1e14, "", "what fills a gap with strategy: constant"),
    BL_BOOL(params, add_indicator, "false", "one more column for each that had a gap, 1 where the number was missing"),
    BL_BOOL(params, keep_empty_features, "false", "columns without any number are filled by 0, not left out"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, statistics, BL_F64, n_kept, "what fills the gaps of each kept column"),
    BL_FIELD_VECTOR(state, kept, BL_I64, n_kept, "columns that had a number, or are kept without"),
    BL_FIELD_VECTOR(state, indicated, BL_I64, n_indicated, "columns that had a gap, where gaps are told"),
    BL_FIELD_END};

/* What a column of n numbers is filled by, and how many it has. */
typedef struct column {
  double fill;
  size_t n;
} column;
typedef struct job {
  const params *p;
  column *of;
} job;

static double most_frequent(const double *v, size_t n)
{
  size_t best = 0, at = 0;
  for (size_t i = 0, from = 0; i < n; i++) {
    if (v[i] != v[from]) from = i;
    if (i - from + 1 > best) best = i - from + 1, at = from;
  }
  return v[at];
}

static double mean(const double *v, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += v[i];
  return sum / (double)n;
}

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const job *k = arg;
  (void)ctx;
  column c = {0, n};
  if (k->p->strategy == CONSTANT) c.fill = k->p->fill_value;
  else if (!n) c.fill = 0;
  else if (k->p->strategy == MEAN) c.fill = mean(v, n);
  else if (k->p->strategy == MEDIAN) c.fill = bl_kit_quantile(v, n, 0.5);
  else c.fill = most_frequent(v, n);
  k->of[j] = c;
  return BL_OK;
}

static bool is_empty(const void *arg, size_t j) { return !((const column *)arg)[j].n; }

/* Of a category the most frequent alone makes another; encoders take missing for a category of its own. */
static unsigned tags_of(const bl_estimator *self)
{
  bool any = ((const params *)self->params)->strategy == MOST_FREQUENT;
  return BL_TAG_NAN_OK | (any ? BL_TAG_CATEGORIES : 0);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols;
  bool keep = p->keep_empty_features || p->strategy == CONSTANT;
  job k = {p, bl_calloc(ctx, d, sizeof *k.of)};
  s->statistics = bl_calloc(ctx, d, sizeof *s->statistics);
  s->kept = bl_calloc(ctx, d, sizeof *s->kept);
  s->indicated = p->add_indicator ? bl_calloc(ctx, d, sizeof *s->indicated) : NULL;
  bool whole = k.of && s->statistics && s->kept && (s->indicated || !p->add_indicator);
  bl_status status = whole ? BL_OK : bl_fail_nomem(ctx, "simple_imputer");
  if (!status) status = bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
  for (size_t j = 0; !status && j < d; j++) {
    if (s->indicated && k.of[j].n < t->X.rows) s->indicated[s->n_indicated++] = (int64_t)j;
    if (!k.of[j].n && !keep) continue;
    s->statistics[s->n_kept] = k.of[j].fill;
    s->kept[s->n_kept++] = (int64_t)j;
  }
  if (!status && !keep) bl_kit_warn_columns(ctx, self, is_empty, k.of, "have no number and are left out");
  if (!status && !s->n_kept)
    status = bl_fail(ctx, BL_E_NONFINITE, "simple_imputer: no column has any number in these %zu rows", t->X.rows);
  bl_free(ctx, k.of);
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  const state *s = self->state;
  return op != BL_TRANSFORM ? 0 : self->fitted ? s->n_kept + s->n_indicated : 1;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t k = 0; k < s->n_kept; k++) o[k] = isnan(x[s->kept[k]]) ? (float)s->statistics[k] : x[s->kept[k]];
    for (size_t k = 0; k < s->n_indicated; k++) o[s->n_kept + k] = isnan(x[s->indicated[k]]) ? 1.0F : 0.0F;
  }
  return BL_OK;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  const state *s = self->state;
  bl_texts in = {0};
  bl_status status = bl_kit_input_names(ctx, self, &in);
  for (size_t k = 0; !status && k < s->n_kept; k++) status = bl_texts_add(ctx, out, in.v[s->kept[k]]);
  for (size_t k = 0; !status && k < s->n_indicated; k++)
    status = bl_texts_addf(ctx, out, "missingindicator_%s", in.v[s->indicated[k]]);
  bl_texts_free(ctx, &in);
  return status;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  const state *s = self->state;
  if (!self->blocks.n) return BL_OK;
  char name[] = "missingindicator", source[] = "simple_imputer", unit[] = "1", *one = unit;
  bl_status status = bl_composite_blocks(ctx, &self->blocks, s->kept, s->n_kept, out);
  bl_block gaps = {.name = name, .source = source, .dims = {s->n_indicated}, .units = {&one, 1}};
  return !status && s->n_indicated ? bl_blocks_add(ctx, out, &gaps) : status;
}

static bool in_bounds(const int64_t *v, size_t n, size_t d)
{
  for (size_t k = 0; k < n; k++)
    if (!v || v[k] < 0 || (size_t)v[k] >= d) return false;
  return true;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bool good = s->statistics && s->n_kept > 0 && in_bounds(s->kept, s->n_kept, self->n_features) &&
              in_bounds(s->indicated, s->n_indicated, self->n_features);
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT, "simple_imputer: the columns that it keeps are not among its %zu columns",
                        self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_simple_imputer = {
    .name = "simple_imputer", .summary = "gaps (NaN) filled by a number of their column",
    .source = "scikit-learn SimpleImputer, MissingIndicator", .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK, .tags_of = tags_of,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .apply = apply, .names_out = names_out, .blocks_out = blocks_out, .check = check};
/* clang-format on */
