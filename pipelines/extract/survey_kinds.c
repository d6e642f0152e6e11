/* survey_kinds.c: which kind of recordings is the model of the others, and which kinds are too unlike it to be taken as
 * they are. */
#include <math.h>
#include <string.h>

#include "survey_parts.h"

/* ---- the most common kind ---------------------------------------------------------------------------------------- */

/* The same channels with the same units, in any order. */
static bool same_channels(const bl_stream *a, const bl_stream *b)
{
  bool same = a->channels.n == b->channels.n;
  for (size_t i = 0; same && i < a->channels.n; i++) {
    long k = bl_texts_find(&b->channels, a->channels.v[i]);
    same = k >= 0 && !strcmp(a->units.v[i], b->units.v[k]);
  }
  return same;
}

/* The same, but for the order of the channels. */
static bool same_but_for_order(const bl_streams *a, const bl_streams *b)
{
  bool same = a->n == b->n;
  for (size_t k = 0; same && k < a->n; k++)
    same = fabs(a->v[k].rate_hz - b->v[k].rate_hz) <= 1e-9 * fabs(a->v[k].rate_hz) && same_channels(&a->v[k], &b->v[k]);
  return same;
}

/* How many recordings are of a kind that differs from this one in the order of its channels at most. */
static size_t n_like(const bl_survey *v, const bl_stream_kind *k)
{
  size_t n = 0;
  for (size_t i = 0; i < v->n_kinds; i++)
    if (!v->kinds[i].status && same_but_for_order(&k->in, &v->kinds[i].in)) n += v->kinds[i].n;
  return n;
}

bool bl_survey_vote(bl_survey *v)
{
  size_t most = 0;
  const bl_stream_kind *best = NULL;
  for (size_t i = 0; i < v->n_kinds; i++) {
    const bl_stream_kind *k = &v->kinds[i];
    size_t like = k->status ? 0 : n_like(v, k);
    if (like > most || (like && like == most && same_but_for_order(&best->in, &k->in) && k->n > best->n)) {
      most = like;
      best = k;
    }
  }
  v->model = best ? (size_t)(best - v->kinds) : v->n_kinds;
  return best;
}

bl_status bl_survey_name_model(bl_ctx *ctx, bl_survey *v)
{
  const bl_stream_kind *m = &v->kinds[v->model];
  size_t all = 0;
  for (size_t i = 0; i < v->n_kinds; i++)
    if (!v->kinds[i].status) all += v->kinds[i].n;
  const char *name = v->items.v[m->first].name;
  bl_status s = bl_streams_copy(ctx, &m->in, &v->model_in);
  if (s) return s;
  v->whose = 2 * n_like(v, m) > all ? bl_strf(ctx, "most recordings have, %s first", name)
                                    : bl_strf(ctx, "%s has, and the others go by it", name);
  v->wanted = (bl_wanted){&v->model_in, v->whose};
  return v->whose ? BL_OK : bl_fail_nomem(ctx, "the headers");
}

/* ---- those that differ ------------------------------------------------------------------------------------------- */

/* The channels that features depend on, those of all streams. */
static bl_status needed_of(bl_ctx *ctx, const bl_config *c, bool rejects, const bl_streams *in, bl_texts *out)
{
  size_t n = 0;
  *out = (bl_texts){0};
  for (size_t k = 0; k < in->n; k++) n += in->v[k].n_channels;
  bool *needed = bl_calloc(ctx, n, sizeof *needed), *of = needed;
  if (!needed) return bl_fail_nomem(ctx, "the channels");
  bl_status s = bl_recipe_needs(ctx, &c->recipe, in->v, rejects, needed);
  for (size_t k = 0; !s && k < in->n; of += in->v[k++].n_channels)
    for (size_t i = 0; !s && i < in->v[k].n_channels; i++)
      if (of[i]) s = bl_texts_addf(ctx, out, "%zu:%s", k, in->v[k].channels.v[i]);
  bl_free(ctx, needed);
  if (s) bl_texts_free(ctx, out);
  return s;
}

/* The same features, out of the same channels in the same order, for the order of a sum shows in its last bit. */
static bl_status is_like_model(bl_ctx *ctx, const bl_survey *v, const bl_stream_kind *k, bool *out)
{
  bool rejects;
  const bl_streams *model = &v->model_in;
  bl_texts theirs = {0}, ours = {0};
  bl_status s = bl_config_rejects(ctx, v->config, &rejects);
  if (!s) s = needed_of(ctx, v->config, rejects, model, &theirs);
  if (!s) s = needed_of(ctx, v->config, rejects, &k->in, &ours);
  *out = !s && bl_texts_equal(&theirs, &ours);
  if (*out && (s = bl_recipe_same(ctx, &v->config->recipe, model->v, k->in.v, rejects)) && !bl_survey_ends(s)) {
    *out = false;
    s = BL_OK;
    bl_ctx_clear_error(ctx);
  }
  bl_texts_free(ctx, &theirs);
  bl_texts_free(ctx, &ours);
  return s;
}

bl_status bl_survey_find_odd(bl_ctx *ctx, const bl_survey *v, bool *odd)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < v->n_kinds; i++) {
    const bl_stream_kind *k = &v->kinds[i];
    bool like = false, same = bl_waves_equal(&k->in, &v->model_in);
    if (!k->status && !same) s = is_like_model(ctx, v, k, &like);
    odd[i] = !same && !like;
  }
  return s;
}
