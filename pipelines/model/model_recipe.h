/* model_recipe.h: what a model file says of the way from a recording, or a table, to its rows.
 *
 * The recipe is text under the metadata key "recipe", YAML in the words of a config:
 *
 *   input: {kind: recordings, events: inside, rate_hz: 160, channels: [C3, C4], units: [V, V]}
 *          {.. events: triggers, trigger_channel: Status, trigger_mask: 255, ..}    where events were codes of a channel
 *   more_inputs: [{rate_hz: 400, channels: [ECG], units: [V]}]    where branches take several streams: those behind the first
 *   stream: {rate_hz: auto}
 *   segments: {window: {...}}
 *   features: {...}
 *   rows: {nan: keep}
 *   versions: {stages: {stft: 1}}    of those alone that are not 0
 *
 * Arrays of options are tensors of the file, called by their names (template: asset.0), whatever file they came from.
 * `input` holds plain facts of what the model was made on. Sources, paths, evaluation and report have no place in it, so
 * that a model tells nothing of the machine it was made on and no change in those sections can make it unreadable. */
#ifndef BL_MODEL_RECIPE_H
#define BL_MODEL_RECIPE_H

#include "baleen/model_file.h"
#include "baleen/run.h"

typedef struct bl_model_recipe {
  bool table;            /* made on a table of features, so that the columns' names are all there is to know */
  bool events_elsewhere; /* events came from a table, whatever was inside the recordings */
  uint32_t trigger_mask; /* not 0: events were the codes of a channel, and these of their bits count */
  char *trigger_channel; /* NULL: the one whose name says that it holds codes */
  bl_streams inputs;     /* of the recordings: waveforms, one for each input of the recipe */
  double *offset;        /* of a table: what is taken off each feature's numbers; NULL: nothing */
  size_t n_offset;
  bl_config rows; /* stream, segment, recipe and rows.nan; the rest is empty */
} bl_model_recipe;

/* Adds the recipe of a run's models to what is stored beside an estimator: the text, and the arrays that it names. */
bl_status bl_model_recipe_add(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, bl_meta *meta) BL_MUST_CHECK;
/* Out of a model file's metadata, of today's form or of an older one; `path` is for messages. What is wrong with it is
 * BL_E_FORMAT. */
bl_status bl_model_recipe_read(bl_ctx *ctx, const char *path, const bl_meta *meta, bl_model_recipe *out) BL_MUST_CHECK;
void bl_model_recipe_free(bl_ctx *ctx, bl_model_recipe *r);

/* What files of version 0.1.0 hold, a whole config and a description of the stream, as a recipe of today. */
bl_status bl_model_recipe_of_0_1(bl_ctx *ctx, const char *path, const char *config, const char *stream,
                                 bl_buf *out) BL_MUST_CHECK;

#endif
