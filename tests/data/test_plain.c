/* Samples of WAV files as they lie in the file: the bits that libsndfile gives, of each kind of number, from anywhere. */
#include <math.h>
#include <sndfile.h>
#include <string.h>

#include "baleen/recording.h"
#include "check.h"
#include "plain.h"

enum { N = 9000, MAX_CHANNELS = 3 };

static const struct {
  const char *name;
  int format;
  uint64_t bytes;
  bool plain;
} kinds[] = {
    {"u8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1, true},
    {"s16", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 2, true},
    {"s24", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 3, true},
    {"s32", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 4, true},
    {"f32", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 4, true},
    {"f64", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 8, true},
    {"s16, wavex", SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 2, true},
    {"s16, rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 2, true},
    {"u-law", SF_FORMAT_WAV | SF_FORMAT_ULAW, 1, false},
    {"s16, aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 2, false},
    {"s16, rifx", SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, 2, false},
};

/* Full scale both ways, and all that lies between. */
static void write_sound(const char *path, int format, int n_channels)
{
  static double x[N * MAX_CHANNELS];
  SF_INFO info = {.samplerate = 8000, .channels = n_channels, .format = format};
  SNDFILE *f = sf_open(path, SFM_WRITE, &info);
  if (!f) fail_msg("%s: %s", path, sf_strerror(NULL));
  for (int i = 0; i < N * n_channels; i++) x[i] = i < 6 ? (i % 2 ? -1 : 1) : sin(i * 0.7 + i * i * 1e-3);
  sf_command(f, SFC_SET_CLIPPING, NULL, SF_TRUE);
  assert_int_equal(sf_writef_double(f, x, N), N);
  sf_close(f);
}

static void same_bits_as_libsndfile(const char *name, const char *path, int n_channels)
{
  static float want[N * MAX_CHANNELS], got[N * MAX_CHANNELS];
  static const struct {
    size_t first, n;
  } parts[] = {{0, N}, {8000, 700}, {17, 5000}, {0, 1}, {N - 1, 1}, {4095, 3}};
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  SF_INFO info = {0};
  SNDFILE *f = sf_open(path, SFM_READ, &info);
  assert_int_equal(sf_readf_float(f, want, N), N);
  sf_close(f);
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
    size_t n = 0, width = (size_t)n_channels;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, parts[k].first, parts[k].n, got, &n));
    assert_int_equal(n, parts[k].n);
    if (memcmp(got, want + parts[k].first * width, n * width * sizeof *got))
      fail_msg("%s, %d channels: frames %zu.. have other bits", name, n_channels, parts[k].first);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
}

static void each_kind_of_number(void **arg)
{
  (void)arg;
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (int n_channels = 1; n_channels <= MAX_CHANNELS; n_channels += 2) {
      const char *path = check_tmp_path("plain.wav");
      write_sound(path, kinds[k].format, n_channels);
      same_bits_as_libsndfile(kinds[k].name, path, n_channels);
    }
  check_tmp_done();
}

/* What is coded, ordered otherwise or broken is libsndfile's. */
static void what_is_not_plain(void **arg)
{
  (void)arg;
  const bl_riff_data good = {.size_at = 40, .says = 8 * N, .holds = 8 * N, .frame_bytes = 8};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    bl_riff_data d = good;
    if (!strcmp(kinds[k].name, "s16, rifx")) d = (bl_riff_data){0}; /* bl_riff_find_data() takes no RIFX */
    d.frame_bytes = kinds[k].bytes;
    bl_plain p = bl_plain_of(&d, kinds[k].format, 1, 8 * N / kinds[k].bytes);
    if (!!p.frame_bytes != kinds[k].plain) fail_msg("%s is %splain", kinds[k].name, p.frame_bytes ? "" : "not ");
  }
  const int s16 = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  bl_riff_data bad = good;
  assert_int_equal(bl_plain_of(&good, s16, 4, N).frame_bytes, 8);
  assert_int_equal(bl_plain_of(&good, s16, 4, N - 1).frame_bytes, 0); /* libsndfile found fewer */
  assert_int_equal(bl_plain_of(&good, s16, 2, N).frame_bytes, 0);     /* frames of another size */
  bad.unclosed = true;
  assert_int_equal(bl_plain_of(&bad, s16, 4, N).frame_bytes, 0);
  bad = good, bad.holds = 8 * 100; /* cut: what is there */
  assert_int_equal(bl_plain_of(&bad, s16, 4, 100).frame_bytes, 8);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_kind_of_number), cmocka_unit_test(what_is_not_plain)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
