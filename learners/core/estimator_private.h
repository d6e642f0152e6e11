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
/* bl_applier_run() whose predictions of a classifier are still codes: what a meta estimator wants of its children. */
bl_status bl_applier_codes(bl_ctx *ctx, bl_applier *a, const bl_cmat *X, const bl_answer *out) BL_MUST_CHECK;
/* Refuses the first NaN (unless allowed) or infinity by row (counted from first_row on), column and its name. */
bl_status bl_check_finite(bl_ctx *ctx, const char *who, const bl_cmat *X, bool nan_ok, const bl_texts *names,
                          size_t first_row) BL_MUST_CHECK;

#endif
