/* edf_copy_times.c: which stretch of time a copy holds, as whole records or cut anew, and the annotations in it. */
#include <math.h>
#include <stdio.h>

#include "edf_copy.h"

enum { MAX_DIVISOR = 4096 };
static const double LONGEST_FILL_S = 7 * 86400.0;

static bool is_cropped(const bl_edf_copier *c) { return !isnan(c->how->from_s) || !isnan(c->how->to_s); }

/* ---- which records ----------------------------------------------------------------------------------------------- */

static bl_status tell_duration(bl_ctx *ctx, bl_edf_copier *c, double record_s)
{
  double written = bl_edf_number(record_s, c->out.record_text);
  c->out.record_s = record_s;
  if (!(fabs(written - record_s) > 1e-12 * record_s) && written >= 0) return BL_OK;
  if (!(written > 0)) return bl_fail(ctx, BL_E_RANGE, "%s: a record of %g s cannot be written", c->rec->path, record_s);
  c->out.record_s = written;
  return bl_texts_addf(ctx, c->report, "record duration %.12g s written as %s s", record_s, c->out.record_text);
}

/* Each run's records within the crop. */
static bl_status plan_records(bl_ctx *ctx, bl_edf_copier *c)
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

uint64_t bl_edf_samples_of(const bl_edf_copier *c, size_t i)
{
  return (uint64_t)llrint((c->to_s - c->from_s) * (double)c->e->signals[c->signals[i]].spr / c->e->record_s);
}

static bl_status plan_samples(bl_ctx *ctx, bl_edf_copier *c)
{
  const bl_edf *e = c->e;
  for (uint64_t k = 1; k <= MAX_DIVISOR; k++) { /* records that come out even? */
    char text[9];
    bool even = fabs(bl_edf_number(e->record_s / (double)k, text) * (double)k - e->record_s) <= 1e-12 * e->record_s;
    uint64_t records = 0;
    for (size_t i = 0; even && i < c->out.n_signals; i++) {
      uint64_t spr = e->signals[c->signals[i]].spr, n = bl_edf_samples_of(c, i);
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

/* ---- the times --------------------------------------------------------------------------------------------------- */

/* Gaps that are not filled hold nothing: a crop begins behind one that it would begin in, and ends before one. */
static bl_status leave_gaps(bl_ctx *ctx, bl_edf_copier *c)
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

bl_status bl_edf_plan_times(bl_ctx *ctx, bl_edf_copier *c)
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

/* ---- annotations ------------------------------------------------------------------------------------------------- */

static bl_status add_mark(bl_ctx *ctx, bl_edf_copier *c, const char *label, double onset_s, double duration_s)
{
  bl_annotation one = {.onset_s = onset_s, .duration_s = duration_s, .low_hz = (double)NAN, .high_hz = (double)NAN};
  char text[16];
  snprintf(text, sizeof text, "%s", label);
  one.label = text;
  return bl_annotations_add(ctx, &c->annotations, &one);
}

/* What lies in the stretch, from its start on; all of it when nothing is cropped. */
bl_status bl_edf_take_annotations(bl_ctx *ctx, bl_edf_copier *c)
{
  bool cropped = is_cropped(c);
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
