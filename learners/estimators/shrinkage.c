/* shrinkage: covariances that can be inverted. Rows are upper triangles of symmetric matrices C of n channels, and become
 *   (1 - s) C + s tr(C) / n I,
 * as pyRiemann's Shrinkage (0.11). Nothing is learnt; it stands before mdm, tangent_space or csp, where an average reference,
 * components taken out or short epochs leave matrices singular. */
#include "columnwise.h"
#include "kit.h"
#include "spd.h"

typedef struct params {
  double shrinkage;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, shrinkage, "0.1", 0, 1, "", "share of the multiple of the identity"),
    BL_OPT_END,
};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self, (void)t;
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  double share = ((const params *)self->params)->shrinkage;
  size_t n = bl_spd_channels(self->n_features);
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *to = bl_row(&out->transform, i);
    double trace = 0;
    for (size_t c = 0, at = 0; c < n; at += n - c, c++) trace += (double)x[at];
    for (size_t c = 0, at = 0; c < n; c++)
      for (size_t k = c; k < n; k++, at++)
        to[at] = (float)((1 - share) * (double)x[at] + (c == k ? share * trace / (double)n : 0));
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, NULL, out);
}

const bl_estimator_class bl_estimator_shrinkage = {.name = "shrinkage",
                                                   .summary = "covariances shrunk towards a multiple of the identity",
                                                   .source = "pyRiemann Shrinkage",
                                                   .kind = BL_TRANSFORMER,
                                                   .tags = BL_TAG_COVARIANCE_ROWS,
                                                   .state_version = 1,
                                                   .opts = opts,
                                                   .params_size = sizeof(params),
                                                   .fit = fit,
                                                   .width = bl_kit_same_width,
                                                   .apply = apply,
                                                   .names_out = bl_kit_input_names,
                                                   .blocks_out = blocks_out};
