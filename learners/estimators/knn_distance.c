/* knn_distance: rows far from their nearest neighbours are odd: the distance of the k-th, or the mean or the median of all k
 * (Ramaswamy, Rastogi and Shim 2000; Angiulli and Pizzuti 2002); as PyOD's KNN. The border is drawn by the training rows,
 * each without itself. */
#include "near_rows.h"

enum { LARGEST, MEAN, MEDIAN };
static const char *const methods[] = {"largest", "mean", "median", NULL};
static const bl_opt opts[] = {
    BL_ENUM(bl_near_params, method, "largest", methods, "which distance of the k nearest is the score"),
    BL_NEAR_OPTS("5"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(bl_near_state, fit_X, BL_F32, n_rows, n_features, "the training rows"),
    BL_ANOMALY_OFFSET(bl_near_state), BL_FIELD_END};

static double score_of(const bl_near_params *p, const double *distance)
{
  size_t k = (size_t)p->n_neighbors;
  double sum = 0;
  if (p->method == LARGEST) return distance[k - 1];
  if (p->method == MEDIAN) return (distance[(k - 1) / 2] + distance[k / 2]) / 2;
  for (size_t i = 0; i < k; i++) sum += distance[i];
  return sum / (double)k;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const bl_near_params *p = self->params;
  bl_near_state *s = self->state;
  uint32_t *index;
  double *distance;
  bl_status status = bl_near_learn(ctx, self, t, &index, &distance);
  for (size_t i = 0; !status && i < s->n_rows; i++) distance[i] = score_of(p, distance + i * (size_t)p->n_neighbors);
  if (!status) s->offset = bl_anomaly_offset(distance, s->n_rows, p->contamination);
  bl_free(ctx, index);
  bl_free(ctx, distance);
  return status;
}

typedef struct job {
  const bl_estimator *self;
  const bl_answer *out;
} job;

static void tell(void *arg, size_t i, const uint32_t *index, const double *distance)
{
  const job *j = arg;
  (void)index;
  bl_anomaly_answer(score_of(j->self->params, distance), ((const bl_near_state *)j->self->state)->offset, i, j->out);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  bl_neighbours m = bl_near_search(self);
  (void)ctx;
  bl_neighbours_find(&m, room, X, tell, &(job){self, out});
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_knn_distance = {
    .name = "knn_distance", .summary = "outlier detector: rows far from their nearest neighbours",
    .source = "PyOD KNN; Ramaswamy et al. 2000", .kind = BL_OUTLIER_DETECTOR, .state_version = 1, .opts = opts,
    .params_size = sizeof(bl_near_params), .fields = fields, .state_size = sizeof(bl_near_state), .foresee = bl_near_foresee,
    .fit = fit, .width = bl_anomaly_width, .prepare = bl_near_prepare, .apply = apply, .work = bl_near_work,
    .check = bl_near_check};
/* clang-format on */
