#include "shared_steps.h"

#include <string.h>

#include "baleen/memory.h"
#include "estimator_private.h"
#include "fold_clock.h"

/* ---- which steps are shared -------------------------------------------------------------------------------------- */

/* Steps that others could share: all but the last. */
static size_t leading_steps(const bl_estimator *e)
{
  return e->cls->tags & BL_TAG_LIST && e->n_children ? e->n_children - 1 : 0;
}

/* Index of this step behind `before`, plus one; 0: not met yet. */
static size_t find_step(const bl_shared_steps *s, size_t before, const bl_estimator *proto, const char *name)
{
  for (size_t k = 0; k < s->n; k++)
    if (s->v[k].before == before && !strcmp(s->v[k].name, name) && bl_estimator_equal(s->v[k].proto, proto))
      return k + 1;
  return 0;
}

static void walk(bl_shared_steps *s, const bl_estimator *chain, size_t *last)
{
  size_t at = 0;
  for (size_t i = 0; i < leading_steps(chain); i++) {
    size_t k = find_step(s, at, chain->child[i], chain->child_name[i]);
    if (!k) {
      s->v[s->n] = (bl_shared_step){chain->child[i], chain->child_name[i], at, i, 0};
      k = ++s->n;
    }
    s->v[k - 1].users++;
    at = k;
  }
  *last = at;
}

/* Back to the last step that another model has too; returns the first of all, or 0. */
static size_t back_to_shared(const bl_shared_steps *s, size_t *last)
{
  size_t first = 0;
  while (*last && s->v[*last - 1].users < 2) *last = s->v[*last - 1].before;
  for (size_t at = *last; at; at = s->v[at - 1].before) first = at;
  return first;
}

static void find_families(bl_shared_steps *s, size_t n_models, size_t *first)
{
  for (size_t m = 0; m < n_models; m++) {
    size_t same = 0;
    while (same < m && !(first[m] && first[same] == first[m])) same++;
    s->family[m] = same < m ? s->family[same] : s->n_families++;
  }
}

bl_status bl_shared_steps_find(bl_ctx *ctx, const bl_candidate *models, size_t n, bool weighted, bl_shared_steps *out)
{
  size_t room = 0;
  *out = (bl_shared_steps){0};
  for (size_t m = 0; m < n; m++) room += leading_steps(models[m].estimator);
  out->v = bl_calloc(ctx, room, sizeof *out->v);
  out->last = bl_calloc(ctx, n, sizeof *out->last);
  out->family = bl_calloc(ctx, n, sizeof *out->family);
  size_t *first = bl_calloc(ctx, n, sizeof *first);
  bl_status s = out->v && out->last && out->family && first ? BL_OK : bl_fail_nomem(ctx, "shared steps");
  for (size_t m = 0; !s && m < n; m++)
    if (!weighted || bl_estimator_tags(models[m].estimator) & BL_TAG_WEIGHTS)
      walk(out, models[m].estimator, &out->last[m]);
  for (size_t m = 0; !s && m < n; m++) first[m] = back_to_shared(out, &out->last[m]);
  if (!s) find_families(out, n, first);
  bl_free(ctx, first);
  return s;
}

void bl_shared_steps_free(bl_ctx *ctx, bl_shared_steps *s)
{
  bl_free(ctx, s->v);
  bl_free(ctx, s->last);
  bl_free(ctx, s->family);
  *s = (bl_shared_steps){0};
}

/* ---- one fold's rows behind them --------------------------------------------------------------------------------- */

/* As chain's own fit goes through this step. */
static bl_status fit_step(bl_ctx *ctx, const bl_shared_step *step, const bl_data *train, const bl_data *test,
                          bl_stepped *out)
{
  bl_estimator *e = NULL;
  bl_data d = *train;
  double start = bl_fold_now_s();
  bl_status s = bl_estimator_clone(ctx, step->proto, &e);
  if (s) return s;
  if (!(bl_estimator_tags(e) & BL_TAG_WEIGHTS)) d.weight = NULL;
  if (!bl_op_width(e, BL_TRANSFORM))
    s = bl_fail(ctx, BL_E_CONFIG, "%s does not transform: it can only stand at the end of a chain", e->cls->name);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_transform(ctx, e, &d.X, NULL, &out->train);
  if (!s) s = bl_estimator_names_out(ctx, e, &out->names);
  if (!s) s = bl_estimator_blocks_out(ctx, e, &out->blocks);
  double fitted = bl_fold_now_s();
  if (!s) s = bl_transform(ctx, e, &test->X, NULL, &out->test);
  bl_cmat learnt = bl_mat_view(&out->train);
  if (!s) s = bl_grams_new(ctx, &learnt, &out->grams);
  out->fit_s += fitted - start;
  out->apply_s += bl_fold_now_s() - fitted;
  bl_estimator_free(ctx, e);
  return s ? bl_fail_in(ctx, s, "step '%s': ", step->name) : BL_OK;
}

bl_status bl_shared_step_take(bl_ctx *ctx, const bl_shared_steps *s, size_t k, const bl_data *train,
                              const bl_data *test, bl_stepped *done)
{
  bl_stepped *d = &done[k];
  bl_data before = *train, tested = *test;
  if (d->done) return BL_OK;
  if (s->v[k].before) {
    const bl_stepped *b = &done[s->v[k].before - 1];
    bl_status status = bl_shared_step_take(ctx, s, s->v[k].before - 1, train, test, done);
    if (status) return status;
    if (b->status) { /* what failed before fails here too */
      d->done = true;
      d->status = b->status;
      return (d->error = bl_strdup(ctx, b->error)) ? BL_OK : bl_fail_nomem(ctx, "a message");
    }
    before.X = bl_mat_view(&b->train);
    before.grams = b->grams;
    before.feature_names = &b->names;
    before.blocks = &b->blocks;
    tested.X = bl_mat_view(&b->test);
    d->fit_s = b->fit_s;
    d->apply_s = b->apply_s;
  }
  d->status = fit_step(ctx, &s->v[k], &before, &tested, d);
  d->done = true;
  if (d->status == BL_E_NOMEM || d->status == BL_E_CANCELLED) return d->status;
  if (d->status && !(d->error = bl_strdup(ctx, bl_ctx_error(ctx)))) return bl_fail_nomem(ctx, "a message");
  return BL_OK;
}

void bl_stepped_free(bl_ctx *ctx, bl_stepped *d)
{
  bl_grams_free(ctx, d->grams);
  d->grams = NULL;
  bl_mat_free(ctx, &d->train);
  bl_mat_free(ctx, &d->test);
  bl_texts_free(ctx, &d->names);
  bl_blocks_free(ctx, &d->blocks);
  bl_free(ctx, d->error);
  d->error = NULL;
}

void bl_shared_step_leave(bl_ctx *ctx, const bl_shared_steps *s, size_t k, bl_stepped *done)
{
  for (size_t at = k + 1; at; at = s->v[at - 1].before)
    if (++done[at - 1].users == s->v[at - 1].users) bl_stepped_free(ctx, &done[at - 1]);
}

bl_status bl_shared_rest(bl_ctx *ctx, const bl_estimator *chain, size_t n, bl_estimator **out)
{
  bl_status s = bl_estimator_new(ctx, chain->cls->name, out);
  for (size_t i = n; !s && i < chain->n_children; i++) {
    bl_estimator *step;
    s = bl_estimator_clone(ctx, chain->child[i], &step);
    if (!s) s = bl_estimator_add_child(ctx, *out, chain->child_name[i], step);
  }
  if (s) {
    bl_estimator_free(ctx, *out);
    *out = NULL;
  }
  return s;
}
