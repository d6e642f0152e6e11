/* Recordings of which something was told that is not so, or nothing of what is. The inputs are in tests/data/cases. */
#include <math.h>

#include "program.h"
#include "tree.h"

#define CASES BALEEN_TEST_DATA "/cases"

/* A sine of 25 samples has rounding errors at its harmonics, 60 Hz among them, and nothing at all beside these. */
static void no_hum_of_rounding(void **state)
{
  (void)state;
  assert_int_equal(baleen("inspect '" CASES "/inspect-hum-of-rounding/plain.vhdr'"), 0);
  check_says("sd 70.674");
  check_says_not("line noise");
  static float sine[40 * 250];
  for (size_t i = 0; i < sizeof sine / sizeof *sine; i++)
    sine[i] = 0.5f * sinf((float)(i % 25) * (float)(2 * 3.14159265358979 / 25));
  tree_wav("f.wav", 250, 1, sizeof sine / sizeof *sine, sine); /* rounded to float32 alone */
  assert_int_equal(baleen("inspect '%s/f.wav'", tree_root()), 0);
  check_says_not("line noise");
  for (size_t i = 0; i < sizeof sine / sizeof *sine; i++)
    sine[i] += 1e-4f * sinf((float)(i % 250) * (float)(2 * 3.14159265358979 * 60 / 250));
  tree_wav("f.wav", 250, 1, sizeof sine / sizeof *sine, sine);
  assert_int_equal(baleen("inspect '%s/f.wav'", tree_root()), 0);
  check_says("60 Hz line noise");
  tree_done();
}

/* The limits that convert writes are the signal's extremes, which peaks touch; what was cut off stands there. */
static void limits_of_our_own(void **state)
{
  (void)state;
  tree_text("x", "");
  assert_int_equal(
      baleen("convert '" CASES
             "/convert-own-limits-flagged/u_mV.edf' '%s/o.edf' --stages '[{to_unit: {unit: uV, exclude: [SpO2]}}]'",
             tree_root()),
      0);
  assert_int_equal(baleen("inspect '%s/o.edf'", tree_root()), 0);
  check_says_not("limits");
  assert_int_equal(
      baleen("convert '%s/o.edf' '%s/cut.edf' --stages '[{clip: {min: -10, max: 10}}]'", tree_root(), tree_root()), 0);
  assert_int_equal(baleen("inspect '%s/cut.edf'", tree_root()), 0);
  check_says("samples at the limits");
  tree_done();
}

/* 1e9 and some milliseconds, in 64 bits: float32 knows steps of 64 there. */
static void steps_beyond_float32(void **state)
{
  (void)state;
  assert_int_equal(baleen("inspect '" CASES "/npy-float64-flattened/f64.npy'"), 0);
  check_says("f64.npy: samples lie so close together, so far from 0, that 32 bits cannot hold the steps between them");
  char text[4000] = "time_s,v\n";
  for (int i = 0; i < 100; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%.3f\n", i, 1e9 + 0.001 * i);
  tree_text("s.csv", text);
  assert_int_equal(baleen("inspect '%s/s.csv'", tree_root()), 0);
  check_says("s.csv: samples lie so close together");
  snprintf(text, sizeof text, "time_s,v\n");
  for (int i = 0; i < 100; i++) snprintf(text + strlen(text), sizeof text - strlen(text), "%d,%.9f\n", i, sin(0.1 * i));
  tree_text("s.csv", text);
  assert_int_equal(baleen("inspect '%s/s.csv'", tree_root()), 0);
  check_says_not("so close together");
  tree_done();
}

/* libsndfile decodes ALAC of 32 bits wrongly in parts, and says nothing: refused, with what to do. */
static void what_a_library_does_wrong(void **state)
{
  (void)state;
  tree_text("x", "");
  assert_int_equal(baleen("convert '" CASES "/caf-alac32-garbage/alac32.caf' '%s/o.npy'", tree_root()), 1);
  check_says(
      "alac32.caf: ALAC of 32 bits in 1 channel: libsndfile decodes parts of it wrongly; convert it to WAV or FLAC");
  assert_int_equal(baleen("inspect '" CASES "/caf-alac32-garbage/alac32.caf'"), 1);
  tree_done();
}

/* A model of mono recordings does not take the left channel for all: the remedy is named, and it is one. */
static void mono_is_advised(void **state)
{
  (void)state;
  static float x[16000];
  char name[40];
  for (int k = 0; k < 8; k++) {
    for (size_t i = 0; i < 8000; i++) x[i] = sinf((float)i * (k < 4 ? 0.3f : 0.9f) + (float)k);
    snprintf(name, sizeof name, "%s/%d.wav", k < 4 ? "low" : "high", k);
    tree_wav(name, 8000, 1, 8000, x);
  }
  for (size_t i = 0; i < 16000; i++) x[i] = sinf((float)(i / 2) * (i % 2 ? 0.3f : 0.31f));
  tree_wav("both.wav", 8000, 2, 8000, x);
  tree_text("m.yaml", "source: {files: {recordings: ['low/*.wav', 'high/*.wav'], labels: folder}}\n"
                      "features: {m: {stages: [stft, power, {mel: {n_mels: 4}}, db], summaries: [mean]}}\n"
                      "model: {knn: {n_neighbors: 1}}\nevaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n");
  if (baleen("run '%s/m.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
  assert_int_equal(baleen("predict '%s/out/model.safetensors' '%s/both.wav'", tree_root(), tree_root()), 4);
  check_says("put mono first among the stages");
  assert_int_equal(baleen("convert '%s/both.wav' '%s/one.wav' --stages '[mono]'", tree_root(), tree_root()), 0);
  assert_int_equal(baleen("predict '%s/out/model.safetensors' '%s/one.wav'", tree_root(), tree_root()), 0);
  check_says(",low,");
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(no_hum_of_rounding), cmocka_unit_test(limits_of_our_own),
                                     cmocka_unit_test(steps_beyond_float32),
                                     cmocka_unit_test(what_a_library_does_wrong), cmocka_unit_test(mono_is_advised)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
