/* boost_tree.h: one tree of gradient boosting, grown leaf by leaf over histograms of gradients (Friedman 2001; Ke et al., LightGBM,
 * NeurIPS 2017). The histogram of the larger child is its parent's less the smaller one's. */
#ifndef BL_LEARNERS_BOOST_TREE_H
#define BL_LEARNERS_BOOST_TREE_H

#include "baleen/random.h"
#include "binned.h"
#include "tree.h"

typedef struct bl_boost_tree_params {
  size_t max_leaf_nodes, max_depth; /* 0: no limit */
  size_t min_samples_leaf;
  size_t max_features; /* columns that a node looks at, drawn anew in each */
  double l2_regularization, min_hessian;
} bl_boost_tree_params;

/* Room and results for tree after tree of the same rows. */
typedef struct bl_boost_grower bl_boost_grower;
bl_status bl_boost_grower_new(bl_ctx *ctx, const char *who, const bl_boost_tree_params *p, const bl_binned *bins,
                              bl_boost_grower **out) BL_MUST_CHECK;
void bl_boost_grower_free(bl_ctx *ctx, bl_boost_grower *g);

/* Grows a tree of the n rows `rows` (in any order, which it keeps within leaves) by their gradients and Hessians [all rows].
 * Leaves say -G / (H + l2); `out` is zeroed. The columns over the pool: same bits for any number of threads. */
bl_status bl_boost_grow(bl_ctx *ctx, bl_boost_grower *g, const uint32_t *rows, size_t n, const float *gradient,
                        const float *hessian, bl_rng *rng, bl_tree_build *out) BL_MUST_CHECK;
/* The rows of leaf i (its row of value) of the last tree. */
const uint32_t *bl_boost_leaf(const bl_boost_grower *g, size_t i, size_t *n);
/* The leaf of any row by its codes. */
size_t bl_boost_leaf_of(const bl_boost_grower *g, const bl_tree_build *tree, size_t row);

#endif
