/* Chains that begin alike: their common steps are fitted once a fold, and no bit differs from each chain alone. */
#include "check.h"

#include <stdatomic.h>
#include <string.h>

#include "baleen/cross_validate.h"
#include "baleen/random.h"
#include "cv_estimators.h"

enum { ROWS = 120, COLS = 14, FOLDS = 4, MODELS = 5 };

static atomic_size_t fits;

static bl_status counted_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  atomic_fetch_add(&fits, 1);
  return cv_chooser_fit(ctx, e, t);
}

static bl_status failing_fit(bl_ctx *ctx, bl_estimator *e, const bl_train *t)
{
  (void)e, (void)t;
  atomic_fetch_add(&fits, 1);
  return bl_fail(ctx, BL_E_RANGE, "nothing can be learnt");
}

static const bl_estimator_class counted = {.name = "counted",
                                           .kind = BL_TRANSFORMER,
                                           .tags = BL_TAG_NEEDS_Y,
                                           .fields = cv_chooser_fields,
                                           .state_size = sizeof(cv_chooser_state),
                                           .fit = counted_fit,
                                           .width = cv_chooser_width,
                                           .apply = cv_chooser_apply};
static const bl_estimator_class failing = {.name = "failing",
                                           .kind = BL_TRANSFORMER,
                                           .state_size = sizeof(cv_chooser_state),
                                           .fit = failing_fit,
                                           .width = cv_chooser_width,
                                           .apply = cv_chooser_apply};

typedef struct bench {
  bl_ctx *ctx;
  float x[ROWS * COLS];
  double y[ROWS], weight[ROWS];
  bl_data data;
  bl_folds folds;
  bl_splitter splitter;
  bl_metric metric[2];
  bl_estimator *chain[MODELS];
  bl_candidate model[MODELS];
} bench;

/* [front, middle, last]; middle may be NULL. */
static bl_status chain_of(bl_ctx *ctx, const bl_estimator_class *front, const char *middle, const char *last,
                          bl_estimator **out)
{
  bl_estimator *e = NULL;
  bl_status s = bl_estimator_new(ctx, "chain", out);
  if (!s) s = cv_try_new(ctx, front, &e);
  if (!s) s = bl_estimator_add_child(ctx, *out, "front", e);
  else bl_estimator_free(ctx, e);
  if (!s && middle) s = bl_estimator_parse(ctx, middle, &e);
  if (!s && middle) s = bl_estimator_add_child(ctx, *out, "middle", e);
  if (!s) s = bl_estimator_parse(ctx, last, &e);
  if (!s) s = bl_estimator_add_child(ctx, *out, "last", e);
  return s;
}

static bl_status set_up(bl_ctx *ctx, bench *b, const bl_estimator_class *front)
{
  /* which share what: 0, 1 and 2 the front and the scaler; 3 the front; 4 the front, with another scaler */
  static const char *const middle[MODELS] = {"standard_scaler", "standard_scaler", "standard_scaler", NULL,
                                             "{standard_scaler: {with_mean: false}}"};
  static const char *const last[MODELS] = {"gaussian_nb", "logistic_regression", "{logistic_regression: {C: 0.1}}",
                                           "gaussian_nb", "gaussian_nb"};
  static const char *const names[MODELS] = {"a", "b", "c", "d", "e"};
  memset(b, 0, sizeof *b);
  b->ctx = ctx;
  bl_rng r = bl_rng_make(3, "shared steps", 0);
  for (size_t i = 0; i < ROWS; i++) b->y[i] = (double)(i * 7 % 3), b->weight[i] = (double)(i % 4);
  for (size_t i = 0; i < ROWS * COLS; i++) b->x[i] = (float)(bl_rng_normal(&r) + (double)(i % 5) * b->y[i / COLS]);
  b->data = (bl_data){.X = {b->x, ROWS, COLS, COLS, NULL}, .y = b->y, .weight = b->weight};
  bl_status s = bl_splitter_new(ctx, "k_fold", &b->splitter);
  if (!s) s = bl_opts_set(ctx, "k_fold", b->splitter.cls->opts, b->splitter.params, "n_splits", "4");
  if (!s) s = bl_split(ctx, &b->splitter, &(bl_split_data){.n = ROWS}, &b->folds);
  if (!s) s = bl_metric_new(ctx, "accuracy", &b->metric[0]);
  if (!s) s = bl_metric_new(ctx, "log_loss", &b->metric[1]);
  for (size_t m = 0; !s && m < MODELS; m++) {
    s = chain_of(ctx, front, middle[m], last[m], &b->chain[m]);
    b->model[m] = (bl_candidate){names[m], b->chain[m]};
  }
  return s;
}

static void tear_down(bench *b)
{
  for (size_t m = 0; m < MODELS; m++) bl_estimator_free(b->ctx, b->chain[m]);
  for (size_t k = 0; k < 2; k++)
    if (b->metric[k].cls) bl_metric_free(b->ctx, &b->metric[k]);
  bl_folds_free(b->ctx, &b->folds);
  if (b->splitter.cls) bl_splitter_free(b->ctx, &b->splitter);
}

static void same_results(const bl_cv *a, const bl_cv *b)
{
  assert_int_equal(a->n_rows, b->n_rows);
  assert_memory_equal(a->score, b->score, FOLDS * 2 * sizeof *a->score);
  assert_memory_equal(a->pred, b->pred, a->n_rows * sizeof *a->pred);
  assert_memory_equal(a->proba, b->proba, a->n_rows * a->n_classes * sizeof *a->proba);
}

static void fitted_once_with_the_same_bits(void **state)
{
  (void)state;
  for (size_t threads = 1; threads <= 4; threads += 3) {
    static bench b;
    bl_cv together[MODELS], alone;
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, threads);
    check_ok(ctx, set_up(ctx, &b, &counted));
    fits = 0;
    check_ok(ctx, bl_cross_validate_all(ctx, b.model, MODELS, &b.data, &b.folds, b.metric, 2, together));
    assert_int_equal(fits, FOLDS);
    fits = 0;
    for (size_t m = 0; m < MODELS; m++) {
      check_ok(ctx, bl_cross_validate(ctx, b.chain[m], &b.data, &b.folds, b.metric, 2, &alone));
      same_results(&together[m], &alone);
      for (size_t f = 0; f < FOLDS; f++) assert_true(together[m].fit_s[f] > 0 && together[m].apply_s[f] > 0);
      bl_cv_free(ctx, &alone);
      bl_cv_free(ctx, &together[m]);
    }
    assert_int_equal(fits, FOLDS * MODELS);
    tear_down(&b);
    check_free(ctx);
  }
}

/* Equal parameters are shared, others are not: two fronts that differ are fitted twice. */
static void unlike_beginnings_are_not_shared(void **state)
{
  (void)state;
  static bench b;
  bl_cv cv[2];
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, set_up(ctx, &b, &counted));
  bl_estimator *other;
  check_ok(ctx, bl_estimator_new(ctx, "chain", &other));
  check_ok(ctx, bl_estimator_add_child(ctx, other, "of another name", cv_new(ctx, &counted)));
  bl_estimator *last;
  check_ok(ctx, bl_estimator_parse(ctx, "gaussian_nb", &last));
  check_ok(ctx, bl_estimator_add_child(ctx, other, "last", last));
  bl_candidate two[] = {{"a", b.chain[0]}, {"f", other}};
  fits = 0;
  check_ok(ctx, bl_cross_validate_all(ctx, two, 2, &b.data, &b.folds, b.metric, 2, cv));
  assert_int_equal(fits, 2 * FOLDS);
  for (size_t m = 0; m < 2; m++) bl_cv_free(ctx, &cv[m]);
  bl_estimator_free(ctx, other);
  tear_down(&b);
  check_free(ctx);
}

static void a_failing_step_fails_all_that_share_it(void **state)
{
  (void)state;
  static bench b;
  bl_cv cv[MODELS];
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, set_up(ctx, &b, &failing));
  fits = 0;
  check_fails(ctx, bl_cross_validate_all(ctx, b.model, MODELS, &b.data, &b.folds, b.metric, 2, cv), BL_E_RANGE,
              "model 'a': cross_validate: all 4 folds failed; the first: step 'front': nothing can be learnt");
  assert_int_equal(fits, FOLDS);
  tear_down(&b);
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *arg)
{
  static bench b;
  bl_cv cv[2];
  (void)arg;
  bl_status s = set_up(ctx, &b, &counted);
  if (!s) s = bl_cross_validate_all(ctx, b.model, 2, &b.data, &b.folds, b.metric, 2, cv);
  for (size_t m = 0; !s && m < 2; m++) bl_cv_free(ctx, &cv[m]);
  tear_down(&b);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fitted_once_with_the_same_bits), cmocka_unit_test(unlike_beginnings_are_not_shared),
      cmocka_unit_test(a_failing_step_fails_all_that_share_it), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
