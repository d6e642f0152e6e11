/* bads: RANSAC against autoreject 0.4.4 with the draws that it made; each criterion finds the channel that was spoiled for it, and
 * no other. */
#include "baleen/bads.h"

#include <stdlib.h>

#include "baleen/channel.h"
#include "baleen/random.h"
#include "chain.h"
#include "npy.h"
#include "ransac.h"

static void test_ransac(void **state)
{
  (void)state;
  enum { C = 16, LENGTH = 320, EPOCHS = 5, DRAWS = 10, DRAWN = 8 };
  bl_ctx *ctx = bl_ctx_new();
  npy *x = npy_open("autoreject/epochs"), *at = npy_open("autoreject/positions");
  npy *draws = npy_open("autoreject/ransac_subsets"), *want = npy_open("autoreject/ransac_corr");
  static double frames[EPOCHS * LENGTH * C], corr[EPOCHS * C];
  size_t subsets[DRAWS * DRAWN];
  for (size_t e = 0; e < EPOCHS; e++)
    for (size_t c = 0; c < C; c++)
      for (size_t f = 0; f < LENGTH; f++) frames[(e * LENGTH + f) * C + c] = x->v[(e * C + c) * LENGTH + f];
  for (size_t i = 0; i < DRAWS * DRAWN; i++) subsets[i] = (size_t)draws->v[i];
  for (size_t c = 0; c < C; c++) {
    double *r = at->v + 3 * c, norm = sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    for (size_t k = 0; k < 3; k++) r[k] /= norm;
  }
  check_ok(ctx, bl_ransac_correlations(ctx, at->v, C, subsets, DRAWS, DRAWN, frames, EPOCHS, LENGTH, corr));
  for (size_t i = 0; i < EPOCHS * C; i++)
    if (!(fabs(corr[i] - want->v[i]) <= 1e-6)) fail_msg("%zu: %.9g, not %.9g", i, corr[i], want->v[i]);
  npy_close(x);
  npy_close(at);
  npy_close(draws);
  npy_close(want);
  check_free(ctx);
}

enum { N = 5000, MOST = 16 };
static const char names[] = "Fp1 Fp2 F3 F4 C3 C1 Cz C2 C4 T7 T8 P3 P4 O1 Oz O2";
static const bl_bads_params defaults = {.deviation = 5,
                                        .noise = 5,
                                        .correlation = 0.4,
                                        .bad_time = 0.01,
                                        .ransac = true,
                                        .n_resample = 50,
                                        .min_channels = 0.25,
                                        .min_corr = 0.75,
                                        .unbroken_time = 0.4,
                                        .window_s = 5};

/* Three slow sources in the head, of which every electrode sees a share that falls off with its distance. */
static void head(bl_ctx *ctx, double rate_hz, bl_stream *of, float *x)
{
  static const double source[3][3] = {{-0.03, 0.03, 0.05}, {0.04, 0.0, 0.04}, {0.0, -0.05, 0.05}};
  bl_rng rng = bl_rng_make(11, "head", 0);
  double s[3] = {0}, at[MOST][3];
  check_ok(ctx, chain_wave(ctx, rate_hz, names, "uV", of));
  for (size_t c = 0; c < MOST; c++) {
    bool known;
    check_ok(ctx, bl_channel_position(ctx, of->channels.v[c], at[c], &known));
    assert_true(known);
  }
  for (size_t f = 0; f < N; f++) {
    for (int k = 0; k < 3; k++) s[k] = 0.9 * s[k] + bl_rng_normal(&rng);
    for (size_t c = 0; c < MOST; c++) {
      double sum = 0.3 * bl_rng_normal(&rng);
      for (int k = 0; k < 3; k++) {
        double d = 0;
        for (int i = 0; i < 3; i++) d += (at[c][i] - source[k][i]) * (at[c][i] - source[k][i]);
        sum += s[k] * 0.01 / (d + 0.004);
      }
      x[f * MOST + c] = (float)(4 * sum);
    }
  }
}

static void test_found(void **state)
{
  (void)state;
  enum { FLAT = 3, LOUD = 12, NOISY = 8, ALONE = 6 };
  static float x[N * MOST];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(12, "spoil", 0);
  bl_bad_channel ch[MOST];
  bl_stream of;
  head(ctx, 250, &of, x);
  check_ok(ctx, bl_bads_find(ctx, &defaults, &of, x, N, ch));
  for (size_t c = 0; c < MOST; c++)
    if (ch[c].bad)
      fail_msg("%s: %g %g %g %g", of.channels.v[c], ch[c].deviation, ch[c].noise, ch[c].uncorrelated, ch[c].alone);
  double slow = 0;
  for (size_t f = 0; f < N; f++) {
    slow = 0.9 * slow + bl_rng_normal(&rng);
    x[f * MOST + FLAT] = 7;
    x[f * MOST + LOUD] *= 12;
    x[f * MOST + NOISY] += (float)(f % 2 ? 30 : -30);
    x[f * MOST + ALONE] = (float)(12 * slow);
  }
  check_ok(ctx, bl_bads_find(ctx, &defaults, &of, x, N, ch));
  assert_true(ch[FLAT].flat && ch[FLAT].bad && isnan(ch[FLAT].deviation));
  assert_true(ch[LOUD].deviation > 5 && !(ch[LOUD].noise > 5));
  assert_true(ch[NOISY].noise > 5);
  assert_true(ch[ALONE].uncorrelated > 0.01 && ch[ALONE].alone > 0.4 && !(fabs(ch[ALONE].deviation) > 5));
  for (size_t c = 0; c < MOST; c++) assert_int_equal(ch[c].bad, c == FLAT || c == LOUD || c == NOISY || c == ALONE);
  bl_stream_free(ctx, &of);
  check_free(ctx);
}

/* Those that stand still, but for a while, have no noise at all, neither above 50 Hz nor below; that of the others is judged,
 * and is the same as without them. */
static void test_mostly_still(void **state)
{
  (void)state;
  enum { STILL = 6, N_STILL = 3, NOISY = 11 };
  static float x[N * MOST];
  bl_ctx *ctx = bl_ctx_new();
  bl_bads_params p = defaults;
  bl_bad_channel ch[MOST], flat[MOST];
  bl_stream of;
  p.ransac = false;
  head(ctx, 250, &of, x);
  for (size_t f = 0; f < N; f++) {
    x[f * MOST + NOISY] += (float)(f % 2 ? 30 : -30);
    for (size_t c = STILL; c < STILL + N_STILL; c++)
      if (f > N / 10) x[f * MOST + c] = 0;
  }
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, ch));
  for (size_t f = 0; f < N; f++)
    for (size_t c = STILL; c < STILL + N_STILL; c++) x[f * MOST + c] = 0;
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, flat));
  assert_true(ch[NOISY].noise > 5);
  for (size_t c = 0; c < MOST; c++) {
    bool still = c >= STILL && c < STILL + N_STILL;
    assert_true(still ? isnan(ch[c].noise) && ch[c].bad && !ch[c].flat : ch[c].noise == flat[c].noise);
  }
  bl_stream_free(ctx, &of);
  check_free(ctx);
}

static void test_edges(void **state)
{
  (void)state;
  static float x[N * MOST];
  bl_ctx *ctx = bl_ctx_new();
  bl_bads_params p = defaults;
  bl_bad_channel ch[MOST];
  bl_stream of;
  head(ctx, 100, &of, x);
  x[40 * MOST + 2] = x[40 * MOST + 3] = NAN;
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, ch));
  assert_true(ch[2].flat && isnan(ch[5].noise) && !ch[5].bad); /* nothing lies above 50 Hz */
  check_fails(ctx, bl_bads_find(ctx, &p, &of, x, 900, ch), BL_E_SHAPE, "9 s are less than two windows of 5 s");
  of.rate_hz = 0.4;
  check_fails(ctx, bl_bads_find(ctx, &p, &of, x, N, ch), BL_E_RANGE, "at 0.4 Hz there are no two samples in a window");
  of.rate_hz = 4;
  p.window_s = 0.1;
  check_fails(ctx, bl_bads_find(ctx, &p, &of, x, N, ch), BL_E_RANGE, "at 4 Hz there are no two samples in a window");
  of.rate_hz = 100;
  p = defaults;
  p.min_channels = 0.99;
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, ch)); /* a draw is 15 of 16 electrodes, and one is flat */
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_FEW_ROWS), 1);
  assert_true(isnan(ch[0].alone) && ch[2].bad);
  bl_stream_free(ctx, &of);
  check_ok(ctx, chain_wave(ctx, 100, "a b c", "uV", &of));
  p = defaults;
  assert_true(bl_bads_find(ctx, &p, &of, x, N, ch) != BL_OK); /* no place on the head */
  p.ransac = false;
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, ch));
  assert_true(isnan(ch[0].alone));
  for (size_t i = 0; i < N * MOST; i++) x[i] = 0;
  check_ok(ctx, bl_bads_find(ctx, &p, &of, x, N, ch));
  assert_true(ch[0].bad && ch[1].bad && ch[2].bad);
  bl_stream_free(ctx, &of);
  check_free(ctx);
}

static float few[2600 * MOST];
static bl_status find(bl_ctx *ctx, void *arg)
{
  bl_bads_params p = defaults;
  bl_bad_channel ch[MOST];
  p.n_resample = 3;
  return bl_bads_find(ctx, &p, arg, few, 2600, ch);
}

static void test_memory(void **state)
{
  (void)state;
  static float x[N * MOST];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream of;
  head(ctx, 250, &of, x);
  memcpy(few, x, sizeof few);
  check_every_allocation_failing(find, &of);
  bl_stream_free(ctx, &of);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_ransac), cmocka_unit_test(test_found),
                                     cmocka_unit_test(test_mostly_still), cmocka_unit_test(test_edges),
                                     cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
