/* to_unit: factors, what it refuses, and that it guesses nothing. */
#include "chain.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "unit=mV"},
    {.options = "unit=nV exclude=C3 assume=uV", .names_channels = "one channel alone has not the other's name"},
};

static const struct {
  const char *from, *options;
  double x, want;
} rows[] = {
    {"V", "", 2.5e-5, 25},
    {"mV", "", 0.75, 750},
    {"uV", "", 1.1, 1.1},
    {"nV", "", 512, 0.512},
    {"\xc2\xb5V", "unit=mV", 512, 0.512},
    {"\xce\xbcV", "unit=V", 512, 512e-6},
    {"uV", "unit=V", 3, 3e-6},
    {"kPa", "unit=uPa", 2, 2e9},
    {"fT", "unit=pT", 1500, 1.5},
    {"m/s^2", "unit=mm/s^2", 1.5, 1500},
    {"", "assume=mV", 0.25, 250},
    {"MV", "unit=fV", 3, 3e21},
};

static void check_factors(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_stream in;
    chain c;
    char text[64];
    snprintf(text, sizeof text, "to_unit %s", rows[i].options);
    check_ok(ctx, chain_wave(ctx, 100, "C3", rows[i].from, &in));
    check_ok(ctx, chain_run(ctx, text, &in, (const float[]){(float)rows[i].x}, 1, &c));
    check_near((double)chain_out(&c)->v[0], rows[i].want, 1e-7 * rows[i].want);
    assert_string_equal(chain_stream(&c)->units.v[0], strstr(text, "unit=") ? strstr(text, "unit=") + 5 : "uV");
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
  }
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNITS), 1); /* of the one that was assumed */
  check_free(ctx);
}

static const struct {
  const char *unit, *options, *part;
} bad[] = {
    {"", "", "channel 'C3' has no unit"},
    {"", "assume=furlong", "'C3' is in 'furlong'"},
    {"FS", "", "'C3' is in 'FS', which cannot become 'uV'"},
    {"FS", "assume=V", "'C3' is in 'FS'"}, /* assume is for those without a unit only */
    {"degC", "", "'C3' is in 'degC'"},
    {"T", "", "'C3' is in 'T', which cannot become 'uV'"},
    {"uv", "", "'C3' is in 'uv'"}, /* case counts: mV is not MV */
    {"uV^2/Hz", "", "'C3' is in 'uV^2/Hz'"},
    {"uV", "unit=volts", "no unit 'volts'"},
};

static void check_refusals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_stream in;
    chain c;
    char text[64];
    snprintf(text, sizeof text, "to_unit %s", bad[i].options);
    check_ok(ctx, chain_wave(ctx, 100, "C3", bad[i].unit, &in));
    check_fails(ctx, chain_start(ctx, text, &in, &c), BL_E_CONFIG, bad[i].part);
    bl_stream_free(ctx, &in);
  }
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 100, "C3 Temp", "V", &in));
  bl_free(ctx, in.units.v[1]);
  in.units.v[1] = bl_strdup(ctx, "degC");
  check_fails(ctx, chain_start(ctx, "to_unit", &in, &c), BL_E_CONFIG, "channel 'Temp' is in 'degC'");
  check_ok(ctx, chain_run(ctx, "to_unit exclude=T*", &in, (const float[]){1, 37}, 1, &c));
  check_near((double)chain_out(&c)->v[0], 1e6, 0);
  check_near((double)chain_out(&c)->v[1], 37, 0);
  assert_string_equal(chain_stream(&c)->units.v[1], "degC");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_factors), cmocka_unit_test(check_refusals)};
  return STAGE_SUITE("to_unit", cases, tests, sizeof tests / sizeof *tests);
}
