#include "smo_scan.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"

const double bl_smo_least_curvature = 1e-12;

typedef float four_floats __attribute__((vector_size(BL_LANES * sizeof(float))));
typedef uint8_t four_bytes __attribute__((vector_size(BL_LANES)));

/* Which of the variables t .. t + 3 have a bit of `sides`. A macro, for vectors are not to be handed to functions. */
#define SIDED(out, side, sides, t)                                                                                     \
  do {                                                                                                                 \
    four_bytes four_sides;                                                                                             \
    memcpy(&four_sides, (side) + (t), sizeof four_sides);                                                              \
    (out) = (__builtin_convertvector(four_sides, bl_lane_bits) & (sides)) != 0;                                        \
  } while (0)

/* Each lane keeps the first of its own largest; the lanes are compared at the end. */
BL_WIDE static size_t largest_of(const double *v, const uint8_t *side, int64_t sides, size_t n)
{
  bl_lanes most = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
  bl_lane_bits at = {-1, -1, -1, -1}, place = {0, 1, 2, 3};
  size_t t = 0, found = n;
  double top = -INFINITY;
  for (; t + BL_LANES <= n; t += BL_LANES, place += BL_LANES) {
    bl_lanes x;
    bl_lane_bits in;
    memcpy(&x, v + t, sizeof x);
    SIDED(in, side, sides, t);
    in &= x > most;
    most = BL_CHOOSE(in, x, most);
    at = (in & place) | (~in & at);
  }
  for (int k = 0; k < BL_LANES; k++)
    if (at[k] >= 0 && (most[k] > top || (most[k] == top && (size_t)at[k] < found)))
      top = most[k], found = (size_t)at[k];
  for (; t < n; t++)
    if (side[t] & sides && v[t] > top) top = v[t], found = t;
  return found;
}

BL_WIDE static void partner_of(const double *v, const double *diagonal, const uint8_t *side, int64_t sides, size_t n,
                               double top, double own, const float *row, bl_smo_partner *out)
{
  bl_lanes most, least = {INFINITY, INFINITY, INFINITY, INFINITY}, floor = {0};
  bl_lane_bits at = {-1, -1, -1, -1}, place = {0, 1, 2, 3};
  size_t t = 0, found = n;
  double before = out->gain, best = before, lowest = INFINITY;
  most = floor + before;
  floor += bl_smo_least_curvature;
  for (; t + BL_LANES <= n; t += BL_LANES, place += BL_LANES) {
    bl_lanes x, d;
    four_floats r;
    bl_lane_bits in;
    memcpy(&x, v + t, sizeof x);
    memcpy(&d, diagonal + t, sizeof d);
    memcpy(&r, row + t, sizeof r);
    SIDED(in, side, sides, t);
    bl_lanes apart = top - x, curvature = own + d - 2 * __builtin_convertvector(r, bl_lanes);
    bl_lane_bits lower = in & (x < least), curved = curvature > 0;
    least = BL_CHOOSE(lower, x, least);
    curvature = BL_CHOOSE(curved, curvature, floor);
    bl_lanes gain = apart * apart / curvature;
    in &= (apart > 0) & (gain > most);
    most = BL_CHOOSE(in, gain, most);
    at = (in & place) | (~in & at);
  }
  for (int k = 0; k < BL_LANES; k++) {
    if (least[k] < lowest) lowest = least[k];
    if (at[k] >= 0 && (most[k] > best || (most[k] == best && (size_t)at[k] < found)))
      best = most[k], found = (size_t)at[k];
  }
  for (; t < n; t++) {
    if (!(side[t] & sides)) continue;
    double apart = top - v[t], curvature = own + diagonal[t] - 2 * (double)row[t];
    if (v[t] < lowest) lowest = v[t];
    if (!(apart > 0)) continue;
    double gain = apart * apart / (curvature > 0 ? curvature : bl_smo_least_curvature);
    if (gain > best) best = gain, found = t;
  }
  *out = (bl_smo_partner){found, best, lowest};
}

BL_WIDE static void take_step(double *restrict v, const float *restrict a, const float *restrict b, double step,
                              size_t n)
{
  for (size_t t = 0; t < n; t++) v[t] -= step * ((double)a[t] - (double)b[t]);
}

size_t bl_smo_largest(const double *v, const uint8_t *side, int sides, size_t n)
{
  return largest_of(v, side, sides, n);
}

void bl_smo_find_partner(const double *v, const double *diagonal, const uint8_t *side, int sides, size_t n, double top,
                         double own, const float *row, bl_smo_partner *out)
{
  partner_of(v, diagonal, side, sides, n, top, own, row, out);
}

void bl_smo_step(double *v, const float *a, const float *b, double step, size_t n) { take_step(v, a, b, step, n); }
