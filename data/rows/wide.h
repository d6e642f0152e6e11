/* wide.h: columns of a table whose numbers float32 cannot tell apart, such as Unix times. What is above the least of
 * them is kept in place of such a column: the least is its offset. */
#ifndef BL_DATA_WIDE_H
#define BL_DATA_WIDE_H

#include <stdbool.h>

/* What was seen of a column; zeroed at first. */
typedef struct bl_wide {
  double lo, hi, lost; /* lost: the most that rounding to float32 moves a number */
  bool any;
} bl_wide;
void bl_wide_look(bl_wide *w, double x);
/* 0 where float32 holds the column: rounding moves nothing by more than a millionth of what lies between its numbers. */
double bl_wide_offset(const bl_wide *w);

#endif
