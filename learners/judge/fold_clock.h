/* fold_clock.h: the clock that tells how long a fold took to fit and to apply. */
#ifndef BL_LEARNERS_FOLD_CLOCK_H
#define BL_LEARNERS_FOLD_CLOCK_H

#include <time.h>

static inline double bl_fold_now_s(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
