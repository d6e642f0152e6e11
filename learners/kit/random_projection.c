#include "random_projection.h"

#include <math.h>

#include "kit.h"

const char *const bl_projection_words[] = {"auto", NULL};
const bl_field bl_projection_fields[] = {
    BL_FIELD_MATRIX(bl_projection, components, BL_F64, n_components, n_features, "directions, one a row"),
    BL_FIELD_END};

bl_status bl_projection_begin(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const bl_projection_params *p = self->params;
  bl_projection *s = self->state;
  double e = p->eps, safe = floor(4 * log((double)t->X.rows) / (e * e / 2 - e * e * e / 3));
  bool own = p->n_components.word < 0;
  if (!own && (safe > (double)t->X.cols || safe < 1))
    return bl_fail(
        ctx, BL_E_RANGE,
        "%s: %g columns would keep the distances of %zu rows within %g, and there are %zu; say n_components, or "
        "a larger eps",
        self->cls->name, safe, t->X.rows, e, t->X.cols);
  s->n_components = own ? (size_t)p->n_components.real : (size_t)safe;
  s->n_features = t->X.cols;
  s->components = bl_calloc(ctx, s->n_components, s->n_features * sizeof *s->components);
  return s->components ? BL_OK : bl_fail_nomem(ctx, self->cls->name);
}

size_t bl_projection_width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? ((const bl_projection *)self->state)->n_components : 1;
}

typedef struct projecting {
  bl_kit_map map;
  double *out;
} projecting;

bl_status bl_projection_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const bl_projection *s = self->state;
  size_t k = s->n_components, d = s->n_features;
  double *tail;
  projecting *r = *room = bl_kit_room(ctx, sizeof *r, k * d + k, &tail);
  (void)ops, (void)rows;
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  bl_kit_turn(k, d, s->components, tail);
  r->map = (bl_kit_map){.d = d, .k = k, .Wt = tail};
  r->out = tail + k * d;
  return BL_OK;
}

bl_status bl_projection_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const projecting *r = room;
  (void)ctx, (void)self;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    float *o = bl_row(&out->transform, i);
    bl_kit_linear(&r->map, bl_crow(X, i), r->out);
    for (size_t k = 0; k < r->map.k; k++) o[k] = (float)r->out[k];
  }
  return BL_OK;
}

double bl_projection_work(const bl_estimator *self)
{
  const bl_projection *s = self->state;
  return 2.0 * (double)s->n_components * (double)s->n_features;
}

bl_status bl_projection_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_projection *s = self->state;
  if (s->components && s->n_components && s->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s: its components are not of %zu columns", self->cls->name, self->n_features);
}
