/* Lists of annotations and the tables that they are read from. */
#include <math.h>
#include <stdlib.h>

#include "baleen/annotation.h"
#include "baleen/random.h"
#include "edf_builder.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows leave out the score that they have not */
#define NO ((double)NAN)
enum { MANY = 8 };

/* clang-format off */
#define RAVEN "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
static const struct row {
  const char *name, *text, *label_column;
  bl_annotation_format format;
  size_t n;
  bl_annotation want[MANY];
} rows[] = {
  {"nothing at all", "", NULL, BL_ANN_AUTO, 0, {{.label = ""}}},
  {"blank lines", "\n  \n\t\n", NULL, BL_ANN_AUTO, 0, {{.label = ""}}},
  {"raven, header only", RAVEN "\tSpecies\t\n", NULL, BL_ANN_AUTO, 0, {{.label = ""}}},
  {"raven", RAVEN "\tSpecies\n1\tSpectrogram 1\t1\t1.059\t2.586\t3610.5\t6352.6\tBTNW\n2\tSpectrogram 1\t1\t4.209\t7.407\t2583.9\t9544.7\tOVEN\n",
   NULL, BL_ANN_AUTO, 2, {{1.059, 2.586 - 1.059, 3610.5, 6352.6, "BTNW", NULL, NULL}, {4.209, 7.407 - 4.209, 2583.9, 9544.7, "OVEN", NULL, NULL}}},
  {"raven, the first view of each selection", RAVEN "\tNote\n1\tWaveform 1\t1\t1\t2\t0\t100\ta\n1\tSpectrogram 1\t1\t1\t2\t10\t90\ta\n2\tWaveform 1\t1\t1\t2\t0\t100\tb\n2\tSpectrogram 1\t1\t1\t2\t20\t80\tb\n",
   NULL, BL_ANN_AUTO, 2, {{1, 1, 0, 100, "a", NULL, NULL}, {1, 1, 0, 100, "b", NULL, NULL}}},
  {"raven, the views one after the other", RAVEN "\tNote\n1\tWaveform 1\t1\t1\t2\t0\t100\ta\n2\tWaveform 1\t1\t3\t4\t0\t100\tb\n1\tSpectrogram 1\t1\t1\t2\t10\t90\ta\n2\tSpectrogram 1\t1\t3\t4\t20\t80\tb\n",
   NULL, BL_ANN_AUTO, 2, {{1, 1, 0, 100, "a", NULL, NULL}, {3, 1, 0, 100, "b", NULL, NULL}}},
  {"raven, label column of any case, short row", RAVEN "\tscore\tTYPE\tdistance\n1\tS\t1\t0.5\t0.75\t1\t2\t9\tsong\n2\tS\t1\t1.5\t1.75\t1\t2\n", NULL, BL_ANN_AUTO, 2,
   {{0.5, 0.25, 1, 2, "song", NULL, NULL, true, 9}, {1.5, 0.25, 1, 2, "", NULL, NULL}}},
  {"raven, no usual label", RAVEN "\tDelta Time (s)\tPeak Freq (Hz)\tCall\n1\tS\t1\t0.5\t0.75\t1\t2\t0.25\t1.5\tup\n", NULL, BL_ANN_AUTO, 1,
   {{0.5, 0.25, 1, 2, "up", NULL, NULL}}},
  {"raven, label column asked for", RAVEN "\tSpecies\tCall\n1\tS\t1\t0.5\t0.75\t1\t2\tX\tup\n", "call", BL_ANN_AUTO, 1, {{0.5, 0.25, 1, 2, "up", NULL, NULL}}},
  {"raven, times within files", RAVEN "\tBegin File\tFile Offset (s)\tAnnotation\n1\tS\t1\t3600.5\t3601.75\t1\t2\tb.wav\t0.5\tA\n", NULL, BL_ANN_AUTO, 1,
   {{0.5, 1.25, 1, 2, "A", "b.wav", NULL}}},
  {"raven, begin path", RAVEN "\tBegin File\tBegin Path\tAnnotation\n1\tS\t1\t3.5\t3.75\t1\t2\tb.wav\tday 1/b.wav\tA\n", NULL, BL_ANN_AUTO, 1,
   {{3.5, 0.25, 1, 2, "A", "day 1/b.wav", NULL}}},
  {"audacity", "0.101385\t0.367520\tSP\n\\\t6441.064453\t12296.577148\n0.506924\t3.041545\tCRER\n", NULL, BL_ANN_AUTO, 2,
   {{0.101385, 0.367520 - 0.101385, 6441.064453, 12296.577148, "SP", NULL, NULL}, {0.506924, 3.041545 - 0.506924, NO, NO, "CRER", NULL, NULL}}},
  {"audacity, no label, no frequencies, windows lines", "\xef\xbb\xbf" "1.5\t1.5\r\n\\\t-1\t-1\r\n2\t3\t\r\n", NULL, BL_ANN_AUTO, 2,
   {{1.5, 0, NO, NO, "", NULL, NULL}, {2, 1, NO, NO, "", NULL, NULL}}},
  {"csv", "path,onset_s,duration_s,label,low_hz,high_hz,channel\na.wav,0.5,1.25,\"a, b\",10,20,Cz\nb.wav,3,,,,,\n", NULL, BL_ANN_AUTO, 2,
   {{0.5, 1.25, 10, 20, "a, b", "a.wav", "Cz"}, {3, 0, NO, NO, "", "b.wav", NULL}}},
  {"csv, begin and end", "Start,End,Annotation\n0.5,2,x\n", NULL, BL_ANN_AUTO, 1, {{0.5, 1.5, NO, NO, "x", NULL, NULL}}},
  {"csv of BIDS: tabs and n/a", "onset\tduration\ttrial_type\n1.25\tn/a\tgo\n2\t0.5\tstop\n", NULL, BL_ANN_AUTO, 2,
   {{1.25, 0, NO, NO, "go", NULL, NULL}, {2, 0.5, NO, NO, "stop", NULL, NULL}}},
  {"BIDS: value where trial_type says nothing", "onset\tduration\tsample\ttrial_type\tvalue\n1.25\tn/a\t7\tgo\t3\n2\t0.5\t9\tn/a\t4\n3\t0\tn/a\tn/a\tn/a\n", NULL, BL_ANN_AUTO, 3,
   {{1.25, 0, NO, NO, "go", NULL, NULL}, {2, 0.5, NO, NO, "4", NULL, NULL}, {3, 0, NO, NO, "", NULL, NULL}}},
  {"BIDS: value only", "onset\tduration\tvalue\n1.25\tn/a\t3\n", NULL, BL_ANN_AUTO, 1, {{1.25, 0, NO, NO, "3", NULL, NULL}}},
  {"BIDS: a column asked for", "onset\tduration\ttrial_type\tvalue\n1.25\tn/a\tgo\t3\n", "value", BL_ANN_BIDS, 1, {{1.25, 0, NO, NO, "3", NULL, NULL}}},
  {"raven, a named channel", RAVEN "\tChannel Name\tAnnotation\n1\tS\t1\t0.5\t0.75\t1\t2\tleft\tup\n", NULL, BL_ANN_AUTO, 1, {{0.5, 0.25, 1, 2, "up", NULL, "left"}}},
  {"hypnogram", "# night 1\nW\r\n Sleep stage 1 \n?\n\n\n", NULL, BL_ANN_HYPNOGRAM, 3,
   {{0, 30, NO, NO, "W", NULL, NULL}, {30, 30, NO, NO, "Sleep stage 1", NULL, NULL}, {60, 30, NO, NO, "?", NULL, NULL}}},
  {"hypnogram, nothing scored", "", NULL, BL_ANN_HYPNOGRAM, 0, {{.label = ""}}},
  {"csv, label column asked for", "onset,label,kind\n1,a,b\n", "kind", BL_ANN_CSV, 1, {{1, 0, NO, NO, "b", NULL, NULL}}},
  {"csv, scores", "onset,label,Confidence\n1,a,0.25\n2,b,high\n3,c,\n", NULL, BL_ANN_CSV, 3,
   {{1, 0, NO, NO, "a", NULL, NULL, true, 0.25}, {2, 0, NO, NO, "b", NULL, NULL}, {3, 0, NO, NO, "c", NULL, NULL}}},
  {"csv, a score that is the label", "onset,score\n1,7\n", "score", BL_ANN_CSV, 1, {{1, 0, NO, NO, "7", NULL, NULL}}},
  {"raven, scores", RAVEN "\tConfidence\tScore\tNote\n1\tS\t1\t0.5\t0.75\t1\t2\t9\t-1.5\tup\n", NULL, BL_ANN_AUTO, 1,
   {{0.5, 0.25, 1, 2, "up", NULL, NULL, true, -1.5}}},
  {"BIDS, scores", "onset\tduration\ttrial_type\tscore\n1.25\tn/a\tgo\t0.5\n2\t1\tgo\tn/a\n", NULL, BL_ANN_AUTO, 2,
   {{1.25, 0, NO, NO, "go", NULL, NULL, true, 0.5}, {2, 1, NO, NO, "go", NULL, NULL}}},
  {"csv, header only", "onset,label\n", NULL, BL_ANN_AUTO, 0, {{.label = ""}}},
  {"csv, offsets are ends (crowsetta)", "onset_s,offset_s,label\n1.5,2.75,a\n4.0,4.25,b\n", NULL, BL_ANN_AUTO, 2,
   {{1.5, 1.25, NO, NO, "a", NULL, NULL}, {4, 0.25, NO, NO, "b", NULL, NULL}}},
  {"csv, units in the names", "Start (ms),Stop [ms],Common Name,Low Freq (Hz)\n250,1000,wren,2000\n", NULL, BL_ANN_AUTO, 1,
   {{0.25, 0.75, 2000, NO, "wren", NULL, NULL}}},
  {"csv, of DCASE", "filename\tonset\toffset\tevent_label\na.wav\t1\t3\tdog\n", NULL, BL_ANN_AUTO, 1, {{1, 2, NO, NO, "dog", "a.wav", NULL}}},
  {"csv, begin and duration in milliseconds", "begin_ms,dur_ms,type\n1500,250,x\n", NULL, BL_ANN_AUTO, 1, {{1.5, 0.25, NO, NO, "x", NULL, NULL}}},
  {"csv, a decimal comma", "start;end;label\n1,5;2,75;a\n", NULL, BL_ANN_AUTO, 1, {{1.5, 1.25, NO, NO, "a", NULL, NULL}}},
  {"csv of BirdNET", "Start (s),End (s),Scientific name,Common name,Confidence,File\n0.0,3.0,Turdus merula,Eurasian Blackbird,0.91,/data/a.wav\n", NULL,
   BL_ANN_AUTO, 1, {{0, 3, NO, NO, "Eurasian Blackbird", "/data/a.wav", NULL, true, 0.91}}},
  {"text of MNE", "# MNE-Annotations\n# orig_time : 2002-12-03 19:01:10.720100\n# onset, duration, description\n0.5,1.0,blink\n3.25,0.5,\"BAD, move\"\n",
   "description", BL_ANN_AUTO, 2, {{0.5, 1, NO, NO, "blink", NULL, NULL}, {3.25, 0.5, NO, NO, "BAD, move", NULL, NULL}}},
  {"BIDS: an onset n/a", "onset\tduration\ttrial_type\n1.0\tn/a\ta\nn/a\t0\tb\n2.0\t0.5\tn/a\n", NULL, BL_ANN_AUTO, 2,
   {{1, 0, NO, NO, "a", NULL, NULL}, {2, 0.5, NO, NO, "", NULL, NULL}}},
  {"audacity, decimal commas", "43352,824046\t43525,837661\tmusic\n", NULL, BL_ANN_AUTO, 1,
   {{43352.824046, 43525.837661 - 43352.824046, NO, NO, "music", NULL, NULL}}},
  {"raven, decimal commas", RAVEN "\tSpecies\n1\tS\t1\t0,5\t0,75\t1\t2,5\tX\n", NULL, BL_ANN_AUTO, 1, {{0.5, 0.25, 1, 2.5, "X", NULL, NULL}}},
  {"hypnogram, a header", "Stage\nW\nN1\n", NULL, BL_ANN_HYPNOGRAM, 2, {{0, 30, NO, NO, "W", NULL, NULL}, {30, 30, NO, NO, "N1", NULL, NULL}}},
  {"hypnogram, epochs numbered", "Epoch,Stage\n0,W\n1,N1\n", NULL, BL_ANN_HYPNOGRAM, 2, {{0, 30, NO, NO, "W", NULL, NULL}, {30, 30, NO, NO, "N1", NULL, NULL}}},
  {"hypnogram, epochs numbered from 1, stages too", "1\t0\n2\t0\n3\t2\n", NULL, BL_ANN_HYPNOGRAM, 3,
   {{0, 30, NO, NO, "0", NULL, NULL}, {30, 30, NO, NO, "0", NULL, NULL}, {60, 30, NO, NO, "2", NULL, NULL}}},
  {"hypnogram, a stage and its end", "*Duration_sec\t300\nWake\t60\nN1\t90\nREM\t300\n", NULL, BL_ANN_HYPNOGRAM, 3,
   {{0, 60, NO, NO, "Wake", NULL, NULL}, {60, 30, NO, NO, "N1", NULL, NULL}, {90, 210, NO, NO, "REM", NULL, NULL}}},
  {"hypnogram, begins", "time;stage\n0;W\n60;N1\n", NULL, BL_ANN_HYPNOGRAM, 2, {{0, 60, NO, NO, "W", NULL, NULL}, {60, 30, NO, NO, "N1", NULL, NULL}}},
  {"hypnogram, commas within stages", "W, awake\nN1, light\n", NULL, BL_ANN_HYPNOGRAM, 2,
   {{0, 30, NO, NO, "W, awake", NULL, NULL}, {30, 30, NO, NO, "N1, light", NULL, NULL}}},
};
/* clang-format on */

static void same(double got, double want)
{
  if (isnan(want)) assert_true(isnan(got));
  else check_near(got, want, 1e-12);
}
static void same_text(const char *got, const char *want)
{
  assert_int_equal(!got, !want);
  if (want) assert_string_equal(got, want);
}

static void check_row(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0};
  const char *path = check_tmp_path("table.txt");
  write_bytes(path, r->text, strlen(r->text));
  if (r->format == BL_ANN_HYPNOGRAM)
    check_ok(ctx, bl_annotations_read_as(ctx, path, &(bl_annotation_reading){.format = r->format, .epoch_s = 30}, &a));
  else check_ok(ctx, bl_annotations_read(ctx, path, r->format, r->label_column, &a));
  assert_int_equal(a.n, r->n);
  for (size_t i = 0; i < r->n; i++) {
    const bl_annotation *w = &r->want[i];
    same(a.v[i].onset_s, w->onset_s);
    same(a.v[i].duration_s, w->duration_s);
    same(a.v[i].low_hz, w->low_hz);
    same(a.v[i].high_hz, w->high_hz);
    assert_int_equal(a.v[i].has_score, w->has_score);
    if (w->has_score) same(a.v[i].score, w->score);
    same_text(a.v[i].label, w->label);
    same_text(a.v[i].file, w->file);
    same_text(a.v[i].channel, w->channel);
  }
  bl_annotations_free(ctx, &a);
  check_free(ctx);
  check_tmp_done();
}

/* clang-format off */
static const struct refused {
  const char *name, *text, *label_column;
  bl_annotation_format format;
  bl_status status;
  const char *message;
} refusals[] = {
  {"raven, no time", RAVEN "\n1\tS\t1\t\t0.75\t1\t2\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: no begin time"},
  {"raven, bad number", RAVEN "\n1\tS\t1\t1\t2\t1\t2\n2\tS\t1\tx\t0.75\t1\t2\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:3: Begin Time (s) is 'x'"},
  {"raven, backwards", RAVEN "\n1\tS\t1\t2\t0.75\t1\t2\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: ends at 0.75 s, before it begins at 2 s"},
  {"raven, no such column", RAVEN "\tSpecies\n", "Specis", BL_ANN_AUTO, BL_E_CONFIG, "no column 'Specis' for the labels; is 'Species' meant?"},
  {"raven asked for", "onset,label\n", NULL, BL_ANN_RAVEN, BL_E_FORMAT, "table.txt:1: no Raven selection table"},
  {"audacity, frequencies first", "\\\t1\t2\n", NULL, BL_ANN_AUDACITY, BL_E_FORMAT, "table.txt:1: frequencies without a label"},
  {"audacity, no end", "1\t2\ta\n3\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: no end time"},
  {"audacity, infinite", "1\t2\ta\n3\tinf\tb\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: the end time is 'inf'"},
  {"hypnogram, no length", "W\n", NULL, BL_ANN_HYPNOGRAM, BL_E_CONFIG, "a hypnogram's line lasts 0 s"},
  {"csv, no onset", "time,label\n1,a\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "no column of begin times"},
  {"csv, two commas in a number", "start;end\n1,000,5;2\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: column 'start': '1,000,5' is not a number"},
  {"text of MNE, a field too many", "# MNE-Annotations\n# onset, duration, description\n0.5,1.0,blink\n3.25,0.5,BAD, move\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:4: 4 fields"},
  {"csv of MNE, by the clock", "onset,duration,description\n2002-12-03 19:01:11.220100,1.0,blink\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: column 'onset' has a time of the clock"},
  {"csv, bad number", "onset,label\n1,a\nb,c\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:3"},
  {"csv, negative duration", "onset,duration\n1,-2\n", NULL, BL_ANN_AUTO, BL_E_FORMAT, "table.txt:2: ends at -1 s"},
  {"csv, no such label column", "onset,kind\n1,-2\n", "knd", BL_ANN_AUTO, BL_E_CONFIG, "kind"},
};
/* clang-format on */

static void check_refused(void **arg)
{
  const struct refused *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0};
  const char *path = check_tmp_path("table.txt");
  write_bytes(path, r->text, strlen(r->text));
  check_fails(ctx, bl_annotations_read(ctx, path, r->format, r->label_column, &a), r->status, r->message);
  assert_int_equal(a.n, 0);
  check_free(ctx);
  check_tmp_done();
}

static void no_text_no_file(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0};
  check_fails(ctx, bl_annotations_read(ctx, check_tmp_path("none.txt"), BL_ANN_AUTO, NULL, &a), BL_E_IO, "none.txt");
  const char *path = check_tmp_path("zero.txt");
  write_bytes(path, "o\0n\0", 4);
  check_fails(ctx, bl_annotations_read(ctx, path, BL_ANN_AUTO, NULL, &a), BL_E_FORMAT, "holds zero bytes");
  check_free(ctx);
  check_tmp_done();
}

/* Against an obvious order: few distinct values, so that ties abound; the channel carries the place before. */
static void sorting_is_right_and_stable(void **arg)
{
  (void)arg;
  bl_rng r = bl_rng_make(7, "sort", 0);
  for (size_t n = 0; n < 400; n = n * 3 / 2 + 1) {
    bl_ctx *ctx = bl_ctx_new();
    bl_annotations a = {0};
    for (size_t i = 0; i < n; i++) {
      char place[8], label[2] = {(char)('a' + (char)bl_rng_below(&r, 2)), 0};
      snprintf(place, sizeof place, "%04zu", i);
      bl_annotation one = {(double)bl_rng_below(&r, 9), (double)bl_rng_below(&r, 3), NO, NO, label, NULL, place};
      check_ok(ctx, bl_annotations_add(ctx, &a, &one));
    }
    bl_annotations_sort(&a);
    assert_int_equal(a.n, n);
    size_t places = 0;
    for (size_t i = 0; i < n; i++) places += (size_t)atol(a.v[i].channel);
    assert_int_equal(places, n ? n * (n - 1) / 2 : 0);
    for (size_t i = 1; i < n; i++) {
      const bl_annotation *p = &a.v[i - 1], *q = &a.v[i];
      int by_label = strcmp(p->label, q->label);
      assert_true(p->onset_s <= q->onset_s);
      if (p->onset_s < q->onset_s) continue;
      assert_true(p->duration_s <= q->duration_s);
      if (p->duration_s < q->duration_s) continue;
      assert_true(by_label <= 0);
      if (!by_label) assert_true(strcmp(p->channel, q->channel) < 0);
    }
    bl_annotations_free(ctx, &a);
    check_free(ctx);
  }
}

/* A blank line would shift all stages behind it. */
static void hypnogram_with_a_hole(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0};
  const char *path = check_tmp_path("night.txt");
  write_bytes(path, "W\n\n1\n", 5);
  bl_annotation_reading how = {.format = BL_ANN_HYPNOGRAM, .epoch_s = 30};
  check_fails(ctx, bl_annotations_read_as(ctx, path, &how, &a), BL_E_FORMAT, "night.txt:2: a blank line");
  check_free(ctx);
  check_tmp_done();
}

/* A table read as `how` says, under a name. */
static void read_under(bl_ctx *ctx, const char *name, const char *text, const bl_annotation_reading *how,
                       bl_annotations *a)
{
  const char *path = check_tmp_path(name);
  write_bytes(path, text, strlen(text));
  *a = (bl_annotations){0};
  check_ok(ctx, bl_annotations_read_as(ctx, path, how, a));
}

/* Columns of any name, and a word where one that may be meant is passed over. */
static void columns_by_name(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a;
  static const char text[] = "t0_ms,call_end,who\n500,2,x\n";
  bl_annotation_reading how = {.begin_column = "t0_ms", .end_column = "call_end", .label_column = "who"};
  read_under(ctx, "calls.csv", text, &how, &a);
  check_near(a.v[0].onset_s, 0.5, 0);
  check_near(a.v[0].duration_s, 1.5, 0);
  assert_string_equal(a.v[0].label, "x");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_REMARK), 0);
  bl_annotations_free(ctx, &a);
  how.end_column = how.label_column = NULL;
  read_under(ctx, "calls.csv", text, &how, &a); /* ends and labels are there, and not known */
  check_near(a.v[0].duration_s, 0, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_REMARK), 2);
  bl_annotations_free(ctx, &a);
  how.begin_column = "offset"; /* from the recording's beginning: the column is none of ends then */
  read_under(ctx, "calls.csv", "offset,length,label\n3,2,x\n", &how, &a);
  check_near(a.v[0].onset_s, 3, 0);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_REMARK), 3); /* is it 'length'? */
  bl_annotations_free(ctx, &a);
  how.begin_column = "t1";
  check_fails(ctx, bl_annotations_read_as(ctx, check_tmp_path("calls.csv"), &how, &a), BL_E_CONFIG, "no column 't1'");
  how.format = BL_ANN_AUDACITY;
  check_fails(ctx, bl_annotations_read_as(ctx, check_tmp_path("calls.csv"), &how, &a), BL_E_CONFIG,
              "a table of format audacity has columns of its own");
  check_free(ctx);
  check_tmp_done();
}

/* MNE's CSV tells times of the clock: seconds where it is known when the recording began. */
static void onsets_by_the_clock(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a;
  bl_annotation_reading how = {.start = "2002-12-03T23:59:59.500"};
  read_under(ctx, "mne.csv",
             "onset,duration,description\n2002-12-04 00:00:01.220100,1.0,blink\n2002-12-03T23:59:59+00:00,0,x\n", &how,
             &a);
  check_near(a.v[0].onset_s, 1.7201, 1e-12);
  check_near(a.v[1].onset_s, -0.5, 0);
  bl_annotations_free(ctx, &a);
  check_free(ctx);
  check_tmp_done();
}

/* Two numbers a line are a label track, but for a file whose name says otherwise; a table of more is refused. */
static void hypnograms_of_numbers(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a;
  bl_annotation_reading how = {.epoch_s = 20};
  read_under(ctx, "n_hypnogram.txt", "0\t5\n1\t0\n2\t0\n", &how, &a);
  assert_int_equal(a.n, 3);
  assert_string_equal(a.v[0].label, "5");
  check_near(a.v[2].onset_s, 40, 0);
  bl_annotations_free(ctx, &a);
  const char *path = check_tmp_path("n_hypnogram.txt");
  write_bytes(path, "0,30,W\n30,30,N1\n", 16);
  check_fails(ctx, bl_annotations_read_as(ctx, path, &how, &a), BL_E_FORMAT,
              "n_hypnogram.txt:1: 3 fields on each line");
  check_free(ctx);
  check_tmp_done();
}

static bl_status read_it(bl_ctx *ctx, void *arg)
{
  bl_annotations a = {0};
  bl_status s = bl_annotations_read(ctx, arg, BL_ANN_AUTO, NULL, &a);
  bl_annotations_free(ctx, &a);
  return s;
}

/* By the file's name, with or without its extension, and by the folders that a table gives but for those of full paths.
 * Either may be Latin-1. */
static void names(void **arg)
{
  (void)arg;
  static const struct {
    const char *file, *recording;
    bool same;
  } table[] = {{"a.wav", "/x/a.wav", true},
               {"/y/a.wav", "a.wav", true},
               {"C:\\y\\a.wav", "x/a.wav", true},
               {"a", "x/a.wav", true},
               {"a.wav", "pcm:rate=8000:x/a.wav", true},
               {"a.flac", "a.wav", false},
               {"A.wav", "a.wav", false},
               {"aa.wav", "a.wav", false},
               {"a.wa", "a.wav", false},
               {"", ".wav", false},
               {"", "a.wav", false},
               {"caf\xc3\xa9.wav", "caf\xe9.wav", true},
               {"caf\xe9", "caf\xc3\xa9.wav", true},
               {"caf\xe8", "caf\xc3\xa9.wav", false},
               {"\xc3", "\xc3.wav", true},
               {"a.1", "a.1.wav", true},
               {"x/a.wav", "/d/x/a.wav", true},
               {"y/a.wav", "/d/x/a.wav", false},
               {"d/y/a.wav", "/d/x/a.wav", false},
               {"x\\a", "/d/x/a.wav", true},
               {"./x//a.wav", "/d/./x/a.wav", true},
               {"e/d/x/a.wav", "/d/x/a.wav", false},
               {"no folder of ours/a.wav", "a.wav", false},
               {"/e/y/a.wav", "/d/x/a.wav", true},
               {"/d/x/b.wav", "/d/x/a.wav", false}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (bl_annotation_names(table[i].file, table[i].recording) != table[i].same)
      fail_msg("'%s' of '%s'", table[i].file, table[i].recording);
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  static const size_t which[] = {4, 9, 11, 13};
  for (size_t i = 0; i < 4; i++) {
    const char *path = check_tmp_path("sweep.txt");
    write_bytes(path, rows[which[i]].text, strlen(rows[which[i]].text));
    check_every_allocation_failing(read_it, (void *)(uintptr_t)path);
  }
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    if (strcmp(rows[i].name, "text of MNE") != 0) continue;
    const char *path = check_tmp_path("mne.txt");
    write_bytes(path, rows[i].text, strlen(rows[i].text));
    check_every_allocation_failing(read_it, (void *)(uintptr_t)path);
  }
  const char *latin = check_tmp_path("latin.csv");
  write_bytes(latin, "onset,label\n1,caf\xe9\n", 19);
  check_every_allocation_failing(read_it, (void *)(uintptr_t)latin);
  check_tmp_done();
}

#define N(v) (sizeof(v) / sizeof *(v))
int main(void)
{
  static const struct CMUnitTest rest[] = {
      cmocka_unit_test(no_text_no_file),       cmocka_unit_test(sorting_is_right_and_stable),
      cmocka_unit_test(hypnogram_with_a_hole), cmocka_unit_test(names),
      cmocka_unit_test(columns_by_name),       cmocka_unit_test(onsets_by_the_clock),
      cmocka_unit_test(hypnograms_of_numbers), cmocka_unit_test(survives_every_allocation_failing)};
  static struct CMUnitTest tests[N(rows) + N(refusals) + N(rest)];
  size_t n = 0;
  for (size_t i = 0; i < N(rows); i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  for (size_t i = 0; i < N(refusals); i++)
    tests[n++] = (struct CMUnitTest){refusals[i].name, check_refused, NULL, NULL, (void *)(uintptr_t)&refusals[i]};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("annotation", tests, n, NULL, NULL);
}
