/* zero_crossing_rate against the golden file; frame by its definition. */
#include "against.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.length = 2048, .hop = 512, .pad = 1024, .reach = 1024},
    {.options = "frame_length=33 hop_length=10", .length = 33, .hop = 10, .pad = 16, .reach = 16},
    {.options = "frame_length=32 center=false", .length = 32, .hop = 8, .start = 16, .reach = 16},
};

static void check_golden(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("zcr");
  const golden_array *gx = golden_get(g, "x");
  static const int sizes[][2] = {{512, 128}, {256, 64}, {100, 33}};
  bl_stream in;
  float x[2000];
  for (size_t i = 0; i < 2000; i++) x[i] = (float)gx->v[i];
  check_ok(ctx, chain_wave(ctx, 4000, "a", "FS", &in));
  for (size_t i = 0; i < 3; i++)
    for (int center = 0; center < 2; center++) {
      char name[64], text[128];
      chain c;
      snprintf(name, sizeof name, "%s.%d.%d", center ? "edge" : "plain", sizes[i][0], sizes[i][1]);
      snprintf(text, sizeof text, "zero_crossing_rate frame_length=%d hop_length=%d center=%s", sizes[i][0],
               sizes[i][1], center ? "true" : "false");
      check_ok(ctx, chain_run(ctx, text, &in, x, 2000, &c));
      assert_int_equal(chain_out(&c)->n, golden_get(g, name)->rows);
      golden_compare_f32(golden_get(g, name), chain_out(&c)->v, name);
      chain_stop(ctx, &c);
    }
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* librosa's own numbers, its edges included. */
static void check_librosa(void **arg)
{
  static const char usual[] = "zero_crossing_rate frame_length=512 hop_length=256";
  static const against rows[] = {
      {"zero_crossing_rate frame_length=1024 hop_length=256", "tico_22k", 22050, "librosa/zcr", 1e-6, 0, 0},
      {"zero_crossing_rate frame_length=1024 hop_length=256 center=false", "tico_22k", 22050, "librosa/zcr_nocenter",
       1e-6, 0, 0},
      {usual, "syn_impulse", 22050, "librosa/edge/impulse_zcr", 1e-6, 0, 0},
      {usual, "syn_oneframe", 22050, "librosa/edge/oneframe_zcr", 1e-6, 0, 0},
      {usual, "syn_short", 22050, "librosa/edge/short_zcr", 1e-6, 0, 0},
      {usual, NULL, 22050, "librosa/edge/silence_zcr", 1e-6, 0, 4096},
      {usual, NULL, 22050, "librosa/edge/constant_zcr", 1e-6, 0.5F, 4096},
  };
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

/* Frames longer and shorter than the hop, centred and not, against the padded signal itself. */
static void check_frame(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float x[40];
  for (size_t i = 0; i < 20; i++) x[2 * i] = (float)i, x[2 * i + 1] = -(float)i;
  check_ok(ctx, chain_wave(ctx, 100, "a b", "uV", &in));
  check_ok(ctx, chain_run(ctx, "frame frame_length=3 hop_length=7", &in, x, 20, &c));
  assert_int_equal(chain_out(&c)->n, 3);
  for (size_t f = 0; f < 3; f++)
    for (size_t k = 0; k < 3; k++) {
      check_near((double)chain_out(&c)->v[f * 6 + k], (double)(7 * f + k), 0);
      check_near((double)chain_out(&c)->v[f * 6 + 3 + k], -(double)(7 * f + k), 0);
    }
  check_near(chain_stream(&c)->start_s, 0.015, 1e-12);
  assert_string_equal(chain_stream(&c)->bins.v[2], "s2");
  chain_stop(ctx, &c);
  check_ok(ctx, chain_run(ctx, "frame frame_length=5 hop_length=4 center=true pad_mode=edge", &in, x, 20, &c));
  assert_int_equal(chain_out(&c)->n, 5);
  for (size_t f = 0; f < 5; f++)
    for (size_t k = 0; k < 5; k++) {
      double at = (double)(4 * f + k) - 2;
      check_near((double)chain_out(&c)->v[f * 10 + k], at < 0 ? 0 : at, 0);
    }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Runs that end just before and after the buffer is moved, which is when it is full (some 8300 samples), reflected at
 * both ends: every value against the padded signal. */
static void check_long_frames(void **arg)
{
  (void)arg;
  enum { MAX = 8500, LENGTH = 64, PAD = 32 };
  static float x[MAX];
  static const long hops[] = {5, 40, 64, 67, 150};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  for (size_t i = 0; i < MAX; i++) x[i] = (float)i;
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t h = 0; h < sizeof hops / sizeof *hops; h++)
    for (long total = 8280; total <= 8420; total++) {
      char text[128];
      chain c;
      snprintf(text, sizeof text, "frame frame_length=%d hop_length=%ld center=true pad_mode=reflect", LENGTH, hops[h]);
      check_ok(ctx, chain_start(ctx, text, &in, &c));
      for (long at = 0; at < total; at += 3)
        check_ok(ctx, chain_push(ctx, &c, x + at, (size_t)(total - at < 3 ? total - at : 3), false));
      check_ok(ctx, chain_push(ctx, &c, x, 0, true));
      assert_int_equal(chain_out(&c)->n, 1 + total / hops[h]);
      for (size_t i = 0; i < chain_out(&c)->n * LENGTH; i++) {
        long at = labs((long)(i / LENGTH) * hops[h] + (long)(i % LENGTH) - PAD);
        if (at >= total) at = 2 * (total - 1) - at;
        if (!(chain_out(&c)->v[i] == (float)at))
          fail_msg("%s, %ld samples: frame %zu, place %zu is sample %g, not %ld", text, total, i / LENGTH, i % LENGTH,
                   (double)chain_out(&c)->v[i], at);
      }
      chain_stop(ctx, &c);
    }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_golden), cmocka_unit_test(check_librosa),
                                     cmocka_unit_test(check_frame), cmocka_unit_test(check_long_frames)};
  return STAGE_SUITE("zero_crossing_rate", cases, tests, sizeof tests / sizeof *tests);
}
