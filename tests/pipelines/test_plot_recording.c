/* Pictures of recordings: a sine and a gap of known numbers through the parts, real files through the whole. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "markup.h"
#include "plot_private.h"

enum { RATE = 8000, N = 3 * RATE };
static const double sine_hz = 1000, amplitude = 0.5;

static void put_le(unsigned char *at, uint32_t v, int bytes)
{
  for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(v >> 8 * i);
}

/* Three seconds of a 1 kHz sine at half of full scale, 16 bit, mono; silence if amplitude is 0. */
static const char *sine_file(const char *name, double level)
{
  static unsigned char wav[44 + 2 * N];
  memcpy(wav, "RIFF\0\0\0\0WAVEfmt ", 16);
  memcpy(wav + 36, "data", 4);
  put_le(wav + 4, 36 + 2 * N, 4);
  put_le(wav + 16, 16, 4);
  put_le(wav + 20, 1, 2);
  put_le(wav + 22, 1, 2);
  put_le(wav + 24, RATE, 4);
  put_le(wav + 28, 2 * RATE, 4);
  put_le(wav + 32, 2, 2);
  put_le(wav + 34, 16, 2);
  put_le(wav + 40, 2 * N, 4);
  for (int i = 0; i < N; i++)
    put_le(wav + 44 + 2 * i,
           (uint32_t)(int32_t)lrint(32767 * level * sin(2 * 3.14159265358979323846 * sine_hz * i / RATE)), 2);
  const char *path = check_tmp_path(name);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(wav, 1, sizeof wav, f) != sizeof wav || fclose(f)) fail_msg("cannot write %s", path);
  return path;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

typedef struct heard {
  bl_spectrum spectrum;
  double power[BL_PLOT_BINS + 1], frames, first_s, last_s, n;
} heard;

static void on_frame(void *user, double time_s, const float *frame)
{
  heard *h = user;
  if (!(h->frames > 0)) h->first_s = time_s;
  h->last_s = time_s;
  h->frames++;
  for (size_t b = 0; b < bl_stream_width(h->spectrum.frames); b++) h->power[b] += (double)frame[b];
}
static bl_status on_block(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n)
{
  (void)time_s;
  ((heard *)user)->n += (double)n;
  return bl_spectrum_push(ctx, &((heard *)user)->spectrum, x, n);
}
static bl_status on_stretch(void *user, bl_ctx *ctx, double time_s, bool begin)
{
  return bl_spectrum_stretch(ctx, &((heard *)user)->spectrum, time_s, begin);
}

/* The densities over all frequencies add up to the power of the sine, A^2/2, and the peak stands at its frequency. */
static void test_spectrum_level(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_plotting how = bl_plotting_usual();
  bl_plot p = {.ctx = ctx,
               .how = &how,
               .unit = "FS",
               .n_channels = 1,
               .mixed = true,
               .from_s = 1,
               .to_s = 2.5,
               .n_frames = 1.5 * RATE};
  static heard h;
  check_ok(ctx, bl_recording_open(ctx, sine_file("sine.wav", amplitude), &p.rec));
  p.st = &p.rec->streams[0];
  check_ok(ctx, bl_spectrum_new(&p, 512, 256, false, &h.spectrum));
  h.spectrum.on_frame = on_frame;
  h.spectrum.user = &h;
  check_ok(ctx, bl_plot_read(&p, on_stretch, on_block, &h));
  check_near(h.n, 1.5 * RATE, 0);
  check_near(h.frames, floor((1.5 * RATE - 512) / 256) + 1, 0);
  check_near(h.first_s, 1 + 256.0 / RATE, 1.0 / RATE);
  size_t peak = 0;
  double sum = 0, width = (double)RATE / 512;
  for (size_t b = 0; b <= 256; b++) {
    if (h.power[b] > h.power[peak]) peak = b;
    sum += h.power[b] / h.frames * width;
  }
  assert_int_equal(peak, (size_t)(sine_hz / width));
  check_near(sum, amplitude * amplitude / 2, 1e-4);
  float db[257];
  for (size_t b = 0; b <= 256; b++) db[b] = (float)(h.power[b] / h.frames);
  double want = 10 * log10((double)db[peak]);
  check_ok(ctx, bl_spectrum_db(ctx, &h.spectrum, db, 1));
  check_near((double)db[peak], want, 1e-4);
  bl_spectrum_free(ctx, &h.spectrum);
  bl_recording_close(ctx, p.rec);
  check_free(ctx);
}

/* A second of EEG has fewer samples than the picture columns: the line goes through all of them. */
static void test_few_samples(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_rec_stream st = {.rate_hz = 10};
  bl_plot p = {.ctx = ctx, .st = &st, .n_channels = 1, .from_s = 5, .to_s = 5.5, .time_scale = 1};
  static const float x[] = {3, 1, 4, 1, 5};
  bl_envelope e;
  bl_sink k = {.ctx = ctx};
  check_ok(ctx, bl_envelope_new(&p, BL_PLOT_COLUMNS, &e));
  bl_envelope_add(&p, &e, 5, x, 5);
  bl_envelope_lines(&p, &e, 0, 0, 1, 0, &k);
  assert_string_equal(bl_buf_text(&k.buf), "5.05 3\n5.15 1\n5.25 4\n5.35 1\n5.45 5\n\n\n");
  bl_sink_free(&k);
  bl_envelope_free(ctx, &e);
  check_free(ctx);
}

static void test_envelope(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_rec_stream st = {.rate_hz = 10};
  bl_plot p = {.ctx = ctx, .st = &st, .n_channels = 2, .from_s = 5, .to_s = 7, .time_scale = 1};
  bl_envelope e;
  bl_sink k = {.ctx = ctx};
  check_ok(ctx, bl_envelope_new(&p, 4, &e)); /* half a second, five frames, a column */
  float x[20];
  for (int i = 0; i < 10; i++) x[2 * i] = (float)(i * i), x[2 * i + 1] = (float)-i;
  x[4] = NAN;
  bl_envelope_add(&p, &e, 5, x, 10);
  check_near((double)e.lo[0], 0, 0);
  check_near((double)e.hi[0], 16, 0);
  check_near((double)e.lo[2], 25, 0);
  check_near((double)e.hi[2], 81, 0);
  check_near((double)e.lo[3], -9, 0);
  check_near(e.sum[1], -45, 0);
  assert_true(e.lo[4] > e.hi[4]); /* nothing in the second half */
  bl_envelope_lines(&p, &e, 0, 1, 2, 100, &k);
  assert_string_equal(bl_buf_text(&k.buf), "5.25 98\n5.25 130\n5.75 148\n5.75 260\n\n\n\n");
  bl_sink_free(&k);
  bl_envelope_free(ctx, &e);
  check_free(ctx);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static char *draw(bl_ctx *ctx, const char *recording, double from, double to, const char *name, size_t *n)
{
  char out[512];
  snprintf(out, sizeof out, "%s", check_tmp_path(name));
  bl_plotting how = bl_plotting_usual();
  how.from_s = from;
  how.to_s = to;
  check_ok(ctx, bl_plot_recording(ctx, recording, &how, out));
  return slurp(out, n);
}

static void check_svg(const char *svg, const char *const *parts)
{
  const char *why = unbalanced(svg);
  if (why) fail_msg("%s", why);
  for (; *parts; parts++)
    if (!strstr(svg, *parts)) fail_msg("'%s' is missing", *parts);
}

static void test_sound(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  const char *wav = sine_file("sine.wav", amplitude);
  static const char *const parts[] = {"sine.wav", "8000 Hz", "frequency (kHz)", "time (s)", "data:image/png;base64,",
                                      NULL};
  char *svg = draw(ctx, wav, NAN, NAN, "sine.svg", &n);
  check_svg(svg, parts);
  free(svg);
  char *png = draw(ctx, wav, 0.5, 0.75, "sine.png", &n);
  assert_true(n > 5000 && !memcmp(png, "\x89PNG", 4));
  free(png);
  free(draw(ctx, wav, 0.5, 0.5004, "few.png", &n)); /* four samples */
  free(draw(ctx, sine_file("silence.wav", 0), NAN, NAN, "silence.png", &n));
  check_free(ctx);
}

static void test_channels(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  static const char *const parts[] = {"S001R06.edf", "20 of 64 channels", "Fc5", "frequency (Hz)", "µV", "mean", ">T2<",
                                      NULL};
  char *svg = draw(ctx, BALEEN_SETS "/eegmmidb-s001/S001R06.edf", 2, 12, "eeg.svg", &n);
  check_svg(svg, parts);
  free(svg);
  free(draw(ctx, BALEEN_SETS "/eegmmidb-s001/S001R06.edf", 2, 2.05, "short.png", &n)); /* too short for a spectrum */
  check_free(ctx);
}

/* Height in the picture's units of the first box around what was found; 0 where there is none. */
static double box_height(const char *svg)
{
  double x, y[2] = {0, 0};
  const char *at = strstr(svg, "213,  94,   0)'  d='M");
  if (at && sscanf(at, "213,  94,   0)'  d='M%lf,%lf L%lf,%lf", &x, &y[0], &x, &y[1]) != 4) fail_msg("%.80s", at);
  return fabs(y[1] - y[0]);
}

/* An image of many bins, lines of few, boxes of what is found, as high as its frequencies are; by a preset's name, too. */
static void test_stages(void **state)
{
  (void)state;
  static const struct {
    const char *stages, *parts[5], *not_there;
    double box[2]; /* least and greatest height of a box */
  } rows[] = {
      {"[{stft: {n_fft: 256}}, power, {mel: {n_mels: 40}}, db]",
       {"sine.wav", "data:image/png;base64,", ">500 Hz<", "dB re FS²", NULL},
       "D55E00",
       {0, 0}},
      {"[{rms: {frame_length: 256}}, {scale: {factor: 2}}]", {"sine.wav", ">rms<", "FS", NULL}, "data:image", {0, 0}},
      {"[{threshold_events: {on: 0.1, of: magnitude, min_gap_s: 0.1}}]",
       {"213,  94,   0", NULL},
       "data:image",
       {300, 500}},
      {"[{stft: {n_fft: 256}}, power, tonal_contours]", {"data:image/png;base64,", NULL}, NULL, {1, 12}},
      {"mlab_specgram", {"data:image/png;base64,", "FS²/Hz", NULL}, NULL, {0, 0}},
  };
  char wav[512], out[512];
  bl_ctx *ctx = bl_ctx_new();
  snprintf(wav, sizeof wav, "%s", sine_file("sine.wav", amplitude));
  snprintf(out, sizeof out, "%s", check_tmp_path("stages.svg"));
  bl_plotting how = bl_plotting_usual();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    size_t n;
    how.stages = rows[i].stages;
    check_ok(ctx, bl_plot_recording(ctx, wav, &how, out));
    char *svg = slurp(out, &n);
    check_svg(svg, rows[i].parts);
    if (rows[i].not_there && strstr(svg, rows[i].not_there))
      fail_msg("%s: '%s' is there", rows[i].stages, rows[i].not_there);
    double high = box_height(svg);
    if (high < rows[i].box[0] || high > rows[i].box[1]) fail_msg("%s: a box %g high", rows[i].stages, high);
    free(svg);
  }
  how.stages = "[{stft: {n_ft: 256}}]";
  check_fails(ctx, bl_plot_recording(ctx, wav, &how, out), BL_E_CONFIG, "n_ft");
  how.stages = "[{fir: {h_freq: 4000}}]";
  check_fails(ctx, bl_plot_recording(ctx, wav, &how, out), BL_E_CONFIG, "below half the sampling rate");
  how.stages = "mlab_specgra";
  check_fails(ctx, bl_plot_recording(ctx, wav, &how, out), BL_E_CONFIG, "did you mean 'mlab_specgram'?");
  check_free(ctx);
}

/* However narrow the band, down to one that no step leads through, the axis has some tics. */
static void test_narrow_band(void **state)
{
  (void)state;
  static const double widths[] = {500, 1e-3, 1e-9, 1e-12, 2e-13};
  double hz[5] = {0, 1000, 2000, 3000, 4000};
  bl_ctx *ctx = bl_ctx_new();
  const bl_stream f = {.rate_hz = 8000, .n_channels = 1, .n_bins = 5, .bin_hz = hz};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    bl_plot p = {.f_min = 1500, .f_max = 1500 + widths[i]};
    bl_sink k = {.ctx = ctx};
    size_t tics = 0;
    assert_true(p.f_max > p.f_min);
    bl_plot_row_axis(&p, &f, 5, &k);
    assert_int_equal(k.status, BL_OK);
    const char *at = bl_buf_text(&k.buf);
    for (const char *t = at; (t = strstr(t, "Hz'")); t++) tics++;
    if (!tics || tics > 11) fail_msg("a band of %g Hz: %zu tics: %.300s", widths[i], tics, at);
    bl_sink_free(&k);
  }
  check_free(ctx);
}

static void test_refusals(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *wav = sine_file("sine.wav", amplitude), *png = check_tmp_path("x.png");
  bl_plotting how = bl_plotting_usual(), late = how, turned = how;
  late.from_s = 5, late.to_s = 6, turned.from_s = 2, turned.to_s = 1;
  check_fails(ctx, bl_plot_recording(ctx, wav, &how, "x.pdf"), BL_E_ARG, ".png or .svg");
  check_fails(ctx, bl_plot_recording(ctx, "/no/such.wav", &how, png), BL_E_IO, "/no/such.wav");
  check_fails(ctx, bl_plot_recording(ctx, wav, &late, png), BL_E_RANGE, "lasts 3 s");
  check_fails(ctx, bl_plot_recording(ctx, wav, &turned, png), BL_E_RANGE, "sine.wav");
  check_fails(ctx, bl_plot_recording(ctx, wav, &how, "/no/such/x.png"), BL_E_IO, "/no/such/x.png");
  check_free(ctx);
}

static void put_text(const char *path, const char *text)
{
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(text, 1, strlen(text), f) != strlen(text) || fclose(f)) fail_msg("cannot write %s", path);
}

/* 500 samples of a sine with one NaN, and of a second channel that is NaN throughout, as CSV. */
static const char *holes(void)
{
  static char text[40000];
  size_t n = (size_t)snprintf(text, sizeof text, "time_s,C3 (uV),C4 (uV),SpO2 (%%)\n");
  for (int i = 0; i < 500; i++) {
    char c3[32];
    snprintf(c3, sizeof c3, i == 100 ? "nan" : "%.6f", sin(0.2 * i));
    n += (size_t)snprintf(text + n, sizeof text - n, "%.2f,%s,nan,97\n", 0.01 * i, c3);
  }
  const char *path = check_tmp_path("holes.csv");
  put_text(path, text);
  return path;
}

/* A NaN is a hole in the trace and no more: lines before and behind it, and a spectrum of the windows without. */
static void test_holes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char csv[512];
  size_t n;
  snprintf(csv, sizeof csv, "%s", holes());
  static const char *const parts[] = {"C3", "C4", "Welch PSD", NULL};
  char *svg = draw(ctx, csv, NAN, NAN, "holes.svg", &n);
  check_svg(svg, parts);
  /* far fewer samples than columns: the trace is one line up to the hole, and one behind it */
  size_t moves = 0, longest = 0;
  for (const char *path = svg; (path = strstr(path, " d='M")); path++) {
    size_t length = strcspn(path + 4, "'");
    longest = length > longest ? length : longest;
    moves++;
  }
  assert_true(moves > 2 && longest > 200 * 8);
  free(svg);
  bl_plotting how = bl_plotting_usual();
  bl_texts c4 = {(char *[]){(char[]){"C4"}}, 1}, units = {(char *[]){(char[]){"C3"}, (char[]){"Sp*"}}, 2},
           none = {(char *[]){(char[]){"Cz"}}, 1};
  const char *out = check_tmp_path("x.svg");
  how.pick = &c4;
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_NONFINITE, "there is nothing to draw");
  how.pick = &units;
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_CONFIG, "'C3' is in 'uV' and 'SpO2' in '%'");
  how.pick = &none;
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_CONFIG,
              "no channel 'Cz'; there are streams of 100 Hz (3 channels)");
  how = bl_plotting_usual();
  how.rate_hz = 50;
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_CONFIG,
              "no stream of 50 Hz; there are streams of 100 Hz");
  how = bl_plotting_usual();
  how.cmap = "magma";
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_CONFIG, "a colour map is for spectrograms");
  bl_texts c3 = {(char *[]){(char[]){"C3"}}, 1};
  how.spectrogram = true;
  how.pick = &c3;
  how.n_fft = 64, how.f_max = 20;
  check_ok(ctx, bl_plot_recording(ctx, csv, &how, out));
  how.f_min = 30;
  check_fails(ctx, bl_plot_recording(ctx, csv, &how, out), BL_E_RANGE, "the band from 30 to 20 Hz is empty");
  check_free(ctx);
}

/* An offset leaves the colours to the sound, and what a Raven table beside the file marks is drawn. */
static void test_offset_and_table(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char wav[512], table[520];
  size_t n;
  snprintf(wav, sizeof wav, "%s", sine_file("sine.wav", amplitude));
  snprintf(table, sizeof table, "%.*s.selections.txt", (int)strlen(wav) - 4, wav);
  put_text(table, "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
                  "1\tSpectrogram 1\t1\t1\t2\t500\t1500\twhistle\n");
  static const char *const parts[] = {">whistle<", NULL};
  char *svg = draw(ctx, wav, NAN, NAN, "marked.svg", &n);
  check_svg(svg, parts);
  free(svg);
  put_text(table, "Selection\tBegin Time (s)\tEnd Time (s)\n1\tx\ty\n"); /* no table spoils the picture */
  free(draw(ctx, wav, NAN, NAN, "marked.svg", &n));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  unlink(table);
  check_free(ctx);
}

static bl_status whole(bl_ctx *ctx, void *arg)
{
  bl_plotting how = bl_plotting_usual();
  how.from_s = 0, how.to_s = 0.05;
  return bl_plot_recording(ctx, arg, &how, check_tmp_path("swept.png"));
}

static bl_status of_stages(bl_ctx *ctx, void *arg)
{
  bl_plotting how = bl_plotting_usual();
  how.from_s = 0, how.to_s = 0.05;
  how.stages = "[{stft: {n_fft: 64}}, power]";
  return bl_plot_recording(ctx, arg, &how, check_tmp_path("swept.png"));
}

static void test_memory(void **state)
{
  (void)state;
  char wav[512];
  snprintf(wav, sizeof wav, "%s", sine_file("sine.wav", amplitude));
  check_every_allocation_failing(whole, wav);
  check_every_allocation_failing(of_stages, wav);
}

static int tidy(void **state)
{
  (void)state;
  check_tmp_done();
  return 0;
}

/* A map for each number that the summary gives of a channel, with its unit; of the electrodes alone. */
static void test_maps(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char out[512], eeg[] = BALEEN_SETS "/eegmmidb-s001/S001R06.edf";
  size_t n;
  bl_plotting how = bl_plotting_usual();
  how.from_s = 2;
  how.to_s = 8;
  how.stages = "[reference]";
  how.maps = "{band_power: {bands: {alpha: [8, 13], low: [4, 8]}}}";
  snprintf(out, sizeof out, "%s", check_tmp_path("maps.svg"));
  check_ok(ctx, bl_plot_recording(ctx, eeg, &how, out));
  static const char *const parts[] = {"S001R06.edf", ">alpha<", ">low<", ">µV²<", NULL};
  char *svg = slurp(out, &n);
  check_svg(svg, parts);
  free(svg);
  static const struct {
    const char *maps, *stages, *says;
    double f_max;
  } slips[] = {{"band_pwr", NULL, "did you mean 'band_power'?", NAN},
               {"{rms: {x: 1}}", NULL, "unknown option 'x'", NAN},
               {"rms", "[mono]", "0 of 1 channels are electrodes", NAN},
               {"{quantile: {q: [0.1, 0.2]}}", "[stft, power]", " numbers for each channel; one picture holds 24", NAN},
               {"covariance", NULL, "'covariance' gives no number for each channel", NAN},
               {"rms", NULL, "the band of a map is the summary's", 20}};
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    how.maps = slips[i].maps;
    how.stages = slips[i].stages;
    how.f_max = slips[i].f_max;
    bl_status s = bl_plot_recording(ctx, eeg, &how, out);
    check_fails(ctx, s, BL_E_CONFIG, slips[i].says);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spectrum_level), cmocka_unit_test(test_envelope),         cmocka_unit_test(test_sound),
      cmocka_unit_test(test_channels),       cmocka_unit_test(test_narrow_band),      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_holes),          cmocka_unit_test(test_offset_and_table), cmocka_unit_test(test_memory),
      cmocka_unit_test(test_few_samples),    cmocka_unit_test(test_stages),           cmocka_unit_test(test_maps)};
  return cmocka_run_group_tests(tests, NULL, tidy);
}
