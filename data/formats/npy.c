/* npy: a NumPy array as a recording: [frame][channel], or one channel; any whole or real type. Its rate comes from
 * a JSON file beside it (sidecar.h), for the array does not tell. */
#include <string.h>

#include "npy.h"
#include "reader_util.h"
#include "recording_private.h"
#include "samples.h"
#include "sidecar.h"
#include "window.h"

typedef struct array {
  bl_window file;
  bl_npy_info info;
  bl_sample_type type;
  size_t frame_step, channel_step; /* bytes */
} array;

static int probe(const unsigned char *head, size_t n, const char *path)
{
  (void)path;
  return n >= 6 && !memcmp(head, "\x93NUMPY", 6) ? 100 : 0;
}

static bl_status make_stream(bl_ctx *ctx, bl_recording *rec, array *a, const bl_sidecar *d)
{
  size_t n_frames = a->info.rows, n_channels = a->info.cols;
  a->type = bl_npy_type(&a->info);
  a->frame_step = a->info.size * (a->info.fortran ? 1 : a->info.cols);
  a->channel_step = a->info.size * (a->info.fortran ? a->info.rows : 1);
  if (d->by_channel) {
    size_t swap = a->frame_step;
    a->frame_step = a->channel_step;
    a->channel_step = swap;
    n_frames = a->info.cols;
    n_channels = a->info.rows;
  }
  if (!n_channels || n_channels > 65536)
    return bl_fail(
        ctx, BL_E_SHAPE,
        "%s: an array of %zu x %zu as %zu channels; wanted [frame][channel], or \"order\": \"channels\" in %s",
        rec->path, a->info.rows, a->info.cols, n_channels, d->path);
  bl_status s = bl_reader_one_stream(ctx, rec, d->rate_hz, n_channels);
  if (!s) s = bl_reader_runs(ctx, &rec->streams[0], n_frames, NULL, 0);
  if (!s) s = bl_sidecar_apply(ctx, rec, d);
  if (!s && n_channels > n_frames && !d->channels.n)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "%zu frames of %zu channels; if it is the other way round, say \"order\": \"channels\" in %s",
                          n_frames, n_channels, d->path);
  return s ? s : bl_reader_unique_names(ctx, rec);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  array *a = rec->impl = bl_calloc(ctx, 1, sizeof *a);
  if (!a) return bl_fail_nomem(ctx, "an array");
  bl_sidecar d = {0};
  size_t lost = 0;
  const unsigned char *head = NULL;
  bl_status s = bl_window_open(ctx, rec->path, &a->file);
  size_t n = s || a->file.n_bytes > BL_NPY_HEAD ? BL_NPY_HEAD : (size_t)a->file.n_bytes;
  if (!s) s = bl_window_get(ctx, &a->file, 0, n, n, &head);
  if (!s) s = bl_npy_parse(ctx, rec->path, head, (size_t)a->file.n_bytes, &lost, &a->info);
  if (!s) s = bl_sidecar_read(ctx, rec->path, &d);
  if (!s && !(d.rate_hz > 0))
    s = bl_fail(
        ctx, BL_E_FORMAT,
        "%s: an array has no sampling rate; write one beside it, as {\"rate_hz\": 256} in %s, or give a CSV with a "
        "column time_s",
        rec->path, d.path ? d.path : "a file of its name with .json at the end");
  if (!s && lost && d.by_channel)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: it is cut off: %zu of %zu channels are not there, or not whole", rec->path, lost,
                lost + a->info.rows);
  if (!s) s = make_stream(ctx, rec, a, &d);
  if (!s && lost)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED, "it is cut off: %zu of %zu frames are there", a->info.rows,
                          a->info.rows + lost);
  bl_sidecar_free(ctx, &d);
  if (s) return s;
  rec->format = bl_strf(ctx, "NumPy array, %zu bit %s", 8 * a->info.size, a->info.kind == 'f' ? "float" : "whole");
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "an array");
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  array *a = rec->impl;
  size_t n_channels = rec->streams[stream].n_channels;
  bl_scale one = bl_scale_one();
  bl_status s = BL_OK;
  for (size_t done = 0, part; done < n && !s; done += part) {
    part = bl_window_part(n - done, a->frame_step);
    uint64_t at = a->info.offset + (first + done) * a->frame_step;
    for (size_t c = 0; c < n_channels && !s; c++)
      s = bl_window_samples(ctx, &a->file, at + c * a->channel_step, a->type, a->frame_step, part, part * a->frame_step,
                            &one, out + done * n_channels + c, n_channels);
  }
  *got = s ? 0 : n;
  return s;
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  array *a = rec->impl;
  if (!a) return;
  bl_window_close(ctx, &a->file);
  bl_free(ctx, a);
  rec->impl = NULL;
}

/* None: a folder's arrays are mostly no recordings. Those are whose rate a sidecar tells (bl_sidecar_tells), and those
 * that a pattern names (*.npy). */
static const char *const extensions[] = {NULL};
const bl_reader_class bl_reader_npy = {
    .name = "npy",
    .summary = "NumPy arrays [frame][channel] with a rate in a .json beside them",
    .source = "numpy.lib.format (NEP 1)",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
};
