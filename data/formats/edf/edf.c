/* edf: EDF, EDF+, BDF and BDF+. Values are digital * cal + off in double, rounded once to float32, in the file's own
 * unit; a BDF Status is two channels, its trigger bits and its system bits as numbers. See edf.h for the standards,
 * window.h for why the file is read and not mapped. */
#include <string.h>

#include "baleen/text.h"
#include "edf.h"
#include "feed_private.h"
#include "recording_private.h"

/* Records are read whole, several at a time, or, where they are large or little of them is wanted, signal by signal. */
enum { PIECE_BYTES = 256 << 10, WHOLE_BYTES = 1 << 20, PART_FRAMES = 4096 };

typedef struct edf_file {
  bl_edf edf;
  const unsigned char **from; /* [channel]: samples to be decoded */
  void *parts;                /* signal by signal */
  size_t parts_cap;
} edf_file;

static int probe(const unsigned char *head, size_t n, const char *path)
{
  if (n >= 8 && head[0] == 0xff && !memcmp(head + 1, "BIOSEMI", 7)) return 100;
  if (n >= 8 && !memcmp(head, "0       ", 8)) return 90;
  if (n >= 8 && !memcmp(head, "0\0\0\0\0\0\0\0", 8)) return 50;
  /* by its name alone: what is wrong with it can be said better here */
  return bl_text_ends_with(path, ".edf") || bl_text_ends_with(path, ".bdf") ? 1 : 0;
}

bl_status bl_edf_get(bl_ctx *ctx, bl_edf *e, uint64_t r, uint64_t in, size_t n, size_t ahead, const unsigned char **v)
{
  return bl_window_get(ctx, &e->file, e->header_bytes + r * e->record_bytes + in, n, ahead, v);
}

/* All of it, once the window is open. */
static bl_status open_window(bl_ctx *ctx, bl_recording *rec, edf_file *f)
{
  bl_edf *e = &f->edf;
  e->n_bytes = e->file.n_bytes;
  bl_status s = bl_edf_header(ctx, rec, e);
  if (!s) s = bl_edf_annotations(ctx, rec, e);
  if (!s) s = bl_edf_times(ctx, rec, e);
  if (!s) s = bl_edf_streams(ctx, rec, e);
  if (!s && !(f->from = bl_calloc(ctx, 2 * e->n_signals, sizeof *f->from))) s = bl_fail_nomem(ctx, "an EDF file");
  return s ? s : bl_edf_report(ctx, rec, e);
}

bl_status bl_edf_open_bytes(bl_ctx *ctx, bl_recording *rec, const unsigned char *bytes, uint64_t n)
{
  edf_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "an EDF file");
  bl_status s = bl_window_memory(ctx, rec->path, bytes, n, &f->edf.file);
  return s ? s : open_window(ctx, rec, f);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  edf_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "an EDF file");
  bl_status s = bl_window_open(ctx, rec->path, &f->edf.file);
  return s ? s : open_window(ctx, rec, f);
}

void bl_edf_release(bl_ctx *ctx, bl_edf *e)
{
  bl_window_close(ctx, &e->file);
  bl_free(ctx, e->bytes);
  bl_free(ctx, e->signals);
  bl_free(ctx, e->stamp_s);
  bl_free(ctx, e->label_record);
  bl_free(ctx, e->runs);
  bl_free(ctx, e->stream_signals);
  bl_free(ctx, e->stream_first);
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  edf_file *f = rec->impl;
  if (!f) return;
  bl_edf_release(ctx, &f->edf);
  bl_free(ctx, f->from);
  bl_free(ctx, f->parts);
  bl_free(ctx, f);
  rec->impl = NULL;
}

/* Sets from[] for n frames of record r, of which `left` bytes, records behind it included, are still wanted. */
static bl_status find_whole(bl_ctx *ctx, edf_file *f, const size_t *signals, size_t n_channels, uint64_t r, uint64_t in,
                            uint64_t left)
{
  bl_edf *e = &f->edf;
  size_t ahead = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES / (size_t)e->record_bytes * (size_t)e->record_bytes;
  const unsigned char *v;
  bl_status s = bl_edf_get(ctx, e, r, 0, (size_t)e->record_bytes, ahead, &v);
  for (size_t c = 0; !s && c < n_channels; c++) f->from[c] = v + e->signals[signals[c]].offset + in * e->width;
  return s;
}

static bl_status find_parts(bl_ctx *ctx, edf_file *f, const size_t *signals, size_t n_channels, uint64_t r, uint64_t in,
                            size_t n)
{
  bl_edf *e = &f->edf;
  size_t bytes = n * e->width;
  bl_status s = bl_grow(ctx, &f->parts, &f->parts_cap, n_channels * bytes, 1, "a piece of a file");
  for (size_t c = 0; !s && c < n_channels; c++) {
    unsigned char *to = (unsigned char *)f->parts + c * bytes;
    const unsigned char *v;
    s = bl_edf_get(ctx, e, r, e->signals[signals[c]].offset + in * e->width, bytes, bytes, &v);
    if (!s) memcpy(to, v, bytes);
    f->from[c] = to;
  }
  return s;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  edf_file *f = rec->impl;
  const bl_edf *e = &f->edf;
  const size_t *signals = &e->stream_signals[e->stream_first[stream]], n_channels = rec->streams[stream].n_channels;
  uint64_t spr = e->signals[signals[0]].spr;
  bl_status s = BL_OK;
  for (size_t done = 0, part; !s && done < n; done += part) {
    uint64_t record = (first + done) / spr, in = (first + done) % spr, last = (first + n - 1) / spr;
    part = n - done < spr - in ? n - done : (size_t)(spr - in);
    if (e->record_bytes <= WHOLE_BYTES && 4 * n_channels * part * e->width >= e->record_bytes) {
      s = find_whole(ctx, f, signals, n_channels, record, in, (last - record + 1) * e->record_bytes);
    } else {
      if (part > PART_FRAMES) part = PART_FRAMES;
      s = find_parts(ctx, f, signals, n_channels, record, in, part);
    }
    if (!s) bl_edf_decode(e, signals, n_channels, f->from, part, out + done * n_channels);
  }
  *got = s ? 0 : n;
  return s;
}

bl_edf *bl_edf_of(const bl_recording *rec) { return rec->cls == &bl_reader_edf ? &((edf_file *)rec->impl)->edf : NULL; }

static const char *const extensions[] = {".edf", ".bdf", ".rec", NULL};
const bl_reader_class bl_reader_edf = {
    .name = "edf",
    .summary = "EDF, EDF+, BDF and BDF+, gaps and several rates included",
    .source = "Kemp et al. 1992; Kemp and Olivan 2003",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
    .feed = &bl_feed_edf,
};
