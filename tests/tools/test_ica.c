/* baleen ica as a user runs it: the eyes are found in a minute with blinks, what is printed goes into a config, and a run
 * that tests on what it was learnt from is refused. */
#include <unistd.h>

#include "program.h"

#include "tree.h"

#define EDF    BALEEN_SETS "/eegmmidb-s001/S001R01.edf"
#define STAGES "--stages '[{rename: {strip: \".\"}}, {pick: {include: [Fp1, Fp2, F3, F4, C3, C4, O1, O2]}}]'"

static void the_eyes_are_found(void **state)
{
  (void)state;
  char stage[600], config[2400];
  assert_int_equal(baleen("ica %s -o '%s/i.npy' %s --eog Fp1 --threshold 2", EDF, tree_root(), STAGES), 0);
  check_says("7 components of 7 channels, 60.0 s");
  check_says_not("none can stand out");
  check_says("exclude: [0], channels: [Fp2, F3, F4, C3, C4, O1, O2], learnt_from: [");
  const char *at = strstr(said, "- ica:");
  snprintf(stage, sizeof stage, "%.*s", (int)strcspn(at, "\n"), at);
  snprintf(config, sizeof config,
           "source:\n  files: {recordings: ['%s/eegmmidb-s001/S001R{01,02}.edf'], labels: csv,\n"
           "    label_file: '%s/eegmmidb-s001/runs.csv', label_column: task}\n"
           "segments: {window: {length_s: 10}}\n"
           "features:\n  f:\n    stages:\n      - rename: {strip: \".\"}\n      %s\n    summaries: [std]\n"
           "rows: {block_s: 10}\nmodel: [lda]\nevaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
           BALEEN_SETS, BALEEN_SETS, stage);
  tree_text("i.yaml", config);
  int status = baleen("run '%s/i.yaml' -o '%s/run'", tree_root(), tree_root());
  if (status != 4) fail_msg("%d: %s", status, said);
  check_says("refused: ica: its array was learnt from");
}

static void slips_are_told(void **state)
{
  (void)state;
  assert_int_equal(baleen("ica %s -o '%s/j.npy' %s --eog FP1", EDF, tree_root(), STAGES), 2);
  check_says("no channel 'FP1'; did you mean 'Fp1'?");
  assert_int_equal(baleen("ica %s -o '%s/j.npy' %s --eog qqqqqq", EDF, tree_root(), STAGES), 2);
  check_says("no channel 'qqqqqq' behind the stages; the first is '");
  assert_int_equal(baleen("ica %s -o '%s/j.npy' --stages '[piick]'", EDF, tree_root()), 2);
  check_says("error: ica: --stages: ");
  assert_int_equal(baleen("ica %s -o %s", EDF, EDF), 2);
  assert_int_equal(baleen("ica %s -o '%s/none/j.npy'", EDF, tree_root()), 1);
  check_says("cannot be written there");
}

/* MNE's default can mark none of seven. */
static void too_few_to_stand_out(void **state)
{
  (void)state;
  assert_int_equal(baleen("ica %s -o '%s/f.npy' %s --eog Fp1", EDF, tree_root(), STAGES), 0);
  check_says(
      "of 7 components none can stand out by a z-score above 3, for the greatest possible is 2.27; say --measure");
}

/* What may be refused is, before the array is written: the band of the eyes ends at 10 Hz. A channel counts once. */
static void nothing_is_left_of_what_is_refused(void **state)
{
  (void)state;
  char path[600];
  snprintf(path, sizeof path, "%s/k.npy", tree_root());
  assert_int_equal(
      baleen("ica %s -o %s --pick C3.. --pick Cz.. --stages '[{resample: {rate_hz: 16}}]' --eog Fpz.", EDF, path), 1);
  assert_int_equal(access(path, F_OK), -1);
  assert_int_equal(baleen("ica %s -o %s --pick C3.. --pick Cz.. --pick C3..", EDF, path), 0);
  check_says("2 components of 2 channels");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_eyes_are_found), cmocka_unit_test(slips_are_told),
                                     cmocka_unit_test(too_few_to_stand_out),
                                     cmocka_unit_test(nothing_is_left_of_what_is_refused)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
