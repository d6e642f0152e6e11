/* spline.h: the cubic spline through points, with no knot at the second and the last but one (scipy.interpolate.interp1d,
 * kind "cubic"): the two outermost pieces on either side are one cubic. */
#ifndef BALEEN_SPLINE_H
#define BALEEN_SPLINE_H

#include <stddef.h>

/* Values of the spline through n points (x ascending; from 4 on) at `at` [n_at], ascending too; 0 outside the points.
 * room: 3 n numbers. */
void bl_spline(const double *x, const double *y, size_t n, const double *at, size_t n_at, double *room, double *out);

#endif
