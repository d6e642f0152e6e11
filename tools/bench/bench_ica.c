/* Times ICA on samples from a file, and prints the seconds that takes, best of some runs, with passes and
 * whether the search came to its end.
 * usage: bench_ica REPEATS CHANNELS FRAMES FILE [THREADS]; FILE holds float32 frames */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "baleen/ica.h"

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

int main(int argc, char **argv)
{
  if (argc < 5) return fprintf(stderr, "usage: bench_ica REPEATS CHANNELS FRAMES FILE [THREADS]\n"), 2;
  bl_ctx *ctx = bl_ctx_new();
  size_t c = (size_t)atoi(argv[2]), n = (size_t)atoi(argv[3]);
  bl_ctx_set_threads(ctx, argc > 5 ? (size_t)atoi(argv[5]) : 1);
  float *x = bl_calloc(ctx, n, c * sizeof *x);
  FILE *f = fopen(argv[4], "rb");
  if (!x || !f || fread(x, sizeof *x, n * c, f) != n * c) return fprintf(stderr, "%s: too short\n", argv[4]), 1;
  fclose(f);
  bl_texts units = {0};
  for (size_t i = 0; i < c; i++) need(ctx, bl_texts_add(ctx, &units, "uV"));
  const bl_ica_params p = {
      .tol = {.word = 0}, .max_iter = {.word = 0}, .n_components = {.word = -1, .real = (double)c}};
  double best = 1e9;
  bl_ica ica = {0};
  for (int i = 0; i < atoi(argv[1]); i++) {
    bl_ica_free(ctx, &ica);
    double before = now_s();
    need(ctx, bl_ica_fit(ctx, &p, x, n, c, &units, &ica));
    best = fmin(best, now_s() - before);
  }
  printf("%.3f %zu %s\n", best, ica.n_iter, ica.converged ? "converged" : "not converged");
  bl_ica_free(ctx, &ica);
  bl_texts_free(ctx, &units);
  bl_free(ctx, x);
  bl_ctx_free(ctx);
  return 0;
}
