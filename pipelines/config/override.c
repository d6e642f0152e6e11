/* override.c: what --set says, put into the tree of a config before it is read. */
#include <string.h>

#include "baleen/estimator.h"
#include "baleen/text.h"
#include "yaml_tree.h"

static bl_status add_key(bl_ctx *ctx, bl_flow *map, const char *name, bl_flow **out)
{
  bl_status s = bl_flow_add(ctx, map, name, out);
  if (!s) (*out)->kind = BL_FLOW_MAP;
  return s;
}

/* A bare name where options are wanted ("- pca") becomes {pca: {}}, so that a path can go on into it. */
static bl_status open_name(bl_ctx *ctx, bl_flow *at, const char *step)
{
  if (at->kind != BL_FLOW_SCALAR || strcmp(at->text, step)) return BL_OK;
  bl_free(ctx, at->text);
  *at = (bl_flow){.kind = BL_FLOW_MAP, .line = at->line, .column = at->column};
  bl_flow *inside;
  return add_key(ctx, at, step, &inside);
}

static bl_status one_step(bl_ctx *ctx, bl_flow **at, const char *step, const char *assignment)
{
  bl_flow *here = *at;
  bl_status s = open_name(ctx, here, step);
  if (s) return s;
  if (here->kind == BL_FLOW_LIST) {
    int64_t i;
    if (bl_parse_int(step, &i) && i >= 0 && (size_t)i < here->n) return *at = &here->child[i], BL_OK;
    /* a list of plug-ins may also be entered by name: features.logmel.stages.mel.n_mels */
    for (size_t k = 0; k < here->n; k++) {
      bl_flow *item = &here->child[k], *hit = bl_flow_get(item, step);
      if (item->kind == BL_FLOW_SCALAR && !strcmp(item->text, step)) {
        if ((s = open_name(ctx, item, step)) != BL_OK) return s;
        hit = &item->child[0];
      }
      if (hit) return *at = hit, BL_OK;
    }
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: '%s' is neither a position in this list of %zu nor a name in it",
                   assignment, step, here->n);
  }
  if (here->kind == BL_FLOW_SCALAR)
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: nothing below '%s' can be set", assignment, here->text);
  bl_flow *child = bl_flow_get(here, step);
  if (child) return *at = child, BL_OK;
  return add_key(ctx, here, step, at);
}

/* What --set gave stands in no file: it is placed by its number. */
static void set_place(bl_flow *n, size_t number)
{
  n->line = 0;
  n->column = number;
  for (size_t i = 0; i < n->n; i++) {
    set_place(&n->child[i], number);
    if (n->key) set_place(&n->key[i], number);
  }
}

/* Names that were made on the way. */
static void place_new(bl_flow *n, size_t number)
{
  for (size_t i = 0; i < n->n; i++) {
    if (n->key && !n->key[i].line && !n->key[i].column) n->key[i].column = number;
    if (!n->child[i].line && !n->child[i].column) n->child[i].column = number;
    place_new(&n->child[i], number);
  }
}

static bl_status parse_value(bl_ctx *ctx, const char *assignment, const char *text, bl_flow *out)
{
  bl_status s = bl_yaml_parse(ctx, "--set", text, strlen(text), NULL, out);
  const char *why = s == BL_E_CONFIG ? strstr(bl_ctx_error(ctx), ": error: ") : NULL;
  return why ? bl_fail(ctx, s, "--set %s%s", assignment, why) : s;
}

bl_status bl_yaml_override(bl_ctx *ctx, bl_flow *root, const char *assignment, size_t number)
{
  const char *equals = strchr(assignment, '=');
  if (!equals || equals == assignment)
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: wanted path=value, as in --set seed=3", assignment);
  bl_flow value = {0};
  bl_status s = equals[1] ? parse_value(ctx, assignment, equals + 1, &value) : BL_OK;
  if (s) return s;
  if (!equals[1] && !(value.text = bl_strdup(ctx, ""))) return bl_fail_nomem(ctx, "--set");
  bl_flow *at = root;
  char *path = bl_strdup(ctx, assignment);
  if (!path) s = bl_fail_nomem(ctx, "--set");
  else path[equals - assignment] = '\0';
  size_t depth = 0, model_at = 0; /* how many steps lead to an estimator */
  if (!s) model_at = !strncmp(path, "model.", 6) ? 1 : !strncmp(path, "models.", 7) ? 2 : 0;
  for (char *step = path, *next; !s && step; step = next) {
    if (model_at && depth++ == model_at) {
      s = bl_estimator_in_flow(ctx, at, step, &at);
      if (s) s = bl_fail_in(ctx, s, "--set %s: error: ", assignment);
      break;
    }
    next = strchr(step, '.');
    if (next) *next++ = '\0';
    s = one_step(ctx, &at, step, assignment);
  }
  if (!s) {
    set_place(&value, number);
    bl_flow_free(ctx, at);
    *at = value;
    value = (bl_flow){0};
    place_new(root, number);
  }
  bl_flow_free(ctx, &value);
  bl_free(ctx, path);
  return s;
}
