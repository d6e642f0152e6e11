/* baleen asr as a user runs it: what is printed goes into a config, a burst is taken out, and a run that tests on what it was
 * learnt from is refused. */
#include "program.h"

#include "tree.h"

#define EDF BALEEN_SETS "/eegmmidb-s001/S001R01.edf"
#define STAGES                                                                                                         \
  "{rename: {strip: \".\"}}, {iir: {l_freq: 0.5, order: 2}}, {pick: {include: [Fp1, Fp2, F3, F4, C3, C4, O1, O2]}}"

static void the_stage_is_for_configs(void **state)
{
  (void)state;
  char stage[700], config[2600];
  assert_int_equal(baleen("asr %s -o '%s/a.npy' --stages '[%s]' --cutoff 5.0000123", EDF, tree_root(), STAGES), 0);
  check_says("8 channels, 60.0 s, of which ");
  check_says("cutoff: 5.0000123, unit: uV, channels: [Fp1, Fp2, F3, F4, C3, C4, O1, O2], learnt_from: [S001R01.edf]}");
  const char *at = strstr(said, "- asr:");
  snprintf(stage, sizeof stage, "%.*s", (int)strcspn(at, "\n"), at);
  snprintf(
      config, sizeof config,
      "source:\n  files: {recordings: ['%s/eegmmidb-s001/S001R{01,02}.edf'], labels: csv,\n"
      "    label_file: '%s/eegmmidb-s001/runs.csv', label_column: task}\n"
      "segments: {window: {length_s: 10}}\n"
      "features:\n  f:\n    stages:\n      - rename: {strip: \".\"}\n      - iir: {l_freq: 0.5, order: 2}\n      %s\n"
      "    summaries: [std]\n"
      "rows: {block_s: 10}\nmodel: [lda]\nevaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
      BALEEN_SETS, BALEEN_SETS, stage);
  tree_text("a.yaml", config);
  assert_int_equal(baleen("extract '%s/a.yaml' -o '%s/rows'", tree_root(), tree_root()), 0);
  assert_int_equal(baleen("run '%s/a.yaml' -o '%s/run'", tree_root(), tree_root()), 4);
  check_says("refused: asr: its array was learnt from");
}

static void slips_are_told(void **state)
{
  (void)state;
  assert_int_equal(baleen("asr %s -o '%s/b.npy' --stages '[%s]' --pick FP1", EDF, tree_root(), STAGES), 2);
  check_says("asr: no channel 'FP1'; did you mean 'Fp1'?");
  assert_int_equal(baleen("asr %s -o '%s/b.npy' --stages '[%s, {resample: {rate_hz: 80}}]'", EDF, tree_root(), STAGES),
                   1);
  check_says("from 100 to 1000 Hz, and this is 80 Hz");
  assert_int_equal(baleen("asr %s -o %s", EDF, EDF), 2);
  assert_int_equal(baleen("convert %s '%s/milli.edf' --stages '[{to_unit: {unit: mV}}]'", EDF, tree_root()), 0);
  assert_int_equal(baleen("asr %s '%s/milli.edf' -o '%s/b.npy' --stages '[%s]'", EDF, tree_root(), tree_root(), STAGES),
                   4);
  check_says("milli.edf: channel 'Fp1' is in 'mV', but in 'uV' in the recording before it");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_stage_is_for_configs), cmocka_unit_test(slips_are_told)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
