/* pairs.h: what summaries share that compare the channels of a segment two by two: their state is a bl_series, which keeps the
 * segment, and hands its channels to them as rows of doubles. Pairs are a < b, (0, 1), (0, 2) and so on. */
#ifndef BL_FEATURES_PAIRS_H
#define BL_FEATURES_PAIRS_H

#include "series.h"

/* Columns "A*B.<name>", one a pair. BL_E_SHAPE for spectra and for fewer than two channels. */
bl_status bl_pairs_shape(bl_ctx *ctx, const char *name, const bl_stream *in, bl_feature_names *out) BL_MUST_CHECK;
/* The segment as x [channel][n], with room for `planes` of that size, the others behind it. BL_E_SHAPE when it has fewer
 * frames than the form needs. */
bl_status bl_pairs_channels(bl_ctx *ctx, bl_series *s, size_t planes, double **x) BL_MUST_CHECK;
/* The row of all pairs by a function of rows a and b of `of` [channel][n]; what is NaN though the channels are finite is warned
 * of. */
typedef double (*bl_pair_value)(const bl_series *s, const double *of, size_t a, size_t b);
bl_status bl_pairs_row(bl_ctx *ctx, const bl_series *s, bl_pair_value value, const double *of,
                       float *row) BL_MUST_CHECK;

#endif
