/* edf: EDF, EDF+, BDF and BDF+ over a memory-mapped file. Values are digital * cal + off in double, rounded once to
 * float32, in the file's own unit; a BDF Status is two channels, its trigger bits and its system bits as numbers. See edf.h for the standards. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#include "baleen/text.h"
#include "edf.h"
#include "recording_private.h"

/* Frames done of one channel before the next: the piece of the output stays in the nearest cache. */
enum { TILE = 64 };

typedef struct edf_file {
  bl_edf edf;
  void *map;
  size_t map_bytes;
} edf_file;

static int probe(const unsigned char *head, size_t n, const char *path)
{
  if (n >= 8 && head[0] == 0xff && !memcmp(head + 1, "BIOSEMI", 7)) return 100;
  if (n >= 8 && !memcmp(head, "0       ", 8)) return 90;
  if (n >= 8 && !memcmp(head, "0\0\0\0\0\0\0\0", 8)) return 50;
  /* by its name alone: what is wrong with it can be said better here */
  return bl_text_ends_with(path, ".edf") || bl_text_ends_with(path, ".bdf") ? 1 : 0;
}

void bl_edf_let_go(bl_edf *e, uint64_t before)
{
  enum { PIECE = 4 << 20 };
  if (!e->mapped || before > e->n_bytes) return;
  if (before < e->let_go) e->let_go = 0; /* read anew from further back */
  uint64_t to = before / PIECE * PIECE;
  if (to < e->let_go + 2 * PIECE) return;
  to -= PIECE; /* what was read last may be asked for again */
  madvise((char *)(uintptr_t)e->bytes + e->let_go, (size_t)(to - e->let_go), MADV_DONTNEED);
  e->let_go = to;
}

bl_status bl_edf_open_bytes(bl_ctx *ctx, bl_recording *rec, const unsigned char *bytes, uint64_t n)
{
  edf_file *f = rec->impl;
  if (!f && !(f = rec->impl = bl_calloc(ctx, 1, sizeof *f))) return bl_fail_nomem(ctx, "an EDF file");
  bl_edf *e = &f->edf;
  e->bytes = bytes;
  e->n_bytes = n;
  bl_status s = bl_edf_header(ctx, rec, e);
  if (!s) s = bl_edf_annotations(ctx, rec, e);
  if (!s) s = bl_edf_streams(ctx, rec, e);
  return s ? s : bl_edf_report(ctx, rec, e);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  struct stat info;
  edf_file *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "an EDF file");
  int fd = open(rec->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &info)) {
    bl_status s = bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", rec->path, strerror(errno));
    if (fd >= 0) close(fd);
    return s;
  }
  void *map = info.st_size > 0 ? mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  int why = errno;
  close(fd);
  if (map == MAP_FAILED) return bl_fail(ctx, BL_E_IO, "%s: cannot be mapped: %s", rec->path, strerror(why));
  f->map = map;
  f->map_bytes = (size_t)info.st_size;
  f->edf.mapped = true;
  return bl_edf_open_bytes(ctx, rec, map, (uint64_t)info.st_size);
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  edf_file *f = rec->impl;
  if (!f) return;
  if (f->map) munmap(f->map, f->map_bytes);
  bl_free(ctx, f->edf.signals);
  bl_free(ctx, f->edf.record_start_s);
  bl_free(ctx, f->edf.stream_signals);
  bl_free(ctx, f->edf.stream_first);
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
 * side, so blocks of 4 x 4 are turned in registers. The same operations in the same order as decode(), hence its bits. */
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

/* n frames from one record, all channels. */
static void decode_part(const bl_edf *e, const size_t *signals, size_t n_channels, const unsigned char *from, size_t n,
                        float *to)
{
  size_t c = 0;
#ifdef __SSE4_1__
  size_t even = n / 4 * 4;
  for (; e->width == 2 && c + 4 <= n_channels; c += 4) {
    const bl_edf_signal *g[4];
    const unsigned char *at[4];
    for (size_t k = 0; k < 4; k++) {
      g[k] = &e->signals[signals[c + k]];
      at[k] = from + g[k]->offset;
    }
    decode_four(g, at, even, to + c, n_channels);
    for (size_t k = 0; k < 4 && even < n; k++)
      decode(e, g[k], at[k] + 2 * even, n - even, to + even * n_channels + c + k, n_channels);
  }
#endif
  for (; c < n_channels; c++) {
    const bl_edf_signal *g = &e->signals[signals[c]];
    if (g->status) decode_status(c && signals[c] == signals[c - 1], from + g->offset, n, to + c, n_channels);
    else decode(e, g, from + g->offset, n, to + c, n_channels);
  }
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  bl_edf *e = &((edf_file *)rec->impl)->edf;
  const size_t *signals = &e->stream_signals[e->stream_first[stream]], n_channels = rec->streams[stream].n_channels;
  uint64_t spr = e->signals[signals[0]].spr;
  (void)ctx;
  for (size_t done = 0; done < n;) {
    uint64_t record = (first + done) / spr, in = (first + done) % spr;
    size_t part = n - done < TILE ? n - done : TILE;
    if (part > spr - in) part = (size_t)(spr - in);
    const unsigned char *from = e->bytes + e->header_bytes + record * e->record_bytes + in * e->width;
    decode_part(e, signals, n_channels, from, part, out + done * n_channels);
    done += part;
  }
  bl_edf_let_go(e, e->header_bytes + (first + n) / spr * e->record_bytes);
  *got = n;
  return BL_OK;
}

bl_edf *bl_edf_of(const bl_recording *rec)
{
  return rec->cls == &bl_reader_edf ? &((edf_file *)rec->impl)->edf : NULL;
}

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
