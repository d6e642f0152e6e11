/* See window.h. */
#include "window.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/memory.h"

enum { PIECE_BYTES = 256 << 10 };

bl_status bl_window_open(bl_ctx *ctx, const char *path, bl_window *out)
{
  *out = (bl_window){0};
  bl_status s = bl_window_memory(ctx, path, NULL, 0, out);
  if (s) return s;
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  out->file = fd + 1;
  if (fd < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(fd, &st)) return bl_fail(ctx, BL_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
  if (!S_ISREG(st.st_mode)) return bl_fail(ctx, BL_E_IO, "%s: is no regular file; copy it to one", path);
  out->n_bytes = (uint64_t)st.st_size;
  return BL_OK;
}

bl_status bl_window_memory(bl_ctx *ctx, const char *path, const unsigned char *bytes, uint64_t n, bl_window *out)
{
  *out = (bl_window){.path = bl_strdup(ctx, path), .memory = bytes, .n_bytes = n};
  return out->path ? BL_OK : bl_fail_nomem(ctx, "a file's name");
}

static bl_status fill(bl_ctx *ctx, bl_window *w, uint64_t at, size_t n, size_t at_least)
{
  void *v = w->piece;
  w->n = 0;
  bl_status s = bl_grow(ctx, &v, &w->cap, n, 1, "a piece of a file");
  w->piece = v;
  w->at = at;
  while (!s && w->n < n) {
    ssize_t got = pread(w->file - 1, w->piece + w->n, n - w->n, (off_t)(at + w->n));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", w->path, strerror(errno));
    if (!got) break;
    w->n += (size_t)got;
  }
  if (!s && w->n < at_least)
    s = bl_fail(
        ctx, BL_E_IO,
        "%s: the file became shorter while it was read: it had %llu bytes when it was opened, and ends at byte %llu now",
        w->path, (unsigned long long)w->n_bytes, (unsigned long long)(at + w->n));
  return s;
}

bl_status bl_window_get(bl_ctx *ctx, bl_window *w, uint64_t at, size_t n, size_t ahead, const unsigned char **v)
{
  *v = w->piece;
  if (at > w->n_bytes || n > w->n_bytes - at)
    return bl_fail(ctx, BL_E_INTERNAL, "%s: bytes from %llu on are not in the file", w->path, (unsigned long long)at);
  if (w->memory) {
    *v = w->memory + at;
    return BL_OK;
  }
  if (at < w->at || at - w->at > w->n || n > w->n - (size_t)(at - w->at)) {
    size_t more = ahead > n ? ahead : n;
    /* who steps back will again: half of what is read ahead lies behind then, or each step back would read all of it */
    bool back = at < w->at && w->at - at <= more;
    size_t behind = back ? (size_t)(at < (more - n) / 2 ? at : (more - n) / 2) : 0;
    if (more - behind > w->n_bytes - at) more = behind + (size_t)(w->n_bytes - at);
    bl_status s = more ? fill(ctx, w, at - behind, more, behind + n) : BL_OK;
    if (s || !more) return s;
  }
  *v = w->piece + (at - w->at);
  return BL_OK;
}

size_t bl_window_part(size_t n, size_t bytes)
{
  size_t most = bytes < PIECE_BYTES ? PIECE_BYTES / bytes : 1;
  return n < most ? n : most;
}

bl_status bl_window_samples(bl_ctx *ctx, bl_window *w, uint64_t at, bl_sample_type type, size_t step, size_t n,
                            size_t ahead, const bl_scale *scale, float *to, size_t to_step)
{
  const unsigned char *v;
  if (!n) return BL_OK;
  bl_status s = bl_window_get(ctx, w, at, (n - 1) * step + bl_sample_bytes(type.kind), ahead, &v);
  if (s) return s;
  if (!w->told && bl_samples_lose_steps(v, type, step, n, scale)) {
    w->told = true;
    bl_warn(
        ctx, BL_W_ADJUSTED,
        "%s: samples lie so close together, so far from 0, that 32 bits cannot hold the steps between them: they are lost; take what "
        "they have in common off before",
        w->path);
  }
  bl_samples_get(v, type, step, n, scale, to, to_step);
  return BL_OK;
}

void bl_window_close(bl_ctx *ctx, bl_window *w)
{
  if (w->file > 0) close(w->file - 1);
  bl_free(ctx, w->piece);
  bl_free(ctx, w->path);
  *w = (bl_window){0};
}
