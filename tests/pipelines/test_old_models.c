/* Models of version 0.1.0 stay in the tests: they load, and predict what the program that made them predicted
 * (tests/golden/models-0.1.0/README.md). Each row says what of today's reading it would notice. */
#include "pipe.h"

#include "baleen/model_file.h"
#include "baleen/table.h"
#include "baleen/text.h"

#define FOLDER BALEEN_GOLDEN_DIR "/models-0.1.0/"

static const struct old {
  const char *name, *files[5], *why;
} olds[] = {
    {"iris", {"tables/iris.csv"}, "a classifier of a table"},
    {"diabetes", {"tables/diabetes.csv"}, "a regressor of a table"},
    {"anomaly",
     {"sea-waves/1-28135-A.ogg", "sea-waves/2-124662-A.ogg", "orca-calls/FO-S09.flac", "orca-calls/FO-S18-R.flac"},
     "an outlier detector, a chain, whole recordings of sound"},
    {"eyes_closed", {"eegmmidb-s001/S001R01.edf", "eegmmidb-s001/S001R02.edf"}, "windows, channels chosen by name"},
    {"motor_imagery", {"eegmmidb-s001/S001R06.edf", "eegmmidb-s001/S001R14.edf"}, "epochs, covariance rows, csp"},
    {"framed",
     {"eegmmidb-s001/S001R06.edf"},
     "options renamed since (frame: length, hop); events of a table; pca, knn"},
};

/* Texts are the same; numbers agree to a millionth, for summation may change its order. */
static void check_same_table(const char *name, const bl_table *got, const bl_table *want)
{
  assert_int_equal(got->n_rows, want->n_rows);
  assert_int_equal(got->columns.n, want->columns.n);
  for (size_t k = 0; k < want->columns.n; k++) assert_string_equal(got->columns.v[k], want->columns.v[k]);
  for (size_t i = 0; i < want->n_rows; i++)
    for (size_t k = 0; k < want->columns.n; k++) {
      const char *a = bl_table_cell(got, i, k), *b = bl_table_cell(want, i, k);
      double x, y;
      if (!k) a = bl_path_base(a), b = bl_path_base(b);
      if (bl_parse_real(a, &x) && bl_parse_real(b, &y) && fabs(x - y) <= 1e-6 * fmax(1, fabs(y))) continue;
      if (strcmp(a, b)) fail_msg("%s: row %zu, %s: '%s', wanted '%s'", name, i, want->columns.v[k], a, b);
    }
}

static void predicts_the_same(void **state)
{
  const struct old *o = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts files = {0};
  bl_buf out = {0};
  bl_table got, want;
  size_t failed;
  char path[700];
  for (size_t i = 0; o->files[i]; i++) {
    snprintf(path, sizeof path, "%s/%s", BALEEN_SETS, o->files[i]);
    check_ok(ctx, bl_texts_add(ctx, &files, path));
  }
  snprintf(path, sizeof path, FOLDER "%s.safetensors", o->name);
  check_ok(ctx, bl_predict_files(ctx, path, &files, NULL, append_text, &out, &failed));
  check_ok(ctx, bl_table_parse(ctx, "got", bl_buf_text(&out), out.len, &got));
  snprintf(path, sizeof path, FOLDER "%s.csv", o->name);
  check_ok(ctx, bl_table_read(ctx, path, &want));
  check_same_table(o->name, &got, &want);
  bl_table_free(ctx, &got);
  bl_table_free(ctx, &want);
  bl_buf_free(ctx, &out);
  bl_texts_free(ctx, &files);
  check_free(ctx);
}

/* That the model's events were a table's is a fact that its old config told by an option of the source. */
static void knows_where_events_were(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts files = {0};
  bl_buf out = {0};
  size_t failed;
  check_ok(ctx, bl_texts_add(ctx, &files, BALEEN_SETS "/eegmmidb-s001/S001R01.edf"));
  check_fails(ctx, bl_predict_files(ctx, FOLDER "framed.safetensors", &files, NULL, append_text, &out, &failed),
              BL_E_SHAPE, "those of the model were named by a table in training");
  bl_buf_free(ctx, &out);
  check_fails(ctx, bl_predict_files(ctx, FOLDER "motor_imagery.safetensors", &files, NULL, append_text, &out, &failed),
              BL_E_SHAPE, "; predict reads the events inside the recording");
  bl_buf_free(ctx, &out);
  bl_texts_free(ctx, &files);
  check_free(ctx);
}

/* A config of today is told of a new name; it is a model only that may still use the old one. */
static void configs_are_told_of_new_names(void **unused)
{
  (void)unused;
  static const char text[] =
      "source: {table: {file: x.csv}}\nfeatures:\n  f:\n    stages:\n      - frame: {length: 7}\n"
      "    summaries: [mean]\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  check_fails(ctx, pipe_config(ctx, text, &c), BL_E_CONFIG,
              "t.yaml:5:17: error: frame: 'length' is now 'frame_length'");
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof olds / sizeof *olds };
  struct CMUnitTest tests[N + 2] = {cmocka_unit_test(knows_where_events_were),
                                    cmocka_unit_test(configs_are_told_of_new_names)};
  for (size_t i = 0; i < N; i++)
    tests[2 + i] = (struct CMUnitTest){
        .name = olds[i].name, .test_func = predicts_the_same, .initial_state = (void *)(uintptr_t)&olds[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
