/* A chain of stages gives what its stages give one after another, owes what they owe, starts afresh, and says which
 * part of its text is wrong. */
#include "baleen/stage_chain.h"

#include "chain.h"

enum { SAMPLES = 1000 };

static void noise(float *x, size_t n)
{
  bl_rng r = bl_rng_make(2, "stage chain", 0);
  for (size_t i = 0; i < n; i++) x[i] = (float)bl_rng_normal(&r);
}

/* Two pushes and the end, into `to`, which has room enough. */
static bl_status run_all(bl_ctx *ctx, bl_stage_chain *c, const float *x, float *to, size_t *n)
{
  size_t width = bl_stream_width(bl_stage_chain_out(c)), some[3] = {300, SAMPLES - 300, 0};
  *n = 0;
  for (size_t k = 0; k < 3; k++) {
    const float *y;
    size_t n_y;
    bl_status s = k < 2 ? bl_stage_chain_push(ctx, c, x, some[k], &y, &n_y) : bl_stage_chain_finish(ctx, c, &y, &n_y);
    if (s) return s;
    if (n_y) memcpy(to + *n * width, y, n_y * width * sizeof *to);
    *n += n_y;
    x += some[k];
  }
  return BL_OK;
}

static bl_status as_the_stages(bl_ctx *ctx, void *arg)
{
  (void)arg;
  static float x[SAMPLES], got[SAMPLES * 40];
  bl_stage_chain *c = NULL;
  bl_stream in;
  chain want = {0};
  size_t n;
  noise(x, SAMPLES);
  bl_status s = chain_wave(ctx, 100, "a", "uV", &in);
  if (s) return s;
  s = chain_run(ctx, "fir h_freq=30 | stft n_fft=64 output=power | db", &in, x, SAMPLES, &want);
  if (!s) s = bl_stage_chain_new(ctx, &in, &c);
  if (!s) s = bl_stage_chain_add_text(ctx, c, "[{fir: {h_freq: 30}}]", NULL);
  if (!s) s = bl_stage_chain_add_named(ctx, c, "stft", (const char *const[]){"n_fft=64", "output=power", NULL});
  if (!s) s = bl_stage_chain_add_text(ctx, c, "[db]", NULL);
  for (int turn = 0; !s && turn < 2; turn++) { /* the second after a start afresh */
    s = run_all(ctx, c, x, got, &n);
    if (s) break;
    assert_int_equal(n, chain_out(&want)->n);
    assert_memory_equal(got, chain_out(&want)->v, n * chain_out(&want)->width * sizeof *got);
    char a[BL_BIN_NAME], b[BL_BIN_NAME];
    assert_string_equal(bl_stream_bin(bl_stage_chain_out(c), 1, a), bl_stream_bin(chain_stream(&want), 1, b));
    bl_stage_chain_reset(c);
  }
  chain_stop(ctx, &want);
  bl_stage_chain_free(ctx, c);
  bl_stream_free(ctx, &in);
  return s;
}

static void equal(void **state)
{
  (void)state;
  check_every_allocation_failing(as_the_stages, NULL);
}

static void empty_and_wrong(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float x[SAMPLES], got[SAMPLES];
  bl_stage_chain *c;
  bl_stream in;
  size_t n;
  noise(x, SAMPLES);
  check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
  check_ok(ctx, bl_stage_chain_new(ctx, &in, &c));
  check_ok(ctx, run_all(ctx, c, x, got, &n)); /* without a stage: what comes in */
  assert_int_equal(n, SAMPLES);
  assert_memory_equal(got, x, sizeof x);
  static const struct {
    const char *text, *wanted;
  } wrong[] = {{"mono", "a list of stages"},
               {"[mono, [scale]]", "stage 2"},
               {"[{scale: 3}]", "{option: value}"},
               {"[filr]", "did you mean 'fir'"},
               {"[{fir: {h_freq: 80}}]", "fir"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    bl_status s = bl_stage_chain_add_text(ctx, c, wrong[i].text, NULL);
    assert_int_not_equal(s, BL_OK);
    if (!strstr(bl_ctx_error(ctx), wrong[i].wanted)) fail_msg("%s: %s", wrong[i].text, bl_ctx_error(ctx));
  }
  bl_stage_chain_free(ctx, c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(equal), cmocka_unit_test(empty_and_wrong)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
