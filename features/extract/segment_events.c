/* segment_events.c: see segment_events.h. */
#include "segment_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "baleen/text.h"

/* ---- which events
 * ------------------------------------------------------------------------------------------------- */

bool bl_label_is_bad(const char *label) { return !strncasecmp(label, "bad", 3); }
bool bl_event_is_bad(const bl_event *e) { return bl_label_is_bad(e->label); }

bool bl_asked_any(const bl_asked *asked) { return !asked->names || bl_texts_find(asked->names, "all") >= 0; }

bool bl_event_fits(const char *name, const char *label)
{
  return !strcmp(name, label) || bl_text_glob_plain(name, label);
}

void bl_events_choose(const bl_asked *asked, const bl_event *events, size_t n, bool *want)
{
  for (size_t i = 0; i < n; i++) want[i] = bl_asked_any(asked);
  for (size_t k = 0; asked->names && k < asked->names->n; k++)
    for (size_t i = 0; i < n; i++) want[i] |= bl_event_fits(asked->names->v[k], events[i].label);
  for (size_t i = 0; i < n; i++) want[i] &= !(asked->without_bad && bl_event_is_bad(&events[i]));
}

static int by_onset(const void *pa, const void *pb)
{
  const bl_event *const *a = pa, *const *b = pb;
  if ((*a)->onset_s != (*b)->onset_s) return (*a)->onset_s < (*b)->onset_s ? -1 : 1;
  return *a < *b ? -1 : *a > *b;
}

bl_status bl_near_new(bl_ctx *ctx, const bl_event *events, size_t n, const bool *take, bl_near *out)
{
  *out = (bl_near){.v = bl_calloc(ctx, n, sizeof *out->v), .now = bl_calloc(ctx, n, sizeof *out->now)};
  if (!out->v || !out->now) return bl_fail_nomem(ctx, "events in order");
  for (size_t i = 0; i < n; i++)
    if (take[i]) out->v[out->n++] = &events[i];
  if (out->n) qsort(out->v, out->n, sizeof *out->v, by_onset);
  return BL_OK;
}

void bl_near_free(bl_ctx *ctx, bl_near *t)
{
  bl_free(ctx, t->v);
  bl_free(ctx, t->now);
  *t = (bl_near){0};
}

bool bl_event_touches(const bl_event *e, double lo, double hi)
{
  return e->onset_s < hi && (e->onset_s + e->duration_s > lo || e->onset_s >= lo);
}

void bl_near_move(bl_near *t, double lo, double hi)
{
  size_t kept = 0;
  for (size_t i = 0; i < t->n_now; i++)
    if (bl_event_touches(t->now[i], lo, INFINITY)) t->now[kept++] = t->now[i];
  for (; t->next < t->n && t->v[t->next]->onset_s < hi; t->next++)
    if (bl_event_touches(t->v[t->next], lo, INFINITY)) t->now[kept++] = t->v[t->next];
  t->n_now = kept;
}

/* ---- which segments are rejected
 * ------------------------------------------------------------------------------------- */

const char *const bl_rejection_none[] = {"none", NULL};

bl_status bl_rejection_rules(bl_ctx *ctx, const char *who, const bl_rejection *r, bl_epoch_rules *out)
{
  out->reject = r->reject.word < 0 ? r->reject.real : NAN;
  out->flat = r->flat.word < 0 ? r->flat.real : NAN;
  out->limits = &r->limits;
  if (!(isfinite(out->flat) && out->flat > out->reject)) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "%s: flat %g is above reject %g, so that every segment is dropped", who, out->flat,
                 out->reject);
}

bl_status bl_rejection_marks(bl_ctx *ctx, const bl_rejection *r, const bl_event *events, size_t n, bl_near *out)
{
  *out = (bl_near){0};
  bool any = false, *bad = bl_calloc(ctx, n, sizeof *bad);
  if (!bad) return bl_fail_nomem(ctx, "events in order");
  for (size_t i = 0; i < n; i++) any |= bad[i] = r->reject_by_annotation && bl_event_is_bad(&events[i]);
  bl_status s = any ? bl_near_new(ctx, events, n, bad, out) : BL_OK;
  bl_free(ctx, bad);
  return s;
}

bool bl_rejection_marked(bl_near *marks, double lo, double hi)
{
  bl_near_move(marks, lo, hi);
  for (size_t i = 0; i < marks->n_now; i++)
    if (marks->now[i]->onset_s < hi && marks->now[i]->onset_s + marks->now[i]->duration_s > lo) return true;
  return false;
}
