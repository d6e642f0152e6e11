/* nan_rows.h: rows with a feature that is NaN (behind mark_artefacts, say): kept with a warning, or left out (rows:
 * nan). */
#ifndef BL_NAN_ROWS_H
#define BL_NAN_ROWS_H

#include "baleen/run.h"

/* BL_E_REJECTED, naming the feature, when the config leaves out rows with NaN and this is one. */
bl_status bl_check_nan(bl_ctx *ctx, const bl_config *c, const bl_texts *features, const float *row) BL_MUST_CHECK;
/* Takes such rows of a table out, into x->dropped. */
bl_status bl_drop_nan_rows(bl_ctx *ctx, const bl_config *c, bl_extraction *x) BL_MUST_CHECK;
/* One warning that counts those kept and names the option; nothing when there are none. */
void bl_warn_nan(bl_ctx *ctx, const bl_dataset *d);
/* Returns s; a learner's complaint about NaN then names the option too. */
bl_status bl_name_nan_option(bl_ctx *ctx, bl_status s, const bl_config *c, const bl_cmat *rows);

#endif
