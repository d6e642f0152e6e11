/* Metrics of events: rows that a model names are joined to detections, and those compared with what somebody marked.
 *
 * Out of fold alone: a fold's detections come from the rows that it tests. A row stands for its own span, or where it
 * overlaps a neighbour for what lies nearer to its middle than to that one's, so that windows that overlap make no event
 * longer than it was. Rows of a label that touch are one detection, with the highest score among them.
 *
 * What is true is what marks in the recording, or its table, say of labels that are learnt. A recording all of whose rows
 * a fold tests was listened to from end to end; of others count only the marks that begin in a tested row's span. */
#include "detections.h"

#include <math.h>
#include <stdlib.h>

#include "baleen/table.h"

#define TOUCH_S 1e-9

typedef struct spots {
  bl_spotted *v;
  size_t n, cap;
} spots;

/* A row that a fold tests, and what it stands for. */
typedef struct tested {
  size_t entry; /* of the cv */
  size_t outcome;
  double start_s, end_s, lo, hi;
} tested;

typedef struct listening {
  const bl_config *c;
  const bl_extraction *x;
  const bl_problem *p;
  const bl_cv *cv;
  bool *is_event;     /* [classes] some recording has a mark of that name */
  size_t *outcome_of; /* [different names of recordings among the rows] */
  size_t *n_rows;     /* [outcomes] rows that are learnt from */
  spots truth, found;
  double hours;
  int32_t n_recordings; /* listened to; a recording in two folds is two */
} listening;

static bl_status add_spot(bl_ctx *ctx, spots *s, const bl_spotted *one)
{
  void *v = s->v;
  bl_status status = bl_grow(ctx, &v, &s->cap, s->n + 1, sizeof *s->v, "detections");
  s->v = v;
  if (!status) s->v[s->n++] = *one;
  return status;
}

/* ---- before the first fold --------------------------------------------------------------------------------------- */

/* Names of recordings are different texts, of the rows and of the outcomes. */
static bl_status match_names(bl_ctx *ctx, listening *l)
{
  const bl_column *rows = &l->p->rows->recording;
  bl_column names = {0};
  bl_status s = BL_OK;
  l->outcome_of = bl_calloc(ctx, rows->values.n, sizeof *l->outcome_of);
  if (!l->outcome_of) s = bl_fail_nomem(ctx, "recordings");
  for (size_t i = 0; !s && i < l->x->n_outcomes; i++) s = bl_column_add(ctx, &names, l->x->outcomes[i].recording);
  for (size_t i = 0; !s && i < rows->values.n; i++) {
    s = bl_column_add(ctx, &names, rows->values.v[i]);
    if (!s) l->outcome_of[i] = bl_column_code(&names, l->x->n_outcomes + i);
  }
  bl_column_free(ctx, &names);
  return s;
}

static size_t outcome_of_row(const listening *l, size_t row)
{
  return l->outcome_of[bl_column_code(&l->p->rows->recording, l->p->index[row])];
}

static void find_events(listening *l, bool *heard)
{
  for (size_t i = 0; i < l->x->n_outcomes; i++) {
    const bl_outcome *o = &l->x->outcomes[i];
    *heard |= o->marked;
    for (size_t k = 0; k < o->marks.n; k++) {
      long label = bl_texts_find(&l->p->classes, o->marks.v[k].label);
      if (label >= 0) l->is_event[label] = true;
    }
  }
}

static bl_status begin(bl_ctx *ctx, listening *l)
{
  bool heard = false;
  l->is_event = bl_calloc(ctx, l->p->classes.n, sizeof *l->is_event);
  l->n_rows = bl_calloc(ctx, l->x->n_outcomes, sizeof *l->n_rows);
  bl_status s = l->is_event && l->n_rows ? match_names(ctx, l) : bl_fail_nomem(ctx, "detections");
  if (s) return s;
  for (size_t i = 0; i < l->p->n; i++)
    if (outcome_of_row(l, i) < l->x->n_outcomes) l->n_rows[outcome_of_row(l, i)]++;
  find_events(l, &heard);
  if (heard) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 "%s: no recording tells of its events; the source's labels say where marks come from: annotations, "
                 "table, raven, audacity",
                 l->c->event_metrics[0].cls->name);
}

static void listening_free(bl_ctx *ctx, listening *l)
{
  bl_free(ctx, l->is_event);
  bl_free(ctx, l->outcome_of);
  bl_free(ctx, l->n_rows);
  bl_free(ctx, l->truth.v);
  bl_free(ctx, l->found.v);
}

/* ---- rows to detections ------------------------------------------------------------------------------------------ */

/* Of class or label k; NaN when the model gives none. */
static double score_of(const listening *l, size_t e, size_t k)
{
  const bl_cv *cv = l->cv;
  size_t n = cv->n_classes;
  if (cv->proba) return cv->proba[e * n + k];
  if (!cv->decision) return NAN;
  return cv->n_targets > 1 ? cv->decision[e * n + k] : k ? cv->decision[e] : -cv->decision[e];
}

static bool is_said(const listening *l, size_t e, size_t k, double score)
{
  const bl_word *threshold = &l->c->evaluate.event_threshold;
  if (threshold->word < 0 && !isnan(score)) return score >= threshold->real;
  return l->cv->n_targets > 1 ? l->cv->pred[e * l->cv->n_targets + k] > 0 : l->cv->pred[e] == (double)k;
}

static bl_status close_detection(bl_ctx *ctx, listening *l, const bl_spotted *open)
{
  if (open->recording < 0 || open->end_s - open->start_s < l->c->evaluate.event_min_s) return BL_OK;
  return add_spot(ctx, &l->found, open);
}

/* Detections of one label in one recording, whose rows stand in order. */
static bl_status detect(bl_ctx *ctx, listening *l, const tested *t, size_t n, size_t k)
{
  double gap = fmax(l->c->evaluate.event_gap_s, TOUCH_S);
  bl_spotted open = {.recording = -1};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    double score = score_of(l, t[i].entry, k);
    if (!is_said(l, t[i].entry, k, score)) continue;
    if (isnan(score)) score = 1;
    if (open.recording >= 0 && t[i].lo - open.end_s < gap) {
      open.end_s = fmax(open.end_s, t[i].hi);
      open.score = fmax(open.score, score);
      continue;
    }
    s = close_detection(ctx, l, &open);
    open = (bl_spotted){t[i].lo, t[i].hi, score, (int32_t)k, l->n_recordings};
  }
  return s ? s : close_detection(ctx, l, &open);
}

/* Where rows overlap, the border lies in the middle between their middles. */
static void share_out(tested *t, size_t n)
{
  for (size_t i = 0; i < n; i++) t[i].lo = t[i].start_s, t[i].hi = t[i].end_s;
  for (size_t i = 1; i < n; i++) {
    if (!(t[i].start_s < t[i - 1].end_s)) continue;
    double border = (t[i - 1].start_s + t[i - 1].end_s + t[i].start_s + t[i].end_s) / 4;
    t[i - 1].hi = fmin(t[i - 1].hi, fmax(border, t[i - 1].lo));
    t[i].lo = fmax(t[i].lo, border);
  }
}

static bool is_within(const tested *t, size_t n, double at)
{
  for (size_t i = 0; i < n; i++)
    if (at >= t[i].lo && at < t[i].hi) return true;
  return false;
}

static bl_status listen(bl_ctx *ctx, listening *l, tested *t, size_t n)
{
  const bl_outcome *o = &l->x->outcomes[t->outcome];
  bool whole = n == l->n_rows[t->outcome];
  bl_status s = BL_OK;
  double tested_s = 0;
  share_out(t, n);
  for (size_t i = 0; i < n; i++) tested_s += t[i].hi - t[i].lo;
  l->hours += (whole ? fmax(o->seconds, tested_s) : tested_s) / 3600;
  for (size_t i = 0; !s && i < o->marks.n; i++) {
    const bl_annotation *a = &o->marks.v[i];
    long label = bl_texts_find(&l->p->classes, a->label);
    if (label < 0 || !(whole || is_within(t, n, a->onset_s))) continue;
    bl_spotted one = {a->onset_s, a->onset_s + a->duration_s, 0, (int32_t)label, l->n_recordings};
    s = add_spot(ctx, &l->truth, &one);
  }
  for (size_t k = 0; !s && k < l->p->classes.n; k++)
    if (l->is_event[k]) s = detect(ctx, l, t, n, k);
  l->n_recordings++;
  return s;
}

/* ---- folds ------------------------------------------------------------------------------------------------------- */

static int by_place(const void *pa, const void *pb)
{
  const tested *a = pa, *b = pb;
  if (a->outcome != b->outcome) return a->outcome < b->outcome ? -1 : 1;
  if (a->start_s != b->start_s) return a->start_s < b->start_s ? -1 : 1;
  return a->entry < b->entry ? -1 : a->entry > b->entry;
}

/* The fold's rows that lie in recordings whose marks are known, in order. */
static size_t take_rows(const listening *l, size_t fold, tested *t)
{
  const bl_dataset *d = l->p->rows;
  size_t n = 0;
  for (size_t e = 0; e < l->cv->n_rows; e++) {
    size_t row = l->cv->row[e], outcome = outcome_of_row(l, row);
    if (l->cv->fold[e] != fold || outcome >= l->x->n_outcomes || !l->x->outcomes[outcome].marked) continue;
    double start = bl_packed_get(&d->start_s, l->p->index[row]), end = bl_packed_get(&d->end_s, l->p->index[row]);
    if (!isnan(start)) t[n++] = (tested){.entry = e, .outcome = outcome, .start_s = start, .end_s = end};
  }
  if (n) qsort(t, n, sizeof *t, by_place);
  return n;
}

static bl_status listen_to_fold(bl_ctx *ctx, listening *l, size_t fold, tested *room)
{
  size_t n = take_rows(l, fold, room), behind;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i = behind) {
    for (behind = i + 1; behind < n && room[behind].outcome == room[i].outcome;) behind++;
    s = listen(ctx, l, room + i, behind - i);
  }
  return s;
}

/* What was found from a place in the lists on, by every metric. */
static bl_status score(bl_ctx *ctx, const listening *l, size_t first_truth, size_t first_found, double hours,
                       double *out)
{
  const bl_config *c = l->c;
  bl_spotted_data d = {.truth = l->truth.v + first_truth,
                       .n_truth = l->truth.n - first_truth,
                       .found = l->found.v + first_found,
                       .n_found = l->found.n - first_found,
                       .n_labels = l->p->classes.n,
                       .hours = hours};
  bl_status s = BL_OK;
  for (size_t m = 0; !s && m < c->n_event_metrics; m++) {
    out[m] = NAN;
    if (hours > 0) s = bl_event_metric_score(ctx, &c->event_metrics[m], &d, &out[m]);
  }
  return s;
}

/* Room for the scores of events behind those of rows. */
static bl_status widen(bl_ctx *ctx, const bl_config *c, bl_cv *cv)
{
  double *wide = bl_calloc(ctx, cv->n_folds * c->n_scores, sizeof *wide);
  if (!wide) return bl_fail_nomem(ctx, "the scores");
  for (size_t f = 0; f < cv->n_folds; f++)
    for (size_t m = 0; m < c->n_scores; m++)
      wide[f * c->n_scores + m] = m < cv->n_metrics ? cv->score[f * cv->n_metrics + m] : (double)NAN;
  bl_free(ctx, cv->score);
  cv->score = wide;
  cv->n_metrics = c->n_scores;
  return BL_OK;
}

static bl_status one_learner(bl_ctx *ctx, listening *l, bl_result *r)
{
  const bl_config *c = l->c;
  bl_cv *cv = &r->cv;
  tested *room = bl_calloc(ctx, cv->n_rows, sizeof *room);
  bl_status s = room ? widen(ctx, c, cv) : bl_fail_nomem(ctx, "detections");
  l->cv = cv;
  l->truth.n = l->found.n = 0;
  l->hours = 0;
  l->n_recordings = 0;
  for (size_t f = 0; !s && f < cv->n_folds; f++) {
    size_t truth = l->truth.n, found = l->found.n;
    double hours = l->hours;
    if (cv->status[f]) continue;
    s = listen_to_fold(ctx, l, f, room);
    if (!s) s = score(ctx, l, truth, found, l->hours - hours, cv->score + f * c->n_scores + c->n_metrics);
  }
  if (!s) s = score(ctx, l, 0, 0, l->hours, r->pooled + c->n_metrics);
  for (size_t m = c->n_metrics; !s && m < c->n_scores; m++) {
    size_t n;
    bl_cv_mean(cv, m, &r->mean[m], &r->sd[m], &n);
  }
  r->events = (bl_event_tally){l->hours, l->truth.n, l->found.n};
  bl_free(ctx, room);
  return s;
}

bl_status bl_evaluate_events(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                             bl_results *r)
{
  listening l = {.c = c, .x = x, .p = p};
  if (!c->n_event_metrics || !r->n) return BL_OK;
  bl_status s = begin(ctx, &l);
  for (size_t i = 0; !s && i < r->n; i++) s = one_learner(ctx, &l, &r->v[i]);
  if (!s && r->chance.name) s = one_learner(ctx, &l, &r->chance);
  listening_free(ctx, &l);
  return s;
}
