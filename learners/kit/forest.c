/* forest.c: see forest.h. */
#include "forest.h"

#include <math.h>
#include <string.h>

#include "baleen/pool.h"
#include "kit.h"
#include "linear_classifier.h"
#include "tree_grow.h"

enum { EXACT_ROWS = 10000, FEW_BINS = 255, ROWS_AT_ONCE = 128 };
enum { NONE, SQRT, LOG2 };

const char *const bl_forest_none[] = {"none", NULL};
const char *const bl_forest_auto[] = {"auto", NULL};
const char *const bl_forest_features[] = {"none", "sqrt", "log2", NULL};
const char *const bl_forest_class_criteria[] = {"gini", "entropy", "log_loss", NULL};
const char *const bl_forest_number_criteria[] = {"squared_error", NULL};

const bl_field bl_forest_fields[] = {BL_TREES_FIELDS(bl_forest_state),
                                     BL_FIELD_VECTOR(bl_forest_state, feature_importances, BL_F64, n_features,
                                                     "share of the fall of impurity that each column's splits brought"),
                                     BL_FIELD_VECTOR(bl_forest_state, oob_score, BL_F64, n_oob,
                                                     "accuracy or R^2 of rows by trees that did not see them"),
                                     BL_FIELD_END};

/* ---- growing ----------------------------------------------------------------------------------------------------- */

typedef struct growing {
  const bl_forest_params *p;
  const bl_forest_kind *kind;
  const bl_train *t;
  bl_tree_params tree;
  bl_tree_data data;
  size_t n_trees, n_drawn;
  bl_tree_build *trees;
  double *importance; /* [tree][cols] */
  uint8_t *seen;      /* [tree][rows], of oob_score; else NULL */
} growing;

/* A count, or below 1 a share of all rows, rounded up. */
static size_t rows_of(double v, size_t rows, size_t least)
{
  double n = v < 1 ? ceil(v * (double)rows) : v;
  return n < (double)least ? least : n < 1e15 ? (size_t)n : (size_t)1e15;
}

static size_t columns_of(const bl_forest_params *p, size_t cols)
{
  double n = (double)cols, want = n;
  if (p->max_features.word == SQRT) want = floor(sqrt(n));
  else if (p->max_features.word == LOG2) want = floor(log2(n));
  else if (p->max_features.word < 0)
    want = p->max_features.real <= 1 ? floor(p->max_features.real * n) : p->max_features.real;
  return want < 1 ? 1 : want > n ? cols : (size_t)want;
}

static bl_tree_params tree_params(const bl_forest_params *p, const bl_forest_kind *kind, const bl_train *t)
{
  size_t rows = t->X.rows;
  bl_tree_criterion criterion = BL_TREE_SQUARED_ERROR;
  if (t->n_classes) criterion = p->criterion == 0 ? BL_TREE_GINI : BL_TREE_ENTROPY;
  return (bl_tree_params){.criterion = criterion,
                          .max_depth = p->max_depth.word < 0 ? (size_t)p->max_depth.real : 0,
                          .max_leaf_nodes = p->max_leaf_nodes.word < 0 ? (size_t)p->max_leaf_nodes.real : 0,
                          .min_samples_split = rows_of(p->min_samples_split, rows, 2),
                          .min_samples_leaf = rows_of(p->min_samples_leaf, rows, 1),
                          .max_features = columns_of(p, t->X.cols),
                          .min_impurity_decrease = p->min_impurity_decrease,
                          .min_weight_fraction_leaf = p->min_weight_fraction_leaf,
                          .random_thresholds = kind->random_thresholds};
}

/* How often each row was drawn, times its weight. */
static void draw_rows(const growing *g, bl_rng *rng, uint8_t *seen, double *weight)
{
  size_t rows = g->t->X.rows;
  for (size_t k = 0; k < g->n_drawn; k++) weight[bl_rng_below(rng, rows)]++;
  for (size_t i = 0; i < rows; i++) {
    if (seen) seen[i] = weight[i] > 0;
    if (g->t->weight) weight[i] *= g->t->weight[i];
  }
}

static bl_status grow_one(bl_ctx *ctx, void *arg, size_t i)
{
  growing *g = arg;
  size_t rows = g->t->X.rows;
  bl_rng rng = bl_rng_make((uint64_t)g->p->random_state, "tree", i);
  double *weight = NULL;
  if (g->n_drawn) {
    if (!(weight = bl_calloc(ctx, rows, sizeof *weight))) return bl_fail_nomem(ctx, g->kind->who);
    draw_rows(g, &rng, g->seen ? g->seen + i * rows : NULL, weight);
  }
  bl_status s = bl_tree_grow(ctx, g->kind->who, &g->tree, &g->data, weight ? weight : g->t->weight, &rng,
                             g->importance + i * g->t->X.cols, &g->trees[i]);
  bl_free(ctx, weight);
  return s ? s : BL_CHECK_CANCEL(ctx);
}

/* Each tree's shares sum to 1, and so do their means. */
static bl_status average_importance(bl_ctx *ctx, const growing *g, bl_forest_state *s)
{
  size_t cols = s->n_features = g->t->X.cols;
  double all = 0;
  if (!(s->feature_importances = bl_calloc(ctx, cols, sizeof(double)))) return bl_fail_nomem(ctx, g->kind->who);
  for (size_t t = 0; t < g->n_trees; t++) {
    const double *v = g->importance + t * cols;
    double sum = 0;
    for (size_t c = 0; c < cols; c++) sum += v[c];
    for (size_t c = 0; c < cols && sum > 0; c++) s->feature_importances[c] += v[c] / sum;
  }
  for (size_t c = 0; c < cols; c++) all += s->feature_importances[c];
  for (size_t c = 0; c < cols && all > 0; c++) s->feature_importances[c] /= all;
  return BL_OK;
}

/* ---- what rows score by the trees that did not see them ---------------------------------------------------------- */

typedef struct judging {
  const growing *g;
  const bl_trees *trees;
  const bl_tree_node *nodes;
  double *sum; /* [rows][values] */
  uint32_t *n; /* [rows]: trees that did not see it */
} judging;

static bl_status judge_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  judging *j = arg;
  size_t rows = j->g->t->X.rows, k = j->trees->n_values;
  (void)ctx;
  for (size_t t = 0; t < j->g->n_trees; t++)
    for (size_t i = lo; i < hi; i++) {
      if (j->g->seen[t * rows + i]) continue;
      bl_trees_add(j->trees, j->nodes, t, t + 1, &j->g->t->X, i, i + 1, j->sum + i * k);
      j->n[i]++;
    }
  return BL_OK;
}

static double oob_of(const judging *j, const double *y)
{
  size_t rows = j->g->t->X.rows, k = j->trees->n_values, judged = 0;
  double right = 0, mean = 0, total = 0, error = 0;
  for (size_t i = 0; i < rows; i++) {
    if (!j->n[i]) continue;
    judged++;
    mean += y[i];
    if (j->g->t->n_classes) right += bl_top_class(j->sum + i * k, k) == y[i];
  }
  if (!judged) return NAN;
  if (j->g->t->n_classes) return right / (double)judged;
  mean /= (double)judged;
  for (size_t i = 0; i < rows; i++) {
    if (!j->n[i]) continue;
    double e = y[i] - j->sum[i] / j->n[i];
    error += e * e;
    total += (y[i] - mean) * (y[i] - mean);
  }
  return total > 0 ? 1 - error / total : (double)NAN;
}

static bl_status score_unseen(bl_ctx *ctx, const growing *g, bl_forest_state *s)
{
  size_t rows = g->t->X.rows;
  bl_tree_node *nodes = bl_calloc(ctx, s->trees.n_nodes, sizeof *nodes);
  judging j = {.g = g, .trees = &s->trees, .nodes = nodes};
  j.sum = bl_calloc(ctx, rows, s->trees.n_values * sizeof *j.sum);
  j.n = bl_calloc(ctx, rows, sizeof *j.n);
  bl_status status = nodes && j.sum && j.n ? BL_OK : bl_fail_nomem(ctx, g->kind->who);
  if (!status) bl_trees_ready(&s->trees, nodes);
  if (!status) status = bl_pool_chunks(ctx, rows, 256, 20.0 * (double)g->n_trees, judge_rows, &j);
  double score = status ? (double)NAN : oob_of(&j, g->t->y);
  if (!status && !isfinite(score))
    bl_warn(ctx, BL_W_UNDEFINED, "%s: no oob_score: each row was seen by every tree, or targets do not vary",
            g->kind->who);
  else if (!status && !(s->oob_score = bl_calloc(ctx, s->n_oob = 1, sizeof *s->oob_score)))
    status = bl_fail_nomem(ctx, g->kind->who);
  if (s->oob_score) *s->oob_score = score;
  bl_free(ctx, nodes);
  bl_free(ctx, j.sum);
  bl_free(ctx, j.n);
  return status;
}

/* ---- fit --------------------------------------------------------------------------------------------------------- */

static bl_status need_sense(bl_ctx *ctx, const bl_forest_params *p, const bl_forest_kind *kind, const bl_train *t)
{
  double f = p->max_features.real;
  if (t->n_classes > 65535)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu classes; trees take 65535 at most", kind->who, t->n_classes);
  if (t->X.rows > INT32_MAX / 2 || t->X.cols > INT32_MAX)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu x %zu is too large; take a part of the rows", kind->who, t->X.rows,
                   t->X.cols);
  if (p->max_features.word < 0 && f > 1 && f != floor(f))
    return bl_fail(ctx, BL_E_CONFIG, "%s: max_features is %g; above 1 it is a count of columns and must be whole",
                   kind->who, f);
  if (!kind->one_tree && p->oob_score && !p->bootstrap)
    return bl_fail(ctx, BL_E_CONFIG, "%s: oob_score needs bootstrap: without it each tree sees all rows", kind->who);
  if (!kind->one_tree && p->max_samples.word < 0 && !p->bootstrap)
    return bl_fail(ctx, BL_E_CONFIG, "%s: max_samples needs bootstrap: without it each tree sees all rows", kind->who);
  return BL_OK;
}

static size_t drawn_of(const bl_forest_params *p, size_t rows)
{
  double n = p->max_samples.word < 0 ? p->max_samples.real : (double)rows;
  if (p->max_samples.word < 0 && n <= 1) n = rint(n * (double)rows);
  return n < 1 ? 1 : n > (double)rows ? rows : (size_t)n;
}

/* Targets less their mean, so that sums of squares keep their digits. */
static bl_status centre(bl_ctx *ctx, const bl_forest_kind *kind, const bl_train *t, double **y, double *mean)
{
  *mean = 0;
  *y = NULL;
  if (t->n_classes) return BL_OK;
  if (!(*y = bl_calloc(ctx, t->X.rows, sizeof **y))) return bl_fail_nomem(ctx, kind->who);
  for (size_t i = 0; i < t->X.rows; i++) *mean += t->y[i] / (double)t->X.rows;
  for (size_t i = 0; i < t->X.rows; i++) (*y)[i] = t->y[i] - *mean;
  return BL_OK;
}

static bl_status grow_trees(bl_ctx *ctx, growing *g, double mean, bl_forest_state *s)
{
  double cost = 20.0 * (double)g->t->X.rows * (double)g->tree.max_features;
  bl_status status = g->kind->one_tree ? grow_one(ctx, g, 0) : bl_pool_for(ctx, g->n_trees, cost, grow_one, g);
  if (!status) status = bl_trees_pack(ctx, g->kind->who, g->trees, g->n_trees, &s->trees);
  for (size_t i = 0; !status && !g->t->n_classes && i < s->trees.n_leaves; i++) s->trees.value[i] += mean;
  if (!status) status = average_importance(ctx, g, s);
  return !status && g->seen ? score_unseen(ctx, g, s) : status;
}

bl_status bl_forest_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_forest_kind *kind)
{
  const bl_forest_params *p = self->params;
  bl_forest_state *s = self->state;
  size_t rows = t->X.rows, most = rows <= EXACT_ROWS ? BL_BINNED_MOST : FEW_BINS;
  growing g = {.p = p, .kind = kind, .t = t, .n_trees = kind->one_tree ? 1 : (size_t)p->n_estimators};
  bl_binned bins = {0};
  double *y = NULL, mean = 0;
  bl_status status = need_sense(ctx, p, kind, t);
  if (status) return status;
  if (p->max_bins.word < 0) most = (size_t)p->max_bins.real;
  if (!kind->one_tree && p->bootstrap) g.n_drawn = drawn_of(p, rows);
  g.tree = tree_params(p, kind, t);
  g.trees = bl_calloc(ctx, g.n_trees, sizeof *g.trees);
  g.importance = bl_calloc(ctx, g.n_trees, t->X.cols * sizeof *g.importance);
  if (!kind->one_tree && p->oob_score) g.seen = bl_calloc(ctx, g.n_trees, rows);
  if (!g.trees || !g.importance || (!kind->one_tree && p->oob_score && !g.seen)) status = bl_fail_nomem(ctx, kind->who);
  if (!status) status = bl_binned_new(ctx, &t->X, most, &bins);
  if (!status) status = centre(ctx, kind, t, &y, &mean);
  g.data = (bl_tree_data){.bins = &bins, .y = y ? y : t->y, .n_classes = t->n_classes};
  if (!status) status = grow_trees(ctx, &g, mean, s);
  for (size_t i = 0; g.trees && i < g.n_trees; i++) bl_tree_build_free(ctx, &g.trees[i]);
  bl_binned_free(ctx, &bins);
  bl_free(ctx, g.trees);
  bl_free(ctx, g.importance);
  bl_free(ctx, g.seen);
  bl_free(ctx, y);
  return status;
}

/* ---- slots ------------------------------------------------------------------------------------------------------- */

size_t bl_forest_class_width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  return op == BL_PREDICT_PROBA ? self->n_classes ? self->n_classes : 1 : 0;
}

size_t bl_forest_number_width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
}

typedef struct room {
  bl_tree_node *nodes;
  double *sum; /* [ROWS_AT_ONCE][values] */
} room;

bl_status bl_forest_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  const bl_trees *t = &((const bl_forest_state *)self->state)->trees;
  double *v;
  size_t of_nodes = (t->n_nodes * sizeof(bl_tree_node) + sizeof *v - 1) / sizeof *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, of_nodes + ROWS_AT_ONCE * t->n_values, &v);
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  *r = (room){.nodes = (bl_tree_node *)(void *)v, .sum = v + of_nodes};
  bl_trees_ready(t, r->nodes);
  return BL_OK;
}

static void answer(const bl_estimator *self, const double *sum, double n_trees, size_t i, const bl_answer *out)
{
  size_t k = self->n_classes;
  if (!k) {
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = sum[0] / n_trees;
    return;
  }
  if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = bl_top_class(sum, k);
  for (size_t c = 0; out->v[BL_PREDICT_PROBA] && c < k; c++) out->v[BL_PREDICT_PROBA][i * k + c] = sum[c] / n_trees;
}

/* Tree by tree over a few rows, so that a tree stays in the cache; each row sums its trees in order. */
bl_status bl_forest_apply(bl_ctx *ctx, const bl_estimator *self, void *of_forest, const bl_cmat *X,
                          const bl_answer *out)
{
  const bl_trees *t = &((const bl_forest_state *)self->state)->trees;
  const room *r = of_forest;
  size_t n_trees = t->n_trees_plus_one - 1;
  (void)ctx;
  for (size_t lo = 0; lo < X->rows; lo += ROWS_AT_ONCE) {
    size_t hi = lo + ROWS_AT_ONCE < X->rows ? lo + ROWS_AT_ONCE : X->rows;
    memset(r->sum, 0, (hi - lo) * t->n_values * sizeof *r->sum);
    bl_trees_add(t, r->nodes, 0, n_trees, X, lo, hi, r->sum);
    for (size_t i = lo; i < hi; i++) answer(self, r->sum + (i - lo) * t->n_values, (double)n_trees, i, out);
  }
  return BL_OK;
}

double bl_forest_work(const bl_estimator *self)
{
  const bl_trees *t = &((const bl_forest_state *)self->state)->trees;
  return 30 * (double)t->n_trees_plus_one;
}

bl_status bl_forest_check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_forest_state *s = self->state;
  return bl_trees_check(ctx, self->cls->name, &s->trees, self->n_features, self->n_classes ? self->n_classes : 1);
}
