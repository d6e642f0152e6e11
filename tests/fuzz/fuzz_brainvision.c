/* Any bytes, as the three files of a BrainVision recording in memory: header, markers and data, with a byte 30
 * between. */
#include <string.h>

#include "brainvision.h"
#include "read_some.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read(const bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out)
{
  (void)stream;
  bl_ctx *ctx = bl_ctx_new();
  if (ctx && bl_bv_read(ctx, rec->impl, first, n, out)) abort();
  bl_ctx_free(ctx);
}

/* The bytes up to a separator; *p goes behind it. */
static size_t part(const uint8_t **p, const uint8_t *end)
{
  const uint8_t *from = *p, *mark = from < end ? memchr(from, 30, (size_t)(end - from)) : NULL;
  *p = mark ? mark + 1 : end;
  return (size_t)((mark ? mark : end) - from);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx) return 0;
  bl_bv b = {0};
  bl_recording rec = {.path = bl_strdup(ctx, "fuzz.vhdr"), .impl = &b};
  const uint8_t *p = bytes, *end = bytes + n, *marks;
  size_t n_header = part(&p, end);
  marks = p;
  size_t n_marks = part(&p, end);
  bl_status s = bl_bv_header(ctx, &rec, &b, "fuzz.vhdr", (const char *)bytes, n_header);
  if (!s) s = bl_window_memory(ctx, "fuzz.eeg", p, (uint64_t)(end - p), &b.file);
  b.bytes = p;
  b.n_bytes = (uint64_t)(end - p);
  if (!s) s = bl_bv_data(ctx, &rec, &b, "fuzz.eeg");
  if (!s) s = bl_bv_markers(ctx, &rec, &b, "fuzz.vmrk", (const char *)marks, n_marks);
  if (!s) read_some(&rec, read);
  else if (!strstr(bl_ctx_error(ctx), "fuzz.")) abort(); /* every refusal names the file */
  bl_bv_free(ctx, &b);
  rec.impl = NULL;
  bl_recording_release(ctx, &rec);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
