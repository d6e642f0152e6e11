/* config_private.h: what the parts of the config's reader share. */
#ifndef BL_CONFIG_PRIVATE_H
#define BL_CONFIG_PRIVATE_H

#include "baleen/config.h"
#include "baleen/model_file.h"
#include "yaml_tree.h"

/* Mistakes found so far; all of a config are gathered before it is refused. */
typedef struct bl_mistakes {
  bl_ctx *ctx;
  const char *path;
  const char *folder;     /* that files named in the config are relative to; NULL: the working folder */
  const bl_meta *model;   /* whose recipe is read, and whose tensors it names; NULL: a config is */
  bool old;               /* a model's recipe is read: options may bear names of older versions (bl_opt.was) */
  const bl_texts *frames; /* branches whose frames are wanted, or all: they need no summaries; NULL: none */
  const bl_texts *set;    /* what --set gave, by the numbers that its nodes bear (bl_flow.column); NULL: nothing */
  char seed[24];          /* the config's, as text: where random_state or seed of a plug-in is not given, this counts */
  bl_texts v;
} bl_mistakes;
/* Adds the context's error at a node's place. Returns BL_OK to go on, or the status itself when it is no mistake in the
 * config (out of memory). */
bl_status bl_mistake(bl_mistakes *m, const bl_flow *at, bl_status status);
/* The same with a text of one's own. */
bl_status bl_mistake_say(bl_mistakes *m, const bl_flow *at, const char *format, ...) BL_PRINTF(3, 4);
/* The same, at the place within `at` that the text speaks of: see bl_flow_blamed(). */
bl_status bl_mistake_within(bl_mistakes *m, const bl_flow *at, bl_status status);
/* All that were noted, refused: each is logged, and the returned BL_E_CONFIG's text holds the first and their number.
 * BL_OK when there were none. The list is freed. */
bl_status bl_mistakes_refuse(bl_mistakes *m) BL_MUST_CHECK;
/* A key that `where` does not know: the nearest of `known` (NULL-terminated), or all of them. */
bl_status bl_mistake_key(bl_mistakes *m, const bl_flow *key, const char *where, const char *const *known);

/* ---- config_plug.c: a node into params or a plug-in; what is wrong with it is a mistake, and the status is BL_OK - */

bl_status bl_read_option(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                         const bl_flow *value) BL_MUST_CHECK;
bl_status bl_read_options(bl_mistakes *m, const char *who, const bl_opt *table, void *params,
                          const bl_flow *map) BL_MUST_CHECK;
/* "name", or {name: {options}}. out->cls stays NULL when there is no plug-in of that name. */
bl_status bl_read_source(bl_mistakes *m, const bl_flow *n, bl_source *out) BL_MUST_CHECK;
bl_status bl_read_segment(bl_mistakes *m, const bl_flow *n, bl_segment *out) BL_MUST_CHECK;
bl_status bl_read_splitter(bl_mistakes *m, const bl_flow *n, bl_splitter *out) BL_MUST_CHECK;
bl_status bl_read_metric(bl_mistakes *m, const bl_flow *n, bl_metric *out) BL_MUST_CHECK;
bl_status bl_read_event_metric(bl_mistakes *m, const bl_flow *n, bl_event_metric *out) BL_MUST_CHECK;
bl_status bl_read_stage(bl_mistakes *m, const bl_flow *n, bl_stage *out) BL_MUST_CHECK;
bl_status bl_read_summary(bl_mistakes *m, const bl_flow *n, bl_summary *out) BL_MUST_CHECK;
/* *out is NULL where there was a mistake: half an estimator would only draw more complaints. */
bl_status bl_read_estimator(bl_mistakes *m, const bl_flow *n, bl_estimator **out) BL_MUST_CHECK;

/* ---- config_sections.c: sections of the config ------------------------------------------------------------------- */

bl_status bl_read_features(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;
bl_status bl_read_model(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;
bl_status bl_read_models(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;
bl_status bl_read_evaluate(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;
bl_status bl_read_report(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;
/* Fills an array of which the path alone is known. */
bl_status bl_read_array(bl_mistakes *m, bl_array *a) BL_MUST_CHECK;
/* Prints what comes before, as "key: ", then "{option: value, ...}" and a line end. */
bl_status bl_print_options(bl_ctx *ctx, const char *before, const bl_opt *table, const void *params,
                           bl_buf *out) BL_MUST_CHECK;
/* Prints the sections that turn a recording into rows: stream, segments, features. With `model` they are a model's:
 * arrays become its tensors and are called by their names, and what is of training only is left out. */
bl_status bl_print_way(bl_ctx *ctx, const bl_config *c, bl_meta *model, bl_buf *out) BL_MUST_CHECK;
/* One metric behind those that the config has. */
bl_status bl_add_metric(bl_mistakes *m, const bl_flow *n, bl_config *c) BL_MUST_CHECK;

/* ---- config_whole.c: what sections say of one another ------------------------------------------------------------ */

bl_status bl_config_check_whole(bl_mistakes *m, const bl_config *c) BL_MUST_CHECK;

/* ---- config_place.c: where a thing stands ------------------------------------------------------------------------ */

/* The place that a failure's text speaks of. Plug-ins begin their texts with their name, and where an option is at fault
 * its name follows ("fir: h_freq 300 Hz must be ..."), or its value in quotes ("pick: no channel 'XYZ9'"): the first name
 * in the text that stands within `at`, and of what was given with it the value that is quoted, or the option that is
 * named. `at` itself when the text names nothing that stands there. */
const bl_flow *bl_flow_blamed(const bl_flow *at, const char *text);

#endif
