/* Making, copying, comparing and freeing estimators; all of it walks the classes' tables. What they hold is
 * estimator_children.c, trees in and text out estimator_build.c and estimator_text.c, paths estimator_path.c, fitting
 * fit.c, applying apply.c. */
#include "baleen/estimator.h"

#include <string.h>

#include "baleen/text.h"
#include "estimator_private.h"

static const char *const kind_names[BL_N_KINDS] = {"classifier", "regressor", "transformer", "outlier_detector",
                                                   "clusterer"};
static const char *const op_names[BL_N_OPS] = {"predict", "predict_proba", "decision_function", "score_samples",
                                               "transform"};

const char *bl_kind_name(bl_kind k) { return (unsigned)k < BL_N_KINDS ? kind_names[k] : "?"; }
const char *bl_op_name(bl_op op) { return (unsigned)op < BL_N_OPS ? op_names[op] : "?"; }

bl_kind bl_estimator_kind(const bl_estimator *e) { return e->cls->kind_of ? e->cls->kind_of(e) : e->cls->kind; }

unsigned bl_estimator_tags(const bl_estimator *e) { return e->cls->tags_of ? e->cls->tags_of(e) : e->cls->tags; }

bl_status bl_estimator_suggest(bl_ctx *ctx, bl_kind kind, unsigned tag, bl_buf *out)
{
  bl_status s = BL_OK;
  const char *before = "";
  for (size_t i = 0; !s && bl_estimator_at(i); i++) {
    const bl_estimator_class *c = bl_estimator_at(i);
    if (c->kind != kind || !(c->tags & tag) || (c->tags & BL_TAG_POOR_SCORE)) continue;
    s = bl_buf_printf(ctx, out, "%s%s", before, c->name);
    before = ", ";
  }
  return s;
}

static const char *class_name(const void *arg, size_t i)
{
  (void)arg;
  const bl_estimator_class *c = bl_estimator_at(i);
  return c ? c->name : NULL;
}

bl_status bl_estimator_new(bl_ctx *ctx, const char *name, bl_estimator **out)
{
  *out = NULL;
  const bl_estimator_class *cls = bl_estimator_find(name);
  if (!cls) {
    const char *near = bl_nearest(name, class_name, NULL);
    return near ? bl_fail(ctx, BL_E_CONFIG, "unknown estimator '%s'; did you mean '%s'?", name, near)
                : bl_fail(ctx, BL_E_CONFIG, "unknown estimator '%s'; see 'baleen list'", name);
  }
  bl_estimator *e = bl_calloc(ctx, 1, sizeof *e);
  if (!e) return bl_fail_nomem(ctx, name);
  e->cls = cls;
  e->params = bl_calloc(ctx, 1, cls->params_size);
  e->state = bl_calloc(ctx, 1, cls->state_size);
  bl_status s = e->params && e->state ? bl_opts_defaults(ctx, name, cls->opts, e->params) : bl_fail_nomem(ctx, name);
  if (s) bl_estimator_free(ctx, e);
  else *out = e;
  return s;
}

void bl_estimator_forget(bl_ctx *ctx, bl_estimator *e)
{
  if (!e) return;
  if (e->state) {
    bl_fields_release(ctx, e->cls->fields, e->state);
    memset(e->state, 0, e->cls->state_size);
  }
  bl_texts_free(ctx, &e->feature_names);
  bl_blocks_free(ctx, &e->blocks);
  bl_texts_free(ctx, &e->class_names);
  bl_free(ctx, e->classes);
  e->classes = NULL;
  e->n_features = e->n_classes = e->n_targets = 0;
  e->fitted = false;
  for (size_t i = 0; i < e->n_learnt; i++) bl_estimator_free(ctx, e->learnt[i]);
  bl_free(ctx, e->learnt);
  e->learnt = NULL;
  e->n_learnt = 0;
  for (size_t i = 0; i < e->n_children; i++) bl_estimator_forget(ctx, e->child[i]);
}

void bl_estimator_free(bl_ctx *ctx, bl_estimator *e)
{
  if (!e) return;
  bl_estimator_forget(ctx, e);
  for (size_t i = 0; i < e->n_children; i++) {
    bl_estimator_free(ctx, e->child[i]);
    bl_free(ctx, e->child_name[i]);
    bl_opts_release(ctx, e->cls->child_opts, e->child_params[i]);
    bl_free(ctx, e->child_params[i]);
  }
  bl_free(ctx, e->child);
  bl_free(ctx, e->child_name);
  bl_free(ctx, e->child_slot);
  bl_free(ctx, e->child_params);
  bl_opts_release(ctx, e->cls->opts, e->params);
  bl_free(ctx, e->params);
  bl_free(ctx, e->state);
  bl_free(ctx, e);
}

/* ---- copying and comparing --------------------------------------------------------------------------------------- */

static bl_status clone_child(bl_ctx *ctx, bl_estimator *c, const bl_estimator *e, size_t i)
{
  const bl_opt *table = e->cls->child_opts;
  bl_estimator *child = NULL;
  void *params = table ? bl_calloc(ctx, 1, e->cls->child_params_size) : NULL;
  bl_status s = table && !params ? bl_fail_nomem(ctx, e->cls->name) : BL_OK;
  if (!s && table) s = bl_opts_copy(ctx, table, params, e->child_params[i]);
  if (!s) s = bl_estimator_clone(ctx, e->child[i], &child);
  if (!s) return bl_estimator_hang(ctx, c, e->child_slot[i], e->child_name[i], child, params);
  bl_opts_release(ctx, table, params);
  bl_free(ctx, params);
  return s;
}

bl_status bl_estimator_clone(bl_ctx *ctx, const bl_estimator *e, bl_estimator **out)
{
  *out = NULL;
  bl_estimator *c = bl_calloc(ctx, 1, sizeof *c);
  if (!c) return bl_fail_nomem(ctx, e->cls->name);
  c->cls = e->cls;
  c->params = bl_calloc(ctx, 1, e->cls->params_size);
  c->state = bl_calloc(ctx, 1, e->cls->state_size);
  bl_status s =
      c->params && c->state ? bl_opts_copy(ctx, e->cls->opts, c->params, e->params) : bl_fail_nomem(ctx, e->cls->name);
  for (size_t i = 0; !s && i < e->n_children; i++) s = clone_child(ctx, c, e, i);
  if (s) bl_estimator_free(ctx, c);
  else *out = c;
  return s;
}

static bool children_equal(const bl_estimator *a, const bl_estimator *b, size_t i)
{
  return a->child_slot[i] == b->child_slot[i] && !strcmp(a->child_name[i], b->child_name[i]) &&
         bl_opts_equal(a->cls->child_opts, a->child_params[i], b->child_params[i]) &&
         bl_estimator_equal(a->child[i], b->child[i]);
}

static bool texts_equal(const bl_texts *a, const bl_texts *b)
{
  if (a->n != b->n) return false;
  for (size_t i = 0; i < a->n; i++)
    if (strcmp(a->v[i], b->v[i])) return false;
  return true;
}

bool bl_estimator_equal(const bl_estimator *a, const bl_estimator *b)
{
  if (a->cls != b->cls || a->fitted != b->fitted || a->n_children != b->n_children || a->n_learnt != b->n_learnt)
    return false;
  if (!bl_opts_equal(a->cls->opts, a->params, b->params)) return false;
  if (a->n_features != b->n_features || a->n_classes != b->n_classes || a->n_targets != b->n_targets) return false;
  if (a->n_classes && memcmp(a->classes, b->classes, a->n_classes * sizeof *a->classes)) return false;
  if (!texts_equal(&a->feature_names, &b->feature_names) || !texts_equal(&a->class_names, &b->class_names))
    return false;
  if (!bl_blocks_equal(&a->blocks, &b->blocks)) return false;
  if (!bl_fields_equal(a->cls->fields, a->state, b->state)) return false;
  for (size_t i = 0; i < a->n_children; i++)
    if (!children_equal(a, b, i)) return false;
  for (size_t i = 0; i < a->n_learnt; i++)
    if (!bl_estimator_equal(a->learnt[i], b->learnt[i])) return false;
  return true;
}
