/* The GDF reader: both header versions, every sample type, both tables of events, units, limits, breaks, what is
 * broken, and files by BioSig against the EDF files they were made from. */
#include <math.h>

#include "baleen/recording.h"
#include "edf_builder.h"
#include "gdf.h"
#include "golden.h"

enum { MAX_BYTES = 1 << 16 };

typedef struct event {
  uint32_t pos, dur;
  uint16_t type, channel;
} event;

typedef struct gdf_chan {
  const char *label, *unit; /* unit: for 1.x */
  unsigned type, spr, unit_code;
  double pmin, pmax, dmin, dmax;
} gdf_chan;

typedef struct gdf_spec {
  const char *version;
  size_t n, n_records;
  gdf_chan c[4];
  uint32_t num, den;
  double duration;                     /* as a float64 instead, when not 0 */
  long long records_said, header_said; /* 0: right */
  const char *names;                   /* of event types, '|' for NUL; 2.x only */
  int mode;
  double event_hz;
  event events[4];
  size_t n_events;
  long cut;
} gdf_spec;

typedef struct out {
  unsigned char v[MAX_BYTES];
  size_t n;
} out;

static void put_u(out *o, uint64_t x, size_t n)
{
  for (size_t i = 0; i < n; i++, x >>= 8) o->v[o->n++] = (unsigned char)x;
}
static void put_f64(out *o, double x)
{
  uint64_t bits;
  memcpy(&bits, &x, 8);
  put_u(o, bits, 8);
}
static void put_text(out *o, const char *s, size_t n)
{
  for (size_t i = 0, end = 0; i < n; i++) {
    end |= !s[i < strlen(s) ? i : strlen(s)];
    o->v[o->n++] = (unsigned char)(end ? 0 : s[i]);
  }
}

static size_t width_of(unsigned type)
{
  return type <= 2 ? 1 : type <= 4 ? 2 : type <= 6 || type == 16 ? 4 : type <= 8 || type == 17 ? 8 : 3;
}

/* Stored number k of channel c: over the type's range as far as a double holds it exactly. */
static double stored(const gdf_chan *c, size_t i, size_t k)
{
  uint32_t x = (uint32_t)(k * 2654435761u + i * 40503u + 977u);
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  double u = (double)x / 4294967296.0;
  switch (c->type) {
  case 0:
  case 1: return floor(u * 256) - 128;
  case 2: return floor(u * 256);
  case 3: return floor(u * 65536) - 32768;
  case 4: return floor(u * 65536);
  case 279: return floor(u * 16777216) - 8388608;
  case 535: return floor(u * 16777216);
  case 5:
  case 7: return floor(u * 4294967296.0) - 2147483648.0;
  case 6:
  case 8: return floor(u * 4294967296.0);
  case 16: return (double)(float)(u * 20.37 - 11.3);
  default: return u * 20.37 - 11.3;
  }
}

static void put_stored(out *o, const gdf_chan *c, double x)
{
  if (c->type == 17) put_f64(o, x);
  else if (c->type == 16) {
    float f = (float)x;
    uint32_t bits;
    memcpy(&bits, &f, 4);
    put_u(o, bits, 4);
  } else put_u(o, (uint64_t)(int64_t)x, width_of(c->type));
}

static const char *write_gdf(const gdf_spec *g, const char *name)
{
  static out o;
  memset(&o, 0, sizeof o);
  bool old = atof(g->version) < 1.9;
  size_t third = g->names ? 256 : 0;
  put_text(&o, "GDF ", 4);
  put_text(&o, g->version, 4);
  put_text(&o, "P1 X", 160);
  if (old) put_text(&o, "2009081216150025", 16);
  else put_u(&o, (uint64_t)733997 << 32 | 0xad555555u, 8), put_u(&o, 0, 8); /* 12 August 2009, 16:15:00 */
  uint64_t header = 256 * (g->n + 1) + third;
  if (g->header_said) header = (uint64_t)g->header_said;
  put_u(&o, old ? header : header / 256, 8);
  put_u(&o, 0, 236 - o.n);
  put_u(&o, (uint64_t)(g->records_said ? g->records_said : (long long)g->n_records), 8);
  if (g->duration != 0) put_f64(&o, g->duration);
  else put_u(&o, g->num, 4), put_u(&o, g->den, 4);
  put_u(&o, g->n, 4);
  for (size_t i = 0; i < g->n; i++) put_text(&o, g->c[i].label, 16);
  for (size_t i = 0; i < g->n; i++) put_text(&o, "AgCl", 80);
  if (old)
    for (size_t i = 0; i < g->n; i++) put_text(&o, g->c[i].unit, 8);
  else {
    for (size_t i = 0; i < g->n; i++) put_u(&o, 0, 6);
    for (size_t i = 0; i < g->n; i++) put_u(&o, g->c[i].unit_code, 2);
  }
  for (size_t i = 0; i < g->n; i++) put_f64(&o, g->c[i].pmin);
  for (size_t i = 0; i < g->n; i++) put_f64(&o, g->c[i].pmax);
  for (int which = 0; which < 2; which++)
    for (size_t i = 0; i < g->n; i++) {
      double x = which ? g->c[i].dmax : g->c[i].dmin;
      if (old) put_u(&o, (uint64_t)(int64_t)x, 8);
      else put_f64(&o, x);
    }
  for (size_t i = 0; i < g->n; i++) put_text(&o, "", 80);
  for (size_t i = 0; i < g->n; i++) put_u(&o, g->c[i].spr, 4);
  for (size_t i = 0; i < g->n; i++) put_u(&o, g->c[i].type, 4);
  for (size_t i = 0; i < g->n; i++) put_text(&o, "", 32);
  if (third) {
    size_t at = o.n, len = strlen(g->names);
    put_u(&o, 1, 1);
    put_u(&o, len, 3);
    for (size_t i = 0; i < len; i++) o.v[o.n++] = (unsigned char)(g->names[i] == '|' ? 0 : g->names[i]);
    o.n = at + third;
  }
  for (size_t r = 0; r < g->n_records; r++)
    for (size_t i = 0; i < g->n; i++)
      for (size_t k = 0; k < g->c[i].spr; k++) put_stored(&o, &g->c[i], stored(&g->c[i], i, r * g->c[i].spr + k));
  if (g->n_events) {
    put_u(&o, (uint64_t)g->mode, 1);
    if (atof(g->version) < 1.94) {
      put_u(&o, (uint64_t)g->event_hz, 3);
      put_u(&o, g->n_events, 4);
    } else {
      float hz = (float)g->event_hz;
      uint32_t bits;
      memcpy(&bits, &hz, 4);
      put_u(&o, g->n_events, 3);
      put_u(&o, bits, 4);
    }
    for (size_t i = 0; i < g->n_events; i++) put_u(&o, g->events[i].pos, 4);
    for (size_t i = 0; i < g->n_events; i++) put_u(&o, g->events[i].type, 2);
    for (size_t i = 0; i < g->n_events && g->mode & 2; i++) put_u(&o, g->events[i].channel, 2);
    for (size_t i = 0; i < g->n_events && g->mode & 2; i++) put_u(&o, g->events[i].dur, 4);
  }
  const char *path = check_tmp_path(name);
  write_bytes(path, o.v, o.n - (size_t)g->cut);
  return path;
}

static void check_channel(bl_ctx *ctx, bl_recording *rec, size_t stream, size_t at, const gdf_chan *c, size_t i)
{
  bl_rec_stream *st = &rec->streams[stream];
  float *v = malloc((size_t)st->n_frames * st->n_channels * sizeof *v + 1);
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, stream, 0, (size_t)st->n_frames, v, &got));
  assert_int_equal(got, st->n_frames);
  double cal = (c->pmax - c->pmin) / (c->dmax - c->dmin), off = c->pmin - c->dmin * cal;
  for (size_t k = 0; k < got; k++) {
    double x = stored(c, i, k);
    float want = (float)(x * cal + off), have = v[k * st->n_channels + at];
    if (c->type != 16 && c->type != 17 && (x < c->dmin || x > c->dmax)) {
      if (!isnan(have)) fail_msg("type %u, sample %zu: %g is beyond the limits, got %g", c->type, k, x, (double)have);
    } else if (memcmp(&want, &have, sizeof want)) {
      fail_msg("type %u, sample %zu: %.9g, want %.9g", c->type, k, (double)have, (double)want);
    }
  }
  free(v);
}

/* Every sample type under both header versions, two rates, limits within the type's range. */
static void types(void **arg)
{
  (void)arg;
  static const unsigned all[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 279, 535};
  static const char *const versions[] = {"1.25", "2.10"};
  for (size_t v = 0; v < 2; v++)
    for (size_t t = 0; t < sizeof all / sizeof *all; t++) {
      gdf_spec g = {.version = versions[v],
                    .n = 3,
                    .n_records = 7,
                    .num = 1,
                    .den = 2,
                    .c = {{"Cz", "uV", all[t], 20, 4275, -312.7, 298.31, -100, 110},
                          {"slow", "mV", 3, 5, 4274, -1.5, 2.25, -32768, 32767},
                          {"Pz", "uV", all[t], 20, 4275, -1e3, 1.5e3, -2000000, 2000000}}};
      bl_ctx *ctx = bl_ctx_new();
      bl_recording *rec;
      check_ok(ctx, bl_recording_open(ctx, write_gdf(&g, "types.gdf"), &rec));
      if (rec->notes.n) fail_msg("%s", rec->notes.v[0]);
      assert_int_equal(rec->n_streams, 2);
      check_near(rec->streams[0].rate_hz, 40, 0);
      check_near(rec->streams[1].rate_hz, 10, 0);
      assert_int_equal(rec->streams[0].n_frames, 140);
      assert_string_equal(rec->streams[0].channels[1].name, "Pz");
      assert_string_equal(rec->streams[0].channels[0].unit, "uV");
      assert_string_equal(rec->streams[1].channels[0].unit, "mV");
      assert_string_equal(rec->start, v ? "2009-08-12T16:15:00" : "2009-08-12T16:15:00.250");
      check_near(rec->streams[0].channels[0].hi, 298.31, 0);
      check_channel(ctx, rec, 0, 0, &g.c[0], 0);
      check_channel(ctx, rec, 0, 1, &g.c[2], 2);
      check_channel(ctx, rec, 1, 0, &g.c[1], 1);
      bl_recording_close(ctx, rec);
      check_free(ctx);
    }
  check_tmp_done();
}

#define PLAIN                                                                                                          \
  .n = 1, .n_records = 30, .num = 1, .den = 10, .c = {{"Cz", "uV", 3, 10, 4275, -312.7, 298.31, -32768, 32767}}

static void events(void **arg)
{
  (void)arg;
  static const char *const versions[] = {"1.25", "2.10", "2.51", "2.51"};
  static const char *const names[] = {NULL, NULL, "T0|Tap \xe4|T2||",
                                      "|T0|Tap \xe4|T2||"}; /* the last as BioSig writes it */
  for (size_t v = 0; v < 4; v++)
    for (int mode = 1; mode <= 3; mode += 2) {
      gdf_spec g = {.version = versions[v],
                    PLAIN,
                    .mode = mode,
                    .event_hz = 50,
                    .n_events = 4,
                    .names = names[v],
                    .events = {{11, 25, 2, 0}, {76, 5, 0x0302, 1}, {86, 0, 0x8302, 0}, {101, 0, 0x7ffe, 0}}};
      if (mode == 3) g.n_events = 2;
      bl_ctx *ctx = bl_ctx_new();
      bl_recording *rec;
      check_ok(ctx, bl_recording_open(ctx, write_gdf(&g, "events.gdf"), &rec));
      const bl_annotations *a = &rec->annotations;
      assert_int_equal(a->n, mode == 3 ? 2 : 3);
      check_near(a->v[0].onset_s, 0.2, 1e-12);
      check_near(a->v[0].duration_s, mode == 3 ? 0.5 : 0, 1e-12);
      assert_string_equal(a->v[0].label, v >= 2 ? "Tap \xc3\xa4" : "2");
      check_near(a->v[1].onset_s, 1.5, 1e-12);
      assert_string_equal(a->v[1].label, "770");
      check_near(a->v[1].duration_s, mode == 3 ? 0.1 : 0.2, 1e-12); /* mode 1: by the event of type 0x8302 */
      if (mode == 3) assert_string_equal(a->v[1].channel, "Cz");
      assert_int_equal(rec->streams[0].n_runs, mode == 3 ? 1 : 2);
      if (mode == 1) assert_int_equal(rec->streams[0].runs[1].first, 200);
      bl_recording_close(ctx, rec);
      check_free(ctx);
    }
  check_tmp_done();
}

/* clang-format off */
static const struct row {
  const char *name;
  gdf_spec g;
  const char *note; /* or, when status is none, part of the error; NULL: there may be no note */
  bl_status status;
  uint64_t frames;
  double rate;
} rows[] = {
  {"duration as a number", {.version = "2.51", .n = 1, .n_records = 3, .duration = 0.00625, .c = {{"Cz", "", 3, 1, 4256, -1, 1, -9, 9}}}, NULL, BL_OK, 3, 160},
  {"records unknown", {.version = "2.10", PLAIN, .records_said = -1}, "number of records is -1", BL_OK, 300, 100},
  {"cut in the data", {.version = "2.10", PLAIN, .cut = 7}, "the file ends early: the header says 30 records of 20 bytes, 29", BL_OK, 290, 100},
  {"cut in the events", {.version = "2.10", PLAIN, .mode = 1, .event_hz = 9, .n_events = 2, .cut = 1}, "inside the table of 2 events", BL_OK, 300, 100},
  {"header size too small", {.version = "1.25", PLAIN, .header_said = 256}, "byte 184: header size is 256", BL_OK, 300, 100},
  {"no duration", {.version = "2.10", .n = 1, .n_records = 3, .c = {{"Cz", "", 3, 10, 4256, -1, 1, -9, 9}}}, "record duration makes no sense", BL_OK, 30, 10},
  {"limits equal", {.version = "2.10", .n = 1, .n_records = 3, .num = 1, .den = 1, .c = {{"Cz", "", 3, 10, 4256, -1, 1, 4, 4}}}, "make no scale; it is marked unusable", BL_OK, 30, 10},
  {"unit not known", {.version = "2.10", .n = 1, .n_records = 3, .num = 1, .den = 1, .c = {{"Cz", "", 3, 10, 9999, -1, 1, -4, 4}}}, "code 9999", BL_OK, 30, 10},
  {"same name twice", {.version = "2.10", .n = 2, .n_records = 3, .num = 1, .den = 1, .c = {{"Cz", "", 3, 10, 4256, -1, 1, -4, 4}, {"Cz", "", 3, 10, 4256, -1, 1, -4, 4}}}, "'Cz' occurs more than once", BL_OK, 30, 10},
  {"events of no rate", {.version = "2.10", PLAIN, .mode = 1, .n_events = 2, .events = {{1, 0, 5, 0}, {9, 0, 5, 0}}}, "the events' rate is missing", BL_OK, 300, 100},
  {"events of no mode", {.version = "2.10", PLAIN, .mode = 8, .event_hz = 9, .n_events = 2}, "mode 8, which is none", BL_OK, 300, 100},
  {"a later version", {.version = "4.00", PLAIN}, "version is 4.00", BL_OK, 300, 100},
  {"no version", {.version = "x.25", PLAIN}, "byte 0", BL_E_FORMAT, 0, 0},
  {"type unknown", {.version = "2.10", .n = 1, .n_records = 3, .num = 1, .den = 1, .c = {{"Cz", "", 18, 10, 4256, -1, 1, -4, 4}}}, "have type 18", BL_E_UNSUPPORTED, 0, 0},
  {"cut in the header", {.version = "2.10", .n = 1, .c = {{"Cz", "", 3, 10, 4256, -1, 1, -4, 4}}, .cut = 9}, "ends at byte 503", BL_E_FORMAT, 0, 0},
};
/* clang-format on */

static void check_row(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, write_gdf(&r->g, "row.gdf"), &rec);
  if (r->status) {
    check_fails(ctx, s, r->status, r->note);
  } else {
    check_ok(ctx, s);
    bool found = false;
    for (size_t i = 0; i < rec->notes.n; i++) found |= r->note && strstr(rec->notes.v[i], r->note);
    if (r->note ? !found : rec->notes.n > 0) fail_msg("%s: '%s'", r->name, rec->notes.n ? rec->notes.v[0] : "no note");
    assert_int_equal(rec->streams[0].n_frames, r->frames);
    check_near(rec->streams[0].rate_hz, r->rate, 1e-12);
    bl_recording_close(ctx, rec);
  }
  check_free(ctx);
  check_tmp_done();
}

static float *read_stream(bl_ctx *ctx, bl_recording *rec, size_t stream)
{
  bl_rec_stream *s = &rec->streams[stream];
  float *v = malloc((size_t)s->n_frames * s->n_channels * sizeof *v + 1);
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, stream, 0, (size_t)s->n_frames, v, &got));
  assert_int_equal(got, s->n_frames);
  return v;
}

/* The same samples as the EDF file, in a file by BioSig with a third header block. */
static void same_as_edf(void **arg)
{
  const char *const *names = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *gdf, *edf;
  check_ok(ctx, bl_recording_open(ctx, names[0], &gdf));
  check_ok(ctx, bl_recording_open(ctx, names[1], &edf));
  assert_int_equal(gdf->n_streams, edf->n_streams);
  for (size_t i = 0; i < gdf->n_streams; i++) {
    bl_rec_stream *a = &gdf->streams[i], *b = &edf->streams[i];
    assert_int_equal(a->n_channels, b->n_channels);
    assert_true(a->n_frames > 0 && a->n_frames <= b->n_frames);
    check_near(a->rate_hz, b->rate_hz, 1e-12);
    float *x = read_stream(ctx, gdf, i), *y = read_stream(ctx, edf, i);
    size_t n = (size_t)a->n_frames * a->n_channels;
    for (size_t k = 0; k < n; k++)
      if (memcmp(&x[k], &y[k], sizeof *x))
        fail_msg("stream %zu, value %zu: %.9g, EDF has %.9g", i, k, (double)x[k], (double)y[k]);
    for (size_t c = 0; c < a->n_channels; c++) assert_string_equal(a->channels[c].name, b->channels[c].name);
    for (size_t c = 0; c < a->n_channels; c++) assert_string_equal(a->channels[c].unit, b->channels[c].unit);
    free(x);
    free(y);
  }
  bl_recording_close(ctx, gdf);
  bl_recording_close(ctx, edf);
  check_free(ctx);
}

static void same_as_mne(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  golden *g = golden_open("gdf");
  check_ok(ctx, bl_recording_open(ctx, BALEEN_TEST_DATA "/formats/mne-testing-test_1ch.gdf", &rec));
  const golden_array *want = golden_get(g, "test_1ch");
  assert_int_equal(rec->streams[0].n_frames, want->rows);
  assert_string_equal(rec->streams[0].channels[0].unit, "mV");
  assert_false(rec->has_start);
  float *v = read_stream(ctx, rec, 0);
  golden_compare_f32(want, v, "test_1ch.gdf in mV");
  free(v);
  golden_close(g);
  bl_recording_close(ctx, rec);
  check_free(ctx);
}

static bl_status open_one(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  bl_recording_close(ctx, rec);
  return s;
}

static void allocations(void **arg)
{
  (void)arg;
  gdf_spec g = {.version = "2.51",
                PLAIN,
                .mode = 1,
                .event_hz = 50,
                .n_events = 4,
                .names = "T0|T1|T2||",
                .events = {{11, 25, 2, 0}, {76, 5, 0x0302, 1}, {86, 0, 0x8302, 0}, {101, 0, 0x7ffe, 0}}};
  g.n = 2;
  g.c[1] = g.c[0];
  check_every_allocation_failing(open_one, (void *)(uintptr_t)write_gdf(&g, "alloc.gdf"));
  check_tmp_done();
}

int main(void)
{
  static const char *const biosig[] = {BALEEN_TEST_DATA "/formats/biosig-from-mne-test_uneven_samp.gdf",
                                       BALEEN_TEST_DATA "/formats/mne-test_uneven_samp.edf"};
  struct CMUnitTest tests[sizeof rows / sizeof *rows + 5] = {
      cmocka_unit_test(types),
      cmocka_unit_test(events),
      cmocka_unit_test(same_as_mne),
      cmocka_unit_test(allocations),
      {"same_as_edf", same_as_edf, NULL, NULL, (void *)(uintptr_t)biosig}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    tests[5 + i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
