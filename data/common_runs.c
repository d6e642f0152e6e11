/* common_runs.c: see common_runs.h. */
#include "baleen/common_runs.h"

#include <math.h>

/* What is gone along: at[k] is the run of stream k whose turn it is. */
typedef struct sweep {
  const bl_rec_stream *streams;
  const size_t *which;
  size_t *at, n;
} sweep;

static const bl_rec_stream *stream_of(const sweep *w, size_t k) { return &w->streams[w->which[k]]; }
static const bl_stretch *run_of(const sweep *w, size_t k) { return &stream_of(w, k)->runs[w->at[k]]; }
static double end_of(const sweep *w, size_t k)
{
  return run_of(w, k)->start_s + (double)run_of(w, k)->n / stream_of(w, k)->rate_hz;
}

/* The frames of stream k's run that lie between two times. */
static bl_stretch part_of(const sweep *w, size_t k, double start_s, double end_s)
{
  const bl_stretch *run = run_of(w, k);
  double rate = stream_of(w, k)->rate_hz, from = fmin(rint((start_s - run->start_s) * rate), (double)run->n);
  double n = fmin(rint((end_s - run->start_s) * rate), (double)run->n) - from;
  return (bl_stretch){
      .start_s = run->start_s + from / rate, .first = run->first + (uint64_t)from, .n = n > 0 ? (uint64_t)n : 0};
}

/* What the runs at hand have in common, when there is a frame of every stream in it; `of` has room for these. */
static void add_common(const sweep *w, bl_stretch *of, bl_common_runs *r)
{
  double start_s = -INFINITY, end_s = INFINITY;
  bool all = true;
  for (size_t k = 0; k < w->n; k++) {
    start_s = fmax(start_s, run_of(w, k)->start_s);
    end_s = fmin(end_s, end_of(w, k));
  }
  for (size_t k = 0; k < w->n && end_s > start_s; k++) {
    of[k] = part_of(w, k, start_s, end_s);
    all = all && of[k].n;
  }
  if (all && end_s > start_s) r->v[r->n++] = (bl_common_run){start_s, end_s, of};
}

/* The run that ends first makes way for the next one of its stream; false when there is none. */
static bool step(sweep *w)
{
  size_t first = 0;
  for (size_t k = 1; k < w->n; k++)
    if (end_of(w, k) < end_of(w, first)) first = k;
  return ++w->at[first] < stream_of(w, first)->n_runs;
}

bl_status bl_common_runs_find(bl_ctx *ctx, const bl_rec_stream *streams, const size_t *which, size_t n_streams,
                              bl_common_runs *out)
{
  size_t most = 0;
  *out = (bl_common_runs){0};
  bool any = n_streams > 0;
  for (size_t k = 0; k < n_streams; k++) {
    most += streams[which[k]].n_runs;
    any = any && streams[which[k]].n_runs;
  }
  sweep w = {streams, which, bl_calloc(ctx, n_streams, sizeof *w.at), n_streams};
  out->v = bl_calloc(ctx, most, sizeof *out->v);
  out->stretches = bl_calloc(ctx, most * n_streams, sizeof *out->stretches);
  bl_status s = w.at && out->v && out->stretches ? BL_OK : bl_fail_nomem(ctx, "the runs of a recording");
  for (bool more = any && !s; more; more = step(&w)) add_common(&w, out->stretches + out->n * n_streams, out);
  bl_free(ctx, w.at);
  if (s) bl_common_runs_free(ctx, out);
  return s;
}

void bl_common_runs_free(bl_ctx *ctx, bl_common_runs *r)
{
  bl_free(ctx, r->v);
  bl_free(ctx, r->stretches);
  *r = (bl_common_runs){0};
}
