/* Feeds: whatever comes through a pipe, in pieces of any size, is what the reader gives of the same bytes in a file. Real
 * pipes: test_feed_pipe.c. */
#include "edf_builder.h"
#include "feed_help.h"

/* Frames, gaps, events: those of the recording's stream. */
static void check_heard(bl_ctx *ctx, bl_recording *rec, size_t stream, const heard *h)
{
  const bl_rec_stream *s = &rec->streams[stream];
  static float want[MOST_FRAMES * MOST_CHANNELS];
  size_t got;
  assert_int_equal(h->n, s->n_frames);
  check_ok(ctx, bl_recording_read(ctx, rec, stream, 0, h->n, want, &got));
  assert_int_equal(got, h->n);
  assert_memory_equal(h->v, want, h->n * s->n_channels * sizeof *want);
  assert_int_equal(h->n_gaps + 1, s->n_runs ? s->n_runs : 1);
  for (size_t i = 0; i < h->n_gaps; i++) {
    assert_int_equal(h->gap[i].at, s->runs[i + 1].first);
    check_near(h->gap[i].start_s, s->runs[i + 1].start_s, 0);
  }
  assert_int_equal(h->n_events, rec->annotations.n);
  for (size_t i = 0; i < h->n_events; i++) {
    check_near(h->event[i].onset_s, rec->annotations.v[i].onset_s, 0);
    check_near(h->event[i].duration_s, rec->annotations.v[i].duration_s, 0);
    assert_string_equal(h->event[i].label, rec->annotations.v[i].label);
  }
}

static void check_same_head(const bl_recording *a, const bl_recording *b)
{
  assert_int_equal(a->n_streams, b->n_streams);
  assert_string_equal(a->format, b->format);
  for (size_t k = 0; k < a->n_streams; k++) {
    check_near(a->streams[k].rate_hz, b->streams[k].rate_hz, 0);
    assert_int_equal(a->streams[k].n_channels, b->streams[k].n_channels);
    for (size_t c = 0; c < a->streams[k].n_channels; c++) {
      const bl_channel *x = &a->streams[k].channels[c], *y = &b->streams[k].channels[c];
      assert_string_equal(x->name, y->name);
      assert_string_equal(x->unit, y->unit);
      assert_true((isnan(x->lo) && isnan(y->lo)) || (x->lo == y->lo && x->hi == y->hi));
    }
  }
}

static bool has_note(const bl_recording *rec, const char *part)
{
  for (size_t i = 0; i < rec->notes.n; i++)
    if (strstr(rec->notes.v[i], part)) return true;
  return false;
}

/* Every stream, and behind it all of them once more, the first one twice. */
static void hear_from(bl_ctx *ctx, bl_recording *rec, bl_feed *f, size_t first, size_t most)
{
  static heard h[MOST_STREAMS + 1];
  size_t chosen[MOST_STREAMS + 1], n = rec->n_streams;
  assert_true(n <= MOST_STREAMS);
  for (size_t k = 0; k <= n; k++) chosen[k] = (first + k) % n;
  check_ok(ctx, bl_feed_choose(ctx, f, chosen, n + 1));
  hear_streams(ctx, f, most, h);
  for (size_t k = 0; k <= n; k++) check_heard(ctx, rec, chosen[k], &h[k]);
}

/* The same bytes as a file (by `path`), read and fed, and as a pipe (by `cls` and `name`), in pieces of many sizes, every stream. */
static void check_same(bl_ctx *ctx, const bl_feed_class *cls, const char *name, const char *path,
                       const unsigned char *bytes, size_t n)
{
  static const size_t cuts[] = {1, 7, 100, 4096, SIZE_MAX}, mosts[] = {1, 3, 0};
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
    for (size_t k = 0; k < sizeof mosts / sizeof *mosts; k++)
      for (size_t s = 0; s < rec->n_streams; s++) {
        bl_feed *f;
        check_ok(ctx, bl_feed_open_bytes(ctx, cls, name, bytes, n, cuts[i], &f));
        assert_true(bl_feed_is_live(f));
        check_same_head(rec, bl_feed_head(f));
        hear_from(ctx, rec, f, s, mosts[k]);
        bl_feed_close(ctx, f);
      }
  for (size_t k = 0; k < sizeof mosts / sizeof *mosts; k++)
    for (size_t i = 0; i < rec->n_streams; i++) {
      bl_feed *f;
      check_ok(ctx, bl_feed_open(ctx, path, &f));
      assert_false(bl_feed_is_live(f));
      hear_from(ctx, rec, f, i, mosts[k]);
      bl_feed_close(ctx, f);
    }
  bl_recording_close(ctx, rec);
}

/* ---- raw samples ------------------------------------------------------------------------------------------------- */

static void make_noise(unsigned char *v, size_t n)
{
  for (size_t i = 0; i < n; i++) v[i] = (unsigned char)(i * 151 + i / 7 * 13 + (i >> 5));
}

static void raw(void **arg)
{
  (void)arg;
  static const char *const settings[] = {
      "rate=8000", "rate=250,channels=3,format=s24be,skip=5", "rate=100,names=C3,Cz,C4,units=uV,format=f64le",
      "rate=100,format=u8,names=[a, \"b,c\", d:e],units=[uV, V, FS],full_scale=-400,skip=1"};
  bl_ctx *ctx = bl_ctx_new();
  unsigned char bytes[3000];
  make_noise(bytes, sizeof bytes);
  for (size_t i = 7; i < sizeof bytes; i += 8) bytes[i] = 0x3f; /* as float64: near 1 */
  tree_put("x.raw", bytes, sizeof bytes);
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    char path[700], name[200];
    snprintf(path, sizeof path, "pcm:%s:%s", settings[i], at("x.raw"));
    snprintf(name, sizeof name, "pcm:%s:-", settings[i]);
    check_same(ctx, &bl_feed_pcm, name, path, bytes, sizeof bytes);
  }
  check_free(ctx);
  tree_done();
}

static void raw_settings(void **arg)
{
  (void)arg;
  static const struct {
    const char *settings, *part;
  } bad[] = {{"rate=8,channels=2,names=[a, b, c]", "names: 3 for 2 channels"},
             {"rate=8,channels=3,names=a,b,c,units=uV,mV", "units: 2 for 3 channels"},
             {"rate=8,units=uV", "say what full scale stands for in uV"},
             {"rate=8,full_scale=0", "full_scale: 0 makes every sample 0"},
             {"rate=8,2ch", "'2ch' is no setting"},
             {"rate=8,name=a", "did you mean 'names'"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_feed *f;
  tree_text("x.raw", "abcdefgh");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char name[700];
    snprintf(name, sizeof name, "pcm:%s:-", bad[i].settings);
    check_fails(ctx, bl_feed_open_bytes(ctx, &bl_feed_pcm, name, (const unsigned char *)"", 0, 1, &f), BL_E_CONFIG,
                bad[i].part);
    assert_null(f);
  }
  char name[700];
  bl_recording *rec;
  snprintf(name, sizeof name, "pcm:rate=2,names=left ear,right:%s", at("x.raw"));
  check_ok(ctx, bl_recording_open(ctx, name, &rec)); /* names tell how many channels there are */
  assert_int_equal(rec->streams[0].n_channels, 2);
  assert_int_equal(rec->streams[0].n_frames, 2);
  assert_string_equal(rec->streams[0].channels[0].name, "left ear");
  assert_string_equal(rec->streams[0].channels[1].unit, "FS");
  bl_recording_close(ctx, rec);
  snprintf(name, sizeof name, "pcm:rate=2,names=[a, a],units=uV,full_scale=200:%s", at("x.raw"));
  check_ok(ctx, bl_recording_open(ctx, name, &rec));
  assert_string_equal(rec->streams[0].channels[1].name, "a-1");
  check_near(rec->streams[0].channels[0].lo, -200, 0);
  float v[4];
  size_t got;
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 2, v, &got));
  check_near(v[0], 'a' / 32768.0 * 200 + 'b' * 256 / 32768.0 * 200, 1e-4);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  tree_done();
}

/* ---- sound ------------------------------------------------------------------------------------------------------- */

static void wav(void **arg)
{
  (void)arg;
  static const int formats[] = {
      SF_FORMAT_WAV | SF_FORMAT_PCM_U8,   SF_FORMAT_WAV | SF_FORMAT_PCM_16,  SF_FORMAT_WAV | SF_FORMAT_PCM_24,
      SF_FORMAT_WAV | SF_FORMAT_PCM_32,   SF_FORMAT_WAV | SF_FORMAT_FLOAT,   SF_FORMAT_WAV | SF_FORMAT_DOUBLE,
      SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, SF_FORMAT_WAVEX | SF_FORMAT_FLOAT, SF_FORMAT_RF64 | SF_FORMAT_PCM_16};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    size_t n;
    const char *path = write_sound("x.wav", formats[i]);
    unsigned char *v = file_bytes(path, &n);
    check_same(ctx, &bl_feed_wav, "x", path, v, n);
    free(v);
  }
  check_free(ctx);
  tree_done();
}

/* Lengths as programs write them that cannot go back: the samples go on to the end of the pipe. */
static void wav_lengths(void **arg)
{
  (void)arg;
  static const uint32_t sizes[] = {0, 0xffffffff, 0x7ffff000, 0x7ffff024, 0x80000000, 0xfffffffe};
  static heard h, want;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  bl_feed *f;
  unsigned char *v = file_bytes(write_sound("x.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16), &n),
                *at_size = size_field(v, n);
  uint32_t says = (uint32_t)at_size[0] | (uint32_t)at_size[1] << 8;
  n = (size_t)(at_size + 4 - v) + says; /* without what libsndfile writes behind */
  check_ok(ctx, bl_feed_open_bytes(ctx, &bl_feed_wav, "x", v, n, 50, &f));
  hear_all(ctx, f, 0, &want);
  assert_int_equal(bl_feed_head(f)->notes.n, 0);
  bl_feed_close(ctx, f);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    for (int b = 0; b < 4; b++) at_size[b] = (unsigned char)(sizes[i] >> 8 * b);
    check_ok(ctx, bl_feed_open_bytes(ctx, &bl_feed_wav, "x", v, n, 50, &f));
    hear_all(ctx, f, 0, &h);
    assert_int_equal(h.n, want.n);
    assert_memory_equal(h.v, want.v, sizeof h.v);
    assert_int_equal(bl_feed_head(f)->notes.n, 0);
    bl_feed_close(ctx, f);
  }
  for (int b = 0; b < 4; b++) at_size[b] = (unsigned char)((says + 400) >> 8 * b); /* more than comes */
  check_ok(ctx, bl_feed_open_bytes(ctx, &bl_feed_wav, "x", v, n, 50, &f));
  hear_all(ctx, f, 0, &h);
  assert_int_equal(h.n, want.n);
  assert_true(has_note(bl_feed_head(f), "2404 bytes, 2004 came"));
  bl_feed_close(ctx, f);
  free(v);
  check_free(ctx);
  tree_done();
}

/* ---- EDF --------------------------------------------------------------------------------------------------------- */

static void check_edf(bl_ctx *ctx, const edf_spec *e)
{
  size_t n;
  unsigned char *v = edf_bytes(e, &n);
  tree_put("x.edf", v, n);
  check_same(ctx, &bl_feed_edf, "x", at("x.edf"), v, n);
  free(v);
}

static void edf(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec plain = {.n = 2, .n_records = 7, .sig = {{.label = "C3"}, {.label = "C4"}}};
  check_edf(ctx, &plain);
  plain.records = "-1"; /* as a program writes that does not know */
  check_edf(ctx, &plain);
  edf_spec rates = {
      .n = 4,
      .n_records = 5,
      .sig = {{.label = "C3"}, {.label = "ECG", .spr = "3"}, {.label = "C4"}, {.label = "T", .spr = "1"}}};
  check_edf(ctx, &rates);
  edf_spec uneven = {/* rates that are no whole numbers */
                     .n = 2,
                     .n_records = 9,
                     .duration = "0.9",
                     .sig = {{.label = "C3", .spr = "10"}, {.label = "ECG", .spr = "7"}}};
  check_edf(ctx, &uneven);
  edf_spec bdf = {.bdf = true, .n = 2, .n_records = 4, .sig = {{.label = "C3"}, {.label = "Status"}}};
  check_edf(ctx, &bdf);
  edf_spec events = {.n = 2,
                     .n_records = 4,
                     .reserved = "EDF+C",
                     .sig = {{.label = "C3"}, {.label = "EDF Annotations", .spr = "40"}},
                     .tal = {"+0.25||~+0.5|start|~", "+1.25||~", "+2.25||~+2.5^0.25|a|b|~", "+3.25||~+3.75|end@@C3|~"}};
  check_edf(ctx, &events);
  edf_spec gaps = {.n = 2,
                   .n_records = 4,
                   .reserved = "EDF+D",
                   .sig = {{.label = "C3"}, {.label = "EDF Annotations", .spr = "40"}},
                   .tal = {"+0||~+0.5|start|~", "+1||~", "+12.5||~+13^0.25|a|~", "+20||~+20.5|end|~"}};
  check_edf(ctx, &gaps);
  gaps.n = 3;
  gaps.sig[2] = (edf_sig){.label = "ECG", .spr = "3"}; /* the same gaps in a stream of another rate */
  check_edf(ctx, &gaps);
  check_free(ctx);
  tree_done();
}

/* An event comes with its record, before the record's frames; a gap before both. */
static void edf_order(void **arg)
{
  (void)arg;
  static heard h;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec gaps = {.n = 2,
                   .n_records = 3,
                   .records = "5",
                   .reserved = "EDF+D",
                   .sig = {{.label = "C3"}, {.label = "EDF Annotations", .spr = "40"}},
                   .tal = {"+0||~", "+1||~+1.5|one|~", "+8||~+8.5|two|~"},
                   .more = 3};
  size_t n;
  bl_feed *f;
  unsigned char *v = edf_bytes(&gaps, &n);
  check_ok(ctx, bl_feed_open_bytes(ctx, &bl_feed_edf, "x", v, n, 64, &f));
  check_near(bl_feed_delay_s(f), 1, 0);
  hear_all(ctx, f, 0, &h);
  assert_int_equal(h.n_events, 2);
  assert_int_equal(h.event[0].at, 10);
  assert_int_equal(h.event[1].at, 20);
  assert_int_equal(h.gap[0].at, 20);
  check_near(h.gap[0].start_s, 8, 0);
  assert_true(has_note(bl_feed_head(f), "the header says 5 records of 100 bytes, 3 came whole, 3 bytes behind them"));
  bl_feed_close(ctx, f);
  free(v);
  check_free(ctx);
}

/* ---- what is refused, at the header ------------------------------------------------------------------------------ */

static void refusals(void **arg)
{
  (void)arg;
  static const struct {
    const bl_feed_class *cls;
    const char *bytes;
    size_t n;
    bl_status status;
    const char *part;
  } bad[] = {{&bl_feed_wav, "fLaC\0\0\0\"........", 16, BL_E_UNSUPPORTED, "not FLAC; decode it to WAV on the way"},
             {&bl_feed_wav, "OggS\0\0\0\"........", 16, BL_E_UNSUPPORTED, "not Ogg"},
             {&bl_feed_wav, "RIFF", 4, BL_E_FORMAT, "ends at byte 4, inside the header"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEdata\0\0\0\0", 20, BL_E_FORMAT, "before a chunk fmt"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEfmt \2\0\0\0ab", 22, BL_E_FORMAT, "fmt has 2 bytes"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEJUNK\0\0\0\5ab", 22, BL_E_FORMAT, "a chunk of 83886080 bytes"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\0\0@\37\0\0\0\0\0\0\2\0\20\0", 36, BL_E_FORMAT,
              "channels is 0"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEfmt \20\0\0\0\1\0\1\0@\37\0\0\0\0\0\0\4\0\20\0", 36, BL_E_FORMAT,
              "frames of 4 bytes for 1 channels of 16 bits"},
             {&bl_feed_wav, "RIFF\0\0\0\0WAVEfmt \20\0\0\0\7\0\1\0@\37\0\0\0\0\0\0\1\0\10\0", 36, BL_E_UNSUPPORTED,
              "format 7 with 8 bits"},
             {&bl_feed_edf, "0       ", 8, BL_E_FORMAT, "inside the header of 256 bytes"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_feed *f;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_status s = bl_feed_open_bytes(ctx, bad[i].cls, "x", (const unsigned char *)bad[i].bytes, bad[i].n, SIZE_MAX, &f);
    check_fails(ctx, s, bad[i].status, bad[i].part);
    assert_null(f);
  }
  static const struct {
    edf_spec spec;
    const char *part;
  } edfs[] = {{{.n = 1, .n_records = 1, .header_bytes = "768"}, "byte 184: the header says it has 768 bytes"},
              {{.n = 1, .n_records = 1, .n_signals = "0"}, "number of signals is '0'"},
              {{.n = 1, .n_records = 1, .n_signals = "3"}, "inside the headers of 3 signals"},
              {{.n = 1, .n_records = 0, .sig = {{.spr = "0"}}}, "no signal has a sample"},
              {{.n = 1, .n_records = 0, .sig = {{.spr = "99999999"}}}, "a record has 199999998 bytes"}};
  for (size_t i = 0; i < sizeof edfs / sizeof *edfs; i++) {
    size_t n;
    unsigned char *v = edf_bytes(&edfs[i].spec, &n);
    bl_status s = bl_feed_open_bytes(ctx, &bl_feed_edf, "x", v, n, SIZE_MAX, &f);
    check_fails(ctx, s, i == 4 ? BL_E_UNSUPPORTED : BL_E_FORMAT, edfs[i].part);
    free(v);
  }
  check_free(ctx);
}

typedef struct source {
  const bl_feed_class *cls;
  const char *name;
  const unsigned char *v;
  size_t n;
} source;

static bl_status feed_through(bl_ctx *ctx, void *arg)
{
  const source *s = arg;
  bl_feed *f;
  bl_feed_item item = {0};
  bl_status status = bl_feed_open_bytes(ctx, s->cls, s->name, s->v, s->n, 333, &f);
  while (!status) {
    status = bl_feed_pull(ctx, f, 0, &item);
    if (item.kind == BL_FEED_END) break;
  }
  bl_feed_close(ctx, f);
  return status;
}

static void allocations(void **arg)
{
  (void)arg;
  size_t n_wav, n_edf;
  unsigned char *wav_bytes = file_bytes(write_sound("x.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16), &n_wav);
  edf_spec gaps = {.n = 2,
                   .n_records = 3,
                   .reserved = "EDF+D",
                   .sig = {{.label = "C3"}, {.label = "EDF Annotations", .spr = "40"}},
                   .tal = {"+0||~", "+1||~+1.5|one|~", "+8||~+8.5|two|~"}};
  unsigned char *edf_v = edf_bytes(&gaps, &n_edf);
  source s[] = {{&bl_feed_wav, "x", wav_bytes, n_wav},
                {&bl_feed_edf, "x", edf_v, n_edf},
                {&bl_feed_pcm, "pcm:rate=8,names=a,b,units=uV,full_scale=2:-", edf_v, n_edf}};
  for (size_t i = 0; i < 3; i++) check_every_allocation_failing(feed_through, &s[i]);
  free(wav_bytes);
  free(edf_v);
  tree_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raw), cmocka_unit_test(raw_settings), cmocka_unit_test(wav),      cmocka_unit_test(wav_lengths),
      cmocka_unit_test(edf), cmocka_unit_test(edf_order),    cmocka_unit_test(refusals), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
