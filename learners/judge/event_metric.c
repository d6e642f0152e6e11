/* Event metrics: the checks that come before every score. */
#include "baleen/event_metric.h"

#include <math.h>

static bl_status check_events(bl_ctx *ctx, const char *who, const char *what, const bl_spotted *v, size_t n,
                              size_t n_labels)
{
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(v[i].start_s) || !isfinite(v[i].end_s) || v[i].end_s < v[i].start_s)
      return bl_fail(ctx, BL_E_RANGE, "%s: %s %zu lasts from %g to %g s, wanted two times in order", who, what, i,
                     v[i].start_s, v[i].end_s);
    if (isnan(v[i].score)) return bl_fail(ctx, BL_E_NONFINITE, "%s: the score of %s %zu is NaN", who, what, i);
    if (v[i].label < 0 || (size_t)v[i].label >= n_labels || v[i].recording < 0)
      return bl_fail(ctx, BL_E_RANGE, "%s: %s %zu has label %d of %zu and recording %d", who, what, i, (int)v[i].label,
                     n_labels, (int)v[i].recording);
  }
  return BL_OK;
}

bl_status bl_event_metric_score(bl_ctx *ctx, const bl_event_metric *m, const bl_spotted_data *d, double *out)
{
  const char *who = m->cls->name;
  *out = (double)NAN;
  bl_status s = check_events(ctx, who, "true event", d->truth, d->n_truth, d->n_labels);
  if (!s) s = check_events(ctx, who, "detection", d->found, d->n_found, d->n_labels);
  if (!s && m->cls->needs_hours && !(isfinite(d->hours) && d->hours > 0))
    s = bl_fail(ctx, BL_E_ARG, "%s: is a rate; say how many hours were listened to", who);
  return s ? s : m->cls->score(ctx, m->params, d, out);
}
