/* EDF's signals become one stream for each number of samples per record, the records' own times become runs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edf.h"
#include "reader_util.h"
#include "recording_private.h"

static bool is_channel(const bl_edf_signal *g) { return !g->annotation && g->spr; }

/* Whether another channel has the label of signal i. */
static bool has_twin(const bl_edf *e, size_t i)
{
  bool any = false;
  for (size_t k = 0; k < e->n_signals; k++)
    any |= k != i && is_channel(&e->signals[k]) && !strcmp(e->signals[k].label, e->signals[i].label);
  return any;
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
  if (has_twin(e, i)) bl_edf_deviates(e, BL_EDF_DUPLICATE, bl_edf_field_at(e, 0, 16, i), (long)i);
  bl_status s = bl_recording_text(ctx, &c->name, g->label);
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

static bl_status make_runs(bl_ctx *ctx, bl_recording *rec, const bl_edf *e)
{
  for (size_t i = 0; i < rec->n_streams && e->n_records; i++) {
    bl_rec_stream *stream = &rec->streams[i];
    uint64_t spr = e->signals[e->stream_signals[e->stream_first[i]]].spr;
    stream->n_frames = spr * e->n_records;
    stream->runs = bl_calloc(ctx, e->n_runs, sizeof *stream->runs);
    if (!stream->runs) return bl_fail_nomem(ctx, "an EDF file's runs");
    stream->n_runs = e->n_runs;
    for (size_t k = 0; k < e->n_runs; k++) {
      uint64_t first = e->runs[k].first, end = k + 1 < e->n_runs ? e->runs[k + 1].first : e->n_records;
      stream->runs[k] = (bl_stretch){e->runs[k].start_s, first * spr, (end - first) * spr};
    }
  }
  return BL_OK;
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
    for (size_t k = 0; k < e->n_signals; k++)
      channels += is_channel(&e->signals[k]) && e->signals[k].spr == spr && e->signals[k].status;
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
  if (!s) s = bl_reader_number_names(ctx, rec, false);
  if (s) return s;
  rec->duration_s = (double)e->n_records * e->record_s;
  return make_runs(ctx, rec, e);
}
