/* gaussians.h: several normal densities whose covariances are of one of scikit-learn's and hmmlearn's four types. For class
 * authors. */
#ifndef BL_LEARNERS_GAUSSIANS_H
#define BL_LEARNERS_GAUSSIANS_H

#include "baleen/matrix.h"

typedef enum bl_covariance { BL_COV_FULL, BL_COV_TIED, BL_COV_DIAG, BL_COV_SPHERICAL } bl_covariance;
extern const char *const bl_covariance_names[]; /* in that order */

/* Shape of the covariances of k densities over d columns as one matrix: full [k d x d], one below the other, tied [d x d],
 * diag [k x d], spherical [k x 1]. */
size_t bl_covariance_rows(bl_covariance type, size_t k, size_t d);
size_t bl_covariance_cols(bl_covariance type, size_t d);
/* How many free numbers they are. */
double bl_covariance_free(bl_covariance type, size_t k, size_t d);

typedef struct bl_gaussians {
  bl_covariance type;
  size_t k, d;
  const double *means;    /* [k x d] */
  const double *factor;   /* shape of the covariances: U, upper, with U U' the inverse; or 1 / standard deviations */
  const double *constant; /* [k] log density at the mean */
} bl_gaussians;
/* Works factor and constant out. BL_E_RANGE of a covariance that is not positive definite. */
bl_status bl_gaussians_factor(bl_ctx *ctx, const char *who, bl_covariance type, size_t k, size_t d,
                              const double *covariances, double *factor) BL_MUST_CHECK;
void bl_gaussians_constants(bl_covariance type, size_t k, size_t d, const double *factor, double *constant);
/* Logarithms of the densities at x, z [k]; room [2 d]. A row's bits depend on that row alone. */
void bl_gaussians_log(const bl_gaussians *g, const float *x, double *z, double *room);

/* Covariances of rows that belong to density c by resp [rows x k], about `means`, divided by count [k] (tied: by their sum);
 * without anything added to them. Same bits for any number of threads. */
bl_status bl_gaussians_covariances(bl_ctx *ctx, const char *who, bl_covariance type, const bl_cmat *X, size_t k,
                                   const double *resp, const double *count, const double *means,
                                   double *out) BL_MUST_CHECK;

#endif
