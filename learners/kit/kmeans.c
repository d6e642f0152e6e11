/* Nearest centres come from products in float32 of rows that are centred and scaled to at most 1; where the nearest two lie
 * within what rounding may do to these, distances are measured in double. So each row's label is that of double
 * arithmetic, and depends on neither threads nor blocks. */
#include "kmeans.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"
#include "baleen/random.h"
#include "baleen/wide.h"
#include "kit.h"

enum {
  BLOCK = 256,    /* rows whose products are looked at together: they stay in the cache */
  MAX_CHUNKS = 64 /* each chunk of rows has sums of its own, which are joined in order */
};

typedef struct room {
  const bl_kmeans_call *call;
  const bl_cmat *X;
  size_t n, d, k, chunk, n_chunks;
  double *mean, scale; /* [d]; largest |x - mean| */
  float *x;            /* [n x d] (x - mean) / scale */
  float *norm;         /* [n] its length, rounded up */
  /* of one start; centres are relative to the mean */
  double *centers, *next, *weight, *shift2; /* [k x d] twice, [k] twice */
  int32_t *labels, *before;                 /* [n] */
  float *c, *c2;                            /* [k x d], [k] centres scaled, and their squares */
  double longest;                           /* of the scaled centres */
  double *sum, *count;                      /* [chunks x k x d], [chunks x k] */
  float *products;                          /* [lanes x k x BLOCK] */
  bool *changed;                            /* [chunks] */
  bool update;                              /* sums are wanted beside labels */
  /* of k-means++ */
  double *nearest, *trial, *candidate, *rows,
      *potential; /* [n], [trials x n], [trials x d], [lanes x BLOCK x ..], [chunks x trials] */
  size_t n_trials;
} room;

double bl_kmeans_distance2(const float *x, const double *center, size_t d)
{
  double sum = 0;
  for (size_t j = 0; j < d; j++) sum += ((double)x[j] - center[j]) * ((double)x[j] - center[j]);
  return sum;
}

static double weight_of(const room *r, size_t i) { return r->call->weight ? r->call->weight[i] : 1; }

/* The square of the distance of row i to a centre that is relative to the mean. */
static double distance2(const room *r, size_t i, const double *center)
{
  const float *x = bl_crow(r->X, i);
  double sum = 0;
  for (size_t j = 0; j < r->d; j++) {
    double apart = (double)x[j] - r->mean[j] - center[j];
    sum += apart * apart;
  }
  return sum;
}

/* ---- labels and sums --------------------------------------------------------------------------------------------- */

/* Of m rows the least and second least of products [k x BLOCK] + c2, and whose the least is. */
BL_WIDE static void two_least(const float *products, const float *c2, size_t k, size_t m, float *best, float *second,
                              int32_t *who)
{
  for (size_t i = 0; i < m; i++) {
    best[i] = second[i] = FLT_MAX;
    who[i] = 0;
  }
  for (size_t c = 0; c < k; c++) {
    const float *p = products + c * BLOCK, more = c2[c];
    for (size_t i = 0; i < m; i++) {
      float v = p[i] + more, b = best[i], s = second[i];
      float other = v < b ? b : v;
      second[i] = other < s ? other : s;
      who[i] = v < b ? (int32_t)c : who[i];
      best[i] = v < b ? v : b;
    }
  }
}

static int32_t nearest_in_double(const room *r, size_t i)
{
  int32_t best = 0;
  double least = distance2(r, i, r->centers);
  for (size_t c = 1; c < r->k; c++) {
    double v = distance2(r, i, r->centers + c * r->d);
    if (v < least) least = v, best = (int32_t)c;
  }
  return best;
}

static void label_block(const room *r, size_t lane, size_t lo, size_t m)
{
  float best[BLOCK], second[BLOCK], *products = r->products + lane * r->k * BLOCK;
  bl_gemm_f32(false, true, r->k, m, r->d, -2, r->c, r->d, r->x + lo * r->d, r->d, 0, products, BLOCK);
  two_least(products, r->c2, r->k, m, best, second, r->labels + lo);
  /* a product of d terms, its factors and the sum with c2 are rounded; both of those compared may be off */
  double unit = ((double)r->d + 6) * (double)FLT_EPSILON, longest = r->longest,
         tiny = (double)(r->d + 1) * (double)FLT_MIN;
  for (size_t i = 0; i < m && r->k > 1; i++) {
    double slack = unit * (2 * (double)r->norm[lo + i] * longest + longest * longest) + tiny;
    if (!((double)second[i] - (double)best[i] > slack)) r->labels[lo + i] = nearest_in_double(r, lo + i);
  }
}

static void add_rows(const room *r, size_t chunk, size_t lo, size_t hi)
{
  double *sum = r->sum + chunk * r->k * r->d, *count = r->count + chunk * r->k;
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(r->X, i);
    double w = weight_of(r, i), *to = sum + (size_t)r->labels[i] * r->d;
    count[r->labels[i]] += w;
    for (size_t j = 0; j < r->d; j++) to[j] += w * ((double)x[j] - r->mean[j]);
  }
}

static bl_status label_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const room *r = arg;
  size_t chunk = lo / r->chunk;
  for (size_t at = lo; at < hi; at += BLOCK) label_block(r, bl_pool_lane(ctx), at, hi - at < BLOCK ? hi - at : BLOCK);
  r->changed[chunk] = memcmp(r->labels + lo, r->before + lo, (hi - lo) * sizeof *r->labels) != 0;
  if (!r->update) return BL_OK;
  memset(r->sum + chunk * r->k * r->d, 0, r->k * r->d * sizeof *r->sum);
  memset(r->count + chunk * r->k, 0, r->k * sizeof *r->count);
  add_rows(r, chunk, lo, hi);
  return BL_OK;
}

/* Labels by the centres; with `update` also next (the sums of each cluster's rows) and weight. */
static bl_status label_all(bl_ctx *ctx, room *r, bool update)
{
  r->longest = 0;
  r->update = update;
  for (size_t c = 0; c < r->k; c++) {
    double square = 0;
    for (size_t j = 0; j < r->d; j++) {
      double v = r->centers[c * r->d + j] / r->scale;
      square += v * v;
      r->c[c * r->d + j] = (float)v;
    }
    r->c2[c] = (float)square;
    r->longest = fmax(r->longest, sqrt(square));
  }
  bl_status s = bl_pool_chunks(ctx, r->n, r->chunk, 2.0 * (double)(r->k * r->d), label_chunk, r);
  if (s || !update) return s;
  memset(r->next, 0, r->k * r->d * sizeof *r->next);
  memset(r->weight, 0, r->k * sizeof *r->weight);
  for (size_t h = 0; h < r->n_chunks; h++) {
    for (size_t i = 0; i < r->k * r->d; i++) r->next[i] += r->sum[h * r->k * r->d + i];
    for (size_t c = 0; c < r->k; c++) r->weight[c] += r->count[h * r->k + c];
  }
  return BL_OK;
}

/* ---- one start --------------------------------------------------------------------------------------------------- */

/* Each empty cluster takes the row that lies farthest from its centre, of those not taken yet. */
static void fill_empty(const room *r)
{
  for (size_t c = 0; c < r->k; c++) {
    if (r->weight[c] > 0) continue;
    double most = 0;
    size_t far = r->n;
    for (size_t i = 0; i < r->n; i++) {
      if (r->nearest[i] < 0) continue;
      if (r->nearest[i] > most) most = r->nearest[i], far = i;
    }
    if (far == r->n) return;
    const float *x = bl_crow(r->X, far);
    double w = weight_of(r, far), *to = r->next + c * r->d, *from = r->next + (size_t)r->labels[far] * r->d;
    for (size_t j = 0; j < r->d; j++) {
      double v = w * ((double)x[j] - r->mean[j]);
      from[j] -= v;
      to[j] = v;
    }
    r->weight[c] = w;
    r->weight[r->labels[far]] -= w;
    r->nearest[far] = -1;
  }
}

/* The next centres from the sums; returns the sum of the squares of their shifts. */
static double move_centers(room *r)
{
  size_t heaviest = 0, empty = 0;
  double shift = 0;
  for (size_t c = 0; c < r->k; c++) empty += !(r->weight[c] > 0);
  for (size_t i = 0; empty && i < r->n; i++) r->nearest[i] = distance2(r, i, r->centers + (size_t)r->labels[i] * r->d);
  if (empty) fill_empty(r);
  for (size_t c = 1; c < r->k; c++)
    if (r->weight[c] > r->weight[heaviest]) heaviest = c;
  for (size_t c = 0; c < r->k; c++)
    for (size_t j = 0; j < r->d && r->weight[c] > 0; j++) r->next[c * r->d + j] /= r->weight[c];
  for (size_t c = 0; c < r->k; c++) /* rows fewer than clusters by their values: two centres lie on one another */
    if (!(r->weight[c] > 0)) memcpy(r->next + c * r->d, r->next + heaviest * r->d, r->d * sizeof *r->next);
  for (size_t i = 0; i < r->k * r->d; i++) shift += (r->next[i] - r->centers[i]) * (r->next[i] - r->centers[i]);
  double *swap = r->centers;
  r->centers = r->next;
  r->next = swap;
  return shift;
}

static double inertia_of(const room *r)
{
  double sum = 0;
  for (size_t i = 0; i < r->n; i++) sum += weight_of(r, i) * distance2(r, i, r->centers + (size_t)r->labels[i] * r->d);
  return sum;
}

/* tol: of the squared shift. The rows of the last centres are told, as in scikit-learn. */
static bl_status lloyd(bl_ctx *ctx, room *r, double tol, bl_kmeans_found *f)
{
  bl_status s = BL_OK;
  bool same = false;
  f->n_iter = 0;
  f->converged = false;
  for (size_t i = 0; i < r->n; i++) r->before[i] = -1;
  while (!s && !f->converged && f->n_iter < r->call->max_iter) {
    s = BL_CHECK_CANCEL(ctx);
    if (!s) s = label_all(ctx, r, true);
    if (s) break;
    f->n_iter++;
    double shift = move_centers(r);
    same = true;
    for (size_t h = 0; h < r->n_chunks; h++) same = same && !r->changed[h];
    f->converged = same || shift <= tol;
    memcpy(r->before, r->labels, r->n * sizeof *r->labels);
  }
  if (!s && !same) s = label_all(ctx, r, false);
  if (!s) f->inertia = inertia_of(r);
  return s;
}

/* ---- where it starts --------------------------------------------------------------------------------------------- */

static void put_row(const room *r, size_t i, double *to)
{
  const float *x = bl_crow(r->X, i);
  for (size_t j = 0; j < r->d; j++) to[j] = (double)x[j] - r->mean[j];
}

/* Squared distances of rows to the candidates, or to the nearest centre so far where that is less; and their weighted sums. */
static bl_status try_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const room *r = arg;
  size_t t = r->n_trials, d = r->d;
  double *rows = r->rows + bl_pool_lane(ctx) * BLOCK * (d + t), *products = rows + BLOCK * d;
  double *potential = r->potential + lo / r->chunk * t;
  memset(potential, 0, t * sizeof *potential);
  for (size_t at = lo; at < hi; at += BLOCK) {
    size_t m = hi - at < BLOCK ? hi - at : BLOCK;
    for (size_t i = 0; i < m; i++) put_row(r, at + i, rows + i * d);
    bl_gemm(false, true, t, m, d, -2, r->candidate, d, rows, d, 0, products, BLOCK);
    for (size_t i = 0; i < m; i++) {
      double square = bl_dot(d, rows + i * d, rows + i * d);
      for (size_t q = 0; q < t; q++) {
        double v = products[q * BLOCK + i] + square + r->shift2[q];
        v = fmin(v > 0 ? v : 0, r->nearest[at + i]);
        r->trial[q * r->n + at + i] = v;
        potential[q] += weight_of(r, at + i) * v;
      }
    }
  }
  return BL_OK;
}

/* The row at which the running sum of weight times `v` (NULL: ones) passes `at`. */
static size_t row_at(const room *r, const double *v, double at)
{
  double sum = 0;
  size_t last = 0;
  for (size_t i = 0; i < r->n; i++) {
    double w = weight_of(r, i) * (v ? v[i] : 1);
    sum += w;
    if (w > 0) last = i;
    if (sum > at) return i;
  }
  return last;
}

/* Measures the candidates, of which there are r->n_trials, and takes the one that leaves the least to the rest. */
static bl_status take_best(bl_ctx *ctx, room *r, size_t c, double *potential)
{
  size_t best = 0;
  double least = 0;
  for (size_t q = 0; q < r->n_trials; q++)
    r->shift2[q] = bl_dot(r->d, r->candidate + q * r->d, r->candidate + q * r->d);
  bl_status s = bl_pool_chunks(ctx, r->n, r->chunk, 2.0 * (double)(r->d * r->n_trials), try_chunk, r);
  if (s) return s;
  for (size_t q = 0; q < r->n_trials; q++) {
    double sum = 0;
    for (size_t h = 0; h < r->n_chunks; h++) sum += r->potential[h * r->n_trials + q];
    if (!q || sum < least) least = sum, best = q;
  }
  memcpy(r->centers + c * r->d, r->candidate + best * r->d, r->d * sizeof *r->centers);
  memcpy(r->nearest, r->trial + best * r->n, r->n * sizeof *r->nearest);
  *potential = least;
  return BL_OK;
}

static size_t trials_for(size_t k) { return 2 + (size_t)log((double)k); }

static bl_status plus_plus(bl_ctx *ctx, room *r, bl_rng *rng)
{
  double potential = 0, whole = bl_kit_weight_sum(r->n, r->call->weight);
  bl_status s = BL_OK;
  for (size_t i = 0; i < r->n; i++) r->nearest[i] = INFINITY;
  for (size_t c = 0; !s && c < r->k; c++) {
    r->n_trials = c ? trials_for(r->k) : 1;
    for (size_t q = 0; q < r->n_trials; q++) {
      size_t row =
          c ? row_at(r, r->nearest, bl_rng_uniform(rng) * potential) : row_at(r, NULL, bl_rng_uniform(rng) * whole);
      put_row(r, row, r->candidate + q * r->d);
    }
    s = take_best(ctx, r, c, &potential);
  }
  return s;
}

/* Rows without repetition: the first k of a shuffled order; labels are its scratch. */
static void at_random(room *r, bl_rng *rng)
{
  uint32_t *order = (uint32_t *)(void *)r->before;
  for (size_t i = 0; i < r->n; i++) order[i] = (uint32_t)i;
  bl_rng_shuffle(rng, order, r->n);
  for (size_t c = 0; c < r->k; c++) put_row(r, order[c], r->centers + c * r->d);
}

static bl_status start(bl_ctx *ctx, room *r, size_t turn)
{
  const bl_kmeans_call *c = r->call;
  bl_rng rng = bl_rng_make(c->seed, "kmeans", turn);
  if (!c->centers && c->init == BL_KMEANS_PLUS_PLUS) return plus_plus(ctx, r, &rng);
  if (!c->centers) at_random(r, &rng);
  for (size_t i = 0; c->centers && i < r->k * r->d; i++) r->centers[i] = c->centers[i] - r->mean[i % r->d];
  return BL_OK;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static bl_status make_room(bl_ctx *ctx, room *r)
{
  size_t n = r->n, d = r->d, k = r->k, t = trials_for(k), lanes = bl_ctx_threads(ctx);
  size_t even = (n + MAX_CHUNKS - 1) / MAX_CHUNKS;
  r->chunk = (even + BLOCK - 1) / BLOCK * BLOCK;
  r->n_chunks = (n + r->chunk - 1) / r->chunk;
  r->mean = bl_calloc(ctx, d, sizeof *r->mean);
  r->x = bl_calloc(ctx, n, d * sizeof *r->x);
  r->norm = bl_calloc(ctx, n, sizeof *r->norm);
  r->centers = bl_calloc(ctx, k, d * sizeof *r->centers);
  r->next = bl_calloc(ctx, k, d * sizeof *r->next);
  r->weight = bl_calloc(ctx, k, sizeof *r->weight);
  r->shift2 = bl_calloc(ctx, t, sizeof *r->shift2);
  r->labels = bl_calloc(ctx, n, sizeof *r->labels);
  r->before = bl_calloc(ctx, n, sizeof *r->before);
  r->c = bl_calloc(ctx, k, d * sizeof *r->c);
  r->c2 = bl_calloc(ctx, k, sizeof *r->c2);
  r->sum = bl_calloc(ctx, r->n_chunks * k, d * sizeof *r->sum);
  r->count = bl_calloc(ctx, r->n_chunks, k * sizeof *r->count);
  r->products = bl_calloc(ctx, lanes * k, BLOCK * sizeof *r->products);
  r->changed = bl_calloc(ctx, r->n_chunks, sizeof *r->changed);
  r->nearest = bl_calloc(ctx, n, sizeof *r->nearest);
  r->trial = bl_calloc(ctx, n, t * sizeof *r->trial);
  r->candidate = bl_calloc(ctx, t, d * sizeof *r->candidate);
  r->rows = bl_calloc(ctx, lanes * BLOCK, (d + t) * sizeof *r->rows);
  r->potential = bl_calloc(ctx, r->n_chunks, t * sizeof *r->potential);
  bool whole = r->mean && r->x && r->norm && r->centers && r->next && r->weight && r->shift2 && r->labels &&
               r->before && r->c && r->c2 && r->sum && r->count && r->products && r->changed && r->nearest &&
               r->trial && r->candidate && r->rows && r->potential;
  return whole ? BL_OK : bl_fail_nomem(ctx, r->call->who);
}

static void free_room(bl_ctx *ctx, room *r)
{
  void *const all[] = {r->mean,    r->x,       r->norm,  r->centers,   r->next, r->weight,   r->shift2,
                       r->labels,  r->before,  r->c,     r->c2,        r->sum,  r->count,    r->products,
                       r->changed, r->nearest, r->trial, r->candidate, r->rows, r->potential};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) bl_free(ctx, all[i]);
}

/* tol: of call->tol, in the columns' units. */
static bl_status scale_rows(bl_ctx *ctx, room *r, double *tol)
{
  bl_status s = bl_kit_moments(ctx, r->X, NULL, r->mean, r->candidate); /* candidates come later */
  if (s) return s;
  *tol = 0;
  for (size_t j = 0; j < r->d; j++) *tol += r->call->tol * r->candidate[j] / (double)r->d;
  r->scale = 0;
  for (size_t i = 0; i < r->n; i++)
    for (size_t j = 0; j < r->d; j++) r->scale = fmax(r->scale, fabs((double)bl_crow(r->X, i)[j] - r->mean[j]));
  if (!(r->scale > 0)) r->scale = 1;
  for (size_t i = 0; i < r->n; i++) {
    const float *x = bl_crow(r->X, i);
    double square = 0;
    for (size_t j = 0; j < r->d; j++) {
      double v = ((double)x[j] - r->mean[j]) / r->scale;
      square += v * v;
      r->x[i * r->d + j] = (float)v;
    }
    r->norm[i] = (float)(sqrt(square) * (1 + 1e-6));
  }
  return BL_OK;
}

bl_status bl_kmeans(bl_ctx *ctx, const bl_kmeans_call *call, bl_kmeans_found *out)
{
  room r = {.call = call, .X = call->X, .n = call->X->rows, .d = call->X->cols, .k = call->n_clusters};
  double tol = 0;
  size_t turns = call->centers ? 1 : call->n_init;
  bl_status s = make_room(ctx, &r);
  if (!s) s = scale_rows(ctx, &r, &tol);
  for (size_t turn = 0; !s && turn < turns; turn++) {
    bl_kmeans_found f = *out;
    s = start(ctx, &r, turn);
    if (!s) s = lloyd(ctx, &r, tol, &f);
    if (s || (turn && !(f.inertia < out->inertia))) continue;
    *out = f;
    memcpy(out->labels, r.labels, r.n * sizeof *r.labels);
    for (size_t i = 0; i < r.k * r.d; i++) out->centers[i] = r.centers[i] + r.mean[i % r.d];
  }
  free_room(ctx, &r);
  return s;
}
