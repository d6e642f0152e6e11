/* Tables of numbers that were learnt from wrongly once: what a run makes of them. The inputs are in tests/data/cases. */
#include <stdlib.h>

#include "program.h"
#include "tree.h"

#define CASES BALEEN_TEST_DATA "/cases"

static void run_case(const char *config)
{
  tree_text("x", "");
  assert_int_equal(baleen("run '" CASES "/%s' -o '%s/out'", config, tree_root()), 0);
}

static void read_out(const char *file)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/out/%s", tree_root(), file);
  read_said(path);
}

/* Four groups make four folds, none of them empty: scikit-learn 1.2.1 leaves one empty. */
static void a_group_a_fold(void **state)
{
  (void)state;
  run_case("sgkf-empty-fold/sgk1.yaml");
  read_out("folds.csv");
  for (int fold = 1; fold <= 4; fold++) { /* of 2, 3, 3 and 4 rows */
    static const int rows[] = {2, 3, 3, 4};
    char line[64];
    snprintf(line, sizeof line, "\nlda,%d,%d,%d,", fold, 12 - rows[fold - 1], rows[fold - 1]);
    check_says(line);
  }
  tree_done();
}

/* A sixth column that is the first again: least squares is unique all the same (numpy.linalg.lstsq on the five). */
static void a_column_twice(void **state)
{
  (void)state;
  run_case("ridge-alpha-0-collinear/e.yaml");
  read_out("predictions.csv");
  const char *row = strstr(said, "ridge,3,66,e.csv:68,,,25.108647452613376,e.csv:68,");
  assert_non_null(row);
  check_near(strtod(row + strlen("ridge,3,66,e.csv:68,,,25.108647452613376,e.csv:68,"), NULL), 23.288435, 1e-5);
  tree_done();
}

/* Unix times differ in digits that float32 has not. scikit-learn 1.2.1 gives 0.98 on shuffled folds, too. */
static void digits_beyond_float32(void **state)
{
  (void)state;
  run_case("table-float32/unix.yaml");
  check_says("column 'time' is kept as what is above 1700000000");
  read_out("metrics.json");
  char *mean = strstr(said, "\"mean\"");
  assert_non_null(mean);
  assert_true(strtod(strstr(mean, "accuracy\":") + strlen("accuracy\":"), NULL) >
              0.95); /* 0.98; the majority alone gives 0.5 */
  tree_done();
}

/* Digital silence: a warning for each of 257 bins in each of five windows is one. */
static void a_flood_of_warnings(void **state)
{
  (void)state;
  static const float silence[40000];
  tree_wav("s0.wav", 8000, 1, 40000, silence);
  tree_text("flood.yaml", "source: {files: {recordings: ['s0.wav']}}\nsegments: {window: {length_s: 1}}\n"
                          "features: {f: {stages: [{stft: {n_fft: 512}}, power, db], summaries: [skewness]}}\n");
  assert_int_equal(baleen("run '%s/flood.yaml' -o '%s/out'", tree_root(), tree_root()), 0);
  check_says("warning: s0.wav: skewness: audio.0Hz is constant in a segment; it gives NaN (and 1284 more alike)\n");
  size_t n = 0;
  for (const char *p = said; (p = strstr(p, "is constant")); p++) n++;
  assert_int_equal(n, 1);
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_group_a_fold), cmocka_unit_test(a_column_twice),
                                     cmocka_unit_test(digits_beyond_float32), cmocka_unit_test(a_flood_of_warnings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
