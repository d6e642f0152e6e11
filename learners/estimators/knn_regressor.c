/* knn_regressor: the mean target of a row's nearest rows in training, plain or weighted by 1 / distance; as
 * scikit-learn's KNeighborsRegressor. Ties of distance go to the row that came first in training.
 * Several targets have the same neighbours. */
#include "knn_common.h"

typedef struct job {
  const bl_estimator *self;
  double *out;
} job;

static void average(void *arg, size_t row, const uint32_t *index, const double *distance)
{
  const job *j = arg;
  const bl_knn_params *p = j->self->params;
  const bl_knn_state *s = j->self->state;
  size_t k = s->n_targets;
  for (size_t c = 0; c < k; c++) {
    double sum = 0, total = 0;
    for (size_t i = 0; i < (size_t)p->n_neighbors; i++) {
      double w = bl_knn_weight(p, distance, i);
      sum += w * s->y[index[i] * k + c];
      total += w;
    }
    j->out[row * k + c] = sum / total;
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx;
  if (out->v[BL_PREDICT]) bl_knn_find(self, room, X, average, &(job){self, out->v[BL_PREDICT]});
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  size_t k = ((const bl_knn_state *)self->state)->n_targets;
  return op == BL_PREDICT ? k ? k : 1 : 0;
}

/* clang-format off */
const bl_estimator_class bl_estimator_knn_regressor = {
    .name = "knn_regressor", .summary = "the mean target of the nearest rows",
    .source = "scikit-learn KNeighborsRegressor", .kind = BL_REGRESSOR, .tags = BL_TAG_TARGETS, .state_version = 2,
    .opts = bl_knn_opts, .params_size = sizeof(bl_knn_params), .fields = bl_knn_fields,
    .state_size = sizeof(bl_knn_state), .foresee = bl_knn_foresee, .fit = bl_knn_fit, .width = width, .prepare = bl_knn_prepare,
    .release = bl_knn_release, .apply = apply, .work = bl_knn_work, .migrate = bl_knn_migrate, .check = bl_knn_check};
/* clang-format on */
