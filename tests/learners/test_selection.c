/* Choosing columns: scores and choices against scikit-learn, noise that scores chance, and what is refused. */
#include "learned.h"

#include "baleen/cross_validate.h"
#include "baleen/random.h"

typedef struct row {
  const char *name, *text;
  bool classes;
} row;

static const row scores[] = {
    {"f_classif", "select_k_best", true},
    {"chi2", "{select_k_best: {score_func: chi2}}", true},
    {"f_regression", "{select_k_best: {score_func: f_regression}}", false},
    {"r_regression", "{select_k_best: {score_func: r_regression}}", false},
    {"mutual_info_classif", "{select_k_best: {score_func: mutual_info_classif}}", true},
    {"mutual_info_regression", "{select_k_best: {score_func: mutual_info_regression}}", false},
};
static const row choices[] = {
    {"k_best", "{select_k_best: {k: 3}}", true},
    {"k_best_regression", "{select_k_best: {k: 4, score_func: f_regression}}", false},
    {"k_best_info", "{select_k_best: {k: 4, score_func: mutual_info_regression}}", false},
    {"percentile", "{select_percentile: {percentile: 30}}", true},
    {"fpr", "{select_fpr: {alpha: 0.2}}", true},
    {"fdr", "{select_fdr: {alpha: 0.1}}", true},
    {"fwe", "{select_fwe: {alpha: 0.1}}", true},
    {"variance", "{variance_threshold: {threshold: 0.25}}", true},
    {"rfe", "{rfe: {estimator: ridge, n_features_to_select: 3}}", false},
    {"rfe_half", "{rfe: {estimator: ridge}}", false},
    {"rfe_steps", "{rfe: {estimator: ridge, n_features_to_select: 0.25, step: 0.2}}", false},
    {"rfe_classes",
     "{rfe: {estimator: {logistic_regression: {tol: 1e-8, max_iter: 1000}}, n_features_to_select: 3, step: 2}}", true},
    {"model", "{select_from_model: {estimator: ridge}}", false},
    {"model_median", "{select_from_model: {estimator: ridge, threshold: median, factor: 0.8}}", false},
    {"model_most", "{select_from_model: {estimator: ridge, threshold: 0.05, max_features: 2}}", false},
    {"model_classes", "{select_from_model: {estimator: {logistic_regression: {tol: 1e-8, max_iter: 1000}}}}", true},
};

static bl_estimator *fitted(bl_ctx *ctx, const golden *g, const row *r, bl_mat *x)
{
  bl_estimator *e;
  *x = golden_rows(ctx, g, "x");
  bl_data d = {.X = bl_mat_view(x), .y = golden_get(g, r->classes ? "y" : "t")->v};
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  return e;
}

static void scores_agree(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("selection");
  bl_mat x;
  bl_estimator *e = fitted(ctx, g, r, &x);
  learned_compare(g, joined(r->name, "scores"), e, "scores");
  bool p = !strncmp(r->name, "f_", 2) || !strcmp(r->name, "chi2");
  if (p) learned_compare(g, joined(r->name, "pvalues"), e, "pvalues");
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

static void choices_agree(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("selection");
  bl_mat x, z;
  bl_texts names;
  char name[16];
  bl_estimator *e = fitted(ctx, g, r, &x);
  bl_cmat view = bl_mat_view(&x);
  if (!strncmp(r->name, "rfe", 3)) {
    bl_field_view rank = learned(e, "ranking");
    for (size_t j = 0; j < rank.dims[0]; j++)
      check_near((double)((const int64_t *)rank.v)[j], golden_get(g, joined(r->name, "ranking"))->v[j], 0);
  }
  const golden_array *want = golden_get(g, joined(r->name, "kept"));
  check_ok(ctx, bl_transform(ctx, e, &view, NULL, &z));
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  assert_int_equal(z.cols, want->rows);
  for (size_t k = 0; k < z.cols; k++) {
    snprintf(name, sizeof name, "x%g", want->v[k]);
    assert_string_equal(names.v[k], name);
    for (size_t i = 0; i < z.rows; i++) check_near((double)bl_row(&z, i)[k], (double)bl_row(&x, i)[(int)want->v[k]], 0);
  }
  bl_texts_free(ctx, &names);
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &x);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

/* 200 columns that have nothing to do with the classes: each way of choosing, refitted in each fold, scores chance. */
static void noise_scores_chance(void **unused)
{
  (void)unused;
  static const char *const ways[] = {"[{select_k_best: {k: 5}}, lda]",
                                     "[{select_percentile: {percentile: 3}}, lda]",
                                     "[{select_fpr: {alpha: 0.03}}, lda]",
                                     "[select_fdr, lda]",
                                     "[select_fwe, lda]",
                                     "[{select_k_best: {k: 5, score_func: mutual_info_classif}}, lda]",
                                     "[{variance_threshold: {threshold: 1.1}}, {select_k_best: {k: 5}}, lda]",
                                     "[{mrmr: {k: 5}}, lda]",
                                     "[{rfe: {estimator: lda, n_features_to_select: 5, step: 0.2}}, lda]",
                                     "[{select_from_model: {estimator: lda, max_features: 5}}, lda]"};
  enum { ROWS = 200, COLS = 200, WAYS = sizeof ways / sizeof *ways };
  bl_ctx *ctx = bl_ctx_new();
  bl_mat X;
  double y[ROWS], mean, sd;
  check_ok(ctx, bl_mat_new(ctx, ROWS, COLS, &X));
  bl_rng r = bl_rng_make(11, "selection of noise", 0);
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = (double)(i % 2);
    for (size_t j = 0; j < COLS; j++) bl_row(&X, i)[j] = (float)bl_rng_normal(&r);
  }
  bl_splitter split;
  bl_folds folds;
  bl_metric m;
  check_ok(ctx, bl_splitter_new(ctx, "k_fold", &split));
  check_ok(ctx, bl_split(ctx, &split, &(bl_split_data){.n = ROWS}, &folds));
  check_ok(ctx, bl_metric_new(ctx, "accuracy", &m));
  bl_data d = {.X = bl_mat_view(&X), .y = y};
  for (size_t i = 0; i < WAYS; i++) {
    bl_estimator *e;
    bl_cv cv;
    size_t n;
    check_ok(ctx, bl_estimator_parse(ctx, ways[i], &e));
    check_ok(ctx, bl_cross_validate(ctx, e, &d, &folds, &m, 1, &cv));
    bl_cv_mean(&cv, 0, &mean, &sd, &n);
    assert_int_equal(n, folds.n);
    if (!(fabs(mean - 0.5) < 0.11)) fail_msg("%s: noise scores %g", ways[i], mean); /* 3 standard errors */
    bl_cv_free(ctx, &cv);
    bl_estimator_free(ctx, e);
  }
  bl_metric_free(ctx, &m);
  bl_folds_free(ctx, &folds);
  bl_splitter_free(ctx, &split);
  bl_mat_free(ctx, &X);
  check_free(ctx);
}

/* Two columns that tell the class, each of them a second time: the copies are worth nothing beside them. */
static void mrmr_leaves_out_what_is_told_already(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  enum { ROWS = 120 };
  float v[ROWS * 5];
  double y[ROWS];
  bl_rng r = bl_rng_make(12, "mrmr", 0);
  for (size_t i = 0; i < ROWS; i++) {
    y[i] = (double)(i % 2);
    double a = 2 * y[i] + bl_rng_normal(&r), b = 1.5 * y[i] + bl_rng_normal(&r);
    double of[] = {a, a + 0.05 * bl_rng_normal(&r), b, b + 0.05 * bl_rng_normal(&r), bl_rng_normal(&r)};
    for (size_t j = 0; j < 5; j++) v[5 * i + j] = (float)of[j];
  }
  bl_data d = {.X = {v, ROWS, 5, 5, NULL}, .y = y};
  static const char *const ways[] = {"{mrmr: {k: 2}}",
                                     "{mrmr: {k: 2, scheme: difference, score_func: mutual_info_classif}}"};
  for (size_t i = 0; i < 2; i++) {
    bl_estimator *e;
    check_ok(ctx, bl_estimator_parse(ctx, ways[i], &e));
    check_ok(ctx, bl_fit(ctx, e, &d));
    const int64_t *kept = learned(e, "kept").v;
    assert_true(kept[0] < 2 && kept[1] >= 2);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* Who does not say how much it makes of each column cannot choose. */
static void choosers_must_tell(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {-1, 2, 3, 4, 5, 6, 7, 9};
  double y[] = {0, 1, 0, 1};
  bl_data d = {.X = {v, 4, 2, 2, NULL}, .y = y};
  static const char *const texts[] = {"{rfe: {estimator: {knn: {n_neighbors: 1}}, n_features_to_select: 1}}",
                                      "{select_from_model: {estimator: [pca, gaussian_nb]}}"};
  for (size_t i = 0; i < 2; i++) {
    bl_estimator *e;
    check_ok(ctx, bl_estimator_parse(ctx, texts[i], &e));
    check_fails(ctx, bl_fit(ctx, e, &d), BL_E_CONFIG, "does not say how much it makes of each of 2 columns");
    bl_estimator_free(ctx, e);
  }
  bl_estimator *e;
  check_fails(ctx, bl_estimator_parse(ctx, "{rfe: {estimator: pca}}", &e), BL_E_CONFIG,
              "takes a classifier or a regressor");
  check_free(ctx);
}

static void what_cannot_be_is_refused(void **unused)
{
  (void)unused;
  static const struct {
    const char *text, *message;
    bl_status status;
    bool y;
  } of[] = {{"{select_k_best: {score_func: chi2}}", "chi2 takes counts, but row 0 of column 0 is -1", BL_E_RANGE, true},
            {"{select_fdr: {score_func: mutual_info_classif}}", "no p-values", BL_E_CONFIG, true},
            {"{select_k_best: {score_func: f_regression}}", "y has none", BL_E_ARG, false},
            {"{variance_threshold: {threshold: 100}}", "none has a variance above 100", BL_E_RANGE, false}};
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {-1, 2, 3, 4};
  double y[] = {0, 1, 0, 1};
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    bl_estimator *e;
    bl_data d = {.X = {v, 4, 1, 1, NULL}, .y = of[i].y ? y : NULL};
    check_ok(ctx, bl_estimator_parse(ctx, of[i].text, &e));
    check_fails(ctx, bl_fit(ctx, e, &d), of[i].status, of[i].message);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* The mean of 0.1 over and over is rounded, and no class tells from another by that. */
static void constants_tell_nothing(void **unused)
{
  (void)unused;
  enum { N = 30 };
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(13, "constants", 0);
  float v[2 * N];
  double y[N];
  for (size_t i = 0; i < N; i++) {
    y[i] = i % 3 == 0;
    v[2 * i] = 0.1F;
    v[2 * i + 1] = (float)(y[i] + bl_rng_normal(&r));
  }
  static const char *const funcs[] = {"f_classif", "f_regression", "r_regression"};
  for (size_t i = 0; i < 3; i++) {
    char text[80];
    bl_estimator *e;
    snprintf(text, sizeof text, "{select_k_best: {k: 1, score_func: %s}}", funcs[i]);
    check_ok(ctx, bl_estimator_parse(ctx, text, &e));
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = {v, N, 2, 2, NULL}, .y = y}));
    assert_true(*(const int64_t *)learned(e, "kept").v == 1);
    check_near(*(const double *)learned(e, "scores").v, 0, 1e-12);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* A column is kept where none passes, and that is said. */
static void the_best_of_none_is_told(void **unused)
{
  (void)unused;
  static const char *const texts[] = {"{select_from_model: {estimator: ridge, threshold: 1e9}}",
                                      "{select_fwe: {alpha: 0, score_func: f_regression}}"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("selection");
  for (size_t i = 0; i < 2; i++) {
    bl_mat x;
    bl_estimator *e = fitted(ctx, g, &(row){"none", texts[i], false}, &x);
    bl_field_view made = learned(e, i ? "scores" : "importances");
    const int64_t *kept = learned(e, "kept").v;
    assert_int_equal(learned(e, "kept").dims[0], 1);
    for (size_t j = 0; j < made.dims[0]; j++)
      assert_true(((const double *)made.v)[j] <= ((const double *)made.v)[kept[0]]);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), i + 1);
    bl_mat_free(ctx, &x);
    bl_estimator_free(ctx, e);
  }
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  enum { S = sizeof scores / sizeof *scores, C = sizeof choices / sizeof *choices };
  struct CMUnitTest tests[S + C + 6];
  memset(tests, 0, sizeof tests);
  for (size_t i = 0; i < S + C; i++) {
    const row *r = i < S ? &scores[i] : &choices[i - S];
    tests[i] = (struct CMUnitTest){
        .name = r->name, .test_func = i < S ? scores_agree : choices_agree, .initial_state = (void *)(uintptr_t)r};
  }
  tests[S + C] = (struct CMUnitTest)cmocka_unit_test(noise_scores_chance);
  tests[S + C + 1] = (struct CMUnitTest)cmocka_unit_test(what_cannot_be_is_refused);
  tests[S + C + 2] = (struct CMUnitTest)cmocka_unit_test(mrmr_leaves_out_what_is_told_already);
  tests[S + C + 3] = (struct CMUnitTest)cmocka_unit_test(choosers_must_tell);
  tests[S + C + 4] = (struct CMUnitTest)cmocka_unit_test(the_best_of_none_is_told);
  tests[S + C + 5] = (struct CMUnitTest)cmocka_unit_test(constants_tell_nothing);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
