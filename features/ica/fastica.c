/* fastica.c: W <- sym(E[g(W x) x'] - diag(E[g'(W x)]) W) with g = tanh and sym(W) = (W W')^-1/2 W, until every row turns
 * by less than tol: max |1 - |w_new . w_old||. Hyvarinen 1999.
 *
 * The plain iteration, which scikit-learn and MNE have, may go to and fro between two matrices for ever (five components
 * of a minute of EEG did). Where that is seen, it begins anew from another draw, and the fifth time goes half of the way from
 * then on, which ends at the same fixed points. */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/pool.h"
#include "baleen/random.h"
#include "baleen/wide.h"
#include "fast_tanh.h"
#include "ica_private.h"

/* Samples that a product takes at once (they stay in the cache), and that one item of the parallel loop does. */
enum { WIDTH = 256, CHUNK = 32 * WIDTH };
/* The search begins on every m-th sample, of which there are then this many at least, and for each source squared. */
enum { LEAST = 20000, ENOUGH = 4 };
/* To and fro is looked for behind so many passes, for a search that is still on its way may look alike. */
enum { ON_ITS_WAY = 50, MOST_DRAWS = 5 };

typedef struct pass {
  const bl_white *x;
  const double *w;
  size_t n_chunks;
  double *sums;  /* [chunk][k * k + k]: of g(y) x' and of g'(y) */
  double *rooms; /* [lane][k * WIDTH] */
} pass;

BL_WIDE static double derivative(const double *t, size_t n)
{
  double part[4] = {0}, rest = 0;
  size_t whole = n / 4 * 4;
  for (size_t i = 0; i < whole; i += 4)
    for (size_t k = 0; k < 4; k++) part[k] += 1 - t[i + k] * t[i + k];
  for (size_t i = whole; i < n; i++) rest += 1 - t[i] * t[i];
  return ((part[0] + part[1]) + (part[2] + part[3])) + rest;
}

static bl_status do_chunk(bl_ctx *ctx, void *arg, size_t item)
{
  const pass *p = arg;
  size_t k = p->x->k, n = p->x->n, lo = item * CHUNK, hi = lo + CHUNK < n ? lo + CHUNK : n;
  double *sum = p->sums + item * (k * k + k), *slope = sum + k * k;
  double *y = p->rooms + bl_pool_lane(ctx) * k * WIDTH;
  memset(sum, 0, (k * k + k) * sizeof *sum);
  for (size_t at = lo; at < hi; at += WIDTH) {
    size_t m = hi - at < WIDTH ? hi - at : WIDTH;
    bl_gemm(false, false, k, m, k, 1, p->w, k, p->x->x + at, n, 0, y, m);
    bl_fast_tanh(y, k * m);
    for (size_t i = 0; i < k; i++) slope[i] += derivative(y + i * m, m);
    bl_gemm(false, true, k, k, m, 1, y, m, p->x->x + at, n, 1, sum, k);
  }
  return BL_OK;
}

/* next = E[g(W x) x'] - diag(E[g'(W x)]) W. */
static bl_status fixed_point(bl_ctx *ctx, pass *p, double *next)
{
  size_t k = p->x->k, size = k * k + k;
  double n = (double)p->x->n;
  bl_status s = bl_pool_for(ctx, p->n_chunks, 4.0 * (double)(k * k) * CHUNK, do_chunk, p);
  if (s) return s;
  double *all = p->sums;
  for (size_t c = 1; c < p->n_chunks; c++)
    for (size_t i = 0; i < size; i++) all[i] += p->sums[c * size + i];
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) next[i * k + j] = all[i * k + j] / n - all[k * k + i] / n * p->w[i * k + j];
  return BL_OK;
}

/* w becomes (w w')^-1/2 w, with room for three k x k matrices and k numbers. */
static bl_status decorrelate(bl_ctx *ctx, size_t k, double *w, double *room)
{
  double *a = room, *v = room + k * k, *scaled = v + k * k, *lambda = scaled + k * k;
  bl_gemm(false, true, k, k, k, 1, w, k, w, k, 0, a, k);
  bl_status s = bl_eigh(ctx, k, a, lambda, v);
  if (s) return s;
  if (!(lambda[0] > 0))
    return bl_fail(ctx, BL_E_RANGE,
                   "ica: the search came to sources that depend on one another; keep fewer components");
  for (size_t i = 0; i < k; i++)
    for (size_t j = 0; j < k; j++) scaled[i * k + j] = v[i * k + j] / sqrt(lambda[j]);
  bl_gemm(false, true, k, k, k, 1, scaled, k, v, k, 0, a, k);
  bl_gemm(false, false, k, k, k, 1, a, k, w, k, 0, v, k);
  memcpy(w, v, k * k * sizeof *w);
  return BL_OK;
}

/* How far the rows have turned, at most. */
static double turn(size_t k, const double *a, const double *b)
{
  double most = 0;
  for (size_t i = 0; i < k; i++) {
    double dot = 0;
    for (size_t j = 0; j < k; j++) dot += a[i * k + j] * b[i * k + j];
    most = fmax(most, fabs(fabs(dot) - 1));
  }
  return most;
}

/* The search at work: the matrix before, the one in hand and the next; how much of the way it goes at a time. */
typedef struct course {
  double *before, *next, *room;
  double part;
} course;

/* w goes part of the way to next, whose rows may have turned round. */
static bl_status go(bl_ctx *ctx, size_t k, course *c, double *w)
{
  memcpy(c->before, w, k * k * sizeof *w);
  for (size_t i = 0; i < k; i++) {
    double dot = 0;
    for (size_t j = 0; j < k; j++) dot += w[i * k + j] * c->next[i * k + j];
    for (size_t j = 0; j < k; j++)
      w[i * k + j] = (1 - c->part) * (dot < 0 ? -w[i * k + j] : w[i * k + j]) + c->part * c->next[i * k + j];
  }
  return c->part < 1 ? decorrelate(ctx, k, w, c->room) : BL_OK;
}

/* From w on, over all of x. */
static bl_status iterate(bl_ctx *ctx, const bl_white *x, bl_ica_search *how, bool halve, bool *to_and_fro, double *w)
{
  size_t k = x->k, n_chunks = (x->n + CHUNK - 1) / CHUNK;
  pass p = {.x = x, .w = w, .n_chunks = n_chunks};
  course c = {.part = 1};
  p.sums = bl_calloc(ctx, n_chunks, (k * k + k) * sizeof(double));
  p.rooms = bl_calloc(ctx, bl_ctx_threads(ctx), k * WIDTH * sizeof(double));
  c.before = bl_calloc(ctx, k, k * sizeof(double));
  c.next = bl_calloc(ctx, k, k * sizeof(double));
  c.room = bl_calloc(ctx, 3 * k + 1, k * sizeof(double));
  bl_status s = p.sums && p.rooms && c.before && c.next && c.room ? BL_OK : bl_fail_nomem(ctx, "ica");
  if (!s) s = decorrelate(ctx, k, w, c.room);
  how->converged = *to_and_fro = false;
  for (how->n_iter = 0; !s && !how->converged && !*to_and_fro && how->n_iter < how->max_iter; how->n_iter++) {
    s = fixed_point(ctx, &p, c.next);
    if (!s) s = decorrelate(ctx, k, c.next, c.room);
    if (s) break;
    double now = turn(k, c.next, w);
    how->converged = now < how->tol;
    if (!how->converged && how->n_iter >= ON_ITS_WAY && turn(k, c.next, c.before) < 1e-3 * now) {
      *to_and_fro = !halve;
      c.part /= 2;
    }
    s = go(ctx, k, &c, w);
  }
  bl_free(ctx, p.sums);
  bl_free(ctx, p.rooms);
  bl_free(ctx, c.before);
  bl_free(ctx, c.next);
  bl_free(ctx, c.room);
  return s;
}

/* Every m-th sample leads most of the way for an m-th of the price. */
static bl_status begin_on_part(bl_ctx *ctx, const bl_white *x, const bl_ica_search *how, double *w)
{
  size_t least = ENOUGH * x->k * x->k, step = x->n / (least > LEAST ? least : LEAST);
  if (step < 2) return BL_OK;
  bl_white part = {.k = x->k, .n = x->n / step};
  double *v = bl_calloc(ctx, part.n, part.k * sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "ica");
  for (size_t i = 0; i < x->k; i++)
    for (size_t f = 0; f < part.n; f++) v[i * part.n + f] = x->x[i * x->n + f * step];
  part.x = v;
  bl_ica_search first = {.tol = fmax(how->tol, 1e-4), .max_iter = how->max_iter < 200 ? how->max_iter : 200};
  bool to_and_fro;
  bl_status s = iterate(ctx, &part, &first, true, &to_and_fro, w);
  bl_free(ctx, v);
  return s;
}

bl_status bl_fastica(bl_ctx *ctx, const bl_white *x, bl_ica_search *how, double *w)
{
  bl_status s = BL_OK;
  bool again = true;
  for (uint64_t draw = 0; !s && again && draw < MOST_DRAWS; draw++) {
    bl_rng rng = bl_rng_make(how->seed, "fastica", draw);
    for (size_t i = 0; i < x->k * x->k; i++) w[i] = bl_rng_normal(&rng);
    s = begin_on_part(ctx, x, how, w);
    if (!s) s = iterate(ctx, x, how, draw + 1 == MOST_DRAWS, &again, w);
  }
  return s;
}
