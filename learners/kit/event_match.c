/* event_match.c: see event_match.h. */
#include "event_match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALLOWANCE_S 1e-9
#define NOBODY      SIZE_MAX

const char *const bl_event_matchings[] = {"optimal", "greedy", NULL};
const char *const bl_event_averages[] = {"micro", "macro", NULL};
const char *const bl_event_none[] = {"none", NULL};

static bool near(double a, double b, double collar) { return fabs(a - b) <= collar + ALLOWANCE_S; }

static bool finds(const bl_event_match *how, const bl_spotted *found, const bl_spotted *truth)
{
  double share = how->percentage_of_length * (truth->end_s - truth->start_s);
  double at_end = share > how->t_collar ? share : how->t_collar;
  return found->label == truth->label && found->recording == truth->recording &&
         (!how->evaluate_onset || near(found->start_s, truth->start_s, how->t_collar)) &&
         (!how->evaluate_offset || near(found->end_s, truth->end_s, at_end));
}

/* A detection as it stands in an order in which those of one recording and label lie together, by onset. */
typedef struct ordered {
  const bl_spotted *e;
  size_t given; /* its place in the list that was given */
  size_t taken; /* the true event that it finds, or NOBODY */
  size_t seen;  /* in the search for which true event it was last tried, from 1 */
} ordered;

static int by_place(const void *a, const void *b)
{
  const ordered *x = a, *y = b;
  if (x->e->recording != y->e->recording) return x->e->recording < y->e->recording ? -1 : 1;
  if (x->e->label != y->e->label) return x->e->label < y->e->label ? -1 : 1;
  if (x->e->start_s < y->e->start_s || x->e->start_s > y->e->start_s) return x->e->start_s < y->e->start_s ? -1 : 1;
  return x->given < y->given ? -1 : 1;
}

typedef struct matcher {
  const bl_event_match *how;
  const bl_spotted_data *d;
  ordered *v;
  size_t n;
  size_t *first, *behind; /* of each true event: the detections that may find it lie among these */
} matcher;

/* The first detection that does not lie before the event's recording, label and earliest onset. */
static size_t first_of(const matcher *m, const bl_spotted *truth, double from_s)
{
  size_t lo = 0, hi = m->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    const bl_spotted *e = m->v[mid].e;
    bool before = e->recording != truth->recording ? e->recording < truth->recording
                  : e->label != truth->label       ? e->label < truth->label
                                                   : e->start_s < from_s;
    if (before) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

static void set_reach(matcher *m, size_t t)
{
  const bl_spotted *truth = &m->d->truth[t];
  double collar = m->how->evaluate_onset ? m->how->t_collar + 2 * ALLOWANCE_S : INFINITY;
  size_t k = m->first[t] = first_of(m, truth, truth->start_s - collar);
  while (k < m->n && m->v[k].e->recording == truth->recording && m->v[k].e->label == truth->label &&
         m->v[k].e->start_s <= truth->start_s + collar)
    k++;
  m->behind[t] = k;
}

/* One step of a search: true event `t` tries the detections from `next` on. */
typedef struct step {
  size_t t, next;
} step;

/* Looks for a detection for true event `root`, moving others on where that helps (an augmenting path; Kuhn 1955). Deep
 * chains are followed on a stack of our own [n_truth]. Each detection is tried once a search. */
static void augment(matcher *m, size_t root, step *stack)
{
  size_t depth = 0;
  stack[0] = (step){root, m->first[root]};
  for (;;) {
    step *s = &stack[depth];
    while (s->next < m->behind[s->t] &&
           (m->v[s->next].seen == root + 1 || !finds(m->how, m->v[s->next].e, &m->d->truth[s->t])))
      s->next++;
    if (s->next == m->behind[s->t]) {
      if (!depth) return;
      stack[--depth].next++;
      continue;
    }
    ordered *o = &m->v[s->next];
    o->seen = root + 1;
    if (o->taken == NOBODY) break;
    stack[++depth] = (step){o->taken, m->first[o->taken]};
  }
  for (size_t k = depth + 1; k-- > 0;) m->v[stack[k].next].taken = stack[k].t;
}

/* The detection that comes first in the list given, of those left. */
static void take_first(matcher *m, size_t t)
{
  size_t best = NOBODY;
  for (size_t k = m->first[t]; k < m->behind[t]; k++)
    if (m->v[k].taken == NOBODY && finds(m->how, m->v[k].e, &m->d->truth[t]) &&
        (best == NOBODY || m->v[k].given < m->v[best].given))
      best = k;
  if (best != NOBODY) m->v[best].taken = t;
}

static void gather(matcher *m)
{
  for (size_t i = 0; i < m->d->n_found; i++) {
    const bl_spotted *e = &m->d->found[i];
    if (m->how->threshold.word < 0 && e->score < m->how->threshold.real) continue;
    m->v[m->n++] = (ordered){e, i, NOBODY, 0};
  }
  if (m->n) qsort(m->v, m->n, sizeof *m->v, by_place);
}

bl_status bl_event_count(bl_ctx *ctx, const bl_event_match *how, const bl_spotted_data *d, bl_event_counts *out)
{
  matcher m = {.how = how, .d = d};
  bl_status s = BL_OK;
  for (size_t i = 0; i < d->n_labels; i++) out[i] = (bl_event_counts){0};
  m.v = bl_calloc(ctx, d->n_found, sizeof *m.v);
  m.first = bl_calloc(ctx, d->n_truth, sizeof *m.first);
  m.behind = bl_calloc(ctx, d->n_truth, sizeof *m.behind);
  step *stack = bl_calloc(ctx, d->n_truth + 1, sizeof *stack);
  if (!m.v || !m.first || !m.behind || !stack) s = bl_fail_nomem(ctx, "events");
  if (!s) gather(&m);
  for (size_t t = 0; !s && t < d->n_truth; t++) set_reach(&m, t);
  for (size_t t = 0; !s && t < d->n_truth; t++) {
    if (how->matching == BL_MATCH_GREEDY) take_first(&m, t);
    else augment(&m, t, stack);
    if (t % 1024 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  for (size_t t = 0; !s && t < d->n_truth; t++) out[d->truth[t].label].truth++;
  for (size_t k = 0; !s && k < m.n; k++) {
    out[m.v[k].e->label].found++;
    out[m.v[k].e->label].hits += m.v[k].taken != NOBODY;
  }
  bl_free(ctx, stack);
  bl_free(ctx, m.v);
  bl_free(ctx, m.first);
  bl_free(ctx, m.behind);
  return s;
}

static double mean_of(const bl_event_counts *c, size_t n, bl_event_ratio (*of)(const bl_event_counts *))
{
  double sum = 0, labels = 0;
  for (size_t i = 0; i < n; i++) {
    bl_event_ratio r = of(&c[i]);
    if (!(c[i].truth > 0) && !(c[i].found > 0)) continue;
    sum += r.below > 0 ? r.above / r.below : 0;
    labels++;
  }
  return labels > 0 ? sum / labels : (double)NAN;
}

bl_status bl_event_score(bl_ctx *ctx, const char *who, const bl_event_match *how, const bl_spotted_data *d,
                         bl_event_ratio (*of)(const bl_event_counts *), double *out)
{
  bl_event_counts all = {0}, *each = bl_calloc(ctx, d->n_labels, sizeof *each);
  if (!each) return bl_fail_nomem(ctx, who);
  bl_status s = bl_event_count(ctx, how, d, each);
  for (size_t i = 0; i < d->n_labels; i++) {
    all.hits += each[i].hits;
    all.truth += each[i].truth;
    all.found += each[i].found;
  }
  bl_event_ratio r = of(&all);
  *out = how->average == BL_EVENTS_MACRO ? mean_of(each, d->n_labels, of)
         : r.below > 0                   ? r.above / r.below
                                         : (double)NAN;
  if (!s && isnan(*out))
    bl_warn(ctx, BL_W_UNDEFINED, "%s: is undefined with %g true events and %g detections", who, all.truth, all.found);
  bl_free(ctx, each);
  return s;
}
