/* iir and iir_zero_phase: designs and signals against scipy.signal and mne. */
#include "condition.h"
#include "iir.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "l_freq=1 h_freq=40", .reach = ALL_CHANNEL},
    {.options = "h_freq=30 order=5 type=bessel start=steady", .reach = ALL_CHANNEL},
    {.options = "l_freq=10 type=cheby2 rs=60", .reach = ALL_CHANNEL},
    {.input = "stft n_fft=16 hop_length=1 output=power",
     .options = "l_freq=55 h_freq=45 type=cheby1 rp=0.1",
     .reach = ALL_CHANNEL},
};

static const char *const names[] = {"bp",   "lp",   "hp", "bs", "first", "slow", "bp3", "c1lp",  "c1bp", "c2lp",
                                    "c2hp", "c2bs", "b1", "b4", "b5bp",  "b11",  "b20", "b20lp", "wide"};
enum { N_NAMES = sizeof names / sizeof *names };

static void check_design(void **arg)
{
  const char *name = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("iir");
  char key[64];
  const double *v = (snprintf(key, sizeof key, "%s.spec", name), golden_get(g, key)->v);
  const golden_array *want = (snprintf(key, sizeof key, "%s.sos", name), golden_get(g, key));
  bl_iir_spec spec = {v[4], v[2], v[3], (bl_iir_type)v[0], (size_t)v[1], v[5], v[6]};
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  check_ok(ctx, bl_iir_design(ctx, "iir", &spec, sos, &n));
  assert_int_equal(n, want->rows);
  double got[BL_IIR_MAX_SECTIONS][6];
  for (size_t i = 0; i < n; i++) {
    const double row[6] = {sos[i].b0, sos[i].b1, sos[i].b2, 1, sos[i].a1, sos[i].a2};
    memcpy(got[i], row, sizeof row);
  }
  golden_compare(want, &got[0][0], name);
  golden_close(g);
  check_free(ctx);
}

static void check_signals(void **arg)
{
  (void)arg;
  static const struct {
    const char *text, *name;
    size_t n;
  } rows[] = {
      {"iir l_freq=1 h_freq=40", "bp.y", 400},
      {"iir l_freq=1 h_freq=40 start=steady", "bp.steady", 400},
      {"iir_zero_phase l_freq=1 h_freq=40", "bp.zero", 0},
      {"iir_zero_phase l_freq=1 h_freq=40", "bp.short", 100},
      {"iir_zero_phase h_freq=30 order=5", "lp.zero", 0},
      {"iir l_freq=2 order=3", "hp.y", 400},
      {"iir_zero_phase l_freq=55 h_freq=45 order=2", "bs.zero", 0},
      {"iir type=cheby1 order=8 h_freq=20 rp=0.05", "c1lp.y", 400},
      {"iir type=cheby2 order=5 h_freq=40 rs=60", "c2lp.y", 400},
      {"iir type=bessel h_freq=30", "b4.y", 400},
      {"iir_zero_phase type=bessel h_freq=30 padlen=7", "b4.pad", 400},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    condition_check("iir", rows[i].text, 160, rows[i].n, rows[i].name);
}

/* A value that is not finite counts as the last good one and shows as NaN in its place alone; what stands before the
 * first good value does not count at all; start steady leaves a level alone. */
static void check_broken(void **arg)
{
  (void)arg;
  enum { N = 900, AT = 300, GONE = 5, FIRST = 3 };
  static const char *const texts[] = {"iir l_freq=1", "iir h_freq=10 start=steady", "comb freq=9",
                                      "comb freq=10", "comb freq=10 start=steady",  "comb freq=10 zero=true"};
  static float x[N * 2], held[N * 2];
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c, want;
    for (size_t i = 0; i < N; i++) x[2 * i] = (float)sin(0.3 * (double)i) + 16760, x[2 * i + 1] = -3;
    memcpy(held, x, sizeof x);
    for (size_t i = 0; i < FIRST; i++) x[2 * i] = NAN;
    for (size_t i = AT; i < AT + GONE; i++) x[2 * i] = i % 2 ? INFINITY : NAN, held[2 * i] = x[2 * (AT - 1)];
    check_ok(ctx, chain_wave(ctx, 100, "a b", "uV", &in));
    check_ok(ctx, chain_run(ctx, texts[k], &in, x, N, &c));
    check_ok(ctx, chain_run(ctx, texts[k], &in, held + FIRST * 2, N - FIRST, &want));
    const float *y = chain_out(&c)->v, *z = chain_out(&want)->v;
    for (size_t i = 0; i < N; i++) {
      bool bad = i < FIRST || (i >= AT && i < AT + GONE);
      assert_int_equal(isnan(y[2 * i]), bad);
      double expect = (double)z[2 * (bad ? 0 : i - FIRST)];
      if (!bad && !(fabs((double)y[2 * i] - expect) <= 1e-6 * (1 + fabs(expect))))
        fail_msg("%s: frame %zu is %.9g, not %.9g", texts[k], i, (double)y[2 * i], expect);
    }
    for (size_t i = 0; i < N && !strncmp(texts[k], "iir h", 5); i++) check_near((double)y[2 * i + 1], -3, 1e-6);
    chain_stop(ctx, &c);
    chain_stop(ctx, &want);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* Minutes of silence behind a sound: the states must not stay denormal, or every second takes many times as long. */
static void check_silence(void **arg)
{
  (void)arg;
  enum { N = 4096 };
  bl_ctx *ctx = bl_ctx_new();
  bl_iir_spec spec = {1000, NAN, 30, BL_IIR_BUTTER, 4, 1, 40};
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  size_t n;
  static float x[N], y[N];
  bl_iir f;
  check_ok(ctx, bl_iir_design(ctx, "iir", &spec, sos, &n));
  check_ok(ctx, bl_iir_init(ctx, "iir", sos, n, 1, false, &f));
  x[0] = 1;
  for (size_t i = 0; i < 8; i++) {
    bl_iir_run(&f, x, N, y);
    x[0] = 0;
  }
  for (size_t i = 0; i < n * 2; i++) check_near(f.z[i * BL_IIR_LANES], 0, 0);
  bl_iir_release(ctx, &f);
  check_free(ctx);
}

/* One series by the book: continued, forward, backward, the whole run at once. */
static void by_the_book(const bl_iir_spec *spec, const float *x, size_t n, size_t pad, float *y)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_biquad sos[BL_IIR_MAX_SECTIONS];
  double zi[BL_IIR_MAX_SECTIONS][2];
  size_t n_sections, all = n + 2 * pad;
  double *v = calloc(all, sizeof *v);
  check_ok(ctx, bl_iir_design(ctx, "iir", spec, sos, &n_sections));
  bl_iir_steady(sos, n_sections, zi);
  for (size_t i = 0; i < n; i++) v[pad + i] = (double)x[i];
  for (size_t k = 1; k <= pad; k++) {
    v[pad - k] = 2 * (double)x[0] - (double)x[k];
    v[pad + n - 1 + k] = 2 * (double)x[n - 1] - (double)x[n - 1 - k];
  }
  for (size_t back = 0; back < 2; back++) {
    double first = v[back ? all - 1 : 0];
    for (size_t s = 0; s < n_sections; s++) {
      const bl_biquad *q = &sos[s];
      double z0 = zi[s][0] * first, z1 = zi[s][1] * first;
      for (size_t i = 0; i < all; i++) {
        double *at = &v[back ? all - 1 - i : i], in = *at;
        *at = q->b0 * in + z0;
        z0 = q->b1 * in + z1 - q->a1 * *at;
        z1 = q->b2 * in - q->a2 * *at;
      }
    }
  }
  for (size_t i = 0; i < n; i++) y[i] = (float)v[pad + i];
  free(v);
  check_free(ctx);
}

/* Long runs go in stretches, series in groups, cascades several sections at a time: the same bits as by the book,
 * whether the continuation is shorter or longer than a stretch, and the run shorter than the continuation. A value that
 * is not finite breaks its own series only, from end to end. */
static void check_stretches(void **arg)
{
  (void)arg;
  enum { N = 3000, WIDE = 6, BROKEN = 4 };
  static const struct {
    const char *text;
    bl_iir_spec spec;
    size_t n, pad;
  } rows[] = {
      {"iir_zero_phase l_freq=1 h_freq=40 padlen=700", {250, 1, 40, BL_IIR_BUTTER, 4, 1, 40}, N, 700},
      {"iir_zero_phase l_freq=1 h_freq=40 padlen=1024", {250, 1, 40, BL_IIR_BUTTER, 4, 1, 40}, N, 1024},
      {"iir_zero_phase h_freq=40 order=1 padlen=3", {250, NAN, 40, BL_IIR_BUTTER, 1, 1, 40}, N, 3},
      {"iir_zero_phase h_freq=40 order=7 padlen=0", {250, NAN, 40, BL_IIR_BUTTER, 7, 1, 40}, 2048, 0},
      {"iir_zero_phase l_freq=2 order=14 padlen=5000", {250, 2, NAN, BL_IIR_BUTTER, 14, 1, 40}, 1300, 1299},
      {"iir_zero_phase h_freq=40 padlen=5", {250, NAN, 40, BL_IIR_BUTTER, 4, 1, 40}, 1, 0},
  };
  static float x[N * WIDE], alone[N], want[N];
  static const float odd[] = {NAN, INFINITY, -INFINITY};
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    size_t n = rows[k].n;
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    for (size_t i = 0; i < n * WIDE; i++) x[i] = (float)sin(0.01 * (double)(i * i % 7919)) * 50 + 7;
    x[n / 2 * WIDE + BROKEN] = odd[k % 3];
    check_ok(ctx, chain_wave(ctx, 250, "a b c d e f", "uV", &in));
    check_ok(ctx, chain_run(ctx, rows[k].text, &in, x, n, &c));
    assert_int_equal(chain_out(&c)->n, n);
    for (size_t s = 0; s < WIDE; s++) {
      for (size_t i = 0; i < n; i++) alone[i] = x[i * WIDE + s];
      by_the_book(&rows[k].spec, alone, n, rows[k].pad, want);
      for (size_t i = 0; i < n && s == BROKEN; i++) assert_true(isnan(chain_out(&c)->v[i * WIDE + s]));
      for (size_t i = 0; i < n && s != BROKEN; i++)
        assert_memory_equal(&chain_out(&c)->v[i * WIDE + s], &want[i], sizeof(float));
    }
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

static void check_refusals(void **arg)
{
  (void)arg;
  static const refusal bad[] = {
      {"iir", BL_E_CONFIG, "neither l_freq nor h_freq"},
      {"iir h_freq=125", BL_E_RANGE, "below half the sampling rate, 125"},
      {"iir l_freq=200", BL_E_RANGE, "l_freq 200"},
      {"iir_zero_phase l_freq=5 h_freq=5", BL_E_RANGE, "nothing would pass"},
      {"iir h_freq=1e-14 order=20", BL_E_RANGE, "not be stable"},
      {"iir h_freq=5 rp=3", BL_E_CONFIG, "rp is the ripple of type cheby1, and butter has none"},
      {"iir_zero_phase h_freq=5 type=cheby1 rs=50", BL_E_CONFIG, "rs is the attenuation of type cheby2"},
      {"iir h_freq=5 order=21", BL_E_CONFIG, "20"},
      {"iir h_freq=5 type=elliptic", BL_E_CONFIG, "butter"},
  };
  check_refused(bad, sizeof bad / sizeof *bad, 250);
}

int main(void)
{
  struct CMUnitTest tests[N_NAMES + 8];
  size_t n = 0;
  for (size_t i = 0; i < N_NAMES; i++)
    tests[n++] = (struct CMUnitTest){names[i], check_design, NULL, NULL, (void *)(uintptr_t)names[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_signals);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_broken);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_silence);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_stretches);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_refusals);
  return STAGE_SUITE("iir", cases, tests, n);
}
