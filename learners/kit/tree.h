/* tree.h: binary trees as estimators keep them, one behind the other in flat arrays.
 *
 * A tree is the run start[t] .. start[t + 1] of nodes, the first its root. A node whose feature is -1 is a leaf, and `left` is
 * the row of `value` that it gives; leaves that say the same may share one. Else rows with x[feature] <= threshold go to node `left` of the tree, the others to the one behind
 * it, both behind the node; those whose value is missing go left where missing_left says so. */
#ifndef BL_LEARNERS_TREE_H
#define BL_LEARNERS_TREE_H

#include "baleen/estimator.h"

typedef struct bl_trees {
  size_t n_trees_plus_one, n_nodes, n_leaves, n_values; /* n_leaves: rows of value */
  int64_t *start;
  int32_t *feature, *left;
  float *threshold;
  uint8_t *missing_left;
  double *weight; /* of the training rows that came by, for what asks how much a node counts */
  double *value;  /* [n_leaves x n_values] */
} bl_trees;

/* Rows of a table of fields, over a member `trees` of T. */
/* clang-format off */
#define BL_TREES_FIELDS(T)                                                                                             \
  {"start", BL_I64, offsetof(T, trees.start), offsetof(T, trees.n_trees_plus_one), BL_NO_DIM, "first node of each tree, and the count of all"}, \
  {"feature", BL_I32, offsetof(T, trees.feature), offsetof(T, trees.n_nodes), BL_NO_DIM, "column that a node looks at; -1: leaf"}, \
  {"left", BL_I32, offsetof(T, trees.left), offsetof(T, trees.n_nodes), BL_NO_DIM, "node of the tree for x <= threshold, the next for x above; of a leaf its row of value"}, \
  {"threshold", BL_F32, offsetof(T, trees.threshold), offsetof(T, trees.n_nodes), BL_NO_DIM, "where it cuts"}, \
  {"missing_left", BL_U8, offsetof(T, trees.missing_left), offsetof(T, trees.n_nodes), BL_NO_DIM, "1: missing values go left"}, \
  {"weight", BL_F64, offsetof(T, trees.weight), offsetof(T, trees.n_nodes), BL_NO_DIM, "weight of the training rows that came by"}, \
  {"value", BL_F64, offsetof(T, trees.value), offsetof(T, trees.n_leaves), offsetof(T, trees.n_values), "what leaves say: shares of classes, or a mean"}
/* clang-format on */

/* Nodes made ready to be walked: what a step needs lies side by side. */
typedef struct bl_tree_node {
  float threshold;  /* of a leaf: infinity */
  uint32_t feature; /* of a leaf: 0 */
  int32_t left;     /* from this node; of a leaf 0, so that a walk that goes on stays */
  /* how much further than `left` missing values go, 0 or 1; of a leaf: 1 + the value that is 1 where all others are 0, or 0 */
  uint32_t missing;
} bl_tree_node;
void bl_trees_ready(const bl_trees *t, bl_tree_node *nodes); /* [n_nodes] */
/* Of rows lo .. hi of X, in the trees from `from` to `to`: adds the leaves' rows of value [n_values] to sum [hi - lo][n_values]. */
void bl_trees_add(const bl_trees *t, const bl_tree_node *nodes, size_t from, size_t to, const bl_cmat *X, size_t lo,
                  size_t hi, double *sum);

/* Do nodes and leaves of a file agree, with this many columns and values? */
bl_status bl_trees_check(bl_ctx *ctx, const char *who, const bl_trees *t, size_t n_features,
                         size_t n_values) BL_MUST_CHECK;

/* A tree in the making. */
typedef struct bl_tree_build {
  size_t n_nodes, nodes_cap, n_leaves, leaves_cap, n_values;
  int32_t *feature, *left;
  float *threshold;
  uint8_t *missing_left;
  double *weight, *value;
} bl_tree_build;
bl_status bl_tree_build_nodes(bl_ctx *ctx, bl_tree_build *b, size_t more, size_t *first) BL_MUST_CHECK;
/* The node becomes a leaf; *value is where its values go. */
bl_status bl_tree_build_leaf(bl_ctx *ctx, bl_tree_build *b, size_t node, double **value) BL_MUST_CHECK;
/* The node becomes a leaf that says what another says. */
void bl_tree_build_same_leaf(bl_tree_build *b, size_t node, size_t row_of_value);
void bl_tree_build_free(bl_ctx *ctx, bl_tree_build *b);
/* All of them, one behind the other. */
bl_status bl_trees_pack(bl_ctx *ctx, const char *who, const bl_tree_build *trees, size_t n,
                        bl_trees *out) BL_MUST_CHECK;

#endif
