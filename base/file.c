/* Whole files in and out. What is written is written beside its place and renamed over it, so that a stop at any moment
 * leaves the old file or the new one. */
#include "baleen/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/memory.h"
#include "context_private.h"

#define FILE_CEILING ((size_t)64 << 20)
enum { MAX_LINKS = 40, MAX_BASE = 200 }; /* Linux's own limit of links; 255 bytes a name, less the suffix */

static bl_status fail_io(bl_ctx *ctx, const char *path, const char *what)
{
  return bl_fail(ctx, BL_E_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

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

/* ---- writing ----------------------------------------------------------------------------------------------------- */

char *bl_file_name_of(bl_ctx *ctx, const char *prefix, const char *name)
{
  char *file = bl_strf(ctx, "%s%s", prefix, name);
  for (char *c = file; c && *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("._-", *c)) *c = '_';
  return file;
}

/* The file that a path stands for when its last name is a link, or a link to one, whether it is there or not. */
bl_status bl_file_target(bl_ctx *ctx, const char *path, char **out)
{
  char link[4096];
  char *at = bl_strdup(ctx, path);
  for (int hops = 0; at && hops < MAX_LINKS; hops++) {
    ssize_t n = readlink(at, link, sizeof link - 1);
    if (n < 0) break; /* no link; what else is wrong with it, opening it will tell */
    link[n] = '\0';
    const char *slash = link[0] == '/' ? NULL : strrchr(at, '/');
    char *next = bl_strf(ctx, "%.*s%s", slash ? (int)(slash - at + 1) : 0, at, link);
    bl_free(ctx, at);
    at = next;
  }
  *out = at;
  return at ? BL_OK : bl_fail_nomem(ctx, path);
}

/* A name beside `path`, cut where it would be longer than file systems take, between characters of UTF-8. */
static char *name_beside(bl_ctx *ctx, const char *path, unsigned k)
{
  const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
  size_t n = strlen(base);
  if (n > MAX_BASE) n = MAX_BASE;
  while (n && base[n] && ((unsigned char)base[n] & 0xc0) == 0x80) n--;
  return bl_strf(ctx, "%.*s.new-%ld-%u", (int)(base - path) + (int)n, path, (long)getpid(), k);
}

/* Opens a file that is new, with the rights of the one it will replace, else those that umask leaves. */
static int open_new(const char *path, const struct stat *old)
{
  mode_t rights = old ? old->st_mode & 0777 : 0666;
  int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, rights);
  if (fd >= 0 && old)
    (void)!fchmod(fd, rights); /* where umask took some; a file system without rights has none to keep */
  return fd;
}

bl_status bl_out_open(bl_ctx *ctx, const char *path, bl_out *out)
{
  bl_out o = {.fd = -1};
  struct stat st;
  *out = o;
  bool there = !stat(path, &st);
  /* renaming over a device or a pipe would put a file in its place, for everybody */
  if (there && !S_ISREG(st.st_mode))
    return bl_fail(ctx, BL_E_IO, "%s: is there and is no plain file; name another", path);
  bl_status s = bl_file_target(ctx, path, &o.path);
  for (unsigned k = 0; !s && o.fd < 0; k++) {
    bl_free(ctx, o.beside);
    if (!(o.beside = name_beside(ctx, o.path, k))) {
      s = bl_fail_nomem(ctx, path);
    } else {
      o.fd = open_new(o.beside, there ? &st : NULL);
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

bl_status bl_out_patch(bl_ctx *ctx, bl_out *o, uint64_t at, const void *bytes, size_t n)
{
  const char *v = bytes;
  while (n) {
    ssize_t put = pwrite(o->fd, v, n, (off_t)at);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail_io(ctx, o->path, "write it");
    v += put;
    at += (uint64_t)put;
    n -= (size_t)put;
  }
  return BL_OK;
}

bl_status bl_out_get(bl_ctx *ctx, bl_out *o, uint64_t at, void *bytes, size_t n)
{
  char *v = bytes;
  while (n) {
    ssize_t got = pread(o->fd, v, n, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_io(ctx, o->path, "read it back");
    if (!got) return bl_fail(ctx, BL_E_IO, "%s: is shorter than what was written", o->path);
    v += got;
    at += (uint64_t)got;
    n -= (size_t)got;
  }
  return BL_OK;
}

bool bl_files_sync(bl_ctx *ctx, bool on) { return !atomic_exchange(&ctx->core->unsynced, !on); }

bl_status bl_out_close(bl_ctx *ctx, bl_out *o)
{
  if (o->fd < 0) return BL_OK;
  /* some file systems know no sync: that alone is no reason to give up */
  bool ok = atomic_load(&ctx->core->unsynced) || fsync(o->fd) == 0 || errno == EINVAL || errno == ENOTSUP;
  int fd = o->fd;
  o->fd = -1;
  if (close(fd)) ok = false;
  return ok ? BL_OK : fail_io(ctx, o->path, "write it");
}

bl_status bl_out_done(bl_ctx *ctx, bl_out *o)
{
  bl_status s = bl_out_close(ctx, o);
  if (!s && rename(o->beside, o->path)) s = fail_io(ctx, o->path, "write it");
  if (s) unlink(o->beside);
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
