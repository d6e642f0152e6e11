/* The markers of a BrainVision recording (.vmrk): Mk<n>=type,description,position,size,channel[,date]; positions count
 * frames from 1. A "New Segment" is where recording began or went on; its date (year to microsecond, 20 digits) tells
 * when. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "brainvision.h"
#include "clock.h"
#include "recording_private.h"

typedef struct marks {
  bl_begin *v; /* beginnings behind the first frame */
  size_t n, cap, n_undated, n_overlap, n_broken, first_broken;
  bool has_first;
  int64_t first_us; /* clock at frame 0 */
} marks;

/* One marker's parts; false when the line is none. */
typedef struct mark {
  const char *type, *text, *date;
  int64_t position, size, channel;
} mark;

static bool take_mark(bl_ini *ini, mark *m)
{
  char *rest = ini->value;
  m->type = bl_bv_field(&rest);
  m->text = bl_bv_field(&rest);
  const char *position = bl_bv_field(&rest), *size = bl_bv_field(&rest), *channel = bl_bv_field(&rest);
  m->date = bl_bv_field(&rest);
  m->size = m->channel = 0;
  if (!position || !bl_parse_int(position, &m->position)) return false;
  if (size && *size && !bl_parse_int(size, &m->size)) return false;
  if (channel && *channel && !bl_parse_int(channel, &m->channel)) return false;
  return m->position >= 0 && m->size >= 0;
}

static bool is_segment(const mark *m) { return bl_text_equal_nocase(m->type, "New Segment"); }

static bool is_mark(const bl_ini *ini)
{
  return bl_text_equal_nocase(ini->section, "Marker Infos") && (ini->text[0] & ~0x20) == 'M' &&
         (ini->text[1] & ~0x20) == 'K';
}

/* "YYYYMMDDhhmmssuuuuuu"; all zeros is no date. */
static bool take_date(const char *s, int v[7])
{
  static const int width[] = {4, 2, 2, 2, 2, 2, 6};
  if (!s || strlen(s) != 20) return false;
  for (int i = 0; i < 7; i++) {
    v[i] = 0;
    for (int k = 0; k < width[i]; k++, s++) {
      if (*s < '0' || *s > '9') return false;
      v[i] = v[i] * 10 + (*s - '0');
    }
  }
  return v[0] > 0;
}

/* ---- beginnings -------------------------------------------------------------------------------------------------- */

static double end_of_last(const marks *k, uint64_t frame, double rate_hz)
{
  bl_begin last = k->n ? k->v[k->n - 1] : (bl_begin){0, 0};
  return last.start_s + (double)(frame - last.frame) / rate_hz;
}

static bl_status take_segment(bl_ctx *ctx, bl_recording *rec, const bl_bv *b, marks *k, const mark *m)
{
  double rate_hz = rec->streams[0].rate_hz;
  int d[7] = {0};
  int64_t us = 0;
  uint64_t frame = m->position > 0 ? (uint64_t)m->position - 1 : 0;
  double shift = -(double)frame / rate_hz;
  bool dated = take_date(m->date, d) && bl_clock_us(d, &us);
  if (!k->has_first && dated && fabs(shift) < 1e8) {
    bl_recording_set_start(rec, d, d[6] * 1e-6 + shift);
    k->first_us = us + (int64_t)llrint(shift * 1e6);
    k->has_first = true;
  }
  if (!frame || frame >= b->n_frames || (k->n && frame <= k->v[k->n - 1].frame)) return BL_OK;
  double end = end_of_last(k, frame, rate_hz), at = end;
  if (dated && k->has_first) at = (double)(us - k->first_us) * 1e-6;
  else k->n_undated++;
  if (fabs(at - end) <= fmax(0.5 / rate_hz, 1e-3)) at = end; /* clocks are not that good */
  if (at < end) k->n_overlap++, at = end;
  bl_status s = bl_grow(ctx, (void **)&k->v, &k->cap, k->n + 1, sizeof *k->v, "BrainVision markers");
  if (!s) k->v[k->n++] = (bl_begin){frame, at};
  return s;
}

/* Segments of equal length without markers. */
static bl_status equal_segments(bl_ctx *ctx, const bl_bv *b, marks *k, double rate_hz)
{
  if (k->n || !b->segment_points || b->segment_points >= b->n_frames) return BL_OK;
  size_t n = (size_t)((b->n_frames - 1) / b->segment_points);
  bl_status s = bl_grow(ctx, (void **)&k->v, &k->cap, n, sizeof *k->v, "BrainVision segments");
  for (size_t i = 0; i < n && !s; i++) {
    uint64_t frame = (i + 1) * b->segment_points;
    k->v[k->n++] = (bl_begin){frame, (double)frame / rate_hz};
    k->n_undated++;
  }
  return s;
}

/* ---- annotations ------------------------------------------------------------------------------------------------- */

/* Time of a frame, gaps before it counted; *run is where the last one lay, for markers come mostly in order. */
static double time_of(const bl_rec_stream *stream, uint64_t frame, size_t *run)
{
  while (*run > 0 && stream->runs[*run].first > frame) --*run;
  while (*run + 1 < stream->n_runs && stream->runs[*run + 1].first <= frame) ++*run;
  if (!stream->n_runs) return (double)frame / stream->rate_hz;
  const bl_stretch *r = &stream->runs[*run];
  return r->start_s + (double)(frame - r->first) / stream->rate_hz;
}

/* "type/description", as MNE names them. */
static bl_status add_mark(bl_ctx *ctx, bl_recording *rec, const bl_bv *b, const mark *m, size_t *run)
{
  const bl_rec_stream *stream = &rec->streams[0];
  bl_annotation a = {.low_hz = NAN, .high_hz = NAN, .duration_s = (double)m->size / stream->rate_hz};
  a.onset_s = time_of(stream, m->position > 0 ? (uint64_t)m->position - 1 : 0, run);
  if (m->channel > 0 && m->channel <= (int64_t)b->n_channels) a.channel = stream->channels[m->channel - 1].name;
  a.label = bl_strf(ctx, "%s/%s", m->type, m->text);
  if (!a.label) return bl_fail_nomem(ctx, "a BrainVision marker");
  bl_status s = bl_annotations_add(ctx, &rec->annotations, &a);
  bl_free(ctx, a.label);
  return s;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static bl_status each_mark(bl_ctx *ctx, bl_recording *rec, bl_bv *b, marks *k, bl_ini *ini, bool segments)
{
  bl_status s = BL_OK;
  size_t run = 0;
  while (!s && bl_ini_next(ini)) {
    mark m;
    if (!is_mark(ini)) continue;
    if (!take_mark(ini, &m)) {
      if (segments && !k->n_broken++) k->first_broken = ini->line;
    } else if (!segments) {
      s = add_mark(ctx, rec, b, &m, &run);
    } else if (is_segment(&m)) {
      s = take_segment(ctx, rec, b, k, &m);
    }
  }
  return s;
}

static bl_status report(bl_ctx *ctx, bl_recording *rec, const marks *k, const char *name)
{
  bl_status s = BL_OK;
  if (k->n_broken)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "%s:%zu: no marker (type,description,position,size,channel), and %zu more like it; passed over",
        bl_path_base(name), k->first_broken, k->n_broken - 1);
  if (!s && k->n_undated)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "%zu segments begin without a date: how long the break was is not told; the time runs on there, and "
        "nothing is joined across",
        k->n_undated);
  if (!s && k->n_overlap)
    s = bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "%zu segments are dated before the end of the one before; they were taken to follow without a gap",
        k->n_overlap);
  return s;
}

bl_status bl_bv_markers(bl_ctx *ctx, bl_recording *rec, bl_bv *b, const char *name, const char *text, size_t n)
{
  marks k = {0};
  bl_ini ini = {0};
  bl_status s = bl_ini_start(ctx, &ini, name, text ? text : "", text ? n : 0);
  if (!s) s = each_mark(ctx, rec, b, &k, &ini, true);
  bl_ini_stop(ctx, &ini);
  if (!s) s = equal_segments(ctx, b, &k, rec->streams[0].rate_hz);
  if (!s) s = bl_reader_runs(ctx, &rec->streams[0], b->n_frames, k.v, k.n);
  if (!s) s = bl_ini_start(ctx, &ini, name, text ? text : "", text ? n : 0);
  if (!s) s = each_mark(ctx, rec, b, &k, &ini, false);
  bl_ini_stop(ctx, &ini);
  if (!s) s = report(ctx, rec, &k, name);
  if (!s) bl_annotations_sort(&rec->annotations);
  bl_free(ctx, k.v);
  return s;
}
