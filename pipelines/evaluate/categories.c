#include "categories.h"

static const char encoder[] = "{columns: {transformers: {categories: {forms: [category], estimator: {one_hot_encoder: "
                              "{handle_unknown: ignore}}}}, remainder: passthrough, verbose_feature_names_out: false}}";

/* *e becomes a chain of the encoder and what it was. */
static bl_status put_in_front(bl_ctx *ctx, bl_estimator **e)
{
  bl_estimator *chain = NULL, *first = NULL;
  bl_status s = bl_estimator_new(ctx, "chain", &chain);
  if (!s) s = bl_estimator_parse(ctx, encoder, &first);
  if (!s) s = bl_estimator_add_child(ctx, chain, NULL, first);
  if (!s) {
    s = bl_estimator_add_child(ctx, chain, NULL, *e);
    *e = NULL; /* the chain's own from now on, also when that failed */
  }
  if (s) bl_estimator_free(ctx, chain);
  else *e = chain;
  return s;
}

static bl_status list_categories(bl_ctx *ctx, const bl_blocks *blocks, bl_buf *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < blocks->n; i++)
    if (blocks->v[i].form == BL_BLOCK_CATEGORY)
      s = bl_buf_printf(ctx, out, "%s'%s'", out->len ? ", " : "", blocks->v[i].name);
  return s;
}

bl_status bl_models_take_categories(bl_ctx *ctx, const bl_config *c, const bl_blocks *blocks)
{
  bl_buf names = {0};
  if (!bl_blocks_category(blocks)) return BL_OK;
  bl_status s = list_categories(ctx, blocks, &names);
  for (size_t i = 0; !s && i < c->n_learners; i++) {
    if (bl_estimator_tags(c->learners[i].estimator) & BL_TAG_CATEGORIES) continue;
    s = put_in_front(ctx, &c->learners[i].estimator);
    if (!s)
      bl_log(ctx, BL_LOG_INFO,
             "model '%s': the categories %s become a column for each value, 1 or 0 (one_hot_encoder, learnt in each "
             "fold); say otherwise by a step of columns with forms: [category]",
             c->learners[i].name, bl_buf_text(&names));
  }
  bl_buf_free(ctx, &names);
  return s;
}
