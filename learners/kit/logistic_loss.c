#include "logistic_loss.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"
#include "linear_classifier.h"

enum { BLOCK = 128, MIN_CHUNK = 512, MAX_CHUNKS = 16 };

static size_t unknowns_a_row(const bl_logistic_loss *m) { return m->X->cols + m->intercept; }

/* ---- one block of rows ------------------------------------------------------------------------------------------- */

typedef struct scratch {
  double *a, *b, *z; /* [BLOCK x p], [BLOCK x p], [BLOCK x n_outputs] */
} scratch;

static void standardise(const bl_logistic_loss *m, size_t lo, size_t hi, double *a)
{
  size_t d = m->X->cols, p = unknowns_a_row(m);
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(m->X, i);
    double *o = a + (i - lo) * p;
    for (size_t j = 0; j < d; j++) o[j] = ((double)x[j] - m->shift[j]) * m->scale[j];
    if (m->intercept) o[d] = 1;
  }
}

/* z becomes probabilities; returns the loss of the row. */
static double loss_of(double *z, size_t k, size_t y)
{
  if (k > 1) {
    double own = z[y];
    return bl_softmax(z, k) - own;
  }
  double loss = log1p(exp(-fabs(z[0]))) + (z[0] > 0 ? z[0] : 0) - (y ? z[0] : 0);
  z[0] = bl_sigmoid(z[0]);
  return loss;
}

/* Adds A' diag(v) A to block (r, c) of the Hessian. v_i = w_i p_r ((r == c) - p_c). */
static void add_hessian(const bl_logistic_loss *m, const scratch *s, size_t lo, size_t rows, size_t r, size_t c,
                        double *hess)
{
  size_t k = m->n_outputs, p = unknowns_a_row(m), n = k * p;
  for (size_t i = 0; i < rows; i++) {
    const double *prob = s->z + i * k;
    double v = m->weight[lo + i] * prob[r] * ((r == c ? 1 : 0) - prob[c]);
    for (size_t j = 0; j < p; j++) s->b[i * p + j] = v * s->a[i * p + j];
  }
  bl_gemm(true, false, p, p, rows, 1, s->a, p, s->b, p, 1, hess + r * p * n + c * p, n);
}

/* Of one output: the rows' loss, gradient and Hessian (its upper triangle). What a row adds to the Hessian, v_i a_i a_i' with
 * v_i = w_i p (1 - p), is never negative, so that rows times sqrt(v_i) stand in place of the rows, and the product of them
 * with themselves costs half of a product of two matrices. */
static double add_block_of_one(const bl_logistic_loss *m, const scratch *s, const double *theta, size_t lo, size_t rows,
                               double *grad, double *hess)
{
  size_t p = unknowns_a_row(m);
  double loss = 0, *z = s->z;
  bl_gemv(false, rows, p, 1, s->a, p, theta, 0, z);
  for (size_t i = 0; i < rows; i++) {
    double w = m->weight[lo + i];
    loss += w * loss_of(z + i, 1, (size_t)m->y[lo + i]);
    s->b[i] = sqrt(w * z[i] * (1 - z[i]));
    z[i] = w * (z[i] - m->y[lo + i]);
  }
  bl_gemv(true, rows, p, 1, s->a, p, z, 1, grad);
  if (!hess) return loss;
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < p; j++) s->a[i * p + j] *= s->b[i];
  bl_gram_add(s->a, rows, p, hess);
  return loss;
}

/* Adds the rows' loss, gradient and the blocks c >= r of the Hessian. */
static double add_block(const bl_logistic_loss *m, const scratch *s, const double *theta, size_t lo, size_t hi,
                        double *grad, double *hess)
{
  size_t k = m->n_outputs, p = unknowns_a_row(m), rows = hi - lo;
  double loss = 0;
  standardise(m, lo, hi, s->a);
  if (k == 1) return add_block_of_one(m, s, theta, lo, rows, grad, hess);
  bl_gemm(false, true, rows, k, p, 1, s->a, p, theta, p, 0, s->z, k);
  for (size_t i = 0; i < rows; i++) loss += m->weight[lo + i] * loss_of(s->z + i * k, k, (size_t)m->y[lo + i]);
  for (size_t r = 0; hess && r < k; r++)
    for (size_t c = r; c < k; c++) add_hessian(m, s, lo, rows, r, c, hess);
  for (size_t i = 0; i < rows; i++) {
    double *prob = s->z + i * k;
    prob[(size_t)m->y[lo + i]] -= 1;
    for (size_t c = 0; c < k; c++) prob[c] *= m->weight[lo + i];
  }
  bl_gemm(true, false, k, p, rows, 1, s->z, k, s->a, p, 1, grad, p);
  return loss;
}

/* ---- chunks over the pool ---------------------------------------------------------------------------------------- */

typedef struct job {
  const bl_logistic_loss *m;
  const double *theta;
  size_t chunk, slot_size;
  double *slots; /* a slot of each chunk: loss, gradient, Hessian */
  bool hess;
} job;

static bl_status chunk_value(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const job *j = arg;
  const bl_logistic_loss *m = j->m;
  size_t k = m->n_outputs, p = unknowns_a_row(m);
  double *slot = j->slots + lo / j->chunk * j->slot_size;
  double *block = bl_calloc(ctx, BLOCK * (2 * p + k), sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "a block of rows");
  scratch s = {block, block + BLOCK * p, block + 2 * BLOCK * p};
  for (size_t at = lo; at < hi; at += BLOCK)
    slot[0] +=
        add_block(m, &s, j->theta, at, at + BLOCK < hi ? at + BLOCK : hi, slot + 1, j->hess ? slot + 1 + k * p : NULL);
  bl_free(ctx, block);
  return BL_OK;
}

/* The mean over rows plus the penalty, from the folded sums. */
static void finish(const bl_logistic_loss *m, const double *theta, double *f, double *grad, double *hess)
{
  size_t d = m->X->cols, p = unknowns_a_row(m), k = m->n_outputs, n = k * p;
  *f /= m->weight_sum;
  for (size_t i = 0; i < n; i++) grad[i] /= m->weight_sum;
  for (size_t r = 0; hess && r < n; r++)
    for (size_t c = r; c < n; c++) hess[c * n + r] = hess[r * n + c] /= m->weight_sum;
  for (size_t c = 0; c < k; c++)
    for (size_t j = 0; j < d; j++) {
      double own = m->ridge * m->scale[j] * m->scale[j];
      *f += 0.5 * own * theta[c * p + j] * theta[c * p + j];
      grad[c * p + j] += own * theta[c * p + j];
      if (hess) hess[(c * p + j) * n + c * p + j] += own;
    }
}

bl_status bl_logistic_value(bl_ctx *ctx, void *arg, const double *theta, double *f, double *grad, double *hess)
{
  const bl_logistic_loss *m = arg;
  size_t rows = m->X->rows, n = m->n_outputs * unknowns_a_row(m);
  size_t chunk = (rows + MAX_CHUNKS - 1) / MAX_CHUNKS;
  if (chunk < MIN_CHUNK) chunk = MIN_CHUNK;
  size_t n_chunks = (rows + chunk - 1) / chunk, size = 1 + n + (hess ? n * n : 0);
  double *slots = bl_calloc(ctx, n_chunks, size * sizeof *slots);
  if (!slots) return bl_fail_nomem(ctx, "sums of a loss");
  job j = {m, theta, chunk, size, slots, hess != NULL};
  double work = 4.0 * (double)n + (hess ? 2.0 * (double)n * (double)n : 0);
  bl_status s = bl_pool_chunks(ctx, rows, chunk, work, chunk_value, &j);
  if (!s) {
    for (size_t c = 1; c < n_chunks; c++)
      for (size_t i = 0; i < size; i++) slots[i] += slots[c * size + i];
    *f = slots[0];
    memcpy(grad, slots + 1, n * sizeof *grad);
    if (hess) memcpy(hess, slots + 1 + n, n * n * sizeof *hess);
    finish(m, theta, f, grad, hess);
  }
  bl_free(ctx, slots);
  return s;
}

void bl_logistic_coef(const bl_logistic_loss *m, const double *theta, double *coef, double *intercept)
{
  size_t d = m->X->cols, p = unknowns_a_row(m);
  for (size_t c = 0; c < m->n_outputs; c++) {
    const double *t = theta + c * p;
    double b = m->intercept ? t[d] : 0;
    for (size_t j = 0; j < d; j++) {
      coef[c * d + j] = t[j] * m->scale[j];
      b -= coef[c * d + j] * m->shift[j];
    }
    intercept[c] = m->intercept ? b : 0;
  }
}
