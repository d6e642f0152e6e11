/* pyin_live: agrees with librosa where pyin does, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "fmin=10 fmax=60 frame_length=64 resolution=0.5 fill_na=none lag_s=0.7",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 64,
     .hop = 16,
     .pad = 32},
    {.options =
         "fmin=20 fmax=100 frame_length=40 hop_length=11 pad_mode=reflect output=voiced_prob n_thresholds=20 beta_parameters=[1,4] boltzmann_parameter=1 resolution=1 max_transition_rate=20 switch_prob=0.1 no_trough_prob=0.2 lag_s=0",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 40,
     .hop = 11,
     .pad = 20},
    {.options = "fmin=20 fmax=100 frame_length=40 pad_mode=edge output=voiced_flag resolution=1 lag_s=0.1",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 40,
     .hop = 10,
     .pad = 20},
    {.options = "fmin=10 fmax=60 frame_length=64 center=false resolution=1 fill_na=0 lag_s=1",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 64,
     .hop = 16,
     .start = 32},
};

static const against rows[] = {
    {"pyin_live fmin=60 fmax=400 frame_length=512 hop_length=128", "jackson_8k", 8000, "librosa/pyin_speech.f0", 1e-6,
     0, 0},
    {"pyin_live fmin=60 fmax=400 frame_length=512 hop_length=128 lag_s=0.1 output=voiced_flag", "jackson_8k", 8000,
     "librosa/pyin_speech.voiced_flag", 0, 0, 0},
    {"pyin_live fmin=60 fmax=400 frame_length=512 hop_length=128 lag_s=0 output=voiced_prob", "jackson_8k", 8000,
     "librosa/pyin_speech.voiced_prob", 1e-6, 0, 0},
    {"pyin_live fmin=65 fmax=2093 fill_na=none", "syn_sine", 22050, "librosa/pyin_sine.f0", 1e-6, 0, 0},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "pyin_live fmin=60 fmax=60", &in, &c), BL_E_CONFIG, "not below fmax");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("pyin_live", cases, own, sizeof own / sizeof *own);
}
