/* Sound files: values, lengths, names, start times, broken lengths, and the same bits however a file is cut. */
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/random.h"
#include "baleen/recording.h"
#include "edf_builder.h"

enum { N = 30011 };

static float noise(size_t i, size_t c)
{
  bl_rng r = bl_rng_make(5, "sound", i * 8 + c);
  return (float)(0.4 * sin(0.031 * (double)(i + 40 * c)) + 0.2 * bl_rng_between(&r, -1, 1));
}

static const char *write_sound(const char *name, int format, int n_channels, int rate, size_t n)
{
  const char *path = check_tmp_path(name);
  SF_INFO info = {.format = format, .channels = n_channels, .samplerate = rate};
  SNDFILE *f = sf_open(path, SFM_WRITE, &info);
  if (!f) fail_msg("%s: %s", name, sf_strerror(NULL));
  for (size_t i = 0; i < n; i++) {
    float v[8];
    for (int c = 0; c < n_channels; c++) v[c] = noise(i, (size_t)c);
    if (sf_writef_float(f, v, 1) != 1) fail_msg("%s: %s", name, sf_strerror(f));
  }
  sf_close(f);
  return path;
}

/* clang-format off */
static const struct kind {
  const char *name, *format;
  int code, n_channels, rate;
  double step; /* of a stored sample; 0: lossy, NAN: exact */
} kinds[] = {
  {"a.wav", "WAV, 16 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 44100, 1.0 / 32768},
  {"b.wav", "WAV, 24 bit", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 2, 96000, 1.0 / 8388608},
  {"c.wav", "WAV, 8 bit", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 3, 8000, 1.0 / 128},
  {"d.wav", "WAV, 32 bit float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 384000, (double)NAN},
  {"e.wav", "RF64, 16 bit", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 1, 44100, 1.0 / 32768},
  {"f.w64", "W64, 32 bit", SF_FORMAT_W64 | SF_FORMAT_PCM_32, 1, 44100, 1.0 / 2147483648.0},
  {"g.flac", "FLAC, 16 bit", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 2, 48000, 1.0 / 32768},
  {"h.aiff", "AIFF, 16 bit", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 1, 22050, 1.0 / 32768},
  {"i.caf", "CAF, 24 bit", SF_FORMAT_CAF | SF_FORMAT_PCM_24, 1, 22050, 1.0 / 8388608},
  {"j.au", "AU, 16 bit", SF_FORMAT_AU | SF_FORMAT_PCM_16, 1, 11025, 1.0 / 32768},
  {"k.ogg", "Ogg, Vorbis", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1, 44100, 0},
  {"l.opus", "Ogg, Opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 2, 48000, 0},
  {"m.mp3", "MPEG, layer III (MP3)", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 1, 44100, 0},
};
/* clang-format on */

/* Values, and any cut gives the bits of reading at once. */
static void check_kind(void **arg)
{
  const struct kind *k = *arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  size_t got, n_channels = (size_t)k->n_channels;
  check_ok(ctx, bl_recording_open(ctx, write_sound(k->name, k->code, k->n_channels, k->rate, N), &rec));
  assert_string_equal(rec->format, k->format);
  assert_int_equal(rec->n_streams, 1);
  const bl_rec_stream *s = &rec->streams[0];
  assert_int_equal(s->n_channels, n_channels);
  check_near(s->rate_hz, k->rate, 0);
  if (k->step != 0) assert_int_equal(s->n_frames, N);
  assert_in_range(s->n_frames, N, N + 4000); /* the lossy ones may be padded */
  assert_int_equal(s->n_runs, 1);
  check_near(rec->duration_s, (double)s->n_frames / k->rate, 1e-12);
  assert_string_equal(s->channels[0].unit, "FS");
  assert_string_equal(s->channels[0].name, n_channels == 1 ? "audio" : n_channels == 2 ? "left" : "ch1");
  if (n_channels == 2) assert_string_equal(s->channels[1].name, "right");
  if (k->step > 0) check_near(s->channels[0].hi, 1 - k->step, 0);
  else assert_true(isnan(s->channels[0].lo));

  size_t n = (size_t)s->n_frames, frame = n_channels * sizeof(float);
  float *whole = calloc(n, frame), *part = calloc(n, frame);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, n + 9, whole, &got));
  assert_int_equal(got, n);
  double error = 0, power = 0;
  for (size_t i = 0; i < N; i++)
    for (size_t c = 0; c < n_channels; c++) {
      double want = (double)noise(i, c), diff = (double)whole[i * n_channels + c] - want;
      error += diff * diff;
      power += want * want;
      if (isnan(k->step) ? diff != 0 : k->step > 0 && !(fabs(diff) <= 1.5 * k->step)) /* the writer scales by 32767 */
        fail_msg("frame %zu: off by %g", i, diff);
      double steps = (double)whole[i * n_channels + c] / k->step;
      if (k->step > 1e-8 && steps != rint(steps)) fail_msg("frame %zu: no whole number of steps", i);
    }
  if (!(error < 0.5 * power)) fail_msg("%s: not what was written", k->name);

  bl_rng rng = bl_rng_make(3, k->name, 0);
  for (int i = 0; i < 60; i++) {
    size_t first = bl_rng_below(&rng, n), len = bl_rng_below(&rng, 5000), want = len < n - first ? len : n - first;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, first, len, part, &got));
    assert_int_equal(got, want);
    if (got && memcmp(part, whole + first * n_channels, got * frame))
      fail_msg("%s: frames %zu + %zu differ", k->name, first, got);
  }
  assert_int_equal(rec->notes.n, 0);
  free(whole);
  free(part);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* ---- WAV by hand ------------------------------------------------------------------------------------------------- */

static void put32(unsigned char *p, uint32_t x)
{
  for (int i = 0; i < 4; i++) p[i] = (unsigned char)(x >> 8 * i);
}

enum { WAV_N = 500 };
/* A WAV file of 500 16-bit samples whose data chunk says `says` bytes; `bits` 32 makes them floats. */
static const char *write_wav(const char *name, uint32_t says, unsigned bits, const void *samples, size_t n_bytes)
{
  unsigned char v[44 + 4 * WAV_N] = "RIFF....WAVEfmt ";
  put32(v + 4, 36 + (uint32_t)n_bytes);
  put32(v + 16, 16);
  v[20] = bits == 32 ? 3 : 1;
  v[22] = 1;
  put32(v + 24, 8000);
  put32(v + 28, 8000 * bits / 8);
  v[32] = (unsigned char)(bits / 8);
  v[34] = (unsigned char)bits;
  memcpy(v + 36, "data", 4);
  put32(v + 40, says);
  memcpy(v + 44, samples, n_bytes);
  const char *path = check_tmp_path(name);
  write_bytes(path, v, 44 + n_bytes);
  return path;
}

static void broken_lengths(void **arg)
{
  (void)arg;
  int16_t v[WAV_N];
  for (int i = 0; i < WAV_N; i++) v[i] = (int16_t)(i * 131 - 31000);
  static const struct {
    const char *name;
    uint32_t says;
    size_t n_bytes, frames;
    const char *note;
  } rows[] = {
      {"right.wav", 1000, 1000, 500, NULL},
      {"cut.wav", 1000, 777, 388, "byte 40: the data chunk says 1000 bytes, the file holds 777; those were taken"},
      {"streamed.wav", 0xffffffff, 1000, 500, "byte 40: the data chunk says 4294967295 bytes, the file holds 1000"},
      {"unclosed.wav", 0, 1000, 500, "byte 40: the data chunk says 0 bytes, 1000 follow; those were taken"},
      {"empty.wav", 0, 0, 0, "the file holds no samples"},
      {"short.wav", 200, 1000, 100,
       "byte 40: the data chunk says 200 bytes; the 800 behind them begin no chunk, and were left out"},
      {"half.wav", 999, 999, 499, "no whole number of frames of 2; the last 1 were left out"},
  };
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    float got[WAV_N];
    size_t n;
    check_ok(ctx, bl_recording_open(ctx, write_wav(rows[r].name, rows[r].says, 16, v, rows[r].n_bytes), &rec));
    assert_int_equal(rec->streams[0].n_frames, rows[r].frames);
    assert_int_equal(rec->notes.n, rows[r].note != NULL);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_TRUNCATED) + bl_ctx_warnings(ctx, BL_W_DEVIATION), rows[r].note != NULL);
    assert_int_equal(rec->n_deviations, rows[r].note != NULL); /* refused by the strict */
    if (rows[r].note && !strstr(rec->notes.v[0], rows[r].note)) fail_msg("%s: %s", rows[r].name, rec->notes.v[0]);
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, WAV_N, got, &n));
    assert_int_equal(n, rows[r].frames);
    for (size_t i = 0; i < n; i++) check_near((double)got[i], v[i] / 32768.0, 0);
    bl_recording_close(ctx, rec);
    check_free(ctx);
  }
  check_tmp_done();
}

static void put64(unsigned char *p, uint64_t x)
{
  for (int i = 0; i < 8; i++) p[i] = (unsigned char)(x >> 8 * i);
}

/* A W64 file of 500 16-bit samples whose data chunk says other sizes, with something behind it. libsndfile reads to the
 * end of the file whatever the size says. */
static void broken_w64(void **arg)
{
  (void)arg;
  static const struct {
    uint64_t says; /* with its 24 bytes */
    int tail;      /* 0 none, 1 a chunk, 2 no chunk */
    size_t frames;
    const char *note;
  } rows[] = {{1024, 0, 500, NULL},
              {1024, 1, 500, NULL},
              {0, 0, 500, "says 0 bytes, 1000 follow"},
              {24, 0, 500, "says 0 bytes, 1000 follow"},
              {1ull << 40, 0, 500, "the file holds 1000; those were taken"},
              {UINT64_MAX, 0, 500, "the file holds 1000; those were taken"},
              {224, 0, 100, "says 200 bytes; the 800 behind them begin no chunk"},
              {1024, 2, 500, "says 1000 bytes; the 40 behind them begin no chunk"}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    unsigned char v[1200] = {0}, tail[40] = "more";
    size_t n = 104, got;
    float back[WAV_N];
    memcpy(v, "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", 16);
    put64(v + 16, 1104);
    memcpy(v + 24, "wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", 16);
    memcpy(v + 40, "fmt \xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a\x28", 17);
    v[64] = v[66] = 1;
    put32(v + 68, 8000);
    put32(v + 72, 16000);
    v[76] = 2, v[78] = 16;
    memcpy(v + 80, "data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a", 16);
    put64(v + 96, rows[r].says);
    for (int i = 0; i < WAV_N; i++, n += 2) v[n] = (unsigned char)i, v[n + 1] = (unsigned char)(i >> 8);
    put64(tail + 16, rows[r].tail == 1 ? 40 : 12345);
    if (rows[r].tail) memcpy(v + n, tail, 40), n += 40;
    const char *path = check_tmp_path("broken.w64");
    write_bytes(path, v, n);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    assert_int_equal(rec->notes.n, rows[r].note != NULL);
    if (rows[r].note && !strstr(rec->notes.v[0], rows[r].note)) fail_msg("%zu: %s", r, rec->notes.v[0]);
    assert_int_equal(rec->n_deviations, rows[r].note != NULL);
    assert_int_equal(rec->streams[0].n_frames, rows[r].frames);
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, WAV_N, back, &got));
    assert_int_equal(got, rows[r].frames);
    for (size_t i = 0; i < got; i++) check_near((double)back[i], (double)i / 32768, 0);
    bl_recording_close(ctx, rec);
    check_free(ctx);
  }
  check_tmp_done();
}

static void floats_stay_as_they_are(void **arg)
{
  (void)arg;
  float v[] = {0.1f, NAN, INFINITY, -INFINITY, 1e30f, -7.25f, 1e-40f}, got[7];
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  size_t n;
  check_ok(ctx, bl_recording_open(ctx, write_wav("odd.wav", sizeof v, 32, v, sizeof v), &rec));
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 7, got, &n));
  assert_int_equal(n, 7);
  assert_true(isnan(got[1]));
  v[1] = got[1] = 0;
  assert_memory_equal(got, v, sizeof v);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Hostile headers: the field's byte, what is put there, and the refusal. */
static void hostile_headers(void **arg)
{
  (void)arg;
  static const struct {
    size_t at, n;
    uint32_t value;
    const char *message;
  } rows[] = {{24, 4, 10000001, "sampling rate is 10000001 Hz"},
              {24, 4, 0xfffffff0, ""},
              {24, 4, 0, ""},
              {22, 2, 0, ""},
              {22, 2, 65535, ""}};
  int16_t v[WAV_N] = {0};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    unsigned char bytes[1044];
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    FILE *f = fopen(write_wav("hostile.wav", 1000, 16, v, 1000), "rb");
    if (!f || fread(bytes, 1, 1044, f) != 1044) fail_msg("cannot read back");
    fclose(f);
    unsigned char field[4];
    put32(field, rows[r].value);
    memcpy(bytes + rows[r].at, field, rows[r].n);
    const char *path = check_tmp_path("hostile.wav");
    write_bytes(path, bytes, 1044);
    check_fails(ctx, bl_recording_open(ctx, path, &rec), BL_E_FORMAT, rows[r].message);
    check_free(ctx);
  }
  check_tmp_done();
}

static void start_from_broadcast_extension(void **arg)
{
  (void)arg;
  static const struct {
    const char *date, *time, *start;
    size_t notes;
  } rows[] = {{"2021-05-30", "23:59:58", "2021-05-30T23:59:58", 0},
              {"2021:02:29", "10:00:00", NULL, 1},
              {"2021-13-40", "07:08:09", NULL, 1},
              {"yesterday", "", NULL, 1},
              {"", "", NULL, 0},
              {"0000-00-00", "00:00:00", NULL, 0},
              {"          ", "", NULL, 0}};
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    const char *path = check_tmp_path("bext.wav");
    SF_INFO info = {.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16, .channels = 1, .samplerate = 8000};
    SF_BROADCAST_INFO b = {0};
    memcpy(b.origination_date, rows[r].date, strlen(rows[r].date));
    memcpy(b.origination_time, rows[r].time, strlen(rows[r].time));
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    assert_true(f && sf_command(f, SFC_SET_BROADCAST_INFO, &b, sizeof b) == SF_TRUE);
    short one[100] = {1, 2, 3};
    assert_int_equal(sf_write_short(f, one, 100), 100);
    sf_close(f);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    assert_int_equal(rec->has_start, rows[r].start != NULL);
    assert_int_equal(rec->notes.n, rows[r].notes);
    if (rows[r].start) assert_string_equal(rec->start, rows[r].start);
    bl_recording_close(ctx, rec);
    check_free(ctx);
  }
  check_tmp_done();
}

/* Cut in the middle, each format gives the beginning, bit for bit, and says that the rest is missing. */
static void cut_in_the_middle(void **arg)
{
  (void)arg;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    size_t n_channels = (size_t)kinds[k].n_channels, room = (N + 5000) * n_channels, whole_n, cut_n;
    float *whole = calloc(room, sizeof *whole), *cut = calloc(room, sizeof *cut);
    const char *path = write_sound(kinds[k].name, kinds[k].code, kinds[k].n_channels, kinds[k].rate, N);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, N + 5000, whole, &whole_n));
    bl_recording_close(ctx, rec);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size * 3 / 5), 0);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, N + 5000, cut, &cut_n));
    if (!rec->notes.n || !bl_ctx_warnings(ctx, BL_W_TRUNCATED)) fail_msg("%s: no note", kinds[k].name);
    /* half a second of Ogg is one page, which is there or not */
    assert_in_range(cut_n, kinds[k].step == 0 ? 0 : whole_n / 3, whole_n * 7 / 10);
    if (memcmp(whole, cut, cut_n * n_channels * sizeof *cut)) fail_msg("%s: other samples", kinds[k].name);
    bl_recording_close(ctx, rec);
    free(whole);
    free(cut);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Without the first frame, which tells the length, an MP3 file is read on to its true end all the same. */
static void mp3_without_length(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  static unsigned char v[400000];
  const char *path = write_sound("long.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 1, 44100, 200000);
  FILE *f = fopen(path, "rb");
  size_t n = f ? fread(v, 1, sizeof v, f) : 0, second = 100, got;
  if (f) fclose(f);
  assert_true(n > 1000 && n < sizeof v);
  while (second < n && !(v[second] == 0xff && v[second + 1] == v[1])) second++;
  write_bytes(path, v + second, n - second);
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  assert_in_range(rec->streams[0].n_frames, 200000, 200000 + 2 * 1152);
  float last[10];
  check_ok(ctx, bl_recording_read(ctx, rec, 0, rec->streams[0].n_frames - 10, 20, last, &got));
  assert_int_equal(got, 10);
  assert_int_equal(rec->notes.n, 0);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static bl_status open_and_read(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  float v[300];
  size_t got;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  if (!s) s = bl_recording_read(ctx, rec, 0, 100, 50, v, &got);
  if (!s) s = bl_recording_read(ctx, rec, 0, 10, 50, v, &got);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  int16_t v[WAV_N] = {1, 2, 3};
  const char *wav = write_wav("sweep.wav", 5000, 16, v, 1000);
  const char *mp3 = write_sound("sweep.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 2, 44100, 3000);
  check_every_allocation_failing(open_and_read, (void *)(uintptr_t)wav);
  check_every_allocation_failing(open_and_read, (void *)(uintptr_t)mp3);
  check_tmp_done();
}

/* ---- beyond 4 GiB, and lengths that are wrong there (sparse files) ----------------------------------------------- */

static void put_le(unsigned char *v, size_t *n, uint64_t x, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++, x >>= 8) v[(*n)++] = (unsigned char)x;
}
static void put_tag(unsigned char *v, size_t *n, const char *tag, size_t bytes)
{
  memcpy(v + *n, tag, bytes);
  *n += bytes;
}

#define GIB  ((uint64_t)1 << 30)
#define GUID "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
/* clang-format off */
static const struct large {
  const char *name, *kind;
  uint64_t data, says, chunk; /* bytes of samples, bytes that the header says, bytes of a chunk behind */
  const char *note;           /* NULL: none */
} larges[] = {
  {"RF64 as it should be", "RF64", 5 * GIB, 5 * GIB, 0, NULL},
  {"RF64 says more", "RF64", 5 * GIB, 6 * GIB, 0, "byte 76: the data chunk says 6442450944 bytes, the file holds 5368709120"},
  {"RF64 never closed", "RF64", 5 * GIB, 0, 0, "byte 76: the data chunk says 0 bytes, 5368709120 follow"},
  {"RF64 says nonsense", "RF64", 5 * GIB, UINT64_MAX, 0, "the data chunk says 18446744073709551615 bytes"},
  {"RF64, small, never closed", "RF64", 2000, 0, 0, "byte 76: the data chunk says 0 bytes, 2000 follow"},
  {"WAV whose size ran over", "RIFF", 5 * GIB, GIB, 0, "byte 40: the data chunk says 1073741824 bytes, which is the size's lowest 32 bits; 5368709120 follow"},
  {"WAV whose size ran over, a chunk behind", "RIFF", 5 * GIB + 6, GIB + 6, 24, "1073741830 bytes, which is the size's lowest 32 bits; 5368709126 follow"},
  {"WAV streamed", "RIFF", 5 * GIB, UINT32_MAX, 0, "says 4294967295 bytes, which is all"},
  {"WAV never closed", "RIFF", 5 * GIB, 0, 0, "byte 40: the data chunk says 0 bytes, 5368709120 follow"},
  {"WAV of 3 GiB", "RIFF", 3 * GIB, 3 * GIB, 24, NULL},
  {"W64 as it should be", "riff", 5 * GIB, 5 * GIB, 0, NULL},
  {"W64 never closed", "riff", 5 * GIB, 0, 0, "byte 16: the header says a file of 0 bytes, it has 5368709224"},
};
/* clang-format on */

static size_t large_header(const struct large *l, unsigned char *v)
{
  size_t n = 0;
  bool w64 = l->kind[0] == 'r', rf64 = l->kind[1] == 'F';
  put_tag(v, &n, l->kind, 4);
  if (w64) {
    put_tag(v, &n, "\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00", 12);
    put_le(v, &n, l->says ? l->says + 104 : 0, 8);
    put_tag(v, &n, "wave" GUID, 16);
  } else {
    put_le(v, &n, rf64 ? UINT32_MAX : l->says ? (l->says + 36 + l->chunk) & UINT32_MAX : 0, 4);
    put_tag(v, &n, "WAVE", 4);
  }
  if (rf64) {
    put_tag(v, &n, "ds64", 4);
    put_le(v, &n, 28, 4);
    put_le(v, &n, l->says && l->says + 72 > l->says ? l->says + 72 : l->says, 8);
    put_le(v, &n, l->says, 8);
    put_le(v, &n, l->says / 2, 8);
    put_le(v, &n, 0, 4);
  }
  put_tag(v, &n, w64 ? "fmt " GUID : "fmt ", w64 ? 16 : 4);
  put_le(v, &n, w64 ? 40 : 16, w64 ? 8 : 4);
  put_le(v, &n, 1 | 1 << 16, 4);
  put_le(v, &n, 48000, 4);
  put_le(v, &n, 96000, 4);
  put_le(v, &n, 2 | 16 << 16, 4);
  put_tag(v, &n, w64 ? "data" GUID : "data", w64 ? 16 : 4);
  put_le(v, &n, w64 ? (l->says ? l->says + 24 : 0) : rf64 ? UINT32_MAX : l->says, w64 ? 8 : 4);
  return n;
}

static void check_large(void **arg)
{
  const struct large *l = *arg;
  unsigned char v[256];
  size_t n = large_header(l, v), got;
  const char *path = check_tmp_path(l->kind[0] == 'r' ? "large.w64" : "large.wav");
  static const unsigned char sample[] = {0x39, 0x30}; /* 12345 */
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(v, 1, n, f) != n || fseeko(f, (off_t)(n + l->data - 2), SEEK_SET) || fwrite(sample, 1, 2, f) != 2)
    fail_msg("%s", path);
  n = 0;
  put_tag(v, &n, "LIST", 4);
  put_le(v, &n, l->chunk - 8, 4);
  memset(v + n, 'x', sizeof v - n);
  if (fwrite(v, 1, (size_t)l->chunk, f) != l->chunk || fclose(f)) fail_msg("%s", path);
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  float x[3];
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  bool found = false;
  for (size_t i = 0; i < rec->notes.n; i++) found |= l->note && strstr(rec->notes.v[i], l->note);
  if (l->note ? !found : rec->notes.n > 0) fail_msg("'%s'", rec->notes.n ? rec->notes.v[0] : "no note");
  assert_int_equal(rec->streams[0].n_frames, l->data / 2);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, l->data / 2 - 2, 3, x, &got));
  assert_int_equal(got, 2);
  check_near((double)x[0], 0, 0);
  check_near((double)x[1], 12345.0 / 32768, 0);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 3, x, &got));
  check_near((double)x[0], 0, 0); /* not the header */
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* A file beside a sound file: what it says is taken where it fits, and noted where it does not; it is never an
 * error. */
static void sidecars(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *note, *name, *unit, *start;
    double factor[2], hi;
  } table[] = {
      {"{\"channels\": [\"north\", \"south\"], \"unit\": \"Pa\", \"full_scale\": [2.5, -40]}",
       NULL,
       "south",
       "Pa",
       NULL,
       {2.5, -40},
       40},
      {"{\"full_scale\": 3, \"start\": \"2021-03-04 05:06:07.25\"}",
       NULL,
       "right",
       "FS",
       "2021-03-04T05:06:07.250",
       {3, 3},
       3},
      {"{\"channels\": [\"a\", \"a\"], \"rate_hz\": 8000, \"frames\": 500}",
       "occurs more than once",
       "a-1",
       "FS",
       NULL,
       {1, 1},
       1},
      {"{\"channels\": 2, \"samplerate\": 8000}", NULL, "right", "FS", NULL, {1, 1}, 1},
      {"{\"channels\": [\"a\"], \"unit\": \"Pa\"}", "\"channels\" are 1", "right", "FS", NULL, {1, 1}, 1},
      {"{\"full_scale\": [1, 2, 3], \"unit\": \"Pa\"}", "\"full_scale\" are 3", "right", "FS", NULL, {1, 1}, 1},
      {"{\"full_scale\": 0, \"unit\": \"Pa\"}",
       "\"full_scale\" is no number other than 0",
       "right",
       "FS",
       NULL,
       {1, 1},
       1},
      {"{\"unit\": \"Pa\", \"start\": \"noon\"}", "\"start\" is 'noon'", "right", "FS", NULL, {1, 1}, 1},
      {"{\"unit\": \"Pa\", \"rate_hz\": 8001}", "a file of 8001 Hz", "right", "FS", NULL, {1, 1}, 1},
      {"{\"unit\": \"Pa\", \"frames\": 501}", "a file of 501 frames", "right", "FS", NULL, {1, 1}, 1},
      {"{\"unit\": \"Pa\", \"frames\": -1}", "no count of frames", "right", "FS", NULL, {1, 1}, 1},
      {"[{\"label\": \"a bird\"}]", "holds no object", "right", "FS", NULL, {1, 1}, 1},
      {"speech, mostly", "no JSON", "right", "FS", NULL, {1, 1}, 1}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    bl_ctx *ctx = bl_ctx_new();
    const char *path = write_sound("s.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, 8000, 500);
    write_bytes(check_tmp_path("s.wav.json"), table[i].text, strlen(table[i].text));
    write_bytes(check_tmp_path("s.json"), "{\"unit\": \"K\"}", 13); /* anybody's */
    bl_recording *rec;
    float x[20];
    size_t n;
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    if (rec->notes.n != (table[i].note != NULL) || (table[i].note && !strstr(rec->notes.v[0], table[i].note)))
      fail_msg("row %zu: %s", i, rec->notes.n ? rec->notes.v[0] : "no note");
    assert_string_equal(rec->streams[0].channels[1].name, table[i].name);
    assert_string_equal(rec->streams[0].channels[1].unit, table[i].unit);
    check_near(rec->streams[0].channels[1].hi, table[i].hi, 0.002);
    assert_int_equal(rec->has_start, table[i].start != NULL);
    if (table[i].start) assert_string_equal(rec->start, table[i].start);
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 40, 10, x, &n));
    assert_int_equal(n, 10);
    for (size_t k = 0; k < 20; k++) {
      double f = table[i].factor[k % 2];
      check_near((double)x[k], (double)noise(40 + k / 2, k % 2) * f,
                 fabs(f) * 1.1 / 32768); /* libsndfile writes by 32767 */
    }
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

static bl_status open_beside(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  if (!s) bl_recording_close(ctx, rec);
  return s;
}

static void sidecars_and_no_memory(void **arg)
{
  (void)arg;
  static const char text[] =
      "{\"channels\": [\"a\", \"b\"], \"units\": [\"V\", \"V\"], \"full_scale\": [2, 3], \"start\": \"2021-03-04 05:06:07\"}";
  const char *path = write_sound("s.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, 8000, 500);
  write_bytes(check_tmp_path("s.wav.json"), text, sizeof text - 1);
  check_every_allocation_failing(open_beside, (void *)(uintptr_t)path);
  check_tmp_done();
}

int main(void)
{
  enum { KINDS = sizeof kinds / sizeof *kinds, LARGES = sizeof larges / sizeof *larges };
  static const struct CMUnitTest rest[] = {cmocka_unit_test(broken_lengths),
                                           cmocka_unit_test(broken_w64),
                                           cmocka_unit_test(floats_stay_as_they_are),
                                           cmocka_unit_test(hostile_headers),
                                           cmocka_unit_test(start_from_broadcast_extension),
                                           cmocka_unit_test(mp3_without_length),
                                           cmocka_unit_test(cut_in_the_middle),
                                           cmocka_unit_test(sidecars),
                                           cmocka_unit_test(sidecars_and_no_memory),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  static struct CMUnitTest tests[KINDS + LARGES + sizeof rest / sizeof *rest];
  size_t n = 0;
  for (; n < KINDS; n++)
    tests[n] = (struct CMUnitTest){kinds[n].name, check_kind, NULL, NULL, (void *)(uintptr_t)&kinds[n]};
  for (size_t i = 0; i < LARGES; i++)
    tests[n++] = (struct CMUnitTest){larges[i].name, check_large, NULL, NULL, (void *)(uintptr_t)&larges[i]};
  for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("sndfile", tests, n, NULL, NULL);
}
