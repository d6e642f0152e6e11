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

/* At most half of the slots are taken. */
static bl_status make_slots(bl_ctx *ctx, bl_column *c)
{
  if (2 * (c->values.n + 1) <= c->n_slots) return BL_OK;
  size_t n = c->n_slots ? 2 * c->n_slots : 8;
  uint32_t *slot = bl_calloc(ctx, n, sizeof *slot);
  if (!slot) return bl_fail_nomem(ctx, "a column of texts");
  bl_free(ctx, c->slot);
  c->slot = slot;
  c->n_slots = n;
  for (size_t i = 0; i < c->values.n; i++) slot[find(c, c->values.v[i])] = (uint32_t)i + 1;
  return BL_OK;
}

static bl_status value_of(bl_ctx *ctx, bl_column *c, const char *text, uint32_t *code)
{
  bl_status s = make_slots(ctx, c);
  if (s) return s;
  size_t at = find(c, text);
  if (!c->slot[at]) {
    if ((s = bl_texts_add(ctx, &c->values, text))) return s;
    c->slot[at] = (uint32_t)c->values.n;
  }
  *code = c->slot[at] - 1;
  return BL_OK;
}

bl_status bl_column_add(bl_ctx *ctx, bl_column *c, const char *text)
{
  uint32_t code;
  bl_status s = bl_grow(ctx, (void **)&c->code, &c->cap, c->n + 1, sizeof *c->code, "a column of texts");
  /* most rows are like the one before */
  if (!s && c->n && !strcmp(bl_column_text(c, c->n - 1), text)) code = c->code[c->n - 1];
  else if (!s) s = value_of(ctx, c, text, &code);
  if (!s) c->code[c->n++] = code;
  return s;
}

bl_status bl_column_append(bl_ctx *ctx, bl_column *c, const bl_column *more)
{
  uint32_t *mine = bl_calloc(ctx, more->values.n, sizeof *mine);
  if (!mine) return bl_fail_nomem(ctx, "a column of texts");
  bl_status s = bl_grow(ctx, (void **)&c->code, &c->cap, c->n + more->n, sizeof *c->code, "a column of texts");
  for (size_t i = 0; !s && i < more->values.n; i++) s = value_of(ctx, c, more->values.v[i], &mine[i]);
  for (size_t i = 0; !s && i < more->n; i++) c->code[c->n + i] = mine[more->code[i]];
  if (!s) c->n += more->n;
  bl_free(ctx, mine);
  return s;
}

void bl_column_free(bl_ctx *ctx, bl_column *c)
{
  bl_free(ctx, c->name);
  bl_texts_free(ctx, &c->values);
  bl_free(ctx, c->code);
  bl_free(ctx, c->slot);
  *c = (bl_column){0};
}
