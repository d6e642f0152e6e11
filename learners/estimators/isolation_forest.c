/* isolation_forest: rows that random cuts part from the rest after few cuts are odd (Liu, Ting and Zhou 2008).
 *
 * Each tree takes psi rows, without repetition unless bootstrap, and cuts a random column that varies at a random place
 * between its least and largest value, down to ceil(log2 psi) cuts or one row. A row's path h is the number of cuts to
 * its leaf plus c(rows in the leaf); c(n) = 2 (ln(n - 1) + gamma) - 2 (n - 1) / n, c(2) = 1, c(1) = 0.
 * score_samples = -2^(-mean h / c(psi)), about -0.5 for a row like all others, towards -1 for odd ones;
 * decision = score_samples - offset; offset -0.5, or with a contamination that percentile of the training scores.
 * As scikit-learn's IsolationForest, but for its draws, and that any two different floats can be told apart: its limit
 * of 1e-7 would call EEG in volts constant.
 *
 * All trees lie in three flat arrays; a tree is the run start[t] .. start[t + 1]. Node i of a tree is a leaf when
 * feature is -1, threshold being its h; else rows with x <= threshold go to left, the others to left + 1, both behind
 * i. */
#include <math.h>
#include <string.h>

#include "baleen/pool.h"
#include "baleen/random.h"
#include "baleen/sort.h"
#include "kit.h"

enum { AUTO, AUTO_ROWS = 256, SCORE_ROWS = 64 };

static const double euler_gamma = 0.57721566490153286061;
static const char *const automatic[] = {"auto", NULL};

typedef struct params {
  int64_t n_estimators, random_state;
  bl_word max_samples, contamination;
  double max_features;
  bool bootstrap;
} params;

typedef struct state {
  size_t n_trees_plus_one, n_nodes;
  int64_t *start;
  int32_t *feature, *left;
  double *threshold;
  int64_t psi; /* rows a tree saw */
  double offset;
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_estimators, "100", 1, 100000, "", "trees"),
    BL_WORD(params, max_samples, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "",
            "rows a tree sees: auto is 256, up to 1 a share of all, above 1 a whole count"),
    BL_WORD(params, contamination, "auto", automatic, 0, 0.5, BL_OPT_OPEN_LO, "",
            "share of training rows to call odd; auto: those with score below -0.5"),
    BL_REAL_ABOVE(params, max_features, "1", 0, 1, "", "share of the columns that a tree may cut"),
    BL_BOOL(params, bootstrap, "false", "draw a tree's rows with repetition"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, start, BL_I64, n_trees_plus_one, "first node of each tree, and the count of all"),
    BL_FIELD_VECTOR(state, feature, BL_I32, n_nodes, "column cut at a node; -1: leaf"),
    BL_FIELD_VECTOR(state, left, BL_I32, n_nodes,
                    "node, within its tree, for x <= threshold; the next one for x above"),
    BL_FIELD_VECTOR(state, threshold, BL_F64, n_nodes, "where it cuts; of a leaf: length of the path"),
    BL_FIELD_SCALAR(state, psi, BL_I64, "rows a tree saw (max_samples_ of scikit-learn)"),
    BL_FIELD_SCALAR(state, offset, BL_F64, "score_samples below it are odd"),
    BL_FIELD_END};

/* Mean path of an unsuccessful search in a tree of n rows. */
static double average_path(double n)
{
  if (n <= 1) return 0;
  return n <= 2 ? 1 : 2 * (log(n - 1) + euler_gamma) - 2 * (n - 1) / n;
}

/* ---- growing ----------------------------------------------------------------------------------------------------- */

typedef struct forest {
  const bl_cmat *X;
  const params *p;
  size_t psi, n_columns, max_depth, room; /* room: most nodes of a tree */
  int32_t *feature, *left;
  double *threshold; /* room entries a tree */
  size_t *n_nodes;   /* of each tree */
} forest;

typedef struct tree {
  const forest *f;
  bl_rng rng;
  uint32_t *rows, *columns; /* columns: those it may cut, in any order */
  int32_t *feature, *left;
  double *threshold;
  size_t n_nodes;
} tree;

static void range_of(const tree *t, size_t lo, size_t hi, size_t column, float *least, float *most)
{
  *least = INFINITY;
  *most = -INFINITY;
  for (size_t i = lo; i < hi; i++) {
    float x = bl_crow(t->f->X, t->rows[i])[column];
    *least = x < *least ? x : *least;
    *most = x > *most ? x : *most;
  }
}

/* A column that varies over the rows, each as likely, and a place to cut it. False: none varies. */
static bool draw_cut(tree *t, size_t lo, size_t hi, size_t *column, double *threshold)
{
  float least, most;
  for (size_t left = t->f->n_columns; left > 0; left--) {
    size_t at = (size_t)bl_rng_below(&t->rng, left);
    *column = t->columns[at];
    range_of(t, lo, hi, *column, &least, &most);
    if (most > least) {
      *threshold = bl_rng_between(&t->rng, (double)least, (double)most);
      if (!(*threshold < (double)most)) *threshold = (double)least;
      return true;
    }
    t->columns[at] = t->columns[left - 1]; /* not drawn again at this node; stays in the list for others */
    t->columns[left - 1] = (uint32_t)*column;
  }
  return false;
}

/* Brings rows with x <= threshold to the front; returns where the others begin. */
static size_t part(tree *t, size_t lo, size_t hi, size_t column, double threshold)
{
  while (lo < hi) {
    if ((double)bl_crow(t->f->X, t->rows[lo])[column] <= threshold) {
      lo++;
      continue;
    }
    uint32_t r = t->rows[--hi];
    t->rows[hi] = t->rows[lo];
    t->rows[lo] = r;
  }
  return lo;
}

/* Depth is at most 32: ceil(log2) of a count of rows. */
static void grow(tree *t, size_t node, size_t lo, size_t hi, size_t depth)
{
  size_t column;
  double threshold;
  if (depth >= t->f->max_depth || hi - lo < 2 || !draw_cut(t, lo, hi, &column, &threshold)) {
    t->feature[node] = -1;
    t->threshold[node] = (double)depth + average_path((double)(hi - lo));
    return;
  }
  size_t mid = part(t, lo, hi, column, threshold), left = t->n_nodes;
  t->n_nodes += 2;
  t->feature[node] = (int32_t)column;
  t->threshold[node] = threshold;
  t->left[node] = (int32_t)left;
  grow(t, left, lo, mid, depth + 1);
  grow(t, left + 1, mid, hi, depth + 1);
}

static bl_status grow_tree(bl_ctx *ctx, void *arg, size_t i)
{
  const forest *f = arg;
  size_t n = f->X->rows, d = f->X->cols;
  tree t = {.f = f, .rng = bl_rng_make((uint64_t)f->p->random_state, "isolation_forest.tree", i)};
  uint32_t *block = bl_calloc(ctx, n + d, sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "an isolation tree");
  t.rows = block;
  t.columns = block + n;
  t.feature = f->feature + i * f->room;
  t.left = f->left + i * f->room;
  t.threshold = f->threshold + i * f->room;
  t.n_nodes = 1;
  for (size_t r = 0; r < n; r++) t.rows[r] = (uint32_t)r;
  for (size_t k = 0; k < f->psi; k++) {
    size_t at = f->p->bootstrap ? (size_t)bl_rng_below(&t.rng, n) : k + (size_t)bl_rng_below(&t.rng, n - k);
    uint32_t taken = f->p->bootstrap ? (uint32_t)at : t.rows[at];
    if (!f->p->bootstrap) t.rows[at] = t.rows[k];
    t.rows[k] = taken;
  }
  for (size_t c = 0; c < d; c++) t.columns[c] = (uint32_t)c;
  for (size_t k = 0; k < f->n_columns && f->n_columns < d; k++) {
    size_t at = k + (size_t)bl_rng_below(&t.rng, d - k);
    uint32_t c = t.columns[at];
    t.columns[at] = t.columns[k];
    t.columns[k] = c;
  }
  grow(&t, 0, 0, f->psi, 0);
  f->n_nodes[i] = t.n_nodes;
  bl_free(ctx, block);
  return BL_CHECK_CANCEL(ctx);
}

/* The trees' nodes one after the other into the state. */
static bl_status pack(bl_ctx *ctx, const forest *f, size_t n_trees, state *s)
{
  s->n_trees_plus_one = n_trees + 1;
  for (size_t t = 0; t < n_trees; t++) s->n_nodes += f->n_nodes[t];
  s->start = bl_calloc(ctx, n_trees + 1, sizeof *s->start);
  s->feature = bl_calloc(ctx, s->n_nodes, sizeof *s->feature);
  s->left = bl_calloc(ctx, s->n_nodes, sizeof *s->left);
  s->threshold = bl_calloc(ctx, s->n_nodes, sizeof *s->threshold);
  if (!s->start || !s->feature || !s->left || !s->threshold) return bl_fail_nomem(ctx, "isolation_forest");
  for (size_t t = 0; t < n_trees; t++) {
    size_t at = (size_t)s->start[t], n = f->n_nodes[t], from = t * f->room;
    memcpy(s->feature + at, f->feature + from, n * sizeof *s->feature);
    memcpy(s->left + at, f->left + from, n * sizeof *s->left);
    memcpy(s->threshold + at, f->threshold + from, n * sizeof *s->threshold);
    s->start[t + 1] = (int64_t)(at + n);
  }
  return BL_OK;
}

static size_t rows_a_tree(bl_ctx *ctx, const params *p, size_t n)
{
  double want = p->max_samples.word == AUTO ? AUTO_ROWS : p->max_samples.real;
  if (p->max_samples.word != AUTO && want <= 1) want = floor(want * (double)n);
  if (want > (double)n && p->max_samples.word != AUTO)
    bl_warn(ctx, BL_W_ADJUSTED, "isolation_forest: max_samples is %g, there are %zu rows; all are used", want, n);
  if (want > (double)n) return n;
  return want < 1 ? 1 : (size_t)want;
}

static bl_status grow_all(bl_ctx *ctx, const params *p, const bl_cmat *X, state *s)
{
  size_t n_trees = (size_t)p->n_estimators, share = (size_t)floor(p->max_features * (double)X->cols);
  forest f = {.X = X, .p = p, .psi = rows_a_tree(ctx, p, X->rows), .n_columns = share ? share : 1};
  while (((size_t)1 << f.max_depth) < f.psi) f.max_depth++;
  f.room = 2 * f.psi - 1;
  f.feature = bl_calloc(ctx, n_trees, f.room * sizeof *f.feature);
  f.left = bl_calloc(ctx, n_trees, f.room * sizeof *f.left);
  f.threshold = bl_calloc(ctx, n_trees, f.room * sizeof *f.threshold);
  f.n_nodes = bl_calloc(ctx, n_trees, sizeof *f.n_nodes);
  bl_status status = f.feature && f.left && f.threshold && f.n_nodes ? BL_OK : bl_fail_nomem(ctx, "isolation_forest");
  if (!status) status = bl_pool_for(ctx, n_trees, 20.0 * (double)f.psi * (double)f.max_depth, grow_tree, &f);
  if (!status) status = pack(ctx, &f, n_trees, s);
  s->psi = (int64_t)f.psi;
  bl_free(ctx, f.feature);
  bl_free(ctx, f.left);
  bl_free(ctx, f.threshold);
  bl_free(ctx, f.n_nodes);
  return status;
}

/* ---- scoring ----------------------------------------------------------------------------------------------------- */

typedef struct job {
  const state *s;
  const bl_cmat *X;
  double *out;
} job;

/* Tree by tree over a few rows, so that a tree stays in the cache; each row sums its trees in order. */
static bl_status score_rows(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const job *j = arg;
  const state *s = j->s;
  size_t n_trees = s->n_trees_plus_one - 1;
  (void)ctx;
  for (size_t i = lo; i < hi; i++) j->out[i] = 0;
  for (size_t t = 0; t < n_trees; t++) {
    const int32_t *feature = s->feature + s->start[t], *left = s->left + s->start[t];
    const double *threshold = s->threshold + s->start[t];
    for (size_t i = lo; i < hi; i++) {
      const float *x = bl_crow(j->X, i);
      int32_t at = 0;
      while (feature[at] >= 0) at = left[at] + !((double)x[feature[at]] <= threshold[at]);
      j->out[i] += threshold[at];
    }
  }
  double c = average_path((double)s->psi); /* 0 when a tree saw one row: all rows are alike then */
  for (size_t i = lo; i < hi; i++) j->out[i] = c > 0 ? -exp2(-j->out[i] / ((double)n_trees * c)) : -0.5;
  return BL_OK;
}

static bl_status score(bl_ctx *ctx, const state *s, const bl_cmat *X, double *out)
{
  job j = {s, X, out};
  return bl_pool_chunks(ctx, X->rows, SCORE_ROWS, 20.0 * (double)s->n_trees_plus_one, score_rows, &j);
}

/* The share's percentile of the training scores, interpolated linearly. */
static bl_status set_offset(bl_ctx *ctx, const params *p, const bl_cmat *X, state *s)
{
  s->offset = -0.5;
  if (p->contamination.word == AUTO) return BL_OK;
  double *v = bl_calloc(ctx, X->rows, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "training scores");
  bl_status status = score(ctx, s, X, v);
  if (!status) {
    bl_sort(v, X->rows);
    double at = p->contamination.real * (double)(X->rows - 1), part_above = at - floor(at);
    size_t i = (size_t)at, next = i + 1 < X->rows ? i + 1 : i;
    s->offset = v[i] + part_above * (v[next] - v[i]);
  }
  bl_free(ctx, v);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  if (p->max_samples.word != AUTO && p->max_samples.real > 1 && p->max_samples.real != floor(p->max_samples.real))
    return bl_fail(ctx, BL_E_RANGE,
                   "isolation_forest: max_samples is %g; above 1 it is a count of rows and must be whole",
                   p->max_samples.real);
  if (t->X.rows > INT32_MAX / 2 || t->X.cols > INT32_MAX)
    return bl_fail(ctx, BL_E_SHAPE, "isolation_forest: %zu x %zu is too large; take a part of the rows", t->X.rows,
                   t->X.cols);
  bl_status status = grow_all(ctx, p, &t->X, s);
  return status ? status : set_offset(ctx, p, &t->X, s);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT || op == BL_DECISION || op == BL_SCORE_SAMPLES;
}

/* Scores go into the first array that is asked for; the others follow from them, each value of one row at a time. */
static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  double *predict = out->v[BL_PREDICT], *decision = out->v[BL_DECISION], *scores = out->v[BL_SCORE_SAMPLES];
  double *v = scores ? scores : decision ? decision : predict;
  (void)room;
  if (!v) return BL_OK;
  bl_status status = score_rows(ctx, &(job){s, X, v}, 0, X->rows);
  for (size_t i = 0; i < X->rows; i++) {
    double above = v[i] - s->offset;
    if (decision) decision[i] = above;
    if (predict) predict[i] = isnan(above) ? above : above < 0 ? -1 : 1;
  }
  return status;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 20 * (double)s->n_trees_plus_one;
}

/* Children lie behind their parent and within the tree, so every walk ends inside it; columns exist. */
static bool sound_tree(const state *s, size_t t, size_t n_features)
{
  int64_t n = s->start[t + 1] - s->start[t];
  const int32_t *feature = s->feature + s->start[t], *left = s->left + s->start[t];
  for (int64_t i = 0; i < n; i++) {
    if (feature[i] == -1) continue;
    if (feature[i] < 0 || (size_t)feature[i] >= n_features || left[i] <= i || left[i] >= n - 1) return false;
  }
  return true;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (!s->start || !s->feature || !s->left || !s->threshold || s->n_trees_plus_one < 2)
    return bl_fail(ctx, BL_E_FORMAT, "isolation_forest: the nodes of its trees are missing");
  size_t n_trees = s->n_trees_plus_one - 1;
  if (s->start[0] != 0 || s->start[n_trees] < 0 || (uint64_t)s->start[n_trees] != s->n_nodes)
    return bl_fail(ctx, BL_E_FORMAT, "isolation_forest: its trees do not fill its %zu nodes", s->n_nodes);
  for (size_t t = 0; t < n_trees; t++)
    if (s->start[t + 1] <= s->start[t] || (uint64_t)s->start[t + 1] > s->n_nodes ||
        s->start[t + 1] - s->start[t] > INT32_MAX)
      return bl_fail(ctx, BL_E_FORMAT, "isolation_forest: tree %zu runs from node %lld to %lld of %zu", t,
                     (long long)s->start[t], (long long)s->start[t + 1], s->n_nodes);
  for (size_t t = 0; t < n_trees; t++)
    if (!sound_tree(s, t, self->n_features))
      return bl_fail(ctx, BL_E_FORMAT,
                     "isolation_forest: a node of tree %zu points outside its tree or its %zu columns", t,
                     self->n_features);
  if (s->psi < 1 || !isfinite(s->offset))
    return bl_fail(ctx, BL_E_FORMAT, "isolation_forest: psi is %lld, offset %g", (long long)s->psi, s->offset);
  return BL_OK;
}

const bl_estimator_class bl_estimator_isolation_forest = {
    .name = "isolation_forest",
    .summary = "outlier detector: rows that random cuts part soon are odd",
    .source = "scikit-learn IsolationForest; Liu, Ting and Zhou 2008",
    .kind = BL_OUTLIER_DETECTOR,
    .tags = BL_TAG_RANDOM,
    .state_version = 1,
    .opts = opts,
    .params_size = sizeof(params),
    .fields = fields,
    .state_size = sizeof(state),
    .fit = fit,
    .width = width,
    .apply = apply,
    .work = cost,
    .check = check};
