/* file.h: whole files in and out. */
#ifndef BALEEN_FILE_H
#define BALEEN_FILE_H

#include "baleen/context.h"

/* A whole file. max 0: 64 MiB. BL_E_IO names file and the system's reason. *out is NUL-terminated. */
bl_status bl_file_read(bl_ctx *ctx, const char *path, size_t max, char **out, size_t *n) BL_MUST_CHECK;
/* Written beside and renamed: a stop leaves the old file or the new one. */
bl_status bl_file_write(bl_ctx *ctx, const char *path, const void *bytes, size_t n) BL_MUST_CHECK;

/* The file behind a link, or behind a link to a link, whether it is there or not; else the path itself. */
bl_status bl_file_target(bl_ctx *ctx, const char *path, char **out) BL_MUST_CHECK;

/* A name that is safe in file names: what of prefix and name is not [A-Za-z0-9._-] becomes '_'. To be freed; NULL when
 * memory ran out. */
char *bl_file_name_of(bl_ctx *ctx, const char *prefix, const char *name);

/* A file in the making, for what is too large to hold. Until bl_out_done() the file at `path` stays as it was;
 * bl_out_drop() gives up. A file that is replaced keeps its rights; a link stays one, and what it points to is
 * written. */
typedef struct bl_out {
  char *path, *beside;
  int fd; /* -1 when closed */
} bl_out;
bl_status bl_out_open(bl_ctx *ctx, const char *path, bl_out *out) BL_MUST_CHECK;
bl_status bl_out_put(bl_ctx *ctx, bl_out *o, const void *bytes, size_t n) BL_MUST_CHECK;
/* n bytes of what was put, from `at` on: again in their place (a header whose numbers are known at the end alone), or
 * read back. Both leave the place where bl_out_put() goes on as it is. */
bl_status bl_out_patch(bl_ctx *ctx, bl_out *o, uint64_t at, const void *bytes, size_t n) BL_MUST_CHECK;
bl_status bl_out_get(bl_ctx *ctx, bl_out *o, uint64_t at, void *bytes, size_t n) BL_MUST_CHECK;
/* Whether a file is brought to the disk before it takes its place, which waits for the disk at each file: so it is at
 * first, and has to be for what nobody could make again. Without, a loss of power within half a minute may leave a file
 * shorter than it was written, but a stop of the program leaves every file whole all the same. For all threads; returns
 * what it was before. */
bool bl_files_sync(bl_ctx *ctx, bool on);
/* Syncs and closes: what bl_out_done() has still to do is to rename, which hardly fails. Fine when done already. */
bl_status bl_out_close(bl_ctx *ctx, bl_out *o) BL_MUST_CHECK;
/* Syncs, closes, renames; frees the handle whether it went well or not. */
bl_status bl_out_done(bl_ctx *ctx, bl_out *o) BL_MUST_CHECK;
/* Closes and removes the unfinished file. Fine on a zeroed, done or dropped handle. */
void bl_out_drop(bl_ctx *ctx, bl_out *o);

#endif
