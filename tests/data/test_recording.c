/* Opening: what is no recording, notes, names; and the numbers of files by other programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/recording.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "edf_builder.h"
#include "recording_private.h"

static void what_is_no_recording(void **arg)
{
  (void)arg;
  static const struct {
    const char *name, *bytes;
    size_t n;
    bl_status status;
    const char *message;
  } rows[] = {
      {"missing.wav", NULL, 0, BL_E_IO, "cannot be opened: No such file"},
      {"empty.flac", "", 0, BL_E_FORMAT, "the file is empty (0 bytes)"},
      {"pointer.wav", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", 60, BL_E_FORMAT,
       "is a Git LFS pointer"},
      {"notes.txt", "Dear diary", 10, BL_E_FORMAT, "no known recording: it begins with the bytes 44 65 61 72"},
      {"one.txt", "D", 1, BL_E_FORMAT, "no known recording"},
      {"one.wav", "R", 1, BL_E_FORMAT, "no sound file"},
      {"one.edf", "0", 1, BL_E_FORMAT, "the file ends at byte 1"},
      {"text.edf", "Dear diary", 10, BL_E_FORMAT, "the file ends at byte 10"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    const char *path = check_tmp_path(rows[i].name);
    if (rows[i].bytes) write_bytes(path, rows[i].bytes, rows[i].n);
    check_fails(ctx, bl_recording_open(ctx, path, &rec), rows[i].status, rows[i].message);
    if (!strstr(bl_ctx_error(ctx), rows[i].name)) fail_msg("%s is not named", rows[i].name);
    assert_null(rec);
    check_free(ctx);
  }
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  check_fails(ctx, bl_recording_open(ctx, "/", &rec), BL_E_IO, "is a folder");
  const char *pipe_path = check_tmp_path("pipe.wav");
  assert_int_equal(mkfifo(pipe_path, 0600), 0);
  check_fails(ctx, bl_recording_open(ctx, pipe_path, &rec), BL_E_IO, "is no regular file");
  check_free(ctx);
  check_tmp_done();
}

/* The content decides, not the name. */
static void content_decides(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  edf_spec e = {.n = 1, .n_records = 2, .sig = {{.label = "EEG"}}};
  check_ok(ctx, bl_recording_open(ctx, edf_write(&e, "an_edf.wav"), &rec));
  assert_string_equal(rec->format, "EDF");
  assert_string_equal(rec->cls->name, "edf");
  bl_recording_close(ctx, rec);
  bl_recording_close(ctx, NULL);
  check_free(ctx);
  check_tmp_done();
}

static void names(void **arg)
{
  (void)arg;
  static const char *const yes[] = {"a.wav", "x/y.WAV", "b.flac", "c.Edf", "d.bdf", "e.mp3", "f.ogg", "a.b.opus"};
  static const char *const no[] = {"a.txt", "wav", ".wav", "x/.edf", "a.wav.txt", "", "a.wav/"};
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    if (!bl_recording_is_name(yes[i])) fail_msg("%s", yes[i]);
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    if (bl_recording_is_name(no[i])) fail_msg("%s", no[i]);
}

static void notes_are_limited(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording rec = {0};
  for (int i = 0; i < 3 * BL_MAX_NOTES; i++)
    check_ok(ctx, bl_recording_note(ctx, &rec, BL_W_DEVIATION, "number %d", i));
  assert_int_equal(rec.notes.n, BL_MAX_NOTES + 1);
  assert_string_equal(rec.notes.v[BL_MAX_NOTES - 1], "number 99");
  assert_non_null(strstr(rec.notes.v[BL_MAX_NOTES], "more deviations"));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_DEVIATION), BL_MAX_NOTES + 1);
  bl_recording_release(ctx, &rec);
  check_free(ctx);
}

/* Days carried over months, years and leap days, both ways. */
static void calendar(void **arg)
{
  (void)arg;
  static const struct {
    int year, month, day, hour;
    double shift_s;
    const char *start;
  } rows[] = {{2023, 12, 31, 23, 3600, "2024-01-01T00:00:00"},
              {2024, 2, 28, 12, 86400, "2024-02-29T12:00:00"},
              {2023, 2, 28, 12, 86400, "2023-03-01T12:00:00"},
              {1900, 2, 28, 0, 86400, "1900-03-01T00:00:00"},
              {2024, 3, 1, 0, -0.001, "2024-02-29T23:59:59.999"},
              {2000, 1, 1, 0, 86400.0 * 366, "2001-01-01T00:00:00"},
              {1970, 1, 1, 0, 1e9 - 1, "2001-09-09T01:46:39"},
              {1, 1, 1, 0, 0, "0001-01-01T00:00:00"},
              {9999, 12, 31, 23, 3600, NULL},
              {2023, 2, 29, 0, 0, NULL},
              {2100, 2, 29, 0, 0, NULL},
              {2200, 2, 29, 0, 0, NULL},
              {2023, 13, 1, 0, 0, NULL},
              {0, 1, 1, 0, 0, NULL},
              {2023, 4, 31, 0, 0, NULL},
              {2023, 4, 30, 24, 0, NULL},
              {2023, 4, 30, 0, (double)NAN, NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_recording rec = {0};
    bool ok = bl_recording_set_start(&rec, (const int[6]){rows[i].year, rows[i].month, rows[i].day, rows[i].hour},
                                     rows[i].shift_s);
    assert_int_equal(ok, rows[i].start != NULL);
    assert_int_equal(rec.has_start, ok);
    if (ok) assert_string_equal(rec.start, rows[i].start);
  }
}

/* ---- files by other programs ------------------------------------------------------------------------------------- */

/* One row: a signal's rate, count, first value, extremes, mean and deviation. Signals stand in the order of the file;
 * those of one stream keep it. */
static void check_signal(bl_ctx *ctx, const bl_table *t, size_t row, bl_recording *rec, const char *unit, double rate,
                         size_t nth)
{
  size_t stream = 0;
  while (stream < rec->n_streams && !(fabs(rec->streams[stream].rate_hz - rate) <= 1e-6 * rate)) stream++;
  const char *who = bl_table_cell(t, row, 0);
  if (stream == rec->n_streams) fail_msg("%s: no stream of %g Hz", who, rate);
  const bl_rec_stream *s = &rec->streams[stream];
  assert_true(nth < s->n_channels);
  /* the table has the unit as the file spells it, and one for volts in sound */
  if (*unit && strcmp(s->channels[nth].unit, "FS") && strcmp(s->channels[nth].unit, unit))
    fail_msg("%s: unit %s, want %s", who, s->channels[nth].unit, unit);
  double want[6], n = (double)s->n_frames, sum = 0, squares = 0, lo = INFINITY, hi = -INFINITY;
  for (size_t k = 0; k < 6; k++) check_ok(ctx, bl_table_number(ctx, t, row, 5 + k, &want[k]));
  float *v = malloc((size_t)s->n_frames * s->n_channels * sizeof *v);
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, stream, 0, (size_t)s->n_frames, v, &got));
  check_near((double)got, want[0], 0);
  for (size_t i = 0; i < got; i++) {
    double x = (double)v[i * s->n_channels + nth];
    sum += x;
    lo = fmin(lo, x);
    hi = fmax(hi, x);
  }
  for (size_t i = 0; i < got; i++) squares += pow((double)v[i * s->n_channels + nth] - sum / n, 2);
  double scale = fmax(fabs(lo), fabs(hi)), tol = 2e-7 * scale + 1e-9; /* float32, and nine digits in the table */
  check_near((double)v[nth], want[1], tol);
  check_near(lo, want[2], tol);
  check_near(hi, want[3], tol);
  check_near(sum / n, want[4], tol);
  check_near(sqrt(squares / n), want[5], tol);
  free(v);
}

/* All rows of a reference.csv; files that are not there are passed over when they may be. */
static size_t check_reference(const char *folder)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_table t = {0};
  char path[512];
  snprintf(path, sizeof path, "%s/reference.csv", folder);
  check_ok(ctx, bl_table_read(ctx, path, &t));
  static const char *const columns[] = {"path",  "signal", "label", "unit", "rate",          "samples",
                                        "first", "min",    "max",   "mean", "std_population"};
  for (size_t i = 0; i < 11; i++) assert_string_equal(t.columns.v[i], columns[i]);
  size_t done = 0;
  for (size_t row = 0; row < t.n_rows;) {
    const char *name = bl_table_cell(&t, row, 0);
    bl_recording *rec;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    size_t end = row;
    while (end < t.n_rows && !strcmp(bl_table_cell(&t, end, 0), name)) end++;
    if (bl_recording_is_name(path)) {
      check_ok(ctx, bl_recording_open(ctx, path, &rec));
      for (size_t r = row; r < end; r++) {
        double rate, other;
        size_t nth = 0;
        check_ok(ctx, bl_table_number(ctx, &t, r, 4, &rate));
        if (isnan(rate)) continue; /* annotations */
        if (bl_text_ends_with(name, ".bdf") && !strcmp(bl_table_cell(&t, r, 2), "Status"))
          continue; /* ours are its bits */
        for (size_t k = row; k < r; k++) {
          check_ok(ctx, bl_table_number(ctx, &t, k, 4, &other));
          nth += other == rate;
        }
        check_signal(ctx, &t, r, rec, bl_table_cell(&t, r, 3), rate, nth);
        done++;
      }
      bl_recording_close(ctx, rec);
    }
    row = end;
  }
  bl_table_free(ctx, &t);
  check_free(ctx);
  return done;
}

static void the_samples_of_formats(void **arg)
{
  (void)arg;
  assert_true(check_reference(BALEEN_TEST_DATA "/formats") >= 60);
}

static void the_bundled_brain_signals(void **arg)
{
  (void)arg;
  assert_int_equal(check_reference(BALEEN_SETS "/eegmmidb-s001"), 5 * 64);
}

/* Folders with a reference.csv each, named in BALEEN_RECORDINGS with colons between. */
static void further_recordings(void **arg)
{
  (void)arg;
  const char *list = getenv("BALEEN_RECORDINGS");
  if (!list) skip();
  for (size_t n; *list; list += n + (list[n] == ':')) {
    char folder[512];
    n = strcspn(list, ":");
    snprintf(folder, sizeof folder, "%.*s", (int)n, list);
    print_message("%s: %zu signals\n", folder, check_reference(folder));
  }
}

/* The annotations in the bundled files are those of events.csv, which was made by other means. */
static void the_bundled_events(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations events = {0};
  check_ok(ctx, bl_annotations_read(ctx, BALEEN_SETS "/eegmmidb-s001/events.csv", BL_ANN_AUTO, NULL, &events));
  assert_true(events.n > 60);
  for (size_t i = 0; i < events.n;) {
    char path[512];
    bl_recording *rec;
    snprintf(path, sizeof path, "%s/eegmmidb-s001/%s", BALEEN_SETS, events.v[i].file);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    for (size_t k = 0; k < rec->annotations.n; k++, i++) {
      const bl_annotation *a = &rec->annotations.v[k], *b = &events.v[i];
      assert_true(i < events.n && bl_text_ends_with(path, b->file));
      check_near(a->onset_s, b->onset_s, 1e-9);
      /* the table ends what outlasts the recording with it */
      check_near(fmin(a->duration_s, rec->duration_s - a->onset_s), b->duration_s, 1e-9);
      assert_string_equal(a->label, b->label);
    }
    assert_true(rec->annotations.n > 0);
    bl_recording_close(ctx, rec);
  }
  bl_annotations_free(ctx, &events);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_no_recording),
                                     cmocka_unit_test(content_decides),
                                     cmocka_unit_test(names),
                                     cmocka_unit_test(notes_are_limited),
                                     cmocka_unit_test(calendar),
                                     cmocka_unit_test(the_samples_of_formats),
                                     cmocka_unit_test(the_bundled_brain_signals),
                                     cmocka_unit_test(the_bundled_events),
                                     cmocka_unit_test(further_recordings)};
  return cmocka_run_group_tests_name("recording", tests, NULL, NULL);
}
