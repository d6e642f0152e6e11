#include "row_loss.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/memory.h"
#include "baleen/pool.h"

enum { BLOCK = 256, MIN_CHUNK = 512, MAX_CHUNKS = 16 };

typedef struct job {
  const bl_row_loss *m;
  const double *theta;
  size_t p, chunk, slot_size;
  double *slots; /* a slot of each chunk: loss, gradient, Hessian's upper triangle */
  bool hess;
} job;

/* Rows lo..hi as the unknowns see them. */
static void take_rows(const bl_row_loss *m, size_t p, size_t lo, size_t hi, double *a)
{
  size_t d = m->X->cols;
  for (size_t i = lo; i < hi; i++) {
    const float *x = bl_crow(m->X, i);
    double *o = a + (i - lo) * p;
    for (size_t j = 0; j < d; j++) o[j] = ((double)x[j] - m->shift[j]) * m->scale[j];
    if (m->intercept) o[d] = m->bias > 0 ? m->bias : 1;
  }
}

/* Adds the rows' loss and gradient; rows that bend the loss are moved to the front of a, times the root of how much. */
static void add_block(const job *j, size_t lo, size_t hi, double *a, double *z, double *slot)
{
  const bl_row_loss *m = j->m;
  size_t p = j->p, bent = 0;
  take_rows(m, p, lo, hi, a);
  bl_gemv(false, hi - lo, p, 1, a, p, j->theta, 0, z);
  double *second = z + BLOCK;
  for (size_t i = 0; i < hi - lo; i++) {
    bl_row_slope s = m->fn(m->arg, m->y[lo + i], z[i]);
    double w = m->weight ? m->weight[lo + i] : 1;
    slot[0] += w * s.loss;
    z[i] = w * s.first;
    second[i] = w * s.second;
  }
  bl_gemv(true, hi - lo, p, 1, a, p, z, 1, slot + 1);
  if (!j->hess) return;
  for (size_t i = 0; i < hi - lo; i++) {
    if (!(second[i] > 0)) continue;
    double root = sqrt(second[i]);
    for (size_t c = 0; c < p; c++) a[bent * p + c] = root * a[i * p + c];
    bent++;
  }
  if (bent) bl_gram_add(a, bent, p, slot + 1 + p);
}

static bl_status chunk_value(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const job *j = arg;
  double *slot = j->slots + lo / j->chunk * j->slot_size;
  double *block = bl_calloc(ctx, BLOCK, (j->p + 2) * sizeof *block);
  if (!block) return bl_fail_nomem(ctx, "a block of rows");
  for (size_t at = lo; at < hi; at += BLOCK)
    add_block(j, at, at + BLOCK < hi ? at + BLOCK : hi, block, block + BLOCK * j->p, slot);
  bl_free(ctx, block);
  return BL_OK;
}

/* The mean over rows plus the penalty. */
static void finish(const bl_row_loss *m, size_t p, const double *theta, double *f, double *grad, double *hess)
{
  size_t d = m->X->cols;
  *f /= m->weight_sum;
  for (size_t i = 0; i < p; i++) grad[i] /= m->weight_sum;
  for (size_t i = 0; hess && i < p * p; i++) hess[i] /= m->weight_sum;
  for (size_t j = 0; j < (m->bias > 0 ? p : d); j++) {
    double own = j < d ? m->ridge * m->scale[j] * m->scale[j] : m->ridge;
    *f += 0.5 * own * theta[j] * theta[j];
    grad[j] += own * theta[j];
    if (hess) hess[j * p + j] += own;
  }
  if (hess) bl_mirror(p, hess);
}

bl_status bl_row_loss_value(bl_ctx *ctx, void *arg, const double *theta, double *f, double *grad, double *hess)
{
  const bl_row_loss *m = arg;
  size_t rows = m->X->rows, p = m->X->cols + m->intercept, chunk = (rows + MAX_CHUNKS - 1) / MAX_CHUNKS;
  if (chunk < MIN_CHUNK) chunk = MIN_CHUNK;
  size_t n_chunks = (rows + chunk - 1) / chunk, size = 1 + p + (hess ? p * p : 0);
  double *slots = bl_calloc(ctx, n_chunks, size * sizeof *slots);
  if (!slots) return bl_fail_nomem(ctx, "sums of a loss");
  job j = {m, theta, p, chunk, size, slots, hess != NULL};
  double work = 5.0 * (double)p + (hess ? (double)p * (double)p : 0);
  bl_status s = bl_pool_chunks(ctx, rows, chunk, work, chunk_value, &j);
  if (!s) {
    for (size_t c = 1; c < n_chunks; c++)
      for (size_t i = 0; i < size; i++) slots[i] += slots[c * size + i];
    *f = slots[0];
    memcpy(grad, slots + 1, p * sizeof *grad);
    if (hess) memcpy(hess, slots + 1 + p, p * p * sizeof *hess);
    finish(m, p, theta, f, grad, hess);
  }
  bl_free(ctx, slots);
  return s;
}

void bl_row_loss_coef(const bl_row_loss *m, const double *theta, double *coef, double *intercept)
{
  size_t d = m->X->cols;
  *intercept = !m->intercept ? 0 : m->bias > 0 ? m->bias * theta[d] : theta[d];
  for (size_t j = 0; j < d; j++) {
    coef[j] = theta[j] * m->scale[j];
    if (m->intercept) *intercept -= coef[j] * m->shift[j];
  }
}
