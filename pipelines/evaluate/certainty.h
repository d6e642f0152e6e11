/* certainty.h: intervals about the headline scores, and tests between the learners of a run. */
#ifndef BL_PIPELINES_CERTAINTY_H
#define BL_PIPELINES_CERTAINTY_H

#include "baleen/run.h"

/* Of every learner, and of every two of them; needs their scores. */
bl_status bl_find_certainty(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_results *r) BL_MUST_CHECK;

#endif
