/* rfe: recursive feature elimination. An estimator is taught all columns, those that it makes least of are left out, and
 * so on until as many are left as are wanted. In a chain, so that each fold eliminates for itself (Guyon et al. 2002). */
#include <math.h>

#include "composite.h"
#include "selection.h"

static const char *const half[] = {"half", NULL};
typedef struct params {
  bl_word n_features_to_select;
  double step;
} params;

typedef struct state {
  size_t n_kept;
  int64_t *kept;
  size_t n_features;
  int64_t *ranking;
} state;
_Static_assert(offsetof(state, kept) == offsetof(bl_kept, kept), "its state begins with a bl_kept");

static const bl_opt opts[] = {
    BL_CHILD(estimator, "who says how much it makes of each column: a linear model"),
    BL_WORD(params, n_features_to_select, "half", half, 0, 1e7, BL_OPT_OPEN_LO, "",
            "how many columns are left in the end; below 1 a share of them"),
    BL_REAL_ABOVE(params, step, "1", 0, 1e7, "", "how many are left out at a time; below 1 a share of all columns"),
    BL_OPT_END};

static const bl_field fields[] = {BL_KEPT_FIELD(state),
                                  BL_FIELD_VECTOR(state, ranking, BL_I64, n_features,
                                                  "1 for columns that pass, 2 for those left out last, and so on"),
                                  BL_FIELD_END};

static unsigned tags_of(const bl_estimator *self)
{
  if (!self->n_children) return 0;
  unsigned y = bl_estimator_kind(self->child[0]) == BL_CLASSIFIER ? BL_TAG_NEEDS_Y : 0;
  return y | bl_composite_tags(self, BL_TAG_WEIGHTS | BL_TAG_NEEDS_Y | BL_TAG_RANDOM | BL_TAG_BINARY, 0);
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  bl_kind kind = bl_estimator_kind(self->child[0]);
  if (kind == BL_CLASSIFIER || kind == BL_REGRESSOR) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "rfe: %s is a %s; it takes a classifier or a regressor", self->child[0]->cls->name,
                 bl_kind_name(kind));
}

/* How much a fresh clone of the estimator makes of each of n columns. */
static bl_status ask(bl_ctx *ctx, const bl_estimator *self, const bl_data *d, const int64_t *column, size_t n,
                     double *out)
{
  bl_estimator *e = NULL;
  bl_some_columns some;
  bl_status s = bl_some_columns_take(ctx, d, column, n, &some);
  if (!s) s = bl_estimator_clone(ctx, self->child[0], &e);
  if (!s) s = bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, e, &some.d));
  if (!s) s = bl_importances(ctx, "rfe", e, true, out);
  bl_estimator_free(ctx, e);
  bl_some_columns_free(ctx, &some);
  return s;
}

static size_t least_of(const double *v, const bool *out, size_t n)
{
  size_t least = n;
  for (size_t i = 0; i < n; i++)
    if (!out[i] && (least == n || v[i] < v[least])) least = i;
  return least;
}

/* Leaves `drop` of the n columns out, those that least is made of; the ranks of all that are out go up by one. */
static size_t leave_out(state *s, const double *importance, size_t drop, int64_t *column, bool *keep, bool *out,
                        size_t n)
{
  for (size_t i = 0; i < n; i++) out[i] = false;
  for (size_t k = 0; k < drop; k++) {
    size_t i = least_of(importance, out, n);
    out[i] = true;
    keep[column[i]] = false;
  }
  size_t left = 0;
  for (size_t i = 0; i < n; i++)
    if (!out[i]) column[left++] = column[i];
  for (size_t j = 0; j < s->n_features; j++) s->ranking[j] += keep[j] ? 0 : 1;
  return left;
}

static size_t wanted(const params *p, size_t d)
{
  double w = p->n_features_to_select.word == 0 ? 0.5 : p->n_features_to_select.real;
  double n = w < 1 ? floor(w * (double)d) : floor(w);
  return n < 1 ? 1 : n > (double)d ? d : (size_t)n;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols, left = d, want = wanted(p, d);
  size_t step = p->step < 1 ? (size_t)fmax(1, p->step * (double)d) : (size_t)p->step;
  s->n_features = d;
  s->ranking = bl_calloc(ctx, d, sizeof *s->ranking);
  int64_t *column = bl_calloc(ctx, d, sizeof *column);
  double *importance = bl_calloc(ctx, d, sizeof *importance);
  bool *keep = bl_calloc(ctx, 2 * d, sizeof *keep);
  bl_status status = s->ranking && column && importance && keep ? BL_OK : bl_fail_nomem(ctx, "rfe");
  for (size_t j = 0; !status && j < d; j++) column[j] = (int64_t)j, s->ranking[j] = 1, keep[j] = true;
  while (!status && left > want) {
    status = ask(ctx, self, t->data, column, left, importance);
    size_t drop = left - want < step ? left - want : step;
    if (!status) left = leave_out(s, importance, drop, column, keep, keep + d, left);
  }
  if (!status) status = bl_kept_set(ctx, self, self->state, keep, d);
  bl_free(ctx, column);
  bl_free(ctx, importance);
  bl_free(ctx, keep);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_rfe = {
    .name = "rfe", .summary = "columns left over when those that an estimator makes least of go",
    .source = "scikit-learn RFE; Guyon, Weston, Barnhill and Vapnik 2002",
    .kind = BL_TRANSFORMER, .tags_of = tags_of, .check_children = check_children, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
