/* Splits against scikit-learn's fold lists (tests/golden/splits.txt), and what is refused. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/split.h"
#include "golden.h"

static int32_t *codes(const golden_array *a)
{
  int32_t *v = test_calloc(a->rows, sizeof *v);
  for (size_t i = 0; i < a->rows; i++) v[i] = (int32_t)a->v[i];
  return v;
}

static void run(bl_ctx *ctx, const char *name, const char *option, const char *value, const bl_split_data *d,
                bl_folds *out)
{
  bl_splitter s;
  check_ok(ctx, bl_splitter_new(ctx, name, &s));
  if (option) check_ok(ctx, bl_opts_set(ctx, name, s.cls->opts, s.params, option, value));
  check_ok(ctx, bl_split(ctx, &s, d, out));
  bl_splitter_free(ctx, &s);
}

/* The test fold of each row must be the one that the golden names. */
static void compare(golden *g, const char *name, const bl_folds *f, size_t n)
{
  double *fold_of = test_calloc(n, sizeof *fold_of);
  for (size_t i = 0; i < n; i++) fold_of[i] = -1;
  for (size_t k = 0; k < f->n; k++)
    for (size_t i = 0; i < f->v[k].n_test; i++) fold_of[f->v[k].test[i]] = (double)k;
  const golden_array *want = golden_get(g, name);
  assert_int_equal(want->rows, n);
  golden_compare(want, fold_of, name);
  test_free(fold_of);
}

static void golden_folds(void **state)
{
  (void)state;
  static const struct {
    const char *golden, *splitter, *k, *label, *group, *fold;
    size_t n;
  } rows[] = {
      {"kfold.n10.k3.fold", "k_fold", "3", NULL, NULL, NULL, 10},
      {"kfold.n7.k7.fold", "k_fold", "7", NULL, NULL, NULL, 7},
      {"kfold.n23.k5.fold", "k_fold", "5", NULL, NULL, NULL, 23},
      {"kfold.n100.k10.fold", "k_fold", "10", NULL, NULL, NULL, 100},
#define STRATIFIED(s, k) {"stratified." s ".k" k ".fold", "stratified_k_fold", k, "y." s, NULL, NULL, 0}
      STRATIFIED("a", "2"),
      STRATIFIED("a", "3"),
      STRATIFIED("b", "2"),
      STRATIFIED("b", "3"),
      STRATIFIED("b", "5"),
      STRATIFIED("c", "2"),
      STRATIFIED("c", "3"),
      STRATIFIED("c", "5"),
      STRATIFIED("d", "2"),
      STRATIFIED("d", "3"),
      STRATIFIED("d", "5"),
#define GROUP(s, k) {"group." s ".k" k ".fold", "group_k_fold", k, NULL, "g." s, NULL, 0}
      GROUP("a", "2"),
      GROUP("a", "3"),
      GROUP("a", "5"),
      GROUP("b", "2"),
      GROUP("b", "3"),
      GROUP("b", "5"),
      GROUP("c", "2"),
      GROUP("c", "3"),
      GROUP("c", "5"),
#define LOGO(s) {"logo." s ".fold", "leave_one_group_out", NULL, NULL, "g." s, NULL, 0}
      LOGO("a"),
      LOGO("b"),
      LOGO("c"),
#define BOTH(s, k)                                                                                                     \
  {"strat_group." s ".k" k ".fold", "stratified_group_k_fold", k, "strat_group." s ".y", "strat_group." s ".g", NULL, 0}
      BOTH("d", "2"),
      BOTH("d", "3"),
      BOTH("d", "5"),
      BOTH("e", "2"),
      BOTH("e", "3"),
      BOTH("e", "5"),
      BOTH("f", "2"),
      BOTH("f", "3"),
      BOTH("f", "5"),
      {"predefined.fold", "predefined", NULL, NULL, NULL, "predefined.in", 0},
  };
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("splits");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const char *in[3] = {rows[i].label, rows[i].group, rows[i].fold};
    int32_t *v[3] = {NULL, NULL, NULL};
    size_t n = rows[i].n;
    for (size_t j = 0; j < 3; j++)
      if (in[j]) {
        v[j] = codes(golden_get(g, in[j]));
        n = golden_get(g, in[j])->rows;
      }
    bl_split_data d = {.n = n, .label = v[0], .group = v[1], .fold = v[2]};
    bl_folds f;
    run(ctx, rows[i].splitter, rows[i].k ? "n_splits" : NULL, rows[i].k, &d, &f);
    compare(g, rows[i].golden, &f, n);
    if (rows[i].group) assert_false(bl_folds_leak(&f, n, v[1], NULL, NULL));
    bl_folds_free(ctx, &f);
    for (size_t j = 0; j < 3; j++)
      if (v[j]) test_free(v[j]);
  }
  golden_close(g);
  check_free(ctx);
}

static void refused(void **state)
{
  (void)state;
  static const int32_t one[6] = {4, 4, 4, 4, 4, 4}, three[6] = {0, 1, 2, 0, 1, 2}, minus[6] = {0, -1, 0, 1, 1, 1},
                       never[6] = {-1, -1, -1, -1, -1, -1}, odd[6] = {0, -2, 0, 1, 1, 1}, tiny[6] = {0, 0, 1, 1, 2, 2};
  static const struct {
    const char *splitter, *option, *value;
    bl_split_data d;
    bl_status code;
    const char *says;
  } rows[] = {
      {"k_fold", NULL, NULL, {.n = 0}, BL_E_SHAPE, "no rows"},
      {"k_fold", "n_splits", "7", {.n = 6}, BL_E_SHAPE, "6 rows are fewer than 7 folds; set n_splits to 6 or less"},
      {"stratified_k_fold", NULL, NULL, {.n = 6}, BL_E_ARG, "needs class labels"},
      {"stratified_k_fold", NULL, NULL, {.n = 6, .label = minus}, BL_E_CLASSES, "row 1 has label code -1"},
      {"stratified_k_fold", "n_splits", "3", {.n = 6, .label = tiny}, BL_E_CLASSES, "2 rows, fewer than 3 folds"},
      {"group_k_fold", NULL, NULL, {.n = 6}, BL_E_ARG, "needs a group"},
      {"group_k_fold",
       NULL,
       NULL,
       {.n = 6, .group = three},
       BL_E_SHAPE,
       "3 groups are fewer than 5 folds; set n_splits to 3"},
      {"stratified_group_k_fold",
       NULL,
       NULL,
       {.n = 6, .group = three, .label = one},
       BL_E_SHAPE,
       "3 groups are fewer than 5"},
      {"stratified_group_k_fold",
       "n_splits",
       "3",
       {.n = 6, .group = three, .label = tiny},
       BL_E_CLASSES,
       "fewer than 3 folds"},
      {"leave_one_group_out", NULL, NULL, {.n = 6, .group = one}, BL_E_SHAPE, "all 6 rows are of one group"},
      {"shuffle_split", "test_size", "6", {.n = 6}, BL_E_SHAPE, "leaves none to train"},
      {"shuffle_split", "test_size", "1.5", {.n = 6}, BL_E_CONFIG, "neither a share below 1 nor a whole number"},
      {"group_shuffle_split", "test_size", "0.9", {.n = 6, .group = three}, BL_E_SHAPE, "0.9 of 3 groups"},
      {"predefined", NULL, NULL, {.n = 6}, BL_E_ARG, "needs a fold number"},
      {"predefined", NULL, NULL, {.n = 6, .fold = never}, BL_E_SHAPE, "none is tested"},
      {"predefined", NULL, NULL, {.n = 6, .fold = one}, BL_E_SHAPE, "none is left to train"},
      {"predefined", NULL, NULL, {.n = 6, .fold = odd}, BL_E_RANGE, "fold number -2"},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_splitter s;
    bl_folds f;
    check_ok(ctx, bl_splitter_new(ctx, rows[i].splitter, &s));
    if (rows[i].option) check_ok(ctx, bl_opts_set(ctx, "x", s.cls->opts, s.params, rows[i].option, rows[i].value));
    check_fails(ctx, bl_split(ctx, &s, &rows[i].d, &f), rows[i].code, rows[i].says);
    check_fails(ctx, bl_split(ctx, &s, &rows[i].d, &f), rows[i].code, rows[i].splitter);
    assert_null(f.v);
    bl_splitter_free(ctx, &s);
  }
  bl_splitter s;
  check_fails(ctx, bl_splitter_new(ctx, "kfold", &s), BL_E_CONFIG, "did you mean 'k_fold'?");
  check_ok(ctx, bl_splitter_new(ctx, "k_fold", &s));
  check_fails(ctx, bl_opts_set(ctx, "k_fold", s.cls->opts, s.params, "n_splits", "1"), BL_E_CONFIG, "n_splits");
  bl_splitter_free(ctx, &s);
  check_free(ctx);
}

/* As many groups as folds or more, of any classes: no fold is empty. (Groups of 3, 2, 4 and 3 rows of three classes left
 * one so.) */
static void groups_fill_all_folds(void **state)
{
  (void)state;
  enum { ROWS = 24 };
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(1, "groups", 0);
  for (int set = 0; set < 300; set++) {
    int32_t label[ROWS], group[ROWS];
    char k[8];
    int n_groups = 2 + (int)bl_rng_below(&r, 6);
    for (int i = 0; i < ROWS; i++) {
      group[i] = i < n_groups ? i : (int)bl_rng_below(&r, (uint64_t)n_groups);
      label[i] = i < 3 ? i : (int)bl_rng_below(&r, 3) * (int)bl_rng_below(&r, 2);
    }
    snprintf(k, sizeof k, "%d", n_groups - (int)bl_rng_below(&r, (uint64_t)n_groups - 1));
    bl_folds f;
    run(ctx, "stratified_group_k_fold", "n_splits", k, &(bl_split_data){.n = ROWS, .label = label, .group = group}, &f);
    bl_folds_free(ctx, &f);
  }
  check_free(ctx);
}

static void small_class_warns(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  int32_t label[] = {0, 0, 0, 0, 1};
  bl_folds f;
  run(ctx, "stratified_k_fold", "n_splits", "3", &(bl_split_data){.n = 5, .label = label}, &f);
  assert_int_equal(f.n, 3);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_FEW_ROWS), 1);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

static void folds_by_hand(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_folds f = {0};
  uint32_t test[] = {4, 1}, twice[] = {1, 1}, beyond[] = {1, 6}, all[] = {0, 1, 2, 3, 4, 5};
  check_ok(ctx, bl_folds_add(ctx, &f, 6, test, 2));
  assert_int_equal(f.v[0].n_train, 4);
  assert_int_equal(f.v[0].test[0], 1); /* ascending */
  assert_int_equal(f.v[0].test[1], 4);
  uint32_t train[] = {0, 2, 3, 5};
  assert_memory_equal(f.v[0].train, train, sizeof train);
  check_fails(ctx, bl_folds_add(ctx, &f, 6, twice, 2), BL_E_ARG, "row 1 is named twice");
  check_fails(ctx, bl_folds_add(ctx, &f, 6, beyond, 2), BL_E_ARG, "row 6 of 6");
  check_fails(ctx, bl_folds_add(ctx, &f, 6, all, 6), BL_E_SHAPE, "6 of 6 rows");
  check_fails(ctx, bl_folds_add(ctx, &f, 6, all, 0), BL_E_SHAPE, "0 of 6 rows");
  assert_int_equal(f.n, 1);
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

static void leaks(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_folds f = {0};
  uint32_t first[] = {0, 1}, second[] = {2, 3};
  check_ok(ctx, bl_folds_add(ctx, &f, 6, first, 2));
  check_ok(ctx, bl_folds_add(ctx, &f, 6, second, 2));
  size_t fold = 9;
  int32_t which = 9;
  static const struct {
    const char *why;
    int32_t group[6];
    bool leaks;
    size_t fold;
    int32_t which;
  } rows[] = {
      {"whole groups", {5, 5, 2, 2, 1, 1}, false, 9, 9},
      {"in the first fold", {5, 7, 2, 2, 5, 7}, true, 0, 5},
      {"in the second fold only", {5, 5, 2, 3, 3, 1}, true, 1, 3},
      {"numbers far apart", {INT32_MAX, INT32_MIN, 2, 2, INT32_MAX, 1}, true, 0, INT32_MAX},
      {"the smallest number", {INT32_MAX, INT32_MIN, INT32_MIN, 2, 0, 1}, true, 0, INT32_MIN},
      {"far apart, no leak", {INT32_MAX, INT32_MIN, 0, -1, 1000000, -1000000}, false, 9, 9},
      {"a window's edge", {0, 1 << 18, 7, 7, 1 << 18, 1}, true, 0, 1 << 18},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool got = bl_folds_leak(&f, 6, rows[i].group, &fold, &which);
    if (got != rows[i].leaks) fail_msg("%s", rows[i].why);
    if (got && (fold != rows[i].fold || which != rows[i].which))
      fail_msg("%s: fold %zu group %ld", rows[i].why, fold, (long)which);
  }
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

/* Rows that stand in the reverse order of time, so that row r is the place 22 - r in time. */
static void later_rows_are_tested_as_scikit_learn_has_it(void **state)
{
  (void)state;
  enum { N = 23 };
  static const struct {
    const char *name, *set[3][2];
  } rows[] = {{"plain", {{0}}},
              {"three", {{"n_splits", "3"}}},
              {"gap", {{"n_splits", "3"}, {"gap", "2"}}},
              {"short", {{"n_splits", "4"}, {"max_train_size", "5"}}},
              {"size", {{"n_splits", "3"}, {"test_size", "2"}}},
              {"all", {{"n_splits", "2"}, {"test_size", "4"}, {"max_train_size", "6"}}}};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("splits");
  double back[N];
  for (size_t i = 0; i < N; i++) back[i] = -(double)i;
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
    for (int reversed = 0; reversed < 2; reversed++) {
      bl_splitter s;
      bl_folds f;
      char name[32];
      double got[5 * 4];
      check_ok(ctx, bl_splitter_new(ctx, "time_series_split", &s));
      for (size_t k = 0; k < 3 && rows[r].set[k][0]; k++)
        check_ok(ctx, bl_opts_set(ctx, "", s.cls->opts, s.params, rows[r].set[k][0], rows[r].set[k][1]));
      if (!strcmp(rows[r].name, "all")) check_ok(ctx, bl_opts_set(ctx, "", s.cls->opts, s.params, "gap", "3"));
      check_ok(ctx, bl_split(ctx, &s, &(bl_split_data){.n = N, .time = reversed ? back : NULL}, &f));
      for (size_t k = 0; k < f.n; k++) {
        const bl_fold *v = &f.v[k];
        const uint32_t ends[4] = {v->train[0], v->train[v->n_train - 1], v->test[0], v->test[v->n_test - 1]};
        for (size_t j = 0; j < 4; j++) got[4 * k + j] = reversed ? N - 1.0 - ends[j ^ 1] : ends[j];
        assert_int_equal(ends[1] - ends[0] + 1, v->n_train);
        assert_int_equal(ends[3] - ends[2] + 1, v->n_test);
      }
      snprintf(name, sizeof name, "time.%s", rows[r].name);
      const golden_array *want = golden_get(g, name);
      assert_int_equal(want->rows, f.n);
      golden_compare(want, got, name);
      bl_folds_free(ctx, &f);
      bl_splitter_free(ctx, &s);
    }
  bl_splitter s;
  bl_folds f;
  back[4] = NAN;
  check_ok(ctx, bl_splitter_new(ctx, "time_series_split", &s));
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = N, .time = back}, &f), BL_E_NONFINITE, "row 4 has no time");
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = 5}, &f), BL_E_SHAPE, "none of 5 rows to train on");
  check_ok(ctx, bl_opts_set(ctx, "", s.cls->opts, s.params, "gap", "8"));
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = N}, &f), BL_E_SHAPE, "a gap of 8");
  bl_splitter_free(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

static size_t in_class(const bl_fold *f, const int32_t *label, int32_t c)
{
  size_t n = 0;
  for (size_t i = 0; i < f->n_test; i++) n += label[f->test[i]] == c;
  return n;
}

/* Counts as scikit-learn's rule gives them: 25 and 7 and 8 rows of 40, 10 of them tested. */
static void shares_of_classes_are_kept(void **state)
{
  (void)state;
  enum { N = 40 };
  bl_ctx *ctx = bl_ctx_new();
  int32_t label[N];
  for (size_t i = 0; i < N; i++) label[i] = i < 25 ? 0 : i < 32 ? 1 : 2;
  bl_folds f;
  run(ctx, "stratified_shuffle_split", "test_size", "10", &(bl_split_data){.n = N, .label = label}, &f);
  assert_int_equal(f.n, 10);
  for (size_t k = 0; k < f.n; k++) {
    assert_int_equal(f.v[k].n_test, 10);
    assert_int_equal(in_class(&f.v[k], label, 0), 6);
    assert_int_equal(in_class(&f.v[k], label, 1), 2);
    assert_int_equal(in_class(&f.v[k], label, 2), 2);
  }
  bl_folds_free(ctx, &f);
  bl_splitter s;
  check_ok(ctx, bl_splitter_new(ctx, "stratified_shuffle_split", &s));
  label[39] = 3;
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = N, .label = label}, &f), BL_E_CLASSES,
              "class 3 has one row");
  label[39] = 2;
  check_ok(ctx, bl_opts_set(ctx, "x", s.cls->opts, s.params, "test_size", "2"));
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = N, .label = label}, &f), BL_E_SHAPE, "2 rows to test");
  bl_splitter_free(ctx, &s);
  check_free(ctx);
}

/* In the order of itertools.combinations: 0 1, 0 2, 0 3, 1 2, 1 3, 2 3. */
static void groups_leave_together(void **state)
{
  (void)state;
  enum { N = 8 };
  bl_ctx *ctx = bl_ctx_new();
  static const int32_t group[N] = {5, 9, 5, 1, 3, 3, 9, 1}; /* in order: 1, 3, 5, 9 */
  static const uint32_t tested[6][4] = {{3, 4, 5, 7}, {0, 2, 3, 7}, {1, 3, 6, 7},
                                        {0, 2, 4, 5}, {1, 4, 5, 6}, {0, 1, 2, 6}};
  bl_split_data d = {.n = N, .group = group};
  bl_folds f;
  run(ctx, "leave_p_groups_out", NULL, NULL, &d, &f);
  assert_int_equal(f.n, 6);
  for (size_t k = 0; k < 6; k++) {
    assert_int_equal(f.v[k].n_test, 4);
    assert_memory_equal(f.v[k].test, tested[k], sizeof tested[k]);
  }
  bl_folds_free(ctx, &f);
  run(ctx, "leave_one_out", NULL, NULL, &d, &f);
  assert_int_equal(f.n, N);
  for (uint32_t k = 0; k < N; k++) assert_true(f.v[k].n_test == 1 && f.v[k].test[0] == k);
  bl_folds_free(ctx, &f);
  bl_splitter s;
  check_ok(ctx, bl_splitter_new(ctx, "leave_p_groups_out", &s));
  check_ok(ctx, bl_opts_set(ctx, "x", s.cls->opts, s.params, "n_groups", "4"));
  check_fails(ctx, bl_split(ctx, &s, &d, &f), BL_E_SHAPE, "4 groups leave none to learn from when 4 are tested");
  static int32_t many[300];
  for (int32_t i = 0; i < 300; i++) many[i] = i;
  check_ok(ctx, bl_opts_set(ctx, "x", s.cls->opts, s.params, "n_groups", "5"));
  check_fails(ctx, bl_split(ctx, &s, &(bl_split_data){.n = 300, .group = many}, &f), BL_E_SHAPE,
              "take group_shuffle_split");
  bl_splitter_free(ctx, &s);
  check_free(ctx);
}

/* Each repeat is the plain splitter's folds of an order of its own. */
static void repeats_deal_anew(void **state)
{
  (void)state;
  enum { N = 30 };
  bl_ctx *ctx = bl_ctx_new();
  int32_t label[N];
  for (int32_t i = 0; i < N; i++) label[i] = i % 3;
  bl_folds f;
  run(ctx, "repeated_stratified_k_fold", "n_repeats", "4", &(bl_split_data){.n = N, .label = label}, &f);
  assert_int_equal(f.n, 20);
  for (size_t k = 0; k < f.n; k++)
    for (int32_t c = 0; c < 3; c++) assert_int_equal(in_class(&f.v[k], label, c), 2);
  for (size_t r = 1; r < 4; r++)
    assert_memory_not_equal(f.v[0].test, f.v[5 * r].test, f.v[0].n_test * sizeof(uint32_t));
  bl_folds_free(ctx, &f);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(shares_of_classes_are_kept),
                                     cmocka_unit_test(groups_leave_together),
                                     cmocka_unit_test(repeats_deal_anew),
                                     cmocka_unit_test(golden_folds),
                                     cmocka_unit_test(later_rows_are_tested_as_scikit_learn_has_it),
                                     cmocka_unit_test(refused),
                                     cmocka_unit_test(groups_fill_all_folds),
                                     cmocka_unit_test(small_class_warns),
                                     cmocka_unit_test(folds_by_hand),
                                     cmocka_unit_test(leaks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
