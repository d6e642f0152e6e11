/* The EDF and BDF reader: each thing that real files do wrong, values to the bit, gaps. */
#include "baleen/random.h"
#include "edf_check.h"
#include "edf_rows.h"

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
  static struct CMUnitTest tests[N(rows) + N(refusals) + N(times) + 6];
  size_t n = 0;
  for (size_t i = 0; i < N(rows); i++)
    tests[n++] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  for (size_t i = 0; i < N(refusals); i++)
    tests[n++] = (struct CMUnitTest){refusals[i].name, check_refused, NULL, NULL, (void *)(uintptr_t)&refusals[i]};
  for (size_t i = 0; i < N(times); i++)
    tests[n++] = (struct CMUnitTest){times[i].name, check_times, NULL, NULL, (void *)(uintptr_t)&times[i]};
  static const struct CMUnitTest rest[] = {cmocka_unit_test(channels_say_what_the_header_says),
                                           cmocka_unit_test(each_rate_is_a_stream),
                                           cmocka_unit_test(any_cut_gives_the_same),
                                           cmocka_unit_test(names_are_unique),
                                           cmocka_unit_test(longer_header),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  for (size_t i = 0; i < N(rest); i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("edf", tests, n, NULL, NULL);
}
