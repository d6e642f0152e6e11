/* event_count: how many events that a stage before it found share time with the segment, and how many seconds of it they
 * fill; what two of them fill counts twice. Row: event_count, event_seconds. Frames do not matter. */
#include <math.h>

#include "moments.h"

typedef struct event_count_state {
  double start_s, end_s, count, seconds;
  uint64_t n;
} event_count_state;

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params, (void)in;
  bl_status s = bl_feature_add(ctx, out, NULL, NULL, "event_count", "1");
  return s ? s : bl_feature_add(ctx, out, NULL, NULL, "event_seconds", "s");
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  (void)ctx, (void)params, (void)in, (void)state;
  return BL_OK;
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)first_s;
  *(event_count_state *)state = (event_count_state){.start_s = span->start_s, .end_s = span->end_s};
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  (void)ctx, (void)x;
  ((event_count_state *)state)->n += n;
  return BL_OK;
}

static bl_status event(bl_ctx *ctx, void *state, const bl_event *e, const double *values)
{
  (void)ctx, (void)values;
  event_count_state *s = state;
  s->count++;
  s->seconds += fmax(0, fmin(e->onset_s + e->duration_s, s->end_s) - fmax(e->onset_s, s->start_s));
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  const event_count_state *s = state;
  row[0] = (float)s->count;
  row[1] = (float)s->seconds;
  return bl_need_frames(ctx, "event_count", s->n, 1);
}

const bl_summary_class bl_summary_event_count = {
    .name = "event_count",
    .summary = "how many events that a stage found lie in the segment, and their seconds",
    .source = "",
    .state_size = sizeof(event_count_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .event = event,
};
