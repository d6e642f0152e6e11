#include "baleen/option.h"

#include <stdint.h>
#include <string.h>

#include "baleen/text.h"
#include "option_array.h"

static void *place(void *params, const bl_opt *o) { return (char *)params + o->offset; }
static const void *const_place(const void *params, const bl_opt *o) { return (const char *)params + o->offset; }

const bl_opt *bl_opts_find(const bl_opt *table, const char *name)
{
  const bl_opt *before = NULL;
  for (; table && table->name; table++) {
    if (!strcmp(table->name, name)) return table;
    if (table->was && !strcmp(table->was, name)) before = table;
  }
  return before;
}

size_t bl_opts_count(const bl_opt *table)
{
  size_t n = 0;
  while (table && table[n].name) n++;
  return n;
}

static const char *option_name(const void *table, size_t i)
{
  return i < bl_opts_count(table) ? ((const bl_opt *)table)[i].name : NULL;
}
static const char *choice_name(const void *choices, size_t i) { return ((const char *const *)choices)[i]; }

/* ---- messages ---------------------------------------------------------------------------------------------------- */

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
  case BL_OPT_ESTIMATOR:
    return bl_buf_puts(ctx, out,
                       o->flags & BL_OPT_MANY ? "a list of estimators, or a map of names to them"
                                              : "an estimator, or a list of them as a chain");
  case BL_OPT_ENUM:
  case BL_OPT_WORD:
    s = bl_buf_puts(ctx, out, "one of ");
    for (size_t i = 0; !s && o->choices[i]; i++) s = bl_buf_printf(ctx, out, "%s%s", i ? ", " : "", o->choices[i]);
    if (s || o->kind == BL_OPT_ENUM) return s;
    s = bl_buf_puts(ctx, out, o->flags & BL_OPT_WHOLE ? ", or a whole number" : ", or a number");
    break;
  }
  return s ? s : add_bounds(ctx, o, out);
}

static bl_status refuse(bl_ctx *ctx, const char *who, const bl_opt *o, const char *text)
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

static bl_status unknown(bl_ctx *ctx, const char *who, const bl_opt *table, const char *name)
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

/* ---- one value --------------------------------------------------------------------------------------------------- */

static bool within(const bl_opt *o, double x)
{
  if (isnan(x)) return false;
  return (o->flags & BL_OPT_OPEN_LO ? x > o->lo : x >= o->lo) && (o->flags & BL_OPT_OPEN_HI ? x < o->hi : x <= o->hi);
}

static int choice_of(const bl_opt *o, const char *text)
{
  for (int i = 0; o->choices[i]; i++)
    if (bl_text_equal_nocase(o->choices[i], text)) return i;
  return -1;
}

static bool flow_real(const bl_opt *o, const bl_flow *f, double *out)
{
  return f->kind == BL_FLOW_SCALAR && bl_parse_real(f->text, out) && within(o, *out);
}

static void release_one(bl_ctx *ctx, const bl_opt *o, void *at)
{
  switch (o->kind) {
  case BL_OPT_TEXT:
    bl_free(ctx, *(char **)at);
    *(char **)at = NULL;
    break;
  case BL_OPT_REALS:
    bl_free(ctx, ((bl_reals *)at)->v);
    *(bl_reals *)at = (bl_reals){0};
    break;
  case BL_OPT_TEXTS: bl_texts_free(ctx, at); break;
  case BL_OPT_ARRAY: bl_array_free(ctx, at); break;
  case BL_OPT_RANGES: {
    bl_ranges *r = at;
    for (size_t i = 0; i < r->n; i++) bl_free(ctx, r->v[i].name);
    bl_free(ctx, r->v);
    *r = (bl_ranges){0};
    break;
  }
  default: break;
  }
}

/* Lists take a single scalar too: `q: 0.5` is `q: [0.5]`. *bad says that the text is at fault, not the memory. */
static bl_status set_list(bl_ctx *ctx, const bl_opt *o, const bl_flow *f, void *at, bool *bad)
{
  const bl_flow *item = f->kind == BL_FLOW_SCALAR ? f : f->child;
  size_t n = f->kind == BL_FLOW_SCALAR ? (*f->text || f->quoted) : f->n;
  if (f->kind == BL_FLOW_MAP) return *bad = true, BL_OK;
  if (o->kind == BL_OPT_TEXTS) {
    for (size_t i = 0; i < n; i++) {
      if (item[i].kind != BL_FLOW_SCALAR) return *bad = true, BL_OK;
      bl_status s = bl_texts_add(ctx, at, item[i].text);
      if (s) return s;
    }
    return BL_OK;
  }
  bl_reals *r = at;
  if (n && !(r->v = bl_calloc(ctx, n, sizeof *r->v))) return bl_fail_nomem(ctx, "a list of numbers");
  for (size_t i = 0; i < n; i++)
    if (!flow_real(o, &item[i], &r->v[i])) return *bad = true, BL_OK;
  r->n = n;
  return BL_OK;
}

static bl_status set_ranges(bl_ctx *ctx, const bl_opt *o, const bl_flow *f, bl_ranges *r, bool *bad)
{
  if (f->kind == BL_FLOW_SCALAR && !*f->text) return BL_OK;
  if (f->kind != BL_FLOW_MAP) return *bad = true, BL_OK;
  if (f->n && !(r->v = bl_calloc(ctx, f->n, sizeof *r->v))) return bl_fail_nomem(ctx, "a map of ranges");
  for (size_t i = 0; i < f->n; i++) {
    const bl_flow *pair = &f->child[i];
    bl_range *x = &r->v[i];
    if (pair->kind != BL_FLOW_LIST || pair->n != 2 || !flow_real(o, &pair->child[0], &x->lo) ||
        !flow_real(o, &pair->child[1], &x->hi) || !(x->lo < x->hi))
      return *bad = true, BL_OK;
    if (!(x->name = bl_strdup(ctx, f->key[i].text))) return bl_fail_nomem(ctx, "a map of ranges");
    r->n = i + 1;
  }
  return BL_OK;
}

static bool takes_list(const bl_opt *o)
{
  return o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_RANGES || o->kind == BL_OPT_ARRAY;
}

/* Reads `f`, a scalar unless the option takes a list, into the zeroed value at `at`. */
static bl_status set_one(bl_ctx *ctx, const bl_opt *o, const bl_flow *f, void *at, bool *bad)
{
  const char *text = f->text;
  double x;
  switch (o->kind) {
  case BL_OPT_INT: {
    int64_t i;
    bool ok = bl_parse_int(text, &i);
    if (!ok && bl_parse_real(text, &x) && x == floor(x) && fabs(x) < 9e15) i = (int64_t)x, ok = true; /* 1e6 */
    *bad = !ok || !within(o, (double)i);
    if (!*bad) *(int64_t *)at = i;
    return BL_OK;
  }
  case BL_OPT_REAL:
    *bad = !bl_parse_real(text, &x) || !within(o, x);
    if (!*bad) *(double *)at = x;
    return BL_OK;
  case BL_OPT_BOOL: *bad = !bl_parse_bool(text, at); return BL_OK;
  case BL_OPT_ENUM: {
    int i = choice_of(o, text);
    *bad = i < 0;
    if (!*bad) *(int *)at = i;
    return BL_OK;
  }
  case BL_OPT_WORD: {
    int i = choice_of(o, text);
    x = 0;
    *bad = i < 0 && (!bl_parse_real(text, &x) || !within(o, x) || ((o->flags & BL_OPT_WHOLE) && x != floor(x)));
    if (!*bad) *(bl_word *)at = (bl_word){i, x};
    return BL_OK;
  }
  case BL_OPT_ARRAY: return bl_array_parse(ctx, f, at, bad);
  case BL_OPT_TEXT: return (*(char **)at = bl_strdup(ctx, text)) ? BL_OK : bl_fail_nomem(ctx, "a text");
  case BL_OPT_REALS:
  case BL_OPT_TEXTS: return set_list(ctx, o, f, at, bad);
  case BL_OPT_RANGES: return set_ranges(ctx, o, f, at, bad);
  case BL_OPT_ESTIMATOR: break;
  }
  return bl_fail(ctx, BL_E_INTERNAL, "option %s is no value", o->name);
}

/* Big enough for any kind of value. */
typedef union any_value {
  int64_t i;
  double x;
  bool b;
  int e;
  bl_word w;
  char *t;
  bl_reals reals;
  bl_texts texts;
  bl_ranges ranges;
  bl_array array;
} any_value;

static size_t value_size(bl_opt_kind kind)
{
  switch (kind) {
  case BL_OPT_INT: return sizeof(int64_t);
  case BL_OPT_REAL: return sizeof(double);
  case BL_OPT_BOOL: return sizeof(bool);
  case BL_OPT_ENUM: return sizeof(int);
  case BL_OPT_WORD: return sizeof(bl_word);
  case BL_OPT_TEXT: return sizeof(char *);
  case BL_OPT_REALS: return sizeof(bl_reals);
  case BL_OPT_TEXTS: return sizeof(bl_texts);
  case BL_OPT_RANGES: return sizeof(bl_ranges);
  case BL_OPT_ARRAY: return sizeof(bl_array);
  case BL_OPT_ESTIMATOR: return 0;
  }
  return 0;
}

/* Puts what `f` says in the option's place; what stood there is kept when that is no good. */
static bl_status set_option(bl_ctx *ctx, const bl_opt *o, void *params, const bl_flow *f, bool *bad)
{
  any_value fresh;
  memset(&fresh, 0, sizeof fresh);
  bool absent = o->kind == BL_OPT_TEXT && !o->def && !strcmp(f->text, "null");
  bl_status s = absent ? BL_OK : set_one(ctx, o, f, &fresh, bad);
  if (s || *bad) {
    release_one(ctx, o, &fresh);
    return s;
  }
  release_one(ctx, o, place(params, o));
  memcpy(place(params, o), &fresh, value_size(o->kind));
  return BL_OK;
}

bl_status bl_opts_set(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                      const char *text)
{
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return unknown(ctx, who, table, name);
  bl_flow f = {.text = (char *)(uintptr_t)text}; /* borrowed for the call */
  bl_status s = BL_OK;
  bool bad = false, list = takes_list(o) && (o->kind != BL_OPT_ARRAY || *text == '['); /* a path stands as it is */
  if (list) {
    s = bl_flow_parse(ctx, text, &f);
    bad = s == BL_E_CONFIG;
    if (bad) s = BL_OK;
  }
  if (!s && !bad) s = set_option(ctx, o, params, &f, &bad);
  if (!s && bad) s = refuse(ctx, who, o, text);
  if (list) bl_flow_free(ctx, &f);
  return s;
}

/* Peers give some options a map of names (MNE: reject: {eeg: 100}); here that is an option of its own, in the same
 * unit. */
static bl_status not_one_value(bl_ctx *ctx, const char *who, const bl_opt *table, const bl_opt *o, const bl_flow *value)
{
  for (; value->kind == BL_FLOW_MAP && *o->unit && table->name; table++)
    if (table->kind == BL_OPT_RANGES && !strcmp(table->unit, o->unit))
      return bl_fail(ctx, BL_E_CONFIG,
                     "%s: %s takes one value, for all channels; those of single ones, by name or pattern, go into %s, "
                     "as in %s: {\"EOG*\": [0, 300]}",
                     who, o->name, table->name, table->name);
  return bl_fail(ctx, BL_E_CONFIG, "%s: %s takes one value, not a list or map", who, o->name);
}

static bool has_choice(const bl_opt *o, const char *name) { return o->choices && choice_of(o, name) >= 0; }

bl_status bl_opts_set_flow(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                           const bl_flow *value)
{
  static const bl_flow none = {.text = (char *)(uintptr_t) "none"}, empty = {.text = (char *)(uintptr_t) ""};
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return unknown(ctx, who, table, name);
  if (bl_flow_is_null(value) && has_choice(o, none.text)) value = &none;
  if (value->kind == BL_FLOW_SCALAR && !value->text) value = &empty;
  if (value->kind != BL_FLOW_SCALAR && !takes_list(o)) return not_one_value(ctx, who, table, o, value);
  bool bad = false;
  bl_status s = set_option(ctx, o, params, value, &bad);
  if (s || !bad) return s;
  bl_buf text = {0};
  if (value->kind != BL_FLOW_SCALAR) s = bl_flow_print(ctx, value, &text);
  if (!s) s = refuse(ctx, who, o, value->kind == BL_FLOW_SCALAR ? value->text : bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

/* ---- entries of lists and maps ----------------------------------------------------------------------------------- */

/* What is wrong with a number, or with a pair of them; NULL: nothing. */
static const char *fault_of_real(const bl_opt *o, const bl_flow *f)
{
  double x;
  return flow_real(o, f, &x) ? NULL : "each is a number";
}

/* *at: the pair, or the number in it. */
static const char *fault_of_pair(const bl_opt *o, const bl_flow *pair, const bl_flow **at)
{
  double x[2];
  if (pair->kind != BL_FLOW_LIST || pair->n != 2) return "each is [low, high], numbers";
  for (size_t i = 0; i < 2; i++)
    if (!flow_real(o, &pair->child[i], &x[i])) return *at = &pair->child[i], "each is [low, high], numbers";
  return x[0] < x[1] ? NULL : "the first must lie below the second, numbers";
}

static const char *fault_of_entry(const bl_opt *o, const bl_flow *value, size_t k, const bl_flow **at)
{
  *at = value->kind == BL_FLOW_SCALAR ? value : &value->child[k];
  if (o->kind == BL_OPT_REALS) return fault_of_real(o, *at);
  if (o->kind == BL_OPT_TEXTS) return (*at)->kind == BL_FLOW_SCALAR ? NULL : "each is a text";
  return fault_of_pair(o, *at, at);
}

static bl_status refuse_entry(bl_ctx *ctx, const char *who, const bl_opt *o, const bl_flow *value, size_t k,
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

static bool lists(const bl_opt *o, const bl_flow *value)
{
  if (o->kind == BL_OPT_RANGES) return value->kind == BL_FLOW_MAP;
  return (o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS) && value->kind == BL_FLOW_LIST;
}

bl_status bl_opts_set_told(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                           const bl_flow *value, bl_slip_fn slip, void *arg)
{
  const bl_opt *o = bl_opts_find(table, key->text);
  bl_status s = bl_opts_set_flow(ctx, who, table, params, key->text, value), told = BL_OK;
  if (s != BL_E_CONFIG) return s;
  bool any = false;
  for (size_t k = 0; o && lists(o, value) && !told && k < value->n; k++) {
    const bl_flow *at;
    const char *fault = fault_of_entry(o, value, k, &at);
    if (fault) told = slip(arg, at, refuse_entry(ctx, who, o, value, k, at, fault));
    any |= fault != NULL;
  }
  return any ? told : slip(arg, o ? value : key, s);
}

bl_status bl_opts_defaults(bl_ctx *ctx, const char *who, const bl_opt *table, void *params)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    if (!o->def) continue;
    bl_status s = bl_opts_set(ctx, who, table, params, o->name, o->def);
    if (s) return s;
  }
  return BL_OK;
}

bl_status bl_opts_complete(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    if (!(o->flags & BL_OPT_NEEDED)) continue;
    const void *at = const_place(params, o);
    bool missing = (o->kind == BL_OPT_TEXT && !*(char *const *)at) ||
                   (o->kind == BL_OPT_REALS && !((const bl_reals *)at)->n) ||
                   (o->kind == BL_OPT_TEXTS && !((const bl_texts *)at)->n) ||
                   (o->kind == BL_OPT_RANGES && !((const bl_ranges *)at)->n) ||
                   (o->kind == BL_OPT_ARRAY && !((const bl_array *)at)->v && !((const bl_array *)at)->path);
    if (missing) return bl_fail(ctx, BL_E_CONFIG, "%s: '%s' must be given: %s", who, o->name, o->help);
  }
  return BL_OK;
}

/* The default as bl_opts_get() writes it. */
static bl_status default_text(bl_ctx *ctx, const bl_opt *o, bl_buf *out)
{
  bl_opt table[] = {*o, BL_OPT_END};
  any_value value;
  table[0].offset = 0;
  memset(&value, 0, sizeof value);
  bl_status s = o->def ? bl_opts_set(ctx, o->name, table, &value, o->name, o->def) : BL_OK;
  if (!s) s = bl_opts_get(ctx, table, &value, o->name, out);
  release_one(ctx, o, &value);
  return s;
}

bl_status bl_opts_refuse_idle(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params, const char *option,
                              const char *without)
{
  bl_buf text = {0}, usual = {0};
  bl_status s = bl_opts_get(ctx, table, params, option, &text);
  if (!s) s = default_text(ctx, bl_opts_find(table, option), &usual);
  if (!s && strcmp(bl_buf_text(&text), bl_buf_text(&usual)) != 0)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: %s has no effect without %s; give that, or leave %s out", who, option, without,
                option);
  bl_buf_free(ctx, &text);
  bl_buf_free(ctx, &usual);
  return s;
}

bl_status bl_opts_get(bl_ctx *ctx, const bl_opt *table, const void *params, const char *name, bl_buf *out)
{
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return unknown(ctx, "options", table, name);
  const void *at = const_place(params, o);
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
  case BL_OPT_ARRAY: return bl_array_print(ctx, at, out);
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

bl_status bl_opts_copy(bl_ctx *ctx, const bl_opt *table, void *to, const void *from)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    const void *a = const_place(from, o);
    void *b = place(to, o);
    switch (o->kind) {
    case BL_OPT_TEXT:
      if (*(char *const *)a && !(*(char **)b = bl_strdup(ctx, *(char *const *)a))) return bl_fail_nomem(ctx, "options");
      break;
    case BL_OPT_REALS: {
      const bl_reals *r = a;
      bl_reals *q = b;
      if (r->n && !(q->v = bl_calloc(ctx, r->n, sizeof *q->v))) return bl_fail_nomem(ctx, "options");
      if (r->n) memcpy(q->v, r->v, r->n * sizeof *q->v);
      q->n = r->n;
      break;
    }
    case BL_OPT_TEXTS: {
      bl_status s = bl_texts_copy(ctx, b, a);
      if (s) return s;
      break;
    }
    case BL_OPT_ARRAY: {
      bl_status s = bl_array_copy(ctx, b, a);
      if (s) return s;
      break;
    }
    case BL_OPT_RANGES: {
      const bl_ranges *r = a;
      bl_ranges *q = b;
      if (r->n && !(q->v = bl_calloc(ctx, r->n, sizeof *q->v))) return bl_fail_nomem(ctx, "options");
      for (; q->n < r->n; q->n++) {
        q->v[q->n] = r->v[q->n];
        if (!(q->v[q->n].name = bl_strdup(ctx, r->v[q->n].name))) return bl_fail_nomem(ctx, "options");
      }
      break;
    }
    case BL_OPT_ESTIMATOR: break;
    default: memcpy(b, a, value_size(o->kind));
    }
  }
  return BL_OK;
}

static bool same_bits(const void *a, const void *b, size_t n_bytes) { return !n_bytes || !memcmp(a, b, n_bytes); }

static bool equal_one(const bl_opt *o, const void *a, const void *b)
{
  switch (o->kind) {
  case BL_OPT_TEXT: return bl_text_equal(*(char *const *)a, *(char *const *)b);
  case BL_OPT_WORD: {
    const bl_word *p = a, *q = b;
    return p->word == q->word && (p->word >= 0 || same_bits(&p->real, &q->real, sizeof p->real));
  }
  case BL_OPT_REALS: {
    const bl_reals *p = a, *q = b;
    return p->n == q->n && same_bits(p->v, q->v, p->n * sizeof *p->v);
  }
  case BL_OPT_TEXTS: {
    const bl_texts *p = a, *q = b;
    bool same = p->n == q->n;
    for (size_t i = 0; same && i < p->n; i++) same = !strcmp(p->v[i], q->v[i]);
    return same;
  }
  case BL_OPT_ARRAY: return bl_array_equal(a, b);
  case BL_OPT_RANGES: {
    const bl_ranges *p = a, *q = b;
    bool same = p->n == q->n;
    for (size_t i = 0; same && i < p->n; i++)
      same = !strcmp(p->v[i].name, q->v[i].name) && same_bits(&p->v[i].lo, &q->v[i].lo, sizeof p->v[i].lo) &&
             same_bits(&p->v[i].hi, &q->v[i].hi, sizeof p->v[i].hi);
    return same;
  }
  default: return same_bits(a, b, value_size(o->kind));
  }
}

bool bl_opts_equal(const bl_opt *table, const void *a, const void *b)
{
  for (const bl_opt *o = table; o && o->name; o++)
    if (!equal_one(o, const_place(a, o), const_place(b, o))) return false;
  return true;
}

void bl_opts_release(bl_ctx *ctx, const bl_opt *table, void *params)
{
  for (const bl_opt *o = table; params && o && o->name; o++) release_one(ctx, o, place(params, o));
}
