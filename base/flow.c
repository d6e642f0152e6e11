/* Trees of values, and flow text: parser and printer of the subset of YAML flow style that option values are written in (option.h). */
#include <string.h>

#include "baleen/option.h"
#include "baleen/text.h"

enum { MAX_DEPTH = 64 };

typedef struct parser {
  bl_ctx *ctx;
  const char *start, *at;
  int depth;
  const char *seen; /* up to here lines have been counted */
  size_t line, column;
} parser;

static bl_status value(parser *p, bl_flow *out, const char *ends);

static void place(parser *p, bl_flow *f)
{
  for (; p->seen < p->at; p->seen++) {
    if (*p->seen == '\n') p->line++, p->column = 1;
    else p->column++;
  }
  f->line = p->line;
  f->column = p->column;
}

static void skip_blanks(parser *p)
{
  while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n' || *p->at == '\r') p->at++;
}

static bl_status wrong(parser *p, const char *what)
{
  return bl_fail(p->ctx, BL_E_CONFIG, "%s at character %zu of: %.80s", what, (size_t)(p->at - p->start) + 1, p->start);
}

static bl_status quoted(parser *p, bl_buf *out)
{
  for (p->at++; *p->at && *p->at != '"'; p->at++) {
    char c = *p->at;
    if (c == '\\') {
      c = *++p->at;
      if (c == 'n') c = '\n';
      else if (c == 't') c = '\t';
      else if (c == 'r') c = '\r';
      else if (c != '"' && c != '\\') return wrong(p, "an unknown escape");
    }
    bl_status s = bl_buf_add(p->ctx, out, &c, 1);
    if (s) return s;
  }
  if (!*p->at) return wrong(p, "a quote that is not closed");
  p->at++;
  return BL_OK;
}

/* A scalar up to one of `ends`; blanks around it do not count. */
static bl_status scalar(parser *p, bl_buf *text, bool *was_quoted, const char *ends)
{
  skip_blanks(p);
  *was_quoted = *p->at == '"';
  if (*was_quoted) return quoted(p, text);
  const char *from = p->at;
  while (*p->at && !strchr(ends, *p->at)) p->at++;
  const char *to = p->at;
  while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\n' || to[-1] == '\r')) to--;
  return bl_buf_add(p->ctx, text, from, (size_t)(to - from));
}

bl_status bl_flow_add(bl_ctx *ctx, bl_flow *f, const char *key, bl_flow **out)
{
  bl_flow *child = bl_realloc(ctx, f->child, f->n + 1, sizeof *child);
  if (child) f->child = child;
  bl_flow *keys = child && key ? bl_realloc(ctx, f->key, f->n + 1, sizeof *keys) : NULL;
  if (keys) f->key = keys;
  char *text = keys ? bl_strdup(ctx, key) : NULL;
  if (!child || (key && !text)) return bl_fail_nomem(ctx, "a list");
  if (key) f->key[f->n] = (bl_flow){.text = text};
  f->child[f->n] = (bl_flow){0};
  *out = &f->child[f->n++];
  return BL_OK;
}

/* "name:" of a map's member, and room for what follows. */
static bl_status member_name(parser *p, bl_flow *f, bl_flow **out)
{
  bl_buf key = {0};
  bl_flow at = {0};
  place(p, &at);
  bl_status s = scalar(p, &key, &at.quoted, ":,}");
  skip_blanks(p);
  if (!s && *p->at != ':') s = wrong(p, "a name without ':' and value");
  if (!s) p->at++;
  if (!s) s = bl_flow_add(p->ctx, f, bl_buf_text(&key), out);
  if (!s) {
    bl_flow *k = &f->key[f->n - 1];
    k->quoted = at.quoted, k->line = at.line, k->column = at.column;
  }
  bl_buf_free(p->ctx, &key);
  return s;
}

static bl_status members(parser *p, bl_flow *f, char close)
{
  p->at++;
  for (;;) {
    skip_blanks(p);
    if (*p->at == close) break;
    if (*p->at == ',') return wrong(p, "a value is missing before ','");
    if (!*p->at) return wrong(p, close == ']' ? "a list that is not closed by ]" : "a map that is not closed by }");
    bl_flow *member;
    bl_status s = close == '}' ? member_name(p, f, &member) : bl_flow_add(p->ctx, f, NULL, &member);
    if (!s) s = value(p, member, close == ']' ? ",]" : ",}");
    if (s) return s;
    skip_blanks(p);
    if (*p->at == ',') p->at++;
    else if (*p->at != close) return wrong(p, "a comma is missing");
  }
  p->at++;
  return BL_OK;
}

static bl_status value(parser *p, bl_flow *out, const char *ends)
{
  if (p->depth >= MAX_DEPTH) return wrong(p, "lists nested too deeply");
  skip_blanks(p);
  place(p, out);
  if (*p->at == '[' || *p->at == '{') {
    bool list = *p->at == '[';
    out->kind = list ? BL_FLOW_LIST : BL_FLOW_MAP;
    p->depth++;
    bl_status s = members(p, out, list ? ']' : '}');
    p->depth--;
    return s;
  }
  bl_buf text = {0};
  bl_status s = scalar(p, &text, &out->quoted, ends);
  if (!s && !(out->text = bl_strdup(p->ctx, bl_buf_text(&text)))) s = bl_fail_nomem(p->ctx, "a value");
  bl_buf_free(p->ctx, &text);
  return s;
}

bl_status bl_flow_parse(bl_ctx *ctx, const char *text, bl_flow *out)
{
  parser p = {ctx, text, text, 0, text, 1, 1};
  *out = (bl_flow){0};
  bl_status s = value(&p, out, "");
  skip_blanks(&p);
  if (!s && *p.at) s = wrong(&p, "text behind the end of the value");
  if (s) bl_flow_free(ctx, out);
  return s;
}

bl_status bl_flow_print_scalar(bl_ctx *ctx, const char *s, bl_buf *out)
{
  size_t n = strlen(s);
  /* also what YAML would take for an alias, a tag, a block or a list item at the front */
  bool plain = n && !strpbrk(s, ",[]{}:\"\n\r\t\\#") && s[0] != ' ' && s[n - 1] != ' ' &&
               !strchr("*&!|>%@`'?~", s[0]) && !(s[0] == '-' && (!s[1] || s[1] == ' '));
  if (plain) return bl_buf_add(ctx, out, s, n);
  bl_status e = bl_buf_puts(ctx, out, "\"");
  for (; !e && *s; s++) {
    if (*s == '\n') e = bl_buf_puts(ctx, out, "\\n");
    else if (*s == '\t') e = bl_buf_puts(ctx, out, "\\t");
    else if (*s == '\r') e = bl_buf_puts(ctx, out, "\\r");
    else {
      if (*s == '"' || *s == '\\') e = bl_buf_puts(ctx, out, "\\");
      if (!e) e = bl_buf_add(ctx, out, s, 1);
    }
  }
  return e ? e : bl_buf_puts(ctx, out, "\"");
}

bl_status bl_flow_print(bl_ctx *ctx, const bl_flow *f, bl_buf *out)
{
  if (f->kind == BL_FLOW_SCALAR) {
    return bl_flow_print_scalar(ctx, f->text ? f->text : "", out);
  }
  bool map = f->kind == BL_FLOW_MAP;
  bl_status s = bl_buf_puts(ctx, out, map ? "{" : "[");
  for (size_t i = 0; !s && i < f->n; i++) {
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (!s && map) s = bl_flow_print_scalar(ctx, f->key[i].text, out);
    if (!s && map) s = bl_buf_puts(ctx, out, ": ");
    if (!s) s = bl_flow_print(ctx, &f->child[i], out);
  }
  return s ? s : bl_buf_puts(ctx, out, map ? "}" : "]");
}

bl_flow *bl_flow_get(const bl_flow *map, const char *key)
{
  for (size_t i = 0; map->kind == BL_FLOW_MAP && i < map->n; i++)
    if (!strcmp(map->key[i].text, key)) return &map->child[i];
  return NULL;
}

bool bl_flow_is_null(const bl_flow *f)
{
  return f->kind == BL_FLOW_SCALAR && !f->quoted &&
         (!f->text || !*f->text || !strcmp(f->text, "null") || !strcmp(f->text, "~"));
}

static bl_status copy_all(bl_ctx *ctx, bl_flow **to, const bl_flow *from, size_t n)
{
  bl_status s = BL_OK;
  if (!from || !n) return BL_OK;
  if (!(*to = bl_calloc(ctx, n, sizeof **to))) return bl_fail_nomem(ctx, "a list");
  for (size_t i = 0; !s && i < n; i++) s = bl_flow_copy(ctx, &(*to)[i], &from[i]);
  return s;
}

bl_status bl_flow_copy(bl_ctx *ctx, bl_flow *to, const bl_flow *from)
{
  *to = (bl_flow){.kind = from->kind, .quoted = from->quoted, .line = from->line, .column = from->column, .n = from->n};
  if (from->text && !(to->text = bl_strdup(ctx, from->text))) return bl_fail_nomem(ctx, "a value");
  bl_status s = copy_all(ctx, &to->child, from->child, from->n);
  return s ? s : copy_all(ctx, &to->key, from->key, from->n);
}

bool bl_flow_equal(const bl_flow *a, const bl_flow *b)
{
  if (a->kind != b->kind || a->n != b->n) return false;
  if (a->kind == BL_FLOW_SCALAR)
    return (bl_flow_is_null(a) && bl_flow_is_null(b)) || bl_text_equal(a->text ? a->text : "", b->text ? b->text : "");
  for (size_t i = 0; i < a->n; i++)
    if (!bl_flow_equal(&a->child[i], &b->child[i]) ||
        (a->kind == BL_FLOW_MAP && !bl_text_equal(a->key[i].text, b->key[i].text)))
      return false;
  return true;
}

void bl_flow_free(bl_ctx *ctx, bl_flow *f)
{
  for (size_t i = 0; i < f->n; i++) {
    if (f->child) bl_flow_free(ctx, &f->child[i]);
    if (f->key) bl_flow_free(ctx, &f->key[i]);
  }
  bl_free(ctx, f->child);
  bl_free(ctx, f->key);
  bl_free(ctx, f->text);
  *f = (bl_flow){0};
}
