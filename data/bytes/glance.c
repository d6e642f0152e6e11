/* See glance.h. */
#include "glance.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static size_t read_at(int fd, uint64_t at, unsigned char *to, size_t n)
{
  size_t done = 0;
  while (done < n && at + done <= INT64_MAX) {
    ssize_t got = pread(fd, to + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += (size_t)got;
  }
  return done;
}

/* Copies what is there already. */
static size_t take(const bl_glance *g, uint64_t at, unsigned char *to, size_t n)
{
  if (at < g->at || at - g->at >= g->n) return 0;
  size_t from = (size_t)(at - g->at), m = g->n - from < n ? g->n - from : n;
  memcpy(to, g->v + from, m);
  return m;
}

size_t bl_glance_read(bl_glance *g, uint64_t at, void *to, size_t n)
{
  unsigned char *out = to;
  size_t done = take(g, at, out, n);
  if (done == n) return n;
  if (n - done >= BL_GLANCE_BYTES) return done + read_at(g->fd, g->base + at + done, out + done, n - done);
  g->at = at + done;
  g->n = read_at(g->fd, g->base + g->at, g->v, BL_GLANCE_BYTES);
  return done + take(g, g->at, out + done, n - done);
}
