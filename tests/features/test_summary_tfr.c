/* tfr, the summary: epochs by three methods against MNE, baselines, windows of time. */
#include <math.h>

#include "baleen/epoch.h"
#include "feature_help.h"
#include "golden.h"

enum { N = 320, MAX_ROW = 80 * 80 };

static void load(bl_ctx *ctx, const golden *g, float *x, bl_stream *in)
{
  const golden_array *a = golden_get(g, "x");
  for (size_t i = 0; i < N; i++) x[i] = (float)a->v[i];
  check_ok(ctx, make_stream(ctx, 1, 1, 160, in));
}

static const struct row {
  const char *name, *options;
  size_t freqs, frames, step; /* step: of the frequencies that the golden array has */
} rows[] = {
    {"power", "freqs=[6, 10, 22];n_cycles=3;zero_mean=false;frames=320", 3, 320, 1},
    {"dec4", "freqs=[6, 10, 22];n_cycles=[3, 5, 11];zero_mean=false;decim=4;frames=80", 3, 80, 1},
    {"mt.ratio", "freqs=[6, 10, 22];n_cycles=3;method=multitaper;decim=2;frames=160", 3, 160, 1},
    {"stockwell", "method=stockwell;n_fft=512;fmin=5;fmax=30;decim=4;frames=80", 80, 80, 4},
    {"stockwell.w05", "method=stockwell;n_fft=512;fmin=5;fmax=30;width=0.5;decim=8;frames=40", 80, 40, 4},
};

static void test_golden(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("tfr");
  const golden_array *want = golden_get(g, r->name);
  static float x[N], row[MAX_ROW], got[MAX_ROW];
  bl_stream in;
  load(ctx, g, x, &in);
  summarise(ctx, "tfr", r->options, &in, x, N, row, r->freqs * r->frames);
  for (size_t k = 0; k < want->rows; k++)
    for (size_t f = 0; f < r->frames; f++) got[k * r->frames + f] = row[f * r->freqs + k * r->step];
  golden_compare_f32(want, got, r->name);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* The six modes of baseline on MNE's own powers; 1e-6 of the largest, for values are float32. */
static void test_baselines(void **arg)
{
  (void)arg;
  static const char *const modes[] = {"mean", "ratio", "logratio", "percent", "zscore", "zlogratio"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("tfr");
  const golden_array *in = golden_get(g, "baseline.in");
  bl_stream s;
  check_ok(ctx, make_stream(ctx, 1, 3, 80, &s));
  for (int mode = 0; mode < 6; mode++) {
    const bl_epoch_rules rules = {
        .baseline = true, .mode = (bl_baseline_mode)mode, .baseline_from_s = -0.5, .baseline_to_s = 0};
    char name[40];
    float x[160 * 3];
    double most = 0;
    snprintf(name, sizeof name, "baseline.%s", modes[mode]);
    const golden_array *want = golden_get(g, name);
    for (size_t i = 0; i < 160 * 3; i++) x[i] = (float)in->v[i % 3 * 160 + i / 3];
    check_ok(ctx, bl_epoch_correct(ctx, &rules, &s, -0.5, x, 160));
    for (size_t i = 0; i < 3 * 40; i++) most = fmax(most, fabs(want->v[i]));
    for (size_t i = 0; i < 3 * 40; i++)
      golden_compare_one(want->v[i], (double)x[(i % 40) * 4 * 3 + i / 40], 0, 1e-6 * most, name);
  }
  bl_stream_free(ctx, &s);
  golden_close(g);
  check_free(ctx);
}

/* One segment whose first frame lies first_s after the event. */
static bl_status segment(bl_ctx *ctx, const char *option[][2], size_t n_options, const bl_stream *in, const float *x,
                         size_t n, double first_s, float *row, bl_feature_names *names)
{
  bl_summary m;
  sum_run r = {0};
  const bl_span span = {.start_s = 0, .end_s = INFINITY, .event = BL_NO_EVENT};
  check_ok(ctx, bl_summary_new(ctx, "tfr", &m));
  for (size_t i = 0; i < n_options; i++)
    check_ok(ctx, bl_opts_set(ctx, "tfr", m.cls->opts, m.params, option[i][0], option[i][1]));
  bl_status s = names ? bl_summary_shape(ctx, &m, in, names) : BL_OK;
  if (!s) s = sum_start(ctx, &m, in, &r);
  if (!s) s = r.cls->begin(ctx, r.state, &span, first_s);
  if (!s) s = r.cls->push(ctx, r.state, x, n);
  if (!s) s = r.cls->finish(ctx, r.state, row);
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  return s;
}

/* Means in windows against a baseline are those of the frames, taken by hand; names and units. */
static void test_windows(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("tfr");
  static float x[N], all[3 * 80], row[6], mean[3];
  bl_stream in;
  bl_feature_names names;
  load(ctx, g, x, &in);
  const char *of_all[][2] = {{"freqs", "[6, 10, 22]"}, {"n_cycles", "3"}, {"decim", "4"}, {"frames", "80"}};
  const char *of_windows[][2] = {{"freqs", "[6, 10, 22]"},
                                 {"n_cycles", "3"},
                                 {"decim", "4"},
                                 {"windows", "{early: [0, 0.25], late: [0.9, 1]}"},
                                 {"baseline", "[-0.5, -0.1]"},
                                 {"mode", "percent"}};
  check_ok(ctx, segment(ctx, of_all, 4, &in, x, N, -0.5, all, NULL));
  check_ok(ctx, segment(ctx, of_windows, 6, &in, x, N, -0.5, row, &names));
  assert_string_equal(names.names.v[1], "6Hz.late");
  assert_string_equal(names.units.v[1], "1");
  for (size_t k = 0; k < 3;
       k++) { /* 40 frames a second: the baseline is frames 0 to 16, early 20 to 30, late 56 to 60 */
    double base = 0, early = 0, late = 0, whole = 0;
    for (size_t f = 0; f < 80; f++) {
      double v = (double)all[f * 3 + k];
      base += f <= 16 ? v / 17 : 0;
      early += f >= 20 && f <= 30 ? v / 11 : 0;
      late += f >= 56 && f <= 60 ? v / 5 : 0;
      whole += v / 80;
    }
    check_near((double)row[2 * k], early / base - 1, 1e-5);
    check_near((double)row[2 * k + 1], late / base - 1, 1e-5);
    mean[k] = (float)whole;
  }
  bl_feature_names_free(ctx, &names);
  check_ok(ctx, segment(ctx, of_all, 3, &in, x, N, 0, row, &names));
  for (size_t k = 0; k < 3; k++) check_near((double)row[k], (double)mean[k], 1e-5 * (double)mean[k]);
  assert_string_equal(names.names.v[2], "22Hz.power");
  assert_string_equal(names.units.v[2], "uV^2");
  bl_feature_names_free(ctx, &names);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

#define F                                                                                                              \
  {                                                                                                                    \
    "freqs", "[10, 20]"                                                                                                \
  }
static const struct refusal {
  const char *option[4][2];
  size_t n_options, n;
  bl_status code;
  const char *part;
} refusals[] = {
    {{F}, 1, 100, BL_E_SHAPE, "longest wave"},
    {{F, {"n_cycles", "3"}, {"frames", "80"}}, 3, 320, BL_E_SHAPE, "set 'frames: 320'"},
    {{F, {"n_cycles", "3"}, {"windows", "{a: [1, 3]}"}}, 3, 320, BL_E_SHAPE, "a, 1 to 3 s"},
    {{F, {"n_cycles", "3"}, {"baseline", "[-1, 0]"}, {"mode", "ratio"}}, 4, 320, BL_E_SHAPE, "the baseline, -1 to 0"},
    {{F, {"mode", "ratio"}}, 2, 320, BL_E_CONFIG, "needs a baseline"},
    {{F, {"baseline", "[-1, 0]"}}, 2, 320, BL_E_CONFIG, "without a mode"},
    {{F, {"frames", "80"}, {"windows", "{a: [1, 3]}"}}, 3, 320, BL_E_CONFIG, "take one of them"},
    {{F, {"n_fft", "512"}}, 2, 320, BL_E_CONFIG, "without method: stockwell"},
    {{{"method", "stockwell"}}, 1, 320, BL_E_CONFIG, "needs n_fft"},
    {{F, {"method", "stockwell"}, {"n_fft", "512"}}, 3, 320, BL_E_CONFIG, "freqs has no effect"},
    {{{"method", "stockwell"}, {"n_fft", "256"}}, 2, 320, BL_E_SHAPE, "more than n_fft 256"},
    {{{"method", "stockwell"}, {"n_fft", "256"}, {"fmin", "30"}, {"fmax", "20"}}, 4, 320, BL_E_RANGE, "no frequency"},
};

static void test_refusals(void **arg)
{
  (void)arg;
  static float x[N], row[MAX_ROW];
  for (size_t i = 0; i < N; i++) x[i] = (float)(i % 11);
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    struct refusal r = refusals[i];
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_fails(ctx, segment(ctx, r.option, r.n_options, &in, x, r.n, 0, row, NULL), r.code, r.part);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Silence has no power by any method, and no baseline that could divide. */
static void test_silence(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  static const float x[N];
  float row[128];
  bl_stream in;
  const char *stockwell[][2] = {{"method", "stockwell"}, {"n_fft", "512"}, {"fmin", "10"}, {"fmax", "11"}};
  const char *ratio[][2] = {F, {"n_cycles", "3"}, {"baseline", "[0, 1]"}, {"mode", "logratio"}};
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  check_ok(ctx, segment(ctx, stockwell, 4, &in, x, N, 0, row, NULL));
  check_near((double)row[0], 0, 0);
  check_fails(ctx, segment(ctx, ratio, 4, &in, x, N, 0, row, NULL), BL_E_NONFINITE, "leaves nothing to divide by");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Channels are taken one by one: each has the numbers that it has alone, a fault names its own channel, and means do not
 * hold the frames of all. */
static void test_channels(void **arg)
{
  (void)arg;
  enum { CHANNELS = 16, FREQS = 2, WINDOWS = 2, LONG = 4000, EACH = FREQS * WINDOWS };
  static float x[LONG * CHANNELS], own[LONG], row[CHANNELS * EACH], alone[EACH];
  const char *option[][2] = {
      F, {"n_cycles", "3"}, {"baseline", "[0, 1]"}, {"mode", "logratio"}, {"windows", "{early: [1, 2], late: [4, 5]}"}};
  bl_ctx *ctx = bl_ctx_new();
  bl_rng rng = bl_rng_make(9, "tfr", 0);
  bl_stream in, one;
  for (size_t i = 0; i < LONG * CHANNELS; i++) x[i] = (float)bl_rng_normal(&rng);
  check_ok(ctx, make_stream(ctx, CHANNELS, 1, 160, &in));
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &one));
  check_ok(ctx, segment(ctx, option, 5, &in, x, LONG, 0, row, NULL));
  assert_true(bl_ctx_peak_bytes(ctx) < 3 * sizeof x);
  for (size_t c = 0; c < CHANNELS; c += CHANNELS - 1) {
    for (size_t i = 0; i < LONG; i++) own[i] = x[i * CHANNELS + c];
    check_ok(ctx, segment(ctx, option, 5, &one, own, LONG, 0, alone, NULL));
    assert_memory_equal(alone, row + c * EACH, sizeof alone);
  }
  for (size_t i = 0; i < LONG; i++) x[i * CHANNELS + 2] = 0;
  check_fails(ctx, segment(ctx, option, 5, &in, x, LONG, 0, row, NULL), BL_E_NONFINITE, "channel 'ch 2', bin '");
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &one);
  check_free(ctx);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  static struct CMUnitTest tests[N_ROWS + 5];
  for (size_t i = 0; i < N_ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_baselines);
  tests[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_windows);
  tests[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
  tests[N_ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(test_silence);
  tests[N_ROWS + 4] = (struct CMUnitTest)cmocka_unit_test(test_channels);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
