/* What the files of the estimator framework share, and class authors leave alone. */
#ifndef BALEEN_ESTIMATOR_PRIVATE_H
#define BALEEN_ESTIMATOR_PRIVATE_H

#include "baleen/estimator.h"

extern const bl_estimator_class bl_estimator_chain;

/* Drops what was learnt, in children too; parameters stand. */
void bl_estimator_forget(bl_ctx *ctx, bl_estimator *e);
/* BL_E_NOT_FITTED unless fitted. */
bl_status bl_estimator_needs_fit(bl_ctx *ctx, const bl_estimator *e);
/* Text of an infinity or NaN for messages. */
const char *bl_nonfinite_name(double x);
/* bl_apply() whose predictions of a classifier are still codes: what a meta estimator wants of its last child. */
bl_status bl_apply_codes(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names,
                         double *out) BL_MUST_CHECK;
/* Refuses the first NaN (unless allowed) or infinity by row, column and the column's name. */
bl_status bl_check_finite(bl_ctx *ctx, const char *who, const bl_cmat *X, bool nan_ok,
                          const bl_texts *names) BL_MUST_CHECK;

#endif
