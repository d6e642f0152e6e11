/* composite.h: what estimators that hold others share. For class authors. */
#ifndef BALEEN_COMPOSITE_H
#define BALEEN_COMPOSITE_H

#include "baleen/estimator.h"

/* Tags that follow from the configured children: of `any` those that one child has, of `all` those that each has. */
unsigned bl_composite_tags(const bl_estimator *self, unsigned any, unsigned all);
/* bl_fit() of a child; weights go to children that take them alone. */
bl_status bl_composite_fit(bl_ctx *ctx, bl_estimator *child, const bl_data *data) BL_MUST_CHECK;
/* Puts the i-th configured child's name before the message of a failure in it. */
bl_status bl_composite_in(bl_ctx *ctx, const bl_estimator *self, size_t i, bl_status s) BL_MUST_CHECK;
/* Fits all configured children where they stand, each from all of the data, several at a time. */
bl_status bl_composite_fit_all(bl_ctx *ctx, bl_estimator *self, const bl_data *data) BL_MUST_CHECK;
/* After loading: BL_E_FORMAT unless `child` is fitted, of this kind, takes so many columns and, for a classifier, tells
 * no class that self does not know. */
bl_status bl_composite_check(bl_ctx *ctx, const bl_estimator *self, const bl_estimator *child, bl_kind kind,
                             size_t n_features) BL_MUST_CHECK;
/* The blocks that n columns of `from` make, in this order; none of none. To be freed. */
bl_status bl_composite_blocks(bl_ctx *ctx, const bl_blocks *from, const int64_t *column, size_t n,
                              bl_blocks *out) BL_MUST_CHECK;
/* Index of the largest of n numbers, the first of equals. */
size_t bl_composite_top(const double *v, size_t n);

#endif
