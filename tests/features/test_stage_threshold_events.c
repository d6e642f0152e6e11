/* threshold_events: what stage.h promises, and the bursts of small signals, worked out by hand. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "on=250"},
    {.options = "on=240 off=200 of=magnitude min_gap_s=0.02"},
    {.options = "on=220 min_duration_s=0.008 max_duration_s=0.2 label=call"},
    {.input = POWER_SPECTRUM, .options = "on=3e5 off=1e5 min_gap_s=0.3 max_duration_s=2"},
};

/* Values at 10 Hz, a digit a frame, '-' is -9, ' ' is NaN; bursts wanted as "first+frames/peak/mean". */
static const struct table_row {
  const char *options, *signal, *want;
} table[] = {
    {"on=5", "0015700", "3+2/7/6"},
    {"on=5", "5500055", "0+2/5/5 5+2/5/5"},
    {"on=5 off=3", "0153434200", "2+5/5/3.8"},
    {"on=5 off=3", "0033330", ""},
    {"on=5 min_duration_s=0.3", "550055500", "4+3/5/5"},
    {"on=5 min_gap_s=0.2", "500500050", "0+4/5/2.5 7+1/5/5"},
    {"on=5 min_gap_s=0.2 off=2", "5112111", "0+4/5/2.25"},
    {"on=5 max_duration_s=0.4", "0555555555", "1+4/5/5 5+4/5/5 9+1/5/5"},
    {"on=5 max_duration_s=0.4 min_gap_s=1", "05000000500", "1+1/5/5 8+1/5/5"},
    {"on=5 of=magnitude", "00-0500", "2+1/9/9 4+1/5/5"},
    {"on=5", "5 500", "0+1/5/5 2+1/5/5"},
    {"on=-5", "-----00", "5+2/0/0"},
};

static void check_table(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char text[200], got[200] = "";
    float x[40];
    size_t n = strlen(table[i].signal), len = 0;
    bl_findings found = {0};
    double known;
    for (size_t k = 0; k < n; k++) {
      char d = table[i].signal[k];
      x[k] = d == '-' ? -9 : d == ' ' ? NAN : (float)(d - '0');
    }
    snprintf(text, sizeof text, "threshold_events %s", table[i].options);
    check_ok(ctx, chain_wave(ctx, 10, "a", "uV", &in));
    check_ok(ctx, chain_run(ctx, text, &in, x, n, &c));
    check_ok(ctx, c.run[0].cls->events(ctx, c.run[0].state, &found, &known));
    check_near(known, (double)n / 10, 1e-12);
    for (size_t k = 0; k < found.n && len < 150; k++)
      len += (size_t)snprintf(got + len, sizeof got - len, "%s%g+%g/%g/%g", k ? " " : "", found.v[k].event.onset_s * 10,
                              found.v[k].event.duration_s * 10, found.v[k].value[0], found.v[k].value[1]);
    if (strcmp(got, table[i].want))
      fail_msg("%s of '%s': %s, wanted %s", table[i].options, table[i].signal, got, table[i].want);
    bl_findings_free(ctx, &found);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

static void check_refused(void **state)
{
  (void)state;
  static const struct {
    const char *options, *message;
  } bad[] = {{"on=5 off=6", "off 6 is above on 5"},
             {"on=5 min_duration_s=11", "none counts"},
             {"on=5 max_duration_s=0.001", "less than a frame"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    char text[200];
    snprintf(text, sizeof text, "threshold_events %s", bad[i].options);
    check_ok(ctx, chain_wave(ctx, 100, "a", "uV", &in));
    bl_status s = chain_start(ctx, text, &in, &c);
    check_fails(ctx, s, i == 2 ? BL_E_RANGE : BL_E_CONFIG, bad[i].message);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_table), cmocka_unit_test(check_refused)};
  return STAGE_SUITE("threshold_events", cases, own, sizeof own / sizeof *own);
}
