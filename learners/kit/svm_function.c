#include "svm_function.h"

const bl_field bl_svm_function_fields[] = {BL_SVM_FIELDS(bl_svm_state), BL_FIELD_END};

/* The coefficient of row i. */
static double coefficient(const bl_svm_problem *q, size_t i)
{
  return q->n > q->rows ? q->alpha[i] - q->alpha[i + q->rows] : q->alpha[i];
}

static bl_status keep(bl_ctx *ctx, bl_svm_state *s, const bl_kernel *k, const bl_train *t, const bl_svm_problem *q,
                      double rho)
{
  size_t n_sv = 0;
  uint32_t *position = bl_calloc(ctx, q->rows, sizeof *position);
  if (!position) return bl_fail_nomem(ctx, "support vectors");
  for (size_t i = 0; i < q->rows; i++)
    if (coefficient(q, i) != 0) position[n_sv++] = (uint32_t)i;
  bl_status status = bl_svm_keep(ctx, s, k, t, position, n_sv, 1, 1, 1);
  for (size_t i = 0; !status && i < n_sv; i++) s->dual_coef[i] = coefficient(q, position[i]);
  if (!status) {
    s->intercept[0] = -rho;
    s->n_support[0] = (int64_t)n_sv;
  }
  bl_free(ctx, position);
  return status;
}

bl_status bl_svm_function_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const bl_svm_solving *solving,
                              bool two_a_row, bool by_sign, bl_svm_set_up_fn set_up)
{
  size_t rows = t->X.rows, n = two_a_row ? 2 * rows : rows;
  bl_svm_state *state = self->state;
  bl_kernel kernel = {0};
  const bl_gram_values *gram = NULL;
  bl_kernel_cache *cache = NULL;
  double *block = bl_calloc(ctx, 4 * n, sizeof *block);
  uint32_t *sample = bl_calloc(ctx, n, sizeof *sample);
  bl_status s = block && sample ? bl_svm_settle(ctx, self, t, &kernel) : bl_fail_nomem(ctx, self->cls->name);
  if (!s) s = bl_gram_take(ctx, t->data->grams, &kernel, &t->X, bl_svm_cache_bytes(solving), &gram);
  if (!s) s = bl_kernel_cache_new(ctx, &kernel, &t->X, bl_svm_cache_bytes(solving), gram, &cache);
  if (s) goto done;
  bl_svm_problem q = {rows, n, block, block + n, block + 2 * n, block + 3 * n};
  for (size_t i = 0; i < n; i++) {
    sample[i] = (uint32_t)(i < rows ? i : i - rows);
    q.y[i] = i < rows ? 1 : -1;
  }
  set_up(self, t, &q);
  bl_smo smo = {.n = n,
                .sample = two_a_row ? sample : NULL,
                .y = q.y,
                .p = q.p,
                .C = q.C,
                .alpha = q.alpha,
                .tol = solving->tol,
                .max_iter = bl_svm_max_iter(solving, n),
                .shrinking = solving->shrinking,
                .by_sign = by_sign};
  s = bl_smo_solve(ctx, cache, &smo);
  if (!s) s = keep(ctx, state, &kernel, t, &q, smo.rho);
  if (s) goto done;
  state->n_iter = (int64_t)smo.n_iter;
  bl_svm_warn(ctx, self, smo.converged, smo.n_iter, smo.gap, solving->tol);
done:
  if (kernel.cls) bl_kernel_free(ctx, &kernel);
  bl_kernel_cache_free(ctx, cache);
  bl_gram_leave(t->data->grams, gram);
  bl_free(ctx, block);
  bl_free(ctx, sample);
  return s;
}

size_t bl_svm_function_width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
}

bl_status bl_svm_function_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                const bl_answer *out)
{
  const bl_svm_state *s = self->state;
  const bl_svm_room *r = room;
  (void)ctx;
  bl_svm_sums(self, r, X);
  for (size_t i = 0; i < X->rows; i++) out->v[BL_PREDICT][i] = r->sums[i] + s->intercept[0];
  return BL_OK;
}

bl_status bl_svm_function_check(bl_ctx *ctx, const bl_estimator *self) { return bl_svm_check(ctx, self, 1, 1, 1); }
