/* Copies of EDF files: all rows of the reader's tables come out conforming, each sample as it was; crops, picks,
 * gaps. */
#include <edflib.h>
#include <math.h>

#include "baleen/random.h"
#include "baleen/recording_write.h"
#include "edf_rows.h"
#include "edf_write.h"

#define N(v) (sizeof(v) / sizeof *(v))

static bl_recording *open_as(bl_ctx *ctx, const char *path, bl_open_mode mode)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = mode}, &rec));
  return rec;
}

/* Copies a file; the report in *report may be looked at. */
static const char *copy(bl_ctx *ctx, const char *path, const bl_edf_copying *how, bl_texts *report)
{
  const char *out = check_tmp_path(how->bdf ? "copy.bdf" : "copy.edf");
  bl_recording *rec = open_as(ctx, path, BL_OPEN_TOLERANT);
  check_ok(ctx, bl_edf_copy(ctx, rec, out, how, report));
  bl_recording_close(ctx, rec);
  return out;
}

static bool told(const bl_texts *report, const char *part)
{
  for (size_t i = 0; i < report->n; i++)
    if (strstr(report->v[i], part)) return true;
  return false;
}

static const bl_edf_copying whole = {.from_s = (double)NAN, .to_s = (double)NAN};

/* Digital values as EDFlib reads them, signal by signal, against the builder's. */
static void check_digital(const char *name, const char *path, const edf_spec *e, uint64_t n_records)
{
  static struct edf_hdr_struct h;
  memset(&h, 0, sizeof h);
  if (edfopen_file_readonly(path, &h, EDFLIB_READ_ALL_ANNOTATIONS))
    fail_msg("%s: EDFlib refuses the copy: %d", name, h.filetype);
  int at = 0;
  for (size_t i = 0; i < e->n; i++) {
    size_t spr = (size_t)atol(edf_or(e->sig[i].spr, "10")), n = spr * (size_t)n_records;
    if (edf_is_annotation(&e->sig[i]) || !spr) continue;
    int *v = malloc((n + 1) * sizeof *v);
    if (edfread_digital_samples(h.handle, at, (int)n + 1, v) != (int)n)
      fail_msg("%s: signal %zu: not %zu samples", name, i, n);
    const struct edf_param_struct *g = &h.signalparam[at];
    for (size_t k = 0; k < n; k++) { /* EDFlib clips what lies beyond the limits as it reads */
      int was = edf_digital(e, i, k), want = was < g->dig_min ? g->dig_min : was > g->dig_max ? g->dig_max : was;
      if (v[k] != want) fail_msg("%s: signal %zu, sample %zu: %d, was %d", name, i, k, v[k], was);
    }
    free(v);
    at++;
  }
  assert_int_equal(at, h.edfsignals);
  edfclose_file(h.handle);
}

/* The same times, annotations and, where the scale was legal, values to the bit. */
static void check_same(bl_ctx *ctx, const char *name, const char *from, const char *to, bool scaled)
{
  bl_recording *a = open_as(ctx, from, BL_OPEN_TOLERANT), *b = open_as(ctx, to, BL_OPEN_STRICT);
  assert_int_equal(a->n_streams, b->n_streams);
  assert_int_equal(a->annotations.n, b->annotations.n);
  for (size_t i = 0; i < a->annotations.n; i++) {
    check_near(b->annotations.v[i].onset_s, a->annotations.v[i].onset_s, 1e-7);
    check_near(b->annotations.v[i].duration_s, a->annotations.v[i].duration_s, 1e-7);
    if (strcmp(a->annotations.v[i].label, b->annotations.v[i].label))
      fail_msg("%s: '%s'", name, b->annotations.v[i].label);
    assert_int_equal(!a->annotations.v[i].channel, !b->annotations.v[i].channel);
  }
  for (size_t s = 0; s < a->n_streams; s++) {
    bl_rec_stream *x = &a->streams[s], *y = &b->streams[s];
    check_near(y->rate_hz, x->rate_hz, 1e-9 * x->rate_hz);
    assert_int_equal(x->n_frames, y->n_frames);
    assert_int_equal(x->n_runs, y->n_runs);
    for (size_t r = 0; r < x->n_runs; r++) check_near(y->runs[r].start_s, x->runs[r].start_s, 1e-6);
    size_t n = (size_t)x->n_frames * x->n_channels, got;
    float *v = malloc((n + 1) * sizeof *v), *w = malloc((n + 1) * sizeof *w);
    check_ok(ctx, bl_recording_read(ctx, a, s, 0, (size_t)x->n_frames, v, &got));
    check_ok(ctx, bl_recording_read(ctx, b, s, 0, (size_t)x->n_frames, w, &got));
    for (size_t i = 0; i < n; i++)
      if (scaled ? !(fabs((double)(v[i] - w[i])) <= 1e-3) : memcmp(&v[i], &w[i], sizeof *v) != 0)
        fail_msg("%s: value %zu: %.9g, was %.9g", name, i, (double)w[i], (double)v[i]);
    free(v);
    free(w);
  }
  if (a->has_start && strcmp(a->start, "1985") >= 0) assert_string_equal(b->start, a->start);
  bl_recording_close(ctx, a);
  bl_recording_close(ctx, b);
}

static void repair_row(const char *name, const edf_spec *e, bool not_edflib)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_texts report = {0};
  const char *path = edf_write(e, e->bdf ? "row.bdf" : "row.edf");
  bl_edf_copying how = whole;
  how.bdf = e->bdf;
  const char *out = copy(ctx, path, &how, &report);
  bl_recording *rec = open_as(ctx, path, BL_OPEN_TOLERANT);
  uint64_t records = (uint64_t)llrint((double)rec->streams[0].n_frames / 10);
  bl_recording_close(ctx, rec);
  check_same(ctx, name, path, out, told(&report, "moved along"));
  if (!not_edflib) check_digital(name, out, e, records);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

static void every_row_comes_out_conforming(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < N(rows); i++) /* EDFlib knows no year "yy", which EDF+ 2.1.3.2 has from 2085 on */
    repair_row(rows[i].name, &rows[i].e, !strcmp(rows[i].name, "Startdate past the short form"));
  for (size_t i = 0; i < N(times); i++) repair_row(times[i].name, &times[i].e, times[i].n_runs > 1);
  for (size_t i = 0; i < N(tals); i++) {
    char tal[200];
    edf_spec e = edf_of_tal(&tals[i], tal, sizeof tal);
    repair_row(tals[i].name, &e, false);
  }
}

/* Legal limits keep their text, also such as a program that prints numbers anew would round. */
static void limits_keep_their_text(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {ONE(.pmin = "-.000012", .pmax = "298.3125", .dmin = "-2048", .dmax = "2047", .transducer = "AgAgCl",
                    .prefilter = "HP:0.1Hz")};
  bl_texts report = {0};
  const char *out = copy(ctx, edf_write(&e, "a.edf"), &whole, &report);
  unsigned char head[256 * 4];
  FILE *f = fopen(out, "rb");
  assert_int_equal(fread(head, 1, sizeof head, f), sizeof head);
  fclose(f);
  assert_memory_equal(head + 256 + 104 * 3, "-.000012", 8);
  assert_memory_equal(head + 256 + 112 * 3, "298.3125", 8);
  assert_memory_equal(head + 256 + 120 * 3, "-2048   ", 8);
  assert_memory_equal(head + 256 + 16 * 3, "AgAgCl  ", 8);
  assert_memory_equal(head + 256 + 136 * 3, "HP:0.1Hz", 8);
  assert_int_equal(report.n, 1); /* the recording field of plain EDF */
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

/* What EDFlib's own writer would cut or drop. */
static void annotations_come_along_whole(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {PLUS("EDF+C"), .tal = {"+0||~", "+1||~", "+2||~", "+3||~"}};
  bl_recording *rec = open_as(ctx, edf_write(&e, "a.edf"), BL_OPEN_TOLERANT), *got;
  bl_annotations a = {0};
  for (int i = 0; i < 500; i++) {
    char text[400], channel[8] = "EEG";
    memset(text, 'a' + i % 26, sizeof text);
    text[i % 399] = '\0';
    bl_annotation one = {.onset_s = i * 0.0071234,
                         .duration_s = i % 3 ? i * 1e-7 : 0,
                         .low_hz = (double)NAN,
                         .high_hz = (double)NAN,
                         .label = text,
                         .channel = i % 5 ? NULL : channel};
    if (*text) check_ok(ctx, bl_annotations_add(ctx, &a, &one));
  }
  bl_edf_copying how = whole;
  how.annotations = &a;
  bl_texts report = {0};
  const char *out = check_tmp_path("b.edf");
  check_ok(ctx, bl_edf_copy(ctx, rec, out, &how, &report));
  got = open_as(ctx, out, BL_OPEN_STRICT);
  assert_int_equal(got->annotations.n, a.n);
  for (size_t i = 0; i < a.n; i++) {
    check_near(got->annotations.v[i].onset_s, a.v[i].onset_s, 1e-7);
    check_near(got->annotations.v[i].duration_s, a.v[i].duration_s, 1e-7);
    assert_string_equal(got->annotations.v[i].label, a.v[i].label);
    assert_int_equal(!got->annotations.v[i].channel, !a.v[i].channel);
  }
  bool takes;
  int code;
  check_ok(ctx, bl_edf_verdict(ctx, out, &takes, &code));
  assert_true(takes);
  bl_recording_close(ctx, rec);
  bl_recording_close(ctx, got);
  bl_annotations_free(ctx, &a);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

/* Crops to the sample; the copy is as wide as it says; 16 bits in 24. */
static void crops(void **arg)
{
  (void)arg;
  static const struct {
    double from, to;
    uint64_t frames; /* of the faster signal, at 100 Hz */
    bool padded;
  } crop[] = {{0, 2, 200, false},   {0.37, 2.37, 200, false}, {1.5, 1.75, 25, false},
              {0.5, 4, 350, false}, {0.01, 1.44, 200, true},  {3.99, 9, 1, true}};
  for (int bdf = 0; bdf < 2; bdf++)
    for (size_t i = 0; i < N(crop); i++) {
      bl_ctx *ctx = bl_ctx_new();
      edf_spec e = {.reserved = "EDF+C",
                    .n = 3,
                    .n_records = 4,
                    .sig = {{.label = "fast", .spr = "100"},
                            {.label = "slow", .spr = "4"},
                            {.label = "EDF Annotations", .spr = "30"}},
                    .tal = {"+0||~+0.5^1|a|~", "+1||~", "+2||~+2.25|b|~", "+3||~"}};
      const char *path = edf_write(&e, "a.edf");
      bl_edf_copying how = {.from_s = crop[i].from, .to_s = crop[i].to, .bdf = bdf};
      bl_texts report = {0};
      const char *out = copy(ctx, path, &how, &report);
      bl_recording *a = open_as(ctx, path, BL_OPEN_TOLERANT), *b = open_as(ctx, out, BL_OPEN_STRICT);
      uint64_t want = (uint64_t)llrint((fmin(crop[i].to, 4) - crop[i].from) * 100),
               first = (uint64_t)llrint(crop[i].from * 100);
      assert_true(b->streams[0].n_frames >= want);
      if (!crop[i].padded) assert_int_equal(b->streams[0].n_frames, want);
      assert_int_equal(told(&report, "filled up"), crop[i].padded);
      float v[400], w[400];
      size_t got;
      check_ok(ctx, bl_recording_read(ctx, a, 0, first, (size_t)want, v, &got));
      check_ok(ctx, bl_recording_read(ctx, b, 0, 0, (size_t)want, w, &got));
      assert_memory_equal(v, w, want * sizeof *v);
      for (size_t k = 0; k < b->annotations.n; k++) {
        const bl_annotation *one = &b->annotations.v[k];
        if (!strcmp(one->label, "a")) check_near(one->onset_s, fmax(0.5 - crop[i].from, 0), 1e-6);
        else if (!strcmp(one->label, "b")) check_near(one->onset_s, 2.25 - crop[i].from, 1e-6);
        else assert_string_equal(one->label, "padding");
      }
      bl_recording_close(ctx, a);
      bl_recording_close(ctx, b);
      bl_texts_free(ctx, &report);
      check_free(ctx);
      check_tmp_done();
    }
}

/* Filled gaps: contiguous, under annotations, what was there where it was. */
static void gaps_filled(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}};
  const char *path = edf_write(&e, "gap.edf");
  bl_edf_copying how = whole;
  how.fill = true;
  bl_texts report = {0};
  const char *out = copy(ctx, path, &how, &report);
  bl_recording *b = open_as(ctx, out, BL_OPEN_STRICT);
  assert_string_equal(b->format, "EDF+C");
  assert_int_equal(b->streams[0].n_runs, 1);
  assert_int_equal(b->streams[0].n_frames, 125);
  assert_int_equal(b->annotations.n, 1);
  assert_string_equal(b->annotations.v[0].label, "BAD_ACQ_SKIP");
  check_near(b->annotations.v[0].onset_s, 2, 1e-7);
  check_near(b->annotations.v[0].duration_s, 8.5, 1e-7);
  float v[125];
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, b, 0, 0, 125, v, &got));
  double cal = (298.31 + 312.7) / 65535, off = -312.7 + 32768 * cal;
  for (size_t k = 0; k < 125; k++) {
    bool there = k < 20 || k >= 105;
    double want = there ? edf_digital(&e, 0, k < 20 ? k : k - 85) * cal + off : 0;
    check_near((double)v[k], want, there ? 1e-4 : cal);
  }
  bool takes;
  int code;
  check_ok(ctx, bl_edf_verdict(ctx, out, &takes, &code));
  assert_true(takes);
  check_ok(ctx, bl_edf_verdict(ctx, path, &takes, &code));
  assert_false(takes);
  assert_int_equal(code, EDFLIB_FILE_IS_DISCONTINUOUS);
  bl_recording_close(ctx, b);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

static void refuses(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.bdf = true, TWO};
  bl_texts report = {0}, pick = {0};
  bl_recording *rec = open_as(ctx, edf_write(&e, "a.bdf"), BL_OPEN_TOLERANT);
  const char *out = check_tmp_path("b.edf");
  check_fails(ctx, bl_edf_copy(ctx, rec, out, &whole, &report), BL_E_UNSUPPORTED, "write a .bdf");
  bl_edf_copying how = {.bdf = true, .from_s = 5, .to_s = (double)NAN};
  check_fails(ctx, bl_edf_copy(ctx, rec, out, &how, &report), BL_E_RANGE, "nothing between");
  how = whole, how.bdf = true, how.pick = &pick;
  check_ok(ctx, bl_texts_add(ctx, &pick, "Fp3"));
  check_fails(ctx, bl_edf_copy(ctx, rec, out, &how, &report), BL_E_CONFIG, "did you mean 'Fp1'");
  FILE *f = fopen(out, "rb");
  assert_null(f);
  bl_recording_close(ctx, rec);
  check_ok(ctx, bl_recording_open(ctx, BALEEN_TEST_DATA "/formats/cpython-pluck-pcm16.wav", &rec));
  check_fails(ctx, bl_edf_copy(ctx, rec, out, &whole, &report), BL_E_UNSUPPORTED, "not EDF or BDF");
  bl_recording_close(ctx, rec);
  bl_texts_free(ctx, &pick);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

static void numbers(void **arg)
{
  (void)arg;
  static const struct {
    double x;
    const char *text;
  } table[] = {{0, "0"},
               {-1, "-1"},
               {298.31, "298.31"},
               {0.9765625, ".9765625"},
               {-0.9765625, "-.976562"},
               {12345678, "12345678"},
               {-1234567.8, "-1234568"},
               {1.0 / 3, ".3333333"},
               {1e-9, "0"},
               {100.5, "100.5"},
               {-99999999, ""},
               {3.4e38, ""}};
  for (size_t i = 0; i < N(table); i++) {
    char text[9];
    double x = bl_edf_number(table[i].x, text);
    assert_string_equal(text, table[i].text);
    assert_int_equal(isnan(x), !*text);
  }
  char ascii[17];
  assert_true(bl_edf_label("EDF Annotation", ascii));
  assert_false(bl_edf_label("EDF Annotat\xc3\xadons", ascii)); /* would be taken for one */
  assert_string_equal(ascii, "EDF_Annotations");
  assert_true(bl_edf_ascii("EEG Fp1-REF", ascii, sizeof ascii));
  assert_false(bl_edf_ascii("\xc2\xb5V \xc3\x84\xc3\xb6 \xe2\x82\xac", ascii, sizeof ascii));
  assert_string_equal(ascii, "uV Ao _");
}

/* A crop that begins or ends in a gap begins behind it or ends before it; one that is all gap is refused; filled when
 * asked. */
static void crops_at_gaps(void **arg)
{
  (void)arg;
  static const struct {
    double from, to;
    bool fill;
    uint64_t frames;
    const char *told; /* or the error, where there are no frames */
  } table[] = {{3, 11.5, false, 10, "3.000000 s lies in a gap: the crop begins behind it, at 10.500000 s"},
               {0.5, 9, false, 15, "9.000000 s lies in a gap: the crop ends before it, at 2.000000 s"},
               {3, 9, false, 0, "nothing between 3 s and 9 s but a gap, from 2 s to 10.5 s; --fill fills it"},
               {2, 10.5, false, 0, "nothing between 2 s and 10.5 s but a gap"},
               {1.5, 11.5, false, 20, "holds a gap and goes by whole records: 1.000000 s to 11.500000 s"},
               {3, 11.5, true, 85, "gap of 7.500000 s at 0.000000 s filled"}};
  edf_spec e = {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}};
  for (size_t i = 0; i < N(table); i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_texts report = {0};
    bl_edf_copying how = {.from_s = table[i].from, .to_s = table[i].to, .fill = table[i].fill};
    bl_recording *rec = open_as(ctx, edf_write(&e, "gap.edf"), BL_OPEN_TOLERANT), *got = NULL;
    const char *out = check_tmp_path("crop.edf");
    if (!table[i].frames) {
      check_fails(ctx, bl_edf_copy(ctx, rec, out, &how, &report), BL_E_RANGE, table[i].told);
    } else {
      check_ok(ctx, bl_edf_copy(ctx, rec, out, &how, &report));
      if (!told(&report, table[i].told)) fail_msg("row %zu: not told '%s'", i, table[i].told);
      got = open_as(ctx, out, BL_OPEN_STRICT);
      assert_int_equal(got->streams[0].n_frames, table[i].frames);
      assert_int_equal(got->annotations.n, table[i].fill);
    }
    bl_recording_close(ctx, got);
    bl_recording_close(ctx, rec);
    bl_texts_free(ctx, &report);
    check_free(ctx);
    check_tmp_done();
  }
}

/* A file of annotations alone is cropped by their times: no samples say how long it lasts. */
static void annotations_alone_are_cropped(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.reserved = "EDF+C",
                .duration = "0",
                .n = 1,
                .n_records = 1,
                .sig = {{.label = "EDF Annotations", .spr = "60"}},
                .tal = {"+0||~+0^30|W|~+30^30|1|~+60^30|2|~+90^30|R|~"}};
  bl_edf_copying how = {.from_s = 45, .to_s = 75};
  bl_texts report = {0};
  bl_recording *got = open_as(ctx, copy(ctx, edf_write(&e, "hypnogram.edf"), &how, &report), BL_OPEN_STRICT);
  assert_int_equal(got->annotations.n, 2);
  assert_string_equal(got->annotations.v[0].label, "1");
  check_near(got->annotations.v[0].onset_s, 0, 0);
  check_near(got->annotations.v[0].duration_s, 15, 1e-7);
  check_near(got->annotations.v[1].onset_s, 15, 1e-7);
  check_near(got->annotations.v[1].duration_s, 15, 1e-7);
  bl_recording_close(ctx, got);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

/* Channels come in the order they are named. */
static void picks_in_order(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.reserved = "EDF+C",
                .n = 4,
                .n_records = 1,
                .sig = {{.label = "A"}, {.label = "B"}, {.label = "C"}, {.label = "EDF Annotations", .spr = "30"}},
                .tal = {"+0||~"}};
  bl_texts pick = {0}, report = {0};
  check_ok(ctx, bl_texts_add(ctx, &pick, "C"));
  check_ok(ctx, bl_texts_add(ctx, &pick, "A"));
  bl_edf_copying how = whole;
  how.pick = &pick;
  bl_recording *got = open_as(ctx, copy(ctx, edf_write(&e, "order.edf"), &how, &report), BL_OPEN_STRICT);
  assert_int_equal(got->streams[0].n_channels, 2);
  assert_string_equal(got->streams[0].channels[0].name, "C");
  assert_string_equal(got->streams[0].channels[1].name, "A");
  float x[20];
  size_t n;
  check_ok(ctx, bl_recording_read(ctx, got, 0, 0, 10, x, &n));
  double cal = (298.31 + 312.7) / 65535, off = -312.7 + 32768 * cal;
  for (size_t k = 0; k < 10; k++)
    for (size_t c = 0; c < 2; c++) check_near((double)x[2 * k + c], edf_digital(&e, c ? 0 : 2, k) * cal + off, 1e-4);
  bl_recording_close(ctx, got);
  bl_texts_free(ctx, &pick);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

/* An EDF's Status, a number with a scale, and its system bits become one BDF signal of bits; what is no bits is
 * refused. */
static void status_of_edf_as_bdf(void **arg)
{
  (void)arg;
  for (int k = 0; k < 4; k++) { /* alone, with system bits behind or before it, no whole numbers */
    bl_ctx *ctx = bl_ctx_new();
    edf_sig status = {.label = "Status", .unit = "", .pmin = "0", .pmax = k == 3 ? "1" : "65535"};
    edf_sig system = {.label = k ? "Status system" : "other",
                      .unit = "",
                      .pmin = k ? "0" : "-1",
                      .pmax = k ? "255" : "1",
                      .dmin = k ? "0" : NULL,
                      .dmax = k ? "255" : NULL};
    edf_spec e = {
        .reserved = "EDF+C",
        .n = 3,
        .n_records = 2,
        .sig = {k == 2 ? system : status, k == 2 ? status : system, {.label = "EDF Annotations", .spr = "30"}},
        .tal = {"+0||~", "+1||~"}};
    size_t n, s = k == 2, at = 1024 + (s ? 0 : 20), n_got;
    unsigned char *v = edf_bytes(&e, &n);
    for (size_t i = 0; k && i < 20; i++) /* system bits 200 .. 219 */
      v[at + i / 10 * 100 + i % 10 * 2] = (unsigned char)(200 + i), v[at + i / 10 * 100 + i % 10 * 2 + 1] = 0;
    const char *path = check_tmp_path("status.edf"), *out = check_tmp_path("status.bdf");
    write_bytes(path, v, n);
    free(v);
    bl_texts report = {0};
    bl_edf_copying how = whole;
    how.bdf = true;
    bl_recording *rec = open_as(ctx, path, BL_OPEN_TOLERANT), *got = NULL;
    if (k == 3) {
      check_fails(ctx, bl_edf_copy(ctx, rec, out, &how, &report), BL_E_RANGE, "channel 'Status' holds 0.");
    } else {
      check_ok(ctx, bl_edf_copy(ctx, rec, out, &how, &report));
      got = open_as(ctx, out, BL_OPEN_STRICT);
      size_t channels = got->streams[0].n_channels;
      assert_int_equal(channels, k ? 2 : 3);
      float x[60];
      check_ok(ctx, bl_recording_read(ctx, got, 0, 0, 20, x, &n_got));
      for (size_t i = 0; i < 20; i++) {
        check_near((double)x[i * channels], edf_digital(&e, s, i) + 32768, 0);
        check_near((double)x[i * channels + 1], k ? 200 + (double)i : 0, 0);
      }
    }
    bl_recording_close(ctx, got);
    bl_recording_close(ctx, rec);
    bl_texts_free(ctx, &report);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Whatever is wrong, what comes out conforms, or nothing does: bytes of the header and of the lists changed at
 * random. */
static void random_damage(void **arg)
{
  (void)arg;
  bl_rng rng = bl_rng_make(17, "damage", 0);
  size_t n_copied = 0;
  for (int i = 0; i < 1500; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bool bdf = i % 3 == 0;
    edf_spec e = {.bdf = bdf,
                  .reserved = bdf ? "BDF+D" : "EDF+D",
                  .n = 4,
                  .n_records = 4,
                  .sig = {{.label = "Fp1"},
                          {.label = bdf || i % 9 == 1 ? "Status" : "STI"},
                          {.label = "slow", .spr = "3"},
                          {.label = bdf ? "BDF Annotations" : "EDF Annotations", .spr = "30"}},
                  .tal = {"+0||~+0.5^1|a|~", "+1||~", "+4.3||~+4.5|b|c|~", "+5.3||~"}};
    size_t n, header = 256 * 5;
    unsigned char *v = edf_bytes(&e, &n);
    for (uint64_t k = 1 + bl_rng_below(&rng, 6); k; k--) {
      static const char usual[] = "0123456789.-+, \0X:\xb5\x14\x15";
      size_t at = bl_rng_below(&rng, 4) ? (size_t)bl_rng_below(&rng, header) : (size_t)bl_rng_below(&rng, n);
      v[at] = bl_rng_below(&rng, 3) ? (unsigned char)usual[bl_rng_below(&rng, sizeof usual - 1)]
                                    : (unsigned char)bl_rng_u32(&rng);
    }
    const char *path = check_tmp_path("damaged.bdf"), *out = check_tmp_path("mended.bdf");
    write_bytes(path, v, n);
    free(v);
    bl_recording *rec;
    bl_texts report = {0};
    bl_edf_copying how = {
        .bdf = true, .fill = i % 2, .from_s = i % 5 ? (double)NAN : 0.7, .to_s = i % 7 ? (double)NAN : 2.9};
    bl_status s = bl_recording_open(ctx, path, &rec);
    if (!s) {
      s = bl_edf_copy(ctx, rec, out, &how, &report);
      if (!s) n_copied++;
      if (s && s != BL_E_RANGE && s != BL_E_UNSUPPORTED) fail_msg("damage %d: %s", i, bl_ctx_error(ctx));
      bl_anonymizing names = {.drop = "a*"};
      bl_status t =
          bl_anonymize(ctx, path, check_tmp_path("nameless"), &names, &report); /* damage may make EDF of it */
      if (t) fail_msg("damage %d: %s", i, bl_ctx_error(ctx));
    } else if (s != BL_E_FORMAT) {
      fail_msg("damage %d: %s", i, bl_ctx_error(ctx));
    }
    bl_recording_close(ctx, rec);
    bl_texts_free(ctx, &report);
    check_free(ctx);
  }
  if (n_copied < 800) fail_msg("only %zu of 1500 came out", n_copied);
  check_tmp_done();
}

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_texts report = {0};
  bl_edf_copying how = whole;
  how.fill = true;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  char out[600];
  snprintf(out, sizeof out, "%s.out", (const char *)arg);
  if (!s) s = bl_edf_copy(ctx, rec, out, &how, &report);
  bl_texts_free(ctx, &report);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  edf_spec e = {PLUS("EDF+D"), .recording = "x", .tal = {"+0||~+0.5|a@@b|~", "+1||~", "+5||~", "0.4|\xf6|~"}};
  check_every_allocation_failing(sweep, (void *)(uintptr_t)edf_write(&e, "sweep.edf"));
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(every_row_comes_out_conforming),
                                            cmocka_unit_test(limits_keep_their_text),
                                            cmocka_unit_test(annotations_come_along_whole),
                                            cmocka_unit_test(crops),
                                            cmocka_unit_test(gaps_filled),
                                            cmocka_unit_test(refuses),
                                            cmocka_unit_test(numbers),
                                            cmocka_unit_test(crops_at_gaps),
                                            cmocka_unit_test(annotations_alone_are_cropped),
                                            cmocka_unit_test(picks_in_order),
                                            cmocka_unit_test(status_of_edf_as_bdf),
                                            cmocka_unit_test(random_damage),
                                            cmocka_unit_test(survives_every_allocation_failing)};
  return _cmocka_run_group_tests("edf_copy", tests, N(tests), NULL, NULL);
}
