/* grid_search: an estimator tried with every combination of values that a grid of its options gives, by cross-validation of
 * the rows it learns from, and taught with the best. Being an estimator, it searches inside each fold of an evaluation anew:
 * nested cross-validation needs nothing more. Numbers are those of scikit-learn's GridSearchCV on the same folds; a metric
 * that is better when smaller is not negated, but the smallest wins. */
#include "param_grid.h"
#include "search.h"

typedef struct params {
  bl_search_params search;
  bl_flow param_grid;
} params;

static const bl_opt opts[] = {
    BL_SEARCH_OPTIONS(params, search),
    BL_TREE(params, param_grid, BL_OPT_NEEDED,
            "values that options take, {svc.C: [1, 10], svc.gamma: [0.01, 0.1]}, or a list of such maps"),
    BL_OPT_END};

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  bl_status s = bl_search_check_children(ctx, self);
  return s ? s : bl_param_grid_check(ctx, "grid_search: param_grid", &p->param_grid, self->child[0]);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_search_fit(ctx, self, t, &((const params *)self->params)->param_grid);
}

/* clang-format off */
const bl_estimator_class bl_estimator_grid_search = {
    .name = "grid_search", .summary = "an estimator with the best of all combinations of given options, by cross-validation",
    .source = "scikit-learn GridSearchCV", .kind = BL_CLASSIFIER, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .fields = bl_search_fields, .state_size = sizeof(bl_search_state), .fit = fit,
    .width = bl_search_width, .prepare = bl_search_prepare, .release = bl_search_release, .apply = bl_search_apply,
    .check = bl_search_check, .kind_of = bl_search_kind_of, .tags_of = bl_search_tags_of,
    .check_children = check_children};
/* clang-format on */
