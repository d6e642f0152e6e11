/* Writing EDF and BDF: limits and their steps, flat and whole-numbered channels, Status, the length of records, and annotations
 * that crowd them. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "baleen/recording_write.h"
#include "edf_rows.h"

#define N(v) (sizeof(v) / sizeof *(v))

/* One channel or two of known values; the report may be looked at. BL_OK, or what opening or writing says. */
static bl_status write_values(bl_ctx *ctx, const char *path, bl_write_spec *spec, const float *v, bl_texts *report)
{
  double least[2] = {(double)INFINITY, (double)INFINITY}, most[2] = {-(double)INFINITY, -(double)INFINITY};
  for (size_t i = 0; i < spec->n_frames * spec->n_channels; i++) {
    least[i % spec->n_channels] = fmin(least[i % spec->n_channels], (double)v[i]);
    most[i % spec->n_channels] = fmax(most[i % spec->n_channels], (double)v[i]);
  }
  spec->lo = least, spec->hi = most;
  bl_writer *w;
  bl_status s = bl_writer_open(ctx, path, spec, &w);
  if (!s) s = bl_writer_push(ctx, w, v, (size_t)spec->n_frames);
  if (!s) s = bl_writer_done(ctx, w);
  for (size_t i = 0; w && report && i < bl_writer_report(w)->n; i++)
    check_ok(ctx, bl_texts_add(ctx, report, bl_writer_report(w)->v[i]));
  bl_writer_free(ctx, w);
  return s;
}

/* Tesla in 8 characters is 0 or 1e-7: what would be flattened is refused, with the way out; what loses nothing is
 * kept. */
static void coarse_steps_are_refused(void **arg)
{
  (void)arg;
  static const char *const name[] = {"MEG 0111"}, *const unit[] = {"T"};
  static const struct {
    double middle, spread;
    bool edf, bdf; /* kept */
  } table[] = {{0, 1e-13, false, false}, {0, 1e-9, false, true},
               {0, 1e-7, true, true},    {0, 1, true, true},
               {0, 0, true, true},       {1e-13, 0, false, false},
               {1e-9, 0, false, true},   {-15.37e-6, 0, true, true},
               {0.1, 0, true, true},     {3e9, 0, false, false},
               {1, 3e-7, true, true},    /* a float has no more levels there */ {5000, 1, true, true},
               {12345678, 4, true, true}};
  float v[1000];
  for (size_t i = 0; i < N(table); i++)
    for (int bdf = 0; bdf < 2; bdf++) {
      bl_ctx *ctx = bl_ctx_new();
      for (size_t k = 0; k < N(v); k++) v[k] = (float)(table[i].middle + table[i].spread * sin((double)k));
      bl_write_spec spec = {.format = bdf ? BL_WRITE_BDF : BL_WRITE_EDF,
                            .rate_hz = 100,
                            .n_frames = N(v),
                            .n_channels = 1,
                            .names = name,
                            .units = unit};
      bl_status s = write_values(ctx, check_tmp_path("small.edf"), &spec, v, NULL);
      if ((bdf ? table[i].bdf : table[i].edf) == (s != BL_OK))
        fail_msg("row %zu, bdf %d: %s", i, bdf, s ? bl_ctx_error(ctx) : "kept");
      if (s) {
        assert_int_equal(s, BL_E_RANGE);
        assert_non_null(strstr(bl_ctx_error(ctx), table[i].spread > 0 ? "channel 'MEG 0111' goes from -1e-"
                                                                      : "throughout, of which the limits"));
        assert_non_null(strstr(bl_ctx_error(ctx), "{to_unit: {unit: fT}}"));
      }
      check_free(ctx);
      check_tmp_done();
    }
}

/* What a flat channel is read back as: 0 and what 8 characters can say exactly, the rest to 5e-5; never what its unit
 * makes of 1. */
static void flat_channels(void **arg)
{
  (void)arg;
  static const char *const name[] = {"C3"}, *const unit[] = {"V"};
  static const struct {
    float v;
    bool exact;
  } table[] = {{0, true},    {-7, true},         {40000, true},     {0.000015f, true},   {-0.25f, true},
               {0.1f, true}, {15.37e-6f, false}, {-12.3456f, true}, {-123.4567f, false}, {1.2345678f, false}};
  float v[100], got[100];
  size_t n;
  for (size_t i = 0; i < N(table); i++)
    for (int bdf = 0; bdf < 2; bdf++) {
      bl_ctx *ctx = bl_ctx_new();
      for (size_t k = 0; k < N(v); k++) v[k] = table[i].v;
      bl_write_spec spec = {.format = bdf ? BL_WRITE_BDF : BL_WRITE_EDF,
                            .rate_hz = 100,
                            .n_frames = N(v),
                            .n_channels = 1,
                            .names = name,
                            .units = unit};
      const char *path = check_tmp_path(bdf ? "flat.bdf" : "flat.edf");
      check_ok(ctx, write_values(ctx, path, &spec, v, NULL));
      bl_recording *rec;
      check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
      check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, N(v), got, &n));
      double off = fabs((double)got[50] - (double)v[50]);
      if (off > (table[i].exact ? 0 : 5e-5 * fabs((double)v[50])))
        fail_msg("row %zu: %.9g for %.9g", i, (double)got[50], (double)v[50]);
      bl_recording_close(ctx, rec);
      check_free(ctx);
      check_tmp_done();
    }
}

/* Triggers beside a signal of other numbers come back as they were from every format that has room for them. */
static void whole_channels(void **arg)
{
  (void)arg;
  static const char *const two[] = {"Cz", "Status"}, *const unit[] = {"uV", "uV"};
  static const bool whole[] = {false, true};
  static const struct {
    const char *name;
    int bits;
    float least, most;
  } table[] = {{"a.edf", 0, 0, 65281},    {"a.edf", 0, -40000, 20000}, {"a.edf", 0, 0, 255},    {"a.wav", 16, 0, 32767},
               {"a.flac", 16, -32768, 7}, {"a.flac", 24, 0, 65281},    {"a.wav", 24, 0, 65535}, {"a.bdf", 0, 0, 65281}};
  float v[200], got[400];
  for (size_t i = 0; i < 2 * N(table); i++) {
    bl_ctx *ctx = bl_ctx_new();
    size_t row = i / 2, n;
    for (size_t k = 0; k < N(v); k += 2) {
      v[k] = (float)(50.3 * sin((double)k));
      v[k + 1] = k == 20 ? table[row].least : k == 30 ? table[row].most : 7;
    }
    bl_write_spec spec = {.bits = table[row].bits,
                          .rate_hz = 100,
                          .n_frames = 100,
                          .n_channels = 2,
                          .names = two,
                          .units = unit,
                          .whole = i & 1 ? whole : NULL};
    const char *path = check_tmp_path(table[row].name);
    check_ok(ctx, write_values(ctx, path, &spec, v, NULL));
    bl_recording *rec;
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
    size_t width = rec->streams[0].n_channels; /* a BDF's has system bits too */
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 100, got, &n));
    assert_int_equal(n, 100);
    for (size_t k = 0; k < 100; k++)
      if (got[k * width + 1] != v[2 * k + 1])
        fail_msg("row %zu, %s: %.9g for %g", row, path, (double)got[k * width + 1], (double)v[2 * k + 1]);
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Records stay as small as EDFlib takes them, at any rate and number of channels. */
static void large_records(void **arg)
{
  (void)arg;
  enum { WIDE = 64, LONG = 100000 };
  static const char *names_of[WIDE], *units_of[WIDE];
  static double least[WIDE], greatest[WIDE];
  static float x[WIDE * 1000];
  for (size_t c = 0; c < WIDE; c++) names_of[c] = "x", units_of[c] = "uV", least[c] = -1.5, greatest[c] = 1.5;
  for (int bdf = 0; bdf < 2; bdf++) {
    bl_ctx *ctx = bl_ctx_new();
    const char *path = check_tmp_path(bdf ? "large.bdf" : "large.edf");
    bl_write_spec spec = {.rate_hz = 100000,
                          .n_frames = LONG,
                          .n_channels = WIDE,
                          .names = names_of,
                          .units = units_of,
                          .lo = least,
                          .hi = greatest};
    bl_writer *w;
    bool takes;
    int code;
    check_ok(ctx, bl_writer_open(ctx, path, &spec, &w));
    for (int i = 0; i < LONG / 1000; i++) check_ok(ctx, bl_writer_push(ctx, w, x, 1000));
    check_ok(ctx, bl_writer_done(ctx, w));
    bl_writer_free(ctx, w);
    check_ok(ctx, bl_edf_verdict(ctx, path, &takes, &code));
    if (!takes) fail_msg("EDFlib: %d", code);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Status and Status system become the one signal of bits; Status alone too; other numbers are refused. */
static void status_in_bdf(void **arg)
{
  (void)arg;
  static const char *const both[] = {"Status system", "Status"}, *const unit[] = {"", "Boolean"};
  static const float triggers[] = {0, 3, 300, 65535, 256, 1, 0, 7, 32768, 2}, bad[] = {0.5f, -1, 65536},
                     nearly[] = {0, 3.0003f, 300, 65535, 256, 1, 0, 6.9998f, 32768, 2};
  float v[20];
  for (int k = 0; k < 6; k++) { /* both, Status alone, the bad ones, and Status as a scale left it */
    bl_ctx *ctx = bl_ctx_new();
    size_t n = k ? 1 : 2, got;
    for (size_t i = 0; i < 10; i++) {
      if (!k) v[2 * i] = (float)(250 - i);
      v[n * i + n - 1] = k == 5 ? nearly[i] : k > 1 && i == 5 ? bad[k - 2] : triggers[i];
    }
    bl_write_spec spec = {.format = BL_WRITE_BDF,
                          .rate_hz = 10,
                          .n_frames = 10,
                          .n_channels = n,
                          .names = k ? both + 1 : both,
                          .units = k ? unit + 1 : unit};
    const char *path = check_tmp_path("status.bdf");
    bl_status s = write_values(ctx, path, &spec, v, NULL);
    if (k > 1 && k < 5) {
      check_fails(ctx, s, BL_E_RANGE,
                  k == 2   ? "channel 'Status' holds 0.5"
                  : k == 3 ? "channel 'Status' holds -1"
                           : "channel 'Status' holds 65536");
    } else {
      check_ok(ctx, s);
      bl_recording *rec;
      float x[20];
      check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
      assert_int_equal(rec->streams[0].n_channels, 2);
      assert_string_equal(rec->streams[0].channels[0].name, "Status");
      check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 10, x, &got));
      for (size_t i = 0; i < 10; i++) {
        check_near((double)x[2 * i], (double)triggers[i], 0);
        check_near((double)x[2 * i + 1], k ? 0 : (double)(250 - i), 0);
      }
      bl_recording_close(ctx, rec);
    }
    check_free(ctx);
    check_tmp_done();
  }
}

/* Lengths that come out of odd rates: little padding or none, and never unsaid. */
static void record_lengths(void **arg)
{
  (void)arg;
  static const char *const name[] = {"x"}, *const unit[] = {"uV"};
  static const struct {
    double rate;
    size_t frames, most; /* what may be there in the end */
  } table[] = {{33.3, 416, 416}, {33.3, 2997, 2997}, {33.3, 9001, 9001},   {256, 1003, 1024},    {250, 1003, 1250},
               {12.8, 100, 100}, {0.1, 50, 50},      {44100, 1000, 44100}, {100.0 / 3, 401, 401}};
  float v[9001];
  for (size_t i = 0; i < N(v); i++) v[i] = (float)(100 * sin((double)i));
  for (size_t i = 0; i < N(table); i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_texts report = {0};
    bl_write_spec spec = {.format = BL_WRITE_EDF,
                          .rate_hz = table[i].rate,
                          .n_frames = table[i].frames,
                          .n_channels = 1,
                          .names = name,
                          .units = unit};
    const char *path = check_tmp_path("odd.edf");
    check_ok(ctx, write_values(ctx, path, &spec, v, &report));
    bl_recording *rec;
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
    const bl_rec_stream *s = &rec->streams[0];
    if (s->n_frames < table[i].frames || s->n_frames > table[i].most)
      fail_msg("row %zu: %llu frames", i, (unsigned long long)s->n_frames);
    bool padded = false;
    for (size_t k = 0; k < report.n; k++) padded |= strstr(report.v[k], "filled up") != NULL;
    assert_int_equal(padded, s->n_frames > table[i].frames);
    check_near(s->rate_hz, table[i].rate, 1e-6 * table[i].rate);
    bl_recording_close(ctx, rec);
    bl_texts_free(ctx, &report);
    check_free(ctx);
    check_tmp_done();
  }
}

/* 400 annotations in the last second of ten minutes: they also stand in earlier records, and the file stays small. */
static void crowded_annotations(void **arg)
{
  (void)arg;
  enum { SECONDS = 600, LABELS = 400 };
  static const char *const name[] = {"x"}, *const unit[] = {"uV"};
  bl_ctx *ctx = bl_ctx_new();
  float *v = calloc(SECONDS * 100, sizeof *v);
  for (size_t i = 0; i < SECONDS * 100; i++) v[i] = (float)(i % 77);
  bl_annotations a = {0};
  char label[16] = "spike";
  for (int i = 0; i < LABELS; i++) {
    bl_annotation one = {
        .onset_s = SECONDS - 1 + i / 500.0, .low_hz = (double)NAN, .high_hz = (double)NAN, .label = label};
    check_ok(ctx, bl_annotations_add(ctx, &a, &one));
  }
  bl_write_spec spec = {.format = BL_WRITE_EDF,
                        .rate_hz = 100,
                        .n_frames = SECONDS * 100,
                        .n_channels = 1,
                        .names = name,
                        .units = unit,
                        .annotations = &a};
  const char *path = check_tmp_path("crowd.edf");
  check_ok(ctx, write_values(ctx, path, &spec, v, NULL));
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_true(st.st_size < SECONDS * 200 * 3 / 2);
  bl_recording *rec;
  check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  assert_int_equal(rec->annotations.n, LABELS);
  for (size_t i = 0; i < LABELS; i++) check_near(rec->annotations.v[i].onset_s, a.v[i].onset_s, 1e-7);
  bool takes;
  int code;
  check_ok(ctx, bl_edf_verdict(ctx, path, &takes, &code));
  assert_true(takes);
  bl_recording_close(ctx, rec);
  bl_annotations_free(ctx, &a);
  free(v);
  check_free(ctx);
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(coarse_steps_are_refused),
                                            cmocka_unit_test(flat_channels),
                                            cmocka_unit_test(whole_channels),
                                            cmocka_unit_test(large_records),
                                            cmocka_unit_test(status_in_bdf),
                                            cmocka_unit_test(record_lengths),
                                            cmocka_unit_test(crowded_annotations)};
  return _cmocka_run_group_tests("edf_write", tests, N(tests), NULL, NULL);
}
