/* Whole files in and out. What is written is written beside its place and renamed over it, so that a stop at any moment
 * leaves the old file or the new one. */
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

/* ---- reading ------------------------------------------------------------------------------------------------------- */

/* Room for what stat() promises and a little more, which finds out that the file ended there. */
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
    size_t room = cap > max / 2 ? max + 2 : cap * 2;
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

/* ---- writing ------------------------------------------------------------------------------------------------------- */

bl_status bl_out_open(bl_ctx *ctx, const char *path, bl_out *out)
{
  bl_out o = {.fd = -1};
  bl_status s = BL_OK;
  struct stat st;
  *out = o;
  /* renaming over a device or a pipe would put a file in its place, for everybody */
  if (!stat(path, &st) && !S_ISREG(st.st_mode))
    return bl_fail(ctx, BL_E_IO, "%s: is there and is no plain file; name another", path);
  if (!(o.path = bl_strdup(ctx, path))) s = bl_fail_nomem(ctx, path);
  for (unsigned k = 0; !s && o.fd < 0; k++) {
    bl_free(ctx, o.beside);
    if (!(o.beside = bl_strf(ctx, "%s.new-%ld-%u", path, (long)getpid(), k))) {
      s = bl_fail_nomem(ctx, path);
    } else {
      o.fd = open(o.beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); /* the rights that umask leaves */
      if (o.fd < 0 && (errno != EEXIST || k >= 1000)) s = fail_io(ctx, path, "write it");
    }
  }
  if (!s) {
    *out = o;
    return BL_OK;
  }
  bl_free(ctx, o.path);
  bl_free(ctx, o.beside);
  *out = (bl_out){.fd = -1};
  return s;
}

bl_status bl_out_put(bl_ctx *ctx, bl_out *o, const void *bytes, size_t n)
{
  const char *v = bytes;
  while (n) {
    ssize_t put = write(o->fd, v, n);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_io(ctx, o->path, "write it");
    v += put;
    n -= (size_t)put;
  }
  return BL_OK;
}

bl_status bl_out_done(bl_ctx *ctx, bl_out *o)
{
  /* some file systems know no sync: that alone is no reason to give up */
  bool ok = fsync(o->fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  int fd = o->fd;
  o->fd = -1;
  if (close(fd)) ok = false;
  if (ok && rename(o->beside, o->path)) ok = false;
  bl_status s = ok ? BL_OK : fail_io(ctx, o->path, "write it");
  if (!ok) unlink(o->beside);
  bl_free(ctx, o->path);
  bl_free(ctx, o->beside);
  *o = (bl_out){.fd = -1};
  return s;
}

void bl_out_drop(bl_ctx *ctx, bl_out *o)
{
  if (!o->beside) return;
  if (o->fd >= 0) close(o->fd);
  unlink(o->beside);
  bl_free(ctx, o->path);
  bl_free(ctx, o->beside);
  *o = (bl_out){.fd = -1};
}

bl_status bl_file_write(bl_ctx *ctx, const char *path, const void *bytes, size_t n)
{
  bl_out o;
  bl_status s = bl_out_open(ctx, path, &o);
  if (!s) s = bl_out_put(ctx, &o, bytes, n);
  if (!s) s = bl_out_done(ctx, &o);
  bl_out_drop(ctx, &o);
  return s;
}
