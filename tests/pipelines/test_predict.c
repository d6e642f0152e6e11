/* A model file put to recordings: what ran in the run runs here, bit for bit. */
#include "pipe.h"

#include <unistd.h>

#include "baleen/annotation.h"
#include "baleen/model_file.h"
#include "baleen/random.h"
#include "baleen/recording_write.h"
#include "baleen/table.h"
#include "baleen/text.h"

static char run_folder[600], table_folder[600], mix_folder[600], epochs_folder[600];

static const char *at(const char *name)
{
  static char path[8][900];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static bl_status predict_at(bl_ctx *ctx, const char *model, const char *const *names, const char *table, bl_buf *out,
                            size_t *failed)
{
  bl_texts files = {0};
  bl_status s = BL_OK;
  for (; !s && *names; names++) s = bl_texts_add(ctx, &files, at(*names));
  if (!s) s = bl_predict_files(ctx, model, &files, table ? at(table) : NULL, append_text, out, failed);
  bl_texts_free(ctx, &files);
  return s;
}

static bl_status predict(bl_ctx *ctx, const char *model, const char *const *names, bl_buf *out, size_t *failed)
{
  return predict_at(ctx, model, names, NULL, out, failed);
}

static void run_into(const char *text, const char *name, char folder[600]);

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
    assert_non_null(strstr(bl_table_cell(&t, i, 0), bl_column_text(&d.recording, i)));
    for (size_t k = 0; k < width; k++) {
      double got;
      check_ok(ctx, bl_table_number(ctx, &t, i, 4 + k, &got));
      check_near(got, want[i * width + k], 0);
    }
    for (size_t k = 0; k < 2 && isfinite(bl_packed_get(&d.start_s, i)); k++) {
      double got;
      check_ok(ctx, bl_table_number(ctx, &t, i, 1 + k, &got));
      check_near(got, k ? bl_packed_get(&d.end_s, i) : bl_packed_get(&d.start_s, i), 0);
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

/* Times whose digits float32 would lose: learnt from what is above the least, and predicted from the same. */
static void times_of_a_table(void **state)
{
  (void)state;
  static const char *const rows[] = {"unix.csv", NULL};
  char text[1200], folder[600];
  size_t n = 0, failed;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  n += (size_t)snprintf(text + n, sizeof text - n, "time,label\n");
  for (int i = 0; i < 40; i++)
    n += (size_t)snprintf(text + n, sizeof text - n, "%d,%s\n", 1700000000 + i, i < 20 ? "a" : "b");
  tree_text("unix.csv", text);
  run_into("source: {table: {file: unix.csv}}\nmodel: {knn: {n_neighbors: 1}}\n"
           "evaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n",
           "unix", folder);
  check_ok(ctx, predict(ctx, model_in(folder, "model.safetensors"), rows, &out, &failed));
  check_same_bits(ctx, folder, bl_buf_text(&out));
  if (!strstr(bl_buf_text(&out), "unix.csv:21,,,a,") || !strstr(bl_buf_text(&out), "unix.csv:22,,,b,"))
    fail_msg("%s", bl_buf_text(&out));
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
  check_fails(ctx, predict(ctx, model_in(mix_folder, "model.safetensors"), two, &out, &failed), BL_E_MISMATCH,
              "stereo.wav: ");
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

static const struct bad {
  const char *name, *file;
  bool table;
  bl_status status;
  const char *part;
} bads[] = {
    {"another rate", "odd/rate.wav", false, BL_E_MISMATCH,
     "rate.wav: is not what the model needs: branch 'f': its rate is 11025 Hz"},
    {"more channels", "odd/stereo.wav", false, BL_E_MISMATCH,
     "stereo.wav: is not what the model needs: branch 'f': its channels become 2 ('left' ..) where 'audio' alone is "
     "wanted; put mono first among the stages"},
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
  /* an estimator without a recipe */
  bl_estimator *e = NULL;
  check_ok(ctx, bl_model_load(ctx, model_in(run_folder, "model.safetensors"), &e, NULL));
  check_ok(ctx, bl_model_save(ctx, at("bare.safetensors"), e, NULL));
  check_fails(ctx, predict(ctx, at("bare.safetensors"), files, &out, &failed), BL_E_FORMAT, "no recipe");
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* ---- what labels decided in training ----------------------------------------------------------------------------- */

enum { EDF_RATE = 100, EDF_SECONDS = 60 };

/* EDF+ of a minute of noise, louder where a mark lies. */
static void put_edf(const char *name, const bl_annotation *marks, size_t n_marks)
{
  static const char *const names[] = {"Cz"}, *const units[] = {"uV"};
  static const double lo = -100, hi = 100;
  static float v[EDF_RATE * EDF_SECONDS];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(3, name, 0);
  bl_annotations a = {0};
  bl_writer *w;
  for (size_t i = 0; i < EDF_RATE * EDF_SECONDS; i++) v[i] = (float)(2 * bl_rng_normal(&r));
  for (size_t k = 0; k < n_marks; k++) {
    check_ok(ctx, bl_annotations_add(ctx, &a, &marks[k]));
    for (size_t i = 0; i < (size_t)(marks[k].duration_s * EDF_RATE); i++)
      v[(size_t)(marks[k].onset_s * EDF_RATE) + i] *= 5;
  }
  bl_write_spec spec = {.format = BL_WRITE_EDF,
                        .rate_hz = EDF_RATE,
                        .n_frames = EDF_RATE * EDF_SECONDS,
                        .n_channels = 1,
                        .names = names,
                        .units = units,
                        .lo = &lo,
                        .hi = &hi,
                        .annotations = &a};
  check_ok(ctx, bl_writer_open(ctx, at(name), &spec, &w));
  check_ok(ctx, bl_writer_push(ctx, w, v, EDF_RATE * EDF_SECONDS));
  check_ok(ctx, bl_writer_done(ctx, w));
  bl_writer_free(ctx, w);
  bl_annotations_free(ctx, &a);
  check_free(ctx);
}

static const bl_annotation calls[] = {{.onset_s = 5, .duration_s = 3, .label = (char *)"call"},
                                      {.onset_s = 25, .duration_s = 3, .label = (char *)"call"},
                                      {.onset_s = 45, .duration_s = 3, .label = (char *)"call"},
                                      {.onset_s = 30, .duration_s = 2, .label = (char *)"BAD"}};

static void prepare_marked(void)
{
  tree_text("marked/readme", "EDF files with marks");
  put_edf("marked/a.edf", calls, 3);
  put_edf("marked/b.edf", calls, 3);
  put_edf("marked/bad.edf", calls, 4);
  put_edf("marked/none.edf", NULL, 0);
  tree_text("marked/events.csv",
            "file,onset,duration,label\na.edf,5,1,x\na.edf,25,1,x\na.edf,16,1,y\na.edf,51,1,y\nb.edf,5,1,x\n"
            "b.edf,26,1,x\nb.edf,15,1,y\nb.edf,50,1,y\nbad.edf,6,1,x\nbad.edf,30.5,1,x\n");
  tree_text("marked/one.csv", "onset,label\n5,x\n");
  tree_text("marked/late.csv", "onset,label\n5,x\n61,x\n62,x\n63,x\n64,x\n65,x\n");
  run_into("source: {files: {recordings: ['marked/[ab].edf'], labels: table, label_file: marked/events.csv}}\n"
           "segments: {epochs: {events: [x, y], tmin: 0, tmax: 0.99}}\nfeatures: {f: {summaries: [std]}}\nmodel: lda\n"
           "evaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
           "epochs", epochs_folder);
}

/* Negatives are drawn, and guarded, where a model learns; where it predicts every window is given, whatever is
 * marked. */
static void every_window(void **state)
{
  (void)state;
  static const char *const options[] = {"negatives_per_positive: 1", "negatives_share: 0.2", "guard_s: 1",
                                        "min_coverage: 0.9"};
  static const struct {
    const char *file;
    size_t windows; /* of 30 */
  } rows[] = {{"marked/none.edf", 30}, {"marked/a.edf", 30}, {"marked/bad.edf", 29}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    char text[500], folder[600];
    snprintf(
        text, sizeof text,
        "source: {files: {recordings: ['marked/[ab].edf'], labels: annotations}}\nsegments: {window: {length_s: 2, "
        "label_from: events, otherwise: noise, %s}}\nfeatures: {f: {summaries: [std]}}\nmodel: lda\n"
        "evaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
        options[i]);
    run_into(text, "events", folder);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
      const char *const one[] = {rows[k].file, NULL};
      bl_ctx *ctx = bl_ctx_new();
      bl_buf out = {0};
      bl_table t;
      size_t failed;
      check_ok(ctx, predict(ctx, model_in(folder, "model.safetensors"), one, &out, &failed));
      check_ok(ctx, bl_table_parse(ctx, "csv", bl_buf_text(&out), out.len, &t));
      if (t.n_rows != rows[k].windows) fail_msg("%s, %s: %zu windows", options[i], rows[k].file, t.n_rows);
      for (size_t w = 0; w < t.n_rows; w++) {
        double start;
        check_ok(ctx, bl_table_number(ctx, &t, w, 1, &start));
        check_near(start, 2.0 * (double)(t.n_rows < 30 && w >= 15 ? w + 1 : w), 1e-9); /* 30 .. 32 s is bad */
      }
      bl_table_free(ctx, &t);
      bl_buf_free(ctx, &out);
      check_free(ctx);
    }
  }
}

static size_t count_lines(const bl_buf *text)
{
  size_t n = 0;
  for (const char *p = bl_buf_text(text); (p = strchr(p, '\n')) != NULL; p++) n++;
  return n;
}

/* Events that a table named: predict says that it wants the table, and takes of it what is of the recording. */
static void events_of_a_table(void **state)
{
  (void)state;
  static const char *const a[] = {"marked/a.edf", NULL}, *const both[] = {"marked/a.edf", "marked/bad.edf", NULL};
  static const char *const none[] = {"marked/none.edf", NULL}, *const rows[] = {"rows.csv", NULL};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed;
  const char *model = model_in(epochs_folder, "model.safetensors");
  check_fails(ctx, predict(ctx, model, a, &out, &failed), BL_E_SHAPE, "no event is called 'x'");
  check_fails(ctx, predict(ctx, model, a, &out, &failed), BL_E_SHAPE,
              "named by a table in training, but predict reads only");
  out.len = 0;
  check_ok(ctx, predict_at(ctx, model, a, "marked/events.csv", &out, &failed));
  assert_int_equal(count_lines(&out), 1 + 4);
  assert_non_null(strstr(bl_buf_text(&out), "a.edf\",51,51.99,y,"));
  out.len = 0;
  check_ok(ctx, predict_at(ctx, model, both, "marked/events.csv", &out,
                           &failed)); /* one of bad.edf's own lies in its bad stretch */
  assert_int_equal(count_lines(&out), 1 + 4 + 1);
  size_t before = bl_ctx_warnings(ctx, BL_W_SKIPPED);
  check_fails(ctx, predict_at(ctx, model, none, "marked/events.csv", &out, &failed), BL_E_SHAPE,
              "none.edf: epochs: events: no event is called");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), before + 1); /* it names others */
  check_fails(ctx, predict_at(ctx, model, both, "marked/one.csv", &out, &failed), BL_E_CONFIG,
              "which of the 2 recordings");
  check_fails(ctx, predict_at(ctx, model_in(table_folder, "model.safetensors"), rows, "marked/one.csv", &out, &failed),
              BL_E_CONFIG, "no events");
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

static void names_it_once(void *user, bl_log_level level, const char *text)
{
  const char *at = strstr(text, "a.edf: ");
  (void)user;
  if (level == BL_LOG_WARN && (!at || strstr(at + 1, "a.edf: "))) fail_msg("names the recording not once: %s", text);
}

/* Many segments left out are three lines and a count. */
static void left_out_in_short(void **state)
{
  (void)state;
  static const char *const a[] = {"marked/a.edf", NULL};
  bl_ctx *ctx = bl_ctx_new();
  bl_buf out = {0};
  size_t failed;
  bl_ctx_set_log(ctx, names_it_once, NULL, BL_LOG_WARN);
  check_ok(ctx, predict_at(ctx, model_in(epochs_folder, "model.safetensors"), a, "marked/late.csv", &out, &failed));
  assert_int_equal(count_lines(&out), 1 + 1);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 4);
  bl_buf_free(ctx, &out);
  check_free(ctx);
}

typedef struct work {
  const char *model;
  const char *const *files;
  const char *table;
} work;

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  const work *w = arg;
  bl_buf out = {0};
  size_t failed;
  bl_status s = predict_at(ctx, w->model, w->files, w->table, &out, &failed);
  bl_buf_free(ctx, &out);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  static const char *const sounds[] = {"hum/0.wav", "odd/rate.wav", NULL}, *const rows[] = {"rows.csv", NULL};
  static const char *const marked[] = {"marked/a.edf", "marked/none.edf", NULL};
  work w = {model_in(run_folder, "model.safetensors"), sounds, NULL};
  check_every_allocation_failing(sweep, &w);
  w = (work){model_in(table_folder, "model.safetensors"), rows, NULL};
  check_every_allocation_failing(sweep, &w);
  w = (work){model_in(epochs_folder, "model.safetensors"), marked, "marked/events.csv"};
  check_every_allocation_failing(sweep, &w);
}

static void run_into(const char *text, const char *name, char folder[600])
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  snprintf(folder, 600, "%s/%s", tree_root(), name);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, folder, NULL, NULL, &done));
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
  run_into(
      "source: {files: {recordings: ['*/long.wav'], labels: folder}}\nsegments: {window: {length_s: 0.5, hop_s: 0.37}}\n"
      "features: {f: {stages: [{stft: {n_fft: 256}}, power, {mel: {n_mels: 5}}, db], summaries: [mean]}, "
      "g: {summaries: [std]}}\n"
      "model: [standard_scaler, logistic_regression]\n"
      "evaluate: {split: stratified_k_fold, allow_leakage: true}\n",
      "run", run_folder);
  run_into(
      "source: {table: {file: rows.csv}}\nmodel: [standard_scaler, lda]\nevaluate: {split: {k_fold: {n_splits: 2}}}\n",
      "table", table_folder);
  prepare_marked();
  for (uint32_t i = 0; i < 4; i++) {
    char name[32];
    snprintf(name, sizeof name, "sea/%u.wav", i);
    pipe_wav(name, 8000, 1, 8000, 100 + i, 0);
    snprintf(name, sizeof name, "calls/%u.wav", i);
    pipe_wav(name, 8000, 1, 3000, 200 + i, 900 + 10 * i);
  }
  run_into(
      "source: {mix: {foregrounds: ['calls/*.wav'], backgrounds: ['sea/*.wav'], snr_db: [0, 10], folds: 2}}\n" PIPE_MEL
      "rows: {positive: call}\nmodel: [standard_scaler, logistic_regression]\nevaluate: {split: predefined}\n",
      "mix", mix_folder);
  return 0;
}

int main(void)
{
  struct CMUnitTest tests[32] = {cmocka_unit_test(same_bits_as_the_run), cmocka_unit_test(model_of_a_mix),
                                 cmocka_unit_test(broken_models),        cmocka_unit_test(failing_allocations),
                                 cmocka_unit_test(every_window),         cmocka_unit_test(events_of_a_table),
                                 cmocka_unit_test(left_out_in_short),    cmocka_unit_test(times_of_a_table)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, refused, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  int failed = _cmocka_run_group_tests("predict", tests, n, prepare, NULL);
  tree_done();
  return failed;
}
