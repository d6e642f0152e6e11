/* Cross-validated scores of whole chains on the bundled tables against scikit-learn's, fold by fold
 * (tests/golden/cv.txt), on folds that our own splitters make. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/cross_validate.h"
#include "golden.h"
#include "table_set.h"

static void check_folds(const golden *g, const char *name, const bl_folds *f)
{
  double fold_of[MAX_ROWS];
  for (size_t k = 0; k < f->n; k++)
    for (size_t i = 0; i < f->v[k].n_test; i++) fold_of[f->v[k].test[i]] = (double)k;
  golden_compare(golden_get(g, name), fold_of, name);
}

typedef struct model {
  const char *golden, *flow;
} model;

static void against(const char *set, const char *splitter, const char *metric, const model *models, size_t n_models)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("cv");
  table *t = read_table(set);
  bl_splitter s;
  bl_folds f;
  bl_metric m;
  char name[64];
  check_ok(ctx, bl_splitter_new(ctx, splitter, &s));
  check_ok(ctx, bl_split(ctx, &s, &(bl_split_data){.n = t->rows, .label = t->label}, &f));
  snprintf(name, sizeof name, "%s.fold", set);
  check_folds(g, name, &f);
  check_ok(ctx, bl_metric_new(ctx, metric, &m));
  bl_data d = {.X = {t->x, t->rows, t->cols, t->cols, NULL}, .y = t->y};
  for (size_t i = 0; i < n_models; i++) {
    bl_estimator *e;
    bl_cv cv;
    double mean, sd;
    size_t n;
    check_ok(ctx, bl_estimator_parse(ctx, models[i].flow, &e));
    check_ok(ctx, bl_cross_validate(ctx, e, &d, &f, &m, 1, &cv));
    snprintf(name, sizeof name, "%s.%s", set, models[i].golden);
    golden_compare(golden_get(g, name), cv.score, name);
    snprintf(name, sizeof name, "%s.%s.mean", set, models[i].golden);
    bl_cv_mean(&cv, 0, &mean, &sd, &n);
    assert_int_equal(n, 5);
    golden_compare(golden_get(g, name), &mean, name);
    bl_cv_free(ctx, &cv);
    bl_estimator_free(ctx, e);
  }
  bl_metric_free(ctx, &m);
  bl_folds_free(ctx, &f);
  bl_splitter_free(ctx, &s);
  test_free(t);
  golden_close(g);
  check_free(ctx);
}

#define N(rows) (sizeof(rows) / sizeof *(rows))
static const model classifiers[] = {
    {"lr", "[standard_scaler, {logistic_regression: {tol: 1e-8, max_iter: 5000}}]"},
    {"knn", "knn"},
    {"scaler_knn", "[standard_scaler, knn]"},
    {"lda", "lda"},
};
static const model regressors[] = {{"ridge", "ridge"}, {"scaler_ridge", "[standard_scaler, ridge]"}};

static void iris(void **state)
{
  (void)state;
  against("iris", "stratified_k_fold", "accuracy", classifiers, N(classifiers));
}

static void digits(void **state)
{
  (void)state;
  against("digits", "stratified_k_fold", "accuracy", classifiers + 1, 2); /* the others are checked on iris */
}

static void diabetes(void **state)
{
  (void)state;
  against("diabetes", "k_fold", "r2", regressors, N(regressors));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(iris), cmocka_unit_test(digits), cmocka_unit_test(diabetes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
