/* bench_logmel: log-mel of a sound file (n_fft 1024, hop 256, 64 mels) by our stages, stage by stage, beside the bare
 * minimum: libsndfile reads it and FFTW transforms as many frames, with nothing else. One thread, processor time, best
 * of some runs of both in turn. FFTW's plan is the best that FFTW_MEASURE finds.
 * usage: bench_logmel FILE [REPEATS [SAMPLES A BLOCK]] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fftw3.h>
#include <sndfile.h>

#include "baleen/recording.h"
#include "baleen/stage.h"

enum { N_FFT = 1024, HOP = 256, N_STAGES = 3, READ = N_STAGES, N_PARTS };

static const struct {
  const char *name, *options[6];
} stages[N_STAGES] = {
    {"stft", {"n_fft", "1024", "hop_length", "256", "output", "power"}},
    {"mel", {"n_mels", "64"}},
    {"db", {NULL}},
};

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void need(bl_ctx *ctx, bl_status s)
{
  if (!s) return;
  fprintf(stderr, "bench_logmel: %s\n", bl_ctx_error(ctx));
  exit(1);
}

typedef struct bench {
  bl_stage stage[N_STAGES];
  bl_stage_run run[N_STAGES];
  bl_frames out[N_STAGES];
  double spent[N_PARTS];
  size_t frames;
} bench;

static void set_up(bl_ctx *ctx, bench *b, const bl_stream *in)
{
  for (size_t i = 0; i < N_STAGES; i++) {
    need(ctx, bl_stage_new(ctx, stages[i].name, &b->stage[i]));
    for (size_t k = 0; k < 6 && stages[i].options[k]; k += 2)
      need(ctx, bl_opts_set(ctx, stages[i].name, b->stage[i].cls->opts, b->stage[i].params, stages[i].options[k],
                            stages[i].options[k + 1]));
    need(ctx, bl_stage_start(ctx, &b->stage[i], i ? &b->run[i - 1].out : in, &b->run[i]));
    b->out[i].width = bl_stream_width(&b->run[i].out);
  }
}

static void push(bl_ctx *ctx, bench *b, const float *x, size_t n, bool end)
{
  for (size_t i = 0; i < N_STAGES; i++) {
    double t = now();
    b->out[i].n = 0;
    need(ctx, b->run[i].cls->push(ctx, b->run[i].state, x, n, &b->out[i]));
    if (end && b->run[i].cls->finish) need(ctx, b->run[i].cls->finish(ctx, b->run[i].state, &b->out[i]));
    x = b->out[i].v;
    n = b->out[i].n;
    b->spent[i] += now() - t;
  }
  b->frames += n;
}

/* Reads and computes; spent: seconds of each stage and of reading. */
static double ours(bl_ctx *ctx, const char *path, size_t block, bench *b)
{
  double start = now();
  bl_recording *rec;
  need(ctx, bl_recording_open(ctx, path, &rec));
  const bl_rec_stream *rs = &rec->streams[0];
  bl_stream in = {.rate_hz = rs->rate_hz, .source_rate_hz = rs->rate_hz, .n_channels = 1, .n_bins = 1};
  need(ctx, bl_texts_add(ctx, &in.channels, "a"));
  need(ctx, bl_texts_add(ctx, &in.units, "FS"));
  *b = (bench){0};
  set_up(ctx, b, &in);
  float *x = bl_calloc(ctx, block, sizeof *x);
  if (!x) exit(1);
  for (uint64_t at = 0; at < rs->n_frames;) {
    size_t got = 0;
    double t = now();
    need(ctx, bl_recording_read(ctx, rec, 0, at, block, x, &got));
    b->spent[READ] += now() - t;
    if (!got) break;
    at += got;
    push(ctx, b, x, got, at >= rs->n_frames);
  }
  for (size_t i = 0; i < N_STAGES; i++) {
    bl_stage_stop(ctx, &b->run[i]);
    bl_stage_free(ctx, &b->stage[i]);
    bl_frames_free(ctx, &b->out[i]);
  }
  bl_stream_free(ctx, &in);
  bl_free(ctx, x);
  bl_recording_close(ctx, rec);
  return now() - start;
}

static double bare(const char *path, size_t block, size_t frames, fftwf_plan plan, double *reading)
{
  double start = now();
  SF_INFO info = {0};
  SNDFILE *f = sf_open(path, SFM_READ, &info);
  float *x = malloc(block * sizeof *x);
  if (!f || !x) exit(1);
  while (sf_readf_float(f, x, (sf_count_t)block) > 0) continue;
  sf_close(f);
  free(x);
  *reading = now() - start;
  for (size_t i = 0; i < frames; i++) fftwf_execute(plan);
  return now() - start;
}

int main(int argc, char **argv)
{
  if (argc < 2) return 2;
  int repeats = argc > 2 ? atoi(argv[2]) : 5;
  size_t block = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 16384;
  float *frame = fftwf_alloc_real(N_FFT);
  fftwf_complex *spectrum = fftwf_alloc_complex(N_FFT / 2 + 1);
  fftwf_plan plan = fftwf_plan_dft_r2c_1d(N_FFT, frame, spectrum, FFTW_MEASURE);
  memset(frame, 0, N_FFT * sizeof *frame);
  bl_ctx *ctx = bl_ctx_new();
  double best = 1e9, least = 1e9, least_read = 0;
  bench b, kept = {0};
  for (int i = 0; i < repeats; i++) {
    double read, a = ours(ctx, argv[1], block, &b), c = bare(argv[1], block, b.frames, plan, &read);
    if (a < best) best = a, kept = b;
    if (c < least) least = c, least_read = read;
  }
  printf("%.3f %.3f ours %zu frames: read %.3f", best, least, kept.frames, kept.spent[READ]);
  for (size_t i = 0; i < N_STAGES; i++) printf(" %s %.3f", stages[i].name, kept.spent[i]);
  printf("; bare: read %.3f FFT %.3f; %.1f MiB of our own memory\n", least_read, least - least_read,
         (double)bl_ctx_peak_bytes(ctx) / 1048576);
  fftwf_destroy_plan(plan);
  fftwf_free(frame);
  fftwf_free(spectrum);
  bl_ctx_free(ctx);
  return 0;
}
