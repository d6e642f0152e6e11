/* asset_leak.h: what a stage was given that somebody learnt from recordings, a template say, counts as training on them. */
#ifndef BL_ASSET_LEAK_H
#define BL_ASSET_LEAK_H

#include "baleen/run.h"

/* BL_E_LEAKAGE when a fold tests on rows of a recording that an array of the features was learnt from, as an option of
 * its stage says (cut_from, learnt_from); only a warning where the config allows leakage. An array of which nothing is
 * said is told of: nobody can know. */
bl_status bl_refuse_asset_leak(bl_ctx *ctx, const bl_config *c, const bl_problem *p,
                               const bl_folds *folds) BL_MUST_CHECK;

#endif
