/* plain.c: see plain.h. */
#define _GNU_SOURCE /* fopencookie */
#include "plain.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* How many bytes at v are one control character: ASCII's, DEL, or U+0080 to U+009F, which terminals heed as well. */
static size_t control(const char *v, size_t n)
{
  unsigned char c = (unsigned char)v[0], next = n > 1 ? (unsigned char)v[1] : 0;
  if (c == '\n' || c == '\t') return 0;
  if (c < 0x20 || c == 0x7f) return 1;
  return c == 0xc2 && next >= 0x80 && next < 0xa0 ? 2 : 0;
}

void bl_plain_put(const char *text, size_t n, FILE *to)
{
  for (size_t i = 0; i < n;) {
    size_t from = i, k = 0;
    while (i < n && !(k = control(text + i, n - i))) i++;
    fwrite(text + from, 1, i - from, to);
    for (; k; k--, i++) fprintf(to, "\\x%02x", (unsigned char)text[i]);
  }
}

static ssize_t write_plain(void *cookie, const char *text, size_t n)
{
  FILE *to = cookie;
  bl_plain_put(text, n, to);
  return fflush(to) || ferror(to) ? -1 : (ssize_t)n;
}

void bl_plain_stdout(void)
{
  if (!isatty(STDOUT_FILENO)) return;
  FILE *plain = fopencookie(stdout, "w", (cookie_io_functions_t){.write = write_plain});
  if (!plain) return;
  setvbuf(plain, NULL, _IOLBF, BUFSIZ);
  stdout = plain;
}
