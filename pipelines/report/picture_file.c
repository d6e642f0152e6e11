/* picture_file.c: see picture_file.h. */
#include "picture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The last chunk of every PNG, without data, with its checksum (PNG 1.2, 11.2.5). */
static const unsigned char png_end[12] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};

/* The last bytes of a file, `room` at most; how many there are. */
static size_t read_tail(int fd, char *v, size_t room)
{
  off_t size = lseek(fd, 0, SEEK_END);
  if (size <= 0) return 0;
  size_t n = (size_t)size < room ? (size_t)size : room;
  ssize_t got = pread(fd, v, n, size - (off_t)n);
  return got > 0 ? (size_t)got : 0;
}

static bool ends_well(const char *v, size_t n, bool svg)
{
  static const char svg_end[] = "</svg>";
  if (!svg) return n >= sizeof png_end && !memcmp(v + n - sizeof png_end, png_end, sizeof png_end);
  while (n && strchr(" \r\n\t", v[n - 1])) n--;
  return n >= strlen(svg_end) && !memcmp(v + n - strlen(svg_end), svg_end, strlen(svg_end));
}

bl_status bl_picture_check(bl_ctx *ctx, const char *path, bool svg)
{
  char tail[64];
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return bl_fail(ctx, BL_E_IO, "%s: gnuplot could not write it: %s", path, strerror(errno));
  size_t n = read_tail(fd, tail, sizeof tail);
  bool file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
  close(fd);
  if (ends_well(tail, n, svg)) return BL_OK;
  if (file) unlink(path);
  return bl_fail(ctx, BL_E_IO, "%s: gnuplot could not write it to its end; is the disk full?", path);
}
