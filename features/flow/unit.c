/* unit.c: units as products of powers: read, multiplied, written. */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"

enum { MOST = 16 }; /* factors; a unit of more is taken as one name */

typedef struct factor {
  const char *name; /* borrowed from the text that was read */
  size_t len;
  double exponent;
} factor;

typedef struct product {
  factor v[MOST];
  size_t n;
} product;

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bool multiply(product *p, const char *name, size_t len, double exponent)
{
  for (size_t i = 0; i < p->n; i++)
    if (p->v[i].len == len && !memcmp(p->v[i].name, name, len)) {
      p->v[i].exponent += exponent;
      return true;
    }
  if (p->n == MOST) return false;
  p->v[p->n++] = (factor){name, len, exponent};
  return true;
}

/* What is still to be read. */
typedef struct text {
  const char *at, *end;
} text;

static bool read_product(text t, double exponent, int depth, product *p);

/* Names hold none of these; other signs, also those of UTF-8, may stand in one. */
static bool ends_name(char c) { return strchr(" */^()+", c) != NULL; }

/* An exponent, if there is one; false when what stands behind ^ is no number. */
static bool read_exponent(text *t, double *exponent)
{
  if (t->at == t->end || *t->at != '^') return true;
  const char *from = ++t->at;
  while (t->at < t->end && *t->at != '*' && *t->at != '/') t->at++;
  double x;
  if (!bl_parse_real_n(from, (size_t)(t->at - from), &x)) return false;
  *exponent *= x;
  return true;
}

/* Brackets, or a root: what is in them is multiplied out where it is a product, else it is a name. */
static bool read_brackets(text *t, bool root, double exponent, int depth, product *p)
{
  const char *open = root ? t->at + strlen("sqrt") : t->at, *close = open;
  for (int n = 0; close < t->end; close++) {
    n += (*close == '(') - (*close == ')');
    if (!n) break;
  }
  if (close == t->end) return false;
  t->at = close + 1;
  if (!read_exponent(t, &exponent)) return false;
  if (root) exponent /= 2;
  product before = *p;
  if (read_product((text){open + 1, close}, exponent, depth + 1, p)) return true;
  *p = before;
  return multiply(p, open + 1, (size_t)(close - open - 1), exponent);
}

static bool read_factor(text *t, double exponent, int depth, product *p)
{
  const char *from = t->at;
  bool root = t->end - from > 5 && !strncmp(from, "sqrt(", 5);
  if (root || (from < t->end && *from == '(')) return read_brackets(t, root, exponent, depth, p);
  while (t->at < t->end && !ends_name(*t->at)) t->at++;
  size_t len = (size_t)(t->at - from);
  if (!len || !read_exponent(t, &exponent)) return false;
  return (len == 1 && *from == '1') || multiply(p, from, len, exponent);
}

/* Multiplies p by the text to this power; false, and p is spoiled, when it is no product. */
static bool read_product(text t, double exponent, int depth, product *p)
{
  enum { DEEPEST = 4 };
  double sign = 1;
  while (depth <= DEEPEST && read_factor(&t, sign * exponent, depth, p)) {
    if (t.at == t.end) return true;
    if (*t.at != '*' && *t.at != '/') return false;
    sign = *t.at++ == '*' ? 1 : -1;
  }
  return false;
}

/* The unit of the difference of two values. */
static const char *difference(const char *unit)
{
  size_t n = strlen(unit);
  if (!strncmp(unit, "dB re ", 6)) return "dB";
  if (!strncmp(unit, "log10 ", 6)) return "log10";
  return !strncmp(unit, "ln ", 3) || (!strncmp(unit, "ln(", 3) && unit[n - 1] == ')') ? "ln" : unit;
}

bool bl_unit_is_logarithm(const char *unit)
{
  const char *of_difference = difference(unit);
  return !strcmp(of_difference, "dB") || !strcmp(of_difference, "ln") || !strcmp(of_difference, "log10");
}

/* Multiplies p by a unit to a power; one that is no product is a name. */
static bool multiply_unit(product *p, const char *unit, double exponent)
{
  unit = difference(unit);
  size_t n = strlen(unit);
  product before = *p;
  if (read_product((text){unit, unit + n}, exponent, 0, p)) return true;
  *p = before;
  return multiply(p, unit, n, exponent);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* 12 digits, lest 2 * 0.9 be 1.7999999999999998. */
static double shown(double exponent)
{
  char digits[32];
  snprintf(digits, sizeof digits, "%.12g", exponent);
  return bl_parse_real(digits, &exponent), exponent;
}

/* One factor to an exponent above 0. */
static bl_status put_factor(bl_ctx *ctx, const factor *f, double exponent, bl_buf *out)
{
  bool plain = true;
  char number[32];
  for (size_t i = 0; i < f->len; i++) plain = plain && !ends_name(f->name[i]);
  if (exponent == 0.5) return bl_buf_printf(ctx, out, "sqrt(%.*s)", (int)f->len, f->name);
  bl_status s = bl_buf_printf(ctx, out, plain ? "%.*s" : "(%.*s)", (int)f->len, f->name);
  return s || exponent == 1 ? s : bl_buf_printf(ctx, out, "^%s", bl_format_real(exponent, number));
}

static bl_status put_product(bl_ctx *ctx, const product *p, bl_buf *out)
{
  bl_status s = BL_OK;
  for (int below = 0; below < 2; below++) {
    for (size_t i = 0; !s && i < p->n; i++) {
      double exponent = shown(p->v[i].exponent);
      if (below ? exponent >= 0 : exponent <= 0) continue;
      if (below || out->len) s = bl_buf_puts(ctx, out, below ? "/" : "*");
      if (!s) s = put_factor(ctx, &p->v[i], fabs(exponent), out);
    }
    if (!s && !below && !out->len) s = bl_buf_puts(ctx, out, "1");
  }
  return s;
}

static char *text_of(bl_ctx *ctx, const product *p)
{
  bl_buf b = {0};
  char *made = put_product(ctx, p, &b) ? NULL : bl_strdup(ctx, bl_buf_text(&b));
  bl_buf_free(ctx, &b);
  return made;
}

/* ---- the rule ---------------------------------------------------------------------------------------------------- */

char *bl_unit_raise(bl_ctx *ctx, const char *unit, double exponent)
{
  product p = {0};
  if (!*unit || exponent == 1) return bl_strdup(ctx, unit);
  (void)multiply_unit(&p, unit, exponent); /* an empty product has room for one name */
  return text_of(ctx, &p);
}

char *bl_unit_product(bl_ctx *ctx, const char *a, const char *b)
{
  product p = {0};
  if (!*a || !*b) return bl_strdup(ctx, "");
  if (!strcmp(a, "1") || !strcmp(b, "1")) return bl_strdup(ctx, strcmp(a, "1") ? a : b);
  if (!multiply_unit(&p, a, 1) || !multiply_unit(&p, b, 1)) return bl_strf(ctx, "%s*%s", a, b);
  return text_of(ctx, &p);
}

/* The part of a format that is a product with %s or %d in it, which lies at `at`. */
static text around(const char *format, const char *at)
{
  text t = {at, at + 2};
  while (t.at > format && !strchr(" (+", t.at[-1])) t.at--;
  for (int depth = 0; *t.end && !strchr(" +", *t.end); t.end++) {
    depth += (*t.end == '(') - (*t.end == ')');
    if (depth < 0) break;
  }
  return t;
}

/* That part with the unit in the place of %s or %d, multiplied out. */
static char *put_unit(bl_ctx *ctx, text part, const char *unit)
{
  product with = {0}, p = {0};
  bool alone = part.end - part.at == 2;
  if (alone) return bl_strdup(ctx, part.at[1] == 'd' ? difference(unit) : unit);
  if (!*unit || !read_product(part, 1, 0, &with)) return bl_strdup(ctx, unit);
  for (size_t i = 0; i < with.n; i++) {
    factor f = with.v[i];
    bool hole = f.len == 2 && f.name[0] == '%';
    if (!(hole ? multiply_unit(&p, unit, f.exponent) : multiply(&p, f.name, f.len, f.exponent)))
      return bl_strdup(ctx, unit);
  }
  return text_of(ctx, &p);
}

char *bl_unit_fill(bl_ctx *ctx, const char *format, const char *unit)
{
  const char *at = strchr(format, '%');
  if (!at) return bl_strdup(ctx, format);
  text part = around(format, at);
  char *middle = put_unit(ctx, part, unit);
  char *all = middle ? bl_strf(ctx, "%.*s%s%s", (int)(part.at - format), format, middle, part.end) : NULL;
  bl_free(ctx, middle);
  return all;
}
