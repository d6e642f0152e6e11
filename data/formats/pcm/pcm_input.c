/* Standard input as a recording that is read from anywhere: all of it is kept, up to a ceiling, in a temporary file. What
 * has no end is read by a feed (pcm_feed.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pcm.h"

#define SPOOL_CEILING ((uint64_t)1 << 30)
enum { SPOOL_BLOCK = 65536 };

static bl_status copy_input(bl_ctx *ctx, int to, uint64_t *total)
{
  static const char *const who = "standard input";
  unsigned char *block = bl_calloc(ctx, SPOOL_BLOCK, 1);
  bl_status s = block ? BL_OK : bl_fail_nomem(ctx, who);
  for (*total = 0; !s;) {
    ssize_t got = read(STDIN_FILENO, block, SPOOL_BLOCK);
    if (got < 0 && errno == EINTR) {
      s = BL_CHECK_CANCEL(ctx);
      continue;
    }
    if (got < 0) s = bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", who, strerror(errno));
    if (got <= 0) break;
    *total += (uint64_t)got;
    if (*total > SPOOL_CEILING)
      s = bl_fail(ctx, BL_E_UNSUPPORTED,
                  "%s: more than %llu bytes, the most that is kept of it; write it to a file and open that", who,
                  (unsigned long long)SPOOL_CEILING);
    for (ssize_t done = 0; !s && done < got;) {
      ssize_t put = write(to, block + done, (size_t)(got - done));
      if (put < 0 && errno != EINTR)
        s = bl_fail(ctx, BL_E_IO, "%s: cannot be kept in a temporary file: %s", who, strerror(errno));
      if (put > 0) done += put;
    }
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, block);
  return s;
}

bl_status bl_pcm_spool_input(bl_ctx *ctx, bl_map *out)
{
  const char *folder = getenv("TMPDIR");
  char *path = bl_strf(ctx, "%s/baleen-input-XXXXXX", folder && *folder ? folder : "/tmp");
  if (!path) return bl_fail_nomem(ctx, "standard input");
  int fd = mkstemp(path);
  bl_status s = fd < 0 ? bl_fail(ctx, BL_E_IO, "%s: no temporary file: %s", path, strerror(errno)) : BL_OK;
  if (!s) unlink(path); /* gone with its last user */
  uint64_t n = 0;
  if (!s) s = copy_input(ctx, fd, &n);
  if (!s && n) {
    void *v = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (v == MAP_FAILED) s = bl_fail(ctx, BL_E_IO, "standard input: cannot be mapped: %s", strerror(errno));
    else *out = (bl_map){v, (size_t)n};
  }
  if (fd >= 0) close(fd);
  bl_free(ctx, path);
  return s;
}
