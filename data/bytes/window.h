/* window.h: pieces of a file, read as they are wanted. Private to the data layer.
 *
 * Samples are read so, not mapped: a map of a file that somebody makes shorter kills the program (SIGBUS) at the next
 * look, and a library must not catch signals behind its user's back. Asking for the size before each look only narrows
 * the time in which that can happen. A read that comes back short is an error like any other; it costs one copy out of
 * the kernel's pages, which is no more than the page faults of a map (tools/bench/bench_edf). */
#ifndef BL_DATA_WINDOW_H
#define BL_DATA_WINDOW_H

#include "baleen/context.h"
#include "samples.h"

typedef struct bl_window {
  char *path;                  /* for messages */
  int file;                    /* descriptor + 1; 0: none */
  const unsigned char *memory; /* in place of a file; borrowed */
  uint64_t n_bytes;            /* as long as it was when it was opened */
  unsigned char *piece;        /* bytes at .. at + n - 1 */
  size_t cap, n;
  uint64_t at;
  bool told; /* of samples whose steps are lost */
} bl_window;

bl_status bl_window_open(bl_ctx *ctx, const char *path, bl_window *out) BL_MUST_CHECK;
/* Bytes in memory, which must outlive the window. */
bl_status bl_window_memory(bl_ctx *ctx, const char *path, const unsigned char *bytes, uint64_t n,
                           bl_window *out) BL_MUST_CHECK;
/* *v: the n bytes from `at` on, good until the next call. Up to `ahead` bytes may be read for calls to come. BL_E_IO
 * when the file is shorter by now than when it was opened. */
bl_status bl_window_get(bl_ctx *ctx, bl_window *w, uint64_t at, size_t n, size_t ahead,
                        const unsigned char **v) BL_MUST_CHECK;
/* n numbers from `at` on, step bytes apart, to every to_step-th float (bl_samples_get). What lies between the first and
 * the last of them is read too: not too many at a time (bl_window_part). */
bl_status bl_window_samples(bl_ctx *ctx, bl_window *w, uint64_t at, bl_sample_type type, size_t step, size_t n,
                            size_t ahead, const bl_scale *scale, float *to, size_t to_step) BL_MUST_CHECK;
/* How many of n things of so many bytes to read at a time. */
size_t bl_window_part(size_t n, size_t bytes);
void bl_window_close(bl_ctx *ctx, bl_window *w);

#endif
