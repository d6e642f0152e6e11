/* svr: epsilon-support vector regression: the flattest function that leaves no target farther away than epsilon, each row
 * beyond that costing C times how far. As scikit-learn's SVR, which is libsvm. */
#include "svm_function.h"

typedef struct params {
  double C, epsilon;
  bl_kernel_options kernel;
  bl_svm_solving solving;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, C, "1", 0, 1e300, "", "price of a target beyond epsilon; smaller is smoother"),
    BL_REAL(params, epsilon, "0.1", 0, 1e300, "", "how far off a target may be at no price, in its own unit"),
    BL_KERNEL_OPTIONS(params, kernel, "rbf", "scale", "0"), BL_SVM_SOLVING(params, solving), BL_OPT_END};

static void set_up(const bl_estimator *self, const bl_train *t, bl_svm_problem *q)
{
  const params *p = self->params;
  for (size_t i = 0; i < q->rows; i++) {
    q->p[i] = p->epsilon - t->y[i];
    q->p[i + q->rows] = p->epsilon + t->y[i];
    q->C[i] = q->C[i + q->rows] = p->C * bl_svm_weight(t, i);
  }
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_svm_function_fit(ctx, self, t, &((const params *)self->params)->solving, true, false, set_up);
}

/* clang-format off */
const bl_estimator_class bl_estimator_svr = {
    .name = "svr", .summary = "support vector regression, with any kernel",
    .source = "scikit-learn SVR; Drucker, Burges, Kaufman, Smola and Vapnik 1997", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = bl_svm_function_fields, .state_size = sizeof(bl_svm_state), .fit = fit, .width = bl_svm_function_width,
    .prepare = bl_svm_prepare, .release = bl_svm_release, .apply = bl_svm_function_apply, .work = bl_svm_work,
    .check = bl_svm_function_check};
/* clang-format on */
