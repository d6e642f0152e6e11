/* inspect_json.h: what inspect found, for programs. */
#ifndef BL_INSPECT_JSON_H
#define BL_INSPECT_JSON_H

#include "census.h"
#include "json_text.h"

/* What the strict have to say. */
typedef struct bl_verdict {
  bool asked, edflib, takes; /* edflib: it was asked too */
  int code;
} bl_verdict;

/* Appends one recording to the array; t[stream] NULL: its samples were not looked at. */
bl_status bl_inspect_json(bl_ctx *ctx, json_t *files, const bl_recording *rec, bl_census *const *t,
                          const bl_verdict *v) BL_MUST_CHECK;
/* Appends one that failed. */
bl_status bl_inspect_json_error(bl_ctx *ctx, json_t *files, const char *path, const char *error) BL_MUST_CHECK;

#endif
