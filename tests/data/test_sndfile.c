/* Sound files: values, start times, hostile headers, and the same bits however a file is cut. What is wrong with lengths is
 * in test_sound_lengths.c, files beside them in test_sound_beside.c. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sound_files.h"

enum { N = 30011 };

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

/* ---- one by one -------------------------------------------------------------------------------------------------- */

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

int main(void)
{
  enum { KINDS = sizeof kinds / sizeof *kinds };
  static const struct CMUnitTest rest[] = {cmocka_unit_test(floats_stay_as_they_are),
                                           cmocka_unit_test(hostile_headers),
                                           cmocka_unit_test(start_from_broadcast_extension),
                                           cmocka_unit_test(mp3_without_length),
                                           cmocka_unit_test(cut_in_the_middle),
                                           cmocka_unit_test(survives_every_allocation_failing)};
  static struct CMUnitTest tests[KINDS + sizeof rest / sizeof *rest];
  size_t n = 0;
  for (; n < KINDS; n++)
    tests[n] = (struct CMUnitTest){kinds[n].name, check_kind, NULL, NULL, (void *)(uintptr_t)&kinds[n]};
  for (size_t i = 0; i < sizeof rest / sizeof *rest; i++) tests[n++] = rest[i];
  return _cmocka_run_group_tests("sndfile", tests, n, NULL, NULL);
}
