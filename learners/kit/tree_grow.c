/* tree_grow.c: see tree_grow.h. A node is a run of the rows, which its split parts in place, in their order. */
#include "tree_grow.h"

#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "tree_split.h"

/* A node that is there and may be split. */
typedef struct pending {
  size_t node, lo, hi, depth;
  bl_split split;
} pending;

typedef struct grower {
  bl_ctx *ctx;
  const char *who;
  const bl_tree_params *p;
  const bl_tree_data *data;
  bl_tree_build *out;
  bl_node_splitter splitter;
  bl_rng *rng;
  double *importance, total;
  size_t n;
  /* what goes with each row, in the order of `row`; and room to part them */
  uint32_t *row, *row_room;
  uint16_t *class, *class_room, *key;
  double *y, *w, *room;
  uint32_t *columns; /* those that were not looked at in this node stand first */
  double *of_class;
  uint32_t *pure; /* [class]: 1 + the row of value of its leaves that hold no other class; 0: none yet */
  pending *stack;
  size_t n_pending, cap;
} grower;

static bl_status set_up(grower *g, const double *weight)
{
  const bl_binned *bins = g->data->bins;
  size_t rows = bins->rows, k = g->data->n_classes;
  g->row = bl_calloc(g->ctx, 2 * rows, sizeof *g->row);
  g->key = bl_calloc(g->ctx, 3 * rows, sizeof *g->key);
  g->w = bl_calloc(g->ctx, 3 * rows, sizeof *g->w);
  g->columns = bl_calloc(g->ctx, bins->cols, sizeof *g->columns);
  g->of_class = bl_calloc(g->ctx, k + 1, sizeof *g->of_class);
  g->pure = bl_calloc(g->ctx, k + 1, sizeof *g->pure);
  if (!g->row || !g->key || !g->w || !g->columns || !g->of_class || !g->pure) return bl_fail_nomem(g->ctx, g->who);
  g->row_room = g->row + rows;
  g->class = g->key + rows, g->class_room = g->class + rows;
  g->y = g->w + rows, g->room = g->y + rows;
  for (size_t c = 0; c < bins->cols; c++) g->columns[c] = (uint32_t)c;
  for (size_t i = 0; i < rows; i++) {
    double w = weight ? weight[i] : 1;
    if (!(w > 0)) continue;
    g->row[g->n] = (uint32_t)i;
    g->w[g->n] = w;
    g->total += w;
    if (k) g->class[g->n] = (uint16_t)g->data->y[i];
    else g->y[g->n] = g->data->y[i];
    g->n++;
  }
  bl_status s = bl_node_splitter_new(g->ctx, g->who, g->p, g->data, g->rng, &g->splitter);
  g->splitter.least_weight = g->p->min_weight_fraction_leaf * g->total;
  return s;
}

static void release(grower *g)
{
  bl_free(g->ctx, g->row);
  bl_free(g->ctx, g->key);
  bl_free(g->ctx, g->w);
  bl_free(g->ctx, g->columns);
  bl_free(g->ctx, g->of_class);
  bl_free(g->ctx, g->pure);
  bl_free(g->ctx, g->stack);
  bl_node_splitter_free(g->ctx, &g->splitter);
}

/* ---- a node ------------------------------------------------------------------------------------------------------ */

static bl_node_sums sum_rows(const grower *g, size_t lo, size_t hi)
{
  bl_node_sums s = {.of_class = g->of_class, .n = hi - lo};
  size_t k = g->data->n_classes;
  memset(g->of_class, 0, k * sizeof *g->of_class);
  for (size_t i = lo; i < hi; i++) {
    s.w += g->w[i];
    if (k) g->of_class[g->class[i]] += g->w[i];
    else s.sum += g->w[i] * g->y[i], s.square += g->w[i] * g->y[i] * g->y[i];
  }
  return s;
}

/* The best place of the columns that are looked at: all, or as many as are drawn, and more while none of them varies. */
static bl_split find_split(grower *g, size_t lo, size_t hi, const bl_node_sums *node)
{
  const bl_binned *bins = g->data->bins;
  size_t cols = bins->cols, looked = 0, constant = 0;
  bool all = g->p->max_features >= cols;
  bl_split best = {.gain = -(double)INFINITY};
  bl_node_rows rows = {.n = hi - lo,
                       .key = g->key,
                       .class = g->data->n_classes ? g->class + lo : NULL,
                       .y = g->data->n_classes ? NULL : g->y + lo,
                       .w = g->w + lo};
  while (looked < cols && (looked < g->p->max_features || looked == constant)) {
    size_t at = all ? looked : looked + (size_t)bl_rng_below(g->rng, cols - looked);
    uint32_t column = all ? (uint32_t)looked : g->columns[at];
    if (!all) {
      g->columns[at] = g->columns[looked];
      g->columns[looked] = column;
    }
    looked++;
    const uint16_t *code = bins->code + column * bins->rows;
    for (size_t i = lo; i < hi; i++) g->key[i - lo] = code[g->row[i]];
    constant += !bl_split_column(&g->splitter, column, &rows, node, &best);
  }
  return best;
}

/* The only class of a node, or n_classes. */
static size_t only_class(const grower *g, const bl_node_sums *s)
{
  size_t k = g->data->n_classes, found = k;
  for (size_t c = 0; c < k; c++) {
    if (!(s->of_class[c] > 0)) continue;
    if (found < k) return k;
    found = c;
  }
  return found;
}

/* Most leaves of a tree that is grown out hold one class: they share the row that says so. */
static bl_status make_leaf(grower *g, size_t node, const bl_node_sums *s)
{
  double *value;
  size_t k = g->data->n_classes, only = only_class(g, s);
  if (only < k && g->pure[only]) {
    bl_tree_build_same_leaf(g->out, node, g->pure[only] - 1);
    return BL_OK;
  }
  bl_status status = bl_tree_build_leaf(g->ctx, g->out, node, &value);
  if (status) return status;
  if (only < k) g->pure[only] = (uint32_t)g->out->n_leaves;
  for (size_t c = 0; c < k; c++) value[c] = c == only ? 1 : s->of_class[c] / s->w;
  if (!k) value[0] = s->sum / s->w;
  return BL_OK;
}

/* Looks for the node's split; without one, or where there may be none, the node is a leaf. */
static bl_status consider(grower *g, size_t node, size_t lo, size_t hi, size_t depth)
{
  const bl_tree_params *p = g->p;
  bl_node_sums s = sum_rows(g, lo, hi);
  double impurity = bl_node_impurity(&g->splitter, &s);
  bool may = hi - lo >= p->min_samples_split && hi - lo >= 2 * p->min_samples_leaf &&
             (!p->max_depth || depth < p->max_depth) && impurity > 1e-15 * s.w;
  if (!g->data->n_classes && !(impurity > 1e-15 * s.square)) may = false; /* targets that are equal but for rounding */
  g->out->weight[node] = s.w;
  pending next = {.node = node, .lo = lo, .hi = hi, .depth = depth};
  if (may) next.split = find_split(g, lo, hi, &s);
  if (!may || !isfinite(next.split.gain) || next.split.gain / g->total + 2.2e-16 < p->min_impurity_decrease)
    return make_leaf(g, node, &s);
  void *v = g->stack;
  bl_status status = bl_grow(g->ctx, &v, &g->cap, g->n_pending + 1, sizeof *g->stack, g->who);
  g->stack = v;
  if (!status) g->stack[g->n_pending++] = next;
  return status;
}

/* ---- splitting --------------------------------------------------------------------------------------------------- */

static float threshold_of(const bl_binned *b, const bl_split *s)
{
  if (s->all_missing_right) return INFINITY;
  if (isnan(s->at)) return bl_binned_between(b, s->column, s->left_bin, s->right_bin);
  float at = (float)s->at, next = b->low[b->first[s->column] + s->right_bin];
  return at < next ? at : b->high[b->first[s->column] + s->left_bin];
}

#define PART(v, room, type)                                                                                            \
  do {                                                                                                                 \
    size_t l = lo, r = 0;                                                                                              \
    for (size_t i = lo; i < hi; i++)                                                                                   \
      if (g->key[i - lo]) v[l++] = v[i];                                                                               \
      else room[r++] = v[i];                                                                                           \
    memcpy(v + l, room, r * sizeof(type));                                                                             \
  } while (0)

/* Brings the rows that go left to the front, each side in its order; returns where the others begin. */
static size_t part(grower *g, size_t lo, size_t hi, bl_split *s)
{
  const bl_binned *b = g->data->bins;
  const uint16_t *code = b->code + s->column * b->rows;
  size_t n_bins = bl_binned_count(b, s->column), n_left = 0, n_missing = 0;
  for (size_t i = lo; i < hi; i++) {
    uint16_t c = code[g->row[i]];
    bool missing = c == n_bins, left = missing ? s->missing_left : c <= s->left_bin;
    g->key[i - lo] = left;
    n_left += left;
    n_missing += missing;
  }
  PART(g->row, g->row_room, uint32_t);
  PART(g->w, g->room, double);
  if (g->data->n_classes) PART(g->class, g->class_room, uint16_t);
  else PART(g->y, g->room, double);
  if (!n_missing) s->missing_left = 2 * n_left >= hi - lo; /* none was seen: later they go with the many */
  return lo + n_left;
}

static bl_status divide(grower *g, pending *at)
{
  size_t children;
  bl_status s = bl_tree_build_nodes(g->ctx, g->out, 2, &children);
  if (s) return s;
  size_t mid = part(g, at->lo, at->hi, &at->split);
  g->out->feature[at->node] = (int32_t)at->split.column;
  g->out->left[at->node] = (int32_t)children;
  g->out->threshold[at->node] = threshold_of(g->data->bins, &at->split);
  g->out->missing_left[at->node] = at->split.missing_left;
  if (g->importance) g->importance[at->split.column] += at->split.gain / g->total;
  s = consider(g, children + 1, mid, at->hi, at->depth + 1);
  return s ? s : consider(g, children, at->lo, mid, at->depth + 1);
}

/* The last that came, so that the rows at hand are those of the cache; with max_leaf_nodes the one that gains most. */
static pending take_next(grower *g)
{
  size_t best = g->n_pending - 1;
  for (size_t i = 0; g->p->max_leaf_nodes && i < g->n_pending; i++)
    if (g->stack[i].split.gain > g->stack[best].split.gain) best = i;
  pending p = g->stack[best];
  g->stack[best] = g->stack[--g->n_pending];
  return p;
}

static bl_status close_pending(grower *g)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < g->n_pending; i++) {
    bl_node_sums sums = sum_rows(g, g->stack[i].lo, g->stack[i].hi);
    s = make_leaf(g, g->stack[i].node, &sums);
  }
  return s;
}

bl_status bl_tree_grow(bl_ctx *ctx, const char *who, const bl_tree_params *p, const bl_tree_data *data,
                       const double *weight, bl_rng *rng, double *importance, bl_tree_build *out)
{
  grower g = {.ctx = ctx, .who = who, .p = p, .data = data, .out = out, .rng = rng, .importance = importance};
  size_t root;
  out->n_values = data->n_classes ? data->n_classes : 1;
  bl_status s = set_up(&g, weight);
  if (!s && !g.n) s = bl_fail(ctx, BL_E_SHAPE, "%s: no row has a weight above 0", who);
  if (!s) s = bl_tree_build_nodes(ctx, out, 1, &root);
  if (!s) s = consider(&g, root, 0, g.n, 0);
  for (size_t leaves = 1; !s && g.n_pending; leaves++) {
    if (p->max_leaf_nodes && leaves >= p->max_leaf_nodes) break;
    pending next = take_next(&g);
    s = divide(&g, &next);
    if (!s && leaves % 1024 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  if (!s) s = close_pending(&g);
  release(&g);
  return s;
}
