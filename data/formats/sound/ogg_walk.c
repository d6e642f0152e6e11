/* ogg_walk.c: see ogg_walk.h. */
#include "ogg_walk.h"

#include <string.h>

#include "recording_private.h"
#include "sound.h"

/* Numbers that run ahead of the samples by less than 1 / JITTER of a second are rounded, not a gap. */
enum { JITTER = 50, NAMES = 8 };

/* What the walk over the pages knows of the stream at hand. */
typedef struct walk {
  bl_ogg_chain *f;
  bl_ogg_pages pages;
  ogg_stream_state stream;
  bool streaming, any, in_link, in_headers, ended, unlike;
  bl_ogg_link now;
  void *state;
  bl_ogg_format format;
  long next_page;
  /* the part at hand, in granules */
  bool in_part, first, based; /* there is one; the stream's first; its place is known */
  uint64_t at, count;         /* byte; granules decoded so far */
  int64_t base, end;          /* the place of the first of them; the place behind the last part */
  uint64_t trim;              /* granules at its beginning that are not wanted */
  /* to be told */
  uint64_t bad_at, n_bad, lost, again_at, unlike_at, n_beside, unread_at, strange_at, junk_at, junk, cut_at;
  bl_ogg_format unlike_format;
  char other[NAMES + 1]; /* how a stream begins that is none of ours */
} walk;

void bl_ogg_drop(bl_ctx *ctx, const bl_ogg_codec *codec, void **state)
{
  if (*state) codec->release(ctx, *state);
  bl_free(ctx, *state);
  *state = NULL;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

static void begin_part(walk *w)
{
  w->in_part = true;
  w->based = false;
  w->at = w->pages.at;
  w->count = w->trim = 0;
}

static bl_status end_part(bl_ctx *ctx, walk *w)
{
  const bl_ogg_format *m = &w->format;
  if (!w->in_part) return BL_OK;
  w->in_part = false;
  uint64_t waste = w->trim + (w->first ? m->skip : m->settle);
  if (waste > w->count) waste = w->count;
  uint64_t n = w->count - waste;
  int64_t place = w->based ? w->base + (int64_t)waste : w->end;
  uint64_t lost = w->first || place < w->end ? 0 : (uint64_t)(place - w->end);
  w->first = false;
  w->end = place + (int64_t)n;
  w->lost += lost / m->step;
  if (w->unlike) return BL_OK;
  return bl_coded_add(ctx, &w->f->coded,
                      (bl_coded_part){.at = w->at,
                                      .end = w->pages.at,
                                      .link = w->f->n_links - 1,
                                      .waste = waste / m->step,
                                      .n = n / m->step,
                                      .lost = lost / m->step});
}

/* Where the part at hand is and where it ends, by the number on the page at hand, the samples of which are counted.
 * *jumps: the number is further on than the samples are, so that a gap must lie in front of the page. */
static void place_page(walk *w, bool *jumps)
{
  int64_t says = ogg_page_granulepos(&w->pages.page), have = (int64_t)w->count;
  bool last = ogg_page_eos(&w->pages.page);
  *jumps = false;
  if (says < 0 || says > INT64_MAX / 2) return;
  if (!w->based) {
    w->based = true;
    w->base = says - have;
    if (w->base >= 0 || !w->first) return;
    if (last) w->base = 0, w->count = (uint64_t)says;
    else if (!w->format.settle) w->trim = (uint64_t)-w->base;
  } else if (last && says < w->base + have) {
    w->count = says > w->base ? (uint64_t)(says - w->base) : 0;
  } else {
    *jumps = says - w->base - have > (int64_t)(w->format.rate * w->format.step / JITTER);
  }
}

/* ---- pages ------------------------------------------------------------------------------------------------------- */

/* A gap in front of the page at hand. */
static bl_status break_off(bl_ctx *ctx, walk *w)
{
  bl_status s = end_part(ctx, w);
  ogg_stream_reset(&w->stream);
  w->now.codec->restart(w->state);
  if (!w->n_bad++) w->bad_at = w->pages.at;
  return s;
}

/* Granules of the packets that end on the page at hand. */
static uint64_t count_page(walk *w)
{
  ogg_packet p;
  uint64_t n = 0;
  int got;
  ogg_stream_pagein(&w->stream, &w->pages.page);
  while ((got = ogg_stream_packetout(&w->stream, &p)))
    if (got > 0) n += w->now.codec->duration(w->state, &p);
  return n;
}

static bl_status data_page(bl_ctx *ctx, walk *w, bool hole)
{
  bl_status s = hole ? break_off(ctx, w) : BL_OK;
  bool jumps = false;
  if (!w->in_part) begin_part(w);
  uint64_t n = count_page(w);
  w->count += n;
  if (ogg_page_packets(&w->pages.page)) place_page(w, &jumps);
  if (jumps) {
    w->count -= n;
    if (!s) s = break_off(ctx, w);
    begin_part(w);
    w->count = count_page(w);
    place_page(w, &jumps);
  }
  w->ended = ogg_page_eos(&w->pages.page);
  return s;
}

/* The headers are there: whether the stream goes on from the one before. */
static bl_status take_link(bl_ctx *ctx, walk *w)
{
  bl_ogg_chain *f = w->f;
  void *v = f->links;
  w->in_headers = false;
  if (!w->any) f->format = w->format;
  w->unlike = w->any && (w->format.rate != f->format.rate || w->format.channels != f->format.channels);
  if (w->unlike) {
    if (!w->unlike_at) w->unlike_at = w->now.at, w->unlike_format = w->format;
    return BL_OK;
  }
  if (w->any && !w->again_at) w->again_at = w->now.at;
  w->any = true;
  bl_status s = bl_grow(ctx, &v, &f->cap_links, f->n_links + 1, sizeof *f->links, "streams of Ogg");
  f->links = v;
  if (!s) f->links[f->n_links++] = w->now;
  return s;
}

static bl_status header_page(bl_ctx *ctx, walk *w, bool hole)
{
  ogg_packet p;
  bl_status s = BL_OK;
  bool done = false;
  if (!hole) ogg_stream_pagein(&w->stream, &w->pages.page);
  while (!s && !hole && !done && ogg_stream_packetout(&w->stream, &p) > 0)
    s = w->now.codec->header(ctx, w->state, &p, &w->format, &done);
  if (s == BL_E_FORMAT || hole) {
    if (!w->unread_at) w->unread_at = w->now.at + 1;
    w->in_link = false;
    bl_ctx_clear_error(ctx);
    return BL_OK;
  }
  return !s && done ? take_link(ctx, w) : s;
}

static const bl_ogg_codec *codec_of(const ogg_packet *p)
{
  static const bl_ogg_codec *const codecs[] = {&bl_ogg_vorbis, &bl_ogg_opus, &bl_ogg_flac};
  for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
    if (codecs[i]->is(p)) return codecs[i];
  return NULL;
}

static bl_status begin_link(bl_ctx *ctx, walk *w, const bl_ogg_codec *codec)
{
  bl_status s = end_part(ctx, w);
  if (w->in_link && !w->in_headers && !w->ended && !w->cut_at) w->cut_at = w->pages.at;
  bl_ogg_drop(ctx, w->now.codec, &w->state);
  if (w->streaming) ogg_stream_clear(&w->stream);
  w->streaming = !ogg_stream_init(&w->stream, ogg_page_serialno(&w->pages.page));
  w->now = (bl_ogg_link){codec, w->pages.at, ogg_page_serialno(&w->pages.page)};
  w->state = bl_calloc(ctx, 1, codec->state_size);
  if (!s && (!w->streaming || !w->state)) s = bl_fail_nomem(ctx, "an Ogg file");
  if (s) return s;
  w->in_link = w->in_headers = w->first = true;
  w->ended = w->unlike = false;
  w->end = 0;
  w->next_page = ogg_page_pageno(&w->pages.page) + 1;
  return header_page(ctx, w, false);
}

/* The first page of a stream. */
static bl_status first_page(bl_ctx *ctx, walk *w)
{
  ogg_packet p = {.packet = w->pages.page.body, .bytes = w->pages.page.body_len};
  const bl_ogg_codec *codec = codec_of(&p);
  if (!codec) {
    for (size_t i = 0; i < NAMES && (long)i < p.bytes; i++)
      w->other[i] = p.packet[i] >= 0x20 && p.packet[i] < 0x7f ? (char)p.packet[i] : '?';
    return BL_OK;
  }
  if (w->in_link && w->in_headers) { /* side by side */
    w->n_beside++;
    return BL_OK;
  }
  return begin_link(ctx, w, codec);
}

static bl_status take_page(bl_ctx *ctx, walk *w)
{
  if (ogg_page_bos(&w->pages.page)) return first_page(ctx, w);
  if (ogg_page_serialno(&w->pages.page) != w->now.serial && w->ended && !*w->other && !w->strange_at)
    w->strange_at = w->pages.at;
  if (!w->in_link || w->ended || ogg_page_serialno(&w->pages.page) != w->now.serial) return BL_OK;
  long number = ogg_page_pageno(&w->pages.page);
  bool hole = number != w->next_page;
  w->next_page = number + 1;
  return w->in_headers ? header_page(ctx, w, hole) : data_page(ctx, w, hole);
}

static bl_status walk_pages(bl_ctx *ctx, walk *w)
{
  bl_status s = BL_OK;
  bool found = true;
  while (!s && found) {
    if ((s = bl_ogg_pages_next(ctx, &w->pages, &found))) break;
    if (w->pages.skipped && !w->junk) w->junk_at = w->pages.at - w->pages.skipped;
    w->junk += w->pages.skipped;
    if (found) s = take_page(ctx, w);
  }
  return s ? s : end_part(ctx, w);
}

/* ---- what is wrong ----------------------------------------------------------------------------------------------- */

static unsigned long long ull(uint64_t x) { return x; }

static bl_status tell_streams(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  bl_status s = BL_OK;
  if (w->again_at)
    s = bl_recording_note(ctx, rec, BL_W_REMARK,
                          "byte %llu: another stream begins, in %zu of them behind one another; it was taken to follow "
                          "without a gap",
                          ull(w->again_at), w->f->n_links);
  if (!s && w->unlike_at)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "byte %llu: a stream of %u channels at %u Hz behind one of %u at %u Hz; it was left out",
                          ull(w->unlike_at), w->unlike_format.channels, (unsigned)w->unlike_format.rate,
                          w->f->format.channels, (unsigned)w->f->format.rate);
  if (!s && w->unread_at)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                          "byte %llu: the headers of the stream that begins there are damaged; it was left out",
                          ull(w->unread_at - 1));
  if (!s && w->n_beside)
    s = bl_recording_note(ctx, rec, BL_W_REMARK, "%llu more streams of sound beside the first; they were left out",
                          ull(w->n_beside));
  return s;
}

static bl_status tell_damage(bl_ctx *ctx, bl_recording *rec, const walk *w)
{
  bl_status s = BL_OK;
  if (w->n_bad)
    s = bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: pages in front of it are missing or damaged (in %llu place%s of the file): %llu frames "
        "are a gap",
        ull(w->bad_at), ull(w->n_bad), w->n_bad == 1 ? "" : "s", ull(w->lost));
  if (!s && w->strange_at)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                          "byte %llu: pages of a stream of which the beginning is missing; they were left out",
                          ull(w->strange_at));
  if (!s && w->junk && !w->n_bad && w->ended)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte %llu: %llu bytes that are no page of Ogg were passed over",
                          ull(w->junk_at), ull(w->junk));
  if (!s && w->cut_at)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                          "byte %llu: a stream ends early in front of it: its last page is not the last of the stream",
                          ull(w->cut_at));
  if (!s && w->in_link && !w->ended)
    s = bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: the file ends early: its last page is not the last of the stream; what is there was taken",
        ull(w->f->coded.file.n_bytes));
  return s;
}

static bl_status refuse(bl_ctx *ctx, const bl_recording *rec, const walk *w)
{
  if (w->unread_at)
    return bl_fail(ctx, BL_E_FORMAT, "%s: no sound file that can be read: the headers of its stream are damaged",
                   rec->path);
  if (*w->other)
    return bl_fail(
        ctx, BL_E_UNSUPPORTED,
        "%s: an Ogg file whose stream begins with '%s'; Vorbis, Opus and FLAC can be read, convert it to one of "
        "these or to WAV",
        rec->path, w->other);
  return bl_fail(ctx, BL_E_FORMAT, "%s: no sound file that can be read: it holds no whole stream of Ogg", rec->path);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

bl_status bl_ogg_walk(bl_ctx *ctx, bl_recording *rec, bl_ogg_chain *f)
{
  walk w = {.f = f};
  bl_status s = bl_ogg_pages_open(ctx, &f->coded.file, &w.pages);
  if (!s) s = bl_sound_head(ctx, rec, &f->coded.file, "OggS", &w.pages.next);
  if (!s) s = walk_pages(ctx, &w);
  if (!s && !f->n_links) s = refuse(ctx, rec, &w);
  if (!s) s = tell_streams(ctx, rec, &w);
  if (!s) s = tell_damage(ctx, rec, &w);
  bl_ogg_drop(ctx, w.now.codec, &w.state);
  if (w.streaming) ogg_stream_clear(&w.stream);
  bl_ogg_pages_close(ctx, &w.pages);
  return s;
}
