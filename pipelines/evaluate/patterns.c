/* patterns.c: see patterns.h. Parts are found by what they have learnt, a matrix of patterns of one triangle's channels,
 * not by their name. */
#include "patterns.h"

#include <string.h>

/* Of "a.C3*C3", the triangle's entry of a channel with itself, "C3": to be freed; NULL, without an error, for another. */
static char *channel_of(bl_ctx *ctx, const char *entry)
{
  for (const char *star = strchr(entry, '*'); star; star = strchr(star + 1, '*')) {
    size_t n = strlen(star + 1), before = (size_t)(star - entry);
    bool same = n && n <= before && !memcmp(star - n, star + 1, n);
    if (same && (n == before || star[-(long)n - 1] == '.')) return bl_strdup(ctx, star + 1);
  }
  return NULL;
}

static bl_status name_channels(bl_ctx *ctx, const bl_texts *entries, size_t n, bl_texts *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0, at = 0; !s && i < n && at < entries->n; at += n - i++) {
    char *name = channel_of(ctx, entries->v[at]);
    s = name ? bl_texts_add(ctx, out, name) : bl_texts_add(ctx, out, "");
    bl_free(ctx, name);
  }
  return s;
}

static bl_field_view learnt(const bl_estimator *e, const char *name)
{
  for (const bl_field *f = e->cls->fields; f && f->name; f++)
    if (!strcmp(f->name, name)) return bl_field_get(f, e->state);
  return (bl_field_view){0};
}

/* Divided by its trace a covariance has no unit, and so have patterns. */
static bool is_bare(const bl_estimator *e)
{
  const bl_opt *o = e->cls->opts ? bl_opts_find(e->cls->opts, "norm_trace") : NULL;
  return o && *(const bool *)(const void *)((const char *)e->params + o->offset);
}

/* The root of the covariances' unit, as it is written. */
static const char *unit_of(const bl_estimator *e)
{
  static const char *const written[][2] = {{"uV^2", "µV"}, {"V^2", "V"}, {"mV^2", "mV"}, {"T^2", "T"}, {"fT^2", "fT"}};
  const char *unit = e->blocks.n && !is_bare(e) ? bl_block_unit(&e->blocks.v[0], 0) : "";
  for (size_t i = 0; i < sizeof written / sizeof *written; i++)
    if (!strcmp(unit, written[i][0])) return written[i][1];
  return "a. u.";
}

/* "csp1: T1 81 %": of two classes the one in which the source has more of its power. */
static bl_status title(bl_ctx *ctx, const bl_estimator *e, size_t i, bl_texts *out)
{
  bl_field_view share = learnt(e, "eigenvalues");
  bool two = share.v && i < share.dims[0] && e->class_names.n == 2;
  if (!two) return bl_texts_addf(ctx, out, "%s%zu", e->cls->name, i + 1);
  double first = ((const double *)share.v)[i];
  return bl_texts_addf(ctx, out, "%s%zu: %s %.0f %%", e->cls->name, i + 1, e->class_names.v[first < 0.5],
                       100 * (first < 0.5 ? 1 - first : first));
}

static bl_status take(bl_ctx *ctx, const bl_estimator *e, const bl_field_view *v, size_t used, bl_patterns *out)
{
  size_t n = v->dims[1];
  out->n = used < v->dims[0] ? used : v->dims[0];
  out->unit = unit_of(e);
  out->v = bl_calloc(ctx, out->n * n, sizeof *out->v);
  if (!out->v) return bl_fail_nomem(ctx, "patterns");
  memcpy(out->v, v->v, out->n * n * sizeof *out->v);
  bl_status s = name_channels(ctx, &e->feature_names, n, &out->channels);
  for (size_t i = 0; !s && i < out->n; i++) s = title(ctx, e, i, &out->titles);
  return s;
}

static bl_status add_own(bl_ctx *ctx, const bl_estimator *e, bl_patterns_list *out)
{
  bl_field_view v = e->fitted ? learnt(e, "patterns") : (bl_field_view){0}, used = learnt(e, "mean");
  bool fits = v.v && v.n_dims == 2 && v.field->dtype == BL_F64 && used.v &&
              e->feature_names.n == v.dims[1] * (v.dims[1] + 1) / 2;
  if (!fits) return BL_OK;
  bl_patterns *all = bl_calloc(ctx, out->n + 1, sizeof *all);
  if (!all) return bl_fail_nomem(ctx, "patterns");
  if (out->n) memcpy(all, out->v, out->n * sizeof *all);
  bl_free(ctx, out->v);
  out->v = all;
  return take(ctx, e, &v, used.dims[0], &out->v[out->n++]);
}

bl_status bl_patterns_add(bl_ctx *ctx, const bl_estimator *e, bl_patterns_list *out)
{
  bl_status s = add_own(ctx, e, out);
  for (size_t i = 0; !s && i < e->n_children; i++) s = bl_patterns_add(ctx, e->child[i], out);
  for (size_t i = 0; !s && i < e->n_learnt && !out->n; i++) s = bl_patterns_add(ctx, e->learnt[i], out);
  return s;
}

void bl_patterns_free(bl_ctx *ctx, bl_patterns_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    bl_texts_free(ctx, &list->v[i].channels);
    bl_texts_free(ctx, &list->v[i].titles);
    bl_free(ctx, list->v[i].v);
  }
  bl_free(ctx, list->v);
  *list = (bl_patterns_list){0};
}
