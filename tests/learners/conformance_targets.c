/* Several targets, of every estimator that learns from y: those tagged for it keep what they promise of one target, with
 * one number, or one answer a label, a target; the others refuse them and name who would take them. */
#include <unistd.h>

#include "baleen/model_file.h"
#include "conformance.h"

enum { TARGETS = 3, N = 60 };

static bool predicts(const subject *s) { return s->kind == BL_CLASSIFIER || s->kind == BL_REGRESSOR; }
static bool takes_several(const subject *s) { return predicts(s) && (s->tags & BL_TAG_TARGETS); }
static bool weighs_several(const subject *s) { return takes_several(s) && takes_weights(s); }
static bool takes_labels(const subject *s) { return takes_several(s) && s->kind == BL_CLASSIFIER; }

/* Labels of which each row has none, some or all, or numbers. */
static void targets_make(bl_ctx *ctx, const subject *s, sample *a)
{
  *a = sample_make(ctx, s, N, 1);
  double *y = bl_calloc(ctx, (size_t)N * TARGETS, sizeof *y);
  assert_non_null(y);
  for (size_t i = 0; i < N; i++)
    for (size_t c = 0; c < TARGETS; c++) {
      double v = (double)bl_row(&a->X, i)[c] + (i % 3 == c ? 2 : 0);
      y[i * TARGETS + c] = s->kind == BL_CLASSIFIER ? v > (double)c + 0.5 : v + (double)(i % 5);
    }
  bl_free(ctx, a->y);
  a->d.y = a->y = y;
  a->d.n_targets = TARGETS;
  for (size_t c = 0; c < TARGETS; c++)
    check_ok(ctx, bl_texts_add(ctx, &a->class_names, ((const char *[]){"red", "green", "blue"})[c]));
  if (s->kind == BL_CLASSIFIER) a->d.class_names = &a->class_names;
}

/* Fits, or checks that it is refused; true when there is more to check. */
static bool takes_targets(bl_ctx *ctx, const subject *s, bl_estimator *e, const sample *a)
{
  if (s->tags & BL_TAG_TARGETS) {
    check_ok(ctx, bl_fit(ctx, e, &a->d));
    return true;
  }
  check_fails(ctx, bl_fit(ctx, e, &a->d), BL_E_UNSUPPORTED, "y has 3; what learns several: ");
  return false;
}

static void targets_shapes(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  targets_make(ctx, s, &a);
  bl_estimator *e = make(ctx, s);
  if (takes_targets(ctx, s, e, &a)) {
    answers all = ask(ctx, e, &a.d.X);
    bool labels = s->kind == BL_CLASSIFIER;
    assert_int_equal(e->n_targets, TARGETS);
    assert_int_equal(all.width[BL_PREDICT], TARGETS);
    assert_int_equal(e->n_classes, labels ? TARGETS : 0);
    if (labels) assert_string_equal(e->class_names.v[2], "blue");
    for (bl_op op = BL_PREDICT_PROBA; labels && op <= BL_DECISION; op++)
      assert_true(!all.width[op] || all.width[op] == TARGETS);
    for (size_t i = 0; labels && i < N * TARGETS; i++) {
      double v = all.v[all.at[BL_PREDICT] + i];
      if (v != 0 && v != 1) fail_msg("label %zu of row %zu is predicted as %g", i % TARGETS, i / TARGETS, v);
    }
    for (size_t i = 0; all.width[BL_PREDICT_PROBA] && i < N * TARGETS; i++) {
      double p = all.v[all.at[BL_PREDICT_PROBA] + i], v = all.v[all.at[BL_PREDICT] + i];
      if (!(p >= 0 && p <= 1) || (p > 0.5 && v == 0) || (p < 0.5 && v == 1))
        fail_msg("probability %g where %g is predicted", p, v);
    }
    bl_free(ctx, all.v);
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* Learnt again, by a clone, with one thread, and from a file: the same bits. */
static void targets_same_again(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  targets_make(ctx, s, &a);
  bl_estimator *e = make(ctx, s), *clone, *back;
  char path[] = "/tmp/targets-XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers want = ask(ctx, e, &a.d.X);
  check_ok(ctx, bl_estimator_clone(ctx, e, &clone));
  bl_ctx_set_threads(ctx, 1);
  check_ok(ctx, bl_fit(ctx, clone, &a.d));
  assert_true(bl_estimator_equal(e, clone));
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  check_ok(ctx, bl_model_load(ctx, path, &back, NULL));
  assert_true(bl_estimator_equal(e, back));
  answers again = ask(ctx, back, &a.d.X);
  same_answers(&again, &want, 0, "from a file");
  bl_data one = a.d;
  one.n_targets = 0; /* the first numbers as one target, or as classes 0 and 1: nothing of the labels is left */
  one.class_names = NULL;
  check_ok(ctx, bl_fit(ctx, e, &one));
  assert_int_equal(e->n_targets, 1);
  assert_int_equal(bl_op_width(e, BL_PREDICT), 1);
  bl_free(ctx, want.v);
  bl_free(ctx, again.v);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, clone);
  bl_estimator_free(ctx, back);
  sample_free(ctx, &a);
  close(fd);
  unlink(path);
  check_free(ctx);
}

/* Rows of weight zero are left out of all targets. */
static void targets_weights(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  targets_make(ctx, s, &a);
  bl_estimator *e = make(ctx, s), *few = make(ctx, s);
  bl_data first = a.d;
  for (size_t i = 0; i < N; i++) a.weight[i] = i < N / 2;
  a.d.weight = a.weight;
  first.X.rows = N / 2;
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  check_ok(ctx, bl_fit(ctx, few, &first));
  assert_true(bl_estimator_equal(e, few));
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, few);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void bad_labels_are_refused(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  targets_make(ctx, s, &a);
  bl_estimator *e = make(ctx, s);
  a.y[7] = 2;
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_CLASSES, "label 1 of row 2 is 2; wanted 1 where the row has it, else 0");
  a.y[7] = NAN;
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NONFINITE, "row 2");
  a.y[7] = 1;
  check_ok(ctx, bl_texts_add(ctx, &a.class_names, "one too many"));
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_SHAPE, "4 names for 3 labels");
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"targets_shapes", targets_shapes, true,
     "with the tag, predictions have a column a target, labels are 0 or 1 and agree with their probabilities; without it, "
     "several targets are refused with the names of those that take them",
     predicts},
    {"targets_same_again", targets_same_again, true,
     "several targets: a refit clone, one thread and a model file give the same bits, and a refit on one forgets them",
     takes_several},
    {"targets_weights", targets_weights, true, "several targets: a row of weight 0 is no row", weighs_several},
    {"bad_labels_are_refused", bad_labels_are_refused, true,
     "labels that are neither 0 nor 1, and names that are not as many, are refused by their place", takes_labels},
};
CONFORMANCE_MAIN(checks)
