/* Any bytes, as an EDF or BDF file in memory: opened, and each stream read from its ends and its middle. */
#include <stdlib.h>
#include <string.h>

#include "edf.h"
#include "recording_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_some(bl_ctx *ctx, bl_recording *rec, size_t stream)
{
  enum { FRAMES = 70 };
  const bl_rec_stream *s = &rec->streams[stream];
  float *v = calloc(FRAMES * s->n_channels, sizeof *v);
  uint64_t firsts[] = {0, s->n_frames / 2, s->n_frames > FRAMES ? s->n_frames - FRAMES : 0};
  for (size_t i = 0; v && i < 3; i++) {
    size_t got;
    if (bl_recording_read(ctx, rec, stream, firsts[i], FRAMES, v, &got)) abort();
  }
  free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx) return 0;
  bl_recording rec = {.cls = &bl_reader_edf, .path = bl_strdup(ctx, "fuzz.edf")};
  if (!bl_edf_open_bytes(ctx, &rec, bytes, n)) {
    for (size_t i = 0; i < rec.n_streams; i++) {
      uint64_t next = 0;
      for (size_t r = 0; r < rec.streams[i].n_runs; r++) {
        const bl_stretch *run = &rec.streams[i].runs[r];
        if (run->first != next || !(run->start_s >= (r ? run[-1].start_s : 0))) abort();
        next += rec.streams[i].runs[r].n;
      }
      if (next != rec.streams[i].n_frames || !(rec.streams[i].rate_hz > 0)) abort();
      read_some(ctx, &rec, i);
    }
    for (size_t i = 0; i < rec.annotations.n; i++) {
      const bl_annotation *a = &rec.annotations.v[i];
      if (!(a->duration_s >= 0) || !(a->onset_s > -1e10 && a->onset_s < 1e10) || (i && a[-1].onset_s > a->onset_s))
        abort();
    }
  } else if (!strstr(bl_ctx_error(ctx), "fuzz.edf")) {
    abort(); /* every refusal names the file */
  }
  bl_recording_release(ctx, &rec);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
