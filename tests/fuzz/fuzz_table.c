/* Any bytes as a table: parsed or refused, never more. What was parsed is written as CSV and must come back the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bl_status write_row(bl_ctx *ctx, bl_buf *b, const bl_table *t, char *const *cell)
{
  bl_status s = BL_OK;
  for (size_t j = 0; !s && j < t->columns.n; j++) {
    if (j) s = bl_buf_puts(ctx, b, ",");
    /* a line of one empty field would be a blank one */
    if (!s) s = t->columns.n == 1 && !*cell[j] ? bl_buf_puts(ctx, b, "\"\"") : bl_csv_field(ctx, b, cell[j]);
  }
  return s ? s : bl_buf_puts(ctx, b, "\n");
}

static void check_same(const bl_table *a, const bl_table *b)
{
  if (a->n_rows != b->n_rows || a->columns.n != b->columns.n) abort();
  for (size_t j = 0; j < a->columns.n; j++)
    if (strcmp(a->columns.v[j], b->columns.v[j])) abort();
  for (size_t k = 0; k < a->n_rows * a->columns.n; k++)
    if (strcmp(a->cell[k], b->cell[k])) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_table t, back;
  bl_buf b = {0};
  if (!bl_table_parse(ctx, "fuzz", (const char *)data, size, &t)) {
    double x;
    size_t col;
    for (size_t i = 0; i < t.n_rows; i++)
      if (bl_table_number(ctx, &t, i, i % t.columns.n, &x)) continue;
    if (bl_table_column(ctx, &t, t.columns.v[t.columns.n - 1], &col) == BL_OK && col + 1 != t.columns.n) abort();
    bl_status s = write_row(ctx, &b, &t, t.columns.v);
    for (size_t i = 0; !s && i < t.n_rows; i++) s = write_row(ctx, &b, &t, t.cell + i * t.columns.n);
    if (!s) {
      /* a first name that itself begins as a byte order mark loses it: not a table that we write */
      bool mark = b.len >= 3 && !memcmp(b.v, "\xEF\xBB\xBF", 3);
      if (!mark && bl_table_parse(ctx, "back", b.v, b.len, &back)) abort();
      if (!mark) check_same(&t, &back);
      if (!mark) bl_table_free(ctx, &back);
    }
  }
  bl_table_free(ctx, &t);
  bl_buf_free(ctx, &b);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
