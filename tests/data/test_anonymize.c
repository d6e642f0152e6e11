/* Names taken out of recordings: EDF, sound and what lies beside it. */
#include <sndfile.h>
#include <stdio.h>

#include "baleen/recording_write.h"
#include "beside.h"
#include "edf_rows.h"

#define N(v) (sizeof(v) / sizeof *(v))

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
  float samples[501];
  for (size_t i = 0; i < N(samples); i++) samples[i] = (float)((double)(i * 37 % 101) / 100 - 0.5);
  for (size_t i = 0; i < N(formats); i++) {
    const char *path = check_tmp_path("named.x"), *out = check_tmp_path("out.x");
    SF_INFO info = {.samplerate = 8000, .channels = 1, .format = formats[i]};
    SNDFILE *f = sf_open(path, SFM_WRITE, &info);
    sf_set_string(f, SF_STR_ARTIST, "Ishmael");
    sf_write_float(f, samples, N(samples));
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

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(edf_without_names), cmocka_unit_test(sound_without_names),
                                            cmocka_unit_test(no_names_in_the_corners),
                                            cmocka_unit_test(names_of_formats),
                                            cmocka_unit_test(anonymize_survives_every_allocation_failing)};
  return _cmocka_run_group_tests("anonymize", tests, N(tests), NULL, NULL);
}
