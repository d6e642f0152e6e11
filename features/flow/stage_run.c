/* stage_run.c: a stage set to work on a stream: options complete, shape checked, state made. */
#include "baleen/stage.h"

bl_status bl_stage_shape(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stream *out)
{
  const bl_stage_class *c = stage->cls;
  *out = (bl_stream){0};
  if (!in->n_channels || !in->n_bins)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu channels and %zu bins; at least one of each is needed",
                   c->name, in->n_channels, in->n_bins);
  if (!(in->rate_hz > 0) || !isfinite(in->rate_hz))
    return bl_fail(ctx, BL_E_RANGE, "%s: a rate of %g frames a second; it must be above 0", c->name, in->rate_hz);
  bl_status s = bl_opts_complete(ctx, c->name, c->opts, stage->params);
  if (!s) s = bl_stream_copy(ctx, in, out);
  if (!s && (s = c->shape(ctx, stage->params, in, out))) bl_stream_free(ctx, out);
  return s;
}

bl_status bl_stage_start(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stage_run *out)
{
  const bl_stage_class *c = stage->cls;
  *out = (bl_stage_run){.cls = c};
  bl_status s = bl_stage_shape(ctx, stage, in, &out->out);
  if (s) return s;
  if (!(out->state = bl_calloc(ctx, 1, c->state_size))) s = bl_fail_nomem(ctx, c->name);
  if (!s && c->init) s = c->init(ctx, stage->params, in, &out->out, out->state);
  if (s) bl_stage_stop(ctx, out);
  return s;
}

void bl_stage_stop(bl_ctx *ctx, bl_stage_run *run)
{
  if (run->state && run->cls->release) run->cls->release(ctx, run->state);
  bl_free(ctx, run->state);
  bl_stream_free(ctx, &run->out);
  *run = (bl_stage_run){0};
}
