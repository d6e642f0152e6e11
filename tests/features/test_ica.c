/* ica: mixtures taken apart, whatever the method (MNE's components of a real recording: tests/pipelines/test_ica.c); same bits on any number of
 * threads; what is refused. */
#include "baleen/ica.h"

#include <string.h>

#include "baleen/random.h"
#include "check.h"
#include "match.h"

static bl_texts units_of(bl_ctx *ctx, size_t c)
{
  bl_texts units = {0};
  for (size_t i = 0; i < c; i++) check_ok(ctx, bl_texts_add(ctx, &units, "uV"));
  return units;
}

static bl_ica_params params_of(int method, double n_components, double tol, double max_iter)
{
  return (bl_ica_params){.method = method,
                         .n_components = {n_components > 0 ? -1 : 0, n_components},
                         .tol = {tol > 0 ? -1 : 0, tol},
                         .max_iter = {max_iter > 0 ? -1 : 0, max_iter}};
}

enum { C = 4, N = 6000 };
static const double mixture[C][C] = {{1, 0.6, -0.3, 0.2}, {0.1, 1, 0.5, -0.4}, {-0.5, 0.2, 1, 0.3}, {0.4, 0.5, 0.2, 1}};

/* Peaked and flat sources, mixed; the second half of the channels in another unit. */
static void mix(float *x)
{
  bl_rng rng = bl_rng_make(3, "ica", 0);
  for (size_t f = 0; f < N; f++) {
    double s[C] = {pow(bl_rng_normal(&rng), 3), bl_rng_between(&rng, -1.7, 1.7), sin((double)f * 0.37) * 1.4,
                   -log(1 - bl_rng_uniform(&rng))};
    for (size_t i = 0; i < C; i++) {
      double sum = 5;
      for (size_t k = 0; k < C; k++) sum += mixture[i][k] * s[k];
      x[f * C + i] = (float)sum;
    }
  }
}

static void test_mixture(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[N * C];
  double columns[C * C];
  mix(x);
  for (size_t i = 0; i < C; i++)
    for (size_t k = 0; k < C; k++) columns[k * C + i] = mixture[i][k];
  bl_texts units = units_of(ctx, C);
  for (int method = 0; method < 3; method += 2) {
    bl_ica_params p = params_of(method, 0, 0, 0);
    bl_ica ica;
    check_ok(ctx, bl_ica_fit(ctx, &p, x, N, C, &units, &ica));
    assert_int_equal(ica.n, C);
    match(columns, C, C, ica.mixing, ica.n, 0.99, method ? "extended infomax" : "fastica");
    bl_ica_free(ctx, &ica);
  }
  bl_texts_free(ctx, &units);
  check_free(ctx);
}

static void test_threads(void **state)
{
  (void)state;
  static float x[4 * N * C];
  bl_ica one = {0}, two = {0};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < 4; k++) mix(x + k * N * C);
  bl_texts units = units_of(ctx, C);
  bl_ica_params p = params_of(0, 3, 0, 0);
  bl_ctx_set_threads(ctx, 1);
  check_ok(ctx, bl_ica_fit(ctx, &p, x, 4 * N, C, &units, &one));
  bl_ctx_set_threads(ctx, 3);
  check_ok(ctx, bl_ica_fit(ctx, &p, x, 4 * N, C, &units, &two));
  assert_memory_equal(one.unmixing, two.unmixing, 3 * C * sizeof(double));
  bl_ica_free(ctx, &one);
  bl_ica_free(ctx, &two);
  bl_texts_free(ctx, &units);
  check_free(ctx);
}

static void test_refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static float x[N * C];
  mix(x);
  bl_texts units = units_of(ctx, C);
  bl_ica ica;
  bl_ica_params p = params_of(0, 0, 0, 0);
  check_fails(ctx, bl_ica_fit(ctx, &p, x, 3, C, &units, &ica), BL_E_SHAPE, "more frames than channels");
  for (size_t f = 0; f < N; f++) x[f * C + 3] = x[f * C] - x[f * C + 1];
  check_ok(ctx, bl_ica_fit(ctx, &p, x, N, C, &units, &ica));
  assert_int_equal(ica.n, 3);
  bl_ica_free(ctx, &ica);
  p.n_components = (bl_word){-1, 4};
  check_fails(ctx, bl_ica_fit(ctx, &p, x, N, C, &units, &ica), BL_E_RANGE, "only 3 of the 4 channels");
  bl_ica_free(ctx, &ica);
  x[7 * C + 2] = NAN;
  check_fails(ctx, bl_ica_fit(ctx, &p, x, N, C, &units, &ica), BL_E_NONFINITE, "frame 7 of channel 2");
  for (size_t i = 0; i < N * C; i++) x[i] = 3;
  check_fails(ctx, bl_ica_fit(ctx, &p, x, N, C, &units, &ica), BL_E_RANGE, "are flat");
  bl_ica_free(ctx, &ica);
  bl_texts_free(ctx, &units);
  check_free(ctx);
}

static bl_status fit_and_pack(bl_ctx *ctx, void *arg)
{
  static float x[N * C];
  bl_texts units = {0};
  bl_ica ica = {0};
  bl_array packed = {0};
  bl_ica_params p = params_of(*(int *)arg, 0, 0, 5);
  mix(x);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < C; i++) s = bl_texts_add(ctx, &units, i < 2 ? "uV" : "mV");
  if (!s) s = bl_ica_fit(ctx, &p, x, N, C, &units, &ica);
  if (!s) s = bl_ica_pack(ctx, &ica, &packed);
  bl_array_free(ctx, &packed);
  bl_ica_free(ctx, &ica);
  bl_texts_free(ctx, &units);
  return s;
}

static void test_no_memory(void **state)
{
  (void)state;
  for (int method = 0; method < 3; method += 2) check_every_allocation_failing(fit_and_pack, &method);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mixture), cmocka_unit_test(test_threads),
                                     cmocka_unit_test(test_refused), cmocka_unit_test(test_no_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
