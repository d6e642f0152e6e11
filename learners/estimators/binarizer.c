/* binarizer: 1 where a number lies above a threshold, else 0; it learns nothing. */
#include "columnwise.h"
#include "kit.h"

typedef struct params {
  double threshold;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, threshold, "0", -1e14, 1e14, "", "numbers above it become 1, it itself and those below 0"),
    BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self, (void)t;
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) o[j] = (double)x[j] > p->threshold ? 1.0F : 0.0F;
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "1", out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_binarizer = {
    .name = "binarizer", .summary = "1 where a number lies above a threshold, else 0", .source = "scikit-learn Binarizer",
    .kind = BL_TRANSFORMER, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fit = fit, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out};
/* clang-format on */
