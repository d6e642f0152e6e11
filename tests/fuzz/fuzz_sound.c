/* Any bytes as a sound file: WAV with what recorders write into it, FLAC, MP3, Ogg, and what libsndfile reads. They go
 * through a file without a name, for the libraries below read files; _GNU_SOURCE is for memfd_create() alone. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read_some.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bl_ctx *the_ctx;
static bl_recording *the_rec;

static void read_one(const bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out)
{
  size_t got;
  (void)rec;
  if (bl_recording_read(the_ctx, the_rec, stream, first, n, out, &got) == BL_OK && got > n) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  char path[64];
  int fd = memfd_create("sound", MFD_CLOEXEC);
  if (fd < 0) return 0;
  the_ctx = bl_ctx_new();
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (write(fd, bytes, n) == (ssize_t)n && the_ctx) {
    if (bl_recording_open(the_ctx, path, &the_rec) == BL_OK) read_some(the_rec, read_one);
    bl_recording_close(the_ctx, the_rec);
    the_rec = NULL;
  }
  close(fd);
  if (the_ctx && bl_ctx_live(the_ctx)) abort();
  bl_ctx_free(the_ctx);
  return 0;
}
