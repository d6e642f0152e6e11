/* smo_scan.h: the loops over all variables that each step of sequential minimal optimisation makes, four at a time. They give
 * what a loop from the first variable to the last would: of equals the first, and the same bits. */
#ifndef BL_LEARNERS_SMO_SCAN_H
#define BL_LEARNERS_SMO_SCAN_H

#include <stddef.h>
#include <stdint.h>

/* The place of the largest of v [n] among those whose side has a bit of `sides`; n where there is none. */
size_t bl_smo_largest(const double *v, const uint8_t *side, int sides, size_t n);

typedef struct bl_smo_partner {
  size_t at;    /* the place; n where no partner gains more than `gain` said before */
  double gain;  /* in: what a partner must exceed; out: what the one at `at` gains */
  double least; /* the smallest v among those whose side has a bit of `sides`; INFINITY where there is none */
} bl_smo_partner;
/* The partner for a variable of value `top` and kernel value `own` with itself, whose kernel values with the others are
 * `row` [n], among those whose side has a bit of `sides`: the one with the largest (top - v)^2 / curvature, where
 * top > v and the curvature is own + diagonal - 2 row, or bl_smo_least_curvature where that is not above 0. */
void bl_smo_find_partner(const double *v, const double *diagonal, const uint8_t *side, int sides, size_t n, double top,
                         double own, const float *row, bl_smo_partner *out);
extern const double bl_smo_least_curvature;

/* v -= step (a - b), all of [n] */
void bl_smo_step(double *v, const float *a, const float *b, double step, size_t n);

#endif
