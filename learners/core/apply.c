/* Applying what was learnt: checks columns, names and finiteness, asks the class, turns codes into class values. Writes
 * nothing into the estimator, so that any number of threads may share one, each with an applier of its own. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/pool.h"
#include "estimator_private.h"
#include "kit.h"

enum { BLOCK = 128 }; /* rows that bl_apply_all() takes at once: room stays in the cache, threads find enough blocks */

struct bl_applier {
  const bl_estimator *e;
  unsigned ops;
  size_t rows, width[BL_N_OPS];
  bool nan_ok;
  void *room; /* the class's own */
};

bl_status bl_estimator_needs_fit(bl_ctx *ctx, const bl_estimator *e)
{
  if (e->fitted) return BL_OK;
  return bl_fail(ctx, BL_E_NOT_FITTED, "%s: has learnt nothing yet; fit it first", e->cls->name);
}

size_t bl_op_width(const bl_estimator *e, bl_op op)
{
  return (unsigned)op < BL_N_OPS && e->cls->width ? e->cls->width(e, op) : 0;
}

/* ---- what is asked, and of which columns ------------------------------------------------------------------------- */

static bl_status check_names(bl_ctx *ctx, const bl_estimator *e, const bl_texts *names)
{
  const bl_texts *own = &e->feature_names;
  if (!names || !own->n) return BL_OK;
  if (names->n != own->n)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu feature names, but the model learnt from %zu", e->cls->name, names->n,
                   own->n);
  for (size_t j = 0; j < own->n; j++) {
    if (!strcmp(names->v[j], own->v[j])) continue;
    long at = bl_texts_find(names, own->v[j]);
    if (at < 0)
      return bl_fail(ctx, BL_E_MISMATCH, "%s: column %zu is '%s', but the model learnt from '%s' there", e->cls->name,
                     j, names->v[j], own->v[j]);
    return bl_fail(ctx, BL_E_MISMATCH,
                   "%s: column %zu is '%s', but the model learnt from '%s' there, which stands in column %ld; "
                   "bring the columns into the model's order",
                   e->cls->name, j, names->v[j], own->v[j], at);
  }
  return BL_OK;
}

bl_status bl_check_columns(bl_ctx *ctx, const bl_estimator *e, size_t cols, const bl_texts *names)
{
  if (cols != e->n_features)
    return bl_fail(ctx, BL_E_SHAPE, "%s: %zu columns, but the model learnt from %zu", e->cls->name, cols,
                   e->n_features);
  return check_names(ctx, e, names);
}

static bl_status check_ops(bl_ctx *ctx, const bl_estimator *e, unsigned ops)
{
  for (unsigned op = 0; ops >> op; op++) {
    if (!(ops >> op & 1)) continue;
    if (op >= BL_N_OPS) return bl_fail(ctx, BL_E_ARG, "%s: there is no operation %u", e->cls->name, op);
    if (!bl_op_width(e, (bl_op)op))
      return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: gives no %s", e->cls->name, bl_op_name((bl_op)op));
  }
  return BL_OK;
}

static unsigned ops_of(const bl_answer *out)
{
  unsigned ops = out->transform.v ? BL_ASK(BL_TRANSFORM) : 0;
  for (unsigned op = 0; op < BL_TRANSFORM; op++) ops |= out->v[op] ? BL_ASK(op) : 0;
  return ops;
}

static bl_status check_rows(bl_ctx *ctx, const bl_estimator *e, bool nan_ok, const bl_cmat *X, const bl_texts *names,
                            size_t first_row)
{
  bl_status s = bl_check_columns(ctx, e, X->cols, NULL);
  if (s) return s;
  return bl_check_finite(ctx, e->cls->name, X, nan_ok, e->feature_names.n ? &e->feature_names : names, first_row);
}

/* ---- an applier -------------------------------------------------------------------------------------------------- */

bl_status bl_applier_new(bl_ctx *ctx, const bl_estimator *e, unsigned ops, size_t rows, const bl_texts *names,
                         bl_applier **out)
{
  *out = NULL;
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (!s) s = check_ops(ctx, e, ops);
  if (!s) s = check_names(ctx, e, names);
  if (s) return s;
  bl_applier *a = bl_calloc(ctx, 1, sizeof *a);
  if (!a) return bl_fail_nomem(ctx, "an applier");
  *a = (bl_applier){.e = e, .ops = ops, .rows = rows ? rows : 1, .nan_ok = bl_estimator_tags(e) & BL_TAG_NAN_OK};
  for (unsigned op = 0; op < BL_N_OPS; op++) a->width[op] = bl_op_width(e, (bl_op)op);
  if (e->cls->prepare) s = e->cls->prepare(ctx, e, ops, a->rows, &a->room);
  if (s) bl_applier_free(ctx, a);
  else *out = a;
  return s;
}

void bl_applier_free(bl_ctx *ctx, bl_applier *a)
{
  if (!a) return;
  if (a->room && a->e->cls->release) a->e->cls->release(ctx, a->room);
  bl_free(ctx, a->room);
  bl_free(ctx, a);
}

/* Rows lo .. lo+n-1 of a view. */
static bl_cmat some_rows(const bl_cmat *X, size_t lo, size_t n)
{
  bl_cmat part = *X;
  part.rows = n;
  if (X->index) part.index += lo;
  else part.v += lo * X->stride;
  return part;
}

/* Where the results of those rows go. */
static bl_answer some_results(const bl_applier *a, const bl_answer *out, size_t lo, size_t n)
{
  bl_answer part = *out;
  for (unsigned op = 0; op < BL_TRANSFORM; op++)
    if (part.v[op]) part.v[op] += lo * a->width[op];
  if (part.transform.v) part.transform.v += lo * part.transform.stride;
  part.transform.rows = n;
  part.first_row += lo;
  return part;
}

/* What a finite model makes of finite rows may still overflow: NaN is never handed on as a prediction. */
static bl_status check_answer(bl_ctx *ctx, const bl_applier *a, const bl_answer *out, size_t n)
{
  for (unsigned op = 0; op < BL_TRANSFORM; op++)
    for (size_t i = 0; out->v[op] && i < n * a->width[op]; i++)
      if (isnan(out->v[op][i]))
        return bl_fail(ctx, BL_E_NONFINITE,
                       "%s: %s of row %zu is NaN; its values lie too far outside of what the model learnt from",
                       a->e->cls->name, bl_op_name((bl_op)op), out->first_row + i / a->width[op]);
  return BL_OK;
}

/* Rows that passed check_rows(), `lo` to `hi`. */
static bl_status run(bl_ctx *ctx, const bl_applier *a, const bl_cmat *X, const bl_answer *out, size_t lo, size_t hi)
{
  bl_status s = BL_OK;
  for (size_t n; !s && lo < hi; lo += n) {
    n = hi - lo < a->rows ? hi - lo : a->rows;
    bl_cmat rows = some_rows(X, lo, n);
    bl_answer part = some_results(a, out, lo, n);
    s = BL_CHECK_CANCEL(ctx);
    if (!s) s = a->e->cls->apply(ctx, a->e, a->room, &rows, &part);
    if (!s) s = check_answer(ctx, a, &part, n);
  }
  return s;
}

static void decode(const bl_estimator *e, double *predicted, size_t n)
{
  if (!predicted || bl_estimator_kind(e) != BL_CLASSIFIER || e->n_targets > 1) return;
  for (size_t i = 0; i < n; i++) {
    assert(predicted[i] >= 0 && predicted[i] < (double)e->n_classes);
    predicted[i] = e->classes[(size_t)predicted[i]];
  }
}

bl_status bl_applier_codes(bl_ctx *ctx, bl_applier *a, const bl_cmat *X, const bl_answer *out)
{
  unsigned more = ops_of(out) & ~a->ops;
  if (more) {
    bl_op op = BL_PREDICT;
    while (!(more & BL_ASK(op))) op++;
    return bl_fail(ctx, BL_E_ARG, "%s: its applier was not made for %s", a->e->cls->name, bl_op_name(op));
  }
  bl_status s = check_rows(ctx, a->e, a->nan_ok, X, NULL, out->first_row);
  return s ? s : run(ctx, a, X, out, 0, X->rows);
}

bl_status bl_applier_run(bl_ctx *ctx, bl_applier *a, const bl_cmat *X, const bl_answer *out)
{
  bl_status s = bl_applier_codes(ctx, a, X, out);
  if (!s) decode(a->e, out->v[BL_PREDICT], X->rows);
  return s;
}

/* ---- once, over the pool ----------------------------------------------------------------------------------------- */

static double work_of(const bl_estimator *e)
{
  double sum = 0;
  if (e->cls->work) return e->cls->work(e);
  for (size_t i = 0; i < e->n_children && e->child[i]->fitted; i++) sum += work_of(e->child[i]);
  for (size_t i = 0; i < e->n_learnt; i++) sum += work_of(e->learnt[i]);
  return sum > 0 ? sum : 4 * (double)e->n_features;
}

typedef struct once {
  const bl_estimator *e;
  const bl_cmat *X;
  const bl_answer *out;
  unsigned ops;
  bl_applier **of_lane; /* made by the thread that first needs it */
} once;

static bl_status some_of_once(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  const once *o = arg;
  bl_applier **a = &o->of_lane[bl_pool_lane(ctx)];
  size_t rows = o->X->rows < BLOCK ? o->X->rows : BLOCK;
  bl_status s = *a ? BL_OK : bl_applier_new(ctx, o->e, o->ops, rows, NULL, a);
  return s ? s : run(ctx, *a, o->X, o->out, lo, hi);
}

bl_status bl_apply_all(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const bl_texts *names,
                       const bl_answer *out)
{
  once o = {e, X, out, ops_of(out), NULL};
  size_t lanes = bl_ctx_threads(ctx);
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (!s) s = check_ops(ctx, e, o.ops);
  if (!s) s = check_names(ctx, e, names);
  if (!s) s = check_rows(ctx, e, bl_estimator_tags(e) & BL_TAG_NAN_OK, X, names, out->first_row);
  if (!s) s = BL_CHECK_CANCEL(ctx);
  if (s || !X->rows || !o.ops) return s;
  if (!(o.of_lane = bl_calloc(ctx, lanes, sizeof(bl_applier *)))) return bl_fail_nomem(ctx, "appliers");
  s = bl_pool_chunks(ctx, X->rows, BLOCK, work_of(e), some_of_once, &o);
  for (size_t i = 0; i < lanes; i++) bl_applier_free(ctx, o.of_lane[i]);
  bl_free(ctx, o.of_lane);
  if (!s) decode(e, out->v[BL_PREDICT], X->rows);
  return s;
}

bl_status bl_apply(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names, double *out)
{
  bl_answer asked = {0};
  if ((unsigned)op >= BL_N_OPS) return bl_fail(ctx, BL_E_ARG, "%s: there is no operation %d", e->cls->name, (int)op);
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (!s) s = check_ops(ctx, e, BL_ASK(op));
  if (!s && op == BL_TRANSFORM)
    s = bl_fail(ctx, BL_E_ARG, "%s: transform gives a matrix; call bl_transform()", e->cls->name);
  if (s) return s;
  asked.v[op] = out;
  return bl_apply_all(ctx, e, X, names, &asked);
}

bl_status bl_transform(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const bl_texts *names, bl_mat *out)
{
  *out = (bl_mat){0};
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (!s) s = check_ops(ctx, e, BL_ASK(BL_TRANSFORM));
  if (!s) s = bl_mat_new(ctx, X->rows, bl_op_width(e, BL_TRANSFORM), out);
  if (!s) s = bl_apply_all(ctx, e, X, names, &(bl_answer){.transform = *out});
  if (s) bl_mat_free(ctx, out);
  return s;
}

/* How many columns transform gives; an error when it gives none, or none yet. */
static bl_status transform_width(bl_ctx *ctx, const bl_estimator *e, size_t *width)
{
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (s) return s;
  *width = bl_op_width(e, BL_TRANSFORM);
  return *width ? BL_OK : bl_fail(ctx, BL_E_UNSUPPORTED, "%s: gives no %s", e->cls->name, bl_op_name(BL_TRANSFORM));
}

bl_status bl_estimator_names_out(bl_ctx *ctx, const bl_estimator *e, bl_texts *out)
{
  *out = (bl_texts){0};
  size_t width = 0;
  bl_status s = transform_width(ctx, e, &width);
  if (s) return s;
  if (e->cls->names_out) s = e->cls->names_out(ctx, e, out);
  for (size_t i = 0; !s && !e->cls->names_out && i < width; i++) {
    char name[128];
    snprintf(name, sizeof name, "%s%zu", e->cls->name, i);
    s = bl_texts_add(ctx, out, name);
  }
  if (!s && out->n != width)
    s = bl_fail(ctx, BL_E_INTERNAL, "%s: names %zu of its %zu columns", e->cls->name, out->n, width);
  if (s) bl_texts_free(ctx, out);
  return s;
}

bl_status bl_estimator_blocks_out(bl_ctx *ctx, const bl_estimator *e, bl_blocks *out)
{
  *out = (bl_blocks){0};
  size_t width = 0;
  bl_status s = transform_width(ctx, e, &width);
  if (s) return s;
  if (e->cls->blocks_out) s = e->cls->blocks_out(ctx, e, out);
  else s = bl_kit_one_block(ctx, e, "", out);
  if (!s && (s = bl_blocks_check(ctx, e->cls->name, out, width)) == BL_E_SHAPE)
    s = bl_fail_in(ctx, BL_E_INTERNAL, "what it gives: ");
  if (s) bl_blocks_free(ctx, out);
  return s;
}
