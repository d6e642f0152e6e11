/* isolation_forest: scores and AUROC like scikit-learn's over seeds, path lengths, contamination, units, hostile
 * models. */
#include <stdlib.h>

#include "learn.h"

enum { SEEDS = 10 };

typedef struct scored {
  double s;
  bool odd;
} scored;

static int ascending(const void *a, const void *b)
{
  double x = ((const scored *)a)->s, y = ((const scored *)b)->s;
  return (x > y) - (x < y);
}

/* Share of (odd, normal) pairs in which the odd row has the lower score; ties count half. */
static double auroc(const double *score, const double *y, size_t n)
{
  scored *v = test_calloc(n, sizeof *v);
  double pairs = 0, normal_above = 0, odd = 0;
  for (size_t i = 0; i < n; i++) v[i] = (scored){score[i], y[i] > 0};
  qsort(v, n, sizeof *v, ascending);
  for (size_t i = n, j; i > 0; i = j) {
    double o = 0, m = 0;
    for (j = i; j > 0 && v[j - 1].s >= v[i - 1].s; j--) *(v[j - 1].odd ? &o : &m) += 1;
    pairs += o * (normal_above + m / 2);
    normal_above += m;
    odd += o;
  }
  test_free(v);
  return pairs / (odd * normal_above);
}

static void like_golden(bl_ctx *ctx, const golden *g, const char *data)
{
  char name[64], seed[16];
  learn_set s = learn_open(ctx, g, data);
  size_t n = s.X.rows;
  double *score = test_calloc(n, sizeof *score), *mean = test_calloc(n, sizeof *mean), area = 0;
  bl_estimator *e = learn_parse(ctx, "isolation_forest");
  for (int k = 0; k < SEEDS; k++) {
    snprintf(seed, sizeof seed, "%d", k);
    check_ok(ctx, bl_estimator_set(ctx, e, "random_state", seed));
    bl_data d = {.X = s.X};
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &s.X, NULL, score));
    area += auroc(score, s.y, n) / SEEDS;
    for (size_t i = 0; i < n; i++) mean[i] -= score[i] / SEEDS;
  }
  /* The golden's tolerances are 5 and 6 standard errors of a mean of 20 seeds; this is a difference of means of 10 and
   * of 20. */
  double wider = sqrt(20.0 / SEEDS + 1);
  snprintf(name, sizeof name, "%s.auroc.mean", data);
  const golden_array *want = golden_get(g, name);
  golden_compare_one(want->v[0], area, 0, wider * want->atol, name);
  snprintf(name, sizeof name, "%s.score.mean", data);
  want = golden_get(g, name);
  double bias = 0;
  for (size_t i = 0; i < n; i++) {
    golden_compare_one(want->v[i], mean[i], 0, wider * want->atol, name);
    bias += (mean[i] - want->v[i]) / (double)n;
  }
  check_near(bias, 0, 0.004); /* rows err in any direction: on the whole they must not */
  bl_estimator_free(ctx, e);
  test_free(score);
  test_free(mean);
  learn_close(ctx, &s);
}

static void scores_are_scikit_learns_over_seeds(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("isolation_forest");
  like_golden(ctx, g, "cardio");
  like_golden(ctx, g, "ionosphere");
  golden_close(g);
  check_free(ctx);
}

/* n rows alike cannot be cut: one leaf, whose path is c(n) and whose score 2^-1 whatever n; the leaf's number is c(n).
 * */
static void path_of_n_rows_is_c(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("isolation_forest");
  const golden_array *n = golden_get(g, "c.n"), *c = golden_get(g, "c.value");
  for (size_t i = 0; i < n->rows; i++) {
    size_t rows = (size_t)n->v[i];
    double score;
    bl_mat m;
    check_ok(ctx, bl_mat_new(ctx, rows, 1, &m));
    bl_estimator *e = learn_parse(ctx, "{isolation_forest: {n_estimators: 2, max_samples: 1}}");
    bl_data d = {.X = bl_mat_view(&m)};
    check_ok(ctx, bl_fit(ctx, e, &d));
    bl_field_view leaf = learn_field(e, "threshold");
    assert_int_equal(leaf.dims[0], 2);
    golden_compare_one(c->v[i], ((const double *)leaf.v)[1], c->rtol, c->atol, "c.value");
    bl_cmat one = {m.v, 1, 1, 1, NULL};
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &one, NULL, &score));
    check_near(score, -0.5, 1e-12);
    bl_estimator_free(ctx, e);
    bl_mat_free(ctx, &m);
  }
  golden_close(g);
  check_free(ctx);
}

static void contamination_marks_that_share(void **unused)
{
  (void)unused;
  static const double shares[] = {0.02, 0.1, 0.5};
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  double label[500], decision[500], score[500];
  learn_noise(ctx, "iforest.share", 500, 4, &m);
  bl_data d = {.X = bl_mat_view(&m)};
  for (size_t k = 0; k < 3; k++) {
    char text[120];
    snprintf(text, sizeof text, "{isolation_forest: {contamination: %g, n_estimators: 50}}", shares[k]);
    bl_estimator *e = learn_parse(ctx, text);
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, label));
    check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &d.X, NULL, decision));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &d.X, NULL, score));
    double offset = *(const double *)learn_field(e, "offset").v;
    size_t odd = 0;
    for (size_t i = 0; i < 500; i++) {
      assert_true(label[i] == (decision[i] < 0 ? -1 : 1));
      check_near(decision[i], score[i] - offset, 1e-15);
      odd += label[i] < 0;
    }
    check_near((double)odd, shares[k] * 500, 2); /* equal scores may fall on either side */
    bl_estimator_free(ctx, e);
  }
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

/* Volts: scores must not care for the unit. Threads and seeds: same bits, other bits. */
static void units_and_threads_change_nothing_seeds_do(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat a, b;
  double s[3][300], other = 0;
  learn_noise(ctx, "iforest.units", 300, 3, &a);
  learn_noise(ctx, "iforest.units", 300, 3, &b);
  for (size_t i = 0; i < 900; i++) b.v[i] *= 0x1p-30F;
  bl_estimator *e = learn_parse(ctx, "{isolation_forest: {max_samples: 0.5, max_features: 0.7, bootstrap: true}}");
  for (size_t k = 0; k < 3; k++) {
    bl_ctx_set_threads(ctx, k == 1 ? 4 : 1);
    bl_data d = {.X = bl_mat_view(k == 2 ? &b : &a)};
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &d.X, NULL, s[k]));
  }
  assert_memory_equal(s[0], s[1], sizeof s[0]);
  for (size_t i = 0; i < 300; i++) check_near(s[2][i], s[0][i], 0.002); /* a threshold rounds in another place */
  check_ok(ctx, bl_estimator_set(ctx, e, "random_state", "1"));
  bl_data d = {.X = bl_mat_view(&a)};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &d.X, NULL, s[1]));
  for (size_t i = 0; i < 300; i++) other = fmax(other, fabs(s[1][i] - s[0][i]));
  assert_true(other > 0.005);
  check_ok(ctx, bl_estimator_set(ctx, e, "max_samples", "2.5"));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_RANGE, "must be whole");
  check_ok(ctx, bl_estimator_set(ctx, e, "max_samples", "301"));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 1);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &a);
  bl_mat_free(ctx, &b);
  check_free(ctx);
}

static void hostile_trees_are_refused(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "iforest.hostile", 40, 2, &m);
  bl_estimator *e = learn_parse(ctx, "{isolation_forest: {n_estimators: 3}}");
  bl_data d = {.X = bl_mat_view(&m)};
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, e->cls->check(ctx, e));
  /* the fields' own memory, writable through a copy of their pointers */
  const bl_field *f = e->cls->fields;
  int64_t *start;
  int32_t *feature, *left;
  memcpy(&start, (char *)e->state + f[0].offset, sizeof start);
  memcpy(&feature, (char *)e->state + f[1].offset, sizeof feature);
  memcpy(&left, (char *)e->state + f[2].offset, sizeof left);
  assert_true(feature[start[1]] >= 0);
  static const struct {
    const char *what, *says;
    int field;
    int64_t value;
  } damage[] = {{"a loop", "points outside", 2, 0},
                {"a jump back", "points outside", 2, -1},
                {"a child behind the end", "points outside", 2, 1 << 20},
                {"a column that is not there", "points outside", 1, 2},
                {"a second kind of leaf", "points outside", 1, -2},
                {"a tree that begins in another", "runs from", 0, 1 << 20},
                {"a tree without nodes", "runs from", 0, 0}};
  for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
    int64_t at = damage[i].field ? start[1] : 1, kept;
    if (damage[i].field == 0) kept = start[at], start[at] = damage[i].value;
    else if (damage[i].field == 1) kept = feature[at], feature[at] = (int32_t)damage[i].value;
    else kept = left[at], left[at] = (int32_t)damage[i].value;
    check_fails(ctx, e->cls->check(ctx, e), BL_E_FORMAT, damage[i].says);
    if (damage[i].field == 0) start[at] = kept;
    else if (damage[i].field == 1) feature[at] = (int32_t)kept;
    else left[at] = (int32_t)kept;
  }
  check_ok(ctx, e->cls->check(ctx, e));
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

static bl_status fit_and_ask(bl_ctx *ctx, void *arg)
{
  bl_estimator *e = NULL;
  double out[40];
  bl_data d = {.X = *(const bl_cmat *)arg};
  bl_status s = bl_estimator_parse(ctx, "{isolation_forest: {n_estimators: 3, contamination: 0.1}}", &e);
  if (!s) s = bl_fit(ctx, e, &d);
  if (!s) s = bl_apply(ctx, e, BL_PREDICT, &d.X, NULL, out);
  bl_estimator_free(ctx, e);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  learn_noise(ctx, "iforest.memory", 40, 2, &m);
  bl_cmat X = bl_mat_view(&m);
  check_every_allocation_failing(fit_and_ask, &X);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(scores_are_scikit_learns_over_seeds),
                                     cmocka_unit_test(path_of_n_rows_is_c),
                                     cmocka_unit_test(contamination_marks_that_share),
                                     cmocka_unit_test(units_and_threads_change_nothing_seeds_do),
                                     cmocka_unit_test(hostile_trees_are_refused),
                                     cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
