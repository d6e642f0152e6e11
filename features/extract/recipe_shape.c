/* recipe_shape.c: what a recipe makes of streams, and all that it cannot do with them, before anything is started. */
#include "extractor_names.h"
#include "extractor_private.h"

typedef struct shaping {
  const bl_recipe *recipe;
  const bl_stream *in; /* of each input */
  bl_stream *end;      /* of each branch */
  bool *known;         /* the branch's end is */
  bl_recipe_slip_fn slip;
  void *user;
  size_t n_slips;
} shaping;

/* ends_all: what is no slip of the recipe. */
static bl_status tell(bl_ctx *ctx, shaping *g, size_t b, const bl_stage *stage, const bl_summary *summary, bl_status s)
{
  if (!s || s == BL_E_NOMEM || s == BL_E_CANCELLED || s == BL_E_INTERNAL) return s;
  g->n_slips++;
  return g->slip(g->user, ctx, &g->recipe->branches[b], stage, summary, s);
}

/* The streams that a stage of branch b takes, cur before all; *ready is false where one of them is not known, which has
 * been told. */
static bl_status gather(bl_ctx *ctx, const shaping *g, size_t b, const bl_stage *stage, const bl_stream *cur,
                        const bl_stream **in, bool *ready)
{
  const bl_texts *names = stage->cls->branches ? stage->cls->branches(stage->params) : NULL;
  bl_status s = BL_OK;
  in[0] = cur;
  for (size_t i = 0; !s && names && i < names->n; i++) {
    size_t at;
    s = bl_recipe_branch_above(ctx, g->recipe, b, names->v[i], &at);
    if (!s) in[i + 1] = &g->end[at];
    if (!s) *ready = *ready && g->known[at];
  }
  return s;
}

static bl_status shape_stage(bl_ctx *ctx, const shaping *g, size_t b, const bl_stage *stage, const bl_stream *cur,
                             bl_stream *out, bool *ready)
{
  const bl_texts *names = stage->cls->branches ? stage->cls->branches(stage->params) : NULL;
  size_t n = 1 + (names ? names->n : 0);
  const bl_stream **in = bl_calloc(ctx, n, sizeof *in);
  *ready = true;
  bl_status s = in ? gather(ctx, g, b, stage, cur, in, ready) : bl_fail_nomem(ctx, "a stage");
  if (s) s = bl_fail_in(ctx, s, "%s: ", stage->cls->name);
  if (!s && *ready) s = bl_stage_shape_all(ctx, stage, in, n, out);
  if (!s && *ready) s = bl_check_cost(ctx, stage->cls->name, &g->in[bl_recipe_input(g->recipe, b)], out);
  bl_free(ctx, in);
  return s;
}

static bl_status shape_stages(bl_ctx *ctx, shaping *g, size_t b)
{
  const bl_branch *branch = &g->recipe->branches[b];
  bl_stream *cur = &g->end[b];
  bl_status s = bl_stream_copy(ctx, &g->in[bl_recipe_input(g->recipe, b)], cur);
  bool ready = true;
  size_t slips = g->n_slips;
  for (size_t k = 0; !s && ready && g->n_slips == slips && k < branch->n_stages; k++) {
    bl_stream out = {0};
    s = shape_stage(ctx, g, b, &branch->stages[k], cur, &out, &ready);
    if (s) s = tell(ctx, g, b, &branch->stages[k], NULL, s);
    bl_stream_free(ctx, cur);
    *cur = out;
  }
  g->known[b] = !s && ready && g->n_slips == slips;
  return s;
}

static bl_status shape_summaries(bl_ctx *ctx, shaping *g, size_t b, bl_feature_names *all)
{
  const bl_branch *branch = &g->recipe->branches[b];
  const char *prefix = g->recipe->n_branches > 1 ? branch->name : NULL;
  bl_status s = BL_OK;
  for (size_t k = 0; !s && g->known[b] && k < branch->n_summaries; k++) {
    const bl_summary *m = &branch->summaries[k];
    bl_feature_names names = {0};
    s = bl_summary_shape(ctx, m, &g->end[b], &names);
    if (!s) s = bl_names_append(ctx, all, prefix, &names);
    if (!s) s = bl_names_check(ctx, all);
    if (s) s = tell(ctx, g, b, NULL, m, s);
    bl_feature_names_free(ctx, &names);
  }
  return s;
}

bl_status bl_recipe_shape(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bl_recipe_slip_fn slip, void *user,
                          bl_feature_names *out)
{
  size_t n = recipe->n_branches;
  shaping g = {.recipe = recipe, .in = in, .slip = slip, .user = user};
  *out = (bl_feature_names){0};
  g.end = bl_calloc(ctx, n, sizeof *g.end);
  g.known = bl_calloc(ctx, n, sizeof *g.known);
  bl_status s = g.end && g.known ? BL_OK : bl_fail_nomem(ctx, "a recipe");
  for (size_t b = 0; !s && b < n; b++) {
    s = shape_stages(ctx, &g, b);
    if (!s) s = shape_summaries(ctx, &g, b, out);
  }
  for (size_t b = 0; g.end && b < n; b++) bl_stream_free(ctx, &g.end[b]);
  bl_free(ctx, g.end);
  bl_free(ctx, g.known);
  if (s || g.n_slips) bl_feature_names_free(ctx, out);
  return s;
}
