/* clock.h: dates of the Gregorian calendar and times of the day, zones apart. Private to data. */
#ifndef BL_DATA_CLOCK_H
#define BL_DATA_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for "2009-08-12T16:15:00.250000" and its final zero. */
#define BL_CLOCK_ROOM 40

/* v: year (1 to 9999), month, day, hour, minute, second. False, and nothing written, when that is no date or no time of
 * the day, or the result leaves those years. shift_s, of either sign and below 1e9, is added; it may cross days. Written
 * as ISO 8601 with no fraction, three digits of it, or six, whichever says all to the microsecond. */
bool bl_clock_text(const int v[6], double shift_s, char to[BL_CLOCK_ROOM]);
/* The same, from a text that bl_clock_text() wrote; `to` may be `text`. */
bool bl_clock_later(const char *text, double shift_s, char to[BL_CLOCK_ROOM]);
/* Microseconds since a moment that is the same in all calls; v[6] holds those of the second, 0 to 999999. */
bool bl_clock_us(const int v[7], int64_t *us);
/* Reads "2002-12-03 19:01:11.2201", with a T or a blank in the middle, a fraction or none; how far it is ahead of UTC
 * may follow (bl_clock_zone()), else *zone is BL_NO_ZONE. False when it is none, or no date. */
bool bl_clock_parse(const char *text, int v[7], int *zone);
/* The number of n digits from *p on, which steps behind them; -1 when there are not as many. */
int bl_clock_digits(const char **p, int n);
/* How far a clock is ahead of UTC, in minutes: "+05:30", "-0500", "Z". The bytes of s that say so; 0: none do. */
size_t bl_clock_zone(const char *s, int *minutes);
/* The same as text, "+05:30"; "" for BL_NO_ZONE. */
void bl_clock_zone_text(int minutes, char to[8]);
static inline bool bl_clock_is(const int v[6])
{
  char text[BL_CLOCK_ROOM];
  return bl_clock_text(v, 0, text);
}

#endif
