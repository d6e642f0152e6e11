/* Cross-validation gives the same bits for any number of threads. Built with ThreadSanitizer too. */
#include "check.h"

#include <string.h>

#include "baleen/cross_validate.h"
#include "baleen/random.h"
#include "cv_estimators.h"

enum { ROWS = 90, COLS = 12 };

static void run(size_t threads, const float *x, const double *y, bl_cv *cv, bl_ctx **ctx_out)
{
  bl_ctx *ctx = *ctx_out = bl_ctx_new();
  bl_ctx_set_threads(ctx, threads);
  bl_splitter s;
  bl_folds f;
  bl_metric m[2];
  bl_estimator *chain;
  check_ok(ctx, bl_splitter_new(ctx, "shuffle_split", &s));
  check_ok(ctx, bl_split(ctx, &s, &(bl_split_data){.n = ROWS}, &f));
  check_ok(ctx, bl_metric_new(ctx, "roc_auc", &m[0]));
  check_ok(ctx, bl_metric_new(ctx, "log_loss", &m[1]));
  check_ok(ctx, bl_estimator_new(ctx, "chain", &chain));
  check_ok(ctx, bl_estimator_add_child(ctx, chain, NULL, cv_new(ctx, &cv_chooser)));
  check_ok(ctx, bl_estimator_add_child(ctx, chain, NULL, cv_new(ctx, &cv_means)));
  bl_data d = {.X = {x, ROWS, COLS, COLS, NULL}, .y = y};
  check_ok(ctx, bl_cross_validate(ctx, chain, &d, &f, m, 2, cv));
  bl_estimator_free(ctx, chain);
  bl_metric_free(ctx, &m[0]);
  bl_metric_free(ctx, &m[1]);
  bl_folds_free(ctx, &f);
  bl_splitter_free(ctx, &s);
}

static void same_bits(void **state)
{
  (void)state;
  static float x[ROWS * COLS];
  static double y[ROWS];
  bl_rng r = bl_rng_make(8, "cv threads", 0);
  for (size_t i = 0; i < ROWS; i++) y[i] = (double)(i * 7 % 2);
  for (size_t i = 0; i < ROWS * COLS; i++) x[i] = (float)(bl_rng_normal(&r) + 0.5 * y[i / COLS]);
  static const size_t threads[] = {1, 2, 8};
  bl_cv cv[3];
  bl_ctx *ctx[3];
  for (size_t i = 0; i < 3; i++) run(threads[i], x, y, &cv[i], &ctx[i]);
  for (size_t i = 1; i < 3; i++) {
    assert_int_equal(cv[i].n_rows, cv[0].n_rows);
    assert_memory_equal(cv[i].score, cv[0].score, cv[0].n_folds * 2 * sizeof(double));
    assert_memory_equal(cv[i].row, cv[0].row, cv[0].n_rows * sizeof(uint32_t));
    assert_memory_equal(cv[i].pred, cv[0].pred, cv[0].n_rows * sizeof(double));
    assert_memory_equal(cv[i].proba, cv[0].proba, 2 * cv[0].n_rows * sizeof(double));
    assert_memory_equal(cv[i].decision, cv[0].decision, cv[0].n_rows * sizeof(double));
  }
  for (size_t i = 0; i < 3; i++) {
    bl_cv_free(ctx[i], &cv[i]);
    check_free(ctx[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
