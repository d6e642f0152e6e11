/* flac: FLAC files (RFC 9639), by libFLAC.
 *
 * Every frame carries its place in the recording and a checksum. Opening a file reads it once and checks them all (which
 * costs a small part of what decoding does): a frame that is damaged or missing is a gap, and what follows keeps its time.
 * The length is that of the frames, whatever the header says; what they contradict in it is noted. */
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "coded.h"
#include "flac_decoder.h"
#include "recording_private.h"
#include "sound.h"

enum { LOOK_AHEAD = 1 << 20, POINT_FRAMES = 65536, MAX_TRIALS = 200, MAX_BLOCKS = 100000 };

/* A place where decoding can begin. */
typedef struct point {
  uint64_t frame, at; /* of the recording; byte of the file */
} point;

typedef struct flac {
  bl_coded coded;
  bl_flac_info info;
  bl_flac_decoder *decoder;
  uint64_t read_at; /* the byte that the decoder gets next */
  point *points;
  size_t n_points, cap_points;
} flac;

/* What the walk over the frames knows. */
typedef struct walk {
  flac *f;
  bl_flac_crc crc;
  uint64_t frames_at;   /* byte behind the header */
  uint64_t frame_end;   /* byte behind the last whole frame */
  uint64_t at;          /* byte of the file */
  bool any;             /* a frame was found, and the header's word was compared with it */
  uint32_t fixed_block; /* samples of a frame, where frames are counted */
  uint64_t next;        /* the sample that should come, by the frames' own count */
  bl_coded_part part;   /* at hand; n 0: none */
  int trials;
  uint64_t bad_at, n_bad, bad_samples; /* gaps: byte of the first, how many, samples in all */
  uint64_t odd_at, n_odd;              /* frames of another rate or number of channels */
  bl_flac_frame odd;
  uint64_t again_at;            /* where the count begins again; 0: nowhere */
  uint64_t first_end;           /* and what it had come to by then */
  uint64_t between_at, between; /* bytes between frames that are none */
  uint64_t junk_at;             /* bytes behind the last frame that are none; 0: none */
} walk;

/* ---- the header -------------------------------------------------------------------------------------------------- */

/* The metadata blocks; *at: where frames begin. */
static bl_status read_blocks(bl_ctx *ctx, bl_recording *rec, uint64_t *at)
{
  flac *f = rec->impl;
  bl_window *w = &f->coded.file;
  const unsigned char *b;
  bool last = false, informed = false;
  bl_status s = BL_OK;
  *at += 4;
  for (int i = 0; !s && !last && i < MAX_BLOCKS; i++) {
    if (w->n_bytes - *at < 4) break;
    if ((s = bl_window_get(ctx, w, *at, 4, 4, &b))) break;
    uint64_t n = (uint64_t)b[1] << 16 | (uint64_t)b[2] << 8 | b[3];
    last = b[0] & 0x80;
    bool info = (b[0] & 0x7f) == 0 && n == BL_FLAC_INFO_BYTES;
    *at += 4;
    if (w->n_bytes - *at < n)
      return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: the file ends inside its metadata", rec->path,
                     (unsigned long long)*at);
    if (info && !informed) {
      if ((s = bl_window_get(ctx, w, *at, BL_FLAC_INFO_BYTES, BL_FLAC_INFO_BYTES, &b))) break;
      f->info = bl_flac_info_of(b);
      informed = true;
    }
    *at += n;
  }
  if (!s && !informed)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: a FLAC file without its first block (STREAMINFO), which says what it holds",
                rec->path);
  return s;
}

/* ---- the frames -------------------------------------------------------------------------------------------------- */

static bl_status more_bytes(bl_ctx *ctx, void *arg, unsigned char *to, size_t *n)
{
  flac *f = ((bl_recording *)arg)->impl;
  const unsigned char *v;
  uint64_t left = f->coded.file.n_bytes - f->read_at;
  if (*n > left) *n = (size_t)left;
  bl_status s = *n ? bl_window_get(ctx, &f->coded.file, f->read_at, *n, LOOK_AHEAD / 4, &v) : BL_OK;
  if (s || !*n) return s;
  memcpy(to, v, *n);
  f->read_at += *n;
  return BL_OK;
}

/* Bytes of a frame behind which no other follows, if it can be decoded; else 0. By a decoder of its own: what the file's
 * header says of channels and bits may be wrong, and is only compared with a frame that is whole. */
static bl_status try_decode(bl_ctx *ctx, bl_recording *rec, walk *w, const bl_flac_frame *h, size_t *bytes)
{
  bl_flac_info info = w->f->info;
  bl_flac_decoder *d;
  const float *v;
  size_t n = 0;
  *bytes = 0;
  if (w->trials++ >= MAX_TRIALS) return BL_OK;
  info.channels = h->channels;
  if (h->bits) info.bits = h->bits;
  bl_status s = bl_flac_decoder_new(ctx, &info, more_bytes, rec, &d);
  if (s) return s;
  w->f->read_at = w->at;
  bl_flac_decoder_restart(d);
  s = bl_flac_decoder_next(ctx, d, &v, &n);
  if (n) *bytes = bl_flac_decoder_used(d);
  bl_flac_decoder_free(ctx, d);
  return s;
}

/* What the header and the first frame contradict one another in; the frames are right, for they are what is decoded. */
static bl_status compare(bl_ctx *ctx, bl_recording *rec, const bl_flac_frame *h)
{
  flac *f = rec->impl;
  bl_flac_info *i = &f->info;
  bl_status s = BL_OK;
  uint32_t rate = h->rate ? h->rate : i->rate;
  unsigned bits = h->bits ? h->bits : i->bits;
  if (rate != i->rate || h->channels != i->channels || bits != i->bits)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "the header says %u channels of %u bits at %u Hz, the frames %u of %u bits at %u Hz; the frames "
        "were believed",
        i->channels, i->bits, (unsigned)i->rate, h->channels, bits, (unsigned)rate);
  i->rate = rate, i->channels = h->channels, i->bits = bits;
  return s;
}

static bool is_odd(const flac *f, const bl_flac_frame *h)
{
  return h->channels != f->info.channels || (h->rate && h->rate != f->info.rate);
}

/* A place to begin for every so many frames of a part. */
static bl_status keep_point(bl_ctx *ctx, flac *f, uint64_t frame, uint64_t at)
{
  if (f->n_points && frame - f->points[f->n_points - 1].frame < POINT_FRAMES) return BL_OK;
  void *v = f->points;
  bl_status s = bl_grow(ctx, &v, &f->cap_points, f->n_points + 1, sizeof *f->points, "places in a FLAC file");
  f->points = v;
  if (!s) f->points[f->n_points++] = (point){frame, at};
  return s;
}

static uint64_t frames_so_far(const walk *w)
{
  const bl_coded *c = &w->f->coded;
  const bl_coded_part *last = c->n_parts ? &c->parts[c->n_parts - 1] : NULL;
  return (last ? last->first + last->n : 0) + w->part.n;
}

static bl_status end_part(bl_ctx *ctx, walk *w)
{
  w->part.end = w->frame_end;
  bl_status s = w->part.n ? bl_coded_add(ctx, &w->f->coded, w->part) : BL_OK;
  w->part = (bl_coded_part){0};
  return s;
}

/* A whole frame of the wanted kind. */
static bl_status take_frame(bl_ctx *ctx, walk *w, const bl_flac_frame *h)
{
  flac *f = w->f;
  bl_status s = BL_OK;
  if (w->next && !h->number) w->fixed_block = h->block; /* another file's first, which may count by other frames */
  uint64_t place = h->variable ? h->number : h->number * w->fixed_block, lost = place - w->next;
  if (frames_so_far(w) == 0) {
    w->next = place; /* cut out of a longer stream, unless what was in front of it is damaged */
    if (place && w->at > w->frames_at) w->n_bad = 1, w->bad_at = w->at, w->part.lost = w->bad_samples = place;
  } else if (place < w->next) { /* another file's, behind the first */
    if (!w->again_at) w->again_at = w->at, w->first_end = w->next;
    s = end_part(ctx, w);
  } else if (lost) {
    if (!w->n_bad++) w->bad_at = w->at;
    w->bad_samples += lost;
    s = end_part(ctx, w);
    w->part.lost = lost;
  } else if (w->at > w->frame_end) { /* bytes that are none, and nothing is lost */
    if (!w->between_at) w->between_at = w->frame_end;
    w->between += w->at - w->frame_end;
    s = end_part(ctx, w);
  }
  if (!w->part.n) w->part.at = w->at;
  if (!s) s = keep_point(ctx, f, frames_so_far(w), w->at);
  w->part.n += h->block;
  w->next = place + h->block;
  return s;
}

/* Looks at `at`: a whole frame is taken; *step: to the next place. */
static bl_status look(bl_ctx *ctx, bl_recording *rec, walk *w, size_t *step)
{
  bl_window *file = &w->f->coded.file;
  const unsigned char *v;
  bl_flac_frame h;
  uint64_t left = file->n_bytes - w->at;
  size_t n = left < BL_FLAC_MAX_HEAD ? (size_t)left : BL_FLAC_MAX_HEAD;
  *step = 0;
  bl_status s = bl_window_get(ctx, file, w->at, n, LOOK_AHEAD, &v);
  if (s || !bl_flac_frame_head(v, n, &h)) return s;
  size_t bound = bl_flac_frame_bound(&h, w->f->info.bits);
  n = left < bound ? (size_t)left : bound;
  if ((s = bl_window_get(ctx, file, w->at, n, bound * 4 > LOOK_AHEAD ? bound * 4 : LOOK_AHEAD, &v))) return s;
  *step = bl_flac_frame_end(&w->crc, v, n, h.head_bytes, n == left);
  if (!*step) {
    if ((s = try_decode(ctx, rec, w, &h, step)) || !*step) return s;
  }
  if (!w->any) {
    w->any = true;
    w->fixed_block =
        h.number && h.block < w->f->info.max_block ? w->f->info.max_block : h.block; /* or it is the last */
    if ((s = compare(ctx, rec, &h))) return s;
  }
  if (!is_odd(w->f, &h)) return take_frame(ctx, w, &h);
  if (!w->n_odd++) w->odd_at = w->at, w->odd = h;
  return end_part(ctx, w);
}

/* On to where a frame may begin, from `at` on. */
static bl_status seek(bl_ctx *ctx, walk *w)
{
  bl_window *file = &w->f->coded.file;
  while (w->at + 2 <= file->n_bytes) {
    const unsigned char *v;
    uint64_t left = file->n_bytes - w->at;
    size_t n = left < LOOK_AHEAD / 4 ? (size_t)left : LOOK_AHEAD / 4;
    bl_status s = bl_window_get(ctx, file, w->at, n, LOOK_AHEAD, &v);
    if (s) return s;
    size_t found = bl_flac_frame_seek(v, 0, n);
    w->at += found < n ? found : n - 1;
    if (found < n) return BL_OK;
  }
  w->at = file->n_bytes;
  return BL_OK;
}

static bl_status walk_frames(bl_ctx *ctx, bl_recording *rec, walk *w)
{
  bl_status s = BL_OK;
  while (!s && w->at < w->f->coded.file.n_bytes) {
    size_t step;
    if ((s = look(ctx, rec, w, &step))) break;
    w->at += step ? step : 1;
    if (step) w->frame_end = w->at;
    else if (!(s = seek(ctx, w))) s = BL_CHECK_CANCEL(ctx);
  }
  if (w->frame_end < w->f->coded.file.n_bytes) w->junk_at = w->frame_end;
  return s ? s : end_part(ctx, w);
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

static unsigned long long ull(uint64_t x) { return x; }

static bl_status tell_gaps(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  bl_status s = BL_OK;
  if (w->n_bad)
    s = bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: %llu samples in front of it are missing or damaged (in %llu place%s of the file): they are "
        "a gap",
        ull(w->bad_at), ull(w->bad_samples), ull(w->n_bad), w->n_bad == 1 ? "" : "s");
  if (!s && w->n_odd)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "byte %llu: a frame of %u channels at %u Hz where %u at %u Hz are wanted; %llu such were left out",
        ull(w->odd_at), w->odd.channels, (unsigned)(w->odd.rate ? w->odd.rate : w->f->info.rate), w->f->info.channels,
        (unsigned)w->f->info.rate, ull(w->n_odd));
  if (!s && w->between && !w->again_at)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "byte %llu: %llu bytes between frames are none, and were passed over", ull(w->between_at),
                          ull(w->between));
  if (!s && w->again_at)
    s = bl_recording_note(ctx, rec, BL_W_REMARK,
                          "byte %llu: the count of samples begins again, as in files put behind one another; what "
                          "follows was taken to follow without a gap",
                          ull(w->again_at));
  return s;
}

/* The header's number of samples against that of the frames, up to where another file begins. */
static bl_status tell_length(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  const bl_coded *c = &w->f->coded;
  uint64_t total = w->f->info.total, found = 0, in_all = 0;
  for (size_t i = 0; i < c->n_parts; i++) {
    found += c->parts[i].n;
    in_all += c->parts[i].n + c->parts[i].lost;
  }
  if (w->again_at) in_all = w->first_end;
  uint64_t at = w->again_at ? w->again_at : w->junk_at ? w->junk_at : c->file.n_bytes;
  if (total && in_all < total)
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                             "byte %llu: the header says %llu samples, the frames end after %llu; those were taken",
                             ull(at), ull(total), ull(in_all));
  if (total && found > total && !w->again_at)
    return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                             "the header says %llu samples, the frames hold %llu; those were taken", ull(total),
                             ull(found));
  if (!w->junk_at) return BL_OK;
  return bl_recording_note(ctx, rec, total ? BL_W_DEVIATION : BL_W_TRUNCATED,
                           "byte %llu: %llu bytes behind the last frame are none, and were passed over",
                           ull(w->junk_at), ull(c->file.n_bytes - w->junk_at));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bl_status begin(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *p, uint64_t frame, uint64_t *at)
{
  flac *f = rec->impl;
  size_t lo = 0, hi = f->n_points;
  while (lo < hi) { /* the last place that is not behind the frame */
    size_t mid = lo + (hi - lo) / 2;
    if (f->points[mid].frame <= p->first + frame) lo = mid + 1;
    else hi = mid;
  }
  bool inside = lo && f->points[lo - 1].frame >= p->first;
  *at = inside ? f->points[lo - 1].frame - p->first : 0;
  f->read_at = inside ? f->points[lo - 1].at : p->at;
  bl_status s = f->decoder ? BL_OK : bl_flac_decoder_new(ctx, &f->info, more_bytes, rec, &f->decoder);
  if (!s) bl_flac_decoder_restart(f->decoder);
  return s;
}

static bl_status next(bl_ctx *ctx, bl_recording *rec, const float **v, size_t *n)
{
  return bl_flac_decoder_next(ctx, ((flac *)rec->impl)->decoder, v, n);
}

static const bl_codec codec = {.begin = begin, .next = next, .seeks = true};

static bl_status open_flac(bl_ctx *ctx, bl_recording *rec)
{
  bl_status s = bl_coded_open(ctx, rec, sizeof(flac), &codec);
  if (s) return s;
  flac *f = rec->impl;
  walk *w = bl_calloc(ctx, 1, sizeof *w);
  if (!w) s = bl_fail_nomem(ctx, "a FLAC file");
  if (!s) s = bl_sound_head(ctx, rec, &f->coded.file, "fLaC", &w->at);
  if (!s) s = read_blocks(ctx, rec, &w->at);
  if (!s) s = bl_sound_check(ctx, rec, f->info.rate, f->info.channels);
  if (!s) {
    w->f = f;
    w->frames_at = w->frame_end = w->at;
    bl_flac_crc_init(&w->crc);
    s = walk_frames(ctx, rec, w);
  }
  if (!s) s = tell_gaps(ctx, rec, w);
  if (!s) s = tell_length(ctx, rec, w);
  bl_free(ctx, w);
  if (s) return s;
  return bl_coded_stream(ctx, rec, bl_strf(ctx, "FLAC, %u bit", f->info.bits), f->info.rate, f->info.channels,
                         (int)f->info.bits);
}

static void close_flac(bl_ctx *ctx, bl_recording *rec)
{
  flac *f = rec->impl;
  if (!f) return;
  bl_flac_decoder_free(ctx, f->decoder);
  bl_free(ctx, f->points);
  bl_coded_close(ctx, rec);
}

static int probe(const unsigned char *head, size_t n, const char *path)
{
  if (n >= 4 && !memcmp(head, "fLaC", 4)) return 100;
  return bl_text_ends_with(path, ".flac");
}

static const char *const extensions[] = {".flac", NULL};
const bl_reader_class bl_reader_flac = {
    .name = "flac",
    .summary = "FLAC by libFLAC, every frame by its checksum",
    .source = "RFC 9639; libFLAC 1.4",
    .extensions = extensions,
    .probe = probe,
    .open = open_flac,
    .read = bl_coded_read,
    .close = close_flac,
};
