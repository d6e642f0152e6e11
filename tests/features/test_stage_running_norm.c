/* running_norm: what stage.h promises, and its weights by the sums they stand for. */
#include "stage_conformance.h"

#define MEMORY .unbounded = "what is left out of mean and variance is missing in all that follow"
static const stage_case cases[] = {
    {.options = "time_s=0.1", MEMORY},
    {.input = POWER_SPECTRUM, .options = "start_s=0.5 eps=1e-3", MEMORY},
    {.input = POWER_SPECTRUM, .options = "with_mean=false", MEMORY},
    {.options = "with_std=false", MEMORY},
};

static void check_sums(void **arg)
{
  (void)arg;
  enum { N = 200 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)(1000 + sin((double)(i * i)) * (i < 100 ? 1 : 3));
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "running_norm time_s=0.2", &in, x, N, &c));
  const float *y = chain_out(&c)->v;
  double keep = exp(-1 / (0.2 * 100));
  check_near((double)y[0], 0, 0);
  for (size_t t = 1; t < N; t++) {
    double w = 0, sum = 0, squares = 0;
    for (size_t i = 0; i <= t; i++) w += pow(keep, (double)(t - i)), sum += pow(keep, (double)(t - i)) * (double)x[i];
    for (size_t i = 0; i <= t; i++) squares += pow(keep, (double)(t - i)) * pow((double)x[i] - sum / w, 2);
    check_near((double)y[t], ((double)x[t] - sum / w) / sqrt(squares / w), 1e-5);
  }
  assert_string_equal(chain_stream(&c)->units.v[0], "1");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A constant is 0, with a start or without; the start is mean and variance of what it is taken over. */
static void check_start(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  static const float flat[] = {7, 7, 7, 7}, step[] = {1, 3, 1, 3, 2};
  check_ok(ctx, chain_wave(ctx, 1, "a", "uV", &in));
  for (size_t r = 0; r < 2; r++) {
    check_ok(ctx, chain_run(ctx, r ? "running_norm start_s=2" : "running_norm", &in, flat, 4, &c));
    assert_int_equal(chain_out(&c)->n, 4);
    for (size_t i = 0; i < 4; i++) check_near((double)chain_out(&c)->v[i], 0, 0);
    chain_stop(ctx, &c);
  }
  check_ok(ctx, chain_run(ctx, "running_norm start_s=4 time_s=1e9", &in, step, 5, &c));
  check_near((double)chain_out(&c)->v[0], -0.8 / sqrt(24. / 25), 1e-6); /* of 1 3 1 3 and 1 */
  chain_stop(ctx, &c);
  /* the four of the start weigh 1 each, and fade together from the first frame on that comes out */
  double keep = exp(-1. / 2), w = 4 * keep, mean = 2 - 1 / (w + 1), variance = (4 * keep + w / (w + 1)) / (w + 1);
  check_ok(ctx, chain_run(ctx, "running_norm start_s=4 time_s=2", &in, step, 5, &c));
  check_near((double)chain_out(&c)->v[0], (1 - mean) / sqrt(variance), 1e-6);
  chain_stop(ctx, &c);
  check_fails(ctx, chain_start(ctx, "running_norm with_mean=false with_std=false", &in, &c), BL_E_CONFIG,
              "nothing would");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_sums), cmocka_unit_test(check_start)};
  return STAGE_SUITE("running_norm", cases, tests, sizeof tests / sizeof *tests);
}
