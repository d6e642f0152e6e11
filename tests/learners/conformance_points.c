/* The table of what every estimator is held to: all promises of the suite, each with the checks that hold estimators to it, or
 * the reason why none does yet. A new author reads here what awaits; the test below keeps the table true. The numbers are
 * those of the suite's list in the house's notes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/estimator.h"
#include "baleen/file.h"
#include "check.h"
#include "golden.h"

/* "file: check", several behind one another, parted by blanks; or why there is none. */
static const struct point {
  int number;
  const char *promise, *checks, *none;
} points[] = {
    /* clang-format off */
    /* construction and parameters */
    {1, "is made with defaults, and its text gives it back", "estimators:text_round_trip", NULL},
    {2, "options are what was set; a misspelt name is told the nearest", "estimators:options_are_what_was_set", NULL},
    {3, "every value out of its range is refused by the option's name", "estimators:values_out_of_range_are_refused", NULL},
    {4, "fit writes no option, row, label, weight or group; apply nothing that was learnt", "estimators:nothing_given_is_written", NULL},
    {5, "a clone has the options and nothing learnt", "estimators:clones_know_nothing", NULL},
    /* what comes in */
    {6, "0 to 5 rows, one column: works, or refuses by name", "estimators:small_shapes", NULL},
    {7, "NaN and infinity are refused by row and column", "estimators:nonfinite_is_refused_by_place parts:a_refused_part_changes_nothing", NULL},
    {8, "labels that are missing, NaN, infinite or all alike are refused", "estimators:bad_y_is_refused targets:bad_labels_are_refused", NULL},
    {9, "other columns, other names, another order are refused", "estimators:other_columns_are_refused estimators:blocks_must_fit", NULL},
    {10, "before fit every question is refused", "estimators:unfitted_answers_nothing", NULL},
    {11, "weights that are negative, NaN or all zero are refused", "estimators:bad_weights_are_refused", NULL},
    {12, "who learns from counts refuses negative numbers", "estimators:negative_numbers_are_refused_by_place", NULL},
    /* numbers */
    {13, "a second fit forgets the first", "numbers:fits_forget targets:targets_same_again", NULL},
    {14, "float32 and float64 rows agree", NULL, "rows are float32 by contract (matrix.h)"},
    {15, "row index, wide stride, memory that may only be read: the same bits", "numbers:layout_does_not_matter ground:mapped_rows_are_only_read", NULL},
    {16, "any batches, any order of rows: the same answers", "numbers:batches_agree numbers:batches_give_the_same_bits appliers:one_pass_gives_every_operation", NULL},
    {17, "a weight of 2 is the row twice, 0 the row left out, all 1 none", "numbers:weights_mean_repetition targets:targets_weights", NULL},
    {18, "class_weight is the weights it stands for", "numbers:balanced_is_the_weights_it_stands_for numbers:class_weights_decide", NULL},
    {19, "what is saved and loaded has the same bits; the file says its versions", "hard:files_keep_every_bit parts:learning_goes_on_after_a_file", NULL},
    {20, "same seed, same bits; any number of threads, same bits", "numbers:seeds_count numbers:threads_do_not_matter", NULL},
    {21, "iterations are counted, an early end is a warning", "numbers:iterations_are_told", NULL},
    /* kinds */
    {22, "classes, probabilities and decisions agree with one another", "kinds:kind_keeps_its_promises kinds:decisions_rank_as_probabilities", NULL},
    {23, "a regressor predicts, and several targets where tagged", "kinds:kind_keeps_its_promises targets:targets_shapes", NULL},
    {24, "columns that come out have names and blocks", "kinds:kind_keeps_its_promises", NULL},
    {25, "clusters are numbered from 0, far rows share none, equal rows do", "kinds:kind_keeps_its_promises", NULL},
    {26, "outliers: predict is the sign of decision; contamination is the share flagged", "kinds:kind_keeps_its_promises kinds:contamination_is_the_share_flagged", NULL},
    {27, "parts in any cut teach what all rows do; classes are said first", "parts:any_cut_agrees_with_fit parts:classes_are_declared_at_first parts:tag_and_slot_go_together", NULL},
    {28, "who holds others: groups go with rows, a failing child is named, paths reach all", "composites:what_goes_with_a_row_reaches_children composites:a_failing_child_is_named composites:paths_reach_every_child", NULL},
    /* what C must */
    {29, "each allocation may fail", "hard:every_allocation_may_fail parts:memory_may_run_out_in_a_part appliers:making_one_may_run_out_of_memory", NULL},
    {30, "a fit can be stopped", "hard:stopping_is_clean", NULL},
    {31, "sanitizers and valgrind find nothing", NULL, "the whole suite runs under the presets dev and tsan"},
    {32, "eight threads may ask one fitted object", "hard:many_threads_may_ask_one", NULL},
    {33, "files that were cut or flipped anywhere are refused", "hard:bad_files_do_no_harm hard:torn_models_do_no_harm", NULL},
    {34, "memory stays under a limit, or is refused", "ground:a_limit_of_memory_is_kept appliers:one_pass_gives_every_operation", NULL},
    {35, "no printing, any locale, the processor's mode untouched", "ground:nothing_is_printed ground:locale_and_mode_do_not_matter", NULL},
    {36, "constant, equal, huge, tiny, subnormal columns finish", "hard:odd_columns_are_finished", NULL},
    {37, "every option and field is described", "estimators:tables_are_complete", NULL},
    {38, "exported C predicts the same bits", NULL, "nothing is exported as C yet"},
    {39, "numbers of scikit-learn for every estimator", "points:every_estimator_has_numbers_of_a_peer", NULL},
    /* clang-format on */
};
enum { N_POINTS = sizeof points / sizeof *points };

/* Estimators without a peer's numbers, and why. */
static const struct {
  const char *estimator, *reason;
} without_numbers[] = {
    {"chain", "its numbers are its steps'"},
    {"passthrough", "hands on what it gets"},
};

static char *source(bl_ctx *ctx, const char *folder, const char *name)
{
  char path[600], *text;
  size_t n;
  snprintf(path, sizeof path, "%s/%s/%s", BALEEN_SOURCE_DIR, folder, name);
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  char *ended = bl_calloc(ctx, n + 1, 1);
  assert_non_null(ended);
  memcpy(ended, text, n);
  bl_free(ctx, text);
  return ended;
}

/* Each named check stands in the table of its program. */
static void the_table_is_true(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N_POINTS; i++) {
    assert_true(points[i].number == (int)i + 1);
    if (!points[i].checks) {
      assert_non_null(points[i].none);
      printf("%d. %s: %s\n", points[i].number, points[i].promise, points[i].none);
      continue;
    }
    char list[400], *rest = NULL;
    snprintf(list, sizeof list, "%s", points[i].checks);
    for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
      char file[80], quoted[120], *check = strchr(word, ':');
      assert_non_null(check);
      *check++ = '\0';
      snprintf(file, sizeof file, "conformance_%s.c", word);
      snprintf(quoted, sizeof quoted, strcmp(word, "points") ? "{\"%s\", %s," : "cmocka_unit_test(%s)", check, check);
      char *text = source(ctx, "tests/learners", file);
      if (!strstr(text, quoted)) fail_msg("point %d: %s has no check %s", points[i].number, file, check);
      bl_free(ctx, text);
    }
  }
  check_free(ctx);
}

static bool names_it(const char *name, const char *text)
{
  size_t n = strlen(name);
  for (const char *at = text; (at = strstr(at, name)) != NULL; at += n) {
    bool starts = at == text || strchr("\"[{ ", at[-1]), ends = strchr("\":,}] ", at[n]) != NULL;
    if (starts && ends) return true;
  }
  return false;
}

enum { MOST = 400 };

static void mark_named(const char *text, bool *found)
{
  for (size_t k = 0; bl_estimator_at(k); k++) {
    assert_true(k < MOST);
    found[k] |= names_it(bl_estimator_at(k)->name, text);
  }
}

/* The cases of a golden file may say themselves whose numbers they are. */
static void mark_named_by_goldens(const char *test, bool *found)
{
  static const char call[] = "golden_open(\"";
  for (const char *at = test; (at = strstr(at, call)) != NULL;) {
    char topic[100];
    at += sizeof call - 1;
    snprintf(topic, sizeof topic, "%.*s", (int)strcspn(at, "\""), at);
    golden *g = golden_open(topic);
    for (size_t i = 0; golden_text_name(g, i); i++) mark_named(golden_text(g, golden_text_name(g, i)), found);
    golden_close(g);
  }
}

/* A test that opens golden numbers names the estimator, or the golden numbers do. */
static void every_estimator_has_numbers_of_a_peer(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts files = {0};
  char folder[600];
  snprintf(folder, sizeof folder, "%s/tests/learners", BALEEN_SOURCE_DIR);
  DIR *d = opendir(folder);
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d));)
    if (!strncmp(e->d_name, "test_", 5) && strstr(e->d_name, ".c")) check_ok(ctx, bl_texts_add(ctx, &files, e->d_name));
  closedir(d);
  bool found[MOST] = {false};
  for (size_t i = 0; i < files.n; i++) {
    char *text = source(ctx, "tests/learners", files.v[i]);
    bool numbers = strstr(text, "golden.h") || strstr(text, "learn.h") || strstr(text, "learned.h");
    if (numbers) mark_named(text, found);
    if (numbers) mark_named_by_goldens(text, found);
    bl_free(ctx, text);
  }
  for (size_t i = 0; i < sizeof without_numbers / sizeof *without_numbers; i++) {
    for (size_t k = 0; bl_estimator_at(k); k++)
      found[k] |= !strcmp(bl_estimator_at(k)->name, without_numbers[i].estimator);
    printf("exempt: %s from numbers of a peer: %s\n", without_numbers[i].estimator, without_numbers[i].reason);
  }
  for (size_t k = 0; bl_estimator_at(k); k++)
    if (!found[k]) fail_msg("no tests/learners/test_*.c holds %s to golden numbers", bl_estimator_at(k)->name);
  bl_texts_free(ctx, &files);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_is_true),
                                     cmocka_unit_test(every_estimator_has_numbers_of_a_peer)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
