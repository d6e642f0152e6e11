/* Any bytes, as a config: refused with a place, or read and printed to a text that reads back. */
#include <stdlib.h>
#include <string.h>

#include "baleen/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c, again;
  bl_buf text = {0};
  if (!ctx) return 0;
  bl_ctx_set_threads(ctx, 1);
  if (!bl_config_parse(ctx, "fuzz.yaml", (const char *)bytes, n, NULL, &c)) {
    if (bl_config_print(ctx, &c, &text)) abort();
    if (bl_config_parse(ctx, "fuzz.yaml", bl_buf_text(&text), text.len, NULL, &again)) abort();
    bl_config_free(ctx, &again);
    bl_config_free(ctx, &c);
  } else if (!*bl_ctx_error(ctx)) {
    abort(); /* every refusal says why */
  }
  bl_buf_free(ctx, &text);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
