/* passthrough: columns as they are, for a place in `columns` or a chain that wants an estimator. */
#include <string.h>

#include "columnwise.h"
#include "kit.h"

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self, (void)t;
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, NULL, out);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx, (void)self, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++)
    memcpy(bl_row(&out->transform, i), bl_crow(X, i), X->cols * sizeof(float));
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_passthrough = {
    .name = "passthrough", .summary = "columns as they are", .source = "scikit-learn's 'passthrough'",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK | BL_TAG_CATEGORIES, .state_version = 1, .fit = fit, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out};
/* clang-format on */
