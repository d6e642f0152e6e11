/* EDF, EDF+, BDF and BDF+ from a pipe, record by record. A record's events and its time stamp are known when the record
 * is there, so samples come up to its length late. The stamps' rules are those of a file (edf_times.c), but none of the
 * stamps behind one can have its say: one that errs makes the gap that it says. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "edf_walk.h"
#include "feed_private.h"
#include "recording_private.h"

enum { MAX_RECORD_BYTES = 64 << 20, FIXED_BYTES = 256 };

typedef struct edf_feed {
  bl_edf edf;
  bl_edf_walk walk;
  const unsigned char **from; /* [channel]: samples of the record */
  bl_annotations events;      /* of the record */
  bl_buf scratch;             /* for their texts */
  bool stamped;               /* some signal holds annotations */
  bool events_due, gap_due;   /* to be given before the record's frames */
} edf_feed;

/* ---- the header -------------------------------------------------------------------------------------------------- */

/* All of it at hand, as far as its own count of signals makes sense. */
static bl_status take_header(bl_ctx *ctx, bl_feed *f)
{
  double n;
  bl_status s = bl_intake_want(ctx, &f->in, FIXED_BYTES, FIXED_BYTES);
  if (s || bl_intake_n(&f->in) < FIXED_BYTES) return s;
  bool counted = bl_parse_real_n((const char *)bl_intake_v(&f->in) + 252, 4, &n);
  if (!counted || !(n >= 1 && n <= BL_EDF_MAX_SIGNALS)) return BL_OK; /* bl_edf_header() says so */
  size_t bytes = FIXED_BYTES * ((size_t)n + 1);
  return bl_intake_want(ctx, &f->in, bytes, bytes);
}

static bl_status read_header(bl_ctx *ctx, bl_feed *f, bl_edf *e)
{
  bl_status s = take_header(ctx, f);
  if (s) return s;
  e->piped = true;
  e->n_bytes = bl_intake_n(&f->in);
  s = bl_window_memory(ctx, f->head->path, bl_intake_v(&f->in), e->n_bytes, &e->file);
  if (!s) s = bl_edf_header(ctx, f->head, e);
  bl_window_close(ctx, &e->file);
  if (s) return s;
  bl_intake_take(&f->in, (size_t)e->header_bytes);
  if (!e->record_bytes)
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte 256: no signal has a sample in a record", f->head->path);
  if (e->record_bytes <= MAX_RECORD_BYTES) return BL_OK;
  return bl_fail(ctx, BL_E_UNSUPPORTED,
                 "%s: byte 256: a record has %llu bytes, at most %d can be read from a pipe; write it to a file, and "
                 "give that",
                 f->head->path, (unsigned long long)e->record_bytes, MAX_RECORD_BYTES);
}

static bl_status open_feed(bl_ctx *ctx, bl_feed *f)
{
  edf_feed *r = f->impl = bl_calloc(ctx, 1, sizeof *r);
  if (!r) return bl_fail_nomem(ctx, "an EDF file");
  bl_edf *e = &r->edf;
  bl_status s = read_header(ctx, f, e);
  if (!s) s = bl_edf_streams(ctx, f->head, e);
  if (!s) s = bl_edf_report(ctx, f->head, e);
  if (s) return s;
  f->delay_s = e->record_s;
  for (size_t i = 0; i < e->n_signals; i++) r->stamped = r->stamped || (e->signals[i].annotation && e->signals[i].spr);
  if (!(r->from = bl_calloc(ctx, 2 * e->n_signals, sizeof *r->from))) return bl_fail_nomem(ctx, "an EDF file");
  if (r->stamped) f->known_s = -INFINITY;
  if (r->stamped) bl_edf_walk_begin(e, &r->walk);
  else r->walk.e = e;
  return bl_edf_walk_run(ctx, &r->walk, 0);
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

/* The annotations of the record, and its own time (NAN: none). */
static bl_status read_lists(bl_ctx *ctx, bl_feed *f, double *own)
{
  edf_feed *r = f->impl;
  bl_edf *e = &r->edf;
  bl_status s = BL_OK;
  *own = NAN;
  double *due = own;
  for (size_t i = 0; !s && i < e->n_signals; i++) {
    const bl_edf_signal *g = &e->signals[i];
    if (!g->annotation || !g->spr) continue;
    s = bl_edf_read_lists(ctx, f->head, e, e->n_records, i, bl_intake_v(&f->in) + g->offset, due, &r->scratch);
    due = NULL;
  }
  r->events = f->head->annotations; /* the header's list is only where they are collected */
  f->head->annotations = (bl_annotations){0};
  return s;
}

/* The record's place in time, and its events on the samples' axis. */
static bl_status place_record(bl_ctx *ctx, bl_feed *f, double own)
{
  edf_feed *r = f->impl;
  bl_recording *head = f->head;
  bl_edf *e = &r->edf;
  uint64_t n = e->n_records;
  if (!n && !isnan(own)) e->first_onset_s = own;
  if (!n && head->has_start) head->has_start = bl_recording_later(head, e->first_onset_s, head->start);
  double stamp_s, offset = own - e->first_onset_s - (double)n * e->record_s;
  bl_edf_walk_tolerate(&r->walk); /* stamps may have more digits than those before them */
  bl_status s = bl_edf_walk_step(ctx, &r->walk, n, offset, false, &stamp_s);
  if (s) return s;
  r->gap_due = e->n_runs > 1;
  if (r->gap_due) e->runs[0] = e->runs[1], e->n_runs = 1;
  double begins = e->runs[0].start_s + (double)(n - e->runs[0].first) * e->record_s;
  for (size_t i = 0; i < r->events.n; i++)
    r->events.v[i].onset_s = r->events.v[i].onset_s - e->first_onset_s + (begins - stamp_s);
  bl_annotations_sort(&r->events);
  f->known_s = begins + e->record_s; /* one that is written later yet comes too late */
  return BL_OK;
}

/* The samples of a stream that is wanted, as floats. */
static bl_status decode_part(bl_ctx *ctx, bl_feed *f, size_t k)
{
  edf_feed *r = f->impl;
  const bl_edf *e = &r->edf;
  bl_feed_part *p = &f->part[k];
  const size_t *signals = &e->stream_signals[e->stream_first[p->stream]];
  size_t n = f->head->streams[p->stream].n_channels, frames = (size_t)e->signals[signals[0]].spr;
  bl_status s = bl_feed_room(ctx, f, k, frames);
  if (s) return s;
  for (size_t c = 0; c < n; c++) r->from[c] = bl_intake_v(&f->in) + e->signals[signals[c]].offset;
  bl_edf_decode(e, signals, n, r->from, frames, p->block);
  p->n = frames;
  return BL_OK;
}

static bl_status decode_record(bl_ctx *ctx, bl_feed *f)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < f->n_chosen && f->head->n_streams; k++) s = decode_part(ctx, f, k);
  return s;
}

static bl_status tell_early_end(bl_ctx *ctx, bl_feed *f, const bl_edf *e)
{
  unsigned long long rest = bl_intake_n(&f->in), came = e->n_records, at = f->in.passed + rest;
  if (e->promised != UINT64_MAX)
    return bl_recording_note(
        ctx, f->head, BL_W_TRUNCATED,
        "byte %llu: it ends early: the header says %llu records of %llu bytes, %llu came whole, %llu "
        "bytes behind them were left out",
        at, (unsigned long long)e->promised, (unsigned long long)e->record_bytes, came, rest);
  if (!rest) return BL_OK;
  return bl_recording_note(ctx, f->head, BL_W_DEVIATION,
                           "byte %llu: %llu bytes follow the last record; they were left out", at - rest, rest);
}

/* *more: another record was taken in. */
static bl_status next_record(bl_ctx *ctx, bl_feed *f, bool *more)
{
  edf_feed *r = f->impl;
  bl_edf *e = &r->edf;
  size_t n = (size_t)e->record_bytes;
  double own = (double)NAN;
  bl_annotations_free(ctx, &r->events);
  *more = false;
  if (e->n_records == e->promised) return BL_OK;
  bl_status s = bl_intake_want(ctx, &f->in, n, n);
  if (s) return s;
  if (bl_intake_n(&f->in) < n) return tell_early_end(ctx, f, e);
  *more = true;
  if (r->stamped) s = read_lists(ctx, f, &own);
  if (!s && r->stamped) s = place_record(ctx, f, own);
  if (!s) s = decode_record(ctx, f);
  if (!s) s = bl_edf_report(ctx, f->head, e);
  r->events_due = r->events.n > 0;
  bl_intake_take(&f->in, n);
  e->n_records++;
  return s;
}

static bl_status pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  edf_feed *r = f->impl;
  bool more = true;
  while (more) {
    if (r->gap_due) {
      r->gap_due = false;
      *out = (bl_feed_item){.kind = BL_FEED_GAP, .start_s = r->edf.runs[0].start_s};
      return BL_OK;
    }
    if (r->events_due) {
      r->events_due = false;
      *out = (bl_feed_item){.kind = BL_FEED_EVENTS, .events = r->events.v, .n_events = r->events.n};
      return BL_OK;
    }
    if (f->part->at < f->part->n) {
      bl_feed_give(f, most, out);
      return BL_OK;
    }
    bl_status s = next_record(ctx, f, &more);
    if (s) return s;
  }
  return BL_OK;
}

static void close_feed(bl_ctx *ctx, bl_feed *f)
{
  edf_feed *r = f->impl;
  if (!r) return;
  bl_edf_release(ctx, &r->edf);
  bl_annotations_free(ctx, &r->events);
  bl_buf_free(ctx, &r->scratch);
  bl_free(ctx, r->from);
  bl_free(ctx, r);
}

const bl_feed_class bl_feed_edf = {open_feed, pull, close_feed};
