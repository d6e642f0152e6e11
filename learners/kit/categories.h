/* categories.h: the categories of columns, as the encoders learn them. For class authors. */
#ifndef BALEEN_CATEGORIES_H
#define BALEEN_CATEGORIES_H

#include "baleen/estimator.h"

/* The different numbers of column j: value[first[j]] .. before value[first[j + 1]], ascending; behind them, where
 * missing[j], one that stands for NaN and is counted with them. count: rows of each. What a class's fields hold. */
typedef struct bl_categories {
  size_t n_firsts, n_values, n_missing;
  int64_t *first;
  double *value, *count;
  uint8_t *missing;
} bl_categories;
/* clang-format off */
#define BL_CATEGORIES_FIELDS(T, m)                                                                                     \
  BL_FIELD_NAMED_VECTOR("first", T, m.first, BL_I64, m.n_firsts, "where the categories of each column begin, and where the last ends"), \
  BL_FIELD_NAMED_VECTOR("value", T, m.value, BL_F64, m.n_values, "the number that stands for each category, 0 for missing"), \
  BL_FIELD_NAMED_VECTOR("count", T, m.count, BL_F64, m.n_values, "rows, or the sum of their weights, that had it"), \
  BL_FIELD_NAMED_VECTOR("missing", T, m.missing, BL_U8, m.n_missing, "1 where a column's last category is that of missing")
#define BL_FIELD_NAMED_VECTOR(name, T, m, dtype, rows, help) { name, dtype, offsetof(T, m), offsetof(T, rows), BL_NO_DIM, help }
/* clang-format on */

/* BL_E_RANGE of a column with more than a million different numbers. */
bl_status bl_categories_learn(bl_ctx *ctx, const bl_estimator *self, const bl_train *t,
                              bl_categories *out) BL_MUST_CHECK;
bl_status bl_categories_check(bl_ctx *ctx, const bl_estimator *self, const bl_categories *c) BL_MUST_CHECK;
static inline size_t bl_categories_of(const bl_categories *c, size_t j)
{
  return (size_t)(c->first[j + 1] - c->first[j]);
}
/* Which of column j's categories x is, from 0; -1: none that was learnt. */
int64_t bl_category_find(const bl_categories *c, size_t j, double x);
/* Its name, from the values of the column's block, else the number itself; "nan" for missing. buf holds 32 bytes. */
const char *bl_category_name(const bl_estimator *self, const bl_categories *c, size_t j, size_t k, char *buf);
/* What to do about a number that is no category that was learnt, in words. */
bl_status bl_category_unknown(bl_ctx *ctx, const bl_estimator *self, size_t row, size_t j, double x,
                              const char *remedy) BL_MUST_CHECK;

#endif
