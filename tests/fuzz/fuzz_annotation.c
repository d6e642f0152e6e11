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
  const bl_annotated_file files[] = {{"a.wav", 10, 8000}, {"b.wav", 20, 8000}};
  bl_annotation_reading how = {.format = (bl_annotation_format)(bytes[0] % BL_N_ANN_FORMATS),
                               .label_column = bytes[0] & 64 ? "Label" : NULL,
                               .begin_column = bytes[0] & 32 ? "t0_ms" : NULL,
                               .start = bytes[0] & 16 ? "2002-12-03T19:01:10" : NULL,
                               .epoch_s = 30,
                               .files = files,
                               .n_files = bytes[0] & 128 ? 2 : 0};
  if (!bl_annotations_read_as(ctx, path, &how, &a)) {
    bl_annotations_sort(&a);
    for (size_t i = 0; i < a.n; i++)
      if (!(a.v[i].duration_s >= 0) || !a.v[i].label || (i && a.v[i].onset_s < a.v[i - 1].onset_s)) abort();
  }
  bl_annotations_free(ctx, &a);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
