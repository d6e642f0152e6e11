/* band_power in the conventions of YASA, mne-features and MNE's tutorial. */
#include "feature_help.h"
#include "golden.h"

enum { CH = 2, N = 1500, BANDS = 7 };

static void load(bl_ctx *ctx, float *x, bl_stream *in)
{
  golden *g = golden_open("welch");
  const golden_array *a = golden_get(g, "x");
  for (size_t c = 0; c < CH; c++)
    for (size_t f = 0; f < N; f++) x[f * CH + c] = (float)a->v[c * N + f];
  golden_close(g);
  check_ok(ctx, make_stream(ctx, CH, 1, 160, in));
}

/* The seventh band is a single bin, [10, 10]: a sum has it, an integral and a half-open mean do not. */
static const struct row {
  const char *name, *options;
  size_t n_bands;
} rows[] = {
    {"sum", "method=sum", 7},
    {"sum.relative", "method=sum;relative=true", 7},
    {"sum.db", "method=sum;relative=true;log=db", 7},
    {"simpson", "", 6},
    {"simpson.relative", "relative=true", 6},
    {"mean", "method=mean;relative=true", 6},
    {"mean.absolute", "method=mean", 6},
};

static void test_golden(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("band_power");
  const golden_array *bands = golden_get(g, "bands"), *want = golden_get(g, r->name);
  static float x[CH * N];
  float got[CH * BANDS];
  char options[512];
  bl_stream in;
  assert_int_equal(bands->rows, BANDS);
  snprintf(options, sizeof options, "%s%swindow_s=2;bands={", r->options, *r->options ? ";" : "");
  for (size_t i = 0; i < r->n_bands; i++)
    snprintf(options + strlen(options), sizeof options - strlen(options), "%sb%zu: [%g, %g]", i ? ", " : "", i,
             bands->v[2 * i] - (i == 6 ? 0.1 : 0), bands->v[2 * i + 1] + (i == 6 ? 0.1 : 0));
  check_append(options, sizeof options, "}");
  load(ctx, x, &in);
  summarise(ctx, "band_power", options, &in, x, N, got, CH * r->n_bands);
  for (size_t c = 0; c < CH; c++)
    for (size_t i = 0; i < r->n_bands; i++)
      golden_compare_one(want->v[c * BANDS + i], (double)got[c * r->n_bands + i], 2e-7, 0, r->name); /* float32 rows */
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* What follows from the definitions: total_hz, logarithms, names, units. */
static void test_options(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[CH * N];
  float a[CH * 2], rel[CH], ln[CH * 2], lg[CH * 2];
  bl_stream in;
  bl_summary m;
  sum_run r;
  load(ctx, x, &in);
  const char *two = "method=sum;bands={in: [8, 13], all: [4, 40]}";
  char text[128];
  summarise(ctx, "band_power", two, &in, x, N, a, CH * 2);
  summarise(ctx, "band_power", "method=sum;bands={in: [8, 13]};relative=true;total_hz=[4, 40]", &in, x, N, rel, CH);
  snprintf(text, sizeof text, "%s;log=ln", two);
  summarise(ctx, "band_power", text, &in, x, N, ln, CH * 2);
  snprintf(text, sizeof text, "%s;log=log10", two);
  summarise(ctx, "band_power", text, &in, x, N, lg, CH * 2);
  for (size_t i = 0; i < CH * 2; i++) {
    check_near((double)rel[i / 2], (double)a[i / 2 * 2] / (double)a[i / 2 * 2 + 1], 1e-6);
    check_near((double)ln[i], log((double)a[i]), 1e-5);
    check_near((double)lg[i], log10((double)a[i]), 1e-5);
  }
  check_ok(ctx, make_summary(ctx, "band_power", "log", "db", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_int_equal(r.names.names.n, CH * 5);
  assert_string_equal(r.names.names.v[7], "ch_1.alpha.power");
  assert_string_equal(r.names.units.v[7], "dB re uV^2");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct refusal {
  const char *option, *value, *part;
  bl_status code;
  size_t warnings;
} refusals[] = {
    {"bands", "{a: [8, 90]}", NULL, BL_OK, 1}, /* cut off at 80 Hz, with a warning */
    {"bands", "{a: [85, 90]}", "a begins at 85 Hz", BL_E_RANGE, 0},
    {"bands", "{a: [8.2, 8.7]}", "take a longer window_s", BL_E_RANGE, 0},
    {"bands", "{a: [7.9, 8.1]}", "holds 1 bins", BL_E_RANGE, 0}, /* Simpson's integral of a point is 0 */
    {"bands", "{}", "bands is empty", BL_E_CONFIG, 0},
    {"window_s", "0.25", "delta", BL_E_RANGE, 0}, /* bins 4 Hz apart */
};

static void test_refusals(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_summary m;
    sum_run r = {0};
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, make_summary(ctx, "band_power", refusals[i].option, refusals[i].value, &m));
    bl_status s = sum_start(ctx, &m, &in, &r);
    if (refusals[i].code) check_fails(ctx, s, refusals[i].code, refusals[i].part);
    else check_ok(ctx, s);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), refusals[i].warnings);
    sum_stop(ctx, &r);
    bl_summary_free(ctx, &m);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Silence has no logarithm and no share: a word, not a number. */
static void test_silence(void **state)
{
  (void)state;
  const char *option[] = {"log", "relative"}, *value[] = {"ln", "true"};
  static float x[N], row[8];
  for (size_t i = 0; i < 2; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_summary m;
    sum_run r;
    check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
    check_ok(ctx, make_summary(ctx, "band_power", option[i], value[i], &m));
    check_ok(ctx, sum_start(ctx, &m, &in, &r));
    check_fails(ctx, sum_segment(ctx, &r, x, N, 1, NULL, row), BL_E_RANGE, "no power");
    sum_stop(ctx, &r);
    bl_summary_free(ctx, &m);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N_ROWS + 3];
  for (size_t i = 0; i < N_ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_options);
  tests[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
  tests[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_silence);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
