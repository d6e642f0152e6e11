/* cross_validate.h: the whole chain refitted inside each fold, so that nothing learnt has seen a test row. */
#ifndef BALEEN_CROSS_VALIDATE_H
#define BALEEN_CROSS_VALIDATE_H

#include "baleen/estimator.h"
#include "baleen/metric.h"
#include "baleen/split.h"

/* Everything that came out, owned. Row arrays have one entry per test row of all folds, fold after fold; a row may
 * stand in several folds (shuffle-split) or in none. */
typedef struct bl_cv {
  size_t n_folds, n_metrics, n_classes;
  size_t n_targets;        /* 1, or more: numbers, or labels, which are classes too (n_classes is as many) */
  double *score;           /* [n_folds x n_metrics], NaN where undefined or where the fold failed */
  double *fit_s, *apply_s; /* [n_folds] wall-clock seconds; shared steps count for each model that has them */
  bl_status *status;       /* [n_folds] */
  bl_texts errors;         /* [n_folds] "" or why the fold failed */
  double *classes;         /* [n_classes] class values over all data, ascending; of labels 0, 1 .. */
  size_t n_rows;           /* of the arrays below */
  uint32_t *row, *fold;
  double *pred;  /* [n_rows x n_targets] class values or numbers; of labels 1 and 0 */
  double *proba; /* [n_rows x n_classes], NULL when the estimator gives none; 0 for a class its fold never saw */
  double
      *decision; /* [n_rows] (two classes, outlier detectors) or [n_rows x n_targets] (labels), NULL when it gives none.
                             Of an outlier detector: minus score_samples, higher is more anomalous */
} bl_cv;

/* Clones `proto` for each fold, fits, predicts, scores. Folds run over the pool; results do not depend on threads.
 * A fold that fails is recorded and the others go on (its rows get NaN when it gave no predictions); all folds failing
 * is an error with the first one's text. Memory running out and cancelling end the call.
 * Outlier detectors: y may be NULL when no metric is asked for, pred is then -1 (outlier) or +1. With metrics y must
 * have two values, of which the larger means anomaly, and pred is in those values.
 * BL_E_UNSUPPORTED, before anything is fitted, when a metric needs what the estimator does not give. */
bl_status bl_cross_validate(bl_ctx *ctx, const bl_estimator *proto, const bl_data *data, const bl_folds *folds,
                            const bl_metric *metrics, size_t n_metrics, bl_cv *out) BL_MUST_CHECK;

/* The same for several models on the same folds, out[i] as bl_cross_validate() gives it. Chains that begin with equal
 * steps (class, parameters, name) have these fitted, and the rows taken through them, once a fold for all of them. When
 * one fails as a whole the call does, and names it. */
typedef struct bl_candidate {
  const char *name; /* for messages; NULL: none */
  const bl_estimator *estimator;
} bl_candidate;
bl_status bl_cross_validate_all(bl_ctx *ctx, const bl_candidate *candidates, size_t n, const bl_data *data,
                                const bl_folds *folds, const bl_metric *metrics, size_t n_metrics,
                                bl_cv *out) BL_MUST_CHECK;
/* The same, but a model whose folds all fail, or that the data or a metric cannot judge, does not end the call: its scores
 * are NaN, and the errors of its folds say why. For those who try many and want the best. */
bl_status bl_cross_validate_each(bl_ctx *ctx, const bl_candidate *candidates, size_t n, const bl_data *data,
                                 const bl_folds *folds, const bl_metric *metrics, size_t n_metrics,
                                 bl_cv *out) BL_MUST_CHECK;
/* Mean and population standard deviation of a metric over the folds where it is defined; *n how many those are. */
void bl_cv_mean(const bl_cv *cv, size_t metric, double *mean, double *sd, size_t *n);
void bl_cv_free(bl_ctx *ctx, bl_cv *cv);

#endif
