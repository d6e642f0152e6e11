/* joint_diagonal.h: one basis in which several covariance matrices are as diagonal as can be. */
#ifndef BL_LEARNERS_JOINT_DIAGONAL_H
#define BL_LEARNERS_JOINT_DIAGONAL_H

#include <stdbool.h>
#include <stddef.h>

/* Approximate joint diagonalisation of k positive definite matrices c [k][n x n] (destroyed: become V c V'), weighted
 * alike: pairs of rows are turned, sweep after sweep, until a sweep lowers the criterion by less than eps n (n - 1).
 * v [n x n]: a direction a row, of free length. False when max_sweeps were not enough.
 * Pham 2001, SIAM J. Matrix Anal. Appl. 22 (4), sections 3 and 4. */
bool bl_joint_diagonal(size_t k, size_t n, double *c, double *v, double eps, size_t max_sweeps);

#endif
