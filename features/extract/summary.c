/* summary.c: names and blocks of features: made by summaries one at a time, put together by the extractor. */
#include "baleen/summary.h"

#include <stdlib.h>
#include <string.h>

#include "extractor_names.h"

/* Adds one part and a point behind it; blanks become underscores, so that a name is one word everywhere. */
static bl_status add_part(bl_ctx *ctx, bl_buf *b, const char *part)
{
  size_t from = b->len;
  if (!part || !*part) return BL_OK;
  bl_status s = from ? bl_buf_puts(ctx, b, ".") : BL_OK;
  if (!s) s = bl_buf_puts(ctx, b, part);
  for (size_t i = from; !s && i < b->len; i++)
    if (strchr(" \t\r\n\v\f", b->v[i])) b->v[i] = '_';
  return s;
}

static bl_status add_name(bl_ctx *ctx, bl_feature_names *f, bl_buf *name, bl_status s, const char *unit)
{
  if (!s) s = bl_texts_add(ctx, &f->names, bl_buf_text(name));
  if (!s) s = bl_texts_add(ctx, &f->units, unit ? unit : "");
  bl_buf_free(ctx, name);
  return s;
}

bl_status bl_feature_add(bl_ctx *ctx, bl_feature_names *f, const char *channel, const char *bin, const char *what,
                         const char *unit)
{
  bl_buf b = {0};
  bl_status s = add_part(ctx, &b, channel);
  if (!s) s = add_part(ctx, &b, bin);
  if (!s) s = add_part(ctx, &b, what);
  return add_name(ctx, f, &b, s, unit);
}

static size_t n_in_blocks(const bl_feature_names *f)
{
  const bl_block *last = f->blocks.n ? &f->blocks.v[f->blocks.n - 1] : NULL;
  return last ? last->first + last->n : 0;
}

bl_status bl_features_block(bl_ctx *ctx, bl_feature_names *f, const char *name, bl_block_form form,
                            const size_t dims[3])
{
  size_t first = n_in_blocks(f), n = f->names.n - first;
  if (bl_block_columns(form, dims) != n)
    return bl_fail(ctx, BL_E_INTERNAL, "%s: %zu features are no %s of %zu, %zu, %zu", name, n, bl_block_form_name(form),
                   dims[0], dims[1], dims[2]);
  bl_block b = {.name = (char *)name, .source = (char *)name, .form = form, .units = {f->units.v + first, n}};
  memcpy(b.dims, dims, sizeof b.dims);
  return bl_blocks_add(ctx, &f->blocks, &b);
}

bl_status bl_summary_shape(bl_ctx *ctx, const bl_summary *m, const bl_stream *in, bl_feature_names *out)
{
  *out = (bl_feature_names){0};
  bl_status s = bl_opts_complete(ctx, m->cls->name, m->cls->opts, m->params);
  if (!s) s = m->cls->shape(ctx, m->params, in, out);
  size_t left = out->names.n - n_in_blocks(out);
  if (!s && left) s = bl_features_block(ctx, out, m->cls->name, BL_BLOCK_SCALARS, (size_t[3]){left});
  if (s) bl_feature_names_free(ctx, out);
  return s;
}

void bl_feature_names_free(bl_ctx *ctx, bl_feature_names *f)
{
  bl_texts_free(ctx, &f->names);
  bl_texts_free(ctx, &f->units);
  bl_blocks_free(ctx, &f->blocks);
}

bl_status bl_names_append(bl_ctx *ctx, bl_feature_names *all, const char *branch, const bl_feature_names *more)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->names.n; i++)
    s = bl_feature_add(ctx, all, branch, NULL, more->names.v[i], more->units.v[i]);
  return s ? s : bl_blocks_append(ctx, &all->blocks, branch, &more->blocks);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

bl_status bl_names_check(bl_ctx *ctx, const bl_feature_names *all)
{
  size_t n = all->names.n;
  if (!n) return bl_fail(ctx, BL_E_CONFIG, "features: the summaries give none");
  const char **sorted = bl_calloc(ctx, n, sizeof *sorted);
  if (!sorted) return bl_fail_nomem(ctx, "the names of features");
  memcpy(sorted, all->names.v, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, by_text);
  bl_status s = BL_OK;
  for (size_t i = 1; !s && i < n; i++)
    if (!strcmp(sorted[i - 1], sorted[i]))
      s = bl_fail(ctx, BL_E_CONFIG, "two features are named '%s'; put their summaries into branches of their own",
                  sorted[i]);
  bl_free(ctx, sorted);
  return s;
}
