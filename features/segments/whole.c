/* whole: each run is one segment, padding at its edges included. */
#include "baleen/segment.h"

static bl_status plan(bl_ctx *ctx, const void *params, const bl_run_info *run, const bl_event *events, size_t n_events,
                      bl_spans *out, size_t *n_skipped)
{
  (void)params, (void)events, (void)n_events;
  if (!(run->end_s > run->start_s)) {
    (*n_skipped)++;
    return bl_spans_leave_out(ctx, out, run->start_s, NULL, "there is nothing in it");
  }
  bl_span span = {.start_s = -INFINITY, .end_s = INFINITY, .anchor_s = run->start_s, .event = BL_NO_EVENT};
  return bl_spans_add(ctx, out, &span);
}

const bl_segment_class bl_segment_whole = {
    .name = "whole",
    .summary = "the whole recording, or each stretch between gaps, as one segment",
    .source = "",
    .tags = BL_SEGMENT_WHOLE,
    .plan = plan,
};
