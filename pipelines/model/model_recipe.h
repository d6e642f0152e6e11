/* model_recipe.h: what a model file says of the way from a recording, or a table, to its rows. */
#ifndef BL_MODEL_RECIPE_H
#define BL_MODEL_RECIPE_H

#include "baleen/model_file.h"
#include "baleen/run.h"

typedef struct bl_model_recipe {
  bool table;            /* made on a table of features, so that the columns' names are all there is to know */
  bool events_elsewhere; /* events came from a table, whatever was inside the recordings */
  double rate_hz;        /* of the recordings */
  bl_texts channels, units;
  double *offset; /* of a table: what is taken off each feature's numbers; NULL: nothing */
  size_t n_offset;
  bl_config rows; /* the run's own */
} bl_model_recipe;

/* Out of a model file's metadata; `path` is for messages. What is wrong with it is BL_E_FORMAT. */
bl_status bl_model_recipe_read(bl_ctx *ctx, const char *path, const bl_meta *meta, bl_model_recipe *out) BL_MUST_CHECK;
void bl_model_recipe_free(bl_ctx *ctx, bl_model_recipe *r);

#endif
