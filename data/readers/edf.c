/* edf: EDF, EDF+, BDF and BDF+ over a memory-mapped file. Values are digital * cal + off in double, rounded once to
 * float32, in the file's own unit; a BDF Status is two channels, its trigger bits and its system bits as numbers. See edf.h for the standards. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  const bl_edf *e = &((const edf_file *)rec->impl)->edf;
  const size_t *signals = &e->stream_signals[e->stream_first[stream]], n_channels = rec->streams[stream].n_channels;
  uint64_t spr = e->signals[signals[0]].spr;
  (void)ctx;
  for (size_t done = 0; done < n;) {
    uint64_t record = (first + done) / spr, in = (first + done) % spr;
    size_t part = n - done < TILE ? n - done : TILE;
    if (part > spr - in) part = (size_t)(spr - in);
    const unsigned char *from = e->bytes + e->header_bytes + record * e->record_bytes + in * e->width;
    for (size_t c = 0; c < n_channels; c++) {
      const bl_edf_signal *g = &e->signals[signals[c]];
      float *to = out + done * n_channels + c;
      if (g->status) decode_status(c && signals[c] == signals[c - 1], from + g->offset, part, to, n_channels);
      else decode(e, g, from + g->offset, part, to, n_channels);
    }
    done += part;
  }
  *got = n;
  return BL_OK;
}

const bl_edf *bl_edf_of(const bl_recording *rec)
{
  return rec->cls == &bl_reader_edf ? &((const edf_file *)rec->impl)->edf : NULL;
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
