#include "baleen/text.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* strtod under the "C" locale, for the numbers that the exact short cut cannot take. */
static bool slow_real(const char *s, size_t n, double *out)
{
  char buf[512];
  if (n >= sizeof buf) return false;
  memcpy(buf, s, n);
  buf[n] = '\0';
  locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!c) return false;
  locale_t before = uselocale(c);
  char *end;
  *out = strtod(buf, &end);
  uselocale(before);
  freelocale(c);
  return end == buf + n;
}

bool bl_parse_real_n(const char *s, size_t n, double *out)
{
  while (n && is_blank(*s)) s++, n--;
  while (n && is_blank(s[n - 1])) n--;
  if (!n) return false;
  size_t i = 0;
  bool negative = s[0] == '-';
  if (s[0] == '-' || s[0] == '+') i++;
  if (n - i == 3 && !strncasecmp(s + i, "nan", 3)) return *out = (double)NAN, true;
  if ((n - i == 3 && !strncasecmp(s + i, "inf", 3)) || (n - i == 8 && !strncasecmp(s + i, "infinity", 8)))
    return *out = negative ? -(double)INFINITY : (double)INFINITY, true;

  /* Digits up to 2^53 times or over a power of ten up to 22 are exact in double (Clinger 1990). */
  static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  uint64_t digits = 0;
  int n_digits = 0, n_seen = 0, scale = 0, exponent = 0;
  for (; i < n && is_digit(s[i]); i++, n_seen++)
    if (n_digits < 19) digits = digits * 10 + (uint64_t)(s[i] - '0'), n_digits += digits > 0;
    else scale++;
  if (i < n && s[i] == '.')
    for (i++; i < n && is_digit(s[i]); i++, n_seen++)
      if (n_digits < 19) digits = digits * 10 + (uint64_t)(s[i] - '0'), n_digits += digits > 0, scale--;
  if (!n_seen) return false;
  if (i < n && (s[i] == 'e' || s[i] == 'E')) {
    bool minus = ++i < n && s[i] == '-';
    if (i < n && (s[i] == '-' || s[i] == '+')) i++;
    if (i >= n || !is_digit(s[i])) return false;
    for (; i < n && is_digit(s[i]); i++)
      if (exponent < 100000) exponent = exponent * 10 + (s[i] - '0');
    if (minus) exponent = -exponent;
  }
  if (i != n) return false;
  exponent += scale;
  if (n_digits <= 15 && exponent >= -22 && exponent <= 22) {
    double x = exponent < 0 ? (double)digits / ten[-exponent] : (double)digits * ten[exponent];
    *out = negative ? -x : x;
    return true;
  }
  return slow_real(s, n, out);
}

bool bl_parse_real(const char *s, double *out) { return bl_parse_real_n(s, strlen(s), out); }

bool bl_parse_real_comma(const char *s, double *out)
{
  const char *comma = strchr(s, ',');
  char plain[64];
  if (!comma) return bl_parse_real(s, out);
  size_t n = strlen(s);
  if (n >= sizeof plain || strchr(s, '.') || strchr(comma + 1, ',')) return false;
  memcpy(plain, s, n + 1);
  plain[comma - s] = '.';
  return bl_parse_real_n(plain, n, out);
}

bool bl_parse_int(const char *s, int64_t *out)
{
  while (is_blank(*s)) s++;
  bool negative = *s == '-';
  if (*s == '-' || *s == '+') s++;
  if (!is_digit(*s)) return false;
  uint64_t x = 0, top = (uint64_t)INT64_MAX + negative;
  for (; is_digit(*s); s++) {
    uint64_t d = (uint64_t)(*s - '0');
    if (x > (top - d) / 10) return false;
    x = x * 10 + d;
  }
  while (is_blank(*s)) s++;
  if (*s) return false;
  *out = negative ? (int64_t)(0 - x) : (int64_t)x;
  return true;
}

bool bl_parse_bool(const char *s, bool *out)
{
  static const char *const yes[] = {"true", "yes", "on"}, *const no[] = {"false", "no", "off"};
  for (size_t i = 0; i < 3; i++) {
    if (bl_text_equal_nocase(s, yes[i])) return *out = true, true;
    if (bl_text_equal_nocase(s, no[i])) return *out = false, true;
  }
  return false;
}

/* Most numbers of tables are whole: 0 to 1e15, what %.15g makes of them. */
static bool format_whole(double x, char *buf)
{
  if (!(x >= 0 && x < 1e15) || signbit(x) || x != trunc(x)) return false;
  char digits[16];
  size_t n = 0;
  uint64_t left = (uint64_t)x;
  do digits[n++] = (char)('0' + left % 10);
  while (left /= 10);
  while (n) *buf++ = digits[--n];
  *buf = '\0';
  return true;
}

char *bl_format_real(double x, char *buf)
{
  if (isnan(x)) return memcpy(buf, "nan", 4);
  if (isinf(x)) return x < 0 ? memcpy(buf, "-inf", 5) : memcpy(buf, "inf", 4);
  if (format_whole(x, buf)) return buf;
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(buf, 32, "%.*g", digits, x);
    char *to = buf; /* a locale's decimal sign, however many bytes it has, becomes one point */
    for (char *p = buf; *p; p++) {
      if (is_digit(*p) || *p == '-' || *p == '+' || *p == 'e') *to++ = *p;
      else if (to == buf || to[-1] != '.') *to++ = '.';
    }
    *to = '\0';
    double back;
    if (bl_parse_real(buf, &back) && back == x) break;
  }
  return buf;
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

size_t bl_edit_distance(const char *a, const char *b)
{
  enum { MAX = 64 };
  size_t na = strnlen(a, MAX), nb = strnlen(b, MAX);
  size_t d[3][MAX + 1]; /* three rows of the table are enough for transpositions */
  for (size_t j = 0; j <= nb; j++) d[0][j] = j;
  for (size_t i = 1; i <= na; i++) {
    size_t *row = d[i % 3], *up = d[(i - 1) % 3], *up2 = d[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      size_t best = up[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
      if (up[j] + 1 < best) best = up[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]) &&
          up2[j - 2] + 1 < best)
        best = up2[j - 2] + 1;
      row[j] = best;
    }
  }
  return d[na % 3][nb];
}

const char *bl_nearest(const char *name, const char *(*at)(const void *arg, size_t n), const void *arg)
{
  const char *best = NULL, *candidate;
  size_t n = strlen(name), best_d = SIZE_MAX;
  /* farther than this is another word, not a slip: two letters of "svc" have to change to make "csv" of it */
  size_t most = n / 3 + 1 < n / 2 ? n / 3 + 1 : n / 2;
  for (size_t i = 0; (candidate = at(arg, i)) != NULL; i++) {
    size_t d = bl_edit_distance(name, candidate);
    /* a word left unfinished, or the middle of one ("logistic" for logistic_regression), counts as a slip too */
    if (n >= 3 && strstr(candidate, name) && d > 1) d = 1;
    /* who mistypes several letters still begins with the right one */
    if (d > 1 && lower(*name) != lower(*candidate)) continue;
    if (d <= most && d < best_d) best_d = d, best = candidate;
  }
  return best;
}

bool bl_text_equal(const char *a, const char *b) { return a == b || (a && b && !strcmp(a, b)); }

bool bl_text_equal_nocase(const char *a, const char *b)
{
  for (; *a && *b; a++, b++)
    if (lower(*a) != lower(*b)) return false;
  return *a == *b;
}

bool bl_text_ends_with(const char *s, const char *tail)
{
  size_t n = strlen(s), m = strlen(tail);
  return n >= m && bl_text_equal_nocase(s + n - m, tail);
}

/* Matches one set like [a-z_] or [!0-9]; returns the byte behind it, or NULL when it is not closed. */
static const char *match_set(const char *p, char c, bool *hit)
{
  bool negate = *p == '!' || *p == '^';
  if (negate) p++;
  *hit = false;
  for (const char *first = p; *p && (*p != ']' || p == first); p++) {
    if (p[1] == '-' && p[2] && p[2] != ']') {
      if (p[0] <= c && c <= p[2]) *hit = true;
      p += 2;
    } else if (*p == c) {
      *hit = true;
    }
  }
  if (negate) *hit = !*hit;
  return *p == ']' ? p + 1 : NULL;
}

/* any: what stands for one byte, whichever it is; '\0': nothing does. */
static bool glob(const char *pattern, const char *s, char any)
{
  const char *p = pattern, *star = NULL, *from = NULL; /* the last star, and where its run was tried to begin */
  while (*s) {
    const char *next = p + 1;
    bool hit = *p && (*p == any || (*p == *s && *p != '['));
    if (*p == '*') {
      star = ++p;
      from = s;
      continue;
    }
    if (*p == '[') {
      const char *behind = match_set(p + 1, *s, &hit);
      if (behind) next = behind;
      else hit = *s == '[';
    }
    if (hit) {
      p = next;
      s++;
    } else if (star) {
      p = star;
      s = ++from;
    } else {
      return false;
    }
  }
  while (*p == '*') p++;
  return !*p;
}

bool bl_text_glob(const char *pattern, const char *s) { return glob(pattern, s, '?'); }
bool bl_text_glob_plain(const char *pattern, const char *s) { return glob(pattern, s, '\0'); }

const char *bl_path_base(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Bytes of the character at s, of which n are left; 0 when there is none. */
static size_t utf8_char(const unsigned char *s, size_t n)
{
  unsigned char c = s[0];
  size_t all = c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
  if (all == 1) return 1;
  if (c < 0xc2 || c > 0xf4 || n < all) return 0;
  /* longer than need be, halves of UTF-16's pairs, beyond U+10FFFF */
  if ((c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) || (c == 0xf0 && s[1] < 0x90) ||
      (c == 0xf4 && s[1] > 0x8f))
    return 0;
  for (size_t i = 1; i < all; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  return all;
}

size_t bl_utf8_prefix(const char *s, size_t n)
{
  size_t i = 0;
  for (size_t more = 1; i < n && more; i += more) more = utf8_char((const unsigned char *)s + i, n - i);
  return i;
}

bool bl_text_is_utf8(const char *s)
{
  size_t n = strlen(s);
  return bl_utf8_prefix(s, n) == n;
}
