/* extractor_run.c: frames in, rows out.
 *
 * An open span holds one state for each summary of each leaf (a "desk"), taken from a pool when its first frame comes
 * and given back when its row goes out, so that memory follows the number of spans that overlap, not the length of the
 * run. Long pushes are cut into blocks. */
#include <string.h>

#include "extractor_private.h"

#define BLOCK_FLOATS 65536 /* a block of input: a quarter of a MiB stays in the cache */

/* ---- desks: the states of one open span -------------------------------------------------------------------------- */

void bl_desk_free(bl_ctx *ctx, const bl_extractor *e, desk *d)
{
  if (!d) return;
  for (size_t i = 0; d->state && i < e->n_seats; i++) {
    const bl_summary_class *c = e->seats[i].summary->cls;
    if (d->state[i] && c->release) c->release(ctx, d->state[i]);
    bl_free(ctx, d->state[i]);
  }
  for (size_t b = 0; d->held && b < e->recipe->n_branches; b++) bl_free(ctx, d->held[b].v);
  bl_free(ctx, d->held);
  bl_free(ctx, d->low);
  bl_free(ctx, d->high);
  bl_free(ctx, d->state);
  bl_free(ctx, d);
}

static bl_status new_desk(bl_ctx *ctx, const bl_extractor *e, desk **out)
{
  bl_status s = BL_E_NOMEM;
  desk *d = bl_calloc(ctx, 1, sizeof *d);
  if (!d || !(d->state = bl_calloc(ctx, e->n_seats, sizeof *d->state))) goto nomem;
  for (size_t i = 0; i < e->n_seats; i++) {
    const bl_summary *m = e->seats[i].summary;
    const leaf *l = &e->leaves[e->seats[i].leaf];
    if (!(d->state[i] = bl_calloc(ctx, 1, m->cls->state_size))) goto nomem;
    if (m->cls->init && (s = m->cls->init(ctx, m->params, l->stream, d->state[i]))) {
      s = bl_extractor_fail(ctx, e, s, l->branch->name, "summary", m->cls->name);
      goto done;
    }
  }
  if ((s = bl_desk_add_rules(ctx, e, d))) goto done;
  *out = d;
  return BL_OK;
nomem:
  s = bl_fail_nomem(ctx, "the states of a segment");
done:
  bl_desk_free(ctx, e, d);
  return s;
}

static bl_status find_desk(bl_ctx *ctx, bl_extractor *e, desk **out)
{
  if (!e->pool) return new_desk(ctx, e, out);
  *out = e->pool;
  e->pool = e->pool->next;
  return BL_OK;
}

/* A failure that is the segment's own lets the rest go on; one of the machine's does not. */
static bool is_fatal(bl_status s)
{
  return s == BL_E_NOMEM || s == BL_E_CANCELLED || s == BL_E_INTERNAL || s == BL_E_ARG;
}

/* Keeps the reason until the span's turn comes. */
static bl_status spoil(bl_ctx *ctx, open_span *o, bl_status s)
{
  if (is_fatal(s)) return s;
  o->why = bl_strdup(ctx, bl_ctx_error(ctx));
  if (!o->why) return bl_fail_nomem(ctx, "the reason of a failure");
  o->status = s;
  return BL_OK;
}

/* A desk for the span, whose first frame is here. A summary may refuse the span. */
static bl_status take_desk(bl_ctx *ctx, bl_extractor *e, open_span *o)
{
  bl_status s = find_desk(ctx, e, &o->desk);
  if (s) return s;
  bl_desk_begin_rules(e, o->desk);
  for (size_t i = 0; i < e->n_seats; i++) {
    const seat *t = &e->seats[i];
    const leaf *l = &e->leaves[t->leaf];
    const bl_summary_class *c = t->summary->cls;
    double first_s = bl_extractor_time_of(e, l->stream, &o->span, (double)o->on[t->leaf].first);
    if (c->begin && (s = c->begin(ctx, o->desk->state[i], &o->span, first_s)))
      return spoil(ctx, o, bl_extractor_fail(ctx, e, s, l->branch->name, "summary", c->name));
  }
  return BL_OK;
}

static void give_desk(bl_extractor *e, desk *d)
{
  if (!d) return;
  d->next = e->pool;
  e->pool = d;
}

static void drop_span(bl_ctx *ctx, bl_extractor *e, open_span *o)
{
  give_desk(e, o->desk);
  bl_free(ctx, o->on);
  bl_free(ctx, o->why);
  *o = (open_span){0};
}

void bl_extractor_drop_spans(bl_ctx *ctx, bl_extractor *e)
{
  for (size_t i = e->head; i < e->n_open; i++) drop_span(ctx, e, &e->open[i]);
  e->head = e->n_open = 0;
}

/* Where judge k's frames stand among the ranges of a span. */
static size_t judge_place(const bl_extractor *e, size_t k) { return e->recipe->n_branches + e->n_inputs + k; }

/* ---- spans ------------------------------------------------------------------------------------------------------- */

bl_status bl_extractor_begin(bl_ctx *ctx, bl_extractor *e, double run_start_s)
{
  if (!isfinite(run_start_s)) return bl_fail(ctx, BL_E_ARG, "extractor: a run cannot start at %g s", run_start_s);
  bl_extractor_drop_spans(ctx, e);
  for (size_t i = 0; i < e->n_nodes; i++)
    if (e->nodes[i].run.cls->reset) e->nodes[i].run.cls->reset(e->nodes[i].run.state);
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    e->leaves[b].count = e->leaves[b].good = 0;
    bl_history_clear(&e->leaves[b].past);
  }
  for (size_t k = 0; k < e->n_judges; k++) {
    e->judges[k].count = e->judges[k].good = 0;
    bl_history_clear(&e->judges[k].past);
  }
  e->run_start_s = run_start_s;
  e->last_start_s = -INFINITY;
  for (size_t i = 0; i < e->n_inputs; i++) e->in[i].pushed = 0;
  for (size_t i = 0; i < e->n_nodes; i++)
    for (size_t k = 0; e->nodes[i].more.n && k <= e->nodes[i].more.n; k++) e->nodes[i].more.wait[k].n = 0;
  e->ended = false;
  e->untold.n = e->n_caught = 0;
  e->known_s = run_start_s;
  return BL_OK;
}

/* Room for one more open span: first at the front, where finished ones were. */
static bl_status make_room(bl_ctx *ctx, bl_extractor *e)
{
  if (e->n_open == e->cap_open && e->head >= e->cap_open / 2 && e->head) {
    memmove(e->open, e->open + e->head, (e->n_open - e->head) * sizeof *e->open);
    e->n_open -= e->head;
    e->head = 0;
  }
  void *v = e->open;
  bl_status s = bl_grow(ctx, &v, &e->cap_open, e->n_open + 1, sizeof *e->open, "open segments");
  e->open = v;
  return s;
}

double bl_extractor_announce_s(const bl_extractor *e, size_t n)
{
  double slowest = e->in->stream.rate_hz;
  for (size_t i = 1; i < e->n_inputs; i++) slowest = fmin(slowest, e->in[i].stream.rate_hz);
  for (size_t b = 0; b < e->recipe->n_branches; b++) slowest = fmin(slowest, e->leaves[b].stream->rate_hz);
  return e->run_start_s + e->in->stream.start_s + (double)(e->in->pushed + n) / e->in->stream.rate_hz + 2 / slowest;
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* n frames at v, the first of them the leaf's number `first`, to one span. */
static bl_status feed_span(bl_ctx *ctx, bl_extractor *e, size_t b, open_span *o, const float *v, uint64_t first,
                           size_t n)
{
  const leaf *l = &e->leaves[b];
  uint64_t lo = o->on[b].first > first ? o->on[b].first : first;
  uint64_t hi = o->on[b].behind < first + n ? o->on[b].behind : first + n;
  if (o->status || lo >= hi) return BL_OK;
  bl_status s = o->desk ? BL_OK : take_desk(ctx, e, o);
  if (s || o->status) return s;
  const float *x = v + (size_t)(lo - first) * bl_stream_width(l->stream);
  if (e->holds) return bl_desk_hold(ctx, e, b, o->desk, lo, x, (size_t)(hi - lo));
  for (size_t k = 0; !s && k < l->branch->n_summaries; k++) {
    const bl_summary_class *c = l->branch->summaries[k].cls;
    if ((s = c->push(ctx, o->desk->state[l->offset + k], x, (size_t)(hi - lo))))
      return spoil(ctx, o, bl_extractor_fail(ctx, e, s, l->branch->name, "summary", c->name));
  }
  return BL_OK;
}

/* n frames at v, the first of them number `first` of judge k, to one span. */
static bl_status judge_span(bl_ctx *ctx, bl_extractor *e, size_t k, open_span *o, const float *v, uint64_t first,
                            size_t n)
{
  const range *on = &o->on[judge_place(e, k)];
  if (o->status || on->first >= first + n || on->behind <= first) return BL_OK;
  bl_status s = o->desk ? BL_OK : take_desk(ctx, e, o);
  if (!s && !o->status) bl_judge_look(&e->judges[k], *on, o->desk, v, first, n);
  return s;
}

/* A span of this first frame has nothing of n frames that follow `count`: nor have those behind it, which ascend by
 * start. Anchors may move a start by a frame or two. */
static bool begins_later(uint64_t first, uint64_t count, size_t n)
{
  return first > count + n && first - (count + n) > 2;
}

/* `more`: frames of input that these came of. */
static bl_status feed_leaf(bl_ctx *ctx, bl_extractor *e, size_t b, const float *v, size_t n, size_t more)
{
  leaf *l = &e->leaves[b];
  bl_status s = l->tap && n ? l->tap(l->tap_user, ctx, v, n) : BL_OK;
  if (!s) s = bl_history_add(ctx, e, l->stream, &l->past, v, l->count, n, more);
  for (size_t i = e->head; !s && n && i < e->n_open; i++) {
    if (begins_later(e->open[i].on[b].first, l->count, n)) break;
    s = feed_span(ctx, e, b, &e->open[i], v, l->count, n);
  }
  l->count += n;
  return s;
}

static bl_status feed_judge(bl_ctx *ctx, bl_extractor *e, size_t k, const float *v, size_t n, size_t more)
{
  judge *j = &e->judges[k];
  size_t at = judge_place(e, k);
  bl_status s = bl_history_add(ctx, e, j->stream, &j->past, v, j->count, n, more);
  for (size_t i = e->head; !s && n && i < e->n_open; i++) {
    if (begins_later(e->open[i].on[at].first, j->count, n)) break;
    s = judge_span(ctx, e, k, &e->open[i], v, j->count, n);
  }
  j->count += n;
  return s;
}

/* ---- announcing spans -------------------------------------------------------------------------------------------- */

static bl_status too_late(bl_ctx *ctx, const bl_extractor *e, const bl_span *span)
{
  double now = e->run_start_s + e->in->stream.start_s + (double)e->in->pushed / e->in->stream.rate_hz;
  return bl_fail(
      ctx, BL_E_ARG,
      "extractor: a segment from %g s was announced when frames up to %g s had gone by, of which the last %g s "
      "are kept; announce segments before their first frame, or keep a longer history",
      span->start_s, now, e->history_s);
}

/* A run that was begun in its middle gives no rows of where its stages have not seen enough yet. */
static bl_status check_warm(bl_ctx *ctx, const bl_extractor *e, const open_span *o)
{
  bool warm = true;
  size_t n = e->recipe->n_branches;
  for (size_t b = 0; b < n; b++) warm &= o->on[b].first >= e->leaves[b].good;
  for (size_t k = 0; k < e->n_judges; k++) warm &= o->on[judge_place(e, k)].first >= e->judges[k].good;
  if (warm) return BL_OK;
  return bl_fail(
      ctx, BL_E_ARG,
      "extractor: a segment from %g s in a run that was begun in its middle, too late for it; begin with the "
      "frame that bl_extractor_first_frame() tells",
      o->span.start_s);
}

/* Frames that have gone by, to a span that is announced when it has begun. */
static bl_status catch_up(bl_ctx *ctx, bl_extractor *e, open_span *o)
{
  bl_status s = BL_OK;
  size_t n = 0, n_leaves = e->recipe->n_branches;
  for (size_t k = 0; !s && k < e->n_judges; k++) {
    const judge *j = &e->judges[k];
    uint64_t first = o->on[judge_place(e, k)].first;
    const float *v = first < j->count ? bl_history_from(&j->past, j->stream, first, &n) : NULL;
    if (v) s = judge_span(ctx, e, k, o, v, first, n);
    else if (first < j->count) s = too_late(ctx, e, &o->span);
  }
  for (size_t b = 0; !s && b < n_leaves; b++) {
    const leaf *l = &e->leaves[b];
    uint64_t first = o->on[b].first;
    const float *v = first < l->count ? bl_history_from(&l->past, l->stream, first, &n) : NULL;
    if (v) s = feed_span(ctx, e, b, o, v, first, n);
    else if (first < l->count) s = too_late(ctx, e, &o->span);
  }
  return s;
}

/* Which frames of each leaf, of each input and of each judge a span covers, in on[]. */
static void find_ranges(const bl_extractor *e, const bl_span *span, range *on)
{
  size_t n = e->recipe->n_branches;
  for (size_t b = 0; b < n; b++) bl_span_frames(span, e->run_start_s, e->leaves[b].stream, &on[b].first, &on[b].behind);
  for (size_t i = 0; i < e->n_inputs; i++)
    bl_span_frames(span, e->run_start_s, &e->in[i].stream, &on[n + i].first, &on[n + i].behind);
  for (size_t k = 0; k < e->n_judges; k++) on[judge_place(e, k)] = bl_judge_range(e, &e->judges[k], span);
}

bl_status bl_extractor_add_span(bl_ctx *ctx, bl_extractor *e, const bl_span *span)
{
  size_t n = e->recipe->n_branches;
  if (isnan(span->start_s) || isnan(span->end_s) || !(span->start_s <= span->end_s))
    return bl_fail(ctx, BL_E_ARG, "extractor: a segment from %g to %g s; it must not end before it starts",
                   span->start_s, span->end_s);
  if (span->start_s < e->last_start_s)
    return bl_fail(ctx, BL_E_ARG, "extractor: a segment from %g s behind one from %g s; announce them ascending",
                   span->start_s, e->last_start_s);
  range *on = bl_calloc(ctx, n + e->n_inputs + e->n_judges, sizeof *on);
  if (!on) return bl_fail_nomem(ctx, "a segment");
  find_ranges(e, span, on);
  double back = ceil(e->history_s * e->in->stream.rate_hz - 1e-6); /* a millionth of a frame is rounding noise */
  bl_status s = (double)on[n].first + back < (double)e->in->pushed ? too_late(ctx, e, span) : make_room(ctx, e);
  if (s) {
    bl_free(ctx, on);
    return s;
  }
  open_span *o = &e->open[e->n_open];
  *o = (open_span){.span = *span, .on = on};
  if ((s = check_warm(ctx, e, o)) || (s = catch_up(ctx, e, o))) {
    drop_span(ctx, e, o);
    return s;
  }
  e->n_open++;
  e->last_start_s = span->start_s;
  return BL_OK;
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* What the block in hand made at a place: n frames at x of this input, none of the others. */
static bl_frames made_at(const bl_extractor *e, size_t at, size_t input, const float *x, size_t n)
{
  if (!bl_is_input(at)) return e->nodes[at].out;
  /* frames of input are only ever read */
  return bl_input_of(at) == input ? (bl_frames){.v = (float *)(uintptr_t)x, .n = n} : (bl_frames){0};
}

/* Frames of all parents wait until each has some; those that do go on in step. */
static bl_status feed_joint(bl_ctx *ctx, bl_extractor *e, node *d, size_t input, const float *x, size_t n)
{
  joint *j = &d->more;
  size_t ready = SIZE_MAX;
  for (size_t k = 0; k <= j->n; k++) {
    bl_frames *w = &j->wait[k], from = made_at(e, k ? j->parent[k - 1] : d->parent, input, x, n);
    float *to = from.n ? bl_frames_add(ctx, w, from.n) : w->v;
    if (from.n && !to) return BL_E_NOMEM;
    if (from.n) memcpy(to, from.v, from.n * w->width * sizeof *to);
    ready = w->n < ready ? w->n : ready;
    j->x[k] = w->v;
  }
  if (!ready) return BL_OK;
  bl_status s = d->run.cls->push_all(ctx, d->run.state, j->x, ready, &d->out);
  for (size_t k = 0; k <= j->n; k++) {
    bl_frames *w = &j->wait[k];
    w->n -= ready;
    if (w->n) memmove(w->v, w->v + ready * w->width, w->n * w->width * sizeof *w->v);
  }
  return s;
}

static bl_status feed_node(bl_ctx *ctx, bl_extractor *e, node *d, size_t input, const float *x, size_t n)
{
  const bl_stage_class *c = d->run.cls;
  bl_status s = BL_OK;
  d->out.n = 0;
  if (d->more.n) {
    s = feed_joint(ctx, e, d, input, x, n);
  } else {
    bl_frames from = made_at(e, d->parent, input, x, n);
    if (from.n) s = c->push(ctx, d->run.state, from.v, from.n, &d->out);
  }
  if (!s && !x && c->finish) s = c->finish(ctx, d->run.state, &d->out);
  return s ? bl_extractor_fail(ctx, e, s, d->branch, "stage", c->name) : BL_OK;
}

/* Runs a block of an input through all stages. Without a block (x NULL) the run ends: stages give what they owe. */
static bl_status feed(bl_ctx *ctx, bl_extractor *e, size_t input, const float *x, size_t n)
{
  size_t more = input ? 0 : n; /* the first input's frames tell the time */
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < e->n_nodes; i++) s = feed_node(ctx, e, &e->nodes[i], input, x, n);
  for (size_t k = 0; !s && k < e->n_judges; k++) {
    bl_frames f = made_at(e, e->judges[k].node, input, x, n);
    s = feed_judge(ctx, e, k, f.v, f.n, more);
  }
  for (size_t b = 0; !s && b < e->recipe->n_branches; b++) {
    bl_frames f = made_at(e, e->leaves[b].node, input, x, n);
    s = feed_leaf(ctx, e, b, f.v, f.n, more);
  }
  return s;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bool is_done(const bl_extractor *e, const open_span *o)
{
  if (e->hears && e->known_s < o->span.end_s) return false;
  for (size_t b = 0; b < e->recipe->n_branches; b++)
    if (e->leaves[b].count < o->on[b].behind) return false;
  for (size_t k = 0; k < e->n_judges; k++)
    if (e->judges[k].count < o->on[judge_place(e, k)].behind) return false;
  return true;
}

static bl_status write_row(bl_ctx *ctx, bl_extractor *e, const open_span *o)
{
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    const leaf *l = &e->leaves[b];
    if (!l->branch->n_summaries || (o->on[b].first < o->on[b].behind && o->on[b].first < l->count)) continue;
    if (isinf(o->span.start_s)) (void)bl_fail(ctx, BL_E_SHAPE, "the stretch is too short to give one frame");
    else
      (void)bl_fail(ctx, BL_E_SHAPE, "the segment from %g to %g s covers no frame; take a longer one, or a smaller hop",
                    o->span.start_s, o->span.end_s);
    return e->recipe->n_branches > 1 ? bl_fail_in(ctx, BL_E_SHAPE, "branch '%s': ", l->branch->name) : BL_E_SHAPE;
  }
  bl_status s = bl_judges_verdict(ctx, e, o->desk);
  if (!s) s = bl_desk_release_held(ctx, e, &o->span, o->desk);
  if (!s) s = bl_extractor_tell_events(ctx, e, o);
  if (s) return s;
  for (size_t i = 0; i < e->n_seats; i++) {
    const seat *t = &e->seats[i];
    s = t->summary->cls->finish(ctx, o->desk->state[i], e->row + t->column);
    if (s) return bl_extractor_fail(ctx, e, s, e->leaves[t->leaf].branch->name, "summary", t->summary->cls->name);
  }
  return BL_OK;
}

/* Samples say exactly when a run ended before a segment did; frames of spectra may well end early. */
static bl_status check_whole(bl_ctx *ctx, const bl_extractor *e, const open_span *o)
{
  for (size_t i = 0; i < e->n_inputs; i++) {
    const bl_stream *in = &e->in[i].stream;
    uint64_t behind = o->on[e->recipe->n_branches + i].behind;
    if (in->n_bins != 1 || in->start_s != 0 || isinf(o->span.end_s) || behind <= e->in[i].pushed) continue;
    return bl_fail(ctx, BL_E_SHAPE, "the segment from %g to %g s: the run ended at %g s", o->span.start_s,
                   o->span.end_s, e->run_start_s + (double)e->in[i].pushed / in->rate_hz);
  }
  return BL_OK;
}

/* Gives out what is finished, in order. The span leaves the queue first: on_row may announce others. */
static bl_status emit(bl_ctx *ctx, bl_extractor *e, bool run_ended)
{
  while (e->head < e->n_open && (run_ended || is_done(e, &e->open[e->head]))) {
    open_span *o = &e->open[e->head];
    bl_span span = o->span;
    bl_status s = o->status;
    if (s) (void)bl_fail(ctx, s, "%s", o->why);
    else if (!run_ended || !(s = check_whole(ctx, e, o))) s = write_row(ctx, e, o);
    drop_span(ctx, e, o);
    if (++e->head == e->n_open) e->head = e->n_open = 0;
    if (is_fatal(s)) return s;
    if ((s = e->on_row(e->user, ctx, &span, s, s ? NULL : e->row))) return s;
  }
  return BL_OK;
}

bl_status bl_extractor_push_to(bl_ctx *ctx, bl_extractor *e, size_t input, const float *x, size_t n)
{
  if (input >= e->n_inputs) return bl_fail(ctx, BL_E_ARG, "extractor: input %zu of %zu", input, e->n_inputs);
  size_t width = bl_stream_width(&e->in[input].stream), most = BLOCK_FLOATS / width ? BLOCK_FLOATS / width : 1;
  if (!n) return emit(ctx, e, false);
  while (n) {
    size_t now = n < most ? n : most;
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (!s) s = feed(ctx, e, input, x, now);
    if (s) return s;
    e->in[input].pushed += now;
    if (e->hears && (s = bl_extractor_catch(ctx, e))) return s;
    if ((s = emit(ctx, e, false))) return s;
    bl_extractor_forget_events(e);
    x += now * width;
    n -= now;
  }
  return BL_OK;
}

bl_status bl_extractor_push(bl_ctx *ctx, bl_extractor *e, const float *x, size_t n)
{
  return bl_extractor_push_to(ctx, e, 0, x, n);
}

uint64_t bl_extractor_pushed(const bl_extractor *e, size_t input) { return e->in[input].pushed; }

bl_status bl_extractor_end(bl_ctx *ctx, bl_extractor *e)
{
  if (e->ended) return BL_OK;
  e->ended = true;
  bl_status s = feed(ctx, e, 0, NULL, 0);
  return !s && e->hears ? bl_extractor_catch(ctx, e) : s;
}

bl_status bl_extractor_finish(bl_ctx *ctx, bl_extractor *e)
{
  bl_status s = bl_extractor_end(ctx, e);
  return s ? s : emit(ctx, e, true);
}
