/* recipe_needs.c: what of its input a recipe cannot do without, and whether it makes the same of two inputs.
 *
 * Both go along the shapes of each branch, without starting a stage: marks of needed channels from the leaf back to the
 * input, and differences of rate and unit from the input on. */
#include <string.h>

#include "baleen/extractor.h"

/* What lies along one branch: stream[0] is its input, stream[k + 1] what stage k puts out, with the channels needed. */
typedef struct path {
  bl_stream *stream;
  bool **needed;
  size_t n;
} path;

/* A recipe with its inputs. Branches take others that stand above them, so that each is shaped once, downward, and marked
 * once, upward. */
typedef struct tree {
  const bl_recipe *recipe;
  const bl_stream *in;
  bool rejects;
  path *path;  /* of each branch; one that is not shaped is empty */
  bool *taken; /* of each branch: one that is marked takes it */
} tree;

static void free_path(bl_ctx *ctx, path *p)
{
  for (size_t k = 0; k < p->n; k++) {
    if (p->stream) bl_stream_free(ctx, &p->stream[k]);
    if (p->needed) bl_free(ctx, p->needed[k]);
  }
  bl_free(ctx, p->stream);
  bl_free(ctx, p->needed);
  *p = (path){0};
}

static bl_status open_tree(bl_ctx *ctx, tree *t)
{
  t->path = bl_calloc(ctx, t->recipe->n_branches, sizeof *t->path);
  t->taken = bl_calloc(ctx, t->recipe->n_branches, sizeof *t->taken);
  return t->path && t->taken ? BL_OK : bl_fail_nomem(ctx, "a recipe");
}

static void close_tree(bl_ctx *ctx, tree *t)
{
  for (size_t b = 0; t->path && b < t->recipe->n_branches; b++) free_path(ctx, &t->path[b]);
  bl_free(ctx, t->path);
  bl_free(ctx, t->taken);
}

/* The branch of this name above branch b. */
static bl_status find_branch(bl_ctx *ctx, const tree *t, size_t b, const char *name, size_t *out)
{
  for (*out = 0; *out < b; (*out)++)
    if (!strcmp(t->recipe->branches[*out].name, name)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "there is no branch '%s' above branch '%s'", name, t->recipe->branches[b].name);
}

static const bl_texts *taken_by(const bl_stage *stage)
{
  static const bl_texts none = {0};
  return stage->cls->branches ? stage->cls->branches(stage->params) : &none;
}

static bl_status fail_stage(bl_ctx *ctx, bl_status s, const char *branch, const bl_stage *stage)
{
  if (!stage->line) return bl_fail_in(ctx, s, "branch '%s', stage '%s': ", branch, stage->cls->name);
  return bl_fail_in(ctx, s, "branch '%s', stage '%s' (line %zu of the config): ", branch, stage->cls->name,
                    stage->line);
}

/* What a stage of branch b makes of `in` and of the ends of the branches that it takes. */
static bl_status shape_stage(bl_ctx *ctx, const tree *t, size_t b, const bl_stage *stage, const bl_stream *in,
                             bl_stream *out)
{
  const bl_texts *names = taken_by(stage);
  const bl_stream **all = bl_calloc(ctx, names->n + 1, sizeof *all);
  bl_status s = all ? BL_OK : bl_fail_nomem(ctx, "a branch");
  for (size_t i = 0, other; !s && i < names->n; i++) {
    s = find_branch(ctx, t, b, names->v[i], &other);
    if (!s) all[i + 1] = &t->path[other].stream[t->path[other].n - 1];
  }
  if (!s) all[0] = in;
  if (!s && (s = bl_stage_shape_all(ctx, stage, all, names->n + 1, out)))
    s = fail_stage(ctx, s, t->recipe->branches[b].name, stage);
  bl_free(ctx, all);
  return s;
}

/* Those that branch b takes are shaped. */
static bl_status shape_path(bl_ctx *ctx, tree *t, size_t b)
{
  const bl_branch *branch = &t->recipe->branches[b];
  path *p = &t->path[b];
  *p = (path){.n = branch->n_stages + 1};
  p->stream = bl_calloc(ctx, p->n, sizeof *p->stream);
  p->needed = bl_calloc(ctx, p->n, sizeof *p->needed);
  bl_status s = p->stream && p->needed ? bl_stream_copy(ctx, &t->in[bl_recipe_input(t->recipe, b)], &p->stream[0])
                                       : bl_fail_nomem(ctx, "a branch");
  for (size_t k = 0; !s && k < branch->n_stages; k++)
    s = shape_stage(ctx, t, b, &branch->stages[k], &p->stream[k], &p->stream[k + 1]);
  for (size_t k = 0; !s && k < p->n; k++)
    if (!(p->needed[k] = bl_calloc(ctx, p->stream[k].n_channels, sizeof **p->needed)))
      s = bl_fail_nomem(ctx, "a branch");
  return s;
}

bl_status bl_branch_check(bl_ctx *ctx, const bl_branch *b, const bl_stream *in)
{
  bl_branch self = *b; /* a view */
  const bl_recipe one = {&self, 1};
  const tree t = {.recipe = &one, .in = in};
  bl_stream now, next = {0};
  bl_status s = bl_stream_copy(ctx, in, &now);
  for (size_t k = 0; !s && k < b->n_stages && !taken_by(&b->stages[k])->n; k++) {
    if ((s = shape_stage(ctx, &t, 0, &b->stages[k], &now, &next))) break;
    bl_stream_free(ctx, &now);
    now = next;
  }
  bl_stream_free(ctx, &now);
  return s;
}

static void need_all(const path *p, size_t k)
{
  for (size_t c = 0; c < p->stream[k].n_channels; c++) p->needed[k][c] = true;
}

/* Goes back along the branch from its end, of which all is needed: features are made of it, or another branch takes it.
 * Where a stage takes other branches, all of their ends is needed too. */
static bl_status mark_path(bl_ctx *ctx, tree *t, size_t b)
{
  const bl_branch *branch = &t->recipe->branches[b];
  const path *p = &t->path[b];
  bl_status s = BL_OK;
  bool judged = false;
  need_all(p, p->n - 1);
  for (size_t k = p->n; !s && k-- > 0;) {
    if (t->rejects && !judged && (k == 0 || bl_stream_is_waveform(&p->stream[k]))) need_all(p, k), judged = true;
    if (k == 0) break;
    const bl_stage *stage = &branch->stages[k - 1];
    if (stage->cls->needs)
      s = stage->cls->needs(ctx, stage->params, &p->stream[k - 1], &p->stream[k], p->needed[k], p->needed[k - 1]);
    else memcpy(p->needed[k - 1], p->needed[k], p->stream[k - 1].n_channels * sizeof **p->needed);
    for (size_t i = 0, other; !s && i < taken_by(stage)->n; i++) {
      s = find_branch(ctx, t, b, taken_by(stage)->v[i], &other);
      if (!s) t->taken[other] = true;
    }
  }
  return s;
}

/* Adds what branch b needs of its input to `needed`, in which that of all inputs lies one behind the other. */
static bl_status need_branch(bl_ctx *ctx, tree *t, size_t b, bool *needed)
{
  size_t input = bl_recipe_input(t->recipe, b);
  for (size_t i = 0; i < input; i++) needed += t->in[i].n_channels;
  bl_status s = mark_path(ctx, t, b);
  for (size_t c = 0; !s && c < t->in[input].n_channels; c++) needed[c] = needed[c] || t->path[b].needed[0][c];
  return s;
}

bl_status bl_recipe_needs(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bool rejects, bool *needed)
{
  tree t = {.recipe = recipe, .in = in, .rejects = rejects};
  size_t n = 0;
  for (size_t i = 0; i < bl_recipe_n_inputs(recipe); i++) n += in[i].n_channels;
  for (size_t c = 0; c < n; c++) needed[c] = false;
  bl_status s = open_tree(ctx, &t);
  for (size_t b = 0; !s && b < recipe->n_branches; b++)
    if (bl_recipe_is_used(recipe, b)) s = shape_path(ctx, &t, b);
  for (size_t b = recipe->n_branches; !s && b-- > 0;)
    if (recipe->branches[b].n_summaries || recipe->branches[b].kept || t.taken[b]) s = need_branch(ctx, &t, b, needed);
  close_tree(ctx, &t);
  return s;
}

/* ---- the same of two inputs -------------------------------------------------------------------------------------- */

static bool near(double a, double b) { return fabs(a - b) <= 1e-9 * fabs(a); }
static const char *text_or_none(const bl_texts *t, size_t i) { return i < t->n ? t->v[i] : ""; }

/* A channel, of those needed, that is in another unit, or n_channels. */
static size_t other_unit(const bl_stream *wanted, const bool *needed, const bl_stream *in)
{
  for (size_t c = 0; c < wanted->n_channels; c++) {
    long at = needed[c] ? bl_texts_find(&in->channels, wanted->channels.v[c]) : -1;
    if (at >= 0 && strcmp(text_or_none(&in->units, (size_t)at), text_or_none(&wanted->units, c)) != 0) return c;
  }
  return wanted->n_channels;
}

static bl_status fail_unit(bl_ctx *ctx, const bl_stream *wanted, size_t c, const bl_stream *in)
{
  const char *name = wanted->channels.v[c];
  return bl_fail(ctx, BL_E_MISMATCH, "channel '%s' is in '%s' instead of '%s'; put to_unit first among the stages",
                 name, text_or_none(&in->units, (size_t)bl_texts_find(&in->channels, name)),
                 text_or_none(&wanted->units, c));
}

static bl_status fail_rate(bl_ctx *ctx, const path *wanted, const path *in)
{
  return bl_fail(
      ctx, BL_E_MISMATCH,
      "its rate is %.6g Hz instead of %.6g Hz, and no stage resamples both to one; resample it, or put resample "
      "first among the stages",
      in->stream[0].rate_hz, wanted->stream[0].rate_hz);
}

/* Other channels, and what brings them to those that are wanted. */
static bl_status other_channels(bl_ctx *ctx, const bl_stream *wanted, const bl_stream *in)
{
  size_t n = wanted->n_channels < in->n_channels ? wanted->n_channels : in->n_channels, c = 0;
  while (c < n && !strcmp(wanted->channels.v[c], in->channels.v[c])) c++;
  if (c == n && wanted->n_channels == in->n_channels) return BL_OK;
  if (wanted->n_channels == 1 && in->n_channels > 1)
    return bl_fail(
        ctx, BL_E_MISMATCH,
        "its channels become %zu ('%s' ..) where '%s' alone is wanted; put mono first among the stages and learn "
        "anew, or make it mono: baleen convert IN OUT --stages '[mono]'; or pick one",
        in->n_channels, in->channels.v[0], wanted->channels.v[0]);
  if (c < n)
    return bl_fail(ctx, BL_E_MISMATCH,
                   "its channels become '%s' where '%s' is wanted; if they are the same, rename them, by a stage or by "
                   "baleen convert IN OUT --stages '[{rename: {from: [%s], to: [%s]}}]'",
                   in->channels.v[c], wanted->channels.v[c], in->channels.v[c], wanted->channels.v[c]);
  return bl_fail(ctx, BL_E_MISMATCH,
                 "its channels become %zu instead of %zu; %s '%s'; pick them, or put mono first among the stages",
                 in->n_channels, wanted->n_channels,
                 n < in->n_channels ? "one too many is" : "the first that is wanting is",
                 n < in->n_channels ? in->channels.v[n] : wanted->channels.v[n]);
}

/* Says what differs between the streams that two paths end in. */
static bl_status other_frames(bl_ctx *ctx, const bl_stream *wanted, const bl_stream *in)
{
  bl_status s = other_channels(ctx, wanted, in);
  if (s) return s;
  bool same = wanted->n_bins == in->n_bins && !wanted->bin_hz == !in->bin_hz && wanted->pairs == in->pairs &&
              near(wanted->source_rate_hz, in->source_rate_hz);
  for (size_t k = 0; same && wanted->bin_hz && k < wanted->n_bins; k++) same = near(wanted->bin_hz[k], in->bin_hz[k]);
  for (size_t k = 0; same && (wanted->bins.n || in->bins.n) && k < wanted->n_bins; k++) {
    char a[BL_BIN_NAME], b[BL_BIN_NAME];
    same = !strcmp(bl_stream_bin(wanted, k, a), bl_stream_bin(in, k, b));
  }
  if (same) return BL_OK;
  return bl_fail(ctx, BL_E_MISMATCH,
                 "its spectrum is another, of %.6g Hz where one of %.6g Hz is wanted; resample it, or put "
                 "resample first among the stages",
                 in->source_rate_hz, wanted->source_rate_hz);
}

/* A difference that a stage hides without going by it is one still: scale gives its unit to whatever comes. */
static bl_status same_path(bl_ctx *ctx, const bl_branch *b, const path *wanted, const path *in)
{
  bool rate = false;
  size_t unit = 0;
  for (size_t k = 0; k < wanted->n; k++) {
    const bl_stream *w = &wanted->stream[k], *v = &in->stream[k];
    bool converts = k && b->stages[k - 1].cls->tags & BL_STAGE_CONVERTS, had_rate = k && rate;
    bool had_unit = k && unit < wanted->stream[k - 1].n_channels;
    size_t was = unit;
    rate = !near(w->rate_hz, v->rate_hz);
    unit = other_unit(w, wanted->needed[k], v);
    if (had_unit && unit == w->n_channels && !converts) return fail_unit(ctx, w - 1, was, v - 1);
    if (had_rate && !rate && !converts) return fail_rate(ctx, wanted, in);
  }
  const bl_stream *w = &wanted->stream[wanted->n - 1], *v = &in->stream[in->n - 1];
  if (unit < w->n_channels) return fail_unit(ctx, w, unit, v);
  if (rate) return fail_rate(ctx, wanted, in);
  return other_frames(ctx, w, v);
}

bl_status bl_recipe_same(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *wanted, const bl_stream *in,
                         bool rejects)
{
  tree t = {.recipe = recipe, .in = wanted, .rejects = rejects}, u = {.recipe = recipe, .in = in};
  bl_status s = open_tree(ctx, &t);
  if (!s) s = open_tree(ctx, &u);
  for (size_t i = 0; !s && i < recipe->n_branches; i++) {
    const bl_branch *b = &recipe->branches[i];
    s = shape_path(ctx, &t, i);
    if (!s) s = shape_path(ctx, &u, i);
    if (!s) s = mark_path(ctx, &t, i);
    if (!s && (s = same_path(ctx, b, &t.path[i], &u.path[i])) && recipe->n_branches > 1)
      bl_fail_in(ctx, s, "branch '%s': ", b->name);
  }
  close_tree(ctx, &t);
  close_tree(ctx, &u);
  return s;
}
