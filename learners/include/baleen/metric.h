/* metric.h: scores of predictions against the truth, with scikit-learn's definitions.
 *
 * To add one: learners/metrics/<name>.c with `const bl_metric_class bl_metric_<name>`, a line in metrics.def. */
#ifndef BALEEN_METRIC_H
#define BALEEN_METRIC_H

#include <math.h>

#include "baleen/matrix.h"
#include "baleen/option.h"

/* Predictions beside the truth, rows aligned. What is NULL is not there. Classes are codes 0 .. n_classes-1. Several labels
 * a row: n_targets is n_classes, above 1, and truth and prediction are 1 where the row has a label, else 0. */
typedef struct bl_scored {
  size_t n, n_classes;    /* n_classes 0: regression */
  size_t n_targets;       /* 0: one */
  const double *y;        /* [n x n_targets] truth: codes, labels or numbers */
  const double *pred;     /* [n x n_targets] predicted codes, labels or numbers */
  const double *proba;    /* [n x n_classes] */
  const double *decision; /* [n] with two classes (higher: code 1), else [n x n_classes] */
  const double *weight;   /* NULL: ones */
} bl_scored;
/* What is scored: one class a row, several labels a row, numbers. */
typedef enum bl_truth { BL_CLASSES, BL_LABELS, BL_NUMBERS } bl_truth;
bl_truth bl_truth_of(const bl_scored *s);

enum {
  BL_NEEDS_PRED = 1,
  BL_NEEDS_PROBA = 2,
  BL_NEEDS_SCORES = 4, /* decision, or proba in its stead */
  BL_NEEDS_DECISION = 8
};

typedef struct bl_metric_class {
  const char *name, *summary, *source;
  bool for_classes, for_labels, for_numbers; /* one class a row, several labels a row, regression (any targets) */
  bool greater_is_better;
  double bounds[2]; /* no score lies below or above them, whatever the options; infinite where there is none */
  unsigned needs;
  const bl_opt *opts;
  size_t params_size;
  /* Undefined (one class only, no predicted positives): *out is NaN, or the convention's stand-in, and a
   * BL_W_UNDEFINED warning; not an error. */
  bl_status (*score)(bl_ctx *ctx, const void *params, const bl_scored *s, double *out);
} bl_metric_class;

const bl_metric_class *bl_metric_at(size_t i);
const bl_metric_class *bl_metric_find(const char *name);
bool bl_metric_scores(const bl_metric_class *c, bl_truth what);
/* BL_E_UNSUPPORTED unless it scores that, with the names of those that do. */
bl_status bl_metric_suits(bl_ctx *ctx, const bl_metric_class *c, bl_truth what) BL_MUST_CHECK;
typedef struct bl_metric {
  const bl_metric_class *cls;
  void *params;
} bl_metric;
bl_status bl_metric_new(bl_ctx *ctx, const char *name, bl_metric *out) BL_MUST_CHECK;
void bl_metric_free(bl_ctx *ctx, bl_metric *x);
/* Checks that what the metric needs is there, then scores. */
bl_status bl_metric_score(bl_ctx *ctx, const bl_metric *m, const bl_scored *s, double *out) BL_MUST_CHECK;

/* Weighted counts [n_classes x n_classes], row = truth, column = predicted. */
bl_status bl_confusion(bl_ctx *ctx, const bl_scored *s, double *out) BL_MUST_CHECK;

/* The points of a curve. ROC: x = false positive rate, y = true positive rate, threshold descending from +infinity
 * (no point dropped). Precision-recall: x = recall, y = precision, threshold ascending, last point (0, 1) at
 * +infinity. */
typedef struct bl_curve {
  double *x, *y, *threshold;
  size_t n;
} bl_curve;
/* truth[i] != 0 is positive. BL_E_CLASSES when one side is empty. */
bl_status bl_roc_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                       bl_curve *out) BL_MUST_CHECK;
bl_status bl_precision_recall_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score,
                                    const double *weight, bl_curve *out) BL_MUST_CHECK;
/* Detection error trade-off: x = false positive rate, y = false negative rate, threshold ascending, from the last point
 * without a false negative to the first without a false positive, as scikit-learn cuts it. */
bl_status bl_det_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                       bl_curve *out) BL_MUST_CHECK;
/* Is a probability what it says? Rows by their probability in n_bins bins, of equal width or (quantile) of as many rows
 * each; of each bin that has rows x = mean probability, y = share of positives, threshold = the bin's lower edge.
 * BL_E_RANGE when a probability lies outside of 0 to 1. */
bl_status bl_calibration_curve(bl_ctx *ctx, size_t n, const double *truth, const double *proba, size_t n_bins,
                               bool quantile, bl_curve *out) BL_MUST_CHECK;
void bl_curve_free(bl_ctx *ctx, bl_curve *c);
/* Area under the ROC curve by mid-ranks (ties count a half); NaN when one side is empty. */
bl_status bl_roc_auc(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                     double *out) BL_MUST_CHECK;

#endif
