/* Tables of text after RFC 4180.
 *
 * A table is parsed in place: quotes are taken off within the one buffer `text`, each cell ends in a NUL there, and all
 * of `cell` points into it. Lenient where files in the field are: separators other than the comma, a lone CR as line
 * end, a quote in the middle of an unquoted field (taken as it stands), no line end at the end. */
#include "baleen/table.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

#define TABLE_CEILING ((size_t)1 << 30)

/* ---- parsing ----------------------------------------------------------------------------------------------------- */

typedef struct parser {
  const char *name; /* for messages */
  char *p, *end;
  size_t line; /* of p, from 1 */
  char separator;
} parser;
typedef enum field_end { END_FIELD, END_ROW } field_end;

/* The separator that the header line holds most of outside quotes; the comma when it holds none. */
static char find_separator(const char *p, const char *end)
{
  static const char candidates[] = {',', '\t', ';'};
  size_t count[sizeof candidates] = {0};
  bool quoted = false;
  for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
    if (*p == '"') quoted = !quoted;
    for (size_t i = 0; !quoted && i < sizeof candidates; i++) count[i] += *p == candidates[i];
  }
  size_t best = 0;
  for (size_t i = 1; i < sizeof candidates; i++)
    if (count[i] > count[best]) best = i;
  return candidates[best];
}

/* Steps over one line end (LF, CRLF, CR), if there is one. */
static bool take_line_end(parser *r)
{
  if (r->p >= r->end || (*r->p != '\n' && *r->p != '\r')) return false;
  r->p += r->p[0] == '\r' && r->p + 1 < r->end && r->p[1] == '\n' ? 2 : 1;
  r->line++;
  return true;
}

/* One quoted field, r->p behind its opening quote; leaves r->p behind the closing one and *to behind the text. */
static bl_status take_quoted(bl_ctx *ctx, parser *r, char **to)
{
  size_t opened = r->line;
  for (;;) {
    if (r->p >= r->end)
      return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: a quote that is opened here is never closed", r->name, opened);
    char c = *r->p++;
    if (c == '"') {
      if (r->p >= r->end || *r->p != '"') return BL_OK;
      r->p++;
    }
    r->line += c == '\n' || (c == '\r' && (r->p >= r->end || *r->p != '\n'));
    *(*to)++ = c;
  }
}

/* One field: its text, NUL-terminated in place, and what came behind it. */
static bl_status take_field(bl_ctx *ctx, parser *r, char **cell, field_end *behind)
{
  char *to = r->p;
  *cell = to;
  if (r->p < r->end && *r->p == '"') {
    r->p++;
    bl_status s = take_quoted(ctx, r, &to);
    if (s) return s;
    if (r->p < r->end && *r->p != r->separator && *r->p != '\n' && *r->p != '\r')
      return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: text behind a closing quote; a quote within a quoted field is doubled",
                     r->name, r->line);
  } else {
    while (r->p < r->end && *r->p != r->separator && *r->p != '\n' && *r->p != '\r') r->p++;
    to = r->p;
  }
  *behind = END_ROW;
  if (r->p < r->end && *r->p == r->separator) {
    r->p++;
    *behind = END_FIELD;
  } else {
    take_line_end(r);
  }
  *to = '\0'; /* last: `to` may be the very separator that was looked at above */
  return BL_OK;
}

static bl_status take_header(bl_ctx *ctx, parser *r, bl_table *t)
{
  field_end behind = END_FIELD;
  while (behind == END_FIELD) {
    char *cell;
    bl_status s = take_field(ctx, r, &cell, &behind);
    if (!s) s = bl_texts_add(ctx, &t->columns, cell);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status take_row(bl_ctx *ctx, parser *r, bl_table *t, size_t *cap_cells, size_t *cap_lines)
{
  size_t width = t->columns.n, n = 0, line = r->line;
  bl_status s = bl_grow(ctx, (void **)&t->cell, cap_cells, (t->n_rows + 1) * width, sizeof *t->cell, "a table");
  if (!s) s = bl_grow(ctx, (void **)&t->line, cap_lines, t->n_rows + 1, sizeof *t->line, "a table");
  field_end behind = END_FIELD;
  while (!s && behind == END_FIELD) {
    char *cell;
    s = take_field(ctx, r, &cell, &behind);
    if (!s && n < width) t->cell[t->n_rows * width + n] = cell;
    n += !s;
  }
  if (s) return s;
  if (n != width)
    return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %zu fields, where the header has %zu columns", r->name, line, n, width);
  t->line[t->n_rows++] = line;
  return BL_OK;
}

/* Takes `text` over, also when it fails. */
static bl_status parse_owned(bl_ctx *ctx, const char *name, char *text, size_t n, bl_table *out)
{
  bl_table t = {0};
  parser r = {.name = name ? name : "table", .line = 1};
  size_t cap_cells = 0, cap_lines = 0;
  bl_status s = BL_OK;
  const char *zero = memchr(text, '\0', n);
  if (zero) {
    for (const char *p = text; p < zero; p++) r.line += *p == '\n';
    s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: a zero byte; this is no text table (save it as UTF-8)", r.name, r.line);
    goto done;
  }
  if ((s = bl_utf8_of_file(ctx, r.name, &text, &n))) goto done;
  if (name && !(t.path = bl_strdup(ctx, name))) {
    s = bl_fail_nomem(ctx, "a table");
    goto done;
  }
  r.p = text, r.end = text + n;
  if (n >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) r.p += 3;
  while (take_line_end(&r)) continue;
  if (r.p >= r.end) {
    s = bl_fail(ctx, BL_E_FORMAT, "%s: empty; wanted a header line with the columns' names", r.name);
    goto done;
  }
  r.separator = t.separator = find_separator(r.p, r.end);
  s = take_header(ctx, &r, &t);
  while (!s) {
    while (take_line_end(&r)) continue;
    if (r.p >= r.end) break;
    s = take_row(ctx, &r, &t, &cap_cells, &cap_lines);
  }
  if (s) goto done;
  t.text = text;
  *out = t;
  t = (bl_table){0};
  text = NULL;

done:
  bl_table_free(ctx, &t);
  bl_free(ctx, text);
  return s;
}

bl_status bl_table_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_table *out)
{
  *out = (bl_table){0};
  if (n > TABLE_CEILING) return bl_fail(ctx, BL_E_FORMAT, "%s: more than 1 GiB", name ? name : "table");
  char *copy = bl_calloc(ctx, n + 1, 1);
  if (!copy) return bl_fail_nomem(ctx, "a table");
  if (n) memcpy(copy, text, n);
  return parse_owned(ctx, name, copy, n, out);
}

bl_status bl_table_read(bl_ctx *ctx, const char *path, bl_table *out)
{
  *out = (bl_table){0};
  char *text;
  size_t n;
  bl_status s = bl_file_read(ctx, path, TABLE_CEILING, &text, &n);
  return s ? s : parse_owned(ctx, path, text, n, out);
}

void bl_table_free(bl_ctx *ctx, bl_table *t)
{
  if (!t) return;
  bl_free(ctx, t->path);
  bl_texts_free(ctx, &t->columns);
  bl_free(ctx, t->cell);
  bl_free(ctx, t->line);
  bl_free(ctx, t->text);
  *t = (bl_table){0};
}

/* ---- looking things up ------------------------------------------------------------------------------------------- */

static const char *name_of(const bl_table *t) { return t->path ? t->path : "table"; }

bl_status bl_table_column(bl_ctx *ctx, const bl_table *t, const char *name, size_t *out)
{
  *out = 0;
  size_t found = 0;
  for (size_t i = t->columns.n; i-- > 0;)
    if (!strcmp(t->columns.v[i], name)) found++, *out = i;
  if (found == 1) return BL_OK;
  if (found)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %zu columns are named '%s'; rename all but one", name_of(t), found, name);
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < t->columns.n; i++) s = bl_buf_printf(ctx, &all, "%s%s", i ? ", " : "", t->columns.v[i]);
  const char *near = bl_nearest(name, bl_text_at, &t->columns);
  if (!s && near)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: no column '%s'; did you mean '%s'? It has %s", name_of(t), name, near,
                bl_buf_text(&all));
  else if (!s) s = bl_fail(ctx, BL_E_CONFIG, "%s: no column '%s'; it has %s", name_of(t), name, bl_buf_text(&all));
  bl_buf_free(ctx, &all);
  return s;
}

bl_status bl_table_number(bl_ctx *ctx, const bl_table *t, size_t row, size_t col, double *out)
{
  const char *cell = bl_table_cell(t, row, col);
  *out = (double)NAN;
  bool (*parse)(const char *, double *) = t->separator == ';' ? bl_parse_real_comma : bl_parse_real;
  if (!cell[strspn(cell, " \t")] || bl_text_equal_nocase(cell, "NA") || parse(cell, out)) return BL_OK;
  *out = (double)NAN;
  return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: column '%s': '%s' is not a number", name_of(t), t->line[row],
                 t->columns.v[col], cell);
}

bl_status bl_csv_field(bl_ctx *ctx, bl_buf *out, const char *field)
{
  if (!field[strcspn(field, "\",;\t\r\n")]) return bl_buf_puts(ctx, out, field);
  bl_status s = bl_buf_puts(ctx, out, "\"");
  for (const char *p = field; !s && *p;) {
    size_t n = strcspn(p, "\"");
    s = bl_buf_add(ctx, out, p, n);
    p += n;
    if (!s && *p == '"') s = bl_buf_puts(ctx, out, "\"\""), p++;
  }
  return s ? s : bl_buf_puts(ctx, out, "\"");
}
