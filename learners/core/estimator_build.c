/* Trees (option.h) into estimators: the one builder for YAML, --set, model files and C strings. It goes on behind a slip
 * where its caller can take more than one. */
#include <string.h>

#include "estimator_private.h"

typedef struct builder {
  bl_ctx *ctx;
  const bl_build *how;
  size_t n_slips;
} builder;

static bl_status build(builder *b, const bl_flow *f, bl_estimator **out, const char **name);

/* Hands a slip at `at` on; out of memory and the like are no slips. */
static bl_status slip(builder *b, const bl_flow *at, bl_status s)
{
  if (!s || s == BL_E_NOMEM || s == BL_E_INTERNAL || s == BL_E_CANCELLED) return s;
  b->n_slips++;
  return b->how->slip ? b->how->slip(b->how->arg, at, s) : s;
}

static bl_status tell_slip(void *arg, const bl_flow *at, bl_status s) { return slip(arg, at, s); }

/* Options of `table` by a key and its value. */
static bl_status set_option(builder *b, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                            const bl_flow *value)
{
  return bl_opts_set_told(b->ctx, who, table, params, key, value, tell_slip, b);
}

static bl_status wrong_form(builder *b, const bl_flow *f)
{
  bl_buf text = {0};
  bl_status s = bl_flow_print(b->ctx, f, &text);
  if (!s)
    s = bl_fail(b->ctx, BL_E_CONFIG,
                "'%.80s' is not an estimator; write its name, {name: {option: value}}, or a list of those",
                bl_buf_text(&text));
  bl_buf_free(b->ctx, &text);
  return slip(b, f, s);
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

/* What is told of a slip in `child` has been told: a child that did not come into being is left out. */
static bl_status hang(builder *b, bl_estimator *e, const bl_opt *slot, const bl_flow *at, const char *name,
                      bl_estimator *child, void *params)
{
  if (child) return slip(b, at, bl_estimator_hang(b->ctx, e, slot, name, child, params));
  bl_opts_release(b->ctx, e->cls->child_opts, params);
  bl_free(b->ctx, params);
  return BL_OK;
}

static bl_status entry_options(builder *b, bl_estimator *e, const char *name, const bl_flow *f, void *params,
                               const bl_flow **body)
{
  const bl_opt *table = e->cls->child_opts;
  bl_status s = bl_opts_defaults(b->ctx, name, table, params);
  for (size_t i = 0; !s && i < f->n; i++) {
    const bl_flow *key = &f->key[i];
    if (!strcmp(key->text, "estimator")) {
      *body = &f->child[i];
      continue;
    }
    s = set_option(b, name, table, params, key, &f->child[i]);
  }
  return s;
}

/* {estimator: ..., option: ...}: a child and what it carries beside it. */
static bl_status build_entry(builder *b, bl_estimator *e, const bl_opt *slot, const bl_flow *key, const bl_flow *f)
{
  const bl_flow *body = NULL;
  if (f->kind != BL_FLOW_MAP)
    return slip(b, f,
                bl_fail(b->ctx, BL_E_CONFIG, "%s: %s: wanted {estimator: ..., %s: ...}", e->cls->name, key->text,
                        e->cls->child_opts->name));
  void *params = bl_calloc(b->ctx, 1, e->cls->child_params_size);
  if (!params) return bl_fail_nomem(b->ctx, e->cls->name);
  bl_estimator *child = NULL;
  bl_status s = entry_options(b, e, key->text, f, params, &body);
  if (!s && body) s = build(b, body, &child, NULL);
  else if (!s)
    s = slip(b, f, bl_fail(b->ctx, BL_E_CONFIG, "%s: %s: 'estimator' must be given", e->cls->name, key->text));
  if (!s) return hang(b, e, slot, key, key->text, child, params);
  bl_estimator_free(b->ctx, child);
  bl_opts_release(b->ctx, e->cls->child_opts, params);
  bl_free(b->ctx, params);
  return s;
}

/* A member of a list gets its name from its class or "as", one of a map from its key, a slot of one has no need. */
static bl_status build_member(builder *b, bl_estimator *e, const bl_opt *slot, const bl_flow *f, const bl_flow *key)
{
  bl_estimator *child = NULL;
  const char *name = key ? key->text : NULL;
  bool in_list = !key && (slot->flags & BL_OPT_MANY);
  bl_status s = build(b, f, &child, in_list ? &name : NULL);
  return s ? s : hang(b, e, slot, key ? key : f, name, child, NULL);
}

static bl_status fill_slot(builder *b, bl_estimator *e, const bl_opt *slot, const bl_flow *f)
{
  const bl_opt *beside = e->cls->child_opts;
  bl_status s = BL_OK;
  if (bl_flow_is_null(f)) return BL_OK;
  if (!(slot->flags & BL_OPT_MANY)) return build_member(b, e, slot, f, NULL);
  if (beside && f->kind != BL_FLOW_MAP)
    return slip(b, f,
                bl_fail(b->ctx, BL_E_CONFIG, "%s: %s: wanted {name: {estimator: ..., %s: ...}}", e->cls->name,
                        slot->name, beside->name));
  if (f->kind == BL_FLOW_SCALAR) return build_member(b, e, slot, f, NULL);
  if (!f->n) return slip(b, f, bl_fail(b->ctx, BL_E_CONFIG, "an empty list of estimators; name at least one"));
  for (size_t i = 0; !s && i < f->n; i++)
    s = beside ? build_entry(b, e, slot, &f->key[i], &f->child[i])
               : build_member(b, e, slot, &f->child[i], f->kind == BL_FLOW_MAP ? &f->key[i] : NULL);
  return s;
}

bl_status bl_estimator_fill_slot(bl_ctx *ctx, bl_estimator *e, const bl_opt *slot, const bl_flow *tree,
                                 const bl_build *how)
{
  builder b = {ctx, how, 0};
  return fill_slot(&b, e, slot, tree);
}

/* ---- one estimator ----------------------------------------------------------------------------------------------- */

static bl_status seed_options(builder *b, bl_estimator *e)
{
  if (!b->how->seed || !bl_opts_find(e->cls->opts, "random_state")) return BL_OK;
  return bl_opts_set(b->ctx, e->cls->name, e->cls->opts, e->params, "random_state", b->how->seed);
}

static bl_status set_options(builder *b, bl_estimator *e, const bl_flow *opts)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < opts->n; i++) {
    const char *name = opts->key[i].text;
    const bl_opt *o = bl_opts_find(e->cls->opts, name);
    if (o && o->kind == BL_OPT_ESTIMATOR) {
      s = fill_slot(b, e, o, &opts->child[i]);
      continue;
    }
    s = set_option(b, e->cls->name, e->cls->opts, e->params, &opts->key[i], &opts->child[i]);
  }
  return s;
}

/* An estimator of the class that `name` names; `body` (may be NULL) is a map of options, or what its children are. */
static bl_status build_class(builder *b, const bl_flow *at, const char *name, const bl_flow *body, bl_estimator **out)
{
  size_t slips = b->n_slips;
  bl_status s = bl_estimator_new(b->ctx, name, out);
  if (s) return slip(b, at, s);
  bl_estimator *e = *out;
  s = seed_options(b, e);
  const bl_opt *slot = body && body->kind == BL_FLOW_LIST ? bl_child_slot(e->cls, true) : NULL;
  if (!s && slot) s = fill_slot(b, e, slot, body);
  else if (!s && body) s = set_options(b, e, body);
  if (!s && b->n_slips == slips) s = slip(b, at, bl_estimator_complete(b->ctx, e));
  if (!s && b->n_slips == slips) return BL_OK;
  bl_estimator_free(b->ctx, e);
  *out = NULL;
  return s;
}

/* {name: options} or {name: [..]}, and "as" beside it. */
static bl_status build_map(builder *b, const bl_flow *f, bl_estimator **out, const char **name)
{
  size_t body = f->n, as = f->n;
  for (size_t i = 0; i < f->n; i++)
    if (!strcmp(f->key[i].text, "as")) as = i;
    else if (body == f->n) body = i;
    else return wrong_form(b, f);
  if (body == f->n) return wrong_form(b, f);
  const bl_flow *key = &f->key[body], *v = &f->child[body];
  if (as < f->n) {
    if (!name)
      return slip(b, &f->key[as],
                  bl_fail(b->ctx, BL_E_CONFIG, "'as' names a member of a list; '%s' stands alone", key->text));
    if (f->child[as].kind != BL_FLOW_SCALAR) return wrong_form(b, f);
    *name = f->child[as].text;
  }
  const bl_estimator_class *cls = bl_estimator_find(key->text);
  bool list = v->kind == BL_FLOW_LIST && cls && bl_child_slot(cls, true);
  if (cls && v->kind != BL_FLOW_MAP && !list && !bl_flow_is_null(v)) return wrong_form(b, f);
  return build_class(b, key, key->text, v->kind == BL_FLOW_SCALAR ? NULL : v, out);
}

static bl_status build(builder *b, const bl_flow *f, bl_estimator **out, const char **name)
{
  *out = NULL;
  if (f->kind == BL_FLOW_LIST) return build_class(b, f, bl_estimator_list_class()->name, f, out);
  if (f->kind == BL_FLOW_MAP) return build_map(b, f, out, name);
  if (f->text && *f->text) return build_class(b, f, f->text, NULL, out);
  return slip(b, f, bl_fail(b->ctx, BL_E_CONFIG, "an estimator without a name; see 'baleen list'"));
}

bl_status bl_estimator_build(bl_ctx *ctx, const bl_flow *tree, const bl_build *how, bl_estimator **out)
{
  builder b = {ctx, how, 0};
  return build(&b, tree, out, NULL);
}

bl_status bl_estimator_parse(bl_ctx *ctx, const char *text, bl_estimator **out)
{
  static const bl_build plainly = {0};
  bl_flow f;
  *out = NULL;
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (s) return s;
  s = bl_estimator_build(ctx, &f, &plainly, out);
  bl_flow_free(ctx, &f);
  return s;
}
