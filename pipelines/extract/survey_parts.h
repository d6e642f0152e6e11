/* survey_parts.h: what survey.c, which looks at headers, asks of the two files beside it. */
#ifndef BL_SURVEY_PARTS_H
#define BL_SURVEY_PARTS_H

#include "survey.h"

/* What ends the whole survey, as opposed to a recording's own failure. */
static inline bool bl_survey_ends(bl_status s) { return s == BL_E_NOMEM || s == BL_E_CANCELLED; }

/* ---- survey_kinds.c: the most common kind ------------------------------------------------------------------------ */

/* Chooses the model: first the kind, whatever the order of its channels, then the order that most of it have; of equals,
 * those that come first. False when the recipe can be carried out on none. */
bool bl_survey_vote(bl_survey *v);
/* Its streams, and whose they are, for those of other kinds. */
bl_status bl_survey_name_model(bl_ctx *ctx, bl_survey *v) BL_MUST_CHECK;
/* odd [n_kinds]: of which the channels have to be found by the model's names. */
bl_status bl_survey_find_odd(bl_ctx *ctx, const bl_survey *v, bool *odd) BL_MUST_CHECK;

/* ---- survey_told.c: what cannot be ------------------------------------------------------------------------------- */

/* What the kind of a recording tells against it is told against the recording; counts those that cannot be taken. */
bl_status bl_survey_fail_by_kind(bl_ctx *ctx, bl_survey *v) BL_MUST_CHECK;
/* Warns of each of them, of those that fail alike once. */
bl_status bl_survey_tell(bl_ctx *ctx, const bl_survey *v) BL_MUST_CHECK;
/* Nothing can be read: fails. Where each has a stream that the recipe cannot be carried out on, the config is at fault. */
bl_status bl_survey_all_failed(bl_ctx *ctx, bl_survey *v) BL_MUST_CHECK;
/* Labels that were asked for and that no recording has: a mistyped one must not go unseen. */
bl_status bl_survey_check_asked(bl_ctx *ctx, const bl_survey *v) BL_MUST_CHECK;

#endif
