/* recipe.c: building the list of branches that an extractor computes. */
#include "baleen/extractor.h"

#include <string.h>

bl_status bl_recipe_add_branch(bl_ctx *ctx, bl_recipe *r, const char *name, bl_branch **out)
{
  *out = NULL;
  for (size_t i = 0; i < r->n_branches; i++)
    if (!strcmp(r->branches[i].name, name))
      return bl_fail(ctx, BL_E_CONFIG, "two branches are named '%s'; give each a name of its own", name);
  char *copy = bl_strdup(ctx, name);
  bl_branch *v = copy ? bl_realloc(ctx, r->branches, r->n_branches + 1, sizeof *v) : NULL;
  if (!v) {
    bl_free(ctx, copy);
    return bl_fail_nomem(ctx, "a branch");
  }
  r->branches = v;
  *out = &v[r->n_branches++];
  **out = (bl_branch){.name = copy};
  return BL_OK;
}

bl_status bl_branch_add_stage(bl_ctx *ctx, bl_branch *b, const char *name, bl_stage **out)
{
  bl_stage stage;
  *out = NULL;
  bl_status s = bl_stage_new(ctx, name, &stage);
  if (s) return s;
  bl_stage *v = bl_realloc(ctx, b->stages, b->n_stages + 1, sizeof *v);
  if (!v) {
    bl_stage_free(ctx, &stage);
    return bl_fail_nomem(ctx, "a stage");
  }
  b->stages = v;
  *out = &v[b->n_stages++];
  **out = stage;
  return BL_OK;
}

bl_status bl_branch_add_summary(bl_ctx *ctx, bl_branch *b, const char *name, bl_summary **out)
{
  bl_summary summary;
  *out = NULL;
  bl_status s = bl_summary_new(ctx, name, &summary);
  if (s) return s;
  bl_summary *v = bl_realloc(ctx, b->summaries, b->n_summaries + 1, sizeof *v);
  if (!v) {
    bl_summary_free(ctx, &summary);
    return bl_fail_nomem(ctx, "a summary");
  }
  b->summaries = v;
  *out = &v[b->n_summaries++];
  **out = summary;
  return BL_OK;
}

void bl_recipe_free(bl_ctx *ctx, bl_recipe *r)
{
  for (size_t i = 0; i < r->n_branches; i++) {
    bl_branch *b = &r->branches[i];
    for (size_t k = 0; k < b->n_stages; k++) bl_stage_free(ctx, &b->stages[k]);
    for (size_t k = 0; k < b->n_summaries; k++) bl_summary_free(ctx, &b->summaries[k]);
    bl_free(ctx, b->stages);
    bl_free(ctx, b->summaries);
    bl_free(ctx, b->name);
  }
  bl_free(ctx, r->branches);
  *r = (bl_recipe){0};
}
