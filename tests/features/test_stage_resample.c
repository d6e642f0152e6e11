/* resample: polyphase against scipy.signal.resample_poly, soxr against what band-limited signals must become. */
#include "condition.h"
#include "polyphase.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "rate_hz=100", .length = 1 / 2.0, .hop = 5 / 2.0, .reach = 26, .resamples = "250 Hz become 100"},
    {.options = "rate_hz=400 pad=zero",
     .length = 1 / 8.0,
     .hop = 5 / 8.0,
     .reach = 11,
     .resamples = "250 Hz become 400"},
    {.options = "rate_hz=250"},
    {.input = POWER_SPECTRUM, .options = "rate_hz=7 pad=edge", .length = 1 / 56.0, .hop = 125 / 56.0, .reach = 24},
    {.options = "rate_hz=125 method=soxr",
     .hop = 2,
     .reach = ALL_CHANNEL,
     .resamples = "250 Hz become 125",
     .foreign_blocks = "the blocks are libsoxr's"},
    {.options = "rate_hz=441 method=soxr quality=VHQ",
     .length = 1 / 441.0,
     .hop = 250 / 441.0,
     .reach = ALL_CHANNEL,
     .resamples = "250 Hz become 441",
     .foreign_blocks = "the blocks are libsoxr's"},
};

static const double pi = 3.14159265358979323846;

static void check_polyphase(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *name;
    size_t n;
  } rows[] = {
      {"resample rate_hz=100", "r100.odd", 0},
      {"resample rate_hz=100 pad=zero", "r100.zero", 0},
      {"resample rate_hz=100 pad=edge", "r100.edge", 0},
      {"resample rate_hz=256", "r256.odd", 300},
      {"resample rate_hz=256 pad=zero", "r256.zero", 300},
      {"resample rate_hz=147", "r147.odd", 300},
      {"resample rate_hz=32 pad=zero", "r32.zero", 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    condition_check("resample", rows[i].text, 160, rows[i].n, rows[i].name);
}

static void check_ratio(void **arg)
{
  (void)arg;
  static const struct {
    double from, to;
    size_t up, down;
  } rows[] = {
      {44100, 48000, 160, 147}, {256, 100, 25, 64},     {250, 250, 1, 1},
      {512, 128, 1, 4},         {1, 65536, 65536, 1},   {100.0 / 3, 100, 3, 1},
      {1e-3, 3e-3, 3, 1},       {2048, 250, 125, 1024}, {99.9, 100, 1000, 999},
  };
  size_t up, down;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_true(bl_polyphase_ratio(rows[i].from, rows[i].to, &up, &down));
    assert_int_equal(up, rows[i].up);
    assert_int_equal(down, rows[i].down);
  }
  assert_false(bl_polyphase_ratio(1, 65537, &up, &down));
  assert_false(bl_polyphase_ratio(1, pi, &up, &down));
  assert_false(bl_polyphase_ratio(1e9, 1e-3, &up, &down));
}

/* A sine below half of both rates becomes the same sine at the new times; ends aside, where zeros begin. */
static void check_sines(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    double from, to, hz, tol; /* of the sine, amplitude 1; soxr sinks by up to 0.01 dB towards the edge of its band */
    size_t ends;
  } rows[] = {
      {"resample rate_hz=100 method=soxr", 256, 100, 13, 2e-6, 150},
      {"resample rate_hz=100 method=soxr quality=VHQ", 256, 100, 37, 1e-4, 400},
      {"resample rate_hz=48000 method=soxr", 44100, 48000, 15000, 1e-4, 150},
      {"resample rate_hz=103.77 method=soxr", 250, 103.77, 29, 1e-4, 150}, /* no ratio of small numbers */
      {"resample rate_hz=1000 method=soxr", 256, 1000, 60, 1e-4, 600},
      {"resample rate_hz=100", 256, 100, 13, 2e-3, 20}, /* the ripple of resample_poly's filter */
      {"resample rate_hz=48000", 44100, 48000, 9000, 2e-3, 20},
  };
  enum { N = 20000 };
  static float x[2 * N];
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    for (size_t i = 0; i < N; i++) {
      x[2 * i] = (float)sin(2 * pi * rows[k].hz * (double)i / rows[k].from + 0.3);
      x[2 * i + 1] = -3 * x[2 * i];
    }
    check_ok(ctx, chain_wave(ctx, rows[k].from, "a b", "uV", &in));
    check_ok(ctx, chain_run(ctx, rows[k].text, &in, x, N, &c));
    const bl_frames *y = chain_out(&c);
    assert_int_equal(y->n, (size_t)ceil(N * rows[k].to / rows[k].from - 1e-9));
    for (size_t i = rows[k].ends; i + rows[k].ends < y->n; i++) {
      double want = sin(2 * pi * rows[k].hz * (double)i / rows[k].to + 0.3);
      check_near((double)y->v[2 * i], want, rows[k].tol);
      check_near((double)y->v[2 * i + 1], -3 * want, 3 * rows[k].tol);
    }
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* soxr on real EEG of a band that every rate holds, against the FFT: up and down, by whole and other ratios. */
static void check_eeg(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *name;
  } rows[] = {
      {"resample method=soxr rate_hz=80", "r80"},         {"resample method=soxr rate_hz=320", "r320"},
      {"resample method=soxr rate_hz=100", "r100"},       {"resample method=soxr rate_hz=256", "r256"},
      {"resample method=soxr rate_hz=103.77", "r103.77"},
  };
  for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
    char text[128];
    snprintf(text, sizeof text, "%s quality=%s", rows[i / 2].text, i % 2 ? "VHQ" : "HQ");
    condition_check_of("resample_soxr", "resample_soxr", text, 160, 0, rows[i / 2].name);
  }
}

/* Above half the new rate nothing is left. */
static void check_aliases(void **arg)
{
  (void)arg;
  static const char *const texts[] = {"resample rate_hz=100", "resample rate_hz=100 method=soxr", "decimate factor=5"};
  static const double left[] = {3e-3, 1e-5, 5e-3};
  enum { N = 5000 };
  static float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)sin(2 * pi * 83 * (double)i / 500);
  for (size_t k = 0; k < 3; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    check_ok(ctx, chain_wave(ctx, 500, "a", "uV", &in));
    check_ok(ctx, chain_run(ctx, texts[k], &in, x, N, &c));
    assert_int_equal(chain_out(&c)->n, N / 5);
    for (size_t i = 300; i + 300 < N / 5; i++) check_near((double)chain_out(&c)->v[i], 0, left[k]);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* One or two series alone take another path than many: the same bits. */
static void check_company(void **arg)
{
  (void)arg;
  enum { N = 700, WIDE = 11 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in, one;
  chain c, d;
  static float x[N * WIDE], alone[N];
  for (size_t i = 0; i < N * WIDE; i++) x[i] = (float)sin(0.01 * (double)(i * i % 7919)) * 50;
  check_ok(ctx, chain_wave(ctx, 256, "a b c d e f g h i j k", "uV", &in));
  check_ok(ctx, chain_wave(ctx, 256, "a", "uV", &one));
  check_ok(ctx, chain_run(ctx, "resample rate_hz=100", &in, x, N, &c));
  for (size_t s = 0; s < WIDE; s++) {
    for (size_t i = 0; i < N; i++) alone[i] = x[i * WIDE + s];
    check_ok(ctx, chain_run(ctx, "resample rate_hz=100", &one, alone, N, &d));
    for (size_t i = 0; i < chain_out(&d)->n; i++)
      assert_memory_equal(&chain_out(&d)->v[i], &chain_out(&c)->v[i * WIDE + s], sizeof(float));
    chain_stop(ctx, &d);
  }
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &one);
  check_free(ctx);
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"resample", BL_E_CONFIG, "rate_hz"},
      {"resample rate_hz=0", BL_E_CONFIG, "rate_hz"},
      {"resample rate_hz=3.14159265358979", BL_E_RANGE, "method: soxr"},
      {"resample rate_hz=0.5 method=soxr", BL_E_RANGE, "two steps"},
      {"decimate", BL_E_CONFIG, "factor"},
      {"decimate factor=0", BL_E_CONFIG, "factor"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(check_polyphase), cmocka_unit_test(check_ratio),   cmocka_unit_test(check_sines),
      cmocka_unit_test(check_eeg),       cmocka_unit_test(check_aliases), cmocka_unit_test(check_company),
      cmocka_unit_test(check_refusals),
  };
  return STAGE_SUITE("resample", cases, tests, sizeof tests / sizeof *tests);
}
