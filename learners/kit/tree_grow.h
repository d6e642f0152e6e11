/* tree_grow.h: classification and regression trees (Breiman et al. 1984) grown over binned columns. One tree; forests call it
 * in many threads. */
#ifndef BL_LEARNERS_TREE_GROW_H
#define BL_LEARNERS_TREE_GROW_H

#include "baleen/random.h"
#include "binned.h"
#include "tree.h"

typedef enum bl_tree_criterion { BL_TREE_GINI, BL_TREE_ENTROPY, BL_TREE_SQUARED_ERROR } bl_tree_criterion;

typedef struct bl_tree_params {
  bl_tree_criterion criterion;
  size_t max_depth, max_leaf_nodes; /* 0: no limit */
  size_t min_samples_split, min_samples_leaf;
  size_t max_features;                                    /* columns looked at in a node, drawn anew in each */
  double min_impurity_decrease, min_weight_fraction_leaf; /* the latter of all weight */
  bool random_thresholds;                                 /* extra trees: one place a column, drawn */
} bl_tree_params;

/* What all trees of a forest are grown from. */
typedef struct bl_tree_data {
  const bl_binned *bins;
  const double *y;  /* classes as codes, or targets */
  size_t n_classes; /* 0: targets */
} bl_tree_data;

/* Rows of weight 0 are left out; weight NULL: all ones. `out` is zeroed and afterwards holds the tree. importance [cols]: the
 * decrease of impurity by splits of each column is added, a share of the whole weight. */
bl_status bl_tree_grow(bl_ctx *ctx, const char *who, const bl_tree_params *p, const bl_tree_data *data,
                       const double *weight, bl_rng *rng, double *importance, bl_tree_build *out) BL_MUST_CHECK;

#endif
