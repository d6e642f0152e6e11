/* extractor_events.c: what the stages of an extractor find. */
#include "extractor_private.h"

bool bl_extractor_finds_events(const bl_extractor *e, double *lag_s)
{
  bool any = false;
  *lag_s = 0;
  for (size_t i = 0; i < e->n_nodes; i++) {
    const bl_stage_run *run = &e->nodes[i].run;
    if (!run->cls->events) continue;
    any = true;
    *lag_s = fmax(*lag_s, bl_extractor_stream(e, e->nodes[i].parent)->latency_s + run->cls->event_lag_s(run->state));
  }
  return any;
}

bl_status bl_extractor_events(bl_ctx *ctx, bl_extractor *e, bl_findings *out, double *known_s)
{
  *known_s = INFINITY;
  for (size_t i = 0; i < e->n_nodes; i++) {
    const node *d = &e->nodes[i];
    size_t before = out->n;
    double known;
    if (!d->run.cls->events) continue;
    bl_status s = d->run.cls->events(ctx, d->run.state, out, &known);
    if (s) return bl_extractor_fail(ctx, e, s, d->branch, "stage", d->run.cls->name);
    for (size_t k = before; k < out->n; k++) out->v[k].event.onset_s += e->run_start_s;
    if (!e->ended) *known_s = fmin(*known_s, e->run_start_s + known);
  }
  return BL_OK;
}
