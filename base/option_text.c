/* Options as text: what is allowed, what is wrong with what was given, and values as they are written. */
#include "option_private.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

/* ---- what is allowed --------------------------------------------------------------------------------------------- */

static bl_status add_bounds(bl_ctx *ctx, const bl_opt *o, bl_buf *out)
{
  char lo[32], hi[32];
  bl_format_real(o->lo, lo);
  bl_format_real(o->hi, hi);
  bool has_lo = isfinite(o->lo), has_hi = isfinite(o->hi) && o->hi < 1e17; /* beyond it a bound is none */
  const char *above = o->flags & BL_OPT_OPEN_LO ? "above" : "from";
  const char *below = o->flags & BL_OPT_OPEN_HI ? "below" : "to";
  bl_status s = BL_OK;
  if (has_lo && has_hi) s = bl_buf_printf(ctx, out, " %s %s %s %s", above, lo, below, hi);
  else if (has_lo) s = bl_buf_printf(ctx, out, o->flags & BL_OPT_OPEN_LO ? " above %s" : " of %s or more", lo);
  else if (has_hi) s = bl_buf_printf(ctx, out, o->flags & BL_OPT_OPEN_HI ? " below %s" : " of %s or less", hi);
  if (!s && o->unit && *o->unit) s = bl_buf_printf(ctx, out, " (%s)", o->unit);
  return s;
}

bl_status bl_opt_allowed(bl_ctx *ctx, const bl_opt *o, bl_buf *out)
{
  bl_status s = BL_OK;
  switch (o->kind) {
  case BL_OPT_INT: s = bl_buf_puts(ctx, out, "a whole number"); break;
  case BL_OPT_REAL: s = bl_buf_puts(ctx, out, "a number"); break;
  case BL_OPT_BOOL: return bl_buf_puts(ctx, out, "true or false");
  case BL_OPT_TEXT: return bl_buf_puts(ctx, out, "a text");
  case BL_OPT_TEXTS: return bl_buf_puts(ctx, out, "a list of texts");
  case BL_OPT_REALS: s = bl_buf_puts(ctx, out, "a list of numbers"); break;
  case BL_OPT_RANGES: s = bl_buf_puts(ctx, out, "a map of names to [low, high], numbers"); break;
  case BL_OPT_ARRAY: return bl_buf_puts(ctx, out, "an array: a .npy file, or rows of numbers as [[1, 2], [3, 4]]");
  case BL_OPT_TREE: return bl_buf_puts(ctx, out, "a map or a list");
  case BL_OPT_ESTIMATOR:
    return bl_buf_puts(ctx, out,
                       o->flags & BL_OPT_MANY ? "a list of estimators, or a map of names to them"
                                              : "an estimator, or a list of them as a chain");
  case BL_OPT_ENUM:
  case BL_OPT_NUMBERS:
  case BL_OPT_WORD:
    s = bl_buf_puts(ctx, out, "one of ");
    for (size_t i = 0; !s && o->choices[i]; i++) s = bl_buf_printf(ctx, out, "%s%s", i ? ", " : "", o->choices[i]);
    if (s || o->kind == BL_OPT_ENUM) return s;
    if (o->kind == BL_OPT_NUMBERS) s = bl_buf_puts(ctx, out, ", or a map of names to numbers");
    else s = bl_buf_puts(ctx, out, o->flags & BL_OPT_WHOLE ? ", or a whole number" : ", or a number");
    break;
  }
  return s ? s : add_bounds(ctx, o, out);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static const char *option_name(const void *table, size_t i)
{
  return i < bl_opts_count(table) ? ((const bl_opt *)table)[i].name : NULL;
}
static const char *choice_name(const void *choices, size_t i) { return ((const char *const *)choices)[i]; }

bl_status bl_opt_refuse(bl_ctx *ctx, const char *who, const bl_opt *o, const char *text)
{
  bl_buf allowed = {0};
  bl_status s = bl_opt_allowed(ctx, o, &allowed);
  const char *near = NULL;
  if (!s && o->choices) near = bl_nearest(text, choice_name, o->choices);
  if (!s && near)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: %s: '%s' is not valid; did you mean '%s'? It takes %s", who, o->name, text, near,
                bl_buf_text(&allowed));
  else if (!s)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: %s: '%s' is not valid; it takes %s", who, o->name, text, bl_buf_text(&allowed));
  bl_buf_free(ctx, &allowed);
  return s;
}

bl_status bl_opt_unknown(bl_ctx *ctx, const char *who, const bl_opt *table, const char *name)
{
  const char *near = bl_nearest(name, option_name, table);
  if (near) return bl_fail(ctx, BL_E_CONFIG, "%s: unknown option '%s'; did you mean '%s'?", who, name, near);
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && table && table[i].name; i++)
    s = bl_buf_printf(ctx, &all, "%s%s", i ? ", " : "", table[i].name);
  if (!s)
    s = all.len ? bl_fail(ctx, BL_E_CONFIG, "%s: unknown option '%s'; it takes %s", who, name, bl_buf_text(&all))
                : bl_fail(ctx, BL_E_CONFIG, "%s: unknown option '%s'; it takes none", who, name);
  bl_buf_free(ctx, &all);
  return s;
}

/* Peers give some options a map of names (MNE: reject: {eeg: 100}); here that is an option of its own, in the same
 * unit. */
bl_status bl_opt_not_one_value(bl_ctx *ctx, const char *who, const bl_opt *table, const bl_opt *o, const bl_flow *value)
{
  for (; value->kind == BL_FLOW_MAP && *o->unit && table->name; table++)
    if (table->kind == BL_OPT_RANGES && !strcmp(table->unit, o->unit))
      return bl_fail(ctx, BL_E_CONFIG,
                     "%s: %s takes one value, for all channels; those of single ones, by name or pattern, go into %s, "
                     "as in %s: {\"EOG*\": [0, 300]}",
                     who, o->name, table->name, table->name);
  return bl_fail(ctx, BL_E_CONFIG, "%s: %s takes one value, not a list or map", who, o->name);
}

bl_status bl_opt_refuse_entry(bl_ctx *ctx, const char *who, const bl_opt *o, const bl_flow *value, size_t k,
                              const bl_flow *at, const char *fault)
{
  bl_buf text = {0}, bounds = {0};
  bool named = value->kind == BL_FLOW_MAP;
  bl_status s = at->kind == BL_FLOW_SCALAR ? bl_buf_puts(ctx, &text, at->text) : bl_flow_print(ctx, at, &text);
  if (!s && o->kind != BL_OPT_TEXTS) s = add_bounds(ctx, o, &bounds);
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: %s: %s%s'%s' is not valid; %s%s", who, o->name, named ? value->key[k].text : "",
                named ? ": " : "", bl_buf_text(&text), fault, bl_buf_text(&bounds));
  bl_buf_free(ctx, &text);
  bl_buf_free(ctx, &bounds);
  return s;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

bl_status bl_opts_get(bl_ctx *ctx, const bl_opt *table, const void *params, const char *name, bl_buf *out)
{
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return bl_opt_unknown(ctx, "options", table, name);
  const void *at = bl_opt_const_place(params, o);
  char number[32];
  bl_status s = BL_OK;
  switch (o->kind) {
  case BL_OPT_INT: return bl_buf_printf(ctx, out, "%lld", (long long)*(const int64_t *)at);
  case BL_OPT_REAL: return bl_buf_puts(ctx, out, bl_format_real(*(const double *)at, number));
  case BL_OPT_BOOL: return bl_buf_puts(ctx, out, *(const bool *)at ? "true" : "false");
  case BL_OPT_ENUM: return bl_buf_puts(ctx, out, o->choices[*(const int *)at]);
  case BL_OPT_WORD: {
    const bl_word *w = at;
    return bl_buf_puts(ctx, out, w->word >= 0 ? o->choices[w->word] : bl_format_real(w->real, number));
  }
  case BL_OPT_TEXT: return bl_buf_puts(ctx, out, *(char *const *)at ? *(char *const *)at : "null");
  case BL_OPT_REALS: {
    const bl_reals *r = at;
    s = bl_buf_puts(ctx, out, "[");
    for (size_t i = 0; !s && i < r->n; i++)
      s = bl_buf_printf(ctx, out, "%s%s", i ? ", " : "", bl_format_real(r->v[i], number));
    return s ? s : bl_buf_puts(ctx, out, "]");
  }
  case BL_OPT_TEXTS: {
    const bl_texts *t = at;
    s = bl_buf_puts(ctx, out, "[");
    for (size_t i = 0; !s && i < t->n; i++) {
      if (i) s = bl_buf_puts(ctx, out, ", ");
      if (!s) s = bl_flow_print_scalar(ctx, t->v[i], out);
    }
    return s ? s : bl_buf_puts(ctx, out, "]");
  }
  case BL_OPT_NUMBERS: {
    const bl_numbers *r = at;
    if (r->word >= 0) return bl_buf_puts(ctx, out, o->choices[r->word]);
    s = bl_buf_puts(ctx, out, "{");
    for (size_t i = 0; !s && i < r->n; i++) {
      if (i) s = bl_buf_puts(ctx, out, ", ");
      if (!s) s = bl_flow_print_scalar(ctx, r->v[i].name, out);
      if (!s) s = bl_buf_printf(ctx, out, ": %s", bl_format_real(r->v[i].value, number));
    }
    return s ? s : bl_buf_puts(ctx, out, "}");
  }
  case BL_OPT_ARRAY: return bl_array_print(ctx, at, out);
  case BL_OPT_TREE: return bl_flow_is_null(at) ? bl_buf_puts(ctx, out, "null") : bl_flow_print(ctx, at, out);
  case BL_OPT_RANGES: {
    const bl_ranges *r = at;
    char hi[32];
    s = bl_buf_puts(ctx, out, "{");
    for (size_t i = 0; !s && i < r->n; i++) {
      if (i) s = bl_buf_puts(ctx, out, ", ");
      if (!s) s = bl_flow_print_scalar(ctx, r->v[i].name, out);
      if (!s)
        s = bl_buf_printf(ctx, out, ": [%s, %s]", bl_format_real(r->v[i].lo, number), bl_format_real(r->v[i].hi, hi));
    }
    return s ? s : bl_buf_puts(ctx, out, "}");
  }
  case BL_OPT_ESTIMATOR: break;
  }
  return bl_fail(ctx, BL_E_INTERNAL, "option %s is no value", o->name);
}
