/* leakage.c: what may make scores better than they will be, though no rule refuses it, in words: rows that stand on both
 * sides of the split in another guise (twins.h), and what tells the label that says nothing of the matter (giveaway.h). */
#include "baleen/run.h"
#include "giveaway.h"
#include "twins.h"

/* Where a row is: its recording and, where it has one, its time. */
static bl_status put_place(bl_ctx *ctx, const bl_problem *p, uint32_t row, bl_buf *out)
{
  const bl_dataset *d = p->rows;
  uint32_t at = p->index[row];
  bl_status s = bl_buf_puts(ctx, out, bl_column_text(&d->recording, at));
  double start = bl_packed_get(&d->start_s, at);
  if (!s && start > 0) s = bl_buf_printf(ctx, out, " at %.6g s", start);
  return s ? s : bl_buf_printf(ctx, out, " (row %u)", at);
}

static bl_status say_pair(bl_ctx *ctx, const bl_problem *p, size_t n, const uint32_t pair[2], const char *how,
                          bl_leaks *l)
{
  bl_buf text = {0};
  bl_status s = n == 1 ? bl_buf_printf(ctx, &text, "1 row is tested while one %s it is trained on", how)
                       : bl_buf_printf(ctx, &text, "%zu rows are tested while others %s them are trained on", n, how);
  if (!s) s = bl_buf_puts(ctx, &text, ", as ");
  if (!s) s = put_place(ctx, p, pair[0], &text);
  if (!s) s = bl_buf_puts(ctx, &text, " and ");
  if (!s) s = put_place(ctx, p, pair[1], &text);
  if (!s) s = bl_buf_puts(ctx, &text, ": scores flatter; leave one out, or give both one group");
  if (!s) s = bl_texts_add(ctx, &l->told, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status say_twins(bl_ctx *ctx, const bl_problem *p, bl_leaks *l)
{
  const bl_twins *t = &l->twins;
  bl_status s = t->n_same ? say_pair(ctx, p, t->n_same, t->same, "equal to", l) : BL_OK;
  return !s && t->n_near ? say_pair(ctx, p, t->n_near, t->near, "nearly equal to", l) : s;
}

static bl_status say_giveaway(bl_ctx *ctx, const bl_giveaway *g, bl_leaks *l)
{
  return bl_texts_addf(ctx, &l->told,
                       "the %s alone predicts %s%s%s: %s %.2f on the same folds, chance %.2f; a model may learn how "
                       "recordings were made",
                       g->what, g->target ? "'" : "the label", g->target ? g->target : "", g->target ? "'" : "",
                       g->score_name, g->score, g->chance);
}

bl_status bl_look_for_leaks(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p, bl_results *r)
{
  bl_leaks *l = &r->leaks;
  if (!r->folds.n || (c->has_split && !c->splitter.cls)) return BL_OK; /* all rows are trained on, and it is said */
  bl_status s = bl_twins_find(ctx, p, &r->folds, &l->twins);
  if (!s) s = bl_giveaways_find(ctx, c, x, p, &r->folds, &l->giveaways);
  if (!s) s = say_twins(ctx, p, l);
  for (size_t i = 0; !s && i < l->giveaways.n; i++) s = say_giveaway(ctx, &l->giveaways.v[i], l);
  for (size_t i = 0; !s && i < l->told.n; i++) bl_warn(ctx, BL_W_LEAKAGE, "%s", l->told.v[i]);
  if (!s && l->twins.too_many)
    bl_log(ctx, BL_LOG_INFO,
           "%zu rows of %zu features are too many to look for nearly equal ones on both sides of the split; equal ones "
           "were looked for",
           p->n, p->X.cols);
  return s;
}
