/* Copies of EDF and BDF files in which no sample changes.
 *
 * Two ways. By records: each record of the source that is wanted becomes one of the copy, gaps stay gaps. By samples:
 * one contiguous stretch of time is cut anew from its first sample on, gaps in it filled: for crops, and for `fill`.
 * Where a signal of a slow rate has no sample at the first moment, its nearest one comes first. */
#include "edf_copy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "recording_private.h"

/* The start of the copy: the recording's, later by the crop; none where two digits of a year would say another one. */
static bl_status copy_start(bl_ctx *ctx, bl_edf_copier *c)
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

/* To be freed whether it went well or not. */
static bl_status begin_copy(bl_ctx *ctx, bl_edf_copier *c, const bl_recording *rec, const bl_edf_copying *how,
                            bl_texts *report)
{
  bl_edf *e = bl_edf_of(rec);
  *c = (bl_edf_copier){.rec = rec, .e = e, .how = how, .report = report, .out = {.bdf = how->bdf}};
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
  if (!s) s = bl_edf_choose_signals(ctx, c);
  return s ? s : bl_edf_plan_times(ctx, c);
}

static void free_copy(bl_ctx *ctx, bl_edf_copier *c)
{
  bl_annotations_free(ctx, &c->annotations);
  bl_free(ctx, c->signals);
  bl_free(ctx, c->headers);
  bl_free(ctx, c->out_runs);
  bl_free(ctx, c->from_record);
}

bl_status bl_edf_copy_times(bl_ctx *ctx, bl_recording *rec, const bl_edf_copying *how, double *from_s, double *to_s)
{
  bl_edf_copier c;
  bl_texts unsaid = {0}; /* bl_edf_copy() will say it */
  bl_status s = begin_copy(ctx, &c, rec, how, &unsaid);
  *from_s = c.from_s, *to_s = c.to_s;
  free_copy(ctx, &c);
  bl_texts_free(ctx, &unsaid);
  return s;
}

bl_status bl_edf_copy(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_edf_copying *how, bl_texts *report)
{
  bl_edf_copier c;
  bl_edf_out o = {.file = {.fd = -1}};
  bl_status s = begin_copy(ctx, &c, rec, how, report);
  if (!s) s = bl_edf_take_annotations(ctx, &c);
  if (!s) s = copy_start(ctx, &c);
  c.out.signals = c.headers;
  c.out.runs = c.by_samples ? NULL : c.out_runs;
  if (c.by_samples) c.out.n_runs = 0;
  c.out.annotations = &c.annotations;
  if (!s) s = bl_edf_out_open(ctx, path, &c.out, &o);
  if (!s) s = bl_edf_write_records(ctx, &c, &o);
  if (!s) s = bl_edf_out_done(ctx, &o);
  bl_edf_out_drop(ctx, &o);
  free_copy(ctx, &c);
  return s;
}
