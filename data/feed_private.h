/* feed_private.h: what feed.c and the formats that can be read from a pipe share. Private to the data layer. */
#ifndef BL_DATA_FEED_PRIVATE_H
#define BL_DATA_FEED_PRIVATE_H

#include "baleen/feed.h"
#include "intake.h"
#include "samples.h"

/* One way to be fed. */
typedef struct bl_feed_class {
  /* Fills f->head (streams, format, start), sets f->impl. close() is called also after a failure. */
  bl_status (*open)(bl_ctx *ctx, bl_feed *f);
  /* As bl_feed_pull(); `most` is at least 1. Not called behind the end. */
  bl_status (*pull)(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out);
  void (*close)(bl_ctx *ctx, bl_feed *f);
} bl_feed_class;

/* A stream that was chosen, and a block of it: frames [at, n) are still to be given. */
typedef struct bl_feed_part {
  size_t stream;
  float *block; /* room for cap floats */
  size_t cap, at, n;
} bl_feed_part;

struct bl_feed {
  const bl_feed_class *cls;
  bl_recording *head;
  bl_intake in;       /* of a pipe */
  void *impl;         /* the class's own */
  bl_feed_part *part; /* [n_chosen] */
  size_t n_chosen;
  const float **given; /* [n_chosen]: what was given last, and how much of it */
  size_t *n_given;
  double delay_s, known_s; /* see bl_feed_known_s(); INFINITY unless the class knows better */
  bool live, ended;
};

/* Room for n frames of chosen stream k in its block, which then holds none. */
bl_status bl_feed_room(bl_ctx *ctx, bl_feed *f, size_t k, size_t n) BL_MUST_CHECK;
/* FRAMES out of the blocks, which reach equally far in time: at most `most` of the first one, and of the others in step.
 * END when they hold no more. */
void bl_feed_give(bl_feed *f, size_t most, bl_feed_item *out);
/* Interleaved samples of the first stream out of the pipe: waits for one frame, and gives those that are there, `most`
 * at the most. BL_FEED_END when not even one is left. */
bl_status bl_feed_samples(bl_ctx *ctx, bl_feed *f, bl_sample_type type, const bl_scale *scale, size_t most,
                          bl_feed_item *out) BL_MUST_CHECK;
/* The feed of bytes in memory, `cut` of them at a time, by their class; for tests and fuzzers. */
bl_status bl_feed_open_bytes(bl_ctx *ctx, const bl_feed_class *cls, const char *path, const unsigned char *bytes,
                             size_t n, size_t cut, bl_feed **out) BL_MUST_CHECK;

extern const bl_feed_class bl_feed_pcm, bl_feed_wav, bl_feed_edf;

#endif
