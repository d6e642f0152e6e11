/* forest.h: what trees and forests as estimators share: options under scikit-learn's names, fit, and what comes of a fitted
 * one. A class is a descriptor and two tables. */
#ifndef BL_LEARNERS_FOREST_H
#define BL_LEARNERS_FOREST_H

#include "tree.h"

typedef struct bl_forest_params {
  int64_t n_estimators, random_state;
  int criterion;
  bl_word max_depth, max_leaf_nodes, max_features, max_samples, max_bins;
  double min_samples_split, min_samples_leaf, min_impurity_decrease, min_weight_fraction_leaf;
  bool bootstrap, oob_score;
  bl_numbers class_weight;
} bl_forest_params;

typedef struct bl_forest_state {
  bl_trees trees;
  size_t n_features;
  double *feature_importances; /* [n_features] */
  size_t n_oob;                /* 1 where it was asked for */
  double *oob_score;
} bl_forest_state;

extern const char *const bl_forest_none[], *const bl_forest_features[], *const bl_forest_auto[];
extern const char *const bl_forest_class_criteria[], *const bl_forest_number_criteria[];

/* clang-format off */
/* Options of one tree, and those that a forest has beside them. */
#define BL_TREE_OPTS(features)                                                                                         \
  BL_WORD(bl_forest_params, max_depth, "none", bl_forest_none, 1, 1e9, BL_OPT_WHOLE, "", "splits from the root to a leaf at most"), \
  BL_REAL_ABOVE(bl_forest_params, min_samples_split, "2", 0, 1e15, "", "rows that a node must have to be split; below 1 a share of all"), \
  BL_REAL_ABOVE(bl_forest_params, min_samples_leaf, "1", 0, 1e15, "", "rows that a leaf must have; below 1 a share of all"), \
  BL_REAL(bl_forest_params, min_weight_fraction_leaf, "0", 0, 0.5, "", "share of all weight that a leaf must have"), \
  BL_WORD(bl_forest_params, max_features, features, bl_forest_features, 0, 1e9, BL_OPT_OPEN_LO, "", \
          "columns looked at in a node, drawn anew each time: up to 1 a share, above 1 a count"), \
  BL_WORD(bl_forest_params, max_leaf_nodes, "none", bl_forest_none, 2, 1e9, BL_OPT_WHOLE, "", \
          "leaves at most; then nodes that gain most are split first"), \
  BL_REAL(bl_forest_params, min_impurity_decrease, "0", 0, 1e300, "", "what a split must lower the impurity by, times the node's share of all weight"), \
  BL_WORD(bl_forest_params, max_bins, "auto", bl_forest_auto, 2, 65535, BL_OPT_WHOLE, "", \
          "bins that a column is cut into; each value has its own where there are no more of them. auto: 65535 up to 10,000 rows, else 255"), \
  BL_INT(bl_forest_params, random_state, "0", 0, 9007199254740992.0, "", "seed")
#define BL_FOREST_OPTS(boot, help)                                                                                     \
  BL_INT(bl_forest_params, n_estimators, "100", 1, 100000, "", "trees"),                                               \
  BL_BOOL(bl_forest_params, bootstrap, boot, help),                                                                    \
  BL_WORD(bl_forest_params, max_samples, "none", bl_forest_none, 0, 1e9, BL_OPT_OPEN_LO, "", \
          "rows that bootstrap draws: none as many as there are, up to 1 a share, above 1 a count"), \
  BL_BOOL(bl_forest_params, oob_score, "false", "score of each row by the trees that did not see it, as oob_score of what is learnt")
/* clang-format on */

extern const bl_field bl_forest_fields[];

/* What a class makes of the options. */
typedef struct bl_forest_kind {
  const char *who;
  bool one_tree, random_thresholds;
} bl_forest_kind;
bl_status bl_forest_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_forest_kind *kind) BL_MUST_CHECK;

/* Slots. */
size_t bl_forest_class_width(const bl_estimator *self, bl_op op);
size_t bl_forest_number_width(const bl_estimator *self, bl_op op);
bl_status bl_forest_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out);
bl_status bl_forest_apply(bl_ctx *ctx, const bl_estimator *self, void *of_forest, const bl_cmat *X,
                          const bl_answer *out);
double bl_forest_work(const bl_estimator *self);
bl_status bl_forest_check(bl_ctx *ctx, const bl_estimator *self);

#endif
