/* Options that hold an array: parsing, printing, copying, comparing; see bl_array in option.h. */
#include "option_private.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "baleen/text.h"

bl_array *bl_opts_array(const bl_opt *table, void *params, const char *name)
{
  const bl_opt *o = bl_opts_find(table, name);
  return o && o->kind == BL_OPT_ARRAY ? (bl_array *)(void *)((char *)params + o->offset) : NULL;
}

void bl_array_free(bl_ctx *ctx, bl_array *a)
{
  bl_free(ctx, a->path);
  bl_free(ctx, a->v);
  *a = (bl_array){0};
}

bl_status bl_array_fill(bl_ctx *ctx, bl_array *a, size_t rows, size_t cols, const double *v)
{
  if (!rows || !cols || rows > SIZE_MAX / sizeof *v / cols)
    return bl_fail(ctx, BL_E_SHAPE, "an array of %zu x %zu numbers; wanted one row and column at least", rows, cols);
  double *fresh = bl_calloc(ctx, rows * cols, sizeof *fresh);
  if (!fresh) return bl_fail_nomem(ctx, "an array");
  if (v) memcpy(fresh, v, rows * cols * sizeof *fresh);
  bl_free(ctx, a->v);
  a->v = fresh;
  a->rows = rows;
  a->cols = cols;
  return BL_OK;
}

/* [[1, 2], [3, 4]], or [1, 2] for one row. */
static bl_status from_lists(bl_ctx *ctx, const bl_flow *f, bl_array *out, bool *bad)
{
  bool flat = f->n && f->child[0].kind == BL_FLOW_SCALAR;
  size_t rows = flat ? 1 : f->n, cols = flat ? f->n : f->n ? f->child[0].n : 0;
  if (f->kind != BL_FLOW_LIST || !rows || !cols) return *bad = true, BL_OK;
  bl_status s = bl_array_fill(ctx, out, rows, cols, NULL);
  for (size_t i = 0; !s && i < rows; i++) {
    const bl_flow *row = flat ? f : &f->child[i];
    if (row->kind != BL_FLOW_LIST || row->n != cols) return *bad = true, BL_OK;
    for (size_t k = 0; k < cols; k++) {
      const bl_flow *x = &row->child[k];
      if (x->kind != BL_FLOW_SCALAR || !bl_parse_real(x->text, &out->v[i * cols + k])) return *bad = true, BL_OK;
      if (!isfinite(out->v[i * cols + k])) return *bad = true, BL_OK;
    }
  }
  return s;
}

bl_status bl_array_parse(bl_ctx *ctx, const bl_flow *f, bl_array *out, bool *bad)
{
  if (f->kind != BL_FLOW_SCALAR) return from_lists(ctx, f, out, bad);
  if (!*f->text) return *bad = true, BL_OK;
  return (out->path = bl_strdup(ctx, f->text)) ? BL_OK : bl_fail_nomem(ctx, "a path");
}

bl_status bl_array_print(bl_ctx *ctx, const bl_array *a, bl_buf *out)
{
  if (a->path) return bl_flow_print_scalar(ctx, a->path, out);
  if (!a->v) return bl_buf_puts(ctx, out, "null");
  char number[32];
  bl_status s = bl_buf_puts(ctx, out, "[");
  for (size_t i = 0; !s && i < a->rows; i++) {
    s = bl_buf_puts(ctx, out, i ? ", [" : "[");
    for (size_t k = 0; !s && k < a->cols; k++)
      s = bl_buf_printf(ctx, out, "%s%s", k ? ", " : "", bl_format_real(a->v[i * a->cols + k], number));
    if (!s) s = bl_buf_puts(ctx, out, "]");
  }
  return s ? s : bl_buf_puts(ctx, out, "]");
}

bl_status bl_array_copy(bl_ctx *ctx, bl_array *to, const bl_array *from)
{
  if (from->path && !(to->path = bl_strdup(ctx, from->path))) return bl_fail_nomem(ctx, "a path");
  return from->v ? bl_array_fill(ctx, to, from->rows, from->cols, from->v) : BL_OK;
}

bool bl_array_equal(const bl_array *a, const bl_array *b)
{
  if (!a->v != !b->v) return false;
  if (!a->v) return bl_text_equal(a->path, b->path);
  return a->rows == b->rows && a->cols == b->cols && !memcmp(a->v, b->v, a->rows * a->cols * sizeof *a->v);
}
