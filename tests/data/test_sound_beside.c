/* A JSON file beside a sound file: names, units, full scale and start. */
#include "sound_files.h"

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
  static const struct CMUnitTest tests[] = {cmocka_unit_test(sidecars), cmocka_unit_test(sidecars_and_no_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
