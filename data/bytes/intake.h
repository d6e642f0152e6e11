/* intake.h: bytes as they come, from standard input or another pipe: nothing is sought, no length is known. Private to
 * the data layer.
 *
 * A wait gives up within a tenth of a second when the context is cancelled, so that a program which listens to a silent
 * pipe can be stopped. */
#ifndef BL_DATA_INTAKE_H
#define BL_DATA_INTAKE_H

#include "baleen/context.h"

typedef struct bl_intake {
  char *path;                  /* for messages */
  int file;                    /* descriptor + 1; 0: none */
  const unsigned char *memory; /* in place of a file; borrowed. memory_cut bytes of it come at a time */
  size_t n_memory, memory_cut;
  unsigned char *v; /* bytes at hand: v[at] .. v[n - 1] */
  size_t at, n, cap;
  uint64_t passed; /* bytes taken: the place of v[at] in all that came */
  bool ended;      /* no more than what is at hand will come */
} bl_intake;

/* path: "-" for standard input, else a pipe's or a device's name. */
bl_status bl_intake_open(bl_ctx *ctx, const char *path, bl_intake *out) BL_MUST_CHECK;
/* The n bytes at `bytes`, which must outlive it, `cut` of them at a time: for tests and fuzzers. */
bl_status bl_intake_memory(bl_ctx *ctx, const char *path, const unsigned char *bytes, size_t n, size_t cut,
                           bl_intake *out) BL_MUST_CHECK;
/* Waits until `need` bytes are at hand, or all there will ever be; takes in up to `most` where they are there already.
 * Does not wait for more than `need`. */
bl_status bl_intake_want(bl_ctx *ctx, bl_intake *in, size_t need, size_t most) BL_MUST_CHECK;
/* Passes over n bytes that are still to come, or as many as there are. */
bl_status bl_intake_skip(bl_ctx *ctx, bl_intake *in, uint64_t n) BL_MUST_CHECK;
void bl_intake_close(bl_ctx *ctx, bl_intake *in);

static inline size_t bl_intake_n(const bl_intake *in) { return in->n - in->at; }
static inline const unsigned char *bl_intake_v(const bl_intake *in) { return in->v + in->at; }
static inline void bl_intake_take(bl_intake *in, size_t n)
{
  in->at += n;
  in->passed += n;
}

#endif
