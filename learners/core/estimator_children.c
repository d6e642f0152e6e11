/* What estimators hold: configured children, each in the slot of an option row, and learnt ones. */
#include <string.h>

#include "estimator_private.h"

const bl_estimator_class *bl_estimator_list_class(void)
{
  size_t i = 0;
  while (!(bl_estimator_at(i)->tags & BL_TAG_LIST)) i++;
  return bl_estimator_at(i);
}

const bl_opt *bl_child_slot(const bl_estimator_class *cls, bool many)
{
  for (const bl_opt *o = cls->opts; o && o->name; o++)
    if (o->kind == BL_OPT_ESTIMATOR && (!many || (o->flags & BL_OPT_MANY))) return o;
  return NULL;
}

size_t bl_child_index(const bl_estimator *e, const char *name, size_t len)
{
  size_t i = 0;
  while (i < e->n_children && (strncmp(e->child_name[i], name, len) || e->child_name[i][len])) i++;
  return i;
}

/* ---- hanging ----------------------------------------------------------------------------------------------------- */

/* `name`, or name-2, name-3 .. when it is taken. */
static char *free_name(bl_ctx *ctx, const bl_estimator *e, const char *name)
{
  char *s = bl_strdup(ctx, name);
  for (size_t k = 2; s && bl_child_index(e, s, strlen(s)) < e->n_children; k++) {
    bl_free(ctx, s);
    s = bl_strf(ctx, "%s-%zu", name, k);
  }
  return s;
}

static bl_status check_name(bl_ctx *ctx, const bl_estimator *e, const bl_opt *slot, const char *name)
{
  const char *who = e->cls->name;
  if (!slot) return bl_fail(ctx, BL_E_ARG, "%s: takes no estimators; a chain does", who);
  if (!name) return BL_OK;
  if (!*name || strpbrk(name, ".[\n"))
    return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' cannot name an estimator: give a name without dots and brackets", who,
                   name);
  if (bl_child_index(e, name, strlen(name)) < e->n_children)
    return bl_fail(ctx, BL_E_CONFIG, "%s: two estimators are named '%s'; give each a name of its own", who, name);
  return BL_OK;
}

static bl_status make_room(bl_ctx *ctx, bl_estimator *e)
{
  size_t n = e->n_children + 1;
  bl_estimator **child = bl_realloc(ctx, e->child, n, sizeof *child);
  if (child) e->child = child;
  char **name = bl_realloc(ctx, e->child_name, n, sizeof *name);
  if (name) e->child_name = name;
  const bl_opt **slot = bl_realloc(ctx, e->child_slot, n, sizeof *slot);
  if (slot) e->child_slot = slot;
  void **params = bl_realloc(ctx, e->child_params, n, sizeof *params);
  if (params) e->child_params = params;
  return child && name && slot && params ? BL_OK : bl_fail_nomem(ctx, e->cls->name);
}

/* Behind the last child of this slot and of the slots before it; the arrays have room. */
static void insert(bl_estimator *e, const bl_opt *slot, char *name, bl_estimator *child, void *params)
{
  size_t at = e->n_children++;
  for (; at && e->child_slot[at - 1] > slot; at--) {
    e->child[at] = e->child[at - 1];
    e->child_name[at] = e->child_name[at - 1];
    e->child_slot[at] = e->child_slot[at - 1];
    e->child_params[at] = e->child_params[at - 1];
  }
  e->child[at] = child;
  e->child_name[at] = name;
  e->child_slot[at] = slot;
  e->child_params[at] = params;
}

static bl_status default_params(bl_ctx *ctx, const bl_estimator_class *cls, void **out)
{
  *out = bl_calloc(ctx, 1, cls->child_params_size);
  return *out ? bl_opts_defaults(ctx, cls->name, cls->child_opts, *out) : bl_fail_nomem(ctx, cls->name);
}

bl_status bl_estimator_hang(bl_ctx *ctx, bl_estimator *e, const bl_opt *slot, const char *name, bl_estimator *child,
                            void *params)
{
  bool one = slot && !(slot->flags & BL_OPT_MANY);
  size_t old = one ? bl_child_index(e, slot->name, strlen(slot->name)) : e->n_children;
  if (old < e->n_children) { /* its place is taken over, name and all */
    bl_estimator_forget(ctx, e);
    bl_estimator_free(ctx, e->child[old]);
    e->child[old] = child;
    return BL_OK;
  }
  char *own = NULL;
  bl_status s = check_name(ctx, e, slot, one ? NULL : name);
  if (!s) s = make_room(ctx, e);
  if (!s && e->cls->child_opts && !params) s = default_params(ctx, e->cls, &params);
  if (!s && !(own = one    ? bl_strdup(ctx, slot->name)
                    : name ? bl_strdup(ctx, name)
                           : free_name(ctx, e, child->cls->name)))
    s = bl_fail_nomem(ctx, e->cls->name);
  if (!s && !one && bl_opts_find(e->cls->opts, own))
    s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s' cannot name an estimator: an option is called so; name it otherwise",
                e->cls->name, own);
  if (s) {
    bl_free(ctx, own);
    bl_opts_release(ctx, e->cls->child_opts, params);
    bl_free(ctx, params);
    bl_estimator_free(ctx, child);
    return s;
  }
  bl_estimator_forget(ctx, e);
  insert(e, slot, own, child, params);
  return BL_OK;
}

bl_status bl_estimator_add_child(bl_ctx *ctx, bl_estimator *e, const char *name, bl_estimator *child)
{
  return bl_estimator_hang(ctx, e, bl_child_slot(e->cls, false), name, child, NULL);
}

static void drop_child(bl_ctx *ctx, bl_estimator *e, size_t i)
{
  bl_estimator_free(ctx, e->child[i]);
  bl_free(ctx, e->child_name[i]);
  bl_opts_release(ctx, e->cls->child_opts, e->child_params[i]);
  bl_free(ctx, e->child_params[i]);
  e->n_children--;
  for (; i < e->n_children; i++) {
    e->child[i] = e->child[i + 1];
    e->child_name[i] = e->child_name[i + 1];
    e->child_slot[i] = e->child_slot[i + 1];
    e->child_params[i] = e->child_params[i + 1];
  }
}

bl_status bl_estimator_move_children(bl_ctx *ctx, bl_estimator *to, const bl_opt *slot, bl_estimator *from)
{
  for (size_t i = to->n_children; i--;)
    if (to->child_slot[i] == slot) drop_child(ctx, to, i);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < from->n_children; i++) {
    if (from->child_slot[i] != slot) continue;
    bl_estimator *child = from->child[i];
    void *params = from->child_params[i];
    from->child[i] = NULL;
    from->child_params[i] = NULL;
    s = bl_estimator_hang(ctx, to, slot, from->child_name[i], child, params);
  }
  bl_estimator_forget(ctx, to);
  return s;
}

/* ---- are they all there? ----------------------------------------------------------------------------------------- */

static bl_status check_slot(bl_ctx *ctx, const bl_estimator *e, const bl_opt *slot)
{
  size_t n = 0;
  for (size_t i = 0; i < e->n_children; i++) n += e->child_slot[i] == slot;
  if (n || !(slot->flags & BL_OPT_NEEDED)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' must be given: %s", e->cls->name, slot->name, slot->help);
}

bl_status bl_estimator_complete(bl_ctx *ctx, const bl_estimator *e)
{
  bl_status s = bl_opts_complete(ctx, e->cls->name, e->cls->opts, e->params);
  for (const bl_opt *o = e->cls->opts; !s && o && o->name; o++)
    if (o->kind == BL_OPT_ESTIMATOR) s = check_slot(ctx, e, o);
  for (size_t i = 0; !s && e->cls->child_opts && i < e->n_children; i++)
    s = bl_opts_complete(ctx, e->child_name[i], e->cls->child_opts, e->child_params[i]);
  return s || !e->cls->check_children ? s : e->cls->check_children(ctx, e);
}

/* ---- learnt ones ------------------------------------------------------------------------------------------------- */

bl_status bl_estimator_learn_children(bl_ctx *ctx, bl_estimator *e, size_t n)
{
  e->learnt = bl_calloc(ctx, n, sizeof *e->learnt);
  if (!e->learnt) return bl_fail_nomem(ctx, e->cls->name);
  e->n_learnt = n;
  return BL_OK;
}
