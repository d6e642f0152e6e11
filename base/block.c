/* block.c: lists of blocks, which tile a row. */
#include "baleen/block.h"

#include <stdint.h>
#include <string.h>

#include "baleen/text.h"

static const struct form {
  const char *name;
  size_t n_dims;
} forms[] = {
#define FORM(code, name, n_dims) {name, n_dims},
    BL_BLOCK_FORMS(FORM)
#undef FORM
};

const char *bl_block_form_name(bl_block_form form)
{
  return (unsigned)form < BL_N_BLOCK_FORMS ? forms[form].name : "?";
}
size_t bl_block_n_dims(bl_block_form form) { return (unsigned)form < BL_N_BLOCK_FORMS ? forms[form].n_dims : 0; }

bool bl_block_form_find(const char *name, bl_block_form *out)
{
  for (int i = 0; i < BL_N_BLOCK_FORMS; i++)
    if (!strcmp(forms[i].name, name)) {
      *out = (bl_block_form)i;
      return true;
    }
  return false;
}

size_t bl_block_columns(bl_block_form form, const size_t dims[3])
{
  size_t n = 1, most = (size_t)1 << 40; /* more columns than any row has; products below stay far from overflow */
  for (size_t i = 0; i < bl_block_n_dims(form); i++) {
    if (!dims[i] || dims[i] > most / n) return 0;
    n *= dims[i];
  }
  if (form == BL_BLOCK_TRIANGLE) return n < (size_t)1 << 20 ? n * (n + 1) / 2 : 0;
  if (form == BL_BLOCK_CATEGORY && n != 1) return 0;
  if (form == BL_BLOCK_GRAPH) return n < (size_t)1 << 20 ? n * n : 0;
  return (unsigned)form < BL_N_BLOCK_FORMS ? n : 0;
}

const char *bl_block_unit(const bl_block *b, size_t i)
{
  return b->units.n == 1 ? b->units.v[0] : i < b->units.n ? b->units.v[i] : "";
}

static void free_block(bl_ctx *ctx, bl_block *b)
{
  bl_free(ctx, b->name);
  bl_free(ctx, b->source);
  bl_texts_free(ctx, &b->units);
  bl_texts_free(ctx, &b->values);
}

void bl_blocks_free(bl_ctx *ctx, bl_blocks *b)
{
  if (!b) return;
  for (size_t i = 0; i < b->n; i++) free_block(ctx, &b->v[i]);
  bl_free(ctx, b->v);
  *b = (bl_blocks){0};
}

/* ---- adding ------------------------------------------------------------------------------------------------------ */

static bool has_name(const bl_blocks *b, const char *name)
{
  bool has = false;
  for (size_t i = 0; i < b->n; i++) has = has || !strcmp(b->v[i].name, name);
  return has;
}

/* A name that no other block has, or NULL when memory ran out. */
static char *own_name(bl_ctx *ctx, const bl_blocks *b, const char *name)
{
  char *own = bl_strdup(ctx, name);
  for (size_t i = 2; own && has_name(b, own); i++) {
    bl_free(ctx, own);
    own = bl_strf(ctx, "%s-%zu", name, i);
  }
  return own;
}

static bl_status copy_units(bl_ctx *ctx, const bl_block *like, bl_texts *out)
{
  bool same = true;
  if (!like->units.n) return bl_texts_add(ctx, out, "");
  for (size_t i = 1; i < like->units.n; i++) same = same && !strcmp(like->units.v[0], like->units.v[i]);
  return same ? bl_texts_add(ctx, out, like->units.v[0]) : bl_texts_copy(ctx, out, &like->units);
}

static size_t width_of(const bl_blocks *b) { return b->n ? b->v[b->n - 1].first + b->v[b->n - 1].n : 0; }

bl_status bl_blocks_add(bl_ctx *ctx, bl_blocks *b, const bl_block *like)
{
  size_t n = bl_block_columns(like->form, like->dims);
  if (!n || (like->units.n > 1 && like->units.n != n) || (like->form == BL_BLOCK_CATEGORY) != (like->values.n > 0))
    return bl_fail(ctx, BL_E_ARG, "block '%s': %s of %zu, %zu, %zu with %zu units is none", like->name,
                   bl_block_form_name(like->form), like->dims[0], like->dims[1], like->dims[2], like->units.n);
  bl_block added = {.form = like->form, .first = width_of(b), .n = n};
  for (size_t i = 0; i < bl_block_n_dims(like->form); i++) added.dims[i] = like->dims[i];
  added.name = own_name(ctx, b, like->name);
  added.source = bl_strdup(ctx, like->source ? like->source : "");
  bl_status s =
      added.name && added.source ? copy_units(ctx, like, &added.units) : bl_fail_nomem(ctx, "blocks of columns");
  if (!s) s = bl_texts_copy(ctx, &added.values, &like->values);
  bl_block *v = s ? NULL : bl_realloc(ctx, b->v, b->n + 1, sizeof *v);
  if (!s && !v) s = bl_fail_nomem(ctx, "blocks of columns");
  if (s) {
    free_block(ctx, &added);
    return s;
  }
  b->v = v;
  v[b->n++] = added;
  return BL_OK;
}

bl_status bl_blocks_append(bl_ctx *ctx, bl_blocks *all, const char *prefix, const bl_blocks *more)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->n; i++) {
    bl_block like = more->v[i];
    char *name = prefix ? bl_strf(ctx, "%s.%s", prefix, like.name) : NULL;
    if (prefix && !name) return bl_fail_nomem(ctx, "blocks of columns");
    if (name) like.name = name;
    s = bl_blocks_add(ctx, all, &like);
    bl_free(ctx, name);
  }
  return s;
}

bl_status bl_blocks_copy(bl_ctx *ctx, bl_blocks *to, const bl_blocks *from)
{
  *to = (bl_blocks){0};
  bl_status s = from ? bl_blocks_append(ctx, to, NULL, from) : BL_OK;
  if (s) bl_blocks_free(ctx, to);
  return s;
}

/* How many of the columns from the first on follow each other within block b. */
static size_t stretch_of(const bl_block *b, const size_t *columns, size_t n)
{
  size_t k = 1;
  while (k < n && columns[k] == columns[k - 1] + 1 && columns[k] < b->first + b->n) k++;
  return k;
}

bl_status bl_blocks_pick(bl_ctx *ctx, const bl_blocks *from, const size_t *columns, size_t n, bl_blocks *out)
{
  *out = (bl_blocks){0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && from && from->n && i < n;) {
    const bl_block *b = bl_blocks_at(from, columns[i]);
    if (!b) {
      s = bl_fail(ctx, BL_E_ARG, "blocks: there is no column %zu", columns[i]);
      break;
    }
    size_t k = stretch_of(b, columns + i, n - i), at = columns[i] - b->first;
    bl_block part = *b;
    if (k < b->n) {
      part.form = BL_BLOCK_SCALARS;
      part.dims[0] = k;
      if (b->units.n > 1) part.units = (bl_texts){b->units.v + at, k};
    }
    s = bl_blocks_add(ctx, out, &part);
    i += k;
  }
  if (s) bl_blocks_free(ctx, out);
  return s;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static bool texts_equal(const bl_texts *a, const bl_texts *b)
{
  bool same = a->n == b->n;
  for (size_t i = 0; same && i < a->n; i++) same = !strcmp(a->v[i], b->v[i]);
  return same;
}

bool bl_blocks_equal(const bl_blocks *a, const bl_blocks *b)
{
  bool same = a->n == b->n;
  for (size_t i = 0; same && i < a->n; i++) {
    const bl_block *x = &a->v[i], *y = &b->v[i];
    same = !strcmp(x->name, y->name) && !strcmp(x->source, y->source) && x->form == y->form && x->first == y->first &&
           x->n == y->n && !memcmp(x->dims, y->dims, sizeof x->dims) && texts_equal(&x->units, &y->units) &&
           texts_equal(&x->values, &y->values);
  }
  return same;
}

const bl_block *bl_blocks_at(const bl_blocks *b, size_t column)
{
  for (size_t i = 0; b && i < b->n; i++)
    if (column >= b->v[i].first && column - b->v[i].first < b->v[i].n) return &b->v[i];
  return NULL;
}

const bl_block *bl_blocks_category(const bl_blocks *b)
{
  for (size_t i = 0; b && i < b->n; i++)
    if (b->v[i].form == BL_BLOCK_CATEGORY) return &b->v[i];
  return NULL;
}

bl_status bl_blocks_check(bl_ctx *ctx, const char *who, const bl_blocks *b, size_t n)
{
  size_t at = 0;
  if (!b || !b->n) return BL_OK;
  for (size_t i = 0; i < b->n; i++) {
    const bl_block *k = &b->v[i];
    bl_blocks before = {b->v, i};
    if (!k->name || !*k->name || has_name(&before, k->name))
      return bl_fail(ctx, BL_E_SHAPE, "%s: block %zu has no name of its own ('%s')", who, i, k->name ? k->name : "");
    if (k->first != at)
      return bl_fail(ctx, BL_E_SHAPE, "%s: block '%s' begins at column %zu, not at %zu where the one before it ends",
                     who, k->name, k->first, at);
    if (k->n != bl_block_columns(k->form, k->dims) || (k->units.n != 1 && k->units.n != k->n))
      return bl_fail(ctx, BL_E_SHAPE, "%s: block '%s' has %zu columns and %zu units, which no %s of %zu, %zu, %zu has",
                     who, k->name, k->n, k->units.n, bl_block_form_name(k->form), k->dims[0], k->dims[1], k->dims[2]);
    at += k->n;
  }
  if (at == n) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE, "%s: its blocks cover %zu columns, but there are %zu", who, at, n);
}

static bl_status describe(bl_ctx *ctx, const bl_block *b, bl_buf *out)
{
  bl_status s = bl_buf_printf(ctx, out, "'%s' (%s", b->name, bl_block_form_name(b->form));
  for (size_t i = 0; !s && b->form != BL_BLOCK_SCALARS && i < bl_block_n_dims(b->form); i++)
    s = bl_buf_printf(ctx, out, i ? " x %zu" : " of %zu", b->dims[i]);
  return s ? s : bl_buf_printf(ctx, out, ": %zu column%s)", b->n, b->n == 1 ? "" : "s");
}

bl_status bl_blocks_describe(bl_ctx *ctx, const bl_blocks *b, bl_buf *out)
{
  enum { NAMED = 8 }; /* the text stays a few lines long */
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < b->n && i < NAMED; i++) {
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (!s) s = describe(ctx, &b->v[i], out);
  }
  if (!s && b->n > NAMED) s = bl_buf_printf(ctx, out, " and %zu more", b->n - NAMED);
  return s;
}
