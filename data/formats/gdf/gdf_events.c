/* GDF's table of events, behind the records: mode, rate and count, then all positions (from 1), all types, and in mode
 * 3 all channels (0: all of them) and durations in samples. Up to 1.93 the rate has 3 bytes and the count 4, from 1.94
 * on the count 3 bytes and the rate is a float32. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "edf.h"
#include "gdf.h"
#include "recording_private.h"

enum { WITH_SPAN = 2, WITH_CLOCK = 4, END_OF = 0x8000, NEW_SEGMENT = 0x7ffe, SPARSE_SAMPLE = 0x7fff };
enum { MAX_NAMES = 256, MAX_NAME = 200, MAX_OPEN = 10000 /* events between a beginning and its end */ };

typedef struct table {
  int mode;
  uint64_t at, n; /* byte of the file; events */
  double rate_hz;
  const unsigned char *pos, *type, *channel, *duration;
  uint64_t n_sparse, n_ends;
  const unsigned char *name[MAX_NAMES]; /* of types, by the file itself; NULL: none */
  size_t name_len[MAX_NAMES];
} table;

/* Finds the table. n stays 0 when there is none. */
static bl_status find_table(bl_ctx *ctx, bl_recording *rec, bl_gdf *g, table *t)
{
  t->at = g->header_bytes + g->n_records * g->record_bytes;
  if (g->ends_early || t->at >= g->n_bytes) return BL_OK;
  if (g->n_bytes - t->at < 8)
    return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                             "byte %llu: %llu bytes follow the last record; they were left out",
                             (unsigned long long)t->at, (unsigned long long)(g->n_bytes - t->at));
  const unsigned char *p;
  bl_status s = bl_window_get(ctx, &g->file, t->at, 8, 8, &p);
  if (s) return s;
  t->mode = p[0];
  bool old = g->version < 1.94;
  uint64_t says = old ? bl_gdf_u(p + 4, 4) : bl_gdf_u(p + 1, 3);
  t->rate_hz = old ? (double)bl_gdf_u(p + 1, 3) : bl_sample_at(p + 4, (bl_sample_type){BL_F32, false});
  if (!says) return BL_OK;
  if (!(t->mode & 1) || t->mode > 7)
    return bl_recording_note(
        ctx, rec, BL_W_DEVIATION,
        "byte %llu: a table of events of mode %d, which is none; what follows the records was left out",
        (unsigned long long)t->at, t->mode);
  uint64_t width = 6u + (t->mode & WITH_SPAN ? 6u : 0u) + (t->mode & WITH_CLOCK ? 8u : 0u),
           room = g->n_bytes - t->at - 8;
  if (says > room / width)
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                             "byte %llu: the file ends inside the table of %llu events; they were left out",
                             (unsigned long long)g->n_bytes, (unsigned long long)says);
  s = bl_window_get(ctx, &g->file, t->at + 8, (size_t)(says * width), (size_t)(says * width), &t->pos);
  if (s) return s;
  t->n = says;
  t->type = t->pos + 4 * says;
  t->channel = t->mode & WITH_SPAN ? t->type + 2 * says : NULL;
  t->duration = t->channel ? t->channel + 2 * says : NULL;
  if (t->rate_hz > 0 && isfinite(t->rate_hz)) return BL_OK;
  t->rate_hz = rec->n_streams ? rec->streams[0].rate_hz : 1;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                           "byte %llu: the events' rate is missing; taken as the signals', %g Hz",
                           (unsigned long long)t->at, t->rate_hz);
}

/* What the file itself calls the types from 1 on: texts that end with a NUL, in the header's third part under tag 1.
 * BioSig puts an empty one before them, for type 0. */
static void find_names(const bl_gdf *g, table *t)
{
  uint64_t at = 256 * ((uint64_t)g->n_channels + 1), k = 1;
  while (at + 4 <= g->n_loaded && g->bytes[at]) {
    uint64_t n = bl_gdf_u(g->bytes + at + 1, 3), from = at + 4, end = from + n;
    if (end > g->n_loaded) return;
    if (g->bytes[at] == 1 && k == 1 && n && !g->bytes[from]) from++;
    while (g->bytes[at] == 1 && k < MAX_NAMES && from < end && g->bytes[from]) {
      const unsigned char *nul = memchr(g->bytes + from, 0, (size_t)(end - from));
      uint64_t len = nul ? (uint64_t)(nul - g->bytes) - from : end - from;
      t->name[k] = g->bytes + from;
      t->name_len[k++] = (size_t)(len < MAX_NAME ? len : MAX_NAME);
      from += len + 1;
    }
    at = end;
  }
}

static void label_of(const table *t, uint64_t type, char *to)
{
  if (type < MAX_NAMES && t->name[type]) bl_edf_text(t->name[type], t->name_len[type], to, NULL);
  else snprintf(to, 8, "%llu", (unsigned long long)type);
}

/* In mode 1, type + 0x8000 says where the last one of a type ended. */
static void end_of(bl_recording *rec, table *t, const char *label, double at_s)
{
  size_t n = rec->annotations.n;
  for (size_t k = n; k-- > 0 && n - k < MAX_OPEN;) {
    bl_annotation *a = &rec->annotations.v[k];
    if (strcmp(a->label, label)) continue;
    if (a->duration_s > 0 || at_s < a->onset_s) break;
    a->duration_s = at_s - a->onset_s;
    return;
  }
  t->n_ends++;
}

static bl_status add_event(bl_ctx *ctx, bl_recording *rec, bl_gdf *g, table *t, uint64_t i)
{
  uint64_t pos = bl_gdf_u(t->pos + 4 * i, 4), type = bl_gdf_u(t->type + 2 * i, 2);
  uint64_t channel = t->channel ? bl_gdf_u(t->channel + 2 * i, 2) : 0;
  char label[2 * MAX_NAME + 1];
  bl_annotation a = {.low_hz = NAN, .high_hz = NAN, .label = label};
  a.onset_s = pos ? (double)(pos - 1) / t->rate_hz : 0;
  if (type == SPARSE_SAMPLE && t->channel) {
    t->n_sparse++;
    return BL_OK;
  }
  bool is_end = !t->duration && type & END_OF;
  uint64_t kind = is_end ? type & ~(uint64_t)END_OF : type;
  label_of(t, kind, label);
  if (is_end) {
    end_of(rec, t, label, a.onset_s);
    return BL_OK;
  }
  if (type == NEW_SEGMENT) {
    bl_status s =
        bl_grow(ctx, (void **)&g->breaks_s, &g->cap_breaks, g->n_breaks + 1, sizeof *g->breaks_s, "a GDF file");
    if (s) return s;
    g->breaks_s[g->n_breaks++] = a.onset_s;
  }
  if (t->duration) a.duration_s = (double)bl_gdf_u(t->duration + 4 * i, 4) / t->rate_hz;
  if (channel && channel <= g->n_channels) a.channel = g->channels[channel - 1].label;
  return bl_annotations_add(ctx, &rec->annotations, &a);
}

bl_status bl_gdf_events(bl_ctx *ctx, bl_recording *rec, bl_gdf *g)
{
  table t = {0};
  bl_status s = find_table(ctx, rec, g, &t);
  if (!s) find_names(g, &t);
  for (uint64_t i = 0; i < t.n && !s; i++) s = add_event(ctx, rec, g, &t, i);
  if (!s && t.n_sparse)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "byte %llu: %llu samples of channels without a rate are among the events; they were left out",
                          (unsigned long long)t.at, (unsigned long long)t.n_sparse);
  if (!s && t.n_ends)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte %llu: %llu events end that never began; they were left out",
                          (unsigned long long)t.at, (unsigned long long)t.n_ends);
  if (!s) bl_annotations_sort(&rec->annotations);
  return s;
}
