/* wide.c: see wide.h. */
#include "wide.h"

#include <math.h>

void bl_wide_look(bl_wide *w, double x)
{
  if (!isfinite(x)) return;
  double lost = fabs(x - (double)(float)x);
  if (!w->any || x < w->lo) w->lo = x;
  if (!w->any || x > w->hi) w->hi = x;
  if (lost > w->lost) w->lost = lost;
  w->any = true;
}

double bl_wide_offset(const bl_wide *w)
{
  double span = w->hi - w->lo;
  return span > 0 && w->lost > 1e-6 * span ? w->lo : 0;
}
