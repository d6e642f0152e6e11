/* Streams: copies, names of bins, units; buffers of frames; starting a stage on streams that cannot be. */
#include "baleen/stream.h"

#include "chain.h"

static bl_status build(bl_ctx *ctx, void *arg)
{
  static const double hz[] = {0, 15.625, 440, 1000.1004, 123456};
  bl_stream in = {0}, copy = {0};
  (void)arg;
  bl_status s = chain_wave(ctx, 100, "a b", "uV", &in);
  if (!s) s = bl_stream_set_bins(ctx, &in, 5, hz, NULL);
  if (!s) s = bl_stream_set_units(ctx, &in, "dB re %s^2");
  if (!s) s = bl_stream_copy(ctx, &in, &copy);
  if (!s) {
    static const char *want[] = {"0Hz", "15.625Hz", "440Hz", "1000.1Hz", "123456Hz"};
    char name[BL_BIN_NAME];
    for (size_t i = 0; i < 5; i++) assert_string_equal(bl_stream_bin(&copy, i, name), want[i]);
    assert_int_equal(copy.bins.n, 0); /* made when asked for */
    in.pairs = true;
    assert_string_equal(bl_stream_bin(&in, 1, name), "im_15.625Hz");
    assert_string_equal(bl_stream_bin(&copy, 5, name), "");
    for (size_t i = 0; i < 5; i++) check_near(copy.bin_hz[i], hz[i], 0);
    assert_ptr_not_equal(copy.bin_hz, in.bin_hz);
    assert_string_equal(copy.units.v[1], "dB re uV^2");
    assert_string_equal(copy.channels.v[1], "b");
    assert_int_equal(bl_stream_width(&copy), 10);
  }
  if (!s) s = bl_stream_set_bins(ctx, &copy, 5, copy.bin_hz, NULL); /* from its own */
  if (!s) s = bl_stream_set_units(ctx, &copy, "1");
  if (!s) assert_string_equal(copy.units.v[0], "1");
  if (!s) s = bl_stream_set_bins(ctx, &copy, 1, NULL, NULL);
  char none[BL_BIN_NAME];
  if (!s) assert_true(copy.n_bins == 1 && copy.bins.n == 0 && !copy.bin_hz && !*bl_stream_bin(&copy, 0, none));
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &copy);
  return s;
}

static void check_streams(void **arg)
{
  bl_ctx *ctx = bl_ctx_new();
  check_ok(ctx, build(ctx, arg));
  check_free(ctx);
  check_every_allocation_failing(build, NULL);
}

static void check_bad_bins(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream s = {.n_bins = 1};
  check_fails(ctx, bl_stream_set_bins(ctx, &s, 2, NULL, NULL), BL_E_ARG, "2 bins");
  check_fails(ctx, bl_stream_set_bins(ctx, &s, 0, NULL, NULL), BL_E_ARG, "0 bins");
  check_free(ctx);
}

static void check_frames(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_frames f = {.width = 3};
  for (size_t i = 0; i < 100; i++) {
    float *to = bl_frames_add(ctx, &f, i % 4);
    assert_non_null(to);
    for (size_t k = 0; k < 3 * (i % 4); k++) to[k] = (float)i;
  }
  assert_int_equal(f.n, 150);
  size_t at = 0;
  for (size_t i = 0; i < 100; i++)
    for (size_t k = 0; k < 3 * (i % 4); k++) check_near((double)f.v[at++], (double)i, 0);
  assert_null(bl_frames_add(ctx, &f, SIZE_MAX));
  assert_null(bl_frames_add(ctx, &f, SIZE_MAX / 8));
  assert_int_equal(f.n, 150);
  bl_frames_free(ctx, &f);
  check_free(ctx);
}

static void check_start(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream none = {.rate_hz = 100}, still = {.n_channels = 1, .n_bins = 1};
  bl_stage st;
  bl_stage_run run;
  check_ok(ctx, bl_stage_new(ctx, "scale", &st));
  check_fails(ctx, bl_stage_start(ctx, &st, &none, &run), BL_E_SHAPE, "scale: the stream has 0 channels");
  check_fails(ctx, bl_stage_start(ctx, &st, &still, &run), BL_E_RANGE, "scale: a rate of 0");
  bl_stage_free(ctx, &st);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_streams), cmocka_unit_test(check_bad_bins),
                                     cmocka_unit_test(check_frames), cmocka_unit_test(check_start)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
