/* presets.c: the table of presets, and their words in a config put into full. */
#include "presets.h"

#include <string.h>

#include "baleen/preset.h"
#include "baleen/stage.h"
#include "baleen/text.h"
#include "yaml_tree.h"

#define BL_PRESET(name) extern const bl_preset bl_preset_##name;
#include "presets.def"
#undef BL_PRESET

static const bl_preset *const table[] = {
#define BL_PRESET(name) &bl_preset_##name,
#include "presets.def"
#undef BL_PRESET
    NULL};

const bl_preset *bl_preset_at(size_t i) { return i < sizeof table / sizeof *table ? table[i] : NULL; }

const bl_preset *bl_preset_find(const char *name)
{
  for (size_t i = 0; table[i]; i++)
    if (!strcmp(table[i]->name, name)) return table[i];
  return NULL;
}

static const char *name_at(const void *arg, size_t i)
{
  (void)arg;
  const bl_preset *p = bl_preset_at(i);
  return p ? p->name : NULL;
}

const char *bl_preset_nearest(const char *name) { return bl_nearest(name, name_at, NULL); }

bl_status bl_preset_read(bl_ctx *ctx, const bl_preset *p, bl_flow *out)
{
  return bl_yaml_parse(ctx, p->name, p->features, strlen(p->features), NULL, out);
}

/* ---- in a config ------------------------------------------------------------------------------------------------- */

/* All that a preset says stands where its word does. */
static void place(bl_flow *n, size_t line, size_t column)
{
  n->line = line;
  n->column = column;
  for (size_t i = 0; i < n->n; i++) {
    place(&n->child[i], line, column);
    if (n->key) place(&n->key[i], line, column);
  }
}

/* `at` becomes `by`, which is empty then. */
static void replace(bl_ctx *ctx, bl_flow *at, bl_flow *by)
{
  place(by, at->line, at->column);
  bl_flow_free(ctx, at);
  *at = *by;
  *by = (bl_flow){0};
}

const bl_preset *bl_preset_of(const bl_flow *n)
{
  return n->kind == BL_FLOW_SCALAR && n->text ? bl_preset_find(n->text) : NULL;
}

/* The items of `more` in the place of item i of a list; both are moved. */
static bl_status splice(bl_ctx *ctx, bl_flow *list, size_t i, bl_flow *more)
{
  size_t n = list->n - 1 + more->n;
  bl_flow *child = bl_realloc(ctx, list->child, n ? n : 1, sizeof *child);
  if (!child) return bl_fail_nomem(ctx, "a preset");
  list->child = child;
  place(more, child[i].line, child[i].column);
  bl_flow_free(ctx, &child[i]);
  memmove(&child[i + more->n], &child[i + 1], (list->n - i - 1) * sizeof *child);
  memcpy(&child[i], more->child, more->n * sizeof *child);
  list->n = n;
  bl_free(ctx, more->child); /* its items have moved */
  *more = (bl_flow){0};
  return BL_OK;
}

/* A preset of several branches is no chain of stages. */
static bl_status check_single(bl_ctx *ctx, const bl_preset *p, const bl_flow *features)
{
  if (features->n == 1) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 "%s: has %zu branches and is no list of stages; take it whole, as 'features: %s', or copy what "
                 "'baleen help %s' prints",
                 p->name, features->n, p->name, p->name);
}

static bl_status expand_stages(bl_mistakes *m, bl_flow *stages)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && stages->kind == BL_FLOW_LIST && i < stages->n; i++) {
    const bl_preset *p = bl_preset_of(&stages->child[i]);
    bl_flow features = {0};
    if (!p) continue;
    s = bl_preset_read(m->ctx, p, &features);
    bl_status wrong = s ? BL_OK : check_single(m->ctx, p, &features);
    if (wrong) s = bl_mistake(m, &stages->child[i], wrong);
    else if (!s) s = splice(m->ctx, stages, i, bl_flow_get(&features.child[0], "stages"));
    bl_flow_free(m->ctx, &features);
  }
  return s;
}

static bl_status expand_branch(bl_mistakes *m, bl_flow *branch)
{
  const bl_preset *p = bl_preset_of(branch);
  bl_flow features = {0}, *stages;
  bl_status s = p ? bl_preset_read(m->ctx, p, &features) : BL_OK;
  bl_status wrong = p && !s ? check_single(m->ctx, p, &features) : BL_OK;
  if (wrong) s = bl_mistake(m, branch, wrong);
  else if (p && !s) replace(m->ctx, branch, &features.child[0]);
  bl_flow_free(m->ctx, &features);
  stages = branch->kind == BL_FLOW_MAP ? bl_flow_get(branch, "stages") : NULL;
  return !s && stages ? expand_stages(m, stages) : s;
}

bl_status bl_presets_expand(bl_mistakes *m, bl_flow *root)
{
  bl_flow *features = root->kind == BL_FLOW_MAP ? bl_flow_get(root, "features") : NULL;
  const bl_preset *p = features ? bl_preset_of(features) : NULL;
  bl_flow full = {0};
  bl_status s = p ? bl_preset_read(m->ctx, p, &full) : BL_OK;
  if (p && !s) replace(m->ctx, features, &full);
  for (size_t b = 0; !s && features && features->kind == BL_FLOW_MAP && b < features->n; b++)
    s = expand_branch(m, &features->child[b]);
  return s;
}
