/* stage_run.c: a stage set to work on a stream: options complete, shape checked, state made. */
#include "baleen/stage.h"

static bl_status check_input(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  if (!in->n_channels || !in->n_bins)
    return bl_fail(ctx, BL_E_SHAPE, "%s: the stream has %zu channels and %zu bins; at least one of each is needed", who,
                   in->n_channels, in->n_bins);
  if (!(in->rate_hz > 0) || !isfinite(in->rate_hz))
    return bl_fail(ctx, BL_E_RANGE, "%s: a rate of %g frames a second; it must be above 0", who, in->rate_hz);
  return BL_OK;
}

/* Frames of parents must come in step. */
static bl_status check_step(bl_ctx *ctx, const char *who, const char *branch, const bl_stream *a, const bl_stream *b)
{
  if (!(fabs(a->rate_hz - b->rate_hz) <= 1e-9 * a->rate_hz))
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: branch '%s' gives %g frames a second, but %g come before it; resample one of them to the rate "
                   "of the other",
                   who, branch, b->rate_hz, a->rate_hz);
  if (!(fabs(a->start_s - b->start_s) <= 1e-6 / a->rate_hz))
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: the first frame of branch '%s' lies at %g s, the first that comes before it at %g s; let both "
                   "have the same windows",
                   who, branch, b->start_s, a->start_s);
  return BL_OK;
}

/* Everything but what the class itself says. */
static bl_status check_parents(bl_ctx *ctx, const bl_stage *stage, const bl_stream *const *in, size_t n_in)
{
  const bl_stage_class *c = stage->cls;
  bl_status s = check_input(ctx, c->name, in[0]);
  if (!s) s = bl_opts_complete(ctx, c->name, c->opts, stage->params);
  if (s) return s;
  const bl_texts *branches = c->branches ? c->branches(stage->params) : NULL;
  size_t wanted = 1 + (branches ? branches->n : 0);
  if (n_in != wanted || (c->branches && wanted == 1))
    return bl_fail(
        ctx, BL_E_CONFIG,
        "%s: takes what other branches end in, which there are in the features of a config alone; it has %zu "
        "of them, not %zu",
        c->name, n_in - 1, wanted - 1);
  for (size_t i = 1; !s && i < n_in; i++) s = check_step(ctx, c->name, branches->v[i - 1], in[0], in[i]);
  return s;
}

bl_status bl_stage_shape_all(bl_ctx *ctx, const bl_stage *stage, const bl_stream *const *in, size_t n_in,
                             bl_stream *out)
{
  const bl_stage_class *c = stage->cls;
  *out = (bl_stream){0};
  bl_status s = check_parents(ctx, stage, in, n_in);
  if (!s) s = bl_stream_copy(ctx, in[0], out);
  if (s) return s;
  for (size_t i = 1; i < n_in; i++) out->latency_s = fmax(out->latency_s, in[i]->latency_s);
  s = n_in > 1 ? c->shape_all(ctx, stage->params, in, out) : c->shape(ctx, stage->params, in[0], out);
  if (s) bl_stream_free(ctx, out);
  return s;
}

bl_status bl_stage_shape(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stream *out)
{
  return bl_stage_shape_all(ctx, stage, &in, 1, out);
}

bl_status bl_stage_start_all(bl_ctx *ctx, const bl_stage *stage, const bl_stream *const *in, size_t n_in,
                             bl_stage_run *out)
{
  const bl_stage_class *c = stage->cls;
  *out = (bl_stage_run){.cls = c};
  bl_status s = bl_stage_shape_all(ctx, stage, in, n_in, &out->out);
  if (s) return s;
  if (!(out->state = bl_calloc(ctx, 1, c->state_size))) s = bl_fail_nomem(ctx, c->name);
  if (!s && c->init) s = c->init(ctx, stage->params, in[0], &out->out, out->state);
  if (s) bl_stage_stop(ctx, out);
  return s;
}

bl_status bl_stage_start(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stage_run *out)
{
  return bl_stage_start_all(ctx, stage, &in, 1, out);
}

void bl_stage_stop(bl_ctx *ctx, bl_stage_run *run)
{
  if (run->state && run->cls->release) run->cls->release(ctx, run->state);
  bl_free(ctx, run->state);
  bl_stream_free(ctx, &run->out);
  *run = (bl_stage_run){0};
}
