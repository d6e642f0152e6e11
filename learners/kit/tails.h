/* tails.h: how far out in its column's distribution a value lies: what ecod and copod sum. */
#ifndef BL_LEARNERS_TAILS_H
#define BL_LEARNERS_TAILS_H

#include "anomaly.h"

typedef struct bl_tails_params {
  double contamination;
} bl_tails_params;

typedef struct bl_tails_state {
  size_t n_rows, n_features;
  float *sorted; /* [n_features][n_rows] training values of each column in order of size */
  double *skew;  /* [n_features] its sign: -1, 0 or 1 */
  double offset;
} bl_tails_state;

extern const bl_opt bl_tails_opts[];
extern const bl_field bl_tails_fields[];

/* What a column says by the left and the right tail, minus their logarithms, and the side of its skew. */
typedef double (*bl_tails_join)(double left, double right, double skew);
/* The tail on the side where the column's long one is; of a symmetric column both. */
double bl_tails_skewed(double left, double right, double skew);

bl_status bl_tails_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bl_tails_join join) BL_MUST_CHECK;
void bl_tails_apply(const bl_estimator *self, const bl_cmat *X, bl_tails_join join, const bl_answer *out);
double bl_tails_work(const bl_estimator *self);
bl_status bl_tails_check(bl_ctx *ctx, const bl_estimator *self);

#endif
