/* k_bins_discretizer: each column cut into bins; a number becomes that of its bin, or one of as many columns that are 1 or
 * 0. Bins of no width are joined to their neighbour: a column with few different numbers has fewer. (scikit-learn joins
 * those narrower than 1e-8 whatever the unit, so that of volts nothing is left; here a bin must be empty.) */
#include <math.h>
#include <string.h>

#include "columnwise.h"
#include "kit.h"

enum { ONEHOT, ORDINAL };
enum { UNIFORM, QUANTILE, KMEANS };
static const char *const encodings[] = {"onehot", "ordinal", NULL};
static const char *const strategies[] = {"uniform", "quantile", "kmeans", NULL};
typedef struct params {
  int64_t n_bins;
  int encode, strategy;
} params;

/* Edges of column j: edges[first[j]] .. before edges[first[j + 1]], of which the outer two hold nothing back. */
typedef struct state {
  size_t n_firsts, n_edges;
  int64_t *first;
  double *edges;
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_bins, "5", 2, 10000, "", "bins of each column"),
    BL_ENUM(params, encode, "onehot", encodings, "a column for each bin, 1 or 0, or the bin's number"),
    BL_ENUM(params, strategy, "quantile", strategies,
            "bins as wide as one another, of as many rows, or around the centres of k-means"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, first, BL_I64, n_firsts, "where the edges of each column begin, and where the last ends"),
    BL_FIELD_VECTOR(state, edges, BL_F64, n_edges, "edges of the bins, column by column"), BL_FIELD_END};

/* ---- learning ---------------------------------------------------------------------------------------------------- */

/* How many of n ascending numbers lie below `at`. */
static size_t count_below(const double *v, size_t n, double at)
{
  size_t k = 0;
  for (size_t step = n; step > 0; step /= 2)
    while (k + step <= n && v[k + step - 1] < at) k += step;
  return k;
}

/* One step of k-means of ascending numbers: each goes to the nearest centre, which moves to their mean. What the centres
 * moved by, squared. An empty centre stays. cut[k]: where the numbers of centre k end. */
static double move_centres(const double *v, size_t n, size_t k, double *centre, size_t *cut)
{
  double moved = 0;
  for (size_t c = 0; c + 1 < k; c++) cut[c] = count_below(v, n, 0.5 * (centre[c] + centre[c + 1]));
  cut[k - 1] = n;
  for (size_t c = 0, i = 0; c < k; c++) {
    double sum = 0;
    size_t from = i;
    for (; i < cut[c]; i++) sum += v[i];
    if (i == from) continue;
    double mean = sum / (double)(i - from);
    moved += (mean - centre[c]) * (mean - centre[c]);
    centre[c] = mean;
  }
  return moved;
}

/* From the middles of bins of the same width, as scikit-learn starts it, and until it stops it. */
static bl_status kmeans_edges(bl_ctx *ctx, const double *v, size_t n, size_t k, double *edge)
{
  double *centre = bl_calloc(ctx, k, sizeof *centre), mean = 0, var = 0;
  size_t *cut = bl_calloc(ctx, 2 * k, sizeof *cut), *before = cut ? cut + k : NULL;
  if (!centre || !cut) {
    bl_free(ctx, centre);
    bl_free(ctx, cut);
    return bl_fail_nomem(ctx, "k_bins_discretizer");
  }
  for (size_t i = 0; i < n; i++) mean += v[i] / (double)n;
  for (size_t i = 0; i < n; i++) var += (v[i] - mean) * (v[i] - mean) / (double)n;
  for (size_t c = 0; c < k; c++) centre[c] = 0.5 * (edge[c] + edge[c + 1]);
  for (int i = 0; i < 300; i++) {
    memcpy(before, cut, k * sizeof *cut);
    double moved = move_centres(v, n, k, centre, cut);
    if (moved <= 1e-4 * var || !memcmp(before, cut, k * sizeof *cut)) break;
  }
  for (size_t c = 1; c < k; c++) edge[c] = 0.5 * (centre[c - 1] + centre[c]);
  bl_free(ctx, centre);
  bl_free(ctx, cut);
  return BL_OK;
}

typedef struct job {
  const params *p;
  double *edge; /* [cols x (n_bins + 1)] */
  size_t *n;    /* edges that each column has */
} job;

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  const job *k = arg;
  size_t bins = (size_t)k->p->n_bins, kept = 1;
  double *edge = k->edge + j * (bins + 1), lo = v[0], hi = v[n - 1];
  for (size_t b = 0; b <= bins; b++) {
    double q = (double)b / (double)bins;
    edge[b] = k->p->strategy == QUANTILE ? bl_kit_quantile(v, n, q) : b == bins ? hi : lo + q * (hi - lo);
  }
  bl_status s = k->p->strategy == KMEANS ? kmeans_edges(ctx, v, n, bins, edge) : BL_OK;
  for (size_t b = 1; b <= bins; b++)
    if (edge[b] > edge[kept - 1]) edge[kept++] = edge[b];
  if (kept == 1) {
    edge[0] = -HUGE_VAL;
    edge[kept++] = HUGE_VAL;
  }
  k->n[j] = kept;
  return s;
}

static bool has_one_bin(const void *arg, size_t j) { return ((const size_t *)arg)[j] == 2; }

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols, room = (size_t)p->n_bins + 1;
  job k = {p, bl_calloc(ctx, d, room * sizeof(double)), bl_calloc(ctx, d, sizeof(size_t))};
  s->first = bl_calloc(ctx, d + 1, sizeof *s->first);
  s->edges = bl_calloc(ctx, d, room * sizeof *s->edges);
  s->n_firsts = d + 1;
  bl_status status = k.edge && k.n && s->first && s->edges ? BL_OK : bl_fail_nomem(ctx, "k_bins_discretizer");
  if (!status) status = bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
  for (size_t j = 0; !status && j < d; j++) {
    s->first[j] = (int64_t)s->n_edges;
    memcpy(s->edges + s->n_edges, k.edge + j * room, k.n[j] * sizeof *s->edges);
    s->n_edges += k.n[j];
    s->first[j + 1] = (int64_t)s->n_edges;
  }
  if (!status) bl_kit_warn_columns(ctx, self, has_one_bin, k.n, "are one bin alone");
  bl_free(ctx, k.edge);
  bl_free(ctx, k.n);
  return status;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t bins_of(const state *s, size_t j) { return (size_t)(s->first[j + 1] - s->first[j]) - 1; }

static size_t width(const bl_estimator *self, bl_op op)
{
  const state *s = self->state;
  bool one_each = ((const params *)self->params)->encode == ORDINAL;
  if (op != BL_TRANSFORM || !self->fitted) return op == BL_TRANSFORM;
  return one_each ? self->n_features : s->n_edges - self->n_features;
}

/* An edge belongs to the bin above it. */
static size_t bin_of(const double *inner, size_t n, double x)
{
  size_t lo = 0, hi = n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (inner[mid] <= x) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  bool ordinal = ((const params *)self->params)->encode == ORDINAL;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      size_t bins = bins_of(s, j), bin = bin_of(s->edges + s->first[j] + 1, bins - 1, (double)x[j]);
      if (ordinal) {
        *o++ = (float)bin;
        continue;
      }
      for (size_t b = 0; b < bins; b++) o[b] = b == bin ? 1.0F : 0.0F;
      o += bins;
    }
  }
  return BL_OK;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  const state *s = self->state;
  bl_texts in = {0};
  bl_status status = bl_kit_input_names(ctx, self, &in);
  bool ordinal = ((const params *)self->params)->encode == ORDINAL;
  for (size_t j = 0; !status && j < in.n; j++) {
    if (ordinal) status = bl_texts_add(ctx, out, in.v[j]);
    for (size_t b = 0; !status && !ordinal && b < bins_of(s, j); b++)
      status = bl_texts_addf(ctx, out, "%s_%zu.0", in.v[j], b);
  }
  bl_texts_free(ctx, &in);
  return status;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  if (((const params *)self->params)->encode == ORDINAL) return bl_kit_input_blocks(ctx, self, "1", out);
  return bl_kit_one_block(ctx, self, "1", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bool good = s->first && s->edges && s->n_firsts == self->n_features + 1 && s->first[0] == 0 &&
              s->first[s->n_firsts - 1] == (int64_t)s->n_edges;
  for (size_t j = 0; good && j + 1 < s->n_firsts; j++)
    good = s->first[j + 1] >= s->first[j] + 2 && s->first[j + 1] <= (int64_t)s->n_edges;
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT, "k_bins_discretizer: its edges are not those of %zu columns",
                        self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_k_bins_discretizer = {
    .name = "k_bins_discretizer", .summary = "each column cut into bins", .source = "scikit-learn KBinsDiscretizer",
    .kind = BL_TRANSFORMER, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .apply = apply, .names_out = names_out, .blocks_out = blocks_out, .check = check};
/* clang-format on */
