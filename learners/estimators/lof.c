/* lof: local outlier factor (Breunig et al., SIGMOD 2000): how much sparser a row's surroundings are than those of its nearest
 * neighbours. With d(a, b) a distance and d_k(b) that of b's k-th neighbour, the density of a is 1 / mean over its neighbours b of
 * max(d_k(b), d(a, b)), and the score the mean density of its neighbours over its own, about 1 for a row like those around it. As
 * scikit-learn's LocalOutlierFactor with novelty: rows that were not learnt are compared with those that were; the border is
 * drawn by the training rows, each without itself. */
#include <math.h>

#include "near_rows.h"

/* Where k rows lie in one place the mean is 0; scikit-learn's stand-in. */
static const double least_reach = 1e-10;

static const bl_opt opts[] = {BL_NEAR_OPTS("20"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(bl_near_state, fit_X, BL_F32, n_rows, n_features, "the training rows"),
    BL_FIELD_VECTOR(bl_near_state, reach, BL_F64, n_kept, "distance of each training row's k-th neighbour"),
    BL_FIELD_VECTOR(bl_near_state, density, BL_F64, n_kept, "local reachability density of each training row"),
    BL_ANOMALY_OFFSET(bl_near_state), BL_FIELD_END};

static double density_of(const bl_near_state *s, size_t k, const uint32_t *index, const double *distance)
{
  double sum = 0;
  for (size_t j = 0; j < k; j++) sum += fmax(distance[j], s->reach[index[j]]);
  return 1 / (sum / (double)k + least_reach);
}

static double factor_of(const bl_near_state *s, size_t k, const uint32_t *index, double density)
{
  double sum = 0;
  for (size_t j = 0; j < k; j++) sum += s->density[index[j]] / density;
  return sum / (double)k;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const bl_near_params *p = self->params;
  bl_near_state *s = self->state;
  size_t k = (size_t)p->n_neighbors, n = t->X.rows;
  uint32_t *index;
  double *distance;
  bl_status status = bl_near_learn(ctx, self, t, &index, &distance);
  if (!status) {
    s->n_kept = n;
    s->reach = bl_calloc(ctx, n, sizeof *s->reach);
    s->density = bl_calloc(ctx, n, sizeof *s->density);
    if (!s->reach || !s->density) status = bl_fail_nomem(ctx, "lof");
  }
  for (size_t i = 0; !status && i < n; i++) s->reach[i] = distance[i * k + k - 1];
  for (size_t i = 0; !status && i < n; i++) s->density[i] = density_of(s, k, index + i * k, distance + i * k);
  for (size_t i = 0; !status && i < n; i++) distance[i] = factor_of(s, k, index + i * k, s->density[i]);
  if (!status) s->offset = bl_anomaly_offset(distance, n, p->contamination);
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
  const bl_near_state *s = j->self->state;
  size_t k = (size_t)((const bl_near_params *)j->self->params)->n_neighbors;
  bl_anomaly_answer(factor_of(s, k, index, density_of(s, k, index, distance)), s->offset, i, j->out);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  bl_neighbours m = bl_near_search(self);
  (void)ctx;
  bl_neighbours_find(&m, room, X, tell, &(job){self, out});
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_near_state *s = self->state;
  bl_status status = bl_near_check(ctx, self);
  if (!status && (!s->reach || !s->density || s->n_kept != s->n_rows))
    status = bl_fail(ctx, BL_E_FORMAT, "lof: densities of %zu rows, wanted %zu", s->n_kept, s->n_rows);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_lof = {
    .name = "lof", .summary = "outlier detector: rows in sparser surroundings than their neighbours'",
    .source = "scikit-learn LocalOutlierFactor; Breunig et al. 2000", .kind = BL_OUTLIER_DETECTOR, .state_version = 1,
    .opts = opts, .params_size = sizeof(bl_near_params), .fields = fields, .state_size = sizeof(bl_near_state),
    .foresee = bl_near_foresee, .fit = fit, .width = bl_anomaly_width, .prepare = bl_near_prepare, .apply = apply,
    .work = bl_near_work, .check = check};
/* clang-format on */
