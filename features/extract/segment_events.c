/* segment_events.c: see segment_events.h. */
#include "segment_events.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "baleen/text.h"

/* ---- which events ------------------------------------------------------------------------------------------------ */

bool bl_label_is_bad(const char *label) { return !strncasecmp(label, "bad", 3); }
bool bl_event_is_bad(const bl_event *e) { return bl_label_is_bad(e->label); }

bool bl_asked_any(const bl_asked *asked) { return !asked->names || bl_texts_find(asked->names, "all") >= 0; }

static int by_text(const void *pa, const void *pb)
{
  return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

bl_status bl_join_labels(bl_ctx *ctx, const char **labels, size_t n, const char *between, bl_texts *kept,
                         const char **out)
{
  bl_buf text = {0};
  bl_status s = BL_OK;
  if (n) qsort(labels, n, sizeof *labels, by_text);
  for (size_t i = 0; !s && i < n; i++) {
    if (i && !strcmp(labels[i], labels[i - 1])) continue;
    if (i) s = bl_buf_puts(ctx, &text, between);
    if (!s) s = bl_buf_puts(ctx, &text, labels[i]);
  }
  long known = s ? -1 : bl_texts_find(kept, bl_buf_text(&text));
  if (!s && known < 0) {
    s = bl_texts_add(ctx, kept, bl_buf_text(&text));
    known = (long)kept->n - 1;
  }
  if (!s) *out = kept->v[known];
  bl_buf_free(ctx, &text);
  return s;
}

bool bl_event_fits(const char *name, const char *label)
{
  return !strcmp(name, label) || bl_text_glob_plain(name, label);
}

bool bl_event_wanted(const bl_asked *asked, const bl_event *e)
{
  bool want = bl_asked_any(asked);
  for (size_t k = 0; asked->names && k < asked->names->n && !want; k++)
    want = bl_event_fits(asked->names->v[k], e->label);
  return want && !(asked->without_bad && bl_event_is_bad(e));
}

static int by_onset(const void *pa, const void *pb)
{
  const bl_told_event *a = pa, *b = pb;
  if (a->e.onset_s != b->e.onset_s) return a->e.onset_s < b->e.onset_s ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

bl_status bl_told_add(bl_ctx *ctx, bl_told *t, const bl_event *e, size_t number)
{
  if (t->n == t->cap && t->next > t->n / 2) {
    memmove(t->v, t->v + t->next, (t->n - t->next) * sizeof *t->v);
    t->n -= t->next;
    t->next = 0;
  }
  void *v = t->v;
  bl_status s = bl_grow(ctx, &v, &t->cap, t->n + 1, sizeof *t->v, "events in order");
  t->v = v;
  if (s) return s;
  t->v[t->n++] = (bl_told_event){*e, number};
  t->unsorted = true;
  return BL_OK;
}

void bl_told_sort(bl_told *t)
{
  if (t->unsorted) qsort(t->v + t->next, t->n - t->next, sizeof *t->v, by_onset);
  t->unsorted = false;
}

void bl_told_free(bl_ctx *ctx, bl_told *t)
{
  bl_free(ctx, t->v);
  *t = (bl_told){0};
}

bl_status bl_near_tell(bl_ctx *ctx, bl_near *t, const bl_event *e, size_t number)
{
  bl_status s = bl_told_add(ctx, &t->told, e, number);
  if (s) return s;
  void *now = t->now; /* room for all, so that moving on cannot fail */
  s = bl_grow(ctx, &now, &t->cap_now, t->n_now + t->told.n - t->told.next, sizeof *t->now, "events in order");
  t->now = now;
  return s;
}

bl_status bl_near_copy(bl_ctx *ctx, const bl_near *from, bl_near *out)
{
  bl_status s = BL_OK;
  *out = (bl_near){0};
  for (size_t i = from->told.next; !s && i < from->told.n; i++)
    s = bl_near_tell(ctx, out, &from->told.v[i].e, from->told.v[i].number);
  if (s) bl_near_free(ctx, out);
  return s;
}

void bl_near_free(bl_ctx *ctx, bl_near *t)
{
  bl_told_free(ctx, &t->told);
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
  bl_told *told = &t->told;
  bl_told_sort(told);
  for (size_t i = 0; i < t->n_now; i++)
    if (bl_event_touches(&t->now[i].e, lo, INFINITY)) t->now[kept++] = t->now[i];
  for (; told->next < told->n && told->v[told->next].e.onset_s < hi; told->next++)
    if (bl_event_touches(&told->v[told->next].e, lo, INFINITY)) t->now[kept++] = told->v[told->next];
  t->n_now = kept;
}

/* ---- which segments are rejected --------------------------------------------------------------------------------- */

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

bl_status bl_rejection_tell(bl_ctx *ctx, const bl_rejection *r, const bl_event *e, bl_near *marks)
{
  return r->reject_by_annotation && bl_event_is_bad(e) ? bl_near_tell(ctx, marks, e, 0) : BL_OK;
}

bool bl_rejection_marked(bl_near *marks, double lo, double hi)
{
  bl_near_move(marks, lo, hi);
  for (size_t i = 0; i < marks->n_now; i++)
    if (marks->now[i].e.onset_s < hi && marks->now[i].e.onset_s + marks->now[i].e.duration_s > lo) return true;
  return false;
}
