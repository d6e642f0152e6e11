/* read_some.h: what must hold of any recording that was opened, and reading from its ends and its middle. */
#ifndef BL_FUZZ_READ_SOME_H
#define BL_FUZZ_READ_SOME_H

#include <stdlib.h>

#include "recording_private.h"

typedef void (*read_frames)(const bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out);

static inline void read_some(const bl_recording *rec, read_frames read)
{
  enum { FRAMES = 70 };
  for (size_t i = 0; i < rec->n_streams; i++) {
    const bl_rec_stream *s = &rec->streams[i];
    uint64_t next = 0;
    for (size_t r = 0; r < s->n_runs; r++) {
      if (s->runs[r].first != next || !s->runs[r].n) abort();
      if (r && !(s->runs[r].start_s >= s->runs[r - 1].start_s)) abort();
      next += s->runs[r].n;
    }
    if (next != s->n_frames || !(s->rate_hz > 0) || !s->n_channels) abort();
    float *v = calloc(FRAMES * s->n_channels, sizeof *v);
    uint64_t firsts[] = {0, s->n_frames / 2, s->n_frames > FRAMES ? s->n_frames - FRAMES : 0};
    for (size_t k = 0; v && k < 3; k++) {
      uint64_t left = s->n_frames - firsts[k];
      if (left) read(rec, i, firsts[k], left < FRAMES ? (size_t)left : FRAMES, v);
    }
    free(v);
  }
  for (size_t i = 0; i < rec->annotations.n; i++) {
    const bl_annotation *a = &rec->annotations.v[i];
    if (!a->label || !(a->duration_s >= 0) || (i && a[-1].onset_s > a->onset_s)) abort();
  }
}

#endif
