/* Copies of EDF and BDF files in which no sample changes.
 *
 * Two ways. By records: each record of the source that is wanted becomes one of the copy, gaps stay gaps. By samples:
 * one contiguous stretch of time is cut anew from its first sample on, gaps in it filled: for crops, and for `fill`.
 * Where a signal of a slow rate has no sample at the first moment, its nearest one comes first. */
#include "edf_copy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "recording_private.h"

enum { MAX_DIVISOR = 4096 };
static const double LONGEST_FILL_S = 7 * 86400.0;

typedef struct copy {
  const bl_recording *rec;
  bl_edf *e;
  const bl_edf_copying *how;
  bl_texts *report;
  size_t *signals;            /* of the source, that are copied [out.n_signals]; behind them, that of Status system */
  bl_edf_out_signal *headers; /* their new ones */
  const bl_stretch *runs;     /* of the source, in frames of its first stream */
  size_t n_runs;
  uint64_t first_spr; /* of that stream */
  size_t status;      /* which of the signals becomes a BDF's Status; SIZE_MAX: none */
  bool has_system;    /* and takes the bits of another in */
  bool by_samples;
  double from_s, to_s;
  bl_edf_out_run *out_runs;
  uint64_t *from_record; /* first source record of each */
  bl_annotations annotations;
  bl_edf_out_spec out;
} copy;

/* ---- which signals ----------------------------------------------------------------------------------------------- */

static const char *name_at(const void *arg, size_t i)
{
  const bl_recording *rec = arg;
  for (size_t s = 0; s < rec->n_streams; i -= rec->streams[s++].n_channels)
    if (i < rec->streams[s].n_channels) return rec->streams[s].channels[i].name;
  return NULL;
}

/* The signal of a channel; -1 when there is none. */
static long signal_of(const copy *c, const char *name)
{
  size_t at = 0;
  for (size_t s = 0; s < c->rec->n_streams; s++)
    for (size_t k = 0; k < c->rec->streams[s].n_channels; k++, at++)
      if (!strcmp(c->rec->streams[s].channels[k].name, name)) return (long)c->e->stream_signals[at];
  return -1;
}

/* A signal is copied once, though both channels of a Status may be asked for. */
static bl_status take_signal(bl_ctx *ctx, copy *c, size_t i)
{
  for (size_t k = 0; k < c->out.n_signals; k++)
    if (c->signals[k] == i) return BL_OK;
  c->signals[c->out.n_signals] = i;
  return bl_edf_mend_signal(ctx, c->e, i, c->out.bdf, &c->headers[c->out.n_signals++], c->report);
}

static bl_status take_picked(bl_ctx *ctx, copy *c)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->how->pick->n; i++) {
    const char *name = c->how->pick->v[i];
    long signal = signal_of(c, name);
    if (signal >= 0) {
      s = take_signal(ctx, c, (size_t)signal);
      continue;
    }
    const char *near = bl_nearest(name, name_at, c->rec);
    s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'%s%s%s", c->rec->path, name, near ? "; did you mean '" : "",
                near ? near : "", near ? "'?" : "; 'baleen inspect' lists them");
  }
  return s;
}

static bl_status take_all(bl_ctx *ctx, copy *c)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->e->n_signals; i++) {
    const bl_edf_signal *g = &c->e->signals[i];
    if (g->annotation) continue;
    if (g->spr) s = take_signal(ctx, c, i);
    else s = bl_texts_addf(ctx, c->report, "signal %zu '%s' left out: it has no samples", i + 1, g->label);
  }
  return s;
}

/* An EDF's Status is a number like any other, a BDF's is bits that no scale is for: its values are written as they are,
 * those of a "Status system" above them, as a BDF's two channels are once they have been an EDF's. */
static bl_status find_status(bl_ctx *ctx, copy *c)
{
  size_t system = SIZE_MAX, n = c->out.n_signals;
  for (size_t i = 0; i < n && c->out.bdf && !c->e->bdf; i++) {
    if (!strcmp(c->headers[i].label, "Status")) c->status = i;
    if (!strcmp(c->headers[i].label, "Status system")) system = i;
  }
  if (c->status == SIZE_MAX) return BL_OK;
  bl_edf_out_signal *g = &c->headers[c->status];
  snprintf(g->unit, sizeof g->unit, "Boolean");
  bl_edf_number(-8388608, g->dmin), bl_edf_number(8388607, g->dmax);
  memcpy(g->pmin, g->dmin, sizeof g->pmin), memcpy(g->pmax, g->dmax, sizeof g->pmax);
  bl_status s = bl_texts_addf(ctx, c->report, "signal 'Status': its values are bits of the BDF now%s",
                              system == SIZE_MAX ? "" : ", those of 'Status system' above them");
  if (s || system == SIZE_MAX) return s;
  if (c->headers[system].spr != g->spr)
    return bl_fail(
        ctx, BL_E_UNSUPPORTED,
        "%s: 'Status' and 'Status system' have different rates, and a BDF has them in one signal; pick one of them",
        c->rec->path);
  size_t source = c->signals[system];
  for (size_t i = system; i + 1 < n; i++) c->signals[i] = c->signals[i + 1], c->headers[i] = c->headers[i + 1];
  c->signals[--c->out.n_signals] = source;
  if (c->status > system) c->status--;
  c->has_system = true;
  return BL_OK;
}

static bl_status choose_signals(bl_ctx *ctx, copy *c)
{
  c->signals = bl_calloc(ctx, c->e->n_signals + 1, sizeof *c->signals);
  c->headers = bl_calloc(ctx, c->e->n_signals + 1, sizeof *c->headers);
  c->status = SIZE_MAX;
  if (!c->signals || !c->headers) return bl_fail_nomem(ctx, "an EDF copy");
  bl_status s = c->how->pick ? take_picked(ctx, c) : take_all(ctx, c);
  return s ? s : find_status(ctx, c);
}

/* ---- which records ----------------------------------------------------------------------------------------------- */

static bl_status tell_duration(bl_ctx *ctx, copy *c, double record_s)
{
  double written = bl_edf_number(record_s, c->out.record_text);
  c->out.record_s = record_s;
  if (!(fabs(written - record_s) > 1e-12 * record_s) && written >= 0) return BL_OK;
  if (!(written > 0)) return bl_fail(ctx, BL_E_RANGE, "%s: a record of %g s cannot be written", c->rec->path, record_s);
  c->out.record_s = written;
  return bl_texts_addf(ctx, c->report, "record duration %.12g s written as %s s", record_s, c->out.record_text);
}

/* Each run's records within the crop. */
static bl_status plan_records(bl_ctx *ctx, copy *c)
{
  const bl_edf *e = c->e;
  size_t most = c->n_runs ? c->n_runs : 1, n = 0;
  c->out_runs = bl_calloc(ctx, most, sizeof *c->out_runs);
  c->from_record = bl_calloc(ctx, most, sizeof *c->from_record);
  if (!c->out_runs || !c->from_record) return bl_fail_nomem(ctx, "an EDF copy");
  double begin = (double)NAN;
  for (size_t k = 0; k < c->n_runs; k++) {
    uint64_t first = c->runs[k].first / c->first_spr, records = c->runs[k].n / c->first_spr, lo = 0, hi = records;
    double start = c->runs[k].start_s;
    while (lo < hi && start + (double)(lo + 1) * e->record_s <= c->from_s + 1e-9) lo++;
    while (hi > lo && start + (double)(hi - 1) * e->record_s >= c->to_s - 1e-9) hi--;
    if (lo == hi) continue;
    if (isnan(begin)) begin = start + (double)lo * e->record_s;
    c->out_runs[n] = (bl_edf_out_run){start + (double)lo * e->record_s - begin, c->out.n_records, hi - lo};
    c->from_record[n++] = first + lo;
    c->out.n_records += hi - lo;
  }
  c->out.n_runs = n;
  if (!n) return BL_OK;
  double end = begin + c->out_runs[n - 1].start_s + (double)c->out_runs[n - 1].n * e->record_s;
  bool moved = fabs(begin - c->from_s) > 1e-9 || fabs(end - c->to_s) > 1e-9;
  c->from_s = begin, c->to_s = end;
  if (moved && n)
    return bl_texts_addf(ctx, c->report, "the crop holds a gap and goes by whole records: %.6f s to %.6f s", begin,
                         end);
  return BL_OK;
}

/* Samples of signal i in the stretch, at its own rate. */
static uint64_t samples_of(const copy *c, size_t i)
{
  return (uint64_t)llrint((c->to_s - c->from_s) * (double)c->e->signals[c->signals[i]].spr / c->e->record_s);
}

static bl_status plan_samples(bl_ctx *ctx, copy *c)
{
  const bl_edf *e = c->e;
  for (uint64_t k = 1; k <= MAX_DIVISOR; k++) { /* records that come out even? */
    char text[9];
    bool even = fabs(bl_edf_number(e->record_s / (double)k, text) * (double)k - e->record_s) <= 1e-12 * e->record_s;
    uint64_t records = 0;
    for (size_t i = 0; even && i < c->out.n_signals; i++) {
      uint64_t spr = e->signals[c->signals[i]].spr, n = samples_of(c, i);
      even = spr % k == 0 && n % (spr / k) == 0 && (!i || n / (spr / k) == records);
      if (even) records = n / (spr / k);
    }
    if (!even) continue;
    c->out.n_records = records;
    for (size_t i = 0; i < c->out.n_signals; i++) c->headers[i].spr /= k;
    return tell_duration(ctx, c, e->record_s / (double)k);
  }
  c->out.n_records = (uint64_t)ceil((c->to_s - c->from_s) / e->record_s - 1e-9);
  return tell_duration(ctx, c, e->record_s);
}

/* ---- annotations ------------------------------------------------------------------------------------------------- */

static bl_status add_mark(bl_ctx *ctx, copy *c, const char *label, double onset_s, double duration_s)
{
  bl_annotation one = {.onset_s = onset_s, .duration_s = duration_s, .low_hz = (double)NAN, .high_hz = (double)NAN};
  char text[16];
  snprintf(text, sizeof text, "%s", label);
  one.label = text;
  return bl_annotations_add(ctx, &c->annotations, &one);
}

/* What lies in the stretch, from its start on; all of it when nothing is cropped. */
static bl_status take_annotations(bl_ctx *ctx, copy *c, bool cropped)
{
  const bl_annotations *from = c->how->annotations ? c->how->annotations : &c->rec->annotations;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < from->n; i++) {
    bl_annotation a = from->v[i];
    double end = a.onset_s + a.duration_s;
    if (cropped && (a.onset_s >= c->to_s || end < c->from_s || (end <= c->from_s && a.duration_s > 0))) continue;
    if (cropped) a.onset_s = fmax(a.onset_s, c->from_s), a.duration_s = fmin(end, c->to_s) - a.onset_s;
    a.onset_s -= c->from_s;
    s = bl_annotations_add(ctx, &c->annotations, &a);
  }
  for (size_t k = 1; !s && c->by_samples && k < c->n_runs; k++) {
    double rate = c->rec->streams[0].rate_hz, end = c->runs[k - 1].start_s + (double)c->runs[k - 1].n / rate;
    double lo = fmax(end, c->from_s), hi = fmin(c->runs[k].start_s, c->to_s);
    if (hi > lo) s = add_mark(ctx, c, "BAD_ACQ_SKIP", lo - c->from_s, hi - lo);
    if (!s && hi > lo) s = bl_texts_addf(ctx, c->report, "gap of %.6f s at %.6f s filled", hi - lo, lo - c->from_s);
  }
  double padded = c->by_samples ? (double)c->out.n_records * c->out.record_s - (c->to_s - c->from_s) : 0;
  if (!s && padded > 1e-7) {
    s = add_mark(ctx, c, "padding", c->to_s - c->from_s, padded);
    if (!s)
      s = bl_texts_addf(ctx, c->report, "the last record is filled up: %.6f s of each signal's last value", padded);
  }
  bl_annotations_sort(&c->annotations);
  return s;
}

/* ---- samples ----------------------------------------------------------------------------------------------------- */

/* n samples of a signal from the first on, over the borders of records, as they stand. */
static bl_status raw_samples(bl_ctx *ctx, copy *c, size_t signal, uint64_t first, uint64_t n, unsigned char *to)
{
  bl_edf *e = c->e;
  const bl_edf_signal *g = &e->signals[signal];
  bl_status s = BL_OK;
  while (n && !s) {
    uint64_t in = first % g->spr, part = g->spr - in < n ? g->spr - in : n;
    size_t bytes = (size_t)part * e->width;
    const unsigned char *from;
    s = bl_edf_get(ctx, e, first / g->spr, g->offset + in * e->width, bytes, bytes, &from);
    if (!s) memcpy(to, from, bytes);
    to += bytes;
    first += part;
    n -= part;
  }
  return s;
}

static void put_digital(unsigned char *to, size_t width, int32_t x)
{
  for (size_t b = 0; b < width; b++) to[b] = (unsigned char)((uint32_t)x >> 8 * b);
}

/* The digital value next to physical 0. */
static int32_t digital_zero(const bl_edf_signal *g)
{
  if (g->unusable || g->status) return 0;
  double zero = rint(-g->off / g->cal), lo = fmin(g->dmin, g->dmax), hi = fmax(g->dmin, g->dmax);
  return (int32_t)fmin(fmax(zero, lo), hi);
}

/* Samples p .. p + n - 1 of the stretch: pieces that are there, values next to 0 between them, the last one behind the
 * end. */
static bl_status stretch_samples(bl_ctx *ctx, copy *c, size_t i, uint64_t p, uint64_t n, unsigned char *to)
{
  const bl_edf_signal *g = &c->e->signals[c->signals[i]];
  double rate = (double)g->spr / c->e->record_s;
  size_t width = c->e->width;
  uint64_t total = samples_of(c, i);
  int64_t base = llrint(c->from_s * rate);
  size_t run = 0;
  bl_status s = BL_OK;
  for (uint64_t part; n && !s; p += part, n -= part, to += part * width) {
    bool behind = p >= total;
    int64_t at = base + (int64_t)(!behind ? p : total ? total - 1 : 0);
    while (run + 1 < c->n_runs && at >= llrint(c->runs[run + 1].start_s * rate)) run++;
    int64_t in = at - llrint(c->runs[run].start_s * rate), len = (int64_t)(c->runs[run].n / c->first_spr * g->spr);
    uint64_t first = c->runs[run].first / c->first_spr * g->spr;
    bool there = in >= 0 && in < len;
    part = 1;
    if (there && !behind) part = (uint64_t)(len - in) < n ? (uint64_t)(len - in) : n;
    if (there && !behind && part > total - p) part = total - p;
    if (there || (behind && len))
      s = raw_samples(ctx, c, c->signals[i], first + (uint64_t)(there ? in : in < 0 ? 0 : len - 1), part, to);
    else put_digital(to, width, digital_zero(g));
  }
  return s;
}

/* 16 bits to 24, in place, from the end. */
static void widen(unsigned char *v, size_t n)
{
  for (size_t i = n; i-- > 0;) {
    int32_t x = v[2 * i] | v[2 * i + 1] << 8;
    put_digital(v + 3 * i, 3, x - ((x & 0x8000) << 1));
  }
}

/* The samples of record r of the copy's signal i. */
static bl_status record_samples(bl_ctx *ctx, copy *c, size_t i, uint64_t spr, uint64_t r, size_t run, unsigned char *to)
{
  bl_status s;
  if (c->by_samples) s = stretch_samples(ctx, c, i, r * spr, spr, to);
  else s = raw_samples(ctx, c, c->signals[i], (c->from_record[run] + r - c->out_runs[run].first) * spr, spr, to);
  if (!s && c->out.bdf && !c->e->bdf) widen(to, (size_t)spr);
  return s;
}

/* Numbers of a signal as bits from `shift` on, in place or added to those at `to`. */
static bl_status put_bits(bl_ctx *ctx, const copy *c, size_t i, const unsigned char *from, size_t n, unsigned most,
                          int shift, unsigned char *to)
{
  const bl_edf_signal *g = &c->e->signals[c->signals[i]];
  for (size_t k = 0; k < n; k++, from += 3, to += 3) {
    int32_t x = from[0] | from[1] << 8 | from[2] << 16;
    uint32_t bits;
    double v = (x - ((x & 0x800000) << 1)) * g->cal + g->off;
    if (!bl_edf_bits(v, most, &bits))
      return bl_fail(
          ctx, BL_E_RANGE,
          "%s: channel '%s' holds %.9g; a BDF's Status has whole numbers, trigger bits 0 to 65535 and system bits 0 to 255; leave the "
          "channel out, give it another name first (stage rename), or write a .edf",
          c->rec->path, g->label, v);
    put_digital(to, 3, (int32_t)((shift ? (uint32_t)(to[0] | to[1] << 8) : 0) | bits << shift));
  }
  return BL_OK;
}

/* A BDF's Status from the samples of an EDF's, which are at v, and of its system bits, which there is room for at
 * `more`. */
static bl_status rebuild_status(bl_ctx *ctx, copy *c, uint64_t spr, uint64_t r, size_t run, unsigned char *v,
                                unsigned char *more)
{
  bl_status s = put_bits(ctx, c, c->status, v, (size_t)spr, 65535, 0, v);
  if (s || !c->has_system) return s;
  s = record_samples(ctx, c, c->out.n_signals, spr, r, run, more);
  return s ? s : put_bits(ctx, c, c->out.n_signals, more, (size_t)spr, 255, 16, v);
}

static bl_status write_records(bl_ctx *ctx, copy *c, bl_edf_out *o)
{
  size_t extra = c->has_system ? (size_t)c->headers[c->status].spr * 3 : 0, run = 0;
  unsigned char *record = bl_calloc(ctx, o->data_bytes + extra + 1, 1);
  bl_status s = record ? BL_OK : bl_fail_nomem(ctx, "an EDF record");
  for (uint64_t r = 0; !s && r < c->out.n_records; r++) {
    unsigned char *to = record;
    while (run + 1 < c->out.n_runs && r >= c->out_runs[run + 1].first) run++;
    for (size_t i = 0; !s && i < c->out.n_signals; i++) {
      uint64_t spr = c->headers[i].spr;
      s = record_samples(ctx, c, i, spr, r, run, to);
      if (!s && i == c->status) s = rebuild_status(ctx, c, spr, r, run, to, record + o->data_bytes);
      to += spr * (c->out.bdf ? 3 : 2);
    }
    if (!s) s = bl_edf_out_record(ctx, o, record);
    if (!s && r % 256 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, record);
  return s;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

/* The start of the copy: the recording's, later by the crop; none where two digits of a year would say another one. */
static bl_status copy_start(bl_ctx *ctx, copy *c)
{
  bl_edf_out_spec *out = &c->out;
  out->has_start = c->rec->has_start;
  snprintf(out->start, sizeof out->start, "%s", c->rec->start);
  bl_status s = bl_recording_later(c->rec, c->from_s, out->start) || !out->has_start
                    ? BL_OK
                    : bl_fail(ctx, BL_E_RANGE, "%s: no start %g s after %s", c->rec->path, c->from_s, c->rec->start);
  if (!s && !out->has_start)
    return bl_texts_addf(ctx, c->report, "the start is unknown: written as 01.01.85 00.00.00 with 'Startdate X'");
  if (!s && strncmp(out->start, "1985", 4) < 0) {
    out->has_start = false;
    s = bl_texts_addf(ctx, c->report,
                      "the start %s is before 1985, which EDF's date cannot say: written as 01.01.85 00.00.00 with "
                      "'Startdate X'",
                      out->start);
  }
  return s;
}

/* Gaps that are not filled hold nothing: a crop begins behind one that it would begin in, and ends before one. */
static bl_status leave_gaps(bl_ctx *ctx, copy *c)
{
  double from = c->from_s, to = c->to_s, rate = c->rec->streams[0].rate_hz;
  bl_status s = BL_OK;
  for (size_t k = 0; k + 1 < c->n_runs && !s; k++) {
    double end = c->runs[k].start_s + (double)c->runs[k].n / rate, next = c->runs[k + 1].start_s;
    if (from >= end - 1e-9 && to <= next + 1e-9)
      return bl_fail(ctx, BL_E_RANGE, "%s: nothing between %g s and %g s but a gap, from %g s to %g s; --fill fills it",
                     c->rec->path, from, to, end, next);
    if (from >= end - 1e-9 && from < next - 1e-9) {
      c->from_s = next;
      s = bl_texts_addf(ctx, c->report, "%.6f s lies in a gap: the crop begins behind it, at %.6f s", from, next);
    }
    if (!s && to > end + 1e-9 && to <= next + 1e-9) {
      c->to_s = end;
      s = bl_texts_addf(ctx, c->report, "%.6f s lies in a gap: the crop ends before it, at %.6f s", to, end);
    }
  }
  return s;
}

static bool is_cropped(const copy *c) { return !isnan(c->how->from_s) || !isnan(c->how->to_s); }

/* Which records or samples, and with them the times that are written. */
static bl_status plan_times(bl_ctx *ctx, copy *c)
{
  bool cropped = is_cropped(c), inside = false;
  double rate = c->rec->n_streams ? c->rec->streams[0].rate_hz : 1, total = c->rec->duration_s;
  c->from_s = isnan(c->how->from_s) ? 0 : fmax(c->how->from_s, 0);
  c->to_s = isnan(c->how->to_s) ? total : fmin(c->how->to_s, total);
  if (!c->out.n_signals) { /* annotations alone: one record without duration */
    c->out.n_records = 1;
    snprintf(c->out.record_text, sizeof c->out.record_text, "0");
    if (isnan(c->how->to_s)) c->to_s = (double)INFINITY;
    else c->to_s = c->how->to_s; /* no samples say how long it lasts */
    return BL_OK;
  }
  if (!(c->from_s < c->to_s))
    return bl_fail(ctx, BL_E_RANGE, "%s: nothing between %g s and %g s; the recording lasts %g s", c->rec->path,
                   c->from_s, c->to_s, total);
  bl_status s = cropped && !c->how->fill ? leave_gaps(ctx, c) : BL_OK;
  if (s) return s;
  for (size_t k = 0; k + 1 < c->n_runs; k++) {
    double end = c->runs[k].start_s + (double)c->runs[k].n / rate;
    inside |= end > c->from_s && end < c->to_s;
    if (c->how->fill && c->runs[k + 1].start_s - end > LONGEST_FILL_S)
      return bl_fail(ctx, BL_E_RANGE, "%s: a gap of %.0f s is too long to be filled; crop, or leave the gaps",
                     c->rec->path, c->runs[k + 1].start_s - end);
  }
  c->by_samples = inside ? c->how->fill : cropped;
  s = c->by_samples ? plan_samples(ctx, c) : plan_records(ctx, c);
  if (!s && !c->by_samples) s = tell_duration(ctx, c, c->e->record_s);
  return s;
}

/* To be freed whether it went well or not. */
static bl_status begin_copy(bl_ctx *ctx, copy *c, const bl_recording *rec, const bl_edf_copying *how, bl_texts *report)
{
  bl_edf *e = bl_edf_of(rec);
  *c = (copy){.rec = rec, .e = e, .how = how, .report = report, .out = {.bdf = how->bdf}};
  if (!e)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: %s, not EDF or BDF; only these can be copied digitally", rec->path,
                   rec->format);
  if (e->bdf && !how->bdf)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: BDF's 24 bits do not fit into EDF's 16; write a .bdf", rec->path);
  if (rec->n_streams) {
    c->runs = rec->streams[0].runs;
    c->n_runs = rec->streams[0].n_runs;
    c->first_spr = e->signals[e->stream_signals[0]].spr;
  }
  bl_status s = bl_edf_mend_identity(ctx, e, &c->out, report);
  if (!s) s = choose_signals(ctx, c);
  return s ? s : plan_times(ctx, c);
}

static void free_copy(bl_ctx *ctx, copy *c)
{
  bl_annotations_free(ctx, &c->annotations);
  bl_free(ctx, c->signals);
  bl_free(ctx, c->headers);
  bl_free(ctx, c->out_runs);
  bl_free(ctx, c->from_record);
}

bl_status bl_edf_copy_times(bl_ctx *ctx, bl_recording *rec, const bl_edf_copying *how, double *from_s, double *to_s)
{
  copy c;
  bl_texts unsaid = {0}; /* bl_edf_copy() will say it */
  bl_status s = begin_copy(ctx, &c, rec, how, &unsaid);
  *from_s = c.from_s, *to_s = c.to_s;
  free_copy(ctx, &c);
  bl_texts_free(ctx, &unsaid);
  return s;
}

bl_status bl_edf_copy(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_edf_copying *how, bl_texts *report)
{
  copy c;
  bl_edf_out o = {.file = {.fd = -1}};
  bl_status s = begin_copy(ctx, &c, rec, how, report);
  if (!s) s = take_annotations(ctx, &c, is_cropped(&c));
  if (!s) s = copy_start(ctx, &c);
  c.out.signals = c.headers;
  c.out.runs = c.by_samples ? NULL : c.out_runs;
  if (c.by_samples) c.out.n_runs = 0;
  c.out.annotations = &c.annotations;
  if (!s) s = bl_edf_out_open(ctx, path, &c.out, &o);
  if (!s) s = write_records(ctx, &c, &o);
  if (!s) s = bl_edf_out_done(ctx, &o);
  bl_edf_out_drop(ctx, &o);
  free_copy(ctx, &c);
  return s;
}
