/* embed.h: the singular values of a signal's delay embedding, which svd_entropy and svd_fisher_info share.
 *
 * Row k of the embedding is the signal from sample k * delay on; it has `order` rows of n - (order - 1) * delay samples.
 * Roberts and others, Med. Biol. Eng. Comput. 37 (1999) 93-98. */
#ifndef BALEEN_EMBED_H
#define BALEEN_EMBED_H

#include "baleen/option.h"
#include "series.h"

typedef struct bl_embed_params {
  int64_t order, delay;
  bool normalize;
} bl_embed_params;

#define BL_EMBED_OPTS(T, order_default, delay_default)                                                                 \
  BL_INT(T, order, order_default, 2, 1000, "samples", "how many samples, a delay apart, make a point"),                \
      BL_INT(T, delay, delay_default, 1, 1e6, "samples", "from one of them to the next")

/* *out: `order` singular values, descending, in the room of s. BL_E_SHAPE for a segment shorter than order * delay. */
bl_status bl_embed_singular(bl_ctx *ctx, bl_series *s, const double *x, size_t n, int64_t order, int64_t delay,
                            double **out) BL_MUST_CHECK;

#endif
