/* extractor_events.c: what the stages of an extractor find, on its way to whoever asks and to summaries. */
#include "extractor_private.h"
#include "segment_events.h"

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

/* Whatever the parent comes of. */
static void add_parent(bl_extractor *e, size_t at, size_t parent)
{
  bool *of = e->comes_of + at * e->n_nodes;
  if (bl_is_input(parent)) return;
  for (size_t i = 0; i <= parent; i++) of[i] = of[i] || e->comes_of[parent * e->n_nodes + i];
}

/* Parents have lower numbers than their children. */
static bl_status trace_nodes(bl_ctx *ctx, bl_extractor *e)
{
  e->comes_of = bl_calloc(ctx, e->n_nodes, e->n_nodes * sizeof *e->comes_of);
  if (!e->comes_of) return bl_fail_nomem(ctx, "an extractor");
  for (size_t i = 0; i < e->n_nodes; i++) {
    const node *d = &e->nodes[i];
    e->comes_of[i * e->n_nodes + i] = true;
    add_parent(e, i, d->parent);
    for (size_t k = 0; k < d->more.n; k++) add_parent(e, i, d->more.parent[k]);
  }
  return BL_OK;
}

/* True when node `at`, or one that it comes of, is `stage`. */
static bool comes_of(const bl_extractor *e, size_t at, size_t stage)
{
  return !bl_is_input(at) && e->comes_of[at * e->n_nodes + stage];
}

static bool hears_some(const bl_extractor *e, size_t at)
{
  for (size_t i = 0; i < e->n_nodes; i++)
    if (e->nodes[i].run.cls->events && comes_of(e, at, i)) return true;
  return false;
}

bl_status bl_extractor_check_events(bl_ctx *ctx, bl_extractor *e)
{
  for (size_t i = 0; i < e->n_seats; i++) {
    const seat *t = &e->seats[i];
    const leaf *l = &e->leaves[t->leaf];
    if (!t->summary->cls->event) continue;
    bl_status s = e->hears ? BL_OK : trace_nodes(ctx, e);
    if (s) return s;
    e->hears = true;
    if (hears_some(e, l->node)) continue;
    s = bl_fail(ctx, BL_E_CONFIG,
                "it takes events, but no stage before it finds any; put threshold_events among the stages");
    return bl_extractor_fail(ctx, e, s, l->branch->name, "summary", t->summary->cls->name);
  }
  return BL_OK;
}

static bl_status keep(bl_ctx *ctx, bl_extractor *e, const bl_finding *one, size_t node_at)
{
  void *v = e->caught;
  bl_status s = bl_grow(ctx, &v, &e->cap_caught, e->n_caught + 1, sizeof *e->caught, "events that were found");
  e->caught = v;
  if (!s) e->caught[e->n_caught++] = (caught){*one, node_at};
  return s;
}

bl_status bl_extractor_catch(bl_ctx *ctx, bl_extractor *e)
{
  e->known_s = INFINITY;
  for (size_t i = 0; i < e->n_nodes; i++) {
    const node *d = &e->nodes[i];
    size_t before = e->untold.n;
    double known;
    if (!d->run.cls->events) continue;
    bl_status s = d->run.cls->events(ctx, d->run.state, &e->untold, &known);
    if (s) return bl_extractor_fail(ctx, e, s, d->branch, "stage", d->run.cls->name);
    for (size_t k = before; k < e->untold.n; k++) {
      e->untold.v[k].event.onset_s += e->run_start_s;
      if (e->hears && (s = keep(ctx, e, &e->untold.v[k], i))) return s;
    }
    if (!e->ended) e->known_s = fmin(e->known_s, e->run_start_s + known);
  }
  return BL_OK;
}

bl_status bl_extractor_events(bl_ctx *ctx, bl_extractor *e, bl_findings *out, double *known_s)
{
  bl_status s = bl_extractor_catch(ctx, e);
  for (size_t i = 0; !s && i < e->untold.n; i++) s = bl_findings_add(ctx, out, &e->untold.v[i]);
  e->untold.n = 0;
  *known_s = e->known_s;
  return s;
}

bl_status bl_extractor_tell_events(bl_ctx *ctx, const bl_extractor *e, const open_span *o)
{
  for (size_t i = 0; e->hears && i < e->n_seats; i++) {
    const bl_summary_class *c = e->seats[i].summary->cls;
    const leaf *l = &e->leaves[e->seats[i].leaf];
    for (size_t k = 0; c->event && k < e->n_caught; k++) {
      const bl_finding *f = &e->caught[k].finding;
      if (!bl_event_touches(&f->event, o->span.start_s, o->span.end_s) || !comes_of(e, l->node, e->caught[k].node))
        continue;
      bl_status s = c->event(ctx, o->desk->state[i], &f->event, f->value);
      if (s) return bl_extractor_fail(ctx, e, s, l->branch->name, "summary", c->name);
    }
  }
  return BL_OK;
}

void bl_extractor_forget_events(bl_extractor *e)
{
  double lag_s, now = e->run_start_s + e->in->stream.start_s + (double)e->in->pushed / e->in->stream.rate_hz;
  size_t kept = 0;
  if (!e->n_caught) return;
  (void)bl_extractor_finds_events(e, &lag_s);
  double from = now - e->history_s - lag_s - 1; /* a second: edges are rounded to frames */
  if (e->head < e->n_open) from = fmin(from, e->open[e->head].span.start_s);
  for (size_t k = 0; k < e->n_caught; k++) {
    const bl_event *v = &e->caught[k].finding.event;
    if (v->onset_s + v->duration_s >= from) e->caught[kept++] = e->caught[k];
  }
  e->n_caught = kept;
}
