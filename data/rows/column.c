/* column.c: a column of texts as a dictionary and a number a row. */
#include <string.h>

#include "baleen/dataset.h"

/* FNV-1a (Fowler, Noll, Vo): short texts, and the table is ours alone. */
static size_t hash(const char *text)
{
  uint64_t h = 14695981039346656037u;
  for (; *text; text++) h = (h ^ (unsigned char)*text) * 1099511628211u;
  return (size_t)(h ^ h >> 32);
}

/* The slot that holds the text, or the empty one where it belongs. The table is never full. */
static size_t find(const bl_column *c, const char *text)
{
  size_t at = hash(text) & (c->n_slots - 1);
  while (c->slot[at] && strcmp(c->values.v[c->slot[at] - 1], text)) at = (at + 1) & (c->n_slots - 1);
  return at;
}

enum { FEW = 4 }; /* values that are found by looking at each */

/* At most half of the slots are taken. */
static bl_status make_slots(bl_ctx *ctx, bl_column *c)
{
  if (c->values.n < FEW || 2 * (c->values.n + 1) <= c->n_slots) return BL_OK;
  size_t n = c->n_slots ? 2 * c->n_slots : 4 * FEW;
  uint32_t *slot = bl_calloc(ctx, n, sizeof *slot);
  if (!slot) return bl_fail_nomem(ctx, "a column of texts");
  bl_free(ctx, c->slot);
  c->slot = slot;
  c->n_slots = n;
  for (size_t i = 0; i < c->values.n; i++) slot[find(c, c->values.v[i])] = (uint32_t)i + 1;
  return BL_OK;
}

static bl_status value_of(bl_ctx *ctx, bl_column *c, const char *text, size_t *code)
{
  bl_status s = make_slots(ctx, c);
  if (s) return s;
  size_t at = c->slot ? find(c, text) : 0;
  long known = c->slot ? (long)c->slot[at] - 1 : bl_texts_find(&c->values, text);
  if (known < 0) {
    if ((s = bl_texts_add(ctx, &c->values, text))) return s;
    if (c->slot) c->slot[at] = (uint32_t)c->values.n;
  }
  *code = known < 0 ? c->values.n - 1 : (size_t)known;
  return BL_OK;
}

bl_status bl_column_add(bl_ctx *ctx, bl_column *c, const char *text)
{
  size_t code, n = c->code.n;
  bl_status s = BL_OK;
  /* most rows are like the one before */
  if (n && !strcmp(bl_column_text(c, n - 1), text)) code = bl_column_code(c, n - 1);
  else s = value_of(ctx, c, text, &code);
  return s ? s : bl_packed_add(ctx, &c->code, (double)code);
}

bl_status bl_column_append(bl_ctx *ctx, bl_column *c, const bl_column *more)
{
  size_t n = c->code.n, *mine = bl_calloc(ctx, more->values.n, sizeof *mine);
  if (!mine) return bl_fail_nomem(ctx, "a column of texts");
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->values.n; i++) s = value_of(ctx, c, more->values.v[i], &mine[i]);
  for (size_t i = 0; !s && i < more->code.n; i++)
    s = bl_packed_add(ctx, &c->code, (double)mine[bl_column_code(more, i)]);
  if (s) bl_packed_cut(ctx, &c->code, n);
  bl_free(ctx, mine);
  return s;
}

void bl_column_free(bl_ctx *ctx, bl_column *c)
{
  bl_free(ctx, c->name);
  bl_texts_free(ctx, &c->values);
  bl_packed_free(ctx, &c->code);
  bl_free(ctx, c->slot);
  *c = (bl_column){0};
}
