#include "baleen/sort.h"

#include <stdlib.h>

int bl_by_size(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void bl_sort(double *v, size_t n)
{
  if (n) qsort(v, n, sizeof *v, bl_by_size);
}
