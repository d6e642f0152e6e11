/* event_recall: share of the true events that are found; undefined without an event. */
#include "event_match.h"

static const bl_opt opts[] = {BL_EVENT_MATCH_OPTS(bl_event_match), BL_EVENT_AVERAGE_OPT(bl_event_match), BL_OPT_END};

static bl_event_ratio ratio(const bl_event_counts *c) { return (bl_event_ratio){c->hits, c->truth}; }

static bl_status score(bl_ctx *ctx, const void *params, const bl_spotted_data *d, double *out)
{
  return bl_event_score(ctx, "event_recall", params, d, ratio, out);
}

const bl_event_metric_class bl_event_metric_event_recall = {
    .name = "event_recall",
    .summary = "Share of the events that are found",
    .source = "sed_eval, event-based recall",
    .greater_is_better = true,
    .opts = opts,
    .params_size = sizeof(bl_event_match),
    .score = score,
};
