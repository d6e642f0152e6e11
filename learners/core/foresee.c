/* foresee.c: what of an estimator cannot be learnt, seen before there are any numbers. */
#include "estimator_private.h"

bl_status bl_estimator_foresee(bl_ctx *ctx, const bl_estimator *e, const bl_outlook *of)
{
  const bl_estimator_class *cls = e->cls;
  bl_status s = bl_estimator_complete(ctx, e);
  /* of one that holds others the tag may be a child's, whose name says more */
  if (!s && (cls->tags & BL_TAG_COVARIANCE_ROWS) && (of->blocks || of->cols))
    s = bl_check_triangle(ctx, cls->name, of->blocks, of->cols);
  if (!s && !e->n_children) s = bl_check_categories(ctx, cls->name, bl_estimator_tags(e), of->blocks);
  if (!s && cls->foresee) return cls->foresee(ctx, e, of);
  for (size_t i = 0; !s && i < e->n_children; i++) s = bl_estimator_foresee(ctx, e->child[i], of);
  return s;
}
