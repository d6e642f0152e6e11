#include "name_pattern.h"

#include <string.h>

static bool opens(char c) { return c == '{' || c == '*'; }

bl_status bl_name_pattern_new(bl_ctx *ctx, const char *who, const char *text, bl_name_pattern *out)
{
  bl_name_pattern p = {.text = bl_strdup(ctx, text)};
  bl_status s = p.text ? BL_OK : bl_fail_nomem(ctx, "a file-name pattern");
  for (const char *at = text; !s && *at; at++) {
    if (!opens(*at)) {
      if (*at == '}') s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s': a '}' without '{'", who, text);
      continue;
    }
    if (*at == '{') {
      size_t n = strcspn(at + 1, "{}/*");
      if (!n || at[n + 1] != '}') {
        s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s': wanted a field's name in braces, as in '{label}_{take}.wav'", who,
                    text);
        break;
      }
      char *name = bl_strf(ctx, "%.*s", (int)n, at + 1);
      if (!name) s = bl_fail_nomem(ctx, "a file-name pattern");
      else if (bl_texts_find(&p.fields, name) >= 0)
        s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s' has the field {%s} twice", who, text, name);
      else s = bl_texts_add(ctx, &p.fields, name);
      bl_free(ctx, name);
      at += n + 1;
    }
    if (!s && opens(at[1]))
      s = bl_fail(ctx, BL_E_CONFIG, "%s: '%s': two fields need some text between them", who, text);
  }
  if (s) bl_name_pattern_free(ctx, &p);
  *out = p;
  return s;
}

void bl_name_pattern_free(bl_ctx *ctx, bl_name_pattern *p)
{
  bl_free(ctx, p->text);
  bl_texts_free(ctx, &p->fields);
  *p = (bl_name_pattern){0};
}

/* The last k + 1 parts of the path, or NULL when it has fewer. */
static const char *tail_of(const char *path, size_t k)
{
  const char *p = path + strlen(path);
  while (p > path) {
    if (p[-1] == '/' && !k--) return p;
    p--;
  }
  return k ? NULL : p;
}

/* Bytes that a field takes of `path` when the pattern goes on with the n bytes at `literal`; 0 when it cannot. */
static size_t field_len(const char *path, const char *literal, size_t n, bool last)
{
  size_t room = strcspn(path, "/"), whole = strlen(path);
  if (last) return whole > n && whole - n <= room && !memcmp(path + whole - n, literal, n) ? whole - n : 0;
  for (size_t len = 1; len <= room && len + n <= whole; len++)
    if (!memcmp(path + len, literal, n)) return len;
  return 0;
}

static bl_status take_field(bl_ctx *ctx, const char *path, size_t n, bl_texts *values)
{
  char *value = bl_strf(ctx, "%.*s", (int)n, path);
  bl_status s = value ? bl_texts_add(ctx, values, value) : bl_fail_nomem(ctx, "a field of a file name");
  bl_free(ctx, value);
  return s;
}

bl_status bl_name_pattern_match(bl_ctx *ctx, const bl_name_pattern *p, const char *path, bl_texts *values,
                                bool *matched)
{
  size_t slashes = 0, before = values->n;
  for (const char *c = p->text; *c; c++) slashes += *c == '/';
  const char *at = tail_of(path, slashes), *want = p->text;
  bl_status s = BL_OK;
  *matched = at != NULL;
  while (!s && *matched && *want) {
    if (!opens(*want)) {
      *matched = *want++ == *at++;
      continue;
    }
    bool named = *want == '{';
    want += named ? strcspn(want, "}") + 1 : 1;
    size_t literal = strcspn(want, "{*"), n = field_len(at, want, literal, !want[literal]);
    *matched = n > 0;
    if (n && named) s = take_field(ctx, at, n, values);
    at += n;
  }
  if (*matched && *at) *matched = false;
  while ((s || !*matched) && values->n > before) bl_free(ctx, values->v[--values->n]);
  return s;
}
