/* write_private.h: what recording_write.c and the formats it writes share. Private to data/. */
#ifndef BALEEN_WRITE_PRIVATE_H
#define BALEEN_WRITE_PRIVATE_H

#include "baleen/recording_write.h"

/* One format being written. state is the format's own. */
typedef struct bl_write_class {
  bl_status (*open)(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec);
  bl_status (*push)(bl_ctx *ctx, bl_writer *w, const float *x, size_t n);
  bl_status (*done)(bl_ctx *ctx, bl_writer *w);
  void (*release)(bl_ctx *ctx, bl_writer *w); /* also after a failure, and twice */
} bl_write_class;

struct bl_writer {
  const bl_write_class *cls;
  void *state;
  char *path;
  size_t n_channels;
  uint64_t n_frames, pushed;
  bl_texts report;
};

/* Whether the channel's values are known to be whole numbers. */
bool bl_write_is_whole(const bl_write_spec *spec, size_t channel);

extern const bl_write_class bl_write_sound, bl_write_npy, bl_write_edf;

#endif
