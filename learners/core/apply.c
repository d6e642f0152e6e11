/* Applying what was learnt: checks columns, names and finiteness, asks the class, turns codes into class values. Writes
 * nothing into the estimator, so that any number of threads may share one. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "estimator_private.h"

bl_status bl_estimator_needs_fit(bl_ctx *ctx, const bl_estimator *e)
{
  if (e->fitted) return BL_OK;
  return bl_fail(ctx, BL_E_NOT_FITTED, "%s: has learnt nothing yet; fit it first", e->cls->name);
}

size_t bl_op_width(const bl_estimator *e, bl_op op)
{
  return (unsigned)op < BL_N_OPS && e->cls->width ? e->cls->width(e, op) : 0;
}

static bl_status check_names(bl_ctx *ctx, const bl_estimator *e, const bl_texts *names)
{
  const bl_texts *own = &e->feature_names;
  if (!names || !own->n) return BL_OK;
  if (names->n != own->n)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu feature names, but the model learnt from %zu", e->cls->name, names->n,
                   own->n);
  for (size_t j = 0; j < own->n; j++) {
    if (!strcmp(names->v[j], own->v[j])) continue;
    long at = bl_texts_find(names, own->v[j]);
    if (at < 0)
      return bl_fail(ctx, BL_E_MISMATCH, "%s: column %zu is '%s', but the model learnt from '%s' there", e->cls->name,
                     j, names->v[j], own->v[j]);
    return bl_fail(ctx, BL_E_MISMATCH,
                   "%s: column %zu is '%s', but the model learnt from '%s' there, which stands in column %ld; "
                   "bring the columns into the model's order",
                   e->cls->name, j, names->v[j], own->v[j], at);
  }
  return BL_OK;
}

static bl_status check_input(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names)
{
  const char *who = e->cls->name;
  if ((unsigned)op >= BL_N_OPS) return bl_fail(ctx, BL_E_ARG, "%s: there is no operation %d", who, (int)op);
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (s) return s;
  if (!bl_op_width(e, op)) return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: gives no %s", who, bl_op_name(op));
  if (X->cols != e->n_features)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu columns, but the model learnt from %zu", who, X->cols, e->n_features);
  s = check_names(ctx, e, names);
  if (!s)
    s = bl_check_finite(ctx, who, X, bl_estimator_tags(e) & BL_TAG_NAN_OK,
                        e->feature_names.n ? &e->feature_names : names);
  return s ? s : BL_CHECK_CANCEL(ctx);
}

bl_status bl_apply_codes(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names,
                         double *out)
{
  bl_status s = check_input(ctx, e, op, X, names);
  if (s) return s;
  if (op == BL_TRANSFORM)
    return bl_fail(ctx, BL_E_ARG, "%s: transform gives a matrix; call bl_transform()", e->cls->name);
  return X->rows ? e->cls->apply(ctx, e, op, X, out) : BL_OK;
}

bl_status bl_apply(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names, double *out)
{
  bl_status s = bl_apply_codes(ctx, e, op, X, names, out);
  if (s || op != BL_PREDICT || bl_estimator_kind(e) != BL_CLASSIFIER) return s;
  for (size_t i = 0; i < X->rows; i++) {
    assert(out[i] >= 0 && out[i] < (double)e->n_classes);
    out[i] = e->classes[(size_t)out[i]];
  }
  return BL_OK;
}

bl_status bl_transform(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const bl_texts *names, bl_mat *out)
{
  *out = (bl_mat){0};
  bl_status s = check_input(ctx, e, BL_TRANSFORM, X, names);
  if (!s) s = bl_mat_new(ctx, X->rows, bl_op_width(e, BL_TRANSFORM), out);
  if (!s && X->rows) s = e->cls->transform(ctx, e, X, out);
  if (s) bl_mat_free(ctx, out);
  return s;
}

bl_status bl_estimator_names_out(bl_ctx *ctx, const bl_estimator *e, bl_texts *out)
{
  *out = (bl_texts){0};
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (s) return s;
  size_t width = bl_op_width(e, BL_TRANSFORM);
  if (!width) return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: gives no %s", e->cls->name, bl_op_name(BL_TRANSFORM));
  if (e->cls->names_out) s = e->cls->names_out(ctx, e, out);
  for (size_t i = 0; !s && !e->cls->names_out && i < width; i++) {
    char name[128];
    snprintf(name, sizeof name, "%s%zu", e->cls->name, i);
    s = bl_texts_add(ctx, out, name);
  }
  if (!s && out->n != width)
    s = bl_fail(ctx, BL_E_INTERNAL, "%s: names %zu of its %zu columns", e->cls->name, out->n, width);
  if (s) bl_texts_free(ctx, out);
  return s;
}
