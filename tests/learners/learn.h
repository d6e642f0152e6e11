/* learn.h: what the tests of estimators share: golden data as rows, learnt fields by name, comparisons. Header only, so
 * that every test stays a program of one file. */
#ifndef BL_TESTS_LEARN_H
#define BL_TESTS_LEARN_H

#include <stdio.h>
#include <string.h>

#include "baleen/estimator.h"
#include "baleen/random.h"
#include "check.h"
#include "golden.h"

/* NAME.x and NAME.y of a golden file; y is the golden's own. */
typedef struct learn_set {
  bl_mat rows;
  bl_cmat X;
  const double *y;
} learn_set;

static inline bl_mat learn_rows(bl_ctx *ctx, const golden_array *a)
{
  bl_mat m;
  check_ok(ctx, bl_mat_new(ctx, a->rows, a->cols, &m));
  for (size_t i = 0; i < a->rows * a->cols; i++) m.v[i] = (float)a->v[i];
  return m;
}

static inline learn_set learn_open_as(bl_ctx *ctx, const golden *g, const char *x, const char *y)
{
  learn_set s = {.rows = learn_rows(ctx, golden_get(g, x)), .y = golden_get(g, y)->v};
  s.X = bl_mat_view(&s.rows);
  return s;
}

static inline learn_set learn_open(bl_ctx *ctx, const golden *g, const char *name)
{
  char x[64], y[64];
  snprintf(x, sizeof x, "%s.x", name);
  snprintf(y, sizeof y, "%s.y", name);
  return learn_open_as(ctx, g, x, y);
}

static inline void learn_close(bl_ctx *ctx, learn_set *s) { bl_mat_free(ctx, &s->rows); }

static inline bl_estimator *learn_parse(bl_ctx *ctx, const char *text)
{
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  return e;
}

/* Standard normal rows, the same for the same name. */
static inline void learn_noise(bl_ctx *ctx, const char *name, size_t rows, size_t cols, bl_mat *out)
{
  bl_rng r = bl_rng_make(1, name, 0);
  check_ok(ctx, bl_mat_new(ctx, rows, cols, out));
  for (size_t i = 0; i < rows * cols; i++) out->v[i] = (float)bl_rng_normal(&r);
}

static inline bl_field_view learn_field(const bl_estimator *e, const char *name)
{
  const bl_field *f = e->cls->fields;
  while (f->name && strcmp(f->name, name)) f++;
  if (!f->name) fail_msg("%s has no field %s", e->cls->name, name);
  return bl_field_get(f, e->state);
}

/* A learnt field of doubles against golden PREFIX.NAME. */
static inline void learn_compare_field(const golden *g, const char *prefix, const bl_estimator *e, const char *name)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", prefix, name);
  const golden_array *want = golden_get(g, full);
  bl_field_view f = learn_field(e, name);
  assert_non_null(f.v);
  assert_int_equal(f.dims[0] * f.dims[1], want->rows * want->cols);
  golden_compare(want, f.v, full);
}

/* predict_proba of every `every`-th row against golden PREFIX.proba. */
static inline void learn_compare_proba(bl_ctx *ctx, const golden *g, const char *prefix, const bl_estimator *e,
                                       const bl_cmat *X, size_t every)
{
  char full[96];
  snprintf(full, sizeof full, "%s.proba", prefix);
  const golden_array *want = golden_get(g, full);
  size_t k = bl_op_width(e, BL_PREDICT_PROBA);
  assert_int_equal(k, want->cols);
  assert_int_equal((X->rows + every - 1) / every, want->rows);
  double *p = test_calloc(X->rows * k, sizeof *p);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, X, NULL, p));
  for (size_t i = 0; i < want->rows; i++) memmove(p + i * k, p + i * every * k, k * sizeof *p);
  golden_compare(want, p, full);
  test_free(p);
}

#endif
