/* bench_logmel: seconds that log-mel of an hour at 16 kHz takes, stage by stage. Noise in memory, one thread, blocks of
 * a size to be given (default 16384 samples); best of five. n_fft 1024, hop 256, 64 mels. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "baleen/random.h"
#include "baleen/stage.h"

enum { RATE = 16000, SECONDS = 3600, N_STAGES = 4 };

static const struct {
  const char *name, *options[4];
} stages[N_STAGES] = {
    {"stft", {"n_fft", "1024", "hop_length", "256"}},
    {"power", {NULL}},
    {"mel", {"n_mels", "64"}},
    {"db", {NULL}},
};

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct bench {
  bl_stage stage[N_STAGES];
  bl_stage_run run[N_STAGES];
  bl_frames out[N_STAGES];
  double spent[N_STAGES];
  size_t frames;
} bench;

static bl_status push(bl_ctx *ctx, bench *b, const float *x, size_t n, bool end)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < N_STAGES; i++) {
    double t = now();
    b->out[i].n = 0;
    s = b->run[i].cls->push(ctx, b->run[i].state, x, n, &b->out[i]);
    if (!s && end && b->run[i].cls->finish) s = b->run[i].cls->finish(ctx, b->run[i].state, &b->out[i]);
    x = b->out[i].v;
    n = b->out[i].n;
    b->spent[i] += now() - t;
  }
  b->frames += n;
  return s;
}

int main(int argc, char **argv)
{
  size_t block = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 16384, n = (size_t)RATE * 60;
  bl_ctx *ctx = bl_ctx_new();
  float *x = ctx ? bl_calloc(ctx, n, sizeof *x) : NULL;
  if (!x || !block) return 1;
  bl_rng r = bl_rng_make(1, "bench", 0);
  for (size_t i = 0; i < n; i++) x[i] = (float)(0.1 * bl_rng_normal(&r));
  bench b = {0};
  bl_stream in = {.rate_hz = RATE, .source_rate_hz = RATE, .n_channels = 1, .n_bins = 1};
  bl_status s = bl_texts_add(ctx, &in.channels, "a");
  if (!s) s = bl_texts_add(ctx, &in.units, "FS");
  for (size_t i = 0; !s && i < N_STAGES; i++) {
    s = bl_stage_new(ctx, stages[i].name, &b.stage[i]);
    for (size_t k = 0; !s && k < 4 && stages[i].options[k]; k += 2)
      s = bl_opts_set(ctx, stages[i].name, b.stage[i].cls->opts, b.stage[i].params, stages[i].options[k],
                      stages[i].options[k + 1]);
    if (!s) s = bl_stage_start(ctx, &b.stage[i], i ? &b.run[i - 1].out : &in, &b.run[i]);
    if (!s) b.out[i].width = bl_stream_width(&b.run[i].out);
  }
  double best = 1e9, part[N_STAGES] = {0};
  for (int turn = 0; !s && turn < 5; turn++) {
    for (size_t i = 0; i < N_STAGES; i++) b.spent[i] = 0;
    b.frames = 0;
    double t = now();
    for (int minute = 0; !s && minute < SECONDS / 60; minute++)
      for (size_t at = 0; !s && at < n; at += block) s = push(ctx, &b, x + at, n - at < block ? n - at : block, false);
    if (!s) s = push(ctx, &b, x, 0, true);
    if (now() - t < best) {
      best = now() - t;
      for (size_t i = 0; i < N_STAGES; i++) part[i] = b.spent[i];
    }
    for (size_t i = 0; i < N_STAGES; i++)
      if (!s && b.run[i].cls->reset) b.run[i].cls->reset(b.run[i].state);
  }
  if (s) fprintf(stderr, "bench_logmel: %s\n", bl_ctx_error(ctx));
  else {
    printf("%zu frames in %.3f s:", b.frames, best);
    for (size_t i = 0; i < N_STAGES; i++) printf(" %s %.3f", stages[i].name, part[i]);
    printf("\n");
  }
  for (size_t i = 0; i < N_STAGES; i++) {
    bl_stage_stop(ctx, &b.run[i]);
    bl_stage_free(ctx, &b.stage[i]);
    bl_frames_free(ctx, &b.out[i]);
  }
  bl_stream_free(ctx, &in);
  bl_free(ctx, x);
  bl_ctx_free(ctx);
  return s ? 1 : 0;
}
