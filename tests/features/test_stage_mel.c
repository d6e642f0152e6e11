/* mel, db, top_db, log and dct against the golden filter banks, decibels and cepstra. */
#include "chain.h"
#include "filters.h"
#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = "stft n_fft=1024 hop_length=64 output=power"},
    {.input = POWER_SPECTRUM, .options = "n_mels=7 htk=true norm=none fmin=3 fmax=99"},
    {.input = POWER_SPECTRUM, .options = "n_mels=5 norm=1 triangles=scale append_energy=true"},
    {.input = POWER_SPECTRUM, .options = "n_mels=5 norm=2 triangles=bins"},
    {.input = POWER_SPECTRUM, .options = "n_mels=5 norm=inf"},
    {.input = POWER_SPECTRUM, .options = "n_mels=5 output=centroid"},
};

struct row {
  const char *name;
  double rate;
  size_t n_fft;
  const char *chain;
};
static const struct row dense[] = {
    {"slaney40", 4000, 256, "mel n_mels=40"},
    {"htk26", 4000, 256, "mel n_mels=26 htk=true norm=none"},
    {"band20", 4000, 256, "mel n_mels=20 fmin=50 fmax=1500"},
    {"htknorm24", 8000, 512, "mel n_mels=24 htk=true fmin=100 fmax=3800"},
};
static const struct row sparse[] = {{"full128.nonzero", 22050, 2048, "mel"}, {"esc128.nonzero", 44100, 2048, "mel"}};

static void check_dense(void **arg)
{
  const struct row *r = *arg;
  filters_check("mel", r->name, r->rate, r->n_fft, r->chain);
}

static void check_sparse(void **arg)
{
  const struct row *r = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("mel");
  const golden_array *want = golden_get(g, r->name);
  chain c;
  check_ok(ctx, filters_run(ctx, r->rate, r->n_fft, r->chain, &c));
  const bl_frames *out = chain_out(&c);
  size_t at = 0;
  for (size_t m = 0; m < out->width; m++)
    for (size_t k = 0; k < out->n; k++) {
      const double *row = want->v + 3 * at;
      bool listed = at < want->rows && row[0] == (double)m && row[1] == (double)k;
      golden_compare_one(listed ? row[2] : 0, (double)out->v[k * out->width + m], 1e-6, 1e-9, r->name);
      at += listed;
    }
  assert_int_equal(at, want->rows);
  assert_string_equal(chain_stream(&c)->bins.v[127], "mel_127");
  chain_stop(ctx, &c);
  golden_close(g);
  check_free(ctx);
}

/* Chains from the waveform of stft.txt on: array of which golden file, chain. */
struct path {
  const char *topic, *name, *chain;
};
#define SPECTRUM "stft n_fft=256 hop_length=64 | power | "
static const struct path paths[] = {
    {"mel", "power40", SPECTRUM "mel n_mels=40"},
    {"mel", "power26", SPECTRUM "mel n_mels=26 htk=true norm=none"},
    {"mfcc", "logmel", SPECTRUM "mel n_mels=40 | db | top_db"},
    {"mfcc", "mfcc.13", SPECTRUM "mel n_mels=40 | db | top_db | dct n_mfcc=13"},
    {"mfcc", "mfcc.20.nofloor", SPECTRUM "mel n_mels=40 | db | dct"},
};

static void check_path(void **arg)
{
  const struct path *p = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("stft"), *w = golden_open(p->topic);
  const golden_array *gx = golden_get(g, "x"), *want = golden_get(w, p->name);
  float x[2000];
  bl_stream in;
  chain c;
  for (size_t i = 0; i < 2000; i++) x[i] = (float)gx->v[i];
  check_ok(ctx, chain_wave(ctx, 4000, "a", "FS", &in));
  check_ok(ctx, chain_run(ctx, p->chain, &in, x, 2000, &c));
  assert_int_equal(chain_out(&c)->n, want->rows);
  assert_int_equal(chain_out(&c)->width, want->cols);
  golden_compare_f32(want, chain_out(&c)->v, p->name);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  golden_close(g);
  golden_close(w);
  check_free(ctx);
}

static const struct path decibels[] = {
    {"db", "plain", "db"},          {"db", "top80", "db | top_db"},           {"db", "ref2", "db ref=2.5"},
    {"db", "amin", "db amin=1e-3"}, {"db", "top20", "db | top_db top_db=20"}, {"db", "amplitude.top80", "db | top_db"},
};

static void check_db(void **arg)
{
  const struct path *p = *arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open(p->topic);
  const golden_array *s = golden_get(g, "s");
  float x[60];
  bl_stream in;
  chain c;
  assert_int_equal(s->rows, 60);
  for (size_t i = 0; i < 60; i++) x[i] = (float)s->v[i];
  check_ok(ctx, chain_wave(ctx, 10, "a", "uV^2", &in));
  check_ok(ctx, chain_run(ctx, p->chain, &in, x, 60, &c));
  golden_compare_f32(golden_get(g, p->name), chain_out(&c)->v, p->name);
  assert_string_equal(chain_stream(&c)->units.v[0], "dB re uV^2");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* The fast logarithm over the whole range of float32, and floors, NaN and infinities. */
static void check_log(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  enum { N = 20000 };
  float *x = calloc(N, sizeof *x);
  bl_stream in;
  chain c;
  bl_rng r = bl_rng_make(1, "test log", 0);
  for (size_t i = 0; i < N; i++) x[i] = (float)exp(bl_rng_between(&r, -85, 88));
  for (size_t i = 0; i < 2000; i++) x[i] = (float)(1 + bl_rng_between(&r, -0.01, 0.01));
  static const float odd[] = {0, -1, NAN, INFINITY, -INFINITY, 1, 3.4e38F, 1e-37F, 1e-40F};
  memcpy(x, odd, sizeof odd);
  check_ok(ctx, chain_wave(ctx, 10, "a", "uV", &in));
  check_ok(ctx, chain_run(ctx, "log floor=1e-37", &in, x, N, &c));
  const float *y = chain_out(&c)->v;
  for (size_t i = 9; i < N; i++) {
    double want = log((double)x[i]);
    check_near((double)y[i], want, 2 * 1.2e-7 * fabs(want) + 1e-12);
  }
  check_near((double)y[0], log(1e-37), 1e-5);
  check_near((double)y[1], log(1e-37), 1e-5);
  assert_true(isnan(y[2]));
  assert_true(isinf(y[3]) && y[3] > 0);
  check_near((double)y[4], log(1e-37), 1e-5);
  check_near((double)y[5], 0, 0);
  check_near((double)y[8], log(1e-37), 1e-5);
  assert_string_equal(chain_stream(&c)->units.v[0], "ln(uV)");
  chain_stop(ctx, &c);
  check_ok(ctx, chain_run(ctx, "log log1p=true", &in, x + 1990, 20, &c));
  for (size_t i = 0; i < 20; i++) {
    double want = log1p((double)x[1990 + i]);
    check_near((double)chain_out(&c)->v[i], want, 2e-7 * fabs(want));
  }
  chain_stop(ctx, &c);
  static const float quiet[] = {1e-8F, 1, NAN};
  check_ok(ctx, chain_run(ctx, "db floor_db=-60", &in, quiet, 3, &c));
  check_near((double)chain_out(&c)->v[0], -60, 0);
  check_near((double)chain_out(&c)->v[1], 0, 0);
  assert_true(isnan(chain_out(&c)->v[2]));
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  free(x);
  check_free(ctx);
}

/* dct on rows of numbers, whole, without c0, and liftered. */
static void check_dct(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("mfcc");
  const golden_array *v = golden_get(g, "dct.in"), *want = golden_get(g, "dct.out");
  bl_stream in;
  chain c;
  float x[80];
  for (size_t i = 0; i < 80; i++) x[i] = (float)v->v[i];
  check_ok(ctx, chain_wave(ctx, 800, "a", "dB", &in));
  check_ok(ctx, chain_run(ctx, "frame frame_length=10 | dct n_mfcc=10", &in, x, 80, &c));
  golden_compare_f32(want, chain_out(&c)->v, "dct.out");
  chain_stop(ctx, &c);
  check_ok(ctx, chain_run(ctx, "frame frame_length=10 | dct n_mfcc=7 first=1 lifter=22", &in, x, 80, &c));
  assert_int_equal(chain_out(&c)->width, 6);
  assert_string_equal(chain_stream(&c)->bins.v[0], "mfcc_1");
  for (size_t i = 0; i < 8; i++)
    for (size_t k = 0; k < 6; k++) {
      double lift = 1 + 11 * sin(3.14159265358979323846 * (double)(k + 2) / 22);
      check_near((double)chain_out(&c)->v[i * 6 + k], want->v[i * 10 + k + 1] * lift, 1e-5);
    }
  chain_stop(ctx, &c);
  check_fails(ctx, chain_start(ctx, "frame frame_length=10 | dct n_mfcc=11", &in, &c), BL_E_RANGE,
              "more than the 10 bins");
  check_fails(ctx, chain_start(ctx, "frame frame_length=10 | dct n_mfcc=3 first=3", &in, &c), BL_E_CONFIG,
              "leaves nothing");
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* Too many filters for the spectrum: said by a warning, and those filters give 0. */
static void check_empty_filters(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  chain c;
  check_ok(ctx, filters_run(ctx, 8000, 32, "mel n_mels=64", &c));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 1);
  chain_stop(ctx, &c);
  check_free(ctx);
}

/* A frame that holds a NaN or an infinity in one bin spoils the filters over that bin, and no others, neither its own
 * nor those of the frames that are summed beside it. */
static void check_broken_bins(void **arg)
{
  (void)arg;
  enum { RATE = 8000, N_FFT = 256, BINS = 129, FRAMES = 7, MELS = 40 };
  bl_ctx *ctx = bl_ctx_new();
  chain filters, c;
  bl_stream in;
  static float x[FRAMES * BINS], clean[FRAMES * MELS];
  check_ok(ctx, filters_run(ctx, RATE, N_FFT, "mel n_mels=40", &filters));
  const float *weight = chain_out(&filters)->v; /* [bin][mel] */
  check_ok(ctx, chain_wave(ctx, RATE, "a", "FS^2", &in));
  double hz[BINS];
  for (size_t k = 0; k < BINS; k++) hz[k] = (double)k * RATE / N_FFT;
  check_ok(ctx, bl_stream_set_bins(ctx, &in, BINS, hz, NULL));
  for (size_t i = 0; i < FRAMES * BINS; i++) x[i] = (float)(i % 17) + 0.5F;
  check_ok(ctx, chain_run(ctx, "mel n_mels=40", &in, x, FRAMES, &c));
  memcpy(clean, chain_out(&c)->v, sizeof clean);
  chain_stop(ctx, &c);
  for (size_t k = 0; k < BINS; k++) {
    size_t frame = k % FRAMES;
    float kept = x[frame * BINS + k];
    x[frame * BINS + k] = k % 2 ? NAN : INFINITY;
    check_ok(ctx, chain_run(ctx, "mel n_mels=40", &in, x, FRAMES, &c));
    const float *y = chain_out(&c)->v;
    for (size_t i = 0; i < FRAMES * MELS; i++) {
      bool spoilt = i / MELS == frame && weight[k * MELS + i % MELS] > 0;
      assert_true(spoilt ? !isfinite(y[i]) : y[i] == clean[i]);
    }
    chain_stop(ctx, &c);
    x[frame * BINS + k] = kept;
  }
  chain_stop(ctx, &filters);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* clang-format off */
#define ADD(table, check) \
  for (size_t i = 0; i < sizeof(table) / sizeof *(table); i++) \
    tests[n++] = (struct CMUnitTest){(table)[i].name, check, NULL, NULL, (void *)(uintptr_t)&(table)[i]}
/* clang-format on */

int main(void)
{
  struct CMUnitTest tests[32];
  size_t n = 0;
  ADD(dense, check_dense);
  ADD(sparse, check_sparse);
  ADD(paths, check_path);
  ADD(decibels, check_db);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_log);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_dct);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_empty_filters);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(check_broken_bins);
  return STAGE_SUITE("mel", cases, tests, n);
}
