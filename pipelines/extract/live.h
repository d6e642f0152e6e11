/* live.h: how long after its segment a row can be known, were the recording a live one, for whoever asks of a run. */
#ifndef BL_LIVE_H
#define BL_LIVE_H

#include <jansson.h>

#include "baleen/run.h"

bl_status bl_live_of(bl_ctx *ctx, const bl_config *c, const bl_extractor *e, bl_live *out) BL_MUST_CHECK;
void bl_live_free(bl_ctx *ctx, bl_live *l);
/* One sentence without a line's end; nothing when no recordings were read. */
bl_status bl_live_text(bl_ctx *ctx, const bl_live *l, bl_buf *out) BL_MUST_CHECK;
/* Each stage's part, to the log for those who want more told. */
void bl_live_log(bl_ctx *ctx, const bl_live *l);
/* {"latency_s": .., "needs_whole_recording": null or a name, "advice": null or a text, "stages": [..]}; null when no recordings were read. */
json_t *bl_live_json(const bl_live *l);

#endif
