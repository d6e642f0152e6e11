/* See intake.h. */
#include "intake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "baleen/memory.h"

enum { WAIT_MS = 100, SKIP_BYTES = 65536 };

bl_status bl_intake_memory(bl_ctx *ctx, const char *path, const unsigned char *bytes, size_t n, size_t cut,
                           bl_intake *out)
{
  *out = (bl_intake){.path = bl_strdup(ctx, path), .memory = bytes, .n_memory = n, .memory_cut = cut ? cut : 1};
  return out->path ? BL_OK : bl_fail_nomem(ctx, "a pipe's name");
}

bl_status bl_intake_open(bl_ctx *ctx, const char *path, bl_intake *out)
{
  bool standard = !strcmp(path, "-");
  *out = (bl_intake){.path = bl_strdup(ctx, standard ? "standard input" : path)};
  if (!out->path) return bl_fail_nomem(ctx, "a pipe's name");
  int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  out->file = fd + 1;
  return fd < 0 ? bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", path, strerror(errno)) : BL_OK;
}

/* A signal that comes between the look at the flag and the call would be slept through, hence the short waits. */
static bl_status wait_for_bytes(bl_ctx *ctx, const bl_intake *in)
{
  struct pollfd p = {.fd = in->file - 1, .events = POLLIN};
  for (;;) {
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    int ready = poll(&p, 1, WAIT_MS);
    if (ready > 0) return BL_CHECK_CANCEL(ctx); /* a signal that comes with the end of the pipe counts first */
    if (ready < 0 && errno != EINTR)
      return bl_fail(ctx, BL_E_IO, "%s: cannot be waited for: %s", in->path, strerror(errno));
  }
}

static bl_status read_some(bl_ctx *ctx, bl_intake *in, size_t most)
{
  if (in->memory) {
    size_t n = in->n_memory < in->memory_cut ? in->n_memory : in->memory_cut;
    if (n > most) n = most;
    memcpy(in->v + in->n, in->memory, n);
    in->memory += n, in->n_memory -= n, in->n += n;
    in->ended = !n;
    return BL_CHECK_CANCEL(ctx);
  }
  bl_status s = wait_for_bytes(ctx, in);
  if (s) return s;
  ssize_t got = read(in->file - 1, in->v + in->n, most);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return BL_OK;
  if (got < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", in->path, strerror(errno));
  in->n += (size_t)got;
  in->ended = !got;
  return BL_OK;
}

bl_status bl_intake_want(bl_ctx *ctx, bl_intake *in, size_t need, size_t most)
{
  if (bl_intake_n(in) >= need || in->ended) return BL_OK;
  if (most < need) most = need;
  if (in->at) memmove(in->v, in->v + in->at, bl_intake_n(in));
  in->n -= in->at;
  in->at = 0;
  void *v = in->v;
  bl_status s = bl_grow(ctx, &v, &in->cap, most, 1, "bytes of a pipe");
  in->v = v;
  while (!s && in->n < need && !in->ended) s = read_some(ctx, in, most - in->n);
  return s;
}

bl_status bl_intake_skip(bl_ctx *ctx, bl_intake *in, uint64_t n)
{
  bl_status s = BL_OK;
  while (!s && n && (bl_intake_n(in) || !in->ended)) {
    s = bl_intake_want(ctx, in, 1, n < SKIP_BYTES ? (size_t)n : SKIP_BYTES);
    size_t now = bl_intake_n(in) < n ? bl_intake_n(in) : (size_t)n;
    bl_intake_take(in, now);
    n -= now;
  }
  return s;
}

void bl_intake_close(bl_ctx *ctx, bl_intake *in)
{
  if (in->file > STDIN_FILENO + 1) close(in->file - 1);
  bl_free(ctx, in->v);
  bl_free(ctx, in->path);
  *in = (bl_intake){0};
}
