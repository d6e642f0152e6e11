/* regress, against MNE. */
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "betas=[[0.5],[-0.25]] picks_artifact=Cz",
     .mixes = "one channel is taken out of the others",
     .names_channels = "the options name channels"},
    {.options = "betas=[[0.5,2]] picks=[C3] picks_artifact=[Cz,C4] means=[3,-1] learnt_from=[a.edf]",
     .mixes = "two channels are taken out of another",
     .names_channels = "the options name channels"},
};

static void run_case(const char *more)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("regress");
  const golden_array *x = golden_get(g, "x"), *want = golden_get(g, "clean");
  size_t n = x->cols, width = x->rows;
  float *v = malloc(n * width * sizeof *v), *got = malloc(n * width * sizeof *got);
  bl_stream in;
  chain c;
  char text[480];
  for (size_t k = 0; k < width; k++)
    for (size_t i = 0; i < n; i++) v[i * width + k] = (float)x->v[k * n + i];
  snprintf(text, sizeof text, "regress betas=%s means=%s %s", golden_text(g, "betas"), golden_text(g, "means"), more);
  check_ok(ctx, chain_wave(ctx, 100, golden_text(g, "names"), "uV", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, n, &c));
  for (size_t k = 0; k < width; k++)
    for (size_t i = 0; i < n; i++) got[k * n + i] = chain_out(&c)->v[i * width + k];
  golden_compare_f32(want, got, text);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  free(got);
  golden_close(g);
  check_free(ctx);
}

static void check_mne(void **arg)
{
  (void)arg;
  run_case("");
  run_case("picks_artifact=[HEOG,VEOG]");
  run_case("picks=* picks_artifact=*EOG"); /* what sees the artefact is not changed */
}

static const struct {
  const char *channels, *text, *part;
} bad[] = {
    {"Cz Pz HEOG", "regress", "'betas' must be given"},
    {"Cz Pz HEOG", "regress betas=[[1]]", "betas is 1 x 1, but there are 2 channels to change and 1 that see"},
    {"Cz Pz HEOG", "regress betas=[[1],[1]] means=[1,2]", "2 means for 1 channels"},
    {"Cz Pz", "regress betas=[[1],[1]]", "no channel is of the types wanted"},
    {"Cz Pz", "regress betas=[[1],[1]] picks_artifact=Fp1", "no channel 'Fp1'"},
    {"C3 Cz C4", "stft n_fft=64 | regress betas=[[1],[1]] picks_artifact=Cz", "regress"},
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
  const struct CMUnitTest own[] = {cmocka_unit_test(check_mne), cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("regress", cases, own, sizeof own / sizeof *own);
}
