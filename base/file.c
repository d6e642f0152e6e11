#include "baleen/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/memory.h"

#define FILE_CEILING ((size_t)64 << 20)

static bl_status fail_io(bl_ctx *ctx, const char *path, const char *what)
{
  return bl_fail(ctx, BL_E_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* Room for what stat() promises and one byte more, which finds out that the file ended there. */
static size_t first_room(int fd, size_t max)
{
  struct stat st;
  size_t room = 65536;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size >= 0) room = (size_t)st.st_size + 2;
  return room > max + 2 ? max + 2 : room;
}

bl_status bl_file_read(bl_ctx *ctx, const char *path, size_t max, char **out, size_t *n)
{
  *out = NULL;
  *n = 0;
  if (!max) max = FILE_CEILING;
  bl_status s = BL_OK;
  char *v = NULL;
  size_t len = 0, cap = 0;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_io(ctx, path, "open it");
  cap = first_room(fd, max);
  if (!(v = bl_calloc(ctx, cap, 1))) {
    s = bl_fail_nomem(ctx, path);
    goto done;
  }
  for (;;) {
    ssize_t got = read(fd, v + len, cap - 1 - len);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      s = fail_io(ctx, path, "read it");
      goto done;
    }
    len += (size_t)got;
    if (len > max) {
      s = bl_fail(ctx, BL_E_FORMAT, "%s: larger than %zu bytes, the most that is read of such a file", path, max);
      goto done;
    }
    if (!got) break;
    if (len + 1 < cap) continue;
    size_t room = cap > max ? max + 2 : cap * 2;
    char *grown = bl_realloc(ctx, v, room, 1);
    if (!grown) {
      s = bl_fail_nomem(ctx, path);
      goto done;
    }
    v = grown;
    cap = room;
  }
  v[len] = '\0';
  *out = v;
  *n = len;
  v = NULL;

done:
  bl_free(ctx, v);
  close(fd);
  return s;
}

/* A new file beside `path`, with the rights that a plain open() gives. *name is to be freed. */
static int open_beside(bl_ctx *ctx, const char *path, char **name)
{
  for (unsigned k = 0; k < 1000; k++) {
    char *p = bl_strf(ctx, "%s.new-%ld-%u", path, (long)getpid(), k);
    if (!p) return errno = ENOMEM, -1;
    int fd = open(p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return *name = p, fd;
    bl_free(ctx, p);
    if (errno != EEXIST) return -1;
  }
  return -1;
}

static bool write_all(int fd, const char *v, size_t n)
{
  while (n) {
    ssize_t put = write(fd, v, n);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    v += put;
    n -= (size_t)put;
  }
  return fsync(fd) == 0 || errno == EINVAL || errno == EROFS; /* pipes and the like know no sync */
}

bl_status bl_file_write(bl_ctx *ctx, const char *path, const void *bytes, size_t n)
{
  char *beside = NULL;
  int fd = open_beside(ctx, path, &beside);
  if (fd < 0) return errno == ENOMEM ? bl_fail_nomem(ctx, path) : fail_io(ctx, path, "write it");
  bool ok = write_all(fd, bytes, n);
  int reason = errno;
  if (close(fd) && ok) ok = false, reason = errno;
  if (ok && rename(beside, path)) ok = false, reason = errno;
  if (!ok) unlink(beside);
  bl_free(ctx, beside);
  errno = reason;
  return ok ? BL_OK : fail_io(ctx, path, "write it");
}
