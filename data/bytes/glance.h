/* glance.h: bytes of an open file that are wanted a few at a time, as by whoever walks through a header: one read of the
 * system serves many of them. Private to the data layer. */
#ifndef BL_DATA_GLANCE_H
#define BL_DATA_GLANCE_H

#include <stddef.h>
#include <stdint.h>

enum { BL_GLANCE_BYTES = 4096 };

typedef struct bl_glance {
  int fd;        /* borrowed */
  uint64_t base; /* byte of the file that is byte 0 here */
  uint64_t at;
  size_t n; /* bytes at .. at + n - 1 are in v */
  unsigned char v[BL_GLANCE_BYTES];
} bl_glance;

/* The n bytes from `at` on. Returns how many there were: fewer at the file's end, or when it cannot be read. What is
 * longer than a glance goes straight to its place. */
size_t bl_glance_read(bl_glance *g, uint64_t at, void *to, size_t n);

#endif
