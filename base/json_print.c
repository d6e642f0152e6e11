/* json_print.c: see json_print.h. */
#include "baleen/json_print.h"

typedef struct sink {
  bl_ctx *ctx;
  bl_buf *out;
  bl_status status;
} sink;

static int add_text(const char *bytes, size_t n, void *arg)
{
  sink *k = arg;
  if (!k->status) k->status = bl_buf_add(k->ctx, k->out, bytes, n);
  return 0; /* jansson 2.14 leaks its list of keys when told to stop */
}

bl_status bl_json_print(bl_ctx *ctx, const json_t *j, size_t flags, const char *what, bl_buf *out)
{
  sink k = {ctx, out, BL_OK};
  if (!j || json_dump_callback(j, add_text, &k, flags)) return bl_fail_nomem(ctx, what);
  return k.status;
}

json_t *bl_json_text(bl_ctx *ctx, const char *text)
{
  if (!text) return json_null();
  char *visible = bl_utf8_visible(ctx, text);
  json_t *v = visible ? json_string(visible) : NULL;
  bl_free(ctx, visible);
  return v;
}
