/* elastic_net_cv: elastic_net whose strength is chosen by cross-validation: of each fold's path of alphas, each begun where the last
 * ended, the one of the smallest mean of the folds' mean squared errors; then all rows are learnt with it. Folds are those
 * of k_fold, or of group_k_fold where rows have groups. As scikit-learn's ElasticNetCV, whose grid of alphas looks at unweighted
 * rows; here it looks at weighted ones. */
#include "elastic_net_fit.h"

typedef bl_elastic_net_cv_params params;
typedef bl_elastic_net_cv_state state;

static const bl_opt opts[] = {
    {"l1_ratio", BL_OPT_REALS, offsetof(params, l1_ratio), "0.5", 0, 1, BL_OPT_OPEN_LO | BL_OPT_NEEDED, NULL, "",
     "shares of the penalty on magnitudes to choose from", NULL},
    BL_REAL_ABOVE(params, eps, "1e-3", 0, 1, "", "smallest alpha over the largest, at which all coefficients are 0"),
    BL_INT(params, n_alphas, "100", 1, 100000, "", "how many alphas, evenly in logarithms"),
    {"alphas", BL_OPT_REALS, offsetof(params, alphas), NULL, 0, 1e300, BL_OPT_OPEN_LO, NULL, "",
     "alphas to choose from, instead of those of eps and n_alphas", NULL},
    BL_INT(params, cv, "5", 2, 100000, "", "folds"),
    BL_ELASTIC_NET_STOP(params, one),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_LINEAR_TARGETS_FIELDS(state),
    BL_FIELD_SCALAR(state, n_iter, BL_I64, "passes of the last fit"),
    BL_FIELD_SCALAR(state, alpha, BL_F64, "chosen strength"),
    BL_FIELD_SCALAR(state, l1_ratio, BL_F64, "chosen share of the penalty on magnitudes"),
    BL_FIELD_VECTOR(state, alphas, BL_F64, n_grid, "tried, of each l1_ratio the largest first"),
    BL_FIELD_MATRIX(state, mse_path, BL_F64, n_grid, n_folds, "mean squared errors, a fold a column"),
    BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_elastic_net_cv_fit(ctx, "elastic_net_cv", self->params, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_elastic_net_cv = {
    .name = "elastic_net_cv", .summary = "elastic_net whose strength is chosen by cross-validation",
    .source = "scikit-learn ElasticNetCV; Friedman, Hastie and Tibshirani 2010", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_linear_targets_width,
    .prepare = bl_linear_targets_prepare, .apply = bl_linear_targets_apply, .check = bl_linear_targets_check};
/* clang-format on */
