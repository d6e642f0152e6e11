/* chance.h: what a model that looks at no feature scores on the same folds: what every headline is to be read against. */
#ifndef BL_PIPELINES_CHANCE_H
#define BL_PIPELINES_CHANCE_H

#include "baleen/run.h"

/* A model that has learnt from the targets alone: the largest class with the shares of classes as probabilities, or the
 * mean. *out stays NULL where there is nothing to compare with: without targets, for outlier detectors, and where every
 * model of the run is such a one. To be freed. */
bl_status bl_chance_model(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_estimator **out) BL_MUST_CHECK;

#endif
