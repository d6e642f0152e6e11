/* What a row of a live recording waits for, and what would make it wait less, told by run and by predict. */
#include "program.h"

#include <math.h>
#include <stdlib.h>

#include "tree.h"

enum { RATE = 250, FRAMES = 10000 };

static void put_recordings(void)
{
  static float v[FRAMES];
  uint32_t seed = 2385;
  for (int k = 0; k < 4; k++) {
    char name[32];
    for (size_t i = 0; i < FRAMES; i++) {
      seed = seed * 1664525u + 1013904223u;
      v[i] = (float)((double)seed / 4294967296.0 - 0.5) * (k % 2 ? 1 : 0.5f);
    }
    snprintf(name, sizeof name, "%s/%d.wav", k % 2 ? "loud" : "soft", k);
    tree_wav(name, RATE, 1, FRAMES, v);
  }
}

/* Runs with these stages; the sentence about latency is in said. */
static void run(const char *stages)
{
  char config[600];
  snprintf(config, sizeof config,
           "source: {files: {recordings: [\"*/*.wav\"], labels: folder}}\nsegments: {window: {length_s: 1}}\n"
           "features: {m: {stages: [%s], summaries: [std]}}\nmodel: gaussian_nb\nreport: {n_shown: 0}\n"
           "evaluate: {split: {stratified_group_k_fold: {n_splits: 2}}}\n",
           stages);
  tree_text("c.yaml", config);
  if (baleen("run '%s/c.yaml' -o '%s/out'", tree_root(), tree_root())) fail_msg("%s", said);
}

static double number_behind(const char *text)
{
  const char *at = strstr(said, text);
  if (!at) fail_msg("wanted '%s' in: %s", text, said);
  return at ? strtod(at + strlen(text), NULL) : (double)NAN;
}

static double latency(void) { return number_behind("live, a row is known "); }

/* The filter is named, and each way out does what is said of it. */
static void what_is_said_is_so(void **state)
{
  (void)state;
  put_recordings();
  run("{fir: {l_freq: 0.3}}");
  double zero = latency(), by_fir = number_behind("segment ends, ");
  check_says(" s of it by fir (branch 'm'): ");
  double direct = number_behind("(branch 'm'): "), minimum = number_behind("more work); or ");
  check_says("s with method: direct (the same numbers but for rounding, more work); or ");
  check_says("s with phase: minimum (");
  if (!(zero > 10 && fabs(by_fir - zero) < 0.01 * zero)) fail_msg("%g of %g", by_fir, zero);
  run("{fir: {l_freq: 0.3, method: direct}}");
  if (!(fabs(latency() - direct) <= 0.005 * direct && direct < 0.7 * zero)) fail_msg("%g, not %g", latency(), direct);
  check_says_not("with method: direct");
  run("{fir: {l_freq: 0.3, phase: minimum}}");
  if (strstr(said, "live, a row is known as soon as") ? minimum != 0 : fabs(latency() - minimum) > 0.005 * minimum)
    fail_msg("%g: %s", minimum, said);
  tree_done();
}

static void others(void **state)
{
  (void)state;
  put_recordings();
  run("{fir: {l_freq: 0.3, method: direct}}, {detrend: {window_s: 100}}");
  check_says("s of it by detrend (branch 'm'): less with a smaller window_s (");
  run("mono"); /* which has none */
  check_says("live, a row is known as soon as its segment ends\n");
  run("{fir: {l_freq: 0.3, method: direct}}, detrend_whole"); /* which no option would help */
  check_says("cannot run live: detrend_whole needs the whole recording\n");
  check_says_not(" of it by ");
  tree_done();
}

static void predict_says_it_too(void **state)
{
  (void)state;
  char command[2000];
  put_recordings();
  run("{fir: {l_freq: 0.3}}");
  char path[700];
  snprintf(path, sizeof path, "%s/out/metrics.json", tree_root());
  read_said(path);
  check_says("\"advice\": \"");
  snprintf(command, sizeof command, "cat '%s/loud/1.wav' | '%s' predict '%s/out/model.safetensors' - 2>&1 >/dev/null",
           tree_root(), BALEEN_BIN, tree_root());
  assert_int_equal(said_by(command), 0);
  check_says("note: -: a row is known ");
  check_says(" s of it by fir (branch 'm'): ");
  check_says("with method: direct");
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_said_is_so), cmocka_unit_test(others),
                                     cmocka_unit_test(predict_says_it_too)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
