/* bench_template: 25 templates over noise at 2 kHz: stft of 256 samples every 64, decibels, and the summary template_match
 * with templates of 12 to 40 bins by 10 to 32 frames, at every place or within some bins of their own. Prints the
 * processor time, best of some runs, how many times as fast as real time that is, and the mean best score.
 * usage: bench_template SECONDS REPEATS SLACK */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "baleen/random.h"
#include "baleen/stage_chain.h"
#include "baleen/summary.h"

enum { RATE = 2000, N_TEMPLATES = 25, COLS = 3 + 32, BLOCK = 4096 };

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bl_ctx *ctx, bl_status s)
{
  if (!s) return;
  fprintf(stderr, "bench_template: %s\n", bl_ctx_error(ctx));
  exit(1);
}

/* A bank of rows of number, bin, frames, values, as peer_template.py makes it. */
static void set_bank(bl_ctx *ctx, bl_array *to)
{
  static double bank[N_TEMPLATES * 40 * COLS];
  bl_rng r = bl_rng_make(1, "bank", 0);
  size_t rows = 0;
  for (size_t k = 0; k < N_TEMPLATES; k++)
    for (size_t b = 0, height = 12 + 7 * k % 29; b < height; b++, rows++) {
      double *row = bank + rows * COLS;
      row[0] = (double)k;
      row[1] = (double)(10 + b);
      row[2] = (double)(10 + 5 * k % 23);
      for (size_t f = 0; f < 32; f++) row[3 + f] = f < (size_t)row[2] ? bl_rng_normal(&r) : 0;
    }
  need(ctx, bl_array_fill(ctx, to, rows, COLS, bank));
}

static double run_once(bl_ctx *ctx, bl_stage_chain *chain, const bl_summary_class *c, void *state, const float *x,
                       size_t n, float *row)
{
  const bl_span span = {.event = BL_NO_EVENT};
  const float *y;
  size_t n_y;
  double start = now();
  bl_stage_chain_reset(chain);
  need(ctx, c->begin(ctx, state, &span, 0));
  for (size_t at = 0; at < n; at += BLOCK) {
    need(ctx, bl_stage_chain_push(ctx, chain, x + at, n - at < BLOCK ? n - at : BLOCK, &y, &n_y));
    need(ctx, c->push(ctx, state, y, n_y));
  }
  need(ctx, bl_stage_chain_finish(ctx, chain, &y, &n_y));
  need(ctx, c->push(ctx, state, y, n_y));
  need(ctx, c->finish(ctx, state, row));
  return now() - start;
}

int main(int argc, char **argv)
{
  if (argc != 4) {
    fprintf(stderr, "usage: bench_template SECONDS REPEATS SLACK\n");
    return 2;
  }
  size_t seconds = strtoul(argv[1], NULL, 10), repeats = strtoul(argv[2], NULL, 10), n = seconds * RATE;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in = {.rate_hz = RATE, .source_rate_hz = RATE, .n_channels = 1, .n_bins = 1};
  bl_stage_chain *chain;
  bl_summary m;
  float *x = malloc(n * sizeof *x), row[3 * N_TEMPLATES];
  bl_rng r = bl_rng_make(2, "noise", 0);
  if (!x) return 1;
  for (size_t i = 0; i < n; i++) x[i] = (float)bl_rng_normal(&r);
  need(ctx, bl_texts_add(ctx, &in.channels, ""));
  need(ctx, bl_texts_add(ctx, &in.units, "FS"));
  need(ctx, bl_stage_chain_new(ctx, &in, &chain));
  need(ctx, bl_stage_chain_add_text(ctx, chain, "[{stft: {n_fft: 256, hop_length: 64, output: power}}, db]", NULL));
  need(ctx, bl_summary_new(ctx, "template_match", &m));
  need(ctx, bl_opts_set(ctx, "template_match", m.cls->opts, m.params, "slack", argv[3]));
  set_bank(ctx, bl_opts_array(m.cls->opts, m.params, "templates"));
  void *state = bl_calloc(ctx, 1, m.cls->state_size);
  if (!state) return 1;
  need(ctx, m.cls->init(ctx, m.params, bl_stage_chain_out(chain), state));
  double best = 1e9, mean = 0;
  for (size_t i = 0; i < repeats; i++) {
    double spent = run_once(ctx, chain, m.cls, state, x, n, row);
    if (spent < best) best = spent;
  }
  for (size_t k = 0; k < N_TEMPLATES; k++) mean += (double)row[3 * k] / N_TEMPLATES;
  printf("%.4g s, %.4g times real time, mean best score %.4f\n", best, (double)seconds / best, mean);
  m.cls->release(ctx, state);
  bl_free(ctx, state);
  bl_summary_free(ctx, &m);
  bl_stage_chain_free(ctx, chain);
  bl_stream_free(ctx, &in);
  bl_ctx_free(ctx);
  free(x);
  return 0;
}
