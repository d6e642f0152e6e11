#include "selection.h"

#include <math.h>
#include <string.h>

#include "composite.h"
#include "kit.h"

void bl_kept_any(bl_ctx *ctx, const bl_estimator *self, const double *score, const char *what, size_t d, bool *marked)
{
  size_t best = 0;
  if (memchr(marked, true, d)) return;
  for (size_t j = 1; j < d; j++)
    if (score[j] > score[best]) best = j;
  marked[best] = true;
  bl_warn(ctx, BL_W_CONSTANT, "%s: no column passes of %zu; the one with the highest %s is kept, column %zu",
          self->cls->name, d, what, best);
}

bl_status bl_kept_set(bl_ctx *ctx, const bl_estimator *self, bl_kept *k, const bool *marked, size_t d)
{
  k->kept = bl_calloc(ctx, d, sizeof *k->kept);
  if (!k->kept) return bl_fail_nomem(ctx, self->cls->name);
  for (size_t j = 0; j < d; j++)
    if (marked[j]) k->kept[k->n_kept++] = (int64_t)j;
  return BL_OK;
}

size_t bl_kept_width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? ((const bl_kept *)self->state)->n_kept : 1;
}

bl_status bl_kept_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_kept *k = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < k->n_kept; j++) o[j] = x[k->kept[j]];
  }
  return BL_OK;
}

static bl_status pick_names(bl_ctx *ctx, const bl_texts *in, const int64_t *column, size_t n, bl_texts *out)
{
  bl_status s = BL_OK;
  for (size_t j = 0; !s && j < n; j++) s = bl_texts_add(ctx, out, in->v[column[j]]);
  return s;
}

bl_status bl_kept_names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  const bl_kept *k = self->state;
  bl_texts in = {0};
  bl_status s = bl_kit_input_names(ctx, self, &in);
  if (!s) s = pick_names(ctx, &in, k->kept, k->n_kept, out);
  bl_texts_free(ctx, &in);
  return s;
}

bl_status bl_kept_blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  const bl_kept *k = self->state;
  return bl_composite_blocks(ctx, &self->blocks, k->kept, k->n_kept, out);
}

bl_status bl_kept_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_kept *k = self->state;
  bool good = k->kept && k->n_kept > 0;
  for (size_t j = 0; good && j < k->n_kept; j++)
    good = k->kept[j] >= (j ? k->kept[j - 1] + 1 : 0) && (size_t)k->kept[j] < self->n_features;
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT, "%s: what it keeps are not columns among %zu", self->cls->name,
                        self->n_features);
}

/* ---- some columns ------------------------------------------------------------------------------------------------ */

bl_status bl_some_columns_take(bl_ctx *ctx, const bl_data *d, const int64_t *column, size_t n, bl_some_columns *out)
{
  *out = (bl_some_columns){.d = *d};
  bl_status s = bl_mat_new(ctx, d->X.rows, n, &out->X);
  for (size_t i = 0; !s && i < d->X.rows; i++) {
    const float *x = bl_crow(&d->X, i);
    for (size_t j = 0; j < n; j++) bl_row(&out->X, i)[j] = x[column[j]];
  }
  if (!s && d->feature_names) s = pick_names(ctx, d->feature_names, column, n, &out->names);
  if (!s && d->blocks) s = bl_composite_blocks(ctx, d->blocks, column, n, &out->blocks);
  out->d.X = bl_mat_view(&out->X);
  out->d.feature_names = d->feature_names ? &out->names : NULL;
  out->d.blocks = d->blocks ? &out->blocks : NULL;
  return s;
}

void bl_some_columns_free(bl_ctx *ctx, bl_some_columns *c)
{
  bl_mat_free(ctx, &c->X);
  bl_texts_free(ctx, &c->names);
  bl_blocks_free(ctx, &c->blocks);
}

/* ---- importances ------------------------------------------------------------------------------------------------- */

/* The learnt numbers of that name, of doubles; v NULL when there are none. */
static bl_field_view learnt(const bl_estimator *e, const char *name)
{
  for (const bl_field *f = e->cls->fields; f && f->name; f++)
    if (!strcmp(f->name, name) && f->dtype == BL_F64) return bl_field_get(f, e->state);
  return (bl_field_view){0};
}

bl_status bl_importances(bl_ctx *ctx, const char *who, const bl_estimator *e, bool squares, double *out)
{
  size_t d = e->n_features;
  while (e->cls->tags & BL_TAG_LIST && e->n_children) e = e->child[e->n_children - 1];
  bl_field_view coef = learnt(e, "coef"), own = learnt(e, "feature_importances"), *use = coef.v ? &coef : &own;
  if (!use->v || e->n_features != d)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: %s does not say how much it makes of each of %zu columns; linear models do, by their "
                   "coefficients, behind steps that keep the columns",
                   who, e->cls->name, d);
  const double *v = use->v;
  size_t n = use->bytes / sizeof *v, rows = d ? n / d : 0;
  if (!rows || n != rows * d)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %s has %zu coefficients, not some for each of %zu columns", who, e->cls->name,
                   n, d);
  for (size_t j = 0; j < d; j++) {
    out[j] = 0;
    for (size_t k = 0; k < rows; k++) out[j] += squares ? v[k * d + j] * v[k * d + j] : fabs(v[k * d + j]);
  }
  return BL_OK;
}
