/* Intervals about the headline score, and tests between the models of a run. */
#include "pipe.h"

enum { GROUPS = 10, N = 3 * GROUPS };

/* Three rows a group, of two classes that x tells apart and y does not. */
static void make_rows(bl_ctx *ctx, bl_dataset *d)
{
  bl_texts features = {0}, extra = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "x"));
  check_ok(ctx, bl_texts_add(ctx, &features, "y"));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, &extra, d));
  for (int i = 0; i < N; i++) {
    char group[16];
    snprintf(group, sizeof group, "g%02d", i / 3);
    bool call = i % 2;
    float x[2] = {(float)call * 2.37f + 0.31f * (float)(i * 7 % 5), 0.113f * (float)(i * 11 % 13)};
    bl_row_info info = {group, call ? "call" : "noise", group, i, i + 1, 1, NULL};
    check_ok(ctx, bl_dataset_add(ctx, d, x, &info));
  }
  bl_texts_free(ctx, &features);
}

static void of_a_run(bl_ctx *ctx, const char *evaluate, bl_config *c, bl_dataset *d, bl_problem *p, bl_results *r)
{
  char text[400];
  snprintf(text, sizeof text,
           "source: {table: {file: x.csv}}\nmodels: {near: knn, flat: dummy_classifier}\nevaluate: {%s}\n", evaluate);
  check_ok(ctx, pipe_config(ctx, text, c));
  make_rows(ctx, d);
  check_ok(ctx, bl_problem_make(ctx, c, d, p));
  check_ok(ctx, bl_evaluate(ctx, c, p, r));
}

static void done(bl_ctx *ctx, bl_config *c, bl_dataset *d, bl_problem *p, bl_results *r)
{
  bl_results_free(ctx, r);
  bl_problem_free(ctx, p);
  bl_dataset_free(ctx, d);
  bl_config_free(ctx, c);
  check_free(ctx);
}

static void a_better_model_is_found_better(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  bl_results r;
  of_a_run(ctx, "split: leave_one_group_out, metrics: [accuracy]", &c, &d, &p, &r);
  for (size_t i = 0; i < 2; i++) {
    const bl_result *x = &r.v[i];
    assert_true(x->pooled_interval[0] <= x->pooled[0] && x->pooled[0] <= x->pooled_interval[1]);
    assert_true(x->fold_interval[0] <= x->mean[0] + 1e-12 && x->mean[0] - 1e-12 <= x->fold_interval[1]);
  }
  assert_int_equal(r.n_versus, 1);
  const bl_versus *v = &r.versus[0];
  assert_true(v->a == 0 && v->b == 1);
  assert_true(v->folds.effect > 0 && v->folds.p < 0.05);
  assert_true(v->ranks.effect > 0 && v->ranks.p < 0.05);
  assert_true(v->groups.n == GROUPS && v->groups.p < 0.01); /* each fold is one group */
  assert_true(v->rows.effect > 0 && v->rows.p < 0.05);
  done(ctx, &c, &d, &p, &r);
}

/* Each fold tests two rows of a class and one of the other, so that the class of most training rows is now the one and now
 * the other: recall is 0 or 1, and Student's t would have its interval go on beyond both. */
static void intervals_end_where_scores_do(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  bl_results r;
  of_a_run(ctx, "split: leave_one_group_out, metrics: [recall]", &c, &d, &p, &r);
  double lo, hi;
  bl_corrected_interval(r.v[1].cv.score, GROUPS, 1. / (GROUPS - 1), 0.95, &lo, &hi);
  assert_true(lo < 0 && hi > 1); /* else this tests nothing */
  check_near(r.v[1].fold_interval[0], 0, 0);
  check_near(r.v[1].fold_interval[1], 1, 0);
  done(ctx, &c, &d, &p, &r);
}

/* Of a loss less is better: the effect still speaks for the better model. Folds of several groups turn no signs. */
static void a_loss_speaks_for_the_lower(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_dataset d;
  bl_problem p;
  bl_results r;
  of_a_run(ctx, "split: {group_k_fold: {n_splits: 5}}, metrics: [zero_one_loss]", &c, &d, &p, &r);
  assert_true(r.v[0].mean[0] < r.v[1].mean[0]);
  assert_true(r.versus[0].folds.effect > 0 && r.versus[0].ranks.effect > 0);
  assert_true(isnan(r.versus[0].groups.p));
  done(ctx, &c, &d, &p, &r);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_better_model_is_found_better),
                                     cmocka_unit_test(intervals_end_where_scores_do),
                                     cmocka_unit_test(a_loss_speaks_for_the_lower)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
