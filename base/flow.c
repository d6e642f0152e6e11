/* Flow text: parser and printer of the subset of YAML flow style that option values are written in (option.h). */
#include <string.h>

#include "baleen/option.h"
#include "baleen/text.h"

enum { MAX_DEPTH = 16 };

typedef struct parser {
  bl_ctx *ctx;
  const char *start, *at;
  int depth;
} parser;

static bl_status value(parser *p, bl_flow *out, const char *ends);

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

/* Room for one more child, zeroed. */
static bl_status add_child(parser *p, bl_flow *f, char *name)
{
  bl_flow *child = bl_realloc(p->ctx, f->child, f->n + 1, sizeof *child);
  if (child) f->child = child;
  char **names = NULL;
  if (child && f->kind == BL_FLOW_MAP) {
    names = bl_realloc(p->ctx, f->name, f->n + 1, sizeof *names);
    if (names) f->name = names;
  }
  if (!child || (f->kind == BL_FLOW_MAP && !names)) {
    bl_free(p->ctx, name);
    return bl_fail_nomem(p->ctx, "a list");
  }
  if (names) names[f->n] = name;
  f->n++;
  return BL_OK;
}

static bl_status members(parser *p, bl_flow *f, char close)
{
  p->at++;
  for (;;) {
    skip_blanks(p);
    if (*p->at == close) break;
    if (*p->at == ',') return wrong(p, "a value is missing before ','");
    if (!*p->at) return wrong(p, close == ']' ? "a list that is not closed by ]" : "a map that is not closed by }");
    char *name = NULL;
    if (close == '}') {
      bl_buf key = {0};
      bool was_quoted;
      bl_status s = scalar(p, &key, &was_quoted, ":,}");
      skip_blanks(p);
      if (!s && *p->at != ':') s = wrong(p, "a name without ':' and value");
      if (!s) p->at++;
      if (!s && !(name = bl_strdup(p->ctx, bl_buf_text(&key)))) s = bl_fail_nomem(p->ctx, "a map");
      bl_buf_free(p->ctx, &key);
      if (s) return s;
    }
    bl_status s = add_child(p, f, name);
    if (!s) s = value(p, &f->child[f->n - 1], close == ']' ? ",]" : ",}");
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
  parser p = {ctx, text, text, 0};
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
    if (f->quoted && !*f->text) return bl_buf_puts(ctx, out, "\"\"");
    return bl_flow_print_scalar(ctx, f->text, out);
  }
  bool map = f->kind == BL_FLOW_MAP;
  bl_status s = bl_buf_puts(ctx, out, map ? "{" : "[");
  for (size_t i = 0; !s && i < f->n; i++) {
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (!s && map) s = bl_flow_print_scalar(ctx, f->name[i], out);
    if (!s && map) s = bl_buf_puts(ctx, out, ": ");
    if (!s) s = bl_flow_print(ctx, &f->child[i], out);
  }
  return s ? s : bl_buf_puts(ctx, out, map ? "}" : "]");
}

void bl_flow_free(bl_ctx *ctx, bl_flow *f)
{
  for (size_t i = 0; i < f->n; i++) {
    if (f->child) bl_flow_free(ctx, &f->child[i]);
    if (f->name) bl_free(ctx, f->name[i]);
  }
  bl_free(ctx, f->child);
  bl_free(ctx, f->name);
  bl_free(ctx, f->text);
  *f = (bl_flow){0};
}
