/* Damaged, truncated, chained and mislabelled sound files, made by tests/golden/make_damaged_sound.py: what is read of
 * each has the bits and the times of the whole file, what is lost is a gap, and it is told. */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/recording.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "check.h"

#define FOLDER BALEEN_TEST_DATA "/sound/"
enum { BLOCK = 777 };

static float *read_all(bl_ctx *ctx, bl_recording *rec)
{
  const bl_rec_stream *s = &rec->streams[0];
  size_t n = (size_t)s->n_frames, got, done = 0;
  float *v = calloc(n * s->n_channels + 1, sizeof *v);
  for (; done < n; done += got) {
    check_ok(ctx, bl_recording_read(ctx, rec, 0, done, BLOCK, v + done * s->n_channels, &got));
    if (!got) fail_msg("%s: frame %zu of %zu cannot be read", rec->path, done, n);
  }
  return v;
}

static uint64_t frame_of(const bl_rec_stream *s, double time_s) { return (uint64_t)llround(time_s * s->rate_hz); }

/* How far a sample may be off so many seconds behind a gap: see formats/sound/mpeg.c; Opus comes nearer bit by bit. */
static double tolerance(const bl_recording *rec, size_t run, double since_s)
{
  if (!run) return 0;
  if (!strncmp(rec->format, "MPEG", 4)) return 1e-6;
  return strcmp(rec->format, "Ogg, Opus") ? 0 : since_s < 0.25 ? 0.15 : 1e-3;
}

/* Every run has the samples of the whole file at its times; behind the end of one comes the next, in a chain. */
static void check_bits(bl_ctx *ctx, bl_recording *rec, const char *of)
{
  char path[512];
  bl_recording *whole;
  snprintf(path, sizeof path, FOLDER "whole/%s", of);
  check_ok(ctx, bl_recording_open(ctx, path, &whole));
  const bl_rec_stream *s = &rec->streams[0], *t = &whole->streams[0];
  assert_int_equal(whole->notes.n, 0);
  assert_int_equal(s->n_channels, t->n_channels);
  check_near(s->rate_hz, t->rate_hz, 0);
  float *v = read_all(ctx, rec), *w = read_all(ctx, whole);
  for (size_t r = 0; r < s->n_runs; r++) {
    uint64_t at = frame_of(s, s->runs[r].start_s);
    for (uint64_t i = 0; i < s->runs[r].n; i++) {
      const float *a = v + (s->runs[r].first + i) * s->n_channels, *b = w + (at + i) % t->n_frames * s->n_channels;
      double most = 0;
      for (size_t c = 0; c < s->n_channels; c++) most = fmax(most, fabs((double)a[c] - (double)b[c]));
      if (!(most <= tolerance(rec, r, (double)i / s->rate_hz)))
        fail_msg("%s: run %zu, frame %llu: %g, wanted %g", rec->path, r, (unsigned long long)i, (double)*a, (double)*b);
    }
  }
  free(v);
  free(w);
  bl_recording_close(ctx, whole);
}

/* The same frames, read from the end to the beginning in pieces. */
static void check_backwards(bl_ctx *ctx, bl_recording *rec)
{
  const bl_rec_stream *s = &rec->streams[0];
  float *v = read_all(ctx, rec), *piece = calloc(BLOCK * 20 * s->n_channels, sizeof *piece);
  size_t step = (size_t)s->n_frames / 5 + 1, got;
  for (size_t i = 5; i-- > 0;) {
    size_t at = i * step, n = step < BLOCK ? step : BLOCK;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, at, n, piece, &got));
    if (memcmp(piece, v + at * s->n_channels, got * s->n_channels * sizeof *v)) fail_msg("%s: from %zu", rec->path, at);
  }
  free(v);
  free(piece);
}

/* "8192-12288 ..": the times between runs, and in front of the first. */
static void check_gaps(const bl_recording *rec, const char *want, bool at_least)
{
  const bl_rec_stream *s = &rec->streams[0];
  char got[256] = "";
  uint64_t end = 0;
  unsigned long long lo, hi;
  bool inside = !*want;
  for (size_t r = 0; r < s->n_runs; r++) {
    uint64_t at = frame_of(s, s->runs[r].start_s);
    size_t n = strlen(got);
    if (at > end)
      snprintf(got + n, sizeof got - n, "%s%llu-%llu", n ? " " : "", (unsigned long long)end, (unsigned long long)at);
    if (sscanf(want, "%llu-%llu", &lo, &hi) == 2) inside |= end <= lo && at >= hi;
    end = at + s->runs[r].n;
  }
  if (at_least ? !inside : strcmp(got, want)) fail_msg("%s: gaps '%s', wanted '%s'", rec->path, got, want);
}

static void check_notes(const bl_recording *rec, const char *want)
{
  bool found = false;
  for (size_t i = 0; i < rec->notes.n; i++) found |= strstr(rec->notes.v[i], want) != NULL;
  if (!*want ? rec->notes.n > 0 : !found)
    fail_msg("%s: '%s', wanted '%s'", rec->path, rec->notes.n ? rec->notes.v[0] : "no note", want);
}

static void check_file(const char *file, const char *of, const char *frames, const char *gaps, const char *note)
{
  char path[512];
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  snprintf(path, sizeof path, FOLDER "damaged/%s", file);
  bl_status s = bl_recording_open(ctx, path, &rec);
  if (!strcmp(frames, "refused")) {
    if (s != BL_E_FORMAT && s != BL_E_UNSUPPORTED) fail_msg("%s: %s", file, bl_status_name(s));
    if (!strstr(bl_ctx_error(ctx), note) || !strstr(bl_ctx_error(ctx), file)) fail_msg("%s", bl_ctx_error(ctx));
  } else {
    check_ok(ctx, s);
    char got[32];
    snprintf(got, sizeof got, "%llu", (unsigned long long)rec->streams[0].n_frames);
    if (*frames && strcmp(got, frames)) fail_msg("%s: %s frames, wanted %s", file, got, frames);
    check_gaps(rec, gaps, !*frames);
    if (*of) check_bits(ctx, rec, of);
    check_backwards(ctx, rec);
    check_notes(rec, note);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
}

static void every_damaged_file(void **arg)
{
  (void)arg;
  static const char *const names[] = {"file", "whole", "frames", "gaps", "note"};
  bl_ctx *ctx = bl_ctx_new();
  bl_table t = {0};
  size_t c[5];
  check_ok(ctx, bl_table_read(ctx, FOLDER "damaged/index.csv", &t));
  for (size_t k = 0; k < 5; k++) check_ok(ctx, bl_table_column(ctx, &t, names[k], &c[k]));
  assert_true(t.n_rows > 60);
  for (size_t i = 0; i < t.n_rows; i++)
    check_file(bl_table_cell(&t, i, c[0]), bl_table_cell(&t, i, c[1]), bl_table_cell(&t, i, c[2]),
               bl_table_cell(&t, i, c[3]), bl_table_cell(&t, i, c[4]));
  bl_table_free(ctx, &t);
  check_free(ctx);
}

static bl_status open_and_read(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  float v[100];
  size_t got;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  if (!s) s = bl_recording_read(ctx, rec, 0, 9000, 50, v, &got);
  if (!s) s = bl_recording_read(ctx, rec, 0, 10, 50, v, &got);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  static const char *const files[] = {"body.flac", "head.mp3", "x_body.ogg", "x_chain.opus", "flac_missing.oga"};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char path[512];
    snprintf(path, sizeof path, FOLDER "damaged/%s", files[i]);
    check_every_allocation_failing(open_and_read, path);
  }
}

/* FLAC keeps places on the way where decoding begins anew: from there on it gives what it gives in order, back and far
 * ahead. */
static void flac_from_places_inside(void **arg)
{
  (void)arg;
  enum { N = 300000, RATE = 48000 };
  static const size_t places[] = {290000, 70000, 65536, 65535, 200000, 140000, 10, 262144};
  const char *path = check_tmp_path("long.flac");
  static short x[N];
  uint32_t r = 1;
  for (size_t i = 0; i < N; i++) x[i] = (short)((r = r * 1664525 + 1013904223) >> 20);
  SF_INFO info = {.samplerate = RATE, .channels = 1, .format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16};
  SNDFILE *f = sf_open(path, SFM_WRITE, &info);
  assert_int_equal(sf_writef_short(f, x, N), N);
  sf_close(f);
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
    float v[BLOCK];
    size_t got;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, places[k], BLOCK, v, &got));
    assert_int_equal(got, BLOCK);
    for (size_t i = 0; i < got; i++) check_near(v[i], x[places[k] + i] / 32768.0, 0);
  }
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_damaged_file), cmocka_unit_test(flac_from_places_inside),
                                     cmocka_unit_test(survives_every_allocation_failing)};
  return cmocka_run_group_tests_name("damaged_sound", tests, NULL, NULL);
}
