/* Rows without models, and what branches end in, frame by frame; windows that are padded at a run's end. */
#include "pipe.h"

#include <unistd.h>

#include "baleen/file.h"
#include "baleen/text.h"

enum { RATE = 1000, WINDOW = 2000, HEAD = 128 };

static char folder[700];

static const char *under(const char *name)
{
  static char path[900];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void extract(bl_ctx *ctx, const char *text, const char *const *frames, bl_status want, const char *part)
{
  bl_config c;
  bl_texts names = {0};
  bl_run_summary done = {0};
  snprintf(folder, sizeof folder, "%s/out", tree_root());
  for (; frames && *frames; frames++) check_ok(ctx, bl_texts_add(ctx, &names, *frames));
  check_ok(ctx, pipe_config(ctx, text, &c));
  bl_status s = bl_run_rows(ctx, &c, folder, &names, NULL, NULL, &done);
  if (want) check_fails(ctx, s, want, part);
  else check_ok(ctx, s);
  bl_run_summary_free(ctx, &done);
  bl_texts_free(ctx, &names);
  bl_config_free(ctx, &c);
}

static float *npy(bl_ctx *ctx, const char *name, const char *shape, size_t n, char **bytes)
{
  size_t size;
  check_ok(ctx, bl_file_read(ctx, under(name), 0, bytes, &size));
  if (!strstr(*bytes + 10, shape)) fail_msg("%s: not %s but %.100s", name, shape, *bytes + 10);
  assert_int_equal(size, HEAD + n * sizeof(float));
  return (float *)(void *)(*bytes + HEAD);
}

static void samples_of(bl_ctx *ctx, const char *name, float *v, size_t n)
{
  char path[700];
  bl_recording *rec;
  size_t got;
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, n, v, &got));
  assert_int_equal(got, n);
  bl_recording_close(ctx, rec);
}

/* Names that files cannot have stay apart, a branch that no row is of is written, too, and so are the frames behind the
 * last window and those of a recording that no window fits into. */
static void frames_are_the_branch_itself(void **state)
{
  (void)state;
  static const char *const all[] = {"all", NULL};
  bl_ctx *ctx = bl_ctx_new();
  static float x[3500];
  char *bytes;
  extract(ctx,
          "source: {files: {recordings: ['a/b.wav', a_b.wav]}}\n"
          "segments: {window: {length_s: 2}}\n"
          "features:\n"
          "  wave: {stages: [{scale: {factor: 2}}], summaries: [mean]}\n"
          "  spectra/1: {stages: [{stft: {n_fft: 64, hop_length: 100, center: false}}, power], summaries: [mean]}\n"
          "model: [standard_scaler, lda]\n",
          all, BL_OK, NULL);
  samples_of(ctx, "a/b.wav", x, 3500);
  const float *v = npy(ctx, "frames/a_b.wav.wave.npy", "(3500, 1, 1)", 3500, &bytes);
  for (size_t i = 0; i < 3500; i++) assert_true(v[i] == 2 * x[i]);
  bl_free(ctx, bytes);
  samples_of(ctx, "a_b.wav", x, 700);
  v = npy(ctx, "frames/a_b.wav~1.wave.npy", "(700, 1, 1)", 700, &bytes);
  for (size_t i = 0; i < 700; i++) assert_true(v[i] == 2 * x[i]);
  bl_free(ctx, bytes);
  npy(ctx, "frames/a_b.wav.spectra_1.npy", "(35, 1, 33)", (size_t)35 * 33, &bytes);
  bl_free(ctx, bytes);
  size_t n;
  check_ok(ctx, bl_file_read(ctx, under("frames/a_b.wav.spectra_1.json"), 0, &bytes, &n));
  static const char *const parts[] = {"\"recording\": \"a/b.wav\"",
                                      "\"branch\": \"spectra/1\"",
                                      "\"stages\": \"stft > power\"",
                                      "\"rate_hz\": 10.0",
                                      "\"FS^2\"",
                                      "\"31.25Hz\"",
                                      "\"frames\": 35",
                                      "\"start_s\": 0.032"}; /* the middle of its first frame */
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strstr(bytes, parts[i])) fail_msg("no %s in %s", parts[i], bytes);
  bl_free(ctx, bytes);
  if (!access(under("model.safetensors"), F_OK)) fail_msg("a model was learnt");
  check_free(ctx);
}

/* So do branches, and what one recording's name ends in is not taken for another's branch. */
static void branches_alike_in_files(void **state)
{
  (void)state;
  static const char *const all[] = {"all", NULL};
  static const char *const files[] = {"frames/a_b.x_y.npy", "frames/a_b.x_y~1.npy", "frames/a_b.x_y~2.npy",
                                      "frames/a_b.x.y.npy"};
  static const size_t recording[] = {0, 0, 0, 1}; /* of which it is */
  bl_ctx *ctx = bl_ctx_new();
  static float x[2][700];
  char *bytes;
  samples_of(ctx, "a_b", x[0], 700);
  samples_of(ctx, "a_b.x", x[1], 700);
  extract(ctx,
          "source: {files: {recordings: [a_b, a_b.x]}}\n"
          "features:\n"
          "  x y: {stages: [{scale: {factor: 2}}], summaries: [mean]}\n"
          "  x_y: {stages: [{scale: {factor: 3}}], summaries: [std]}\n"
          "  x.y: {stages: [{scale: {factor: 4}}], summaries: [max]}\n"
          "  y: {stages: [{scale: {factor: 5}}], summaries: [min]}\n",
          all, BL_OK, NULL);
  for (size_t k = 0; k < 4; k++) {
    const float *v = npy(ctx, files[k], "(700, 1, 1)", 700, &bytes);
    for (size_t i = 0; i < 700; i++) check_near((double)v[i], (double)(2 + k) * (double)x[recording[k]][i], 1e-6);
    bl_free(ctx, bytes);
  }
  check_free(ctx);
}

/* What is refused leaves the rows of an earlier run as they are, and a run without frames takes older ones away. */
static void who_asks_for_nothing_gets_nothing(void **state)
{
  (void)state;
  static const char *const wave[] = {"wave", NULL}, *const slip[] = {"wav", NULL};
  static const char text[] = "source: {files: {recordings: ['a/b.wav']}}\n"
                             "features: {wave: {stages: [], summaries: [mean]}}\n";
  bl_ctx *ctx = bl_ctx_new();
  extract(ctx, text, wave, BL_OK, NULL);
  assert_int_equal(access(under("frames/b.wav.wave.npy"), F_OK), 0);
  extract(ctx, text, slip, BL_E_CONFIG, "no branch is called 'wav'; did you mean 'wave'?");
  assert_int_equal(access(under("rows.npy"), F_OK), 0);
  extract(ctx, text, NULL, BL_OK, NULL);
  assert_int_equal(access(under("frames"), F_OK), -1);
  tree_text("t.csv", "a,b\n1,2\n3,4\n");
  extract(ctx, "source: {table: {file: t.csv, target: b}}\n", NULL, BL_E_CONFIG, "gives rows already");
  check_free(ctx);
}

static bl_status run_failing(bl_ctx *ctx, void *config)
{
  bl_texts names = {0};
  bl_run_summary done = {0};
  snprintf(folder, sizeof folder, "%s/failing", tree_root());
  bl_status s = bl_texts_add(ctx, &names, "all");
  if (!s) s = bl_run_rows(ctx, config, folder, &names, NULL, NULL, &done);
  bl_run_summary_free(ctx, &done);
  bl_texts_free(ctx, &names);
  bool told = !access(under("recordings.csv"), F_OK), left = !access(under("config.yaml"), F_OK);
  left = left || !access(under("frames"), F_OK);
  if (s && left && !told) fail_msg("%s leaves an empty run: %s", bl_status_name(s), bl_ctx_error(ctx));
  if (s && !strstr(bl_ctx_error(ctx), "memory")) fail_msg("the message is '%s'", bl_ctx_error(ctx));
  return s;
}

/* A run that ends before any row, for lack of memory here, leaves no folder that looks like one. */
static void what_failed_early_leaves_nothing(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  check_ok(ctx, pipe_config(ctx,
                            "source: {files: {recordings: ['a/b.wav']}}\n"
                            "features: {wave: {stages: [], summaries: [mean]}}\n",
                            &c));
  check_every_allocation_failing(run_failing, &c);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static bl_status rows_for_frames(bl_ctx *ctx, const char *text, const char *const *frames, bl_run_summary *done)
{
  char path[600];
  bl_config c = {0};
  bl_texts names = {0};
  snprintf(path, sizeof path, "%s/frames.yaml", tree_root());
  snprintf(folder, sizeof folder, "%s/out", tree_root());
  tree_text("frames.yaml", text);
  for (; *frames; frames++) check_ok(ctx, bl_texts_add(ctx, &names, *frames));
  bl_status s = bl_config_read_for_frames(ctx, path, NULL, &names, &c);
  if (!s) s = bl_run_rows(ctx, &c, folder, &names, NULL, NULL, done);
  bl_texts_free(ctx, &names);
  bl_config_free(ctx, &c);
  return s;
}

/* A branch whose frames are written needs no summaries, whether others have some or none does; a branch that is neither
 * summarised nor written is a slip. */
static void frames_need_no_summaries(void **state)
{
  (void)state;
  static const char *const all[] = {"all", NULL}, *const wave[] = {"wave", NULL};
  static const char mixed[] =
      "source: {files: {recordings: ['a/b.wav']}}\n"
      "features: {wave: {stages: [{scale: {factor: 2}}]}, m: {stages: [], summaries: [mean]}}\n";
  static const char bare[] = "source: {files: {recordings: ['a/b.wav']}}\n"
                             "features: {wave: {stages: [{scale: {factor: 2}}]}, more: {stages: []}}\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_run_summary done = {0};
  static float x[3500];
  char *bytes;
  samples_of(ctx, "a/b.wav", x, 3500);
  for (int k = 0; k < 2; k++) {
    check_ok(ctx, rows_for_frames(ctx, k ? bare : mixed, all, &done));
    const float *v = npy(ctx, "frames/b.wav.wave.npy", "(3500, 1, 1)", 3500, &bytes);
    for (size_t i = 0; i < 3500; i++) assert_true(v[i] == 2 * x[i]);
    bl_free(ctx, bytes);
    npy(ctx, "rows.npy", k ? "(1, 0)" : "(1, 1)", !k, &bytes);
    bl_free(ctx, bytes);
    bl_run_summary_free(ctx, &done);
  }
  check_fails(ctx, rows_for_frames(ctx, bare, wave, &done), BL_E_CONFIG,
              "branch 'more' needs 'summaries: [...]', at least one; its frames alone are written by 'baleen extract "
              "--frames more'");
  check_free(ctx);
}

/* Names of files are any bytes, and JSON is UTF-8. */
static void a_name_of_other_bytes(void **state)
{
  (void)state;
  static const char *const wave[] = {"wave", NULL};
  char *bytes;
  size_t n;
  pipe_wav("\xe9z.wav", RATE, 1, 700, 4, 0);
  bl_ctx *ctx = bl_ctx_new();
  extract(ctx,
          "source: {files: {recordings: ['*z.wav', a_b.wav]}}\nfeatures: {wave: {stages: [], summaries: [mean]}}\n",
          wave, BL_OK, NULL);
  check_ok(ctx, bl_file_read(ctx, under("frames/_z.wav.wave.json"), 0, &bytes, &n));
  assert_non_null(strstr(bytes, "\"recording\""));
  bl_free(ctx, bytes);
  check_free(ctx);
}

/* Where sample i of a window comes from that holds m: -1 is zero. */
static long from(bl_fill rule, size_t i, size_t m)
{
  if (i < m) return (long)i;
  if (rule == BL_FILL_ZERO || !m) return -1;
  if (rule == BL_FILL_REPEAT) return (long)(i % m);
  for (long at = 0, step = 1, k = 0;; k++, at += step) { /* there and back, a step at a time */
    if (k == (long)i) return at;
    if (at + step >= (long)m || at + step < 0) step = -step;
  }
}

static const struct padded {
  const char *name;
  bl_fill rule;
  size_t rows; /* of a/b.wav: 3.5 s, c.wav: 4 s, a_b.wav: 0.7 s */
} paddeds[] = {{"drop", BL_FILL_DROP, 2 + 3},
               {"zero", BL_FILL_ZERO, 3 + 3 + 1},
               {"reflect", BL_FILL_REFLECT, 3 + 3 + 1},
               {"repeat", BL_FILL_REPEAT, 3 + 3 + 1}};

/* Windows of 2 s, one every second: [0, 2), [1, 3), and [2, 4), of which a recording of 3.5 s holds 1.5 s. */
static void last_windows(void **state)
{
  const struct padded *p = *state;
  static float x[4000];
  char text[400];
  bl_ctx *ctx = bl_ctx_new();
  bl_dataset d;
  snprintf(text, sizeof text,
           "source: {files: {recordings: ['a/b.wav', c.wav, a_b.wav]}}\n"
           "segments: {window: {length_s: 2, hop_s: 1, pad: %s}}\n"
           "features: {x: {stages: [], summaries: [{flatten: {frames: 2000}}]}}\n",
           p->name);
  extract(ctx, text, NULL, BL_OK, NULL);
  check_ok(ctx, bl_dataset_read(ctx, folder, &d));
  assert_int_equal(d.X.rows, p->rows);
  bl_cmat X = bl_dataset_view(&d);
  for (size_t r = 0; r < X.rows; r++) {
    const char *name = bl_column_text(&d.recording, r);
    size_t n = !strcmp(name, "c.wav") ? 4000 : !strcmp(name, "a_b.wav") ? 700 : 3500;
    size_t start = (size_t)rint(bl_packed_get(&d.start_s, r) * RATE), m = n - start < WINDOW ? n - start : WINDOW;
    samples_of(ctx, name, x, n);
    check_near(bl_packed_get(&d.end_s, r), (double)(start + WINDOW) / RATE, 1e-9);
    for (size_t i = 0; i < WINDOW; i++) {
      long at = from(p->rule, i, m);
      if (bl_crow(&X, r)[i] != (at < 0 ? 0 : x[start + (size_t)at])) fail_msg("%s, row %zu, sample %zu", name, r, i);
    }
  }
  bl_dataset_free(ctx, &d);
  check_free(ctx);
}

static void padding_when_memory_runs_out(void **state)
{
  (void)state;
  pipe_extract_failing("source: {files: {recordings: [a_b.wav]}}\n"
                       "segments: {window: {length_s: 2, pad: reflect}}\n"
                       "features: {x: {stages: [], summaries: [mean]}}\n");
}

int main(void)
{
  pipe_wav("a/b.wav", RATE, 1, 3500, 1, 0);
  pipe_wav("a_b.wav", RATE, 1, 700, 2, 0);
  pipe_wav("c.wav", RATE, 1, 4000, 3, 0);
  pipe_wav("a_b", RATE, 1, 700, 5, 0);
  pipe_wav("a_b.x", RATE, 1, 700, 6, 0);
  struct CMUnitTest tests[7 + sizeof paddeds / sizeof *paddeds] = {
      cmocka_unit_test(frames_are_the_branch_itself), cmocka_unit_test(who_asks_for_nothing_gets_nothing),
      cmocka_unit_test(padding_when_memory_runs_out), cmocka_unit_test(a_name_of_other_bytes),
      cmocka_unit_test(branches_alike_in_files),      cmocka_unit_test(what_failed_early_leaves_nothing),
      cmocka_unit_test(frames_need_no_summaries)};
  for (size_t i = 0; i < sizeof paddeds / sizeof *paddeds; i++)
    tests[7 + i] = (struct CMUnitTest){
        .name = paddeds[i].name, .test_func = last_windows, .initial_state = (void *)(uintptr_t)&paddeds[i]};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
