/* conformance.h: what the conformance programs share. They walk the registry: each check runs on every estimator that its
 * selector takes (by kind, tags, options), alone and as the last step of a chain, on data made to suit kind and tags. A new
 * estimator is tested by being listed; one that holds others also says in `composites` with which.
 *
 * What awaits a new author: conformance_points.c has the table of all promises, each with the checks that hold an
 * estimator to it, or the reason why none does. An estimator that cannot pass a check gets a line in `exemptions` with the
 * reason, which the program prints. */
#ifndef BL_TEST_CONFORMANCE_H
#define BL_TEST_CONFORMANCE_H

#include <float.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/estimator.h"
#include "baleen/random.h"
#include "check.h"

typedef struct exemption {
  const char *estimator, *check, *reason;
} exemption;
static const exemption exemptions[] = {
    {"lasso_cv", "weights_mean_repetition", "its folds count rows: a row that is repeated moves others to other folds"},
    {"elastic_net_cv", "weights_mean_repetition", "as lasso_cv"},
    {"logistic_regression_cv", "weights_mean_repetition", "as lasso_cv"},
    {"grid_search", "weights_mean_repetition", "as lasso_cv"},
    {"random_search", "weights_mean_repetition", "as lasso_cv"},
    {"calibrated_classifier", "weights_mean_repetition", "as lasso_cv"},
    {"nu_svc", "class_weights_decide", "a share nu of classes as unequal as that is not possible"},
    {"decision_tree_classifier", "balanced_is_the_weights_it_stands_for",
     "grown to pure leaves it says the same whatever classes weigh"},
    {"hist_gradient_boosting_classifier", "weights_mean_repetition",
     "min_samples_leaf counts rows, whatever they weigh"},
    {"hist_gradient_boosting_regressor", "weights_mean_repetition", "as hist_gradient_boosting_classifier"},
    {"hist_gradient_boosting_classifier", "class_weights_decide",
     "each round follows the light rows that a leaf has for itself"},
    {"hist_gradient_boosting_classifier", "iterations_are_told", "max_iter is how many rounds are wanted, not a limit"},
    {"hist_gradient_boosting_regressor", "iterations_are_told", "as hist_gradient_boosting_classifier"},
    {"knn_distance", "contamination_is_the_share_flagged",
     "a row that was learnt is its own nearest when it is asked about; the border leaves it out"},
    {"lof", "contamination_is_the_share_flagged", "as knn_distance"},
    {"sgd_one_class_svm", "kind_keeps_its_promises", "a plane has what lies far behind it inside, however far"},
    {"kmeans", "weights_mean_repetition", "which rows are drawn as first centres depends on how many there are"},
    {NULL, NULL, NULL}};

/* What the estimators that must be given others are given here, a line a way. */
static const struct composite {
  const char *estimator, *text;
} composites[] = {
    {"chain", "{chain: [standard_scaler, {gaussian_nb: {}, as: last}]}"},
    {"columns", "{columns: {transformers: {a: {columns: [\"*\"], estimator: standard_scaler}, "
                "b: {columns: \"*[0a]\", estimator: [passthrough, standard_scaler]}}}}"},
    {"columns", "{columns: {transformers: {a: {columns: \"*[0a]\", estimator: passthrough}}, remainder: passthrough}}"},
    {"voting", "{voting: {estimators: [lda, gaussian_nb]}}"},
    {"voting", "{voting: {estimators: {near: knn, far: lda}, voting: soft, weights: [1, 2]}}"},
    {"voting", "{voting: [ridge, linear_regression]}"},
    {"rank_average", "{rank_average: [isolation_forest, ecod, {knn_distance: {n_neighbors: 3}}]}"},
    {"one_vs_rest", "{one_vs_rest: {estimator: logistic_regression}}"},
    /* of other rows than it learnt from: numbers are categories that it does not know */
    {"one_hot_encoder", "{one_hot_encoder: {handle_unknown: ignore, max_categories: 5}}"},
    {"ordinal_encoder", "{ordinal_encoder: {handle_unknown: use_encoded_value}}"},
    {"gaussian_random_projection", "{gaussian_random_projection: {n_components: 2}}"},
    {"rbf_sampler", "{rbf_sampler: {n_components: 12}}"},
    {"sparse_random_projection", "{sparse_random_projection: {n_components: 2, density: 0.7}}"},
    /* by classes: a transformer that follows numbers is given none here */
    {"rfe", "{rfe: {estimator: lda, n_features_to_select: 2, step: 2}}"},
    {"select_from_model", "{select_from_model: {estimator: [standard_scaler, lda], threshold: median}}"},
    {"resample", "{resample: {estimator: gaussian_nb, method: under}}"},
    {"resample", "{resample: {estimator: [standard_scaler, lda], method: smote}}"},
    {"grid_search", "{grid_search: {estimator: gaussian_nb, cv: 2, param_grid: {var_smoothing: [1e-9, 0.1]}}}"},
    {"grid_search",
     "{grid_search: {estimator: [standard_scaler, ridge], cv: 2, param_grid: {ridge.alpha: [0.1, 10]}}}"},
    {"random_search", "{random_search: {estimator: {lda: {solver: lsqr}}, cv: 2, n_iter: 2, "
                      "param_distributions: {shrinkage: {uniform: [0.1, 0.9]}}}}"},
    {"calibrated_classifier", "{calibrated_classifier: {estimator: lda, cv: 3}}"},
    {"calibrated_classifier",
     "{calibrated_classifier: {estimator: [standard_scaler, gaussian_nb], method: isotonic, cv: 2, "
     "ensemble: false}}"},
    {"gaussian_mixture", "{gaussian_mixture: {n_components: 4}}"},
    {"gaussian_mixture", "{gaussian_mixture: {n_components: 4, covariance_type: tied}}"},
    {"gaussian_mixture", "{gaussian_mixture: {n_components: 3, covariance_type: diag}}"},
    {"gaussian_mixture", "{gaussian_mixture: {n_components: 4, covariance_type: spherical}}"},
    {"bagging", "{bagging: {estimator: gaussian_nb, n_estimators: 5}}"},
    {"bagging", "{bagging: {estimator: [standard_scaler, knn], n_estimators: 3, max_features: 0.75}}"},
    {"bagging", "{bagging: {estimator: ridge, max_samples: 0.8, bootstrap: false, bootstrap_features: true}}"},
    {NULL, NULL},
};

/* One estimator under test: its class, the text that makes it, and its kind and tags, which may follow from others that
 * it holds. */
typedef struct subject {
  const bl_estimator_class *cls;
  char text[400];
  bool in_chain;
  bl_kind kind;
  unsigned tags;
} subject;

typedef struct conformance_check {
  const char *name;
  void (*run)(const subject *s);
  bool on_chains;
  const char *promise;               /* what the check holds an estimator to, in words: printed where it fails */
  bool (*selects)(const subject *s); /* whom it is about; NULL: everybody */
} conformance_check;

/* Selectors. */
static inline bool learns_classes(const subject *s)
{
  return s->kind == BL_CLASSIFIER || (s->kind == BL_TRANSFORMER && (s->tags & BL_TAG_NEEDS_Y));
}
static inline bool learns_y(const subject *s) { return learns_classes(s) || s->kind == BL_REGRESSOR; }
static inline bool takes_weights(const subject *s) { return s->tags & BL_TAG_WEIGHTS; }
/* Draws numbers itself; what it holds may be random, too, with a seed of its own. */
static inline bool draws(const subject *s) { return s->cls->tags & BL_TAG_RANDOM; }
static inline bool learns_in_parts(const subject *s) { return s->cls->partial_fit != NULL; }
static inline bool is_outlier_detector(const subject *s) { return s->kind == BL_OUTLIER_DETECTOR; }
static inline bool is_classifier(const subject *s) { return s->kind == BL_CLASSIFIER; }
static inline bool has_class_weight(const subject *s) { return bl_opts_find(s->cls->opts, "class_weight") != NULL; }
static inline bool iterates(const subject *s) { return bl_opts_find(s->cls->opts, "max_iter") != NULL; }
static inline bool wants_nonnegative(const subject *s) { return s->tags & BL_TAG_NONNEGATIVE; }
static inline bool holds_others(const subject *s)
{
  for (const bl_opt *o = s->cls->opts; o && o->name; o++)
    if (o->kind == BL_OPT_ESTIMATOR) return true;
  return false;
}

/* ---- making ------------------------------------------------------------------------------------------------------ */

static inline bl_estimator *make(bl_ctx *ctx, const subject *s)
{
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, s->text, &e));
  return e;
}

/* Sets an option of the subject's class, wherever in a chain it stands; false when the class has none of that name. */
static inline bool set_if_there(bl_ctx *ctx, const subject *s, bl_estimator *e, const char *option, const char *value)
{
  char path[200];
  if (!bl_opts_find(s->cls->opts, option)) return false;
  snprintf(path, sizeof path, "%s%s%s", s->in_chain ? s->cls->name : "", s->in_chain ? "." : "", option);
  check_ok(ctx, bl_estimator_set(ctx, e, path, value));
  return true;
}

/* ---- data -------------------------------------------------------------------------------------------------------- */

enum { CHANNELS = 3, MAX_COLS = 6 };

/* Rows with all that may go with them; d borrows the rest. */
typedef struct sample {
  size_t n;
  bl_mat X;
  double *y, *weight;
  int32_t *group;
  bl_texts names, class_names;
  bl_blocks blocks; /* a triangle, or scalars "left" in uV and "right" in Hz */
  bl_data d;
} sample;

static inline size_t n_classes_of(const subject *s) { return !learns_classes(s) ? 0 : s->tags & BL_TAG_BINARY ? 2 : 3; }
static inline double class_value(size_t code) { return (double[]){-1, 2, 7}[code]; }

/* The upper triangle of the covariance of 40 draws, the channel of the class's number three times as strong. */
static inline void covariance_row(bl_rng *r, size_t code, float *out)
{
  double c[CHANNELS][CHANNELS] = {{0}}, v[CHANNELS];
  for (size_t t = 0; t < 40; t++) {
    double shared = bl_rng_normal(r);
    for (size_t i = 0; i < CHANNELS; i++) v[i] = (bl_rng_normal(r) + 0.3 * shared) * (i == code ? 3 : 1);
    for (size_t i = 0; i < CHANNELS; i++)
      for (size_t j = i; j < CHANNELS; j++) c[i][j] += v[i] * v[j] / 40;
  }
  for (size_t i = 0, k = 0; i < CHANNELS; i++)
    for (size_t j = i; j < CHANNELS; j++) out[k++] = (float)c[i][j];
}

static inline void add_block(bl_ctx *ctx, bl_blocks *to, bl_block_form form, size_t dim, const char *named,
                             const char *unit)
{
  char name[16], units[16], *one = units;
  snprintf(name, sizeof name, "%s", named);
  snprintf(units, sizeof units, "%s", unit);
  check_ok(ctx, bl_blocks_add(ctx, to, &(bl_block){.name = name, .form = form, .dims = {dim}, .units = {&one, 1}}));
}

static inline sample sample_make(bl_ctx *ctx, const subject *s, size_t n, uint64_t seed)
{
  bool triangle = s->tags & BL_TAG_COVARIANCE_ROWS;
  size_t d = triangle ? CHANNELS * (CHANNELS + 1) / 2 : 4, k = n_classes_of(s);
  sample a = {.n = n};
  bl_rng r = bl_rng_make(seed, "conformance", n);
  check_ok(ctx, bl_mat_new(ctx, n, d, &a.X));
  a.y = bl_calloc(ctx, n, sizeof *a.y);
  a.weight = bl_calloc(ctx, n, sizeof *a.weight);
  a.group = bl_calloc(ctx, n, sizeof *a.group);
  assert_true(a.y && a.weight && a.group);
  for (size_t i = 0; i < n; i++) {
    float *x = bl_row(&a.X, i);
    size_t code = k ? (i * 7 + i / 5) % k : 0;
    double shared = bl_rng_normal(&r);
    if (triangle) covariance_row(&r, code, x);
    for (size_t j = 0; j < d && !triangle; j++)
      x[j] = (float)(bl_rng_normal(&r) + 0.5 * shared + (k && j == code ? 4 : 0) + (double)j);
    for (size_t j = 0; j < d && (s->tags & BL_TAG_NONNEGATIVE); j++) x[j] = fabsf(x[j]);
    a.y[i] = k ? class_value(code) : 3 * (double)x[0] - (double)x[d - 1] + 0.3 * bl_rng_normal(&r);
    if (s->tags & BL_TAG_POSITIVE_Y) a.y[i] = exp(0.4 * a.y[i]);
    a.weight[i] = (double)bl_rng_below(&r, 4);
    a.group[i] = (int32_t)(i / 4);
  }
  if (n) a.weight[0] = 1;
  for (size_t j = 0; j < d; j++) {
    char name[16];
    snprintf(name, sizeof name, "column %c", (char)('a' + j));
    check_ok(ctx, bl_texts_add(ctx, &a.names, name));
  }
  if (triangle) add_block(ctx, &a.blocks, BL_BLOCK_TRIANGLE, CHANNELS, "covariance", "uV^2");
  else add_block(ctx, &a.blocks, BL_BLOCK_SCALARS, 2, "left", "uV");
  if (!triangle) add_block(ctx, &a.blocks, BL_BLOCK_SCALARS, 2, "right", "Hz");
  a.d = (bl_data){.X = bl_mat_view(&a.X), .y = k || s->kind == BL_REGRESSOR ? a.y : NULL, .group = a.group};
  return a;
}

static inline void sample_free(bl_ctx *ctx, sample *a)
{
  bl_mat_free(ctx, &a->X);
  bl_free(ctx, a->y);
  bl_free(ctx, a->weight);
  bl_free(ctx, a->group);
  bl_texts_free(ctx, &a->names);
  bl_texts_free(ctx, &a->class_names);
  bl_blocks_free(ctx, &a->blocks);
}

/* ---- what an estimator gives ------------------------------------------------------------------------------------- */

/* Every operation's result on X, one behind the other, as doubles. */
typedef struct answers {
  double *v;
  size_t n, at[BL_N_OPS], width[BL_N_OPS], rows;
} answers;

static inline bl_status answers_try(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, answers *a)
{
  bl_status s = BL_OK;
  *a = (answers){.rows = X->rows};
  for (int op = 0; op < BL_N_OPS; op++) {
    a->at[op] = a->n;
    a->width[op] = bl_op_width(e, (bl_op)op);
    a->n += a->width[op] * X->rows;
  }
  if (!(a->v = bl_calloc(ctx, a->n, sizeof *a->v))) return bl_fail_nomem(ctx, "answers");
  for (int op = 0; !s && op < BL_N_OPS; op++) {
    bl_mat z = {0};
    if (!a->width[op]) continue;
    if (op != BL_TRANSFORM) {
      s = bl_apply(ctx, e, (bl_op)op, X, NULL, a->v + a->at[op]);
      continue;
    }
    s = bl_transform(ctx, e, X, NULL, &z);
    for (size_t i = 0; !s && i < X->rows; i++)
      for (size_t j = 0; j < z.cols; j++) a->v[a->at[op] + i * z.cols + j] = (double)bl_row(&z, i)[j];
    bl_mat_free(ctx, &z);
  }
  if (s) {
    bl_free(ctx, a->v);
    a->v = NULL;
  }
  return s;
}

static inline answers ask(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X)
{
  answers a;
  check_ok(ctx, answers_try(ctx, e, X, &a));
  assert_true(a.n > 0);
  return a;
}

/* Row i of `got` against row `row` of `want`, for every operation. tol 0: the same bits. */
static inline void same_row(const answers *got, size_t i, const answers *want, size_t row, double tol, const char *what)
{
  for (int op = 0; op < BL_N_OPS; op++)
    for (size_t j = 0; j < want->width[op]; j++) {
      double a = got->v[got->at[op] + i * got->width[op] + j], b = want->v[want->at[op] + row * want->width[op] + j];
      bool ok = tol > 0 ? fabs(a - b) <= tol * (1 + fabs(b)) : !memcmp(&a, &b, sizeof a);
      if (!ok) fail_msg("%s: %s of row %zu: %.17g, wanted %.17g", what, bl_op_name((bl_op)op), row, a, b);
    }
}

static inline void same_answers(const answers *got, const answers *want, double tol, const char *what)
{
  assert_int_equal(got->n, want->n);
  for (size_t i = 0; i < want->rows; i++) same_row(got, i, want, i, tol, what);
}

/* ---- running ----------------------------------------------------------------------------------------------------- */

typedef struct conformance_case {
  subject s;
  const conformance_check *check;
  char name[160];
  bool passed;
} conformance_case;

static inline void run_case(void **state)
{
  conformance_case *c = *state;
  c->check->run(&c->s);
  c->passed = true;
}

/* A failed assertion shows two numbers at most; this says what they are about. */
static inline int explain_failure(void **state)
{
  const conformance_case *c = *state;
  if (!c->passed) print_message("%s breaks a promise: %s\n", c->s.text, c->check->promise);
  return 0;
}

static inline const exemption *exempt(const char *estimator, const char *check)
{
  for (const exemption *x = exemptions; x->estimator; x++)
    if (!strcmp(x->estimator, estimator) && !strcmp(x->check, check)) return x;
  return NULL;
}

/* The way-th text that makes an estimator of this class; its name alone where it needs nothing. */
static inline const char *text_of(const bl_estimator_class *cls, size_t way)
{
  size_t n = 0;
  for (const struct composite *c = composites; c->estimator; c++)
    if (!strcmp(c->estimator, cls->name) && n++ == way) return c->text;
  return !n && !way ? cls->name : NULL;
}

static inline subject subject_of(const bl_estimator_class *cls, const char *text, bool in_chain)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  subject s = {.cls = cls, .in_chain = in_chain};
  if (bl_estimator_parse(ctx, text, &e)) {
    fprintf(stderr, "%s: %s; a class that holds others needs a line in `composites`\n", text, bl_ctx_error(ctx));
    exit(1);
  }
  s.kind = bl_estimator_kind(e);
  s.tags = bl_estimator_tags(e);
  bl_estimator_free(ctx, e);
  bl_ctx_free(ctx);
  const char *front =
      s.tags & (BL_TAG_COVARIANCE_ROWS | BL_TAG_NONNEGATIVE) ? "" : "{standard_scaler: {}, as: front}, ";
  if (in_chain) snprintf(s.text, sizeof s.text, "[%s%s]", front, text);
  else snprintf(s.text, sizeof s.text, "%s", text);
  return s;
}

/* Does the check run on it? An exemption is said once. */
static inline bool runs_on(const conformance_check *check, const subject *s)
{
  if ((s->in_chain && !check->on_chains) || (check->selects && !check->selects(s))) return false;
  const exemption *x = exempt(s->cls->name, check->name);
  if (x && !s->in_chain) printf("exempt: %s from %s: %s\n", s->text, check->name, x->reason);
  return !x;
}

static inline int run_conformance(const conformance_check *checks, size_t n_checks)
{
  static conformance_case cases[8192];
  static struct CMUnitTest tests[8192];
  size_t n = 0;
  for (size_t i = 0; bl_estimator_at(i); i++) {
    const bl_estimator_class *cls = bl_estimator_at(i);
    const char *text;
    for (size_t way = 0; (text = text_of(cls, way)) != NULL; way++)
      for (int chain = 0; chain < 2; chain++) {
        const subject s = subject_of(cls, text, chain);
        for (size_t k = 0; k < n_checks; k++) {
          conformance_case *c = &cases[n];
          c->s = s;
          c->check = &checks[k];
          if (!runs_on(&checks[k], &s)) continue;
          snprintf(c->name, sizeof c->name, "%s%.40s%s: %s", cls->name, text == cls->name ? "" : text,
                   chain ? " in a chain" : "", checks[k].name);
          tests[n] = (struct CMUnitTest){
              .name = c->name, .test_func = run_case, .teardown_func = explain_failure, .initial_state = c};
          if (++n == sizeof cases / sizeof *cases) return 1;
        }
      }
  }
  return _cmocka_run_group_tests("conformance", tests, n, NULL, NULL);
}
/* An argument is a pattern of the tests to run: "lasso*", "*: threads_do_not_matter". */
#define CONFORMANCE_MAIN(checks)                                                                                       \
  int main(int argc, char **argv)                                                                                      \
  {                                                                                                                    \
    if (argc > 1) cmocka_set_test_filter(argv[1]);                                                                     \
    return run_conformance(checks, sizeof checks / sizeof *checks);                                                    \
  }

#endif
