/* unit: the one rule by which units multiply, as a table; and where stages and summaries meet it. */
#include <string.h>

#include "chain.h"
#include "feature_help.h"
#include "unit.h"

static const struct {
  const char *format, *unit, *want;
} fills[] = {
    {"%s", "a b*c", "a b*c"}, /* as it is */
    {"1", "uV", "1"},
    {"%s^2", "uV", "uV^2"},
    {"%s^2", "FS^2", "FS^4"},
    {"%s^2", "uV^2/Hz", "uV^4/Hz^2"},
    {"%s^2/Hz", "uV/sqrt(Hz)", "uV^2/Hz^2"},
    {"%s/sqrt(Hz)", "uV", "uV/sqrt(Hz)"},
    {"%s*Hz", "uV^2/Hz", "uV^2"},
    {"%s^2", "m/s^2", "m^2/s^4"},
    {"%s^2", "1", "1"},
    {"%s^2/Hz", "1", "1/Hz"},
    {"%s^2/Hz", "", ""}, /* not known: no power of it is */
    {"%s^2", "1/s", "1/s^2"},
    {"%s", "dB re uV", "dB re uV"},
    {"%d", "dB re uV", "dB"}, /* differences, and with them powers and products, have lost their reference */
    {"%d", "uV", "uV"},
    {"%d", "", ""},
    {"%d", "ln(1+uV^2)", "ln"},
    {"%d", "ln uV^2", "ln"},
    {"%d", "log10 uV^2/Hz", "log10"},
    {"%d", "ln(uV)/s", "ln(uV)/s"},
    {"%s^2", "dB re uV", "dB^2"},
    {"%d/Hz", "dB re uV^2/Hz", "dB/Hz"},
    {"ln %s^2", "dB re uV", "ln dB^2"},
    {"%s^2", "(dB re uV)^2", "(dB re uV)^4"},
    {"%s^2", "ln(1+uV)", "ln^2"},
    {"%s^2", "(FS/s)^2", "FS^4/s^4"},
    {"%s^2", "FS^2^2", "(FS^2^2)^2"}, /* no exponent that can be read */
    {"%s^2", "(uV", "((uV)^2"},
    {"%s^2", "m/s²", "m^2/s²^2"}, /* other alphabets are letters of a name */
    {"ln %s^2", "FS^2", "ln FS^4"},
    {"log10 %s^2/Hz", "uV^2", "log10 uV^4/Hz"},
    {"dB re %s", "uV^2/Hz", "dB re uV^2/Hz"},
    {"ln(%s)", "uV^2", "ln(uV^2)"},
    {"ln(1+%s^2)", "uV", "ln(1+uV^2)"},
    {"dB re %s", "", "dB re "},
    {"%s^2", "a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q", "(a*b*c*d*e*f*g*h*i*j*k*l*m*n*o*p*q)^2"},
    {"%s^2", "((((((a))))))", "((a))^2"}, /* deeper than is looked into: a name */
};

static const struct {
  const char *a, *b, *want;
} products[] = {
    {"uV", "uV", "uV^2"}, {"uV", "mV", "uV*mV"},     {"uV", "1", "uV"},
    {"1", "1", "1"},      {"uV^2/Hz", "Hz", "uV^2"}, {"m/s", "s/m", "1"},
    {"uV", "", ""},       {"FS", "FS^2", "FS^3"},    {"a b", "a b", "(a b)^2"},
};

static void check_text(bl_ctx *ctx, char *got, const char *want, const char *of)
{
  if (!got || strcmp(got, want)) fail_msg("of '%s' comes '%s', not '%s'", of, got ? got : "nothing", want);
  bl_free(ctx, got);
}

static void test_rule(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof fills / sizeof *fills; i++)
    check_text(ctx, bl_unit_fill(ctx, fills[i].format, fills[i].unit), fills[i].want, fills[i].unit);
  for (size_t i = 0; i < sizeof products / sizeof *products; i++)
    check_text(ctx, bl_unit_product(ctx, products[i].a, products[i].b), products[i].want, products[i].a);
  check_text(ctx, bl_unit_raise(ctx, "uV^2/Hz", 0.5), "uV/sqrt(Hz)", "uV^2/Hz");
  check_text(ctx, bl_unit_raise(ctx, "uV^2", 0.9), "uV^1.8", "uV^2");
  check_free(ctx);
}

/* A power of a power, in the summaries that square what they get. */
static void test_summaries(void **state)
{
  (void)state;
  static const struct {
    const char *summary, *want;
  } rows[] = {
      {"variance", "FS^4"}, {"covariance", "FS^4"}, {"log_variance", "ln FS^4"},
      {"welch", "FS^4/Hz"}, {"band_power", "FS^4"}, {"rms", "FS^2"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    bl_summary m;
    bl_feature_names names;
    check_ok(ctx, chain_wave(ctx, 100, "a b", "FS", &in));
    check_ok(ctx, chain_start(ctx, "power", &in, &c));
    check_ok(ctx, bl_summary_new(ctx, rows[i].summary, &m));
    check_ok(ctx, bl_summary_shape(ctx, &m, chain_stream(&c), &names));
    assert_string_equal(names.units.v[0], rows[i].want);
    assert_string_equal(bl_block_unit(&names.blocks.v[0], 0), rows[i].want);
    bl_feature_names_free(ctx, &names);
    bl_summary_free(ctx, &m);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  char *a = bl_unit_fill(ctx, "ln %s^2/Hz", "uV/m"), *b = bl_unit_product(ctx, "uV", "mV");
  bl_status s = a && b ? BL_OK : bl_fail_nomem(ctx, "units");
  bl_free(ctx, a);
  bl_free(ctx, b);
  return s;
}

static void test_allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rule), cmocka_unit_test(test_summaries),
                                     cmocka_unit_test(test_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
