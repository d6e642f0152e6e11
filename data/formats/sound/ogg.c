/* ogg: Vorbis, Opus and FLAC in Ogg (RFC 3533), by libogg and their own libraries. Opening a file walks over its
 * pages (ogg_walk.h). */
#include <string.h>

#include "baleen/text.h"
#include "ogg_walk.h"
#include "recording_private.h"

typedef struct ogg {
  bl_ogg_chain chain; /* first: it begins with the bl_coded */
  /* decoding */
  bl_ogg_pages pages;
  ogg_stream_state stream;
  bool streaming; /* stream is initialised */
  bl_ogg_link now;
  void *state; /* the codec's */
  uint64_t end;
} ogg;

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
static bl_status prepare(bl_ctx *ctx, ogg *f, const bl_ogg_link *l)
{
  ogg_packet p;
  bl_ogg_format format;
  bool done = false, fed = true;
  bl_ogg_drop(ctx, f->now.codec, &f->state);
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
  return s || done ? s : bl_fail(ctx, BL_E_IO, "%s: it has changed since it was opened", f->chain.coded.file.path);
}

static bl_status begin(bl_ctx *ctx, bl_recording *rec, const bl_coded_part *p, uint64_t frame, uint64_t *at)
{
  ogg *f = rec->impl;
  (void)frame;
  *at = 0;
  bl_status s = f->pages.room ? BL_OK : bl_ogg_pages_open(ctx, &f->chain.coded.file, &f->pages);
  if (!s) s = prepare(ctx, f, &f->chain.links[p->link]);
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
  const bl_ogg_codec *c = f->chain.links[0].codec;
  char *format = f->chain.format.bits ? bl_strf(ctx, "Ogg, %s, %d bit", c->name, f->chain.format.bits)
                                      : bl_strf(ctx, "Ogg, %s", c->name);
  return bl_coded_stream(ctx, rec, format, f->chain.format.rate, f->chain.format.channels, f->chain.format.bits);
}

static bl_status open_ogg(bl_ctx *ctx, bl_recording *rec)
{
  bl_status s = bl_coded_open(ctx, rec, sizeof(ogg), &codec);
  if (!s) s = bl_ogg_walk(ctx, rec, &((ogg *)rec->impl)->chain);
  return s ? s : describe(ctx, rec);
}

static void close_ogg(bl_ctx *ctx, bl_recording *rec)
{
  ogg *f = rec->impl;
  if (!f) return;
  bl_ogg_drop(ctx, f->now.codec, &f->state);
  if (f->streaming) ogg_stream_clear(&f->stream);
  bl_ogg_pages_close(ctx, &f->pages);
  bl_free(ctx, f->chain.links);
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
