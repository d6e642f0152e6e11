/* npy_out.h: a float32 .npy file in the making, row behind row; how many rows there are is written at its end, so that
 * memory does not grow with them. */
#ifndef BALEEN_NPY_OUT_H
#define BALEEN_NPY_OUT_H

#include "baleen/file.h"
#include "baleen/matrix.h"

enum { BL_NPY_DIMS = 3 };
/* Zeroed but for file.fd -1 is none. */
typedef struct bl_npy_out {
  bl_out file;
  size_t rows, cols;                    /* rows put, numbers a row */
  size_t dims[BL_NPY_DIMS - 1], n_dims; /* of a row */
} bl_npy_out;
/* A row is an array of these dims, one or two of them: the file's shape is (rows, dims...). */
bl_status bl_npy_begin(bl_ctx *ctx, const char *path, const size_t *dims, size_t n_dims, bl_npy_out *out) BL_MUST_CHECK;
bl_status bl_npy_put(bl_ctx *ctx, bl_npy_out *o, const float *v, size_t rows) BL_MUST_CHECK;
/* Reads rows back that were put. */
bl_status bl_npy_get(bl_ctx *ctx, bl_npy_out *o, size_t first, size_t rows, float *v) BL_MUST_CHECK;
/* The file is whole, and lies at its path; the handle is free whether that went well or not. */
bl_status bl_npy_end(bl_ctx *ctx, bl_npy_out *o) BL_MUST_CHECK;
/* Gives up. Fine on a zeroed or ended handle. */
void bl_npy_drop(bl_ctx *ctx, bl_npy_out *o);

#endif
