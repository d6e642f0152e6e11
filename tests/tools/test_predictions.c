/* Predictions as tables of events: by the name of OUT, and out of what predict printed; whose each annotation is. */
#include <math.h>
#include <sys/stat.h>

#include "program.h"
#include "tree.h"

enum { RATE = 8000, SECONDS = 20 };

/* Noise with a tone from 2 to 4 s, 7 to 9 s .. */
static void tone_file(const char *name, unsigned seed)
{
  static float x[RATE * SECONDS];
  for (int i = 0; i < RATE * SECONDS; i++) {
    seed = seed * 1664525u + 1013904223u;
    x[i] = 0.01f * ((float)(seed >> 16) / 32768 - 1);
    if (i / RATE % 5 == 2 || i / RATE % 5 == 3)
      x[i] += 0.2f * sinf((float)(2 * 3.14159265358979 * 1000 * (i % RATE) / RATE));
  }
  tree_wav(name, RATE, 1, RATE * SECONDS, x);
}

static const char truth[] = "2\t4\tcall\n7\t9\tcall\n12\t14\tcall\n17\t19\tcall\n";

/* Runs baleen in the tree. */
static int here(const char *arguments)
{
  char command[2048];
  snprintf(command, sizeof command, "cd '%s' && '%s' %s 2>&1", tree_root(), BALEEN_BIN, arguments);
  return said_by(command);
}

static void holds(const char *file, const char *part)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", tree_root(), file);
  read_said(path);
  check_says(part);
}

static int make(void **state)
{
  (void)state;
  for (int i = 0; i < 3; i++) {
    tone_file((const char *[]){"a.wav", "b.wav", "x/d.wav"}[i], (unsigned)i + 1);
    tree_text((const char *[]){"a.txt", "b.txt", "x/d.txt"}[i], truth);
  }
  tree_text("c.yaml", "source: {files: {recordings: [a.wav, b.wav], labels: audacity}}\n"
                      "segments: {window: {length_s: 1, label_from: events, otherwise: sea}}\n"
                      "features: {f: {stages: [{stft: {n_fft: 256}}, power, db], summaries: [mean]}}\n"
                      "model: [standard_scaler, logistic_regression]\n");
  tree_text("t.csv", "p,q,label\n1,2,a\n2,1,b\n1,3,a\n2,0,b\n1,4,a\n2,5,b\n0,4,a\n3,5,b\n0,3,a\n3,2,b\n");
  tree_text("t.yaml", "source: {table: {file: t.csv}}\nmodel: [logistic_regression]\n");
  if (!here("run c.yaml -o out") && !here("run t.yaml -o table")) return 0;
  puts(said);
  return 1;
}

static int drop(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

static void written_as_named(void **state)
{
  (void)state;
  assert_int_equal(here("predict out/model.safetensors x/d.wav -o d.selections.txt"), 0);
  holds("d.selections.txt", "\tScore\tAnnotation\n1\tSpectrogram 1\t1\t0\t1\t0\t4000\t");
  check_says("\n3\tSpectrogram 1\t1\t2\t3\t0\t4000\t");
  check_says("\tcall\n");
  /* Raven counts over the files, one behind the other */
  assert_int_equal(here("predict out/model.safetensors x/d.wav a.wav -o both.selections.txt"), 0);
  holds("both.selections.txt", "\n23\tSpectrogram 1\t1\t22\t23\t0\t4000\t");
  assert_int_equal(here("predict out/model.safetensors x/d.wav -o d.tsv"), 0);
  holds("d.tsv", "onset\tduration\ttrial_type\tscore\tfile\n0\t1\tsea\t0.");
  assert_int_equal(here("predict out/model.safetensors x/d.wav -o d_hypnogram.txt"), 0);
  holds("d_hypnogram.txt", "sea\nsea\ncall\ncall\nsea\n");
  assert_int_equal(here("predict out/model.safetensors x/d.wav -o d.csv"), 0);
  holds("d.csv", "recording,start_s,end_s,prediction,p_call,p_sea\n");
  assert_int_equal(here("predict table/model.safetensors t.csv -o t.selections.txt"), 2);
  check_says("rows have no times to make events of; write a .csv");
}

static void made_events_of(void **state)
{
  (void)state;
  assert_int_equal(here("predict out/model.safetensors x/d.wav -o d.csv"), 0);
  assert_int_equal(here("annotations d.csv all.csv"), 0);
  holds("all.csv", "\n2,1,call,,,,x/d.wav,0.9");
  assert_int_equal(here("annotations d.csv calls.csv --only 'ca*' --join-s 0 --min-score 0.5"), 0);
  holds("calls.csv", ",score\n2,2,call,,,,x/d.wav,0.9");
  check_says("\n17,2,call,");
  check_says_not("sea");
  assert_int_equal(here("score x/d.txt calls.csv"), 0); /* the one names the recording, the other is of one */
  check_says("event_f1,0.");
  /* joined up to as far apart as is said, and no farther */
  tree_text("apart.csv", "onset,end,label\n1,2,call\n2.5,3,call\n4,5,call\n");
  assert_int_equal(here("annotations apart.csv joined.csv --join-s 0.5"), 0);
  holds("joined.csv", "\n1,2,call,");
  check_says("\n4,1,call,");
  check_says_not("\n2.5,");
  assert_int_equal(here("annotations d.csv none.csv --min-score 1.1"), 0);
  check_says("0 annotations");
  tree_text("two.csv", "onset,end,label,file\n1,2,call,a.wav\n1,2,call,b.wav\n");
  assert_int_equal(here("score x/d.txt two.csv"), 2);
  check_says("two.csv names several recordings, and x/d.txt none");
}

/* Windows lie around no events: a table of them is refused, but for one that marks bad data. */
static void annotations_without_effect(void **state)
{
  (void)state;
  assert_int_equal(here("predict out/model.safetensors x/d.wav --annotations x/d.txt"), 2);
  check_says("annotations have no effect with this model: its segments (window) lie around no events");
  tree_text("bad.csv", "onset,end,label,file\n0,3,bad wind,d.wav\n5,6,bad,elsewhere.wav\n");
  assert_int_equal(here("predict out/model.safetensors x/d.wav --annotations bad.csv -o left.csv"), 0);
  holds("left.csv", "p_sea\nx/d.wav,3,4,call,");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(written_as_named), cmocka_unit_test(made_events_of),
                                     cmocka_unit_test(annotations_without_effect)};
  return cmocka_run_group_tests(tests, make, drop);
}
