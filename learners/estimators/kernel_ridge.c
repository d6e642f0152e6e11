/* kernel_ridge: ridge regression in the space of a kernel: dual_coef solves (K + alpha I) dual_coef = y, without a
 * constant; a row counts by its weight. As scikit-learn's KernelRidge; where K + alpha I is not positive definite, the
 * least-squares solution of minimal norm. Several targets are as many problems over one matrix. */
#include <string.h>

#include "baleen/blas.h"
#include "svm.h"

typedef struct params {
  double alpha;
  bl_kernel_options kernel;
} params;

static const bl_opt opts[] = {BL_REAL(params, alpha, "1", 0, 1e300, "", "strength of the penalty; larger is smoother"),
                              BL_KERNEL_OPTIONS(params, kernel, "linear", "auto", "1"), BL_OPT_END};

/* clang-format off */
static const bl_field fields[] = {
    {"X_fit", BL_F32, offsetof(bl_svm_state, support_vectors), offsetof(bl_svm_state, n_sv),
     offsetof(bl_svm_state, n_features), "the rows learnt from"},
    BL_FIELD_VECTOR(bl_svm_state, support, BL_I64, n_sv, "their numbers"),
    BL_FIELD_MATRIX(bl_svm_state, dual_coef, BL_F64, n_rows, n_sv, "what each of them counts, for each target"),
    BL_FIELD_VECTOR(bl_svm_state, n_support, BL_I64, n_groups, "how many they are"),
    BL_FIELD_SCALAR(bl_svm_state, gamma, BL_F64, "the number that gamma stood for"), BL_FIELD_END};
/* clang-format on */

/* All kernel values of the rows with one another. */
static bl_status find_gram(bl_ctx *ctx, const bl_kernel *k, const bl_train *t, const bl_svm_state *s, double *gram)
{
  size_t n = t->X.rows;
  if (!(k->cls->tags & BL_KERNEL_GIVEN)) return bl_kernel_gram(ctx, k, &t->X, &t->X, gram);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) gram[i * n + j] = (double)bl_crow(&t->X, i)[s->support[j]];
  return BL_OK;
}

/* b [n x k] becomes the solution. gram is destroyed. */
static bl_status solve(bl_ctx *ctx, size_t n, double *gram, double alpha, size_t k, double *b)
{
  size_t rank;
  double *kept = bl_calloc(ctx, n, (n + k) * sizeof *kept);
  if (!kept) return bl_fail_nomem(ctx, "kernel_ridge");
  for (size_t i = 0; i < n; i++) gram[i * n + i] += alpha;
  memcpy(kept, gram, n * n * sizeof *kept);
  memcpy(kept + n * n, b, n * k * sizeof *kept);
  bl_status s = bl_solve_spd(ctx, n, gram, k, b);
  if (s == BL_E_RANGE) {
    memcpy(b, kept + n * n, n * k * sizeof *kept);
    s = bl_lstsq(ctx, n, n, kept, k, b, -1, &rank);
  }
  bl_free(ctx, kept);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_svm_state *s = self->state;
  size_t n = t->X.rows, k = t->n_targets;
  bl_kernel kernel = {0};
  double *gram = bl_calloc(ctx, n, n * sizeof *gram), *b = bl_calloc(ctx, n, (k + 1) * sizeof *b);
  uint32_t *all = bl_calloc(ctx, n, sizeof *all);
  bl_status status = gram && b && all ? bl_svm_settle(ctx, self, t, &kernel) : bl_fail_nomem(ctx, "kernel_ridge");
  for (size_t i = 0; !status && i < n; i++) all[i] = (uint32_t)i;
  if (!status) status = bl_svm_keep(ctx, s, &kernel, t, all, n, k, 0, 1);
  if (!status) status = find_gram(ctx, &kernel, t, s, gram);
  if (!status) status = BL_CHECK_CANCEL(ctx);
  if (status) goto done;
  double *root = b + n * k;
  for (size_t i = 0; i < n; i++) root[i] = sqrt(t->weight ? t->weight[i] : 1);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) gram[i * n + j] *= root[i] * root[j];
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < k; c++) b[i * k + c] = root[i] * t->y[i * k + c];
  status = solve(ctx, n, gram, p->alpha, k, b);
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; !status && c < k; c++) {
      s->dual_coef[c * n + i] = root[i] * b[i * k + c];
      if (!isfinite(s->dual_coef[c * n + i]))
        status = bl_fail(ctx, BL_E_RANGE, "kernel_ridge: the kernel matrix overflows; scale the columns first");
    }
  s->n_support[0] = (int64_t)n;
done:
  if (kernel.cls) bl_kernel_free(ctx, &kernel);
  bl_free(ctx, gram);
  bl_free(ctx, b);
  bl_free(ctx, all);
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  return op == BL_PREDICT ? (self->n_targets > 1 ? self->n_targets : 1) : 0;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_svm_room *r = room;
  (void)ctx;
  bl_svm_sums(self, r, X);
  memcpy(out->v[BL_PREDICT], r->sums, X->rows * ((const bl_svm_state *)self->state)->n_rows * sizeof(double));
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self) { return bl_svm_check(ctx, self, self->n_targets, 0, 1); }

/* clang-format off */
const bl_estimator_class bl_estimator_kernel_ridge = {
    .name = "kernel_ridge", .summary = "regression with a penalty on squares, with any kernel",
    .source = "scikit-learn KernelRidge; Saunders, Gammerman and Vovk 1998", .kind = BL_REGRESSOR,
    .tags = BL_TAG_WEIGHTS | BL_TAG_TARGETS | BL_TAG_POOR_SCORE /* it has no constant, and a linear kernel makes none */,
    .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(bl_svm_state), .fit = fit, .width = width, .prepare = bl_svm_prepare,
    .release = bl_svm_release, .apply = apply, .work = bl_svm_work, .check = check};
/* clang-format on */
