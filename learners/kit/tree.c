/* tree.c: see tree.h. */
#include "tree.h"

#include <math.h>
#include <string.h>

/* ---- walking ----------------------------------------------------------------------------------------------------- */

enum { ABREAST = 8 }; /* walks side by side: while one waits for its node, the others step */

/* 1 + the place of the 1 among zeros; 0: the values are not like that. */
static uint32_t only_value(const double *value, size_t n)
{
  uint32_t found = 0;
  for (size_t c = 0; c < n; c++) {
    if (value[c] == 0) continue;
    if (value[c] != 1 || found) return 0;
    found = (uint32_t)c + 1;
  }
  return found;
}

void bl_trees_ready(const bl_trees *t, bl_tree_node *nodes)
{
  for (size_t k = 0; k + 1 < t->n_trees_plus_one; k++)
    for (int64_t i = t->start[k]; i < t->start[k + 1]; i++) {
      if (t->feature[i] < 0)
        nodes[i] = (bl_tree_node){.threshold = INFINITY,
                                  .missing = only_value(t->value + (size_t)t->left[i] * t->n_values, t->n_values)};
      else
        nodes[i] = (bl_tree_node){.threshold = t->threshold[i],
                                  .feature = (uint32_t)t->feature[i],
                                  .left = (int32_t)(t->left[i] - (i - t->start[k])),
                                  .missing = !t->missing_left[i]};
    }
}

/* One step; at a leaf it stays, whatever the value. */
static inline const bl_tree_node *down(const bl_tree_node *at, const float *x)
{
  float v = x[at->feature];
  if (v != v) return at->left ? at + at->left + (int32_t)at->missing : at;
  return at + at->left + !(v <= at->threshold);
}

/* The same of a row in which nothing is missing. */
static inline const bl_tree_node *down_whole(const bl_tree_node *at, const float *x)
{
  return at + at->left + !(x[at->feature] <= at->threshold);
}

static inline void add_leaf(const bl_trees *t, const bl_tree_node *nodes, const bl_tree_node *leaf, double *sum)
{
  if (leaf->missing) {
    sum[leaf->missing - 1]++;
    return;
  }
  const double *value = t->value + (size_t)t->left[leaf - nodes] * t->n_values;
  for (size_t c = 0; c < t->n_values; c++) sum[c] += value[c];
}

/* From where they stand down to their leaves. */
static inline void walk_abreast(const bl_tree_node **at, const float *const *x)
{
  for (int32_t more = 1; more;) {
    more = 0;
    for (size_t k = 0; k < ABREAST; k++) {
      at[k] = down_whole(at[k], x[k]);
      more |= at[k]->left;
    }
  }
}

/* One row down `n` trees. */
static void add_row(const bl_trees *t, const bl_tree_node *nodes, size_t from, size_t to, const float *x, bool whole,
                    double *sum)
{
  size_t tree = from;
  for (; whole && tree + ABREAST <= to; tree += ABREAST) {
    const bl_tree_node *at[ABREAST];
    const float *rows[ABREAST];
    for (size_t k = 0; k < ABREAST; k++) at[k] = nodes + t->start[tree + k], rows[k] = x;
    walk_abreast(at, rows);
    for (size_t k = 0; k < ABREAST; k++) add_leaf(t, nodes, at[k], sum);
  }
  for (; tree < to; tree++) {
    const bl_tree_node *at = nodes + t->start[tree];
    while (at->left) at = down(at, x);
    add_leaf(t, nodes, at, sum);
  }
}

/* Rows first .. first + ABREAST down one tree after the other. */
static void add_rows(const bl_trees *t, const bl_tree_node *nodes, size_t tree, const bl_cmat *X, size_t first,
                     double *sum)
{
  const bl_tree_node *at[ABREAST];
  const float *x[ABREAST];
  for (size_t k = 0; k < ABREAST; k++) at[k] = nodes + t->start[tree], x[k] = bl_crow(X, first + k);
  walk_abreast(at, x);
  for (size_t k = 0; k < ABREAST; k++) add_leaf(t, nodes, at[k], sum + k * t->n_values);
}

static bool is_whole(const bl_cmat *X, size_t lo, size_t hi)
{
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(X, i);
    for (size_t c = 0; c < X->cols; c++)
      if (x[c] != x[c]) return false;
  }
  return true;
}

void bl_trees_add(const bl_trees *t, const bl_tree_node *nodes, size_t from, size_t to, const bl_cmat *X, size_t lo,
                  size_t hi, double *sum)
{
  bool whole = is_whole(X, lo, hi);
  size_t abreast = whole ? (hi - lo) / ABREAST * ABREAST : 0;
  for (size_t tree = from; tree < to && abreast; tree++)
    for (size_t i = 0; i < abreast; i += ABREAST) add_rows(t, nodes, tree, X, lo + i, sum + i * t->n_values);
  for (size_t i = lo + abreast; i < hi; i++)
    add_row(t, nodes, from, to, bl_crow(X, i), is_whole(X, i, i + 1), sum + (i - lo) * t->n_values);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

/* Children lie behind their parent and within the tree, so every walk ends inside it; columns and leaves exist. */
static bool sound_tree(const bl_trees *t, size_t tree, size_t n_features)
{
  int64_t n = t->start[tree + 1] - t->start[tree];
  const int32_t *feature = t->feature + t->start[tree], *left = t->left + t->start[tree];
  for (int64_t i = 0; i < n; i++) {
    if (feature[i] == -1) {
      if (left[i] < 0 || (size_t)left[i] >= t->n_leaves) return false;
      continue;
    }
    if (feature[i] < 0 || (size_t)feature[i] >= n_features || left[i] <= i || left[i] >= n - 1) return false;
  }
  return true;
}

bl_status bl_trees_check(bl_ctx *ctx, const char *who, const bl_trees *t, size_t n_features, size_t n_values)
{
  if (!t->start || !t->feature || !t->left || !t->threshold || !t->missing_left || !t->value || t->n_trees_plus_one < 2)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the nodes of its trees are missing", who);
  if (t->n_values != n_values)
    return bl_fail(ctx, BL_E_FORMAT, "%s: leaves of %zu values, wanted %zu", who, t->n_values, n_values);
  size_t n_trees = t->n_trees_plus_one - 1;
  if (t->start[0] != 0 || t->start[n_trees] < 0 || (uint64_t)t->start[n_trees] != t->n_nodes)
    return bl_fail(ctx, BL_E_FORMAT, "%s: its trees do not fill its %zu nodes", who, t->n_nodes);
  for (size_t k = 0; k < n_trees; k++)
    if (t->start[k + 1] <= t->start[k] || (uint64_t)t->start[k + 1] > t->n_nodes ||
        t->start[k + 1] - t->start[k] > INT32_MAX)
      return bl_fail(ctx, BL_E_FORMAT, "%s: tree %zu runs from node %lld to %lld of %zu", who, k,
                     (long long)t->start[k], (long long)t->start[k + 1], t->n_nodes);
  for (size_t k = 0; k < n_trees; k++)
    if (!sound_tree(t, k, n_features))
      return bl_fail(ctx, BL_E_FORMAT, "%s: a node of tree %zu points outside its tree, its leaves or its %zu columns",
                     who, k, n_features);
  return BL_OK;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* Room for `need` entries in one array after another; all of them grow alike. */
static bl_status grow_nodes(bl_ctx *ctx, bl_tree_build *b, size_t need)
{
  struct {
    void **v;
    size_t size;
  } arrays[] = {{(void **)&b->feature, sizeof *b->feature},
                {(void **)&b->left, sizeof *b->left},
                {(void **)&b->threshold, sizeof *b->threshold},
                {(void **)&b->missing_left, sizeof *b->missing_left},
                {(void **)&b->weight, sizeof *b->weight}};
  size_t cap = b->nodes_cap;
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    cap = b->nodes_cap;
    bl_status s = bl_grow(ctx, arrays[k].v, &cap, need, arrays[k].size, "a tree");
    if (s) return s;
  }
  b->nodes_cap = cap;
  return BL_OK;
}

bl_status bl_tree_build_nodes(bl_ctx *ctx, bl_tree_build *b, size_t more, size_t *first)
{
  bl_status s = grow_nodes(ctx, b, b->n_nodes + more);
  if (s) return s;
  *first = b->n_nodes;
  b->n_nodes += more;
  return BL_OK;
}

bl_status bl_tree_build_leaf(bl_ctx *ctx, bl_tree_build *b, size_t node, double **value)
{
  void *v = b->value;
  bl_status s = bl_grow(ctx, &v, &b->leaves_cap, b->n_leaves + 1, b->n_values * sizeof *b->value, "a tree");
  b->value = v;
  if (s) return s;
  b->feature[node] = -1;
  b->left[node] = (int32_t)b->n_leaves;
  *value = b->value + b->n_leaves++ * b->n_values;
  return BL_OK;
}

void bl_tree_build_same_leaf(bl_tree_build *b, size_t node, size_t row_of_value)
{
  b->feature[node] = -1;
  b->left[node] = (int32_t)row_of_value;
}

void bl_tree_build_free(bl_ctx *ctx, bl_tree_build *b)
{
  bl_free(ctx, b->feature);
  bl_free(ctx, b->left);
  bl_free(ctx, b->threshold);
  bl_free(ctx, b->missing_left);
  bl_free(ctx, b->weight);
  bl_free(ctx, b->value);
  *b = (bl_tree_build){0};
}

static bl_status make_arrays(bl_ctx *ctx, const char *who, bl_trees *t)
{
  t->start = bl_calloc(ctx, t->n_trees_plus_one, sizeof *t->start);
  t->feature = bl_calloc(ctx, t->n_nodes, sizeof *t->feature);
  t->left = bl_calloc(ctx, t->n_nodes, sizeof *t->left);
  t->threshold = bl_calloc(ctx, t->n_nodes, sizeof *t->threshold);
  t->missing_left = bl_calloc(ctx, t->n_nodes, sizeof *t->missing_left);
  t->weight = bl_calloc(ctx, t->n_nodes, sizeof *t->weight);
  t->value = bl_calloc(ctx, t->n_leaves, t->n_values * sizeof *t->value);
  return t->start && t->feature && t->left && t->threshold && t->missing_left && t->weight && t->value
             ? BL_OK
             : bl_fail_nomem(ctx, who);
}

bl_status bl_trees_pack(bl_ctx *ctx, const char *who, const bl_tree_build *trees, size_t n, bl_trees *out)
{
  *out = (bl_trees){.n_trees_plus_one = n + 1, .n_values = trees[0].n_values};
  for (size_t t = 0; t < n; t++) out->n_nodes += trees[t].n_nodes, out->n_leaves += trees[t].n_leaves;
  if (out->n_leaves > INT32_MAX)
    return bl_fail(ctx, BL_E_RANGE, "%s: %zu leaves; fewer trees, or a max_depth, make fewer", who, out->n_leaves);
  bl_status s = make_arrays(ctx, who, out);
  size_t leaf = 0;
  for (size_t t = 0; !s && t < n; t++) {
    const bl_tree_build *from = &trees[t];
    size_t at = (size_t)out->start[t];
    out->start[t + 1] = (int64_t)(at + from->n_nodes);
    memcpy(out->feature + at, from->feature, from->n_nodes * sizeof *out->feature);
    memcpy(out->threshold + at, from->threshold, from->n_nodes * sizeof *out->threshold);
    memcpy(out->missing_left + at, from->missing_left, from->n_nodes * sizeof *out->missing_left);
    memcpy(out->weight + at, from->weight, from->n_nodes * sizeof *out->weight);
    for (size_t i = 0; i < from->n_nodes; i++)
      out->left[at + i] = from->left[i] + (from->feature[i] < 0 ? (int32_t)leaf : 0);
    memcpy(out->value + leaf * out->n_values, from->value, from->n_leaves * out->n_values * sizeof *out->value);
    leaf += from->n_leaves;
  }
  return s;
}
