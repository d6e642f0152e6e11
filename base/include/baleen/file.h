/* file.h: whole files in and out. */
#ifndef BALEEN_FILE_H
#define BALEEN_FILE_H

#include "baleen/context.h"

/* A whole file. max 0: 64 MiB. BL_E_IO names file and the system's reason. *out is NUL-terminated. */
bl_status bl_file_read(bl_ctx *ctx, const char *path, size_t max, char **out, size_t *n) BL_MUST_CHECK;
/* Written beside and renamed: a stop leaves the old file or the new one. */
bl_status bl_file_write(bl_ctx *ctx, const char *path, const void *bytes, size_t n) BL_MUST_CHECK;

#endif
