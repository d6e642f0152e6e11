/* path.h: paths as text, and finding recordings by patterns. Private to the data layer. */
#ifndef BL_DATA_PATH_H
#define BL_DATA_PATH_H

#include "baleen/memory.h"

/* Each gives a new text, or NULL when memory ran out. */
char *bl_path_join(bl_ctx *ctx, const char *folder, const char *path); /* an absolute path stays as it is */
char *bl_path_normal(bl_ctx *ctx, const char *path); /* without "//", "." and "x/.."; links are not looked at */
char *bl_path_folder(bl_ctx *ctx, const char *path); /* up to the last slash; "." when there is none */
char *bl_path_stem(bl_ctx *ctx, const char *path);   /* without the last extension */

/* Recordings that patterns matched; a path may begin with settings of raw samples (bl_recording_file).
 * Names are the paths below `base`, the folder that all patterns share up to their first wildcard, so that a name does
 * not depend on which other files there are. Ascending by name, each file once. */
typedef struct bl_found {
  bl_texts paths, names;
  char *base;
} bl_found;
/* Patterns are relative to `folder`: * ? [abc] within one name, ** for folders of any depth, {a,b} for alternatives; a
 * folder, also one that a wildcard matched, means all recordings below it. There, and where a pattern's end is open
 * ("rec/S*"), files are taken that have a recording's extension, and .npy, .csv, .tsv, .raw and .pcm files that
 * bl_sidecar_tells() takes for recordings. A pattern may follow settings of raw samples (pcm:rate=48000:raw/S*): then
 * .raw and .pcm are the extensions. Names that begin with a dot are found only when asked for by a dot; links to
 * folders are followed only where the pattern names them. BL_E_CONFIG, beginning with `who`, when a pattern matches
 * nothing, or when two give one file different settings. */
bl_status bl_find_recordings(bl_ctx *ctx, const char *who, const char *folder, const bl_texts *patterns,
                             bl_found *out) BL_MUST_CHECK;
void bl_found_free(bl_ctx *ctx, bl_found *f);
/* All that {a,b} in a pattern stands for, appended. */
bl_status bl_expand_braces(bl_ctx *ctx, const char *pattern, bl_texts *out) BL_MUST_CHECK;

#endif
