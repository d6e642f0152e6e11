/* pcen: what stage.h promises. */
#include "npy.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM " | mel n_mels=9",
     .options = "power=0 time_constant=2",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "bias=0 power=0.25 gain=0.5",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "eps=1e-3 scale=100",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "b=0.025 max_size=4 start=0",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "gain=3",
     .unbounded = "what is left out of the mean is missing in all that follow"},
};

/* What is carried from one frame to the next is what librosa gives back and takes (zf, zi): 20 frames, and then the
 * others from where those ended. */
static void check_carried(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("inputs/tico_mel40"), *first = npy_open("librosa/pcen_zi.out"),
      *then = npy_open("librosa/pcen_zi_cont");
  size_t bins = in->dim[0], n = in->dim[1];
  float *x = calloc(in->n, sizeof *x);
  double *hz = calloc(bins, sizeof *hz);
  for (size_t i = 0; i < in->n; i++) x[i % n * bins + i / n] = (float)in->v[i];
  for (size_t k = 0; k < bins; k++) hz[k] = (double)k;
  bl_stream stream;
  chain c;
  check_ok(ctx, chain_wave(ctx, 22050.0 / 256, "a", "FS", &stream));
  check_ok(ctx, bl_stream_set_bins(ctx, &stream, bins, hz, NULL));
  check_ok(ctx, chain_run(ctx, "pcen scale=2147483648", &stream, x, n, &c));
  free(hz);
  const bl_frames *out = chain_out(&c);
  npy_compare_frames(first, out->v, 20, out->width, 1e-6, "the first 20");
  npy_compare_frames(then, out->v + 20 * out->width, out->n - 20, out->width, 1e-6, "those behind them");
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &stream);
  free(x);
  npy_close(in);
  npy_close(first);
  npy_close(then);
  check_free(ctx);
}

/* Against the formula in double precision, over all that floats can be, by the usual options and by odd ones. */
static void check_formula(void **arg)
{
  (void)arg;
  static const struct {
    const char *text;
    double gain, bias, power, eps, b;
  } rows[] = {{"pcen b=0.2", 0.98, 2, 0.5, 1e-6, 0.2},
              {"pcen b=0.7 gain=0.5 bias=1e-4 power=0.1 eps=1e-9", 0.5, 1e-4, 0.1, 1e-9, 0.7},
              {"pcen b=0.5 gain=3", 3, 2, 0.5, 1e-6, 0.5},
              {"pcen b=0.5 bias=0 power=0.3", 0.98, 0, 0.3, 1e-6, 0.5},
              {"pcen b=0.5 power=0", 0.98, 1, 0, 1e-6, 0.5}};
  enum { N = 400 };
  float x[N];
  for (size_t i = 0; i < N; i++) x[i] = (float)(i % 7 ? exp(-80 + 160 * fmod((double)i * 0.618034, 1)) : 0);
  bl_ctx *ctx = bl_ctx_new();
  bl_stream stream;
  check_ok(ctx, chain_wave(ctx, 100, "a", "FS", &stream));
  check_ok(ctx, bl_stream_set_bins(ctx, &stream, 1, &(double){10}, NULL));
  for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
    chain c;
    double m = 1, p = rows[r].power, bias = rows[r].bias;
    check_ok(ctx, chain_run(ctx, rows[r].text, &stream, x, N, &c));
    for (size_t i = 0; i < N; i++) {
      m = (1 - rows[r].b) * m + rows[r].b * (double)x[i];
      double u = (double)x[i] * pow(rows[r].eps + m, -rows[r].gain);
      double want = p == 0 ? log1p(u) : bias == 0 ? pow(u, p) : pow(bias, p) * expm1(p * log1p(u / bias));
      double got = (double)chain_out(&c)->v[i];
      if (!(fabs(got - want) <= 1e-38 + 2e-7 * want))
        fail_msg("%s: %g: %.9g, not %.9g", rows[r].text, (double)x[i], got, want);
    }
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &stream);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_carried), cmocka_unit_test(check_formula)};
  return STAGE_SUITE("pcen", cases, tests, sizeof tests / sizeof *tests);
}
