/* select_from_model: columns that an estimator makes more of than a threshold. In a chain, so that each fold asks an
 * estimator of its own. */
#include <math.h>
#include <string.h>

#include "baleen/sort.h"
#include "columnwise.h"
#include "composite.h"
#include "selection.h"

enum { AUTO, MEAN, MEDIAN };
static const char *const thresholds[] = {"auto", "mean", "median", NULL};
typedef struct params {
  bl_word threshold;
  double factor;
  int64_t max_features;
} params;

typedef struct state {
  size_t n_kept;
  int64_t *kept;
  size_t n_features;
  double *importances;
  double threshold;
} state;
_Static_assert(offsetof(state, kept) == offsetof(bl_kept, kept), "its state begins with a bl_kept");

static const bl_opt opts[] = {
    BL_CHILD(estimator, "who says how much it makes of each column: a linear model"),
    BL_WORD(
        params, threshold, "auto", thresholds, 0, 1e30, 0, "",
        "columns of at least that importance pass; auto: the mean, of an estimator whose penalty leaves coefficients 0 "
        "1e-5"),
    BL_REAL_ABOVE(params, factor, "1", 0, 1e9, "", "what the mean or the median is multiplied by: 1.25 for 1.25*mean"),
    BL_INT(params, max_features, "0", 0, 10000000, "",
           "how many pass at most, those of the highest importance; 0: all"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_KEPT_FIELD(state), BL_FIELD_VECTOR(state, importances, BL_F64, n_features, "what is made of each column"),
    BL_FIELD_SCALAR(state, threshold, BL_F64, "what a column must reach"), BL_FIELD_END};

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
  return bl_fail(ctx, BL_E_CONFIG, "select_from_model: %s is a %s; it takes a classifier or a regressor",
                 self->child[0]->cls->name, bl_kind_name(kind));
}

/* Whether its penalty leaves coefficients at 0. */
static bl_status is_sparse(bl_ctx *ctx, const bl_estimator *e, bool *out)
{
  while (e->cls->tags & BL_TAG_LIST && e->n_children) e = e->child[e->n_children - 1];
  bl_buf penalty = {0};
  bl_status s = BL_OK;
  *out = !strncmp(e->cls->name, "lasso", 5);
  if (bl_opts_find(e->cls->opts, "penalty")) {
    s = bl_estimator_get(ctx, e, "penalty", &penalty);
    *out = *out || !strcmp(bl_buf_text(&penalty), "l1");
  }
  bl_buf_free(ctx, &penalty);
  return s;
}

static bl_status threshold_of(bl_ctx *ctx, const bl_estimator *self, const double *v, size_t d, double *out)
{
  const params *p = self->params;
  int word = p->threshold.word;
  bool sparse = false;
  bl_status s = word == AUTO ? is_sparse(ctx, self->child[0], &sparse) : BL_OK;
  *out = 0;
  if (word < 0 || sparse) {
    *out = sparse ? 1e-5 : p->threshold.real;
    return s;
  }
  double *sorted = bl_calloc(ctx, d, sizeof *sorted), sum = 0;
  if (!sorted) return s ? s : bl_fail_nomem(ctx, "select_from_model");
  for (size_t j = 0; j < d; j++) sum += sorted[j] = v[j];
  bl_sort(sorted, d);
  *out = p->factor * (word == MEDIAN ? bl_kit_quantile(sorted, d, 0.5) : sum / (double)d);
  bl_free(ctx, sorted);
  return s;
}

/* Of equal importances the earlier column is kept. */
static void choose(const params *p, const state *s, bool *keep)
{
  size_t d = s->n_features, most = p->max_features ? (size_t)p->max_features : d;
  for (size_t j = 0; j < d; j++) {
    size_t above = 0;
    for (size_t i = 0; most < d && i < d; i++)
      above += s->importances[i] > s->importances[j] || (s->importances[i] == s->importances[j] && i < j);
    keep[j] = s->importances[j] >= s->threshold && above < most;
  }
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state;
  size_t d = t->X.cols;
  bl_estimator *e = NULL;
  s->n_features = d;
  s->importances = bl_calloc(ctx, d, sizeof *s->importances);
  bool *keep = bl_calloc(ctx, d, sizeof *keep);
  bl_status status = s->importances && keep ? BL_OK : bl_fail_nomem(ctx, "select_from_model");
  if (!status) status = bl_estimator_clone(ctx, self->child[0], &e);
  if (!status) status = bl_composite_in(ctx, self, 0, bl_composite_fit(ctx, e, t->data));
  if (!status) status = bl_importances(ctx, "select_from_model", e, false, s->importances);
  if (!status) status = threshold_of(ctx, self, s->importances, d, &s->threshold);
  if (!status) {
    choose(self->params, s, keep);
    bl_kept_any(ctx, self, s->importances, "importance", d, keep);
  }
  if (!status) status = bl_kept_set(ctx, self, self->state, keep, d);
  bl_estimator_free(ctx, e);
  bl_free(ctx, keep);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_select_from_model = {
    .name = "select_from_model", .summary = "columns that an estimator makes much of", .source = "scikit-learn SelectFromModel",
    .kind = BL_TRANSFORMER, .tags_of = tags_of, .check_children = check_children, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
