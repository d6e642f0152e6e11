/* Learning in parts against scikit-learn's partial_fit, and what is refused of later parts. */
#include "learn.h"
#include "learned.h"

typedef struct parts {
  golden *g;
  bl_mat x;
  const double *y, *weight;
  const golden_array *cut;
} parts;

static parts parts_open(bl_ctx *ctx, bool weighted)
{
  parts p = {.g = golden_open("partial_fit")};
  p.x = golden_rows(ctx, p.g, "x");
  p.y = golden_get(p.g, "y")->v;
  p.weight = weighted ? golden_get(p.g, "w")->v : NULL;
  p.cut = golden_get(p.g, "cut");
  return p;
}

static void parts_close(bl_ctx *ctx, parts *p)
{
  bl_mat_free(ctx, &p->x);
  golden_close(p->g);
}

static size_t n_parts(const parts *p) { return p->cut->rows * p->cut->cols - 1; }

static bl_data part(const parts *p, size_t i)
{
  size_t lo = (size_t)p->cut->v[i], hi = (size_t)p->cut->v[i + 1];
  return (bl_data){.X = {bl_row(&p->x, lo), hi - lo, p->x.cols, p->x.stride, NULL},
                   .y = p->y + lo,
                   .weight = p->weight ? p->weight + lo : NULL};
}

static void a_scaler_has_scikit_learns_numbers(void **unused)
{
  (void)unused;
  for (int weighted = 0; weighted < 2; weighted++) {
    bl_ctx *ctx = bl_ctx_new();
    parts p = parts_open(ctx, weighted);
    const char *name = weighted ? "weighted" : "scaler";
    bl_estimator *e = learn_parse(ctx, "standard_scaler");
    for (size_t i = 0; i < n_parts(&p); i++) {
      bl_data d = part(&p, i);
      d.y = NULL;
      check_ok(ctx, bl_partial_fit(ctx, e, &d, NULL, 0));
      if (i || weighted) continue;
      learned_compare(p.g, "scaler.after1.mean", e, "mean");
      learned_compare(p.g, "scaler.after1.var", e, "var");
    }
    learned_compare(p.g, joined(name, "mean"), e, "mean");
    learned_compare(p.g, joined(name, "var"), e, "var");
    learned_compare(p.g, joined(name, "scale"), e, "scale");
    learned_compare(p.g, joined(name, "n"), e, "n_samples_seen");
    bl_estimator_free(ctx, e);
    parts_close(ctx, &p);
    check_free(ctx);
  }
}

static void compare_probabilities(bl_ctx *ctx, const parts *p, const bl_estimator *e, const char *name)
{
  double proba[60 * 3];
  bl_cmat all = bl_mat_view(&p->x);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &all, NULL, proba));
  golden_compare(golden_get(p->g, name), proba, name);
}

static void naive_bayes_has_scikit_learns_numbers(void **unused)
{
  (void)unused;
  static const double classes[] = {2, 0, 1};
  for (int weighted = 0; weighted < 2; weighted++) {
    bl_ctx *ctx = bl_ctx_new();
    parts p = parts_open(ctx, weighted);
    const char *name = weighted ? "nbw" : "nb";
    bl_estimator *e = learn_parse(ctx, "gaussian_nb");
    for (size_t i = 0; i < n_parts(&p); i++) {
      bl_data d = part(&p, i);
      check_ok(ctx, bl_partial_fit(ctx, e, &d, i ? NULL : classes, 3));
      if (!i && !weighted) compare_probabilities(ctx, &p, e, "nb.after1.proba");
    }
    learned_compare(p.g, joined(name, "count"), e, "class_count");
    learned_compare(p.g, joined(name, "prior"), e, "class_prior");
    learned_compare(p.g, joined(name, "theta"), e, "theta");
    learned_compare(p.g, joined(name, "var"), e, "var");
    compare_probabilities(ctx, &p, e, joined(name, "proba"));
    bl_estimator_free(ctx, e);
    parts_close(ctx, &p);
    check_free(ctx);
  }
}

static void classes_are_declared_once(void **unused)
{
  (void)unused;
  static const double three[] = {0, 1, 2}, two[] = {0, 1}, odd[] = {0, NAN};
  char *texts[] = {"wake", "rem", "deep"}, *others[] = {"wake", "deep", "rem"};
  bl_texts names = {texts, 3}, turned = {others, 3};
  bl_ctx *ctx = bl_ctx_new();
  parts p = parts_open(ctx, false);
  bl_data d = part(&p, 0), later = part(&p, 3);
  bl_estimator *e = learn_parse(ctx, "gaussian_nb");
  check_fails(ctx, bl_partial_fit(ctx, e, &d, NULL, 0), BL_E_ARG, "give classes");
  check_fails(ctx, bl_partial_fit(ctx, e, &d, odd, 2), BL_E_CLASSES, "class 1 is nan");
  check_fails(ctx, bl_partial_fit(ctx, e, &d, two, 1), BL_E_CLASSES, "1 classes are declared");
  check_fails(ctx, bl_partial_fit(ctx, e, &later, two, 2), BL_E_CLASSES, "none of the 2 classes declared");
  assert_false(e->fitted);
  check_ok(ctx, bl_partial_fit(ctx, e, &d, two, 2));
  check_fails(ctx, bl_partial_fit(ctx, e, &d, three, 3), BL_E_CLASSES, "not the 2 that were declared");
  check_fails(ctx, bl_partial_fit(ctx, e, &later, NULL, 0), BL_E_CLASSES, "none of the 2 classes declared");
  check_ok(ctx, bl_partial_fit(ctx, e, &d, two, 2));
  check_ok(ctx, bl_fit(ctx, e, &later)); /* forgets the two */
  assert_int_equal(e->n_classes, 3);
  bl_estimator_free(ctx, e);
  e = learn_parse(ctx, "gaussian_nb"); /* names stand for all their classes */
  d.class_names = later.class_names = &names;
  check_ok(ctx, bl_partial_fit(ctx, e, &d, NULL, 0));
  assert_int_equal(e->n_classes, 3);
  assert_string_equal(e->class_names.v[2], "deep");
  later.class_names = &turned;
  check_fails(ctx, bl_partial_fit(ctx, e, &later, NULL, 0), BL_E_CLASSES, "not the 3");
  later.class_names = &names;
  check_ok(ctx, bl_partial_fit(ctx, e, &later, NULL, 0));
  bl_estimator_free(ctx, e);
  parts_close(ctx, &p);
  check_free(ctx);
}

static void others_cannot_and_say_so(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  parts p = parts_open(ctx, false);
  bl_data d = part(&p, 0);
  bl_estimator *e = learn_parse(ctx, "lda");
  check_fails(ctx, bl_partial_fit(ctx, e, &d, NULL, 0), BL_E_UNSUPPORTED, "lda: cannot learn in parts");
  bl_estimator_free(ctx, e);
  parts_close(ctx, &p);
  check_free(ctx);
}

/* ---- rows in the order of time ----------------------------------------------------------------------------------- */

static bl_status last_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  (void)ctx;
  *(double *)e->state = (double)bl_crow(&t->X, t->X.rows - 1)[0];
  return BL_OK;
}

static size_t last_width(const bl_estimator *e, bl_op op)
{
  (void)e;
  return op == BL_PREDICT;
}

static void ordered_learners_want_ascending_times(void **unused)
{
  (void)unused;
  static const bl_estimator_class last = {.name = "last",
                                          .kind = BL_REGRESSOR,
                                          .tags = BL_TAG_ORDERED | BL_TAG_WEIGHTS,
                                          .state_size = sizeof(double),
                                          .fit = last_fit,
                                          .width = last_width};
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {1, 2, 3, 4};
  double y[4] = {0}, time[] = {10, 10, 30, 40}, weight[] = {1, 0, 1, 1}, state = 0;
  bl_estimator e = {.cls = &last, .state = &state};
  bl_data d = {.X = {x, 4, 1, 1, NULL}, .y = y, .weight = weight, .time = time};
  check_ok(ctx, bl_fit(ctx, &e, &d));
  time[2] = 5;
  check_fails(ctx, bl_fit(ctx, &e, &d), BL_E_RANGE, "last: row 2 is of 5 s, the row before it of 10 s");
  time[2] = NAN;
  check_fails(ctx, bl_fit(ctx, &e, &d), BL_E_RANGE, "row 2");
  d.time = NULL;
  check_ok(ctx, bl_fit(ctx, &e, &d));
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_scaler_has_scikit_learns_numbers),
      cmocka_unit_test(naive_bayes_has_scikit_learns_numbers),
      cmocka_unit_test(classes_are_declared_once),
      cmocka_unit_test(others_cannot_and_say_so),
      cmocka_unit_test(ordered_learners_want_ascending_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
