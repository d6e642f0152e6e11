/* matches.c: pairs of alike pieces, lag by lag; see matches.h. */
#include "matches.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"

/* alike[i]: whether x[i] and y[i] are. Behind the last stand zeros, so that eight can be looked at together. */
BL_WIDE static void compare(const double *restrict x, const double *restrict y, size_t n, double r, bool up_to,
                            uint8_t *restrict alike)
{
  if (up_to)
    for (size_t i = 0; i < n; i++) alike[i] = fabs(x[i] - y[i]) <= r;
  else
    for (size_t i = 0; i < n; i++) alike[i] = fabs(x[i] - y[i]) < r;
  memset(alike + n, 0, BL_MATCH_ROOM(0));
}

/* Turns ones into runs: run[i] becomes the product of the m from run[i] on, for i + m <= n. Each round reads what lies
 * behind a place before it is changed. */
BL_WIDE static void join_runs(uint8_t *run, size_t n, size_t m)
{
  for (size_t k = 1; k < m && k < n; k++)
    for (size_t i = 0; i < n - k; i++) run[i] &= run[i + 1];
}

static uint64_t eight(const uint8_t *at)
{
  uint64_t w;
  memcpy(&w, at, sizeof w);
  return w;
}

/* The sum of eight bytes, each at most 255. */
static uint64_t sum_of_bytes(uint64_t w)
{
  const uint64_t even = 0x00ff00ff00ff00ffu;
  uint64_t pairs = (w & even) + ((w >> 8) & even);
  return (pairs * 0x0001000100010001u) >> 48;
}

/* Adds up the runs run[0 .. n) of m, and those that go on for one more. Eight at a time, in bytes that are emptied
 * before they can run over. run[n] is 0 or the last comparison's one. */
static void count_runs(const uint8_t *run, size_t n, uint64_t *of_m, uint64_t *of_m1)
{
  size_t i = 0;
  while (i + 8 <= n) {
    uint64_t a = 0, b = 0;
    for (size_t k = 0; k < 255 && i + 8 <= n; k++, i += 8) {
      uint64_t w = eight(run + i);
      a += w;
      b += w & eight(run + i + 1);
    }
    *of_m += sum_of_bytes(a);
    *of_m1 += sum_of_bytes(b);
  }
  for (; i < n; i++) {
    *of_m += run[i];
    *of_m1 += run[i] & run[i + 1];
  }
}

void bl_match_pairs(const double *x, size_t n, size_t m, double r, bool up_to, uint8_t *room, uint64_t *of_m,
                    uint64_t *of_m1)
{
  *of_m = *of_m1 = 0;
  for (size_t lag = 1; lag + m < n; lag++) {
    compare(x, x + lag, n - lag, r, up_to, room);
    join_runs(room, n - lag, m);
    count_runs(room, n - lag - m, of_m, of_m1);
  }
}

BL_WIDE static void add_counts(const uint8_t *restrict run, size_t n, uint32_t *restrict counts)
{
  for (size_t i = 0; i < n; i++) counts[i] += run[i];
}

void bl_match_counts(const double *x, size_t n, size_t m, double r, bool up_to, uint8_t *room, uint32_t *counts)
{
  size_t pieces = n + 1 - m;
  for (size_t i = 0; i < pieces; i++) counts[i] = 1;
  for (size_t lag = 1; lag < pieces; lag++) {
    compare(x, x + lag, n - lag, r, up_to, room);
    join_runs(room, n - lag, m);
    add_counts(room, pieces - lag, counts);
    add_counts(room, pieces - lag, counts + lag);
  }
}
