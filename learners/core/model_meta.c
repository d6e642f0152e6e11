/* What callers put beside an estimator into a model file: texts by key, and arrays; see model_file.h. */
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "model_file_private.h"

bl_status bl_meta_add(bl_ctx *ctx, bl_meta *m, const char *key, const char *value)
{
  bl_status s = bl_texts_add(ctx, &m->keys, key);
  if (!s && (s = bl_texts_add(ctx, &m->values, value)) != BL_OK) { /* as many keys as values, whatever happens */
    bl_free(ctx, m->keys.v[--m->keys.n]);
    m->keys.v[m->keys.n] = NULL;
  }
  return s;
}

const char *bl_meta_get(const bl_meta *m, const char *key)
{
  long i = bl_texts_find(&m->keys, key);
  return i < 0 ? NULL : m->values.v[i];
}

bl_status bl_meta_add_asset(bl_ctx *ctx, bl_meta *m, const bl_array *a, char name[BL_ASSET_NAME])
{
  size_t i = 0;
  while (i < m->n_assets && !bl_array_equal(&m->asset[i], a)) i++;
  snprintf(name, BL_ASSET_NAME, BL_MODEL_ASSET "%zu", i);
  if (i < m->n_assets) return BL_OK;
  bl_array *v = bl_realloc(ctx, m->asset, m->n_assets + 1, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "an array of a model");
  m->asset = v;
  v[i] = (bl_array){0};
  bl_status s = bl_array_fill(ctx, &v[i], a->rows, a->cols, a->v);
  if (!s) m->n_assets++;
  return s;
}

const bl_array *bl_meta_asset(const bl_meta *m, const char *name)
{
  size_t prefix = strlen(BL_MODEL_ASSET);
  int64_t i;
  bool named = !strncmp(name, BL_MODEL_ASSET, prefix) && bl_parse_int(name + prefix, &i);
  return named && i >= 0 && (size_t)i < m->n_assets && m->asset[i].v ? &m->asset[i] : NULL;
}

void bl_meta_free(bl_ctx *ctx, bl_meta *m)
{
  bl_texts_free(ctx, &m->keys);
  bl_texts_free(ctx, &m->values);
  for (size_t i = 0; i < m->n_assets; i++) bl_array_free(ctx, &m->asset[i]);
  bl_free(ctx, m->asset);
  m->asset = NULL;
  m->n_assets = 0;
}
