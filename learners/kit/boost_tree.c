/* boost_tree.c: see boost_tree.h. */
#include "boost_tree.h"

#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/pool.h"
#include "baleen/wide.h"

/* What the rows of a bin sum to: four numbers side by side, which one addition of lanes grows. */
typedef struct cell {
  double gradient, hessian, n, none;
} cell;
_Static_assert(sizeof(cell) == sizeof(bl_lanes), "a cell is a vector of lanes");

enum { AHEAD = 24 }; /* rows whose codes are called for before they are needed: they lie far apart */

typedef struct gain {
  double gain;
  size_t column, bin; /* the last bin that goes left */
  bool missing_left;
} gain;

/* A leaf that may still be split; histogram: its place among those at hand. */
typedef struct leaf {
  size_t node, lo, hi, depth, histogram;
  cell sum;
  gain best;
} leaf;

struct bl_boost_grower {
  const char *who;
  const bl_boost_tree_params *p;
  const bl_binned *bins;
  size_t n_cells; /* of a histogram: all bins of all columns, missing values included */
  size_t *first;  /* [cols]: where a column's cells begin */
  uint32_t *row, *row_room;
  float *terms; /* [rows][4] in the rows' order in a node: gradient, Hessian, 1, 0 */
  leaf *leaves;
  cell **histogram;
  size_t n_leaves, most_leaves, n_histograms, cap_histograms;
  size_t *free_histogram, n_free;
  size_t *leaf_lo, *leaf_hi, cap_lo, cap_hi; /* of finished leaves, by row of value */
  uint32_t *bin_of;                          /* [nodes] the bin of a node's split, for rows by codes */
  size_t cap_bin;
  uint32_t *columns;
  gain *of_column; /* [cols] */
  /* of the call */
  const float *all_gradient, *all_hessian;
  const leaf *at; /* whose histogram or split is looked for */
  size_t whole;   /* histogram that the one of `at` is taken off from */
};

bl_status bl_boost_grower_new(bl_ctx *ctx, const char *who, const bl_boost_tree_params *p, const bl_binned *bins,
                              bl_boost_grower **out)
{
  bl_boost_grower *g = *out = bl_calloc(ctx, 1, sizeof *g);
  if (!g) return bl_fail_nomem(ctx, who);
  *g = (bl_boost_grower){.who = who, .p = p, .bins = bins};
  g->first = bl_calloc(ctx, bins->cols + 1, sizeof *g->first);
  g->row = bl_calloc(ctx, 2 * bins->rows, sizeof *g->row);
  g->terms = bl_calloc(ctx, 4 * bins->rows, sizeof *g->terms);
  g->columns = bl_calloc(ctx, bins->cols, sizeof *g->columns);
  g->of_column = bl_calloc(ctx, bins->cols, sizeof *g->of_column);
  if (!g->first || !g->row || !g->terms || !g->columns || !g->of_column) return bl_fail_nomem(ctx, who);
  g->row_room = g->row + bins->rows;
  for (size_t c = 0; c < bins->cols; c++) {
    g->first[c + 1] = g->first[c] + bl_binned_count(bins, c) + 1;
    g->columns[c] = (uint32_t)c;
  }
  g->n_cells = g->first[bins->cols];
  return BL_OK;
}

void bl_boost_grower_free(bl_ctx *ctx, bl_boost_grower *g)
{
  if (!g) return;
  for (size_t i = 0; i < g->n_histograms; i++) bl_free(ctx, g->histogram[i]);
  bl_free(ctx, g->histogram);
  bl_free(ctx, g->free_histogram);
  bl_free(ctx, g->first);
  bl_free(ctx, g->row);
  bl_free(ctx, g->terms);
  bl_free(ctx, g->leaves);
  bl_free(ctx, g->leaf_lo);
  bl_free(ctx, g->leaf_hi);
  bl_free(ctx, g->bin_of);
  bl_free(ctx, g->columns);
  bl_free(ctx, g->of_column);
  bl_free(ctx, g);
}

/* ---- histograms -------------------------------------------------------------------------------------------------- */

static bl_status take_histogram(bl_ctx *ctx, bl_boost_grower *g, size_t *which)
{
  if (g->n_free) {
    *which = g->free_histogram[--g->n_free];
    return BL_OK;
  }
  size_t cap = g->cap_histograms, same = g->cap_histograms;
  void *v = g->histogram, *f = g->free_histogram;
  bl_status s = bl_grow(ctx, &v, &cap, g->n_histograms + 1, sizeof *g->histogram, g->who);
  g->histogram = v;
  if (!s) s = bl_grow(ctx, &f, &same, g->n_histograms + 1, sizeof *g->free_histogram, g->who);
  g->free_histogram = f;
  if (s) return s;
  g->cap_histograms = cap;
  if (!(g->histogram[g->n_histograms] = bl_calloc(ctx, g->n_cells, sizeof **g->histogram)))
    return bl_fail_nomem(ctx, g->who);
  *which = g->n_histograms++;
  return BL_OK;
}

BL_WIDE static void count_terms(const uint16_t *code, const uint32_t *row, const float *terms, size_t n, cell *to)
{
  typedef float four __attribute__((vector_size(4 * sizeof(float))));
  for (size_t i = 0; i < n; i++) {
    bl_lanes sum;
    four add;
    if (i + AHEAD < n) __builtin_prefetch(code + row[i + AHEAD]);
    cell *at = to + code[row[i]];
    memcpy(&sum, at, sizeof sum);
    memcpy(&add, terms + 4 * i, sizeof add);
    sum += __builtin_convertvector(add, bl_lanes);
    memcpy(at, &sum, sizeof sum);
  }
}

static bl_status count_column(bl_ctx *ctx, void *arg, size_t c)
{
  const bl_boost_grower *g = arg;
  const leaf *l = g->at;
  cell *to = g->histogram[l->histogram] + g->first[c];
  (void)ctx;
  memset(to, 0, (g->first[c + 1] - g->first[c]) * sizeof *to);
  count_terms(g->bins->code + c * g->bins->rows, g->row + l->lo, g->terms, l->hi - l->lo, to);
  return BL_OK;
}

static bl_status count(bl_ctx *ctx, bl_boost_grower *g, leaf *l)
{
  for (size_t i = l->lo; i < l->hi; i++) {
    float *to = g->terms + 4 * (i - l->lo);
    to[0] = g->all_gradient[g->row[i]];
    to[1] = g->all_hessian[g->row[i]];
    to[2] = 1;
  }
  g->at = l;
  return bl_pool_for(ctx, g->bins->cols, 4.0 * (double)(l->hi - l->lo), count_column, g);
}

/* ---- splits ------------------------------------------------------------------------------------------------------ */

static double value_of(const bl_boost_tree_params *p, double gradient, double hessian)
{
  return -gradient / (hessian + p->l2_regularization + 1e-15);
}

/* What a leaf of these rows takes off the loss. */
static double taken(const bl_boost_tree_params *p, double gradient, double hessian)
{
  return -gradient * value_of(p, gradient, hessian);
}

static void scan(const bl_boost_grower *g, size_t c, bool missing_left, gain *best)
{
  const bl_boost_tree_params *p = g->p;
  const leaf *l = g->at;
  size_t n_bins = g->first[c + 1] - g->first[c] - 1;
  const cell *h = g->histogram[l->histogram] + g->first[c];
  double gradient = missing_left ? h[n_bins].gradient : 0, hessian = missing_left ? h[n_bins].hessian : 0,
         n = missing_left ? h[n_bins].n : 0, whole = taken(p, l->sum.gradient, l->sum.hessian);
  double least = (double)p->min_samples_leaf;
  size_t end = h[n_bins].n > 0 && !missing_left ? n_bins : n_bins - 1; /* all values against what is missing */
  for (size_t b = 0; b < end; b++) {
    gradient += h[b].gradient, hessian += h[b].hessian, n += h[b].n;
    if (n < least) continue;
    if (l->sum.n - n < least) break;
    double rest = l->sum.hessian - hessian;
    if (hessian < p->min_hessian) continue;
    if (rest < p->min_hessian) break;
    double now = taken(p, gradient, hessian) + taken(p, l->sum.gradient - gradient, rest) - whole;
    if (now > best->gain) *best = (gain){.gain = now, .column = c, .bin = b, .missing_left = missing_left};
  }
}

static bl_status best_of_column(bl_ctx *ctx, void *arg, size_t i)
{
  bl_boost_grower *g = arg;
  size_t c = g->columns[i], n_bins = g->first[c + 1] - g->first[c] - 1;
  cell *h = g->histogram[g->at->histogram] + g->first[c];
  (void)ctx;
  g->of_column[i] = (gain){.gain = 0};
  if (!n_bins) return BL_OK;
  scan(g, c, false, &g->of_column[i]);
  if (h[n_bins].n > 0) scan(g, c, true, &g->of_column[i]);
  else if (g->of_column[i].gain > 0) { /* none was seen: later they go with the many */ double n = 0;
    for (size_t b = 0; b <= g->of_column[i].bin; b++) n += h[b].n;
    g->of_column[i].missing_left = 2 * n >= g->at->sum.n;
  }
  return BL_OK;
}

static bl_status find_best(bl_ctx *ctx, bl_boost_grower *g, leaf *l, bl_rng *rng)
{
  size_t cols = g->bins->cols, looked = g->p->max_features < cols ? g->p->max_features : cols;
  for (size_t i = 0; looked < cols && i < looked; i++) {
    size_t at = i + (size_t)bl_rng_below(rng, cols - i);
    uint32_t c = g->columns[at];
    g->columns[at] = g->columns[i];
    g->columns[i] = c;
  }
  g->at = l;
  bl_status s = bl_pool_for(ctx, looked, 10.0 * (double)g->n_cells / (double)cols, best_of_column, g);
  l->best = (gain){.gain = 0};
  for (size_t i = 0; !s && i < looked; i++) {
    const gain *now = &g->of_column[i];
    if (now->gain > l->best.gain || (now->gain == l->best.gain && now->gain > 0 && now->column < l->best.column))
      l->best = *now;
  }
  return s;
}

/* ---- growing ----------------------------------------------------------------------------------------------------- */

static bl_status finish_leaf(bl_ctx *ctx, bl_boost_grower *g, const leaf *l, bl_tree_build *out)
{
  double *value;
  size_t at = out->n_leaves;
  void *lo = g->leaf_lo, *hi = g->leaf_hi;
  bl_status s = bl_tree_build_leaf(ctx, out, l->node, &value);
  if (!s) s = bl_grow(ctx, &lo, &g->cap_lo, at + 1, sizeof *g->leaf_lo, g->who);
  g->leaf_lo = lo;
  if (!s) s = bl_grow(ctx, &hi, &g->cap_hi, at + 1, sizeof *g->leaf_hi, g->who);
  g->leaf_hi = hi;
  if (s) return s;
  *value = value_of(g->p, l->sum.gradient, l->sum.hessian);
  g->leaf_lo[at] = l->lo;
  g->leaf_hi[at] = l->hi;
  return BL_OK;
}

static bool may_split(const bl_boost_grower *g, const leaf *l)
{
  return l->hi - l->lo >= 2 * g->p->min_samples_leaf && (!g->p->max_depth || l->depth < g->p->max_depth);
}

/* Where the rows that go right begin. */
static size_t part(bl_boost_grower *g, const leaf *l)
{
  const uint16_t *code = g->bins->code + l->best.column * g->bins->rows;
  size_t n_bins = bl_binned_count(g->bins, l->best.column), left = l->lo, right = 0;
  for (size_t i = l->lo; i < l->hi; i++) {
    uint32_t r = g->row[i];
    bool goes_left = code[r] == n_bins ? l->best.missing_left : code[r] <= l->best.bin;
    g->row[left] = r;
    g->row_room[right] = r;
    left += goes_left;
    right += !goes_left;
  }
  memcpy(g->row + left, g->row_room, right * sizeof *g->row);
  return left;
}

static void sum_of(const bl_boost_grower *g, leaf *l)
{
  l->sum = (cell){.n = (double)(l->hi - l->lo)};
  for (size_t i = l->lo; i < l->hi; i++) {
    l->sum.gradient += (double)g->all_gradient[g->row[i]];
    l->sum.hessian += (double)g->all_hessian[g->row[i]];
  }
}

static bl_status subtract_column(bl_ctx *ctx, void *arg, size_t c)
{
  const bl_boost_grower *g = arg;
  const cell *small = g->histogram[g->at->histogram];
  cell *from = g->histogram[g->whole];
  (void)ctx;
  for (size_t k = g->first[c]; k < g->first[c + 1]; k++) {
    from[k].gradient -= small[k].gradient;
    from[k].hessian -= small[k].hessian;
    from[k].n -= small[k].n;
  }
  return BL_OK;
}

/* Keeps a new leaf for splitting, or finishes it. */
static bl_status add_leaf(bl_ctx *ctx, bl_boost_grower *g, leaf *l, bl_rng *rng, bl_tree_build *out)
{
  bl_status s = may_split(g, l) ? find_best(ctx, g, l, rng) : BL_OK;
  out->weight[l->node] = l->sum.n;
  if (s) return s;
  if (!(l->best.gain > 0)) {
    g->free_histogram[g->n_free++] = l->histogram;
    return finish_leaf(ctx, g, l, out);
  }
  void *v = g->leaves;
  s = bl_grow(ctx, &v, &g->most_leaves, g->n_leaves + 1, sizeof *g->leaves, g->who);
  g->leaves = v;
  if (!s) g->leaves[g->n_leaves++] = *l;
  return s;
}

/* The smaller child is counted, the larger one is what is left of its parent. */
static bl_status count_children(bl_ctx *ctx, bl_boost_grower *g, const leaf *parent, leaf *a, leaf *b)
{
  leaf *small = a->hi - a->lo <= b->hi - b->lo ? a : b, *large = small == a ? b : a;
  large->histogram = parent->histogram;
  bl_status s = take_histogram(ctx, g, &small->histogram);
  if (s || (!may_split(g, a) && !may_split(g, b))) return s;
  s = count(ctx, g, small);
  g->whole = large->histogram;
  return s ? s : bl_pool_for(ctx, g->bins->cols, 3.0 * (double)g->n_cells / (double)g->bins->cols, subtract_column, g);
}

static bl_status split_leaf(bl_ctx *ctx, bl_boost_grower *g, const leaf *l, bl_rng *rng, bl_tree_build *out)
{
  size_t children, n_bins = bl_binned_count(g->bins, l->best.column);
  bl_status s = bl_tree_build_nodes(ctx, out, 2, &children);
  void *v = g->bin_of;
  if (!s) s = bl_grow(ctx, &v, &g->cap_bin, out->n_nodes, sizeof *g->bin_of, g->who);
  g->bin_of = v;
  if (s) return s;
  size_t mid = part(g, l);
  out->feature[l->node] = (int32_t)l->best.column;
  out->left[l->node] = (int32_t)children;
  out->missing_left[l->node] = l->best.missing_left;
  out->threshold[l->node] =
      l->best.bin + 1 < n_bins ? bl_binned_between(g->bins, l->best.column, l->best.bin, l->best.bin + 1) : INFINITY;
  g->bin_of[l->node] = (uint32_t)l->best.bin;
  leaf a = {.node = children, .lo = l->lo, .hi = mid, .depth = l->depth + 1};
  leaf b = {.node = children + 1, .lo = mid, .hi = l->hi, .depth = l->depth + 1};
  leaf *small = mid - l->lo <= l->hi - mid ? &a : &b, *large = small == &a ? &b : &a;
  sum_of(g, small);
  large->sum = (cell){.gradient = l->sum.gradient - small->sum.gradient,
                      .hessian = l->sum.hessian - small->sum.hessian,
                      .n = l->sum.n - small->sum.n};
  s = count_children(ctx, g, l, &a, &b);
  if (!s) s = add_leaf(ctx, g, &a, rng, out);
  return s ? s : add_leaf(ctx, g, &b, rng, out);
}

static leaf take_best(bl_boost_grower *g)
{
  size_t best = 0;
  for (size_t i = 1; i < g->n_leaves; i++)
    if (g->leaves[i].best.gain > g->leaves[best].best.gain) best = i;
  leaf l = g->leaves[best];
  g->leaves[best] = g->leaves[--g->n_leaves];
  return l;
}

bl_status bl_boost_grow(bl_ctx *ctx, bl_boost_grower *g, const uint32_t *rows, size_t n, const float *gradient,
                        const float *hessian, bl_rng *rng, bl_tree_build *out)
{
  leaf root = {.hi = n};
  out->n_values = 1;
  g->all_gradient = gradient, g->all_hessian = hessian, g->n_leaves = 0;
  g->n_free = 0;
  for (size_t i = 0; i < g->n_histograms; i++) g->free_histogram[g->n_free++] = i;
  memcpy(g->row, rows, n * sizeof *g->row);
  bl_status s = bl_tree_build_nodes(ctx, out, 1, &root.node);
  if (!s) s = take_histogram(ctx, g, &root.histogram);
  if (!s) sum_of(g, &root);
  if (!s && may_split(g, &root)) s = count(ctx, g, &root);
  if (!s) s = add_leaf(ctx, g, &root, rng, out);
  while (!s && g->n_leaves && (!g->p->max_leaf_nodes || out->n_leaves + g->n_leaves < g->p->max_leaf_nodes)) {
    leaf l = take_best(g);
    s = split_leaf(ctx, g, &l, rng, out);
  }
  while (!s && g->n_leaves) {
    g->n_leaves--;
    s = finish_leaf(ctx, g, &g->leaves[g->n_leaves], out);
  }
  return s;
}

const uint32_t *bl_boost_leaf(const bl_boost_grower *g, size_t i, size_t *n)
{
  *n = g->leaf_hi[i] - g->leaf_lo[i];
  return g->row + g->leaf_lo[i];
}

size_t bl_boost_leaf_of(const bl_boost_grower *g, const bl_tree_build *tree, size_t row)
{
  size_t at = 0;
  while (tree->feature[at] >= 0) {
    size_t c = (size_t)tree->feature[at], code = g->bins->code[c * g->bins->rows + row];
    bool left = code == bl_binned_count(g->bins, c) ? tree->missing_left[at] : code <= g->bin_of[at];
    at = (size_t)tree->left[at] + !left;
  }
  return (size_t)tree->left[at];
}
