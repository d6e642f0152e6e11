/* selection.h: which streams of a recording the features are made of, and which of their channels in which order. It
 * looks at what headers say alone, so that it can be asked before a sample is read, of a file or of what has no end.
 *
 * Branches that name their stream alike share an input of the recipe (bl_recipe_input). A branch that says nothing takes
 * the stream that the config names; where that says nothing either, it is the stream with most channels among those that
 * the branches' stages can be carried out on: which have the channels, say, that pick asks for. */
#ifndef BL_SELECTION_H
#define BL_SELECTION_H

#include "baleen/config.h"

/* The streams that are wanted of a recording, one for each input of the recipe, their channels found by name in any
 * order: those a model was made on, or those of most recordings of a run. What no feature needs may be missing, and so
 * may what an option of a stage provides for; another rate or unit does where the stages make the same of it
 * (bl_recipe_same). */
typedef struct bl_wanted {
  const bl_streams *in;
  const char *whose; /* for messages: "the model needs" */
} bl_wanted;

/* What one input of the recipe is made of. */
typedef struct bl_selected {
  size_t stream;      /* its index among the recording's */
  size_t *channel, n; /* channel i of the input is number channel[i] of the stream */
  size_t width;       /* how many channels the stream has */
  bool all;           /* every channel in the stream's own order: no gathering needed */
} bl_selected;
typedef struct bl_selection {
  bl_selected *of; /* [in.n] */
  bl_streams in;   /* what the features get; channels bear the names that `wanted` knows them by */
} bl_selection;

/* wanted NULL: the streams that branches and config ask for, with all their channels. Nothing of `streams` is borrowed.
 * BL_E_FORMAT without a stream; BL_E_CONFIG when none has the rate or channels that branches and config ask for, or when stages ask for
 * channels that another stream has, which is named; BL_E_MISMATCH when what features need of `wanted` is not there or
 * the recipe would make something else of it. */
bl_status bl_selection_make(bl_ctx *ctx, const bl_config *config, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, bl_selection *out) BL_MUST_CHECK;
void bl_selection_free(bl_ctx *ctx, bl_selection *s);
/* The streams' numbers, one for each input, in memory of the caller's [in.n]. */
void bl_selection_streams(const bl_selection *s, size_t *which);
/* n frames of the stream, [frame][width], to frames of the chosen channels, [frame][n]. Returns `block` itself where
 * all are taken, else `room`. */
const float *bl_selection_gather(const bl_selected *s, const float *block, size_t n, float *room);

/* A waveform of these channels. Freed by bl_stream_free(). */
bl_status bl_wave_stream(bl_ctx *ctx, double rate_hz, const bl_texts *channels, const bl_texts *units,
                         bl_stream *out) BL_MUST_CHECK;
/* True when the config's segments are rejected by their amplitudes. */
bl_status bl_config_rejects(bl_ctx *ctx, const bl_config *c, bool *out) BL_MUST_CHECK;

#endif
