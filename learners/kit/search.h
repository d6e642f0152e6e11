/* search.h: what estimators share that try an estimator with many settings, by cross-validation of the rows they are given,
 * and keep the one with the best mean score, taught all of the rows (scikit-learn's GridSearchCV and its kin). */
#ifndef BL_LEARNERS_SEARCH_H
#define BL_LEARNERS_SEARCH_H

#include "baleen/estimator.h"

/* Begins the params of each. */
typedef struct bl_search_params {
  bl_flow scoring; /* null: accuracy, r2 */
  int64_t cv;
} bl_search_params;
/* clang-format off */
#define BL_SEARCH_OPTIONS(T, m) \
  BL_CHILD(estimator, "what is tried: a classifier, a regressor, or a chain that ends in one"), \
  {"scoring", BL_OPT_TREE, offsetof(T, m.scoring), "null", 0, 0, 0, NULL, "", \
   "metric whose mean over the folds decides; null: accuracy, of a regressor r2", NULL}, \
  {"cv", BL_OPT_INT, offsetof(T, m.cv), "5", 2, 1000, 0, NULL, "", \
   "folds, rows of one group on one side of each, and by classes", NULL}
/* clang-format on */

/* What each learns, the winner besides: learnt[0]. */
typedef struct bl_search_state {
  size_t n_points, n_folds;
  double *mean_test_score, *std_test_score, *split_test_score;
  int64_t *rank_test_score, best_index;
} bl_search_state;
extern const bl_field bl_search_fields[];

/* Tries the points of `grid` (param_grid.h) on clones of self's child and learns. A point that fails in a fold, or has no
 * score there, is told with the reason and cannot win. */
bl_status bl_search_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_flow *grid) BL_MUST_CHECK;

/* Slots. bl_search_check_children() leaves the grid to its owner. */
bl_status bl_search_check_children(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;
bl_kind bl_search_kind_of(const bl_estimator *self);
unsigned bl_search_tags_of(const bl_estimator *self);
size_t bl_search_width(const bl_estimator *self, bl_op op);
bl_status bl_search_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out) BL_MUST_CHECK;
void bl_search_release(bl_ctx *ctx, void *made);
bl_status bl_search_apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X,
                          const bl_answer *out) BL_MUST_CHECK;
bl_status bl_search_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;

#endif
