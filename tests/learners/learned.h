/* learned.h: reading what an estimator learnt and feeding it golden data. Included by tests of estimators. */
#ifndef BL_TEST_LEARNED_H
#define BL_TEST_LEARNED_H

#include <stdio.h>
#include <string.h>

#include "baleen/estimator.h"
#include "check.h"
#include "golden.h"

/* The learnt field of that name; fails the test when there is none. */
static inline bl_field_view learned(const bl_estimator *e, const char *name)
{
  const bl_field *f = e->cls->fields;
  while (f && f->name && strcmp(f->name, name)) f++;
  if (!f || !f->name) fail_msg("%s learns no '%s'", e->cls->name, name);
  bl_field_view w = bl_field_get(f, e->state);
  if (!w.v) fail_msg("%s has not learnt '%s' this time", e->cls->name, name);
  return w;
}

static inline void learned_compare(const golden *g, const char *golden_name, const bl_estimator *e, const char *field)
{
  const golden_array *want = golden_get(g, golden_name);
  bl_field_view w = learned(e, field);
  assert_int_equal(w.field->dtype, BL_F64);
  assert_int_equal(w.dims[0] * w.dims[1], want->rows * want->cols);
  golden_compare(want, w.v, golden_name);
}

/* A golden array as float32 rows; freed with bl_mat_free(). */
static inline bl_mat golden_rows(bl_ctx *ctx, const golden *g, const char *name)
{
  const golden_array *a = golden_get(g, name);
  bl_mat m;
  check_ok(ctx, bl_mat_new(ctx, a->rows, a->cols, &m));
  for (size_t i = 0; i < a->rows * a->cols; i++) m.v[i] = (float)a->v[i];
  return m;
}

static inline const char *joined(const char *a, const char *b)
{
  static char text[4][128];
  static unsigned turn;
  char *s = text[turn++ % 4];
  snprintf(s, sizeof text[0], "%s.%s", a, b);
  return s;
}

#endif
