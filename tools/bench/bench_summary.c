/* bench_summary: a summary over epochs of one channel, on float32 samples from a file. Prints the processor time of one
 * epoch, in seconds, best of some runs, and the mean of the first number over the epochs.
 * usage: bench_summary FILE SAMPLES_AN_EPOCH REPEATS NAME [OPTION VALUE].. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "baleen/summary.h"

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bl_ctx *ctx, bl_status s)
{
  if (!s) return;
  fprintf(stderr, "bench_summary: %s\n", bl_ctx_error(ctx));
  exit(1);
}

static float *read_samples(const char *path, size_t *n)
{
  enum { MOST = 1 << 24 };
  FILE *f = fopen(path, "rb");
  float *x = malloc(MOST * sizeof *x);
  if (!f || !x) {
    fprintf(stderr, "bench_summary: cannot read %s\n", path);
    exit(1);
  }
  *n = fread(x, sizeof *x, MOST, f);
  fclose(f);
  return x;
}

/* Returns the mean of the first number. */
static double run_over(bl_ctx *ctx, const bl_summary_class *c, void *state, const float *x, size_t n, size_t epoch,
                       float *row)
{
  const bl_span span = {.end_s = (double)epoch, .event = BL_NO_EVENT};
  double sum = 0;
  size_t epochs = n / epoch;
  for (size_t i = 0; i < epochs; i++) {
    need(ctx, c->begin(ctx, state, &span, 0));
    need(ctx, c->push(ctx, state, x + i * epoch, epoch));
    need(ctx, c->finish(ctx, state, row));
    sum += (double)row[0];
  }
  return sum / (double)epochs;
}

int main(int argc, char **argv)
{
  if (argc < 5 || argc % 2 == 0) {
    fprintf(stderr, "usage: bench_summary FILE SAMPLES_AN_EPOCH REPEATS NAME [OPTION VALUE]..\n");
    return 2;
  }
  size_t n, epoch = strtoul(argv[2], NULL, 10), repeats = strtoul(argv[3], NULL, 10);
  float *x = read_samples(argv[1], &n);
  bl_ctx *ctx = bl_ctx_new();
  bl_summary m;
  bl_feature_names names;
  bl_stream in = {.rate_hz = 250, .source_rate_hz = 250, .n_channels = 1, .n_bins = 1};
  need(ctx, bl_texts_add(ctx, &in.channels, ""));
  need(ctx, bl_texts_add(ctx, &in.units, "uV"));
  need(ctx, bl_summary_new(ctx, argv[4], &m));
  for (int i = 5; i + 1 < argc; i += 2)
    need(ctx, bl_opts_set(ctx, argv[4], m.cls->opts, m.params, argv[i], argv[i + 1]));
  need(ctx, bl_summary_shape(ctx, &m, &in, &names));
  void *state = bl_calloc(ctx, 1, m.cls->state_size);
  float *row = bl_calloc(ctx, names.names.n, sizeof *row);
  if (!state || !row) return 1;
  need(ctx, m.cls->init(ctx, m.params, &in, state));
  double best = 1e9, mean = 0;
  for (size_t i = 0; i < repeats; i++) {
    double start = now();
    mean = run_over(ctx, m.cls, state, x, n, epoch, row);
    double spent = (now() - start) / (double)(n / epoch);
    best = spent < best ? spent : best;
  }
  printf("%.3g %.6g\n", best, mean);
  m.cls->release(ctx, state);
  bl_free(ctx, state);
  bl_free(ctx, row);
  bl_feature_names_free(ctx, &names);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  bl_ctx_free(ctx);
  free(x);
  return 0;
}
