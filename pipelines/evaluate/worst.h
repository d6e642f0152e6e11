/* worst.h: what the results say about one out-of-fold entry, and the strongest mistakes: what a person should listen to
 * or look at first. One rule for the terminal, the report and the pictures. */
#ifndef BL_WORST_H
#define BL_WORST_H

#include "baleen/run.h"

/* Higher is more of the positive (last) class, or more abnormal: the second class's probability, else the decision; NAN
 * where there is none. */
double bl_entry_score(const bl_problem *p, const bl_cv *cv, size_t entry);
/* "probability", "decision value", "anomaly score". */
const char *bl_entry_score_name(const bl_problem *p, const bl_cv *cv);
/* Class code of the truth; -1 when there is none. */
long bl_entry_truth(const bl_problem *p, const bl_cv *cv, size_t entry);
/* Class code predicted, 1 for an outlier; -1 when the fold failed. */
long bl_entry_predicted(const bl_problem *p, const bl_cv *cv, size_t entry);

typedef enum bl_worst_kind {
  BL_WORST_MISSES,       /* of two classes: positives taken for negatives, lowest score first */
  BL_WORST_FALSE_ALARMS, /* negatives taken for positives, highest score first */
  BL_WORST_CONFUSED,     /* of many classes: mistakes, most confident first */
  BL_WORST_RESIDUALS,    /* of numbers: furthest from the truth first */
  BL_WORST_RANKED        /* of outlier detectors: all entries, strangest first */
} bl_worst_kind;
typedef struct bl_worst {
  size_t entry;
  uint32_t row;  /* of the problem */
  double weight; /* by which the list is sorted, descending */
} bl_worst;
/* A row that stands in several folds is listed once, at its worst. *out is to be freed, also when *n is 0. */
bl_status bl_worst_entries(bl_ctx *ctx, const bl_problem *p, const bl_cv *cv, bl_worst_kind kind, bl_worst **out,
                           size_t *n) BL_MUST_CHECK;

#endif
