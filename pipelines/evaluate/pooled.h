/* pooled.h: out-of-fold predictions gathered from several folds, and scores of each of several targets in them. */
#ifndef BL_PIPELINES_POOLED_H
#define BL_PIPELINES_POOLED_H

#include "baleen/run.h"

/* The predictions of some entries of a cv, gathered densely. Owned arrays. */
typedef struct bl_pooled {
  bl_scored scored;
  double *y, *pred, *proba, *decision, *weight;
} bl_pooled;
/* Entries of folds that failed have no prediction, and are not pooled. */
bl_status bl_pool_entries(bl_ctx *ctx, const bl_problem *p, const bl_cv *cv, const uint32_t *entry, size_t n,
                          bl_pooled *g) BL_MUST_CHECK;
void bl_pooled_free(bl_ctx *ctx, bl_pooled *g);

/* Each target of several by itself. */
bl_status bl_score_targets(bl_ctx *ctx, const bl_problem *p, const bl_scored *s, bl_target_scores *out) BL_MUST_CHECK;

#endif
