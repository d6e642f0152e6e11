#include "marks.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"

/* ---- gathering --------------------------------------------------------------------------------------------------- */

/* The channel of a recording that a table means by its number, from 1 on; else what it says. */
static char *channel_name(const bl_recording *rec, char *said)
{
  double number;
  if (!said || said[strspn(said, "0123456789")] || !bl_parse_real(said, &number)) return said;
  for (size_t k = 0; k < rec->n_streams; k++)
    for (size_t c = 0; c < rec->streams[k].n_channels; c++)
      if (!strcmp(rec->streams[k].channels[c].name, said)) return said;
  bool is_there = rec->n_streams && number >= 1 && number <= (double)rec->streams[0].n_channels;
  return is_there ? rec->streams[0].channels[(size_t)number - 1].name : said;
}

/* The annotations of one table that are about the recording, or about none by name. */
static bl_status add_table(bl_ctx *ctx, const bl_recording *rec, const char *path, const bl_annotation_reading *how,
                           bl_annotations *out, bl_texts *report)
{
  bl_annotations found = {0};
  bl_texts only = {(char *[]){rec->path}, 1};
  size_t n_others = 0, *owner = NULL;
  const char *other = NULL;
  bl_status s = bl_annotations_read_as(ctx, path, how, &found);
  if (!s && !(owner = bl_calloc(ctx, found.n, sizeof *owner))) s = bl_fail_nomem(ctx, path);
  if (!s) s = bl_annotations_deal(ctx, path, &found, &only, owner);
  for (size_t i = 0; !s && i < found.n; i++) {
    bl_annotation a = found.v[i];
    a.channel = channel_name(rec, a.channel);
    if (owner[i] != BL_NOBODY) s = bl_annotations_add(ctx, out, &a);
    else if (!n_others++) other = a.file;
  }
  if (!s && n_others)
    s = bl_texts_addf(ctx, report,
                      "%zu of the %zu annotations in %s left out: they are of other recordings, such as '%s'", n_others,
                      found.n, path, other);
  if (!s && n_others && n_others == found.n)
    bl_warn(ctx, BL_W_SKIPPED, "%s: none of its annotations is of %s: it names others, such as '%s'", path, rec->path,
            other);
  bl_free(ctx, owner);
  bl_annotations_free(ctx, &found);
  return s;
}

bl_status bl_marks_gather(bl_ctx *ctx, bl_recording *rec, const bl_mark_sources *from, bl_annotations *out,
                          bl_texts *report)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < rec->annotations.n; i++) s = bl_annotations_add(ctx, out, &rec->annotations.v[i]);
  for (size_t i = 0; !s && i < from->tables->n; i++)
    s = add_table(ctx, rec, from->tables->v[i], &from->reading, out, report);
  if (!s && from->triggers) s = bl_recording_triggers(ctx, rec, from->triggers, from->mask, out);
  bl_annotations_sort(out);
  return s;
}

/* ---- cropping ---------------------------------------------------------------------------------------------------- */

bl_crop bl_crop_to_samples(const bl_crop *crop, double rate_hz)
{
  return (bl_crop){rint(crop->from_s * rate_hz) / rate_hz, rint(crop->to_s * rate_hz) / rate_hz};
}

/* Whether any of it lies in [from, to): of a mark without length, its moment. */
static bool lies_in(const bl_annotation *a, double from, double to)
{
  double end = a->onset_s + a->duration_s;
  return a->onset_s < to && (end > from || (end == from && !(a->duration_s > 0)));
}

/* Cuts it to [from, to]; whether anything was cut off. */
static bool cut(bl_annotation *a, double from, double to)
{
  double onset = fmax(a->onset_s, from), end = fmin(a->onset_s + a->duration_s, to);
  bool shorter = onset > a->onset_s || end < a->onset_s + a->duration_s;
  if (shorter) a->duration_s = end - onset; /* else the subtraction's rounding would change it */
  a->onset_s = onset;
  return shorter;
}

static const char *plural(size_t n) { return n == 1 ? "" : "s"; }

bl_status bl_marks_crop(bl_ctx *ctx, const bl_recording *rec, const bl_crop *crop, bl_annotations *marks,
                        bl_texts *report)
{
  bool cropped = !isnan(crop->from_s) || !isnan(crop->to_s);
  /* annotations without a signal have no end but their own */
  double begin = rec->n_streams ? 0 : -(double)INFINITY, end = rec->n_streams ? rec->duration_s : (double)INFINITY;
  double from = isnan(crop->from_s) ? begin : crop->from_s, to = fmin(crop->to_s, end); /* of NaN: the other */
  size_t n_out = 0, n_cut = 0;
  bl_annotations kept = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < marks->n; i++) {
    bl_annotation a = marks->v[i];
    bool in = lies_in(&a, from, to);
    n_out += !in;
    if (cropped && in) n_cut += cut(&a, from, to);
    if (in || !cropped) s = bl_annotations_add(ctx, &kept, &a);
  }
  if (!s && n_out && cropped)
    s = bl_texts_addf(ctx, report, "%zu annotation%s left out: outside of %g s to %g s", n_out, plural(n_out), from,
                      to);
  if (!s && n_out && !cropped)
    s = bl_texts_addf(ctx, report, "%zu annotation%s outside of the recording's %g s, kept as they are", n_out,
                      plural(n_out), rec->duration_s);
  if (!s && n_cut)
    s = bl_texts_addf(ctx, report, "%zu annotation%s cut at %g s and %g s", n_cut, plural(n_cut), from, to);
  bl_annotations_free(ctx, s ? &kept : marks);
  if (s) return s;
  bl_annotations_sort(&kept);
  *marks = kept;
  return BL_OK;
}
