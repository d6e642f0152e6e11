/* Dates of the Gregorian calendar, counted in days. */
#include "clock.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/recording.h"
#include "baleen/text.h"

/* Days since 1 March of the year 0 in the Gregorian calendar: with years that begin in March, the leap day comes last
 * and the lengths of the months before it follow (153 m + 2) / 5. */
static long day_number(long year, long month, long day)
{
  long y = year - (month <= 2), m = (month + 9) % 12;
  return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

static void day_to_date(long n, long *year, long *month, long *day)
{
  long y = n / 366; /* at or before the year; at most a few steps short per 400 years, so count up */
  while (day_number(y + 1, 3, 1) <= n) y++;
  long in_year = n - day_number(y, 3, 1), m = (5 * in_year + 2) / 153;
  *day = in_year - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = y + (m >= 10);
}

static bool is_date(const int v[6])
{
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (v[0] < 1 || v[0] > 9999 || v[1] < 1 || v[1] > 12 || v[2] < 1) return false;
  bool leap = (v[0] % 4 == 0 && v[0] % 100 != 0) || v[0] % 400 == 0;
  if (v[2] > length[v[1] - 1] + (v[1] == 2 && leap)) return false;
  return v[3] >= 0 && v[3] <= 23 && v[4] >= 0 && v[4] <= 59 && v[5] >= 0 && v[5] <= 59;
}

static int64_t us_of_day(const int v[6]) { return ((int64_t)(v[3] * 60 + v[4]) * 60 + v[5]) * 1000000; }

bool bl_clock_text(const int v[6], double shift_s, char to[BL_CLOCK_ROOM])
{
  if (!is_date(v) || !(fabs(shift_s) < 1e9)) return false;
  int64_t us = (int64_t)llrint(shift_s * 1e6) + us_of_day(v);
  int64_t day_us = (int64_t)86400 * 1000000, days = us >= 0 ? us / day_us : -((-us + day_us - 1) / day_us);
  us -= days * day_us;
  long year, month, day, n = day_number(v[0], v[1], v[2]) + (long)days;
  if (n < day_number(1, 1, 1)) return false;
  day_to_date(n, &year, &month, &day);
  if (year < 1 || year > 9999) return false;
  int in_day = (int)(us / 1000000), fraction = (int)(us % 1000000);
  int used = snprintf(to, BL_CLOCK_ROOM, "%04ld-%02ld-%02ldT%02d:%02d:%02d", year, month, day, in_day / 3600,
                      in_day / 60 % 60, in_day % 60);
  if (fraction % 1000) snprintf(to + used, BL_CLOCK_ROOM - (size_t)used, ".%06d", fraction);
  else if (fraction) snprintf(to + used, BL_CLOCK_ROOM - (size_t)used, ".%03d", fraction / 1000);
  return true;
}

bool bl_clock_later(const char *text, double shift_s, char to[BL_CLOCK_ROOM])
{
  static const int at[] = {0, 2, 5, 8, 11, 14, 17}; /* where two digits of century, year, month .. second stand */
  int two[7];
  for (int i = 0; i < 7; i++) two[i] = (text[at[i]] - '0') * 10 + text[at[i] + 1] - '0';
  double part = 0;
  if (text[19] == '.' && !bl_parse_real(text + 19, &part)) return false;
  const int v[6] = {two[0] * 100 + two[1], two[2], two[3], two[4], two[5], two[6]};
  return bl_clock_text(v, part + shift_s, to);
}

bool bl_clock_us(const int v[7], int64_t *us)
{
  if (!is_date(v) || v[6] < 0 || v[6] > 999999) return false;
  *us = (int64_t)day_number(v[0], v[1], v[2]) * 86400 * 1000000 + us_of_day(v) + v[6];
  return true;
}

int bl_clock_digits(const char **p, int n)
{
  int x = 0;
  for (; n > 0; n--, ++*p) {
    if (**p < '0' || **p > '9') return -1;
    x = x * 10 + (**p - '0');
  }
  return x;
}

size_t bl_clock_zone(const char *s, int *minutes)
{
  enum { MOST_HOURS = 14, STEP = 15 }; /* minutes of the zones that there are */
  if (*s == 'Z') return *minutes = 0, 1;
  if ((*s != '+' && *s != '-') || strspn(s + 1, "0123456789") < 2) return 0;
  size_t colon = s[3] == ':' ? 1 : 0;
  if (strspn(s + 3 + colon, "0123456789") != 2) return 0;
  int hours = (s[1] - '0') * 10 + s[2] - '0', rest = (s[3 + colon] - '0') * 10 + s[4 + colon] - '0';
  if (hours > MOST_HOURS || rest > 59 || rest % STEP) return 0;
  *minutes = (hours * 60 + rest) * (*s == '-' ? -1 : 1);
  return 5 + colon;
}

bool bl_clock_parse(const char *text, int v[7], int *zone)
{
  static const char *const behind[] = {"-", "-", "T ", ":", ":", ""};
  const char *p = text + strspn(text, " ");
  for (int i = 0; i < 6; i++) {
    v[i] = bl_clock_digits(&p, i ? 2 : 4);
    if (v[i] < 0 || (*behind[i] && (!*p || !strchr(behind[i], *p++)))) return false;
  }
  double part = 0;
  size_t n = *p == '.' ? 1 + strspn(p + 1, "0123456789") : 0;
  if (n > 1 && !bl_parse_real_n(p, n, &part)) return false;
  v[6] = (int)fmin(rint(part * 1e6), 999999);
  p += n;
  *zone = BL_NO_ZONE;
  p += bl_clock_zone(p, zone);
  return !p[strspn(p, " ")] && bl_clock_is(v);
}

void bl_clock_zone_text(int minutes, char to[8])
{
  unsigned m = (unsigned)(minutes < 0 ? -minutes : minutes);
  if (minutes == BL_NO_ZONE) *to = '\0';
  else snprintf(to, 8, "%c%02u:%02u", minutes < 0 ? '-' : '+', m / 60 % 100, m % 60);
}
