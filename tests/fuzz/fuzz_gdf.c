/* Any bytes, as a GDF file in memory. */
#include <string.h>

#include "gdf.h"
#include "read_some.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bl_ctx *ctx;

static void read(const bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out)
{
  size_t got;
  bl_recording *r = (bl_recording *)(uintptr_t)rec;
  if (bl_recording_read(ctx, r, stream, first, n, out, &got) || got != n) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  ctx = bl_ctx_new();
  if (!ctx) return 0;
  bl_recording rec = {.cls = &bl_reader_gdf, .path = bl_strdup(ctx, "fuzz.gdf")};
  if (!bl_gdf_open_bytes(ctx, &rec, bytes, n)) read_some(&rec, read);
  else if (!strstr(bl_ctx_error(ctx), "fuzz.gdf")) abort(); /* every refusal names the file */
  bl_recording_release(ctx, &rec);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
