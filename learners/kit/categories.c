#include "categories.h"

#include <math.h>
#include <stdio.h>

#include "baleen/text.h"
#include "columnwise.h"

enum { MOST = 1000000 };

/* ---- learning ---------------------------------------------------------------------------------------------------- */

typedef struct job {
  size_t rows;
  double **value, **count; /* of each column, n[j] of them */
  size_t *n;
  bool *missing;
} job;

static bl_status learn_column(bl_ctx *ctx, void *arg, size_t j, const double *v, size_t n)
{
  job *k = arg;
  size_t distinct = 0;
  for (size_t i = 0; i < n; i++) distinct += !i || v[i] != v[i - 1];
  k->missing[j] = n < k->rows;
  k->n[j] = distinct + (k->missing[j] ? 1 : 0);
  k->value[j] = bl_calloc(ctx, k->n[j], sizeof **k->value);
  k->count[j] = bl_calloc(ctx, k->n[j], sizeof **k->count);
  if (!k->value[j] || !k->count[j]) return bl_fail_nomem(ctx, "categories");
  for (size_t i = 0, at = 0; i < n; i++) {
    if (i && v[i] != v[i - 1]) at++;
    k->value[j][at] = v[i];
    k->count[j][at]++;
  }
  if (k->missing[j]) k->count[j][distinct] = (double)(k->rows - n);
  return BL_OK;
}

static bl_status join(bl_ctx *ctx, const bl_estimator *self, const job *k, size_t d, bl_categories *out)
{
  size_t all = 0;
  for (size_t j = 0; j < d; j++) all += k->n[j];
  if (all > MOST)
    return bl_fail(ctx, BL_E_RANGE, "%s: %zu different numbers in %zu columns: these are measurements, no categories",
                   self->cls->name, all, d);
  out->first = bl_calloc(ctx, d + 1, sizeof *out->first);
  out->missing = bl_calloc(ctx, d, sizeof *out->missing);
  out->value = bl_calloc(ctx, all, sizeof *out->value);
  out->count = bl_calloc(ctx, all, sizeof *out->count);
  if (!out->first || !out->missing || !out->value || !out->count) return bl_fail_nomem(ctx, "categories");
  out->n_firsts = d + 1;
  out->n_missing = d;
  for (size_t j = 0; j < d; j++) {
    out->missing[j] = k->missing[j];
    for (size_t i = 0; i < k->n[j]; i++, out->n_values++) {
      out->value[out->n_values] = k->value[j][i];
      out->count[out->n_values] = k->count[j][i];
    }
    out->first[j + 1] = (int64_t)out->n_values;
  }
  return BL_OK;
}

bl_status bl_categories_learn(bl_ctx *ctx, const bl_estimator *self, const bl_train *t, bl_categories *out)
{
  size_t d = t->X.cols;
  job k = {t->X.rows, bl_calloc(ctx, d, sizeof(double *)), bl_calloc(ctx, d, sizeof(double *)),
           bl_calloc(ctx, d, sizeof(size_t)), bl_calloc(ctx, d, sizeof(bool))};
  bl_status s = k.value && k.count && k.n && k.missing ? BL_OK : bl_fail_nomem(ctx, "categories");
  if (!s) s = bl_kit_each_sorted(ctx, &t->X, learn_column, &k);
  if (!s) s = join(ctx, self, &k, d, out);
  for (size_t j = 0; k.value && k.count && j < d; j++) {
    bl_free(ctx, k.value[j]);
    bl_free(ctx, k.count[j]);
  }
  bl_free(ctx, k.value);
  bl_free(ctx, k.count);
  bl_free(ctx, k.n);
  bl_free(ctx, k.missing);
  return s;
}

bl_status bl_categories_check(bl_ctx *ctx, const bl_estimator *self, const bl_categories *c)
{
  bool good = c->first && c->value && c->count && c->missing && c->n_firsts == self->n_features + 1 &&
              c->n_missing == self->n_features && c->first[0] == 0 && c->first[c->n_firsts - 1] == (int64_t)c->n_values;
  for (size_t j = 0; good && j < self->n_features; j++)
    good = c->first[j + 1] > c->first[j] && c->first[j + 1] <= (int64_t)c->n_values;
  return good ? BL_OK
              : bl_fail(ctx, BL_E_FORMAT, "%s: its categories are not those of %zu columns", self->cls->name,
                        self->n_features);
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

int64_t bl_category_find(const bl_categories *c, size_t j, double x)
{
  const double *v = c->value + c->first[j];
  size_t n = bl_categories_of(c, j) - (c->missing[j] ? 1 : 0), lo = 0, hi = n;
  if (isnan(x)) return c->missing[j] ? (int64_t)n : -1;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (v[mid] < x) lo = mid + 1;
    else hi = mid;
  }
  return lo < n && v[lo] == x ? (int64_t)lo : -1;
}

static const char *value_name(const bl_estimator *self, size_t j, double x, char *buf)
{
  const bl_block *b = bl_blocks_at(&self->blocks, j);
  bool coded = b && b->form == BL_BLOCK_CATEGORY && x >= 0 && x < (double)b->values.n;
  if (coded) return b->values.v[(size_t)x];
  bool whole = x == floor(x) && fabs(x) < 1e15;
  if (whole) snprintf(buf, 32, "%.1f", x); /* as Python has it */
  return whole ? buf : bl_format_real(x, buf);
}

const char *bl_category_name(const bl_estimator *self, const bl_categories *c, size_t j, size_t k, char *buf)
{
  if (c->missing[j] && k + 1 == bl_categories_of(c, j)) return "nan";
  return value_name(self, j, c->value[(size_t)c->first[j] + k], buf);
}

bl_status bl_category_unknown(bl_ctx *ctx, const bl_estimator *self, size_t row, size_t j, double x, const char *remedy)
{
  char buf[32];
  bool named = self->feature_names.n > 0;
  const bl_block *b = bl_blocks_at(&self->blocks, j);
  bool other = b && b->form == BL_BLOCK_CATEGORY && x < 0;
  const char *what = isnan(x) ? "nothing" : other ? "another text" : value_name(self, j, x, buf);
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: row %zu, column %zu%s%s%s (counted from 0), has %s, which no row had that it learnt "
                 "from; %s",
                 self->cls->name, row, j, named ? " '" : "", named ? self->feature_names.v[j] : "", named ? "'" : "",
                 what, remedy);
}
