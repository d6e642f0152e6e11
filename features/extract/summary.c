/* summary.c: names of features: made by summaries one at a time, put together by the extractor. */
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

void bl_feature_names_free(bl_ctx *ctx, bl_feature_names *f)
{
  bl_texts_free(ctx, &f->names);
  bl_texts_free(ctx, &f->units);
}

bl_status bl_names_append(bl_ctx *ctx, bl_feature_names *all, const char *branch, const bl_feature_names *more)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->names.n; i++)
    s = bl_feature_add(ctx, all, branch, NULL, more->names.v[i], more->units.v[i]);
  return s;
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
