/* gdf: GDF 1.x and 2.x. Values are digital * cal + off in double, rounded once to float32, in
 * the file's own unit; stored numbers outside the digital limits are overflows, and NaN. See gdf.h for the standard. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "gdf.h"
#include "reader_util.h"
#include "recording_private.h"

/* TILE: frames done of one channel before the next: the piece of the output stays in the nearest cache. WHOLE_BYTES:
 * records up to that are read to their end. */
enum { TILE = 64, WHOLE_BYTES = 256 << 10 };

typedef struct gdf_file {
  bl_gdf gdf;
} gdf_file;

static int probe(const unsigned char *head, size_t n, const char *path)
{
  if (n >= 8 && !memcmp(head, "GDF ", 4) && head[4] >= '0' && head[4] <= '9' && head[5] == '.') return 100;
  return bl_text_ends_with(path, ".gdf") ? 1 : 0;
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

/* The largest number of samples per record below `than`, and how many channels have it. */
static uint64_t next_rate(const bl_gdf *g, uint64_t than, size_t *n)
{
  uint64_t best = 0;
  *n = 0;
  for (size_t i = 0; i < g->n_channels; i++) {
    uint64_t spr = g->channels[i].spr;
    if (!spr || spr >= than || spr < best) continue;
    *n = spr > best ? 1 : *n + 1;
    best = spr;
  }
  return best;
}

static bl_status fill_channel(bl_ctx *ctx, const bl_gdf_channel *from, bl_channel *c)
{
  c->unusable = from->unusable;
  if (!from->unusable) {
    c->lo = fmin(from->pmin, from->pmax);
    c->hi = fmax(from->pmin, from->pmax);
  }
  bl_status s = bl_recording_text(ctx, &c->name, from->label);
  return s ? s : bl_recording_text(ctx, &c->unit, from->unit);
}

static bl_status make_streams(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  size_t n, n_streams = 0, placed = 0;
  for (uint64_t spr = UINT64_MAX; (spr = next_rate(g, spr, &n));) n_streams++;
  g->stream_channels = bl_calloc(ctx, g->n_channels, sizeof *g->stream_channels);
  g->stream_first = bl_calloc(ctx, n_streams + 1, sizeof *g->stream_first);
  if (!g->stream_channels || !g->stream_first) return bl_fail_nomem(ctx, "a GDF file's streams");
  bl_status s = bl_recording_streams(ctx, rec, n_streams);
  uint64_t spr = UINT64_MAX;
  for (size_t i = 0; i < n_streams && !s; i++) {
    spr = next_rate(g, spr, &n);
    rec->streams[i].rate_hz = (double)spr / g->record_s;
    g->stream_first[i] = placed;
    s = bl_recording_channels(ctx, &rec->streams[i], n);
    for (size_t k = 0, c = 0; k < g->n_channels && !s; k++) {
      if (g->channels[k].spr != spr) continue;
      g->stream_channels[placed++] = k;
      s = fill_channel(ctx, &g->channels[k], &rec->streams[i].channels[c++]);
    }
  }
  return s ? s : bl_reader_unique_names(ctx, rec);
}

/* Where the recording was interrupted a new run begins. How long it stood still the file does not tell: the time runs
 * on. */
static bl_status make_runs(bl_ctx *ctx, bl_recording *rec, const bl_gdf *g)
{
  bl_begin *v = bl_calloc(ctx, g->n_breaks, sizeof *v);
  bl_status s = v ? BL_OK : bl_fail_nomem(ctx, "a GDF file's runs");
  for (size_t i = 0; i < rec->n_streams && !s; i++) {
    bl_rec_stream *stream = &rec->streams[i];
    uint64_t spr = g->channels[g->stream_channels[g->stream_first[i]]].spr, n_frames = spr * g->n_records;
    for (size_t k = 0; k < g->n_breaks; k++) {
      v[k].frame = (uint64_t)fmin(ceil(g->breaks_s[k] * stream->rate_hz - 1e-6), (double)n_frames);
      v[k].start_s = (double)v[k].frame / stream->rate_hz;
    }
    s = bl_reader_runs(ctx, stream, n_frames, v, g->n_breaks);
  }
  if (!s && g->n_breaks)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "the recording was interrupted %zu times; how long is not told: the time runs on there, and nothing is "
        "joined across",
        g->n_breaks);
  bl_free(ctx, v);
  return s;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* All of it, once the window is open. */
static bl_status open_window(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  g->n_bytes = g->file.n_bytes;
  bl_status s = bl_gdf_header(ctx, rec, g);
  if (!s) s = make_streams(ctx, rec, g);
  if (!s) s = bl_gdf_events(ctx, rec, g);
  return s ? s : make_runs(ctx, rec, g);
}

bl_status bl_gdf_open_bytes(bl_ctx *ctx, bl_recording *rec, const unsigned char *bytes, uint64_t n)
{
  gdf_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a GDF file");
  bl_status s = bl_window_memory(ctx, rec->path, bytes, n, &f->gdf.file);
  return s ? s : open_window(ctx, rec, &f->gdf);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  gdf_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a GDF file");
  bl_status s = bl_window_open(ctx, rec->path, &f->gdf.file);
  return s ? s : open_window(ctx, rec, &f->gdf);
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  gdf_file *f = rec->impl;
  if (!f) return;
  bl_window_close(ctx, &f->gdf.file);
  bl_free(ctx, f->gdf.bytes);
  bl_free(ctx, f->gdf.channels);
  bl_free(ctx, f->gdf.breaks_s);
  bl_free(ctx, f->gdf.stream_channels);
  bl_free(ctx, f->gdf.stream_first);
  bl_free(ctx, f);
  rec->impl = NULL;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  bl_gdf *g = &((gdf_file *)rec->impl)->gdf;
  const size_t *channels = &g->stream_channels[g->stream_first[stream]], n_channels = rec->streams[stream].n_channels;
  uint64_t spr = g->channels[channels[0]].spr;
  bl_status s = BL_OK;
  for (size_t done = 0; done < n && !s;) {
    uint64_t record = (first + done) / spr, in = (first + done) % spr;
    size_t part = n - done < TILE ? n - done : TILE;
    if (part > spr - in) part = (size_t)(spr - in);
    uint64_t from = g->header_bytes + record * g->record_bytes;
    for (size_t k = 0; k < n_channels && !s; k++) {
      const bl_gdf_channel *c = &g->channels[channels[k]];
      size_t bytes = bl_sample_bytes(c->type.kind);
      uint64_t at = c->offset + in * bytes;
      size_t ahead = g->record_bytes <= WHOLE_BYTES ? (size_t)(g->record_bytes - at) : part * bytes;
      s = bl_window_samples(ctx, &g->file, from + at, c->type, bytes, part, ahead, &c->scale,
                            out + done * n_channels + k, n_channels);
    }
    done += part;
  }
  *got = s ? 0 : n;
  return s;
}

static const char *const extensions[] = {".gdf", NULL};
const bl_reader_class bl_reader_gdf = {
    .name = "gdf",
    .summary = "GDF 1.x and 2.x, with its events",
    .source = "Schloegl 2006, arXiv:cs/0608052",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
};
