/* tweedie_regressor: generalised linear model whose variance is a power of the mean: 0 normal, 1 Poisson, 1 to 2 with a
 * mass at 0, 2 gamma, 3 inverse Gaussian. Half the mean unit deviance plus alpha |coef|^2 / 2 is minimised, the intercept
 * free. As scikit-learn's TweedieRegressor. */
#include <math.h>

#include "glm.h"

typedef struct params {
  bl_glm_params one;
} params;
typedef bl_glm_state state;

static const char *const links[] = {"auto", "identity", "log", NULL};
static const bl_opt opts[] = {{"power", BL_OPT_REAL, offsetof(params, one.power), "0", -10, 10, 0, NULL, "",
                               "of the mean that the variance is; between 0 and 1 there is no such distribution", NULL},
                              {"link", BL_OPT_ENUM, offsetof(params, one.link), "auto", 0, 0, 0, links, "",
                               "what of the mean is linear; auto is identity up to power 0, else log", NULL},
                              BL_GLM_OPTIONS(params, one),
                              BL_OPT_END};
static const bl_field fields[] = {BL_GLM_FIELDS, BL_FIELD_END};

static bool by_log(const params *p)
{
  return p->one.link == BL_GLM_LOG || (p->one.link == BL_GLM_AUTO && p->one.power > 0);
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  if (p->one.power > 0 && p->one.power < 1)
    return bl_fail(ctx, BL_E_RANGE, "tweedie_regressor: power is %g; there is no such distribution between 0 and 1",
                   p->one.power);
  if (!by_log(p) && p->one.power != 0)
    return bl_fail(ctx, BL_E_RANGE, "tweedie_regressor: with link identity power must be 0, not %g; set link to log",
                   p->one.power);
  return bl_glm_fit(ctx, "tweedie_regressor", &p->one, t, self->state);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  return by_log(self->params) ? bl_glm_apply_log(ctx, self, room, X, out)
                              : bl_linear_targets_apply(ctx, self, room, X, out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_tweedie_regressor = {
    .name = "tweedie_regressor", .summary = "regression with a variance that is a power of the mean",
    .source = "scikit-learn TweedieRegressor; Jorgensen 1987", .kind = BL_REGRESSOR, .tags = BL_TAG_WEIGHTS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_linear_targets_width, .prepare = bl_linear_targets_prepare, .apply = apply,
    .check = bl_linear_targets_check};
/* clang-format on */
