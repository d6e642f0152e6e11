/* Files read piece by piece: the same bytes whatever was read before, and an error when the file became shorter. */
#include <stdlib.h>
#include <unistd.h>

#include "baleen/recording.h"
#include "edf_builder.h"
#include "window.h"

enum { BYTES = 3 << 20 };

static unsigned char *some_bytes(void)
{
  unsigned char *v = malloc(BYTES);
  for (size_t i = 0; v && i < BYTES; i++) v[i] = (unsigned char)(i * 2654435761u >> 13);
  if (!v) fail_msg("no memory");
  return v;
}

static void pieces(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  unsigned char *v = some_bytes();
  const unsigned char *got;
  const char *path = check_tmp_path("pieces");
  write_bytes(path, v, BYTES);
  static const struct {
    size_t at, n, ahead;
  } order[] = {{0, 10, 0},           {5, 5, 1000},   {8, 4, 4000},       {4000, 8, 0}, {2, 3, 0},
               {BYTES - 5, 5, 9999}, {BYTES, 0, 10}, {1000, 1 << 20, 0}, {70, 0, 0}};
  for (int memory = 0; memory < 2; memory++) {
    bl_window w;
    check_ok(ctx, memory ? bl_window_memory(ctx, path, v, BYTES, &w) : bl_window_open(ctx, path, &w));
    assert_int_equal(w.n_bytes, BYTES);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
      check_ok(ctx, bl_window_get(ctx, &w, order[i].at, order[i].n, order[i].ahead, &got));
      if (order[i].n) assert_memory_equal(got, v + order[i].at, order[i].n);
    }
    check_fails(ctx, bl_window_get(ctx, &w, BYTES - 5, 6, 0, &got), BL_E_INTERNAL, "not in the file");
    bl_window_close(ctx, &w);
  }
  free(v);
  bl_window none;
  check_fails(ctx, bl_window_open(ctx, check_tmp_path("nowhere"), &none), BL_E_IO, "nowhere: cannot be opened");
  bl_window_close(ctx, &none);
  check_free(ctx);
  check_tmp_done();
}

/* Steps back do not read all that is to be read ahead again and again. */
static void steps_back(void **arg)
{
  (void)arg;
  enum { AHEAD = 1 << 16, STEP = 100 };
  bl_ctx *ctx = bl_ctx_new();
  unsigned char *v = some_bytes();
  const unsigned char *got;
  const char *path = check_tmp_path("back");
  write_bytes(path, v, BYTES);
  bl_window w;
  size_t fills = 0;
  check_ok(ctx, bl_window_open(ctx, path, &w));
  for (size_t at = BYTES - STEP; at >= STEP; at -= STEP) {
    uint64_t was = w.at;
    check_ok(ctx, bl_window_get(ctx, &w, at, STEP, AHEAD, &got));
    assert_memory_equal(got, v + at, STEP);
    fills += w.at != was;
  }
  assert_true(fills < BYTES / AHEAD * 3);
  bl_window_close(ctx, &w);
  free(v);
  check_free(ctx);
  check_tmp_done();
}

/* Arrays and raw samples, as EDF in test_edf.c. */
static void shrinks(void **arg)
{
  (void)arg;
  static const char front[] =
      "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (786400, 1), }",
                    side[] = "{\"rate_hz\": 100}";
  for (int k = 0; k < 2; k++) {
    bl_ctx *ctx = bl_ctx_new();
    unsigned char *v = some_bytes();
    const char *path = check_tmp_path(k ? "a.npy" : "a.pcm");
    char name[400];
    memset(v, ' ', 128);
    memcpy(v, front, sizeof front - 1);
    for (size_t i = 128; k && i < BYTES; i += 4) v[i + 3] = 0x3f; /* finite */
    write_bytes(path, v, BYTES);
    free(v);
    write_bytes(check_tmp_path("a.npy.json"), side, sizeof side - 1);
    snprintf(name, sizeof name, "%s%s", k ? "" : "pcm:rate=100,format=f32le:", path);
    bl_recording *rec;
    float x[100];
    size_t got;
    check_ok(ctx, bl_recording_open(ctx, name, &rec));
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 40, 100, x, &got));
    assert_int_equal(got, 100);
    assert_int_equal(truncate(path, 5000), 0);
    check_fails(ctx, bl_recording_read(ctx, rec, 0, 700000, 100, x, &got), BL_E_IO,
                "the file became shorter while it was read");
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

int main(void)
{
  static const struct CMUnitTest tests[] = {cmocka_unit_test(pieces), cmocka_unit_test(steps_back),
                                            cmocka_unit_test(shrinks)};
  return _cmocka_run_group_tests("window", tests, 2, NULL, NULL);
}
