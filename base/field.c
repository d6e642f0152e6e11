#include "baleen/field.h"

#include <stdint.h>
#include <string.h>

static const size_t sizes[] = {
#define SIZE(code, name, type) sizeof(type),
    BL_DTYPE_LIST(SIZE)
#undef SIZE
};
static const char *const names[] = {
#define NAME(code, name, type) name,
    BL_DTYPE_LIST(NAME)
#undef NAME
};

size_t bl_dtype_size(bl_dtype t) { return (unsigned)t < BL_N_DTYPES ? sizes[t] : 0; }
const char *bl_dtype_name(bl_dtype t) { return (unsigned)t < BL_N_DTYPES ? names[t] : "?"; }

static size_t dim(const void *state, size_t offset)
{
  return *(const size_t *)(const void *)((const char *)state + offset);
}
static size_t n_dims(const bl_field *f)
{
  return (size_t)(f->dim_rows != BL_NO_DIM) + (size_t)(f->dim_cols != BL_NO_DIM);
}

bl_field_view bl_field_get(const bl_field *f, const void *state)
{
  bl_field_view w = {.field = f, .n_dims = n_dims(f), .dims = {1, 1}};
  const char *at = (const char *)state + f->offset;
  w.v = w.n_dims ? *(void *const *)(const void *)at : at;
  if (w.n_dims > 0) w.dims[0] = dim(state, f->dim_rows);
  if (w.n_dims > 1) w.dims[1] = dim(state, f->dim_cols);
  w.bytes = w.v ? w.dims[0] * w.dims[1] * bl_dtype_size(f->dtype) : 0;
  return w;
}

/* Does n agree with the other fields that were set under the same dim? */
static bl_status check_dim(bl_ctx *ctx, const bl_field *table, const bl_field *f, const void *state, size_t offset,
                           size_t n)
{
  for (const bl_field *g = table; g->name; g++) {
    if (g == f || !n_dims(g) || (g->dim_rows != offset && g->dim_cols != offset) || !bl_field_get(g, state).v) continue;
    if (dim(state, offset) != n)
      return bl_fail(ctx, BL_E_FORMAT, "field '%s' has %zu entries where '%s' has %zu", f->name, n, g->name,
                     dim(state, offset));
  }
  return BL_OK;
}

static void set_dim(void *state, size_t offset, size_t n) { *(size_t *)(void *)((char *)state + offset) = n; }

bl_status bl_field_set(bl_ctx *ctx, const bl_field *table, const char *name, void *state, bl_dtype dtype,
                       size_t dims_given, const size_t *dims, const void *v, size_t n_bytes)
{
  const bl_field *f = table;
  while (f && f->name && strcmp(f->name, name)) f++;
  if (!f || !f->name) return bl_fail(ctx, BL_E_FORMAT, "unknown field '%s'", name);
  if (f->dtype != dtype || n_dims(f) != dims_given)
    return bl_fail(ctx, BL_E_FORMAT, "field '%s' is %s with %zu dims, wanted %s with %zu", name, bl_dtype_name(dtype),
                   dims_given, bl_dtype_name(f->dtype), n_dims(f));
  size_t count = 1;
  for (size_t i = 0; i < dims_given; i++) {
    if (dims[i] && count > SIZE_MAX / 16 / dims[i])
      return bl_fail(ctx, BL_E_FORMAT, "field '%s': its shape overflows", name);
    count *= dims[i];
  }
  if (count * bl_dtype_size(dtype) != n_bytes)
    return bl_fail(ctx, BL_E_FORMAT, "field '%s': %zu bytes for %zu numbers of %s", name, n_bytes, count,
                   bl_dtype_name(dtype));
  char *at = (char *)state + f->offset;
  if (!dims_given) {
    memcpy(at, v, n_bytes);
    return BL_OK;
  }
  /* all checks come before the first change: a field that is refused stands as it was, dims included */
  if (dims_given > 1 && f->dim_rows == f->dim_cols && dims[0] != dims[1])
    return bl_fail(ctx, BL_E_FORMAT, "field '%s' is %zu x %zu, wanted a square", name, dims[0], dims[1]);
  bl_status s = check_dim(ctx, table, f, state, f->dim_rows, dims[0]);
  if (!s && dims_given > 1) s = check_dim(ctx, table, f, state, f->dim_cols, dims[1]);
  if (s) return s;
  void *fresh = bl_calloc(ctx, count, bl_dtype_size(dtype));
  if (!fresh) return bl_fail_nomem(ctx, name);
  if (n_bytes) memcpy(fresh, v, n_bytes);
  set_dim(state, f->dim_rows, dims[0]);
  if (dims_given > 1) set_dim(state, f->dim_cols, dims[1]);
  bl_free(ctx, *(void **)(void *)at);
  *(void **)(void *)at = fresh;
  return BL_OK;
}

bl_status bl_fields_copy(bl_ctx *ctx, const bl_field *table, void *to, const void *from)
{
  for (const bl_field *f = table; f && f->name; f++) {
    bl_field_view w = bl_field_get(f, from);
    if (!w.v) continue;
    bl_status s = bl_field_set(ctx, table, f->name, to, f->dtype, w.n_dims, w.dims, w.v, w.bytes);
    if (s) return s;
  }
  return BL_OK;
}

bool bl_fields_equal(const bl_field *table, const void *a, const void *b)
{
  for (const bl_field *f = table; f && f->name; f++) {
    bl_field_view x = bl_field_get(f, a), y = bl_field_get(f, b);
    if (!x.v != !y.v) return false;
    if (!x.v) continue;
    if (x.dims[0] != y.dims[0] || x.dims[1] != y.dims[1] || (x.bytes && memcmp(x.v, y.v, x.bytes))) return false;
  }
  return true;
}

void bl_fields_release(bl_ctx *ctx, const bl_field *table, void *state)
{
  for (const bl_field *f = table; state && f && f->name; f++) {
    if (!n_dims(f)) continue;
    void **at = (void **)(void *)((char *)state + f->offset);
    bl_free(ctx, *at);
    *at = NULL;
  }
}
