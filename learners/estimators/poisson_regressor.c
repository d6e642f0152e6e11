/* poisson_regressor: regression of counts, whose logarithm is linear. Minimises the mean over rows of exp(z) - y z plus
 * alpha |coef|^2 / 2, the intercept free; predictions are exp of the linear score. As scikit-learn's PoissonRegressor. */
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
  one.power = 1;
  one.link = BL_GLM_LOG;
  return bl_glm_fit(ctx, "poisson_regressor", &one, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_poisson_regressor = {
    .name = "poisson_regressor", .summary = "regression of counts, whose logarithm is linear",
    .source = "scikit-learn PoissonRegressor; Nelder and Wedderburn 1972", .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS | BL_TAG_POSITIVE_Y | BL_TAG_POOR_SCORE, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit,
    .width = bl_linear_targets_width, .prepare = bl_linear_targets_prepare, .apply = bl_glm_apply_log,
    .check = bl_linear_targets_check};
/* clang-format on */
