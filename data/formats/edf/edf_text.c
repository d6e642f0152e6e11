/* Numbers and texts as EDF's header can hold them: ASCII, 8 characters a number. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "edf_write.h"

/* |x| with `decimals` digits behind the point, from whole numbers: printf's point follows the locale. */
static bool fixed(double x, int decimals, char *text, size_t room)
{
  double scale = 1;
  for (int i = 0; i < decimals; i++) scale *= 10;
  double units = rint(fabs(x) * scale);
  if (!(units < 1e15)) return false;
  long long u = (long long)units, s = (long long)scale;
  char digits[40];
  int n = snprintf(digits, sizeof digits, "%s%lld", x < 0 && u ? "-" : "", u / s);
  if (decimals) n += snprintf(digits + n, sizeof digits - (size_t)n, ".%0*lld", decimals, u % s);
  while (decimals && digits[n - 1] == '0') n--;
  if (digits[n - 1] == '.') n--;
  digits[n] = '\0';
  char *zero = strstr(digits, "0.");
  if ((size_t)n >= room && zero && (zero == digits || zero[-1] == '-')) memmove(zero, zero + 1, strlen(zero)), n--;
  if ((size_t)n >= room) return false;
  memcpy(text, digits, (size_t)n + 1);
  return true;
}

double bl_edf_number(double x, char text[9])
{
  double best = (double)NAN, value;
  char trial[9];
  text[0] = '\0';
  for (int decimals = 0; isfinite(x) && decimals <= 7; decimals++) {
    if (!fixed(x, decimals, trial, sizeof trial) || !bl_parse_real(trial, &value)) continue;
    if (!isnan(best) && !(fabs(value - x) < fabs(best - x))) continue;
    best = value;
    memcpy(text, trial, sizeof trial);
  }
  return best;
}

bool bl_edf_bits(double x, unsigned most, uint32_t *bits)
{
  double v = rint(x);
  bool fits = v >= 0 && v <= most && fabs(x - v) < 1e-3;
  *bits = fits ? (uint32_t)v : 0;
  return fits;
}

/* The letters of U+00C0 to U+00FF without their marks. */
static const char latin[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

static const char *stand_in(unsigned code, char *one)
{
  one[1] = '\0';
  if (code >= 0xc0 && code <= 0xff) return one[0] = latin[code - 0xc0], one;
  switch (code) {
  case 0xb5:
  case 0x3bc: return "u";
  case 0xb0: return "deg";
  case 0x2126:
  case 0x3a9: return "Ohm";
  case 0xb2: return "2";
  case 0xb3: return "3";
  case 0x2212:
  case 0x2013:
  case 0x2014: return "-";
  default: return "_";
  }
}

bool bl_edf_ascii(const char *from, char *to, size_t n)
{
  const unsigned char *s = (const unsigned char *)from;
  bool same = true;
  size_t used = 0;
  while (*s) {
    char one[2];
    const char *put = one;
    if (*s < 0x80) {
      one[0] = *s >= 0x20 && *s < 0x7f ? (char)*s : '_', one[1] = '\0';
      same &= one[0] == (char)*s++;
    } else {
      unsigned code = *s >= 0xe0 ? *s & 0x0fu : *s & 0x1fu;
      bool beyond = *s >= 0xf0;
      for (s++; (*s & 0xc0) == 0x80; s++) code = code << 6 | (*s & 0x3fu);
      put = stand_in(beyond ? 0 : code, one);
      same = false;
    }
    size_t len = strlen(put);
    if (used + len + 1 > n) same = false;
    else memcpy(to + used, put, len), used += len;
  }
  to[used] = '\0';
  return same;
}

bool bl_edf_label(const char *from, char to[17])
{
  bool same = bl_edf_ascii(from, to, 17);
  if (strcmp(to, "EDF Annotations") && strcmp(to, "BDF Annotations")) return same;
  to[3] = '_';
  return false;
}
