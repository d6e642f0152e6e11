/* spectral_connectivity_epochs against mne-connectivity: every measure, by tapers and by Fourier, adaptive weights, few
 * epochs, a flat channel; what leads is positive; blocks of any size give the same bits; what is refused. */
#include "feature_help.h"
#include "golden.h"

enum { C = 4, N = 3840, PAIRS = 6, BINS = 73 };
static const char *const methods[] = {"coh", "cohy",          "imcoh", "plv",  "ciplv",         "ppc",
                                      "pli", "pli2_unbiased", "dpli",  "wpli", "wpli2_debiased"};

typedef struct epochs {
  golden *g;
  bl_stream in;
  float x[C * N];
} epochs;

static void open_epochs(bl_ctx *ctx, epochs *e)
{
  e->g = golden_open("connectivity");
  const golden_array *x = golden_get(e->g, "x");
  for (size_t c = 0; c < C; c++)
    for (size_t i = 0; i < N; i++) e->x[i * C + c] = (float)x->v[c * N + i];
  check_ok(ctx, make_stream(ctx, C, 1, 160, &e->in));
}

static void close_epochs(bl_ctx *ctx, epochs *e)
{
  bl_stream_free(ctx, &e->in);
  golden_close(e->g);
  check_free(ctx);
}

static void test_measures(void **state)
{
  (void)state;
  static epochs e;
  static float row[2 * PAIRS * BINS], some[2 * PAIRS * 19];
  bl_ctx *ctx = bl_ctx_new();
  open_epochs(ctx, &e);
  for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
    for (int mode = 0; mode < 2; mode++) {
      char options[160], name[64];
      size_t rows = PAIRS * (strcmp(methods[m], "cohy") ? 1 : 2);
      snprintf(name, sizeof name, "%s.%s", mode ? "fourier" : "multitaper", methods[m]);
      snprintf(options, sizeof options, "method=[%s];mode=%s;window_s=2;bands={all: [4, 40]};faverage=false",
               methods[m], mode ? "fourier" : "multitaper");
      summarise(ctx, "spectral_connectivity_epochs", options, &e.in, e.x, N, row, rows * BINS);
      for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < 19; k++) some[i * 19 + k] = row[i * BINS + 4 * k];
      golden_compare_f32(golden_get(e.g, name), some, name);
    }
  close_epochs(ctx, &e);
}

static void test_bands(void **state)
{
  (void)state;
  static const char *const some[] = {"coh", "imcoh", "plv", "wpli", "wpli2_debiased"};
  static epochs e;
  float row[PAIRS * 2];
  bl_ctx *ctx = bl_ctx_new();
  open_epochs(ctx, &e);
  for (size_t m = 0; m < 5; m++) {
    char options[160], name[64];
    snprintf(name, sizeof name, "adaptive.%s", some[m]);
    snprintf(options, sizeof options,
             "method=[%s];window_s=2;bands={a: [8, 13], b: [13, 30]};bandwidth=4;adaptive=true", some[m]);
    summarise(ctx, "spectral_connectivity_epochs", options, &e.in, e.x, N, row, PAIRS * 2);
    golden_compare_f32(golden_get(e.g, name), row, name);
  }
  summarise(ctx, "spectral_connectivity_epochs", "method=[psi];window_s=2;bands={a: [8, 13]}", &e.in, e.x, N, row,
            PAIRS);
  golden_compare_f32(golden_get(e.g, "psi"), row, "psi");
  close_epochs(ctx, &e);
}

static void test_few_epochs_and_flat_channel(void **state)
{
  (void)state;
  static const char *const few[] = {"coh", "plv", "ppc", "pli2_unbiased", "wpli", "wpli2_debiased"};
  static const char *const flat[] = {"coh", "plv", "pli", "wpli"};
  static epochs e;
  float row[PAIRS * 5], rest[3 * 5];
  char options[160], name[64];
  bl_ctx *ctx = bl_ctx_new();
  open_epochs(ctx, &e);
  for (size_t m = 0; m < 6; m++) {
    snprintf(name, sizeof name, "n2.%s", few[m]);
    snprintf(options, sizeof options, "method=[%s];mode=fourier;window_s=2;bands={a: [8, 10]};faverage=false", few[m]);
    summarise(ctx, "spectral_connectivity_epochs", options, &e.in, e.x, 640 + 100, row, PAIRS * 5);
    golden_compare_f32(golden_get(e.g, name), row, name);
  }
  for (size_t i = 0; i < N; i++) e.x[i * C + 2] = 5;
  for (size_t m = 0; m < 4; m++) {
    snprintf(name, sizeof name, "const.%s", flat[m]);
    snprintf(options, sizeof options, "method=[%s];mode=fourier;window_s=2;bands={a: [8, 10]};faverage=false", flat[m]);
    summarise(ctx, "spectral_connectivity_epochs", options, &e.in, e.x, N, row, PAIRS * 5);
    for (size_t i = 0; i < 3; i++) memcpy(rest + 5 * i, row + 5 * (2 * i), 5 * sizeof *row);
    golden_compare_f32(golden_get(e.g, name), rest, name);
    for (size_t k = 0; k < 5; k++) assert_true(m < 2 ? isnan(row[5 + k]) : row[5 + k] == 0); /* the pair 0, 2 */
  }
  close_epochs(ctx, &e);
}

/* Channel 0 is channel 1 a quarter of a turn of 10 Hz earlier, in the noise of each: it leads. */
static void test_who_leads(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_rng rng = bl_rng_make(7, "leads", 0);
  static float x[2 * 2000];
  float row[4];
  for (size_t i = 0; i < 2000; i++)
    for (size_t c = 0; c < 2; c++)
      x[2 * i + c] =
          (float)(cos(2 * 3.14159265358979 * (10 * (double)i / 100 - 0.25 * (double)c)) + bl_rng_normal(&rng));
  check_ok(ctx, make_stream(ctx, 2, 1, 100, &in));
  summarise(ctx, "spectral_connectivity_epochs", "method=[imcoh, dpli, wpli];bands={alpha: [9.5, 10.5]};mode=fourier",
            &in, x, 2000, row, 3);
  assert_true(row[0] > 0.9f && row[1] > 0.9f && row[2] > 0.9f);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_names_and_refusals(void **state)
{
  (void)state;
  static const struct row {
    const char *option, *value;
    bl_status status;
    const char *part;
  } rows[] = {
      {"method", "[wply]", BL_E_CONFIG, "unknown 'wply'"},
      {"method", "[]", BL_E_CONFIG, "method is empty"},
      {"bands", "{high: [90, 100]}", BL_E_RANGE, "high (90 to 100 Hz) holds no bin"},
      {"bands", "{}", BL_E_CONFIG, "bands is empty"},
      {"window_s", "0.01", BL_E_RANGE, "from 8 to"},
      {"method", "[psi]", BL_E_RANGE, "four bins or more"},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in, alone;
  bl_summary m;
  sum_run r;
  float x[3 * 200] = {0}, row[9];
  check_ok(ctx, make_stream(ctx, 3, 1, 160, &in));
  check_ok(ctx, make_stream(ctx, 1, 1, 160, &alone));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    check_ok(ctx, make_summary(ctx, "spectral_connectivity_epochs", rows[i].option, rows[i].value, &m));
    if (i == 5) check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "bands", "{a: [8, 10]}"));
    check_fails(ctx, sum_start(ctx, &m, &in, &r), rows[i].status, rows[i].part);
    bl_summary_free(ctx, &m);
  }
  check_ok(ctx, make_summary(ctx, "spectral_connectivity_epochs", "method", "[wpli]", &m));
  check_fails(ctx, sum_start(ctx, &m, &alone, &r), BL_E_SHAPE, "has one channel");
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[4], "ch_0*ch_2.alpha.wpli");
  assert_string_equal(r.names.units.v[4], "1");
  assert_string_equal(r.names.blocks.v[0].name, "wpli");
  check_fails(ctx, sum_segment(ctx, &r, x, 200, 3, NULL, row), BL_E_SHAPE, "which is 1 epochs of 160");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &alone);
  check_free(ctx);
}

static bl_status all_of_it(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_stream in = {0};
  bl_summary m = {0};
  sum_run r = {0};
  float x[3 * 400], row[13 * 9], again[13 * 9];
  bl_rng rng = bl_rng_make(4, "connectivity", 0), cut = bl_rng_make(5, "connectivity", 0);
  for (size_t i = 0; i < 1200; i++) x[i] = (float)bl_rng_normal(&rng);
  bl_status s = make_stream(ctx, 3, 1, 100, &in);
  if (!s)
    s = make_summary(ctx, "spectral_connectivity_epochs", "method",
                     "[coh, cohy, imcoh, plv, ciplv, ppc, pli, pli2_unbiased, dpli, wpli, wpli2_debiased]", &m);
  if (!s) s = bl_opts_set(ctx, "x", m.cls->opts, m.params, "overlap", "0.5");
  if (!s) s = bl_opts_set(ctx, "x", m.cls->opts, m.params, "adaptive", "true");
  if (!s) s = sum_start(ctx, &m, &in, &r);
  if (!s) s = sum_segment(ctx, &r, x, 400, 3, NULL, row);
  if (!s) s = sum_segment(ctx, &r, x + 3, 350, 3, NULL, again);
  if (!s) s = sum_segment(ctx, &r, x, 400, 3, &cut, again);
  if (!s) assert_memory_equal(row, again, 12 * 9 * sizeof *row);
  if (r.cls) sum_stop(ctx, &r);
  if (m.cls) bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return s;
}

static void test_blocks_and_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(all_of_it, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_measures),
                                     cmocka_unit_test(test_bands),
                                     cmocka_unit_test(test_few_epochs_and_flat_channel),
                                     cmocka_unit_test(test_who_leads),
                                     cmocka_unit_test(test_names_and_refusals),
                                     cmocka_unit_test(test_blocks_and_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
