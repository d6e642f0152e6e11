/* config_private.h: what the config's reader and printer share. */
#ifndef BL_CONFIG_PRIVATE_H
#define BL_CONFIG_PRIVATE_H

#include "baleen/config.h"
#include "yaml_tree.h"

/* Mistakes found so far; all of a config are gathered before it is refused. */
typedef struct bl_mistakes {
  bl_ctx *ctx;
  const char *path;
  char seed[24];    /* the config's, as text: where random_state or seed of a plug-in is not given, this counts */
  bl_texts v;
} bl_mistakes;
/* Adds the context's error at a node's place. Returns BL_OK to go on, or the status itself when it is no mistake in the
 * config (out of memory). */
bl_status bl_mistake(bl_mistakes *m, const bl_node *at, bl_status status);
/* The same with a text of one's own. */
bl_status bl_mistake_say(bl_mistakes *m, const bl_node *at, const char *format, ...) BL_PRINTF(3, 4);

#endif
