/* normalizer: each row divided by its own norm; it learns nothing. A row of nothing but 0 stays as it is. */
#include <math.h>

#include "columnwise.h"
#include "kit.h"

enum { L1, L2, MAX };
static const char *const norms[] = {"l1", "l2", "max", NULL};
typedef struct params {
  int norm;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, norm, "l2", norms, "sum of magnitudes, root of the sum of squares, or the largest magnitude"),
    BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self, (void)t;
  return BL_OK;
}

static double norm_of(int kind, const float *x, size_t n)
{
  double sum = 0;
  for (size_t j = 0; j < n; j++) {
    double v = fabs((double)x[j]);
    if (kind == MAX) sum = v > sum ? v : sum;
    else sum += kind == L1 ? v : v * v;
  }
  return kind == L2 ? sqrt(sum) : sum;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    double norm = norm_of(p->norm, x, X->cols);
    for (size_t j = 0; j < X->cols; j++) o[j] = norm > 0 ? (float)((double)x[j] / norm) : x[j];
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "1", out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_normalizer = {
    .name = "normalizer", .summary = "each row divided by its own norm", .source = "scikit-learn Normalizer",
    .kind = BL_TRANSFORMER, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fit = fit, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out};
/* clang-format on */
