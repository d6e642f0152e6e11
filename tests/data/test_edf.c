/* The EDF and BDF reader: each thing that real files do wrong, values to the bit, gaps, annotations. */
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/random.h"
#include "baleen/recording.h"
#include "edf_rows.h"

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
      bool status = e->bdf && g->label && !strcmp(g->label, "Status");
      if (st->channels[c].unusable) cal = 1, off = 0;
      for (size_t k = 0; k < st->n_frames; k++) {
        int32_t digital = edf_digital(e, i, k);
        float want = (float)(digital * cal + off), have = v[k * st->n_channels + c];
        if (status) {
          want = (float)(digital & 0xffff);
          assert_int_equal((int)v[k * st->n_channels + c + 1], digital >> 16 & 0xff);
        }
        if (memcmp(&want, &have, sizeof want))
          fail_msg("signal %zu, sample %zu: %.9g, want %.9g", i, k, (double)have, (double)want);
      }
      c += status ? 2 : 1;
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

static void check_tal(void **arg)
{
  const struct tal *t = *arg;
  bl_ctx *ctx = bl_ctx_new();
  char tal[200];
  edf_spec e = edf_of_tal(t, tal, sizeof tal);
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
  check_append(wordy, sizeof wordy, "|~");
  edf_spec e = {
      .reserved = "EDF+C",
      .n = 3,
      .n_records = 2,
      .sig = {{.label = "EDF Annotations", .spr = "20"}, {.label = "EEG"}, {.label = "EDF Annotations", .spr = "400"}},
      .tal = {"+0.25||~", wordy, "+1.25||~", "+4||~+4.25|second|~"}};
  bl_recording *rec = open_ok(ctx, edf_write(&e, "several.edf"));
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->annotations.n, 2);
  check_near(rec->annotations.v[0].onset_s, 3.25, 1e-12);
  assert_int_equal(strlen(rec->annotations.v[0].label), 700);
  check_near(rec->annotations.v[1].onset_s, 4, 1e-12);
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

/* Trigger and system bits are channels of their own; trigger codes become annotations. */
static void status_bits(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {.bdf = true, .n = 2, .n_records = 3, .sig = {{.label = "A1"}, {.label = "Status", .unit = "Boolean"}}};
  size_t n;
  unsigned char *v = edf_bytes(&e, &n);
  static const unsigned char triggers[30] = {0, 0, 7, 7,   7, 0, 0, 9, 8, 8, 8, 0, 0, 0, 0,
                                             1, 0, 0, 255, 0, 0, 3, 3, 3, 3, 3, 3, 3, 3, 3};
  for (size_t k = 0; k < 30; k++) {
    unsigned char *at = v + 768 + (k / 10) * 60 + 30 + (k % 10) * 3;
    at[0] = triggers[k], at[1] = triggers[k] == 255 ? 0x80 : 0, at[2] = (unsigned char)(0x90 + k);
  }
  const char *path = check_tmp_path("status.bdf");
  write_bytes(path, v, n);
  free(v);
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->notes.n, 0);
  assert_int_equal(rec->streams[0].n_channels, 3);
  assert_string_equal(rec->streams[0].channels[1].name, "Status");
  assert_string_equal(rec->streams[0].channels[2].name, "Status system");
  float got[30 * 3];
  size_t n_got;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 30, got, &n_got));
  for (size_t k = 0; k < 30; k++) {
    check_near((double)got[3 * k + 1], triggers[k] == 255 ? 0x80ff : triggers[k], 0);
    check_near((double)got[3 * k + 2], (double)(0x90 + k), 0);
  }
  bl_annotations a = {0};
  check_ok(ctx, bl_recording_triggers(ctx, rec, "Status", 0xffff, &a));
  static const struct {
    double onset, duration;
    const char *label;
  } want[] = {{0.2, 0.3, "7"}, {0.7, 0.1, "9"}, {0.8, 0.3, "8"}, {1.5, 0.1, "1"}, {1.8, 0.1, "33023"}, {2.1, 0.9, "3"}};
  assert_int_equal(a.n, 6);
  for (size_t i = 0; i < 6; i++) {
    check_near(a.v[i].onset_s, want[i].onset, 1e-12);
    check_near(a.v[i].duration_s, want[i].duration, 1e-12);
    assert_string_equal(a.v[i].label, want[i].label);
  }
  bl_annotations_free(ctx, &a);
  check_ok(ctx, bl_recording_triggers(ctx, rec, "Status", 1, &a));
  assert_int_equal(a.n, 5); /* 8 has no such bit */
  bl_annotations_free(ctx, &a);
  check_fails(ctx, bl_recording_triggers(ctx, rec, "Statos", 0xffff, &a), BL_E_CONFIG, "did you mean 'Status'");
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* A recorder that still writes: number of records -1, more of them each time. */
static void growing(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {PLUS("EDF+C"), .records = "-1", .tal = {"+0||~+0.5|a|~", "+1||~", "+2||~+2.5|b|~", "+3||~"}};
  size_t n, got;
  unsigned char *v = edf_bytes(&e, &n);
  const char *path = check_tmp_path("growing.edf");
  float before[40], after[40];
  write_bytes(path, v, 768 + 2 * 80 + 33);
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->streams[0].n_frames, 20);
  assert_int_equal(rec->annotations.n, 1);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, before, &got));
  size_t warned = bl_ctx_warnings(ctx, BL_W_DEVIATION);
  FILE *f = fopen(path, "ab");
  assert_int_equal(fwrite(v + 768 + 2 * 80 + 33, 1, 80 + 80 - 33, f), 127);
  fclose(f);
  check_ok(ctx, bl_recording_refresh(ctx, rec));
  assert_int_equal(rec->streams[0].n_frames, 40);
  assert_int_equal(rec->annotations.n, 2);
  check_near(rec->duration_s, 4, 1e-12);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_DEVIATION), warned);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, after, &got));
  assert_int_equal(got, 40);
  assert_memory_equal(before, after, 20 * sizeof *before);
  check_samples(ctx, rec, &e);
  remove(path); /* a failure leaves what was */
  check_fails(ctx, bl_recording_refresh(ctx, rec), BL_E_IO, "cannot be opened");
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, after, &got));
  assert_int_equal(got, 40);
  free(v);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Offsets past 4 GiB: a file with holes, its last record written. */
static void large(void **arg)
{
  (void)arg;
  enum { SPR = 1000000, RECORDS = 2400 }; /* of 2 MB: 4.8e9 bytes */
  edf_spec e = {.records = "2400", .n = 1, .sig = {{.label = "EEG", .spr = "1000000"}}};
  size_t n, got;
  unsigned char *v = edf_bytes(&e, &n);
  const char *path = check_tmp_path("large.edf");
  write_bytes(path, v, n);
  free(v);
  off_t size = 512 + (off_t)RECORDS * SPR * 2;
  int fd = open(path, O_WRONLY);
  static const unsigned char last[6] = {1, 0, 0xff, 0x7f, 0, 0x80};
  bool done = fd >= 0 && !ftruncate(fd, size) && pwrite(fd, last, 6, size - 6) == 6;
  struct stat st;
  done = done && !fstat(fd, &st) && st.st_blocks < 1 << 16;
  if (fd >= 0) close(fd);
  if (!done) {
    check_tmp_done();
    print_message("this file system has no holes\n");
    skip();
  }
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->notes.n, 0);
  assert_true(rec->streams[0].n_frames == (uint64_t)RECORDS * SPR);
  float x[8];
  check_ok(ctx, bl_recording_read(ctx, rec, 0, (uint64_t)RECORDS * SPR - 3, 8, x, &got));
  assert_int_equal(got, 3);
  double cal = (298.31 + 312.7) / 65535, off = -312.7 + 32768 * cal;
  static const double digital[] = {1, 32767, -32768};
  for (int i = 0; i < 3; i++) check_near((double)x[i], digital[i] * cal + off, 1e-4);
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

/* No number makes a name that another channel has. */
static void names_are_unique(void **arg)
{
  (void)arg;
  static const struct {
    const char *labels[4], *names[4];
  } table[] = {{{"A", "A", "A-0", "B"}, {"A-1", "A-2", "A-0", "B"}},
               {{"A-1", "A", "A", "A"}, {"A-1", "A-0", "A-2", "A-3"}},
               {{"A", "A", "A-0", "A-0"}, {"A-1", "A-2", "A-0-0", "A-0-1"}}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    bl_ctx *ctx = bl_ctx_new();
    edf_spec e = {.n = 4, .n_records = 1};
    for (size_t c = 0; c < 4; c++) e.sig[c].label = table[i].labels[c];
    bl_recording *rec = open_ok(ctx, edf_write(&e, "names.edf"));
    for (size_t c = 0; c < 4; c++) assert_string_equal(rec->streams[0].channels[c].name, table[i].names[c]);
    assert_true(has_note(rec, "occurs more than once"));
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Somebody makes the file shorter while it is read: an error, where a map would have been the program's death. */
static void shrinks(void **arg)
{
  (void)arg;
  edf_spec e = {.n = 2, .n_records = 40, .sig = {{.label = "A", .spr = "5000"}, {.label = "B", .spr = "5000"}}};
  for (int k = 0; k < 2; k++) { /* whole records, and channels one by one as of very long ones */
    if (k) e.sig[0].spr = "600000", e.n_records = 2;
    bl_ctx *ctx = bl_ctx_new();
    const char *path = edf_write(&e, "shrinks.edf");
    bl_recording *rec = open_ok(ctx, path);
    uint64_t n = rec->streams[0].n_frames;
    float x[200];
    size_t got;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 50, x, &got));
    assert_int_equal(got, 50);
    assert_int_equal(truncate(path, 20000), 0);
    check_fails(ctx, bl_recording_read(ctx, rec, 0, n - 50, 50, x, &got), BL_E_IO,
                "shrinks.edf: the file became shorter while it was read");
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
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
                                           cmocka_unit_test(status_bits),
                                           cmocka_unit_test(growing),
                                           cmocka_unit_test(large),
                                           cmocka_unit_test(names_are_unique),
                                           cmocka_unit_test(shrinks),
                                           cmocka_unit_test(events_only),
                                           cmocka_unit_test(longer_header),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("edf", tests, n, NULL, NULL);
}
