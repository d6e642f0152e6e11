#include "convert.h"

#include <math.h>

#include "baleen/found.h"
#include "baleen/text.h"
#include "convert_table.h"
#include "marks.h"

enum { BLOCK_FLOATS = 65536 };
static const double LONGEST_GAP_S = 7 * 86400.0;

/* The stream, the stages behind it, and what they put out. */
typedef struct work {
  bl_recording *rec;
  const bl_convert *how;
  /* the crop in samples of the stream, from the recording's start on; infinite: all there are */
  double from, end, from_s;
  bl_stage_chain *chain;
  const bl_stream *out; /* the chain's */
  float *block;
  size_t block_frames;
} work;

/* Where frames go: to be written, or to be measured first where the format asks for that. */
typedef struct sink {
  bl_writer *writer; /* NULL: measure */
  size_t width;
  uint64_t n;
  double *lo, *hi;      /* measured; else NULL */
  bool *whole;          /* no other numbers came */
  bl_annotations *gaps; /* gaps, and what stages find; NULL: noted already */
  bl_texts names, units;
  char start[40];
} sink;

/* ---- setting up -------------------------------------------------------------------------------------------------- */

/* The crop, given at samples, as their numbers. */
static bl_status plan_crop(bl_ctx *ctx, work *c)
{
  const bl_crop *crop = &c->how->crop;
  double rate = c->rec->streams[c->how->stream].rate_hz,
         to_s = fmin(crop->to_s, c->rec->duration_s); /* of NAN: the other */
  c->from = isnan(crop->from_s) ? 0 : rint(crop->from_s * rate);
  c->end = isnan(crop->to_s) ? (double)INFINITY : rint(crop->to_s * rate);
  c->from_s = c->from / rate;
  if (c->from_s < to_s && c->from < c->end) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: nothing between %g s and %g s; the recording lasts %g s", c->rec->path,
                 c->from_s, to_s, c->rec->duration_s);
}

static bl_status start_chain(bl_ctx *ctx, work *c)
{
  const bl_rec_stream *st = &c->rec->streams[c->how->stream];
  bl_status s = bl_convert_chain(ctx, st, c->how, &c->chain);
  if (s) return s;
  c->out = bl_stage_chain_out(c->chain);
  c->block_frames = BLOCK_FLOATS / st->n_channels + 1;
  c->block = bl_calloc(ctx, c->block_frames * st->n_channels, sizeof *c->block);
  return c->block ? BL_OK : bl_fail_nomem(ctx, "a block of samples");
}

/* ---- one pass ---------------------------------------------------------------------------------------------------- */

static bl_status take(bl_ctx *ctx, sink *k, const float *x, size_t n)
{
  k->n += n;
  if (k->writer) return bl_writer_push(ctx, k->writer, x, n);
  for (size_t i = 0; i < n; i++, x += k->width)
    for (size_t c = 0; c < k->width; c++) { /* NaN changes neither */
      if ((double)x[c] < k->lo[c]) k->lo[c] = (double)x[c];
      if ((double)x[c] > k->hi[c]) k->hi[c] = (double)x[c];
      k->whole[c] &= x[c] == rintf(x[c]);
    }
  return BL_OK;
}

/* Frames through the stages; end: these are the run's last. */
static bl_status flow(bl_ctx *ctx, work *c, const float *x, size_t n, bool end, sink *k)
{
  const float *y;
  size_t n_y;
  bl_status s = bl_stage_chain_push(ctx, c->chain, x, n, &y, &n_y);
  if (!s) s = take(ctx, k, y, n_y);
  if (!s && end) s = bl_stage_chain_finish(ctx, c->chain, &y, &n_y);
  return s || !end ? s : take(ctx, k, y, n_y);
}

/* Zeros up to where a run begins, `at` frames after the crop's first. */
static bl_status fill_gap(bl_ctx *ctx, work *c, double at, sink *k)
{
  if (!(at > (double)k->n)) return BL_OK;
  uint64_t n = (uint64_t)at - k->n;
  if ((double)n / c->out->rate_hz > LONGEST_GAP_S)
    return bl_fail(ctx, BL_E_RANGE, "%s: a gap of %.0f s is too long to be filled; take a part with --from and --to",
                   c->rec->path, (double)n / c->out->rate_hz);
  char label[] = "BAD_ACQ_SKIP"; /* MNE's; no epoch spans what is "bad" */
  bl_annotation one = {.onset_s = (double)k->n / c->out->rate_hz,
                       .duration_s = (double)n / c->out->rate_hz,
                       .low_hz = (double)NAN,
                       .high_hz = (double)NAN,
                       .label = label};
  bl_status s = k->gaps ? bl_annotations_add(ctx, k->gaps, &one) : BL_OK;
  size_t room = BLOCK_FLOATS / k->width + 1;
  float *zeros = bl_calloc(ctx, room * k->width, sizeof *zeros);
  if (!s && !zeros) s = bl_fail_nomem(ctx, "a gap");
  for (uint64_t part; !s && n; n -= part) {
    part = n < room ? n : room;
    s = take(ctx, k, zeros, (size_t)part);
  }
  bl_free(ctx, zeros);
  return s;
}

/* What the stages found in a run whose first sample lies at at_s of OUT. The first pass notes it, as gaps. */
static bl_status note_events(bl_ctx *ctx, const work *c, double at_s, sink *k)
{
  bl_status s = BL_OK;
  const bl_stage_run *run;
  for (size_t i = 0; !s && k->gaps && (run = bl_stage_chain_run(c->chain, i)); i++)
    s = bl_found_annotations(ctx, run, at_s, k->gaps);
  return s;
}

static bl_status pass_run(bl_ctx *ctx, work *c, const bl_stretch *run, sink *k)
{
  double rate = c->rec->streams[c->how->stream].rate_hz,
         start = rint(run->start_s * rate); /* the sample of the grid that the run's first is nearest to */
  double lo = fmax(c->from - start, 0), hi = fmin(c->end - start, (double)run->n);
  if (!(lo < hi)) return BL_OK;
  uint64_t first = (uint64_t)lo, end = (uint64_t)hi;
  bl_stage_chain_reset(c->chain);
  bl_status s = fill_gap(ctx, c, rint(fmax(start - c->from, 0) / rate * c->out->rate_hz), k);
  for (size_t got = 1; !s && first < end && got; first += got) {
    size_t n = end - first < c->block_frames ? (size_t)(end - first) : c->block_frames;
    if ((s = BL_CHECK_CANCEL(ctx))) break;
    s = bl_recording_read(ctx, c->rec, c->how->stream, run->first + first, n, c->block, &got);
    bool last = first + got >= end || !got;
    if (!s && (got || last)) s = flow(ctx, c, c->block, got, last, k);
    if (!s) s = note_events(ctx, c, (start + lo - c->from) / rate, k);
  }
  return s;
}

static bl_status pass(bl_ctx *ctx, work *c, sink *k)
{
  const bl_rec_stream *st = &c->rec->streams[c->how->stream];
  bl_status s = BL_OK;
  for (size_t r = 0; !s && r < st->n_runs; r++) s = pass_run(ctx, c, &st->runs[r], k);
  return s;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* By OUT's time, which begins with the first sample. */
static bl_status shift_annotations(bl_ctx *ctx, const work *c, bl_annotations *out)
{
  const bl_annotations *from = c->how->annotations;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < from->n; i++) {
    bl_annotation a = from->v[i];
    a.onset_s -= c->from_s;
    a.file = NULL; /* what a table called the recording is not what OUT is called */
    s = bl_annotations_add(ctx, out, &a);
  }
  bl_annotations_sort(out);
  return s;
}

/* Names and units of all bins of all channels. */
static bl_status columns(bl_ctx *ctx, const bl_stream *out, bl_texts *names, bl_texts *units)
{
  bl_status s = BL_OK;
  for (size_t c = 0; c < out->n_channels; c++)
    for (size_t b = 0; !s && b < out->n_bins; b++) {
      char buf[BL_BIN_NAME];
      const char *bin = out->n_bins > 1 ? bl_stream_bin(out, b, buf) : "";
      char *name = bl_strf(ctx, "%s%s%s", out->channels.v[c], *bin ? " " : "", bin);
      s = name ? bl_texts_add(ctx, names, name) : bl_fail_nomem(ctx, "channel names");
      if (!s) s = bl_texts_add(ctx, units, out->units.n ? out->units.v[c] : "");
      bl_free(ctx, name);
    }
  return s;
}

/* How many frames will come, near enough: what stages hold back or add at the ends of runs is little. */
static uint64_t guess_frames(const work *c)
{
  const bl_rec_stream *st = &c->rec->streams[c->how->stream];
  double end = 0;
  for (size_t r = 0; r < st->n_runs; r++) end = fmax(end, st->runs[r].start_s * st->rate_hz + (double)st->runs[r].n);
  double n = ceil((fmin(end, c->end) - c->from) / st->rate_hz * c->out->rate_hz);
  return n > 1 ? (uint64_t)n : 1;
}

static bl_status open_writer(bl_ctx *ctx, const work *c, const char *path, sink *k, const bl_annotations *marks)
{
  bl_status s = columns(ctx, c->out, &k->names, &k->units);
  if (s) return s;
  bl_write_spec spec = {.format = c->how->format,
                        .bits = c->how->bits,
                        .rate_hz = c->out->rate_hz,
                        .n_frames = k->lo ? k->n : guess_frames(c),
                        .guess = !k->lo,
                        .n_channels = k->width,
                        .names = (const char *const *)k->names.v,
                        .units = (const char *const *)k->units.v,
                        .lo = k->lo,
                        .hi = k->hi,
                        .whole = k->whole,
                        .annotations = marks,
                        .has_start = bl_recording_later(c->rec, c->from_s, k->start),
                        .start = k->start,
                        .zone = c->rec->zone};
  k->n = 0;
  return bl_writer_open(ctx, path, &spec, &k->writer);
}

static void free_sink(bl_ctx *ctx, sink *k)
{
  bl_writer_free(ctx, k->writer);
  bl_texts_free(ctx, &k->names);
  bl_texts_free(ctx, &k->units);
  bl_free(ctx, k->lo);
  bl_free(ctx, k->hi);
  bl_free(ctx, k->whole);
}

/* A stretch without a frame. */
static bl_status nothing(bl_ctx *ctx, const work *c)
{
  const bl_rec_stream *st = &c->rec->streams[c->how->stream];
  double to_s = fmin(c->end / st->rate_hz, c->rec->duration_s);
  for (size_t r = 0; r + 1 < st->n_runs; r++) {
    double end = st->runs[r].start_s + (double)st->runs[r].n / st->rate_hz, next = st->runs[r + 1].start_s;
    if (c->from_s >= end - 1e-9 && to_s <= next + 1e-9)
      return bl_fail(ctx, BL_E_RANGE, "%s: nothing between %g s and %g s but a gap, from %g s to %g s", c->rec->path,
                     c->from_s, to_s, end, next);
  }
  return bl_fail(ctx, BL_E_RANGE, "%s: no frame is left between %g s and %g s; take more of it, or shorter stages",
                 c->rec->path, c->from_s, to_s);
}

/* The limits of each channel and how many frames there are. */
static bl_status measure(bl_ctx *ctx, work *c, sink *k)
{
  k->lo = bl_calloc(ctx, k->width, sizeof *k->lo);
  k->hi = bl_calloc(ctx, k->width, sizeof *k->hi);
  k->whole = bl_calloc(ctx, k->width, sizeof *k->whole);
  if (!k->lo || !k->hi || !k->whole) return bl_fail_nomem(ctx, c->rec->path);
  for (size_t i = 0; i < k->width; i++) k->lo[i] = INFINITY, k->hi[i] = -INFINITY, k->whole[i] = true;
  bl_status s = pass(ctx, c, k);
  k->gaps = NULL;
  return s;
}

/* All frames have come, in the writing pass or in the one before: what goes beside the file. */
static bl_status put_beside(bl_ctx *ctx, const work *c, const char *path, bl_table_place *table, const sink *k,
                            bl_annotations *marks, bl_texts *report)
{
  if (!k->n) return nothing(ctx, c);
  bl_annotations_sort(marks);
  if (!table) return BL_OK;
  const bl_annotated_file file = {path, (double)k->n / c->out->rate_hz, c->out->rate_hz};
  return bl_table_prepare(ctx, c->how, &file, table, marks, report);
}

/* The stages run once where the format takes samples as they come. Where it must know their limits first, they run
 * twice, and what they warn of has been told when they run again. */
static bl_status write_all(bl_ctx *ctx, work *c, const char *path, bl_table_place *table, bl_annotations *marks,
                           bl_texts *report)
{
  bool twice = bl_write_needs_limits(c->how->format, c->how->bits);
  sink k = {.width = bl_stream_width(c->out), .gaps = marks};
  bl_status s = twice ? measure(ctx, c, &k) : BL_OK;
  if (!s && twice) s = put_beside(ctx, c, path, table, &k, marks, report); /* it may be refused, and takes no time */
  if (!s) s = open_writer(ctx, c, path, &k, marks);
  if (!s) {
    bool before = bl_ctx_mute(ctx, twice);
    s = pass(ctx, c, &k);
    bl_ctx_mute(ctx, before);
  }
  if (!s && !twice) s = put_beside(ctx, c, path, table, &k, marks, report);
  if (!s) s = bl_writer_done(ctx, k.writer);
  for (size_t i = 0; !s && i < bl_writer_report(k.writer)->n; i++)
    s = bl_texts_add(ctx, report, bl_writer_report(k.writer)->v[i]);
  free_sink(ctx, &k);
  return s;
}

bl_status bl_convert_run(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_convert *how, bl_texts *report)
{
  work c = {.rec = rec, .how = how};
  bl_annotations marks = {0};
  bl_table_place place = {.out = {.fd = -1}},
                 *table = how->format == BL_WRITE_EDF || how->format == BL_WRITE_BDF ? NULL : &place;
  bl_status s = plan_crop(ctx, &c);
  if (!s && table) s = bl_table_look(ctx, path, how, table);
  if (!s) s = start_chain(ctx, &c);
  if (!s) s = shift_annotations(ctx, &c, &marks);
  if (!s) s = write_all(ctx, &c, path, table, &marks, report);
  if (!s && table) s = bl_table_finish(ctx, table);
  bl_table_drop(ctx, &place);
  bl_annotations_free(ctx, &marks);
  bl_stage_chain_free(ctx, c.chain);
  bl_free(ctx, c.block);
  return s;
}
