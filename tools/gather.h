/* gather.h: frames of several recordings in memory, for commands that learn a stage's numbers from them, and the printing of
 * that stage. */
#ifndef BL_TOOLS_GATHER_H
#define BL_TOOLS_GATHER_H

#include "baleen/option.h"
#include "baleen/stream.h"

/* Frames of all recordings, behind the stages, one after the other. Starts zeroed; freed by gather_free(). */
typedef struct gather {
  bl_stream of; /* what they are */
  float *x;     /* [n][channel] */
  size_t n, cap;
} gather;

bl_status gather_add(bl_ctx *ctx, gather *g, const float *x, size_t n) BL_MUST_CHECK;
/* All of a recording, each of its runs through the stages (as in a config; NULL: none) by itself. rate_hz tells the stream;
 * its word means the one that there is. BL_E_MISMATCH when it is of another kind than what is there. */
bl_status gather_read(bl_ctx *ctx, const char *who, char *stages, bl_word rate_hz, const char *path,
                      gather *g) BL_MUST_CHECK;
/* The place of a channel; BL_E_CONFIG, with the nearest name, when there is none. */
bl_status gather_column(bl_ctx *ctx, const char *who, const gather *g, const char *name, size_t *out) BL_MUST_CHECK;
void gather_free(bl_ctx *ctx, gather *g);

/* Prints ", key: [a, b]" of names[index[0..n)], or of the first n when index is NULL, as a config has it. */
bl_status gather_print_list(bl_ctx *ctx, const char *key, const bl_texts *names, const size_t *index,
                            size_t n) BL_MUST_CHECK;
/* The recordings by their names alone: whoever has them in another folder is refused, too. */
bl_status gather_print_recordings(bl_ctx *ctx, const char *key, const bl_texts *files) BL_MUST_CHECK;

#endif
