#include "sink.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add(bl_sink *k, const char *bytes, size_t n)
{
  if (!k->status) k->status = bl_buf_add(k->ctx, &k->buf, bytes, n);
}

void bl_sink_printf(bl_sink *k, const char *format, ...)
{
  char text[1024], *longer = NULL;
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (n >= (int)sizeof text && !k->status) {
    longer = bl_calloc(k->ctx, (size_t)n + 1, 1);
    if (!longer) k->status = bl_fail_nomem(k->ctx, "a text");
    va_start(args, format);
    if (longer) vsnprintf(longer, (size_t)n + 1, format, args);
    va_end(args);
  }
  if (n > 0) add(k, longer ? longer : text, (size_t)n);
  bl_free(k->ctx, longer);
}

void bl_sink_puts(bl_sink *k, const char *raw) { add(k, raw, strlen(raw)); }

/* Bytes of the UTF-8 character at s (RFC 3629), 0 when it is none. */
static size_t utf8_len(const unsigned char *s)
{
  size_t n = s[0] < 0x80                   ? 1
             : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
             : (s[0] & 0xf0) == 0xe0       ? 3
             : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                           : 0;
  for (size_t i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if (n == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f))) return 0;
  if (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))) return 0;
  return n;
}

void bl_sink_html(bl_sink *k, const char *text)
{
  for (const char *s = text; *s;) {
    size_t n = utf8_len((const unsigned char *)s);
    switch (*s) {
    case '&': bl_sink_puts(k, "&amp;"); break;
    case '<': bl_sink_puts(k, "&lt;"); break;
    case '>': bl_sink_puts(k, "&gt;"); break;
    case '"': bl_sink_puts(k, "&quot;"); break;
    case '\'': bl_sink_puts(k, "&#39;"); break;
    case '\n': bl_sink_puts(k, "\n"); break;
    default:
      if (!n) bl_sink_puts(k, "\xef\xbf\xbd");
      else if (n == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f)) bl_sink_puts(k, " ");
      else add(k, s, n);
    }
    s += n ? n : 1;
  }
}

void bl_sink_quoted(bl_sink *k, const char *text)
{
  bl_sink_puts(k, "'");
  for (const char *s = text; *s;) {
    size_t n = utf8_len((const unsigned char *)s);
    if (!n) bl_sink_puts(k, "?");
    else if (*s == '\'') bl_sink_puts(k, "''");
    else if (n == 1 && ((unsigned char)*s < 0x20 || *s == 0x7f)) bl_sink_puts(k, " ");
    else add(k, s, n);
    s += n ? n : 1;
  }
  bl_sink_puts(k, "'");
}

void bl_sink_fixed(bl_sink *k, double x, int digits, const char *nan_text)
{
  char text[400];
  if (isnan(x)) {
    bl_sink_puts(k, nan_text);
    return;
  }
  snprintf(text, sizeof text, "%.*f", digits, x);
  for (char *c = text; *c; c++)
    if (*c == ',') *c = '.';
  bl_sink_puts(k, text);
}

void bl_sink_real(bl_sink *k, double x)
{
  char text[40];
  if (!isfinite(x)) {
    bl_sink_puts(k, "nan");
    return;
  }
  snprintf(text, sizeof text, "%.6g", x);
  for (char *c = text; *c; c++)
    if (*c == ',') *c = '.';
  bl_sink_puts(k, text);
}

/* RFC 4648, section 4. */
void bl_sink_base64(bl_sink *k, const unsigned char *bytes, size_t n)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char text[4 * 1024];
  size_t used = 0;
  for (size_t i = 0; i < n; i += 3) {
    size_t left = n - i;
    unsigned long w = (unsigned long)bytes[i] << 16;
    if (left > 1) w |= (unsigned long)bytes[i + 1] << 8;
    if (left > 2) w |= bytes[i + 2];
    text[used++] = letters[w >> 18 & 63];
    text[used++] = letters[w >> 12 & 63];
    text[used++] = left > 1 ? letters[w >> 6 & 63] : '=';
    text[used++] = left > 2 ? letters[w & 63] : '=';
    if (used == sizeof text) {
      add(k, text, used);
      used = 0;
    }
  }
  add(k, text, used);
}

void bl_sink_free(bl_sink *k) { bl_buf_free(k->ctx, &k->buf); }
