/* Every estimator, made ready to be applied: whatever is asked for together, in whatever blocks, has the bits that each
 * operation gives alone; and a run allocates nothing. */
#include "conformance.h"

enum { N = 300, ROOM = 64 }; /* of columns of all operations together */

/* Answers of `n` rows from `first` on, in the layout that ask() gives. */
static void run_rows(bl_ctx *ctx, bl_applier *a, const bl_estimator *e, const bl_cmat *X, size_t first, size_t n,
                     answers *got)
{
  bl_cmat rows = *X;
  bl_answer out = {0};
  float z[N * ROOM];
  rows.rows = n;
  rows.v += first * X->stride;
  for (int op = 0; op < BL_TRANSFORM; op++)
    if (got->width[op]) out.v[op] = got->v + got->at[op] + first * got->width[op];
  size_t width = got->width[BL_TRANSFORM];
  if (width) out.transform = (bl_mat){z, n, width, width};
  assert_true(width <= ROOM);
  size_t before = bl_ctx_allocs(ctx);
  check_ok(ctx, bl_applier_run(ctx, a, &rows, &out));
  if (bl_ctx_allocs(ctx) != before)
    fail_msg("%s: a run of %zu rows allocated %zu times; make the room in prepare", e->cls->name, n,
             bl_ctx_allocs(ctx) - before);
  for (size_t i = 0; i < n * width; i++) got->v[got->at[BL_TRANSFORM] + first * width + i] = (double)z[i];
}

static unsigned all_ops(const bl_estimator *e)
{
  unsigned ops = 0;
  for (int op = 0; op < BL_N_OPS; op++) ops |= bl_op_width(e, (bl_op)op) ? BL_ASK(op) : 0;
  return ops;
}

/* An applier with room for `room` rows, handed `block` rows at a time. */
static void in_blocks(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const answers *want, size_t room,
                      size_t block)
{
  bl_applier *a;
  answers got = *want;
  assert_non_null(got.v = bl_calloc(ctx, want->n, sizeof *got.v));
  check_ok(ctx, bl_applier_new(ctx, e, all_ops(e), room, NULL, &a));
  for (size_t first = 0; first < N; first += block)
    run_rows(ctx, a, e, X, first, N - first < block ? N - first : block, &got);
  same_answers(&got, want, 0, "all operations in one pass");
  bl_applier_free(ctx, a);
  bl_free(ctx, got.v);
}

static void one_pass_gives_every_operation(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers want = ask(ctx, e, &a.d.X);
  in_blocks(ctx, e, &a.d.X, &want, 1, 1);
  in_blocks(ctx, e, &a.d.X, &want, 7, 7);
  in_blocks(ctx, e, &a.d.X, &want, 100, N);
  in_blocks(ctx, e, &a.d.X, &want, 1000, N);
  bl_free(ctx, want.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void an_applier_refuses_what_it_was_not_made_for(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s);
  bl_applier *p;
  a.d.feature_names = &a.names;
  check_fails(ctx, bl_applier_new(ctx, e, all_ops(e), 1, NULL, &p), BL_E_NOT_FITTED, "fit it first");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  for (int op = 0; op <= BL_N_OPS; op++)
    if (op == BL_N_OPS) check_fails(ctx, bl_applier_new(ctx, e, BL_ASK(op), 1, NULL, &p), BL_E_ARG, "no operation");
    else if (!bl_op_width(e, (bl_op)op))
      check_fails(ctx, bl_applier_new(ctx, e, BL_ASK(op), 1, NULL, &p), BL_E_UNSUPPORTED, bl_op_name((bl_op)op));
  char *keep = a.names.v[0];
  a.names.v[0] = a.names.v[1], a.names.v[1] = keep;
  check_fails(ctx, bl_applier_new(ctx, e, all_ops(e), 1, &a.names, &p), BL_E_MISMATCH, "column 0 is 'column b'");
  check_ok(ctx, bl_applier_new(ctx, e, 0, 1, NULL, &p));
  double out[N * ROOM];
  float z[N * ROOM];
  bl_op op = s->kind == BL_TRANSFORMER ? BL_TRANSFORM : BL_PREDICT;
  bl_answer all = {0};
  if (op == BL_TRANSFORM) all.transform = (bl_mat){z, N, bl_op_width(e, op), bl_op_width(e, op)};
  else all.v[op] = out;
  check_fails(ctx, bl_applier_run(ctx, p, &a.d.X, &all), BL_E_ARG, bl_op_name(op));
  bl_applier_free(ctx, p);
  bl_cmat narrow = a.d.X;
  narrow.cols = 3;
  check_ok(ctx, bl_applier_new(ctx, e, BL_ASK(op), 1, NULL, &p));
  check_fails(ctx, bl_applier_run(ctx, p, &narrow, &all), BL_E_SHAPE, "3 columns");
  bl_row(&a.X, 41)[2] = NAN;
  all.first_row = 1000;
  if (!(s->tags & BL_TAG_NAN_OK))
    check_fails(ctx, bl_applier_run(ctx, p, &a.d.X, &all), BL_E_NONFINITE, "row 1041, column 2 'column c'");
  bl_applier_free(ctx, p);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

typedef struct prepared {
  const bl_estimator *e;
  const bl_cmat *X;
} prepared;

static bl_status prepare_and_ask(bl_ctx *ctx, void *arg)
{
  const prepared *p = arg;
  bl_applier *a;
  answers all;
  bl_status s = bl_applier_new(ctx, p->e, all_ops(p->e), 16, NULL, &a);
  bl_applier_free(ctx, a);
  if (s) return s;
  s = answers_try(ctx, p->e, p->X, &all);
  if (!s) bl_free(ctx, all.v);
  return s;
}

static void making_one_may_run_out_of_memory(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  check_every_allocation_failing(prepare_and_ask, &(prepared){e, &a.d.X});
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"one_pass_gives_every_operation", one_pass_gives_every_operation, true,
     "one call gives every operation, with the bits that each gives when it is asked alone", NULL},
    {"an_applier_refuses_what_it_was_not_made_for", an_applier_refuses_what_it_was_not_made_for, true,
     "an applier refuses rows of another width and operations that it was not made for", NULL},
    {"making_one_may_run_out_of_memory", making_one_may_run_out_of_memory, true,
     "each allocation of making an applier may fail, and leaves nothing behind", NULL},
};
CONFORMANCE_MAIN(checks)
