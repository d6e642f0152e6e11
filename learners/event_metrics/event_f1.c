/* event_f1: harmonic mean of event_precision and event_recall: 2 hits over true events and detections together. 0 when there
 * are only events, or only detections; undefined when there is neither. */
#include "event_match.h"

static const bl_opt opts[] = {BL_EVENT_MATCH_OPTS(bl_event_match), BL_EVENT_AVERAGE_OPT(bl_event_match), BL_OPT_END};

static bl_event_ratio ratio(const bl_event_counts *c) { return (bl_event_ratio){2 * c->hits, c->truth + c->found}; }

static bl_status score(bl_ctx *ctx, const void *params, const bl_spotted_data *d, double *out)
{
  return bl_event_score(ctx, "event_f1", params, d, ratio, out);
}

const bl_event_metric_class bl_event_metric_event_f1 = {
    .name = "event_f1",
    .summary = "Harmonic mean of precision and recall of events",
    .source = "sed_eval, event-based F-score",
    .greater_is_better = true,
    .opts = opts,
    .params_size = sizeof(bl_event_match),
    .score = score,
};
