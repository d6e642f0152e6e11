/* name_pattern.h: fields in file names: "{label}_{speaker}_{take}.wav". Private to the data layer. */
#ifndef BL_DATA_NAME_PATTERN_H
#define BL_DATA_NAME_PATTERN_H

#include "baleen/memory.h"

/* Each {field} and each * takes at least one byte, up to where the text behind it in the pattern first comes; at the
 * pattern's end, up to the end. A pattern with k slashes is compared with the last k + 1 parts of a path; no field
 * takes a slash. */
typedef struct bl_name_pattern {
  char *text;
  bl_texts fields; /* names, in order */
} bl_name_pattern;
bl_status bl_name_pattern_new(bl_ctx *ctx, const char *who, const char *text, bl_name_pattern *out) BL_MUST_CHECK;
void bl_name_pattern_free(bl_ctx *ctx, bl_name_pattern *p);
/* The fields' values, as many as p->fields; *matched false and nothing added when the path does not fit. */
bl_status bl_name_pattern_match(bl_ctx *ctx, const bl_name_pattern *p, const char *path, bl_texts *values,
                                bool *matched) BL_MUST_CHECK;

#endif
