#include "category.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"

static bool is_missing(const char *cell)
{
  return !cell[strspn(cell, " \t")] || bl_text_equal_nocase(cell, "NA") || bl_text_equal_nocase(cell, "nan");
}

float bl_category_code(const bl_texts *values, const char *cell)
{
  size_t lo = 0, hi = values->n;
  if (is_missing(cell)) return NAN;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    int order = strcmp(values->v[mid], cell);
    if (!order) return (float)mid;
    if (order < 0) lo = mid + 1;
    else hi = mid;
  }
  return -1;
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

static bool is_text(const bl_table *t, size_t column)
{
  size_t numbers = 0, texts = 0;
  for (size_t r = 0; r < t->n_rows; r++) {
    const char *cell = bl_table_cell(t, r, column);
    double x;
    if (is_missing(cell)) continue;
    bool number = t->separator == ';' ? bl_parse_real_comma(cell, &x) : bl_parse_real(cell, &x);
    if (number) numbers++;
    else texts++;
  }
  return texts > numbers;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Each different text of a column once, ascending. */
static bl_status values_of(bl_ctx *ctx, const bl_table *t, size_t column, bl_texts *out)
{
  bl_column c = {0};
  bl_status s = BL_OK;
  for (size_t r = 0; !s && r < t->n_rows; r++)
    if (!is_missing(bl_table_cell(t, r, column))) s = bl_column_add(ctx, &c, bl_table_cell(t, r, column));
  if (!s && c.values.n) qsort(c.values.v, c.values.n, sizeof *c.values.v, by_bytes);
  if (!s) {
    *out = c.values;
    c.values = (bl_texts){0};
  }
  bl_column_free(ctx, &c);
  return s;
}

static bl_status tell(bl_ctx *ctx, const bl_table *t, size_t column, const bl_texts *values)
{
  enum { NAMED = 6 };
  bl_buf b = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < values->n && i < NAMED; i++)
    s = bl_buf_printf(ctx, &b, "%s'%s'", i ? ", " : "", values->v[i]);
  if (!s && values->n > NAMED) s = bl_buf_printf(ctx, &b, " and %zu more", values->n - NAMED);
  if (!s)
    bl_log(ctx, BL_LOG_INFO, "%s: column '%s' is a category of %zu value%s: %s", t->path ? t->path : "table",
           t->columns.v[column], values->n, values->n == 1 ? "" : "s", bl_buf_text(&b));
  bl_buf_free(ctx, &b);
  return s;
}

/* A text that nearly every row has for itself says nothing of others. */
static bl_status refuse_names(bl_ctx *ctx, const bl_table *t, size_t column, size_t n_values)
{
  if (t->n_rows < 20 || 2 * n_values <= t->n_rows) return BL_OK;
  return bl_fail(
      ctx, BL_E_FORMAT,
      "%s: column '%s' has %zu different texts in %zu rows, from '%s' on: a name or a note, no category; name "
      "it in drop or keep",
      t->path ? t->path : "table", t->columns.v[column], n_values, t->n_rows, bl_table_cell(t, 0, column));
}

bl_status bl_categories_find(bl_ctx *ctx, const bl_table *t, const bl_texts *named, const size_t *column, size_t n,
                             bl_category *out)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < named->n; k++) {
    size_t at, j = 0;
    s = bl_table_column(ctx, t, named->v[k], &at);
    while (!s && j < n && column[j] != at) j++;
    if (!s && j == n) s = bl_fail(ctx, BL_E_CONFIG, "table: categories: the column '%s' is no feature", named->v[k]);
  }
  for (size_t j = 0; !s && j < n; j++) {
    bool asked = bl_texts_find(named, t->columns.v[column[j]]) >= 0;
    if (!asked && !is_text(t, column[j])) continue;
    s = values_of(ctx, t, column[j], &out[j].values);
    if (!s) s = refuse_names(ctx, t, column[j], out[j].values.n);
    if (!s) s = tell(ctx, t, column[j], &out[j].values);
  }
  return s;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

bl_status bl_categories_to_blocks(bl_ctx *ctx, const bl_texts *columns, const bl_category *category, bl_dataset *d)
{
  char numbers[] = "numbers", source[] = "table";
  bl_blocks b = {0};
  bl_status s = BL_OK;
  bool any = false;
  for (size_t j = 0; j < columns->n; j++) any = any || category[j].values.n;
  for (size_t j = 0, n; any && !s && j < columns->n; j += n) {
    for (n = 0; j + n < columns->n && !category[j + n].values.n; n++) continue;
    bl_block like = {.name = numbers, .source = source, .dims = {n}};
    if (!n)
      like = (bl_block){.name = columns->v[j],
                        .source = source,
                        .dims = {n = 1},
                        .form = BL_BLOCK_CATEGORY,
                        .values = category[j].values};
    s = bl_blocks_add(ctx, &b, &like);
  }
  if (!s && any) s = bl_dataset_set_blocks(ctx, d, &b);
  bl_blocks_free(ctx, &b);
  return s;
}
