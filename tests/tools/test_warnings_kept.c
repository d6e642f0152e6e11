/* Every warning of a recording stands in its row of recordings.csv, whoever gave it: the header, a table, a stage when
 * it is set up or at work, and what mix laid into it. */
#include "program.h"

#include <stdlib.h>
#include <unistd.h>

#include "tree.h"

enum { RATE = 1000 };

static void noise(const char *name, size_t frames, uint32_t seed)
{
  static float v[20 * RATE];
  for (size_t i = 0; i < frames; i++) {
    seed = seed * 1664525u + 1013904223u;
    v[i] = (float)((double)seed / 4294967296.0 - 0.5);
  }
  tree_wav(name, RATE, 1, frames, v);
}

static void cut(const char *name, size_t bytes)
{
  char command[900];
  snprintf(command, sizeof command, "truncate -s -%zu '%s/%s'", bytes, tree_root(), name);
  assert_int_equal(system(command), 0);
}

/* The line of recordings.csv that begins with the name. */
static const char *row_of(const char *name)
{
  static char line[8000];
  char path[700];
  snprintf(path, sizeof path, "%s/out/recordings.csv", tree_root());
  read_said(path);
  const char *at = said;
  while (at && strncmp(at, name, strlen(name)) != 0) at = (at = strchr(at, '\n')) ? at + 1 : NULL;
  if (!at) fail_msg("no '%s' in: %s", name, said);
  snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
  return line;
}

static void holds(const char *name, const char *part)
{
  const char *line = row_of(name);
  if (!strstr(line, part)) fail_msg("wanted '%s' in: %s", part, line);
}

static void holds_not(const char *name, const char *part)
{
  const char *line = row_of(name);
  if (strstr(line, part)) fail_msg("wanted no '%s' in: %s", part, line);
}

static void run(const char *config)
{
  tree_text("c.yaml", config);
  if (baleen("run '%s/c.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
}

/* A filter that is longer than some recordings, bands that a kind of them does not reach, and a file that is cut. */
static void of_files_and_stages(void **state)
{
  (void)state;
  noise("a.wav", 10 * RATE, 1);
  noise("b.wav", RATE, 2);
  noise("c.wav", 2 * RATE, 3);
  noise("d.wav", 10 * RATE, 4);
  cut("d.wav", 4000);
  run("source: {files: {recordings: [\"*.wav\"]}}\n"
      "features: {m: {stages: [{fir: {l_freq: 1}}], summaries: [{band_power: {bands: {low: [5, 50], all: [5, 900]}}}]}}\n");
  holds("a.wav,", "band_power: bands: all ends at 900 Hz; cut off at half the rate");
  holds("c.wav,", "band_power: bands: all ends at 900 Hz; cut off at half the rate");
  holds_not("a.wav,", "the filter is longer");
  holds("b.wav,", "fir: the filter is longer (");
  holds("b.wav,", "samples) than a run (1000)");
  holds("c.wav,", "samples) than a run (2000)");
  holds_not("b.wav,", "c.wav");
  holds("d.wav,", "d.wav,OK,1,0,9,");
  holds("d.wav,", "the data chunk says 40000 bytes, the file holds 36000");
  tree_done();
}

/* Events of a table that lie behind the end. */
static void of_tables(void **state)
{
  (void)state;
  noise("a.wav", 4 * RATE, 1);
  noise("b.wav", 4 * RATE, 2);
  tree_text("t.csv", "file,onset,duration,label\na.wav,1,1,x\nb.wav,1,1,x\nb.wav,70,1,y\nb.wav,80,1,y\n");
  run("source: {files: {recordings: [\"*.wav\"], labels: table, label_file: t.csv}}\n"
      "segments: {epochs: {tmin: 0, tmax: 0.5}}\nfeatures: {m: {summaries: [std]}}\n");
  holds("b.wav,", "behind");
  holds_not("a.wav,", "behind");
  tree_done();
}

/* The call that is laid in is cut: the row of the mix says so, and names it. */
static void of_what_mix_lays_in(void **state)
{
  (void)state;
  noise("sea/1.wav", 4 * RATE, 1);
  noise("call/1.wav", RATE, 2);
  cut("call/1.wav", 400);
  run("source: {mix: {foregrounds: [call/1.wav], backgrounds: [sea], snr_db: [0, 5], folds: 1}}\n"
      "features: {m: {summaries: [std]}}\n");
  char path[700];
  snprintf(path, sizeof path, "%s/out/recordings.csv", tree_root());
  read_said(path);
  check_says("call/1.wav: ");
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(of_files_and_stages), cmocka_unit_test(of_tables),
                                     cmocka_unit_test(of_what_mix_lays_in)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
