/* Time stamps of many records against their samples: rounding, drift, small gaps, bad stamps; and labels, which stay on
 * the samples they were put on. */
#include <math.h>

#include "baleen/recording_write.h"
#include "edf_builder.h"

#define N(v) (sizeof(v) / sizeof *(v))
enum { TAL_SAMPLES = 60 };

/* A file of n records of spr samples; stamps[r], or every_s * r with that many decimals, NAN: none. A label "x" at each
 * n_labels-th time of labels, in the record given, as far behind that record's stamp as given. */
typedef struct stamped {
  const char *reserved, *duration, *spr;
  size_t n;
  const double *stamps;
  double every_s;
  int decimals;
  size_t n_labels;
  struct {
    size_t record;
    double onset_s, duration_s;
  } labels[4];
} stamped;

static const char *stamped_write(const stamped *w, const char *name)
{
  edf_spec e = {.reserved = w->reserved,
                .duration = w->duration,
                .n = 2,
                .n_records = 1,
                .sig = {{.label = "EEG", .spr = w->spr}, {.label = "EDF Annotations", .spr = "60"}},
                .tal = {""}};
  size_t one, record = (size_t)atol(w->spr) * 2 + TAL_SAMPLES * 2, used = 768;
  char *bytes = (char *)edf_bytes(&e, &one), *all = calloc(1, 768 + w->n * record);
  memcpy(all, bytes, 768);
  snprintf(bytes, 9, "%-8zu", w->n);
  memcpy(all + 236, bytes, 8);
  for (size_t r = 0; r < w->n; r++, used += record) {
    char *tal = all + used + record - TAL_SAMPLES * 2, *at = tal;
    double stamp = w->stamps ? w->stamps[r] : (double)r * w->every_s;
    if (!isnan(stamp)) at += sprintf(at, "%+.*f\x14\x14", w->decimals, stamp) + 1;
    for (size_t i = 0; i < w->n_labels; i++) {
      if (w->labels[i].record != r) continue;
      at += sprintf(at, "%+.6f", w->labels[i].onset_s);
      if (w->labels[i].duration_s > 0) at += sprintf(at, "\x15%.6f", w->labels[i].duration_s);
      at += sprintf(at, "\x14x\x14") + 1;
    }
    if (at > tal + TAL_SAMPLES * 2) fail_msg("too many labels");
  }
  const char *path = check_tmp_path(name);
  write_bytes(path, all, used);
  free(bytes);
  free(all);
  return path;
}

static bl_recording *open_ok(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  return rec;
}

static const char *note_with(const bl_recording *rec, const char *part)
{
  for (size_t i = 0; i < rec->notes.n; i++)
    if (strstr(rec->notes.v[i], part)) return rec->notes.v[i];
  return NULL;
}

/* A sample clock 50 ppm slow against the stamps': one run, labels on their samples wherever they stand in the file, a
 * note. */
static void drift(void **arg)
{
  (void)arg;
  stamped w = {"EDF+C",
               "1",
               "100",
               4000,
               NULL,
               1.00005,
               6,
               4,
               {{1999, 1999 * 1.00005 + 0.5, 0},
                {3999, 3999 * 1.00005 + 0.25, 0},
                {0, 3000 * 1.00005 + 0.5, 0},
                {10, 10 * 1.00005, 3000}}};
  static const double want[] = {10, 1999.5, 3000.5, 3999.25};
  for (int d = 0; d < 2; d++) {
    bl_ctx *ctx = bl_ctx_new();
    w.reserved = d ? "EDF+D" : "EDF+C";
    bl_recording *rec = open_ok(ctx, stamped_write(&w, "drift.edf"));
    assert_int_equal(rec->streams[0].n_runs, 1);
    check_near(rec->duration_s, 4000, 0);
    assert_int_equal(rec->annotations.n, 4);
    for (size_t i = 0; i < 4; i++) check_near(rec->annotations.v[i].onset_s, want[i], 2e-6);
    check_near(rec->annotations.v[0].duration_s, 3000 / 1.00005, 1e-4); /* both ends stand on their samples */
    assert_non_null(note_with(rec, "drift by +50 ppm against the samples, +0.200 s in all"));
    assert_int_equal(rec->n_deviations > 0, !d); /* EDF+D may have small gaps; contiguous is what this is not */
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* 40 ms are lost in each record, less than half a sample: all the same 199 * 40 ms are gaps in the end. */
static void small_gaps(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  stamped w = {"EDF+D", "1", "10", 200, NULL, 1.04, 2, 2, {{150, 150 * 1.04 + 0.5, 0}, {151, 151 * 1.04 + 0.25, 0}}};
  bl_recording *rec = open_ok(ctx, stamped_write(&w, "small.edf"));
  const bl_rec_stream *s = &rec->streams[0];
  assert_int_equal(s->n_runs, 100);
  check_near(s->runs[75].start_s, 150 * 1.04, 1e-9);
  check_near(rec->annotations.v[0].onset_s, 150 * 1.04 + 0.5, 1e-9);
  check_near(rec->annotations.v[1].onset_s, s->runs[75].start_s + 1.25, 1e-9);
  check_near(rec->duration_s, 200 + 99 * 0.08, 1e-9);
  assert_int_equal(rec->notes.n, 0);
  bl_texts report = {0};
  const char *out = check_tmp_path("repaired.edf");
  bl_edf_copying how = {.from_s = (double)NAN, .to_s = (double)NAN};
  check_ok(ctx, bl_edf_copy(ctx, rec, out, &how, &report));
  bl_recording *copy = open_ok(ctx, out);
  assert_string_equal(copy->format, "EDF+D");
  check_near(copy->duration_s, rec->duration_s, 1e-9);
  check_near(copy->annotations.v[1].onset_s, rec->annotations.v[1].onset_s, 1e-6);
  bl_texts_free(ctx, &report);
  bl_recording_close(ctx, copy);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Records of 1/3 s at 300 Hz, stamps rounded to 10 ms, three samples: no gap, no drift, no label moves. */
static void rounding(void **arg)
{
  (void)arg;
  static const char *const kinds[] = {"EDF+C", "EDF+D"};
  for (size_t k = 0; k < N(kinds); k++) {
    bl_ctx *ctx = bl_ctx_new();
    stamped w = {kinds[k], "0.333333", "100", 3000, NULL, 0.333333, 2, 1, {{1000, 333.4, 0}}};
    bl_recording *rec = open_ok(ctx, stamped_write(&w, "rounded.edf"));
    assert_int_equal(rec->streams[0].n_runs, 1);
    check_near(rec->annotations.v[0].onset_s, 333.4, 5e-3);
    assert_null(note_with(rec, "drift by"));
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* What each row's stamps, of records of 1 s, are taken for: runs by first record and start; a label half a second
 * behind the stamp of record `labelled` comes to lie at label_s. */
static void stamps(void **arg)
{
  (void)arg;
  static const struct {
    double v[12];
    size_t n, n_runs;
    bl_stretch runs[3];
    size_t labelled;
    double label_s;
    const char *note;
  } rows[] = {
      {{0, 1, 2, 0, 4, 5, 6},
       7,
       1,
       {{0, 0, 700}},
       5,
       5.5,
       "byte 1928: annotation of signal 2 'EDF Annotations' gives a record a time that those of the next records contradict"},
      {{0, 1, 2, 9, 4, 5, 6}, 7, 1, {{0, 0, 700}}, 5, 5.5, "contradict"},
      {{0, 1, 2, 9, 10, 5, 6, 7, 8},
       9,
       1,
       {{0, 0, 900}},
       6,
       6.5,
       "contradict; the record was taken to follow the one before (and 1 more like it)"},
      {{0, 1, 2, 9, 0, 11, 12}, 7, 2, {{0, 0, 300}, {9, 300, 400}}, 5, 11.5, "contradict"},
      {{5, 1, 2, 3, 4},
       5,
       1,
       {{0, 0, 500}},
       3,
       3.5,
       "byte 968: annotation of signal 2 'EDF Annotations' gives a record a time that those of the next records contradict"},
      {{0, 1, 2, 2.5, 3.5, 4.5, 5.5},
       7,
       1,
       {{0, 0, 700}},
       5,
       5.5,
       "before the end of the one before"}, /* a clock set back */
      {{0, 1, 2, -60, -59, -58, -57}, 7, 1, {{0, 0, 700}}, 4, 4.5, "before the end of the one before"},
      {{0, 1, 5, 6, 6.5, 7.5, 8.5}, 7, 2, {{0, 0, 200}, {5, 200, 500}}, 5, 8.5, "before the end of the one before"},
      {{0, (double)NAN, 2, 7, (double)NAN, 9}, 6, 2, {{0, 0, 300}, {7, 300, 300}}, 5, 9.5, "its time is missing"},
      {{0, 1, 2, 20, 50, 51, 52},
       7,
       3,
       {{0, 0, 300}, {20, 300, 100}, {50, 400, 300}},
       4,
       50.5,
       "gap, though the file says it is contiguous"},
      {{0, 1, 2, 3, 10},
       5,
       2,
       {{0, 0, 400}, {10, 400, 100}},
       4,
       10.5,
       "gap, though the file says it is contiguous"}, /* none left to contradict */
      {{0, 1.016, 2.016, 3.016},
       4,
       2,
       {{0, 0, 100}, {1.016, 100, 300}},
       3,
       3.516,
       "gap, though"}, /* one sample beyond the tolerance */
  };
  for (size_t i = 0; i < N(rows); i++) {
    bl_ctx *ctx = bl_ctx_new();
    stamped w = {
        "EDF+C", "1", "100", rows[i].n, rows[i].v, 0, 3, 1, {{rows[i].labelled, rows[i].v[rows[i].labelled] + 0.5, 0}}};
    bl_recording *rec = open_ok(ctx, stamped_write(&w, "stamps.edf"));
    const bl_rec_stream *s = &rec->streams[0];
    if (s->n_runs != rows[i].n_runs) fail_msg("row %zu: %zu runs", i, s->n_runs);
    for (size_t k = 0; k < s->n_runs; k++) {
      check_near(s->runs[k].start_s, rows[i].runs[k].start_s, 1e-9);
      assert_int_equal(s->runs[k].first, rows[i].runs[k].first);
      assert_int_equal(s->runs[k].n, rows[i].runs[k].n);
    }
    if (!(fabs(rec->annotations.v[0].onset_s - rows[i].label_s) < 1e-6))
      fail_msg("row %zu: label at %.9g, wanted %g", i, rec->annotations.v[0].onset_s, rows[i].label_s);
    if (!note_with(rec, rows[i].note))
      fail_msg("row %zu: no note '%s', but '%s'", i, rows[i].note, rec->notes.n ? rec->notes.v[0] : "");
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Stamps that run slower than the samples, or are none: they move neither the start nor a label out of the recording. A
 * label half a second behind the beginning of records 10, 30, 50 by the samples' time (said) or by the stamps'
 * (seen). */
typedef enum slow_kind { ALL_ZERO, HALF, TWICE, REVERSED, SLOW_2000 } slow_kind;
static double slow_stamp(slow_kind kind, size_t r)
{
  double t = (double)r;
  return kind == ALL_ZERO   ? 0
         : kind == HALF     ? t / 2
         : kind == TWICE    ? (double)(r / 2)
         : kind == REVERSED ? 59 - t
                            : t * 0.998;
}

static void slow_stamps(void **arg)
{
  (void)arg;
  enum { RECORDS = 60 };
  static const struct {
    const char *plus, *spr;
    slow_kind kind;
    double moved; /* of 1 s */
  } rows[] = {{"EDF+C", "100", ALL_ZERO, 0},     {"EDF+D", "100", ALL_ZERO, 0}, {"EDF+C", "100", HALF, 0},
              {"EDF+D", "100", HALF, 0},         {"EDF+C", "100", TWICE, 0},    {"EDF+D", "100", REVERSED, 0},
              {"EDF+C", "1000", SLOW_2000, 2e-3}};
  for (size_t i = 0; i < N(rows); i++) {
    bl_ctx *ctx = bl_ctx_new();
    double v[RECORDS];
    for (size_t r = 0; r < RECORDS; r++) v[r] = slow_stamp(rows[i].kind, r);
    stamped w = {rows[i].plus, "1", rows[i].spr, RECORDS, v, 0, 3, 3, {{10, 10.5, 0}, {30, 30.5, 0}, {50, 50.5, 0}}};
    bl_recording *rec = open_ok(ctx, stamped_write(&w, "slow.edf"));
    if (strcmp(rec->start, "2009-08-12T16:15:00")) fail_msg("row %zu: start %s", i, rec->start);
    assert_int_equal(rec->streams[0].n_runs, 1);
    for (size_t k = 0; k < 3; k++) {
      double want = (10.5 + 20 * (double)k) + rows[i].moved * (10 + 20 * (double)k);
      if (!(fabs(rec->annotations.v[k].onset_s - want) < 1e-6))
        fail_msg("row %zu: label at %.9g, wanted %g", i, rec->annotations.v[k].onset_s, want);
    }
    assert_true(rec->notes.n > 0);
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Ordinary clocks, a little slow: the start stays, each label on its sample, whatever records are long and samples are
 * wide. */
static void slow_clocks(void **arg)
{
  (void)arg;
  enum { RECORDS = 120 };
  static const double ppm[] = {-10, -50, -120, -500};
  static const double rates[] = {256, 512};
  for (size_t i = 0; i < N(ppm) * 8; i++) {
    double record_s = i & 1 ? 10 : 1, rate = rates[i >> 1 & 1], slow = 1 + ppm[i >> 3] * 1e-6, v[RECORDS];
    char spr[16];
    snprintf(spr, sizeof spr, "%.0f", rate * record_s);
    for (size_t r = 0; r < RECORDS; r++) v[r] = (double)r * record_s * slow;
    bl_ctx *ctx = bl_ctx_new();
    stamped w = {i & 4 ? "EDF+C" : "EDF+D",
                 i & 1 ? "10" : "1",
                 spr,
                 RECORDS,
                 v,
                 0,
                 6,
                 2,
                 {{60, v[60] + 0.5 * record_s, 0}, {3, v[110] + 0.5 * record_s, 0}}};
    bl_recording *rec = open_ok(ctx, stamped_write(&w, "clock.edf"));
    if (strcmp(rec->start, "2009-08-12T16:15:00"))
      fail_msg("%g ppm, %g s, %g Hz: start %s", ppm[i >> 3], record_s, rate, rec->start);
    check_near(rec->duration_s, RECORDS * record_s, 1e-9);
    for (size_t k = 0; k < 2; k++)
      if (!(fabs(rec->annotations.v[k].onset_s - ((k ? 110 : 60) + 0.5) * record_s) < 5e-6))
        fail_msg("%g ppm, %g s, %g Hz: label at %.9g", ppm[i >> 3], record_s, rate, rec->annotations.v[k].onset_s);
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

/* A label of the last second by its own clock, which is slow against the samples, is not told behind the recording's
 * end. */
static void stays_inside(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  stamped w = {"EDF+C", "1", "100", 4000, NULL, 0.9999, 6, 1, {{3999, 3999.9, 0}}};
  bl_recording *rec = open_ok(ctx, stamped_write(&w, "inside.edf"));
  check_near(rec->annotations.v[0].onset_s, 3999.9, 1e-6);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Whether a gap lies before a clock's drift or behind it, it is as long as the stamps say. */
static void gap_amid_drift(void **arg)
{
  (void)arg;
  enum { RECORDS = 1000 };
  double v[RECORDS];
  for (size_t r = 0; r < RECORDS; r++) v[r] = (double)r * 0.9999 + (r >= 600 ? 3 : 0);
  bl_ctx *ctx = bl_ctx_new();
  stamped w = {"EDF+D", "1", "100", RECORDS, v, 0, 6, 2, {{599, v[599] + 0.5, 0}, {900, v[900] + 0.5, 0}}};
  bl_recording *rec = open_ok(ctx, stamped_write(&w, "gap.edf"));
  assert_int_equal(rec->streams[0].n_runs, 2);
  check_near(rec->streams[0].runs[1].start_s, 603, 1e-3);
  check_near(rec->annotations.v[0].onset_s, 599.5, 1e-5);
  check_near(rec->annotations.v[1].onset_s, rec->streams[0].runs[1].start_s + 300.5, 1e-5);
  assert_non_null(note_with(rec, "drift by -99.9 ppm"));
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Stamps that stray to and fro by far more than the tolerance: time does not grow with each of them. */
static void jitter(void **arg)
{
  (void)arg;
  enum { RECORDS = 1000 };
  double v[RECORDS];
  for (size_t r = 0; r < RECORDS; r++) v[r] = (double)r + (double)(r * 2654435761u >> 16 & 0xff) * 2e-4;
  bl_ctx *ctx = bl_ctx_new();
  stamped w = {"EDF+D", "1", "100", RECORDS, v, 0, 6, 1, {{900, v[900] + 0.5, 0}}};
  bl_recording *rec = open_ok(ctx, stamped_write(&w, "jitter.edf"));
  assert_true(rec->duration_s < RECORDS + 0.06);
  assert_true(fabs(rec->annotations.v[0].onset_s - 900.5) < 0.06);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static bl_status open_it(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  stamped w = {"EDF+D", "1", "10", 40, NULL, 1.04, 2, 1, {{15, 15.9, 0}}};
  check_every_allocation_failing(open_it, (void *)(uintptr_t)stamped_write(&w, "sweep.edf"));
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(drift),        cmocka_unit_test(small_gaps),
      cmocka_unit_test(rounding),     cmocka_unit_test(stamps),
      cmocka_unit_test(slow_stamps),  cmocka_unit_test(slow_clocks),
      cmocka_unit_test(stays_inside), cmocka_unit_test(gap_amid_drift),
      cmocka_unit_test(jitter),       cmocka_unit_test(survives_every_allocation_failing)};
  return _cmocka_run_group_tests("edf_times", tests, N(tests), NULL, NULL);
}
