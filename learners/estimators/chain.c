/* chain: estimators one behind the other; all but the last transform. Written as a list in flow text.
 *
 * Each step learns from what the steps before it give, and sees y, groups, class names and column names; weights go to
 * those steps that take them. It is of the kind of its last step and can do what that can (see bl_estimator_kind()). */
#include "estimator_private.h"
#include "kit.h"

static const bl_estimator *last(const bl_estimator *self) { return self->child[self->n_children - 1]; }

static bl_status in_step(bl_ctx *ctx, const bl_estimator *self, size_t i, bl_status s)
{
  return s ? bl_fail_in(ctx, s, "step '%s': ", self->child_name[i]) : BL_OK;
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
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
  bl_blocks blocks = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < self->n_children; i++) {
    bl_estimator *e = self->child[i];
    d.weight = bl_estimator_tags(e) & BL_TAG_WEIGHTS ? t->data->weight : NULL;
    s = in_step(ctx, self, i, bl_fit(ctx, e, &d));
    if (s || i + 1 == self->n_children) break;
    s = in_step(ctx, self, i, bl_transform(ctx, e, &d.X, NULL, &next));
    bl_texts names_next = {0};
    if (!s) s = in_step(ctx, self, i, bl_estimator_names_out(ctx, e, &names_next));
    bl_blocks blocks_next = {0};
    if (!s) s = in_step(ctx, self, i, bl_estimator_blocks_out(ctx, e, &blocks_next));
    bl_texts_free(ctx, &names);
    names = names_next;
    bl_blocks_free(ctx, &blocks);
    blocks = blocks_next;
    bl_mat_free(ctx, &now);
    now = next;
    next = (bl_mat){0};
    d.X = bl_mat_view(&now);
    d.feature_names = &names;
    d.blocks = &blocks;
  }
  bl_mat_free(ctx, &now);
  bl_texts_free(ctx, &names);
  bl_blocks_free(ctx, &blocks);
  return s;
}

/* Behind a step that gives other columns than it takes only the rows are known. */
static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  bl_outlook now = *of;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < self->n_children; i++) {
    s = in_step(ctx, self, i, bl_estimator_foresee(ctx, self->child[i], &now));
    if (self->child[i]->cls->names_out != bl_kit_input_names) now = (bl_outlook){.rows = of->rows};
  }
  return s;
}

static bl_kind kind_of(const bl_estimator *self)
{
  return self->n_children ? bl_estimator_kind(last(self)) : BL_TRANSFORMER;
}

/* What the first step takes in (NaN, rows of covariance); several targets where the last learns them; weights, classes,
 * randomness where any step asks for them. */
static unsigned tags_of(const bl_estimator *self)
{
  const unsigned of_first = BL_TAG_NAN_OK | BL_TAG_COVARIANCE_ROWS | BL_TAG_CATEGORIES;
  const unsigned of_last = BL_TAG_TARGETS;
  const unsigned of_any =
      BL_TAG_WEIGHTS | BL_TAG_NEEDS_Y | BL_TAG_RANDOM | BL_TAG_BINARY | BL_TAG_POOR_SCORE | BL_TAG_ORDERED;
  unsigned tags = 0;
  for (size_t i = 0; i < self->n_children; i++)
    tags |=
        bl_estimator_tags(self->child[i]) & (of_any | (i ? 0 : of_first) | (i + 1 == self->n_children ? of_last : 0));
  return tags;
}

static size_t width(const bl_estimator *self, bl_op op) { return self->n_children ? bl_op_width(last(self), op) : 0; }

/* An applier a step, and what it gives the next; n counts those that are made. */
typedef struct room {
  size_t n;
  struct link {
    bl_applier *applier;
    bl_mat out;
  } link[];
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  size_t n = self->n_children;
  room *r = *out = bl_calloc(ctx, 1, sizeof *r + n * sizeof *r->link);
  if (!r) return bl_fail_nomem(ctx, "a chain");
  bl_status s = BL_OK;
  for (r->n = 0; !s && r->n < n; r->n++) {
    const bl_estimator *e = self->child[r->n];
    struct link *l = &r->link[r->n];
    bool inner = r->n + 1 < n;
    s = in_step(ctx, self, r->n, bl_applier_new(ctx, e, inner ? BL_ASK(BL_TRANSFORM) : ops, rows, NULL, &l->applier));
    if (!s && inner) s = bl_mat_new(ctx, rows, bl_op_width(e, BL_TRANSFORM), &l->out);
  }
  return s;
}

static void release(bl_ctx *ctx, void *of_chain)
{
  room *r = of_chain;
  for (size_t i = 0; i < r->n; i++) {
    bl_applier_free(ctx, r->link[i].applier);
    bl_mat_free(ctx, &r->link[i].out);
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_chain, const bl_cmat *X, const bl_answer *out)
{
  const room *r = of_chain;
  bl_cmat view = *X;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i + 1 < r->n; i++) {
    bl_answer next = {.transform = r->link[i].out, .first_row = out->first_row};
    next.transform.rows = X->rows;
    s = in_step(ctx, self, i, bl_applier_run(ctx, r->link[i].applier, &view, &next));
    view = bl_mat_view(&next.transform);
  }
  return s ? s : in_step(ctx, self, r->n - 1, bl_applier_codes(ctx, r->link[r->n - 1].applier, &view, out));
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  return bl_estimator_names_out(ctx, last(self), out);
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_estimator_blocks_out(ctx, last(self), out);
}

/* Each step passed its own check; do their widths meet, and their classes? */
static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  size_t cols = self->n_features;
  bl_status s = bl_estimator_complete(ctx, self);
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

static const bl_opt opts[] = {BL_CHILDREN(steps, "what the rows go through, in this order"), BL_OPT_END};

/* clang-format off */
const bl_estimator_class bl_estimator_chain = {
    .name = "chain", .summary = "estimators one behind the other, all but the last transforming",
    .source = "scikit-learn Pipeline", .kind = BL_TRANSFORMER, .tags = BL_TAG_LIST, .state_version = 1, .opts = opts,
    .fit = fit, .width = width, .prepare = prepare, .release = release, .apply = apply, .names_out = names_out,
    .blocks_out = blocks_out,
    .foresee = foresee, .check = check, .kind_of = kind_of, .tags_of = tags_of, .check_children = check_children};
/* clang-format on */
