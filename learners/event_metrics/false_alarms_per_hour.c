/* false_alarms_per_hour: detections that find no event, over the hours listened. */
#include "event_match.h"

static const bl_opt opts[] = {BL_EVENT_MATCH_OPTS(bl_event_match), BL_OPT_END};

static bl_status score(bl_ctx *ctx, const void *params, const bl_spotted_data *d, double *out)
{
  bl_event_counts *each = bl_calloc(ctx, d->n_labels, sizeof *each);
  if (!each) return bl_fail_nomem(ctx, "false_alarms_per_hour");
  bl_status s = bl_event_count(ctx, params, d, each);
  double alarms = 0;
  for (size_t i = 0; i < d->n_labels; i++) alarms += each[i].found - each[i].hits;
  if (!s) *out = alarms / d->hours;
  bl_free(ctx, each);
  return s;
}

const bl_event_metric_class bl_event_metric_false_alarms_per_hour = {
    .name = "false_alarms_per_hour",
    .summary = "Detections that find no event, in an hour of listening",
    .source = "PAMGuard and SzCORE report it so, per hour or day",
    .needs_hours = true,
    .opts = opts,
    .params_size = sizeof(bl_event_match),
    .score = score,
};
