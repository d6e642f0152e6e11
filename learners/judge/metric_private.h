/* metric_private.h: what the metrics share. Every sum is over rows in order, in double. */
#ifndef BL_METRIC_PRIVATE_H
#define BL_METRIC_PRIVATE_H

#include "baleen/metric.h"

static inline double bl_weight_of(const bl_scored *s, size_t i) { return s->weight ? s->weight[i] : 1; }

/* Fails unless rows, truth and what the metric needs are there; looks at no value. */
bl_status bl_metric_check(bl_ctx *ctx, const bl_metric_class *c, const bl_scored *s) BL_MUST_CHECK;
/* A new [n_classes x n_classes] confusion, to be freed with bl_free(). */
bl_status bl_confusion_new(bl_ctx *ctx, const bl_scored *s, double **out) BL_MUST_CHECK;

/* ---- precision, recall, F1: one counting, one averaging ---------------------------------------------------------- */

typedef struct bl_average_params {
  int average, zero_division;
} bl_average_params;
extern const bl_opt bl_average_opts[];
/* A class's score as a fraction of weighted counts; the denominator 0 means undefined. */
typedef struct bl_fraction {
  double over, under;
} bl_fraction;
typedef bl_fraction (*bl_count_fn)(double true_pos, double false_pos, double false_neg);
bl_status bl_average_score(bl_ctx *ctx, const char *who, const bl_average_params *p, const bl_scored *s,
                           bl_count_fn count, double *out) BL_MUST_CHECK;

/* ---- rankings ---------------------------------------------------------------------------------------------------- */

/* Average precision: the sum over distinct scores, descending, of (recall gained) * precision; no interpolation.
 * NaN when there is no positive. */
bl_status bl_average_precision(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                               double *out) BL_MUST_CHECK;
/* A score of a ranking for "positive or not". */
typedef bl_status (*bl_ranking_fn)(bl_ctx *ctx, size_t n, const double *truth, const double *score,
                                   const double *weight, double *out);
/* `score` of class k against the rest (against = SIZE_MAX) or against one other class. The score column is decision or
 * proba of k. *share is the weight of the positives over that of all rows. NaN when undefined. */
bl_status bl_rank_class(bl_ctx *ctx, const bl_scored *s, bl_ranking_fn score, size_t k, size_t against, double *share,
                        double *out) BL_MUST_CHECK;

/* ---- regression -------------------------------------------------------------------------------------------------- */

double bl_mean_squared_error(const bl_scored *s);

#endif
