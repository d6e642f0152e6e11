/* Any bytes as a .npy file: converted or refused, never more. */
#include <stdint.h>
#include <stdlib.h>

#include "baleen/memory.h"
#include "npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_npy_info info;
  bl_mat m = {0};
  size_t lost, *cut = size % 2 ? &lost : NULL; /* also as a recording is read, as far as it goes */
  /* an array without columns may claim any number of rows; it holds nothing */
  if (!bl_npy_parse(ctx, "fuzz", data, size, cut, &info) && !bl_npy_convert(ctx, "fuzz", data, &info, NULL, &m))
    if (m.rows != info.rows || m.cols != info.cols || m.rows * m.cols * info.size > size) abort();
  bl_mat_free(ctx, &m);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
