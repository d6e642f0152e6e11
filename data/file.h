/* file.h: files written beside and renamed, and files mapped for reading. Private to the data layer. */
#ifndef BL_DATA_FILE_H
#define BL_DATA_FILE_H

#include "baleen/memory.h"
#include "baleen/table.h"

/* A file in the making. Until bl_out_done() the file at `path` stays as it was; bl_out_drop() gives up. */
typedef struct bl_out {
  char *path, *beside;
  int fd;              /* -1 when closed */
} bl_out;
bl_status bl_out_open(bl_ctx *ctx, const char *path, bl_out *out) BL_MUST_CHECK;
bl_status bl_out_put(bl_ctx *ctx, bl_out *o, const void *bytes, size_t n) BL_MUST_CHECK;
/* Syncs, closes, renames; frees the handle whether it went well or not. */
bl_status bl_out_done(bl_ctx *ctx, bl_out *o) BL_MUST_CHECK;
/* Closes and removes the unfinished file. Fine on a zeroed, done or dropped handle. */
void bl_out_drop(bl_ctx *ctx, bl_out *o);

/* A whole file, read-only, as memory; v NULL when it is empty. */
typedef struct bl_map {
  unsigned char *v;
  size_t n;
} bl_map;
bl_status bl_map_open(bl_ctx *ctx, const char *path, bl_map *out) BL_MUST_CHECK;
void bl_map_close(bl_map *m);

#endif
