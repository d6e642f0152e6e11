/* sgd_classifier: linear classifier by one step a row: of a hinge (support vector machine), log_loss (logistic regression),
 * modified_huber, squared_hinge or perceptron loss, one class against the rest where there are more than two. Losses,
 * penalties and rates are those of scikit-learn's SGDClassifier; the order of rows is drawn by our own generator. In parts it makes one pass over each part's rows in
 * their order, and any cut of the same rows learns the same; fit makes several passes. sgd.c says how a step is made. */
#include "linear_classifier.h"
#include "sgd.h"

static const char *const losses[] = {"hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", NULL};

typedef struct params {
  bl_sgd sgd;
  bl_numbers class_weight;
} params;

typedef bl_sgd_state state;

static const bl_opt opts[] = {
    {"loss", BL_OPT_ENUM, offsetof(params, sgd.loss), "hinge", 0, 0, 0, losses, "", "what a row costs", NULL},
    BL_SGD_PENALTY_OPTIONS(params, sgd, "l2", "1e-4"),
    BL_SGD_RATE_OPTIONS(params, sgd, "optimal", "0", "0.5"),
    BL_CLASS_WEIGHT(params),
    BL_SGD_OPTIONS(params, sgd),
    BL_OPT_END};

static const bl_field fields[] = {BL_SGD_FIELDS(state), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  return bl_sgd_fit(ctx, "sgd_classifier", &p->sgd, t, self->state);
}

static bl_status partial_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  return bl_sgd_part(ctx, "sgd_classifier", &p->sgd, t, self->state);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  const params *p = self->params;
  bool chances = p->sgd.loss == BL_SGD_LOG || p->sgd.loss == BL_SGD_MODIFIED_HUBER;
  return chances ? bl_linear_width(self, op) : bl_linear_scores_width(self, op);
}

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const params *p = self->params;
  bl_status s = bl_linear_scores_prepare(ctx, self, ops, rows, room);
  if (!s) ((bl_linear_room *)*room)->link = p->sgd.loss == BL_SGD_LOG ? BL_LINK_ONE_VS_REST : BL_LINK_CLIPPED;
  return s;
}

/* clang-format off */
const bl_estimator_class bl_estimator_sgd_classifier = {
    .name = "sgd_classifier", .summary = "linear classifier that learns row by row",
    .source = "scikit-learn SGDClassifier; Bottou 2010", .kind = BL_CLASSIFIER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM | BL_TAG_INCREMENTAL | BL_TAG_ONE_PASS,
    .state_version = 1, .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .partial_fit = partial_fit, .width = width, .prepare = prepare, .apply = bl_linear_scores_apply,
    .check = bl_linear_scores_check};
/* clang-format on */
