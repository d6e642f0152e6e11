/* kmeans: rows belong to the nearest of n_clusters centres, each of which is the mean of its rows (Lloyd 1982, from starts by
 * k-means++). As scikit-learn's KMeans: the columns are centred first, tol counts in mean variances of the columns, an empty
 * cluster takes the row farthest from its centre, n_init: auto is 1 for k-means++ and 10 for random starts. From given
 * centres the numbers are scikit-learn's; draws are our own. predict gives the cluster's number, transform the distances to
 * all centres. Weights count when the first centres are drawn, too. */
#include <math.h>
#include <string.h>

#include "kit.h"
#include "kmeans.h"

enum { AUTO_RANDOM = 10 };
static const char *const inits[] = {"k-means++", "random", NULL}; /* in the order of bl_kmeans_init */
static const char *const automatic[] = {"auto", NULL};

typedef struct params {
  int64_t n_clusters, max_iter, random_state;
  int init;
  bl_reals centers;
  bl_word n_init;
  double tol;
} params;

typedef struct state {
  size_t n_clusters, n_features, n_rows;
  double *cluster_centers, inertia;
  int32_t *labels;
  int64_t n_iter;
} state;

static const bl_opt opts[] = {
    BL_INT(params, n_clusters, "8", 1, 1000000, "", "how many clusters"),
    BL_ENUM(params, init, "k-means++", inits, "first centres: rows far from one another, or any rows"),
    BL_REALS(params, centers, NULL, -1e14, 1e14, "",
             "first centres, all columns of one behind those of another, in place of init"),
    BL_WORD(params, n_init, "auto", automatic, 1, 10000, BL_OPT_WHOLE, "",
            "how often it starts; the least inertia stays. auto: once by k-means++, 10 times at random"),
    BL_INT(params, max_iter, "300", 1, 1000000, "", "steps of a start, at most"),
    BL_REAL(params, tol, "1e-4", 0, 1e6, "", "ends where centres move less, squared, in mean variances of the columns"),
    BL_INT(params, random_state, "0", 0, 9007199254740992.0, "", "seed"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, cluster_centers, BL_F64, n_clusters, n_features, "one centre a row"),
    BL_FIELD_VECTOR(state, labels, BL_I32, n_rows, "cluster of each row learnt from"),
    BL_FIELD_SCALAR(state, inertia, BL_F64, "sum of squared distances to the nearest centres"),
    BL_FIELD_SCALAR(state, n_iter, BL_I64, "steps of the start that stayed"), BL_FIELD_END};

static bl_status check_rows(bl_ctx *ctx, const params *p, size_t n)
{
  if ((uint64_t)p->n_clusters <= n) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "kmeans: n_clusters is %lld, but there are %zu rows to learn from; take %zu or fewer",
                 (long long)p->n_clusters, n, n);
}

static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  return of->rows ? check_rows(ctx, self->params, of->rows) : BL_OK;
}

/* Clusters that are empty stand for rows of fewer values than there are clusters. */
static bl_status count_clusters(bl_ctx *ctx, const state *s)
{
  size_t n = 0;
  bool *seen = bl_calloc(ctx, s->n_clusters, sizeof *seen);
  if (!seen) return bl_fail_nomem(ctx, "kmeans");
  for (size_t i = 0; i < s->n_rows; i++) {
    n += !seen[s->labels[i]];
    seen[s->labels[i]] = true;
  }
  if (n < s->n_clusters)
    bl_warn(ctx, BL_W_CONSTANT, "kmeans: found %zu clusters of the %zu wanted; some rows may be equal to others", n,
            s->n_clusters);
  bl_free(ctx, seen);
  return BL_OK;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t n = t->X.rows, d = t->X.cols, k = (size_t)p->n_clusters;
  bl_status status = check_rows(ctx, p, n);
  if (!status && p->centers.n && p->centers.n != k * d)
    status = bl_fail(ctx, BL_E_SHAPE, "kmeans: centers has %zu numbers, wanted %zu for %zu clusters of %zu columns",
                     p->centers.n, k * d, k, d);
  if (status) return status;
  s->n_clusters = k;
  s->n_features = d;
  s->n_rows = n;
  s->cluster_centers = bl_calloc(ctx, k, d * sizeof *s->cluster_centers);
  s->labels = bl_calloc(ctx, n, sizeof *s->labels);
  if (!s->cluster_centers || !s->labels) return bl_fail_nomem(ctx, "kmeans");
  bl_kmeans_call call = {.who = "kmeans",
                         .X = &t->X,
                         .weight = t->weight,
                         .n_clusters = k,
                         .init = (bl_kmeans_init)p->init,
                         .centers = p->centers.n ? p->centers.v : NULL,
                         .n_init = p->n_init.word < 0               ? (size_t)p->n_init.real
                                   : p->init == BL_KMEANS_PLUS_PLUS ? 1
                                                                    : AUTO_RANDOM,
                         .max_iter = (size_t)p->max_iter,
                         .tol = p->tol,
                         .seed = (uint64_t)p->random_state};
  bl_kmeans_found found = {.centers = s->cluster_centers, .labels = s->labels};
  status = bl_kmeans(ctx, &call, &found);
  if (status) return status;
  s->inertia = found.inertia;
  s->n_iter = (int64_t)found.n_iter;
  if (!found.converged)
    bl_warn(ctx, BL_W_NO_CONVERGENCE, "kmeans: the centres still moved after %lld steps; raise max_iter or tol",
            (long long)p->max_iter);
  return count_clusters(ctx, s);
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  return op == BL_TRANSFORM ? (size_t)((const params *)self->params)->n_clusters : 0;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *to = out->transform.v ? bl_row(&out->transform, i) : NULL;
    double best = INFINITY, label = (double)NAN;
    for (size_t c = 0; c < s->n_clusters; c++) {
      double v = bl_kmeans_distance2(x, s->cluster_centers + c * s->n_features, s->n_features);
      if (v < best) best = v, label = (double)c;
      if (to) to[c] = (float)sqrt(v);
    }
    if (out->v[BL_PREDICT]) out->v[BL_PREDICT][i] = label;
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  const state *s = self->state;
  return 3 * (double)s->n_clusters * (double)s->n_features;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  const state *s = self->state;
  if (!s->cluster_centers || !s->labels || s->n_features != self->n_features ||
      s->n_clusters != (uint64_t)p->n_clusters)
    return bl_fail(ctx, BL_E_FORMAT, "kmeans: centres are %zu x %zu, wanted %lld x %zu", s->n_clusters, s->n_features,
                   (long long)p->n_clusters, self->n_features);
  for (size_t i = 0; i < s->n_rows; i++)
    if (s->labels[i] < 0 || (size_t)s->labels[i] >= s->n_clusters)
      return bl_fail(ctx, BL_E_FORMAT, "kmeans: row %zu belongs to cluster %d of %zu", i, (int)s->labels[i],
                     s->n_clusters);
  return BL_OK;
}

/* clang-format off */
const bl_estimator_class bl_estimator_kmeans = {
    .name = "kmeans", .summary = "clusters around centres that are the means of their rows",
    .source = "scikit-learn KMeans; Lloyd 1982; Arthur and Vassilvitskii 2007", .kind = BL_CLUSTERER,
    .tags = BL_TAG_WEIGHTS | BL_TAG_RANDOM, .state_version = 1, .opts = opts, .params_size = sizeof(params),
    .fields = fields, .state_size = sizeof(state), .foresee = foresee, .fit = fit, .width = width, .apply = apply,
    .work = cost, .check = check};
/* clang-format on */
