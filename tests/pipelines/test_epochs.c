/* Epochs through a whole extraction of real EEG, against MNE: which are kept, their values, and the drop log. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/recording.h"
#include "baleen/run.h"
#include "check.h"
#include "golden.h"
#include "run_files.h"

#define EDF BALEEN_SETS "/eegmmidb-s001/S001R06.edf"
enum { N_EVENTS = 30, FRAMES = 113, CHANNELS = 64 };

/* Extracts the frames of the epochs themselves. */
static bl_status extract(bl_ctx *ctx, const char *epochs, bl_extraction *x)
{
  char text[1024];
  bl_config c;
  *x = (bl_extraction){0};
  snprintf(text, sizeof text,
           "source: {files: {recordings: ['%s'], labels: annotations}}\nsegments: {epochs: {%s}}\n"
           "features: {x: {summaries: [{flatten: {frames: %d}}]}}\n",
           EDF, epochs, FRAMES);
  bl_status s = bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c);
  if (s) return s;
  s = bl_extract(ctx, &c, x);
  bl_config_free(ctx, &c);
  return s;
}

/* Onsets of the run's events, in order. */
static void onsets(bl_ctx *ctx, double *at)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, EDF, &rec));
  assert_int_equal(rec->annotations.n, N_EVENTS);
  for (size_t i = 0; i < N_EVENTS; i++) at[i] = rec->annotations.v[i].onset_s;
  bl_recording_close(ctx, rec);
}

static void check_kept(bl_ctx *ctx, const golden *g, const char *name, const bl_extraction *x)
{
  const golden_array *want = golden_get(g, name);
  double at[N_EVENTS];
  onsets(ctx, at);
  assert_int_equal(x->rows.X.rows, want->rows);
  for (size_t i = 0; i < want->rows; i++)
    check_near(bl_packed_get(&x->rows.start_s, i), at[(size_t)want->v[i]] - 0.2, 1e-9);
  assert_int_equal(x->outcomes[0].n_skipped, N_EVENTS - want->rows);
  assert_int_equal(x->outcomes[0].n_dropped, N_EVENTS - want->rows);
}

static void kept_as_in_mne(void **state)
{
  (void)state;
  golden *g = golden_open("epochs");
  static const struct {
    const char *name, *options, *limit;
  } cases[] = {
      {"kept", "baseline: [null, 0], reject: %g", "reject_uv"},
      {"uncorrected.kept", "reject: %g", "reject_uv"},
      {"flat.kept", "baseline: [null, 0], flat: %g", "flat_uv"},
      {"window.kept", "reject: %g, reject_tmin: 0.1, reject_tmax: 0.235", "window_uv"},
      {"kept", "limits: {'*': [0, %g]}", "reject_uv"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_extraction x;
    char options[200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(options, sizeof options, cases[i].options, golden_get(g, cases[i].limit)->v[0]);
#pragma GCC diagnostic pop
    check_ok(ctx, extract(ctx, options, &x));
    check_kept(ctx, g, cases[i].name, &x);
    bl_extraction_free(ctx, &x);
    check_free(ctx);
  }
  golden_close(g);
}

static void values_as_in_mne(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("epochs");
  const golden_array *pick = golden_get(g, "pick"), *rms = golden_get(g, "rms");
  bl_extraction x;
  char options[200];
  snprintf(options, sizeof options, "baseline: [null, 0], reject: %g", golden_get(g, "reject_uv")->v[0]);
  check_ok(ctx, extract(ctx, options, &x));
  assert_int_equal(x.rows.X.cols, FRAMES * CHANNELS);
  static double got[8 * FRAMES];
  double sum = 0;
  for (size_t r = 0; r < x.rows.X.rows; r++)
    for (size_t k = 0; k < x.rows.X.cols; k++) sum += pow((double)bl_row(&x.rows.X, r)[k], 2);
  for (size_t e = 0; e < 2; e++)
    for (size_t c = 0; c < 4; c++)
      for (size_t f = 0; f < FRAMES; f++)
        got[(e * 4 + c) * FRAMES + f] =
            (double)bl_row(&x.rows.X, e ? x.rows.X.rows - 1 : 0)[f * CHANNELS + (size_t)pick->v[c]];
  golden_compare(golden_get(g, "data"), got, "corrected epochs"); /* to 1e-5 of the RMS */
  sum = sqrt(sum / (double)(x.rows.X.rows * x.rows.X.cols));
  golden_compare(rms, &sum, "RMS of all kept epochs");
  bl_extraction_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
}

/* dropped.csv names recording, time, label and, for each that is out of bounds, the channel. */
static void drop_log(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("epochs");
  const golden_array *bad = golden_get(g, "bad");
  double at[N_EVENTS];
  bl_extraction x;
  char options[200], *text, *line;
  size_t n;
  snprintf(options, sizeof options, "reject: %g", golden_get(g, "reject_uv")->v[0]);
  check_ok(ctx, extract(ctx, options, &x));
  bl_run_parts parts = {.extraction = &x};
  const char *path = check_tmp_path("dropped.csv");
  check_ok(ctx, bl_write_dropped(ctx, &parts, path));
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  onsets(ctx, at);
  assert_int_equal(strncmp(text, "recording,start_s,label,reason\n", 31), 0);
  line = text + 31;
  for (size_t i = 0; i < N_EVENTS; i++) {
    if (!(fabs(bad->v[i]) > 0)) continue;
    char *end = strchr(line, '\n');
    assert_non_null(end);
    *end = '\0';
    if (strncmp(line, "S001R06.edf,", 12) || !strstr(line, ",T")) fail_msg("event %zu: %s", i, line);
    check_near(strtod(line + 12, NULL), at[i] - 0.2, 1e-9);
    if (bad->v[i] < 0) {
      assert_non_null(strstr(line, "is cut off by the recording's start"));
    } else {
      size_t named = 0, more = 0;
      for (const char *p = line; (p = strstr(p, "is too large: ")) != NULL; p++) named++;
      const char *others = strstr(line, "; and ");
      if (others) more = (size_t)strtoul(others + 6, NULL, 10);
      assert_int_equal(named + more, (size_t)bad->v[i]); /* as many channels as MNE names */
      assert_non_null(strstr(line, " uV peak to peak, limit 300.5"));
    }
    line = end + 1;
  }
  assert_int_equal(*line, 0);
  bl_free(ctx, text);
  bl_extraction_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
  check_tmp_done();
}

/* Segments of the recording with a table of events, given as its text; features: the mean of each channel. */
static bl_status extract_table(bl_ctx *ctx, const char *table, const char *segments, bl_extraction *x)
{
  char text[1024];
  bl_config c;
  *x = (bl_extraction){0};
  check_ok(ctx, bl_file_write(ctx, check_tmp_path("events.csv"), table, strlen(table)));
  snprintf(text, sizeof text,
           "source: {files: {recordings: ['%s'], labels: table, label_file: '%s'}}\nsegments: {%s}\n"
           "features: {x: {summaries: [mean]}}\n",
           EDF, check_tmp_path("events.csv"), segments);
  bl_status s = bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c);
  if (!s) s = bl_extract(ctx, &c, x);
  bl_config_free(ctx, &c);
  return s;
}

/* Bad stretches count between reject_tmin and reject_tmax alone, to the sample. */
static void marks_as_in_mne(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("epochs");
  const golden_array *marks = golden_get(g, "marks");
  double at[N_EVENTS];
  bl_extraction x;
  bl_buf table = {0};
  onsets(ctx, at);
  assert_int_equal(marks->rows, N_EVENTS);
  check_ok(ctx, bl_buf_puts(ctx, &table, "onset,duration,label\n"));
  for (size_t i = 0; i < N_EVENTS; i++)
    check_ok(ctx, bl_buf_printf(ctx, &table, "%.9g,0,T\n%.9g,%.9g,BAD\n", at[i], marks->v[2 * i], marks->v[2 * i + 1]));
  check_ok(ctx, extract_table(ctx, bl_buf_text(&table), "epochs: {reject_tmin: 0.103, reject_tmax: 0.297}", &x));
  check_kept(ctx, g, "marks.kept", &x);
  bl_buf_free(ctx, &table);
  bl_extraction_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
  check_tmp_done();
}

/* mne.make_fixed_length_epochs leaves out what is marked as bad, and drop_bad what is too large. */
static void windows_as_in_mne(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("epochs");
  const golden_array *want = golden_get(g, "fixed.kept");
  bl_extraction x;
  char options[100];
  snprintf(options, sizeof options, "window: {length_s: 2, reject: %g}", golden_get(g, "fixed_uv")->v[0]);
  check_ok(ctx, extract_table(ctx, "onset,duration,label\n10,5,BAD_blink\n", options, &x));
  assert_int_equal(x.rows.X.rows, want->rows);
  for (size_t i = 0; i < want->rows; i++) check_near(bl_packed_get(&x.rows.start_s, i), 2 * want->v[i], 1e-9);
  assert_int_equal(x.outcomes[0].n_dropped, 62 - want->rows);
  size_t bad = 0;
  for (size_t i = 0; i < x.outcomes[0].n_dropped; i++)
    bad += !strcmp(x.outcomes[0].dropped[i].reason, "touches a stretch marked as bad");
  assert_int_equal(bad, 3);
  bl_extraction_free(ctx, &x);
  golden_close(g);
  check_free(ctx);
  check_tmp_done();
}

/* Two events at one sample: what MNE keeps, and under which label. */
static void repeated_as_in_mne(void **state)
{
  (void)state;
  static const char *const modes[] = {"drop", "merge", "keep", "error"};
  golden *g = golden_open("epochs");
  char table[2048] = "onset,duration,label\n";
  bl_recording *rec;
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, bl_recording_open(ctx, EDF, &rec));
  for (size_t i = 0; i < rec->annotations.n; i++) {
    const bl_annotation *a = &rec->annotations.v[i];
    size_t n = strlen(table);
    if (!strcmp(a->label, "T1")) snprintf(table + n, sizeof table - n, "%g,1,one\n%g,1,two\n", a->onset_s, a->onset_s);
    if (!strcmp(a->label, "T2")) snprintf(table + n, sizeof table - n, "%g,1,two\n", a->onset_s);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
  for (size_t m = 0; m < 4; m++) {
    bl_extraction x;
    char options[100];
    size_t merged = 0;
    ctx = bl_ctx_new();
    snprintf(options, sizeof options, "epochs: {events: [one, two], event_repeated: %s}", modes[m]);
    bl_status s = extract_table(ctx, table, options, &x);
    if (m == 3) {
      check_fails(ctx, s, BL_E_CONFIG, "2 events at one sample, at ");
      check_fails(ctx, s, BL_E_CONFIG, "labelled 'one', 'two'; say event_repeated: drop");
      check_free(ctx);
      break;
    }
    check_ok(ctx, s);
    for (size_t i = 0; i < x.rows.X.rows; i++) merged += !strcmp(bl_column_text(&x.rows.label, i), "one/two");
    if (m == 2) {
      assert_int_equal(x.rows.X.rows, 22);
    } else {
      char name[40];
      snprintf(name, sizeof name, "repeated.%s", modes[m]);
      const golden_array *want = golden_get(g, name);
      assert_int_equal(x.rows.X.rows, want->rows);
      for (size_t i = 0; i < want->rows; i++)
        check_near(bl_packed_get(&x.rows.start_s, i), want->v[i] / 160 - 0.2, 1e-9);
      assert_int_equal(merged, m ? (size_t)golden_get(g, "repeated.merged")->v[0] : 0);
      assert_int_equal(x.outcomes[0].n_dropped, m ? 0 : 7);
    }
    bl_extraction_free(ctx, &x);
    check_free(ctx);
  }
  golden_close(g);
  check_tmp_done();
}

/* A label that no recording has: an error when nothing else was asked for, else a warning; both name what there is. */
static void misspelt(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  check_fails(ctx, extract(ctx, "events: [T9]", &x), BL_E_CONFIG,
              "epochs: events: no event is called 'T9' (is 'T0' meant?); there are T0 (15), T1 (7), T2 (8)");
  check_ok(ctx, extract(ctx, "events: [T1, T22]", &x));
  assert_int_equal(x.rows.X.rows, 7);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_MISSING), 1);
  bl_extraction_free(ctx, &x);
  check_ok(ctx, extract(ctx, "events: ['T[12]']", &x));
  assert_int_equal(x.rows.X.rows, 15);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_MISSING), 1);
  bl_extraction_free(ctx, &x);
  const char *table = "onset,duration,label\n10,1,BAD_blink\n20,60,call\n";
  check_fails(ctx, extract_table(ctx, table, "epochs: {events: [BAD_blink]}", &x), BL_E_CONFIG,
              "say reject_by_annotation: false");
  check_fails(ctx, extract_table(ctx, table, "window: {length_s: 2, label_from: events, events: [cal]}", &x),
              BL_E_CONFIG, "window: events: no event is called 'cal' (is 'call' meant?)");
  check_fails(ctx, extract_table(ctx, table, "window: {length_s: 2, events: [call]}", &x), BL_E_CONFIG,
              "say label_from: events");
  check_free(ctx);
  check_tmp_done();
}

static void all_rejected(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x;
  check_fails(ctx, extract(ctx, "reject: 0.5", &x), BL_E_SHAPE,
              "all 30 segments of 1 recordings were left out (dropped.csv); one, at 4.000 s: Fc5. is too large");
  assert_int_equal(x.n_outcomes, 1); /* what was left out can still be written */
  assert_int_equal(x.outcomes[0].n_dropped, 30);
  bl_extraction_free(ctx, &x);
  check_fails(ctx, extract(ctx, "limits: {Fp9.: [0, 1]}", &x), BL_E_CONFIG, "no channel is called 'Fp9.'");
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(kept_as_in_mne),    cmocka_unit_test(values_as_in_mne),
                                     cmocka_unit_test(drop_log),          cmocka_unit_test(marks_as_in_mne),
                                     cmocka_unit_test(windows_as_in_mne), cmocka_unit_test(repeated_as_in_mne),
                                     cmocka_unit_test(misspelt),          cmocka_unit_test(all_rejected)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
