/* shrinkage.h: covariance matrices drawn towards a simpler one, so that few rows give a usable matrix.
 *
 * x [n x p] are centred rows and s [p x p] = x'x / n their covariance, both triangles. An intensity lies from 0 to 1;
 * where x or s hold a NaN it is NaN or 0, and the matrix shows the NaN. */
#ifndef BALEEN_SHRINKAGE_H
#define BALEEN_SHRINKAGE_H

#include <stddef.h>

/* Towards mu I, mu = trace / p. The intensity of Ledoit and Wolf, J. Multivariate Anal. 88 (2004) 365-411 (lemma 3.2, as
 * scikit-learn computes it). 0 for one column. */
double bl_ledoit_wolf(const double *x, size_t n, size_t p, const double *s);
/* The intensity of Chen and others, IEEE Trans. Signal Process. 58 (2010) 5016-5029, eq. 23 (oracle approximating
 * shrinkage), as scikit-learn computes it: without the terms in 2 / p. 1 where s is a multiple of I already, 0 for one
 * column. */
double bl_oas(const double *s, size_t n, size_t p);
/* s becomes (1 - intensity) s + intensity mu I. */
void bl_shrink(double *s, size_t p, double intensity);

/* Towards the diagonal of s, by the correlations' own scatter: the intensity of Schaefer and Strimmer, Stat. Appl. Genet.
 * Mol. Biol. 4 (2005) 32, as pyRiemann computes it. NaN when a column is flat, for its correlations are undefined; 0 for
 * one column. n from 2 on. */
double bl_schaefer_strimmer(const double *x, size_t n, size_t p, const double *s);
/* The elements off the diagonal of s times 1 - intensity; all become NaN by an intensity of NaN. */
void bl_shrink_to_diagonal(double *s, size_t p, double intensity);

#endif
