/* sparse_random_projection: as gaussian_random_projection, but that most summands are 0 and the others of one size
 * (Achlioptas 2003; Li, Hastie and Church 2006). */
#include <math.h>

#include "baleen/random.h"
#include "random_projection.h"

static const char *const words[] = {"auto", NULL};
typedef struct params {
  bl_projection_params own;
  bl_word density;
} params;
static const bl_opt opts[] = {
    BL_PROJECTION_OPTS(params),
    BL_WORD(params, density, "auto", words, 0, 1, BL_OPT_OPEN_LO, "",
            "share of summands that are not 0; auto: one over the root of the number of columns"),
    BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  bl_projection *s = self->state;
  bl_status status = bl_projection_begin(ctx, self, t);
  double density = p->density.word < 0 ? p->density.real : 1 / sqrt((double)t->X.cols);
  double size = status ? 0 : 1 / sqrt(density * (double)s->n_components);
  for (size_t k = 0; !status && k < s->n_components; k++) {
    bl_rng r = bl_rng_make((uint64_t)p->own.random_state, "sparse_random_projection", k);
    for (size_t j = 0; j < s->n_features; j++) {
      double u = bl_rng_uniform(&r);
      s->components[k * s->n_features + j] = u >= density ? 0 : u < density / 2 ? -size : size;
    }
  }
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_sparse_random_projection = {
    .name = "sparse_random_projection", .summary = "random sums of a few columns, which keep distances",
    .source = "scikit-learn SparseRandomProjection; Achlioptas 2003; Li, Hastie and Church 2006",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_RANDOM, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_projection_fields, .state_size = sizeof(bl_projection),
    .fit = fit, .width = bl_projection_width, .prepare = bl_projection_prepare, .apply = bl_projection_apply,
    .work = bl_projection_work, .check = bl_projection_check};
/* clang-format on */
