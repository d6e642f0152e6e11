/* Writing float frames: what comes back from each format, scale and limits, padding, refusals. */
#include <math.h>
#include <stdio.h>

#include "baleen/dataset.h"
#include "baleen/random.h"
#include "baleen/recording_write.h"
#include "beside.h"
#include "edf_rows.h"

#define N(v) (sizeof(v) / sizeof *(v))
enum { FRAMES = 1003, CHANNELS = 3 };

static float samples[FRAMES * CHANNELS];
static double lo[CHANNELS], hi[CHANNELS];
static const char *const names[] = {"Fp1", "C3", "H\xc3\xb6he"}, *const units[] = {"uV", "mV", "\xc2\xb5V"};

static void make_samples(double scale)
{
  bl_rng rng = bl_rng_make(5, "write", 0);
  for (size_t c = 0; c < CHANNELS; c++) lo[c] = (double)INFINITY, hi[c] = -(double)INFINITY;
  for (size_t i = 0; i < FRAMES * CHANNELS; i++) {
    double span = i % CHANNELS == 2 ? 1e-3 : i % CHANNELS ? 1 : 0.37;
    samples[i] = (float)((bl_rng_uniform(&rng) * 2 - 0.9) / 1.2 * scale * span);
    lo[i % CHANNELS] = fmin(lo[i % CHANNELS], (double)samples[i]);
    hi[i % CHANNELS] = fmax(hi[i % CHANNELS], (double)samples[i]);
  }
}

static bl_write_spec spec_of(void)
{
  return (bl_write_spec){.rate_hz = 250,
                         .n_frames = FRAMES,
                         .n_channels = CHANNELS,
                         .names = names,
                         .units = units,
                         .lo = lo,
                         .hi = hi,
                         .has_start = true,
                         .start = "2009-08-12T16:15:00.250"};
}

/* In blocks of odd sizes. */
static bl_status write_it(bl_ctx *ctx, const char *path, const bl_write_spec *spec)
{
  bl_writer *w;
  bl_status s = bl_writer_open(ctx, path, spec, &w);
  for (size_t at = 0, n = 1; !s && at < FRAMES; at += n, n = n * 3 + 1) {
    if (n > FRAMES - at) n = FRAMES - at;
    s = bl_writer_push(ctx, w, samples + at * spec->n_channels, n);
  }
  if (!s) s = bl_writer_done(ctx, w);
  bl_writer_free(ctx, w);
  return s;
}

/* Each value within half a step of what was written, that of channel c being step[c]. */
static void check_back(bl_ctx *ctx, const char *path, const double *step, size_t frames)
{
  bl_recording *rec;
  float got[(FRAMES + 300) * CHANNELS];
  size_t n;
  check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  assert_int_equal(rec->n_streams, 1);
  assert_int_equal(rec->streams[0].n_frames, frames);
  check_near(rec->streams[0].rate_hz, 250, 1e-12);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, frames, got, &n));
  for (size_t i = 0; i < FRAMES * CHANNELS; i++)
    check_near((double)got[i], (double)samples[i], step[i % CHANNELS] * 0.5000001 + fabs((double)samples[i]) * 1e-7);
  bl_recording_close(ctx, rec);
}

static void edf_and_bdf(void **arg)
{
  (void)arg;
  for (int k = 0; k < 4; k++) {
    bl_ctx *ctx = bl_ctx_new();
    make_samples(k / 2 ? 4711.25 : 93.7);
    const char *path = check_tmp_path(k % 2 ? "a.bdf" : "a.edf");
    bl_write_spec spec = spec_of();
    bl_annotations a = {0};
    char label[] = "go";
    bl_annotation one = {
        .onset_s = 1.5, .duration_s = 0.25, .low_hz = (double)NAN, .high_hz = (double)NAN, .label = label};
    check_ok(ctx, bl_annotations_add(ctx, &a, &one));
    spec.annotations = &a;
    check_ok(ctx, write_it(ctx, path, &spec));
    double steps = k % 2 ? 16777215 : 65535, step[CHANNELS];
    for (int c = 0; c < CHANNELS; c++) step[c] = (hi[c] - lo[c]) / steps * 1.001 + 2e-7 * (k / 2 ? 10000 : 1) / steps;
    check_back(ctx, path, step,
               1250); /* no record of whole samples divides 1003 frames evenly but 17 x 59: 1 s, padded */
    bl_recording *rec;
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    assert_string_equal(rec->streams[0].channels[2].name, "Hohe");
    assert_string_equal(rec->streams[0].channels[2].unit, "uV");
    assert_string_equal(rec->start, "2009-08-12T16:15:00.250");
    assert_int_equal(rec->annotations.n, 2);
    assert_string_equal(rec->annotations.v[0].label, "go");
    check_near(rec->annotations.v[0].onset_s, 1.5, 1e-7);
    assert_string_equal(rec->annotations.v[1].label, "padding");
    check_near(rec->annotations.v[1].onset_s, FRAMES / 250.0, 1e-7);
    bl_recording_close(ctx, rec);
    bool takes;
    int code;
    check_ok(ctx, bl_edf_verdict(ctx, path, &takes, &code));
    assert_true(takes);
    bl_annotations_free(ctx, &a);
    check_free(ctx);
    check_tmp_done();
  }
}

/* Names, units and start, which are in the file beside it. */
static void check_sidecar(bl_ctx *ctx, const char *path)
{
  bl_recording *rec;
  check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  for (size_t c = 0; c < CHANNELS; c++) {
    assert_string_equal(rec->streams[0].channels[c].name, names[c]);
    assert_string_equal(rec->streams[0].channels[c].unit, units[c]);
  }
  assert_string_equal(rec->start, "2009-08-12T16:15:00.250");
  bl_recording_close(ctx, rec);
}

static void wav_flac_npy(void **arg)
{
  (void)arg;
  static const struct {
    const char *name;
    int bits, whole; /* whole: bits of whole numbers; 0: exact */
    double scale;
  } table[] = {{"a.wav", 0, 0, 93.7}, {"b.wav", 16, 16, 0.9}, {"c.wav", 24, 24, 93.7},
               {"d.wav", 32, 0, 0.9}, {"e.flac", 0, 24, 0.9}, {"f.flac", 16, 16, 93.7}};
  for (size_t i = 0; i < N(table); i++) {
    bl_ctx *ctx = bl_ctx_new();
    make_samples(table[i].scale);
    const char *path = check_tmp_path(table[i].name);
    bl_write_spec spec = spec_of();
    spec.bits = table[i].bits;
    check_ok(ctx, write_it(ctx, path, &spec));
    double step[CHANNELS] = {0}; /* of each unit's own full scale, the greatest magnitude, which reads a step lower */
    for (int c = 0; c < CHANNELS && table[i].whole; c++) step[c] = ldexp(fmax(-lo[c], hi[c]), 2 - table[i].whole);
    check_back(ctx, path, step, FRAMES);
    check_sidecar(ctx, path);
    check_free(ctx);
    check_tmp_done();
  }
  bl_ctx *ctx = bl_ctx_new();
  make_samples(93.7);
  const char *path = check_tmp_path("g.npy");
  bl_write_spec spec = spec_of();
  bl_mat m = {0};
  check_ok(ctx, write_it(ctx, path, &spec));
  check_ok(ctx, bl_npy_read(ctx, path, &m));
  assert_int_equal(m.rows, FRAMES);
  assert_int_equal(m.cols, CHANNELS);
  for (size_t r = 0; r < FRAMES; r++)
    assert_memory_equal(m.v + r * m.stride, samples + r * CHANNELS, CHANNELS * sizeof *samples);
  bl_mat_free(ctx, &m);
  check_free(ctx);
  check_tmp_done();
}

/* What a sound file says by itself needs no file beside it; one that is left of another file goes. */
static void sidecars_only_where_needed(void **arg)
{
  (void)arg;
  static const char *const fs[] = {"FS", "FS", "FS"}, *const two[] = {"left", "right"}, *const mono[] = {"audio"};
  static const struct {
    const char *file, *const *names;
    size_t n_channels;
    int bits;
    double scale;
    const char *start;
    bool wanted;
  } table[] = {{"a.wav", mono, 1, 16, 0.9, NULL, false},
               {"a.wav", two, 2, 0, 0.9, NULL, false},
               {"a.flac", mono, 1, 24, 0.9, NULL, false},
               {"a.wav", mono, 1, 0, 93.7, NULL, false},
               {"a.wav", mono, 1, 16, 93.7, NULL, true},
               {"a.wav", names, 1, 16, 0.9, NULL, true},
               {"a.wav", mono, 2, 16, 0.9, NULL, true},
               {"a.flac", mono, 1, 16, 0.9, "2020-05-17T23:59:58", true},
               {"a_20200517_235958.wav", mono, 1, 16, 0.9, "2020-05-17T23:59:58", false},
               {"a_20200517_235958.wav", mono, 1, 16, 0.9, "2020-05-17T23:59:58.500", true}};
  static const char *const odd[] = {"audio", "right"};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N(table); i++) {
    make_samples(table[i].scale);
    const char *path = check_tmp_path(table[i].file);
    bl_write_spec spec = spec_of();
    check_ok(ctx, write_it(ctx, path, &spec)); /* of EEG: has one */
    assert_true(sidecar_is_there(path));
    spec.names = table[i].names == mono && table[i].n_channels == 2 ? odd : table[i].names;
    spec.units = fs, spec.n_channels = table[i].n_channels, spec.bits = table[i].bits;
    spec.start = table[i].start, spec.has_start = table[i].start;
    for (size_t c = 0; c < CHANNELS; c++) lo[c] = -table[i].scale, hi[c] = table[i].scale;
    check_ok(ctx, write_it(ctx, path, &spec));
    if (sidecar_is_there(path) != table[i].wanted) fail_msg("row %zu", i);
    bl_recording *rec;
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
    for (size_t c = 0; c < spec.n_channels; c++) {
      assert_string_equal(rec->streams[0].channels[c].name, spec.names[c]);
      assert_string_equal(rec->streams[0].channels[c].unit, "FS");
    }
    if (table[i].start) assert_string_equal(rec->start, table[i].start);
    bl_recording_close(ctx, rec);
    check_tmp_done();
  }
  check_free(ctx);
}

/* A file beside the place that no writer has made is not lost, nor taken for the new file's. */
static void foreign_sidecars_stay(void **arg)
{
  (void)arg;
  static const char *const texts[] = {"[1]", "no JSON", "", "{\"schema\": 1}",
                                      "{\"rate_hz\": 250, \"channels\": [\"a\"]}"};
  static const char *const files[] = {"a.wav", "a.flac", "a.npy"};
  bl_ctx *ctx = bl_ctx_new();
  make_samples(1);
  for (size_t i = 0; i < N(texts) * N(files); i++) {
    bl_write_spec spec = spec_of();
    const char *path = check_tmp_path(files[i % N(files)]);
    write_beside(path, texts[i / N(files)]);
    check_fails(ctx, write_it(ctx, path, &spec), BL_E_ARG, "no writer of recordings has made");
    assert_true(sidecar_is_there(path));
    check_tmp_done();
  }
  check_free(ctx);
}

/* JSON is UTF-8: another text is read as Latin-1. */
static void latin_names(void **arg)
{
  (void)arg;
  static const char *const latin[] = {"H\xf6he", "\xff\xfe", "a\"b"}, *const want[] = {"H\xc3\xb6he",
                                                                                       "\xc3\xbf\xc3\xbe", "a\"b"};
  bl_ctx *ctx = bl_ctx_new();
  make_samples(1);
  bl_write_spec spec = spec_of();
  spec.names = latin;
  const char *path = check_tmp_path("a.npy");
  bl_recording *rec;
  check_ok(ctx, write_it(ctx, path, &spec));
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  for (size_t c = 0; c < CHANNELS; c++) assert_string_equal(rec->streams[0].channels[c].name, want[c]);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* 16 bits out of a WAV file go back into one, and into FLAC, without a change. */
static void whole_numbers_come_back(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(6, "whole", 0);
  for (size_t i = 0; i < FRAMES; i++) samples[i] = (float)((double)bl_rng_below(&rng, 65536) - 32768) / 32768;
  samples[0] = -1, samples[1] = 32767.0f / 32768;
  static const char *const fs[] = {"FS"};
  static const double least = -1, greatest = 32767.0 / 32768;
  bl_write_spec spec = {.bits = 16,
                        .rate_hz = 8000,
                        .n_frames = FRAMES,
                        .n_channels = 1,
                        .names = names,
                        .units = fs,
                        .lo = &least,
                        .hi = &greatest};
  for (int k = 0; k < 2; k++) {
    const char *path = check_tmp_path(k ? "a.flac" : "a.wav");
    float got[FRAMES];
    size_t n;
    bl_recording *rec;
    check_ok(ctx, write_it(ctx, path, &spec));
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, FRAMES, got, &n));
    assert_memory_equal(got, samples, sizeof got);
    bl_recording_close(ctx, rec);
  }
  check_free(ctx);
  check_tmp_done();
}

/* Any number of channels, and more values than the writer turns into whole numbers at a time. */
static void every_channel_count(void **arg)
{
  (void)arg;
  enum { LONG = 10007, MOST = 8, FORMATS = 5 };
  static const struct {
    const char *name;
    int bits;
  } formats[FORMATS] = {{"a.wav", 16}, {"a.wav", 24}, {"a.wav", 32}, {"a.flac", 16}, {"a.flac", 24}};
  static const char *const called[MOST] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  static const char *const fs[MOST] = {"FS", "FS", "FS", "FS", "FS", "FS", "FS", "FS"};
  static float x[LONG * MOST], got[LONG * MOST];
  double least[MOST], greatest[MOST];
  for (size_t c = 0; c < MOST; c++) least[c] = -1, greatest[c] = 1;
  for (size_t i = 0; i < LONG * MOST; i++) x[i] = (float)(i * 2654435761u >> 16 & 0xffff) / 32768 - 1;
  for (size_t k = 0; k < FORMATS * MOST; k++) {
    bl_ctx *ctx = bl_ctx_new();
    size_t n = k / FORMATS + 1, frames;
    const char *path = check_tmp_path(formats[k % FORMATS].name);
    bl_write_spec spec = {.bits = formats[k % FORMATS].bits,
                          .rate_hz = 8000,
                          .n_frames = LONG,
                          .n_channels = n,
                          .names = called,
                          .units = fs,
                          .lo = least,
                          .hi = greatest};
    bl_recording *rec;
    bl_writer *w;
    check_ok(ctx, bl_writer_open(ctx, path, &spec, &w));
    check_ok(ctx, bl_writer_push(ctx, w, x, LONG));
    check_ok(ctx, bl_writer_done(ctx, w));
    bl_writer_free(ctx, w);
    check_ok(ctx, bl_recording_open_as(ctx, path, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
    assert_int_equal(rec->streams[0].n_frames, LONG);
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, LONG, got, &frames));
    assert_int_equal(frames, LONG);
    if (memcmp(got, x, LONG * n * sizeof *x)) fail_msg("%s, %d bits, %zu channels: other values", path, spec.bits, n);
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

static void refuses(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  make_samples(1);
  bl_write_spec spec = spec_of();
  check_fails(ctx, write_it(ctx, check_tmp_path("a.mp3"), &spec), BL_E_ARG, "no format goes by this name");
  spec.n_frames = FRAMES + 1;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.wav"), &spec), BL_E_ARG, "1003 frames came of the 1004");
  spec.n_frames = FRAMES - 1;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.npy"), &spec), BL_E_ARG, "more than the 1002");
  spec = spec_of();
  spec.rate_hz = 250.5;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.wav"), &spec), BL_E_RANGE, "whole rates");
  spec = spec_of();
  spec.bits = 20;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.flac"), &spec), BL_E_ARG, "20 bits");
  spec = spec_of();
  float was = samples[40];
  samples[40] = 3e6f;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.edf"), &spec), BL_E_RANGE, "beyond the announced limits");
  spec.bits = 16;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.wav"), &spec), BL_E_RANGE, "beyond the announced full scale");
  samples[40] = NAN;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.edf"), &spec), BL_E_NONFINITE, "holds NaN");
  check_fails(ctx, write_it(ctx, check_tmp_path("a.flac"), &spec), BL_E_NONFINITE, "NaN");
  samples[40] = was;
  hi[1] = 3e30;
  check_fails(ctx, write_it(ctx, check_tmp_path("a.edf"), &spec), BL_E_RANGE, "8 characters cannot say");
  check_tmp_done(); /* nothing may be left in the folder, or it would stay */
  check_free(ctx);
}

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  make_samples(1);
  bl_write_spec spec = spec_of();
  return write_it(ctx, arg, &spec);
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  static const char *const files[] = {"s.edf", "s.wav", "s.flac", "s.npy"};
  for (int i = 0; i < 4; i++) check_every_allocation_failing(sweep, (void *)(uintptr_t)check_tmp_path(files[i]));
  check_tmp_done();
}

/* A guess of the length may be wrong both ways; what is written says what came. */
static void guessed_lengths(void **state)
{
  (void)state;
  static const char *const files[] = {"g.npy", "g.wav"};
  static const uint64_t guesses[] = {1, FRAMES - 5, 10 * FRAMES};
  bl_ctx *ctx = bl_ctx_new();
  make_samples(1);
  for (size_t f = 0; f < N(files); f++)
    for (size_t g = 0; g < N(guesses); g++) {
      const char *path = check_tmp_path(files[f]);
      bl_write_spec spec = spec_of();
      spec.lo = spec.hi = NULL;
      spec.n_frames = guesses[g];
      spec.guess = true;
      check_ok(ctx, write_it(ctx, path, &spec));
      bl_recording *rec;
      float back[FRAMES * CHANNELS];
      size_t got = 0;
      check_ok(ctx, bl_recording_open(ctx, path, &rec));
      assert_int_equal(rec->streams[0].n_frames, FRAMES);
      check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, FRAMES, back, &got));
      assert_int_equal(got, FRAMES);
      assert_memory_equal(back, samples, sizeof back);
      bl_recording_close(ctx, rec);
    }
  assert_false(bl_write_needs_limits(BL_WRITE_NPY, 0) || bl_write_needs_limits(BL_WRITE_WAV, 0));
  assert_false(bl_write_needs_limits(BL_WRITE_WAV, 32));
  assert_true(bl_write_needs_limits(BL_WRITE_WAV, 16) && bl_write_needs_limits(BL_WRITE_FLAC, 0));
  assert_true(bl_write_needs_limits(BL_WRITE_EDF, 0) && bl_write_needs_limits(BL_WRITE_BDF, 0));
  check_free(ctx);
  check_tmp_done();
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(guessed_lengths),
                                            cmocka_unit_test(edf_and_bdf),
                                            cmocka_unit_test(wav_flac_npy),
                                            cmocka_unit_test(every_channel_count),
                                            cmocka_unit_test(whole_numbers_come_back),
                                            cmocka_unit_test(sidecars_only_where_needed),
                                            cmocka_unit_test(foreign_sidecars_stay),
                                            cmocka_unit_test(latin_names),
                                            cmocka_unit_test(refuses),

                                            cmocka_unit_test(survives_every_allocation_failing)};
  return _cmocka_run_group_tests("recording_write", tests, N(tests), NULL, NULL);
}
