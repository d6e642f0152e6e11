/* file.h: files mapped for reading. Private to the data layer. */
#ifndef BL_DATA_FILE_H
#define BL_DATA_FILE_H

#include "baleen/file.h"

/* A whole file, read-only, as memory; v NULL when it is empty. */
typedef struct bl_map {
  unsigned char *v;
  size_t n;
} bl_map;
bl_status bl_map_open(bl_ctx *ctx, const char *path, bl_map *out) BL_MUST_CHECK;
void bl_map_close(bl_map *m);

#endif
