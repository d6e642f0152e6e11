/* shrinkage.h: covariance matrices drawn towards mu I, mu = trace / p, so that few rows give a usable matrix. */
#ifndef BL_LEARNERS_SHRINKAGE_H
#define BL_LEARNERS_SHRINKAGE_H

#include <stddef.h>

/* The intensity of Ledoit and Wolf 2004 (lemma 3.2, as scikit-learn computes it), 0 to 1, for centred rows x [n x p]
 * with covariance s = x'x / n. 0 for one column. */
double bl_ledoit_wolf(const double *x, size_t n, size_t p, const double *s);
/* s [p x p] becomes (1 - intensity) s + intensity mu I. */
void bl_shrink(double *s, size_t p, double intensity);

#endif
