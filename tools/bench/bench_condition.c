/* Reads a recording block by block through stages, and prints the seconds that takes, best of some runs, those of the
 * stages alone, and behind a semicolon those of each.
 * usage: bench_condition FILE REPEATS STAGE [OPTION=VALUE ...] [, STAGE ...]
 *   bench_condition h1.edf 5 fir l_freq=1 h_freq=40 , resample rate_hz=128 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baleen/recording.h"
#include "baleen/stage.h"

enum { MAX_STAGES = 8, BLOCK = 4096 };

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

static size_t parse_stages(bl_ctx *ctx, int argc, char **argv, bl_stage *stage)
{
  size_t n = 0;
  bool fresh = true;
  for (int i = 0; i < argc; i++) {
    char *equals = strchr(argv[i], '=');
    if (!strcmp(argv[i], ",")) fresh = true;
    else if (fresh && n < MAX_STAGES) need(ctx, bl_stage_new(ctx, argv[i], &stage[n++])), fresh = false;
    else if (equals && n) {
      *equals = '\0';
      need(ctx,
           bl_opts_set(ctx, stage[n - 1].cls->name, stage[n - 1].cls->opts, stage[n - 1].params, argv[i], equals + 1));
      *equals = '=';
    }
  }
  return n;
}

static void describe(bl_ctx *ctx, const bl_rec_stream *rs, bl_stream *in)
{
  *in = (bl_stream){.rate_hz = rs->rate_hz, .source_rate_hz = rs->rate_hz, .n_channels = rs->n_channels, .n_bins = 1};
  for (size_t c = 0; c < rs->n_channels; c++) {
    need(ctx, bl_texts_add(ctx, &in->channels, rs->channels[c].name));
    need(ctx, bl_texts_add(ctx, &in->units, rs->channels[c].unit));
  }
}

/* What stage k puts out goes through those behind it; the last one's is dropped. */
static void pass_on(bl_ctx *ctx, bl_stage_run *run, bl_frames *out, size_t n, bool end, size_t *n_out, double *spent)
{
  for (size_t k = 0; k < n; k++) {
    double start = now_s();
    const float *x = out[k].v;
    size_t have = out[k].n;
    out[k + 1].n = 0;
    need(ctx, run[k].cls->push(ctx, run[k].state, x, have, &out[k + 1]));
    if (end && run[k].cls->finish) need(ctx, run[k].cls->finish(ctx, run[k].state, &out[k + 1]));
    spent[k] += now_s() - start;
  }
  *n_out += out[n].n;
}

static double once(bl_ctx *ctx, const char *path, const bl_stage *stage, size_t n, size_t *n_out, double *spent)
{
  bl_recording *rec;
  bl_stage_run run[MAX_STAGES];
  bl_frames out[MAX_STAGES + 1] = {0};
  bl_stream in;
  double start = now_s();
  need(ctx, bl_recording_open(ctx, path, &rec));
  const bl_rec_stream *rs = &rec->streams[0];
  describe(ctx, rs, &in);
  for (size_t k = 0; k < n; k++) {
    need(ctx, bl_stage_start(ctx, &stage[k], k ? &run[k - 1].out : &in, &run[k]));
    out[k].width = bl_stream_width(k ? &run[k - 1].out : &in);
  }
  out[n].width = bl_stream_width(&run[n - 1].out);
  *n_out = 0;
  memset(spent, 0, n * sizeof *spent);
  for (uint64_t at = 0; at < rs->n_frames;) {
    size_t got = 0;
    out[0].n = 0;
    float *block = bl_frames_add(ctx, &out[0], BLOCK);
    if (!block) exit(1);
    need(ctx, bl_recording_read(ctx, rec, 0, at, BLOCK, block, &got));
    if (!got) break;
    out[0].n = got;
    at += got;
    pass_on(ctx, run, out, n, at >= rs->n_frames, n_out, spent);
  }
  double took = now_s() - start;
  for (size_t k = 0; k <= n; k++) bl_frames_free(ctx, &out[k]);
  for (size_t k = 0; k < n; k++) bl_stage_stop(ctx, &run[k]);
  bl_stream_free(ctx, &in);
  bl_recording_close(ctx, rec);
  return took;
}

int main(int argc, char **argv)
{
  if (argc < 4) return 2;
  bl_ctx *ctx = bl_ctx_new();
  bl_stage stage[MAX_STAGES];
  size_t n = parse_stages(ctx, argc - 3, argv + 3, stage), n_out = 0;
  double best = 1e9, stages = 1e9, each[MAX_STAGES];
  for (size_t k = 0; k < n; k++) each[k] = 1e9;
  for (int i = 0; i < atoi(argv[2]); i++) {
    double spent[MAX_STAGES], sum = 0, took = once(ctx, argv[1], stage, n, &n_out, spent);
    if (took < best) best = took;
    for (size_t k = 0; k < n; k++) {
      sum += spent[k];
      if (spent[k] < each[k]) each[k] = spent[k];
    }
    if (sum < stages) stages = sum;
  }
  printf("%.3f s, %.3f s in the stages, %zu frames out, at most %.1f MiB of our own memory;", best, stages, n_out,
         (double)bl_ctx_peak_bytes(ctx) / 1048576);
  for (size_t k = 0; k < n; k++) printf(" %s %.4f", stage[k].cls->name, each[k]);
  putchar('\n');
  for (size_t k = 0; k < n; k++) bl_stage_free(ctx, &stage[k]);
  bl_ctx_free(ctx);
  return 0;
}
