/* welch and the spectrum beneath it against scipy.signal.welch and MNE's psd_array_welch. */
#include "feature_help.h"
#include "golden.h"
#include "psd.h"

enum { CH = 2, N = 1500, MAX_BINS = 800 };

static void load(const golden *g, bl_ctx *ctx, float *x, bl_stream *in)
{
  const golden_array *a = golden_get(g, "x");
  for (size_t c = 0; c < CH; c++)
    for (size_t f = 0; f < N; f++) x[f * CH + c] = (float)a->v[c * N + f];
  check_ok(ctx, make_stream(ctx, CH, 1, 160, in));
}

static const struct row {
  const char *name, *options;
  size_t bins; /* in all; the golden array may hold fewer */
} rows[] = {
    {"n256", "n_per_seg=256", 129},
    {"n160", "", 81}, /* the default of one second */
    {"n75", "n_per_seg=75", 38},
    {"n512pad", "n_per_seg=300;n_fft=512", 257},
    {"nodetrend", "n_per_seg=160;detrend=none", 81},
    {"spectrum", "window_s=1;scaling=spectrum", 81},
    {"median", "average=median", 81},
    {"overlap0", "n_per_seg=256;overlap=0", 129},
    {"ov50", "overlap=0.3125", 81},
    {"hamming", "window=hamming", 81},
    {"long", "n_per_seg=1500", 751},
    {"mne", "n_per_seg=256;overlap=0;window=hamming", 129},
    {"mne.overlap", "n_per_seg=128;n_fft=256;overlap=0.5;window=hamming", 129},
    {"mne.median", "n_per_seg=256;overlap=0;window=hamming;average=median", 129},
};

static void test_golden(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("welch");
  static float x[CH * N], got[CH * MAX_BINS];
  bl_stream in;
  load(g, ctx, x, &in);
  summarise(ctx, "welch", r->options, &in, x, N, got, CH * r->bins);
  const golden_array *want = golden_get(g, r->name);
  for (size_t c = 0; c < CH; c++) memmove(got + c * want->cols, got + c * r->bins, want->cols * sizeof *got);
  golden_compare_f32(want, got, r->name);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* What psd.h says of its accuracy, bin by bin, without the row's float32. */
static void test_doubles(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("band_power"); /* its psd is exact doubles: parts of 320 */
  golden *w = golden_open("welch");
  static float x[CH * N];
  bl_stream in;
  load(w, ctx, x, &in);
  const bl_psd_params p = {.window_s = 2, .overlap = 0.5};
  bl_psd psd = {0};
  check_ok(ctx, bl_psd_init(ctx, "test", &p, &in, &psd));
  bl_psd_begin(&psd);
  check_ok(ctx, bl_psd_push(ctx, &psd, x, N));
  check_ok(ctx, bl_psd_finish(ctx, &psd));
  const golden_array *want = golden_get(g, "psd");
  assert_int_equal(want->cols, psd.plan.n_bins);
  for (size_t k = 1; k < CH * psd.plan.n_bins; k++) /* bin 0 holds nothing but the rounding of the mean */
    if (k % psd.plan.n_bins) golden_compare_one(want->v[k], psd.psd[k], 1e-10, 0, "psd");
  bl_psd_release(ctx, &psd);
  bl_stream_free(ctx, &in);
  golden_close(g);
  golden_close(w);
  check_free(ctx);
}

/* A sine of amplitude A on a bin is A^2/2 under scaling: spectrum, and so is one 80 dB weaker beside it, as far as the
 * samples' float32 goes. */
static void test_weak_beside_strong(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[N], got[MAX_BINS];
  bl_stream in;
  for (size_t i = 0; i < N; i++) {
    double t = 2 * 3.14159265358979323846 * (double)i / 160;
    x[i] = (float)(2.385 * sin(10 * t) + 2.385e-4 * sin(40 * t));
  }
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in));
  summarise(ctx, "welch", "scaling=spectrum", &in, x, N, got, 81);
  check_near((double)got[10], 2.385 * 2.385 / 2, 1e-5);
  check_near((double)got[40], 2.385e-4 * 2.385e-4 / 2, 2e-4 * 2.85e-8);
  assert_true(got[60] < 1e-14f);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct refusal {
  const char *options;
  size_t bins, n;
  bl_status code;
  const char *part;
} refusals[] = {
    {"window_s=0.001", 1, 0, BL_E_RANGE, "change window_s"},
    {"n_per_seg=256;n_fft=128", 1, 0, BL_E_RANGE, "n_fft 128 is less"},
    {"", 4, 0, BL_E_SHAPE, "4 bins"},
    {"", 1, 159, BL_E_SHAPE, "takes 160"},
};

static void test_refusals(void **state)
{
  (void)state;
  static float x[N], row[MAX_BINS];
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refusal *r = &refusals[i];
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_summary m;
    sum_run run = {0};
    char name[32] = "", value[32] = "";
    check_ok(ctx, make_stream(ctx, 1, r->bins, 160, &in));
    check_ok(ctx, make_summary(ctx, "welch", NULL, NULL, &m));
    for (const char *at = r->options; *at; at += strcspn(at, ";"), at += *at == ';') {
      sscanf(at, "%31[^=]=%31[^;]", name, value);
      check_ok(ctx, bl_opts_set(ctx, "welch", m.cls->opts, m.params, name, value));
    }
    bl_status s = sum_start(ctx, &m, &in, &run);
    if (!s) s = sum_segment(ctx, &run, x, r->n, 1, NULL, row);
    check_fails(ctx, s, r->code, r->part);
    sum_stop(ctx, &run);
    bl_summary_free(ctx, &m);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Channels are worked on eight at a time: each of eleven gives the same bits as alone. */
static void test_among_many(void **state)
{
  (void)state;
  enum { MANY = 11, SAMPLES = 700, BINS = 81 };
  bl_ctx *ctx = bl_ctx_new();
  static float x[SAMPLES * MANY], alone[SAMPLES], got[MANY * BINS], one[BINS];
  bl_stream in, in_one;
  bl_rng r = bl_rng_make(3, "many channels", 0);
  for (size_t i = 0; i < SAMPLES * MANY; i++) x[i] = (float)(5 + bl_rng_normal(&r));
  check_ok(ctx, make_stream(ctx, MANY, 1, 160, &in));
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &in_one));
  summarise(ctx, "welch", "", &in, x, SAMPLES, got, MANY * BINS);
  for (size_t c = 0; c < MANY; c++) {
    for (size_t i = 0; i < SAMPLES; i++) alone[i] = x[i * MANY + c];
    summarise(ctx, "welch", "", &in_one, alone, SAMPLES, one, BINS);
    assert_memory_equal(one, got + c * BINS, sizeof one);
  }
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &in_one);
  check_free(ctx);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N_ROWS + 4];
  for (size_t i = 0; i < N_ROWS; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, test_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N_ROWS] = (struct CMUnitTest)cmocka_unit_test(test_doubles);
  tests[N_ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(test_weak_beside_strong);
  tests[N_ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(test_among_many);
  tests[N_ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(test_refusals);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
