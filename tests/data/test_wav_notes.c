/* What recorders and people write into WAV files: the start in AudioMoth's comment and in GUANO metadata, markers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/recording.h"
#include "check.h"

enum { RATE = 8000, FRAMES = 4000, MOST = 20000 };

static void put(unsigned char *v, size_t *n, const void *bytes, size_t len)
{
  memcpy(v + *n, bytes, len);
  *n += len;
}
static void put_le(unsigned char *v, size_t *n, uint32_t x, size_t bytes)
{
  for (; bytes; bytes--, x >>= 8) v[(*n)++] = (unsigned char)x;
}
static void put_chunk(unsigned char *v, size_t *n, const char *name, const void *bytes, size_t len)
{
  put(v, n, name, 4);
  put_le(v, n, (uint32_t)len, 4);
  put(v, n, bytes, len);
  if (len & 1) put_le(v, n, 0, 1);
}

/* Half a second of silence with a chunk in front of the samples, or behind. */
static const char *write_wav(const char *name, const void *bytes, size_t len, bool behind)
{
  static const unsigned char silence[FRAMES * 2];
  static unsigned char v[MOST];
  size_t n = 0;
  const char *path = check_tmp_path("notes.wav");
  put(v, &n, "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0", 24);
  put_le(v, &n, RATE, 4);
  put_le(v, &n, RATE * 2, 4);
  put_le(v, &n, 2 | 16 << 16, 4);
  if (!behind) put_chunk(v, &n, name, bytes, len);
  put_chunk(v, &n, "data", silence, sizeof silence);
  if (behind) put_chunk(v, &n, name, bytes, len);
  for (size_t i = 0; i < 4; i++) v[4 + i] = (unsigned char)((n - 8) >> 8 * i);
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(v, 1, n, f) != n || fclose(f)) fail_msg("%s", path);
  return path;
}

/* clang-format off */
static const struct start {
  const char *chunk, *text, *want, *note; /* NULL: none */
} starts[] = {
  /* firmware 1.0 to 1.9, as AudioMoth's own parsers know it */
  {"ICMT", "Recorded at 19:22:55 14/12/2020 (UTC-5) by AudioMoth 24F319055FDF2902 at medium gain setting while battery state was 4.1V.",
   "2020-12-14T19:22:55-05:00", NULL},
  {"ICMT", "Recorded at 15:00:00 02/10/2019 (UTC) by AudioMoth 0FE081F80FE081F0", "2019-10-02T15:00:00+00:00", NULL},
  {"ICMT", "Recorded at 05:30:00.250 02/10/2023 (UTC+5:30) by AudioMoth", "2023-10-02T05:30:00.250+05:30", NULL},
  {"ICMT", "Recorded at 05:30:00 02/10/2017 by AudioMoth", "2017-10-02T05:30:00", NULL},
  {"ICMT", "Recorded at 05:30:00 32/10/2017 (UTC) by AudioMoth", NULL, NULL},
  {"ICMT", "Recorded at noon", NULL, NULL},
  {"guan", "GUANO|Version: 1.0\nMake: Wildlife Acoustics\nTimestamp: 2017-04-29T02:57:28-05:00\n", "2017-04-29T02:57:28-05:00", NULL},
  {"guan", "GUANO|Version: 1.0\r\nTimestamp:2017-04-29 02:57:28.125\r\nNote: x", "2017-04-29T02:57:28.125", NULL},
  {"guan", "GUANO|Version: 1.0\nTimestamp: 2017-04-29T02:57:28Z", "2017-04-29T02:57:28+00:00", NULL},
  {"guan", "GUANO|Version: 1.0\nTimestamp: yesterday\n", NULL, "'yesterday' of the GUANO"},
  {"guan", "GUANO|Version: 1.0\nTE: 10\nTimestamp: 2017-04-29T02:57:28\n", "2017-04-29T02:57:28", "10 times slower"},
  {"guan", "", NULL, NULL},
};
/* clang-format on */

static void check_start(const struct start *r, bool behind)
{
  unsigned char list[1024];
  size_t n = 0;
  bool comment = !strcmp(r->chunk, "ICMT");
  put(list, &n, "INFO", 4);
  put_chunk(list, &n, "ICMT", r->text, strlen(r->text) + 1);
  const char *path = comment ? write_wav("LIST", list, n, behind) : write_wav("guan", r->text, strlen(r->text), behind);
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  char got[64];
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  snprintf(got, sizeof got, "%s%s", rec->start, rec->zone);
  if (rec->has_start != (r->want != NULL) || (r->want && strcmp(got, r->want))) fail_msg("'%s': '%s'", r->text, got);
  if (rec->notes.n != (r->note != NULL) || (r->note && !strstr(rec->notes.v[0], r->note)))
    fail_msg("'%s': %s", r->text, rec->notes.n ? rec->notes.v[0] : "no note");
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

static void starts_of_recorders(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < 2 * sizeof starts / sizeof *starts; i++) check_start(&starts[i / 2], i & 1);
}

static void put_point(unsigned char *v, size_t *n, uint32_t id, uint32_t at)
{
  put_le(v, n, id, 4);
  put_le(v, n, at, 4);
  put(v, n, "data\0\0\0\0\0\0\0\0", 12);
  put_le(v, n, at, 4);
}

static void put_label(unsigned char *v, size_t *n, const char *kind, uint32_t id, const char *text)
{
  unsigned char one[64];
  size_t m = 0;
  put_le(one, &m, id, 4);
  put(one, &m, text, strlen(text) + 1);
  put_chunk(v, n, kind, one, m);
}

/* Points, whose list of names lies in front of them: chunks may stand in any order. */
static size_t make_marks(unsigned char *v, uint32_t says)
{
  unsigned char list[512], span[64];
  size_t n = 0, m = 0, k = 0;
  put(list, &m, "adtl", 4);
  put_label(list, &m, "labl", 7, "whale");
  put_label(list, &m, "note", 7, "not this");
  put_label(list, &m, "note", 9, "b\xe9luga"); /* Latin-1 */
  put_label(list, &m, "labl", 99, "nobody");
  put_le(span, &k, 9, 4);
  put_le(span, &k, 800, 4);
  put(span, &k, "rgn \0\0\0\0\0\0\0\0", 12);
  put_chunk(list, &m, "ltxt", span, k);
  put_le(v, &n, 0, 4); /* of a chunk that is passed over */
  put_chunk(v, &n, "LIST", list, m);
  put(v, &n, "cue ", 4);
  put_le(v, &n, 4 + 4 * 24, 4);
  put_le(v, &n, says, 4);
  put_point(v, &n, 9, 2000);
  put_point(v, &n, 7, 400);
  put_point(v, &n, 8, 0);
  put_point(v, &n, 6, FRAMES);
  return n;
}

static void markers(void **arg)
{
  (void)arg;
  unsigned char v[1024];
  for (uint32_t says = 4; says < 6; says++) {
    size_t n = make_marks(v, says);
    v[0] = 0;
    bl_ctx *ctx = bl_ctx_new();
    bl_recording *rec;
    const char *path = write_wav("xxxx", v, 4, true); /* then whole chunks */
    FILE *f = fopen(path, "ab");
    if (!f || fwrite(v + 4, 1, n - 4, f) != n - 4 || fclose(f)) fail_msg("%s", path);
    check_ok(ctx, bl_recording_open(ctx, path, &rec));
    const bl_annotation *a = rec->annotations.v;
    assert_int_equal(rec->annotations.n, 3); /* one lies behind the end */
    assert_string_equal(a[0].label, "");
    assert_string_equal(a[1].label, "whale");
    check_near(a[1].onset_s, 0.05, 0);
    check_near(a[1].duration_s, 0, 0);
    assert_string_equal(a[2].label, "b\xc3\xa9luga");
    check_near(a[2].onset_s, 0.25, 0);
    check_near(a[2].duration_s, 0.1, 1e-15);
    assert_true(isnan(a[2].low_hz) && !a[2].channel);
    assert_int_equal(rec->notes.n, says == 4 ? 1 : 2);
    assert_non_null(strstr(rec->notes.v[0], "1 of its 4 markers"));
    if (says > 4) assert_non_null(strstr(rec->notes.v[1], "says 5 markers, 4 were read"));
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

static bl_status open_it(bl_ctx *ctx, void *arg)
{
  bl_recording *rec;
  bl_status s = bl_recording_open(ctx, arg, &rec);
  bl_recording_close(ctx, rec);
  return s;
}

static void survives_every_allocation_failing(void **arg)
{
  (void)arg;
  unsigned char v[1024];
  size_t n = make_marks(v, 4);
  const char *path = write_wav("xxxx", v, 4, true);
  FILE *f = fopen(path, "ab");
  if (!f || fwrite(v + 4, 1, n - 4, f) != n - 4 || fclose(f)) fail_msg("%s", path);
  check_every_allocation_failing(open_it, (void *)(uintptr_t)path);
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(starts_of_recorders), cmocka_unit_test(markers),
                                     cmocka_unit_test(survives_every_allocation_failing)};
  return cmocka_run_group_tests_name("wav_notes", tests, NULL, NULL);
}
