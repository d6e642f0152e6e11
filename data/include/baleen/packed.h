/* packed.h: a number for each row, in less room than its eight bytes: what stands beside rows (times, weights, which
 * text) runs in even steps, stays as it is, or is a small whole number. Each 256 rows are a piece that is held in the
 * shortest form that gives all of its numbers back to the bit, if need be as they are. */
#ifndef BALEEN_PACKED_H
#define BALEEN_PACKED_H

#include "baleen/memory.h"

enum { BL_PACKED_ROWS = 256 };

typedef struct bl_packed {
  struct bl_packed_piece *pieces; /* of BL_PACKED_ROWS numbers each */
  size_t n_pieces, cap_pieces;
  size_t n;     /* numbers, those behind the pieces included */
  double *open; /* those behind the pieces; NULL as long as they are the first and each is `same` */
  size_t cap_open;
  double same;
} bl_packed;

/* After a failure there are as many as before. */
bl_status bl_packed_add(bl_ctx *ctx, bl_packed *p, double x) BL_MUST_CHECK;
bl_status bl_packed_append(bl_ctx *ctx, bl_packed *p, const bl_packed *more) BL_MUST_CHECK;
double bl_packed_get(const bl_packed *p, size_t i);
/* Back to the first n. */
void bl_packed_cut(bl_ctx *ctx, bl_packed *p, size_t n);
void bl_packed_free(bl_ctx *ctx, bl_packed *p);

/* A time in seconds to whole nanoseconds, where a double holds these: sums of times, 8.3 - 0.2, end in digits that mean
 * nothing. A nanosecond is a hundredth of a sample at 10 MHz. */
double bl_time_tidy(double t);

#endif
