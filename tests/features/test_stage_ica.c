/* ica: what stage.h promises; sources, and channels without some of them, against the sums that define them. */
#include "stage_conformance.h"

/* Two sources of three channels: unmixing, mixing, mean. */
#define ARRAY "array=[[1,0.5,0],[0,1,-2],[0.8,0.1,0.4],[0.3,-0.2,0.5],[1,2,3]]"
#define MIXES .mixes = "a source is made of all channels"

static const stage_case cases[] = {
    {.options = ARRAY " exclude=[1]", MIXES, .names_channels = "the array has three columns"},
    {.options = ARRAY " exclude=[1,0] channels=[Cz,C3,C4] learnt_from=[a.edf]",
     MIXES,
     .names_channels = "channels names three"},
    {.options = ARRAY " output=sources", MIXES, .names_channels = "the array has three columns"},
};

static const double u[2][3] = {{1, 0.5, 0}, {0, 1, -2}}, m[2][3] = {{0.8, 0.1, 0.4}, {0.3, -0.2, 0.5}};

static void start(bl_ctx *ctx, const char *option, const char *value, bl_stream *in, bl_stage *stage, bl_stage_run *run)
{
  check_ok(ctx, chain_wave(ctx, 100, "a b c d", "uV", in));
  check_ok(ctx, bl_stage_new(ctx, "ica", stage));
  check_ok(ctx, bl_opts_set(ctx, "ica", stage->cls->opts, stage->params, "array",
                            "[[1,0.5,0],[0,1,-2],[0.8,0.1,0.4],[0.3,-0.2,0.5],[1,2,3]]"));
  check_ok(ctx, bl_opts_set(ctx, "ica", stage->cls->opts, stage->params, "channels", "[c, a, b]"));
  check_ok(ctx, bl_opts_set(ctx, "ica", stage->cls->opts, stage->params, option, value));
  check_ok(ctx, bl_stage_start(ctx, stage, in, run));
}

static void stop(bl_ctx *ctx, bl_stream *in, bl_stage *stage, bl_stage_run *run, bl_frames *out)
{
  bl_free(ctx, out->v);
  bl_stage_stop(ctx, run);
  bl_stage_free(ctx, stage);
  bl_stream_free(ctx, in);
  check_free(ctx);
}

static void test_values(void **state)
{
  (void)state;
  static const float x[4] = {3.5f, -1.25f, 2, 9}; /* a, b, c, d: columns 1, 2, 0 of the array */
  const double c[3] = {2 - 1, 3.5 - 2, -1.25 - 3};
  double s[2] = {0};
  for (int k = 0; k < 2; k++)
    for (int i = 0; i < 3; i++) s[k] += u[k][i] * c[i];
  for (int way = 0; way < 2; way++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_stage stage;
    bl_stage_run run;
    start(ctx, way ? "output" : "exclude", way ? "sources" : "[1]", &in, &stage, &run);
    bl_frames out = {.width = bl_stream_width(&run.out)};
    check_ok(ctx, run.cls->push(ctx, run.state, x, 1, &out));
    if (way) {
      assert_int_equal(run.out.n_channels, 2);
      assert_string_equal(run.out.channels.v[1], "ICA001");
      for (int k = 0; k < 2; k++) check_near((double)out.v[k], s[k], 1e-6);
    } else {
      const double want[4] = {3.5 - m[1][1] * s[1], -1.25 - m[1][2] * s[1], 2 - m[1][0] * s[1], 9};
      for (int i = 0; i < 4; i++) check_near((double)out.v[i], want[i], 1e-6);
    }
    stop(ctx, &in, &stage, &run, &out);
  }
}

static void test_refused(void **state)
{
  (void)state;
  static const struct row {
    const char *option, *value, *part;
  } rows[] = {{"exclude", "[2]", "there are the sources 0 to 1"},
              {"exclude", "[0.5]", "there are the sources 0 to 1"},
              {"channels", "[a, b]", "for 2 channels"},
              {"array", "[[1,0,0],[1,0,0]]", "an array of 2 x 3"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_stage stage;
    bl_stage_run run;
    check_ok(ctx, chain_wave(ctx, 100, "a b c", "uV", &in));
    check_ok(ctx, bl_stage_new(ctx, "ica", &stage));
    check_ok(ctx, bl_opts_set(ctx, "ica", stage.cls->opts, stage.params, "array",
                              "[[1,0.5,0],[0,1,-2],[0.8,0.1,0.4],[0.3,-0.2,0.5],[1,2,3]]"));
    check_ok(ctx, bl_opts_set(ctx, "ica", stage.cls->opts, stage.params, rows[i].option, rows[i].value));
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
  static const struct CMUnitTest own[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_refused)};
  return STAGE_SUITE("ica", cases, own, 2);
}
