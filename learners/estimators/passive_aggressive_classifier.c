/* passive_aggressive_classifier: a row that lies beyond its margin changes nothing, any other moves the coefficients just as
 * far as it needs, at most C (hinge), or softened by 1 / (2 C) (squared_hinge). As scikit-learn's
 * PassiveAggressiveClassifier (Crammer, Dekel, Keshet, Shalev-Shwartz and Singer 2006). In parts it makes one pass over each part's rows in
 * their order, and any cut of the same rows learns the same; fit makes several passes. sgd.c says how a step is made. */
#include "linear_classifier.h"
#include "sgd.h"

static const char *const losses[] = {"hinge", "squared_hinge", NULL};

typedef struct params {
  bl_sgd sgd;
  int loss;
  bl_numbers class_weight;
} params;

typedef bl_sgd_state state;

static const bl_opt opts[] = {{"C", BL_OPT_REAL, offsetof(params, sgd.eta0), "1", 0, 1e300, BL_OPT_OPEN_LO, NULL, "",
                               "the most that one row may ask for", NULL},
                              BL_ENUM(params, loss, "hinge", losses, "hinge: PA-I, squared_hinge: PA-II"),
                              BL_CLASS_WEIGHT(params),
                              BL_SGD_OPTIONS(params, sgd),
                              BL_OPT_END};

static const bl_field fields[] = {BL_SGD_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_HINGE;
  sgd.rate = p->loss ? BL_RATE_PA2 : BL_RATE_PA1;
  sgd.penalty = BL_SGD_NO_PENALTY;
  sgd.alpha = 1;
  return bl_sgd_fit(ctx, "passive_aggressive_classifier", &sgd, t, self->state);
}

static bl_status partial_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_sgd sgd = p->sgd;
  sgd.loss = BL_SGD_HINGE;
  sgd.rate = p->loss ? BL_RATE_PA2 : BL_RATE_PA1;
  sgd.penalty = BL_SGD_NO_PENALTY;
  sgd.alpha = 1;
  return bl_sgd_part(ctx, "passive_aggressive_classifier", &sgd, t, self->state);
}

/* clang-format off */
const bl_estimator_class bl_estimator_passive_aggressive_classifier = {
    .name = "passive_aggressive_classifier", .summary = "linear classifier that each row moves as far as it needs",
    .source = "scikit-learn PassiveAggressiveClassifier; Crammer et al. 2006", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM | BL_TAG_INCREMENTAL | BL_TAG_ONE_PASS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .partial_fit = partial_fit, .width = bl_linear_scores_width, .prepare = bl_linear_scores_prepare,
    .apply = bl_linear_scores_apply, .check = bl_linear_scores_check};
/* clang-format on */
