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

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  static struct CMUnitTest tests[N + 1];
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(hypnogram_in_a_run);
  return _cmocka_run_group_tests("cases of tables", tests, N + 1, NULL, NULL);
}
