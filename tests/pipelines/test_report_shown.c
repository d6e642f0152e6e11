/* The strongest mistakes as pictures and sounds, beside the page and in it. */
#include "pipe.h"

#include <sys/stat.h>

#include "baleen/file.h"

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

/* Eight recordings of noise, their labels by the toss of a coin: half a learner's guesses are mistakes. */
#define COIN                                                                                                                     \
  "source: {files: {recordings: [coin/*.wav], labels: csv, label_file: coin/labels.csv}}\nsegments: {window: {length_s: 0.5}}\n" \
  "features: {level: {stages: [{stft: {n_fft: 256}}, power, db], summaries: [mean]}}\n"                                          \
  "rows: {positive: b}\nmodel: {knn: {n_neighbors: 1}}\nevaluate: {split: {group_k_fold: {n_splits: 2}}}\n"

/* The scores are told before anything is drawn: what becomes of the recordings then is no fault of theirs. */
static bl_tables_fn when_told;
static void hide_the_list(void *user, const char *text)
{
  (void)user, (void)text;
  assert_int_equal(rename(at("coin/labels.csv"), at("coin/labels.away")), 0);
}

static char *run(bl_ctx *ctx, const char *report)
{
  char text[1500], *page;
  size_t n;
  bl_config c;
  bl_run_summary done;
  snprintf(text, sizeof text, "%s%s", COIN, report);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, at("run"), when_told, NULL, &done));
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_ok(ctx, bl_file_read(ctx, at("run/report.html"), 0, &page, &n));
  return page;
}

static size_t count(const char *page, const char *part)
{
  size_t n = 0;
  for (const char *p = page; (p = strstr(p, part)); p += strlen(part)) n++;
  return n;
}

/* The row that the page names first, as "mistakes/row_<n>.wav". */
static size_t first_row(const char *page)
{
  const char *p = strstr(page, "mistakes/row_");
  assert_non_null(p);
  return strtoul(p + strlen("mistakes/row_"), NULL, 10);
}

/* The sound is the row's own stretch, at 0.9 of full scale. */
static void check_sound(bl_ctx *ctx, size_t row)
{
  char name[100];
  bl_recording *r;
  float x[4000];
  double top = 0;
  size_t n;
  snprintf(name, sizeof name, "run/mistakes/row_%zu.wav", row);
  check_ok(ctx, bl_recording_open(ctx, at(name), &r));
  check_near(r->streams[0].rate_hz, 8000, 0);
  assert_int_equal(r->streams[0].n_frames, 4000);
  assert_string_equal(r->streams[0].channels[0].name, "audio");
  check_ok(ctx, bl_recording_read(ctx, r, 0, 0, 4000, x, &n));
  for (size_t i = 0; i < n; i++) top = fmax(top, fabs((double)x[i]));
  check_near(top, 0.9, 1e-4);
  bl_recording_close(ctx, r);
  snprintf(name, sizeof name, "run/mistakes/row_%zu.wav.json", row);
  assert_false(is_there(name));
}

static void no_frames(void *user, const char *what, double done, double total)
{
  (void)user, (void)done, (void)total;
  if (!strcmp(what, "frames")) fail_msg("the progress of one of many short pictures is told");
}

static void shows_mistakes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_set_progress(ctx, no_frames, NULL);
  char *page = run(ctx, "report: {n_shown: 1}\n");
  assert_int_equal(count(page, "<audio "), 2); /* one miss, one false alarm */
  assert_int_equal(count(page, "<img alt=\"spectrogram or traces of "), 2);
  assert_non_null(strstr(page, "media-src 'self' file:"));
  check_sound(ctx, first_row(page));
  char name[100];
  snprintf(name, sizeof name, "run/mistakes/row_%zu.png", first_row(page));
  assert_true(is_there(name));
  bl_free(ctx, page);

  page = run(ctx, "report: {n_shown: 0}\n"); /* takes the folder over: nothing of the earlier run is left */
  assert_int_equal(count(page, "<audio "), 0);
  assert_false(is_there("run/mistakes"));
  bl_free(ctx, page);
  check_free(ctx);
}

/* What cannot be drawn costs its picture alone: without gnuplot there are the sounds, without the file nothing. */
static void goes_on_without(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *found = getenv("PATH");
  assert_non_null(found);
  char *path = strdup(found);
  setenv("PATH", "", 1);
  char *page = run(ctx, "report: {n_shown: 1}\n");
  setenv("PATH", path, 1);
  free(path);
  assert_int_equal(count(page, "<audio "), 2);
  assert_int_equal(count(page, "<img alt=\"spectrogram or traces of "), 0);
  bl_free(ctx, page);
  check_free(ctx);
}

/* Nor does a run end at its last step when the recordings, or what lists them, have gone meanwhile. */
static void goes_on_without_recordings(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  when_told = hide_the_list;
  char *page = run(ctx, "report: {n_shown: 1}\n");
  when_told = NULL;
  assert_int_equal(rename(at("coin/labels.away"), at("coin/labels.csv")), 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  assert_int_equal(count(page, "<audio "), 0);
  assert_false(is_there("run/mistakes"));
  bl_free(ctx, page);
  check_free(ctx);
}

static int prepare(void **state)
{
  (void)state;
  char labels[300] = "path,label\n";
  for (uint32_t i = 0; i < 8; i++) {
    char name[40], line[40];
    snprintf(name, sizeof name, "coin/%u.wav", i);
    pipe_wav(name, 8000, 1, 8000, 77 + i, 0);
    snprintf(line, sizeof line, "%u.wav,%s\n", i, i * i % 3 ? "a" : "b");
    check_append(labels, sizeof labels, line);
  }
  tree_text("coin/labels.csv", labels);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shows_mistakes),
      cmocka_unit_test(goes_on_without),
      cmocka_unit_test(goes_on_without_recordings),
  };
  int failed = cmocka_run_group_tests_name("report_shown", tests, prepare, NULL);
  tree_done();
  return failed;
}
