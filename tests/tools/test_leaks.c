/* What makes scores better than they will be, told to a user: on the terminal, in the report, in metrics.json. */
#include "program.h"

#include <stdlib.h>

#include "tree.h"

enum { FRAMES = 4000 };

/* Noise of high entropy, 2^32 states of a linear congruence (Knuth). more: what every other sample is shifted by. */
static void noise(const char *name, double rate_hz, size_t frames, uint32_t seed, float more)
{
  static float v[2 * FRAMES];
  for (size_t i = 0; i < frames; i++) {
    seed = seed * 1664525u + 1013904223u;
    v[i] = (float)((double)seed / 4294967296.0 - 0.5) + (i % 2 ? more : -more);
  }
  tree_wav(name, rate_hz, 1, frames, v);
}

#define CONFIG                                                                                                         \
  "source: {files: {recordings: [\"sea/*.wav\", \"call/*.wav\"], labels: folder}}\n"                                   \
  "features:\n  m:\n    stages: [{resample: {rate_hz: 4000}}, {stft: {n_fft: 256, hop_length: 128}}, power, "          \
  "{mel: {n_mels: 8}}, db]\n    summaries: [mean, std]\nmodel: [standard_scaler, gaussian_nb]\n"                       \
  "evaluate: {split: {stratified_group_k_fold: {n_splits: 4}}}\nreport: {n_shown: 0}\n"

/* 20 recordings of each kind, of the rates given. */
static void recordings(double sea_hz, double call_hz)
{
  char name[40];
  for (uint32_t i = 0; i < 20; i++) {
    snprintf(name, sizeof name, "sea/r%02u.wav", i);
    noise(name, sea_hz, FRAMES, 1000 + i, 0);
    snprintf(name, sizeof name, "call/r%02u.wav", i);
    noise(name, call_hz, FRAMES, 2000 + i, 0);
  }
  tree_text("c.yaml", CONFIG);
}

/* Without gnuplot: pictures take longer than all else. */
static void run(const char *more)
{
  if (baleen("run '%s/c.yaml' -o '%s/out' %s", tree_root(), tree_root(), more)) fail_msg("%s", said);
}

static void in_file(const char *file, const char *part)
{
  char path[700];
  snprintf(path, sizeof path, "%s/out/%s", tree_root(), file);
  read_said(path);
  check_says(part);
}

static void nothing_to_tell(void **state)
{
  (void)state;
  recordings(8000, 8000);
  run("");
  check_says_not("predicts the label");
  check_says_not("are tested while");
  in_file("metrics.json", "\"warnings\": []");
  tree_done();
}

static void the_rate_tells(void **state)
{
  (void)state;
  recordings(8000, 12000);
  run("");
  check_says(
      "warning: the sampling rate alone predicts the label: balanced_accuracy 1.00 on the same folds, chance 0.50");
  check_says("the duration alone predicts the label"); /* as many frames at another rate */
  check_says_not("file name alone");
  in_file("metrics.json", "\"what\": \"sampling rate\"");
  in_file("report.html", "Beware: the sampling rate alone predicts the label");
  tree_done();
}

static void the_name_tells(void **state)
{
  (void)state;
  char name[60];
  for (uint32_t i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "all/%s%02u.wav", i % 2 ? "SM" : "AM_", i);
    noise(name, 8000, FRAMES, 3000 + i, 0);
  }
  static char labels[4000];
  size_t n = (size_t)snprintf(labels, sizeof labels, "path,label\n");
  for (uint32_t i = 0; i < 40; i++)
    n += (size_t)snprintf(labels + n, sizeof labels - n, "all/%s%02u.wav,%s\n", i % 2 ? "SM" : "AM_", i,
                          i % 2 ? "wet" : "dry");
  tree_text("labels.csv", labels);
  tree_text("c.yaml",
            "source: {files: {recordings: [\"all/*.wav\"], labels: csv, label_file: labels.csv}}\n"
            "features: {m: {summaries: [rms, std]}}\nmodel: [standard_scaler, gaussian_nb]\nreport: {n_shown: 0}\n");
  run("");
  check_says("warning: the file name alone predicts the label: balanced_accuracy 1.00");
  tree_done();
}

static void copies_are_found(void **state)
{
  (void)state;
  recordings(8000, 8000);
  noise("sea/copy.wav", 8000, FRAMES, 1003, 0);       /* of r03 */
  noise("call/again.wav", 8000, FRAMES, 2007, 1e-4f); /* of r07, through another recorder */
  run("--set evaluate.split=leave_one_group_out");
  check_says("warning: 2 rows are tested while others equal to them are trained on, as sea/copy.wav (row 21) and "
             "sea/r03.wav (row 25): scores flatter");
  check_says("warning: 2 rows are tested while others nearly equal to them are trained on, as call/again.wav");
  in_file("metrics.json", "\"equal_rows\": 2");
  in_file("metrics.json", "\"nearly_equal_rows\": 2");
  in_file("report.html", "Beware: 2 rows are tested");
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_to_tell),
      cmocka_unit_test(the_rate_tells),
      cmocka_unit_test(the_name_tells),
      cmocka_unit_test(copies_are_found),
  };
  setenv("PATH", "/nowhere", 1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
