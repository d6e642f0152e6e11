/* EDFlib's opinion. It keeps one table of open files for the process, so that one caller at a time may have it. */
#include <edflib.h>
#include <pthread.h>

#include "baleen/recording_write.h"

/* One lock for the library's global state; nothing else of ours is behind it. */
static pthread_mutex_t edflib_lock = PTHREAD_MUTEX_INITIALIZER;

bl_status bl_edf_verdict(bl_ctx *ctx, const char *path, bool *takes, int *code)
{
  struct edf_hdr_struct *header = bl_calloc(ctx, 1, sizeof *header);
  if (!header) return bl_fail_nomem(ctx, "EDFlib's header");
  pthread_mutex_lock(&edflib_lock);
  *takes = !edfopen_file_readonly(path, header, EDFLIB_READ_ALL_ANNOTATIONS);
  *code = *takes ? 0 : header->filetype;
  if (*takes) edfclose_file(header->handle);
  pthread_mutex_unlock(&edflib_lock);
  bl_free(ctx, header);
  return BL_OK;
}
