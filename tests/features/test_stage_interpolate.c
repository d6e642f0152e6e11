/* interpolate, against MNE and autoreject, and the places of electrodes. */
#include "baleen/channel.h"
#include "golden.h"
#include "npy.h"
#include "scalp_cases.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "bads=[Cz] origin=[0,0,0.04]",
     .mixes = "the bad channel is made of the others",
     .names_channels = "the options name channels"},
    {.options = "bads=[Cz,Oz] missing=skip origin=[0,0,0.04]",
     .mixes = "the bad channel is made of the others",
     .names_channels = "the options name channels"},
    {.options = "bads=[C4] exclude=[Cz] origin=[0.001,-0.002,0.03]",
     .mixes = "the bad channel is made of the others",
     .names_channels = "the options name channels"},
};

/* Of the 16 channels of the golden file, each is bad once; the others are 1 one after another. */
static void check_autoreject(void **arg)
{
  (void)arg;
  enum { N = 16 };
  static const char names[] = "Fp1 Fp2 F3 F4 C3 C1 Cz C2 C4 T7 T8 P3 P4 O1 Oz O2";
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  npy *want = npy_open("autoreject/loo_interp_matrix");
  float unit[N * N] = {0}, got[N * N];
  check_ok(ctx, chain_wave(ctx, 100, names, "uV", &in));
  for (size_t i = 0; i < N; i++) unit[i * N + i] = 1;
  for (size_t i = 0; i < N; i++) {
    char text[64];
    chain c;
    snprintf(text, sizeof text, "interpolate bads=[%s] origin=[0,0,0]", in.channels.v[i]);
    check_ok(ctx, chain_run(ctx, text, &in, unit, N, &c));
    for (size_t k = 0; k < N; k++) got[i * N + k] = chain_out(&c)->v[k * N + i];
    chain_stop(ctx, &c);
  }
  npy_compare(want, got, (size_t)N * N, 1e-5, "weights");
  npy_close(want);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* None of the bad ones is there: all passes as it is, with a warning. */
static void check_missing(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  const float x[2][4] = {{1, 2, 3, 4}, {-1, 7, 0, 5}};
  check_ok(ctx, chain_wave(ctx, 100, "C3 Cz C4 Pz", "uV", &in));
  check_ok(ctx, chain_run(ctx, "interpolate bads=[Oz] missing=skip", &in, x[0], 2, &c));
  assert_memory_equal(chain_out(&c)->v, x, sizeof x);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_mne(void **arg)
{
  (void)arg;
  scalp_compare("interpolate bads=[Cz,T8,O1] origin=[0.001,-0.002,0.03]", "origin");
  scalp_compare("interpolate bads=[F9,Cz]", "auto");
  scalp_compare("rename from=[T7,T8,P7,P8,Cz] to=[T3,EEG_T4-REF,T5..,t6,CZ.] | interpolate bads=[CZ,F9]", "auto");
}

static void check_broken(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  const float x[3][5] = {{1, 2, 3, NAN, 9}, {1, NAN, 3, 4, 9}, {2, 2, 2, 0, NAN}};
  check_ok(ctx, chain_wave(ctx, 100, "C3 Cz C4 Pz HEOG", "uV", &in));
  check_ok(ctx, chain_run(ctx, "interpolate bads=Pz", &in, x[0], 3, &c));
  const float *y = chain_out(&c)->v;
  assert_true(isfinite(y[3]) && isnan(y[5 + 3]));
  assert_true(fabsf(y[10 + 3] - 2) < 1e-6f); /* of what is constant, the constant */
  for (size_t i = 0; i < 3; i++)
    for (size_t k = 0; k < 5; k++)
      if (k != 3) assert_memory_equal(&y[i * 5 + k], &x[i][k], sizeof(float));
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct {
  const char *channels, *text, *part;
} bad[] = {
    {"Fp1 Cz Oz", "interpolate", "'bads' must be given"},
    {"Fp1 Cz Oz", "interpolate bads=Q1", "no channel 'Q1'"},
    {"Fp1 Cz Oz", "interpolate bads=Cz", "3 electrodes above the face do not tell a sphere"},
    {"Fp1 Cz Oz F9", "interpolate bads=Cz", "3 electrodes above the face"},
    {"Fp1 Cz Oz", "interpolate bads=[*] origin=[0,0,0]", "all of the 3 electrodes are bad"},
    {"Fp1 Cz Oz", "interpolate bads=[Cz] origin=[0,0]", "origin has 2 numbers"},
    {"Fp1 Cz Oz", "interpolate bads=[Cz] exclude=Cz origin=[0,0,0]", "'Cz' is bad, but excluded"},
    {"Fp1 Cz HEOG", "interpolate bads=[HEOG] origin=[0,0,0]", "'HEOG' is bad, but excluded or no electrode"},
    {"Fp1 Cz Fp1-F7", "interpolate bads=[Cz] origin=[0,0,0]", "channel 'Fp1-F7' is EEG by its name"},
    {"Fp1 Cz Oz", "to_unit unit=mV exclude=Cz | interpolate bads=[Cz] origin=[0,0,0]", "'Cz' is in 'uV' but 'Fp1'"},
    {"C3 Cz C4", "stft n_fft=64 | interpolate bads=Cz origin=[0,0,0]", "interpolate"},
    {"HEOG TRIG", "interpolate bads=HEOG", "no channel is of the types wanted"},
    {"Cz C3 CZ.", "interpolate bads=CZ. origin=[0,0,0]", "'Cz' and 'CZ.' are the same electrode"},
    {"FCC5h C5 CPP5h C3", "interpolate bads=C5", "which is no head's"},
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

static void check_places(void **arg)
{
  (void)arg;
  static const char *const same[][2] = {
      {"T3", "T7"}, {"t4.", "T8"}, {"EEG T5-REF", "P7"}, {"T6", "P8"}, {"Fc5.", "FC5"}};
  bl_ctx *ctx = bl_ctx_new();
  double a[3] = {0}, b[3] = {0};
  bool known;
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    check_ok(ctx, bl_channel_position(ctx, same[i][0], a, &known));
    assert_true(known);
    check_ok(ctx, bl_channel_position(ctx, same[i][1], b, &known));
    assert_true(known);
    assert_memory_equal(a, b, sizeof a);
  }
  check_ok(ctx, bl_channel_position(ctx, "Fp1-F7", a, &known));
  assert_false(known);
  /* each of the table can be found: its name is written as names are */
  static const char *const all[] = {
#define ELECTRODE(name, x, y, z) #name,
#include "electrodes.def"
#undef ELECTRODE
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    check_ok(ctx, bl_channel_position(ctx, all[i], a, &known));
    if (!known) fail_msg("electrode '%s' is not found", all[i]);
    assert_true(sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) > 0.08);
    int number = atoi(all[i] + strcspn(all[i], "0123456789"));
    if (number) assert_true(number % 2 ? a[0] < 0 : a[0] > 0); /* odd ones are on the left */
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {
      cmocka_unit_test(check_autoreject), cmocka_unit_test(check_missing),  cmocka_unit_test(check_mne),
      cmocka_unit_test(check_broken),     cmocka_unit_test(check_refusals), cmocka_unit_test(check_places),
  };
  return STAGE_SUITE("interpolate", cases, own, sizeof own / sizeof *own);
}
