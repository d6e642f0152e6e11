/* nu_svr: support vector regression whose epsilon is found so that at most a share nu of the targets lies beyond it. As
 * scikit-learn's NuSVR, which is libsvm. */
#include "svm_function.h"

typedef struct params {
  double nu, C;
  bl_kernel_options kernel;
  bl_svm_solving solving;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, nu, "0.5", 0, 1, "", "most targets beyond epsilon, least rows that decide, as a share"),
    BL_REAL_ABOVE(params, C, "1", 0, 1e300, "", "price of a target beyond epsilon; smaller is smoother"),
    BL_KERNEL_OPTIONS(params, kernel, "rbf", "scale", "0"), BL_SVM_SOLVING(params, solving), BL_OPT_END};

static void set_up(const bl_estimator *self, const bl_train *t, bl_svm_problem *q)
{
  const params *p = self->params;
  double left = 0;
  for (size_t i = 0; i < q->rows; i++) {
    q->C[i] = q->C[i + q->rows] = p->C * bl_svm_weight(t, i);
    q->p[i] = -t->y[i];
    q->p[i + q->rows] = t->y[i];
    left += p->nu * q->C[i] / 2;
  }
  for (size_t i = 0; i < q->rows; i++) {
    q->alpha[i] = q->alpha[i + q->rows] = fmin(q->C[i], left);
    left -= q->alpha[i];
  }
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_svm_function_fit(ctx, self, t, &((const params *)self->params)->solving, true, true, set_up);
}

/* clang-format off */
const bl_estimator_class bl_estimator_nu_svr = {
    .name = "nu_svr", .summary = "support vector regression told the share of targets that may lie outside",
    .source = "scikit-learn NuSVR; Schoelkopf, Smola, Williamson and Bartlett 2000", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = bl_svm_function_fields, .state_size = sizeof(bl_svm_state), .fit = fit, .width = bl_svm_function_width,
    .prepare = bl_svm_prepare, .release = bl_svm_release, .apply = bl_svm_function_apply, .work = bl_svm_work,
    .check = bl_svm_function_check};
/* clang-format on */
