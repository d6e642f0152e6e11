/* tree_split.h: where a node's rows are best parted by one column. For tree_grow.c. */
#ifndef BL_LEARNERS_TREE_SPLIT_H
#define BL_LEARNERS_TREE_SPLIT_H

#include "tree_grow.h"

/* The rows of a node, one beside the other: their codes in the column that is looked at, their targets and weights. */
typedef struct bl_node_rows {
  size_t n;
  const uint16_t *key;
  const uint16_t *class; /* of a classifier, else NULL */
  const double *y;       /* of a regressor, else NULL */
  const double *w;
} bl_node_rows;

/* What a node's rows sum to. Of a classifier `of_class` [n_classes] are weights, of a regressor sum and square are of w y, w y^2. */
typedef struct bl_node_sums {
  double w, sum, square;
  double *of_class;
  size_t n;
} bl_node_sums;

/* A way to part a node. gain: by how much the impurity falls, times the weight; minus infinity: none was found. Splits that gain
 * nothing count: those behind them may. */
typedef struct bl_split {
  double gain;
  size_t column, left_bin, right_bin;   /* the last bin that goes left and the first that goes right */
  bool missing_left, all_missing_right; /* the latter: every value goes left, what is missing right */
  double at;                            /* random_thresholds: where; NaN else */
} bl_split;

/* Room for one thread. */
typedef struct bl_node_splitter {
  const bl_tree_params *p;
  const bl_tree_data *data;
  double *histogram;      /* [bins][classes], or [bins][3] of targets: weight, sum, square */
  uint32_t *count;        /* [bins] rows */
  uint32_t *order, *swap; /* [rows]: key in the upper half, position in the lower; both in `block` */
  uint32_t *block;
  double *left, *right, *missing; /* [classes] */
  bl_rng *rng;
  double least_weight; /* of a leaf */
} bl_node_splitter;
bl_status bl_node_splitter_new(bl_ctx *ctx, const char *who, const bl_tree_params *p, const bl_tree_data *data,
                               bl_rng *rng, bl_node_splitter *out) BL_MUST_CHECK;
void bl_node_splitter_free(bl_ctx *ctx, bl_node_splitter *s);

/* w times the impurity. */
double bl_node_impurity(const bl_node_splitter *s, const bl_node_sums *node);
/* The best place of a column, where it is better than what *best holds. false: the column does not vary over these rows. */
bool bl_split_column(bl_node_splitter *s, size_t column, const bl_node_rows *rows, const bl_node_sums *node,
                     bl_split *best);

#endif
