/* npy.h: the header of a NumPy .npy file, read on its own so that rows can be mapped. Private to the data layer. */
#ifndef BL_DATA_NPY_H
#define BL_DATA_NPY_H

#include "baleen/file.h"
#include "baleen/matrix.h"
#include "samples.h"

typedef struct bl_npy_info {
  char kind;                 /* 'f', 'i', 'u', 'b' as in NumPy's descr */
  size_t size;               /* bytes a number */
  bool big;                  /* the most significant byte comes first */
  bool fortran;              /* columns one after another */
  size_t rows, cols, n_dims; /* of 1 dimension: a column */
  size_t offset;             /* of the first number */
} bl_npy_info;
/* Checks that the n bytes hold all that the shape asks for; only the first BL_NPY_HEAD of them are looked at. `name` is
 * for messages. lost: of a file that is cut off the rows that are there are taken, and *lost is how many are not; NULL,
 * or rows that do not lie one after another: it is refused. */
enum { BL_NPY_HEAD = (1 << 20) + 12 };
bl_status bl_npy_parse(bl_ctx *ctx, const char *name, const unsigned char *bytes, size_t n, size_t *lost,
                       bl_npy_info *out) BL_MUST_CHECK;
/* How its numbers are stored; a bool is a whole number here. */
bl_sample_type bl_npy_type(const bl_npy_info *info);
/* The numbers as float32; offset: what is taken off each column before it is rounded, NULL: nothing. */
bl_status bl_npy_convert(bl_ctx *ctx, const char *name, const unsigned char *bytes, const bl_npy_info *info,
                         const double *offset, bl_mat *out) BL_MUST_CHECK;

#endif
