/* one_class_svm: rows outside the smooth region that holds all but a share nu of those learnt from are odd. As
 * scikit-learn's OneClassSVM, which is libsvm: score_samples is the decision less its constant. */
#include "svm_function.h"

typedef struct params {
  double nu;
  bl_kernel_options kernel;
  bl_svm_solving solving;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, nu, "0.5", 0, 1, "", "most rows outside, least rows that decide, as a share"),
    BL_KERNEL_OPTIONS(params, kernel, "rbf", "scale", "0"), BL_SVM_SOLVING(params, solving), BL_OPT_END};

static void set_up(const bl_estimator *self, const bl_train *t, bl_svm_problem *q)
{
  const params *p = self->params;
  double left = 0;
  for (size_t i = 0; i < q->rows; i++) left += p->nu * bl_svm_weight(t, i);
  for (size_t i = 0; i < q->rows; i++) {
    q->C[i] = bl_svm_weight(t, i);
    q->alpha[i] = fmin(q->C[i], left);
    left -= q->alpha[i];
  }
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_svm_function_fit(ctx, self, t, &((const params *)self->params)->solving, false, false, set_up);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT || op == BL_DECISION || op == BL_SCORE_SAMPLES;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_svm_state *s = self->state;
  const bl_svm_room *r = room;
  (void)ctx;
  bl_svm_sums(self, r, X);
  for (size_t i = 0; i < X->rows; i++) {
    double score = r->sums[i], decision = score + s->intercept[0];
    if (out->v[BL_SCORE_SAMPLES]) out->v[BL_SCORE_SAMPLES][i] = score;
    if (out->v[BL_DECISION]) out->v[BL_DECISION][i] = decision;
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = isnan(decision) ? decision : decision < 0 ? -1 : 1;
  }
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_one_class_svm = {
    .name = "one_class_svm", .summary = "outlier detector: rows outside a smooth region that holds most are odd",
    .source = "scikit-learn OneClassSVM; Schoelkopf, Platt, Shawe-Taylor, Smola and Williamson 2001",
    .kind = BL_OUTLIER_DETECTOR, .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .fields = bl_svm_function_fields, .state_size = sizeof(bl_svm_state), .fit = fit,
    .width = width, .prepare = bl_svm_prepare, .release = bl_svm_release, .apply = apply, .work = bl_svm_work,
    .check = bl_svm_function_check};
/* clang-format on */
