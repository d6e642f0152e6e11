/* Times a summary of many channels over one segment of seeded noise, and prints the seconds that takes, best of some runs.
 * usage: bench_channels REPEATS CHANNELS RATE_HZ SECONDS NAME [OPTION=VALUE ...]
 *   bench_channels 5 64 160 200 spectral_connectivity_epochs "method=[wpli]" mode=fourier window_s=2 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baleen/random.h"
#include "baleen/summary.h"

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bl_ctx *ctx, bl_status s)
{
  if (!s) return;
  fprintf(stderr, "%s\n", bl_ctx_error(ctx));
  exit(1);
}

static void describe(bl_ctx *ctx, size_t n_channels, double rate_hz, bl_stream *in)
{
  *in = (bl_stream){.rate_hz = rate_hz, .source_rate_hz = rate_hz, .n_channels = n_channels, .n_bins = 1};
  for (size_t c = 0; c < n_channels; c++) {
    need(ctx, bl_texts_addf(ctx, &in->channels, "c%zu", c));
    need(ctx, bl_texts_add(ctx, &in->units, "uV"));
  }
}

static double once(bl_ctx *ctx, const bl_summary *m, void *state, const float *x, size_t n, float *row)
{
  const bl_span span = {.start_s = 0, .end_s = INFINITY, .event = BL_NO_EVENT};
  double before = now_s();
  need(ctx, m->cls->begin(ctx, state, &span, 0));
  need(ctx, m->cls->push(ctx, state, x, n));
  need(ctx, m->cls->finish(ctx, state, row));
  return now_s() - before;
}

int main(int argc, char **argv)
{
  if (argc < 6)
    return fprintf(stderr, "usage: bench_channels REPEATS CHANNELS RATE_HZ SECONDS NAME [OPTION=VALUE ...]\n"), 2;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  bl_feature_names names;
  size_t n_channels = (size_t)atoi(argv[2]);
  double rate_hz = atof(argv[3]), best = 1e9;
  describe(ctx, n_channels, rate_hz, &in);
  need(ctx, bl_summary_new(ctx, argv[5], &m));
  for (int i = 6; i < argc; i++) {
    char *equals = strchr(argv[i], '=');
    if (!equals) return fprintf(stderr, "'%s' is no OPTION=VALUE\n", argv[i]), 2;
    *equals = '\0';
    need(ctx, bl_opts_set(ctx, argv[5], m.cls->opts, m.params, argv[i], equals + 1));
  }
  need(ctx, bl_summary_shape(ctx, &m, &in, &names));
  size_t n = (size_t)(rate_hz * atof(argv[4]));
  float *x = bl_calloc(ctx, n, n_channels * sizeof *x), *row = bl_calloc(ctx, names.names.n, sizeof *row);
  void *state = bl_calloc(ctx, 1, m.cls->state_size);
  if (!x || !row || !state) return 1;
  bl_rng rng = bl_rng_make(1, "bench", 0);
  for (size_t i = 0; i < n * n_channels; i++) x[i] = (float)bl_rng_normal(&rng);
  need(ctx, m.cls->init(ctx, m.params, &in, state));
  for (int i = 0; i < atoi(argv[1]); i++) best = fmin(best, once(ctx, &m, state, x, n, row));
  printf("%.6f\n", best);
  m.cls->release(ctx, state);
  bl_free(ctx, state);
  bl_free(ctx, x);
  bl_free(ctx, row);
  bl_feature_names_free(ctx, &names);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  bl_ctx_free(ctx);
  return 0;
}
