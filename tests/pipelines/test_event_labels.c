/* Which events count and what rows are called, by where the source says that labels come from: EDF+ files whose own
 * annotations stand beside tables. */
#include "pipe.h"

#include "baleen/text.h"

enum { RATE = 100, SECONDS = 20 };

/* EDF+ with T0 at 2 s, T1 at 6 s and a bad stretch from 12 to 13 s. */
static void write_edf(bl_ctx *ctx, const char *name)
{
  static const bl_annotation own[] = {{.onset_s = 2, .duration_s = 1, .label = (char *)"T0"},
                                      {.onset_s = 6, .duration_s = 1, .label = (char *)"T1"},
                                      {.onset_s = 12, .duration_s = 1, .label = (char *)"Bad_blink"}};
  float v[RATE * SECONDS];
  for (size_t i = 0; i < RATE * SECONDS; i++) v[i] = (float)(i % 7) * 10;
  pipe_edf(ctx, name, RATE, v, RATE * SECONDS, own, 3);
}

#define EPOCHS   "segments: {epochs: {tmin: 0, tmax: 1}}\n"
#define FEATURES "features: {f: {summaries: [mean]}}\n"
static const struct row {
  const char *source, *segments, *want; /* rows as "onset label", then the number of those dropped */
} rows[] = {
    {"recordings: [e/a.edf], labels: annotations", EPOCHS, "2T0 6T1 -0"},
    {"recordings: [e/a.edf], labels: none", EPOCHS, "2 6 -0"},
    {"recordings: [e/a.edf]", EPOCHS, "2 6 -0"},
    {"recordings: [e/a.edf], labels: folder", EPOCHS, "2e 6e -0"},
    /* the file's own events do not count, but its bad stretch does */
    {"recordings: [e/a.edf], labels: table, label_file: calls.csv", EPOCHS, "3call -1"},
    {"recordings: [e/a.edf], labels: audacity, label_file: calls.txt", EPOCHS, "3call -1"},
    {"recordings: [e/a.edf], labels: table, label_file: calls.csv",
     "segments: {epochs: {tmin: 0, tmax: 1, reject_by_annotation: false}}\n", "3call 12Bad_blink 12.5call -0"},
    {"recordings: [e/a.edf], labels: table, label_file: calls.csv",
     "segments: {window: {length_s: 4, label_from: events, coverage_of: event}}\n", "0call 4 8 16 -1"},
    {"recordings: [e/a.edf], labels: annotations",
     "segments: {window: {length_s: 4, label_from: events, coverage_of: event}}\n", "0T0 4T1 8 16 -1"},
    {"recordings: [e/a.edf], labels: none",
     "segments: {window: {length_s: 4, label_from: events, coverage_of: event}}\n", "0 4 8 16 -1"},
    /* a table that says "nothing there" speaks of it, too; one of another recording does not */
    {"recordings: [e/a.edf], labels: table, label_file: empty.csv",
     "segments: {window: {length_s: 4, label_from: events, otherwise: no}}\n", "0no 4no 8no 16no -1"},
    {"recordings: [e/*.edf], labels: table, label_file: other.csv, unlabelled: keep", EPOCHS, "2 6 4call -0"},
};

static void check_rows(bl_ctx *ctx, const struct row *r)
{
  char text[600], got[300] = "";
  bl_config c;
  bl_extraction x;
  size_t len = 0, dropped = 0;
  snprintf(text, sizeof text, "source: {files: {%s}}\n%s" FEATURES, r->source, r->segments);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  for (size_t i = 0; i < x.rows.X.rows && len < 250; i++)
    len += (size_t)snprintf(got + len, sizeof got - len, "%g%s ", bl_packed_get(&x.rows.start_s, i),
                            bl_column_text(&x.rows.label, i));
  for (size_t i = 0; i < x.n_outcomes; i++) dropped += x.outcomes[i].n_dropped;
  snprintf(got + len, sizeof got - len, "-%zu", dropped);
  if (strcmp(got, r->want) != 0) fail_msg("%s, %s: %s, wanted %s", r->source, r->segments, got, r->want);
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
}

static void labels(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    check_rows(ctx, &rows[i]);
    check_free(ctx);
  }
}

static void count_notes(void *user, bl_log_level level, const char *text)
{
  size_t *n = user;
  if (level == BL_LOG_INFO && strstr(text, "say labels: annotations")) (*n)++;
}

/* Rows that could have had labels: said, once, and again where nothing can be learnt for want of them. */
static void forgotten(void **state)
{
  (void)state;
  size_t n = 0;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  char folder[700];
  bl_ctx_set_log(ctx, count_notes, &n, BL_LOG_INFO);
  check_rows(ctx, &rows[0]);
  assert_int_equal(n, 0);
  check_rows(ctx, &rows[1]);
  assert_int_equal(n, 1);
  snprintf(folder, sizeof folder, "%s/run", tree_root());
  check_ok(ctx, pipe_config(ctx, "source: {files: {recordings: [e/a.edf]}}\n" EPOCHS FEATURES "model: lda\n", &c));
  check_fails(ctx, bl_run(ctx, &c, folder, NULL, NULL, &done), BL_E_CONFIG,
              "2 of 2 have no label (the source's labels says where they come from)");
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Times print as short as they are: no sum's last digits. */
static void short_times(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  char number[32];
  tree_text("late.csv", "path,onset,duration,label\na.edf,8.3,1,call\na.edf,0.1,1,call\n");
  check_ok(ctx, pipe_config(ctx,
                            "source: {files: {recordings: [e/a.edf], labels: table, label_file: late.csv}}\n"
                            "segments: {epochs: {}}\n" FEATURES,
                            &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_string_equal(bl_format_real(bl_packed_get(&x.rows.start_s, 0), number),
                      "8.1"); /* 8.3 - 0.2 is 8.100000000000001 */
  assert_string_equal(bl_format_real(bl_packed_get(&x.rows.end_s, 0), number), "8.8");
  assert_string_equal(bl_format_real(x.outcomes[0].dropped[0].start_s, number), "-0.1");
  assert_string_equal(bl_format_real(x.outcomes[0].seconds, number), "20");
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_ok(
      ctx,
      pipe_config(ctx, "source: {files: {recordings: [e/a.edf]}}\nsegments: {window: {length_s: 0.1}}\n" FEATURES, &c));
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_string_equal(bl_format_real(bl_packed_get(&x.rows.start_s, 3), number),
                      "0.3"); /* three times 0.1 is 0.30000000000000004 */
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* What is wrong with a stage or summary only when a recording is there says where in the config it stands. */
static void places(void **state)
{
  (void)state;
  static const struct {
    const char *features, *message;
  } cases[] = {
      {"features:\n  f:\n    stages:\n      - {pick: {include: [Czz]}}\n    summaries: [mean]\n",
       "t.yaml:5:27: error: pick: no channel 'Czz'; did you mean 'Cz'? (a.edf: 1 channel at 100 Hz)"},
      {"features:\n  f:\n    stages:\n      - fir: {h_freq: 60}\n    summaries: [mean]\n  g: {summaries: [mean]}\n",
       "t.yaml:5:23: error: fir: h_freq 60 Hz must be below half"},
      {"features:\n  f:\n    summaries:\n    - mean\n    - {band_power: {bands: {x: [60, 70]}}}\n",
       "t.yaml:6:28: error: band_power: "},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_extraction x;
    char text[600];
    snprintf(text, sizeof text, "source: {files: {recordings: [e/a.edf]}}\n%s" EPOCHS, cases[i].features);
    check_ok(ctx, pipe_config(ctx, text, &c));
    bl_status s = bl_extract(ctx, &c, &x);
    assert_int_not_equal(s, BL_OK);
    check_fails(ctx, s, s, cases[i].message);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

static void failing_allocations(void **state)
{
  (void)state;
  pipe_extract_failing(
      "source: {files: {recordings: ['e/*.edf'], labels: table, label_file: calls.csv, unlabelled: skip}}\n"
      "segments: {epochs: {events: [call, x], event_repeated: merge}}\n" FEATURES);
}

int main(void)
{
  bl_ctx *ctx = bl_ctx_new();
  tree_text("e/here.txt", ""); /* makes the folder */
  write_edf(ctx, "e/a.edf");
  write_edf(ctx, "e/b.edf");
  tree_text("calls.csv", "path,onset,duration,label\na.edf,3,1,call\na.edf,12.5,1,call\n");
  tree_text("calls.txt", "3\t4\tcall\n12.5\t13.5\tcall\n");
  tree_text("empty.csv", "path,onset,duration,label\n");
  tree_text("other.csv", "path,onset,duration,label\nb.edf,4,1,call\n");
  check_free(ctx);
  const struct CMUnitTest tests[] = {cmocka_unit_test(labels), cmocka_unit_test(forgotten),
                                     cmocka_unit_test(short_times), cmocka_unit_test(places),
                                     cmocka_unit_test(failing_allocations)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
