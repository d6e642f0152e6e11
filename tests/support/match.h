/* match.h: components are found in any order, with any sign and scale: they are compared by |cosine|. */
#ifndef BL_TEST_MATCH_H
#define BL_TEST_MATCH_H

#include <math.h>
#include <stdbool.h>

#include "check.h"

static inline double cosine(const double *a, const double *b, size_t n)
{
  double ab = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < n; i++) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return fabs(ab) / sqrt(aa * bb);
}

/* Each row of want [rows][c] has a row of its own in got that lies within `least`. */
static inline void match(const double *want, size_t rows, size_t c, const double *got, size_t n_got, double least,
                         const char *what)
{
  bool used[64] = {0};
  for (size_t i = 0; i < rows; i++) {
    size_t best = n_got;
    for (size_t k = 0; k < n_got; k++)
      if (!used[k] && (best == n_got || cosine(want + i * c, got + k * c, c) > cosine(want + i * c, got + best * c, c)))
        best = k;
    double cos = best < n_got ? cosine(want + i * c, got + best * c, c) : 0;
    if (!(cos > least)) fail_msg("%s: row %zu: |cosine| %.9f, wanted above %.9f", what, i, cos, least);
    used[best] = true;
  }
}

#endif
