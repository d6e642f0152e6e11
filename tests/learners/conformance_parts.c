/* Every estimator that can learn in parts: any cut of the rows gives what fit gives on all of them, to rounding; a part
 * that is refused changes nothing; save, load and clone lie in between. Others must have neither slot nor tag. */
#include "baleen/model_file.h"
#include "conformance.h"

enum { N = 120 };

static bl_data rows_of(const sample *a, size_t lo, size_t n)
{
  bl_data d = a->d;
  d.X.v += lo * d.X.stride;
  d.X.rows = n;
  if (d.y) d.y += lo;
  if (d.weight) d.weight += lo;
  if (d.group) d.group += lo;
  return d;
}

static const double declared[] = {7, -1, 2}; /* class_value() of all, in no order */

static bl_status learn_part(bl_ctx *ctx, const subject *s, bl_estimator *e, const bl_data *d)
{
  size_t k = n_classes_of(s);
  return bl_partial_fit(ctx, e, d, k && !e->fitted ? declared : NULL, k);
}

static void same_learning(bl_ctx *ctx, const bl_estimator *a, const bl_estimator *b, const bl_cmat *X, double tol,
                          const char *what)
{
  answers got = ask(ctx, a, X), want = ask(ctx, b, X);
  same_answers(&got, &want, tol, what);
  bl_free(ctx, got.v);
  bl_free(ctx, want.v);
}

static void tag_and_slot_go_together(const subject *s)
{
  assert_int_equal((s->cls->tags & BL_TAG_INCREMENTAL) != 0, learns_in_parts(s));
}

/* Rows in parts of 1, of 7, of 60, and all at once, with weights where they are taken. */
static void any_cut_agrees_with_fit(const subject *s)
{
  static const size_t sizes[] = {1, 7, 60, N};
  for (int weighted = 0; weighted < (s->cls->tags & BL_TAG_WEIGHTS ? 2 : 1); weighted++) {
    bl_ctx *ctx = bl_ctx_new();
    sample a = sample_make(ctx, s, N, 1);
    for (size_t i = 0; i < N; i++) a.weight[i] += 0.5; /* a part of weights 0 alone is refused, as by fit */
    if (weighted) a.d.weight = a.weight;
    bl_estimator *whole = make(ctx, s);
    if (s->cls->tags & BL_TAG_ONE_PASS) check_ok(ctx, learn_part(ctx, s, whole, &a.d));
    else check_ok(ctx, bl_fit(ctx, whole, &a.d));
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
      bl_estimator *e = make(ctx, s);
      for (size_t lo = 0; lo < N; lo += sizes[k]) {
        bl_data d = rows_of(&a, lo, N - lo < sizes[k] ? N - lo : sizes[k]);
        check_ok(ctx, learn_part(ctx, s, e, &d));
      }
      same_learning(ctx, e, whole, &a.d.X, sizes[k] == N ? 1e-15 : 1e-6, "in parts");
      bl_estimator_free(ctx, e);
    }
    bl_estimator_free(ctx, whole);
    sample_free(ctx, &a);
    check_free(ctx);
  }
}

/* Half, saved and loaded, the other half: the bits of one that stayed. A clone knows nothing, and fit forgets. */
static void learning_goes_on_after_a_file(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1), b = sample_make(ctx, s, N, 2);
  bl_data first = rows_of(&a, 0, N / 2), second = rows_of(&a, N / 2, N / 2);
  bl_estimator *e = make(ctx, s), *loaded, *clone, *fresh = make(ctx, s);
  const char *path = check_tmp_path("half.safetensors");
  check_ok(ctx, learn_part(ctx, s, e, &first));
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  check_ok(ctx, bl_model_load(ctx, path, &loaded, NULL));
  check_ok(ctx, bl_estimator_clone(ctx, e, &clone));
  assert_false(clone->fitted);
  check_ok(ctx, learn_part(ctx, s, e, &second));
  check_ok(ctx, learn_part(ctx, s, loaded, &second));
  assert_true(bl_estimator_equal(e, loaded));
  check_ok(ctx, bl_fit(ctx, e, &b.d));
  check_ok(ctx, bl_fit(ctx, fresh, &b.d));
  assert_true(bl_estimator_equal(e, fresh));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, loaded);
  bl_estimator_free(ctx, clone);
  bl_estimator_free(ctx, fresh);
  check_tmp_done();
  sample_free(ctx, &a);
  sample_free(ctx, &b);
  check_free(ctx);
}

static void a_refused_part_changes_nothing(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  a.d.feature_names = &a.names;
  bl_data d = rows_of(&a, 0, N / 2), bad = rows_of(&a, N / 2, N / 2);
  check_ok(ctx, learn_part(ctx, s, e, &d));
  check_ok(ctx, learn_part(ctx, s, twin, &d));
  float *at = bl_row(&a.X, N / 2 + 4) + 2, good = *at;
  if (!(s->cls->tags & BL_TAG_NAN_OK)) {
    *at = NAN;
    check_fails(ctx, learn_part(ctx, s, e, &bad), BL_E_NONFINITE, "row 4, column 2 'column c'");
    *at = good;
  }
  bad.X.cols = 3;
  bad.feature_names = NULL;
  check_fails(ctx, learn_part(ctx, s, e, &bad), BL_E_SHAPE, "3 columns");
  bad = rows_of(&a, N / 2, N / 2);
  char *keep = a.names.v[0];
  a.names.v[0] = a.names.v[1], a.names.v[1] = keep;
  check_fails(ctx, learn_part(ctx, s, e, &bad), BL_E_MISMATCH, "column 0 is 'column b'");
  assert_true(bl_estimator_equal(e, twin));
  a.names.v[1] = a.names.v[0], a.names.v[0] = keep;
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  sample_free(ctx, &a);
  check_free(ctx);
}

static bool learns_classes_in_parts(const subject *s) { return learns_in_parts(s) && learns_classes(s); }
static void classes_are_declared_at_first(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  size_t k = n_classes_of(s);
  double unknown = 100;
  check_fails(ctx, bl_partial_fit(ctx, e, &a.d, NULL, 0), BL_E_ARG, "must be told all classes");
  assert_false(e->fitted);
  check_ok(ctx, bl_partial_fit(ctx, e, &a.d, declared, k));
  check_ok(ctx, bl_partial_fit(ctx, twin, &a.d, declared, k));
  check_fails(ctx, bl_partial_fit(ctx, e, &a.d, declared, k - 1), BL_E_CLASSES, "classes are not the");
  double keep = a.y[7];
  a.y[7] = unknown;
  check_fails(ctx, bl_partial_fit(ctx, e, &a.d, NULL, 0), BL_E_CLASSES, "y of row 7 is 100");
  a.y[7] = keep;
  assert_true(bl_estimator_equal(e, twin));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  sample_free(ctx, &a);
  check_free(ctx);
}

typedef struct second_part {
  const subject *s;
  const sample *a;
} second_part;

/* Where memory runs out during the second part, what the first taught must stand. */
static bl_status two_parts(bl_ctx *ctx, void *arg)
{
  const second_part *p = arg;
  bl_data first = rows_of(p->a, 0, N / 2), second = rows_of(p->a, N / 2, N / 2);
  bl_estimator *e = NULL, *twin = NULL;
  bl_status s = bl_estimator_parse(ctx, p->s->text, &e);
  if (!s) s = bl_estimator_parse(ctx, p->s->text, &twin);
  if (!s) s = learn_part(ctx, p->s, e, &first);
  if (!s) s = learn_part(ctx, p->s, twin, &first);
  if (!s && (s = learn_part(ctx, p->s, e, &second))) assert_true(bl_estimator_equal(e, twin));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  return s;
}

static void memory_may_run_out_in_a_part(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, N, 1);
  if (s->cls->tags & BL_TAG_WEIGHTS) a.d.weight = a.weight;
  check_every_allocation_failing(two_parts, &(second_part){s, &a});
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"tag_and_slot_go_together", tag_and_slot_go_together, false, "the tag INCREMENTAL stands for the slot partial_fit",
     NULL},
    {"any_cut_agrees_with_fit", any_cut_agrees_with_fit, false,
     "rows learnt in parts, however they are cut, teach what fit (of one pass: one part) on all of them does",
     learns_in_parts},
    {"learning_goes_on_after_a_file", learning_goes_on_after_a_file, false,
     "a model file in between changes no bit of what the next part teaches; fit forgets the parts", learns_in_parts},
    {"a_refused_part_changes_nothing", a_refused_part_changes_nothing, false,
     "a part with NaN, other columns or other names is refused, and what was learnt stands", learns_in_parts},
    {"classes_are_declared_at_first", classes_are_declared_at_first, false,
     "the first part says all classes, and a class that was not said is refused", learns_classes_in_parts},
    {"memory_may_run_out_in_a_part", memory_may_run_out_in_a_part, false,
     "each allocation of a part may fail, and what was learnt before stands", learns_in_parts},
};
CONFORMANCE_MAIN(checks)
