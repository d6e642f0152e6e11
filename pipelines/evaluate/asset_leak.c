/* asset_leak.c: see asset_leak.h. */
#include "asset_leak.h"

#include "baleen/annotation.h"

typedef struct search {
  const bl_config *c;
  const bl_problem *p;
  const bl_folds *folds;
} search;

static bl_status tell(bl_ctx *ctx, const search *s, const char *who, const char *name, size_t fold)
{
  if (s->c->evaluate.allow_leakage) {
    bl_log(ctx, BL_LOG_WARN,
           "%s: its array was learnt from '%s', which is tested on, as the config allows: scores flatter", who, name);
    return BL_OK;
  }
  return bl_fail(ctx, BL_E_LEAKAGE,
                 "refused: %s: its array was learnt from '%s', and fold %zu tests on rows of that recording, so the "
                 "score would flatter. Leave the recording out, or say evaluate: {allow_leakage: true}",
                 who, name, bl_fold_number(s->folds, fold));
}

/* The first fold that tests on rows of the recording. */
static bl_status look_for(bl_ctx *ctx, const search *s, const char *who, const char *name)
{
  for (size_t k = 0; k < s->folds->n; k++) {
    const bl_fold *f = &s->folds->v[k];
    for (size_t i = 0; i < f->n_test; i++)
      if (bl_annotation_names(name, bl_column_text(&s->p->rows->recording, s->p->index[f->test[i]])))
        return tell(ctx, s, who, name, k);
  }
  return BL_OK;
}

static bl_status check_plug(bl_ctx *ctx, const search *s, const char *who, const bl_opt *table, const void *params)
{
  bool array = false, said = false;
  const char *by = NULL; /* the option that would say it */
  for (const bl_opt *o = table; o && o->name; o++) {
    const void *at = (const char *)params + o->offset;
    array |= o->kind == BL_OPT_ARRAY && ((const bl_array *)at)->v;
    if (o->kind != BL_OPT_TEXTS || !(o->flags & BL_OPT_OF_TRAINING)) continue;
    const bl_texts *from = at;
    by = o->name;
    said |= from->n > 0;
    for (size_t i = 0; i < from->n; i++) {
      bl_status status = look_for(ctx, s, who, from->v[i]);
      if (status) return status;
    }
  }
  if (array && !said)
    bl_log(
        ctx, BL_LOG_INFO,
        "%s: nothing says which recordings its array was learnt from (%s); if they are tested on here, scores flatter",
        who, by ? by : "it has no option that would");
  return BL_OK;
}

bl_status bl_refuse_asset_leak(bl_ctx *ctx, const bl_config *c, const bl_problem *p, const bl_folds *folds)
{
  search s = {c, p, folds};
  bl_status status = BL_OK;
  for (size_t b = 0; !status && b < c->recipe.n_branches; b++) {
    const bl_branch *branch = &c->recipe.branches[b];
    for (size_t k = 0; !status && k < branch->n_stages; k++) {
      const bl_stage *st = &branch->stages[k];
      status = check_plug(ctx, &s, st->cls->name, st->cls->opts, st->params);
    }
    for (size_t k = 0; !status && k < branch->n_summaries; k++) {
      const bl_summary *su = &branch->summaries[k];
      status = check_plug(ctx, &s, su->cls->name, su->cls->opts, su->params);
    }
  }
  return status;
}
