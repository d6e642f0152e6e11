/* giveaway_facts.c: see giveaway.h. What each row's recording is like, as codes. */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "baleen/text.h"
#include "giveaway.h"

const char *const bl_fact_words[BL_N_FACTS] = {"sampling rate", "set of channels", "duration", "file name"};

/* ---- names of files ---------------------------------------------------------------------------------------------- */

/* A word of hexadecimal digits that counts: 5E90A4D4, but not "face". */
static bool is_count(const char *word, size_t n)
{
  bool digit = false;
  for (size_t i = 0; i < n; i++) {
    if (!isxdigit((unsigned char)word[i])) return false;
    digit |= isdigit((unsigned char)word[i]) != 0;
  }
  return digit && n >= 6;
}

static size_t word_at(const char *s)
{
  size_t n = 0;
  while (isalnum((unsigned char)s[n])) n++;
  return n;
}

char *bl_name_shape(bl_ctx *ctx, const char *name)
{
  const char *at = bl_path_base(name);
  char *shape = bl_strdup(ctx, at);
  size_t n = 0;
  while (shape && *at) {
    size_t word = word_at(at);
    if (!word) shape[n++] = *at++;
    else if (is_count(at, word)) shape[n++] = '#', at += word;
    else
      for (const char *end = at + word; at < end; at++)
        if (!isdigit((unsigned char)*at)) shape[n++] = *at;
        else if (!n || shape[n - 1] != '#') shape[n++] = '#';
  }
  if (shape) shape[n] = '\0';
  return shape;
}

/* The label is a word of the name, or a part of it where it is long enough to be no accident: files were called by it. */
static bool names_label(const char *name, const char *label)
{
  size_t n = strlen(label);
  if (!n) return false;
  for (const char *at = bl_path_base(name); *at; at++)
    if (!strncasecmp(at, label, n)) {
      bool whole = (at == bl_path_base(name) || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[n]);
      if (whole || n >= 3) return true;
    }
  return false;
}

/* Most rows' labels stand in the names of their files: that the name tells them is meant so. */
static bool named_by_label(const bl_problem *p, const bl_extraction *x, const bl_facts *f)
{
  size_t n = 0;
  for (size_t i = 0; i < p->n; i++)
    n += names_label(x->outcomes[f->recording[i]].recording, bl_column_text(&p->rows->label, p->index[i]));
  return 2 * n > p->n;
}

/* ---- codes ------------------------------------------------------------------------------------------------------- */

/* Which outcome each row is of: both stand in the source's order. */
static bl_status find_recordings(bl_ctx *ctx, const bl_extraction *x, const bl_problem *p, bl_facts *f)
{
  if (!(f->recording = bl_calloc(ctx, p->n, sizeof *f->recording))) return bl_fail_nomem(ctx, "facts of recordings");
  for (size_t i = 0, at = 0; i < p->n; i++) {
    const char *name = bl_column_text(&p->rows->recording, p->index[i]);
    while (at < x->n_outcomes && strcmp(x->outcomes[at].recording, name) != 0) at++;
    if (at == x->n_outcomes) return bl_fail(ctx, BL_E_INTERNAL, "no recording is called '%s'", name);
    f->recording[i] = (uint32_t)at;
  }
  return BL_OK;
}

static char *text_of(bl_ctx *ctx, const bl_outcome *o, bl_fact fact)
{
  switch (fact) {
  case BL_FACT_RATE: return bl_strf(ctx, "%.9g", o->rate_hz);
  case BL_FACT_CHANNELS: return bl_strdup(ctx, o->channels ? o->channels : "");
  case BL_FACT_DURATION: return bl_strf(ctx, "%.3f", o->duration_s);
  case BL_FACT_NAME: return bl_name_shape(ctx, o->recording);
  case BL_N_FACTS: break;
  }
  return NULL;
}

enum { MOST_LENGTHS = 8 }; /* more lengths than these are cut into as many ranges, with as many rows in each */

static bl_status bin_lengths(bl_ctx *ctx, bl_facts *f)
{
  uint32_t *value = f->value[BL_FACT_DURATION];
  size_t n = f->n_values[BL_FACT_DURATION], below = 0;
  if (f->n <= MOST_LENGTHS || n <= MOST_LENGTHS) return BL_OK;
  size_t *count = bl_calloc(ctx, n, sizeof *count);
  if (!count) return bl_fail_nomem(ctx, "facts of recordings");
  for (size_t i = 0; i < f->n; i++) count[value[i]]++;
  for (size_t v = 0; v < n; v++) { /* values are in the order of the lengths */
    size_t here = count[v];
    count[v] = (below + here / 2) * MOST_LENGTHS / f->n;
    below += here;
  }
  for (size_t i = 0; i < f->n; i++) value[i] = (uint32_t)count[value[i]];
  f->n_values[BL_FACT_DURATION] = MOST_LENGTHS;
  bl_free(ctx, count);
  return BL_OK;
}

static bl_status code_fact(bl_ctx *ctx, const bl_extraction *x, bl_fact fact, bl_facts *f)
{
  bl_column column = {0};
  bl_texts values = {0};
  int32_t *code = NULL;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < f->n; i++) {
    if (i && f->recording[i] == f->recording[i - 1]) {
      s = bl_column_add(ctx, &column, bl_column_text(&column, i - 1));
      continue;
    }
    char *text = text_of(ctx, &x->outcomes[f->recording[i]], fact);
    s = text ? bl_column_add(ctx, &column, text) : bl_fail_nomem(ctx, "facts of recordings");
    bl_free(ctx, text);
  }
  if (!s) s = bl_encode_rows(ctx, &column, NULL, f->n, &values, &code);
  if (!s && !(f->value[fact] = bl_calloc(ctx, f->n, sizeof(uint32_t)))) s = bl_fail_nomem(ctx, "facts of recordings");
  for (size_t i = 0; !s && i < f->n; i++) f->value[fact][i] = (uint32_t)(code[i] + 1); /* -1: no text */
  f->n_values[fact] = values.n + 1;
  bl_column_free(ctx, &column);
  bl_texts_free(ctx, &values);
  bl_free(ctx, code);
  return !s && fact == BL_FACT_DURATION ? bin_lengths(ctx, f) : s;
}

static bool differs(const bl_facts *f, bl_fact fact)
{
  for (size_t i = 1; i < f->n; i++)
    if (f->value[fact][i] != f->value[fact][0]) return true;
  return false;
}

bl_status bl_facts_gather(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p, bl_facts *out)
{
  *out = (bl_facts){.n = p->n};
  bl_status s = find_recordings(ctx, x, p, out);
  for (bl_fact k = 0; !s && k < BL_N_FACTS; k++) {
    if (k == BL_FACT_NAME && (c->source.cls->made || named_by_label(p, x, out))) continue;
    s = code_fact(ctx, x, k, out);
    if (s || differs(out, k)) continue;
    bl_free(ctx, out->value[k]);
    out->value[k] = NULL;
  }
  return s;
}

void bl_facts_free(bl_ctx *ctx, bl_facts *f)
{
  bl_free(ctx, f->recording);
  for (size_t k = 0; k < BL_N_FACTS; k++) bl_free(ctx, f->value[k]);
  *f = (bl_facts){0};
}
