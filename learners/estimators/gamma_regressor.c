/* gamma_regressor: regression of numbers above 0 whose spread grows with them. Minimises the mean over rows of z + y exp(-z) plus
 * alpha |coef|^2 / 2, the intercept free; predictions are exp of the linear score. As scikit-learn's GammaRegressor. */
#include "glm.h"

typedef struct params {
  bl_glm_params one;
} params;
typedef bl_glm_state state;

static const bl_opt opts[] = {BL_GLM_OPTIONS(params, one), BL_OPT_END};
static const bl_field fields[] = {BL_GLM_FIELDS, BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_glm_params one = ((const params *)self->params)->one;
  one.power = 2;
  one.link = BL_GLM_LOG;
  return bl_glm_fit(ctx, "gamma_regressor", &one, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_gamma_regressor = {
    .name = "gamma_regressor", .summary = "regression of numbers above 0 whose spread grows with them",
    .source = "scikit-learn GammaRegressor; Nelder and Wedderburn 1972", .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS | BL_TAG_POSITIVE_Y | BL_TAG_POOR_SCORE, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = bl_linear_targets_width, .prepare = bl_linear_targets_prepare, .apply = bl_glm_apply_log,
    .check = bl_linear_targets_check};
/* clang-format on */
