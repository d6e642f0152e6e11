/* stacked.h: frames of several recordings in memory, for commands that learn a stage's numbers from them, and the printing of
 * that stage. */
#ifndef BL_TOOLS_STACKED_H
#define BL_TOOLS_STACKED_H

#include "baleen/channel.h"
#include "baleen/option.h"
#include "baleen/stream.h"

/* Frames of all recordings, behind the stages, one after the other. Starts zeroed; freed by stacked_free(). */
typedef struct stacked {
  bl_stream of; /* what they are */
  float *x;     /* [n][channel] */
  size_t n, cap;
} stacked;

bl_status stacked_add(bl_ctx *ctx, stacked *g, const float *x, size_t n) BL_MUST_CHECK;
/* All of these recordings, each of their runs through the stages (as in a config; NULL: none) by itself. rate_hz tells the
 * stream; its word means the one that there is. BL_E_MISMATCH when one is of another kind than those before it. */
bl_status stacked_read(bl_ctx *ctx, const char *who, const char *stages, bl_word rate_hz, const bl_texts *files,
                       stacked *g) BL_MUST_CHECK;
void stacked_free(bl_ctx *ctx, stacked *g);

/* Adds the channels of these names to index[0..*n), each of them once. BL_E_CONFIG, in `who`'s name, for one that there is not. */
bl_status stacked_pick(bl_ctx *ctx, const char *who, const stacked *g, const bl_texts *names, size_t *index,
                       size_t *n) BL_MUST_CHECK;
/* Adds the channels of this type, by their names, to index[0..*n). */
void stacked_of_type(const stacked *g, bl_channel_type type, size_t *index, size_t *n);
/* The channels of these names, or where there are none all of type EEG; BL_E_CONFIG when there is no channel, or they have not one
 * unit. */
bl_status stacked_choose_eeg(bl_ctx *ctx, const char *who, const stacked *g, const bl_texts *names, size_t *index,
                             size_t *n) BL_MUST_CHECK;
/* The channels index[0..n) alone, *x [g->n][n], and their units; both are freed by the caller, also after a failure. */
bl_status stacked_columns(bl_ctx *ctx, const stacked *g, const size_t *index, size_t n, float **x,
                          bl_texts *units) BL_MUST_CHECK;
/* Writes what was learnt to a .npy file, and frees it. */
bl_status stacked_save(bl_ctx *ctx, const char *path, bl_array *learnt) BL_MUST_CHECK;

/* Prints ", key: [a, b]" of names[index[0..n)], or of the first n when index is NULL, as a config has it. */
bl_status stacked_print_list(bl_ctx *ctx, const char *key, const bl_texts *names, const size_t *index,
                             size_t n) BL_MUST_CHECK;
/* The recordings by their names alone: whoever has them in another folder is refused, too. */
bl_status stacked_print_recordings(bl_ctx *ctx, const char *key, const bl_texts *files) BL_MUST_CHECK;

#endif
