/* Any bytes, as a table of annotations in each format; the first byte chooses. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "baleen/annotation.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  static char path[64];
  if (!n) return 0;
  if (!*path) snprintf(path, sizeof path, "/tmp/baleen-fuzz-%ld.txt", (long)getpid());
  FILE *f = fopen(path, "wb");
  bl_ctx *ctx = bl_ctx_new();
  if (!f || !ctx) return 0;
  fwrite(bytes + 1, 1, n - 1, f);
  fclose(f);
  bl_annotations a = {0};
  if (!bl_annotations_read(ctx, path, (bl_annotation_format)(bytes[0] % 4), bytes[0] & 4 ? "Label" : NULL, &a)) {
    bl_annotations_sort(&a);
    for (size_t i = 0; i < a.n; i++)
      if (!(a.v[i].duration_s >= 0) || !a.v[i].label || (i && a.v[i].onset_s < a.v[i - 1].onset_s)) abort();
  }
  bl_annotations_free(ctx, &a);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
