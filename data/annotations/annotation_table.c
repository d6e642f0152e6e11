/* Lines of fields between tabs, and what else readers and writers of annotation tables share. */
#include "annotation_table.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

bool bl_next_line(bl_lines *l)
{
  while (l->next) {
    char *s = l->next, *end = s + strcspn(s, "\r\n");
    bool crlf = end[0] == '\r' && end[1] == '\n';
    l->next = *end ? end + 1 + crlf : NULL;
    *end = '\0';
    l->number++;
    if (!s[strspn(s, " \t")]) continue;
    l->n = 0;
    for (char *tab; l->n < BL_MAX_FIELDS; s = tab + 1) {
      l->field[l->n++] = s;
      tab = l->n < BL_MAX_FIELDS ? strchr(s, '\t') : NULL;
      if (!tab) break;
      *tab = '\0';
    }
    return true;
  }
  return false;
}

char *bl_trim(char *s)
{
  s += strspn(s, " ");
  size_t n = strlen(s);
  while (n && s[n - 1] == ' ') s[--n] = '\0';
  return s;
}

char *bl_field(bl_lines *l, long column)
{
  return column >= 0 && (size_t)column < l->n ? bl_trim(l->field[column]) : l->none;
}

bl_status bl_field_number(bl_ctx *ctx, bl_lines *l, long column, const char *name, double *out)
{
  *out = NAN;
  const char *s = bl_field(l, column);
  if (!*s || (bl_parse_real_comma(s, out) && !isinf(*out))) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %s is '%s', wanted a number", l->path, l->number, name, s);
}

bl_status bl_check_span(bl_ctx *ctx, const char *path, size_t line, double begin, double end)
{
  if (!isfinite(begin)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no begin time; wanted one in seconds", path, line);
  if (!isfinite(end)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no end time; wanted one in seconds", path, line);
  if (end < begin)
    return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: ends at %g s, before it begins at %g s", path, line, end, begin);
  return BL_OK;
}

long bl_find_nocase(const bl_texts *columns, const char *name)
{
  for (size_t i = 0; i < columns->n; i++)
    if (bl_text_equal_nocase(columns->v[i], name)) return (long)i;
  return -1;
}

char *bl_annotation_utf8(bl_ctx *ctx, const char *text) { return bl_utf8_of_text(ctx, text, strlen(text)); }

bool bl_annotation_is_hypnogram(const char *path)
{
  return bl_text_ends_with(path, "_hypnogram.txt") || bl_text_ends_with(path, ".hypnogram.txt");
}

void bl_annotation_take_score(bl_annotation *a, const char *text)
{
  a->has_score = text && *text && bl_parse_real(text, &a->score) && isfinite(a->score);
}
