/* baleen regress as a user runs it: coefficients are learnt, and the stage takes the eyes out. */
#include "program.h"

#include <math.h>
#include <stdlib.h>

#include "tree.h"

#define EDF    BALEEN_SETS "/eegmmidb-s001/S001R01.edf"
#define STAGES "{rename: {strip: \".\"}}, {pick: {include: [Fp1, Fp2, F3, O1]}}"

static void the_eyes_go(void **state)
{
  (void)state;
  assert_int_equal(baleen("regress %s -o '%s/b.npy' --stages '[%s]' --eog Fp1", EDF, tree_root(), STAGES), 0);
  check_says("3 channels, 60.0 s");
  check_says("       Fp2      0.9282\n        F3      0.4483\n        O1      0.1118"); /* as MNE's EOGRegression.fit */
  check_says("picks: [Fp2, F3, O1], picks_artifact: [Fp1], means: [");
  check_says("learnt_from: [S001R01.edf]}");
  /* the array just written, named by its file */
  assert_int_equal(baleen("regress %s -o '%s/c.npy' --stages '[%s, {regress: {betas: \"%s/b.npy\", picks_artifact: "
                          "[Fp1]}}]' --eog Fp1",
                          EDF, tree_root(), STAGES, tree_root()),
                   0);
  for (const char *channel = "Fp2\0F3\0O1\0"; *channel; channel += strlen(channel) + 1) { /* nothing of them is left */
    char pattern[16];
    snprintf(pattern, sizeof pattern, "\n%10s", channel);
    const char *at = strstr(said, pattern);
    assert_non_null(at);
    assert_true(fabs(atof(at + 11)) < 1.1e-4);
  }
}

/* The stage that is printed goes into a config: rows come of other recordings, and of this one when nothing is tested. */
static void the_stage_is_for_configs(void **state)
{
  (void)state;
  char stage[600], config[2400];
  assert_int_equal(baleen("regress %s -o '%s/e.npy' --stages '[%s]' --eog Fp1", EDF, tree_root(), STAGES), 0);
  const char *at = strstr(said, "- regress:");
  snprintf(stage, sizeof stage, "%.*s", (int)strcspn(at, "\n"), at);
  snprintf(config, sizeof config,
           "source:\n  files: {recordings: ['%s/eegmmidb-s001/S001R{01,02}.edf'], labels: csv,\n"
           "    label_file: '%s/eegmmidb-s001/runs.csv', label_column: task}\n"
           "segments: {window: {length_s: 10}}\n"
           "features:\n  f:\n    stages:\n      - rename: {strip: \".\"}\n      %s\n    summaries: [std]\n"
           "rows: {block_s: 10}\nmodel: [lda]\nevaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
           BALEEN_SETS, BALEEN_SETS, stage);
  tree_text("r.yaml", config);
  assert_int_equal(baleen("extract '%s/r.yaml' -o '%s/rows'", tree_root(), tree_root()), 0);
  assert_int_equal(baleen("run '%s/r.yaml' -o '%s/run'", tree_root(), tree_root()), 4);
  check_says("refused: ");
}

static void slips_are_told(void **state)
{
  (void)state;
  assert_int_equal(baleen("regress %s -o '%s/d.npy' --stages '[%s]' --eog FP1", EDF, tree_root(), STAGES), 2);
  check_says("regress: no channel 'FP1'; did you mean 'Fp1'?");
  assert_int_equal(baleen("regress %s -o '%s/d.npy' --stages '[%s]'", EDF, tree_root(), STAGES), 2);
  check_says("0 channels of the eyes and 4 to learn for");
  assert_int_not_equal(
      baleen("regress %s -o '%s/d.npy' --stages '[%s, {scale: {factor: 0}}]' --eog Fp1", EDF, tree_root(), STAGES), 0);
  assert_int_equal(baleen("regress %s -o %s", EDF, EDF), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_eyes_go), cmocka_unit_test(the_stage_is_for_configs),
                                     cmocka_unit_test(slips_are_told)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
