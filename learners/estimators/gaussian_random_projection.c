/* gaussian_random_projection: columns that are random sums of all columns. Distances between rows stay nearly what they
 * were, however many columns there are (Johnson and Lindenstrauss 1984). It learns only how many columns there are. */
#include <math.h>

#include "baleen/random.h"
#include "random_projection.h"

typedef struct params {
  bl_projection_params own;
} params;
static const bl_opt opts[] = {BL_PROJECTION_OPTS(params), BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const bl_projection_params *p = self->params;
  bl_projection *s = self->state;
  bl_status status = bl_projection_begin(ctx, self, t);
  for (size_t k = 0; !status && k < s->n_components; k++) {
    bl_rng r = bl_rng_make((uint64_t)p->random_state, "gaussian_random_projection", k);
    for (size_t j = 0; j < s->n_features; j++)
      s->components[k * s->n_features + j] = bl_rng_normal(&r) / sqrt((double)s->n_components);
  }
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_gaussian_random_projection = {
    .name = "gaussian_random_projection", .summary = "random sums of all columns, which keep distances",
    .source = "scikit-learn GaussianRandomProjection; Johnson and Lindenstrauss 1984",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_RANDOM, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_projection_fields, .state_size = sizeof(bl_projection),
    .fit = fit, .width = bl_projection_width, .prepare = bl_projection_prepare, .apply = bl_projection_apply,
    .work = bl_projection_work, .check = bl_projection_check};
/* clang-format on */
