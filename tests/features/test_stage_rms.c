/* rms: against librosa, edges included, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.length = 2048, .hop = 512, .pad = 1024, .reach = 1024},
    {.options = "frame_length=33 hop_length=10 pad_mode=reflect", .length = 33, .hop = 10, .pad = 16, .reach = 16},
    {.options = "frame_length=20 pad_mode=edge", .length = 20, .hop = 5, .pad = 10, .reach = 10},
    {.options = "frame_length=32 center=false", .length = 32, .hop = 8, .start = 16, .reach = 16},
};

static const against rows[] = {
    {"rms frame_length=1024 hop_length=256", "tico_22k", 22050, "librosa/rms", 1e-6, 0, 0},
    {"rms frame_length=1024 hop_length=256 pad_mode=reflect", "tico_22k", 22050, "librosa/rms_reflect", 1e-6, 0, 0},
    {"rms frame_length=512 hop_length=256", "syn_impulse", 22050, "librosa/edge/impulse_rms", 1e-6, 0, 0},
    {"rms frame_length=512 hop_length=256", "syn_oneframe", 22050, "librosa/edge/oneframe_rms", 1e-6, 0, 0},
    {"rms frame_length=512 hop_length=256", "syn_short", 22050, "librosa/edge/short_rms", 1e-6, 0, 0},
    {"rms frame_length=512 hop_length=256", NULL, 22050, "librosa/edge/silence_rms", 1e-6, 0, 4096},
    {"rms frame_length=512 hop_length=256", NULL, 22050, "librosa/edge/constant_rms", 1e-6, 0.5F, 4096},
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
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | rms", &in, &c), BL_E_CONFIG, "needs a waveform");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_librosa), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("rms", cases, own, sizeof own / sizeof *own);
}
