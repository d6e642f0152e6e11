/* tally.c: see tally.h. */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"

enum { NAMED = 12 }; /* labels that a message lists: it stays readable */

/* ---- counting ---------------------------------------------------------------------------------------------------- */

void bl_tally_free(bl_ctx *ctx, bl_tally *t)
{
  bl_texts_free(ctx, &t->labels);
  bl_free(ctx, t->count);
  *t = (bl_tally){0};
}

static int by_text(const void *pa, const void *pb)
{
  return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

bl_status bl_tally_events(bl_ctx *ctx, const bl_event *v, size_t n, bl_tally *out)
{
  *out = (bl_tally){.count = bl_calloc(ctx, n, sizeof *out->count)};
  const char **sorted = bl_calloc(ctx, n, sizeof *sorted);
  bl_status s = sorted && out->count ? BL_OK : bl_fail_nomem(ctx, "the labels of events");
  for (size_t i = 0; !s && i < n; i++) sorted[i] = v[i].label;
  if (!s && n) qsort(sorted, n, sizeof *sorted, by_text);
  for (size_t i = 0; !s && i < n; i++) {
    if (!i || strcmp(sorted[i], sorted[i - 1]) != 0) s = bl_texts_add(ctx, &out->labels, sorted[i]);
    if (!s) out->count[out->labels.n - 1]++;
  }
  bl_free(ctx, sorted);
  if (s) bl_tally_free(ctx, out);
  return s;
}

/* A label of one of the tallies. */
typedef struct entry {
  const char *label;
  size_t count;
} entry;

static int by_label(const void *pa, const void *pb)
{
  return strcmp(((const entry *)pa)->label, ((const entry *)pb)->label);
}

bl_status bl_tally_sum(bl_ctx *ctx, const bl_tally *const *v, size_t n, bl_tally *out)
{
  size_t total = 0, at = 0;
  for (size_t i = 0; i < n; i++) total += v[i]->labels.n;
  *out = (bl_tally){.count = bl_calloc(ctx, total, sizeof *out->count)};
  entry *e = bl_calloc(ctx, total, sizeof *e);
  bl_status s = e && out->count ? BL_OK : bl_fail_nomem(ctx, "the labels of events");
  for (size_t i = 0; !s && i < n; i++)
    for (size_t k = 0; k < v[i]->labels.n; k++) e[at++] = (entry){v[i]->labels.v[k], v[i]->count[k]};
  if (!s && total) qsort(e, total, sizeof *e, by_label);
  for (size_t i = 0; !s && i < total; i++) {
    if (!i || strcmp(e[i].label, e[i - 1].label) != 0) s = bl_texts_add(ctx, &out->labels, e[i].label);
    if (!s) out->count[out->labels.n - 1] += e[i].count;
  }
  bl_free(ctx, e);
  if (s) bl_tally_free(ctx, out);
  return s;
}

/* ---- what is not there ------------------------------------------------------------------------------------------- */

typedef enum found { FOUND_NONE, FOUND_MARKS, FOUND_EVENTS } found; /* marks: of bad stretches */

/* *n: how many events bear what is asked for. */
static found find(const bl_asked *asked, const bl_tally *there, const char *name, size_t *n)
{
  found best = FOUND_NONE;
  *n = 0;
  for (size_t i = 0; i < there->labels.n; i++) {
    const char *label = there->labels.v[i];
    if (!bl_event_fits(name, label)) continue;
    bool mark = asked->without_bad && bl_label_is_bad(label);
    if (!mark) best = FOUND_EVENTS;
    else if (best == FOUND_NONE) best = FOUND_MARKS;
    *n += there->count[i];
  }
  return best;
}

static bl_status say_name(bl_ctx *ctx, const char *name, const bl_tally *there, bl_buf *text)
{
  const char *near = bl_nearest(name, bl_text_at, &there->labels);
  bl_status s = bl_buf_printf(ctx, text, "%s'%s'", text->len ? ", " : "no event is called ", name);
  return !s && near ? bl_buf_printf(ctx, text, " (is '%s' meant?)", near) : s;
}

static bl_status say_there(bl_ctx *ctx, const bl_tally *there, bl_buf *text)
{
  if (!there->labels.n) return bl_buf_puts(ctx, text, "; there are no events at all");
  bl_status s = bl_buf_puts(ctx, text, "; there are ");
  for (size_t i = 0; !s && i < there->labels.n && i < NAMED; i++)
    s = bl_buf_printf(ctx, text, "%s%s (%zu)", i ? ", " : "", *there->labels.v[i] ? there->labels.v[i] : "''",
                      there->count[i]);
  return !s && there->labels.n > NAMED ? bl_buf_printf(ctx, text, " and %zu more", there->labels.n - NAMED) : s;
}

static bl_status say_mark(bl_ctx *ctx, const char *name, size_t n, bl_buf *text)
{
  return bl_buf_printf(ctx, text,
                       "%s'%s' (%zu) marks bad stretches and counts as no event; to have it as one say "
                       "reject_by_annotation: false",
                       text->len ? "; " : "", name, n);
}

bl_status bl_tally_missing(bl_ctx *ctx, const bl_asked *asked, const bl_tally *there, bl_buf *text, bool *matched)
{
  bl_status s = BL_OK;
  size_t n;
  bool any = bl_asked_any(asked);
  *matched = false;
  for (size_t i = 0; any && i < there->labels.n; i++)
    *matched |= !(asked->without_bad && bl_label_is_bad(there->labels.v[i]));
  if (any) return BL_OK;
  for (size_t i = 0; !s && i < asked->names->n; i++) {
    found f = find(asked, there, asked->names->v[i], &n);
    *matched |= f == FOUND_EVENTS;
    if (f == FOUND_NONE) s = say_name(ctx, asked->names->v[i], there, text);
  }
  if (!s && text->len) s = say_there(ctx, there, text);
  for (size_t i = 0; !s && i < asked->names->n; i++)
    if (find(asked, there, asked->names->v[i], &n) == FOUND_MARKS) s = say_mark(ctx, asked->names->v[i], n, text);
  return s;
}
