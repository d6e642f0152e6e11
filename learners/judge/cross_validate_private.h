/* cross_validate_private.h: what the files of cross-validation share: a call, its models, a fold of one of them. */
#ifndef BL_LEARNERS_CROSS_VALIDATE_PRIVATE_H
#define BL_LEARNERS_CROSS_VALIDATE_PRIVATE_H

#include <stdatomic.h>

#include "baleen/cross_validate.h"
#include "shared_steps.h"

/* One model of a call. */
typedef struct bl_cv_model {
  const bl_candidate *candidate;
  bl_cv *out;
  bl_kind kind;
  size_t *first; /* [n_folds] where the fold's rows begin in out's row arrays */
  double *code;  /* [data rows] y as class codes; NULL when there are no classes */
  char **error;  /* [n_folds] NULL: none */
  bool refused;  /* it cannot be judged at all, and no fold is looked at */
} bl_cv_model;

typedef struct bl_cv_call {
  const bl_data *data;
  const bl_folds *folds;
  const bl_metric *metrics;
  bl_cv_model *model;
  size_t n_models;
  bool all_may_fail; /* a model that fails as a whole, or is refused, does not end the call */
  bl_shared_steps shared;
  atomic_size_t done; /* folds of models, for progress */
} bl_cv_call;

/* Index of a class value, or n_classes when it is none. */
size_t bl_cv_code(const bl_cv *cv, double value);
/* Item i: fold i % n_folds of all models of family i / n_folds. */
bl_status bl_cv_fold(bl_ctx *ctx, void *call, size_t i) BL_MUST_CHECK;

/* What a failed fold leaves: no number that could be taken for a result. */
void bl_cv_blank_fold(const bl_cv_call *c, const bl_cv_model *r, size_t f);

#endif
