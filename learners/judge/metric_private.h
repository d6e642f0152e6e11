/* metric_private.h: what the metrics share. Every sum is over rows in order, in double. */
#ifndef BL_METRIC_PRIVATE_H
#define BL_METRIC_PRIVATE_H

#include "baleen/metric.h"

static inline double bl_weight_of(const bl_scored *s, size_t i) { return s->weight ? s->weight[i] : 1; }

static inline size_t bl_n_targets(const bl_scored *s) { return s->n_targets > 1 ? s->n_targets : 1; }
/* 1 where the row's class, or each of its labels, was predicted, else 0. */
double bl_all_right(const bl_scored *s, size_t row);
/* The weighted mean over rows of what `of` makes of each. */
double bl_mean_over_rows(const bl_scored *s, double (*of)(const bl_scored *s, size_t row));

/* Fails unless rows, truth and what the metric needs are there; looks at no value. */
bl_status bl_metric_check(bl_ctx *ctx, const bl_metric_class *c, const bl_scored *s) BL_MUST_CHECK;
/* A new [n_classes x n_classes] confusion, to be freed with bl_free(). */
bl_status bl_confusion_new(bl_ctx *ctx, const bl_scored *s, double **out) BL_MUST_CHECK;

/* ---- precision, recall, F1: one counting, one averaging ---------------------------------------------------------- */

typedef struct bl_average_params {
  int average, zero_division;
  int64_t pos_label;
  double beta; /* of fbeta alone */
} bl_average_params;
#define BL_AVERAGE_OPTS                                                                                                \
  BL_ENUM(bl_average_params, average, "auto", bl_averages,                                                             \
          "Over classes: binary scores one of two classes alone, class one of any number; auto is binary with two "    \
          "classes, else macro; samples: over rows of several labels"),                                                \
      BL_ENUM(bl_average_params, zero_division, "0", bl_stand_ins, "Value of a score whose denominator is zero"),      \
      BL_INT(bl_average_params, pos_label, "1", 0, 1e6, "", "The class that binary and class score, counted from 0")
extern const char *const bl_averages[], *const bl_stand_ins[];
extern const bl_opt bl_average_opts[];
/* Weights of the rows that are of a class or not, and were called it or not. */
typedef struct bl_counts {
  double true_pos, false_pos, false_neg, true_neg;
} bl_counts;
/* A class's score as a fraction of weighted counts; the denominator 0 means undefined. */
typedef struct bl_fraction {
  double over, under;
} bl_fraction;
typedef bl_fraction (*bl_count_fn)(const bl_average_params *p, const bl_counts *c);
bl_status bl_average_score(bl_ctx *ctx, const char *who, const bl_average_params *p, const bl_scored *s,
                           bl_count_fn count, double *out) BL_MUST_CHECK;

/* ---- rankings ---------------------------------------------------------------------------------------------------- */

/* Average precision: the sum over distinct scores, descending, of (recall gained) * precision; no interpolation.
 * NaN when there is no positive. */
bl_status bl_average_precision(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                               double *out) BL_MUST_CHECK;
/* An empty curve with room for n points. */
bl_status bl_curve_new(bl_ctx *ctx, size_t n, bl_curve *out) BL_MUST_CHECK;

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

/* Discounted cumulative gain of labels by their scores, normalised by the best there is or not. */
typedef struct bl_dcg_params {
  int64_t k;
  bool ignore_ties;
} bl_dcg_params;
extern const bl_opt bl_dcg_opts[];
bl_status bl_dcg(bl_ctx *ctx, const bl_scored *s, const bl_dcg_params *p, bool normalised, double *out) BL_MUST_CHECK;

/* ---- regression -------------------------------------------------------------------------------------------------- */

/* The weighted mean over rows of the loss of each; p is the loss's own. */
typedef double (*bl_loss_fn)(const void *p, double y, double pred);
double bl_mean_loss(const bl_scored *s, size_t target, bl_loss_fn loss, const void *p);
/* The plain mean of that over targets. */
double bl_mean_losses(const bl_scored *s, bl_loss_fn loss, const void *p);
double bl_squared_error(const void *unused, double y, double pred);
double bl_absolute_error(const void *unused, double y, double pred);
double bl_pinball_loss(const void *alpha, double y, double pred);       /* alpha: a double */
double bl_squared_log_error(const void *unused, double y, double pred); /* NaN below 0 */
/* What d2 scores share: 1 - loss / the loss of the best constant, the mean over targets. NaN with a warning for one row, and
 * for a constant target what r2 says of one. */
typedef double (*bl_constant_fn)(const void *p, const double *y, const double *weight, size_t n);
bl_status bl_d2(bl_ctx *ctx, const char *who, const bl_scored *s, bl_loss_fn loss, bl_constant_fn constant,
                const void *p, double *out) BL_MUST_CHECK;
/* The level quantile of v [n], which is sorted in place with its weights: without weights between the two neighbours, with
 * weights the first value at which that share of the weight is reached, as scikit-learn has them. */
typedef struct bl_weighed {
  double v, w;
} bl_weighed;
double bl_weighed_quantile(bl_weighed *v, size_t n, double level, bool weighted);

bl_status bl_d2_pinball(bl_ctx *ctx, const char *who, const bl_scored *s, double alpha, double *out) BL_MUST_CHECK;
/* Of several targets each counts alike, or by its variance: scikit-learn's `multioutput`. */
enum { BL_UNIFORM, BL_BY_VARIANCE };
extern const char *const bl_multioutput_names[];
typedef struct bl_tweedie_params {
  double power;
} bl_tweedie_params;
extern const bl_opt bl_tweedie_opts[];
/* Tweedie's deviance of one row, and whether numbers of these signs have one. */
double bl_tweedie_loss(const void *power, double y, double pred);
bl_status bl_tweedie_defined(bl_ctx *ctx, const char *who, const bl_scored *s, double power,
                             bool *defined) BL_MUST_CHECK;
/* The mean over targets of what `of` makes of each, all alike: scikit-learn's uniform_average. */
double bl_mean_over_targets(const bl_scored *s, double (*of)(const bl_scored *s, size_t target));

#endif
