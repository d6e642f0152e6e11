/* pyin: against librosa, edges included, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "fmin=10 fmax=60 frame_length=64 resolution=0.5 fill_na=none",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 64,
     .hop = 16,
     .pad = 32},
    {.options =
         "fmin=20 fmax=100 frame_length=40 hop_length=11 pad_mode=reflect output=voiced_prob n_thresholds=20 beta_parameters=[1,4] boltzmann_parameter=1 resolution=1 max_transition_rate=20 switch_prob=0.1 no_trough_prob=0.2",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 40,
     .hop = 11,
     .pad = 20},
    {.options = "fmin=20 fmax=100 frame_length=40 pad_mode=edge output=voiced_flag resolution=1",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 40,
     .hop = 10,
     .pad = 20},
    {.options = "fmin=10 fmax=60 frame_length=64 center=false resolution=1 fill_na=0",
     .unbounded = "a frame changes the path",
     .marks = "the path may take another way",
     .length = 64,
     .hop = 16,
     .start = 32},
};

static const against rows[] = {
    {"pyin fmin=60 fmax=400 frame_length=512 hop_length=128", "jackson_8k", 8000, "librosa/pyin_speech.f0", 1e-6, 0, 0},
    {"pyin fmin=60 fmax=400 frame_length=512 hop_length=128 output=voiced_flag", "jackson_8k", 8000,
     "librosa/pyin_speech.voiced_flag", 0, 0, 0},
    {"pyin fmin=60 fmax=400 frame_length=512 hop_length=128 output=voiced_prob", "jackson_8k", 8000,
     "librosa/pyin_speech.voiced_prob", 1e-6, 0, 0},
    {"pyin fmin=65 fmax=2093 fill_na=none", "syn_sine", 22050, "librosa/pyin_sine.f0", 1e-6, 0, 0},
    {"pyin fmin=65 fmax=2093 fill_na=none output=voiced_flag", "syn_sine", 22050, "librosa/pyin_sine.voiced_flag", 0, 0,
     0},
    {"pyin fmin=65 fmax=2093 fill_na=none output=voiced_prob", "syn_sine", 22050, "librosa/pyin_sine.voiced_prob", 1e-6,
     0, 0},
    {"pyin fmin=100 fmax=2000 frame_length=1024 hop_length=256", "syn_impulse", 22050, "librosa/edge/impulse_pyin",
     1e-5, 0, 0},
    {"pyin fmin=100 fmax=2000 frame_length=1024 hop_length=256", "syn_oneframe", 22050, "librosa/edge/oneframe_pyin",
     1e-5, 0, 0},
    {"pyin fmin=100 fmax=2000 frame_length=1024 hop_length=256", "syn_short", 22050, "librosa/edge/short_pyin", 1e-5, 0,
     0},
    {"pyin fmin=100 fmax=2000 frame_length=1024 hop_length=256", NULL, 22050, "librosa/edge/silence_pyin", 1e-5, 0,
     4096},
    {"pyin fmin=100 fmax=2000 frame_length=1024 hop_length=256", NULL, 22050, "librosa/edge/constant_pyin", 1e-5, 0.5F,
     4096},
};

static void check_librosa(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) against_check(&rows[i]);
}

static void run_speech(bl_ctx *ctx, const char *boltzmann, chain *c)
{
  char text[160];
  bl_stream in;
  npy *x = npy_open("inputs/jackson_8k");
  float *v = npy_f32(x);
  snprintf(text, sizeof text, "pyin fmin=60 fmax=400 frame_length=512 hop_length=128 output=voiced_prob %s", boltzmann);
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, x->n, c));
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
}

/* A parameter that is nearly nothing weighs all periods alike, as one a little above that does. */
static void check_alike(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  chain little, least;
  float most = 0;
  run_speech(ctx, "boltzmann_parameter=1e-9", &little);
  run_speech(ctx, "boltzmann_parameter=1e-17", &least);
  assert_int_equal(chain_out(&least)->n, chain_out(&little)->n);
  for (size_t i = 0; i < chain_out(&least)->n; i++) {
    float v = chain_out(&least)->v[i];
    check_near((double)v, (double)chain_out(&little)->v[i], 1e-6);
    most = v > most ? v : most;
  }
  assert_true(most > 0.5F);
  chain_stop(ctx, &little);
  chain_stop(ctx, &least);
  check_free(ctx);
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | pyin fmin=60 fmax=400", &in, &c), BL_E_CONFIG,
              "needs a waveform");
  check_fails(ctx, chain_start(ctx, "pyin fmin=60 fmax=60", &in, &c), BL_E_CONFIG, "not below fmax");
  check_fails(ctx, chain_start(ctx, "pyin fmin=60 fmax=400 beta_parameters=[1]", &in, &c), BL_E_CONFIG,
              "must be two numbers");
  check_fails(ctx, chain_start(ctx, "pyin fmin=1 fmax=500 resolution=0.002", &in, &c), BL_E_RANGE,
              "take a larger resolution");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_alike),
                                   cmocka_unit_test(check_refused)};
  return STAGE_SUITE("pyin", cases, own, sizeof own / sizeof *own);
}
