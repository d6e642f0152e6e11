#include "svm.h"

#include <string.h>

#include "baleen/wide.h"
#include "kit.h"

/* ---- options ----------------------------------------------------------------------------------------------------- */

static bl_status hand_on(bl_ctx *ctx, const bl_estimator *self, const char *option, bl_kernel *k)
{
  bl_buf text = {0};
  bl_status s = bl_opts_get(ctx, self->cls->opts, self->params, option, &text);
  if (!s) s = bl_opts_set(ctx, self->cls->name, k->cls->opts, k->params, option, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

bl_status bl_svm_kernel(bl_ctx *ctx, const bl_estimator *self, bl_kernel *out)
{
  bl_buf name = {0};
  *out = (bl_kernel){0};
  bl_status s = bl_opts_get(ctx, self->cls->opts, self->params, "kernel", &name);
  if (!s) s = bl_kernel_new(ctx, bl_buf_text(&name), out);
  bl_buf_free(ctx, &name);
  for (const bl_opt *o = !s ? out->cls->opts : NULL; !s && o && o->name; o++)
    if (bl_opts_find(self->cls->opts, o->name)) s = hand_on(ctx, self, o->name, out);
  if (s && out->cls) bl_kernel_free(ctx, out);
  return s;
}

/* Kernels add columns up as they stand. */
static bl_status look_at_scales(bl_ctx *ctx, const bl_estimator *self, const bl_train *t)
{
  enum { TOO_MUCH = 1000 };
  size_t d = t->X.cols, largest = d, smallest = d;
  double n = bl_kit_weight_sum(t->X.rows, t->weight), *mean = bl_calloc(ctx, 2 * d, sizeof *mean);
  bl_status s = mean ? bl_kit_moments(ctx, &t->X, t->weight, mean, mean + d) : bl_fail_nomem(ctx, self->cls->name);
  double *var = mean ? mean + d : NULL;
  for (size_t j = 0; !s && j < d; j++) {
    if (bl_kit_constant(n, mean[j], var[j])) continue;
    if (largest == d || var[j] > var[largest]) largest = j;
    if (smallest == d || var[j] < var[smallest]) smallest = j;
  }
  if (!s && largest < d && sqrt(var[largest]) > TOO_MUCH * sqrt(var[smallest]))
    bl_warn(ctx, BL_W_REMARK,
            "%s: column %zu varies by %.3g, column %zu by %.3g: the small ones count for nothing, and the solver may "
            "take long; put a standard_scaler before it",
            self->cls->name, largest, sqrt(var[largest]), smallest, sqrt(var[smallest]));
  bl_free(ctx, mean);
  return s;
}

bl_status bl_svm_settle(bl_ctx *ctx, const bl_estimator *self, const bl_train *t, bl_kernel *out)
{
  bl_status s = bl_svm_kernel(ctx, self, out);
  /* what gamma: scale measures are the rows, whatever their classes weigh */
  if (!s) s = bl_kernel_settle(ctx, out, &t->X, t->data->weight);
  if (!s && !(out->cls->tags & BL_KERNEL_GIVEN)) s = look_at_scales(ctx, self, t);
  if (s && !strstr(bl_ctx_error(ctx), self->cls->name)) s = bl_fail_in(ctx, s, "%s: ", self->cls->name);
  return s;
}

size_t bl_svm_max_iter(const bl_svm_solving *o, size_t n)
{
  if (o->max_iter >= 0) return (size_t)o->max_iter;
  return n > 100000 ? 100 * n : 10000000;
}

size_t bl_svm_cache_bytes(const bl_svm_solving *o) { return (size_t)(o->cache_size * 1e6); }

void bl_svm_warn(bl_ctx *ctx, const bl_estimator *self, bool converged, size_t n_iter, double gap, double tol)
{
  if (converged) return;
  bl_warn(ctx, BL_W_NO_CONVERGENCE,
          "%s: stopped after moving %zu pairs with a violation of %.3g, wanted %.3g; scale the columns, or raise "
          "max_iter or tol",
          self->cls->name, n_iter, gap, tol);
}

/* ---- what is learnt ---------------------------------------------------------------------------------------------- */

bl_status bl_svm_keep(bl_ctx *ctx, bl_svm_state *s, const bl_kernel *k, const bl_train *t, const uint32_t *position,
                      size_t n_sv, size_t n_rows, size_t n_intercepts, size_t n_groups)
{
  bool given = k->cls->tags & BL_KERNEL_GIVEN;
  size_t d = t->X.cols;
  s->n_sv = n_sv;
  s->n_features = d;
  s->n_rows = n_rows;
  s->n_intercepts = n_intercepts;
  s->n_groups = n_groups;
  s->gamma = k->gamma;
  s->support = bl_calloc(ctx, n_sv, sizeof *s->support);
  s->dual_coef = bl_calloc(ctx, n_rows, n_sv * sizeof *s->dual_coef);
  if (n_intercepts) s->intercept = bl_calloc(ctx, n_intercepts, sizeof *s->intercept);
  s->n_support = bl_calloc(ctx, n_groups, sizeof *s->n_support);
  if (!given) s->support_vectors = bl_calloc(ctx, n_sv, d * sizeof *s->support_vectors);
  if (!s->support || !s->dual_coef || (n_intercepts && !s->intercept) || !s->n_support ||
      (!given && !s->support_vectors))
    return bl_fail_nomem(ctx, "support vectors");
  for (size_t i = 0; i < n_sv; i++) {
    s->support[i] = given && t->X.index ? t->X.index[position[i]] : position[i];
    if (!given) memcpy(s->support_vectors + i * d, bl_crow(&t->X, position[i]), d * sizeof(float));
  }
  return BL_OK;
}

bl_status bl_svm_check(bl_ctx *ctx, const bl_estimator *self, size_t n_rows, size_t n_intercepts, size_t n_groups)
{
  const bl_svm_state *s = self->state;
  const char *who = self->cls->name;
  bl_kernel k;
  bl_status status = bl_svm_kernel(ctx, self, &k);
  if (status) return status;
  bool given = k.cls->tags & BL_KERNEL_GIVEN;
  bl_kernel_free(ctx, &k);
  if (!s->support || !s->dual_coef || (n_intercepts && !s->intercept) || !s->n_support ||
      (!given && !s->support_vectors))
    return bl_fail(ctx, BL_E_FORMAT, "%s: support vectors or their coefficients are missing", who);
  if (s->n_rows != n_rows || s->n_intercepts != n_intercepts || s->n_groups != n_groups ||
      (!given && s->n_features != self->n_features))
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu x %zu coefficients, %zu constants and %zu groups do not fit %zu classes",
                   who, s->n_rows, s->n_sv, s->n_intercepts, s->n_groups, self->n_classes);
  int64_t left = (int64_t)s->n_sv;
  for (size_t g = 0; g < n_groups; g++) {
    if (s->n_support[g] < 0 || s->n_support[g] > left)
      return bl_fail(ctx, BL_E_FORMAT, "%s: the groups are not of %zu support vectors", who, s->n_sv);
    left -= s->n_support[g];
  }
  if (left) return bl_fail(ctx, BL_E_FORMAT, "%s: %lld support vectors belong to no group", who, (long long)left);
  for (size_t i = 0; given && i < s->n_sv; i++)
    if (s->support[i] < 0 || (uint64_t)s->support[i] >= self->n_features)
      return bl_fail(ctx, BL_E_FORMAT, "%s: support vector %zu is column %lld of %zu", who, i, (long long)s->support[i],
                     self->n_features);
  return BL_OK;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

bl_status bl_svm_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const bl_svm_state *s = self->state;
  bl_svm_room *r = *room = bl_calloc(ctx, 1, sizeof *r);
  (void)ops;
  if (!r) return bl_fail_nomem(ctx, self->cls->name);
  bl_status status = bl_svm_kernel(ctx, self, &r->kernel);
  if (status) return status;
  r->kernel.gamma = s->gamma;
  status = bl_kernel_table_new(ctx, &r->kernel, s->support_vectors, s->n_sv, self->n_features, s->support, &r->table);
  if (status) return status;
  r->room = bl_calloc(ctx, bl_kernel_table_room(r->table), sizeof *r->room);
  r->sums = bl_calloc(ctx, rows, s->n_groups * s->n_rows * sizeof *r->sums);
  return r->room && r->sums ? BL_OK : bl_fail_nomem(ctx, self->cls->name);
}

void bl_svm_release(bl_ctx *ctx, void *room)
{
  bl_svm_room *r = room;
  if (r->kernel.cls) bl_kernel_free(ctx, &r->kernel);
  bl_free(ctx, r->table);
  bl_free(ctx, r->room);
  bl_free(ctx, r->sums);
}

/* In eight sums side by side. */
BL_WIDE static double weighted_sum(const double *restrict w, const double *restrict v, size_t n)
{
  double sum[8] = {0};
  size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (size_t k = 0; k < 8; k++) sum[k] += w[i + k] * v[i + k];
  for (size_t k = 0; i + k < n; k++) sum[k] += w[i + k] * v[i + k];
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

typedef struct sum_job {
  const bl_svm_state *s;
  double *sums;
} sum_job;

/* A tile may hold vectors of several groups. */
static void add_tile(void *arg, size_t row, size_t first, size_t n, const double *v)
{
  const sum_job *j = arg;
  const bl_svm_state *s = j->s;
  double *sums = j->sums + row * s->n_groups * s->n_rows;
  for (size_t g = 0, start = 0; g < s->n_groups; g++) {
    size_t end = start + (size_t)s->n_support[g];
    size_t lo = start > first ? start : first, hi = end < first + n ? end : first + n;
    for (size_t r = 0; r < s->n_rows && lo < hi; r++)
      sums[g * s->n_rows + r] += weighted_sum(s->dual_coef + r * s->n_sv + lo, v + (lo - first), hi - lo);
    start = end;
  }
}

void bl_svm_sums(const bl_estimator *self, const bl_svm_room *r, const bl_cmat *X)
{
  const bl_svm_state *s = self->state;
  memset(r->sums, 0, X->rows * s->n_groups * s->n_rows * sizeof *r->sums);
  bl_kernel_compare(r->table, r->room, X, add_tile, &(sum_job){s, r->sums});
}

double bl_svm_work(const bl_estimator *self)
{
  const bl_svm_state *s = self->state;
  return (double)s->n_sv * (2 * (double)self->n_features + 30 + 2 * (double)s->n_rows);
}
