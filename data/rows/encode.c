/* Class names to codes, as numpy.unique(return_inverse=True) does it, but for numbers kept as text: when all are finite
 * numbers they go by value, and spellings of one value ("1", "1.0") are one class, named by the first spelling in byte
 * order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/text.h"

typedef struct entry {
  const char *text;
  double x; /* 0 unless all are numbers */
  size_t row;
} entry;

static int by_value_then_text(const void *a, const void *b)
{
  const entry *p = a, *q = b;
  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  int c = strcmp(p->text, q->text);
  return c ? c : p->row < q->row ? -1 : p->row > q->row;
}

bl_status bl_encode(bl_ctx *ctx, const bl_texts *v, bl_texts *values, int32_t **codes)
{
  bl_status s = BL_OK;
  *values = (bl_texts){0};
  *codes = bl_calloc(ctx, v->n, sizeof **codes);
  entry *e = bl_calloc(ctx, v->n, sizeof *e);
  size_t n = 0;
  bool numbers = true;
  if (!*codes || !e) {
    s = bl_fail_nomem(ctx, "class codes");
    goto done;
  }
  for (size_t i = 0; i < v->n; i++) {
    (*codes)[i] = -1;
    if (!*v->v[i]) continue;
    e[n] = (entry){v->v[i], 0, i};
    numbers = numbers && bl_parse_real(v->v[i], &e[n].x) && isfinite(e[n].x);
    n++;
  }
  for (size_t i = 0; !numbers && i < n; i++) e[i].x = 0;
  qsort(e, n, sizeof *e, by_value_then_text);
  for (size_t i = 0; i < n; i++) {
    bool same = i && (numbers ? e[i].x == e[i - 1].x : !strcmp(e[i].text, e[i - 1].text));
    if (!same) s = bl_texts_add(ctx, values, e[i].text);
    if (s) goto done;
    (*codes)[e[i].row] = (int32_t)(values->n - 1);
  }

done:
  bl_free(ctx, e);
  if (s) {
    bl_texts_free(ctx, values);
    bl_free(ctx, *codes);
    *codes = NULL;
  }
  return s;
}

/* The values that these rows have, and for each value of the column which of those it is, from 1; 0: none of them. */
static bl_status used_values(bl_ctx *ctx, const bl_column *c, const uint32_t *row, size_t n, bl_texts *used,
                             uint32_t *which)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    size_t code = bl_column_code(c, row ? row[i] : i);
    if (which[code]) continue;
    s = bl_texts_add(ctx, used, c->values.v[code]);
    which[code] = (uint32_t)used->n;
  }
  return s;
}

bl_status bl_encode_rows(bl_ctx *ctx, const bl_column *c, const uint32_t *row, size_t n, bl_texts *values,
                         int32_t **codes)
{
  bl_texts used = {0};
  int32_t *of_used = NULL;
  *values = (bl_texts){0};
  *codes = NULL;
  uint32_t *which = bl_calloc(ctx, c->values.n, sizeof *which);
  bl_status s = which ? used_values(ctx, c, row, n, &used, which) : bl_fail_nomem(ctx, "class codes");
  if (!s) s = bl_encode(ctx, &used, values, &of_used);
  if (!s && !(*codes = bl_calloc(ctx, n, sizeof **codes))) {
    s = bl_fail_nomem(ctx, "class codes");
    bl_texts_free(ctx, values);
  }
  for (size_t i = 0; !s && i < n; i++) (*codes)[i] = of_used[which[bl_column_code(c, row ? row[i] : i)] - 1];
  bl_texts_free(ctx, &used);
  bl_free(ctx, which);
  bl_free(ctx, of_used);
  return s;
}
