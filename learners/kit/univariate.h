/* univariate.h: what the estimators share that choose columns by a score that each has by itself. For class authors. */
#ifndef BALEEN_UNIVARIATE_H
#define BALEEN_UNIVARIATE_H

#include "scores.h"
#include "selection.h"

/* Their params begin with it, and their states are this. */
typedef struct bl_univariate_params {
  int score_func;
  int64_t n_neighbors;
} bl_univariate_params;
typedef struct bl_univariate {
  size_t n_kept;
  int64_t *kept;
  size_t n_features;
  double *scores, *pvalues;
} bl_univariate;
_Static_assert(offsetof(bl_univariate, kept) == offsetof(bl_kept, kept), "its state begins with a bl_kept");

/* clang-format off */
#define BL_UNIVARIATE_OPTS(T)                                                                                          \
  { "score_func", BL_OPT_ENUM, offsetof(T, own.score_func), "f_classif", 0, 0, 0, bl_score_funcs, "",                  \
    "what a column is scored by: classes: f_classif, chi2 (of counts), mutual_info_classif; numbers: f_regression, r_regression, mutual_info_regression", NULL }, \
  { "n_neighbors", BL_OPT_INT, offsetof(T, own.n_neighbors), "3", 1, 1000, 0, NULL, "",                                \
    "neighbours that mutual information looks at", NULL }
/* clang-format on */
extern const bl_field bl_univariate_fields[];

/* Marks the columns to keep of n; `params` are the class's. sorted: the scores, or the p-values of who chooses by these,
 * in ascending order. */
typedef void (*bl_univariate_choose)(const void *params, const bl_univariate *s, const double *sorted, size_t n,
                                     bool *keep);
/* Scores, and keeps what is chosen. Where nothing is, the column that tells most is kept all the same, with a warning, so
 * that noise in one fold does not end a run. BL_E_CONFIG when p-values are needed and the score has none. */
bl_status bl_univariate_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bool by_pvalue,
                            bl_univariate_choose choose) BL_MUST_CHECK;
/* BL_TAG_NEEDS_Y for scores of classes. */
unsigned bl_univariate_tags(const bl_estimator *self);

#endif
