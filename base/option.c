/* Tables of options: finding, setting, defaults. */
#include "option_private.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "baleen/text.h"

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

/* One of the choices, or a map with a number for each name. */
static bl_status set_numbers(bl_ctx *ctx, const bl_opt *o, const bl_flow *f, bl_numbers *r, bool *bad)
{
  r->word = f->kind == BL_FLOW_SCALAR ? choice_of(o, f->text) : -1;
  if (f->kind != BL_FLOW_MAP || !f->n) return *bad = r->word < 0, BL_OK;
  if (!(r->v = bl_calloc(ctx, f->n, sizeof *r->v))) return bl_fail_nomem(ctx, "a map of numbers");
  for (size_t i = 0; i < f->n; i++) {
    if (!flow_real(o, &f->child[i], &r->v[i].value)) return *bad = true, BL_OK;
    if (!(r->v[i].name = bl_strdup(ctx, f->key[i].text))) return bl_fail_nomem(ctx, "a map of numbers");
    r->n = i + 1;
  }
  return BL_OK;
}

static bool takes_list(const bl_opt *o)
{
  return o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_RANGES || o->kind == BL_OPT_NUMBERS ||
         o->kind == BL_OPT_ARRAY || o->kind == BL_OPT_TREE;
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
  case BL_OPT_TREE: return bl_flow_copy(ctx, at, f);
  case BL_OPT_TEXT: return (*(char **)at = bl_strdup(ctx, text)) ? BL_OK : bl_fail_nomem(ctx, "a text");
  case BL_OPT_REALS:
  case BL_OPT_TEXTS: return set_list(ctx, o, f, at, bad);
  case BL_OPT_RANGES: return set_ranges(ctx, o, f, at, bad);
  case BL_OPT_NUMBERS: return set_numbers(ctx, o, f, at, bad);
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
  bl_numbers numbers;
  bl_array array;
  bl_flow tree;
} any_value;

/* Puts what `f` says in the option's place; what stood there is kept when that is no good. */
static bl_status set_option(bl_ctx *ctx, const bl_opt *o, void *params, const bl_flow *f, bool *bad)
{
  any_value fresh;
  memset(&fresh, 0, sizeof fresh);
  bool absent = o->kind == BL_OPT_TEXT && !o->def && !strcmp(f->text, "null");
  bl_status s = absent ? BL_OK : set_one(ctx, o, f, &fresh, bad);
  if (s || *bad) {
    bl_opt_release(ctx, o, &fresh);
    return s;
  }
  bl_opt_release(ctx, o, bl_opt_place(params, o));
  memcpy(bl_opt_place(params, o), &fresh, bl_opt_size(o->kind));
  return BL_OK;
}

bl_status bl_opts_set(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                      const char *text)
{
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return bl_opt_unknown(ctx, who, table, name);
  bl_flow f = {.text = (char *)(uintptr_t)text}; /* borrowed for the call */
  bl_status s = BL_OK;
  bool bad = false, list = takes_list(o) && (o->kind != BL_OPT_ARRAY || *text == '['); /* a path stands as it is */
  if (list) {
    s = bl_flow_parse(ctx, text, &f);
    bad = s == BL_E_CONFIG;
    if (bad) s = BL_OK;
  }
  if (!s && !bad) s = set_option(ctx, o, params, &f, &bad);
  if (!s && bad) s = bl_opt_refuse(ctx, who, o, text);
  if (list) bl_flow_free(ctx, &f);
  return s;
}

static bool has_choice(const bl_opt *o, const char *name) { return o->choices && choice_of(o, name) >= 0; }

bl_status bl_opts_set_flow(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                           const bl_flow *value)
{
  static const bl_flow none = {.text = (char *)(uintptr_t) "none"}, empty = {.text = (char *)(uintptr_t) ""};
  const bl_opt *o = bl_opts_find(table, name);
  if (!o) return bl_opt_unknown(ctx, who, table, name);
  if (bl_flow_is_null(value) && has_choice(o, none.text)) value = &none;
  if (value->kind == BL_FLOW_SCALAR && !value->text) value = &empty;
  if (value->kind != BL_FLOW_SCALAR && !takes_list(o)) return bl_opt_not_one_value(ctx, who, table, o, value);
  bool bad = false;
  bl_status s = set_option(ctx, o, params, value, &bad);
  if (s || !bad) return s;
  bl_buf text = {0};
  if (value->kind != BL_FLOW_SCALAR) s = bl_flow_print(ctx, value, &text);
  if (!s) s = bl_opt_refuse(ctx, who, o, value->kind == BL_FLOW_SCALAR ? value->text : bl_buf_text(&text));
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
  if (o->kind == BL_OPT_REALS || o->kind == BL_OPT_NUMBERS) return fault_of_real(o, *at);
  if (o->kind == BL_OPT_TEXTS) return (*at)->kind == BL_FLOW_SCALAR ? NULL : "each is a text";
  return fault_of_pair(o, *at, at);
}

static bool lists(const bl_opt *o, const bl_flow *value)
{
  if (o->kind == BL_OPT_RANGES || o->kind == BL_OPT_NUMBERS) return value->kind == BL_FLOW_MAP;
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
    if (fault) told = slip(arg, at, bl_opt_refuse_entry(ctx, who, o, value, k, at, fault));
    any |= fault != NULL;
  }
  return any ? told : slip(arg, o ? value : key, s);
}

/* A number that must be given is NaN until it is, for 0 may be one of those allowed. */
static void set_ungiven(const bl_opt *o, void *params)
{
  if (o->kind == BL_OPT_REAL && (o->flags & BL_OPT_NEEDED)) *(double *)bl_opt_place(params, o) = NAN;
}

bl_status bl_opts_defaults(bl_ctx *ctx, const char *who, const bl_opt *table, void *params)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    if (!o->def) {
      set_ungiven(o, params);
      continue;
    }
    bl_status s = bl_opts_set(ctx, who, table, params, o->name, o->def);
    if (s) return s;
  }
  return BL_OK;
}

bl_status bl_opts_complete(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    if (!(o->flags & BL_OPT_NEEDED)) continue;
    const void *at = bl_opt_const_place(params, o);
    bool missing =
        (o->kind == BL_OPT_INT && !within(o, (double)*(const int64_t *)at)) ||
        (o->kind == BL_OPT_REAL && !within(o, *(const double *)at)) ||
        (o->kind == BL_OPT_TEXT && !*(char *const *)at) || (o->kind == BL_OPT_REALS && !((const bl_reals *)at)->n) ||
        (o->kind == BL_OPT_TEXTS && !((const bl_texts *)at)->n) ||
        (o->kind == BL_OPT_RANGES && !((const bl_ranges *)at)->n) || (o->kind == BL_OPT_TREE && bl_flow_is_null(at)) ||
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
  bl_opt_release(ctx, o, &value);
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
