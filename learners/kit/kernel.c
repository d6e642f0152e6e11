/* What the kernels of kernel.h share: gamma, and the matrix of all values. */
#include "baleen/kernel.h"

#include <string.h>

#include "baleen/pool.h"
#include "kernel_table.h"
#include "kit.h"
#include "vector_options.h"

const char *const bl_gamma_words[] = {"scale", "auto", NULL};

/* Variance of all entries, the rows counted by weight, in double; two passes. */
static double variance(const bl_cmat *X, const double *weight)
{
  double sum = 0, count = bl_kit_weight_sum(X->rows, weight) * (double)X->cols, out = 0;
  for (size_t i = 0; i < X->rows; i++) {
    double row = 0;
    for (size_t j = 0; j < X->cols; j++) row += (double)bl_crow(X, i)[j];
    sum += weight ? weight[i] * row : row;
  }
  double mean = sum / count;
  for (size_t i = 0; i < X->rows; i++) {
    double row = 0;
    for (size_t j = 0; j < X->cols; j++) row += ((double)bl_crow(X, i)[j] - mean) * ((double)bl_crow(X, i)[j] - mean);
    out += weight ? weight[i] * row : row;
  }
  return out / count;
}

bl_status bl_kernel_settle(bl_ctx *ctx, bl_kernel *k, const bl_cmat *X, const double *weight)
{
  const bl_opt *o = k->cls->opts ? bl_opts_find(k->cls->opts, "gamma") : NULL;
  if (o && o->kind == BL_OPT_WORD) {
    bl_word word;
    memcpy(&word, (const char *)k->params + o->offset, sizeof word);
    double d = (double)X->cols, var = word.word == 0 ? variance(X, weight) : 0;
    k->gamma = word.word < 0 ? word.real : word.word == 0 ? (var > 0 ? 1 / (d * var) : 1) : 1 / d;
    if (word.word == 1 && k->cls->auto_gamma > 0) k->gamma = k->cls->auto_gamma;
  }
  return k->cls->check ? k->cls->check(ctx, k, X) : BL_OK;
}

/* ---- the matrix of all values ------------------------------------------------------------------------------------ */

typedef struct gram_job {
  const bl_kernel_table *table;
  const bl_cmat *X;
  size_t n, room;
  double *rooms, *out;
} gram_job;

typedef struct gram_rows {
  double *out;
  size_t n;
} gram_rows;

static void keep(void *arg, size_t i, size_t first, size_t n, const double *v)
{
  const gram_rows *g = arg;
  memcpy(g->out + i * g->n + first, v, n * sizeof *v);
}

static bl_status gram_chunk(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const gram_job *j = arg;
  bl_cmat part = *j->X;
  part.rows = hi - lo;
  if (part.index) part.index += lo;
  else part.v += lo * part.stride;
  bl_kernel_compare(j->table, j->rooms + bl_pool_lane(ctx) * j->room, &part, keep,
                    &(gram_rows){j->out + lo * j->n, j->n});
  return BL_OK;
}

bl_status bl_kernel_gram(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X, const bl_cmat *Y, double *out)
{
  if (k->cls->tags & BL_KERNEL_GIVEN)
    return bl_fail(ctx, BL_E_ARG, "kernel %s: its values are given with the rows, not made from them", k->cls->name);
  if (X->cols != Y->cols)
    return bl_fail(ctx, BL_E_SHAPE, "kernel %s: rows of %zu columns cannot be compared with rows of %zu", k->cls->name,
                   X->cols, Y->cols);
  bl_mat dense = {0};
  bl_kernel_table *table = NULL;
  gram_job j = {.X = X, .n = Y->rows, .out = out};
  bl_status s = bl_mat_copy(ctx, Y, &dense);
  if (!s) s = bl_kernel_table_new(ctx, k, dense.v, Y->rows, Y->cols, NULL, &table);
  if (s) goto done;
  j.table = table;
  j.room = bl_kernel_table_room(table);
  j.rooms = bl_calloc(ctx, bl_ctx_threads(ctx), j.room * sizeof *j.rooms);
  if (!j.rooms) s = bl_fail_nomem(ctx, "kernel values");
  if (!s) s = bl_pool_chunks(ctx, X->rows, 64, 3 * (double)Y->rows * (double)(Y->cols + 10), gram_chunk, &j);
done:
  bl_free(ctx, j.rooms);
  bl_free(ctx, table);
  bl_mat_free(ctx, &dense);
  return s;
}
