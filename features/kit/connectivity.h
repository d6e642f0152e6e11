/* connectivity.h: what summaries of pairs of channels share: names, bands, and the columns of measures in bands. */
#ifndef BL_FEATURES_CONNECTIVITY_H
#define BL_FEATURES_CONNECTIVITY_H

#include "baleen/summary.h"
#include "cross_spectrum.h"

/* "Fz*Cz", a new text, NULL when memory ran out. */
char *bl_pair_name(bl_ctx *ctx, const bl_stream *in, size_t a, size_t b);

/* Frequencies at which a summary measures, and how they are joined to columns. */
typedef struct bl_con_bins {
  size_t first, behind; /* of the frequencies in hand */
  const char *name;     /* of a band, borrowed; NULL: each bin is a column, named by its frequency */
} bl_con_bins;
/* One block a measure: [pair][band or bin], bins named by hz. BL_E_SHAPE for fewer than two channels or more than one
 * bin in the stream. PSI takes bands of four bins or more. */
bl_status bl_con_names_add(bl_ctx *ctx, const char *who, const bl_stream *in, const bool asked[BL_N_CON],
                           const bl_con_bins *bins, size_t n, const double *hz, bl_feature_names *out) BL_MUST_CHECK;
/* The row in that order: means of the measures over the bins of a band, or each bin's. */
void bl_con_row(const bl_cross *c, const bool asked[BL_N_CON], const bl_con_bins *bins, size_t n, float *row);

#endif
