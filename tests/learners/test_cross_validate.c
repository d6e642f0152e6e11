/* Cross-validation: no leakage, alignment of probabilities and classes, failing folds, detectors, refusals. Works with
 * small estimators of its own, so that each property stands alone. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/cross_validate.h"
#include "baleen/memory.h"
#include "baleen/random.h"
#include "cv_estimators.h"

static void folds_of(bl_ctx *ctx, const char *k, size_t n, bl_folds *out)
{
  bl_splitter s;
  check_ok(ctx, bl_splitter_new(ctx, "k_fold", &s));
  check_ok(ctx, bl_opts_set(ctx, "k_fold", s.cls->opts, s.params, "n_splits", k));
  check_ok(ctx, bl_split(ctx, &s, &(bl_split_data){.n = n}, out));
  bl_splitter_free(ctx, &s);
}

static bl_metric metric(bl_ctx *ctx, const char *name)
{
  bl_metric m;
  check_ok(ctx, bl_metric_new(ctx, name, &m));
  return m;
}

/* ---- leakage ----------------------------------------------------------------------------------------------------- */

/* Noise: 300 columns, labels that have nothing to do with them. A chooser of the columns that follow the labels best
 * scores far above chance when it has seen the test rows, and chance when refitted inside each fold. */
static void noise_scores_chance(void **state)
{
  (void)state;
  enum { ROWS = 120, COLS = 300 };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X, chosen;
  check_ok(ctx, bl_mat_new(ctx, ROWS, COLS, &X));
  double y[ROWS];
  bl_rng r = bl_rng_make(6, "cv noise", 0);
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = (double)bl_rng_below(&r, 2) + 3;
    for (size_t j = 0; j < COLS; j++) bl_row(&X, i)[j] = (float)bl_rng_normal(&r);
  }
  bl_folds f;
  folds_of(ctx, "5", ROWS, &f);
  bl_metric m = metric(ctx, "accuracy");
  bl_estimator *chain, *outside = cv_new(ctx, &cv_chooser), *means = cv_new(ctx, &cv_means);
  check_ok(ctx, bl_estimator_new(ctx, "chain", &chain));
  check_ok(ctx, bl_estimator_add_child(ctx, chain, NULL, cv_new(ctx, &cv_chooser)));
  check_ok(ctx, bl_estimator_add_child(ctx, chain, NULL, cv_new(ctx, &cv_means)));
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  bl_cv cv;
  double honest, leaky, sd;
  size_t n;
  check_ok(ctx, bl_cross_validate(ctx, chain, &d, &f, &m, 1, &cv));
  bl_cv_mean(&cv, 0, &honest, &sd, &n);
  assert_int_equal(n, 5);
  bl_cv_free(ctx, &cv);
  check_ok(ctx, bl_fit(ctx, outside, &d)); /* the mistake: chosen on all rows, before the folds */
  check_ok(ctx, bl_transform(ctx, outside, &d.X, NULL, &chosen));
  d.X = bl_mat_view(&chosen);
  check_ok(ctx, bl_cross_validate(ctx, means, &d, &f, &m, 1, &cv));
  bl_cv_mean(&cv, 0, &leaky, &sd, &n);
  bl_cv_free(ctx, &cv);
  if (!(fabs(honest - 0.5) < 0.12)) fail_msg("refitted in each fold, noise scores %g", honest);
  if (!(leaky > 0.75)) fail_msg("the leak that this test is about does not show: %g", leaky);
  bl_estimator_free(ctx, chain);
  bl_estimator_free(ctx, outside);
  bl_estimator_free(ctx, means);
  bl_metric_free(ctx, &m);
  bl_folds_free(ctx, &f);
  bl_mat_free(ctx, &X);
  bl_mat_free(ctx, &chosen);
  check_free(ctx);
}

/* ---- alignment --------------------------------------------------------------------------------------------------- */

/* Three far-apart classes 10, 20, 30 in that order: k_fold with 3 folds trains each on two of them only. */
static void unseen_classes_have_no_probability(void **state)
{
  (void)state;
  enum { ROWS = 30 };
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS];
  double y[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = 10 * (double)(i / 10 + 1);
    x[i] = (float)(y[i] + 0.1 * (double)(i % 10));
  }
  bl_data d = {.X = {x, ROWS, 1, 1, NULL}, .y = y};
  bl_folds f;
  folds_of(ctx, "3", ROWS, &f);
  bl_metric m[2] = {metric(ctx, "accuracy"), metric(ctx, "log_loss")};
  bl_estimator *e = cv_new(ctx, &cv_means);
  bl_cv cv;
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, m, 2, &cv));
  assert_int_equal(cv.n_classes, 3);
  assert_int_equal(cv.n_rows, ROWS);
  assert_null(cv.decision); /* three classes */
  for (size_t i = 0; i < ROWS; i++) {
    assert_int_equal(cv.row[i], i);
    assert_int_equal(cv.fold[i], i / 10);
    double sum = 0;
    for (size_t k = 0; k < 3; k++) sum += cv.proba[3 * i + k];
    check_near(sum, 1, 1e-12);
    assert_true(cv.proba[3 * i + i / 10] == 0); /* its own class was never seen */
    assert_true(cv.pred[i] != y[i] && (cv.pred[i] == 10 || cv.pred[i] == 20 || cv.pred[i] == 30));
  }
  for (size_t k = 0; k < 3; k++) check_near(cv.score[2 * k], 0, 0);
  assert_true(cv.score[1] > 30 && isfinite(cv.score[1]));
  bl_cv_free(ctx, &cv);
  bl_estimator_free(ctx, e);
  bl_metric_free(ctx, &m[0]);
  bl_metric_free(ctx, &m[1]);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* Out-of-fold results equal a fit and an apply by hand; views with an index, weights and groups travel along. */
static void same_as_by_hand(void **state)
{
  (void)state;
  enum { ROWS = 40 };
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(7, "cv by hand", 0);
  float x[2 * ROWS];
  double y[ROWS], w[ROWS];
  int32_t group[ROWS];
  uint32_t index[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    index[i] = (uint32_t)(ROWS - 1 - i);
    y[i] = (double)(i % 2) * 2 - 1;
    w[i] = 1 + (double)(i % 3);
    group[i] = (int32_t)(i / 4);
  }
  for (size_t i = 0; i < 2 * ROWS; i++) x[i] = (float)(bl_rng_normal(&r) + y[ROWS - 1 - i / 2]);
  bl_data d = {.X = {x, ROWS, 2, 2, index}, .y = y, .weight = w, .group = group};
  bl_folds f;
  folds_of(ctx, "4", ROWS, &f);
  bl_metric m[2] = {metric(ctx, "accuracy"), metric(ctx, "roc_auc")};
  bl_estimator *e = cv_new(ctx, &cv_means);
  bl_cv cv;
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, m, 2, &cv));
  assert_false(e->fitted);
  for (size_t k = 0; k < 4; k++) {
    uint32_t tr[ROWS], te[ROWS];
    double ty[ROWS], tw[ROWS], pred[ROWS], dec[ROWS], hit = 0, all = 0;
    int32_t tg[ROWS];
    for (size_t i = 0; i < f.v[k].n_train; i++) {
      size_t row = f.v[k].train[i];
      tr[i] = index[row], ty[i] = y[row], tw[i] = w[row], tg[i] = group[row];
    }
    for (size_t i = 0; i < f.v[k].n_test; i++) te[i] = index[f.v[k].test[i]];
    bl_estimator *hand = cv_new(ctx, &cv_means);
    bl_data train = {.X = {x, f.v[k].n_train, 2, 2, tr}, .y = ty, .weight = tw, .group = tg};
    bl_cmat test = {x, f.v[k].n_test, 2, 2, te};
    check_ok(ctx, bl_fit(ctx, hand, &train));
    check_ok(ctx, bl_apply(ctx, hand, BL_PREDICT, &test, NULL, pred));
    check_ok(ctx, bl_apply(ctx, hand, BL_DECISION, &test, NULL, dec));
    assert_int_equal(cv_groups_seen(hand), f.v[k].n_train);
    bl_estimator_free(ctx, hand);
    assert_memory_equal(pred, cv.pred + 10 * k, f.v[k].n_test * sizeof *pred);
    assert_memory_equal(dec, cv.decision + 10 * k, f.v[k].n_test * sizeof *dec);
    for (size_t i = 0; i < f.v[k].n_test; i++) {
      all += w[f.v[k].test[i]];
      if (pred[i] == y[f.v[k].test[i]]) hit += w[f.v[k].test[i]];
    }
    check_near(cv.score[2 * k], hit / all, 1e-15);
    assert_true(cv.fit_s[k] >= 0 && cv.apply_s[k] >= 0);
  }
  double mean, sd, by_hand = 0, spread = 0;
  size_t n;
  bl_cv_mean(&cv, 0, &mean, &sd, &n);
  for (size_t k = 0; k < 4; k++) by_hand += cv.score[2 * k] / 4;
  for (size_t k = 0; k < 4; k++) spread += (cv.score[2 * k] - by_hand) * (cv.score[2 * k] - by_hand) / 4;
  check_near(mean, by_hand, 1e-15);
  check_near(sd, sqrt(spread), 1e-15);
  bl_cv_free(ctx, &cv);
  bl_estimator_free(ctx, e);
  bl_metric_free(ctx, &m[0]);
  bl_metric_free(ctx, &m[1]);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* ---- folds that fail --------------------------------------------------------------------------------------------- */

static void a_failing_fold_is_recorded(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[] = {0, 1, 0, 1, 0, 1, 5, 6};
  double y[] = {0, 0, 0, 0, 0, 0, 1, 1}; /* fold 3 tests the whole second class: one class is left to learn from */
  bl_data d = {.X = {x, 8, 1, 1, NULL}, .y = y};
  bl_folds f;
  folds_of(ctx, "4", 8, &f);
  bl_metric m = metric(ctx, "accuracy");
  bl_estimator *e = cv_new(ctx, &cv_means);
  bl_cv cv;
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, &m, 1, &cv));
  for (size_t k = 0; k < 3; k++) {
    assert_int_equal(cv.status[k], BL_OK);
    assert_string_equal(cv.errors.v[k], "");
    check_near(cv.score[k], 1, 0);
  }
  assert_int_equal(cv.status[3], BL_E_CLASSES);
  assert_non_null(strstr(cv.errors.v[3], "one class"));
  assert_true(isnan(cv.score[3]) && isnan(cv.pred[6]) && isnan(cv.proba[12]) && isnan(cv.decision[7]));
  double mean, sd;
  size_t n;
  bl_cv_mean(&cv, 0, &mean, &sd, &n);
  assert_int_equal(n, 3);
  check_near(mean, 1, 0);
  bl_cv_free(ctx, &cv);
  double same[8] = {0};
  d.y = same;
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, &m, 1, &cv), BL_E_CLASSES, "all 4 folds failed; the first:");
  assert_null(cv.score);
  bl_estimator_free(ctx, e);
  bl_metric_free(ctx, &m);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* ---- outlier detectors and regressors ---------------------------------------------------------------------------- */

static void detectors_rank_anomalies_high(void **state)
{
  (void)state;
  enum { ROWS = 24 };
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS];
  double y[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = i % 6 == 5 ? 9 : 4; /* 9: anomaly */
    x[i] = (float)(y[i] == 9 ? 50 + (double)i : 0.01 * (double)(i * 7 % 11));
  }
  bl_data d = {.X = {x, ROWS, 1, 1, NULL}, .y = y};
  bl_folds f;
  folds_of(ctx, "4", ROWS, &f);
  bl_metric m[3] = {metric(ctx, "roc_auc"), metric(ctx, "average_precision"), metric(ctx, "accuracy")};
  bl_estimator *e = cv_new(ctx, &cv_far);
  bl_cv cv;
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, m, 3, &cv));
  for (size_t i = 0; i < 12; i++) check_near(cv.score[i], 1, 0);
  for (size_t i = 0; i < ROWS; i++) assert_true(cv.pred[i] == y[i] && (cv.decision[i] > 10) == (y[i] == 9));
  bl_cv_free(ctx, &cv);
  d.y = NULL;
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, m, 3, &cv), BL_E_ARG, "roc_auc needs labels");
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, NULL, 0, &cv));
  assert_int_equal(cv.n_classes, 0);
  for (size_t i = 0; i < ROWS; i++) assert_true(cv.pred[i] == (y[i] == 9 ? -1 : 1));
  bl_cv_free(ctx, &cv);
  y[0] = 5;
  d.y = y;
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, m, 3, &cv), BL_E_CLASSES, "the labels have 3");
  y[0] = 4;
  bl_metric loss = metric(ctx, "log_loss");
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, &loss, 1, &cv), BL_E_UNSUPPORTED, "log_loss: needs probabilities");
  bl_metric_free(ctx, &loss);
  bl_estimator_free(ctx, e);
  for (size_t i = 0; i < 3; i++) bl_metric_free(ctx, &m[i]);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

static void regression(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[6] = {1, 2, 3, 4, 5, 6};
  double y[6] = {1, 3, 5, 7, 9, 11};
  bl_data d = {.X = {x, 6, 1, 1, NULL}, .y = y};
  bl_folds f;
  folds_of(ctx, "2", 6, &f);
  bl_metric m = metric(ctx, "mean_absolute_error"), wrong = metric(ctx, "accuracy");
  bl_estimator *e = cv_new(ctx, &cv_mean_target);
  bl_cv cv;
  check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, &m, 1, &cv));
  check_near(cv.score[0], 6, 1e-15); /* mean of 7, 9, 11 against 1, 3, 5 */
  check_near(cv.score[1], 6, 1e-15);
  assert_true(!cv.proba && !cv.decision && !cv.classes && cv.pred[0] == 9);
  bl_cv_free(ctx, &cv);
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, &wrong, 1, &cv), BL_E_UNSUPPORTED, "accuracy");
  bl_estimator_free(ctx, e);
  bl_metric_free(ctx, &m);
  bl_metric_free(ctx, &wrong);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

static void refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[6] = {1, 2, 3, 4, 5, 6};
  double y[6] = {0, 1, 0, 1, 0, (double)NAN};
  bl_data d = {.X = {x, 6, 1, 1, NULL}, .y = y}, few = {.X = {x, 5, 1, 1, NULL}, .y = y}, none = {.X = d.X};
  bl_folds f, empty = {0};
  folds_of(ctx, "2", 6, &f);
  bl_estimator *e = cv_new(ctx, &cv_means), *t = cv_new(ctx, &cv_chooser);
  bl_cv cv;
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, NULL, 0, &cv), BL_E_NONFINITE, "y of row 5");
  check_fails(ctx, bl_cross_validate(ctx, e, &few, &f, NULL, 0, &cv), BL_E_SHAPE, "names row 5, the data have 5");
  check_fails(ctx, bl_cross_validate(ctx, e, &none, &f, NULL, 0, &cv), BL_E_ARG, "learns from labels");
  check_fails(ctx, bl_cross_validate(ctx, t, &d, &f, NULL, 0, &cv), BL_E_UNSUPPORTED, "only transforms");
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &empty, NULL, 0, &cv), BL_E_SHAPE, "no folds");
  y[5] = 1;
  bl_ctx_cancel(ctx);
  check_fails(ctx, bl_cross_validate(ctx, e, &d, &f, NULL, 0, &cv), BL_E_CANCELLED, "stopped");
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, t);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  float x[] = {0, 3, 1, 4, 0, 5, 1, 6};
  double y[] = {0, 1, 0, 1, 0, 1, 0, 1}, w[] = {1, 2, 1, 2, 1, 2, 1, 2};
  int32_t group[] = {0, 0, 1, 1, 2, 2, 3, 3};
  bl_data d = {.X = {x, 8, 1, 1, NULL}, .y = y, .weight = w, .group = group};
  bl_folds f = {0};
  bl_metric m = {0};
  bl_estimator *e = NULL;
  bl_cv cv = {0};
  bl_status s = bl_folds_add(ctx, &f, 8, (uint32_t[]){0, 1}, 2);
  if (!s) s = bl_folds_add(ctx, &f, 8, (uint32_t[]){2, 5}, 2);
  if (!s) s = bl_metric_new(ctx, "roc_auc", &m);
  if (!s) s = cv_try_new(ctx, &cv_means, &e);
  if (!s) s = bl_cross_validate(ctx, e, &d, &f, &m, 1, &cv);
  bl_cv_free(ctx, &cv);
  bl_estimator_free(ctx, e);
  if (m.cls) bl_metric_free(ctx, &m);
  bl_folds_free(ctx, &f);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(noise_scores_chance),
                                     cmocka_unit_test(unseen_classes_have_no_probability),
                                     cmocka_unit_test(same_as_by_hand),
                                     cmocka_unit_test(a_failing_fold_is_recorded),
                                     cmocka_unit_test(detectors_rank_anomalies_high),
                                     cmocka_unit_test(regression),
                                     cmocka_unit_test(refused),
                                     cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
