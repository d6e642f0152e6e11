/* local_contrast and pool against golden numbers, and what stage.h promises of the former. */
#include <string.h>

#include "golden.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM " | db", .options = "frames=7 bins=9 inner_frames=3 inner_bins=5", .reach = 3},
    {.options = "frames=9 bins=1 inner_frames=1 inner_bins=1", .reach = 4},
};

/* Runs `text` on a golden array [bin][frame], at 20 frames a second, bins 50 Hz apart up to half the rate. */
static bl_status run(bl_ctx *ctx, const golden_array *x, const char *text, chain *c)
{
  bl_stream in, spectrum = {0};
  float *v = malloc(x->rows * x->cols * sizeof *v);
  double *hz = malloc(x->rows * sizeof *hz);
  for (size_t k = 0; k < x->rows; k++) hz[k] = 50 * (double)k;
  for (size_t i = 0; i < x->rows * x->cols; i++) v[i % x->cols * x->rows + i / x->cols] = (float)x->v[i];
  bl_status s = chain_wave(ctx, 20, "a", "dB FS^2", &in);
  in.source_rate_hz = 3300;
  if (!s) s = bl_stream_copy(ctx, &in, &spectrum);
  if (!s) s = bl_stream_set_bins(ctx, &spectrum, x->rows, hz, NULL);
  if (!s) s = chain_run(ctx, text, &spectrum, v, x->cols, c);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &spectrum);
  free(v);
  free(hz);
  return s;
}

static const struct row {
  const char *name, *input, *text;
} rows[] = {
    {"contrast", "x", "local_contrast"},
    {"contrast.bins", "x", "local_contrast bins=9 inner_bins=5"},
    {"contrast.frames", "x", "local_contrast frames=15 inner_frames=3 bins=1 inner_bins=1"},
    {"contrast.both", "x", "local_contrast frames=5 bins=7 inner_frames=3 inner_bins=3"},
    {"broken", "y", "local_contrast frames=5 bins=7 inner_frames=3 inner_bins=3"},
    {"pool", "x", "pool n_bands=5"},
    {"pool.mean", "x", "pool n_bands=3 fmin=200 fmax=1400 method=mean"},
    {"pool.nan", "y", "clip max=1000 | pool n_bands=5"},
};

static void check_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("contrast");
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    chain c;
    check_ok(ctx, run(ctx, golden_get(g, rows[r].input), rows[r].text, &c));
    const golden_array *want = golden_get(g, rows[r].name);
    const bl_frames *out = chain_out(&c);
    assert_int_equal(out->n, want->cols);
    assert_int_equal(out->width, want->rows);
    float *got = malloc(out->n * out->width * sizeof *got);
    for (size_t i = 0; i < out->n * out->width; i++) got[i % out->width * out->n + i / out->width] = out->v[i];
    golden_compare_f32(want, got, rows[r].text);
    free(got);
    chain_stop(ctx, &c);
  }
  golden_close(g);
  check_free(ctx);
}

/* A tone that is three bins wide is not measured against itself, one that is wider is. */
static void leaves_the_ridge_out(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  double v[21 * 4] = {0};
  golden_array x = {.rows = 21, .cols = 4, .v = v};
  for (size_t k = 9; k < 12; k++)
    for (size_t f = 0; f < 4; f++) v[k * 4 + f] = 12;
  static const struct {
    const char *text;
    double want;
  } table[] = {{"local_contrast bins=9 inner_bins=5", 12},                 /* at bin 10, the zone covers 8 to 12 */
               {"local_contrast bins=9 inner_bins=1", 12 - 2 * 12.0 / 8}}; /* two of eight neighbours are of the tone */
  for (size_t i = 0; i < 2; i++) {
    chain c;
    check_ok(ctx, run(ctx, &x, table[i].text, &c));
    check_near((double)chain_out(&c)->v[10], table[i].want, 1e-6);
    chain_stop(ctx, &c);
  }
  check_free(ctx);
}

static void says_what_does_not_fit(void **state)
{
  (void)state;
  static const struct {
    const char *text, *want;
    bl_status code;
  } table[] = {
      {"local_contrast bins=8", "bins: 8 is even", BL_E_CONFIG},
      {"local_contrast inner_frames=2 frames=3", "inner_frames: 2 is even", BL_E_CONFIG},
      {"local_contrast bins=3", "1 x 3 (inner_frames x inner_bins) leave nothing of 1 x 3", BL_E_CONFIG},
      {"local_contrast inner_frames=3", "leave nothing of 1 x 65", BL_E_CONFIG},
      {"pool fmin=500 fmax=400", "fmin 500 Hz is not below fmax 400 Hz", BL_E_RANGE},
      {"pool fmax=1700", "above half the sampling rate, 1650 Hz", BL_E_RANGE},
      {"pool n_bands=35", "of 35 holds no frequency", BL_E_RANGE},
  };
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("contrast");
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    chain c;
    check_fails(ctx, run(ctx, golden_get(g, "x"), table[i].text, &c), table[i].code, table[i].want);
    chain_stop(ctx, &c);
  }
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  static const struct CMUnitTest own[] = {
      cmocka_unit_test(check_golden),
      cmocka_unit_test(leaves_the_ridge_out),
      cmocka_unit_test(says_what_does_not_fit),
  };
  return STAGE_SUITE("local_contrast", cases, own, sizeof own / sizeof *own);
}
