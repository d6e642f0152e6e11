/* live.c: see live.h. */
#include "live.h"

#include <math.h>

#define WORTH_S 0.1 /* what nothing lowers is told from here on: a window of an STFT is no news */

/* One way to lower what the stage costs, when it does. *said: how many were named. */
static bl_status name_way(bl_ctx *ctx, const bl_extractor *e, size_t i, const bl_quicker *q, size_t *said, bl_buf *out)
{
  double with_s;
  bl_status s = bl_extractor_try(ctx, e, i, q, &with_s);
  if (s || with_s > 0.9 * bl_extractor_stage(e, i).latency_s) return s;
  s = bl_buf_puts(ctx, out, (*said)++ ? "; or " : ": ");
  if (!s && q->value) s = bl_buf_printf(ctx, out, "%.3g s with %s: %s", with_s, q->option, q->value);
  else if (!s) s = bl_buf_printf(ctx, out, "less with a smaller %s", q->option);
  return s ? s : bl_buf_printf(ctx, out, " (%s)", q->cost);
}

static bl_status advise(bl_ctx *ctx, const bl_extractor *e, bl_live *l)
{
  size_t i = bl_extractor_slowest(e), said = 0;
  if (l->whole || i == BL_NO_STAGE) return BL_OK;
  bl_buf text = {0};
  bl_stage_part p = bl_extractor_stage(e, i);
  bl_status s = bl_buf_printf(ctx, &text, "%.3g s of it by %s (branch '%s')", p.latency_s, p.stage, p.branch);
  for (const bl_quicker *q = bl_extractor_quicker(e, i); !s && q && q->option; q++)
    s = name_way(ctx, e, i, q, &said, &text);
  bool worth = said || p.latency_s >= WORTH_S;
  if (!s && worth && !(l->advice = bl_strdup(ctx, bl_buf_text(&text)))) s = bl_fail_nomem(ctx, "the latencies");
  bl_buf_free(ctx, &text);
  return s;
}

bl_status bl_live_of(bl_ctx *ctx, const bl_config *c, const bl_extractor *e, bl_live *out)
{
  *out = (bl_live){.known = true, .n = bl_extractor_n_stages(e)};
  double lag_s; /* a segment around an event that a stage finds is known when that is told */
  out->latency_s = bl_extractor_latency(e, &out->whole);
  if (bl_extractor_finds_events(e, &lag_s)) out->latency_s = fmax(out->latency_s, lag_s);
  if (!out->whole && (c->segment.cls->tags & BL_SEGMENT_WHOLE)) {
    out->whole = "segments: whole";
    out->latency_s = INFINITY;
  }
  if (!(out->parts = bl_calloc(ctx, out->n, sizeof *out->parts))) return bl_fail_nomem(ctx, "the latencies");
  for (size_t i = 0; i < out->n; i++) out->parts[i] = bl_extractor_stage(e, i);
  return advise(ctx, e, out);
}

void bl_live_free(bl_ctx *ctx, bl_live *l)
{
  bl_free(ctx, l->advice);
  bl_free(ctx, l->parts);
  *l = (bl_live){0};
}

bl_status bl_live_text(bl_ctx *ctx, const bl_live *l, bl_buf *out)
{
  if (!l->known) return BL_OK;
  if (l->whole) return bl_buf_printf(ctx, out, "cannot run live: %s needs the whole recording", l->whole);
  if (!(l->latency_s > 0)) return bl_buf_puts(ctx, out, "live, a row is known as soon as its segment ends");
  return bl_buf_printf(ctx, out, "live, a row is known %.4g s after its segment ends%s%s", l->latency_s,
                       l->advice ? ", " : "", l->advice ? l->advice : "");
}

void bl_live_log(bl_ctx *ctx, const bl_live *l)
{
  for (size_t i = 0; i < l->n; i++) {
    const bl_stage_part *p = &l->parts[i];
    if (p->whole)
      bl_log(ctx, BL_LOG_DEBUG, "latency of '%s' (branch '%s'): needs the whole recording", p->stage, p->branch);
    else if (!isnan(p->latency_s))
      bl_log(ctx, BL_LOG_DEBUG, "latency of '%s' (branch '%s'): %.4g s", p->stage, p->branch, p->latency_s);
    else
      bl_log(ctx, BL_LOG_DEBUG, "latency of '%s' (branch '%s'): behind a stage that needs the whole recording",
             p->stage, p->branch);
  }
}

static json_t *real_or_null(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *bl_live_json(const bl_live *l)
{
  if (!l->known) return json_null();
  json_t *o = json_object(), *stages = json_array();
  json_object_set_new(o, "latency_s", real_or_null(l->latency_s));
  json_object_set_new(o, "needs_whole_recording", l->whole ? json_string(l->whole) : json_null());
  json_object_set_new(o, "advice", l->advice ? json_string(l->advice) : json_null());
  for (size_t i = 0; i < l->n; i++) {
    json_t *part = json_object();
    json_object_set_new(part, "branch", json_string(l->parts[i].branch));
    json_object_set_new(part, "stage", json_string(l->parts[i].stage));
    json_object_set_new(part, "latency_s", real_or_null(l->parts[i].latency_s));
    json_array_append_new(stages, part);
  }
  json_object_set_new(o, "stages", stages);
  return o;
}
