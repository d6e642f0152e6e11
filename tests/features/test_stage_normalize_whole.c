/* normalize_whole: by hand, and what stage.h promises. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.unbounded = "extremes are those of the whole run"},
    {.options = "mode=max_abs together=true",
     .unbounded = "extremes are those of the whole run",
     .mixes = "one range for all channels"},
};

/* Worked out by hand; the frequencies are 0, 10, 20 ... Hz. */
static void check_small(void **arg)
{
  (void)arg;
  against_frames("normalize_whole", (const float[]){1, 5, 3, NAN, 2, 3}, 3, 2, "0 1 0.5 nan 0.25 0.5");
  against_frames("normalize_whole mode=max_abs", (const float[]){1, -5, 3, NAN}, 2, 2, "0.2 -1 0.6 nan");
  against_frames("normalize_whole", (const float[]){2, 2}, 2, 1, "0 0");
}

static void check_refused(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 1000, "a", "FS", &in));
  check_fails(ctx, chain_start(ctx, "stft | normalize_whole", &in, &c), BL_E_CONFIG, "complex");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("normalize_whole", cases, own, sizeof own / sizeof *own);
}
