/* sort.h: numbers in order of size. */
#ifndef BALEEN_SORT_H
#define BALEEN_SORT_H

#include <stddef.h>

/* In order of size; none of them is NaN. */
void bl_sort(double *v, size_t n);
/* What the C library's searches in such an order compare doubles by. */
int bl_by_size(const void *a, const void *b);

#endif
