/* harmonic_to_noise_ratio: against numpy, and what stage.h promises. */
#include "against.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "fmin=10 fmax=60 frame_length=64", .length = 64, .hop = 16, .pad = 32, .reach = 32},
    {.options = "fmin=20 fmax=100 frame_length=33 hop_length=10 pad_mode=reflect",
     .length = 33,
     .hop = 10,
     .pad = 16,
     .reach = 16},
    {.options = "fmin=20 fmax=100 frame_length=40 pad_mode=edge", .length = 40, .hop = 10, .pad = 20, .reach = 20},
    {.options = "fmin=10 fmax=60 frame_length=64 center=false", .length = 64, .hop = 16, .start = 32, .reach = 32},
};

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | harmonic_to_noise_ratio fmin=60 fmax=400", &in, &c),
              BL_E_CONFIG, "needs a waveform");
  check_fails(ctx, chain_start(ctx, "harmonic_to_noise_ratio fmin=10 fmax=100 frame_length=150", &in, &c), BL_E_RANGE,
              "two periods");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_golden_of(const char *text, const char *name)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  golden *g = golden_open("voice");
  npy *x = npy_open("inputs/jackson_8k");
  float *v = npy_f32(x);
  check_ok(ctx, chain_wave(ctx, 8000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, text, &in, v, x->n, &c));
  assert_int_equal(chain_out(&c)->n, golden_get(g, name)->rows);
  golden_compare_f32(golden_get(g, name), chain_out(&c)->v, name);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(v);
  npy_close(x);
  golden_close(g);
  check_free(ctx);
}

static void check_golden(void **arg)
{
  (void)arg;
  check_golden_of("harmonic_to_noise_ratio fmin=60 fmax=400 frame_length=512 hop_length=128", "hnr");
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_refused), cmocka_unit_test(check_golden)};
  return STAGE_SUITE("harmonic_to_noise_ratio", cases, own, sizeof own / sizeof *own);
}
