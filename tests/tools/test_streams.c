/* Recordings of several rates, as a user meets them: EEG of 200 Hz and an ECG of 400 Hz in one row, by run and predict,
 * from files and from a pipe; and the stream that is meant where nothing names one. */
#include "program.h"

#include <stdlib.h>

#include "psg.h"
#include "tree.h"

#define EEG                                                                                                            \
  "eeg: {stages: [{pick: {include: ['EEG*']}}, {fir: {l_freq: 4, h_freq: 40, method: direct}}], summaries: [std]}"
#define ECG "ecg: {stream: {rate_hz: 400}, stages: [pre_emphasis], summaries: [std, mean]}"
#define LOUD                                                                                                           \
  "ecg: {stream: {rate_hz: 400}, stages: [{threshold_events: {on: 18, of: magnitude, label: loud, min_gap_s: 0.3}}], " \
  "summaries: [std, event_count]}"
#define GO                                                                                                             \
  "source: {files: {recordings: [night.edf], labels: annotations}}\nsegments: {epochs: {events: [go, stop], tmin: -0.2, tmax: 0.5}}\n"
#define FOUND                                                                                                          \
  "source: {files: {recordings: [night.edf]}}\nsegments: {epochs: {events: [loud], tmin: -0.3, tmax: 0.5, event_repeated: drop}}\n"
#define LEARN                                                                                                          \
  "model: [standard_scaler, logistic_regression]\nevaluate: {split: {k_fold: {n_splits: 3}}, allow_leakage: true}\n"
#define ODD "model: [standard_scaler, isolation_forest]\nevaluate: {split: none}\n"

static const struct row {
  const char *name, *config;
} rows[] = {
    {"events of the file", GO "features: {" EEG ", " ECG "}\n" LEARN},
    {"windows, the faster stream first",
     "source: {files: {recordings: [night.edf]}}\nsegments: {window: {length_s: 0.9, hop_s: 0.4}}\nfeatures: {" ECG
     ", " EEG "}\n" ODD},
    {"events that a stage finds in the second stream", FOUND "features: {" EEG ", " LOUD "}\n" ODD},
    {"events that a stage finds in the first stream", FOUND "features: {" LOUD ", " EEG "}\n" ODD}};

/* What predict says of the file, and of the same bytes from a pipe: the same lines, but for the name. */
static void files_and_pipes_give_the_rows_of_the_run(void **state)
{
  const struct row *r = *state;
  static char of_file[sizeof said];
  char command[2000];
  const char *root = tree_root();
  tree_text("c.yaml", r->config);
  if (baleen("run --quiet '%s/c.yaml' -o '%s/run'", root, root)) fail_msg("%s", said);
  if (baleen("predict --quiet '%s/run/model.safetensors' '%s/night.edf' -o '%s/f.csv'", root, root, root))
    fail_msg("%s", said);
  snprintf(command, sizeof command,
           "cat '%s/night.edf' | '%s' predict --quiet '%s/run/model.safetensors' - >'%s/p.csv'", root, BALEEN_BIN, root,
           root);
  if (said_by(command)) fail_msg("%s", said);
  snprintf(command, sizeof command, "%s/f.csv", root);
  read_said(command);
  memcpy(of_file, said, sizeof said);
  snprintf(command, sizeof command,
           "sed 's/.*night.edf\"*,//' '%s/f.csv' >'%s/f' && sed 's/^-,//' '%s/p.csv' | diff - '%s/f'", root, root, root,
           root);
  if (said_by(command)) fail_msg("a pipe gives other rows: %s", said);
  size_t n = 0;
  for (const char *at = of_file; *at; at++) n += *at == '\n';
  assert_true(n > 5);
  snprintf(command, sizeof command, "wc -l <'%s/run/rows.csv'", root);
  assert_int_equal(said_by(command), 0);
  assert_int_equal(strtoul(said, NULL, 10), n);
}

static void one_that_lacks_a_stream_fails_by_name(void **state)
{
  (void)state;
  const char *root = tree_root();
  tree_text("c.yaml", GO "features: {" EEG ", " ECG "}\n" LEARN);
  if (baleen("run --quiet '%s/c.yaml' -o '%s/run'", root, root)) fail_msg("%s", said);
  if (baleen("convert '%s/night.edf' '%s/eeg.edf' --rate-hz 200", root, root)) fail_msg("%s", said);
  assert_int_equal(baleen("predict '%s/run/model.safetensors' '%s/eeg.edf'", root, root), 4);
  check_says("has no stream of 400 Hz, which the model needs; it has 200 Hz (EEG C3, EEG C4, EEG O1)");
}

/* cases/stream-of-most-channels: five channels of 1 Hz beside three of EEG. */
static void the_stream_that_has_the_channels(void **state)
{
  (void)state;
  const char *root = tree_root();
  tree_text("r3.yaml", "source: {files: {recordings: [night.edf]}}\n"
                       "segments: {window: {length_s: 2}}\n"
                       "features: {f: {stages: [{pick: {include: [EEG C3]}}], summaries: [band_power]}}\n");
  if (baleen("run '%s/r3.yaml' -o '%s/run'", root, root)) fail_msg("%s", said);
  check_says("rows of 5 features");
  assert_int_equal(baleen("run '%s/r3.yaml' -o '%s/none' --set stream.rate_hz=1", root, root), 2);
  check_says("no channel 'EEG C3'");
  check_says("where the one of 200 Hz would do: say stream: {rate_hz: 200} in branch 'f'");
  assert_int_equal(baleen("run '%s/r3.yaml' -o '%s/none' --set features.f.stream.rate_hz=50", root, root), 2);
  check_says("has no stream of 50 Hz; it has 400 Hz (ECG), 200 Hz (EEG C3, EEG C4, EEG O1), 1 Hz (Aux0,");
}

/* What convert is asked to pick, or to do, finds its stream as well. */
static void convert_finds_the_stream(void **state)
{
  (void)state;
  const char *root = tree_root();
  static const struct {
    const char *options, *said;
    int status;
  } asked[] = {
      {"--pick 'EEG C3'", "the stream of 200 Hz, 3 channels; 2 of other rates left out", 0},
      {"--pick 'EC*'", "the stream of 400 Hz, 1 channels", 0},
      {"--stages '[{pick: {include: [EEG O1]}}]'", "the stream of 200 Hz", 0},
      {"--stages '[{scale: {factor: 2}}]'", "the stream of 1 Hz, 5 channels", 0},
      {"--pick 'EEG C3' --rate-hz 400",
       "that is the stream of 400 Hz, where the one of 200 Hz would do: say --rate-hz 200", 2},
      {"--pick 'EMG'", "no channel 'EMG'", 2},
  };
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
    assert_int_equal(baleen("convert '%s/night.edf' '%s/out.npy' %s", root, root, asked[i].options), asked[i].status);
    check_says(asked[i].said);
  }
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  static const size_t gaps[] = {11, 12, 30};
  struct CMUnitTest tests[N + 3];
  psg_put("night.edf", 60, gaps, 3);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, files_and_pipes_give_the_rows_of_the_run, NULL, NULL,
                                   (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(one_that_lacks_a_stream_fails_by_name);
  tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(the_stream_that_has_the_channels);
  tests[N + 2] = (struct CMUnitTest)cmocka_unit_test(convert_finds_the_stream);
  int failed = _cmocka_run_group_tests("streams", tests, N + 3, NULL, NULL);
  tree_done();
  return failed;
}
