/* power: the units of powers. */
#include "chain.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = "stft n_fft=64"},
    {.input = "stft n_fft=64", .options = "exponent=1"},
    {.input = "stft n_fft=64 output=magnitude", .options = "exponent=0.6"},
};

static const struct {
  const char *unit, *text, *want, *why;
} rows[] = {
    {"uV", "power", "uV^2", "a power"},
    {"uV", "power exponent=1", "uV", "a magnitude"},
    {"uV", "power | power", "uV^4", "of a power"},
    {"uV", "power | power exponent=0.5", "uV", "and back"},
    {"uV", "power exponent=0.5", "sqrt(uV)", "a root"},
    {"uV^3", "power exponent=0.5", "uV^1.5", "a power with an exponent of its own"},
    {"uV^2", "power exponent=0.9", "uV^1.8", "a product that binary does not hold"},
    {"uV^10", "power exponent=0.1", "uV", "one, but for rounding"},
    {"uV/sqrt(Hz)", "power", "uV^2/Hz", "a density"},
    {"uV^2/Hz", "power exponent=0.5", "uV/sqrt(Hz)", "and back"},
    {"m/s^2", "power", "m^2/s^4", "parts"},
    {"uV^2/Hz", "power", "uV^4/Hz^2", "parts"},
    {"a^b", "power", "(a^b)^2", "no exponent that is known"},
    {"1", "power", "1", "a ratio"},
    {"", "power", "", "none is known"},
};

static void check_units(void **arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    check_ok(ctx, chain_wave(ctx, 100, "a b", rows[i].unit, &in));
    check_ok(ctx, chain_start(ctx, rows[i].text, &in, &c));
    for (size_t k = 0; k < 2; k++)
      if (strcmp(chain_stream(&c)->units.v[k], rows[i].want))
        fail_msg("%s of '%s' is in '%s', not '%s': %s", rows[i].text, rows[i].unit, chain_stream(&c)->units.v[k],
                 rows[i].want, rows[i].why);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_units)};
  return STAGE_SUITE("power", cases, tests, sizeof tests / sizeof *tests);
}
