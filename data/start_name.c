/* When a recording began, from its file's name. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baleen/recording.h"
#include "baleen/text.h"
#include "clock.h"

/* Fits three digits at the name's end only: any other number behind the time may count files. */
#define MILLISECONDS "%Y%m%d_%H%M%S_%f"
/* What is told of a name that is seconds since 1970 in hexadecimal digits. */
#define AUDIOMOTH "hexadecimal seconds since 1970"

/* In this order, the first that fits. Recorders that write them, as far as known, behind each. */
static const char
    *const
        common[] =
            {
                "%Y-%m-%dT%H:%M:%S.%f",                                           /* ISO 8601, with a fraction */
                "%Y-%m-%dT%H-%M-%S.%f", "%Y%m%dT%H%M%S.%f",  "%Y-%m-%dT%H:%M:%S", /* ISO 8601 */
                "%Y%m%dT%H%M%S",                                                  /* ISO 8601, PAM */
                MILLISECONDS,                                                     /* Kaleidoscope, Song Meter Bat */
                "%Y%m%d_%H%M%S",                                                  /* Song Meter, AudioMoth, PAMGuard */
                "%Y%m%d-%H%M%S",        "%Y%m%d $%H%M%S",                         /* Song Meter SM3 */
                "%Y%m%d_$%H%M%S",       "%Y-%m-%d_%H-%M-%S", "%Y-%m-%d %H-%M-%S", "%Y-%m-%dT%H-%M-%S",
                "%Y-%m-%d_%H_%M_%S",    "%Y_%m_%d_%H_%M_%S", "%Y%m%d%H%M%S",      "%Y%m%d_%H%M",
                ".%y%m%d%H%M%S", /* SoundTrap: serial number, dot, date and time */
                "_%y%m%d_%H%M%S",       "_%y%m%d-%H%M%S",
};

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
      if ((v[at - field] = bl_clock_digits(&s, c == 'Y' ? 4 : 2)) < 0) return false;
    } else if (c == 'y') {
      if ((v[0] = bl_clock_digits(&s, 2)) < 0) return false;
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

static bool find(const char *pattern, const char *name, int v[7], const char **end)
{
  for (const char *s = name; *s; s++) {
    bool digit_before = s > name && isdigit((unsigned char)s[-1]) && isdigit((unsigned char)*s);
    if (!digit_before && fits(pattern, s, v, end) && !isdigit((unsigned char)**end) && bl_clock_is(v)) return true;
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

/* 5E90A4D4.WAV, as the first AudioMoths name files. All decimal digits are as likely a date or a count. */
static bool find_seconds(const char *name, int v[7])
{
  enum { DIGITS = 8, FROM = 1483228800 }; /* 2017, when the first were made */
  size_t n = strspn(name, "0123456789ABCDEF");
  if (n != DIGITS || strspn(name, "0123456789") == n || !bl_text_equal_nocase(name + n, ".wav")) return false;
  time_t t = (time_t)strtoul(name, NULL, 16);
  struct tm at;
  if (t < FROM || !gmtime_r(&t, &at)) return false;
  const int to[7] = {at.tm_year + 1900, at.tm_mon + 1, at.tm_mday, at.tm_hour, at.tm_min, at.tm_sec, 0};
  memcpy(v, to, sizeof to);
  return is_likely_year(v[0]);
}

/* A time as bl_clock_zone() has it behind another, unless digits or letters follow, which make it something else. */
static int zone_at(const char *s)
{
  int zone;
  size_t n = bl_clock_zone(s, &zone);
  return n && !isalnum((unsigned char)s[n]) ? zone : BL_NO_ZONE;
}

bool bl_start_from_name(const char *pattern, const char *path, int v[7], int *zone, const char **used)
{
  const char *name = bl_path_base(path), *end;
  *used = AUDIOMOTH;
  *zone = 0;
  if (!pattern && find_seconds(name, v)) return true;
  *zone = BL_NO_ZONE;
  if (!pattern && !has_digits(name, LEAST_DIGITS)) return false;
  for (size_t i = 0; i < (pattern ? 1 : sizeof common / sizeof *common); i++) {
    *used = pattern ? pattern : common[i];
    if (!find(*used, name, v, &end) || (!pattern && !is_likely_year(v[0]))) continue;
    if (!pattern && !strcmp(*used, MILLISECONDS) && (end[-4] != '_' || !strchr(".", *end))) continue;
    *zone = zone_at(end);
    return true;
  }
  return false;
}

bl_status bl_start_pattern_check(bl_ctx *ctx, const char *who, const char *pattern)
{
  if (!pattern || !strcmp(pattern, "none") || bl_start_pattern_ok(pattern)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' needs a year (%%Y or %%y); further fields are %%m %%d %%H %%M %%S %%f",
                 who, pattern);
}
