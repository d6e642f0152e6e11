/* Making, setting, reading, copying and freeing estimators; all of it walks the classes' tables. Flow text in and out
 * is estimator_text.c, fitting fit.c, applying apply.c. */
#include "baleen/estimator.h"

#include <string.h>

#include "baleen/text.h"
#include "estimator_private.h"

static const char *const kind_names[BL_N_KINDS] = {"classifier", "regressor", "transformer", "outlier_detector"};
static const char *const op_names[BL_N_OPS] = {"predict", "predict_proba", "decision_function", "score_samples",
                                               "transform"};

const char *bl_kind_name(bl_kind k) { return (unsigned)k < BL_N_KINDS ? kind_names[k] : "?"; }
const char *bl_op_name(bl_op op) { return (unsigned)op < BL_N_OPS ? op_names[op] : "?"; }

bl_kind bl_estimator_kind(const bl_estimator *e) { return e->cls->kind_of ? e->cls->kind_of(e) : e->cls->kind; }

unsigned bl_estimator_tags(const bl_estimator *e) { return e->cls->tags_of ? e->cls->tags_of(e) : e->cls->tags; }

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
  if (e->state) {
    bl_fields_release(ctx, e->cls->fields, e->state);
    memset(e->state, 0, e->cls->state_size);
  }
  bl_texts_free(ctx, &e->feature_names);
  bl_texts_free(ctx, &e->class_names);
  bl_free(ctx, e->classes);
  e->classes = NULL;
  e->n_features = e->n_classes = 0;
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
  }
  bl_free(ctx, e->child);
  bl_free(ctx, e->child_name);
  bl_opts_release(ctx, e->cls->opts, e->params);
  bl_free(ctx, e->params);
  bl_free(ctx, e->state);
  bl_free(ctx, e);
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

static size_t child_index(const bl_estimator *e, const char *name, size_t len)
{
  size_t i = 0;
  while (i < e->n_children && (strncmp(e->child_name[i], name, len) || e->child_name[i][len])) i++;
  return i;
}

/* `name`, or name-2, name-3 .. when it is taken. */
static char *free_name(bl_ctx *ctx, const bl_estimator *e, const char *name)
{
  char *s = bl_strdup(ctx, name);
  for (size_t k = 2; s && child_index(e, s, strlen(s)) < e->n_children; k++) {
    bl_free(ctx, s);
    s = bl_strf(ctx, "%s-%zu", name, k);
  }
  return s;
}

bl_status bl_estimator_add_child(bl_ctx *ctx, bl_estimator *e, const char *name, bl_estimator *child)
{
  bl_status s = BL_OK;
  char *own = NULL;
  if (!(e->cls->tags & BL_TAG_META)) s = bl_fail(ctx, BL_E_ARG, "%s: takes no steps; a chain does", e->cls->name);
  else if (name && (!*name || strpbrk(name, ".[\n")))
    s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s' cannot name a step: give a name without dots and brackets", e->cls->name,
                name);
  else if (name && child_index(e, name, strlen(name)) < e->n_children)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: two steps are named '%s'; give each a name of its own", e->cls->name, name);
  if (!s) {
    own = name ? bl_strdup(ctx, name) : free_name(ctx, e, child->cls->name);
    bl_estimator **children = own ? bl_realloc(ctx, e->child, e->n_children + 1, sizeof *children) : NULL;
    if (children) e->child = children;
    char **names = children ? bl_realloc(ctx, e->child_name, e->n_children + 1, sizeof *names) : NULL;
    if (names) e->child_name = names;
    else s = bl_fail_nomem(ctx, "a step");
  }
  if (s) {
    bl_free(ctx, own);
    bl_estimator_free(ctx, child);
    return s;
  }
  bl_estimator_forget(ctx, e);
  e->child[e->n_children] = child;
  e->child_name[e->n_children++] = own;
  return BL_OK;
}

bl_status bl_estimator_learn_children(bl_ctx *ctx, bl_estimator *e, size_t n)
{
  e->learnt = bl_calloc(ctx, n, sizeof *e->learnt);
  if (!e->learnt) return bl_fail_nomem(ctx, e->cls->name);
  e->n_learnt = n;
  return BL_OK;
}

static const char *child_name_at(const void *arg, size_t i)
{
  const bl_estimator *e = arg;
  return i < e->n_children ? e->child_name[i] : NULL;
}

/* Walks "step.step.option": *at is who has the option, *option the last part of the path. */
static bl_status walk(bl_ctx *ctx, const bl_estimator *e, const char *path, const bl_estimator **at,
                      const char **option)
{
  for (const char *dot; e->n_children && (dot = strchr(path, '.')) != NULL; path = dot + 1) {
    size_t i = child_index(e, path, (size_t)(dot - path));
    if (i == e->n_children) {
      char part[64];
      size_t n = (size_t)(dot - path) < sizeof part - 1 ? (size_t)(dot - path) : sizeof part - 1;
      memcpy(part, path, n);
      part[n] = '\0';
      const char *near = bl_nearest(part, child_name_at, e);
      return near ? bl_fail(ctx, BL_E_CONFIG, "%s: no step '%s'; did you mean '%s'?", e->cls->name, part, near)
                  : bl_fail(ctx, BL_E_CONFIG, "%s: no step '%s'; the first is '%s'", e->cls->name, part,
                            e->child_name[0]);
    }
    e = e->child[i];
  }
  *at = e;
  *option = path;
  return BL_OK;
}

bl_status bl_estimator_set(bl_ctx *ctx, bl_estimator *e, const char *path, const char *text)
{
  const bl_estimator *found;
  const char *option;
  bl_status s = walk(ctx, e, path, &found, &option);
  if (s) return s;
  /* walk() only reads; what it finds inside the writable e is writable */
  s = bl_opts_set(ctx, found->cls->name, found->cls->opts, found->params, option, text);
  if (!s) bl_estimator_forget(ctx, e);
  return s;
}

bl_status bl_estimator_get(bl_ctx *ctx, const bl_estimator *e, const char *path, bl_buf *out)
{
  const bl_estimator *found;
  const char *option;
  bl_status s = walk(ctx, e, path, &found, &option);
  return s ? s : bl_opts_get(ctx, found->cls->opts, found->params, option, out);
}

/* ---- copying and comparing --------------------------------------------------------------------------------------- */

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
  for (size_t i = 0; !s && i < e->n_children; i++) {
    bl_estimator *child;
    s = bl_estimator_clone(ctx, e->child[i], &child);
    if (!s) s = bl_estimator_add_child(ctx, c, e->child_name[i], child);
  }
  if (s) bl_estimator_free(ctx, c);
  else *out = c;
  return s;
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
  if (a->n_features != b->n_features || a->n_classes != b->n_classes) return false;
  if (a->n_classes && memcmp(a->classes, b->classes, a->n_classes * sizeof *a->classes)) return false;
  if (!texts_equal(&a->feature_names, &b->feature_names) || !texts_equal(&a->class_names, &b->class_names))
    return false;
  if (!bl_fields_equal(a->cls->fields, a->state, b->state)) return false;
  for (size_t i = 0; i < a->n_children; i++)
    if (strcmp(a->child_name[i], b->child_name[i]) || !bl_estimator_equal(a->child[i], b->child[i])) return false;
  for (size_t i = 0; i < a->n_learnt; i++)
    if (!bl_estimator_equal(a->learnt[i], b->learnt[i])) return false;
  return true;
}
