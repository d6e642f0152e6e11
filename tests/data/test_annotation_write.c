/* Writers of annotation tables: what each writes, what they refuse, and that any reads back what any wrote. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/file.h"
#include "baleen/random.h"
#include "baleen/recording.h"
#include "check.h"
#include "edf_builder.h"

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows leave out the score that they have not */
#define NO ((double)NAN)
static const bl_annotation_format formats[] = {BL_ANN_RAVEN, BL_ANN_AUDACITY, BL_ANN_CSV, BL_ANN_BIDS};
enum { N_FORMATS = 4, MANY = 60 };

/* ---- exact texts ------------------------------------------------------------------------------------------------- */

static const bl_annotated_file two[] = {{"day 1/a.wav", 3600, 48000}, {"day 1/b.wav", NAN, NAN}},
                               plain[] = {{"a.wav", 10, 96000}};
#define HEAD "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)"
static bl_annotation one_mark[] = {{0.5, 1.25, 100, NAN, (char *)"a b", NULL, NULL}};
static bl_annotation in_files[] = {{0.5, 1.25, 10, 20, (char *)"A", (char *)"a.wav", NULL},
                                   {2, 0, NAN, NAN, (char *)"", (char *)"day 1/b.wav", (char *)"left"}};
static bl_annotation scored[] = {{0.5, 1.25, NAN, NAN, (char *)"A", NULL, NULL, true, 0.75},
                                 {2, 0, NAN, NAN, (char *)"B", NULL, NULL}};
static bl_annotation stages[] = {{90, 30, NAN, NAN, (char *)"N2", NULL, NULL},
                                 {0, 60, NAN, NAN, (char *)"W", NULL, NULL},
                                 {60 + 4e-7, 30, NAN, NAN, (char *)" R\ta ", NULL, NULL}};
#define STAGE(onset, duration, label)                                                                                  \
  (bl_annotation[]){{onset, duration, NAN, NAN, (char *)(label), NULL, NULL}}, 1, NULL, 0, BL_E_ARG
/* clang-format off */
static const struct exact {
  const char *name;
  bl_annotation_format format;
  bl_annotation *v;
  size_t n;
  const bl_annotated_file *files;
  size_t n_files;
  const char *want;
} exacts[] = {
  {"raven, nothing", BL_ANN_RAVEN, NULL, 0, NULL, 0, HEAD "\tAnnotation\n"},
  {"raven, nothing in a file", BL_ANN_RAVEN, NULL, 0, plain, 1, HEAD "\tBegin File\tFile Offset (s)\tAnnotation\n"},
  {"raven, no file", BL_ANN_RAVEN, one_mark, 1, NULL, 0, HEAD "\tAnnotation\n1\tSpectrogram 1\t1\t0.5\t1.75\t100\t\ta b\n"},
  {"raven, the band's end from the rate", BL_ANN_RAVEN, one_mark, 1, plain, 1,
   HEAD "\tBegin File\tFile Offset (s)\tAnnotation\n1\tSpectrogram 1\t1\t0.5\t1.75\t100\t48000\ta.wav\t0.5\ta b\n"},
  {"raven, times over the file list", BL_ANN_RAVEN, in_files, 2, two, 2,
   HEAD "\tBegin File\tBegin Path\tFile Offset (s)\tChannel Name\tAnnotation\n"
   "1\tSpectrogram 1\t1\t0.5\t1.75\t10\t20\ta.wav\tday 1/a.wav\t0.5\t\tA\n2\tSpectrogram 1\t1\t3602\t3602\t\t\tb.wav\tday 1/b.wav\t2\tleft\t\n"},
  {"raven, scores", BL_ANN_RAVEN, scored, 2, NULL, 0,
   HEAD "\tScore\tAnnotation\n1\tSpectrogram 1\t1\t0.5\t1.75\t\t\t0.75\tA\n2\tSpectrogram 1\t1\t2\t2\t\t\t\tB\n"},
  {"csv, scores", BL_ANN_CSV, scored, 2, NULL, 0,
   "onset_s,duration_s,label,low_hz,high_hz,channel,file,score\n0.5,1.25,A,,,,,0.75\n2,0,B,,,,,\n"},
  {"bids, scores", BL_ANN_BIDS, scored, 2, NULL, 0, "onset\tduration\ttrial_type\tscore\n0.5\t1.25\tA\t0.75\n2\t0\tB\tn/a\n"},
  {"audacity, no scores", BL_ANN_AUDACITY, scored, 2, NULL, 0, "0.5\t1.75\tA\n2\t2\tB\n"},
  {"audacity, nothing", BL_ANN_AUDACITY, NULL, 0, NULL, 0, ""},
  {"audacity", BL_ANN_AUDACITY, one_mark, 1, NULL, 0, "0.5\t1.75\ta b\n\\\t100\t-1\n"},
  {"csv, nothing", BL_ANN_CSV, NULL, 0, NULL, 0, "onset_s,duration_s,label,low_hz,high_hz,channel,file\n"},
  {"csv", BL_ANN_CSV, in_files, 2, NULL, 0, "onset_s,duration_s,label,low_hz,high_hz,channel,file\n0.5,1.25,A,10,20,,a.wav\n2,0,,,,left,day 1/b.wav\n"},
  {"bids, nothing", BL_ANN_BIDS, NULL, 0, NULL, 0, "onset\tduration\ttrial_type\n"},
  {"hypnogram, nothing", BL_ANN_HYPNOGRAM, NULL, 0, NULL, 0, ""},
  {"hypnogram", BL_ANN_HYPNOGRAM, stages, 3, NULL, 0, "W\nW\nR a\nN2\n"},
  {"bids", BL_ANN_BIDS, in_files, 2, NULL, 0, "onset\tduration\ttrial_type\tlow_hz\thigh_hz\tchannel\tfile\n0.5\t1.25\tA\t10\t20\tn/a\ta.wav\n2\t0\tn/a\tn/a\tn/a\tleft\tday 1/b.wav\n"},
};
static bl_annotation overlapping[] = {{30, 30, NAN, NAN, (char *)"N2", NULL, NULL}, {0, 60, NAN, NAN, (char *)"W", NULL, NULL}};
static const struct refused {
  const char *name, *file;
  bl_annotation_format format;
  bl_annotation *v;
  size_t n;
  const bl_annotated_file *files;
  size_t n_files;
  bl_status status;
  const char *message;
} refusals[] = {
  {"two recordings in a label track", "x.txt", BL_ANN_AUDACITY, in_files, 2, NULL, 0, BL_E_ARG, "'a.wav' and 'day 1/b.wav'"},
  {"raven without lengths", "x.txt", BL_ANN_RAVEN, in_files, 2, NULL, 0, BL_E_ARG, "give their lengths"},
  {"raven, a length missing", "x.txt", BL_ANN_RAVEN, in_files, 2, (const bl_annotated_file[]){{"a.wav", NAN, 1}, {"b.wav", 1, 1}}, 2, BL_E_ARG, "length of 'a.wav' is not known"},
  {"raven, another recording", "x.txt", BL_ANN_RAVEN, in_files, 2, plain, 1, BL_E_ARG, "'day 1/b.wav', which is none of the 1"},
  {"raven, in which", "x.txt", BL_ANN_RAVEN, one_mark, 1, two, 2, BL_E_ARG, "does not say in which of 2"},
  {"raven, two of a name", "x.txt", BL_ANN_RAVEN, in_files, 1, (const bl_annotated_file[]){{"1/a.wav", 1, 1}, {"2/a.wav", 1, 1}}, 2, BL_E_FORMAT, "2 recordings are called 'a.wav'"},
  {"a name that tells nothing", "x.txt", BL_ANN_AUTO, one_mark, 1, NULL, 0, BL_E_CONFIG, "its name does not tell"},
  {"hypnogram, off the grid", "x_hypnogram.txt", BL_ANN_AUTO, one_mark, 1, NULL, 0, BL_E_ARG, "annotation 1 ('a b') lasts from 0.5 s to 1.75 s"},
  {"hypnogram, by half an epoch", "x.txt", BL_ANN_HYPNOGRAM, STAGE(30, 45, "N1"), "('N1') lasts from 30 s to 75 s"},
  {"hypnogram, by two microseconds", "x.txt", BL_ANN_HYPNOGRAM, STAGE(2e-6, 30, "N1"), "whole epochs of 30 s"},
  {"hypnogram, before the start", "x.txt", BL_ANN_HYPNOGRAM, STAGE(-30, 60, "N1"), "from -30 s to 30 s"},
  {"hypnogram, too late", "x.txt", BL_ANN_HYPNOGRAM, STAGE(3e9, 30, "N1"), "from 3e+09 s"},
  {"hypnogram, no length", "x.txt", BL_ANN_HYPNOGRAM, STAGE(60, 0, "N1"), "from 60 s to 60 s"},
  {"hypnogram, no label", "x.txt", BL_ANN_HYPNOGRAM, STAGE(60, 30, " \x01"), "has no label"},
  {"hypnogram, a comment", "x.txt", BL_ANN_HYPNOGRAM, STAGE(60, 30, "\x01#1"), "makes a line a comment"},
  {"hypnogram, a mark", "x.txt", BL_ANN_HYPNOGRAM, STAGE(60, 30, "\xef\xbb\xbfW"), "byte order mark"},
  {"hypnogram, overlap", "x.txt", BL_ANN_HYPNOGRAM, overlapping, 2, NULL, 0, BL_E_ARG, "annotations 2 ('W') and 1 ('N2') overlap at 30 s"},
  {"hypnogram, two files", "x.txt", BL_ANN_HYPNOGRAM, in_files, 2, NULL, 0, BL_E_ARG, "a hypnogram is about one"},
  {"a time beyond the numbers", "x.csv", BL_ANN_AUTO, STAGE(1e308, 1e308, "q"), "wanted finite times"},
  {"a frequency below 0", "x.csv", BL_ANN_AUTO, (bl_annotation[]){{0, 1, -1, NAN, (char *)"q", NULL, NULL}}, 1, NULL, 0, BL_E_ARG, "from -1 Hz"},
  {"a frequency without end", "x.csv", BL_ANN_AUTO, (bl_annotation[]){{0, 1, 1, (double)INFINITY, (char *)"q", NULL, NULL}}, 1, NULL, 0,
   BL_E_ARG, "to inf Hz"},
  {"no time", "x.csv", BL_ANN_AUTO, (bl_annotation[]){{NAN, 1, NAN, NAN, (char *)"q", NULL, NULL}}, 1, NULL, 0, BL_E_ARG, "annotation 1 ('q')"},
  {"a score that is no number", "x.csv", BL_ANN_AUTO, (bl_annotation[]){{0, 1, NAN, NAN, (char *)"q", NULL, NULL, true, NAN}}, 1, NULL, 0, BL_E_ARG,
   "has the score nan"},
  {"no folder", "none/x.csv", BL_ANN_AUTO, one_mark, 1, NULL, 0, BL_E_IO, "none/x.csv"},
};
/* clang-format on */

static void check_exact(void **arg)
{
  const struct exact *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  const bl_annotations a = {r->v, r->n, r->n};
  bl_annotations back = {0};
  const char *path = check_tmp_path("out.txt");
  char *text;
  size_t n;
  bl_annotation_writing how = {.format = r->format, .epoch_s = 30, .files = r->files, .n_files = r->n_files};
  bl_annotation_reading as = {.format = r->format, .epoch_s = 30};
  check_ok(ctx, bl_annotations_write_as(ctx, path, &how, &a));
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  assert_string_equal(text, r->want);
  check_ok(ctx, bl_annotations_read_as(ctx, path, &as, &back));
  assert_int_equal(back.n, r->v == stages ? 4 : r->n); /* an empty table too: annotated, nothing there */
  if (r->v == scored && r->format != BL_ANN_AUDACITY)
    assert_true(back.v[0].has_score && back.v[0].score == 0.75 && !back.v[1].has_score);
  bl_annotations_free(ctx, &back);
  bl_free(ctx, text);
  check_free(ctx);
  check_tmp_done();
}

static void check_refused(void **arg)
{
  const struct refused *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  const bl_annotations a = {r->v, r->n, r->n};
  bl_annotation_writing how = {.format = r->format, .epoch_s = 30, .files = r->files, .n_files = r->n_files};
  check_fails(ctx, bl_annotations_write_as(ctx, check_tmp_path(r->file), &how, &a), r->status, r->message);
  check_free(ctx);
  check_tmp_done();
}

/* ---- any to any -------------------------------------------------------------------------------------------------- */

static const bl_annotated_file nights[] = {
    {"one.wav", 86400.123456, 500000}, {"a/two.wav", 0.75, 500000}, {"three.wav", 123456.5, 500000}};

/* Times up to days, at samples of 500 kHz and between; frequencies with all digits; labels of any bytes a table
 * holds. */
static void make(bl_ctx *ctx, bl_rng *r, size_t n, bool files, bl_annotations *a)
{
  static const char *const parts[] = {"whale", "a,b", "\"quoted\"", "\xc3\xa9t\xc3\xa9", "x;y", "7.5", "it's",
                                      "#1",    "\\",  "N/A"};
  for (size_t i = 0; i < n; i++) {
    const bl_annotated_file *f = &nights[files ? bl_rng_below(r, 3) : 0];
    double at = bl_rng_uniform(r) * f->duration_s;
    char label[64];
    snprintf(label, sizeof label, "%s %s", parts[bl_rng_below(r, 10)], parts[bl_rng_below(r, 10)]);
    bl_annotation one = {bl_rng_below(r, 2) ? rint(at * 5e5) / 5e5 : at,
                         bl_rng_below(r, 4) ? bl_rng_uniform(r) * 10 : 0,
                         bl_rng_uniform(r) * 1e3,
                         1e3 + bl_rng_uniform(r) * 1e5,
                         bl_rng_below(r, 5) ? label : (char *)"",
                         files ? (char *)(uintptr_t)f->path : NULL,
                         NULL};
    check_ok(ctx, bl_annotations_add(ctx, a, &one));
  }
}

static void same(const bl_annotations *got, const bl_annotations *want, bool files)
{
  const double sample = 1 / 5e5;
  assert_int_equal(got->n, want->n);
  for (size_t i = 0; i < want->n; i++) {
    const bl_annotation *g = &got->v[i], *w = &want->v[i];
    check_near(g->onset_s, w->onset_s, 0); /* the same double */
    check_near(g->onset_s + g->duration_s, w->onset_s + w->duration_s, sample / 1000);
    check_near(g->low_hz, w->low_hz, 0);
    check_near(g->high_hz, w->high_hz, 0);
    assert_string_equal(g->label, w->label);
    assert_int_equal(!g->file, !files);
    if (files) assert_string_equal(g->file, w->file);
  }
}

static void any_to_any(void **arg)
{
  (void)arg;
  bl_rng r = bl_rng_make(11, "tables", 0);
  for (size_t k = 0; k < 2 * N_FORMATS * N_FORMATS; k++) {
    bl_annotation_format from = formats[k % N_FORMATS], to = formats[k / N_FORMATS % N_FORMATS];
    bool files = k >= N_FORMATS * N_FORMATS;
    if (files && (from == BL_ANN_AUDACITY || to == BL_ANN_AUDACITY)) continue;
    bl_ctx *ctx = bl_ctx_new();
    bl_annotations a = {0}, b = {0}, c = {0};
    const bl_annotated_file *list = files ? nights : NULL;
    size_t n_list = files ? 3 : 0;
    make(ctx, &r, k % 3 ? MANY : 0, files, &a);
    const char *path = check_tmp_path("any.txt");
    check_ok(ctx, bl_annotations_write(ctx, path, from, &a, list, n_list));
    check_ok(ctx, bl_annotations_read(ctx, path, from, NULL, &b));
    same(&b, &a, files);
    check_ok(ctx, bl_annotations_write(ctx, path, to, &b, list, n_list));
    check_ok(ctx, bl_annotations_read(ctx, path, a.n ? BL_ANN_AUTO : to, NULL, &c));
    same(&c, &a, files);
    bl_annotations_free(ctx, &a);
    bl_annotations_free(ctx, &b);
    bl_annotations_free(ctx, &c);
    check_free(ctx);
    check_tmp_done();
  }
}

/* A hypnogram into each format and back: the same text, whatever a stage is called and however long an epoch is. */
static void hypnograms_and_back(void **arg)
{
  (void)arg;
  static const char *const words[] = {"W", "N1", "Sleep stage 2", "?", "REM, tonic", "\"R\"", "\xc3\xa9", "5"};
  static const double lengths[] = {30, 20, 1, 0.1, 1.0 / 3};
  bl_rng r = bl_rng_make(12, "hypnograms", 0);
  for (size_t k = 0; k < N_FORMATS * 5; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_annotations a = {0}, b = {0};
    char text[8192], *back;
    size_t n = 0, n_back;
    for (int i = 0; i < 400; i++) n += (size_t)snprintf(text + n, sizeof text - n, "%s\n", words[bl_rng_below(&r, 8)]);
    const char *path = check_tmp_path("night.txt"), *other = check_tmp_path("other.txt");
    write_bytes(path, text, n);
    bl_annotation_reading as = {.format = BL_ANN_HYPNOGRAM, .epoch_s = lengths[k / N_FORMATS]};
    bl_annotation_writing how = {.format = formats[k % N_FORMATS], .epoch_s = as.epoch_s};
    check_ok(ctx, bl_annotations_read_as(ctx, path, &as, &a));
    check_ok(ctx, bl_annotations_write_as(ctx, other, &how, &a));
    as.format = how.format;
    check_ok(ctx, bl_annotations_read_as(ctx, other, &as, &b));
    how.format = BL_ANN_HYPNOGRAM;
    check_ok(ctx, bl_annotations_write_as(ctx, path, &how, &b));
    check_ok(ctx, bl_file_read(ctx, path, 0, &back, &n_back));
    assert_string_equal(back, text);
    bl_free(ctx, back);
    bl_annotations_free(ctx, &a);
    bl_annotations_free(ctx, &b);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Half a sample off the grid is on it, where the rate is known; holes are '?', and told of, as is what does not fit. */
static void hypnograms_of_a_rate(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  const bl_annotated_file file = {"n.edf", 3600, 100};
  bl_annotation v[] = {{60.004, 30, NAN, NAN, (char *)"N1", (char *)"n.edf", (char *)"C3"}};
  const bl_annotations a = {v, 1, 1};
  bl_annotation_writing how = {.format = BL_ANN_HYPNOGRAM, .epoch_s = 30, .files = &file, .n_files = 1};
  const char *path = check_tmp_path("n.txt");
  char *text;
  size_t n;
  check_ok(ctx, bl_annotations_write_as(ctx, path, &how, &a));
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  assert_string_equal(text, "?\n?\nN1\n");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 2); /* the holes, the channel */
  bl_free(ctx, text);
  how.n_files = 0;
  check_fails(ctx, bl_annotations_write_as(ctx, path, &how, &a), BL_E_ARG, "60.004 s");
  check_free(ctx);
  check_tmp_done();
}

/* The begin times of a list of files alone, as Raven saves them by default, say the same as the offsets beside them. */
static void raven_begin_times_agree(void **arg)
{
  (void)arg;
  bl_rng r = bl_rng_make(13, "raven", 0);
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0}, b = {0};
  make(ctx, &r, MANY, true, &a);
  const char *path = check_tmp_path("list.txt");
  char *text, *offset;
  size_t n;
  check_ok(ctx, bl_annotations_write(ctx, path, BL_ANN_RAVEN, &a, nights, 3));
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  offset = strstr(text, "File Offset (s)");
  assert_non_null(offset);
  memcpy(offset, "Something else ", 15);
  write_bytes(path, text, n);
  bl_annotation_reading how = {.format = BL_ANN_RAVEN, .files = nights, .n_files = 3};
  check_ok(ctx, bl_annotations_read_as(ctx, path, &how, &b));
  assert_int_equal(b.n, a.n);
  for (size_t i = 0; i < a.n; i++) {
    check_near(b.v[i].onset_s, a.v[i].onset_s, 1e-9);
    check_near(b.v[i].duration_s, a.v[i].duration_s, 1e-9);
    assert_string_equal(b.v[i].file, a.v[i].file);
    assert_string_equal(b.v[i].label, a.v[i].label);
  }
  bl_free(ctx, text);
  bl_annotations_free(ctx, &a);
  bl_annotations_free(ctx, &b);
  check_free(ctx);
  check_tmp_done();
}

/* ---- Raven's times over a file list, read ------------------------------------------------------------------------ */

static void read_raven(bl_ctx *ctx, const char *rows, const bl_annotated_file *files, size_t n, bl_status status,
                       const char *message, bl_annotations *out)
{
  const char *path = check_tmp_path("list.txt");
  bl_annotation_reading how = {.files = files, .n_files = n};
  write_bytes(path, rows, strlen(rows));
  *out = (bl_annotations){0};
  if (status) check_fails(ctx, bl_annotations_read_as(ctx, path, &how, out), status, message);
  else check_ok(ctx, bl_annotations_read_as(ctx, path, &how, out));
}

static void raven_file_lists(void **arg)
{
  (void)arg;
  static const bl_annotated_file list[] = {{"x/a.wav", 100, 8000}, {"b.wav", 50.5, 8000}, {"c.wav", NAN, 8000}};
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a;
  const char *named = HEAD
      "\tBegin File\tNote\n1\tS\t1\t10\t12\t1\t2\ta.wav\tA\n2\tS\t1\t101.5\t102\t1\t2\tb.wav\tB\n3\tS\t1\t160.75\t161\t1\t2\tc.wav\tC\n";
  const char *bare =
      HEAD "\tNote\n1\tS\t1\t10\t12\t1\t2\tA\n2\tS\t1\t101.5\t102\t1\t2\tB\n3\tS\t1\t160.75\t161\t1\t2\tC\n";
  for (size_t k = 0; k < 2; k++) {
    read_raven(ctx, k ? bare : named, list, 3, BL_OK, NULL, &a);
    assert_int_equal(a.n, 3);
    check_near(a.v[0].onset_s, 10, 0);
    check_near(a.v[1].onset_s, 1.5, 1e-12);
    check_near(a.v[1].duration_s, 0.5, 1e-12);
    check_near(a.v[2].onset_s, 10.25, 1e-12);
    assert_string_equal(a.v[2].file, "c.wav");
    assert_string_equal(a.v[0].file, k ? "x/a.wav" : "a.wav");
    bl_annotations_free(ctx, &a);
  }
  read_raven(ctx, named, NULL, 0, BL_E_FORMAT, "no column 'File Offset (s)'", &a);
  read_raven(ctx, bare, NULL, 0, BL_OK, NULL, &a); /* one file, for all that is said */
  bl_annotations_free(ctx, &a);
  read_raven(ctx, named, list, 2, BL_E_FORMAT, "'c.wav' is none of the 2", &a);
  read_raven(ctx, HEAD "\tBegin File\n1\tS\t1\t99\t100\t1\t2\tb.wav\n", list, 3, BL_E_FORMAT, "lies outside of 'b.wav'",
             &a);
  read_raven(ctx, bare, (const bl_annotated_file[]){{"a.wav", NAN, 1}, {"b.wav", 1, 1}}, 2, BL_E_FORMAT,
             "length of 'a.wav' is not known", &a);
  /* times of different files that overlap cannot run on */
  size_t warned = bl_ctx_warnings(ctx, BL_W_DEVIATION);
  read_raven(ctx,
             HEAD
             "\tBegin File\n1\tS\t1\t10\t12\t1\t2\ta.wav\n2\tS\t1\t11\t12\t1\t2\tb.wav\n3\tS\t1\t30\t31\t1\t2\ta.wav\n",
             NULL, 0, BL_OK, NULL, &a);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_DEVIATION), warned + 1);
  assert_int_equal(a.n, 3);
  bl_annotations_free(ctx, &a);
  check_free(ctx);
  check_tmp_done();
}

/* Tables joined from several: numbers begin again, and nothing may be lost. */
static void joined_tables(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a;
  read_raven(
      ctx,
      HEAD
      "\tBegin File\tFile Offset (s)\n1\tS\t1\t10\t12\t1\t2\ta.wav\t10\n1\tS\t1\t10\t12\t1\t2\tb.wav\t10\n"
      "2\tS\t1\t13\t14\t1\t2\tb.wav\t13\n1\tOther\t1\t11\t12\t1\t2\tc.wav\t11\n2\tOther\t1\t13\t15\t1\t2\tc.wav\t13\n",
      NULL, 0, BL_OK, NULL, &a);
  assert_int_equal(a.n, 5);
  bl_annotations_free(ctx, &a);
  check_free(ctx);
  check_tmp_done();
}

/* A night's stages, as EDF+ annotations: they come with the recording and go to any table. */
static void hypnograms(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_annotations a = {0};
  bl_recording *rec;
  const edf_spec night = {.n = 1,
                          .n_records = 1,
                          .reserved = "EDF+C",
                          .records = "1",
                          .sig = {{.label = "EDF Annotations",
                                   .unit = "",
                                   .pmin = "-1",
                                   .pmax = "1",
                                   .dmin = "-32768",
                                   .dmax = "32767",
                                   .spr = "60"}},
                          .tal = {"+0||~+0^30630|Sleep stage W|~+30630^120|Sleep stage 1|~"}};
  size_t n;
  unsigned char *bytes = edf_bytes(&night, &n);
  const char *path = check_tmp_path("night.edf");
  write_bytes(path, (const char *)bytes, n);
  free(bytes);
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  assert_int_equal(rec->annotations.n, 2);
  path = check_tmp_path("night.tsv");
  check_ok(ctx, bl_annotations_write(ctx, path, BL_ANN_AUTO, &rec->annotations, NULL, 0));
  check_ok(ctx, bl_annotations_read(ctx, path, BL_ANN_AUTO, NULL, &a));
  assert_int_equal(a.n, 2);
  check_near(a.v[1].onset_s, 30630, 0);
  check_near(a.v[1].duration_s, 120, 0);
  assert_string_equal(a.v[1].label, "Sleep stage 1");
  bl_recording_close(ctx, rec);
  bl_annotations_free(ctx, &a);
  check_free(ctx);
  check_tmp_done();
}

static bl_status write_read(bl_ctx *ctx, void *arg)
{
  bl_annotation_format f = *(bl_annotation_format *)arg;
  const bl_annotations a = {in_files, f == BL_ANN_AUDACITY ? 1 : 2, 2};
  bl_annotations b = {0};
  const char *path = check_tmp_path("sweep.txt");
  bl_status s = bl_annotations_write(ctx, path, f, &a, f == BL_ANN_RAVEN ? two : NULL, f == BL_ANN_RAVEN ? 2 : 0);
  if (!s) s = bl_annotations_read(ctx, path, f, NULL, &b);
  bl_annotations_free(ctx, &b);
  return s;
}

static bl_status write_night(bl_ctx *ctx, void *arg)
{
  const bl_annotations a = {stages, 3, 3};
  bl_annotation_writing how = {.format = BL_ANN_HYPNOGRAM, .epoch_s = 30};
  return bl_annotations_write_as(ctx, arg, &how, &a);
}

static bl_status read_list(bl_ctx *ctx, void *arg)
{
  bl_annotations a = {0};
  bl_annotation_reading how = {.files = two, .n_files = 2};
  bl_status s = bl_annotations_read_as(ctx, arg, &how, &a);
  bl_annotations_free(ctx, &a);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < N_FORMATS; i++) check_every_allocation_failing(write_read, (void *)(uintptr_t)&formats[i]);
  check_every_allocation_failing(write_night, (void *)(uintptr_t)check_tmp_path("night.txt"));
  const char *text = HEAD "\n1\tS\t1\t10\t12\t1\t2\n2\tS\t1\t3601\t3602\t1\t2\n", *path = check_tmp_path("list.txt");
  write_bytes(path, text, strlen(text));
  check_every_allocation_failing(read_list, (void *)(uintptr_t)path);
  check_tmp_done();
}

#define N(v) (sizeof(v) / sizeof *(v))
int main(void)
{
  static const struct CMUnitTest rest[] = {cmocka_unit_test(any_to_any),
                                           cmocka_unit_test(raven_file_lists),
                                           cmocka_unit_test(joined_tables),
                                           cmocka_unit_test(hypnograms),
                                           cmocka_unit_test(hypnograms_and_back),
                                           cmocka_unit_test(hypnograms_of_a_rate),
                                           cmocka_unit_test(raven_begin_times_agree),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  static struct CMUnitTest tests[N(exacts) + N(refusals) + N(rest)];
  size_t n = 0;
  for (size_t i = 0; i < N(exacts); i++)
    tests[n++] = (struct CMUnitTest){exacts[i].name, check_exact, NULL, NULL, (void *)(uintptr_t)&exacts[i]};
  for (size_t i = 0; i < N(refusals); i++)
    tests[n++] = (struct CMUnitTest){refusals[i].name, check_refused, NULL, NULL, (void *)(uintptr_t)&refusals[i]};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("annotation_write", tests, n, NULL, NULL);
}
