/* Paths to options and children: in an estimator that is built, and in the tree of one that is not built yet. */
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "estimator_private.h"

/* ---- in an estimator --------------------------------------------------------------------------------------------- */

/* Where a path ends: at a child as a whole, or at an option of e's own table or of what stands beside a child. */
typedef struct place {
  const bl_estimator *e;
  size_t child; /* e->n_children: none */
  const bl_opt *table;
  void *params;
  const char *option;
} place;

static const char *child_name_at(const void *arg, size_t i)
{
  const bl_estimator *e = arg;
  return i < e->n_children ? e->child_name[i] : NULL;
}

static bl_status no_child(bl_ctx *ctx, const bl_estimator *e, const char *name, size_t len)
{
  char part[64];
  size_t n = len < sizeof part - 1 ? len : sizeof part - 1;
  memcpy(part, name, n);
  part[n] = '\0';
  const char *near = bl_nearest(part, child_name_at, e);
  return near ? bl_fail(ctx, BL_E_CONFIG, "%s: holds no '%s'; did you mean '%s'?", e->cls->name, part, near)
              : bl_fail(ctx, BL_E_CONFIG, "%s: holds no '%s'; the first in it is '%s'", e->cls->name, part,
                        e->child_name[0]);
}

static bl_status walk(bl_ctx *ctx, const bl_estimator *e, const char *path, place *out)
{
  for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
    size_t len = (size_t)(dot - path), i = bl_child_index(e, path, len);
    bool own_name = strlen(e->cls->name) == len && !strncmp(path, e->cls->name, len);
    if (i == e->n_children && own_name) continue;
    if (!e->n_children) break; /* no option has a dot in it: the table says so */
    if (i == e->n_children) return no_child(ctx, e, path, len);
    if (bl_opts_find(e->cls->child_opts, dot + 1)) {
      *out = (place){e, e->n_children, e->cls->child_opts, e->child_params[i], dot + 1};
      return BL_OK;
    }
    e = e->child[i];
  }
  *out = (place){e, bl_child_index(e, path, strlen(path)), e->cls->opts, e->params, path};
  return BL_OK;
}

/* Builds what `text` says in an object of its own first, so that a slip leaves e as it was. */
static bl_status set_slot(bl_ctx *ctx, bl_estimator *e, const bl_opt *slot, const char *text)
{
  static const bl_build plainly = {0};
  bl_estimator *made = NULL;
  bl_flow f;
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (s) return s;
  s = bl_estimator_new(ctx, e->cls->name, &made);
  if (!s) s = bl_estimator_fill_slot(ctx, made, slot, &f, &plainly);
  if (!s) s = bl_estimator_move_children(ctx, e, slot, made);
  bl_estimator_free(ctx, made);
  bl_flow_free(ctx, &f);
  return s;
}

static bl_status set_child(bl_ctx *ctx, bl_estimator *e, size_t i, const char *text)
{
  bl_estimator *made;
  bl_status s = bl_estimator_parse(ctx, text, &made);
  if (s) return s;
  bl_estimator_free(ctx, e->child[i]);
  e->child[i] = made;
  return BL_OK;
}

bl_status bl_estimator_set(bl_ctx *ctx, bl_estimator *e, const char *path, const char *text)
{
  place at;
  bl_status s = walk(ctx, e, path, &at);
  if (s) return s;
  bl_estimator *holder = (bl_estimator *)(uintptr_t)at.e; /* walk() only reads; inside the writable e all is writable */
  const bl_opt *o = bl_opts_find(at.table, at.option);
  if (at.child < holder->n_children) s = set_child(ctx, holder, at.child, text);
  else if (o && o->kind == BL_OPT_ESTIMATOR) s = set_slot(ctx, holder, o, text);
  else s = bl_opts_set(ctx, holder->cls->name, at.table, at.params, at.option, text);
  if (!s) bl_estimator_forget(ctx, e);
  return s;
}

bl_status bl_estimator_get(bl_ctx *ctx, const bl_estimator *e, const char *path, bl_buf *out)
{
  place at;
  bl_status s = walk(ctx, e, path, &at);
  if (s) return s;
  const bl_opt *o = bl_opts_find(at.table, at.option);
  if (at.child < at.e->n_children) return bl_estimator_print(ctx, at.e->child[at.child], out);
  if (o && o->kind == BL_OPT_ESTIMATOR) return bl_estimator_print_slot(ctx, at.e, o, out);
  return bl_opts_get(ctx, at.table, at.params, at.option, out);
}

/* ---- in a tree --------------------------------------------------------------------------------------------------- */

/* What a node of the tree is, by the tables of the classes on the way. */
typedef enum role {
  ESTIMATOR, /* a name, {name: options}, or a list */
  OPTIONS,   /* of `cls`: a map, or a list in place of its children */
  MEMBERS,   /* children of `cls`: a list, a map of names, or one */
  ENTRY,     /* a child of `cls` with what stands beside it */
  VALUE      /* of an option: no further */
} role;

typedef struct cursor {
  bl_ctx *ctx;
  bl_flow *here;
  role role;
  const bl_estimator_class *cls;
} cursor;

static bl_status nothing_below(const cursor *c, const char *step)
{
  return bl_fail(c->ctx, BL_E_CONFIG, "there is no '%s' here: nothing below '%s' can be set", step,
                 c->here->kind == BL_FLOW_SCALAR && c->here->text ? c->here->text
                 : c->cls                                         ? c->cls->name
                                                                  : "this");
}

static void enter(cursor *c, bl_flow *to, role r)
{
  c->here = to;
  c->role = r;
}

/* A name or nothing becomes a map, in which more can be said. */
static bl_status open_map(cursor *c, const char *key)
{
  bl_flow *f = c->here, *inside;
  bl_free(c->ctx, f->text);
  *f = (bl_flow){.kind = BL_FLOW_MAP, .line = f->line, .column = f->column};
  bl_status s = key ? bl_flow_add(c->ctx, f, key, &inside) : BL_OK;
  if (!s && key) inside->kind = BL_FLOW_MAP;
  return s;
}

/* From an estimator to what stands behind its name. */
static bl_status to_options(cursor *c, const char *step, bool *taken)
{
  bl_flow *f = c->here;
  if (f->kind == BL_FLOW_LIST) {
    c->cls = bl_estimator_list_class();
    enter(c, f, MEMBERS);
    return BL_OK;
  }
  size_t body = 0;
  while (f->kind == BL_FLOW_MAP && body < f->n && !strcmp(f->key[body].text, "as")) body++;
  const char *name = f->kind == BL_FLOW_SCALAR ? f->text : body < f->n ? f->key[body].text : NULL;
  const bl_estimator_class *cls = name ? bl_estimator_find(name) : NULL;
  if (!cls) return nothing_below(c, step);
  bl_status s = f->kind == BL_FLOW_SCALAR ? open_map(c, cls->name) : BL_OK;
  if (s) return s;
  c->cls = cls;
  enter(c, &f->child[body], OPTIONS);
  *taken = !strcmp(step, cls->name);
  return BL_OK;
}

static bl_status to_key(cursor *c, const char *step, role r)
{
  bl_flow *child = bl_flow_get(c->here, step);
  bl_status s = child ? BL_OK : bl_flow_add(c->ctx, c->here, step, &child);
  if (!s) enter(c, child, r);
  return s;
}

static bl_status to_option(cursor *c, const char *step, bool *taken)
{
  const bl_opt *o = bl_opts_find(c->cls->opts, step), *slot = bl_child_slot(c->cls, true);
  if (c->here->kind == BL_FLOW_LIST && slot) { /* the members themselves, in place of options */
    enter(c, c->here, MEMBERS);
    return BL_OK;
  }
  bl_status s = bl_flow_is_null(c->here) ? open_map(c, NULL) : BL_OK;
  if (s) return s;
  if (c->here->kind != BL_FLOW_MAP) return nothing_below(c, step);
  bl_flow *members = !o && slot ? bl_flow_get(c->here, slot->name) : NULL;
  if (members) {
    enter(c, members, MEMBERS);
    return BL_OK;
  }
  *taken = true; /* an option that does not exist is told of when the tree is built */
  return to_key(c, step, !o || o->kind != BL_OPT_ESTIMATOR ? VALUE : o->flags & BL_OPT_MANY ? MEMBERS : ESTIMATOR);
}

static const char *class_of(const bl_flow *f)
{
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a list that has members has a place for them */
  if (f->kind == BL_FLOW_SCALAR) return f->text ? f->text : "";
  for (size_t i = 0; f->kind == BL_FLOW_MAP && i < f->n; i++)
    if (strcmp(f->key[i].text, "as")) return f->key[i].text;
  return bl_estimator_list_class()->name;
}

/* The name that the i-th member of a list will get. */
static void member_name(const bl_flow *list, size_t i, char *name, size_t size)
{
  const bl_flow *as = bl_flow_get(&list->child[i], "as");
  const char *base = class_of(&list->child[i]);
  size_t same = 1;
  for (size_t k = 0; k < i; k++)
    same += !bl_flow_get(&list->child[k], "as") && !strcmp(class_of(&list->child[k]), base);
  if (as && as->text) snprintf(name, size, "%s", as->text);
  else if (same > 1) snprintf(name, size, "%s-%zu", base, same);
  else snprintf(name, size, "%s", base);
}

static bl_status no_member(cursor *c, const char *step)
{
  const bl_flow *f = c->here;
  bl_texts names = {0};
  bl_status s = BL_OK;
  char name[128];
  for (size_t i = 0; !s && i < f->n; i++) {
    if (f->kind == BL_FLOW_LIST) member_name(f, i, name, sizeof name);
    s = bl_texts_add(c->ctx, &names, f->kind == BL_FLOW_LIST ? name : f->key[i].text);
  }
  const char *near = s ? NULL : bl_nearest(step, bl_text_at, &names);
  if (!s)
    s = near ? bl_fail(c->ctx, BL_E_CONFIG, "there is no '%s' here; did you mean '%s'?", step, near)
             : bl_fail(c->ctx, BL_E_CONFIG, "'%s' is neither a position nor a name in this list of %zu", step, f->n);
  bl_texts_free(c->ctx, &names);
  return s;
}

static bl_status to_member(cursor *c, const char *step, bool *taken)
{
  bl_flow *f = c->here, *hit = NULL;
  char name[128];
  int64_t at;
  *taken = true;
  if (f->kind == BL_FLOW_MAP) {
    if ((hit = bl_flow_get(f, step)) != NULL) return enter(c, hit, c->cls->child_opts ? ENTRY : ESTIMATOR), BL_OK;
  } else if (f->kind == BL_FLOW_SCALAR) {
    *taken = false;
    return enter(c, f, ESTIMATOR), BL_OK;
  } else {
    if (bl_parse_int(step, &at) && at >= 0 && (size_t)at < f->n) hit = &f->child[at];
    for (size_t i = 0; !hit && i < f->n; i++) {
      member_name(f, i, name, sizeof name);
      if (!strcmp(name, step)) hit = &f->child[i];
    }
    if (hit) return enter(c, hit, ESTIMATOR), BL_OK;
  }
  return no_member(c, step);
}

static const char *option_at(const void *table, size_t i)
{
  return i < bl_opts_count(table) ? ((const bl_opt *)table)[i].name : NULL;
}

/* Is the step, or is it meant to be, an option beside the child rather than one of the child's own? */
static bool beside_child(const cursor *c, const char *step)
{
  const bl_opt *table = c->cls->child_opts;
  const bl_flow *body = bl_flow_get(c->here, "estimator");
  const bl_estimator_class *cls = body ? bl_estimator_find(class_of(body)) : NULL;
  if (bl_opts_find(table, step)) return true;
  bool below =
      body && (body->kind == BL_FLOW_LIST || !cls || !strcmp(cls->name, step) || bl_opts_find(cls->opts, step));
  return !below && bl_nearest(step, option_at, table);
}

static bl_status to_entry(cursor *c, const char *step, bool *taken)
{
  if (c->here->kind != BL_FLOW_MAP) return nothing_below(c, step);
  bool body = !strcmp(step, "estimator"), own = !body && beside_child(c, step);
  *taken = own || body;
  return to_key(c, own ? step : "estimator", own ? VALUE : ESTIMATOR);
}

static bl_status take_step(cursor *c, const char *step)
{
  bl_status s = BL_OK;
  for (bool taken = false; !s && !taken;) switch (c->role) {
    case ESTIMATOR: s = to_options(c, step, &taken); break;
    case OPTIONS: s = to_option(c, step, &taken); break;
    case MEMBERS: s = to_member(c, step, &taken); break;
    case ENTRY: s = to_entry(c, step, &taken); break;
    case VALUE: return nothing_below(c, step);
    }
  return s;
}

bl_status bl_estimator_in_flow(bl_ctx *ctx, bl_flow *tree, const char *path, bl_flow **at)
{
  cursor c = {ctx, tree, ESTIMATOR, NULL};
  char *own = bl_strdup(ctx, path);
  bl_status s = own ? BL_OK : bl_fail_nomem(ctx, "a path");
  for (char *step = own, *next; !s && step; step = next) {
    next = strchr(step, '.');
    if (next) *next++ = '\0';
    s = take_step(&c, step);
  }
  bl_free(ctx, own);
  *at = c.here;
  return s;
}
