/* config_array.c: arrays that options name: files beside a config, tensors beside a model's recipe. */
#include "baleen/dataset.h"
#include "config_private.h"

static bl_status from_file(bl_ctx *ctx, const char *folder, bl_array *a)
{
  bool whole = a->path[0] == '/' || !folder;
  char *path = whole ? bl_strdup(ctx, a->path) : bl_strf(ctx, "%s/%s", folder, a->path);
  bl_status s = path ? bl_npy_read_array(ctx, path, a) : bl_fail_nomem(ctx, "a path");
  bl_free(ctx, path);
  return s;
}

/* What a recipe calls by the name of a tensor has no path any more. */
static bl_status from_model(bl_ctx *ctx, const bl_meta *model, bl_array *a)
{
  const bl_array *tensor = bl_meta_asset(model, a->path);
  bl_status s = tensor ? bl_array_fill(ctx, a, tensor->rows, tensor->cols, tensor->v)
                       : bl_fail(ctx, BL_E_CONFIG, "the model holds no array '%s'", a->path);
  bl_free(ctx, a->path);
  a->path = NULL;
  return s;
}

bl_status bl_read_array(bl_mistakes *m, bl_array *a)
{
  if (!a || a->v || !a->path) return BL_OK;
  return m->model ? from_model(m->ctx, m->model, a) : from_file(m->ctx, m->folder, a);
}
