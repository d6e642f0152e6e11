/* field.h: tables of learnt fields. What an estimator learns is a plain struct; a table of bl_field rows names each
 * array in it with its type and shape. Saving, loading, cloning, comparing and hashing walk the table. */
#ifndef BALEEN_FIELD_H
#define BALEEN_FIELD_H

#include "baleen/memory.h"

#define BL_DTYPE_LIST(X)                                                                                               \
  X(F64, "F64", double) X(F32, "F32", float) X(I64, "I64", int64_t) X(I32, "I32", int32_t) X(U8, "U8", uint8_t)
typedef enum bl_dtype {
#define BL_DTYPE_CODE(code, name, type) BL_##code,
  BL_DTYPE_LIST(BL_DTYPE_CODE)
#undef BL_DTYPE_CODE
      BL_N_DTYPES
} bl_dtype;
size_t bl_dtype_size(bl_dtype t);
const char *bl_dtype_name(bl_dtype t); /* safetensors' names: "F64" */

#define BL_NO_DIM ((size_t)-1)
/* Three forms. Scalar: the value itself lies at `offset`, both dims BL_NO_DIM. Vector: a pointer to rows elements lies
 * at `offset`, and rows is the size_t member at dim_rows. Matrix: rows x cols, row-major. Members that serve as dims
 * need no row of their own: they are set on loading, and must agree between the fields that share them.
 * A NULL pointer is a field that was not learnt this time: it is left out of files. */
typedef struct bl_field {
  const char *name; /* NULL ends the table; scikit-learn's name without the trailing underscore */
  bl_dtype dtype;
  size_t offset, dim_rows, dim_cols;
  const char *help; /* one line: meaning, unit */
} bl_field;
#define BL_FIELD_END                                                                                                   \
  {                                                                                                                    \
    .name = NULL                                                                                                       \
  }
/* clang-format off */
#define BL_FIELD_SCALAR(T, m, dtype, help) { #m, dtype, offsetof(T, m), BL_NO_DIM, BL_NO_DIM, help }
#define BL_FIELD_VECTOR(T, m, dtype, rows, help) { #m, dtype, offsetof(T, m), offsetof(T, rows), BL_NO_DIM, help }
#define BL_FIELD_MATRIX(T, m, dtype, rows, cols, help) \
  { #m, dtype, offsetof(T, m), offsetof(T, rows), offsetof(T, cols), help }
/* clang-format on */

/* One field of one struct, read-only, dims resolved. v NULL: not learnt. */
typedef struct bl_field_view {
  const bl_field *field;
  const void *v;
  size_t n_dims, dims[2], bytes;
} bl_field_view;
bl_field_view bl_field_get(const bl_field *f, const void *state);
/* Allocates the field in `state` (or uses the scalar's place), sets its dims, copies n_bytes from `v`.
 * BL_E_FORMAT when type, shape or a shared dim does not fit. */
bl_status bl_field_set(bl_ctx *ctx, const bl_field *table, const char *name, void *state, bl_dtype dtype,
                       size_t dims_given, const size_t *dims, const void *v, size_t n_bytes) BL_MUST_CHECK;
bl_status bl_fields_copy(bl_ctx *ctx, const bl_field *table, void *to, const void *from) BL_MUST_CHECK;
/* True when all fields hold the same bits. */
bool bl_fields_equal(const bl_field *table, const void *a, const void *b);
void bl_fields_release(bl_ctx *ctx, const bl_field *table, void *state);

#endif
