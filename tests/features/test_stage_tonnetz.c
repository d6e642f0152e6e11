/* tonnetz by its definition; against librosa in test_stage_chroma.c. */
#include <math.h>

#include "chain.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | chroma"},
    {.input = POWER_SPECTRUM " | chroma n_chroma=5 norm=2"},
};

/* One class alone lies on the three circles at its own angle; silence in the middle; a NaN is a NaN. */
static void check_places(void **arg)
{
  (void)arg;
  static const double pi = 3.14159265358979323846;
  static const float x[3 * 12] = {[7] = 0.5F, [24] = NAN};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 10, "a", "", &in));
  const char *names[12] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"};
  check_ok(ctx, bl_stream_set_bins(ctx, &in, 12, NULL, names));
  check_ok(ctx, chain_run(ctx, "tonnetz", &in, x, 3, &c));
  const float *y = chain_out(&c)->v;
  check_near((double)y[0], sin(pi * 7.0 / 6 * 7), 1e-6);
  check_near((double)y[1], cos(pi * 7.0 / 6 * 7), 1e-6);
  check_near((double)y[2], sin(pi * 1.5 * 7), 1e-6);
  check_near((double)y[5], 0.5 * cos(pi * 2.0 / 3 * 7), 1e-6);
  for (size_t j = 6; j < 12; j++) check_near((double)y[j], 0, 0);
  for (size_t j = 12; j < 18; j++) assert_true(isnan(y[j]));
  assert_string_equal(chain_stream(&c)->bins.v[2], "minor_sin");
  chain_stop(ctx, &c);
  const double hz[3] = {0, 10, 20};
  check_ok(ctx, bl_stream_set_bins(ctx, &in, 3, hz, NULL));
  check_fails(ctx, chain_start(ctx, "tonnetz", &in, &c), BL_E_CONFIG, "put chroma before it");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_places)};
  return STAGE_SUITE("tonnetz", cases, own, sizeof own / sizeof *own);
}
