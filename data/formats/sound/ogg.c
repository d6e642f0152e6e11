/* ogg: Vorbis, Opus and FLAC in Ogg (RFC 3533), by libogg and their own libraries.
 *
 * A page says how many samples the stream has had at its end. Opening a file looks at all pages: where some are missing
 * or damaged, those numbers tell how much was lost, and it becomes a gap. A stream that was joined late, whose numbers
 * begin anywhere, begins at 0 here. Streams behind one another (chained, as by radio or 'cat') are one recording when
 * they are alike; of streams side by side the first that is sound is taken. */
#include <string.h>

#include "baleen/text.h"
#include "coded.h"
#include "ogg_codec.h"
#include "ogg_page.h"
#include "recording_private.h"
#include "sound.h"

/* Numbers that run ahead of the samples by less than 1 / JITTER of a second are rounded, not a gap. */
enum { JITTER = 50, NAMES = 8 };

/* One stream; a chain has several. */
typedef struct link {
  const bl_ogg_codec *codec;
  uint64_t at; /* byte of its first page */
  int serial;
} link;

typedef struct ogg {
  bl_coded coded;
  link *links;
  size_t n_links, cap_links;
  bl_ogg_format format;
  /* decoding */
  bl_ogg_pages pages;
  ogg_stream_state stream;
  bool streaming; /* stream is initialised */
  link now;
  void *state; /* the codec's */
  uint64_t end;
} ogg;

/* What the walk over the pages knows of the stream at hand. */
typedef struct walk {
  ogg *f;
  bl_ogg_pages pages;
  ogg_stream_state stream;
  bool streaming, any, in_link, in_headers, ended, unlike;
  link now;
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
  ogg *f = w->f;
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

static void drop_state(bl_ctx *ctx, const bl_ogg_codec *codec, void **state)
{
  if (*state) codec->release(ctx, *state);
  bl_free(ctx, *state);
  *state = NULL;
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
  drop_state(ctx, w->now.codec, &w->state);
  if (w->streaming) ogg_stream_clear(&w->stream);
  w->streaming = !ogg_stream_init(&w->stream, ogg_page_serialno(&w->pages.page));
  w->now = (link){codec, w->pages.at, ogg_page_serialno(&w->pages.page)};
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

/* ---- decoding ---------------------------------------------------------------------------------------------------- */

/* The next page of the stream at hand, below byte `end`, goes into it. */
static bl_status feed(bl_ctx *ctx, ogg *f, uint64_t end, bool *fed)
{
  bl_status s = BL_OK;
  bool found = true;
  *fed = false;
  while (!s && found && !*fed && f->pages.next < end) {
    s = bl_ogg_pages_next(ctx, &f->pages, &found);
    if (s || !found || f->pages.at >= end || ogg_page_serialno(&f->pages.page) != f->now.serial) continue;
    *fed = true;
    ogg_stream_pagein(&f->stream, &f->pages.page);
  }
  return s;
}

/* A decoder that has the headers of a stream. */
static bl_status prepare(bl_ctx *ctx, ogg *f, const link *l)
{
  ogg_packet p;
  bl_ogg_format format;
  bool done = false, fed = true;
  drop_state(ctx, f->now.codec, &f->state);
  if (f->streaming) ogg_stream_clear(&f->stream);
  f->streaming = !ogg_stream_init(&f->stream, l->serial);
  f->now = *l;
  f->state = bl_calloc(ctx, 1, l->codec->state_size);
  if (!f->streaming || !f->state) return bl_fail_nomem(ctx, "an Ogg file");
  f->pages.next = l->at;
  bl_status s = BL_OK;
  while (!s && !done && fed) {
    int got = ogg_stream_packetout(&f->stream, &p);
    if (got > 0) s = l->codec->header(ctx, f->state, &p, &format, &done);
    else s = feed(ctx, f, UINT64_MAX, &fed);
  }
  return s || done ? s : bl_fail(ctx, BL_E_IO, "%s: it has changed since it was opened", f->coded.file.path);
}

static bl_status begin(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *p, uint64_t frame, uint64_t *at)
{
  ogg *f = rec->impl;
  (void)frame;
  *at = 0;
  bl_status s = f->pages.room ? BL_OK : bl_ogg_pages_open(ctx, &f->coded.file, &f->pages);
  if (!s) s = prepare(ctx, f, &f->links[p->link]);
  if (s) return s;
  ogg_stream_reset(&f->stream);
  f->now.codec->restart(f->state);
  f->pages.next = p->at;
  f->end = p->end;
  return BL_OK;
}

static bl_status next(bl_ctx *ctx, bl_recording *rec, const float **v, size_t *n)
{
  ogg *f = rec->impl;
  ogg_packet p;
  bl_status s = BL_OK;
  bool fed = true;
  *n = 0;
  while (!s && !*n && fed) {
    int got = ogg_stream_packetout(&f->stream, &p);
    if (got > 0) s = f->now.codec->decode(ctx, f->state, &p, v, n);
    else if (!got) s = feed(ctx, f, f->end, &fed);
  }
  return s;
}

static const bl_codec codec = {.begin = begin, .next = next};

/* ---- the reader -------------------------------------------------------------------------------------------------- */

static bl_status describe(bl_ctx *ctx, bl_recording *rec)
{
  ogg *f = rec->impl;
  const bl_ogg_codec *c = f->links[0].codec;
  char *format =
      f->format.bits ? bl_strf(ctx, "Ogg, %s, %d bit", c->name, f->format.bits) : bl_strf(ctx, "Ogg, %s", c->name);
  return bl_coded_stream(ctx, rec, format, f->format.rate, f->format.channels, f->format.bits);
}

static bl_status open_ogg(bl_ctx *ctx, bl_recording *rec)
{
  bl_status s = bl_coded_open(ctx, rec, sizeof(ogg), &codec);
  if (s) return s;
  ogg *f = rec->impl;
  walk w = {.f = f};
  s = bl_ogg_pages_open(ctx, &f->coded.file, &w.pages);
  if (!s) s = bl_sound_head(ctx, rec, &f->coded.file, "OggS", &w.pages.next);
  if (!s) s = walk_pages(ctx, &w);
  if (!s && !f->n_links) s = refuse(ctx, rec, &w);
  if (!s) s = tell_streams(ctx, rec, &w);
  if (!s) s = tell_damage(ctx, rec, &w);
  if (!s) s = describe(ctx, rec);
  drop_state(ctx, w.now.codec, &w.state);
  if (w.streaming) ogg_stream_clear(&w.stream);
  bl_ogg_pages_close(ctx, &w.pages);
  return s;
}

static void close_ogg(bl_ctx *ctx, bl_recording *rec)
{
  ogg *f = rec->impl;
  if (!f) return;
  drop_state(ctx, f->now.codec, &f->state);
  if (f->streaming) ogg_stream_clear(&f->stream);
  bl_ogg_pages_close(ctx, &f->pages);
  bl_free(ctx, f->links);
  bl_coded_close(ctx, rec);
}

static int probe(const unsigned char *head, size_t n, const char *path)
{
  if (n >= 4 && !memcmp(head, "OggS", 4)) return 100;
  return bl_text_ends_with(path, ".ogg") || bl_text_ends_with(path, ".oga") || bl_text_ends_with(path, ".opus");
}

static const char *const extensions[] = {".ogg", ".oga", ".opus", NULL};
const bl_reader_class bl_reader_ogg = {
    .name = "ogg",
    .summary = "Vorbis, Opus and FLAC in Ogg, chains of streams too",
    .source = "RFC 3533, RFC 7845, RFC 9639; libogg, libvorbis, libopus, libFLAC",
    .extensions = extensions,
    .probe = probe,
    .open = open_ogg,
    .read = bl_coded_read,
    .close = close_ogg,
};
