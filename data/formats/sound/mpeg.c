/* mpeg: MPEG audio, layers I to III (MP3), by libmpg123.
 *
 * libmpg123 gets whole frames only, which a walk over the file has found: what is damaged between them becomes a gap, as
 * long as the frames that would have filled it. It is switched to silence: all that is wrong is told here, by file and
 * byte. What is damaged inside the coded samples of a frame whose header is right nobody can tell: no checksum is over
 * them (the CRC that some files have covers what stands before), and libmpg123 counts nothing. Frames of layer III reach
 * back into the bytes of earlier ones; those that reach into a gap are lost with it, and so are as many as it takes until
 * filters have forgotten the gap: what follows then is what the undamaged file has there, but for the last bit (libmpg123
 * sums in an order that depends on the count of frames before).
 *
 * A first frame without sound (Xing, LAME) tells how many follow, and how many samples the encoder put in front and
 * behind, which are left out. Where such a frame comes in the middle, another file begins there. */
#include <math.h>
#include <mpg123.h>
#include <string.h>

#include "baleen/text.h"
#include "coded.h"
#include "little_endian.h"
#include "mpeg_frame.h"
#include "recording_private.h"
#include "sound.h"

/* Frames in a row that make up for a header of 11 bits; samples by which decoders of layer III are late (LAME's doc). */
enum { LOOK_AHEAD = 256 << 10, IN_A_ROW = 3, DECODER_DELAY = 529 };

typedef struct mpeg {
  bl_coded coded;
  mpg123_handle *handle;
  uint64_t read_at, read_end; /* what the decoder gets next */
} mpeg;

/* What the walk over the frames knows. */
typedef struct walk {
  mpeg *f;
  uint64_t at;
  bool any;
  bl_mpeg_frame kind;    /* that all frames must be like */
  uint64_t bytes, n_all; /* of the frames so far */
  bl_coded_part part;    /* at hand; n counts waste too */
  bool in_part, fresh;   /* there is one; it follows a gap */
  bool gap;              /* the next one will */
  uint64_t stop;         /* where a tag ends it, if its file goes on behind that; 0: none does */
  uint64_t back_bytes,
      primed;        /* of the part at hand: bytes to reach back into, frames since the first that could be decoded */
  bl_mpeg_info info; /* of the file at hand, of which there may be several */
  uint64_t n_link, skip; /* its frames so far, those lost too; samples at its beginning to be left out */
  size_t link;
  uint64_t bad_at, n_bad, bad_bytes, bad_frames;
  uint64_t again_at, cut_at, front_bytes, behind_at, wrong_at, wrong_says, wrong_found;
} walk;

/* ---- the frames -------------------------------------------------------------------------------------------------- */

/* Whether a whole frame begins at `at`, like the others; *cut: one begins there, and the file ends inside it. */
static bl_status frame_at(bl_ctx *ctx, walk *w, uint64_t at, bl_mpeg_frame *h, bool *is, bool *cut)
{
  bl_window *file = &w->f->coded.file;
  const unsigned char *v;
  *is = *cut = false;
  if (at > file->n_bytes || file->n_bytes - at < BL_MPEG_HEAD_BYTES) return BL_OK;
  bl_status s = bl_window_get(ctx, file, at, BL_MPEG_HEAD_BYTES, LOOK_AHEAD, &v);
  if (s || !bl_mpeg_frame_head(v, h) || (w->any && !bl_mpeg_frames_alike(h, &w->kind))) return s;
  *is = h->bytes <= file->n_bytes - at;
  *cut = !*is;
  return BL_OK;
}

/* Bytes of a tag at `at`: ID3 of either version, APE; 0: none. */
static bl_status tag_at(bl_ctx *ctx, walk *w, uint64_t at, uint64_t *bytes)
{
  enum { HEAD = 32, ID3_END = 128 };
  bl_window *file = &w->f->coded.file;
  const unsigned char *v;
  uint64_t left = file->n_bytes - at;
  *bytes = 0;
  if (left < HEAD) return BL_OK;
  bl_status s = bl_window_get(ctx, file, at, HEAD, LOOK_AHEAD, &v);
  if (s) return s;
  if (!memcmp(v, "TAG", 3) && left >= ID3_END) *bytes = ID3_END;
  if (!memcmp(v, "ID3", 3)) *bytes = bl_id3_bytes(v);
  if (!memcmp(v, "APETAGEX", 8)) *bytes = (v[23] & 0x20 ? HEAD : 0) + (uint64_t)bl_le32(v + 12);
  if (*bytes > left) *bytes = left;
  return s;
}

/* Whether so many frames stand in a row from `at` on, or fewer and then the file's end, inside
 * another or not, or a tag. */
static bl_status in_a_row(bl_ctx *ctx, walk *w, uint64_t at, int wanted, bool *are)
{
  bl_status s = BL_OK;
  bl_mpeg_frame first = {0}, h = {0};
  bool cut = false;
  *are = true;
  for (int i = 0; !s && *are && i < wanted; i++) {
    uint64_t tag = 0;
    if (i && at == w->f->coded.file.n_bytes) return BL_OK;
    if (i && ((s = tag_at(ctx, w, at, &tag)) || tag)) return s;
    s = frame_at(ctx, w, at, &h, are, &cut);
    if (!s && i && (*are || cut)) *are = bl_mpeg_frames_alike(&first, &h);
    if (cut) return s;
    if (!i) first = h;
    at += h.bytes;
  }
  return s;
}

/* The first byte from `at` on where frames begin again; the file's end when there is none. */
static bl_status find_frames(bl_ctx *ctx, walk *w, uint64_t at, uint64_t *found)
{
  bl_window *file = &w->f->coded.file;
  bl_status s = BL_OK;
  bool are = false;
  while (!s && !are && at + BL_MPEG_HEAD_BYTES <= file->n_bytes) {
    const unsigned char *v, *mark;
    uint64_t left = file->n_bytes - at;
    size_t n = left < LOOK_AHEAD / 4 ? (size_t)left : LOOK_AHEAD / 4;
    if ((s = bl_window_get(ctx, file, at, n, LOOK_AHEAD, &v)) || (s = BL_CHECK_CANCEL(ctx))) break;
    mark = memchr(v, 0xff, n);
    at += mark ? (uint64_t)(mark - v) : n;
    if (mark) s = in_a_row(ctx, w, at, IN_A_ROW, &are);
    if (!are && mark) at++;
  }
  *found = are ? at : file->n_bytes;
  return s;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

/* Samples at the end of the file at hand that the encoder put there; none when its count does not fit. */
static uint64_t samples_behind(walk *w)
{
  const bl_mpeg_info *i = &w->info;
  if (!i->has_count || !i->n_frames) return 0;
  if (w->n_link != i->n_frames) {
    if (!w->wrong_says) w->wrong_says = i->n_frames, w->wrong_found = w->n_link, w->wrong_at = w->at;
    return 0;
  }
  return i->has_skips && i->padding > DECODER_DELAY ? i->padding - DECODER_DELAY : 0;
}

/* Ends the part at hand; `behind` samples at its end are not wanted. */
static bl_status end_part(bl_ctx *ctx, walk *w, uint64_t behind)
{
  bl_coded_part p = w->part;
  if (!w->in_part) return BL_OK;
  w->in_part = false;
  p.end = w->stop ? w->stop : w->at;
  w->stop = 0;
  p.n -= p.n < behind ? p.n : behind;
  uint64_t waste = p.waste < p.n ? p.waste : p.n;
  p.n -= waste;
  if (w->fresh) p.lost += waste; /* what could not be decoded lies in the gap */
  return bl_coded_add(ctx, &w->f->coded, p);
}

/* How many of the frames that a gap at the end of the file at hand may hold it can have lost, by its own count. */
static uint64_t lost_at_end(walk *w, uint64_t lost)
{
  const bl_mpeg_info *i = &w->info;
  uint64_t most = i->has_count && i->n_frames ? (i->n_frames > w->n_link ? i->n_frames - w->n_link : 0) : lost;
  if (lost <= most) return lost;
  w->bad_frames -= lost - most;
  return most;
}

/* Takes samples off the last part of the file at hand, which ended before it was known that they are not wanted. */
static void shorten_last(walk *w, uint64_t n)
{
  bl_coded *c = &w->f->coded;
  bl_coded_part *last = c->n_parts ? &c->parts[c->n_parts - 1] : NULL;
  if (last && last->link == w->link) last->n -= last->n < n ? last->n : n;
}

/* The end of one file, as the walk has it; `lost` frames are taken to be missing there. */
static bl_status end_link(bl_ctx *ctx, walk *w, uint64_t lost)
{
  lost = lost_at_end(w, lost);
  w->n_link += lost;
  uint64_t behind = samples_behind(w), gap = lost * w->kind.n;
  bl_status s = BL_OK;
  if (w->in_part) s = end_part(ctx, w, behind);
  else if (gap > behind) s = bl_coded_add(ctx, &w->f->coded, (bl_coded_part){.lost = gap - behind});
  else shorten_last(w, behind - gap);
  w->link++;
  w->info = (bl_mpeg_info){0};
  w->n_link = w->skip = 0;
  return s;
}

/* How many of the first frames behind a gap to leave out after the first that can be decoded: their filters still hold
 * half of it. */
static uint64_t frames_to_prime(const bl_mpeg_frame *h) { return h->n < 1152 ? 2 : 1; }

static void begin_part(walk *w, uint64_t lost_frames)
{
  uint64_t lost = lost_frames * w->kind.n, cut = w->skip < lost ? w->skip : lost;
  w->in_part = true;
  w->fresh = w->gap;
  w->part = (bl_coded_part){.at = w->at, .link = w->link, .lost = lost - cut, .waste = w->skip - cut};
  w->back_bytes = w->primed = w->skip = w->stop = 0;
  w->gap = false;
}

/* A whole frame at w->at, v: its side information. lost: frames that are missing in front of it. */
static void take_frame(walk *w, const bl_mpeg_frame *h, const unsigned char *v, uint64_t lost)
{
  if (!w->in_part) begin_part(w, lost);
  if (w->fresh && w->primed <= frames_to_prime(h)) {
    if (w->primed || bl_mpeg_frame_back(h, v) <= w->back_bytes) w->primed++;
    if (w->primed <= frames_to_prime(h)) w->part.waste += h->n;
  }
  w->back_bytes += bl_mpeg_frame_body(h);
  w->part.n += h->n;
  w->n_link += 1 + lost;
  w->bytes += h->bytes;
  w->n_all++;
}

/* A frame that tells of those to come: another file begins behind it. lost: frames that are missing in front of it, at the
 * end of the file before. */
static bl_status take_info(bl_ctx *ctx, walk *w, const bl_mpeg_info *info, uint64_t lost)
{
  bl_status s = BL_OK;
  if (w->n_all) {
    if (!w->again_at) w->again_at = w->at;
    s = end_link(ctx, w, lost);
  }
  w->gap = false;
  w->info = *info;
  w->skip = info->has_skips ? info->delay + DECODER_DELAY : 0;
  return s;
}

/* Bytes from w->at to `to` are no frames: how many were there. */
static uint64_t count_lost(walk *w, uint64_t to)
{
  uint64_t bytes = to - w->at;
  w->gap = true;
  uint64_t frames = w->n_all ? (uint64_t)llround((double)bytes * (double)w->n_all / (double)w->bytes) : 0;
  if (!w->n_bad++) w->bad_at = w->at;
  w->bad_bytes += bytes;
  w->bad_frames += frames;
  return frames;
}

/* No frames at w->at: the part ends there, and the walk goes on where frames begin again. The frames between are added to
 * *lost. */
static bl_status pass_over(bl_ctx *ctx, walk *w, uint64_t *lost)
{
  bl_window *file = &w->f->coded.file;
  bl_mpeg_frame h = {0};
  uint64_t found;
  bl_status s = find_frames(ctx, w, w->at + 1, &found);
  if (s) return s;
  if (!w->any) w->front_bytes = found - w->at;
  else if (found < file->n_bytes) {
    s = end_part(ctx, w, 0);
    *lost += count_lost(w, found);
  } else {
    bool whole, cut;
    s = frame_at(ctx, w, w->at, &h, &whole, &cut);
    if (cut || file->n_bytes - w->at < BL_MPEG_HEAD_BYTES) w->cut_at = file->n_bytes;
    else w->behind_at = w->at;
    if (!s) s = end_link(ctx, w, 0);
  }
  w->at = found;
  return s;
}

/* What is at w->at: a tag, a frame, or neither. */
static bl_status step(bl_ctx *ctx, walk *w, uint64_t *lost)
{
  bl_window *file = &w->f->coded.file;
  const unsigned char *v;
  bl_mpeg_frame h;
  bl_mpeg_info info;
  uint64_t tag, after;
  bool is, cut, sure = false;
  bl_status s = tag_at(ctx, w, w->at, &tag);
  if (s) return s;
  if (tag) {
    if (!w->stop) w->stop = w->at;
    w->at += tag;
    return s;
  }
  if ((s = frame_at(ctx, w, w->at, &h, &is, &cut))) return s;
  if (is && (s = in_a_row(ctx, w, w->at, w->any ? 2 : IN_A_ROW, &sure))) return s;
  if (is && !sure && w->any) { /* its end is no place for another: is that one damaged, or its own length? */
    if ((s = find_frames(ctx, w, w->at + 1, &after))) return s;
    sure = after >= w->at + h.bytes;
  }
  if (!is || !sure) return pass_over(ctx, w, lost);
  if ((s = bl_window_get(ctx, file, w->at, h.bytes, LOOK_AHEAD, &v))) return s;
  if (w->any && !bl_mpeg_frame_can_be(&h, v) && !bl_mpeg_info_of(&h, v, h.bytes, &info)) return pass_over(ctx, w, lost);
  w->kind = h;
  w->any = true;
  if (bl_mpeg_info_of(&h, v, h.bytes, &info)) s = take_info(ctx, w, &info, *lost);
  else {
    if (w->stop) s = end_part(ctx, w, 0);
    take_frame(w, &h, v, *lost);
  }
  *lost = 0;
  w->at += h.bytes;
  return s;
}

static bl_status walk_frames(bl_ctx *ctx, walk *w)
{
  bl_status s = BL_OK;
  uint64_t lost = 0;
  while (!s && w->at < w->f->coded.file.n_bytes) s = step(ctx, w, &lost);
  return s || !w->in_part ? s : end_link(ctx, w, 0);
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

static unsigned long long ull(uint64_t x) { return x; }

static bl_status tell_damage(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  bl_status s = BL_OK;
  if (w->front_bytes)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "%llu bytes in front of the first frame are none, and were passed over", ull(w->front_bytes));
  if (!s && w->n_bad)
    s = bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: no frames of MPEG audio: %llu bytes in %llu place%s, by their number about %llu frames, are a "
        "gap, with what cannot be decoded without them",
        ull(w->bad_at), ull(w->bad_bytes), ull(w->n_bad), w->n_bad == 1 ? "" : "s", ull(w->bad_frames));
  if (!s && w->again_at)
    s = bl_recording_note(ctx, rec, BL_W_REMARK,
                          "byte %llu: another MPEG file begins; it was taken to follow without a gap",
                          ull(w->again_at));
  return s;
}

static bl_status tell_end(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  if (w->wrong_says)
    return bl_recording_note(ctx, rec, w->wrong_found < w->wrong_says ? BL_W_TRUNCATED : BL_W_DEVIATION,
                             "byte %llu: the header says %llu frames, there are %llu; those were taken",
                             ull(w->wrong_at), ull(w->wrong_says), ull(w->wrong_found));
  if (w->cut_at)
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED, "byte %llu: the file ends inside a frame, which was left out",
                             ull(w->cut_at));
  if (w->behind_at)
    return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                             "byte %llu: the %llu bytes behind the last frame are none, and were passed over",
                             ull(w->behind_at), ull(w->f->coded.file.n_bytes - w->behind_at));
  return BL_OK;
}

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

static bl_status begin(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *p, uint64_t frame, uint64_t *at)
{
  mpeg *f = rec->impl;
  (void)frame;
  *at = 0;
  f->read_at = p->at;
  f->read_end = p->end;
  if (f->handle) mpg123_delete(f->handle);
  mpg123_init(); /* for versions before 1.27 */
  f->handle = mpg123_new(NULL, NULL);
  long remove = MPG123_AUTO_RESAMPLE | MPG123_GAPLESS;
  long add = MPG123_QUIET | MPG123_FORCE_FLOAT | MPG123_IGNORE_INFOFRAME | MPG123_NO_READAHEAD;
  if (!f->handle || mpg123_param(f->handle, MPG123_REMOVE_FLAGS, remove, 0) ||
      mpg123_param(f->handle, MPG123_ADD_FLAGS, add, 0) || mpg123_open_feed(f->handle))
    return bl_fail_nomem(ctx, "an MPEG decoder");
  return BL_OK;
}

/* The decoder gets one frame more; *fed: there was one. */
static bl_status feed(bl_ctx *ctx, mpeg *f, bool *fed)
{
  const unsigned char *v;
  bl_mpeg_frame h;
  uint64_t left = f->read_end - f->read_at;
  *fed = false;
  if (left < BL_MPEG_HEAD_BYTES) return BL_OK;
  bl_status s = bl_window_get(ctx, &f->coded.file, f->read_at, BL_MPEG_HEAD_BYTES, LOOK_AHEAD, &v);
  if (s || !bl_mpeg_frame_head(v, &h) || h.bytes > left) return s;
  s = bl_window_get(ctx, &f->coded.file, f->read_at, h.bytes, LOOK_AHEAD, &v);
  if (s) return s;
  f->read_at += h.bytes;
  *fed = mpg123_feed(f->handle, v, h.bytes) == MPG123_OK;
  return s;
}

static bl_status next(bl_ctx *ctx, bl_recording *rec, const float **v, size_t *n)
{
  mpeg *f = rec->impl;
  bl_status s = BL_OK;
  bool fed = true;
  *n = 0;
  while (!s && fed) {
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    off_t number;
    int got = mpg123_decode_frame(f->handle, &number, &bytes, &n_bytes);
    if (got == MPG123_OK && n_bytes) {
      *v = (const float *)(void *)bytes;
      *n = n_bytes / sizeof **v / rec->streams[0].n_channels;
      break;
    }
    if (got == MPG123_NEED_MORE) s = feed(ctx, f, &fed);
    else if (got != MPG123_NEW_FORMAT && got != MPG123_OK) break;
  }
  return s;
}

static const bl_codec codec = {.begin = begin, .next = next};

static bl_status open_mpeg(bl_ctx *ctx, bl_recording *rec)
{
  bl_status s = bl_coded_open(ctx, rec, sizeof(mpeg), &codec);
  walk w = {.f = rec->impl};
  if (!s) s = bl_sound_head(ctx, rec, &w.f->coded.file, NULL, &w.at);
  if (!s) s = walk_frames(ctx, &w);
  if (!s && !w.any)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: no sound file that can be read: it holds no frames of MPEG audio", rec->path);
  if (!s) s = tell_damage(ctx, rec, &w);
  if (!s) s = tell_end(ctx, rec, &w);
  if (s) return s;
  static const char *const layers[] = {"I", "II", "III (MP3)"};
  return bl_coded_stream(ctx, rec, bl_strf(ctx, "MPEG, layer %s", layers[w.kind.layer - 1]), w.kind.rate,
                         w.kind.channels, 0);
}

static void close_mpeg(bl_ctx *ctx, bl_recording *rec)
{
  mpeg *f = rec->impl;
  if (!f) return;
  if (f->handle) mpg123_delete(f->handle);
  bl_coded_close(ctx, rec);
}

static int probe(const unsigned char *head, size_t n, const char *path)
{
  bl_mpeg_frame h;
  if (n >= BL_MPEG_HEAD_BYTES && bl_mpeg_frame_head(head, &h)) return 30;
  return bl_text_ends_with(path, ".mp3") || bl_text_ends_with(path, ".mp2");
}

static const char *const extensions[] = {".mp3", ".mp2", NULL};
const bl_reader_class bl_reader_mpeg = {
    .name = "mpeg",
    .summary = "MP3 and its older layers by libmpg123, whole frames only",
    .source = "ISO/IEC 11172-3, 13818-3; libmpg123 1.31",
    .extensions = extensions,
    .probe = probe,
    .open = open_mpeg,
    .read = bl_coded_read,
    .close = close_mpeg,
};
