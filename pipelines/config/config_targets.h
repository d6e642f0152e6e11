/* config_targets.h: what a config says of what is to be learnt: how many of it a row has, and whether estimators, metrics
 * and split go with that. */
#ifndef BL_PIPELINES_CONFIG_TARGETS_H
#define BL_PIPELINES_CONFIG_TARGETS_H

#include "config_private.h"

/* The columns of rows.csv that hold what is to be learnt: those that rows: label names, or those that the source calls
 * its targets; one at least. */
const bl_texts *bl_config_targets(const bl_config *c);
/* A row may have several labels, or several numbers. */
bool bl_config_several(const bl_config *c);
/* Notes what does not go together, at its place. */
bl_status bl_check_targets(bl_mistakes *m, const bl_flow *root, const bl_config *c) BL_MUST_CHECK;

#endif
