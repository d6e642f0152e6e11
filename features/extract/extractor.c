/* extractor.c: building the tree of stages, and what it is; extractor_run.c feeds it.
 *
 * Nodes are running stages, parents before children; two branches share a node while their stages, options and parents
 * are equal. Each branch ends in a leaf: its node and its summaries. */
#include <string.h>

#include "extractor_names.h"
#include "extractor_private.h"

bl_status bl_extractor_fail(bl_ctx *ctx, const bl_extractor *e, bl_status s, const char *branch, const char *kind,
                            const char *name)
{
  if (e->recipe->n_branches > 1) return bl_fail_in(ctx, s, "branch '%s', %s '%s': ", branch, kind, name);
  return bl_fail_in(ctx, s, "%s '%s': ", kind, name);
}

/* The same where it is built: what is wrong then lies in the config, not in a segment. */
static bl_status fail_built(bl_ctx *ctx, const bl_extractor *e, bl_status s, const char *branch, const char *kind,
                            const char *name, size_t line)
{
  if (!line) return bl_extractor_fail(ctx, e, s, branch, kind, name);
  if (e->recipe->n_branches > 1)
    return bl_fail_in(ctx, s, "branch '%s', %s '%s' (line %zu of the config): ", branch, kind, name, line);
  return bl_fail_in(ctx, s, "%s '%s' (line %zu of the config): ", kind, name, line);
}

/* ---- building the tree ------------------------------------------------------------------------------------------- */

/* Two stages are the same when these texts are. */
static bl_status make_key(bl_ctx *ctx, const bl_stage *stage, char **out)
{
  bl_buf b = {0};
  bl_status s = bl_buf_puts(ctx, &b, stage->cls->name);
  for (const bl_opt *o = stage->cls->opts; !s && o && o->name; o++) {
    s = bl_buf_printf(ctx, &b, "\n%s: ", o->name);
    if (!s) s = bl_opts_get(ctx, stage->cls->opts, stage->params, o->name, &b);
  }
  *out = s ? NULL : bl_strdup(ctx, bl_buf_text(&b));
  if (!s && !*out) s = bl_fail_nomem(ctx, "a stage");
  bl_buf_free(ctx, &b);
  return s;
}

/* Where an earlier branch ends. */
static bl_status find_end(bl_ctx *ctx, const bl_extractor *e, size_t before, const char *name, size_t *at)
{
  size_t i;
  bl_status s = bl_recipe_branch_above(ctx, e->recipe, before, name, &i);
  if (!s) *at = e->leaves[i].node;
  return s;
}

/* The parents beside the one before it that a stage of branch b asks for. */
static bl_status find_parents(bl_ctx *ctx, const bl_extractor *e, size_t b, const bl_stage *stage, joint *j)
{
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a stage of a recipe has its class */
  const bl_texts *names = stage->cls->branches ? stage->cls->branches(stage->params) : NULL;
  bl_status s = BL_OK;
  if (!names || !names->n) return BL_OK;
  j->parent = bl_calloc(ctx, names->n, sizeof *j->parent);
  j->wait = bl_calloc(ctx, names->n + 1, sizeof *j->wait);
  j->x = bl_calloc(ctx, names->n + 1, sizeof *j->x);
  if (!j->parent || !j->wait || !j->x) return bl_fail_nomem(ctx, "a stage");
  for (; !s && j->n < names->n; j->n++) s = find_end(ctx, e, b, names->v[j->n], &j->parent[j->n]);
  return s;
}

#define MOST_FOR_ONE 16384.0 /* a transform of 32,768 points at each sample */

bl_status bl_check_cost(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_stream *out)
{
  double comes = in->rate_hz * (double)bl_stream_width(in), gives = out->rate_hz * (double)bl_stream_width(out);
  if (!(gives > MOST_FOR_ONE * comes)) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: %zu numbers at each of %g frames a second are %.3g for each number of the recording, above the "
                 "bound of %g; take a longer hop, or fewer bins",
                 who, bl_stream_width(out), out->rate_hz, gives / comes, MOST_FOR_ONE);
}

static bl_status start_node(bl_ctx *ctx, bl_extractor *e, size_t b, const bl_stage *stage, node *d)
{
  const bl_stream **in = bl_calloc(ctx, d->more.n + 1, sizeof *in);
  if (!in) return bl_fail_nomem(ctx, "a stage");
  for (size_t k = 0; k <= d->more.n; k++) {
    in[k] = bl_extractor_stream(e, k ? d->more.parent[k - 1] : d->parent);
    if (d->more.n) d->more.wait[k].width = bl_stream_width(in[k]);
  }
  bl_stream shape = {0}; /* first, so that what is beyond all bounds is never made room for */
  bl_status s = bl_stage_shape_all(ctx, stage, in, d->more.n + 1, &shape);
  if (!s) s = bl_check_cost(ctx, stage->cls->name, &e->in[bl_recipe_input(e->recipe, b)].stream, &shape);
  bl_stream_free(ctx, &shape);
  if (!s) s = bl_stage_start_all(ctx, stage, in, d->more.n + 1, &d->run);
  if (!s) d->out.width = bl_stream_width(&d->run.out);
  if (!s) d->foot = bl_footing_behind(&d->run, in[0], bl_footing_of_parents(e, d->parent, &d->more));
  bl_free(ctx, in);
  return s;
}

/* The node for this stage below *at: an equal one that is there, or a new one. *at becomes it. */
static bl_status descend(bl_ctx *ctx, bl_extractor *e, size_t b, const bl_stage *stage, size_t *at)
{
  const bl_branch *branch = &e->recipe->branches[b];
  char *key;
  bl_status s = make_key(ctx, stage, &key);
  if (s) return s;
  for (size_t i = 0; i < e->n_nodes; i++)
    if (e->nodes[i].parent == *at && e->nodes[i].run.cls == stage->cls && !strcmp(e->nodes[i].key, key)) {
      bl_free(ctx, key);
      *at = i;
      return BL_OK;
    }
  node *v = bl_realloc(ctx, e->nodes, e->n_nodes + 1, sizeof *v);
  if (!v) {
    bl_free(ctx, key);
    return bl_fail_nomem(ctx, "a stage");
  }
  e->nodes = v;
  node *new = &v[e->n_nodes++];
  *new = (node){.parent = *at, .key = key, .branch = branch->name, .stage = stage};
  s = find_parents(ctx, e, b, stage, &new->more);
  if (!s) s = start_node(ctx, e, b, stage, new);
  if (s) return fail_built(ctx, e, s, branch->name, "stage", stage->cls->name, stage->line);
  *at = e->n_nodes - 1;
  return BL_OK;
}

static bl_status build_nodes(bl_ctx *ctx, bl_extractor *e)
{
  const bl_recipe *r = e->recipe;
  for (size_t b = 0; b < r->n_branches; b++) {
    const bl_branch *branch = &r->branches[b];
    if (!bl_recipe_is_used(r, b))
      return bl_fail(ctx, BL_E_CONFIG, "branch '%s' has no summary; without one it gives no features", branch->name);
    size_t at = ROOT - bl_recipe_input(r, b);
    for (size_t k = 0; k < branch->n_stages; k++) {
      bl_status s = descend(ctx, e, b, &branch->stages[k], &at);
      if (s) return s;
    }
    e->leaves[b] = (leaf){.branch = branch, .node = at, .offset = e->n_seats};
    e->n_seats += branch->n_summaries;
  }
  bl_leaves_uncorrect(ctx, e); /* nodes lie still from here on */
  return BL_OK;
}

/* Blocks say the way that they came: "fir > stft > mel > mean". */
static bl_status tell_sources(bl_ctx *ctx, const bl_branch *branch, bl_blocks *blocks)
{
  bl_buf way = {0};
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < branch->n_stages; k++)
    s = bl_buf_printf(ctx, &way, "%s > ", branch->stages[k].cls->name);
  for (size_t i = 0; !s && i < blocks->n; i++) {
    char *source = bl_strf(ctx, "%s%s", bl_buf_text(&way), blocks->v[i].source);
    if (!source) s = bl_fail_nomem(ctx, "blocks of columns");
    if (s) break;
    bl_free(ctx, blocks->v[i].source);
    blocks->v[i].source = source;
  }
  bl_buf_free(ctx, &way);
  return s;
}

/* Each summary's features, from the stream that it gets; where its columns begin. */
static bl_status name_features(bl_ctx *ctx, bl_extractor *e, bl_feature_names *all)
{
  bool several = e->recipe->n_branches > 1;
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    const leaf *l = &e->leaves[b];
    for (size_t k = 0; k < l->branch->n_summaries; k++) {
      const bl_summary *m = &l->branch->summaries[k];
      bl_feature_names names = {0};
      e->seats[l->offset + k] = (seat){.summary = m, .leaf = b, .column = all->names.n};
      bl_status s = bl_summary_shape(ctx, m, l->stream, &names);
      if (s) fail_built(ctx, e, s, l->branch->name, "summary", m->cls->name, m->line);
      if (!s) s = tell_sources(ctx, l->branch, &names.blocks);
      if (!s) s = bl_names_append(ctx, all, several ? l->branch->name : NULL, &names);
      bl_feature_names_free(ctx, &names);
      if (s) return s;
    }
  }
  return e->n_seats ? bl_names_check(ctx, all) : BL_OK; /* no summary: frames alone are wanted */
}

bl_status bl_extractor_name_features(bl_ctx *ctx, bl_extractor *e)
{
  bl_feature_names all = {0};
  bl_status s = name_features(ctx, e, &all);
  if (s) {
    bl_feature_names_free(ctx, &all);
    return s;
  }
  bl_feature_names_free(ctx, &e->names);
  e->names = all;
  return BL_OK;
}

bl_status bl_extractor_new(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bl_row_fn on_row, void *user,
                           bl_extractor **out)
{
  *out = NULL;
  if (!recipe->n_branches) return bl_fail(ctx, BL_E_CONFIG, "features: none are asked for; name at least one summary");
  bl_extractor *e = bl_calloc(ctx, 1, sizeof *e);
  if (!e) return bl_fail_nomem(ctx, "an extractor");
  *e = (bl_extractor){.recipe = recipe, .on_row = on_row, .user = user, .last_start_s = -INFINITY};
  bl_status s = BL_E_NOMEM;
  size_t n_inputs = bl_recipe_n_inputs(recipe);
  if (!(e->in = bl_calloc(ctx, n_inputs, sizeof *e->in))) goto nomem;
  for (; e->n_inputs < n_inputs; e->n_inputs++)
    if ((s = bl_stream_copy(ctx, &in[e->n_inputs], &e->in[e->n_inputs].stream))) goto done;
  for (size_t k = 0; k < e->n_inputs; k++) e->in[k].foot = bl_footing_of_input(e, k);
  if (!(e->leaves = bl_calloc(ctx, recipe->n_branches, sizeof *e->leaves))) goto nomem;
  if ((s = build_nodes(ctx, e))) goto done;
  if (!(e->seats = bl_calloc(ctx, e->n_seats, sizeof *e->seats))) goto nomem;
  if ((s = bl_extractor_name_features(ctx, e))) goto done;
  if ((s = bl_extractor_check_events(ctx, e))) goto done;
  if (!(e->row = bl_calloc(ctx, e->names.names.n, sizeof *e->row))) goto nomem;
  *out = e;
  e = NULL;
  goto done;
nomem:
  s = bl_fail_nomem(ctx, "an extractor");
done:
  bl_extractor_free(ctx, e);
  return s;
}

void bl_extractor_free(bl_ctx *ctx, bl_extractor *e)
{
  if (!e) return;
  bl_extractor_drop_spans(ctx, e);
  while (e->pool) {
    desk *d = e->pool;
    e->pool = d->next;
    bl_desk_free(ctx, e, d);
  }
  bl_judges_free(ctx, e);
  for (size_t b = 0; e->leaves && b < e->recipe->n_branches; b++) {
    bl_stream_free(ctx, &e->leaves[b].corrected);
    bl_free(ctx, e->leaves[b].past.v);
  }
  for (size_t i = 0; i < e->n_nodes; i++) {
    bl_stage_stop(ctx, &e->nodes[i].run);
    bl_frames_free(ctx, &e->nodes[i].out);
    joint *j = &e->nodes[i].more;
    for (size_t k = 0; j->wait && k <= j->n; k++) bl_frames_free(ctx, &j->wait[k]);
    bl_free(ctx, j->parent);
    bl_free(ctx, j->wait);
    bl_free(ctx, j->x);
    bl_free(ctx, e->nodes[i].key);
  }
  bl_findings_free(ctx, &e->untold);
  bl_free(ctx, e->caught);
  bl_free(ctx, e->open);
  bl_free(ctx, e->nodes);
  bl_free(ctx, e->leaves);
  bl_free(ctx, e->seats);
  bl_free(ctx, e->row);
  bl_feature_names_free(ctx, &e->names);
  bl_free(ctx, e->comes_of);
  for (size_t i = 0; i < e->n_inputs; i++) bl_stream_free(ctx, &e->in[i].stream);
  bl_free(ctx, e->in);
  bl_free(ctx, e);
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

const bl_feature_names *bl_extractor_names(const bl_extractor *e) { return &e->names; }
size_t bl_extractor_width(const bl_extractor *e) { return e->names.names.n; }

const bl_stream *bl_extractor_end_of(const bl_extractor *e, size_t branch)
{
  return bl_extractor_stream(e, e->leaves[branch].node);
}

void bl_extractor_tap(bl_extractor *e, size_t branch, bl_tap_fn fn, void *user)
{
  e->leaves[branch].tap = fn;
  e->leaves[branch].tap_user = user;
}

size_t bl_extractor_n_stages(const bl_extractor *e) { return e->n_nodes; }

double bl_extractor_latency(const bl_extractor *e, const char **whole)
{
  double most = 0, lag_s;
  if (whole) *whole = NULL;
  if (e->hears && bl_extractor_finds_events(e, &lag_s)) most = lag_s;
  for (size_t b = 0; b < e->recipe->n_branches; b++) most = fmax(most, e->leaves[b].stream->latency_s);
  for (size_t i = e->n_nodes; i-- > 0;)
    if (whole && e->nodes[i].run.cls->tags & BL_STAGE_WHOLE) *whole = e->nodes[i].run.cls->name;
  return most;
}

bl_stage_part bl_extractor_stage(const bl_extractor *e, size_t i)
{
  const node *d = &e->nodes[i];
  double before = bl_extractor_stream(e, d->parent)->latency_s;
  return (bl_stage_part){.branch = d->branch,
                         .stage = d->run.cls->name,
                         .whole = d->run.cls->tags & BL_STAGE_WHOLE,
                         .latency_s = isfinite(before) ? d->run.out.latency_s - before : (double)NAN};
}
