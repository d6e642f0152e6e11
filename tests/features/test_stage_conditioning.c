/* The conditioning stages against their formulas written out in NumPy, and what they say of start-up and edges. */
#include "chain.h"
#include "golden.h"

typedef struct fixture {
  bl_ctx *ctx;
  golden *g;
  bl_stream in;
  float *x; /* [frame][series] */
  size_t n, width;
} fixture;

/* "s": a spectrum of one channel; "x": a waveform of `channels` channels. */
static void open_fixture(fixture *f, const char *name, size_t channels)
{
  *f = (fixture){.ctx = bl_ctx_new(), .g = golden_open("conditioning")};
  const golden_array *x = golden_get(f->g, name);
  bool spectrum = !channels;
  f->width = spectrum ? x->rows : channels;
  f->n = x->cols;
  f->x = malloc(f->width * f->n * sizeof *f->x);
  for (size_t i = 0; i < f->n; i++)
    for (size_t k = 0; k < f->width; k++) f->x[i * f->width + k] = (float)x->v[k * f->n + i];
  check_ok(f->ctx, chain_wave(f->ctx, spectrum ? 20 : 100,
                              spectrum || channels == 1 ? "C3"
                              : channels == 2           ? "C3 C4"
                                                        : "C3 C4 Cz",
                              "uV", &f->in));
  double hz[16];
  for (size_t k = 0; k < 16; k++) hz[k] = (double)k;
  if (spectrum) check_ok(f->ctx, bl_stream_set_bins(f->ctx, &f->in, f->width, hz, NULL));
}

static void close_fixture(fixture *f)
{
  bl_stream_free(f->ctx, &f->in);
  free(f->x);
  golden_close(f->g);
  check_free(f->ctx);
}

static const struct row {
  const char *name, *text;
  size_t channels; /* 0: of the spectrum */
} rows[] = {
    {"pcen", "pcen", 0},
    {"pcen.log", "pcen power=0 time_constant=2", 0},
    {"pcen.root", "pcen bias=0 power=0.25 gain=0.5", 0},
    {"pcen", "scale factor=0.5 | pcen scale=2", 0},
    {"whiten", "whiten time_s=1 start_s=0 floor_db=none", 0},
    {"whiten.start", "whiten time_s=1 start_s=1.5", 0},
    {"whiten.floor", "whiten floor_db=20", 0},
    {"denoise", "denoise", 0},
    {"denoise.ten", "denoise start=10", 0},
    {"denoise.gate", "denoise mode=gate threshold=2 start=1 floor=0.1", 0},
    {"denoise.over", "denoise over=2 floor=0.05 below=4 above=40 start_s=0.4", 0},
    {"smooth", "smooth", 0},
    {"smooth.5x1", "smooth frames=5 bins=1", 0},
    {"smooth.median", "smooth method=median", 0},
    {"smooth.median5x7", "smooth method=median frames=5 bins=7", 0},
    {"ema", "robust_scale time_s=0.5", 2},
    {"ema", "robust_scale time_s=0.5 eps=1e-4", 2},
    {"ema.eps", "robust_scale time_s=0.5 eps=5", 2},
    {"median", "robust_scale method=median time_s=0.3", 2},
    {"clicks", "clicks length=50", 2},
    {"clicks.soft", "clicks length=64 threshold=2 power=1.5", 2},
};

static void check_golden(void **arg)
{
  const struct row *r = *arg;
  fixture f;
  chain c;
  open_fixture(&f, r->channels ? "x" : "s", r->channels);
  check_ok(f.ctx, chain_run(f.ctx, r->text, &f.in, f.x, f.n, &c));
  const golden_array *want = golden_get(f.g, r->name);
  assert_int_equal(chain_out(&c)->n, want->cols);
  assert_int_equal(chain_out(&c)->width, want->rows);
  float *got = malloc(want->rows * want->cols * sizeof *got);
  for (size_t i = 0; i < want->cols; i++)
    for (size_t k = 0; k < want->rows; k++) got[k * want->cols + i] = chain_out(&c)->v[i * want->rows + k];
  golden_compare_f32(want, got, r->text);
  free(got);
  chain_stop(f.ctx, &c);
  close_fixture(&f);
}

static void run(fixture *f, const char *text, chain *c)
{
  check_ok(f->ctx, chain_run(f->ctx, text, &f->in, f->x, f->n, c));
}

/* Every mode of mark_artefacts follows from the marks, which are counted as they are defined. */
static void check_marks(void **arg)
{
  (void)arg;
  fixture f;
  open_fixture(&f, "x", 3);
  size_t n_cases = (size_t)golden_get(f.g, "marks")->v[0];
  assert_true(n_cases == 10);
  for (size_t i = 0; i < n_cases; i++) {
    char key[64], text[256];
    snprintf(key, sizeof key, "mark.%zu", i);
    const double *want = golden_get(f.g, key)->v;
    snprintf(key, sizeof key, "mark.%zu.options", i);
    const char *options = golden_text(f.g, key);
    static const char *const modes[] = {"nan", "zero", "hold", "channel", "zero together=true"};
    for (size_t m = 0; m < 5; m++) {
      chain c;
      snprintf(text, sizeof text, "mark_artefacts mode=%s %s", modes[m], options);
      run(&f, text, &c);
      assert_int_equal(chain_out(&c)->n, f.n);
      assert_int_equal(chain_out(&c)->width, m == 3 ? 4 : 3);
      float held[3] = {0};
      for (size_t t = 0; t < f.n; t++) {
        const float *y = chain_out(&c)->v + t * chain_out(&c)->width, *x = f.x + t * 3;
        bool bad[3], any = false;
        for (size_t k = 0; k < 3; k++) any = (bad[k] = want[k * f.n + t] > 0) || any;
        if (m == 3) check_near((double)y[3], any, 0);
        for (size_t k = 0; k < 3; k++) {
          if (!bad[k]) held[k] = x[k];
          bool mine = m == 4 ? any : m != 3 && bad[k];
          float expect = !mine ? x[k] : m == 0 ? NAN : m == 2 ? held[k] : 0;
          if (isnan(expect) ? !isnan(y[k]) : !(y[k] == expect))
            fail_msg("%s: sample %zu of channel %zu is %g, not %g", text, t, k, (double)y[k], (double)expect);
        }
      }
      chain_stop(f.ctx, &c);
    }
  }
  chain c;
  check_ok(f.ctx, chain_start(f.ctx, "mark_artefacts mode=channel", &f.in, &c));
  assert_string_equal(chain_stream(&c)->channels.v[3], "bad");
  assert_string_equal(chain_stream(&c)->units.v[3], "1");
  chain_stop(f.ctx, &c);
  run(&f, "mark_artefacts amplitude=0.001 mode=zero exclude=[C4]", &c); /* what is not checked does not change */
  for (size_t t = 0; t < f.n; t++) check_near((double)chain_out(&c)->v[t * 3 + 1], (double)f.x[t * 3 + 1], 0);
  for (size_t t = 0; t < f.n; t++) check_near((double)chain_out(&c)->v[t * 3], 0, 0.001);
  chain_stop(f.ctx, &c);
  close_fixture(&f);
}

/* What has a NaN in it: it comes out as NaN, and the values behind are those of a run without it. */
static void check_left_out(void **arg)
{
  static const char *const stages[] = {"pcen", "whiten start_s=1.5", "denoise start_s=1.5", "robust_scale"};
  (void)arg;
  fixture f;
  open_fixture(&f, "s", 0);
  float *holed = malloc((f.n + 1) * f.width * sizeof *holed); /* one frame of NaN put in before frame 30 */
  memcpy(holed, f.x, 30 * f.width * sizeof *holed);
  for (size_t k = 0; k < f.width; k++) holed[30 * f.width + k] = k % 2 ? NAN : -INFINITY;
  memcpy(holed + 31 * f.width, f.x + 30 * f.width, (f.n - 30) * f.width * sizeof *holed);
  for (size_t i = 0; i < 4; i++) {
    chain a, b;
    check_ok(f.ctx, chain_run(f.ctx, stages[i], &f.in, f.x, f.n, &a));
    check_ok(f.ctx, chain_run(f.ctx, stages[i], &f.in, holed, f.n + 1, &b));
    const float *x = chain_out(&a)->v, *y = chain_out(&b)->v;
    assert_memory_equal(x, y, 30 * f.width * sizeof *x);
    for (size_t k = 0; k < f.width; k++) assert_true(isnan(y[30 * f.width + k]));
    assert_memory_equal(x + 30 * f.width, y + 31 * f.width, (f.n - 30) * f.width * sizeof *x);
    chain_stop(f.ctx, &a);
    chain_stop(f.ctx, &b);
  }
  free(holed);
  close_fixture(&f);
}

/* The first frame: what the head comments promise; and silence. */
static void check_start(void **arg)
{
  (void)arg;
  fixture f;
  chain c;
  open_fixture(&f, "s", 0);
  run(&f, "whiten start_s=0 floor_db=none", &c);
  for (size_t k = 0; k < f.width; k++) check_near((double)chain_out(&c)->v[k], 1, 1e-7);
  assert_string_equal(chain_stream(&c)->units.v[0], "1");
  chain_stop(f.ctx, &c);
  static const char *const zero[] = {"robust_scale", "robust_scale method=median", "denoise start=10"};
  for (size_t i = 0; i < 3; i++) {
    run(&f, zero[i], &c);
    for (size_t k = 0; k < f.width; k++) check_near((double)chain_out(&c)->v[k], 0, 0);
    chain_stop(f.ctx, &c);
  }
  memset(f.x, 0, f.n * f.width * sizeof *f.x);
  static const char *const silent[] = {
      "pcen", "whiten", "denoise", "denoise mode=gate", "robust_scale", "robust_scale method=median", "pcen bias=0"};
  for (size_t i = 0; i < 7; i++) {
    run(&f, silent[i], &c);
    for (size_t k = 0; k < f.n * f.width; k++) check_near((double)chain_out(&c)->v[k], 0, 0);
    chain_stop(f.ctx, &c);
  }
  close_fixture(&f);
}

/* ---- a real call in real noise of the sea ------------------------------------------------------------------------ */

enum { BANDS = 12, FRAMES = 210, CALL = 44, LATE = 151 };
typedef struct calls {
  bl_ctx *ctx;
  golden *g;
  bl_stream in;
  const double *call;  /* [band][frame] */
  double noise[BANDS]; /* mean power of the sea */
} calls;

static void open_calls(calls *f)
{
  *f = (calls){.ctx = bl_ctx_new(), .g = golden_open("calls")};
  double hz[BANDS];
  for (size_t k = 0; k < BANDS; k++) hz[k] = 900 + 1800 * (double)k;
  check_ok(f->ctx, chain_wave(f->ctx, 44100 / 1024.0, "a", "FS^2", &f->in));
  check_ok(f->ctx, bl_stream_set_bins(f->ctx, &f->in, BANDS, hz, NULL));
  const double *sea = golden_get(f->g, "sea")->v;
  for (size_t i = 0; i < BANDS * FRAMES; i++) f->noise[i / FRAMES] += sea[i] / FRAMES;
  f->call = golden_get(f->g, "call")->v;
  assert_int_equal(strtol(golden_text(f->g, "at"), NULL, 10), LATE);
}

/* Of the mixture `name`, whose call begins at frame `at`: the means of the stage's output over its input's mean, over
 * the places where the call stands 10 dB above the sea; and of its output over the two seconds behind. */
static void measure(const calls *f, const char *text, const char *name, size_t at, double *kept, double *loud,
                    double *behind)
{
  const double *x = golden_get(f->g, name)->v;
  float *v = malloc(BANDS * FRAMES * sizeof *v);
  double in = 0, out = 0, rest = 0;
  size_t n = 0, n_rest = 0;
  chain c;
  for (size_t i = 0; i < BANDS * FRAMES; i++) v[i % FRAMES * BANDS + i / FRAMES] = (float)x[i];
  check_ok(f->ctx, chain_run(f->ctx, text, &f->in, v, FRAMES, &c));
  assert_int_equal(chain_out(&c)->n, FRAMES);
  for (size_t k = 0; k < BANDS; k++)
    for (size_t t = at; t < FRAMES; t++) {
      double y = (double)chain_out(&c)->v[t * BANDS + k];
      if (t >= at + CALL + 2 && t < at + CALL + 88) rest += y, n_rest++;
      if (t >= at + CALL || f->call[k * CALL + t - at] < 10 * f->noise[k]) continue;
      in += x[k * FRAMES + t];
      out += y;
      n++;
    }
  assert_true(n > 50);
  *kept = out / in;
  *loud = out / (double)n;
  *behind = n_rest ? rest / (double)n_rest : (double)NAN;
  chain_stop(f->ctx, &c);
  free(v);
}

/* A call in the first second stands out and is kept as one that comes later, and the noise behind it is noise. Without
 * a start it is taken for the background. */
static void check_call_at_start(void **arg)
{
  (void)arg;
  calls f;
  double kept, loud, behind, late_kept, late_loud, none;
  open_calls(&f);
  measure(&f, "whiten", "early", 0, &kept, &loud, &behind);
  measure(&f, "whiten", "late", LATE, &late_kept, &late_loud, &none);
  assert_true(late_loud > 10 && loud > late_loud); /* 13.8; 758, for it does not count in its own background */
  assert_true(behind > 0.4 && behind < 2);         /* 0.47 */
  measure(&f, "whiten start_s=0", "early", 0, &kept, &loud, &behind);
  assert_true(loud < 1.1 && behind < 0.35); /* 1.004, 0.33 */
  measure(&f, "denoise", "early", 0, &kept, &loud, &behind);
  measure(&f, "denoise", "late", LATE, &late_kept, &late_loud, &none);
  assert_true(kept > 0.9 * late_kept && late_kept > 0.9); /* 0.87, 0.94 */
  measure(&f, "denoise start=10", "early", 0, &kept, &loud, &behind);
  assert_true(kept < 1e-4); /* 4e-6 */
  bl_stream_free(f.ctx, &f.in);
  golden_close(f.g);
  check_free(f.ctx);
}

/* What Vorbis left of the sea's highest band, 60 dB and more below the rest, stays below the noise. */
static void check_empty_band(void **arg)
{
  (void)arg;
  calls f;
  static const char *const texts[] = {"whiten", "whiten floor_db=none"};
  double mean[2][BANDS] = {{0}};
  open_calls(&f);
  const double *x = golden_get(f.g, "sea")->v;
  float v[BANDS * FRAMES];
  for (size_t i = 0; i < BANDS * FRAMES; i++) v[i % FRAMES * BANDS + i / FRAMES] = (float)x[i];
  for (size_t k = 0; k < 2; k++) {
    chain c;
    check_ok(f.ctx, chain_run(f.ctx, texts[k], &f.in, v, FRAMES, &c));
    for (size_t i = 0; i < BANDS * FRAMES; i++) mean[k][i % BANDS] += (double)chain_out(&c)->v[i] / FRAMES;
    chain_stop(f.ctx, &c);
  }
  for (size_t b = 0; b < BANDS; b++) { /* the last three lie 100 dB and more below the first */
    if (b < BANDS - 3) check_near(mean[0][b], mean[1][b], 0);
    else assert_true(mean[0][b] < 0.001 && mean[1][b] > 5);
  }
  bl_stream_free(f.ctx, &f.in);
  golden_close(f.g);
  check_free(f.ctx);
}

/* Golden values of RobustScaler on a quantised signal, whose quartiles now and then are one. */
static void check_coarse(void **arg)
{
  (void)arg;
  fixture f;
  chain c;
  open_fixture(&f, "x", 2);
  const golden_array *want = golden_get(f.g, "coarse");
  for (size_t i = 0; i < f.n * f.width; i++) f.x[i] = 16 * rintf(f.x[i] / 16);
  run(&f, "robust_scale method=median time_s=0.3", &c);
  float *got = malloc(f.n * f.width * sizeof *got);
  for (size_t i = 0; i < f.n * f.width; i++) got[i % f.width * f.n + i / f.width] = chain_out(&c)->v[i];
  golden_compare_f32(want, got, "coarse");
  free(got);
  chain_stop(f.ctx, &c);
  close_fixture(&f);
}

/* Microvolts, volts and parts of full scale give the same numbers; a constant gives 0 at any level. */
static void check_units(void **arg)
{
  (void)arg;
  enum { N = 2000 };
  static const char *const texts[] = {"robust_scale", "robust_scale method=median"};
  static const double factors[] = {1, 1e-6, 2e-5, 1e9};
  static float x[N], first[2][N];
  for (size_t k = 0; k < 8; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    chain c;
    double squares = 0;
    check_ok(ctx, chain_wave(ctx, 250, "a", "V", &in));
    for (size_t i = 0; i < N; i++) {
      bl_rng r = bl_rng_make(5, "units", i);
      x[i] = (float)(factors[k / 2] * (20 * bl_rng_normal(&r) + 300));
    }
    check_ok(ctx, chain_run(ctx, texts[k % 2], &in, x, N, &c));
    for (size_t i = 0; i < N; i++) squares += (double)(chain_out(&c)->v[i] * chain_out(&c)->v[i]) / N;
    check_near(sqrt(squares), k % 2 ? 0.74 : 1, 0.05); /* an interquartile range is 1.35 sd */
    if (k / 2 == 0) memcpy(first[k], chain_out(&c)->v, sizeof first[k]);
    for (size_t i = 0; i < N; i++) check_near((double)chain_out(&c)->v[i], (double)first[k % 2][i], 1e-4);
    chain_stop(ctx, &c);
    for (size_t i = 0; i < N; i++) x[i] = (float)(factors[k / 2] * 1.1);
    check_ok(ctx, chain_run(ctx, texts[k % 2], &in, x, N, &c));
    for (size_t i = 0; i < N; i++) check_near((double)chain_out(&c)->v[i], 0, 0);
    chain_stop(ctx, &c);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

/* The level of a signal is none of clicks' business: the same spikes come down to the same height above any of them. */
static void check_level(void **arg)
{
  (void)arg;
  enum { N = 4096 };
  static const double levels[] = {0, 5000, -131072};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  static float x[N], first[N];
  check_ok(ctx, chain_wave(ctx, 250, "a", "uV", &in));
  for (size_t k = 0; k < 3; k++) {
    chain c;
    double most = 0;
    for (size_t i = 0; i < N; i++) { /* multiples of 1/32, which the highest level can hold */
      bl_rng r = bl_rng_make(5, "level", i);
      x[i] = (float)(levels[k] + rint(20 * 32 * bl_rng_normal(&r)) / 32 + (i % 1000 == 500 ? 400 : 0));
    }
    check_ok(ctx, chain_run(ctx, "clicks", &in, x, N, &c));
    const float *y = chain_out(&c)->v;
    for (size_t i = 0; i < N; i++) {
      double d = (double)y[i] - levels[k];
      if (k == 0) first[i] = y[i];
      check_near(d, (double)first[i], 0.02);
      most = fmax(most, fabs(d));
    }
    assert_true(most < 100); /* 400 came in */
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static const struct {
  const char *before, *text, *part;
  bl_status code;
} bad[] = {
    {"", "pcen", "pcen: needs a spectrum", BL_E_CONFIG},
    {"stft n_fft=16 | ", "whiten", "whiten: needs a power spectrum", BL_E_CONFIG},
    {"stft n_fft=16 | power | db | ", "pcen", "'dB re uV^2'; put it before db", BL_E_CONFIG},
    {"stft n_fft=16 | power | log | ", "denoise", "put it before log", BL_E_CONFIG},
    {"stft n_fft=16 | ", "smooth", "smooth: needs real values", BL_E_CONFIG},
    {"", "smooth frames=4", "smooth: frames: 4 is even", BL_E_CONFIG},
    {"", "smooth bins=2", "smooth: bins: 2 is even", BL_E_CONFIG},
    {"stft n_fft=16 | power | ", "clicks", "clicks: needs a waveform", BL_E_CONFIG},
    {"", "mark_artefacts amplitude=3 flat_s=1", "flat_s has no effect without flat; give that", BL_E_CONFIG},
    {"", "mark_artefacts clip_run=4", "clip_run has no effect without clip", BL_E_CONFIG},
    {"", "detrend_whole order=3", "order has no effect without type: polynomial", BL_E_CONFIG},
    {"", "resample rate_hz=50 method=soxr pad=zero", "pad has no effect without method: polyphase", BL_E_CONFIG},
    {"", "resample rate_hz=50 quality=VHQ", "quality has no effect without method: soxr", BL_E_CONFIG},
    {"", "log log1p=true floor=1e-3", "floor has no effect without log1p: false", BL_E_CONFIG},
    {"stft n_fft=16 | power | ", "denoise start=10 start_s=1", "start_s has no effect without start", BL_E_CONFIG},
    {"", "clicks length=26", "make length at least 27", BL_E_RANGE},
    {"", "clicks length=101 threshold=10", "at most 10; make length at least 102", BL_E_RANGE},
    {"stft n_fft=16 | power | ", "mark_artefacts", "mark_artefacts: needs a waveform", BL_E_CONFIG},
    {"stft n_fft=16 | ", "robust_scale", "robust_scale: needs real values", BL_E_CONFIG},
    {"", "robust_scale method=median time_s=1e6", "make it shorter", BL_E_RANGE},
    {"", "mark_artefacts pad_s=1e6", "make them shorter", BL_E_RANGE},
    {"rename from=[C4] to=[bad] | ", "mark_artefacts mode=channel", "'bad' already", BL_E_CONFIG},
    {"to_unit unit=mV exclude=C4 | ", "mark_artefacts", "'C4' is in 'uV' but 'C3' in 'mV'", BL_E_CONFIG},
};

static void check_refusals(void **arg)
{
  (void)arg;
  fixture f;
  open_fixture(&f, "x", 3);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    chain c;
    char text[128];
    snprintf(text, sizeof text, "%s%s", bad[i].before, bad[i].text);
    check_fails(f.ctx, chain_start(f.ctx, text, &f.in, &c), bad[i].code, bad[i].part);
  }
  close_fixture(&f);
}

int main(void)
{
  enum { N_ROWS = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N_ROWS + 9];
  size_t n = 0;
  for (size_t i = 0; i < N_ROWS; i++)
    tests[n++] = (struct CMUnitTest){rows[i].text, check_golden, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_marks);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_left_out);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_start);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_coarse);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_units);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_call_at_start);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_empty_band);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_level);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_refusals);
  return _cmocka_run_group_tests("conditioning", tests, n, NULL, NULL);
}
