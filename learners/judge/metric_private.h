/* metric_private.h: what the metrics share. Every sum is over rows in order, in double. */
#ifndef BL_METRIC_PRIVATE_H
#define BL_METRIC_PRIVATE_H

#include "baleen/metric.h"

static inline double bl_weight_of(const bl_scored *s, size_t i) { return s->weight ? s->weight[i] : 1; }

static inline size_t bl_n_targets(const bl_scored *s) { return s->n_targets > 1 ? s->n_targets : 1; }
/* The weighted mean over rows of what `of` makes of each. */
double bl_mean_over_rows(const bl_scored *s, double (*of)(const bl_scored *s, size_t row));

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
/* ---- several labels a row ---------------------------------------------------------------------------------------- */

enum { BL_RANK_MACRO, BL_RANK_WEIGHTED, BL_RANK_MICRO, BL_RANK_SAMPLES };
extern const char *const bl_rank_averages[];
/* What labels are ranked by: the decision, or the probability where there is none; [n x n_classes]. */
static inline const double *bl_label_scores(const bl_scored *s) { return s->decision ? s->decision : s->proba; }

/* A score of a ranking for "positive or not". */
typedef bl_status (*bl_ranking_fn)(bl_ctx *ctx, size_t n, const double *truth, const double *score,
                                   const double *weight, double *out);
/* `score` of class k against the rest (against = SIZE_MAX) or against one other class. The score column is decision or
 * proba of k. *share is the weight of the positives over that of all rows. NaN when undefined. */
bl_status bl_rank_class(bl_ctx *ctx, const bl_scored *s, bl_ranking_fn score, size_t k, size_t against, double *share,
                        double *out) BL_MUST_CHECK;

/* A mean of rankings; what is undefined is left out of it, and counted. */
typedef struct bl_rank_mean {
  double sum, weight;
  size_t left_out;
} bl_rank_mean;
/* Adds a value, which counts by its share where the average is weighted; NaN is left out. */
void bl_rank_mean_add(bl_rank_mean *m, int average, double value, double share);
/* Of several labels: `score` of each label (macro, weighted by how many rows have it), of all cells together (micro), or of
 * each row's labels (samples). A ranking that is undefined counts as `undefined`, or is left out where that is NaN. */
bl_status bl_rank_labels(bl_ctx *ctx, const bl_scored *s, int average, bl_ranking_fn score, double undefined,
                         bl_rank_mean *out) BL_MUST_CHECK;
/* BL_E_CONFIG for averages that only several labels have. */
bl_status bl_rank_average_check(bl_ctx *ctx, const char *who, const bl_scored *s, int average) BL_MUST_CHECK;

/* ---- regression -------------------------------------------------------------------------------------------------- */

double bl_mean_squared_error(const bl_scored *s, size_t target);
/* The mean over targets of what `of` makes of each, all alike: scikit-learn's uniform_average. */
double bl_mean_over_targets(const bl_scored *s, double (*of)(const bl_scored *s, size_t target));

#endif
