/* anomaly.h: what outlier detectors share that score rows by a number, higher for stranger rows: where the border lies, and what
 * comes of a score. scikit-learn's signs: score_samples is minus that number, decision score_samples less the offset, below
 * 0 for outliers. */
#ifndef BL_LEARNERS_ANOMALY_H
#define BL_LEARNERS_ANOMALY_H

#include "baleen/estimator.h"

#define BL_CONTAMINATION(T)                                                                                            \
  {                                                                                                                    \
    "contamination", BL_OPT_REAL, offsetof(T, contamination), "0.1", 0, 0.5, BL_OPT_OPEN_LO, NULL, "",                 \
        "share of training rows to call odd", NULL                                                                     \
  }
#define BL_ANOMALY_OFFSET(T) BL_FIELD_SCALAR(T, offset, BL_F64, "score_samples below it are odd")

/* The offset by which the share of n scores (used up) is odd: minus their linear percentile, as numpy and PyOD have it. */
double bl_anomaly_offset(double *score, size_t n, double contamination);
/* What is asked of row i, of whose score NaN is NaN. */
void bl_anomaly_answer(double score, double offset, size_t i, const bl_answer *out);
/* The slot width. */
size_t bl_anomaly_width(const bl_estimator *self, bl_op op);

/* The k nearest other rows of each row of X, dense [n x d]: index and distance [n][k], nearest first, those equally far in the order
 * of their index. k < n. Over the pool. */
bl_status bl_nearest_others(bl_ctx *ctx, const char *who, const float *rows, size_t n, size_t d, size_t k, int metric,
                            double p, uint32_t *index, double *distance) BL_MUST_CHECK;

#endif
