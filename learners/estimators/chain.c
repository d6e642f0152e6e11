/* chain: estimators one behind the other; all but the last transform. Written as a list in flow text.
 *
 * Each step learns from what the steps before it give, and sees y, groups, class names and column names; weights go to
 * those steps that take them. It is of the kind of its last step and can do what that can (see bl_estimator_kind()). */
#include "estimator_private.h"

static const bl_estimator *last(const bl_estimator *self) { return self->child[self->n_children - 1]; }

static bl_status in_step(bl_ctx *ctx, const bl_estimator *self, size_t i, bl_status s)
{
  return s ? bl_fail_in(ctx, s, "step '%s': ", self->child_name[i]) : BL_OK;
}

static bl_status check_steps(bl_ctx *ctx, const bl_estimator *self)
{
  if (!self->n_children) return bl_fail(ctx, BL_E_CONFIG, "chain: has no steps; add at least one");
  for (size_t i = 0; i + 1 < self->n_children; i++)
    if (!bl_op_width(self->child[i], BL_TRANSFORM))
      return bl_fail(ctx, BL_E_CONFIG, "chain: step '%s' cannot stand before '%s': it does not transform",
                     self->child_name[i], self->child_name[i + 1]);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_data d = *t->data;
  bl_mat now = {0}, next = {0};
  bl_texts names = {0};
  bl_status s = check_steps(ctx, self);
  for (size_t i = 0; !s && i < self->n_children; i++) {
    bl_estimator *e = self->child[i];
    d.weight = bl_estimator_tags(e) & BL_TAG_WEIGHTS ? t->data->weight : NULL;
    s = in_step(ctx, self, i, bl_fit(ctx, e, &d));
    if (s || i + 1 == self->n_children) break;
    s = in_step(ctx, self, i, bl_transform(ctx, e, &d.X, NULL, &next));
    bl_texts names_next = {0};
    if (!s) s = in_step(ctx, self, i, bl_estimator_names_out(ctx, e, &names_next));
    bl_texts_free(ctx, &names);
    names = names_next;
    bl_mat_free(ctx, &now);
    now = next;
    next = (bl_mat){0};
    d.X = bl_mat_view(&now);
    d.feature_names = &names;
  }
  bl_mat_free(ctx, &now);
  bl_texts_free(ctx, &names);
  return s;
}

static size_t width(const bl_estimator *self, bl_op op) { return self->n_children ? bl_op_width(last(self), op) : 0; }

/* X through all steps but the last; *now holds the result unless there is one step alone, when *view stays X. */
static bl_status through(bl_ctx *ctx, const bl_estimator *self, const bl_cmat *X, bl_mat *now, bl_cmat *view)
{
  *now = (bl_mat){0};
  *view = *X;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i + 1 < self->n_children; i++) {
    bl_mat next;
    s = in_step(ctx, self, i, bl_transform(ctx, self->child[i], view, NULL, &next));
    bl_mat_free(ctx, now);
    *now = next;
    *view = bl_mat_view(now);
  }
  return s;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, bl_op op, const bl_cmat *X, double *out)
{
  bl_mat now;
  bl_cmat view;
  bl_status s = through(ctx, self, X, &now, &view);
  if (!s) s = in_step(ctx, self, self->n_children - 1, bl_apply_codes(ctx, last(self), op, &view, NULL, out));
  bl_mat_free(ctx, &now);
  return s;
}

static bl_status transform(bl_ctx *ctx, const bl_estimator *self, const bl_cmat *X, bl_mat *out)
{
  bl_mat now, result = {0};
  bl_cmat view;
  bl_status s = through(ctx, self, X, &now, &view);
  if (!s) s = in_step(ctx, self, self->n_children - 1, bl_transform(ctx, last(self), &view, NULL, &result));
  for (size_t i = 0; !s && i < result.rows; i++)
    for (size_t j = 0; j < result.cols; j++) bl_row(out, i)[j] = bl_row(&result, i)[j];
  bl_mat_free(ctx, &now);
  bl_mat_free(ctx, &result);
  return s;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  return bl_estimator_names_out(ctx, last(self), out);
}

/* Each step passed its own check; do their widths meet, and their classes? */
static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  size_t cols = self->n_features;
  bl_status s = check_steps(ctx, self);
  for (size_t i = 0; !s && i < self->n_children; i++) {
    const bl_estimator *e = self->child[i];
    if (!e->fitted || e->n_features != cols)
      s = bl_fail(ctx, BL_E_FORMAT, "chain: step '%s' takes %zu columns where %zu come", self->child_name[i],
                  e->n_features, cols);
    cols = bl_op_width(e, BL_TRANSFORM);
  }
  if (!s && bl_estimator_kind(self) == BL_CLASSIFIER && last(self)->n_classes != self->n_classes)
    s = bl_fail(ctx, BL_E_FORMAT, "chain: %zu classes, but its last step has %zu", self->n_classes,
                last(self)->n_classes);
  return s;
}

const bl_estimator_class bl_estimator_chain = {.name = "chain",
                                               .summary =
                                                   "estimators one behind the other, all but the last transforming",
                                               .source = "scikit-learn Pipeline",
                                               .kind = BL_TRANSFORMER,
                                               .tags = BL_TAG_META,
                                               .state_version = 1,
                                               .fit = fit,
                                               .width = width,
                                               .apply = apply,
                                               .transform = transform,
                                               .names_out = names_out,
                                               .check = check};
