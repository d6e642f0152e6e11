/* ica_private.h: the two searches for sources, in whitened samples. */
#ifndef BL_FEATURES_ICA_PRIVATE_H
#define BL_FEATURES_ICA_PRIVATE_H

#include "baleen/ica.h"

/* White samples: x [k][n], covariance I. */
typedef struct bl_white {
  size_t k, n;
  const double *x;
} bl_white;

typedef struct bl_ica_search {
  double tol;
  size_t max_iter;
  uint64_t seed;
  size_t n_iter; /* out */
  bool converged;
} bl_ica_search;

/* w [k][k]: sources = w x. */
bl_status bl_fastica(bl_ctx *ctx, const bl_white *x, bl_ica_search *how, double *w) BL_MUST_CHECK;
bl_status bl_infomax(bl_ctx *ctx, const bl_white *x, bool extended, bl_ica_search *how, double *w) BL_MUST_CHECK;

#endif
