/* write_private.h: what recording_write.c and the formats it writes share. Private to data/. */
#ifndef BALEEN_WRITE_PRIVATE_H
#define BALEEN_WRITE_PRIVATE_H

#include "baleen/recording_write.h"

/* A format that a writer writes, and the end of a file's name that asks for it. */
typedef struct bl_write_name {
  const char *extension;
  bl_write_format format;
} bl_write_name;

/* A writer of recordings, listed in formats.def as BL_WRITER(name). A bl_writer's state is its own. */
typedef struct bl_write_class {
  bl_write_name names[3]; /* ended by one without an extension */
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
  bl_write_spec spec; /* as it was given; n_frames are those that came, once that is known */
  uint64_t pushed;
  bl_texts report;
};

/* Whether the channel's values are known to be whole numbers. */
bool bl_write_is_whole(const bl_write_spec *spec, size_t channel);

#define BL_READER(name)
#define BL_WRITER(name) extern const bl_write_class bl_write_##name;
#include "formats.def"
#undef BL_WRITER
#undef BL_READER

#endif
