/* A run's folder: what it holds, what is never written over, what is told of recordings that fail. */
#include "pipe.h"

#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/model_file.h"

static const char *at(const char *name)
{
  static char path[8][900];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

static bool is_there(const char *name)
{
  struct stat st;
  return !stat(at(name), &st) && st.st_size > 0;
}

typedef struct work {
  const char *text, *folder; /* folder below the test's own */
  size_t n_failed;
  char said[4000];
} work;

static void keep(void *user, const char *text)
{
  work *w = user;
  snprintf(w->said, sizeof w->said, "%s", text);
}

static bl_status run(bl_ctx *ctx, void *arg)
{
  work *w = arg;
  bl_config c;
  bl_run_summary done;
  bl_status s = pipe_config(ctx, w->text, &c);
  if (s) return s;
  s = bl_run(ctx, &c, at(w->folder), keep, w, &done);
  if (!s) {
    w->n_failed = done.n_failed;
    bl_run_summary_free(ctx, &done);
  }
  bl_config_free(ctx, &c);
  return s;
}

#define ROWS   "source: {table: {file: rows.csv}}\n"
#define HALVES "evaluate: {split: {stratified_k_fold: {n_splits: 2}}}\n"

static void writes_what_it_says(void **state)
{
  (void)state;
  static const char *const files[] = {
      "config.yaml",         "rows.npy",        "rows.csv",    "features.json",     "folds.csv",
      "metrics.json",        "predictions.csv", "report.html", "model.safetensors", "models/a.safetensors",
      "models/b.safetensors"};
  bl_ctx *ctx = bl_ctx_new();
  work w = {ROWS "models: {a: knn, b: lda}\n" HALVES, "new/deep folder \xc3\xa9", 0, ""};
  check_ok(ctx, run(ctx, &w));
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char name[200];
    snprintf(name, sizeof name, "%s/%s", w.folder, files[i]);
    if (!is_there(name)) fail_msg("%s is missing or empty", name);
  }
  assert_non_null(strstr(w.said, "12 rows of 2 features, 2 classes"));
  check_free(ctx);
}

/* What the earlier run alone made is gone; what is not a run's stays. */
static void replaces_an_earlier_run(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  work first = {ROWS "models: {a: knn, b: lda}\n" HALVES, "again", 0, ""},
       second = {ROWS "model: knn\n" HALVES, "again", 0, ""},
       third = {ROWS "model: knn\nrows: {label: nope}\n", "again", 0, ""};
  check_ok(ctx, run(ctx, &first));
  assert_true(is_there("again/models/b.safetensors"));
  tree_text("again/mine.txt", "notes");
  tree_text("again/mine.png", "a picture that no script of the run drew");
  check_ok(ctx, run(ctx, &second));
  assert_false(is_there("again/models/b.safetensors"));
  assert_true(is_there("again/model.safetensors"));
  check_fails(ctx, run(ctx, &third), BL_E_CONFIG, "no column 'nope'");
  assert_true(is_there("again/metrics.json")); /* told before anything is written: the earlier run stands */
  assert_true(is_there("again/model.safetensors"));
  assert_true(is_there("again/mine.txt"));
  assert_true(is_there("again/mine.png"));
  check_free(ctx);
}

/* Recordings leave files that a table does not make. */
static void replaces_a_run_on_recordings(void **state)
{
  (void)state;
  static const char *const made[] = {"both/recordings.csv", "both/dropped.csv",     "both/rows.npy",   "both/rows.csv",
                                     "both/features.json",  "both/predictions.csv", "both/report.html"};
  bl_ctx *ctx = bl_ctx_new();
  work first = {PIPE_EIGHT "segments: {window: {length_s: 0.3}}\n" PIPE_MEL "model: {knn: {n_neighbors: 3}}\n"
                           "evaluate: {split: {group_k_fold: {n_splits: 2}}}\n",
                "both", 0, ""},
       second = {ROWS, "both", 0, ""};
  check_ok(ctx, run(ctx, &first));
  for (size_t i = 0; i < sizeof made / sizeof *made; i++)
    if (!is_there(made[i])) fail_msg("%s is missing or empty", made[i]);
  check_ok(ctx, run(ctx, &second));
  for (size_t i = 0; i < sizeof made / sizeof *made; i++)
    if (is_there(made[i]) != (i >= 2 && i < 5))
      fail_msg("%s should%s be there", made[i], i >= 2 && i < 5 ? "" : " not");
  check_free(ctx);
}

/* What headers tell against a config is told before an earlier run's results are given up for it. */
static void a_slip_costs_nothing(void **state)
{
  (void)state;
  static const char *const slips[] = {
      PIPE_EIGHT "features: {f: {stages: [{fir: {h_freq: 5000}}], summaries: [mean]}}\n",
      PIPE_EIGHT "stream: {rate_hz: 44100}\n" PIPE_MEL,
      /* in parentheses: for an array, clang takes texts side by side for a comma forgotten */
      ("source: {files: {recordings: 'hum/*.wav', labels: annotations}}\nsegments: {epoch: {events: [call]}}\n" PIPE_MEL),
  };
  bl_ctx *ctx = bl_ctx_new();
  work good = {ROWS "model: knn\n" HALVES, "kept", 0, ""};
  check_ok(ctx, run(ctx, &good));
  size_t warned = bl_ctx_warnings(ctx, BL_W_SKIPPED);
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    work bad = {slips[i], "kept", 0, ""};
    assert_int_equal(run(ctx, &bad), BL_E_CONFIG);
    assert_true(is_there("kept/metrics.json"));
    if (bl_ctx_warnings(ctx, BL_W_SKIPPED) > warned) fail_msg("%s: the error alone should say it", slips[i]);
  }
  check_free(ctx);
}

static const struct row {
  const char *name, *file, *text, *why;
} rows[] = {
    {"a config of the user's", "own/config.yaml", "source: {table: {file: rows.csv}}\n", "named like a run's"},
    {"an empty config", "own2/config.yaml", "", "not a run's"},
    {"other files", "own3/thesis.tex", "years of work", "no run"},
};

static void leaves_what_is_not_a_run(void **state)
{
  const struct row *r = *state;
  char folder[100], *kept;
  size_t n;
  bl_ctx *ctx = bl_ctx_new();
  snprintf(folder, sizeof folder, "%.*s", (int)strcspn(r->file, "/"), r->file);
  tree_text(r->file, r->text);
  work w = {ROWS "model: knn\n" HALVES, folder, 0, ""};
  check_fails(ctx, run(ctx, &w), BL_E_ARG, "is no run of Baleen's");
  check_ok(ctx, bl_file_read(ctx, at(r->file), 0, &kept, &n));
  assert_string_equal(kept, r->text);
  bl_free(ctx, kept);
  check_free(ctx);
}

static void names_what_failed(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char *wav;
  size_t wav_n;
  check_ok(ctx, bl_file_read(ctx, at("hum/0.wav"), 0, &wav, &wav_n));
  tree_put("cut/hum/9.wav", wav, wav_n - 100); /* it loses its end, which its row tells */
  bl_free(ctx, wav);
  work w = {
      "source: {files: {recordings: ['hum/*.wav', 'song/*.wav', 'odd/*.wav', 'cut/hum/*.wav'], labels: folder}}\n" PIPE_MEL
      "model: {knn: {n_neighbors: 3}}\n" HALVES,
      "failing", 0, ""};
  check_ok(ctx, run(ctx, &w));
  assert_int_equal(w.n_failed, 1);
  assert_non_null(strstr(w.said, "1 recordings FAILED:"));
  assert_non_null(strstr(w.said, "odd/empty.wav: the file is empty"));
  char *text;
  size_t n;
  check_ok(ctx, bl_file_read(ctx, at("failing/recordings.csv"), 0, &text, &n));
  assert_non_null(strstr(text, "odd/empty.wav,FORMAT,0,0,0,"));
  const char *cut = strstr(text, "cut/hum/9.wav,OK,"), *told = strstr(text, "the file holds");
  if (!cut || !told || told < cut || memchr(cut, '\n', (size_t)(told - cut))) fail_msg("%s", text);
  bl_free(ctx, text);
  check_free(ctx);
}

/* How late a row is, and what cannot run live: printed, in metrics.json, in the model and on the page. */
static void tells_the_latency(void **state)
{
  (void)state;
  static const struct {
    const char *folder, *segments, *stages, *said, *json;
  } cases[] = {
      /* at 8 kHz: half a window of 256 samples and nothing else */
      {"late", "{window: {length_s: 0.25}}", "[{stft: {n_fft: 256}}, power]",
       "\nlive, a row is known 0.016 s after its segment ends\n", "\"latency_s\": 0.016"},
      {"prompt", "{window: {length_s: 0.25}}", "[{pre_emphasis: {start: zero}}]",
       "\nlive, a row is known as soon as its segment ends\n", "\"latency_s\": 0.0"},
      {"never", "{window: {length_s: 0.25}}", "[detrend_whole, {scale: {factor: 2}}]",
       "\ncannot run live: detrend_whole needs the whole recording\n", "\"needs_whole_recording\": \"detrend_whole\""},
      {"at the end", "whole", "[]", "\ncannot run live: segments: whole needs the whole recording\n",
       "\"needs_whole_recording\": \"segments: whole\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_ctx *ctx = bl_ctx_new();
    char text[600], name[100], *bytes;
    size_t n;
    snprintf(text, sizeof text,
             PIPE_EIGHT "segments: %s\nfeatures: {f: {stages: %s, summaries: [std]}}\nmodel: {knn: {n_neighbors: 1}}\n"
                        "evaluate: {split: {stratified_group_k_fold: {n_splits: 2}}}\n",
             cases[i].segments, cases[i].stages);
    work w = {text, cases[i].folder, 0, ""};
    check_ok(ctx, run(ctx, &w));
    if (!strstr(w.said, cases[i].said)) fail_msg("%s: %s", cases[i].folder, w.said);
    snprintf(name, sizeof name, "%s/metrics.json", w.folder);
    check_ok(ctx, bl_file_read(ctx, at(name), 0, &bytes, &n));
    if (!strstr(bytes, cases[i].json)) fail_msg("%s: %s", cases[i].folder, bytes);
    bl_free(ctx, bytes);
    snprintf(name, sizeof name, "%s/report.html", w.folder);
    check_ok(ctx, bl_file_read(ctx, at(name), 0, &bytes, &n));
    assert_non_null(strstr(bytes, "<dt>live</dt>"));
    bl_free(ctx, bytes);
    check_free(ctx);
  }
}

static void failing_allocations(void **state)
{
  (void)state;
  work w = {ROWS
            "models: {a: {knn: {n_neighbors: 1}}, b: gaussian_nb}\nrows: {positive: b}\nevaluate: {metrics: [roc_auc], "
            "split: {stratified_k_fold: {n_splits: 2}}, by: label}\n",
            "sweep", 0, ""};
  check_every_allocation_failing(run, &w);
}

static int prepare(void **state)
{
  (void)state;
  setenv("PATH", "", 1); /* no gnuplot: a picture for each of a thousand failing allocations would take minutes */
  pipe_eight();
  tree_text("odd/empty.wav", "");
  tree_text("rows.csv", "x,y,label\n1,2.5,a\n1.5,2,a\n7,1,b\n6.5,1.25,b\n1.25,3,a\n7.5,0.5,b\n"
                        "1.1,2.4,a\n1.6,2.1,a\n7.2,1.3,b\n6.1,1.2,b\n1.3,3.2,b\n7.7,0.4,a\n");
  return 0;
}

int main(void)
{
  struct CMUnitTest tests[16] = {cmocka_unit_test(writes_what_it_says), cmocka_unit_test(replaces_an_earlier_run),
                                 cmocka_unit_test(names_what_failed),   cmocka_unit_test(tells_the_latency),
                                 cmocka_unit_test(failing_allocations), cmocka_unit_test(replaces_a_run_on_recordings),
                                 cmocka_unit_test(a_slip_costs_nothing)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, leaves_what_is_not_a_run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  int failed = _cmocka_run_group_tests("run", tests, n, prepare, NULL);
  tree_done();
  return failed;
}
