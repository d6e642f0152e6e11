/* Tables of annotations as they lie about in the world, each of which was misread once: what the program makes of
 * them. The inputs are in tests/data/cases. */
#include "program.h"
#include "tree.h"

#define CASES BALEEN_TEST_DATA "/cases"
#define HEAD  "onset_s,duration_s,label,low_hz,high_hz,channel,file"

/* clang-format off */
static const struct row {
  const char *name, *in, *options;
  int status;
  const char *says, *holds; /* said, and in the table that comes out; NULL: whatever */
} rows[] = {
  {"Audacity where commas are decimal", "audacity-decimal-comma/comma.txt", "", 0, NULL, "43352.824046,173.013615,music,"},
  {"BIDS without an onset in one row", "bids-na-onset/na_events.tsv", "", 0, "1 of 3 events have no onset (n/a) and are left out, the first in line 3", "1,0,a,,,,\n2,0.5,,"},
  {"BirdNET's CSV", "birdnet-csv-and-mne-annotations/birdnet.csv", "", 0, NULL, "0,3,Eurasian Blackbird,,,,/data/a.wav,0.91\n"},
  {"MNE's text", "birdnet-csv-and-mne-annotations/mne_annot.txt", "", 0, NULL, "0.5,1,blink,,,,\n3.25,0.5,\"BAD, move\",,,,\n"},
  {"MNE's CSV", "birdnet-csv-and-mne-annotations/mne_annot.csv", "", 1, "mne_annot.csv:2: column 'onset' has a time of the clock", NULL},
  {"MNE's CSV with the recording", "birdnet-csv-and-mne-annotations/mne_annot.csv", "--recording clock.wav", 0, NULL, "1.2201,1,blink,,,,\n3.9701,0.5,\"BAD, move\",,,,\n"},
  {"crowsetta's offsets", "csv-offset-ignored/simple.csv", "", 0, NULL, "1.5,1.25,a,,,,\n4,0.25,b,,,,\n"},
  {"BIDS without trial_type", "table-label-column-unknown/ok_events.tsv", "", 0, "no column of labels is known; is it 'stim_type'? Say label_column", "1,0,,,,,\n"},
  {"the same, said so", "table-label-column-unknown/ok_events.tsv", "--label-column stim_type", 0, NULL, "1,0,Famous,,,,\n3,0,Scrambled,"},
  {"hypnogram with a header", "hypnogram-header-counted/hdr_hypnogram.txt", "", 0, "'Stage' is taken for a header", "0,30,W,,,,\n30,30,W,,,,\n60,30,N1,,,,\n"},
  {"hypnogram of ends", "hypnogram-header-counted/ends_hypnogram.txt", "", 0, NULL, "0,60,Wake,,,,\n60,30,N1,,,,\n90,210,REM,,,,\n"},
  {"hypnogram of numbered epochs", "hypnogram-header-counted/idx_hypnogram.txt", "", 0, "'Epoch,Stage' is taken for a header", "0,30,W,,,,\n30,30,W,,,,\n60,30,N1,,,,\n"},
  {"codes without a word of them", "bdf-trigger-high-byte/trigFF.bdf", "", 0, "'Status' may hold trigger codes; --triggers 'Status' takes them", NULL},
  {"codes with a byte that is none", "bdf-trigger-high-byte/trigFF.bdf", "--triggers Status", 0, "all codes of 'Status' have the bits 0xff00 in common, as in 65289; a mask of 255", ",65285,"},
  {"codes masked", "bdf-trigger-high-byte/trigFF.bdf", "--triggers Status --trigger-mask 255", 0, NULL, "0,0.01953125,9,,,,\n1,0.171875,5,,,,\n1.171875,0.0390625,7,,,,\n2.34375,0.00390625,202,"},
  {"triggers of a table", "csv-offset-ignored/simple.csv", "--triggers Status", 2, "--triggers is for a recording", NULL},
};
/* clang-format on */

static void check_row(void **arg)
{
  const struct row *r = *arg;
  char out[1024];
  static const float silence[10];
  tree_wav("clock.wav", 1, 1, 10, silence);
  tree_text("clock.wav.json", "{\"start\": \"2002-12-03T19:01:10\"}");
  snprintf(out, sizeof out, "%s/o.csv", tree_root());
  char command[2048];
  snprintf(command, sizeof command, "cd '%s' && '%s' annotations '" CASES "/%s' o.csv %s 2>&1", tree_root(), BALEEN_BIN,
           r->in, r->options);
  int status = said_by(command);
  if (status != r->status) fail_msg("exit %d: %s", status, said);
  if (r->says) check_says(r->says);
  if (!r->says && !r->status) check_says_not("warning");
  if (r->holds) {
    read_said(out);
    check_says(HEAD);
    check_says(r->holds);
  }
  tree_done();
}

/* labels: hypnogram could not be used at all. */
static void hypnogram_in_a_run(void **arg)
{
  (void)arg;
  char rows_csv[1024];
  tree_text("x", "");
  assert_int_equal(baleen("run '" CASES "/hypnogram-run-always-fails/h.yaml' -o '%s/out'", tree_root()), 0);
  snprintf(rows_csv, sizeof rows_csv, "%s/out/rows.csv", tree_root());
  read_said(rows_csv);
  static const char *const stages[] = {"W", "W", "N1", "N2", "N2", "N3", "N3", "R", "R", "W"};
  for (int i = 0; i < 10; i++) {
    char line[80];
    snprintf(line, sizeof line, "\nn2.edf,%d,%d,%s,", 30 * i, 30 * i + 30, stages[i]);
    check_says(line);
  }
  tree_done();
}

/* A run takes its events from a channel of codes, masked. */
static void triggers_in_a_run(void **arg)
{
  (void)arg;
  char path[1024], config[2048];
  snprintf(config, sizeof config,
           "source: {files: {recordings: ['" CASES
           "/bdf-trigger-high-byte/trigFF.bdf'], labels: triggers, trigger_mask: 255}}\n"
           "segments: {epochs: {events: ['5'], tmin: -0.1, tmax: 0.2}}\nfeatures: {f: {summaries: [mean]}}\n");
  tree_text("t.yaml", config);
  assert_int_equal(baleen("run '%s/t.yaml' -o '%s/out'", tree_root(), tree_root()), 0);
  check_says_not("warning");
  snprintf(path, sizeof path, "%s/out/rows.csv", tree_root());
  read_said(path);
  check_says("trigFF.bdf,0.8984375,1.19921875,5,");
  tree_text("t.yaml", "source: {files: {recordings: ['" CASES
                      "/bdf-trigger-high-byte/trigFF.bdf'], labels: annotations, trigger_channel: Status}}\n"
                      "features: {f: {summaries: [mean]}}\n");
  assert_int_equal(baleen("run '%s/t.yaml' -o '%s/out2'", tree_root(), tree_root()), 2);
  check_says("trigger_channel is for labels: triggers");
  tree_done();
}

/* A model that lies around codes finds them by itself in a file; from a pipe it cannot, which is said at once. */
static void triggers_in_predict(void **arg)
{
  (void)arg;
  char command[4096];
  tree_text("t.yaml", "source: {files: {recordings: ['" CASES
                      "/bdf-trigger-high-byte/trigFF.bdf'], labels: triggers, trigger_mask: 255}}\n"
                      "segments: {epochs: {events: ['202', '3', '5'], tmin: 0, tmax: 0.1}}\n"
                      "features: {f: {stages: [{pick: {include: [A1]}}], summaries: [mean, std]}}\n"
                      "model: {isolation_forest: {n_estimators: 5}}\nevaluate: {split: none}\n");
  if (baleen("run '%s/t.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
  assert_int_equal(
      baleen("predict '%s/out/model.safetensors' '" CASES "/bdf-trigger-high-byte/trigFF.bdf' --quiet", tree_root()),
      0);
  check_says("trigFF.bdf,1,1.1015625,");
  check_says("trigFF.bdf,2.34375,2.4453125,");
  check_says("trigFF.bdf,2.734375,2.8359375,");
  check_says("trigFF.bdf,3.515625,3.6171875,");
  snprintf(command, sizeof command,
           "cat '" CASES "/bdf-trigger-high-byte/trigFF.bdf' | '%s' predict '%s/out/model.safetensors' - 2>&1",
           BALEEN_BIN, tree_root());
  assert_int_equal(said_by(command), 4);
  check_says("the model lies around trigger codes: codes of a channel are not read from a pipe");
  tree_text("e.csv", "onset,duration,label\n5,0,202\n"); /* a table has the say */
  assert_int_equal(baleen("predict '%s/out/model.safetensors' '" CASES
                          "/bdf-trigger-high-byte/trigFF.bdf' --quiet --annotations '%s/e.csv'",
                          tree_root(), tree_root()),
                   0);
  check_says("trigFF.bdf,5,5.1015625,");
  check_says_not("trigFF.bdf,2.34375,");
  static const float silence[8000];
  tree_wav("none.wav", 256, 1, 2560, silence);
  assert_int_equal(baleen("predict '%s/out/model.safetensors' '%s/none.wav'", tree_root(), tree_root()), 4);
  tree_done();
}

/* Onsets by the clock count from when the recording began, as its header, or its name, tells. */
static void onsets_by_the_clock(void **arg)
{
  (void)arg;
  static float noise[6000];
  char path[1024];
  for (size_t i = 0; i < 6000; i++) noise[i] = (float)((i * 2654435761u >> 7) & 0xfff) / 4096;
  tree_wav("20021203_190110.wav", 1000, 1, 6000, noise);
  tree_wav("20021203_200000.wav", 1000, 1, 6000, noise);
  tree_text("20021203_190110.csv", "onset,duration,description\n2002-12-03 19:01:11.250000,0.5,blink\n");
  tree_text("20021203_200000.csv", "onset,duration,description\n2002-12-03 20:00:03.5,0.5,blink\n");
  tree_text("all.csv", "file,onset,duration,label\n20021203_200000.wav,2002-12-03T20:00:02,0.5,blink\n"
                       "20021203_190110.wav,2002-12-03 19:01:12,0.5,blink\n");
  tree_text("c.yaml", "source: {files: {recordings: ['2002*.wav'], labels: table}}\n"
                      "segments: {epochs: {events: [blink], tmin: 0, tmax: 0.5}}\nfeatures: {f: {summaries: [std]}}\n"
                      "model: isolation_forest\nevaluate: {split: none}\n");
  if (baleen("run '%s/c.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
  snprintf(path, sizeof path, "%s/out/rows.csv", tree_root());
  read_said(path);
  check_says("\n20021203_190110.wav,1.25,1.75");
  check_says("\n20021203_200000.wav,3.5,4");
  if (baleen("run '%s/c.yaml' -o '%s/out' --set source.files.label_file=all.csv", tree_root(), tree_root()))
    fail_msg("%s", said);
  read_said(path);
  check_says("\n20021203_190110.wav,2,2.5");
  check_says("\n20021203_200000.wav,2,2.5");
  /* predict reads them alike, of a table about one recording and of one about several */
  assert_int_equal(baleen("predict '%s/out/model.safetensors' '%s/20021203_190110.wav' --quiet --annotations "
                          "'%s/20021203_190110.csv'",
                          tree_root(), tree_root(), tree_root()),
                   0);
  check_says("20021203_190110.wav\",1.25,1.75,");
  assert_int_equal(
      baleen("predict '%s/out/model.safetensors' '%s/20021203_190110.wav' '%s/20021203_200000.wav' --quiet "
             "--annotations '%s/all.csv'",
             tree_root(), tree_root(), tree_root(), tree_root()),
      0);
  check_says("20021203_190110.wav\",2,2.5,");
  check_says("20021203_200000.wav\",2,2.5,");
  assert_int_equal(baleen("predict '%s/out/model.safetensors' pcm:rate=1000,format=s16le:- --annotations "
                          "'%s/20021203_190110.csv' < /dev/zero",
                          tree_root(), tree_root()),
                   1);
  check_says(
      "column 'onset' has a time of the clock, '2002-12-03 19:01:11.250000', and when the recording began is not known");
  assert_int_equal(
      baleen("run '%s/c.yaml' -o '%s/none' --set source.files.start_pattern=none", tree_root(), tree_root()), 2);
  check_says("20021203_190110.csv:2: column 'onset' has a time of the clock");
  tree_done();
}

/* A table whose events lie behind the recording's end is another recording's, or the recording is. */
static void events_behind_the_end(void **arg)
{
  (void)arg;
  static float tone[80000];
  tone[7] = 1;
  tree_wav("b.wav", 8000, 1, 80000, tone);
  tree_text("b.csv", "start,end,label\n1.0,2.0,A\n50,60,D\n");
  tree_text(
      "b.yaml",
      "source: {files: {recordings: [b.wav], labels: table}}\n"
      "segments: {window: {length_s: 1, label_from: events, otherwise: bg}}\nfeatures: {f: {summaries: [rms]}}\n");
  assert_int_equal(baleen("run '%s/b.yaml' -o '%s/out'", tree_root(), tree_root()), 0);
  check_says(
      "b.wav: 1 of 2 events of its table lie behind its end at 10 s, the first, 'D', from 50 to 60 s; is the table another recording's?");
  tree_text("b.csv", "start,end,label\n1.0,2.0,A\n8,10.5,D\n"); /* ends are rounded, and windows padded */
  assert_int_equal(baleen("run '%s/b.yaml' -o '%s/out'", tree_root(), tree_root()), 0);
  check_says_not("behind its end");
  tree_done();
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  static struct CMUnitTest tests[N + 5];
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(hypnogram_in_a_run);
  tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(triggers_in_a_run);
  tests[N + 2] = (struct CMUnitTest)cmocka_unit_test(events_behind_the_end);
  tests[N + 3] = (struct CMUnitTest)cmocka_unit_test(triggers_in_predict);
  tests[N + 4] = (struct CMUnitTest)cmocka_unit_test(onsets_by_the_clock);
  return _cmocka_run_group_tests("cases of tables", tests, N + 5, NULL, NULL);
}
