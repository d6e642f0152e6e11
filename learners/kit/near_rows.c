/* near_rows.c: see near_rows.h. */
#include "near_rows.h"

#include <string.h>

#include "baleen/blas.h"

const char *const bl_near_metrics[] = {"minkowski", "euclidean", "manhattan", NULL};

static void metric_of(const bl_near_params *p, bl_neighbours *m)
{
  m->p = p->p;
  if (p->metric == 1 || (p->metric == 0 && p->p == 2)) m->metric = BL_EUCLIDEAN;
  else if (p->metric == 2 || (p->metric == 0 && p->p == 1)) m->metric = BL_MANHATTAN;
  else m->metric = BL_MINKOWSKI;
}

bl_neighbours bl_near_search(const bl_estimator *self)
{
  const bl_near_params *p = self->params;
  const bl_near_state *s = self->state;
  bl_neighbours m = {.rows = s->fit_X, .n = s->n_rows, .d = s->n_features, .k = (size_t)p->n_neighbors};
  metric_of(p, &m);
  return m;
}

static bl_status need_rows(bl_ctx *ctx, const bl_estimator *self, size_t rows)
{
  size_t k = (size_t)((const bl_near_params *)self->params)->n_neighbors;
  if (rows > k) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE, "%s: n_neighbors is %zu, and a row of %zu has %zu others; take fewer",
                 self->cls->name, k, rows, rows ? rows - 1 : 0);
}

bl_status bl_near_foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  return of->rows ? need_rows(ctx, self, of->rows) : BL_OK;
}

bl_status bl_near_learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t, uint32_t **index, double **distance)
{
  const bl_near_params *p = self->params;
  bl_near_state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols, k = (size_t)p->n_neighbors;
  bl_neighbours m = {0};
  *index = NULL, *distance = NULL;
  bl_status status = need_rows(ctx, self, n);
  if (!status) status = bl_blas_open(ctx);
  if (status) return status;
  s->n_rows = n, s->n_features = d;
  s->fit_X = bl_calloc(ctx, n, d * sizeof *s->fit_X);
  *index = bl_calloc(ctx, n, k * sizeof **index);
  *distance = bl_calloc(ctx, n, k * sizeof **distance);
  if (!s->fit_X || !*index || !*distance) return bl_fail_nomem(ctx, self->cls->name);
  for (size_t i = 0; i < n; i++) memcpy(s->fit_X + i * d, bl_crow(&t->X, i), d * sizeof *s->fit_X);
  metric_of(p, &m);
  return bl_nearest_others(ctx, self->cls->name, s->fit_X, n, d, k, (int)m.metric, m.p, *index, *distance);
}

bl_status bl_near_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  bl_neighbours m = bl_near_search(self);
  bl_neighbours_room *room = NULL;
  (void)ops;
  bl_status s = bl_neighbours_prepare(ctx, &m, rows, &room);
  *out = room;
  return s;
}

double bl_near_work(const bl_estimator *self)
{
  const bl_near_state *s = self->state;
  return 2 * (double)s->n_rows * (double)s->n_features;
}

bl_status bl_near_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_near_state *s = self->state;
  const bl_near_params *p = self->params;
  if (!s->fit_X || s->n_features != self->n_features || s->n_rows <= (size_t)p->n_neighbors)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu rows of %zu columns do not fit %lld neighbours and %zu columns",
                   self->cls->name, s->n_rows, s->n_features, (long long)p->n_neighbors, self->n_features);
  return BL_OK;
}
