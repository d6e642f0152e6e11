/* whole: each run is one segment, padding at its edges included. */
#include "baleen/segment.h"

typedef struct whole_state {
  bl_run_info run;
  bool given;
} whole_state;

static bl_status open_run(bl_ctx *ctx, const void *params, const bl_run_info *run, void *state)
{
  (void)ctx, (void)params;
  *(whole_state *)state = (whole_state){.run = *run};
  return BL_OK;
}

/* Its frames may lie before the run's first sample: it comes out in the first step, whatever that reaches. */
static bl_status advance(bl_ctx *ctx, void *state, double until_s, const bl_news *news, bl_spans *out)
{
  whole_state *w = state;
  (void)until_s, (void)news;
  if (w->given || !(w->run.end_s > w->run.start_s)) return BL_OK;
  bl_span span = {.start_s = -INFINITY, .end_s = INFINITY, .anchor_s = w->run.start_s, .event = BL_NO_EVENT};
  w->given = true;
  return bl_spans_add(ctx, out, &span);
}

static bl_status close_run(bl_ctx *ctx, void *state, const bl_run_info *run, bl_spans *out)
{
  whole_state *w = state;
  w->run = *run;
  if (!(run->end_s > run->start_s)) return bl_spans_leave_out(ctx, out, run->start_s, NULL, "there is nothing in it");
  return advance(ctx, state, INFINITY, NULL, out);
}

const bl_segment_class bl_segment_whole = {
    .name = "whole",
    .summary = "the whole recording, or each stretch between gaps, as one segment",
    .source = "",
    .tags = BL_SEGMENT_WHOLE,
    .state_size = sizeof(whole_state),
    .open = open_run,
    .advance = advance,
    .close = close_run,
};
