/* nan_rows.c: see nan_rows.h. */
#include "nan_rows.h"

#include <math.h>

#define OPTION "rows: {nan: drop}"

/* The first column that is NaN, or n. Hardly any row has one: whether there is any is asked without a branch, which takes
 * a tenth of the time. */
static size_t first_nan(const float *row, size_t n)
{
  int any = 0;
  for (size_t i = 0; i < n; i++) any |= isnan(row[i]) != 0;
  if (!any) return n;
  size_t k = 0;
  while (!isnan(row[k])) k++;
  return k;
}

bl_status bl_check_nan(bl_ctx *ctx, const bl_config *c, const bl_texts *features, const float *row)
{
  size_t k = c->rows.nan == BL_NAN_DROP ? first_nan(row, features->n) : features->n;
  return k < features->n ? bl_fail(ctx, BL_E_REJECTED, "feature '%s' is NaN", features->v[k]) : BL_OK;
}

/* Rows with NaN; *first is the first of them. */
static size_t count(const bl_cmat *X, size_t *first)
{
  size_t n = 0;
  for (size_t i = X->rows; i-- > 0;)
    if (first_nan(bl_crow(X, i), X->cols) < X->cols) *first = i, n++;
  return n;
}

void bl_warn_nan(bl_ctx *ctx, const bl_dataset *d)
{
  bl_cmat X = bl_dataset_view(d);
  size_t first = 0, n = count(&X, &first);
  if (!n) return;
  const char *feature = d->features.v[first_nan(bl_crow(&X, first), X.cols)];
  bl_warn(ctx, BL_W_NONFINITE,
          "%zu of %zu rows hold NaN, the first is row %zu (counted from 0), '%s' of %s; to leave them out say " OPTION,
          n, d->X.rows, first, feature, bl_column_text(&d->recording, first));
}

bl_status bl_name_nan_option(bl_ctx *ctx, bl_status s, const bl_config *c, const bl_cmat *rows)
{
  size_t first;
  if (s != BL_E_NONFINITE || c->rows.nan == BL_NAN_DROP || !count(rows, &first)) return s;
  return bl_fail(ctx, s, "%s; " OPTION " leaves all rows with NaN out", bl_ctx_error(ctx));
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static bl_status note(bl_ctx *ctx, bl_extraction *x, const bl_dataset *d, size_t i)
{
  bl_dropped *v = bl_realloc(ctx, x->dropped, x->n_dropped + 1, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "the drop log");
  x->dropped = v;
  bl_dropped *one = &v[x->n_dropped++];
  *one = (bl_dropped){.recording = bl_strdup(ctx, bl_column_text(&d->recording, i)),
                      .start_s = bl_packed_get(&d->start_s, i),
                      .label = bl_strdup(ctx, bl_column_text(&d->label, i)),
                      .reason = bl_strdup(ctx, bl_ctx_error(ctx))};
  return one->recording && one->label && one->reason ? BL_OK : bl_fail_nomem(ctx, "the drop log");
}

static bl_status keep(bl_ctx *ctx, const bl_dataset *d, size_t i, const char **extra, bl_dataset *out)
{
  for (size_t k = 0; k < d->n_extra; k++) extra[k] = bl_column_text(&d->extra[k], i);
  bl_row_info info = {bl_column_text(&d->recording, i),
                      bl_column_text(&d->label, i),
                      bl_column_text(&d->group, i),
                      bl_packed_get(&d->start_s, i),
                      bl_packed_get(&d->end_s, i),
                      bl_packed_get(&d->weight, i),
                      extra};
  return bl_dataset_add(ctx, out, bl_row(&d->X, i), &info);
}

bl_status bl_drop_nan_rows(bl_ctx *ctx, const bl_config *c, bl_extraction *x)
{
  bl_dataset kept = {0}, *d = &x->rows;
  bl_texts names = {0};
  size_t first;
  bl_cmat X = bl_dataset_view(d);
  if (c->rows.nan != BL_NAN_DROP || !count(&X, &first)) return BL_OK;
  const char **extra = bl_calloc(ctx, d->n_extra, sizeof *extra);
  bl_status s = extra ? BL_OK : bl_fail_nomem(ctx, "the rows");
  for (size_t k = 0; !s && k < d->n_extra; k++) s = bl_texts_add(ctx, &names, d->extra[k].name);
  if (!s) s = bl_dataset_init(ctx, &d->features, &d->units, &names, &kept);
  if (!s) s = bl_dataset_set_offset(ctx, &kept, d->offset);
  if (!s) s = bl_dataset_set_blocks(ctx, &kept, &d->blocks);
  for (size_t i = 0; !s && i < d->X.rows; i++)
    s = bl_check_nan(ctx, c, &d->features, bl_row(&d->X, i)) ? note(ctx, x, d, i) : keep(ctx, d, i, extra, &kept);
  if (!s && !kept.X.rows) s = bl_fail(ctx, BL_E_SHAPE, "no rows: all %zu hold NaN, and rows: nan is drop", d->X.rows);
  bl_free(ctx, extra);
  bl_texts_free(ctx, &names);
  if (s) {
    bl_dataset_free(ctx, &kept);
    return s;
  }
  bl_dataset_free(ctx, d);
  *d = kept;
  return BL_OK;
}
