/* mpeg_walk.c: see mpeg_walk.h. */
#include "mpeg_walk.h"

#include <math.h>
#include <string.h>

#include "little_endian.h"
#include "recording_private.h"
#include "sound.h"

/* Frames in a row that make up for a header of 11 bits; samples by which decoders of layer III are late (LAME's doc). */
enum { IN_A_ROW = 3, DECODER_DELAY = 529 };

/* What the walk over the frames knows. */
typedef struct walk {
  bl_coded *f;
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
  bl_window *file = &w->f->file;
  const unsigned char *v;
  *is = *cut = false;
  if (at > file->n_bytes || file->n_bytes - at < BL_MPEG_HEAD_BYTES) return BL_OK;
  bl_status s = bl_window_get(ctx, file, at, BL_MPEG_HEAD_BYTES, BL_MPEG_LOOK_AHEAD, &v);
  if (s || !bl_mpeg_frame_head(v, h) || (w->any && !bl_mpeg_frames_alike(h, &w->kind))) return s;
  *is = h->bytes <= file->n_bytes - at;
  *cut = !*is;
  return BL_OK;
}

/* Bytes of a tag at `at`: ID3 of either version, APE; 0: none. */
static bl_status tag_at(bl_ctx *ctx, walk *w, uint64_t at, uint64_t *bytes)
{
  enum { HEAD = 32, ID3_END = 128 };
  bl_window *file = &w->f->file;
  const unsigned char *v;
  uint64_t left = file->n_bytes - at;
  *bytes = 0;
  if (left < HEAD) return BL_OK;
  bl_status s = bl_window_get(ctx, file, at, HEAD, BL_MPEG_LOOK_AHEAD, &v);
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
    if (i && at == w->f->file.n_bytes) return BL_OK;
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
  bl_window *file = &w->f->file;
  bl_status s = BL_OK;
  bool are = false;
  while (!s && !are && at + BL_MPEG_HEAD_BYTES <= file->n_bytes) {
    const unsigned char *v, *mark;
    uint64_t left = file->n_bytes - at;
    size_t n = left < BL_MPEG_LOOK_AHEAD / 4 ? (size_t)left : BL_MPEG_LOOK_AHEAD / 4;
    if ((s = bl_window_get(ctx, file, at, n, BL_MPEG_LOOK_AHEAD, &v)) || (s = BL_CHECK_CANCEL(ctx))) break;
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
  return bl_coded_add(ctx, w->f, p);
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
  bl_coded *c = w->f;
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
  else if (gap > behind) s = bl_coded_add(ctx, w->f, (bl_coded_part){.lost = gap - behind});
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
  bl_window *file = &w->f->file;
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
  bl_window *file = &w->f->file;
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
  if ((s = bl_window_get(ctx, file, w->at, h.bytes, BL_MPEG_LOOK_AHEAD, &v))) return s;
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
  while (!s && w->at < w->f->file.n_bytes) s = step(ctx, w, &lost);
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
                             ull(w->behind_at), ull(w->f->file.n_bytes - w->behind_at));
  return BL_OK;
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

bl_status bl_mpeg_walk(bl_ctx *ctx, bl_recording *rec, bl_coded *f, bl_mpeg_frame *kind)
{
  walk w = {.f = f};
  bl_status s = bl_sound_head(ctx, rec, &f->file, NULL, &w.at);
  if (!s) s = walk_frames(ctx, &w);
  if (!s && !w.any)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: no sound file that can be read: it holds no frames of MPEG audio", rec->path);
  if (!s) s = tell_damage(ctx, rec, &w);
  if (!s) s = tell_end(ctx, rec, &w);
  *kind = w.kind;
  return s;
}
