/* predict_table.c: the rows of a table through a predictor. */
#include <math.h>

#include "baleen/category.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "nan_rows.h"
#include "predictor_private.h"

typedef struct table_rows {
  bl_predictor *p;
  const char *file;
  const bl_rows_out *out;
  size_t n; /* given so far */
} table_rows;

/* Rows of a table are named like those that a run learns from: "<file>:<line>". */
static bl_status give_row(bl_ctx *ctx, table_rows *t, size_t line, const float *row)
{
  char *name = bl_strf(ctx, "%s:%zu", bl_path_base(t->file), line);
  const double *prediction, *scores;
  if (!name) return bl_fail_nomem(ctx, "a table");
  bl_status s = bl_check_nan(ctx, &t->p->recipe.rows, bl_predictor_features(t->p), row);
  if (s == BL_E_REJECTED) {
    bl_warn(ctx, BL_W_SKIPPED, "%s is left out: %s", name, bl_ctx_error(ctx));
    s = BL_OK;
  } else if (!s) {
    s = bl_predictor_row(ctx, t->p, row, &prediction, &scores);
    if (!s) s = t->out->row(t->out->user, ctx, name, (double)NAN, (double)NAN, prediction, scores);
    if (!s) s = t->out->pause(t->out->user, ctx, false);
    t->n += !s;
  }
  bl_free(ctx, name);
  return s;
}

/* What is taken off each feature's numbers, NULL: nothing. */
static const double *offset_of(const bl_predictor *p)
{
  return p->recipe.n_offset == bl_predictor_features(p)->n ? p->recipe.offset : NULL;
}

/* A cell as the model takes it: a category's text as its number. */
static bl_status cell(bl_ctx *ctx, const table_rows *t, const bl_table *table, size_t i, size_t column, size_t k,
                      float *out)
{
  const bl_block *b = bl_blocks_at(bl_predictor_blocks(t->p), k);
  const double *offset = offset_of(t->p);
  double x = 0;
  if (b && b->form == BL_BLOCK_CATEGORY) {
    *out = bl_category_code(&b->values, bl_table_cell(table, i, column));
    return BL_OK;
  }
  bl_status s = bl_table_number(ctx, table, i, column, &x);
  *out = (float)(offset ? x - offset[k] : x);
  return s;
}

/* Columns are found by name, in any order; others do not matter. */
static bl_status rows_of_text(bl_ctx *ctx, table_rows *t)
{
  const bl_texts *features = bl_predictor_features(t->p);
  bl_table table = {0};
  float *row = bl_calloc(ctx, features->n, sizeof *row);
  size_t *column = bl_calloc(ctx, features->n, sizeof *column);
  bl_status s = row && column ? bl_table_read(ctx, t->file, &table) : bl_fail_nomem(ctx, "a table");
  for (size_t k = 0; !s && k < features->n; k++) s = bl_table_column(ctx, &table, features->v[k], &column[k]);
  for (size_t i = 0; !s && i < table.n_rows; i++) {
    for (size_t k = 0; !s && k < features->n; k++) s = cell(ctx, t, &table, i, column[k], k, &row[k]);
    if (!s) s = give_row(ctx, t, table.line[i], row);
  }
  bl_free(ctx, row);
  bl_free(ctx, column);
  bl_table_free(ctx, &table);
  return s;
}

/* An array has no names: as many columns, in the order of the features. */
static bl_status rows_of_array(bl_ctx *ctx, table_rows *t)
{
  size_t n = bl_predictor_features(t->p)->n;
  bl_mat x = {0};
  bl_status s = bl_npy_read_above(ctx, t->file, offset_of(t->p), n, &x);
  if (!s && x.cols != n)
    s = bl_fail(ctx, BL_E_MISMATCH, "%s: %zu columns, where the model learnt from %zu", t->file, x.cols, n);
  for (size_t i = 0; !s && i < x.rows; i++) s = give_row(ctx, t, i, bl_row(&x, i));
  bl_mat_free(ctx, &x);
  return s;
}

bl_status bl_predict_table(bl_ctx *ctx, bl_predictor *p, const char *file, const bl_rows_out *out)
{
  table_rows t = {.p = p, .file = file, .out = out};
  bl_status s = bl_text_ends_with(file, ".npy") ? rows_of_array(ctx, &t) : rows_of_text(ctx, &t);
  return !s && !t.n ? bl_fail(ctx, BL_E_SHAPE, "%s: no rows", file) : s;
}
