/* formants: against numpy, and what stage.h promises. */
#include "against.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "order=8 frame_length=64 min_hz=0 max_bandwidth_hz=1000",
     .missing = "NaN where no resonance is found",
     .length = 64,
     .hop = 16,
     .pad = 32,
     .reach = 32},
    {.options = "n_formants=2 frame_length=33 hop_length=10 pad_mode=reflect window=hann",
     .missing = "NaN where no resonance is found",
     .length = 33,
     .hop = 10,
     .pad = 16,
     .reach = 16},
    {.options = "frame_length=40 pad_mode=edge window=boxcar output=bandwidth",
     .missing = "NaN where no resonance is found",
     .length = 40,
     .hop = 10,
     .pad = 20,
     .reach = 20},
    {.options = "order=6 frame_length=64 center=false min_hz=10",
     .missing = "NaN where no resonance is found",
     .length = 64,
     .hop = 16,
     .start = 32,
     .reach = 32},
};

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft output=magnitude | formants", &in, &c), BL_E_CONFIG, "needs a waveform");
  check_fails(ctx, chain_start(ctx, "formants order=8 frame_length=8", &in, &c), BL_E_RANGE, "longer than 8 samples");
  check_fails(ctx, chain_start(ctx, "formants min_hz=500", &in, &c), BL_E_RANGE, "not below half");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* At the rate of a disc hardly a formant is found with the order that goes by the rate: told, with what to do. */
static void check_high_rate(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 44100, "a", "FS", &in));
  check_ok(ctx, chain_start(ctx, "formants order=10", &in, &c));
  chain_stop(ctx, &c);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 0);
  check_ok(ctx, chain_start(ctx, "formants", &in, &c));
  chain_stop(ctx, &c);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_ADJUSTED), 1);
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
  check_golden_of("formants frame_length=512 hop_length=128 n_formants=3", "formants");
  check_golden_of("formants frame_length=512 hop_length=128 n_formants=3 output=bandwidth", "bandwidths");
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_refused), cmocka_unit_test(check_high_rate),
                                   cmocka_unit_test(check_golden)};
  return STAGE_SUITE("formants", cases, own, sizeof own / sizeof *own);
}
