/* EDF's signals become one stream for each number of samples per record, the records' own times become runs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "edf.h"
#include "recording_private.h"

static bool is_channel(const bl_edf_signal *g) { return !g->annotation && g->spr; }

/* "label-0", "label-1" .. for labels that occur more than once. */
static bl_status channel_name(bl_ctx *ctx, bl_edf *e, size_t i, char **name)
{
  size_t before = 0, after = 0;
  for (size_t k = 0; k < e->n_signals; k++)
    if (k != i && is_channel(&e->signals[k]) && !strcmp(e->signals[k].label, e->signals[i].label)) {
      if (k < i) before++;
      else after++;
    }
  if (!before && !after) return bl_recording_text(ctx, name, e->signals[i].label);
  bl_edf_deviates(e, BL_EDF_DUPLICATE, bl_edf_field_at(e, 0, 16, i), (long)i);
  char text[96];
  snprintf(text, sizeof text, "%s-%zu", e->signals[i].label, before);
  return bl_recording_text(ctx, name, text);
}

static bl_status fill_channel(bl_ctx *ctx, bl_edf *e, size_t i, bl_channel *c)
{
  const bl_edf_signal *g = &e->signals[i];
  char transducer[161], prefilter[161], info[330];
  bl_edf_text(e->bytes + bl_edf_field_at(e, 16, 80, i), 80, transducer, NULL);
  bl_edf_text(e->bytes + bl_edf_field_at(e, 136, 80, i), 80, prefilter, NULL);
  snprintf(info, sizeof info, "%s%s%s", transducer, *transducer && *prefilter ? "; " : "", prefilter);
  c->unusable = g->unusable;
  if (!g->unusable && !g->status) {
    c->lo = fmin(g->pmin, g->pmax);
    c->hi = fmax(g->pmin, g->pmax);
  }
  bl_status s = channel_name(ctx, e, i, &c->name);
  if (!s) s = bl_recording_text(ctx, &c->unit, g->unit);
  return s ? s : bl_recording_text(ctx, &c->info, info);
}

/* Bits 16 to 23 of a BDF Status: what the amplifier says of itself. */
static bl_status fill_system(bl_ctx *ctx, const bl_channel *status, bl_channel *c)
{
  char name[96];
  snprintf(name, sizeof name, "%s system", status->name);
  bl_status s = bl_recording_text(ctx, &c->name, name);
  return s ? s : bl_recording_text(ctx, &c->unit, status->unit);
}

/* ---- runs -------------------------------------------------------------------------------------------------------- */

/* Where each contiguous stretch of records begins. A record follows the one before when its stamp is where that one
 * ends, within half a sample of the fastest stream or a millisecond, to which many programs round: a clock's drift
 * is no gap. Time never runs backwards: a record stamped too early follows too. */
static size_t find_runs(bl_edf *e, double tolerance_s, double *start_s, uint64_t *first)
{
  size_t n = 0;
  double now = 0, stamp = 0; /* where the record begins; what its stamp says, or would say */
  long signal = -1;
  for (size_t i = 0; i < e->n_signals && signal < 0; i++)
    if (e->signals[i].annotation && e->signals[i].spr) signal = (long)i;
  for (uint64_t r = 0; r < e->n_records; r++) {
    double own = e->record_start_s ? e->record_start_s[r] : (double)NAN;
    double jump = isnan(own) ? 0 : own - stamp;
    uint64_t at = e->header_bytes + r * e->record_bytes + (signal < 0 ? 0 : e->signals[signal].offset);
    if (r && jump < -tolerance_s) bl_edf_deviates(e, BL_EDF_OVERLAP, at, signal);
    if (r && jump > tolerance_s) {
      now += jump;
      if (!e->discontinuous) bl_edf_deviates(e, BL_EDF_JUMP, at, signal);
    }
    if (!r || jump > tolerance_s) {
      if (start_s) start_s[n] = now, first[n] = r;
      n++;
    }
    if (!isnan(own)) stamp = own;
    stamp += e->record_s;
    now += e->record_s;
  }
  return n;
}

static bl_status make_runs(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  if (!rec->n_streams || !e->n_records) return BL_OK;
  double tolerance = fmax(0.5 / rec->streams[0].rate_hz, 1e-3) * (1 + 1e-6);
  bl_status s = BL_OK;
  struct bl_edf_found jump = e->found[BL_EDF_JUMP], overlap = e->found[BL_EDF_OVERLAP];
  size_t n = find_runs(e, tolerance, NULL, NULL);
  e->found[BL_EDF_JUMP] = jump; /* counted once, though the records are gone through twice */
  e->found[BL_EDF_OVERLAP] = overlap;
  double *start_s = bl_calloc(ctx, n, sizeof *start_s);
  uint64_t *first = bl_calloc(ctx, n, sizeof *first);
  if (!start_s || !first) s = bl_fail_nomem(ctx, "an EDF file's runs");
  if (!s) find_runs(e, tolerance, start_s, first);
  for (size_t i = 0; i < rec->n_streams && !s; i++) {
    bl_rec_stream *stream = &rec->streams[i];
    uint64_t spr = e->signals[e->stream_signals[e->stream_first[i]]].spr;
    stream->n_frames = spr * e->n_records;
    stream->runs = bl_calloc(ctx, n, sizeof *stream->runs);
    if (!stream->runs) {
      s = bl_fail_nomem(ctx, "an EDF file's runs");
      break;
    }
    stream->n_runs = n;
    for (size_t k = 0; k < n; k++)
      stream->runs[k] =
          (bl_stretch){start_s[k], first[k] * spr, ((k + 1 < n ? first[k + 1] : e->n_records) - first[k]) * spr};
  }
  bl_free(ctx, start_s);
  bl_free(ctx, first);
  return s;
}

/* ---- streams ----------------------------------------------------------------------------------------------------- */

/* The largest number of samples per record below `than`, and how many channels have it. */
static uint64_t next_rate(const bl_edf *e, uint64_t than, size_t *n)
{
  uint64_t best = 0;
  *n = 0;
  for (size_t i = 0; i < e->n_signals; i++) {
    const bl_edf_signal *g = &e->signals[i];
    if (!is_channel(g) || g->spr >= than || g->spr < best) continue;
    *n = g->spr > best ? 1 : *n + 1;
    best = g->spr;
  }
  return best;
}

bl_status bl_edf_streams(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  size_t n, n_streams = 0, placed = 0;
  for (uint64_t spr = UINT64_MAX; (spr = next_rate(e, spr, &n));) n_streams++;
  e->stream_signals = bl_calloc(ctx, 2 * e->n_signals, sizeof *e->stream_signals);
  e->stream_first = bl_calloc(ctx, n_streams + 1, sizeof *e->stream_first);
  if (!e->stream_signals || !e->stream_first) return bl_fail_nomem(ctx, "an EDF file's streams");
  bl_status s = bl_recording_streams(ctx, rec, n_streams);
  uint64_t spr = UINT64_MAX;
  for (size_t i = 0; i < n_streams && !s; i++) {
    spr = next_rate(e, spr, &n);
    rec->streams[i].rate_hz = (double)spr / e->record_s;
    e->stream_first[i] = placed;
    size_t channels = n;
    for (size_t k = 0; k < e->n_signals; k++) channels += is_channel(&e->signals[k]) && e->signals[k].spr == spr && e->signals[k].status;
    if ((s = bl_recording_channels(ctx, &rec->streams[i], channels))) break;
    for (size_t k = 0, c = 0; k < e->n_signals && !s; k++) {
      if (!is_channel(&e->signals[k]) || e->signals[k].spr != spr) continue;
      e->stream_signals[placed++] = k;
      bl_channel *channel = &rec->streams[i].channels[c++];
      s = fill_channel(ctx, e, k, channel);
      if (s || !e->signals[k].status) continue;
      e->stream_signals[placed++] = k;
      c++;
      s = fill_system(ctx, channel, channel + 1);
    }
  }
  if (s) return s;
  rec->duration_s = (double)e->n_records * e->record_s;
  return make_runs(ctx, rec, e);
}
