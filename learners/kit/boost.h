/* boost.h: gradient boosting as estimators have it: losses, options under scikit-learn's names, fit and what comes of a fitted one.
 * Friedman, Annals of Statistics 29 (2001) 1189; numbers are those of scikit-learn's HistGradientBoosting. */
#ifndef BL_LEARNERS_BOOST_H
#define BL_LEARNERS_BOOST_H

#include "tree.h"

typedef enum bl_boost_loss {
  BL_BOOST_SQUARED_ERROR,
  BL_BOOST_ABSOLUTE_ERROR,
  BL_BOOST_POISSON,
  BL_BOOST_QUANTILE,
  BL_BOOST_LOG_LOSS /* of two classes or more */
} bl_boost_loss;

typedef struct bl_boost_params {
  int loss;
  double learning_rate, l2_regularization, validation_fraction, tol, quantile, subsample, max_features;
  int64_t max_iter, min_samples_leaf, max_bins, n_iter_no_change, random_state;
  bl_word max_leaf_nodes, max_depth, early_stopping;
  bl_numbers class_weight;
} bl_boost_params;

typedef struct bl_boost_state {
  bl_trees trees; /* iteration by iteration, in each output by output */
  size_t n_outputs, n_scores;
  double *baseline; /* [n_outputs] where every row begins */
  double *
      validation_score; /* [n_scores] minus the loss of held-out rows, before the first round and after each; or NULL */
} bl_boost_state;

extern const char *const bl_boost_none[], *const bl_boost_stopping[];
/* clang-format off */
#define BL_BOOST_OPTS                                                                                                  \
  BL_REAL_ABOVE(bl_boost_params, learning_rate, "0.1", 0, 1e6, "", "share of each tree's answer that is added"), \
  BL_INT(bl_boost_params, max_iter, "100", 1, 1000000, "", "rounds; of more than two classes each makes a tree a class"), \
  BL_WORD(bl_boost_params, max_leaf_nodes, "31", bl_boost_none, 2, 1e9, BL_OPT_WHOLE, "", "leaves of a tree at most"), \
  BL_WORD(bl_boost_params, max_depth, "none", bl_boost_none, 1, 1e9, BL_OPT_WHOLE, "", "splits from the root to a leaf at most"), \
  BL_INT(bl_boost_params, min_samples_leaf, "20", 1, 1e9, "", "rows that a leaf must have"), \
  BL_REAL(bl_boost_params, l2_regularization, "0", 0, 1e15, "", "what is added to the sum of Hessians of a leaf"), \
  BL_INT(bl_boost_params, max_bins, "255", 2, 65535, "", "bins that a column is cut into, beside one for missing values"), \
  BL_REAL_ABOVE(bl_boost_params, max_features, "1", 0, 1, "", "share of the columns that a node looks at, drawn anew in each"), \
  BL_REAL_ABOVE(bl_boost_params, subsample, "1", 0, 1, "", "share of the rows that a tree learns from, drawn without repetition"), \
  BL_WORD(bl_boost_params, early_stopping, "auto", bl_boost_stopping, 0, 0, 0, "", "whether to stop when held-out rows gain no more; auto: from 10,000 rows on"), \
  { "validation_fraction", BL_OPT_REAL, offsetof(bl_boost_params, validation_fraction), "0.1", 0, 1, BL_OPT_OPEN_LO | BL_OPT_OPEN_HI, NULL, "", "share of the rows (of the groups, where there are some) that is held out for that", NULL }, \
  BL_INT(bl_boost_params, n_iter_no_change, "10", 1, 1000000, "", "rounds without a gain after which it stops"), \
  BL_REAL(bl_boost_params, tol, "1e-7", 0, 1e15, "", "what counts as a gain"), \
  BL_INT(bl_boost_params, random_state, "0", 0, 9007199254740992.0, "", "seed")
/* clang-format on */

extern const bl_field bl_boost_fields[];
bl_status bl_boost_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bl_boost_loss loss) BL_MUST_CHECK;

/* Slots. */
size_t bl_boost_class_width(const bl_estimator *self, bl_op op);
size_t bl_boost_number_width(const bl_estimator *self, bl_op op);
bl_status bl_boost_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out);
bl_status bl_boost_class_apply(bl_ctx *ctx, const bl_estimator *self, void *of_boost, const bl_cmat *X,
                               const bl_answer *out);
bl_status bl_boost_number_apply(bl_ctx *ctx, const bl_estimator *self, void *of_boost, const bl_cmat *X,
                                const bl_answer *out);
double bl_boost_work(const bl_estimator *self);
bl_status bl_boost_check(bl_ctx *ctx, const bl_estimator *self);

#endif
