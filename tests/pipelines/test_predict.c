/* A model file put to recordings: what ran in the run runs here, bit for bit. */
#include "pipe.h"

#include <unistd.h>

#include "baleen/model_file.h"
#include "baleen/table.h"
#include "baleen/text.h"

static char run_folder[600], table_folder[600], mix_folder[600];

static const char *at(const char *name)
{
  static char path[8][900];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static bl_status predict(bl_ctx *ctx, const char *model, const char *const *names, bl_buf *out, size_t *failed)
{
  bl_texts files = {0};
  bl_status s = BL_OK;
  for (; !s && *names; names++) s = bl_texts_add(ctx, &files, at(*names));
  if (!s) s = bl_predict_files(ctx, model, &files, out, failed);
  bl_texts_free(ctx, &files);
  return s;
}

static const char *model_in(const char *folder, const char *name)
{
  static char path[700];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* The model on the run's own rows, as kept in its folder. */
static double *scores_of_run(bl_ctx *ctx, const char *folder, bl_dataset *d, size_t *width)
{
  bl_estimator *e = NULL;
  check_ok(ctx, bl_model_load(ctx, model_in(folder, "model.safetensors"), &e, NULL));
  check_ok(ctx, bl_dataset_read(ctx, folder, d));
  *width = bl_op_width(e, BL_PREDICT_PROBA);
  bl_cmat X = bl_dataset_view(d);
  double *v = calloc(X.rows * *width, sizeof *v);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &X, &d->features, v));
  bl_estimator_free(ctx, e);
  return v;
}

static void check_same_bits(bl_ctx *ctx, const char *folder, const char *csv)
{
  bl_table t;
  bl_dataset d;
  size_t width;
  double *want = scores_of_run(ctx, folder, &d, &width);
  check_ok(ctx, bl_table_parse(ctx, "csv", csv, strlen(csv), &t));
  assert_int_equal(t.n_rows, d.X.rows);
  assert_int_equal(t.columns.n, 4 + width);
  for (size_t i = 0; i < t.n_rows; i++) {
    assert_non_null(strstr(bl_table_cell(&t, i, 0), d.recording.v[i]));
    for (size_t k = 0; k < width; k++) {
      double got;
      check_ok(ctx, bl_table_number(ctx, &t, i, 4 + k, &got));
      check_near(got, want[i * width + k], 0);
    }
    for (size_t k = 0; k < 2 && isfinite(d.start_s[i]); k++) {
      double got;
      check_ok(ctx, bl_table_number(ctx, &t, i, 1 + k, &got));
      check_near(got, k ? d.end_s[i] : d.start_s[i], 0);
    }
  }
  free(want);
  bl_table_free(ctx, &t);
  bl_dataset_free(ctx, &d);
}

static void same_bits_as_the_run(void **state)
{
  (void)state;
  static const char *const files[] = {"hum/long.wav", "song/long.wav", NULL}, *const rows[] = {"rows.csv", NULL};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed;
  check_ok(ctx, predict(ctx, model_in(run_folder, "model.safetensors"), files, &out, &failed));
  assert_int_equal(failed, 0);
  check_same_bits(ctx, run_folder, bl_buf_text(&out));
  bl_buf_free(ctx, &out);
  check_ok(ctx, predict(ctx, model_in(table_folder, "model.safetensors"), rows, &out, &failed));
  check_same_bits(ctx, table_folder, bl_buf_text(&out));
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

/* A mix names its channel otherwise than a sound file does; its model must do for the files all the same. */
static void model_of_a_mix(void **state)
{
  (void)state;
  static const char *const files[] = {"hum/0.wav", "sea/0.wav", NULL}, *const two[] = {"odd/stereo.wav", NULL};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed;
  check_ok(ctx, predict(ctx, model_in(mix_folder, "model.safetensors"), files, &out, &failed));
  assert_int_equal(failed, 0);
  if (!strstr(bl_buf_text(&out), "sea/0.wav\",0,1,noise,")) fail_msg("%s", bl_buf_text(&out));
  bl_buf_free(ctx, &out);
  check_fails(ctx, predict(ctx, model_in(mix_folder, "model.safetensors"), two, &out, &failed), BL_E_MISMATCH, "stereo.wav: ");
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

static const struct bad {
  const char *name, *file;
  bool table;
  bl_status status;
  const char *part;
} bads[] = {
    {"another rate", "odd/rate.wav", false, BL_E_MISMATCH, "rate.wav: is not what the model needs: branch 'f': its rate is 11025 Hz"},
    {"more channels", "odd/stereo.wav", false, BL_E_MISMATCH, "stereo.wav: is not what the model needs: branch 'f': its channels become 'left' where 'audio' is wanted"},
    {"too short", "odd/short.wav", false, BL_E_SHAPE, "short.wav: no segment"},
    {"no sound", "text.npy", false, BL_E_FORMAT, "text.npy: "},
    {"not there", "nowhere.wav", false, BL_E_IO, "nowhere.wav: "},
    {"a table without the column", "other.csv", true, BL_E_CONFIG, "other.csv: no column 'x'"},
    {"a table with a word", "word.csv", true, BL_E_FORMAT, "word.csv:2"},
    {"a table without rows", "header.csv", true, BL_E_SHAPE, "header.csv: no rows"},
    {"a sound for a table", "hum/long.wav", true, BL_E_FORMAT, "long.wav:1"},
    {"an array that is none", "text.npy", true, BL_E_FORMAT, "text.npy: "},
};

static void refused(void **state)
{
  const struct bad *b = *state;
  const char *const alone[] = {b->file, NULL}, *const among[] = {b->table ? "rows.csv" : "hum/long.wav", b->file, NULL};
  const char *folder = b->table ? table_folder : run_folder;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed;
  check_fails(ctx, predict(ctx, model_in(folder, "model.safetensors"), alone, &out, &failed), b->status, b->part);
  bl_buf_free(ctx, &out);
  check_ok(ctx, predict(ctx, model_in(folder, "model.safetensors"), among, &out, &failed)); /* the good one goes on */
  assert_int_equal(failed, 1);
  assert_null(strstr(bl_buf_text(&out), bl_path_base(b->file)) && strcmp(b->file, "rows.csv") ? "printed" : NULL);
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

/* A model of another's making, or one cut anywhere, is refused by name. */
static void broken_models(void **state)
{
  (void)state;
  static const char *const files[] = {"hum/long.wav", NULL};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed, n;
  char *text;
  check_ok(ctx, bl_file_read(ctx, model_in(run_folder, "model.safetensors"), 0, &text, &n));
  for (size_t cut = 0; cut < n; cut += cut < 64 ? 7 : 311) {
    tree_put("cut.safetensors", text, cut);
    check_fails(ctx, predict(ctx, at("cut.safetensors"), files, &out, &failed), BL_E_FORMAT, "cut.safetensors");
    assert_int_equal(out.len, 0);
  }
  bl_free(ctx, text);
  /* an estimator without a pipeline */
  bl_estimator *e = NULL;
  check_ok(ctx, bl_model_load(ctx, model_in(run_folder, "model.safetensors"), &e, NULL));
  check_ok(ctx, bl_model_save(ctx, at("bare.safetensors"), e, NULL));
  check_fails(ctx, predict(ctx, at("bare.safetensors"), files, &out, &failed), BL_E_FORMAT, "no pipeline");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

typedef struct work {
  const char *model;
  const char *const *files;
} work;

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  const work *w = arg;
  bl_buf out = {0};
  size_t failed;
  bl_status s = predict(ctx, w->model, w->files, &out, &failed);
  bl_buf_free(ctx, &out);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  static const char *const sounds[] = {"hum/0.wav", "odd/rate.wav", NULL}, *const rows[] = {"rows.csv", NULL};
  work w = {model_in(run_folder, "model.safetensors"), sounds};
  check_every_allocation_failing(sweep, &w);
  w = (work){model_in(table_folder, "model.safetensors"), rows};
  check_every_allocation_failing(sweep, &w);
}

static void run_into(const char *text, const char *name, char folder[600])
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  snprintf(folder, 600, "%s/%s", tree_root(), name);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, folder, &done));
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static int prepare(void **state)
{
  (void)state;
  setenv("PATH", "", 1); /* no gnuplot: pictures are not the point here */
  /* longer than a block of reading, so that windows cross its borders */
  pipe_wav("hum/long.wav", 8000, 1, 90001, 11, 311);
  pipe_wav("song/long.wav", 8000, 1, 70003, 12, 1297);
  pipe_wav("hum/0.wav", 8000, 1, 8000, 13, 311);
  pipe_wav("odd/rate.wav", 11025, 1, 11025, 5, 0);
  pipe_wav("odd/stereo.wav", 8000, 2, 8000, 6, 0);
  pipe_wav("odd/short.wav", 8000, 1, 100, 7, 0);
  tree_text("rows.csv", "x,y,label\n1,2.5,a\n1.5,2,a\n7,1,b\n6.5,1.25,b\n1.25,3,a\n7.5,0.5,b\n");
  tree_text("other.csv", "u,v\n1,2\n");
  tree_text("word.csv", "x,y\none,2\n");
  tree_text("header.csv", "x,y\n");
  tree_text("text.npy", "no array");
  run_into("source: {files: {recordings: ['*/long.wav'], labels: folder}}\nsegments: {window: {length_s: 0.5, hop_s: 0.37}}\n"
           "features: {f: {stages: [{stft: {n_fft: 256}}, power, {mel: {n_mels: 5}}, db], summaries: [mean]}, "
           "g: {summaries: [std]}}\n"
           "model: [standard_scaler, logistic_regression]\n"
           "evaluate: {split: stratified_k_fold, allow_leakage: true}\n", "run", run_folder);
  run_into("source: {table: {file: rows.csv}}\nmodel: [standard_scaler, lda]\nevaluate: {split: {k_fold: {n_splits: 2}}}\n",
           "table", table_folder);
  for (uint32_t i = 0; i < 4; i++) {
    char name[32];
    snprintf(name, sizeof name, "sea/%u.wav", i);
    pipe_wav(name, 8000, 1, 8000, 100 + i, 0);
    snprintf(name, sizeof name, "calls/%u.wav", i);
    pipe_wav(name, 8000, 1, 3000, 200 + i, 900 + 10 * i);
  }
  run_into("source: {mix: {foregrounds: ['calls/*.wav'], backgrounds: ['sea/*.wav'], snr_db: [0, 10], folds: 2}}\n" PIPE_MEL
           "rows: {positive: call}\nmodel: [standard_scaler, logistic_regression]\nevaluate: {split: predefined}\n", "mix",
           mix_folder);
  return 0;
}

int main(void)
{
  struct CMUnitTest tests[32] = {cmocka_unit_test(same_bits_as_the_run), cmocka_unit_test(model_of_a_mix), cmocka_unit_test(broken_models),
                                 cmocka_unit_test(failing_allocations)};
  size_t n = 4;
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, refused, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  int failed = _cmocka_run_group_tests("predict", tests, n, prepare, NULL);
  tree_done();
  return failed;
}
