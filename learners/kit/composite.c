#include "composite.h"

#include "baleen/pool.h"

unsigned bl_composite_tags(const bl_estimator *self, unsigned any, unsigned all)
{
  unsigned of_any = 0, of_all = self->n_children ? all : 0;
  for (size_t i = 0; i < self->n_children; i++) {
    unsigned tags = bl_estimator_tags(self->child[i]);
    of_any |= tags & any;
    of_all &= tags;
  }
  return of_any | of_all;
}

bl_status bl_composite_fit(bl_ctx *ctx, bl_estimator *child, const bl_data *data)
{
  bl_data d = *data;
  if (!(bl_estimator_tags(child) & BL_TAG_WEIGHTS)) d.weight = NULL;
  return bl_fit(ctx, child, &d);
}

bl_status bl_composite_in(bl_ctx *ctx, const bl_estimator *self, size_t i, bl_status s)
{
  return s ? bl_fail_in(ctx, s, "%s: '%s': ", self->cls->name, self->child_name[i]) : BL_OK;
}

typedef struct fits {
  bl_estimator *self;
  const bl_data *data;
} fits;

static bl_status fit_one(bl_ctx *ctx, void *arg, size_t i)
{
  const fits *f = arg;
  return bl_composite_in(ctx, f->self, i, bl_composite_fit(ctx, f->self->child[i], f->data));
}

bl_status bl_composite_fit_all(bl_ctx *ctx, bl_estimator *self, const bl_data *data)
{
  fits f = {self, data};
  return bl_pool_for(ctx, self->n_children, 1e9, fit_one, &f); /* a fit is worth a thread however small it is */
}

static bool knows(const bl_estimator *self, double value)
{
  size_t k = 0;
  while (k < self->n_classes && self->classes[k] != value) k++;
  return k < self->n_classes;
}

bl_status bl_composite_check(bl_ctx *ctx, const bl_estimator *self, const bl_estimator *child, bl_kind kind,
                             size_t n_features)
{
  const char *who = self->cls->name;
  if (!child->fitted || bl_estimator_kind(child) != kind || child->n_features != n_features)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %s in it does not take %zu columns as a %s", who, child->cls->name,
                   n_features, bl_kind_name(kind));
  for (size_t k = 0; kind == BL_CLASSIFIER && k < child->n_classes; k++)
    if (!knows(self, child->classes[k]))
      return bl_fail(ctx, BL_E_FORMAT, "%s: %s in it tells a class %g that is not known", who, child->cls->name,
                     child->classes[k]);
  return BL_OK;
}

bl_status bl_composite_blocks(bl_ctx *ctx, const bl_blocks *from, const int64_t *column, size_t n, bl_blocks *out)
{
  *out = (bl_blocks){0};
  size_t *index = bl_calloc(ctx, n, sizeof *index);
  if (!index) return bl_fail_nomem(ctx, "blocks of columns");
  for (size_t j = 0; j < n; j++) index[j] = (size_t)column[j];
  bl_status s = bl_blocks_pick(ctx, from, index, n, out);
  bl_free(ctx, index);
  return s;
}

size_t bl_composite_top(const double *v, size_t n)
{
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (v[i] > v[best]) best = i;
  return best;
}
