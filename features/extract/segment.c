/* segment.c: lists of spans, a segmentation at work, and which frames of a stream a span covers. */
#include "baleen/segment.h"

#include <math.h>

bl_status bl_spans_add(bl_ctx *ctx, bl_spans *s, const bl_span *span)
{
  void *v = s->v;
  bl_status status = bl_grow(ctx, &v, &s->cap, s->n + 1, sizeof *s->v, "a list of segments");
  if (status) return status;
  s->v = v;
  s->v[s->n++] = *span;
  return BL_OK;
}

bl_status bl_spans_leave_out(bl_ctx *ctx, bl_spans *s, double start_s, const char *label, const char *why)
{
  void *v = s->left_out;
  bl_status status = bl_grow(ctx, &v, &s->cap_left_out, s->n_left_out + 1, sizeof *s->left_out, "a list of segments");
  if (status) return status;
  s->left_out = v;
  s->left_out[s->n_left_out++] = (bl_left_out){start_s, label, why};
  return BL_OK;
}

void bl_spans_clear(bl_spans *s) { s->n = s->n_left_out = 0; }

void bl_spans_free(bl_ctx *ctx, bl_spans *s)
{
  bl_free(ctx, s->left_out);
  bl_free(ctx, s->v);
  *s = (bl_spans){0};
}

bl_status bl_segment_open(bl_ctx *ctx, const bl_segment *segment, const bl_run_info *run, bl_segment_run *out)
{
  const bl_segment_class *c = segment->cls;
  *out = (bl_segment_run){.cls = c, .state = bl_calloc(ctx, 1, c->state_size)};
  if (!out->state) return bl_fail_nomem(ctx, "segments of a run");
  return c->open(ctx, segment->params, run, out->state);
}

void bl_segment_stop(bl_ctx *ctx, bl_segment_run *run)
{
  if (run->state && run->cls->release) run->cls->release(ctx, run->state);
  bl_free(ctx, run->state);
  *run = (bl_segment_run){0};
}

double bl_segment_look_back(const bl_segment *segment, const bl_run_info *run)
{
  return segment->cls->look_back_s ? segment->cls->look_back_s(segment->params, run) : 0;
}

/* A frame count from a real that may be negative, huge or infinite. */
static uint64_t frame_number(double x)
{
  if (!(x > 0)) return 0;
  return x < 9007199254740992.0 /* 2^53: doubles count no further */ ? (uint64_t)x : UINT64_MAX;
}

/* The sample at t, as MNE counts: the anchor's sample plus the rounded distance from it, both half to even. */
static double sample_at(double anchor_s, double t, double rate_hz)
{
  return rint(anchor_s * rate_hz) + rint((t - anchor_s) * rate_hz);
}

/* The first frame whose centre is at t or later. A millionth of a frame is rounding noise, not lateness. */
static double frame_from(double t, double run_start_s, const bl_stream *stream)
{
  return ceil((t - run_start_s - stream->start_s) * stream->rate_hz - 1e-6);
}

size_t bl_fill_from(bl_fill rule, size_t i, size_t m)
{
  if (rule != BL_FILL_REFLECT) return i % m;
  size_t period = m > 1 ? 2 * (m - 1) : 1, at = i % period;
  return at < m ? at : period - at;
}

void bl_span_frames(const bl_span *span, double run_start_s, const bl_stream *stream, uint64_t *first, uint64_t *behind)
{
  bool samples = stream->n_bins == 1 && stream->start_s == 0;
  double anchor = isfinite(span->anchor_s) ? span->anchor_s : run_start_s;
  double zero = samples ? rint(run_start_s * stream->rate_hz) : 0;
  if (isinf(span->start_s)) *first = span->start_s < 0 ? 0 : UINT64_MAX;
  else if (samples) *first = frame_number(sample_at(anchor, span->start_s, stream->rate_hz) - zero);
  else *first = frame_number(frame_from(span->start_s, run_start_s, stream));
  if (isinf(span->end_s)) *behind = span->end_s > 0 ? UINT64_MAX : 0;
  else if (samples)
    *behind = frame_number(sample_at(anchor, span->end_s, stream->rate_hz) - zero + (span->end_included ? 1 : 0));
  else *behind = frame_number(frame_from(span->end_s, run_start_s, stream));
  if (*behind < *first) *behind = *first;
}
