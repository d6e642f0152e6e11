/* asr: what stage.h promises; a burst on EEG taken out, against asrpy 0.0.8; rest that is clean passes as it is. */
#include "stage_conformance.h"

#include "baleen/asr.h"
#include "npy.h"

/* Three channels that the directions are; clean amplitudes of 0.4, give or take 0.1. */
#define VALUES "[[0.5,0.1,0],[0.1,0.4,0.1],[0,0.1,0.6],[1,0,0],[0,1,0],[0,0,1],[0.4,0.4,0.4],[0.1,0.1,0.1]]"
#define ARRAY  "array=" VALUES
#define COMMON                                                                                                         \
  .mixes = "what is made anew is made of all channels", .unbounded = "it counts as the last value for the others"

static const stage_case cases[] = {
    {.options = ARRAY, COMMON, .names_channels = "the array has three columns"},
    {.options = ARRAY " cutoff=1 win_len_s=0.2 lookahead_s=0.1 stepsize=10 maxdims=2 channels=[Cz,C3,C4] unit=uV "
                      "learnt_from=[a.edf]",
     COMMON,
     .names_channels = "channels names three"},
    {.options = ARRAY " cutoff=0.5 stepsize=7 lookahead_s=0 maxdims=3",
     COMMON,
     .names_channels = "the array has three columns"},
};

enum { C = 8, N = 3200 };

/* Learns from the golden calibration and passes the golden data through; freed by free(). */
static float *cleaned(bl_ctx *ctx, const char *cutoff, const float *data)
{
  static const bl_asr_params how = {100, 0.5, 0.66, 0.1, 0.25, 1};
  npy *calib = npy_open("asr/calib");
  bl_asr asr;
  bl_stream in;
  bl_stage stage;
  bl_stage_run run;
  size_t n = calib->n / C;
  float *x = malloc(calib->n * sizeof *x), *got = malloc(N * C * sizeof *got);
  for (size_t i = 0; i < calib->n; i++) x[i] = (float)calib->v[i % C * n + i / C];
  check_ok(ctx, bl_asr_fit(ctx, &how, x, n, C, 160, &asr));
  check_ok(ctx, chain_wave(ctx, 160, "Fp1 Fp2 F3 F4 C3 C4 O1 O2", "uV", &in));
  check_ok(ctx, bl_stage_new(ctx, "asr", &stage));
  check_ok(ctx, bl_asr_pack(ctx, &asr, bl_opts_array(stage.cls->opts, stage.params, "array")));
  check_ok(ctx, bl_opts_set(ctx, "asr", stage.cls->opts, stage.params, "cutoff", cutoff));
  check_ok(ctx, bl_stage_start(ctx, &stage, &in, &run));
  check_near(run.out.latency_s, (40 + 31) / 160.0, 1e-12);
  bl_frames out = {.width = C};
  check_ok(ctx, run.cls->push(ctx, run.state, data, N, &out));
  assert_int_equal(out.n, N - 40);
  check_ok(ctx, run.cls->finish(ctx, run.state, &out));
  assert_int_equal(out.n, N);
  memcpy(got, out.v, N * C * sizeof *got);
  bl_frames_free(ctx, &out);
  bl_stage_stop(ctx, &run);
  bl_stage_free(ctx, &stage);
  bl_stream_free(ctx, &in);
  bl_asr_free(ctx, &asr);
  npy_close(calib);
  free(x);
  return got;
}

static float *data_of(void)
{
  npy *x = npy_open("asr/data");
  float *v = malloc(N * C * sizeof *v);
  for (size_t i = 0; i < N * C; i++) v[i] = (float)x->v[i % C * N + i / C];
  npy_close(x);
  return v;
}

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float *data = data_of(), *got = cleaned(ctx, "5", data);
  npy *want = npy_open("asr/asrpy_out_1split");
  npy_compare_frames(want, got, N, C, 1e-5, "asr/asrpy_out_1split");
  npy_close(want);
  free(data);
  free(got);
  check_free(ctx);
}

/* With limits that nothing is above, values are what they were, bit for bit; a NaN is told of in its own place alone. */
static void test_clean_passes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  float *data = data_of(), *got;
  data[50 * C + 3] = NAN;
  got = cleaned(ctx, "1000", data);
  for (size_t i = 0; i < N * C; i++)
    if (i != 50 * C + 3 && memcmp(&got[i], &data[i], sizeof *got))
      fail_msg("%zu: %g, not %g", i, (double)got[i], (double)data[i]);
  assert_true(isnan(got[50 * C + 3]));
  free(data);
  free(got);
  check_free(ctx);
}

static void test_refused(void **state)
{
  (void)state;
  static const struct row {
    const char *option, *value, *part;
  } rows[] = {{"channels", "[a, b]", "for 2 channels"},
              {"array", "[[1,0,0],[1,0,0]]", "an array of 2 x 3"},
              {"unit", "mV", "learnt in 'mV', but channel 'a' is in 'uV'"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_stage stage;
    bl_stage_run run;
    check_ok(ctx, chain_wave(ctx, 200, "a b c", "uV", &in));
    check_ok(ctx, bl_stage_new(ctx, "asr", &stage));
    check_ok(ctx, bl_opts_set(ctx, "asr", stage.cls->opts, stage.params, "array", VALUES));
    check_ok(ctx, bl_opts_set(ctx, "asr", stage.cls->opts, stage.params, rows[i].option, rows[i].value));
    bl_status s = bl_stage_start(ctx, &stage, &in, &run);
    check_fails(ctx, s, s, rows[i].part);
    assert_true(s != BL_OK);
    bl_stage_free(ctx, &stage);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  static const struct CMUnitTest own[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_clean_passes),
                                          cmocka_unit_test(test_refused)};
  return STAGE_SUITE("asr", cases, own, 3);
}
