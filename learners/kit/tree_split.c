/* tree_split.c: see tree_split.h. Few rows are sorted by their codes; of many a histogram over the bins is made. Both walk the
 * codes upwards and move rows, or bins, from the right side to the left. */
#include "tree_split.h"

#include <math.h>
#include <string.h>

#include "baleen/memory.h"

enum { FEW = 24 }; /* rows that insertion sorts */

bl_status bl_node_splitter_new(bl_ctx *ctx, const char *who, const bl_tree_params *p, const bl_tree_data *data,
                               bl_rng *rng, bl_node_splitter *out)
{
  size_t most = 0, k = data->n_classes ? data->n_classes : 3;
  for (size_t c = 0; c < data->bins->cols; c++)
    most = most > bl_binned_count(data->bins, c) ? most : bl_binned_count(data->bins, c);
  *out = (bl_node_splitter){.p = p, .data = data, .rng = rng};
  out->histogram = bl_calloc(ctx, most + 1, k * sizeof *out->histogram);
  out->count = bl_calloc(ctx, most + 1, sizeof *out->count);
  out->block = out->order = bl_calloc(ctx, 2 * data->bins->rows, sizeof *out->order);
  out->left = bl_calloc(ctx, 3 * k, sizeof *out->left);
  if (!out->histogram || !out->count || !out->order || !out->left) return bl_fail_nomem(ctx, who);
  out->swap = out->order + data->bins->rows;
  out->right = out->left + k;
  out->missing = out->right + k;
  return BL_OK;
}

void bl_node_splitter_free(bl_ctx *ctx, bl_node_splitter *s)
{
  bl_free(ctx, s->histogram);
  bl_free(ctx, s->count);
  bl_free(ctx, s->block);
  bl_free(ctx, s->left);
}

/* ---- impurity ---------------------------------------------------------------------------------------------------- */

static double x_log2_x(double x) { return x > 0 ? x * log2(x) : 0; }

/* A side of the split as it grows: sums, and for classes what the criterion makes of them. */
typedef struct side {
  double w, sum;
  double merit;     /* gini: sum of squared class weights; entropy: sum of c log2 c */
  double *of_class; /* classifier */
  size_t n;
} side;

static double merit_of(bl_tree_criterion c, const double *of_class, size_t k)
{
  double sum = 0;
  for (size_t i = 0; i < k; i++) sum += c == BL_TREE_GINI ? of_class[i] * of_class[i] : x_log2_x(of_class[i]);
  return sum;
}

/* Larger is purer; the difference between two sides and the node is what a split gains, times the weight. */
static double purity(bl_tree_criterion c, const side *s)
{
  if (!(s->w > 0)) return 0;
  if (c == BL_TREE_SQUARED_ERROR) return s->sum * s->sum / s->w;
  return c == BL_TREE_GINI ? s->merit / s->w : s->merit - x_log2_x(s->w);
}

double bl_node_impurity(const bl_node_splitter *s, const bl_node_sums *node)
{
  bl_tree_criterion c = s->p->criterion;
  side all = {.w = node->w, .sum = node->sum};
  if (c == BL_TREE_SQUARED_ERROR) return fmax(0, node->square - purity(c, &all));
  all.merit = merit_of(c, node->of_class, s->data->n_classes);
  return c == BL_TREE_GINI ? fmax(0, node->w - purity(c, &all)) : fmax(0, -purity(c, &all));
}

/* One class's weight in a side grows by w, or shrinks. */
static void add_class(bl_tree_criterion c, side *s, size_t class, double w)
{
  double *at = &s->of_class[class], before = *at;
  *at = before + w;
  s->w += w;
  s->merit += c == BL_TREE_GINI ? w * (2 * before + w) : x_log2_x(*at) - x_log2_x(before);
}

/* ---- moving rows from right to left ------------------------------------------------------------------------------ */

typedef struct scan {
  bl_node_splitter *s;
  size_t column;
  bl_split *best;
  side left, right;
  double before; /* purity of the node */
  size_t last;   /* bin that moved last */
  bool missing_left, any;
} scan;

/* The rows moved so far against the others, which begin with bin `next`. */
static void weigh_split(scan *c, size_t next, bool only_missing)
{
  const bl_tree_params *p = c->s->p;
  if (c->left.n < p->min_samples_leaf || c->right.n < p->min_samples_leaf) return;
  if (c->left.w < c->s->least_weight || c->right.w < c->s->least_weight) return;
  double gain = purity(p->criterion, &c->left) + purity(p->criterion, &c->right) - c->before;
  if (!(gain > c->best->gain)) return;
  *c->best = (bl_split){.gain = gain,
                        .column = c->column,
                        .left_bin = c->last,
                        .right_bin = next,
                        .missing_left = c->missing_left,
                        .all_missing_right = only_missing,
                        .at = (double)NAN};
}

static void move_row(scan *c, const bl_node_rows *rows, size_t i)
{
  double w = rows->w[i];
  if (rows->class) {
    add_class(c->s->p->criterion, &c->left, rows->class[i], w);
    add_class(c->s->p->criterion, &c->right, rows->class[i], -w);
  } else {
    c->left.w += w, c->right.w -= w;
    c->left.sum += w * rows->y[i], c->right.sum -= w * rows->y[i];
  }
  c->left.n++, c->right.n--;
}

static void move_bin(scan *c, size_t bin)
{
  size_t k = c->s->data->n_classes;
  const double *h = c->s->histogram + bin * (k ? k : 3);
  for (size_t i = 0; i < k; i++) {
    if (h[i] == 0) continue;
    add_class(c->s->p->criterion, &c->left, i, h[i]);
    add_class(c->s->p->criterion, &c->right, i, -h[i]);
  }
  if (!k) {
    c->left.w += h[0], c->right.w -= h[0];
    c->left.sum += h[1], c->right.sum -= h[1];
  }
  c->left.n += c->s->count[bin], c->right.n -= c->s->count[bin];
}

static void begin(scan *c, const bl_node_sums *node)
{
  size_t k = c->s->data->n_classes;
  c->left = (side){.of_class = c->s->left};
  c->right = (side){.w = node->w, .sum = node->sum, .of_class = c->s->right, .n = node->n};
  memset(c->s->left, 0, k * sizeof *c->s->left);
  if (k) {
    memcpy(c->s->right, node->of_class, k * sizeof *c->s->right);
    c->right.merit = merit_of(c->s->p->criterion, node->of_class, k);
  }
  c->before = purity(c->s->p->criterion, &c->right);
  c->any = false;
}

/* ---- many rows: a histogram -------------------------------------------------------------------------------------- */

static void count_rows(bl_node_splitter *s, const bl_node_rows *rows, size_t n_codes)
{
  size_t k = s->data->n_classes;
  double *h = s->histogram;
  memset(h, 0, n_codes * (k ? k : 3) * sizeof *h);
  memset(s->count, 0, n_codes * sizeof *s->count);
  if (k)
    for (size_t i = 0; i < rows->n; i++) h[rows->key[i] * k + rows->class[i]] += rows->w[i], s->count[rows->key[i]]++;
  else
    for (size_t i = 0; i < rows->n; i++) {
      double *at = h + rows->key[i] * 3;
      at[0] += rows->w[i];
      at[1] += rows->w[i] * rows->y[i];
      s->count[rows->key[i]]++;
    }
}

static void scan_histogram(scan *c, size_t n_bins, bool missing_left)
{
  const bl_node_splitter *s = c->s;
  c->missing_left = missing_left;
  if (missing_left) move_bin(c, n_bins);
  for (size_t bin = 0; bin < n_bins; bin++) {
    if (!s->count[bin]) continue;
    if (c->any) weigh_split(c, bin, false);
    move_bin(c, bin);
    c->last = bin;
    c->any = true;
  }
  if (!missing_left && s->count[n_bins] && c->any) weigh_split(c, n_bins, true);
}

/* ---- few rows: in order of their codes --------------------------------------------------------------------------- */

static void sort_keys(bl_node_splitter *s, const bl_node_rows *rows, size_t n_codes)
{
  uint32_t *v = s->order;
  size_t n = rows->n;
  if (n <= FEW) {
    for (size_t i = 0; i < n; i++) {
      uint32_t x = (uint32_t)rows->key[i] << 16 | (uint32_t)i;
      size_t at = i;
      for (; at > 0 && v[at - 1] > x; at--) v[at] = v[at - 1];
      v[at] = x;
    }
    return;
  }
  for (size_t i = 0; i < n; i++) v[i] = (uint32_t)rows->key[i] << 16 | (uint32_t)i;
  for (unsigned shift = 16; shift < 32 && n_codes > (size_t)1 << (shift - 16); shift += 8) {
    uint32_t begin[257] = {0}, *swap = s->swap;
    for (size_t i = 0; i < n; i++) begin[(v[i] >> shift & 255) + 1]++;
    for (size_t k = 0; k < 256; k++) begin[k + 1] += begin[k];
    for (size_t i = 0; i < n; i++) swap[begin[v[i] >> shift & 255]++] = v[i];
    s->swap = v;
    v = s->order = swap;
  }
}

static void scan_sorted(scan *c, const bl_node_rows *rows, size_t n_bins, bool missing_left)
{
  const uint32_t *v = c->s->order;
  size_t n = rows->n, present = n;
  c->missing_left = missing_left;
  while (present > 0 && v[present - 1] >> 16 == n_bins) present--;
  for (size_t i = present; missing_left && i < n; i++) move_row(c, rows, v[i] & 0xffff);
  for (size_t i = 0; i < present; i++) {
    size_t bin = v[i] >> 16;
    if (c->any && bin != c->last) weigh_split(c, bin, false);
    move_row(c, rows, v[i] & 0xffff);
    c->last = bin;
    c->any = true;
  }
  if (!missing_left && present < n && c->any) weigh_split(c, n_bins, true);
}

/* ---- one place, drawn -------------------------------------------------------------------------------------------- */

/* The rows whose code is at most `cut`, or `also`, against the others: one place alone is weighed, so that sums are enough. */
static void take_left(scan *c, const bl_node_rows *rows, size_t cut, size_t also, const bl_node_sums *node)
{
  size_t k = c->s->data->n_classes;
  side *left = &c->left, *right = &c->right;
  /* without branches: which side a row goes to is as good as drawn, and could not be foretold */
  for (size_t i = 0; i < rows->n; i++) {
    bool goes = rows->key[i] <= cut || rows->key[i] == also;
    double w = goes ? rows->w[i] : 0;
    left->n += goes;
    left->w += w;
    if (k) left->of_class[rows->class[i]] += w;
    else left->sum += w * rows->y[i];
  }
  right->n = node->n - left->n;
  right->w = node->w - left->w;
  right->sum = node->sum - left->sum;
  for (size_t i = 0; i < k; i++) right->of_class[i] = node->of_class[i] - left->of_class[i];
  if (!k) return;
  left->merit = merit_of(c->s->p->criterion, left->of_class, k);
  right->merit = merit_of(c->s->p->criterion, right->of_class, k);
}

/* Between the least and the largest value of these rows, each place as likely. */
static bool split_at_random(bl_node_splitter *s, scan *c, const bl_node_rows *rows, const bl_node_sums *node)
{
  const bl_binned *bins = s->data->bins;
  size_t n_bins = bl_binned_count(bins, c->column), least, most, missing = 0;
  const float *low = bins->low + bins->first[c->column], *high = bins->high + bins->first[c->column];
  uint16_t smallest = UINT16_MAX, largest = 0;
  for (size_t i = 0; i < rows->n; i++) {
    uint16_t key = rows->key[i], present = key == n_bins ? 0 : key;
    smallest = key < smallest ? key : smallest;
    largest = present > largest ? present : largest;
    missing += key == n_bins;
  }
  least = smallest;
  most = largest;
  if (missing == rows->n || (least == most && !missing)) return false;
  double at = bl_rng_between(s->rng, (double)low[least], (double)high[most]);
  bool missing_left = missing && bl_rng_below(s->rng, 2);
  size_t cut = least;
  while (cut + 1 < most && (double)low[cut + 1] <= at) cut++;
  begin(c, node);
  c->missing_left = missing_left;
  take_left(c, rows, least == most ? n_bins - 1 : cut, least != most && missing_left ? n_bins : SIZE_MAX, node);
  c->last = cut;
  double gain = c->best->gain;
  if (least == most) c->missing_left = false;
  weigh_split(c, least == most ? n_bins : cut + 1, least == most);
  if (c->best->gain > gain)
    c->best->at = at >= (double)high[cut] && at < (double)low[cut + 1 < n_bins ? cut + 1 : cut] ? at : (double)NAN;
  return true;
}

bool bl_split_column(bl_node_splitter *s, size_t column, const bl_node_rows *rows, const bl_node_sums *node,
                     bl_split *best)
{
  size_t n_bins = bl_binned_count(s->data->bins, column);
  scan c = {.s = s, .column = column, .best = best};
  if (s->p->random_thresholds) return split_at_random(s, &c, rows, node);
  bool sorted = rows->n < n_bins; /* positions fit the lower half, then */
  if (sorted) sort_keys(s, rows, n_bins + 1);
  else count_rows(s, rows, n_bins + 1);
  bool missing = sorted ? s->order[rows->n - 1] >> 16 == n_bins : s->count[n_bins] > 0, varies;
  varies = sorted ? s->order[0] >> 16 != s->order[rows->n - 1] >> 16 : true;
  for (int turn = 0; varies && turn < 1 + missing; turn++) {
    begin(&c, node);
    if (sorted) scan_sorted(&c, rows, n_bins, turn == 1);
    else scan_histogram(&c, n_bins, turn == 1);
  }
  if (!sorted) { /* more than one code has rows */
    size_t codes = 0;
    for (size_t b = 0; b <= n_bins && codes < 2; b++) codes += s->count[b] > 0;
    varies = codes > 1;
  }
  return varies;
}
