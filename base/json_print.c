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
