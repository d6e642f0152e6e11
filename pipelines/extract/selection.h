/* selection.h: which stream of a recording the features are made of, and which of its channels in which order. It looks
 * at what headers say alone, so that it can be asked before a sample is read, of a file or of what has no end. */
#ifndef BL_SELECTION_H
#define BL_SELECTION_H

#include "baleen/config.h"

/* The stream that is wanted of a recording, its channels found by name in any order: the one a model was made on, or
 * that of most recordings of a run. What no feature needs may be missing, and so may what an option of a stage provides
 * for; another rate or unit does where the stages make the same of it (bl_recipe_same). */
typedef struct bl_wanted {
  double rate_hz;
  const bl_texts *channels, *units;
  const char *whose; /* for messages: "the model needs" */
} bl_wanted;

typedef struct bl_selection {
  size_t stream;      /* its index among the recording's */
  size_t *channel, n; /* channel i of `in` is number channel[i] of the stream */
  size_t width;       /* how many channels the stream has */
  bool all;           /* every channel in the stream's own order: no gathering needed */
  bl_stream in;       /* what the features get; its channels bear the names that `wanted` knows them by */
} bl_selection;

/* wanted NULL: the stream that the config's option asks for, with all its channels. Nothing of `streams` is borrowed.
 * BL_E_FORMAT without a stream, BL_E_CONFIG when none has the rate that the config asks for, BL_E_MISMATCH when what
 * features need of `wanted` is not there or the recipe would make something else of it. */
bl_status bl_selection_make(bl_ctx *ctx, const bl_config *c, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, bl_selection *out) BL_MUST_CHECK;
void bl_selection_free(bl_ctx *ctx, bl_selection *s);
/* n frames of the stream, [frame][width], to frames of the chosen channels, [frame][n]. Returns `block` itself where
 * all are taken, else `room`. */
const float *bl_selection_gather(const bl_selection *s, const float *block, size_t n, float *room);

/* A waveform of these channels. Freed by bl_stream_free(). */
bl_status bl_wave_stream(bl_ctx *ctx, double rate_hz, const bl_texts *channels, const bl_texts *units,
                         bl_stream *out) BL_MUST_CHECK;
/* True when the config's segments are rejected by their amplitudes. */
bl_status bl_config_rejects(bl_ctx *ctx, const bl_config *c, bool *out) BL_MUST_CHECK;

#endif
