#include "knn_common.h"

#include <string.h>

#include "kit.h"

enum { UNIFORM, DISTANCE };
static const char *const weightings[] = {"uniform", "distance", NULL};
static const char *const metrics[] = {"euclidean", "manhattan", "minkowski", NULL}; /* in the order of bl_distance */

const bl_opt bl_knn_opts[] = {
    BL_INT(bl_knn_params, n_neighbors, "5", 1, 100000000, "", "how many neighbours are asked"),
    BL_ENUM(bl_knn_params, weights, "uniform", weightings, "each neighbour counts alike, or by 1 / distance"),
    BL_ENUM(bl_knn_params, metric, "euclidean", metrics, "how distance is measured"),
    BL_REAL(bl_knn_params, p, "2", 1, 1000, "", "exponent of metric minkowski"), BL_OPT_END};

const bl_field bl_knn_fields[] = {
    BL_FIELD_MATRIX(bl_knn_state, fit_X, BL_F32, n_rows, n_features, "the rows learnt from"),
    BL_FIELD_MATRIX(bl_knn_state, y, BL_F64, n_rows, n_targets,
                    "their class (0, 1 .. in order of classes), labels (1: has it) or targets"),
    BL_FIELD_END};

static bl_status check_rows(bl_ctx *ctx, const bl_estimator *self, size_t n)
{
  const bl_knn_params *p = self->params;
  if ((uint64_t)p->n_neighbors <= n) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: n_neighbors is %lld, but there are %zu rows to learn from; take %zu or fewer",
                 self->cls->name, (long long)p->n_neighbors, n, n);
}

bl_status bl_knn_foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  return of->rows ? check_rows(ctx, self, of->rows) : BL_OK;
}

bl_status bl_knn_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_knn_state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols;
  bl_status few = check_rows(ctx, self, n);
  if (few) return few;
  s->n_rows = n;
  s->n_features = d;
  s->n_targets = t->n_targets;
  s->fit_X = bl_calloc(ctx, n, d * sizeof *s->fit_X);
  s->y = bl_calloc(ctx, n, s->n_targets * sizeof *s->y);
  if (!s->fit_X || !s->y) return bl_fail_nomem(ctx, "the rows of neighbours");
  for (size_t i = 0; i < n; i++) memcpy(s->fit_X + i * d, bl_crow(&t->X, i), d * sizeof *s->fit_X);
  memcpy(s->y, t->y, n * s->n_targets * sizeof *s->y);
  return BL_OK;
}

static bl_neighbours table_of(const bl_estimator *self)
{
  const bl_knn_params *p = self->params;
  const bl_knn_state *s = self->state;
  bl_distance metric = (bl_distance)p->metric;
  if (metric == BL_MINKOWSKI && (p->p <= 1 || (p->p >= 2 && p->p <= 2)))
    metric = p->p <= 1 ? BL_MANHATTAN : BL_EUCLIDEAN;
  return (bl_neighbours){s->fit_X, s->n_rows, s->n_features, (size_t)p->n_neighbors, metric, p->p};
}

bl_status bl_knn_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  bl_neighbours m = table_of(self);
  (void)ops;
  double *share;
  bl_knn_room *r = *room = bl_kit_room(ctx, sizeof *r, self->n_classes, &share);
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  r->share = share;
  return bl_neighbours_prepare(ctx, &m, rows, &r->near);
}

void bl_knn_release(bl_ctx *ctx, void *room)
{
  bl_knn_room *r = room;
  bl_free(ctx, r->near);
}

void bl_knn_find(const bl_estimator *self, const bl_knn_room *r, const bl_cmat *X, bl_neighbours_fn fn, void *arg)
{
  bl_neighbours m = table_of(self);
  bl_neighbours_find(&m, r->near, X, fn, arg);
}

double bl_knn_work(const bl_estimator *self)
{
  const bl_knn_state *s = self->state;
  return 3 * (double)s->n_rows * (double)s->n_features;
}

double bl_knn_weight(const bl_knn_params *p, const double *distance, size_t i)
{
  if (p->weights == UNIFORM) return 1;
  if (distance[0] > 0) return 1 / distance[i]; /* the nearest comes first */
  return distance[i] > 0 ? 0 : 1;
}

bl_status bl_knn_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_knn_params *p = self->params;
  const bl_knn_state *s = self->state;
  const char *who = self->cls->name;
  if (!s->fit_X || !s->y) return bl_fail(ctx, BL_E_FORMAT, "%s: fit_X or y is missing", who);
  if (s->n_targets != self->n_targets)
    return bl_fail(ctx, BL_E_FORMAT, "%s: y has %zu targets, wanted %zu", who, s->n_targets, self->n_targets);
  if (s->n_features != self->n_features || s->n_rows < (uint64_t)p->n_neighbors || s->n_rows > UINT32_MAX)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu x %zu rows learnt from do not fit %zu columns and %lld neighbours", who,
                   s->n_rows, s->n_features, self->n_features, (long long)p->n_neighbors);
  return BL_OK;
}

bl_status bl_knn_migrate(bl_ctx *ctx, unsigned from_version, bl_old_state *old)
{
  (void)from_version;
  bl_old_field *y = bl_old_find(old, "y");
  return y && y->n_dims == 1 ? bl_old_reshape(ctx, y, 2, y->dims[0], 1) : BL_OK;
}
