/* edf: EDF, EDF+, BDF and BDF+. Values are digital * cal + off in double, rounded once to float32, in the file's own
 * unit; a BDF Status is two channels, its trigger bits and its system bits as numbers. See edf.h for the standards,
 * window.h for why the file is read and not mapped. */
#include <string.h>
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#include "baleen/text.h"
#include "edf.h"
#include "recording_private.h"

/* TILE: frames done of one channel before the next: the piece of the output stays in the nearest cache. Records are
 * read whole, several at a time, or, where they are large or little of them is wanted, signal by signal. */
enum { TILE = 64, PIECE_BYTES = 256 << 10, WHOLE_BYTES = 1 << 20, PART_FRAMES = 4096 };

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

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  edf_file *f = rec->impl;
  if (!f) return;
  bl_window_close(ctx, &f->edf.file);
  bl_free(ctx, f->edf.bytes);
  bl_free(ctx, f->edf.signals);
  bl_free(ctx, f->edf.stamp_s);
  bl_free(ctx, f->edf.label_record);
  bl_free(ctx, f->edf.runs);
  bl_free(ctx, f->edf.stream_signals);
  bl_free(ctx, f->edf.stream_first);
  bl_free(ctx, f->from);
  bl_free(ctx, f->parts);
  bl_free(ctx, f);
  rec->impl = NULL;
}

/* n samples, little-endian two's complement of 16 or 24 bits, to every stride-th float. */
static void decode(const bl_edf *e, const bl_edf_signal *g, const unsigned char *from, size_t n, float *to,
                   size_t stride)
{
  double cal = g->cal, off = g->off;
  if (e->width == 2)
    for (size_t i = 0; i < n; i++, from += 2) to[i * stride] = (float)((int16_t)(from[0] | from[1] << 8) * cal + off);
  else
    for (size_t i = 0; i < n; i++, from += 3) {
      int32_t x = from[0] | from[1] << 8 | from[2] << 16;
      to[i * stride] = (float)((x - ((x & 0x800000) << 1)) * cal + off);
    }
}

/* The two parts of a BDF Status: trigger bits 0 to 15, system bits 16 to 23. */
static void decode_status(bool system, const unsigned char *from, size_t n, float *to, size_t stride)
{
  for (size_t i = 0; i < n; i++, from += 3) to[i * stride] = system ? (float)from[2] : (float)(from[0] | from[1] << 8);
}

#ifdef __SSE4_1__
/* Four channels of 16 bits at once, n a multiple of 4: a file holds channel after channel and frames want them side by
 * side, so blocks of 4 x 4 are turned in registers. The same operations in the same order as decode(), hence its
 * bits. */
static void decode_four(const bl_edf_signal *const g[4], const unsigned char *const from[4], size_t n, float *to,
                        size_t stride)
{
  for (size_t i = 0; i < n; i += 4) {
    __m128 row[4];
    for (int k = 0; k < 4; k++) {
      __m128d cal = _mm_set1_pd(g[k]->cal), off = _mm_set1_pd(g[k]->off);
      __m128i x = _mm_cvtepi16_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(from[k] + 2 * i)));
      __m128d lo = _mm_add_pd(_mm_mul_pd(_mm_cvtepi32_pd(x), cal), off);
      __m128d hi = _mm_add_pd(_mm_mul_pd(_mm_cvtepi32_pd(_mm_srli_si128(x, 8)), cal), off);
      row[k] = _mm_movelh_ps(_mm_cvtpd_ps(lo), _mm_cvtpd_ps(hi));
    }
    _MM_TRANSPOSE4_PS(row[0], row[1], row[2], row[3]);
    for (size_t k = 0; k < 4; k++) _mm_storeu_ps(to + (i + k) * stride, row[k]);
  }
}
#endif

/* n frames of all channels, those of channel c from from[c] + skip on. */
static void decode_part(const bl_edf *e, const size_t *signals, size_t n_channels, const unsigned char *const *from,
                        size_t skip, size_t n, float *to)
{
  size_t c = 0;
#ifdef __SSE4_1__
  size_t even = n / 4 * 4;
  for (; e->width == 2 && c + 4 <= n_channels; c += 4) {
    const bl_edf_signal *g[4];
    const unsigned char *at[4];
    for (size_t k = 0; k < 4; k++) {
      g[k] = &e->signals[signals[c + k]];
      at[k] = from[c + k] + skip;
    }
    decode_four(g, at, even, to + c, n_channels);
    for (size_t k = 0; k < 4 && even < n; k++)
      decode(e, g[k], at[k] + 2 * even, n - even, to + even * n_channels + c + k, n_channels);
  }
#endif
  for (; c < n_channels; c++) {
    const bl_edf_signal *g = &e->signals[signals[c]];
    if (g->status) decode_status(c && signals[c] == signals[c - 1], from[c] + skip, n, to + c, n_channels);
    else decode(e, g, from[c] + skip, n, to + c, n_channels);
  }
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
    float *to = out + done * n_channels;
    for (size_t k = 0; !s && k < part; k += TILE)
      decode_part(e, signals, n_channels, f->from, k * e->width, part - k < TILE ? part - k : TILE,
                  to + k * n_channels);
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
};
