/* NumPy's .npy out: a header and the frames as they are, with rate, channels and units in a JSON file beside it. */
#include "baleen/npy_out.h"
#include "sidecar.h"
#include "write_private.h"

typedef struct npy_state {
  bl_npy_out out; /* <path> */
  bl_out beside;  /* <path>.json */
  bl_buf json;    /* the text of <path>.json */
} npy_state;

static bl_status npy_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  npy_state *n = w->state = bl_calloc(ctx, 1, sizeof *n);
  if (!n) return bl_fail_nomem(ctx, "a .npy file");
  n->out.file.fd = n->beside.fd = -1;
  bl_status s = bl_sidecar_check_place(ctx, w->path);
  return s ? s : bl_npy_begin(ctx, w->path, &spec->n_channels, 1, &n->out);
}

static bl_status npy_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  return bl_npy_put(ctx, &((npy_state *)w->state)->out, x, n);
}

static bl_status npy_done(bl_ctx *ctx, bl_writer *w)
{
  npy_state *n = w->state;
  bl_status s = bl_sidecar_text(ctx, &w->spec, NULL, &n->json);
  if (!s) s = bl_sidecar_prepare(ctx, w->path, &n->json, &n->beside);
  if (!s) s = bl_npy_end(ctx, &n->out);
  if (!s) s = bl_sidecar_done(ctx, w->path, &n->beside);
  if (!s) s = bl_texts_add(ctx, &w->report, "rate, channels and units are in the .json file beside it");
  return s;
}

static void npy_release(bl_ctx *ctx, bl_writer *w)
{
  npy_state *n = w->state;
  if (!n) return;
  bl_npy_drop(ctx, &n->out);
  bl_out_drop(ctx, &n->beside);
  bl_buf_free(ctx, &n->json);
  bl_free(ctx, n);
  w->state = NULL;
}

const bl_write_class bl_write_npy = {
    .names = {{".npy", BL_WRITE_NPY}}, .open = npy_open, .push = npy_push, .done = npy_done, .release = npy_release};
