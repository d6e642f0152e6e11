/* Files as memory. Reading and writing whole files is base's. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bl_status fail_io(bl_ctx *ctx, const char *path, const char *what)
{
  return bl_fail(ctx, BL_E_IO, "%s: cannot %s: %s", path, what, strerror(errno));
}

bl_status bl_map_open(bl_ctx *ctx, const char *path, bl_map *out)
{
  *out = (bl_map){0};
  bl_status s = BL_OK;
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_io(ctx, path, "open it");
  if (fstat(fd, &st)) {
    s = fail_io(ctx, path, "read it");
  } else if (!S_ISREG(st.st_mode)) {
    s = bl_fail(ctx, BL_E_IO, "%s: not a plain file", path);
  } else if (st.st_size > 0) {
    void *v = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (v == MAP_FAILED) s = fail_io(ctx, path, "map it");
    else *out = (bl_map){v, (size_t)st.st_size};
  }
  close(fd);
  return s;
}

void bl_map_close(bl_map *m)
{
  if (m->v) munmap(m->v, m->n);
  *m = (bl_map){0};
}
