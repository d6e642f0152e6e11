/* common_runs.h: the stretches of a recording in which several of its streams are known at once.
 *
 * Streams of a recording may begin, pause and end apart. What takes frames of all of them side by side goes along the
 * stretches that none of them has a gap in; of one stream alone these are its own runs. */
#ifndef BALEEN_COMMON_RUNS_H
#define BALEEN_COMMON_RUNS_H

#include "baleen/recording.h"

/* The frames of stream k in it are of[k].first .. of[k].first + of[k].n - 1 of the stream. They are counted to the
 * nearest: where the rates' frames do not fall together, an edge may lie half a frame off. */
typedef struct bl_common_run {
  double start_s, end_s; /* after the recording's start */
  const bl_stretch *of;  /* [n_streams] */
} bl_common_run;
typedef struct bl_common_runs {
  bl_common_run *v;
  size_t n;
  bl_stretch *stretches; /* what v[i].of points into */
} bl_common_runs;

/* Of the streams which[0] .. which[n_streams - 1], in the order of time; one of them may be there twice. To be freed. */
bl_status bl_common_runs_find(bl_ctx *ctx, const bl_rec_stream *streams, const size_t *which, size_t n_streams,
                              bl_common_runs *out) BL_MUST_CHECK;
void bl_common_runs_free(bl_ctx *ctx, bl_common_runs *r);

#endif
