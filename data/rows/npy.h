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
 * for messages. */
enum { BL_NPY_HEAD = (1 << 20) + 12 };
bl_status bl_npy_parse(bl_ctx *ctx, const char *name, const unsigned char *bytes, size_t n,
                       bl_npy_info *out) BL_MUST_CHECK;
/* How its numbers are stored; a bool is a whole number here. */
bl_sample_type bl_npy_type(const bl_npy_info *info);
/* The numbers as float32; offset: what is taken off each column before it is rounded, NULL: nothing. */
bl_status bl_npy_convert(bl_ctx *ctx, const char *name, const unsigned char *bytes, const bl_npy_info *info,
                         const double *offset, bl_mat *out) BL_MUST_CHECK;

/* A float32 array in the making, row behind row; how many there are is written at its end. */
typedef struct bl_npy_out {
  bl_out file;
  size_t rows, cols;
} bl_npy_out;
bl_status bl_npy_begin(bl_ctx *ctx, const char *path, size_t cols, bl_npy_out *out) BL_MUST_CHECK;
bl_status bl_npy_put(bl_ctx *ctx, bl_npy_out *o, const float *v, size_t rows) BL_MUST_CHECK;
/* Reads rows back that were put. */
bl_status bl_npy_get(bl_ctx *ctx, bl_npy_out *o, size_t first, size_t rows, float *v) BL_MUST_CHECK;
/* The file is whole, and lies at its path; the handle is free whether that went well or not. */
bl_status bl_npy_end(bl_ctx *ctx, bl_npy_out *o) BL_MUST_CHECK;
/* Gives up. Fine on a zeroed or ended handle. */
void bl_npy_drop(bl_ctx *ctx, bl_npy_out *o);

#endif
