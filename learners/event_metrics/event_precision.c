/* event_precision: share of the detections that find an event; undefined without a detection. */
#include "event_match.h"

static const bl_opt opts[] = {BL_EVENT_MATCH_OPTS(bl_event_match), BL_EVENT_AVERAGE_OPT(bl_event_match), BL_OPT_END};

static bl_event_ratio ratio(const bl_event_counts *c) { return (bl_event_ratio){c->hits, c->found}; }

static bl_status score(bl_ctx *ctx, const void *params, const bl_spotted_data *d, double *out)
{
  return bl_event_score(ctx, "event_precision", params, d, ratio, out);
}

const bl_event_metric_class bl_event_metric_event_precision = {
    .name = "event_precision",
    .summary = "Share of the detections that find an event",
    .source = "sed_eval, event-based precision",
    .greater_is_better = true,
    .opts = opts,
    .params_size = sizeof(bl_event_match),
    .score = score,
};
