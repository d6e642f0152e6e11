/* Writing float frames: what comes back from each format, scale and limits, padding, refusals; names taken out. */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <sys/stat.h>

#include "baleen/dataset.h"
#include "baleen/random.h"
#include "baleen/recording_write.h"
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

static bool sidecar_is_there(const char *path)
{
  char beside[600];
  struct stat st;
  snprintf(beside, sizeof beside, "%s.json", path);
  return !stat(beside, &st);
}

static void write_beside(const char *path, const char *text)
{
  char beside[600];
  snprintf(beside, sizeof beside, "%s.json", path);
  FILE *f = fopen(beside, "w");
  if (!f) fail_msg("%s", beside);
  fputs(text, f);
  fclose(f);
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

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  static const char *const files[] = {"s.edf", "s.wav", "s.flac", "s.npy"};
  for (int i = 0; i < 4; i++) check_every_allocation_failing(sweep, (void *)(uintptr_t)check_tmp_path(files[i]));
  check_tmp_done();
}

/* ---- without names ----------------------------------------------------------------------------------------------- */

static unsigned char *bytes_of(const char *path, size_t *n)
{
  FILE *f = fopen(path, "rb");
  unsigned char *v = calloc(1, 1 << 20);
  if (!f) fail_msg("%s", path);
  *n = fread(v, 1, 1 << 20, f);
  fclose(f);
  return v;
}

static bool holds(const unsigned char *v, size_t n, const char *text)
{
  for (size_t i = 0; i + strlen(text) <= n; i++)
    if (!memcmp(v + i, text, strlen(text))) return true;
  return false;
}

static void edf_without_names(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {PLUS("EDF+C"), .patient = "123 F 02-MAY-1951 Smith", .recording = "Startdate 12-AUG-2009 X Jones X",
                .tal = {"+0||~+0.5|Smith asleep|K-complex|~+0.7|mrs SMITH|~", "+1||smith|~",
                        "+2||~+2.5^1|spindle@@C3|~", "+3||~"},
                .more = 6};
  e.sig[1].spr = "60";
  size_t n, m;
  const char *path = edf_write(&e, "named.edf"), *out = check_tmp_path("out.edf");
  bl_texts report = {0};
  bl_anonymizing how = {.keep_time = true, .drop = "*Smith*"};
  check_ok(ctx, bl_anonymize(ctx, path, out, &how, &report));
  unsigned char *v = bytes_of(path, &n), *w = bytes_of(out, &m);
  assert_int_equal(m, n - 6);
  for (const char *const *text =
           (const char *const[]){"Smith", "SMITH", "smith", "Jones", "1951", "AUG", "12.08.09", NULL};
       *text; text++)
    if (holds(w, m, *text)) fail_msg("'%s' is still there", *text);
  assert_true(holds(w, m, "16.15.00"));
  assert_memory_equal(w + 184, v + 184, 768 - 184);
  for (size_t r = 0; r < 4; r++) assert_memory_equal(w + 768 + r * 140, v + 768 + r * 140, 20); /* samples */
  bl_recording *rec;
  check_ok(ctx, bl_recording_open_as(ctx, out, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  assert_int_equal(rec->annotations.n, 2);
  assert_string_equal(rec->annotations.v[0].label, "K-complex");
  check_near(rec->annotations.v[0].onset_s, 0.5, 1e-12);
  assert_string_equal(rec->annotations.v[1].label, "spindle");
  assert_string_equal(rec->start, "1985-01-01T16:15:00");
  assert_int_equal(rec->streams[0].n_runs, 1);
  bl_recording_close(ctx, rec);
  free(v), free(w);
  how = (bl_anonymizing){.drop = "*"};
  check_ok(ctx, bl_anonymize(ctx, path, out, &how, &report));
  check_ok(ctx, bl_recording_open_as(ctx, out, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec));
  assert_int_equal(rec->annotations.n, 0);
  assert_string_equal(rec->start, "1985-01-01T00:00:00");
  bl_recording_close(ctx, rec);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

static void sound_without_names(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const int formats[] = {SF_FORMAT_WAV | SF_FORMAT_PCM_16, SF_FORMAT_RF64 | SF_FORMAT_PCM_16,
                                SF_FORMAT_FLAC | SF_FORMAT_PCM_16};
  make_samples(0.9);
  for (size_t i = 0; i < N(formats); i++) {
    const char *path = check_tmp_path("named.x"), *out = check_tmp_path("out.x");
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = formats[i]};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    sf_set_string(f, SF_STR_ARTIST, "Ishmael");
    sf_write_float(f, samples, 501);
    sf_set_string(f, SF_STR_COMMENT, "Nantucket harbour");
    sf_close(f);
    bl_texts report = {0};
    bl_anonymizing how = {0};
    write_beside(path, "{\"channels\": [\"Queequeg\"]}");
    write_beside(out, "{\"schema\": 1, \"rate_hz\": 8000, \"channels\": [\"Ahab\"]}");
    check_ok(ctx, bl_anonymize(ctx, path, out, &how, &report));
    assert_false(sidecar_is_there(out));
    assert_non_null(strstr(report.v[report.n - 1], "named.x.json has"));
    size_t n, m;
    unsigned char *v = bytes_of(path, &n), *w = bytes_of(out, &m);
    assert_true(holds(v, n, "Ishmael"));
    assert_false(holds(w, m, "Ishmael") || holds(w, m, "Nantucket"));
    assert_true(report.n >= 1);
    if (!memcmp(w, "RIFF", 4)) assert_int_equal(w[4] | w[5] << 8 | w[6] << 16, m - 8);
    if (!memcmp(w, "RF64", 4)) assert_int_equal(w[20] | w[21] << 8 | w[22] << 16, m - 8); /* in ds64 */
    float x[600], y[600];
    bl_recording *a, *b;
    check_ok(ctx, bl_recording_open(ctx, path, &a));
    check_ok(ctx, bl_recording_open_as(ctx, out, &(bl_opening){.mode = BL_OPEN_STRICT}, &b));
    check_ok(ctx, bl_recording_read(ctx, a, 0, 0, 600, x, &n));
    check_ok(ctx, bl_recording_read(ctx, b, 0, 0, 600, y, &m));
    assert_int_equal(n, 501);
    assert_int_equal(m, 501);
    assert_memory_equal(x, y, 501 * sizeof *x);
    bl_recording_close(ctx, a);
    bl_recording_close(ctx, b);
    how.drop = "*";
    check_fails(ctx, bl_anonymize(ctx, path, out, &how, &report), BL_E_UNSUPPORTED, "EDF and BDF only");
    bl_texts_free(ctx, &report);
    free(v), free(w);
  }
  check_free(ctx);
  check_tmp_done();
}

/* Where the standards leave room, programs write: reserved fields, behind a format, behind data that tells no size. */
static void no_names_in_the_corners(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts report = {0};
  bl_anonymizing how = {0};
  const edf_spec plain = {.reserved = "SECRET file", .n = 2, .n_records = 2, .sig = {{.label = "Cz"}, {.label = "Pz"}}};
  const char *path = check_tmp_path("p.edf"), *out = check_tmp_path("o.edf");
  size_t n, m;
  unsigned char *v = edf_bytes(&plain, &n), *w;
  memcpy(v + 256 + 2 * 224 + 32, "SECRET signal", 13);
  write_bytes(path, v, n);
  check_ok(ctx, bl_anonymize(ctx, path, out, &how, &report));
  w = bytes_of(out, &m);
  assert_int_equal(m, n);
  assert_false(holds(w, m, "SECRET"));
  assert_memory_equal(w + 256, v + 256, 2 * 224);
  assert_memory_equal(w + 768, v + 768, n - 768);
  free(v), free(w);

  static const unsigned char wav[] =
      "RIFF\0\0\0\0WAVEfmt \x19\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0\7\0SECRET7\0"
      "data\0\0\0\0\1\0\2\0\3\0LIST\6\0\0\0SECRET";
  bl_recording *rec;
  path = check_tmp_path("p.wav"), out = check_tmp_path("o.wav");
  write_bytes(path, wav, sizeof wav - 1);
  check_ok(ctx, bl_anonymize(ctx, path, out, &how, &report));
  w = bytes_of(out, &m);
  assert_false(holds(w, m, "SECRET"));
  assert_int_equal(w[4], m - 8);
  free(w);
  check_ok(ctx, bl_recording_open(ctx, out, &rec));
  assert_int_equal(rec->streams[0].n_frames, 3);
  bl_recording_close(ctx, rec);
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

/* What it is called must be what it is. */
static void names_of_formats(void **arg)
{
  (void)arg;
  static const char *const bad[] = {"o.wav", "o.BDF", "o.npy", "o.csv", "o.flac", "o.mp3"}, *const good[] = {
                                                                                                "o.edf", "o.REC", "o",
                                                                                                "o.anonymous"};
  const edf_spec plain = {.n = 1, .n_records = 2, .sig = {{.label = "Cz"}}};
  bl_ctx *ctx = bl_ctx_new();
  bl_texts report = {0};
  bl_anonymizing how = {0};
  char path[600];
  snprintf(path, sizeof path, "%s", edf_write(&plain, "p.edf"));
  for (size_t i = 0; i < N(bad); i++)
    check_fails(ctx, bl_anonymize(ctx, path, check_tmp_path(bad[i]), &how, &report), BL_E_ARG,
                "wanted a name that ends in .edf");
  for (size_t i = 0; i < N(good); i++) check_ok(ctx, bl_anonymize(ctx, path, check_tmp_path(good[i]), &how, &report));
  bl_texts_free(ctx, &report);
  check_free(ctx);
  check_tmp_done();
}

static bl_status sweep_names(bl_ctx *ctx, void *arg)
{
  bl_texts report = {0};
  char out[600];
  snprintf(out, sizeof out, "%s.out", (const char *)arg);
  bl_anonymizing how = {.drop = "a*"};
  bl_status s = bl_anonymize(ctx, arg, out, &how, &report);
  bl_texts_free(ctx, &report);
  return s;
}

static void anonymize_survives_every_allocation_failing(void **arg)
{
  (void)arg;
  edf_spec e = {PLUS("EDF+C"), .tal = {"+0||~+0.5|a@@b|~", "+1||~", "+2||~", "+3||~"}};
  check_every_allocation_failing(sweep_names, (void *)(uintptr_t)edf_write(&e, "sweep.edf"));
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
                                            cmocka_unit_test(coarse_steps_are_refused),
                                            cmocka_unit_test(flat_channels),
                                            cmocka_unit_test(whole_channels),
                                            cmocka_unit_test(large_records),
                                            cmocka_unit_test(status_in_bdf),
                                            cmocka_unit_test(record_lengths),
                                            cmocka_unit_test(crowded_annotations),
                                            cmocka_unit_test(survives_every_allocation_failing),
                                            cmocka_unit_test(edf_without_names),
                                            cmocka_unit_test(sound_without_names),
                                            cmocka_unit_test(no_names_in_the_corners),
                                            cmocka_unit_test(names_of_formats),
                                            cmocka_unit_test(anonymize_survives_every_allocation_failing)};
  return _cmocka_run_group_tests("recording_write", tests, N(tests), NULL, NULL);
}
