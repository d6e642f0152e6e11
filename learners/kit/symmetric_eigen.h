/* symmetric_eigen.h: eigenvalues and vectors of small symmetric matrices, without allocating: what is asked for once a row, as
 * covariances of some ten channels are. Householder reduction to a tridiagonal matrix, then implicit QL with Wilkinson's
 * shift (Golub and Van Loan, Matrix Computations, 8.3; Parlett, The Symmetric Eigenvalue Problem, 8.15). Rounding is that of LAPACK: about 1e-16 of the largest eigenvalue.
 * From a hundred channels on bl_eigh() of blas.h is faster. */
#ifndef BL_LEARNERS_SYMMETRIC_EIGEN_H
#define BL_LEARNERS_SYMMETRIC_EIGEN_H

#include <stdbool.h>
#include <stddef.h>

/* Doubles of room that a matrix of n x n needs. */
size_t bl_symmetric_eigen_room(size_t n);

/* a [n x n], both triangles. w [n] ascending; row i of v [n x n] is the eigenvector of w[i]; v NULL: values alone, in half
 * of the time. v may be a. false when a holds what is not finite; w and v are then NaN. */
bool bl_symmetric_eigen(size_t n, const double *a, double *w, double *v, double *room);

#endif
