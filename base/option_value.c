/* Values of options: their size, freeing, copying, comparing. */
#include "option_private.h"

#include <stdint.h>
#include <string.h>

#include "baleen/text.h"

size_t bl_opt_size(bl_opt_kind kind)
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
  case BL_OPT_NUMBERS: return sizeof(bl_numbers);
  case BL_OPT_ARRAY: return sizeof(bl_array);
  case BL_OPT_TREE: return sizeof(bl_flow);
  case BL_OPT_ESTIMATOR: return 0;
  }
  return 0;
}

void bl_opt_release(bl_ctx *ctx, const bl_opt *o, void *at)
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
  case BL_OPT_TREE: bl_flow_free(ctx, at); break;
  case BL_OPT_RANGES: {
    bl_ranges *r = at;
    for (size_t i = 0; i < r->n; i++) bl_free(ctx, r->v[i].name);
    bl_free(ctx, r->v);
    *r = (bl_ranges){0};
    break;
  }
  case BL_OPT_NUMBERS: {
    bl_numbers *r = at;
    for (size_t i = 0; i < r->n; i++) bl_free(ctx, r->v[i].name);
    bl_free(ctx, r->v);
    *r = (bl_numbers){0};
    break;
  }
  default: break;
  }
}

bl_status bl_opts_copy(bl_ctx *ctx, const bl_opt *table, void *to, const void *from)
{
  for (const bl_opt *o = table; o && o->name; o++) {
    const void *a = bl_opt_const_place(from, o);
    void *b = bl_opt_place(to, o);
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
    case BL_OPT_TREE: {
      bl_status s = bl_flow_copy(ctx, b, a);
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
    case BL_OPT_NUMBERS: {
      const bl_numbers *r = a;
      bl_numbers *q = b;
      q->word = r->word;
      if (r->n && !(q->v = bl_calloc(ctx, r->n, sizeof *q->v))) return bl_fail_nomem(ctx, "options");
      for (; q->n < r->n; q->n++) {
        q->v[q->n].value = r->v[q->n].value;
        if (!(q->v[q->n].name = bl_strdup(ctx, r->v[q->n].name))) return bl_fail_nomem(ctx, "options");
      }
      break;
    }
    case BL_OPT_ESTIMATOR: break;
    default: memcpy(b, a, bl_opt_size(o->kind));
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
  case BL_OPT_TREE: return bl_flow_equal(a, b);
  case BL_OPT_RANGES: {
    const bl_ranges *p = a, *q = b;
    bool same = p->n == q->n;
    for (size_t i = 0; same && i < p->n; i++)
      same = !strcmp(p->v[i].name, q->v[i].name) && same_bits(&p->v[i].lo, &q->v[i].lo, sizeof p->v[i].lo) &&
             same_bits(&p->v[i].hi, &q->v[i].hi, sizeof p->v[i].hi);
    return same;
  }
  case BL_OPT_NUMBERS: {
    const bl_numbers *p = a, *q = b;
    bool same = p->word == q->word && p->n == q->n;
    for (size_t i = 0; same && i < p->n; i++)
      same = !strcmp(p->v[i].name, q->v[i].name) && same_bits(&p->v[i].value, &q->v[i].value, sizeof p->v[i].value);
    return same;
  }
  default: return same_bits(a, b, bl_opt_size(o->kind));
  }
}

bool bl_opts_equal(const bl_opt *table, const void *a, const void *b)
{
  for (const bl_opt *o = table; o && o->name; o++)
    if (!equal_one(o, bl_opt_const_place(a, o), bl_opt_const_place(b, o))) return false;
  return true;
}

void bl_opts_release(bl_ctx *ctx, const bl_opt *table, void *params)
{
  for (const bl_opt *o = table; params && o && o->name; o++) bl_opt_release(ctx, o, bl_opt_place(params, o));
}
