/* giveaway.c: see giveaway.h. Which questions are asked, and among what labels are shuffled. */
#include "giveaway.h"

#include <math.h>

#define LEVEL 0.05

/* Among what labels are shuffled: the largest that has one label, for rows of a recording, and recordings of an animal,
 * are not many. Where labels differ within a recording its values are shuffled instead. */
typedef struct units {
  uint32_t *of; /* [n] */
  size_t n;
  bool mixed; /* labels differ within */
} units;

static bool labels_agree(const bl_problem *p, const uint32_t *of, size_t target, double *first)
{
  for (size_t i = 0; i < p->n; i++) first[of[i]] = (double)NAN;
  for (size_t i = 0; i < p->n; i++) {
    double y = p->y[i * p->n_targets + target], *have = &first[of[i]];
    if (isnan(*have)) *have = y;
    if (*have != y) return false;
  }
  return true;
}

static bl_status find_units(bl_ctx *ctx, const bl_problem *p, const bl_facts *f, size_t target, units *out)
{
  size_t most = p->groups.n;
  for (size_t i = 0; i < p->n; i++)
    if (f->recording[i] >= most) most = (size_t)f->recording[i] + 1;
  double *first = bl_calloc(ctx, most, sizeof *first);
  out->of = bl_calloc(ctx, p->n, sizeof *out->of);
  if (!first || !out->of) {
    bl_free(ctx, first);
    return bl_fail_nomem(ctx, "what tells the label");
  }
  for (size_t i = 0; i < p->n; i++) out->of[i] = (uint32_t)p->group[i];
  if (!labels_agree(p, out->of, target, first)) {
    for (size_t i = 0, at = 0; i < p->n; i++) { /* recordings that have rows, counted */
      at += i && f->recording[i] != f->recording[i - 1];
      out->of[i] = (uint32_t)at;
    }
    out->mixed = !labels_agree(p, out->of, target, first);
  }
  for (size_t i = 0; i < p->n; i++)
    if (out->of[i] >= out->n) out->n = (size_t)out->of[i] + 1;
  bl_free(ctx, first);
  return BL_OK;
}

static size_t count_questions(const bl_problem *p, const bl_facts *f)
{
  size_t n = 0;
  for (size_t k = 0; k < BL_N_FACTS; k++) n += f->value[k] != NULL;
  return n * p->n_targets;
}

static void keep(bl_giveaways *out, const bl_problem *p, bl_fact fact, size_t target, double score, double chance)
{
  bl_giveaway *last = out->n ? &out->v[out->n - 1] : NULL;
  if (!last || last->what != bl_fact_words[fact]) last = &out->v[out->n++];
  else if (!(score > last->score)) return;
  *last = (bl_giveaway){.what = bl_fact_words[fact],
                        .target = p->n_targets > 1 ? p->targets.v[target] : NULL,
                        .score_name = p->task == BL_TASK_REGRESSION ? "r2" : "balanced_accuracy",
                        .score = score,
                        .chance = chance};
}

static bl_status ask(bl_ctx *ctx, const bl_problem *p, const bl_folds *folds, const bl_facts *f, size_t target,
                     bl_fact fact, const units *u, bl_giveaways *out)
{
  bl_question q = {.n = p->n,
                   .value = f->value[fact],
                   .unit = u->of,
                   .y = p->y + target,
                   .stride = p->n_targets,
                   .n_classes = p->task == BL_TASK_REGRESSION ? 0
                                : p->n_targets > 1            ? 2
                                                              : p->classes.n,
                   .n_values = f->n_values[fact],
                   .n_units = u->n,
                   .keep_labels = u->mixed,
                   .folds = folds,
                   .level = LEVEL / (double)count_questions(p, f)};
  double score, chance;
  bool told;
  bl_status s = bl_question_ask(ctx, &q, &score, &chance, &told);
  if (!s && told) keep(out, p, fact, target, score, chance);
  return s;
}

bl_status bl_giveaways_find(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                            const bl_folds *folds, bl_giveaways *out)
{
  bl_facts f = {0};
  *out = (bl_giveaways){0};
  if (!x->n_outcomes || !p->y || !p->group || !folds->n) return BL_OK;
  bl_status s = bl_facts_gather(ctx, c, x, p, &f);
  units *u = s ? NULL : bl_calloc(ctx, p->n_targets, sizeof *u);
  if (!s && (!u || !(out->v = bl_calloc(ctx, BL_N_FACTS, sizeof *out->v))))
    s = bl_fail_nomem(ctx, "what tells the label");
  for (size_t t = 0; !s && t < p->n_targets; t++) s = find_units(ctx, p, &f, t, &u[t]);
  for (bl_fact k = 0; !s && k < BL_N_FACTS; k++)
    for (size_t t = 0; !s && f.value[k] && t < p->n_targets; t++) s = ask(ctx, p, folds, &f, t, k, &u[t], out);
  for (size_t t = 0; u && t < p->n_targets; t++) bl_free(ctx, u[t].of);
  bl_free(ctx, u);
  bl_facts_free(ctx, &f);
  if (s) {
    bl_free(ctx, out->v);
    *out = (bl_giveaways){0};
  }
  return s;
}
