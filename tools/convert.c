#include "convert.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/stage.h"
#include "baleen/text.h"
#include "marks.h"

enum { BLOCK_FLOATS = 65536, MAX_STAGES = 64 };
static const double LONGEST_GAP_S = 7 * 86400.0;

/* The stream, the stages behind it, and what they put out. */
typedef struct chain {
  bl_recording *rec;
  const bl_convert *how;
  size_t n;
  /* the crop in samples of the stream, from the recording's start on; infinite: all there are */
  double from, end, from_s;
  bl_stage stages[MAX_STAGES];
  bl_stage_run runs[MAX_STAGES];
  bl_frames frames[MAX_STAGES];
  bl_stream in;
  const bl_stream *out; /* the last stage's */
  float *block;
  size_t block_frames;
} chain;

/* Where frames go: the first pass measures them, the second writes them. */
typedef struct sink {
  bl_writer *writer; /* NULL: measure */
  size_t width;
  uint64_t n;
  double *lo, *hi;
  bool *whole;          /* no other numbers came */
  bl_annotations *gaps; /* gaps, and what stages find; NULL: noted already */
} sink;

/* ---- setting up
 * ---------------------------------------------------------------------------------------------------- */

static bl_status set_options(bl_ctx *ctx, const bl_stage *stage, const bl_flow *options)
{
  bl_status s = BL_OK;
  if (options->kind != BL_FLOW_MAP)
    return bl_fail(ctx, BL_E_CONFIG, "convert: stage '%s': wanted {option: value}", stage->cls->name);
  for (size_t i = 0; !s && i < options->n; i++)
    s = bl_opts_set_flow(ctx, stage->cls->name, stage->cls->opts, stage->params, options->key[i].text,
                         &options->child[i]);
  return s;
}

static bl_status add_stage(bl_ctx *ctx, chain *c, const char *name, const bl_flow *options)
{
  if (c->n == MAX_STAGES) return bl_fail(ctx, BL_E_CONFIG, "convert: more than %d stages", MAX_STAGES);
  bl_status s = bl_stage_new(ctx, name, &c->stages[c->n]);
  if (s) return s;
  c->n++;
  return options ? set_options(ctx, &c->stages[c->n - 1], options) : BL_OK;
}

static bl_status add_stages(bl_ctx *ctx, chain *c, const char *text)
{
  bl_flow f = {0};
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (s) return bl_fail_in(ctx, s, "convert: --stages: ");
  if (f.kind != BL_FLOW_LIST)
    s = bl_fail(ctx, BL_E_CONFIG, "convert: --stages: wanted a list, as in '[{fir: {h_freq: 40}}, mono]'");
  for (size_t i = 0; !s && i < f.n; i++) {
    const bl_flow *one = &f.child[i];
    if (one->kind == BL_FLOW_SCALAR) s = add_stage(ctx, c, one->text, NULL);
    else if (one->kind == BL_FLOW_MAP && one->n == 1) s = add_stage(ctx, c, one->key[0].text, &one->child[0]);
    else
      s = bl_fail(ctx, BL_E_CONFIG, "convert: --stages: stage %zu: wanted its name, or {name: {option: value}}", i + 1);
  }
  bl_flow_free(ctx, &f);
  return s;
}

static bl_status add_pick(bl_ctx *ctx, chain *c, const bl_texts *pick)
{
  bl_buf text = {0};
  bl_status s = add_stage(ctx, c, "pick", NULL);
  for (size_t i = 0; !s && i < pick->n; i++) {
    s = bl_buf_puts(ctx, &text, i ? ", " : "[");
    if (!s) s = bl_flow_print_scalar(ctx, pick->v[i], &text);
  }
  if (!s) s = bl_buf_puts(ctx, &text, "]");
  bl_stage *stage = &c->stages[0];
  if (!s) s = bl_opts_set(ctx, "pick", stage->cls->opts, stage->params, "include", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

static void free_chain(bl_ctx *ctx, chain *c)
{
  for (size_t i = 0; i < c->n; i++) {
    bl_stage_stop(ctx, &c->runs[i]);
    bl_stage_free(ctx, &c->stages[i]);
    bl_frames_free(ctx, &c->frames[i]);
  }
  bl_stream_free(ctx, &c->in);
  bl_free(ctx, c->block);
}

bl_status bl_convert_names(bl_ctx *ctx, const bl_recording *rec, const bl_texts *pick, bl_texts *names)
{
  chain *c = bl_calloc(ctx, 1, sizeof *c);
  bl_status s = c ? BL_OK : bl_fail_nomem(ctx, "channel names");
  if (s) return s;
  c->in = (bl_stream){.rate_hz = 1, .source_rate_hz = 1, .n_bins = 1};
  for (size_t i = 0; i < rec->n_streams; i++)
    for (size_t k = 0; !s && k < rec->streams[i].n_channels; k++, c->in.n_channels++) {
      s = bl_texts_add(ctx, &c->in.channels, rec->streams[i].channels[k].name);
      if (!s) s = bl_texts_add(ctx, &c->in.units, rec->streams[i].channels[k].unit);
    }
  if (!s) s = add_pick(ctx, c, pick);
  if (!s) s = bl_stage_start(ctx, &c->stages[0], &c->in, &c->runs[0]);
  for (size_t i = 0; !s && i < c->runs[0].out.channels.n; i++)
    s = bl_texts_add(ctx, names, c->runs[0].out.channels.v[i]);
  free_chain(ctx, c);
  bl_free(ctx, c);
  return s;
}

bl_status bl_convert_stream(bl_ctx *ctx, const bl_recording *rec, double want, size_t *out, bl_texts *report)
{
  size_t best = rec->n_streams;
  for (size_t i = 0; i < rec->n_streams; i++) {
    const bl_rec_stream *s = &rec->streams[i];
    if (isnan(want) ? best == rec->n_streams || s->n_channels > rec->streams[best].n_channels
                    : fabs(s->rate_hz - want) <= 1e-6 * want)
      best = i;
  }
  if (best == rec->n_streams && !rec->n_streams) return bl_fail(ctx, BL_E_SHAPE, "%s: holds no signal", rec->path);
  if (best == rec->n_streams)
    return bl_fail(ctx, BL_E_MISMATCH, "%s: no stream of %g Hz; 'baleen inspect' lists them", rec->path, want);
  *out = best;
  if (rec->n_streams == 1) return BL_OK;
  char text[160];
  snprintf(text, sizeof text,
           "the stream of %g Hz, %zu channels; %zu of other rates left out (--rate-hz takes another)",
           rec->streams[best].rate_hz, rec->streams[best].n_channels, rec->n_streams - 1);
  return bl_texts_add(ctx, report, text);
}

/* The crop, given at samples, as their numbers. */
static bl_status plan_crop(bl_ctx *ctx, chain *c)
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

static bl_status start_chain(bl_ctx *ctx, chain *c)
{
  const bl_rec_stream *s = &c->rec->streams[c->how->stream];
  bl_status status = BL_OK;
  c->in.rate_hz = c->in.source_rate_hz = s->rate_hz;
  c->in.n_channels = s->n_channels;
  c->in.n_bins = 1;
  for (size_t i = 0; !status && i < s->n_channels; i++) {
    status = bl_texts_add(ctx, &c->in.channels, s->channels[i].name);
    if (!status) status = bl_texts_add(ctx, &c->in.units, s->channels[i].unit);
  }
  if (!status && c->how->pick->n) status = add_pick(ctx, c, c->how->pick);
  if (!status && c->how->stages) status = add_stages(ctx, c, c->how->stages);
  c->out = &c->in;
  for (size_t i = 0; !status && i < c->n; i++) {
    status = bl_stage_start(ctx, &c->stages[i], c->out, &c->runs[i]);
    if (status) break;
    c->out = &c->runs[i].out;
    c->frames[i].width = bl_stream_width(c->out);
  }
  c->block_frames = BLOCK_FLOATS / s->n_channels + 1;
  c->block = status ? NULL : bl_calloc(ctx, c->block_frames * s->n_channels, sizeof *c->block);
  return status || c->block ? status : bl_fail_nomem(ctx, "a block of samples");
}

/* ---- one pass
 * ------------------------------------------------------------------------------------------------------ */

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

/* Frames through stage i and those behind it; end: it is the run's last block. */
static bl_status flow(bl_ctx *ctx, chain *c, size_t i, const float *x, size_t n, bool end, sink *k)
{
  if (i == c->n) return take(ctx, k, x, n);
  const bl_stage_class *stage = c->runs[i].cls;
  c->frames[i].n = 0;
  bl_status s = stage->push(ctx, c->runs[i].state, x, n, &c->frames[i]);
  if (!s && end && stage->finish) s = stage->finish(ctx, c->runs[i].state, &c->frames[i]);
  return s ? s : flow(ctx, c, i + 1, c->frames[i].v, c->frames[i].n, end, k);
}

/* Zeros up to where a run begins, `at` frames after the crop's first. */
static bl_status fill_gap(bl_ctx *ctx, chain *c, double at, sink *k)
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

/* What the stages found in a run whose first sample lies at at_s of OUT. The pass that measures notes it, as gaps. */
static bl_status note_events(bl_ctx *ctx, const chain *c, double at_s, sink *k)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && k->gaps && i < c->n; i++) s = bl_marks_found(ctx, &c->runs[i], at_s, k->gaps);
  return s;
}

static bl_status pass_run(bl_ctx *ctx, chain *c, const bl_stretch *run, sink *k)
{
  double rate = c->in.rate_hz,
         start = rint(run->start_s * rate); /* the sample of the grid that the run's first is nearest to */
  double lo = fmax(c->from - start, 0), hi = fmin(c->end - start, (double)run->n);
  if (!(lo < hi)) return BL_OK;
  uint64_t first = (uint64_t)lo, end = (uint64_t)hi;
  for (size_t i = 0; i < c->n; i++)
    if (c->runs[i].cls->reset) c->runs[i].cls->reset(c->runs[i].state);
  bl_status s = fill_gap(ctx, c, rint(fmax(start - c->from, 0) / rate * c->out->rate_hz), k);
  for (size_t got = 1; !s && first < end && got; first += got) {
    size_t n = end - first < c->block_frames ? (size_t)(end - first) : c->block_frames;
    if ((s = BL_CHECK_CANCEL(ctx))) break;
    s = bl_recording_read(ctx, c->rec, c->how->stream, run->first + first, n, c->block, &got);
    bool last = first + got >= end || !got;
    if (!s && (got || last)) s = flow(ctx, c, 0, c->block, got, last, k);
    if (!s) s = note_events(ctx, c, (start + lo - c->from) / rate, k);
  }
  return s;
}

static bl_status pass(bl_ctx *ctx, chain *c, sink *k)
{
  const bl_rec_stream *st = &c->rec->streams[c->how->stream];
  bl_status s = BL_OK;
  for (size_t r = 0; !s && r < st->n_runs; r++) s = pass_run(ctx, c, &st->runs[r], k);
  return s;
}

/* ---- all of it
 * ----------------------------------------------------------------------------------------------------- */

/* By OUT's time, which begins with the first sample. */
static bl_status shift_annotations(bl_ctx *ctx, const chain *c, bl_annotations *out)
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
      const char *bin = out->n_bins > 1 && out->bins.n ? out->bins.v[b] : "";
      char *name = bl_strf(ctx, "%s%s%s", out->channels.v[c], *bin ? " " : "", bin);
      s = name ? bl_texts_add(ctx, names, name) : bl_fail_nomem(ctx, "channel names");
      if (!s) s = bl_texts_add(ctx, units, out->units.n ? out->units.v[c] : "");
      bl_free(ctx, name);
    }
  return s;
}

static bl_status write_all(bl_ctx *ctx, chain *c, const char *path, sink *k, bl_annotations *marks, bl_texts *report)
{
  bl_texts names = {0}, units = {0};
  char start[40] = "";
  bl_status s = columns(ctx, c->out, &names, &units);
  bl_write_spec spec = {.format = c->how->format,
                        .bits = c->how->bits,
                        .rate_hz = c->out->rate_hz,
                        .n_frames = k->n,
                        .n_channels = k->width,
                        .lo = k->lo,
                        .hi = k->hi,
                        .whole = k->whole,
                        .annotations = marks,
                        .start = start};
  spec.has_start = bl_recording_later(c->rec, c->from_s, start);
  spec.names = (const char *const *)names.v;
  spec.units = (const char *const *)units.v;
  if (!s) s = bl_writer_open(ctx, path, &spec, &k->writer);
  k->n = 0;
  k->gaps = NULL;
  if (!s) s = pass(ctx, c, k);
  if (!s) s = bl_writer_done(ctx, k->writer);
  for (size_t i = 0; !s && i < bl_writer_report(k->writer)->n; i++)
    s = bl_texts_add(ctx, report, bl_writer_report(k->writer)->v[i]);
  bl_writer_free(ctx, k->writer);
  bl_texts_free(ctx, &names);
  bl_texts_free(ctx, &units);
  return s;
}

char *bl_convert_table_name(bl_ctx *ctx, const char *path, bl_annotation_format format)
{
  static const char *const endings[BL_N_ANN_FORMATS] = {".csv", ".selections.txt", ".txt",
                                                        ".csv", ".events.tsv",     ".hypnogram.txt"};
  return bl_strf(ctx, "%s%s", path, endings[format]);
}

/* Whether a text is a table such as the writer of the format makes; of formats without a header, one that can be
 * read. */
static bl_status is_a_table(bl_ctx *ctx, const char *path, bl_annotation_format format, double epoch_s, bool *is)
{
  static const char *const heads[BL_N_ANN_FORMATS] = {[BL_ANN_CSV] =
                                                          "onset_s,duration_s,label,low_hz,high_hz,channel,file\n",
                                                      [BL_ANN_BIDS] = "onset\tduration\ttrial_type",
                                                      [BL_ANN_RAVEN] = "Selection\tView\tChannel\tBegin Time (s)\t"};
  bl_annotation_reading how = {.format = format, .epoch_s = epoch_s};
  bl_annotations found = {0};
  char *text = NULL;
  size_t n = 0;
  bl_status s = bl_file_read(ctx, path, 0, &text, &n);
  *is = !s && (!heads[format] || !strncmp(text, heads[format], strlen(heads[format])));
  if (*is) s = bl_annotations_read_as(ctx, path, &how, &found);
  bl_annotations_free(ctx, &found);
  bl_free(ctx, text);
  if (!s || s == BL_E_NOMEM) return s;
  bl_ctx_clear_error(ctx);
  *is = false;
  return BL_OK;
}

/* The table beside OUT: what to do about one that is there. */
typedef struct table_place {
  char *path;
  bl_annotation_format format;
  bool is_there, has_owner; /* owner: an OUT that is there too */
  bool goes;                /* once OUT is in place */
  bl_out out;               /* the new one, until then beside its place */
} table_place;

/* Before anything is written. A table that people made is not to be lost, nor to be taken for one about the new
 * file. */
static bl_status look_at_table(bl_ctx *ctx, const char *out, const bl_convert *how, table_place *t)
{
  struct stat st;
  bool is = true;
  t->format = how->table ? how->table : BL_ANN_CSV;
  if (!(t->path = bl_convert_table_name(ctx, out, t->format))) return bl_fail_nomem(ctx, out);
  t->is_there = !stat(t->path, &st);
  t->has_owner = !stat(out, &st);
  bl_status s = t->is_there ? is_a_table(ctx, t->path, t->format, how->epoch_s, &is) : BL_OK;
  if (!s && !is)
    s = bl_fail(
        ctx, BL_E_ARG,
        "%s: %s is there and no table that a writer of annotations has made, and would be taken to be about the "
        "new file; move it away, or write under another name",
        out, t->path);
  return s;
}

/* No annotations, and nobody has looked for any: no table may stay that says there are. */
static bl_status plan_clearing(bl_ctx *ctx, const char *out, table_place *t, bl_texts *report)
{
  if (!t->is_there) return BL_OK;
  if (!t->has_owner)
    return bl_fail(
        ctx, BL_E_ARG,
        "%s: %s is there, and would be taken to be about the new file, which has no annotations; move it away, "
        "or give it by --annotations and another OUT",
        out, t->path);
  t->goes = true;
  char *text = bl_strf(ctx, "no annotations: %s removed, which was about the file that is written over", t->path);
  bl_status s = text ? bl_texts_add(ctx, report, text) : bl_fail_nomem(ctx, out);
  bl_free(ctx, text);
  return s;
}

/* Annotations beside a file that holds none, under its name and the format's ending. */
static bl_status prepare_table(bl_ctx *ctx, const chain *c, const char *path, table_place *t, const sink *k,
                               const bl_annotations *marks, bl_texts *report)
{
  if (!marks->n && !c->how->annotated) return plan_clearing(ctx, path, t, report);
  const bl_annotated_file file = {path, (double)k->n / c->out->rate_hz, c->out->rate_hz};
  bl_annotation_writing how = {.format = t->format, .epoch_s = c->how->epoch_s, .files = &file, .n_files = 1};
  char *text = bl_strf(ctx, "%zu annotation%s in %s", marks->n, marks->n == 1 ? "" : "s", t->path);
  bl_buf table = {.max = (size_t)1 << 30};
  bl_status s = text ? bl_annotations_print(ctx, t->path, &how, marks, &table) : bl_fail_nomem(ctx, path);
  if (!s) s = bl_out_open(ctx, t->path, &t->out);
  if (!s) s = bl_out_put(ctx, &t->out, bl_buf_text(&table), table.len);
  if (!s) s = bl_out_close(ctx, &t->out);
  if (!s) s = bl_texts_add(ctx, report, text);
  bl_buf_free(ctx, &table);
  bl_free(ctx, text);
  return s;
}

/* OUT is in place: its table follows, or that of what it was written over goes. */
static bl_status finish_table(bl_ctx *ctx, table_place *t)
{
  if (t->out.beside) return bl_out_done(ctx, &t->out);
  if (!t->goes || !unlink(t->path) || errno == ENOENT) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: is about the file that was written over, and cannot be removed: %s", t->path,
                 strerror(errno));
}

/* A stretch without a frame. */
static bl_status nothing(bl_ctx *ctx, const chain *c)
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

bl_status bl_convert_run(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_convert *how, bl_texts *report)
{
  chain *c = bl_calloc(ctx, 1, sizeof *c);
  sink k = {0};
  bl_annotations marks = {0};
  table_place table = {.out = {.fd = -1}};
  bool holds_marks = how->format == BL_WRITE_EDF || how->format == BL_WRITE_BDF;
  if (!c) return bl_fail_nomem(ctx, path);
  c->rec = rec, c->how = how;
  bl_status s = plan_crop(ctx, c);
  if (!s && !holds_marks) s = look_at_table(ctx, path, how, &table);
  if (!s) s = start_chain(ctx, c);
  if (!s) s = shift_annotations(ctx, c, &marks);
  if (s) goto done;
  k.width = bl_stream_width(c->out);
  k.gaps = &marks;
  k.lo = bl_calloc(ctx, k.width, sizeof *k.lo);
  k.hi = bl_calloc(ctx, k.width, sizeof *k.hi);
  k.whole = bl_calloc(ctx, k.width, sizeof *k.whole);
  if (!k.lo || !k.hi || !k.whole) s = bl_fail_nomem(ctx, path);
  for (size_t i = 0; !s && i < k.width; i++) k.lo[i] = (double)INFINITY, k.hi[i] = -(double)INFINITY, k.whole[i] = true;
  if (!s) s = pass(ctx, c, &k);
  if (!s && !k.n) s = nothing(ctx, c);
  bl_annotations_sort(&marks);
  if (!s && !holds_marks)
    s = prepare_table(ctx, c, path, &table, &k, &marks, report); /* first: it may be refused, and takes no time */
  if (!s) s = write_all(ctx, c, path, &k, &marks, report);
  if (!s) s = finish_table(ctx, &table);
done:
  bl_out_drop(ctx, &table.out);
  bl_annotations_free(ctx, &marks);
  bl_free(ctx, table.path);
  bl_free(ctx, k.lo);
  bl_free(ctx, k.hi);
  bl_free(ctx, k.whole);
  free_chain(ctx, c);
  bl_free(ctx, c);
  return s;
}
