/* baleen templates, as a user runs it: calls cut from real recordings are found again where they were cut. */
#include "program.h"
#include "tree.h"

#define ROOT   tree_root()
#define STAGES "--stages '[{stft: {n_fft: 1024, hop_length: 512, output: power}}, db]'"
#define CALL   BALEEN_SETS "/orca-calls/" ORCA
#define ORCA   "FO-S01.flac"

static void cuts_and_finds(void **unused)
{
  (void)unused;
  tree_text("calls.csv", "onset_s,duration_s,label,low_hz,high_hz,file\n0.2,0.3,call,500,3000," ORCA "\n"
                         "0.4,0.2,other,1000,2000," ORCA "\n0.1,0.4,call,,,elsewhere.wav\n");
  assert_int_equal(baleen("templates %s/calls.csv %s/bank.npy " CALL " --only call " STAGES, ROOT, ROOT), 0);
  check_says("template0: call at 0.2 s of " ORCA ", bins ");
  check_says("cut_from: [" ORCA "]}");
  assert_null(strstr(said, "template1"));
  tree_text("find.yaml", "source: {files: {recordings: [\"" CALL "\"], labels: none}}\n"
                         "features:\n  t:\n    stages: [{stft: {n_fft: 1024, hop_length: 512, output: power}}, db]\n"
                         "    summaries: [{template_match: {templates: bank.npy, slack: 3}}]\nsegments: whole\n");
  assert_int_equal(baleen("extract %s/find.yaml -o %s/rows", ROOT, ROOT), 0);
  float v[3] = {0};
  char path[512];
  snprintf(path, sizeof path, "%s/rows/rows.npy", ROOT);
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  assert_int_equal(fseek(f, -(long)sizeof v, SEEK_END), 0);
  assert_int_equal(fread(v, sizeof *v, 3, f), 3);
  fclose(f);
  check_near((double)v[0], 1, 1e-5);
  check_near((double)v[1], 0.2, 0.012); /* to a frame */
  check_near((double)v[2], 500, 45);    /* to a bin */
}

static void masks(void **unused)
{
  (void)unused;
  assert_int_equal(baleen("templates %s/calls.csv %s/mask.npy " CALL " --mask 0.5 " STAGES, ROOT, ROOT), 0);
  check_says("template1: other at 0.4 s");
  assert_int_equal(baleen("templates %s/calls.csv '%s/my, bank.npy' " CALL " " STAGES, ROOT, ROOT), 0);
  check_says("/my, bank.npy\", cut_from: [");
}

static void says_what_is_wrong(void **unused)
{
  (void)unused;
  assert_int_equal(baleen("templates %s/calls.csv %s/b.npy " CALL " --only squeak " STAGES, ROOT, ROOT), 2);
  check_says("marks nothing that is wanted");
  assert_int_equal(baleen("templates %s/calls.csv %s/b.npy " CALL " --stages '[stfft]'", ROOT, ROOT), 2);
  check_says("stft");
  assert_int_equal(baleen("templates %s/calls.csv %s/b.npy " CALL " --channel left " STAGES, ROOT, ROOT), 2);
  check_says("no channel 'left'");
  assert_int_equal(baleen("templates %s/calls.csv %s/b.npy " CALL, ROOT, ROOT), 2);
  check_says("stages");
  assert_int_equal(baleen("templates %s/calls.csv %s/calls.csv " CALL " " STAGES, ROOT, ROOT), 2);
  tree_text("high.csv", "onset_s,duration_s,label,low_hz,high_hz\n0.2,0.3,call,400000,500000\n");
  assert_int_equal(baleen("templates %s/high.csv %s/b.npy " CALL " " STAGES, ROOT, ROOT), 1);
  check_says("holds no bin");
  tree_text("late.csv", "onset_s,duration_s,label\n2000,0.3,call\n");
  assert_int_equal(baleen("templates %s/late.csv %s/b.npy " CALL " " STAGES, ROOT, ROOT), 1);
  check_says("'call' at 2000 s lies behind the recording's end, at 1.67281 s");
  tree_text("short.csv", "onset_s,duration_s,label\n0.2001,0.0001,call\n");
  assert_int_equal(baleen("templates %s/short.csv %s/b.npy " CALL " " STAGES, ROOT, ROOT), 1);
  check_says("holds no frame; they are ");
}

/* What takes long asks first where it may write to; no recording is looked at, not even for being there. */
static void asks_first(void **unused)
{
  (void)unused;
  assert_int_equal(baleen("templates %s/calls.csv %s/none/b.npy %s/none.wav " STAGES, ROOT, ROOT, ROOT), 1);
  check_says("/none/b.npy: cannot be written there");
}

/* What is printed for a config can be read by it, whatever the recording is called. */
static void names_are_quoted(void **unused)
{
  (void)unused;
  char command[1400];
  snprintf(command, sizeof command, "cp " CALL " '%s/a \"b\", c.flac'", ROOT);
  assert_int_equal(said_by(command), 0);
  tree_text("one.csv", "onset_s,duration_s,label\n0.2,0.3,call\n");
  assert_int_equal(baleen("templates %s/one.csv %s/q.npy '%s/a \"b\", c.flac' " STAGES, ROOT, ROOT, ROOT), 0);
  check_says("cut_from: [\"a \\\"b\\\", c.flac\"]}");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cuts_and_finds),     cmocka_unit_test(masks),
      cmocka_unit_test(says_what_is_wrong), cmocka_unit_test(asks_first),
      cmocka_unit_test(names_are_quoted),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
