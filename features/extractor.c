/* extractor.c: frames in, rows out, through a tree of stages.
 *
 * Nodes are running stages, parents before children; two branches share a node while their stages, options and parents
 * are equal. Each branch ends in a leaf: its node and its summaries. An open span holds one state for each summary of
 * each leaf (a "desk"), taken from a pool when its first frame comes and given back when its row goes out, so that
 * memory follows the number of spans that overlap, not the length of the run. Long pushes are cut into blocks. */
#include "baleen/extractor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extractor_names.h"

#define ROOT ((size_t)-1)
#define BLOCK_FLOATS 65536 /* a block of input: a quarter of a MiB stays in the cache */

typedef struct node {
  size_t parent; /* ROOT: the input */
  bl_stage_run run;
  bl_frames out; /* what the block in hand made */
  char *key;     /* class and options, to find equal ones */
  const char *branch;
} node;

typedef struct leaf {
  const bl_branch *branch;
  size_t node, offset; /* offset: of its first summary among all summaries */
  const bl_stream *stream;
  uint64_t count; /* frames seen in this run */
} leaf;

/* One summary of one leaf, and where it writes. */
typedef struct seat {
  const bl_summary *summary;
  size_t leaf, column;
} seat;

/* States of all seats, for one open span. */
typedef struct desk desk;
struct desk {
  void **state;
  desk *next; /* in the pool */
};

typedef struct range {
  uint64_t first, behind;
} range;

typedef struct open_span {
  bl_span span;
  desk *desk;       /* NULL before its first frame */
  range *on;        /* frames it covers, for each leaf; then for the input */
  bl_status status; /* why it can give no row */
  char *why;
} open_span;

struct bl_extractor {
  const bl_recipe *recipe;
  bl_stream in;
  bl_row_fn on_row;
  void *user;
  node *nodes;
  size_t n_nodes;
  leaf *leaves;
  seat *seats;
  size_t n_seats;
  bl_feature_names names;
  float *row;
  desk *pool;
  open_span *open; /* [head, n_open) are waiting */
  size_t head, n_open, cap_open;
  double run_start_s, last_start_s;
  uint64_t pushed;
};

/* ---- building the tree --------------------------------------------------------------------------------------------- */

/* Where in the recipe: "branch 'x', " when there are several. */
static bl_status fail_where(bl_ctx *ctx, const bl_extractor *e, bl_status s, const char *branch, const char *kind,
                            const char *name)
{
  if (e->recipe->n_branches > 1) return bl_fail_in(ctx, s, "branch '%s', %s '%s': ", branch, kind, name);
  return bl_fail_in(ctx, s, "%s '%s': ", kind, name);
}

/* Two stages are the same when these texts are. */
static bl_status make_key(bl_ctx *ctx, const bl_stage *stage, char **out)
{
  bl_buf b = {0};
  bl_status s = bl_buf_puts(ctx, &b, stage->cls->name);
  for (const bl_opt *o = stage->cls->opts; !s && o && o->name; o++) {
    s = bl_buf_printf(ctx, &b, "\n%s: ", o->name);
    if (!s) s = bl_opts_get(ctx, stage->cls->opts, stage->params, o->name, &b);
  }
  *out = s ? NULL : bl_strdup(ctx, bl_buf_text(&b));
  if (!s && !*out) s = bl_fail_nomem(ctx, "a stage");
  bl_buf_free(ctx, &b);
  return s;
}

/* The node for this stage below *at: an equal one that is there, or a new one. *at becomes it. */
static bl_status descend(bl_ctx *ctx, bl_extractor *e, const bl_branch *branch, const bl_stage *stage, size_t *at)
{
  char *key;
  bl_status s = make_key(ctx, stage, &key);
  if (s) return s;
  for (size_t i = 0; i < e->n_nodes; i++)
    if (e->nodes[i].parent == *at && e->nodes[i].run.cls == stage->cls && !strcmp(e->nodes[i].key, key)) {
      bl_free(ctx, key);
      *at = i;
      return BL_OK;
    }
  node *v = bl_realloc(ctx, e->nodes, e->n_nodes + 1, sizeof *v);
  if (!v) {
    bl_free(ctx, key);
    return bl_fail_nomem(ctx, "a stage");
  }
  e->nodes = v;
  node *new = &v[e->n_nodes++];
  *new = (node){.parent = *at, .key = key, .branch = branch->name};
  const bl_stream *in = *at == ROOT ? &e->in : &v[*at].run.out;
  if ((s = bl_stage_start(ctx, stage, in, &new->run))) return fail_where(ctx, e, s, branch->name, "stage", stage->cls->name);
  new->out.width = bl_stream_width(&new->run.out);
  *at = e->n_nodes - 1;
  return BL_OK;
}

static bl_status build_nodes(bl_ctx *ctx, bl_extractor *e)
{
  const bl_recipe *r = e->recipe;
  for (size_t b = 0; b < r->n_branches; b++) {
    const bl_branch *branch = &r->branches[b];
    if (!branch->n_summaries)
      return bl_fail(ctx, BL_E_CONFIG, "branch '%s' has no summary; without one it gives no features", branch->name);
    size_t at = ROOT;
    for (size_t k = 0; k < branch->n_stages; k++) {
      bl_status s = descend(ctx, e, branch, &branch->stages[k], &at);
      if (s) return s;
    }
    e->leaves[b] = (leaf){.branch = branch, .node = at, .offset = e->n_seats};
    e->n_seats += branch->n_summaries;
  }
  /* nodes lie still from here on */
  for (size_t b = 0; b < r->n_branches; b++)
    e->leaves[b].stream = e->leaves[b].node == ROOT ? &e->in : &e->nodes[e->leaves[b].node].run.out;
  return BL_OK;
}

static bl_status build_seats(bl_ctx *ctx, bl_extractor *e)
{
  bool several = e->recipe->n_branches > 1;
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    const leaf *l = &e->leaves[b];
    for (size_t k = 0; k < l->branch->n_summaries; k++) {
      const bl_summary *m = &l->branch->summaries[k];
      bl_feature_names names = {0};
      e->seats[l->offset + k] = (seat){.summary = m, .leaf = b, .column = e->names.names.n};
      bl_status s = bl_opts_complete(ctx, m->cls->name, m->cls->opts, m->params);
      if (!s) s = m->cls->shape(ctx, m->params, l->stream, &names);
      if (s) fail_where(ctx, e, s, l->branch->name, "summary", m->cls->name);
      if (!s) s = bl_names_append(ctx, &e->names, several ? l->branch->name : NULL, &names);
      bl_feature_names_free(ctx, &names);
      if (s) return s;
    }
  }
  return bl_names_check(ctx, &e->names);
}

bl_status bl_extractor_new(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, bl_row_fn on_row, void *user,
                           bl_extractor **out)
{
  *out = NULL;
  if (!recipe->n_branches) return bl_fail(ctx, BL_E_CONFIG, "features: none are asked for; name at least one summary");
  bl_extractor *e = bl_calloc(ctx, 1, sizeof *e);
  if (!e) return bl_fail_nomem(ctx, "an extractor");
  *e = (bl_extractor){.recipe = recipe, .on_row = on_row, .user = user, .last_start_s = -INFINITY};
  bl_status s = bl_stream_copy(ctx, in, &e->in);
  if (s) goto done;
  s = BL_E_NOMEM;
  if (!(e->leaves = bl_calloc(ctx, recipe->n_branches, sizeof *e->leaves))) goto nomem;
  if ((s = build_nodes(ctx, e))) goto done;
  if (!(e->seats = bl_calloc(ctx, e->n_seats, sizeof *e->seats))) goto nomem;
  if ((s = build_seats(ctx, e))) goto done;
  if (!(e->row = bl_calloc(ctx, e->names.names.n, sizeof *e->row))) goto nomem;
  *out = e;
  e = NULL;
  goto done;
nomem:
  s = bl_fail_nomem(ctx, "an extractor");
done:
  bl_extractor_free(ctx, e);
  return s;
}

/* ---- desks: the states of one open span ------------------------------------------------------------------------------ */

static void free_desk(bl_ctx *ctx, const bl_extractor *e, desk *d)
{
  if (!d) return;
  for (size_t i = 0; d->state && i < e->n_seats; i++) {
    const bl_summary_class *c = e->seats[i].summary->cls;
    if (d->state[i] && c->release) c->release(ctx, d->state[i]);
    bl_free(ctx, d->state[i]);
  }
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
      s = fail_where(ctx, e, s, l->branch->name, "summary", m->cls->name);
      goto done;
    }
  }
  *out = d;
  return BL_OK;
nomem:
  s = bl_fail_nomem(ctx, "the states of a segment");
done:
  free_desk(ctx, e, d);
  return s;
}

static bl_status take_desk(bl_ctx *ctx, bl_extractor *e, desk **out)
{
  if (e->pool) {
    *out = e->pool;
    e->pool = e->pool->next;
  } else {
    bl_status s = new_desk(ctx, e, out);
    if (s) return s;
  }
  for (size_t i = 0; i < e->n_seats; i++)
    if (e->seats[i].summary->cls->begin) e->seats[i].summary->cls->begin((*out)->state[i]);
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

static void drop_spans(bl_ctx *ctx, bl_extractor *e)
{
  for (size_t i = e->head; i < e->n_open; i++) drop_span(ctx, e, &e->open[i]);
  e->head = e->n_open = 0;
}

void bl_extractor_free(bl_ctx *ctx, bl_extractor *e)
{
  if (!e) return;
  drop_spans(ctx, e);
  while (e->pool) {
    desk *d = e->pool;
    e->pool = d->next;
    free_desk(ctx, e, d);
  }
  for (size_t i = 0; i < e->n_nodes; i++) {
    bl_stage_stop(ctx, &e->nodes[i].run);
    bl_frames_free(ctx, &e->nodes[i].out);
    bl_free(ctx, e->nodes[i].key);
  }
  bl_free(ctx, e->open);
  bl_free(ctx, e->nodes);
  bl_free(ctx, e->leaves);
  bl_free(ctx, e->seats);
  bl_free(ctx, e->row);
  bl_feature_names_free(ctx, &e->names);
  bl_stream_free(ctx, &e->in);
  bl_free(ctx, e);
}

/* ---- what it is ------------------------------------------------------------------------------------------------------ */

const bl_feature_names *bl_extractor_names(const bl_extractor *e) { return &e->names; }
size_t bl_extractor_width(const bl_extractor *e) { return e->names.names.n; }
size_t bl_extractor_n_stages(const bl_extractor *e) { return e->n_nodes; }

double bl_extractor_latency(const bl_extractor *e, const char **whole)
{
  double most = 0;
  if (whole) *whole = NULL;
  for (size_t b = 0; b < e->recipe->n_branches; b++) most = fmax(most, e->leaves[b].stream->latency_s);
  for (size_t i = e->n_nodes; i-- > 0;)
    if (whole && e->nodes[i].run.cls->tags & BL_STAGE_WHOLE) *whole = e->nodes[i].run.cls->name;
  return most;
}

/* ---- spans ----------------------------------------------------------------------------------------------------------- */

bl_status bl_extractor_begin(bl_ctx *ctx, bl_extractor *e, double run_start_s)
{
  if (!isfinite(run_start_s)) return bl_fail(ctx, BL_E_ARG, "extractor: a run cannot start at %g s", run_start_s);
  drop_spans(ctx, e);
  for (size_t i = 0; i < e->n_nodes; i++)
    if (e->nodes[i].run.cls->reset) e->nodes[i].run.cls->reset(e->nodes[i].run.state);
  for (size_t b = 0; b < e->recipe->n_branches; b++) e->leaves[b].count = 0;
  e->run_start_s = run_start_s;
  e->last_start_s = -INFINITY;
  e->pushed = 0;
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

static bl_status too_late(bl_ctx *ctx, const bl_span *span, double now)
{
  return bl_fail(ctx, BL_E_ARG, "extractor: a segment from %g s was announced when frames up to %g s had gone by; "
                 "announce segments before their first frame", span->start_s, now);
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
  range *on = bl_calloc(ctx, n + 1, sizeof *on);
  if (!on) return bl_fail_nomem(ctx, "a segment");
  bl_status s = BL_OK;
  bl_span_frames(span, e->run_start_s, &e->in, &on[n].first, &on[n].behind);
  double now = e->run_start_s + e->in.start_s + (double)e->pushed / e->in.rate_hz;
  if (on[n].first < e->pushed) s = too_late(ctx, span, now);
  for (size_t b = 0; !s && b < n; b++) {
    bl_span_frames(span, e->run_start_s, e->leaves[b].stream, &on[b].first, &on[b].behind);
    if (on[b].first < e->leaves[b].count) s = too_late(ctx, span, now);
  }
  if (!s) s = make_room(ctx, e);
  if (s) {
    bl_free(ctx, on);
    return s;
  }
  e->open[e->n_open++] = (open_span){.span = *span, .on = on};
  e->last_start_s = span->start_s;
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

/* ---- frames ---------------------------------------------------------------------------------------------------------- */

/* n frames at v, the first of them the leaf's number `count`, to one span. */
static bl_status feed_span(bl_ctx *ctx, bl_extractor *e, size_t b, open_span *o, const float *v, size_t n)
{
  const leaf *l = &e->leaves[b];
  uint64_t lo = o->on[b].first > l->count ? o->on[b].first : l->count;
  uint64_t hi = o->on[b].behind < l->count + n ? o->on[b].behind : l->count + n;
  if (o->status || lo >= hi) return BL_OK;
  bl_status s = o->desk ? BL_OK : take_desk(ctx, e, &o->desk);
  if (s) return s;
  const float *x = v + (size_t)(lo - l->count) * bl_stream_width(l->stream);
  for (size_t k = 0; !s && k < l->branch->n_summaries; k++) {
    const bl_summary_class *c = l->branch->summaries[k].cls;
    if ((s = c->push(ctx, o->desk->state[l->offset + k], x, (size_t)(hi - lo))))
      return spoil(ctx, o, fail_where(ctx, e, s, l->branch->name, "summary", c->name));
  }
  return BL_OK;
}

static bl_status feed_leaf(bl_ctx *ctx, bl_extractor *e, size_t b, const float *v, size_t n)
{
  leaf *l = &e->leaves[b];
  for (size_t i = e->head; n && i < e->n_open; i++) {
    /* ascending by start; anchors may move a start by a frame or two */
    if (e->open[i].on[b].first > l->count + n && e->open[i].on[b].first - (l->count + n) > 2) break;
    bl_status s = feed_span(ctx, e, b, &e->open[i], v, n);
    if (s) return s;
  }
  l->count += n;
  return BL_OK;
}

/* Runs a block through all stages. Without a block (x NULL) the run ends: stages give what they owe. */
static bl_status feed(bl_ctx *ctx, bl_extractor *e, const float *x, size_t n)
{
  for (size_t i = 0; i < e->n_nodes; i++) {
    node *d = &e->nodes[i];
    const bl_stage_class *c = d->run.cls;
    const bl_frames *from = d->parent == ROOT ? NULL : &e->nodes[d->parent].out;
    d->out.n = 0;
    bl_status s = BL_OK;
    if (from ? from->n : n) s = c->push(ctx, d->run.state, from ? from->v : x, from ? from->n : n, &d->out);
    if (!s && !x && c->finish) s = c->finish(ctx, d->run.state, &d->out);
    if (s) return fail_where(ctx, e, s, d->branch, "stage", c->name);
  }
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    const bl_frames *f = e->leaves[b].node == ROOT ? NULL : &e->nodes[e->leaves[b].node].out;
    bl_status s = feed_leaf(ctx, e, b, f ? f->v : x, f ? f->n : n);
    if (s) return s;
  }
  return BL_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------------------ */

static bool is_done(const bl_extractor *e, const open_span *o)
{
  for (size_t b = 0; b < e->recipe->n_branches; b++)
    if (e->leaves[b].count < o->on[b].behind) return false;
  return true;
}

static bl_status write_row(bl_ctx *ctx, bl_extractor *e, const open_span *o)
{
  for (size_t b = 0; b < e->recipe->n_branches; b++) {
    const leaf *l = &e->leaves[b];
    if (o->on[b].first < o->on[b].behind && o->on[b].first < l->count) continue;
    (void)bl_fail(ctx, BL_E_SHAPE, "the segment from %g to %g s covers no frame; take a longer one, or a smaller hop",
                  o->span.start_s, o->span.end_s);
    return e->recipe->n_branches > 1 ? bl_fail_in(ctx, BL_E_SHAPE, "branch '%s': ", l->branch->name) : BL_E_SHAPE;
  }
  for (size_t i = 0; i < e->n_seats; i++) {
    const seat *t = &e->seats[i];
    bl_status s = t->summary->cls->finish(ctx, o->desk->state[i], e->row + t->column);
    if (s) return fail_where(ctx, e, s, e->leaves[t->leaf].branch->name, "summary", t->summary->cls->name);
  }
  return BL_OK;
}

/* Samples say exactly when a run ended before a segment did; frames of spectra may end early, edges being what they are. */
static bl_status check_whole(bl_ctx *ctx, const bl_extractor *e, const open_span *o)
{
  uint64_t behind = o->on[e->recipe->n_branches].behind;
  if (e->in.n_bins != 1 || e->in.start_s != 0 || isinf(o->span.end_s) || behind <= e->pushed) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE, "the segment from %g to %g s: the run ended at %g s", o->span.start_s, o->span.end_s,
                 e->run_start_s + (double)e->pushed / e->in.rate_hz);
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

bl_status bl_extractor_push(bl_ctx *ctx, bl_extractor *e, const float *x, size_t n)
{
  size_t width = bl_stream_width(&e->in), most = BLOCK_FLOATS / width ? BLOCK_FLOATS / width : 1;
  while (n) {
    size_t now = n < most ? n : most;
    bl_status s = feed(ctx, e, x, now);
    if (s) return s;
    e->pushed += now;
    if ((s = emit(ctx, e, false))) return s;
    x += now * width;
    n -= now;
  }
  return BL_OK;
}

bl_status bl_extractor_finish(bl_ctx *ctx, bl_extractor *e)
{
  bl_status s = feed(ctx, e, NULL, 0);
  return s ? s : emit(ctx, e, true);
}
