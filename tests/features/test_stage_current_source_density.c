/* current_source_density, against MNE. */
#include "scalp_cases.h"
#include "stage_conformance.h"

#define SPHERE "sphere=[0.001,-0.002,0.03,0.093]"

static const stage_case cases[] = {
    {.options = SPHERE, .mixes = "each channel is made of all", .names_channels = "one electrode has no Laplacian"},
    {.options = SPHERE " exclude=[Cz] lambda2=1e-3 stiffness=3 n_legendre_terms=7",
     .mixes = "each channel is made of all",
     .names_channels = "the options name channels"},
};

static void check_mne(void **arg)
{
  (void)arg;
  scalp_compare("current_source_density " SPHERE, "sphere");
  scalp_compare("current_source_density lambda2=1e-3 stiffness=3 n_legendre_terms=20 " SPHERE, "other");
  scalp_compare("current_source_density", "fitted");
  scalp_compare("reference types=eeg | current_source_density", "fitted"); /* which no reference changes */
}

static void check_units(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  const float x[5] = {3, 3, 3, 7, 9};
  check_ok(ctx, chain_wave(ctx, 100, "C3 Cz C4 Pz HEOG", "uV", &in));
  check_ok(ctx, chain_run(ctx, "current_source_density exclude=Pz " SPHERE, &in, x, 1, &c));
  static const char *const units[] = {"uV/m^2", "uV/m^2", "uV/m^2", "uV", "uV"};
  for (size_t k = 0; k < 5; k++) assert_string_equal(chain_stream(&c)->units.v[k], units[k]);
  const float *y = chain_out(&c)->v;
  for (size_t k = 0; k < 3; k++) assert_true(fabsf(y[k]) < 1e-6f); /* what is constant has none */
  assert_true(y[3] == 7 && y[4] == 9);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct {
  const char *channels, *text, *part;
} bad[] = {
    {"Fp1 Cz Oz", "current_source_density", "3 electrodes above the face do not tell a sphere"},
    {"Cz HEOG", "current_source_density " SPHERE, "'Cz' is the only electrode"},
    {"Fp1 Cz Oz", "current_source_density sphere=[0,0,0]", "sphere has 3 numbers"},
    {"Fp1 Cz Oz", "current_source_density sphere=[0,0,0,0]", "a sphere of radius 0 m"},
    {"Fp1 Cz Cz-Pz", "current_source_density " SPHERE, "channel 'Cz-Pz' is EEG by its name"},
    {"T3 Cz T7 Oz", "current_source_density " SPHERE, "'T3' and 'T7' are the same electrode"},
    {"Fp1 Cz Oz", "stft n_fft=64 | current_source_density " SPHERE, "current_source_density"},
};

static void check_refusals(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    check_ok(ctx, chain_wave(ctx, 100, bad[i].channels, "uV", &in));
    bl_status s = chain_start(ctx, bad[i].text, &in, &c);
    check_fails(ctx, s, s, bad[i].part);
    assert_true(s != BL_OK);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_mne), cmocka_unit_test(check_units),
                                   cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("current_source_density", cases, own, sizeof own / sizeof *own);
}
