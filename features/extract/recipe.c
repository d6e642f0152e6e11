/* recipe.c: building the list of branches that an extractor computes. */
#include "baleen/extractor.h"

#include <string.h>

#include "channels.h"

static const char *const auto_word[] = {"auto", NULL};
const bl_opt bl_branch_stream_opts[] = {
    BL_WORD(bl_branch_stream, rate_hz, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "rate of the stream that the branch is made of; auto: of the one that all branches have"),
    BL_TEXTS(bl_branch_stream, channels, NULL, "names or patterns of channels: the stream that has most of them"),
    BL_OPT_END};

size_t bl_branch_stream_fits(const bl_branch_stream *s, const bl_stream *in)
{
  size_t n = 0;
  for (size_t i = 0; i < s->channels.n; i++) n += bl_channels_has(in, s->channels.v[i]);
  return n;
}

/* The first branch that names its stream as branch b does. */
static size_t alike(const bl_recipe *r, size_t b)
{
  size_t first = 0;
  while (!bl_opts_equal(bl_branch_stream_opts, &r->branches[first].stream, &r->branches[b].stream)) first++;
  return first;
}

size_t bl_recipe_input(const bl_recipe *r, size_t b)
{
  size_t input = 0, first = alike(r, b);
  for (size_t i = 0; i < first; i++) input += alike(r, i) == i;
  return input;
}

size_t bl_recipe_n_inputs(const bl_recipe *r)
{
  size_t n = 0;
  for (size_t b = 0; b < r->n_branches; b++) n += alike(r, b) == b;
  return n;
}

bool bl_recipe_is_taken(const bl_recipe *r, size_t b)
{
  for (size_t i = b + 1; i < r->n_branches; i++)
    for (size_t k = 0; k < r->branches[i].n_stages; k++) {
      const bl_stage *stage = &r->branches[i].stages[k];
      const bl_texts *names = stage->cls->branches ? stage->cls->branches(stage->params) : NULL;
      if (names && bl_texts_find(names, r->branches[b].name) >= 0) return true;
    }
  return false;
}

bool bl_recipe_is_used(const bl_recipe *r, size_t b)
{
  return r->branches[b].n_summaries || r->branches[b].kept || bl_recipe_is_taken(r, b);
}

bl_status bl_recipe_branch_above(bl_ctx *ctx, const bl_recipe *r, size_t b, const char *name, size_t *at)
{
  size_t i = 0;
  while (i < r->n_branches && strcmp(r->branches[i].name, name) != 0) i++;
  *at = i;
  if (i < b) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 i < r->n_branches ? "branch '%s' is not above this one; bring the branch that is taken to the top"
                                   : "there is no branch '%s'",
                 name);
}

const bl_branch *bl_recipe_input_branch(const bl_recipe *r, size_t input)
{
  size_t b = 0;
  while (bl_recipe_input(r, b) != input) b++;
  return &r->branches[b];
}

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
  return bl_opts_defaults(ctx, "stream", bl_branch_stream_opts, &(*out)->stream);
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
    bl_opts_release(ctx, bl_branch_stream_opts, &b->stream);
    bl_free(ctx, b->stages);
    bl_free(ctx, b->summaries);
    bl_free(ctx, b->name);
  }
  bl_free(ctx, r->branches);
  *r = (bl_recipe){0};
}
