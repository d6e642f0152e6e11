/* Reads an EDF or BDF file to floats and prints seconds for: a plain pass over the file's bytes (every 16-bit word to a
 * float; the memory's own speed), our reader into one array for all of it, and our reader block by block into one small
 * buffer, as streams are read. usage: bench_edf FILE [REPEATS] */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "baleen/recording.h"

static double now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Every 16-bit word to a float into a buffer as large as a whole recording's: what no reader can do without. */
static double plain_pass(const char *path)
{
  int fd = open(path, O_RDONLY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st)) return -1;
  double start = now_s();
  const short *v = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (v == MAP_FAILED) return -1;
  size_t n = (size_t)st.st_size / 2;
  float *out = malloc(n * sizeof *out);
  if (!out) return -1;
  for (size_t i = 0; i < n; i++) out[i] = (float)v[i];
  double took = now_s() - start;
  fprintf(stderr, "%g\n", (double)out[n / 2]); /* so that the loop is not thrown away */
  free(out);
  munmap((void *)(uintptr_t)v, (size_t)st.st_size);
  close(fd);
  return took;
}

enum { BLOCK = 4096 };

static double ours(const char *path, bool whole)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec;
  double start = now_s();
  if (bl_recording_open(ctx, path, &rec)) {
    fprintf(stderr, "%s\n", bl_ctx_error(ctx));
    exit(1);
  }
  const bl_rec_stream *s = &rec->streams[0];
  float *out = bl_calloc(ctx, (whole ? (size_t)s->n_frames : BLOCK) * s->n_channels, sizeof *out);
  size_t got = 0;
  for (uint64_t at = 0; out && at < s->n_frames; at += got)
    if (bl_recording_read(ctx, rec, 0, at, BLOCK, whole ? out + at * s->n_channels : out, &got) || !got) exit(1);
  double took = now_s() - start;
  fprintf(stderr, "%g\n", out ? (double)out[0] : 0);
  bl_free(ctx, out);
  bl_recording_close(ctx, rec);
  bl_ctx_free(ctx);
  return took;
}

int main(int argc, char **argv)
{
  int repeats = argc > 2 ? atoi(argv[2]) : 5;
  double pass = 1e9, read = 1e9, blocks = 1e9;
  if (argc < 2) return 2;
  for (int i = 0; i < repeats; i++) {
    double a = plain_pass(argv[1]), b = ours(argv[1], true), c = ours(argv[1], false);
    if (a > 0 && a < pass) pass = a;
    if (b < read) read = b;
    if (c < blocks) blocks = c;
  }
  printf("plain pass %.3f s; into one array %.3f s (%.2f times the pass); block by block %.3f s\n", pass, read,
         read / pass, blocks);
  return 0;
}
