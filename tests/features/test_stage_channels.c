/* The stages that choose, name, mix and scale channels: pick, rename, reference, mono, scale. */
#include "chain.h"

/* Frames of 4 channels: frame i, channel c holds 10 i + c (and a square to break symmetry). */
enum { N = 5, C = 4 };
static const char names[] = "Fc5. C3.. Cz.. EOG";
static float value(size_t i, size_t c) { return (float)(10 * i + c + c * c * (i + 1)); }

static bl_status run(bl_ctx *ctx, const char *text, chain *c)
{
  float x[N * C];
  bl_stream in;
  for (size_t i = 0; i < N * C; i++) x[i] = value(i / C, i % C);
  bl_status s = chain_wave(ctx, 100, names, "uV", &in);
  if (!s) s = chain_run(ctx, text, &in, x, N, c);
  bl_stream_free(ctx, &in);
  return s;
}

struct pick_row {
  const char *text, *want, *why; /* want: indices of channels */
};
static const struct pick_row picks[] = {
    {"pick", "0123", "all by default"},
    {"pick include=[Cz,Fc5]", "20", "in the order named; trailing dots do not count"},
    {"pick include=[Cz..,Cz]", "2", "twice is once"},
    {"pick include=C*", "12", "a pattern, in the stream's order"},
    {"pick exclude=EOG", "012", "left out"},
    {"pick include=[EOG,C*] exclude=[C3,X*]", "32", "a pattern of exclude may match none"},
    {"pick include=[\" C3 \"]", "1", "surrounding blanks do not count"},
};

static void check_pick(void **arg)
{
  const struct pick_row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  chain c;
  if (strchr(r->text, '"')) { /* blanks: past the words of a chain's text */
    bl_stream in;
    bl_stage st;
    bl_stage_run go;
    check_ok(ctx, chain_wave(ctx, 100, names, "uV", &in));
    check_ok(ctx, bl_stage_new(ctx, "pick", &st));
    check_ok(ctx, bl_opts_set(ctx, "pick", st.cls->opts, st.params, "include", "[\" C3 \"]"));
    check_ok(ctx, bl_stage_start(ctx, &st, &in, &go));
    assert_int_equal(go.out.n_channels, 1);
    assert_string_equal(go.out.channels.v[0], "C3..");
    bl_stage_stop(ctx, &go);
    bl_stage_free(ctx, &st);
    bl_stream_free(ctx, &in);
  } else {
    check_ok(ctx, run(ctx, r->text, &c));
    size_t n = strlen(r->want);
    assert_int_equal(chain_stream(&c)->n_channels, n);
    assert_int_equal(chain_stream(&c)->units.n, n);
    for (size_t i = 0; i < N; i++)
      for (size_t k = 0; k < n; k++)
        check_near((double)chain_out(&c)->v[i * n + k], (double)value(i, (size_t)(r->want[k] - '0')), 0);
    chain_stop(ctx, &c);
  }
  check_free(ctx);
}

static const struct {
  const char *text, *part;
} bad[] = {
    {"pick include=C33", "did you mean 'C3'"},
    {"pick include=c3", "did you mean 'C3'"}, /* case counts */
    {"pick include=Q*", "no channel 'Q*'"},
    {"pick exclude=Photic", "there are Fc5, C3, Cz, EOG"},
    {"pick exclude=*", "no channel is left"},
    {"rename from=[C3] to=[Cz]", "rename: no channel 'C3'"},
    {"rename strip=. from=[C3] to=[Cz]", "two channels"},
    {"rename from=[EOG]", "1 names in from, but 0 in to"},
    {"reference channels=M1", "no channel 'M1'"},
    {"reference exclude=*", "no channel is left"},
};

static void check_refusals(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    chain c;
    check_fails(ctx, run(ctx, bad[i].text, &c), BL_E_CONFIG, bad[i].part);
  }
  bl_stream in;
  chain c;
  check_ok(ctx, chain_wave(ctx, 100, "a b", "uV", &in));
  in.units.v[1][0] = 'm';
  check_fails(ctx, chain_start(ctx, "mono", &in, &c), BL_E_CONFIG, "'uV' and 'mV'");
  check_fails(ctx, chain_start(ctx, "reference", &in, &c), BL_E_CONFIG, "'b' is in 'mV'");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void check_rename(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  chain c;
  static const char *want[] = {"Fc5", "left", "Cz", "EOG"};
  check_ok(ctx, run(ctx, "rename strip=. from=[C3] to=[left]", &c));
  for (size_t i = 0; i < C; i++) assert_string_equal(chain_stream(&c)->channels.v[i], want[i]);
  for (size_t i = 0; i < N * C; i++) check_near((double)chain_out(&c)->v[i], (double)value(i / C, i % C), 0);
  chain_stop(ctx, &c);
  check_free(ctx);
}

static void check_reference(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  chain c;
  check_ok(ctx, run(ctx, "reference exclude=[EOG]", &c));
  for (size_t i = 0; i < N; i++) {
    double mean = ((double)value(i, 0) + (double)value(i, 1) + (double)value(i, 2)) / 3;
    for (size_t k = 0; k < 3; k++) check_near((double)chain_out(&c)->v[i * C + k], (double)value(i, k) - mean, 1e-5);
    check_near((double)chain_out(&c)->v[i * C + 3], (double)value(i, 3), 0);
  }
  chain_stop(ctx, &c);
  check_ok(ctx, run(ctx, "reference channels=[Cz]", &c));
  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < C; k++)
      check_near((double)chain_out(&c)->v[i * C + k], (double)(value(i, k) - value(i, 2)), 0);
  chain_stop(ctx, &c);
  check_free(ctx);
}

static void check_mono_and_scale(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  chain c;
  check_ok(ctx, run(ctx, "mono | scale factor=1e-3 unit=mV", &c));
  assert_int_equal(chain_out(&c)->width, 1);
  assert_string_equal(chain_stream(&c)->channels.v[0], "mono");
  assert_string_equal(chain_stream(&c)->units.v[0], "mV");
  for (size_t i = 0; i < N; i++) {
    double sum = 0;
    for (size_t k = 0; k < C; k++) sum += (double)value(i, k);
    check_near((double)chain_out(&c)->v[i], sum / 4000, 1e-8);
  }
  chain_stop(ctx, &c);
  check_ok(ctx, run(ctx, "pick include=C3 | mono", &c));
  assert_string_equal(chain_stream(&c)->channels.v[0], "mono");
  chain_stop(ctx, &c);
  check_free(ctx);
}

int main(void)
{
  struct CMUnitTest tests[16];
  size_t n = 0;
  for (size_t i = 0; i < sizeof picks / sizeof *picks; i++)
    tests[n++] = (struct CMUnitTest){picks[i].text, check_pick, NULL, NULL, (void *)(uintptr_t)&picks[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_refusals);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_rename);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_reference);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_mono_and_scale);
  return _cmocka_run_group_tests("channels", tests, n, NULL, NULL);
}
