/* The EDF and BDF reader: each thing that real files do wrong, values to the bit, gaps, annotations. */
#include <math.h>

#include "baleen/random.h"
#include "baleen/recording.h"
#include "edf_builder.h"

static bl_recording *open_ok(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  return rec;
}

static double number(const char *text)
{
  char buf[32];
  snprintf(buf, sizeof buf, "%s", text);
  for (char *c = buf; *c; c++)
    if (*c == ',') *c = '.';
  return atof(buf);
}

/* All samples of all channels against the scale formula. Channels are matched by label, in order. */
static void check_samples(bl_ctx *ctx, bl_recording *rec, const edf_spec *e)
{
  for (size_t s = 0; s < rec->n_streams; s++) {
    bl_rec_stream *st = &rec->streams[s];
    float *v = malloc((size_t)st->n_frames * st->n_channels * sizeof *v + 1);
    size_t got, c = 0;
    check_ok(ctx, bl_recording_read(ctx, rec, s, 0, (size_t)st->n_frames, v, &got));
    assert_int_equal(got, st->n_frames);
    for (size_t i = 0; i < e->n; i++) {
      const edf_sig *g = &e->sig[i];
      size_t spr = (size_t)atol(edf_or(g->spr, "10"));
      double record_s = e->duration ? number(e->duration) : 1;
      if (!(record_s > 0)) record_s = 1;
      if (edf_is_annotation(g) || !spr || (double)spr / record_s != st->rate_hz) continue;
      double pmin = number(edf_or(g->pmin, "-312.7")), pmax = number(edf_or(g->pmax, "298.31"));
      double dmin = number(edf_or(g->dmin, e->bdf ? "-8388608" : "-32768"));
      double dmax = number(edf_or(g->dmax, e->bdf ? "8388607" : "32767"));
      double cal = (pmax - pmin) / (dmax - dmin), off = pmin - dmin * cal;
      if (st->channels[c].unusable || (e->bdf && g->label && !strcmp(g->label, "Status"))) cal = 1, off = 0;
      for (size_t k = 0; k < st->n_frames; k++) {
        float want = (float)(edf_digital(e, i, k) * cal + off), have = v[k * st->n_channels + c];
        if (memcmp(&want, &have, sizeof want))
          fail_msg("signal %zu, sample %zu: %.9g, want %.9g", i, k, (double)have, (double)want);
      }
      c++;
    }
    assert_int_equal(c, st->n_channels);
    free(v);
  }
}

static bool has_note(const bl_recording *rec, const char *part)
{
  for (size_t i = 0; i < rec->notes.n; i++)
    if (strstr(rec->notes.v[i], part)) return true;
  return false;
}

/* ---- one thing wrong at a time ----------------------------------------------------------------------------------- */

/* clang-format off */
#define TWO .n = 2, .n_records = 3, .sig = {{.label = "Fp1"}, {.label = "Fp2", .pmin = "-100", .pmax = "170.5"}}
#define ONE(...) .n = 2, .n_records = 3, .sig = {{__VA_ARGS__}, {.label = "other"}}
static const struct row {
  const char *name;
  edf_spec e;
  const char *note;   /* part of the note that must be there; NULL: there may be none */
  const char *format, *start; /* NULL: not looked at; start "": unknown */
  uint64_t frames;
  double rate;
} rows[] = {
  {"a date for a version", {.version = "01.02.03", TWO}, "byte 0: version is not '0'", "EDF", NULL, 30, 10},
  {"plain", {TWO}, NULL, "EDF", "2009-08-12T16:15:00", 30, 10},
  {"bdf", {.bdf = true, TWO}, NULL, "BDF", "2009-08-12T16:15:00", 30, 10},
  {"bdf_status", {.bdf = true, .n = 2, .n_records = 2, .sig = {{.label = "A1"}, {.label = "Status", .unit = "Boolean", .pmin = "0", .pmax = "1"}}}, NULL, "BDF", NULL, 20, 10},
  {"edf+ without annotations", {.reserved = "EDF+C", TWO}, "byte 192: reserved field says EDF+", "EDF+C", NULL, 30, 10},
  {"fractional duration", {.duration = "0.390625", TWO}, NULL, "EDF", NULL, 30, 25.6},
  {"decimal comma in duration", {.duration = "0,5", TWO}, "byte 244: number has a decimal comma", NULL, NULL, 30, 20},
  {"decimal comma in limits", {ONE(.pmin = "-12,5", .pmax = "13,75")}, "number of signal 1 'EEG' has a decimal comma", NULL, NULL, 30, 10},
  {"duration 0 with samples", {.duration = "0", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"duration negative", {.duration = "-1", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"duration nan", {.duration = "nan", TWO}, "byte 244: record duration makes no sense", NULL, NULL, 30, 10},
  {"records -1", {.records = "-1", TWO}, "byte 236: number of records says unknown", NULL, NULL, 30, 10},
  {"records no number", {.records = "many", TWO}, "byte 236: number of records makes no sense", NULL, NULL, 30, 10},
  {"records 0 though they are there", {.records = "0", TWO}, "byte 236: number of records is 0 though", NULL, NULL, 30, 10},
  {"records too many", {.records = "1e300", TWO}, "the file ends early", NULL, NULL, 30, 10},
  {"last record cut", {.more = -7, TWO}, "the header says 3 records of 40 bytes, 2 are whole and were kept, 33 bytes", NULL, NULL, 20, 10},
  {"bytes behind the end", {.more = 5, TWO}, "byte 888: 5 bytes follow the last record", NULL, NULL, 30, 10},
  {"a whole record behind the end", {.records = "2", TWO}, "byte 848: 40 bytes follow the last record", NULL, NULL, 20, 10},
  {"digital limits equal", {ONE(.dmin = "0", .dmax = "0")}, "byte 496: digital minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"digital limit no number", {ONE(.dmin = "-")}, "byte 496: digital minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"physical limits equal", {ONE(.pmin = "5", .pmax = "5")}, "byte 464: physical minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"physical limit no number", {ONE(.pmax = "1.2.3")}, "byte 464: physical minimum of signal 1 'EEG' equals the maximum", NULL, NULL, 30, 10},
  {"inverted polarity", {ONE(.pmin = "317.2", .pmax = "-290.1")}, "inverted polarity", NULL, NULL, 30, 10},
  {"digital limits swapped", {ONE(.dmin = "2047", .dmax = "-2048")}, "digital minimum of signal 1 'EEG' is above the maximum", NULL, NULL, 30, 10},
  {"digital limits beyond 16 bits", {ONE(.dmin = "-40000", .dmax = "32767")}, "cannot be stored", NULL, NULL, 30, 10},
  {"latin-1 label", {ONE(.label = "\xc4ther")}, "byte 256: text of signal 1 '\xc3\x84ther' holds bytes beyond ASCII", NULL, NULL, 30, 10},
  {"NUL padding", {ONE(.label = "Cz~~~~~~~~~~~~~~")}, "byte 256: field of signal 1 'Cz' is padded with NUL", NULL, NULL, 30, 10},
  {"NUL padded numbers", {.duration = "1~~~~~~~", TWO}, "byte 244: field is padded with NUL", NULL, NULL, 30, 10},
  {"time with colons", {.time = "10:11:12", TWO}, "byte 176: start time has other separators", NULL, "2009-08-12T10:11:12", 30, 10},
  {"seconds 75", {.time = "10.11.75", TWO}, "byte 176: start time is no time of day", NULL, "", 30, 10},
  {"date 99.99.99", {.date = "99.99.99", TWO}, "byte 168: start date is no date", NULL, "", 30, 10},
  {"29 February of no leap year", {.date = "29.02.01", TWO}, "byte 168: start date is no date", NULL, "", 30, 10},
  {"29 February of a leap year", {.date = "29.02.00", TWO}, NULL, NULL, "2000-02-29T16:15:00", 30, 10},
  {"year 85", {.date = "01.01.85", TWO}, NULL, NULL, "1985-01-01T16:15:00", 30, 10},
  {"year 84", {.date = "01.01.84", TWO}, NULL, NULL, "2084-01-01T16:15:00", 30, 10},
  {"Startdate of EDF+ wins", {.reserved = "EDF+C", .recording = "Startdate 02-MAR-1951 X X X", .date = "02.03.51", TWO}, "byte 88: recording field its Startdate differs", NULL, "1951-03-02T16:15:00", 30, 10},
  {"Startdate past the short form", {.reserved = "EDF+C", .recording = "Startdate 02-MAR-2087 X X X", .date = "02.03.yy", TWO}, "says EDF+", NULL, "2087-03-02T16:15:00", 30, 10},
  {"Startdate is nothing in plain EDF", {.recording = "Startdate 02-MAR-1951 X X X", TWO}, NULL, NULL, "2009-08-12T16:15:00", 30, 10},
  {"header size wrong", {.header_bytes = "256", TWO}, "byte 184: header size disagrees", NULL, NULL, 30, 10},
  {"no unit", {ONE(.unit = "")}, "byte 448: unit of signal 1 'EEG' is missing", NULL, NULL, 30, 10},
  {"signal without samples", {.n = 2, .n_records = 3, .sig = {{.label = "empty", .spr = "0"}, {.label = "other"}}}, "samples per record of signal 1 'empty' is 0", NULL, NULL, 30, 10},
  {"duplicate labels", {.n = 2, .n_records = 3, .sig = {{.label = "T8-P8"}, {.label = "T8-P8"}}}, "label of signal 1 'T8-P8' occurs more than once", NULL, NULL, 30, 10},
  {"annotation signal in plain EDF", {.n = 2, .n_records = 1, .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "20"}}, .tal = {"+0||~"}}, "does not say EDF+", "EDF", NULL, 10, 10},
};
/* clang-format on */

static void check_row(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec = open_ok(ctx, edf_write(&r->e, "row.edf"));
  if (r->note ? !has_note(rec, r->note) : rec->notes.n > 0)
    fail_msg("%s: wanted a note '%s', got '%s'", r->name, edf_or(r->note, ""), rec->notes.n ? rec->notes.v[0] : "");
  if (r->format) assert_string_equal(rec->format, r->format);
  if (r->start && *r->start) assert_string_equal(rec->start, r->start);
  if (r->start) assert_int_equal(rec->has_start, *r->start != 0);
  assert_int_equal(rec->n_streams, 1);
  assert_int_equal(rec->streams[0].n_frames, r->frames);
  check_near(rec->streams[0].rate_hz, r->rate, 0);
  check_near(rec->duration_s, (double)r->frames / r->rate, 1e-12);
  check_samples(ctx, rec, &r->e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* clang-format off */
static const struct refused {
  const char *name;
  edf_spec e;
  const char *message;
} refusals[] = {
  {"no signals", {.n_signals = "0", TWO}, "byte 252: number of signals is '0'"},
  {"9999 signals", {.n_signals = "9999", TWO}, "byte 252: number of signals is '9999'"},
  {"signals no number", {.n_signals = "two", TWO}, "byte 252: number of signals is 'two'"},
  {"more signals than the file has", {.n_signals = "7", TWO}, "inside the headers of 7 signals (2048 bytes)"},
  {"negative samples per record", {.n = 1, .sig = {{.spr = "-10"}}}, "byte 472: samples per record of signal 1 'EEG' is '-10'"},
  {"half a sample per record", {.n = 1, .sig = {{.spr = "2.5"}}}, "samples per record of signal 1 'EEG' is '2.5'"},
  {"another version", {.version = "01.02.03", .header_bytes = "767", TWO}, "byte 0: version is '01.02.03'"},
  {"cut in the header", {.n = 1, .more = -412}, "the file ends at byte 100"},
};
/* clang-format on */

static void check_refused(void **arg)
{
  const struct refused *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  check_fails(ctx, bl_recording_open(ctx, edf_write(&r->e, "refused.edf"), &rec), BL_E_FORMAT, r->message);
  assert_null(rec);
  assert_non_null(strstr(bl_ctx_error(ctx), "refused.edf"));
  check_free(ctx);
  check_tmp_done();
}

/* ---- what the table cannot say ----------------------------------------------------------------------------------- */

static void channels_say_what_the_header_says(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.n = 6,
                .n_records = 1,
                .sig = {{.label = "T8-P8", .unit = "\xb5V", .transducer = "AgAgCl cup", .prefilter = "HP:0.1Hz"},
                        {.label = "T8-P8", .unit = "\xc2\xb5V"},
                        {.label = "a", .unit = "\xce\xbcV"},
                        {.label = "b", .unit = "\x83\xcaV", .prefilter = "N:50Hz"},
                        {.label = "T8-P8", .unit = "mV", .pmin = "17", .pmax = "-11"},
                        {.label = "dummy", .unit = "degC", .dmin = "0", .dmax = "0"}}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "channels.edf"));
  const bl_channel *c = rec->streams[0].channels;
  static const char *const names[] = {"T8-P8-0", "T8-P8-1", "a", "b", "T8-P8-2", "dummy"};
  static const char *const units[] = {"uV", "uV", "uV", "uV", "mV", ""};
  static const char *const infos[] = {"AgAgCl cup; HP:0.1Hz", "", "", "N:50Hz", "", ""};
  for (int i = 0; i < 6; i++) {
    assert_string_equal(c[i].name, names[i]);
    assert_string_equal(c[i].unit, units[i]);
    assert_string_equal(c[i].info, infos[i]);
    assert_int_equal(c[i].unusable, i == 5);
  }
  check_near(c[4].lo, -11, 0);
  check_near(c[4].hi, 17, 0);
  assert_true(isnan(c[5].lo) && isnan(c[5].hi));
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void each_rate_is_a_stream(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.n = 5,
                .n_records = 4,
                .duration = "2",
                .sig = {{.label = "slow", .spr = "3"},
                        {.label = "fast", .spr = "512"},
                        {.label = "mid", .spr = "100"},
                        {.label = "fast2", .spr = "512"},
                        {.label = "slow2", .spr = "3"}}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "rates.edf"));
  assert_int_equal(rec->n_streams, 3);
  static const double rates[] = {256, 50, 1.5};
  static const char *const first[] = {"fast", "mid", "slow"};
  for (int i = 0; i < 3; i++) {
    check_near(rec->streams[i].rate_hz, rates[i], 0);
    assert_string_equal(rec->streams[i].channels[0].name, first[i]);
    check_near((double)rec->streams[i].n_frames, rates[i] * 8, 0);
  }
  check_near(rec->duration_s, 8, 0);
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Cutting at random places gives the bits of reading at once; past the end there is nothing. */
static void any_cut_gives_the_same(void **arg)
{
  (void)arg;
  for (int bdf = 0; bdf < 2; bdf++) {
    bl_ctx *ctx = bl_ctx_new();
    edf_spec e = {
        .bdf = bdf,
        .n = 4,
        .n_records = 23,
        .sig = {{.spr = "97"}, {.label = "x", .spr = "97"}, {.label = "y", .spr = "8"}, {.label = "z", .spr = "97"}}};
    bl_recording *rec = open_ok(ctx, edf_write(&e, "cuts.edf"));
    bl_rng rng = bl_rng_make(11, "cuts", (uint64_t)bdf);
    enum { N = 97 * 23, C = 3 };
    static float whole[N * C], part[N * C];
    size_t got;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, N + 50, whole, &got));
    assert_int_equal(got, N);
    for (int i = 0; i < 300; i++) {
      size_t first = bl_rng_below(&rng, N + 5), n = bl_rng_below(&rng, 300),
             want = first >= N      ? 0
                    : n < N - first ? n
                                    : N - first;
      check_ok(ctx, bl_recording_read(ctx, rec, 0, first, n, part, &got));
      assert_int_equal(got, want);
      if (got) assert_memory_equal(part, whole + first * C, got * C * sizeof *part);
    }
    check_fails(ctx, bl_recording_read(ctx, rec, 2, 0, 1, part, &got), BL_E_ARG, "stream 2");
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

/* clang-format off */
#define PLUS(kind) .reserved = kind, .n = 2, .n_records = 4, \
  .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "30"}}
static const struct times {
  const char *name;
  edf_spec e;
  size_t n_runs;
  bl_stretch runs[3];
  const char *note, *start;
} times[] = {
  {"contiguous", {PLUS("EDF+C"), .tal = {"+0||~", "+1||~", "+2||~", "+3||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00"},
  {"gap", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+10.5||~", "+11.5||~"}}, 2, {{0, 0, 20}, {10.5, 20, 20}}, NULL, NULL},
  {"two gaps", {PLUS("EDF+D"), .tal = {"+5||~", "+7||~", "+8||~", "+100||~"}}, 3, {{0, 0, 10}, {2, 10, 20}, {95, 30, 10}}, NULL, "2009-08-12T16:15:05"},
  {"gap though contiguous", {PLUS("EDF+C"), .tal = {"+0||~", "+1||~", "+4||~", "+5||~"}}, 2, {{0, 0, 20}, {4, 20, 20}}, "gives a record a time behind a gap", NULL},
  {"fraction of the start", {PLUS("EDF+C"), .tal = {"+0.25||~", "+1.25||~", "+2.25||~", "+3.25||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00.250"},
  {"microseconds of the start", {PLUS("EDF+C"), .tal = {"+0.250004||~", "+1.250004||~", "+2.250004||~", "+3.250004||~"}}, 1, {{0, 0, 40}}, NULL, "2009-08-12T16:15:00.250004"},
  {"start over midnight", {PLUS("EDF+C"), .date = "31.12.99", .time = "23.59.59", .tal = {"+1.5||~", "+2.5||~", "+3.5||~", "+4.5||~"}}, 1, {{0, 0, 40}}, NULL, "2000-01-01T00:00:00.500"},
  {"rounded to a millisecond", {PLUS("EDF+D"), .tal = {"+0||~", "+1.001||~", "+2||~", "+3.001||~"}}, 1, {{0, 0, 40}}, NULL, NULL},
  {"backwards", {PLUS("EDF+D"), .tal = {"+0||~", "+1||~", "+0.5||~", "+2.5||~"}}, 2, {{0, 0, 30}, {4, 30, 10}}, "before the end of the one before", NULL},
  {"one without time", {PLUS("EDF+C"), .tal = {"+0||~", "", "+2||~", "+3||~"}}, 1, {{0, 0, 40}}, "that gives a record its time is missing", NULL},
};
/* clang-format on */

static void check_times(void **arg)
{
  const struct times *t = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec = open_ok(ctx, edf_write(&t->e, "times.edf"));
  if (t->note ? !has_note(rec, t->note) : rec->notes.n > 0)
    fail_msg("%s: wanted a note '%s', got '%s'", t->name, edf_or(t->note, ""), rec->notes.n ? rec->notes.v[0] : "");
  const bl_rec_stream *s = &rec->streams[0];
  assert_int_equal(s->n_runs, t->n_runs);
  for (size_t i = 0; i < t->n_runs; i++) {
    check_near(s->runs[i].start_s, t->runs[i].start_s, 1e-9);
    assert_int_equal(s->runs[i].first, t->runs[i].first);
    assert_int_equal(s->runs[i].n, t->runs[i].n);
  }
  check_near(rec->duration_s, t->runs[t->n_runs - 1].start_s + (double)t->runs[t->n_runs - 1].n / 10, 1e-9);
  if (t->start) assert_string_equal(rec->start, t->start);
  check_samples(ctx, rec, &t->e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* ---- annotations ------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct tal {
  const char *name, *tal, *note; /* of the one record, behind its time stamp */
  size_t n;
  bl_annotation want[3];
} tals[] = {
  {"none", "", NULL, 0, {{.label = ""}}},
  {"one", "+0.75|Lights off|~", NULL, 1, {{.onset_s = 0.75, .label = "Lights off"}}},
  {"with duration", "+0.5^0.125|K-complex|~", NULL, 1, {{.onset_s = 0.5, .duration_s = 0.125, .label = "K-complex"}}},
  {"several texts", "+0.5^2|a|b|~", NULL, 2, {{.onset_s = 0.5, .duration_s = 2, .label = "a"}, {.onset_s = 0.5, .duration_s = 2, .label = "b"}}},
  {"several lists, out of order", "+0.9|late|~+0.1|early|~", NULL, 2, {{.onset_s = 0.1, .label = "early"}, {.onset_s = 0.9, .label = "late"}}},
  {"before the start", "-3.5|before|~", NULL, 1, {{.onset_s = -3.5, .label = "before"}}},
  {"of a channel", "+0.5|Spindle@@C3-A2|~", NULL, 1, {{.onset_s = 0.5, .label = "Spindle", .channel = "C3-A2"}}},
  {"an empty list", "+0.5||~+0.6|x|~", NULL, 1, {{.onset_s = 0.6, .label = "x"}}},
  {"utf-8", "+0.5|H\xc3\xb6he|~", NULL, 1, {{.onset_s = 0.5, .label = "H\xc3\xb6he"}}},
  {"latin-1", "+0.5|H\xf6he|~", "is no UTF-8; read as Latin-1", 1, {{.onset_s = 0.5, .label = "H\xc3\xb6he"}}},
  {"no sign", "0.5|x|~", "onset without sign", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"signed duration", "+0.5^+2|x|~", "duration with a sign", 1, {{.onset_s = 0.5, .duration_s = 2, .label = "x"}}},
  {"negative duration", "+0.5^-2|x|~", "duration with a sign", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"empty duration", "+0.5^|x|~", NULL, 1, {{.onset_s = 0.5, .label = "x"}}},
  {"text not ended", "+0.5|x~", "does not end as it should", 1, {{.onset_s = 0.5, .label = "x"}}},
  {"no onset", "hello|x|~+0.5|y|~", "byte 793: annotation of signal 2 'EDF Annotations' is none", 1, {{.onset_s = 0.5, .label = "y"}}},
  {"onset infinite", "+inf|x|~", "is none", 0, {{.label = ""}}},
  {"onset out of this world", "+99999999999|x|~", "is none", 0, {{.label = ""}}},
  {"no separator", "+0.5 x~", "is none", 0, {{.label = ""}}},
};
/* clang-format on */

static void check_tal(void **arg)
{
  const struct tal *t = *arg;
  bl_ctx *ctx = bl_ctx_new();
  char tal[200];
  snprintf(tal, sizeof tal, "+0||~%s", t->tal);
  edf_spec e = {.reserved = "EDF+C",
                .n = 2,
                .n_records = 1,
                .sig = {{.label = "EEG"}, {.label = "EDF Annotations", .spr = "60"}},
                .tal = {tal}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "tal.edf"));
  if (t->note ? !has_note(rec, t->note) : rec->notes.n > 0)
    fail_msg("%s: wanted a note '%s', got '%s'", t->name, edf_or(t->note, ""), rec->notes.n ? rec->notes.v[0] : "");
  assert_int_equal(rec->annotations.n, t->n);
  for (size_t i = 0; i < t->n; i++) {
    const bl_annotation *a = &rec->annotations.v[i], *w = &t->want[i];
    check_near(a->onset_s, w->onset_s, 1e-12);
    check_near(a->duration_s, w->duration_s, 0);
    assert_string_equal(a->label, w->label);
    assert_int_equal(!a->channel, !w->channel);
    if (w->channel) assert_string_equal(a->channel, w->channel);
    assert_true(isnan(a->low_hz) && isnan(a->high_hz) && !a->file);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* The first annotation signal keeps the time; onsets count from the first record's stamp; a text may be long. */
static void several_annotation_signals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  char wordy[900] = "+3.5|";
  memset(wordy + 5, 'w', 700);
  strcat(wordy, "|~");
  edf_spec e = {
      .reserved = "EDF+C",
      .n = 3,
      .n_records = 2,
      .sig = {{.label = "EDF Annotations", .spr = "20"}, {.label = "EEG"}, {.label = "EDF Annotations", .spr = "400"}},
      .tal = {"+2.25||~", wordy, "+3.25||~", "+4||~+4.25|second|~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "several.edf"));
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->annotations.n, 2);
  check_near(rec->annotations.v[0].onset_s, 1.25, 1e-12);
  assert_int_equal(strlen(rec->annotations.v[0].label), 700);
  check_near(rec->annotations.v[1].onset_s, 2, 1e-12);
  assert_int_equal(rec->streams[0].n_runs, 1);
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void bdf_annotations(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.bdf = true,
                .reserved = "BDF+D",
                .n = 2,
                .n_records = 2,
                .sig = {{.label = "A1"}, {.label = "BDF Annotations", .spr = "13"}},
                .tal = {"+0||~+0.5|go|~", "+4||~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "plus.bdf"));
  assert_string_equal(rec->format, "BDF+D");
  assert_int_equal(rec->annotations.n, 1);
  assert_string_equal(rec->annotations.v[0].label, "go");
  assert_int_equal(rec->streams[0].n_runs, 2);
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void events_only(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.reserved = "EDF+C",
                .duration = "0",
                .n = 1,
                .n_records = 1,
                .sig = {{.label = "EDF Annotations", .spr = "40"}},
                .tal = {"+0||~+30^30|Sleep stage 2|~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "events.edf"));
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->n_streams, 0);
  assert_int_equal(rec->annotations.n, 1);
  check_near(rec->annotations.v[0].duration_s, 30, 0);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* A longer header than needed is believed when the file's length bears it out. */
static void longer_header(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.header_bytes = "896", TWO};
  size_t n;
  unsigned char *v = edf_bytes(&e, &n), *w = calloc(1, n + 128);
  memcpy(w, v, 768);
  memcpy(w + 896, v + 768, n - 768);
  const char *path = check_tmp_path("long.edf");
  write_bytes(path, w, n + 128);
  free(v);
  free(w);
  bl_recording *rec = open_ok(ctx, path);
  assert_true(has_note(rec, "header size is larger"));
  check_samples(ctx, rec, &e);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static bl_status open_and_read(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  float v[40];
  size_t got;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  if (!s) s = bl_recording_read(ctx, rec, 0, 0, 40, v, &got);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  edf_spec e = {PLUS("EDF+C"), .tal = {"+0||~+0.5|a@@b|~", "+1||~", "+5||~", "0.4|\xf6|~"}};
  check_every_allocation_failing(open_and_read, (void *)(uintptr_t)edf_write(&e, "sweep.edf"));
  check_tmp_done();
}

#define N(v) (sizeof(v) / sizeof *(v))
int main(void)
{
  static struct CMUnitTest tests[N(rows) + N(refusals) + N(times) + N(tals) + 16];
  size_t n = 0;
  for (size_t i = 0; i < N(rows); i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  for (size_t i = 0; i < N(refusals); i++)
    tests[n++] = (struct CMUnitTest){refusals[i].name, check_refused, NULL, NULL, (void *)(uintptr_t)&refusals[i]};
  for (size_t i = 0; i < N(times); i++)
    tests[n++] = (struct CMUnitTest){times[i].name, check_times, NULL, NULL, (void *)(uintptr_t)&times[i]};
  for (size_t i = 0; i < N(tals); i++)
    tests[n++] = (struct CMUnitTest){tals[i].name, check_tal, NULL, NULL, (void *)(uintptr_t)&tals[i]};
  static const struct CMUnitTest rest[] = {cmocka_unit_test(channels_say_what_the_header_says),
                                           cmocka_unit_test(each_rate_is_a_stream),
                                           cmocka_unit_test(any_cut_gives_the_same),
                                           cmocka_unit_test(several_annotation_signals),
                                           cmocka_unit_test(bdf_annotations),
                                           cmocka_unit_test(events_only),
                                           cmocka_unit_test(longer_header),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("edf", tests, n, NULL, NULL);
}
