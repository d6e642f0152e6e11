/* survey_told.c: what a survey tells of recordings that cannot be used, and of events that are not there. */
#include <string.h>

#include "beforehand.h"
#include "survey_parts.h"

bl_status bl_survey_fail_by_kind(bl_ctx *ctx, bl_survey *v)
{
  for (size_t i = 0; i < v->items.n; i++) {
    bl_seen *seen = &v->seen[i];
    const bl_stream_kind *k = seen->status ? NULL : &v->kinds[seen->kind];
    if (k && k->status) {
      seen->status = k->status;
      seen->why = bl_strf(ctx, "%s: %s", v->items.v[i].name, k->why);
      if (!seen->why) return bl_fail_nomem(ctx, "the headers");
    }
    v->n_failed += seen->status != BL_OK;
  }
  return BL_OK;
}

static const char *reason_of(const bl_survey *v, size_t i) { return v->seen[i].why + strlen(v->items.v[i].name); }

/* Of those of one kind that fail for the same reason, the first is told of by its name and the others by their number.
 * first, n: room for a number a kind. */
static void tell_by(bl_ctx *ctx, const bl_survey *v, size_t *first, size_t *n)
{
  for (size_t i = v->items.n; i-- > 0;)
    if (v->seen[i].status && v->seen[i].kind != BL_NO_KIND) first[v->seen[i].kind] = i;
  for (size_t i = 0; i < v->items.n; i++) {
    const bl_seen *seen = &v->seen[i];
    if (seen->status && seen->kind != BL_NO_KIND)
      n[seen->kind] += !strcmp(reason_of(v, i), reason_of(v, first[seen->kind]));
  }
  for (size_t i = 0; i < v->items.n; i++) {
    const bl_seen *seen = &v->seen[i];
    size_t one = seen->kind == BL_NO_KIND ? i : first[seen->kind];
    if (!seen->status || (i != one && !strcmp(reason_of(v, i), reason_of(v, one)))) continue;
    if (seen->kind != BL_NO_KIND && i == one && n[seen->kind] > 1)
      bl_warn(ctx, BL_W_SKIPPED, "%s (and %zu more recordings of its kind fail alike)", seen->why, n[seen->kind] - 1);
    else bl_warn(ctx, BL_W_SKIPPED, "%s", seen->why);
  }
}

bl_status bl_survey_tell(bl_ctx *ctx, const bl_survey *v)
{
  size_t *first = bl_calloc(ctx, v->n_kinds, sizeof *first), *n = bl_calloc(ctx, v->n_kinds, sizeof *n);
  bl_status s = first && n ? BL_OK : bl_fail_nomem(ctx, "the headers");
  if (!s) tell_by(ctx, v, first, n);
  bl_free(ctx, first);
  bl_free(ctx, n);
  return s;
}

/* The kind that most recordings are of, whether the recipe can be carried out on it or not. */
static const bl_stream_kind *most_common(const bl_survey *v)
{
  const bl_stream_kind *best = v->kinds;
  for (size_t i = 1; i < v->n_kinds; i++)
    if (v->kinds[i].n > best->n) best = &v->kinds[i];
  return best;
}

bl_status bl_survey_all_failed(bl_ctx *ctx, bl_survey *v)
{
  const bl_seen *first = &v->seen[0];
  const bl_stream_kind *kind = v->n_kinds ? most_common(v) : NULL;
  bool of_config = true;
  for (size_t i = 0; i < v->items.n; i++)
    of_config = of_config && (v->seen[i].kind != BL_NO_KIND || v->seen[i].status == BL_E_CONFIG);
  bl_status s = of_config ? BL_OK : bl_survey_tell(ctx, v);
  if (!s && of_config && kind) s = bl_check_recipe(ctx, v->config, kind->in.v, v->items.v[kind->first].name);
  if (s) return s;
  return bl_fail(ctx, of_config ? BL_E_CONFIG : first->status, "all %zu recordings failed; the first: %s", v->items.n,
                 first->why);
}

bl_status bl_survey_check_asked(bl_ctx *ctx, const bl_survey *v)
{
  bl_asked asked;
  bl_buf text = {0};
  bool matched = true;
  const bl_segment_class *cls = v->config->segment.cls;
  if (!bl_config_asks(v->config, &asked) || bl_asked_any(&asked) || bl_config_finds_events(v->config)) return BL_OK;
  bl_status s = bl_tally_missing(ctx, &asked, &v->events, &text, &matched);
  /* a recording that cannot be opened may have had it; segments around events come from no other all the same */
  bool in_vain = !matched && (!v->n_failed || (cls->tags & BL_SEGMENT_AT_EVENTS));
  if (!s && text.len && in_vain) s = bl_fail(ctx, BL_E_CONFIG, "%s: events: %s", cls->name, bl_buf_text(&text));
  else if (!s && text.len) bl_warn(ctx, BL_W_MISSING, "%s: events: %s", cls->name, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}
