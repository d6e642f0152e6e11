/* class_weight.c: the option class_weight of every classifier that has it (BL_CLASS_WEIGHT), carried out before fit:
 * weights of rows times the weight of their class. As scikit-learn's compute_class_weight; `balanced` there counts rows,
 * here it sums their weights, so that a weight of 2 equals a repeated row. */
#include <string.h>

#include "baleen/text.h"
#include "estimator_private.h"

enum { NONE, BALANCED };
const char *const bl_class_weight_words[] = {"none", "balanced", NULL};

/* Is class c the one that the option calls so? By its name where classes have names, else by its value. */
static bool is_called(const bl_estimator *e, size_t c, const char *name)
{
  if (c < e->class_names.n) return !strcmp(e->class_names.v[c], name);
  double value;
  return bl_parse_real(name, &value) && value == e->classes[c];
}

/* Weights that are given. A name that is no class is a slip where some class is left without; where none is, it may be
 * of a class that only other rows have. */
static bl_status given(bl_ctx *ctx, const bl_estimator *e, const bl_numbers *w, double *factor)
{
  const char *stray = NULL;
  size_t left = 0;
  for (size_t c = 0; c < e->n_classes; c++) {
    size_t i = 0;
    while (i < w->n && !is_called(e, c, w->v[i].name)) i++;
    factor[c] = i < w->n ? w->v[i].value : 1;
    left += i == w->n;
  }
  for (size_t i = 0; !stray && i < w->n; i++) {
    size_t c = 0;
    while (c < e->n_classes && !is_called(e, c, w->v[i].name)) c++;
    stray = c == e->n_classes ? w->v[i].name : NULL;
  }
  if (!stray || !left) return BL_OK;
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t c = 0; !s && c < e->n_classes; c++)
    s = c < e->class_names.n ? bl_buf_printf(ctx, &all, "%s%s", c ? ", " : "", e->class_names.v[c])
                             : bl_buf_printf(ctx, &all, "%s%g", c ? ", " : "", e->classes[c]);
  if (!s)
    s = bl_fail(ctx, BL_E_CLASSES, "%s: class_weight: there is no class '%s'; the classes are %s", e->cls->name, stray,
                bl_buf_text(&all));
  bl_buf_free(ctx, &all);
  return s;
}

/* sum(w) / (K sum of w in the class). */
static void balance(const bl_estimator *e, size_t n, const double *code, const double *weight, double *factor)
{
  double total = 0;
  for (size_t i = 0; i < n; i++) {
    factor[(size_t)code[i]] += weight[i];
    total += weight[i];
  }
  for (size_t c = 0; c < e->n_classes; c++) factor[c] = total / ((double)e->n_classes * factor[c]);
}

static const bl_numbers *option_of(const bl_estimator *e)
{
  const bl_opt *o = bl_opts_find(e->cls->opts, "class_weight");
  if (!o || o->kind != BL_OPT_NUMBERS) return NULL;
  const bl_numbers *w = (const void *)((const char *)e->params + o->offset);
  return w->word == NONE ? NULL : w;
}

bl_status bl_class_weight(bl_ctx *ctx, const bl_estimator *e, bool in_parts, const bl_train *t, double **weight)
{
  const bl_numbers *w = option_of(e);
  size_t n = t->X.rows;
  if (!w) return BL_OK;
  if (t->n_targets > 1)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: class_weight is for one class a row, not for %zu labels", e->cls->name,
                   t->n_targets);
  if (in_parts && w->word == BALANCED)
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: class_weight balanced needs all rows at once; to learn in parts, give each class its weight",
                   e->cls->name);
  double *factor = bl_calloc(ctx, e->n_classes, sizeof *factor);
  *weight = bl_calloc(ctx, n, sizeof **weight);
  bl_status s = factor && *weight ? BL_OK : bl_fail_nomem(ctx, "class weights");
  for (size_t i = 0; !s && i < n; i++) (*weight)[i] = t->weight ? t->weight[i] : 1;
  if (!s && w->word == BALANCED) balance(e, n, t->y, *weight, factor);
  else if (!s) s = given(ctx, e, w, factor);
  for (size_t i = 0; !s && i < n; i++) (*weight)[i] *= factor[(size_t)t->y[i]];
  bl_free(ctx, factor);
  return s;
}
