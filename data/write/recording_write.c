/* Recordings out: one door to the formats; NumPy's is here, being a header and the frames as they are. */
#include "baleen/recording_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "file.h"
#include "sidecar.h"
#include "write_private.h"

bl_write_format bl_write_format_of(const char *path)
{
  static const struct {
    const char *tail;
    bl_write_format format;
  } known[] = {{".wav", BL_WRITE_WAV},
               {".flac", BL_WRITE_FLAC},
               {".npy", BL_WRITE_NPY},
               {".edf", BL_WRITE_EDF},
               {".bdf", BL_WRITE_BDF}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (bl_text_ends_with(path, known[i].tail)) return known[i].format;
  return BL_WRITE_AUTO;
}

bool bl_write_is_whole(const bl_write_spec *spec, size_t channel)
{
  double lo = spec->lo[channel], hi = spec->hi[channel];
  if (!(lo == rint(lo) && hi == rint(hi) && isfinite(hi - lo))) return false;
  return lo == hi || (spec->whole ? spec->whole[channel] : !strcmp(spec->names[channel], "Status"));
}

/* ---- .npy
 * ---------------------------------------------------------------------------------------------------------- */

typedef struct npy_state {
  bl_out out, beside; /* <path>, <path>.json */
  bl_buf json;        /* the text of <path>.json */
} npy_state;

static bl_status npy_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  char dict[117], head[129];
  npy_state *n = w->state = bl_calloc(ctx, 1, sizeof *n);
  if (!n) return bl_fail_nomem(ctx, "a .npy file");
  n->out.fd = n->beside.fd = -1;
  bl_status s = bl_sidecar_check_place(ctx, w->path);
  if (!s) s = bl_sidecar_text(ctx, spec, NULL, &n->json);
  if (s) return s;
  /* magic, version 1.0, length of what follows: 128 bytes in all (numpy.lib.format) */
  snprintf(dict, sizeof dict, "{'descr': '<f4', 'fortran_order': False, 'shape': (%llu, %zu), }",
           (unsigned long long)spec->n_frames, spec->n_channels);
  snprintf(head, sizeof head, "%-10s%-117s\n", "", dict);
  memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
  s = bl_out_open(ctx, w->path, &n->out);
  return s ? s : bl_out_put(ctx, &n->out, head, 128);
}

static bl_status npy_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  return bl_out_put(ctx, &((npy_state *)w->state)->out, x, n * w->n_channels * sizeof *x);
}

static bl_status npy_done(bl_ctx *ctx, bl_writer *w)
{
  npy_state *n = w->state;
  bl_status s = bl_sidecar_prepare(ctx, w->path, &n->json, &n->beside);
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

const bl_write_class bl_write_npy = {npy_open, npy_push, npy_done, npy_release};

/* ---- the door
 * ------------------------------------------------------------------------------------------------------ */

bl_status bl_writer_open(bl_ctx *ctx, const char *path, const bl_write_spec *spec, bl_writer **out)
{
  *out = NULL;
  bl_write_format format = spec->format ? spec->format : bl_write_format_of(path);
  if (format == BL_WRITE_AUTO)
    return bl_fail(ctx, BL_E_ARG, "%s: no format goes by this name; wanted .wav, .flac, .npy, .edf or .bdf", path);
  if (!spec->n_channels || !spec->n_frames)
    return bl_fail(ctx, BL_E_RANGE, "%s: nothing to write: %zu channels, %llu frames", path, spec->n_channels,
                   (unsigned long long)spec->n_frames);
  bl_writer *w = bl_calloc(ctx, 1, sizeof *w);
  if (!w || !(w->path = bl_strdup(ctx, path))) {
    bl_writer_free(ctx, w);
    return bl_fail_nomem(ctx, path);
  }
  w->cls = format == BL_WRITE_NPY                              ? &bl_write_npy
           : format == BL_WRITE_WAV || format == BL_WRITE_FLAC ? &bl_write_sound
                                                               : &bl_write_edf;
  w->n_channels = spec->n_channels;
  w->n_frames = spec->n_frames;
  bl_write_spec full = *spec;
  full.format = format;
  bl_status s = w->cls->open(ctx, w, &full);
  if (s) bl_writer_free(ctx, w);
  else *out = w;
  return s;
}

bl_status bl_writer_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  if (n > w->n_frames - w->pushed)
    return bl_fail(ctx, BL_E_ARG, "%s: more than the %llu frames announced", w->path, (unsigned long long)w->n_frames);
  w->pushed += n;
  return w->cls->push(ctx, w, x, n);
}

bl_status bl_writer_done(bl_ctx *ctx, bl_writer *w)
{
  if (w->pushed != w->n_frames)
    return bl_fail(ctx, BL_E_ARG, "%s: %llu frames came of the %llu announced", w->path, (unsigned long long)w->pushed,
                   (unsigned long long)w->n_frames);
  return w->cls->done(ctx, w);
}

const bl_texts *bl_writer_report(const bl_writer *w) { return &w->report; }

void bl_writer_free(bl_ctx *ctx, bl_writer *w)
{
  if (!w) return;
  if (w->cls) w->cls->release(ctx, w);
  bl_texts_free(ctx, &w->report);
  bl_free(ctx, w->path);
  bl_free(ctx, w);
}
