/* upcast.h: float32 rows as dense doubles, the form in which sums and BLAS take them. */
#ifndef BL_LEARNERS_UPCAST_H
#define BL_LEARNERS_UPCAST_H

#include "baleen/matrix.h"

/* Rows lo <= i < hi of X into out [(hi - lo) x X->cols]. */
static inline void bl_upcast(const bl_cmat *X, size_t lo, size_t hi, double *out)
{
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(X, i);
    double *o = out + (i - lo) * X->cols;
    for (size_t j = 0; j < X->cols; j++) o[j] = (double)x[j];
  }
}

#endif
