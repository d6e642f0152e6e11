/* folds.h: rows into folds as a config says, and the refusal of leakage. */
#ifndef BL_FOLDS_H
#define BL_FOLDS_H

#include "baleen/run.h"

/* By the config's splitter or list of splits, else by one that suits the rows. BL_E_LEAKAGE when rows of one group would
 * stand on both sides, unless the config allows it. *out is overwritten. */
bl_status bl_make_folds(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_folds *out) BL_MUST_CHECK;

#endif
