/* quicker.c: which stage a row waits for longest, and what it would take for it to wait less. */
#include <math.h>

#include "extractor_private.h"

static double own_latency(const bl_extractor *e, size_t i) { return bl_extractor_stage(e, i).latency_s; }

/* The parent, of several, whose frames are known last. */
static size_t last_parent(const bl_extractor *e, const node *d)
{
  size_t last = d->parent;
  for (size_t k = 0; k < d->more.n; k++)
    if (bl_extractor_stream(e, d->more.parent[k])->latency_s > bl_extractor_stream(e, last)->latency_s)
      last = d->more.parent[k];
  return last;
}

size_t bl_extractor_slowest(const bl_extractor *e)
{
  size_t most = BL_NO_STAGE, last = 0;
  double lag_s;
  for (size_t b = 1; b < e->recipe->n_branches; b++)
    if (e->leaves[b].stream->latency_s > e->leaves[last].stream->latency_s) last = b;
  double latency_s = e->leaves[last].stream->latency_s;
  if (!isfinite(latency_s) || (bl_extractor_finds_events(e, &lag_s) && lag_s > latency_s)) return BL_NO_STAGE;
  for (size_t i = e->leaves[last].node; i < e->n_nodes; i = last_parent(e, &e->nodes[i]))
    if (own_latency(e, i) > 0 && (most == BL_NO_STAGE || own_latency(e, i) > own_latency(e, most))) most = i;
  return most;
}

const bl_quicker *bl_extractor_quicker(const bl_extractor *e, size_t i) { return e->nodes[i].run.cls->quicker; }

bl_status bl_extractor_try(bl_ctx *ctx, const bl_extractor *e, size_t i, const bl_quicker *q, double *latency_s)
{
  const node *d = &e->nodes[i];
  const bl_stage_class *cls = d->run.cls;
  const bl_stream *in = bl_extractor_stream(e, d->parent);
  bl_stage other = {.cls = cls, .params = bl_calloc(ctx, 1, cls->params_size)};
  bl_stream out = {0};
  *latency_s = q->value ? INFINITY : NAN;
  bl_status s =
      other.params ? bl_opts_copy(ctx, cls->opts, other.params, d->stage->params) : bl_fail_nomem(ctx, "a stage");
  if (!s && q->value) {
    s = bl_opts_set(ctx, cls->name, cls->opts, other.params, q->option, q->value);
    if (!s) s = bl_stage_shape(ctx, &other, in, &out);
    if (!s) *latency_s = out.latency_s - in->latency_s;
    else if (s != BL_E_NOMEM) { /* what it refuses is no way out */ bl_ctx_clear_error(ctx);
      s = BL_OK;
    }
  }
  bl_stream_free(ctx, &out);
  bl_stage_free(ctx, &other);
  return s;
}
