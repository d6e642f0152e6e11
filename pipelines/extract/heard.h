/* heard.h: events that stages find while a recording is read, on their way to its segments. */
#ifndef BL_HEARD_H
#define BL_HEARD_H

#include "baleen/config.h"

/* True when some stage of the config finds events, whose labels no recording tells beforehand. */
bool bl_config_finds_events(const bl_config *c);

/* What was found in the last step, twice: as it comes, and as news for a segmentation. Zeroed is empty. */
typedef struct bl_heard {
  bl_findings list;
  bl_event *events;
  size_t cap;
} bl_heard;
/* What the extractor has found since the last call; news->events are borrowed until the next one. */
bl_status bl_heard_listen(bl_ctx *ctx, bl_heard *f, bl_extractor *e, bl_news *news) BL_MUST_CHECK;
void bl_heard_free(bl_ctx *ctx, bl_heard *f);

#endif
