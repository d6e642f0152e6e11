#include "json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"

bool bl_json_put(json_t *object, const char *key, json_t *value) { return !json_object_set_new(object, key, value); }

bool bl_json_put_path(bl_ctx *ctx, json_t *object, const char *path)
{
  if (!bl_json_put(object, "path", bl_json_text(ctx, path))) return false;
  if (bl_text_is_utf8(path)) return true;
  size_t n = strlen(path);
  char *hex = bl_calloc(ctx, 2 * n + 1, 1);
  for (size_t i = 0; hex && i < n; i++) snprintf(hex + 2 * i, 3, "%02x", (unsigned char)path[i]);
  bool ok = hex && bl_json_put(object, "path_bytes", json_string(hex));
  bl_free(ctx, hex);
  return ok;
}

json_t *bl_json_real(double x) { return isfinite(x) ? json_real(x) : json_null(); }
