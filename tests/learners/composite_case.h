/* composite_case.h: what the tests of columns, voting, one_vs_rest and bagging share: composites.txt as rows, and an
 * operation's result against a golden array. */
#ifndef BL_TESTS_COMPOSITE_CASE_H
#define BL_TESTS_COMPOSITE_CASE_H

#include "learn.h"

typedef struct composite_case {
  bl_ctx *ctx;
  golden *g;
  bl_mat x, ask;
  bl_data d;
} composite_case;

/* y: "train.y", "two.y", "target.y". */
static inline composite_case composite_open(const char *y)
{
  composite_case c = {.ctx = bl_ctx_new(), .g = golden_open("composites")};
  c.x = learn_rows(c.ctx, golden_get(c.g, "train.x"));
  c.ask = learn_rows(c.ctx, golden_get(c.g, "ask.x"));
  c.d = (bl_data){.X = bl_mat_view(&c.x), .y = golden_get(c.g, y)->v};
  return c;
}

static inline void composite_close(composite_case *c)
{
  bl_mat_free(c->ctx, &c->x);
  bl_mat_free(c->ctx, &c->ask);
  golden_close(c->g);
  bl_ctx *ctx = c->ctx;
  check_free(ctx);
}

/* The op's result on the asked rows against golden NAME.WHAT. */
static inline void composite_compare(const composite_case *c, const bl_estimator *e, bl_op op, const char *name,
                                     const char *what)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", name, what);
  const golden_array *want = golden_get(c->g, full);
  bl_cmat A = bl_mat_view(&c->ask);
  assert_int_equal(bl_op_width(e, op), want->cols);
  double *got = test_calloc(want->rows * want->cols, sizeof *got);
  check_ok(c->ctx, bl_apply(c->ctx, e, op, &A, NULL, got));
  golden_compare(want, got, full);
  test_free(got);
}

/* Each text is refused when it is read, with `part` in the message. */
typedef struct composite_refusal {
  const char *text, *part;
} composite_refusal;

static inline void composite_refuses(const composite_refusal *r, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  for (size_t i = 0; i < n; i++) check_fails(ctx, bl_estimator_parse(ctx, r[i].text, &e), BL_E_CONFIG, r[i].part);
  check_free(ctx);
}

#endif
