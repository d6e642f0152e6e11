/* extractor_history.c: the last frames of each leaf and judge, as long as a late span may look back.
 *
 * They lie in one piece of memory, so that a span gets them in one block. New ones go behind the old; what has become
 * too old is moved away when the room ends, so that each frame is moved once at most on the average. */
#include <string.h>

#include "extractor_private.h"

bl_status bl_extractor_set_history(bl_ctx *ctx, bl_extractor *e, double seconds)
{
  if (!(seconds >= 0)) return bl_fail(ctx, BL_E_ARG, "extractor: a history of %g s; none is 0", seconds);
  e->history_s = seconds;
  return BL_OK;
}

void bl_history_clear(history *h) { h->from = h->n = 0; }

/* The oldest frame of a stream that is still needed when the run has reached `pushed` frames of input. An edge of a span
 * may be rounded to a frame before it, and a half: hence the 2. */
static uint64_t oldest_needed(const bl_extractor *e, const bl_stream *stream, uint64_t pushed)
{
  double back_to_s = e->in->stream.start_s + (double)pushed / e->in->stream.rate_hz - e->history_s;
  double frame = floor((back_to_s - stream->start_s) * stream->rate_hz) - 2;
  return frame > 0 ? (uint64_t)frame : 0;
}

/* Room for n more frames behind those held. */
static bl_status make_room(bl_ctx *ctx, history *h, size_t width, size_t n)
{
  if (h->from + h->n + n <= h->cap) return BL_OK;
  if (h->from) memmove(h->v, h->v + h->from * width, h->n * width * sizeof *h->v);
  h->from = 0;
  if (2 * (h->n + n) <= h->cap) return BL_OK;
  void *v = h->v;
  bl_status s = bl_grow(ctx, &v, &h->cap, 2 * (h->n + n), width * sizeof *h->v, "the history of a stream");
  h->v = v;
  return s;
}

bl_status bl_history_add(bl_ctx *ctx, const bl_extractor *e, const bl_stream *stream, history *h, const float *v,
                         uint64_t first, size_t n, size_t more)
{
  size_t width = bl_stream_width(stream);
  uint64_t oldest = oldest_needed(e, stream, e->in->pushed + more);
  if (!(e->history_s > 0) || !n) return BL_OK;
  size_t old = h->n && oldest > h->first ? (size_t)(oldest - h->first) : 0, skip = 0;
  if (old > h->n) old = h->n;
  h->from += old;
  h->n -= old;
  h->first += old;
  if (!h->n) {
    skip = oldest > first ? (size_t)(oldest - first) : 0;
    if (skip > n) skip = n;
    h->first = first + skip;
  }
  bl_status s = make_room(ctx, h, width, n - skip);
  if (s) return s;
  if (n > skip) memcpy(h->v + (h->from + h->n) * width, v + skip * width, (n - skip) * width * sizeof *h->v);
  h->n += n - skip;
  return BL_OK;
}

const float *bl_history_from(const history *h, const bl_stream *stream, uint64_t first, size_t *n)
{
  *n = 0;
  if (!h->n || first < h->first || first > h->first + h->n) return NULL;
  *n = h->n - (size_t)(first - h->first);
  return h->v + (h->from + (size_t)(first - h->first)) * bl_stream_width(stream);
}
