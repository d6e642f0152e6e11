/* When a recording began, from its file's name. */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "baleen/recording.h"
#include "baleen/text.h"
#include "clock.h"

/* In this order, the first that fits. Recorders that write them, as far as known, behind each. */
static const char
    *const
        common[] =
            {
                "%Y-%m-%dT%H:%M:%S.%f",                                           /* ISO 8601, with a fraction */
                "%Y-%m-%dT%H-%M-%S.%f", "%Y%m%dT%H%M%S.%f",  "%Y-%m-%dT%H:%M:%S", /* ISO 8601 */
                "%Y%m%dT%H%M%S",                                                  /* ISO 8601, PAM */
                "%Y%m%d_%H%M%S",                                                  /* Song Meter, AudioMoth, PAMGuard */
                "%Y%m%d-%H%M%S",        "%Y%m%d $%H%M%S",                         /* Song Meter SM3 */
                "%Y%m%d_$%H%M%S",       "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d %H-%M-%S", "%Y-%m-%dT%H-%M-%S",
                "%Y-%m-%d_%H_%M_%S",    "%Y_%m_%d_%H_%M_%S", "%Y%m%d%H%M%S",      "%Y%m%d_%H%M",
                ".%y%m%d%H%M%S", /* SoundTrap: serial number, dot, date and time */
                "_%y%m%d_%H%M%S",       "_%y%m%d-%H%M%S",
};

static bool digits(const char **s, int n, int *out)
{
  *out = 0;
  for (int i = 0; i < n; i++, ++*s) {
    if (**s < '0' || **s > '9') return false;
    *out = *out * 10 + (**s - '0');
  }
  return true;
}

enum { LEAST_DIGITS = 12 }; /* in each of them */

static bool has_digits(const char *name, size_t wanted)
{
  size_t n = 0;
  for (; *name && n < wanted; name++) n += *name >= '0' && *name <= '9';
  return n == wanted;
}

/* The pattern from here on. v: year, month, day, hour, minute, second, microsecond. */
static bool fits(const char *pattern, const char *s, int v[7], const char **end)
{
  static const char field[] = "YmdHMS";
  const int none[7] = {0, 1, 1, 0, 0, 0, 0};
  memcpy(v, none, sizeof none);
  for (; *pattern; pattern++) {
    if (*pattern != '%' || pattern[1] == '%') {
      if (*pattern == '%') pattern++;
      if (*pattern == '?' ? !*s : *s != *pattern) return false;
      s++;
      continue;
    }
    char c = *++pattern;
    const char *at = c ? strchr(field, c) : NULL;
    if (at) {
      if (!digits(&s, c == 'Y' ? 4 : 2, &v[at - field])) return false;
    } else if (c == 'y') {
      if (!digits(&s, 2, &v[0])) return false;
      v[0] += v[0] < 69 ? 2000 : 1900;
    } else if (c == 'f') {
      int scale = 100000;
      if (*s < '0' || *s > '9') return false;
      for (; *s >= '0' && *s <= '9'; s++, scale /= 10) v[6] += (*s - '0') * scale;
    } else {
      return false;
    }
  }
  *end = s;
  return true;
}

static bool find(const char *pattern, const char *name, int v[7])
{
  for (const char *s = name; *s; s++) {
    const char *end;
    bool digit_before = s > name && isdigit((unsigned char)s[-1]) && isdigit((unsigned char)*s);
    if (!digit_before && fits(pattern, s, v, &end) && !isdigit((unsigned char)*end) && bl_clock_is(v)) return true;
  }
  return false;
}

bool bl_start_pattern_ok(const char *pattern)
{
  bool year = false;
  for (const char *p = pattern; *p; p++)
    if (*p == '%') {
      p++;
      if (!*p || !strchr("YymdHMSf%", *p)) return false;
      year |= *p == 'Y' || *p == 'y';
    }
  return year;
}

/* Whether a recorder can have written it: a number that only looks like a date should not become one. */
static bool is_likely_year(int year)
{
  time_t now = time(NULL);
  struct tm t;
  return year >= 1970 && (!gmtime_r(&now, &t) || year <= t.tm_year + 1900 + 1);
}

bool bl_start_from_name(const char *pattern, const char *path, int v[7], const char **used)
{
  const char *name = bl_path_base(path);
  if (!pattern && !has_digits(name, LEAST_DIGITS)) return false;
  for (size_t i = 0; i < (pattern ? 1 : sizeof common / sizeof *common); i++) {
    *used = pattern ? pattern : common[i];
    if (find(*used, name, v) && (pattern || is_likely_year(v[0]))) return true;
  }
  return false;
}

bl_status bl_start_pattern_check(bl_ctx *ctx, const char *who, const char *pattern)
{
  if (!pattern || !strcmp(pattern, "none") || bl_start_pattern_ok(pattern)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' needs a year (%%Y or %%y); further fields are %%m %%d %%H %%M %%S %%f",
                 who, pattern);
}
