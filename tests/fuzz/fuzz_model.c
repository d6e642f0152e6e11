/* libFuzzer entry of the model reader: any bytes are refused or give a model that can be asked. Corpus: files made by
 * bl_model_save(). Build: clang -fsanitize=fuzzer,address,undefined, with the libraries of learners and base. */
#include "baleen/memory.h"
#include "baleen/model_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void ask(bl_ctx *ctx, const bl_estimator *e)
{
  enum { MOST = 4096 };
  if (e->n_features > MOST) return;
  float *x = bl_calloc(ctx, e->n_features, sizeof *x);
  bl_cmat one = {x, 1, e->n_features, e->n_features, NULL};
  for (int op = 0; x && op < BL_N_OPS; op++) {
    size_t width = bl_op_width(e, (bl_op)op);
    bl_mat z;
    if (!width || width > MOST) continue;
    if (op == BL_TRANSFORM) {
      if (!bl_transform(ctx, e, &one, NULL, &z)) bl_mat_free(ctx, &z);
      continue;
    }
    double *out = bl_calloc(ctx, width, sizeof *out);
    if (out && bl_apply(ctx, e, (bl_op)op, &one, NULL, out)) bl_ctx_clear_error(ctx);
    bl_free(ctx, out);
  }
  bl_free(ctx, x);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = NULL;
  bl_meta meta;
  if (!ctx) return 0;
  bl_ctx_set_threads(ctx, 1);
  if (!bl_model_parse(ctx, "fuzz", bytes, n, &e, &meta)) {
    ask(ctx, e);
    bl_meta_free(ctx, &meta);
    bl_estimator_free(ctx, e);
  }
  if (bl_ctx_live(ctx)) __builtin_trap(); /* a leak is a finding */
  bl_ctx_free(ctx);
  return 0;
}
