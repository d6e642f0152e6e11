/* Sound files whose header says another length than they have, small ones and, as sparse files, such beyond 4 GiB. */
#include "sound_files.h"

/* ---- small ------------------------------------------------------------------------------------------------------- */

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

int main(void)
{
  enum { LARGES = sizeof larges / sizeof *larges };
  static struct CMUnitTest tests[LARGES + 2] = {[LARGES] = cmocka_unit_test(broken_lengths),
                                                [LARGES + 1] = cmocka_unit_test(broken_w64)};
  for (size_t i = 0; i < LARGES; i++)
    tests[i] = (struct CMUnitTest){larges[i].name, check_large, NULL, NULL, (void *)(uintptr_t)&larges[i]};
  return _cmocka_run_group_tests("sound_lengths", tests, LARGES + 2, NULL, NULL);
}
