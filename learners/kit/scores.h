/* scores.h: what each column by itself tells of the target. For class authors. */
#ifndef BALEEN_SCORES_H
#define BALEEN_SCORES_H

#include "baleen/estimator.h"

typedef enum bl_score_func {
  BL_F_CLASSIF,
  BL_F_REGRESSION,
  BL_CHI2,
  BL_MUTUAL_INFO_CLASSIF,
  BL_MUTUAL_INFO_REGRESSION,
  BL_R_REGRESSION
} bl_score_func;
extern const char *const bl_score_funcs[]; /* their names, NULL-terminated */

/* Whether it tells classes apart; else it follows numbers. */
bool bl_score_of_classes(bl_score_func f);
bool bl_score_has_pvalues(bl_score_func f); /* mutual information and r have none */
/* The score of each column, higher tells more (of r: more upwards), and the probability of one as high by chance, 1 where
 * it has none. A column that never changes has score 0. n_neighbors: of mutual information (Ross 2014 for classes,
 * Kraskov, Stoegbauer and Grassberger 2004 for numbers), with a noise of 1e-10 that parts equal numbers, the same at each
 * call. BL_E_RANGE of negative numbers for chi2. Columns over the pool: same bits for any number of threads. */
bl_status bl_score_columns(bl_ctx *ctx, const bl_estimator *self, bl_score_func f, size_t n_neighbors,
                           const bl_train *t, double *score, double *pvalue) BL_MUST_CHECK;

#endif
