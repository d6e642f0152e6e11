/* de_emphasis: what stage.h promises; it undoes pre_emphasis, however that began. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.rounds = "the first frame starts from the second, and all that follow from it", .reach = ALL_CHANNEL},
    {.options = "coef=0.5 start=zero", .rounds = "it remembers", .reach = ALL_CHANNEL},
    {.input = POWER_SPECTRUM, .options = "start=hold", .rounds = "it remembers", .reach = ALL_CHANNEL},
};

static void check_round_trips(void **arg)
{
  (void)arg;
  static const char *const starts[] = {"librosa", "zero", "hold"};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  float x[500];
  for (size_t i = 0; i < 500; i++) x[i] = (float)(sin(0.3 * (double)i) + 0.1 * (double)(i % 7));
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  for (size_t k = 0; k < 3; k++)
    for (size_t n = k == 0 ? 2 : 1; n <= 500; n += 499) { /* of librosa's single frame nothing says the line */
      char text[128];
      chain c;
      snprintf(text, sizeof text, "pre_emphasis coef=0.9 start=%s | de_emphasis coef=0.9 start=%s", starts[k],
               starts[k]);
      check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
      assert_int_equal(chain_out(&c)->n, n);
      for (size_t i = 0; i < n; i++) check_near((double)chain_out(&c)->v[i], (double)x[i], 2e-6);
      chain_stop(ctx, &c);
    }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A broken frame is one NaN; what follows goes on from the frame before. */
static void check_broken(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  const float x[] = {1, NAN, 1, 1};
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "de_emphasis coef=0.5 start=zero", &in, x, 4, &c));
  assert_int_equal(chain_out(&c)->n, 4);
  const float *y = chain_out(&c)->v;
  assert_true(isnan(y[1]));
  check_near((double)y[0], 1, 0);
  check_near((double)y[2], 1.5, 0);
  check_near((double)y[3], 1.75, 0);
  chain_stop(ctx, &c);
  check_fails(ctx, chain_start(ctx, "de_emphasis coef=1 start=hold", &in, &c), BL_E_CONFIG, "cannot be undone");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_round_trips), cmocka_unit_test(check_broken)};
  return STAGE_SUITE("de_emphasis", cases, tests, sizeof tests / sizeof *tests);
}
