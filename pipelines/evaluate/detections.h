/* detections.h: metrics of events in an evaluation. */
#ifndef BL_PIPELINES_DETECTIONS_H
#define BL_PIPELINES_DETECTIONS_H

#include "baleen/run.h"

/* Scores what the config's metrics of events say of each learner's out-of-fold rows, behind the scores of rows. */
bl_status bl_evaluate_events(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                             bl_results *r) BL_MUST_CHECK;

#endif
