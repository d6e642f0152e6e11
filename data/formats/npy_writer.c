/* NumPy's .npy out: a header and the frames as they are, with rate, channels and units in a JSON file beside it. */
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "sidecar.h"
#include "write_private.h"

typedef struct npy_state {
  bl_out out, beside; /* <path>, <path>.json */
  bl_buf json;        /* the text of <path>.json */
} npy_state;

enum { NPY_HEAD = 128 };

/* Magic, version 1.0, length of what follows: 128 bytes in all (numpy.lib.format). */
static void npy_head(const bl_write_spec *spec, char head[NPY_HEAD + 1])
{
  char dict[117];
  snprintf(dict, sizeof dict, "{'descr': '<f4', 'fortran_order': False, 'shape': (%llu, %zu), }",
           (unsigned long long)spec->n_frames, spec->n_channels);
  snprintf(head, NPY_HEAD + 1, "%-10s%-117s\n", "", dict);
  memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
}

static bl_status npy_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  char head[NPY_HEAD + 1];
  npy_state *n = w->state = bl_calloc(ctx, 1, sizeof *n);
  if (!n) return bl_fail_nomem(ctx, "a .npy file");
  n->out.fd = n->beside.fd = -1;
  bl_status s = bl_sidecar_check_place(ctx, w->path);
  if (s) return s;
  npy_head(spec, head);
  s = bl_out_open(ctx, w->path, &n->out);
  return s ? s : bl_out_put(ctx, &n->out, head, NPY_HEAD);
}

static bl_status npy_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  return bl_out_put(ctx, &((npy_state *)w->state)->out, x, n * w->n_channels * sizeof *x);
}

static bl_status npy_done(bl_ctx *ctx, bl_writer *w)
{
  npy_state *n = w->state;
  char head[NPY_HEAD + 1];
  npy_head(&w->spec, head);
  bl_status s = bl_out_patch(ctx, &n->out, 0, head, NPY_HEAD);
  if (!s) s = bl_sidecar_text(ctx, &w->spec, NULL, &n->json);
  if (!s) s = bl_sidecar_prepare(ctx, w->path, &n->json, &n->beside);
  if (!s) s = bl_out_done(ctx, &n->out);
  if (!s) s = bl_sidecar_done(ctx, w->path, &n->beside);
  if (!s) s = bl_texts_add(ctx, &w->report, "rate, channels and units are in the .json file beside it");
  return s;
}

static void npy_release(bl_ctx *ctx, bl_writer *w)
{
  npy_state *n = w->state;
  if (!n) return;
  bl_out_drop(ctx, &n->out);
  bl_out_drop(ctx, &n->beside);
  bl_buf_free(ctx, &n->json);
  bl_free(ctx, n);
  w->state = NULL;
}

const bl_write_class bl_write_npy = {
    .names = {{".npy", BL_WRITE_NPY}}, .open = npy_open, .push = npy_push, .done = npy_done, .release = npy_release};
