/* agree.c: recordings of a run that are not like most of them.
 *
 * The most common kind decides: a rate and a set of channels with their units, in the order that most of those have.
 * What another recording gave stays as it is where the recipe makes the same of its stream, out of the same channels;
 * else it is done again as `predict` would do it, its channels found by name. */
#include <math.h>
#include <string.h>

#include "baleen/pool.h"
#include "extract_parts.h"

typedef bl_part_of_run part;

bool bl_may_agree(const part *p)
{
  return p->status && p->status != BL_E_IO && p->status != BL_E_FORMAT && !p->job.n_frames;
}

/* ---- the most common kind
 * -------------------------------------------------------------------------------------------- */

static bool same_texts(const bl_texts *a, const bl_texts *b)
{
  bool same = a->n == b->n;
  for (size_t i = 0; same && i < a->n; i++) same = !strcmp(a->v[i], b->v[i]);
  return same;
}

static bool same_rate(const part *a, const part *b)
{
  return fabs(a->job.rate_hz - b->job.rate_hz) <= 1e-9 * fabs(a->job.rate_hz);
}

/* The same stream came in, so that the same features came out. */
static bool same_stream(const part *a, const part *b)
{
  return same_rate(a, b) && same_texts(&a->job.channels, &b->job.channels) && same_texts(&a->job.units, &b->job.units);
}

/* The same, but for the order of the channels. */
static bool same_kind(const part *a, const part *b)
{
  if (same_stream(a, b)) return true;
  bool same = same_rate(a, b) && a->job.channels.n == b->job.channels.n;
  for (size_t i = 0; same && i < a->job.channels.n; i++) {
    long k = bl_texts_find(&b->job.channels, a->job.channels.v[i]);
    same = k >= 0 && !strcmp(a->job.units.v[i], b->job.units.v[k]);
  }
  return same;
}

typedef bool (*alike)(const part *a, const part *b);

/* Among the recordings that gave rows and are like `within` (NULL: all of them): the first of those of which most
 * others are alike, n when there is none. *share: how large a part of them these are. */
static bl_status most_common(bl_ctx *ctx, const part *parts, size_t n, const part *within, alike same, size_t *out,
                             double *share)
{
  size_t *first = bl_calloc(ctx, n, sizeof *first), *count = bl_calloc(ctx, n, sizeof *count), n_kinds = 0, all = 0,
         best = 0;
  bl_status s = first && count ? BL_OK : bl_fail_nomem(ctx, "the recordings");
  for (size_t i = 0; !s && i < n; i++) {
    if (parts[i].status || !parts[i].has_rows || (within && !same_kind(within, &parts[i]))) continue;
    size_t k = 0;
    while (k < n_kinds && !same(&parts[first[k]], &parts[i])) k++;
    if (k == n_kinds) first[n_kinds++] = i;
    count[k]++;
    all++;
  }
  for (size_t k = 1; k < n_kinds; k++)
    if (count[k] > count[best]) best = k;
  *out = n_kinds ? first[best] : n;
  *share = n_kinds ? (double)count[best] / (double)all : 0;
  bl_free(ctx, first);
  bl_free(ctx, count);
  return s;
}

/* The kind first, then the order of channels that most of it have. */
static bl_status find_model(bl_ctx *ctx, const part *parts, size_t n, size_t *out, bool *most)
{
  double share, of_these;
  bl_status s = most_common(ctx, parts, n, NULL, same_kind, out, &share);
  *most = share > 0.5;
  return s || *out == n ? s : most_common(ctx, parts, n, &parts[*out], same_stream, out, &of_these);
}

/* ---- those that differ
 * ----------------------------------------------------------------------------------------------- */

/* What a recording's rows were made of. */
typedef struct made {
  bl_stream in;
  bl_texts needed; /* channels that features depend on */
} made;

static void free_made(bl_ctx *ctx, made *m)
{
  bl_stream_free(ctx, &m->in);
  bl_texts_free(ctx, &m->needed);
}

static bl_status made_of(bl_ctx *ctx, const bl_config *c, bool rejects, const part *p, made *m)
{
  *m = (made){0};
  bool *needed = bl_calloc(ctx, p->job.channels.n, sizeof *needed);
  if (!needed) return bl_fail_nomem(ctx, "the channels");
  bl_status s = bl_wave_stream(ctx, p->job.rate_hz, &p->job.channels, &p->job.units, &m->in);
  if (!s) s = bl_recipe_needs(ctx, &c->recipe, &m->in, rejects, needed);
  for (size_t i = 0; !s && i < m->in.n_channels; i++)
    if (needed[i]) s = bl_texts_add(ctx, &m->needed, m->in.channels.v[i]);
  bl_free(ctx, needed);
  if (s) free_made(ctx, m);
  return s;
}

/* The same features, out of the same channels in the same order, for the order of a sum shows in its last bit. */
static bl_status is_like(bl_ctx *ctx, const bl_config *c, bool rejects, const made *model, const part *p, bool *out)
{
  made m;
  bl_status s = made_of(ctx, c, rejects, p, &m);
  if (s) return s;
  *out = same_texts(&model->needed, &m.needed);
  if (*out && (s = bl_recipe_same(ctx, &c->recipe, &model->in, &m.in, rejects)) && s != BL_E_NOMEM) {
    *out = false;
    s = BL_OK;
    bl_ctx_clear_error(ctx);
  }
  free_made(ctx, &m);
  return s;
}

/* What to do again: what gave other rows, and what failed before anything was read. */
static bl_status find_odd(bl_ctx *ctx, bl_extraction_job *j, size_t model)
{
  const part *m = &j->parts[model];
  made of = {0};
  bool rejects;
  bl_status s = bl_config_rejects(ctx, j->config, &rejects);
  for (size_t i = 0; !s && i < j->items->n; i++) {
    const part *p = &j->parts[i];
    bool like = !bl_may_agree(p);
    if (like && (p->status || !p->has_rows || same_stream(p, m))) continue;
    if (like && !of.in.n_channels) s = made_of(ctx, j->config, rejects, m, &of);
    if (!s && like) s = is_like(ctx, j->config, rejects, &of, p, &like);
    if (!s && !like) j->odd[j->n_odd++] = i;
  }
  free_made(ctx, &of);
  return s;
}

bl_status bl_agree(bl_ctx *ctx, bl_extraction_job *j, size_t *model)
{
  bool most;
  bl_status s = find_model(ctx, j->parts, j->items->n, model, &most);
  if (s || *model == j->items->n) return s;
  if (!(j->odd = bl_calloc(ctx, j->items->n, sizeof *j->odd))) return bl_fail_nomem(ctx, "the recordings");
  s = find_odd(ctx, j, *model);
  if (s || !j->n_odd) return s;
  const part *m = &j->parts[*model];
  const char *name = j->items->v[*model].name;
  char *whose = most ? bl_strf(ctx, "most recordings have, %s first", name)
                     : bl_strf(ctx, "%s has, and the others go by it", name);
  if (!whose) return bl_fail_nomem(ctx, "the recordings");
  bl_wanted wanted = {m->job.rate_hz, &m->job.channels, &m->job.units, whose};
  j->wanted = &wanted;
  atomic_store(&j->done, 0);
  s = bl_pool_for(ctx, j->n_odd, 1e9, bl_extract_item, j);
  j->wanted = NULL;
  bl_free(ctx, whose);
  return s;
}
