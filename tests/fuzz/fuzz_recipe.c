/* Any text as the recipe that a model file holds: refused with a reason, or read, and let go of. What follows a zero byte
 * is the content of an array that options may name (asset.0). Behind a first byte of 1 stands what files of version 0.1.0
 * hold: a config, and behind a zero byte the description of the stream. */
#include <stdlib.h>
#include <string.h>

#include "model_recipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void add_text(bl_ctx *ctx, const char *key, const uint8_t *bytes, size_t n, bl_meta *meta)
{
  char *text = bl_calloc(ctx, n + 1, 1);
  if (!text) abort();
  memcpy(text, bytes, n);
  if (bl_meta_add(ctx, meta, key, text)) abort();
  bl_free(ctx, text);
}

static void add_array(bl_ctx *ctx, const uint8_t *bytes, size_t n, bl_meta *meta)
{
  enum { MOST = 64 };
  double v[MOST];
  char name[BL_ASSET_NAME];
  bl_array a = {.v = v, .rows = 2, .cols = n / 2 < MOST / 2 ? n / 2 : MOST / 2};
  for (size_t i = 0; i < a.rows * a.cols; i++) v[i] = bytes[i] - 100.0;
  if (a.cols && bl_meta_add_asset(ctx, meta, &a, name)) abort();
}

static void add(bl_ctx *ctx, const uint8_t *bytes, size_t n, bl_meta *meta)
{
  bool old = n && bytes[0] == 1;
  bytes += old, n -= old;
  const uint8_t *zero = n ? memchr(bytes, 0, n) : NULL;
  size_t n_text = zero ? (size_t)(zero - bytes) : n;
  add_text(ctx, old ? "config" : "recipe", bytes, n_text, meta);
  if (zero && old) add_text(ctx, "stream", zero + 1, n - n_text - 1, meta);
  else if (zero) add_array(ctx, zero + 1, n - n_text - 1, meta);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_meta meta = {0};
  bl_model_recipe r;
  if (!ctx) return 0;
  bl_ctx_set_threads(ctx, 1);
  add(ctx, bytes, n, &meta);
  if (!bl_model_recipe_read(ctx, "fuzz", &meta, &r)) bl_model_recipe_free(ctx, &r);
  else if (!*bl_ctx_error(ctx)) abort(); /* every refusal says why */
  bl_meta_free(ctx, &meta);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
